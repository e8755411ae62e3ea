"""Files as people have them: encodings, compressions, numbers, and columns that are neither samples nor genes."""

import bz2
import gzip
import io
import lzma
import warnings
import zipfile

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sklearn_txaug.datasets import read_expression, write_expression
from sklearn_txaug.datasets._cells import MISSING

pd = pytest.importorskip("pandas")

GENES = ["TP53", "MYC", "EGFR", "BRCA1", "GAPDH", "ACTB", "KRAS", "PTEN", "CDK4", "MDM2"]
SAMPLES = [f"TCGA-AA-{i:04d}-01" for i in range(12)]
LABELS = ["liver", "heart", "brain"] * 4


@pytest.fixture
def frame():
    """Genes in rows, the first of them not expressed."""
    values = np.random.default_rng(0).normal(6, 1.5, (10, 12)).round(3)
    values[0] = 0
    return pd.DataFrame(values, GENES, SAMPLES).rename_axis("gene")


@pytest.fixture
def save(tmp_path):
    def put(content, name="table.tsv"):
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        return tmp_path / name

    return put


def read_silently(path, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return read_expression(path, **options)


def check(table, frame):
    assert table.data.index.tolist() == SAMPLES
    assert table.feature_names == GENES
    np.testing.assert_allclose(table.data, frame.T, rtol=1e-6)


def zipped(data):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("table.tsv", data)
    return file.getvalue()


# ---- compression, encoding, line ends


@pytest.mark.parametrize("name", ["table.tsv", "table.csv.gz", "table.tsv.xz", "table.CSV.bz2"])
@pytest.mark.parametrize("compress", [gzip.compress, bz2.compress, lzma.compress, zipped])
def test_compression_is_seen_whatever_the_name(frame, save, compress, name):
    check(read_silently(save(compress(frame.to_csv(sep="\t").encode()), name)), frame)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_of_unicode(frame, save, encoding, end):
    table = frame.rename(columns={SAMPLES[0]: "Köln €"})
    path = save(table.to_csv(sep="\t", lineterminator=end).encode(encoding))
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message="(?!.*every second byte)")
        read = read_expression(path)
    assert read.data.index[0] == "Köln €"
    assert read.data.shape == (12, 10)


def test_windows_encoding_is_said_in_tables_and_labels_files(frame, save):
    sites = pd.Series(["Köln", "Käln", "Bonn"] * 4, SAMPLES, name="site").rename_axis("id")
    table, sheet = save(frame.to_csv(sep="\t")), save(sites.to_csv().encode("cp1252"), "sites.csv")
    with pytest.warns(UserWarning, match="sites.csv: not in UTF-8, so it was read as Windows-1252.*'Köln'"):
        assert read_expression(table, labels_file=sheet, label="site").target_names == [
            "Bonn",
            "Käln",
            "Köln",
        ]
    renamed = frame.rename(index={"TP53": "Gène"})
    with pytest.warns(UserWarning, match="table.tsv: not in UTF-8.*'Gène'"):
        assert read_expression(save(renamed.to_csv(sep="\t").encode("latin-1"))).feature_names[0] == "Gène"
    with pytest.raises(ValueError, match="is neither in UTF-8 nor in Windows-1252"):
        read_expression(save(renamed.to_csv(sep="\t").encode("latin-1").replace(b"\xe8", b"\x81")))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\x89HDF\r\n\x1a\n", "an HDF5 file"),
        (b"PAR1abc", "a Parquet file"),
        (b"\xd0\xcf\x11\xe0", "an Excel workbook"),
        (b"<!DOCTYPE html><p>404", "a web page"),
        (b"id\ta\nTP53\t\x00\x00\x00\x00", "it holds zero bytes"),
        (gzip.compress(b"id\ta\nTP53\t1\n", mtime=0)[:-9], "cannot be decompressed"),
    ],
)
def test_what_is_no_text(save, content, message):
    with pytest.raises(ValueError, match=message):
        read_expression(save(content))


# ---- lines


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text + "\t" * 12 + "\n\n \t\n",  # blank lines
        lambda text: text.replace("\n", "\t\n"),  # every line ends with a separator
        lambda text: text.replace("\n", "\t\t\n"),
        lambda text: text.replace("\n", "\t\n", 1),  # only the header does
        lambda text: text.replace("\n", "\t\n").replace("\t\n", "\n", 1),  # all but the header do
        lambda text: text.removeprefix("gene\t"),  # R names the rows and not their column
        lambda text: "sep=\t\n" + text,
        lambda text: "#" + text,
        lambda text: '# Program:featureCounts; Command:"a"\n#\n' + text,
        lambda text: (
            '!Series_title\t"x"\n\n!series_matrix_table_begin\n' + text + "!series_matrix_table_end\n"
        ),
        lambda text: text.replace("TP53", '"TP53"'),
    ],
)
def test_lines_beside_the_table(frame, save, change):
    check(read_silently(save(change(frame.to_csv(sep="\t")))), frame)


def test_a_series_without_values(save):
    text = '!Series_title\t"x"\n!series_matrix_table_begin\n"ID_REF"\t"GSM1"\n!series_matrix_table_end\n'
    with pytest.raises(ValueError, match="no rows below it; its values may be in a supplementary file"):
        read_expression(save(text, "GSE1_series_matrix.txt"))


def test_quoted_line_breaks(frame, save):
    rows = "".join(f'{name},"a\nb, ""c""",{label}\n' for name, label in zip(SAMPLES, LABELS, strict=True))
    sheet = save("id,remark,tissue\n" + rows, "labels.csv")
    table = read_silently(save(frame.to_csv(sep="\t")), label="tissue", labels_file=sheet)
    assert table.target.tolist() == LABELS
    whole = read_silently(
        save("id,remark,tissue,TP53\n" + rows.replace("\n", ",1\n").replace("a,1\n", "a\n"), "table.csv"),
        label="tissue",
        drop=["remark"],
    )
    assert whole.data["TP53"].tolist() == [1] * 12
    with pytest.raises(ValueError, match="opens a quote that is not closed"):
        read_expression(save('id\tTP53\ns1\t"1\n' + "s2\t2\n" * 2000))


# ---- numbers


@pytest.mark.parametrize("separator", [";", "\t"])
def test_decimal_commas(frame, save, separator):
    check(read_silently(save(frame.to_csv(sep=separator, decimal=","), "table.csv")), frame)


def german(value):
    return f"{value:,.2f}".translate(str.maketrans(",.", ".,"))


@pytest.mark.parametrize(
    ("separator", "write"),
    [
        (";", german),
        ("\t", german),
        (",", "{:,.2f}".format),
        ("\t", "{:,.2f}".format),
        (",", "{:,.0f}".format),
    ],
)
def test_thousands(frame, save, separator, write):
    large = (2**frame * 100).round(0 if write(0.5) == "0" else 2)
    table = read_silently(save(large.map(write).to_csv(sep=separator), "table.csv"))
    np.testing.assert_allclose(table.data, large.T, rtol=1e-6)


def test_numbers_that_cannot_be_read(frame, save):
    text = frame.astype(object)
    text.iloc[2, 3] = "#VALUE!"
    with pytest.raises(
        ValueError, match=r"row 'EGFR', column 'TCGA-AA-0003-01' holds '#VALUE!', an error of Excel"
    ):
        read_expression(save(text.to_csv(sep="\t")))
    with pytest.raises(ValueError, match="the columns 'smoker' do not hold numbers .for instance 'True'"):
        read_expression(save(frame.T.assign(smoker=True).to_csv(sep="\t")))
    with pytest.raises(ValueError, match="the columns 'smoker' do not hold numbers .for instance 'False'"):
        read_expression(save(frame.T.assign(smoker=[None] * 11 + [False]).to_csv(sep="\t")))
    large = frame.astype(object)
    large.iloc[2, 3] = "123456789012345678901"  # more than 64 bits hold
    assert read_silently(save(large.to_csv(sep="\t"))).data.iloc[3, 2] == np.float32(1.2345679e20)
    doubtful = pd.DataFrame("1,234", GENES, SAMPLES).to_csv(sep="\t")
    with pytest.raises(
        ValueError, match="holds '1,234', where the comma may stand between thousands or before"
    ):
        read_expression(save(doubtful))


def test_a_comma_in_labels_is_no_decimal_comma(frame, save):
    table = frame.T.assign(dose="1,5")
    assert read_silently(save(table.to_csv(sep="\t")), label="dose").target_names == ["1,5"]


# ---- what is neither sample nor gene


@pytest.mark.parametrize(
    "beside",
    [
        {"Entrez_Gene_Id": 7157},
        {"Chr": "chr1;chr1", "Start": "1;2", "End": "5;6", "Strand": "+;+", "Length": 500},
        {"gene_name": "x", "gene_biotype": "protein_coding", "description": ""},
        {"baseMean": 1.0, "log2FoldChange": 2.0, "padj": 0.01},
    ],
)
def test_columns_that_describe_genes(frame, save, beside):
    with_others = pd.concat([pd.DataFrame(beside, frame.index), frame], axis=1)
    with pytest.warns(UserWarning, match=f"no samples were left out: '{next(iter(beside))}'"):
        check(read_expression(save(with_others.to_csv(sep="\t"))), frame)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (
            ["baseMean", "log2FoldChange", "lfcSE", "stat", "pvalue", "padj"],
            "test for differential expression",
        ),
        (["logFC", "AveExpr", "t", "P.Value", "adj.P.Val", "B"], "test for differential expression"),
        (["Length", "EffectiveLength", "TPM", "NumReads"], "holds one sample"),
        (["length", "eff_length", "est_counts", "tpm"], "holds one sample"),
        (["Entrez_Gene_Id", "Variant_Classification", "Tumor_Sample_Barcode"], "a table of mutations"),
    ],
)
def test_tables_of_other_kinds(save, columns, message):
    with pytest.raises(ValueError, match=message):
        read_expression(save(pd.DataFrame(1, pd.Index(GENES, name="gene"), columns).to_csv(sep="\t")))


def test_a_counter_is_no_header(save):
    with pytest.raises(ValueError, match="has no header: its first line begins with 'N_unmapped'"):
        read_expression(save("N_unmapped\t1\t2\nENSG00000000001\t1\t2\n"))


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["__no_feature", "__alignment_not_unique", "N_unmapped"], "3 .* that are counters of reads"),
        (["age_at_diagnosis", "OS.time", "Sex"], "3 .* that are clinical or technical variables"),
        (["", "---", "---"], "3 .* that are probes without the name of a gene"),
        (["?", "?"], "2 .* that are probes without the name"),
        (["1-Mar", "1-Mar"], "2 .* names Excel has turned into one date"),
    ],
)
def test_rows_and_columns_that_are_no_genes(frame, save, names, message, turned):
    table = pd.concat([frame, pd.DataFrame(5.0, names, SAMPLES)])
    table = table.T if turned else table
    with pytest.warns(UserWarning, match=message + " .*were left out"):
        check(read_expression(save(table.to_csv(sep="\t"))), frame)


def test_names_that_may_be_no_genes_are_kept_with_a_hint(frame, save):
    table = frame.T.assign(tumor_cells=0.5)
    with pytest.warns(UserWarning, match="'tumor_cells' are taken for genes, though they are not named like"):
        assert read_expression(save(table.to_csv(sep="\t"))).data.shape == (12, 11)
    with pytest.warns(UserWarning, match="1 names of genes look as if Excel had changed them: '2-Sep'"):
        assert read_expression(save(frame.rename({"TP53": "2-Sep"}).to_csv(sep="\t"))).data.shape == (12, 10)


# ---- labels


def test_a_label_that_is_called_sample(frame, save, tmp_path):
    y = pd.Series(LABELS, SAMPLES, name="sample")
    for name in ("table.csv", "table.gct", "table.parquet"):
        write_expression(tmp_path / name, frame.T, y)
        assert read_silently(tmp_path / name, label="sample").target.tolist() == LABELS
    sheet = save(y.to_csv(index_label="id"), "labels.csv")
    table = save(frame.T.to_csv(index_label="sample"), "table.csv")
    assert read_silently(table, label="sample", labels_file=sheet).target.tolist() == LABELS
    with pytest.warns(UserWarning, match="every sample has a label of its own in 'sample'"):
        read_expression(table, label="sample")
    with pytest.raises(ValueError, match="has 2 columns 'kind'"):
        read_expression(save("id\tkind\tkind\tTP53\ns1\ta\tb\t1\n"), label="kind")


def test_labels_that_differ_by_blanks_and_those_called_na(frame, save):
    table = frame.T
    table.insert(0, "kind", ["liver", "liver ", "Heart", "heart"] * 3)
    with pytest.warns(UserWarning, match="blanks or letter case only.*'liver', 'liver '; 'Heart', 'heart'"):
        assert len(read_expression(save(table.to_csv(sep="\t")), label="kind").target_names) == 4
    table["kind"] = ["NA", "a", "null", "None"] * 3
    with pytest.warns(
        UserWarning, match="9 of 12 samples have no label.*called NA, None or null has to stand in quotes"
    ):
        assert read_expression(save(table.to_csv(sep="\t")), label="kind").target_names == ["a"]
    with pytest.warns(UserWarning, match="the label 'NA', 'null', 'None' is taken for a class"):
        kept = read_expression(save(table.to_csv(sep="\t", quoting=2)), label="kind")
    assert kept.target.value_counts().tolist() == [3] * 4


def test_what_is_missing_for_pandas_or_in_tables_of_tcga_is_missing_in_every_cell(save):
    frame = pd.DataFrame(
        {"kind": MISSING, "age": MISSING, "TP53": MISSING}, [f"s{i}" for i in range(len(MISSING))]
    )
    frame.loc["last"] = ["a", "40", "1"]
    path = save(frame.to_csv(sep="\t"))
    of_tcga = ["[Not Available]", "[Not Applicable]", "[Not Evaluated]", "[Unknown]", "[Discrepancy]", "'--"]
    read = pd.read_csv(path, sep="\t", index_col=0, na_values=of_tcga)
    assert read.isna().sum().tolist() == [len(MISSING)] * 3
    with pytest.warns(UserWarning, match=f"{len(MISSING)} values are missing"):
        assert read_expression(path, drop=["kind", "age"]).data["TP53"].tolist()[-1] == 1
    with pytest.warns(UserWarning, match=f"{len(MISSING)} of {len(frame)} samples have no label"):
        assert read_expression(path, label="kind", drop=["age"]).target.tolist() == ["a"]
    with pytest.warns(UserWarning, match="values are missing"):
        ages = read_expression(path, covariates=["age"], drop=["kind"]).covariates["age"]
    assert ages.isna().sum() == len(MISSING)
    assert ages["last"] == 40
    spaced = "id, kind, TP53\ns1, a, 1\ns2, NA , NA \ns3,  , 3\ns4, b, 4\n"  # blanks behind commas and marks
    with pytest.warns(UserWarning, match="2 of 4 samples have no label"):
        assert read_expression(save(spaced), label=" kind").data[" TP53"].tolist() == [1, 4]
    with pytest.warns(UserWarning, match="1 values are missing"):
        assert read_expression(save(spaced), drop=[" kind"]).data[" TP53"].tolist()[2:] == [3, 4]
    with pytest.raises(ValueError, match=r"the columns 'MYC' do not hold numbers \(for instance 'abc'\)"):
        read_expression(save("id\tTP53\tMYC\ns1\tnull\t1\ns2\t2\tabc\n"))


@pytest.mark.parametrize("cells", [["45", "50.25"], ["45.50", "1e1"], ["45,5", "50,25"], [" 45", ".5"]])
def test_covariates_are_numbers_however_they_are_written(frame, save, cells):
    clinical = pd.DataFrame({"age": cells * 6, "plate": ["01", "10"] * 6}, SAMPLES).rename_axis("id")
    expected = [float(cell.replace(",", ".")) for cell in cells] * 6
    sheet = save(clinical.to_csv(sep=";"), "clinical.csv")
    joined = read_silently(save(frame.to_csv(sep="\t")), labels_file=sheet, covariates=["age", "plate"])
    assert joined.covariates["age"].tolist() == expected
    assert joined.covariates["plate"].tolist() == ["01", "10"] * 6
    for table in (clinical.join(frame.T), clinical.join(frame.T).T):
        read = read_silently(save(table.to_csv(sep="\t")), covariates=["age", "plate"])
        assert read.covariates["age"].tolist() == expected


def test_names_of_groups_are_no_numbers(frame, save):
    table = frame.T.assign(patient=["1.1", "1.10"] * 6)
    assert read_silently(save(table.to_csv(sep="\t")), group="patient").groups.nunique() == 2


def test_text_among_the_numbers_of_a_covariate_is_said(frame, save):
    table = frame.T.assign(age=["--", *map(str, range(40, 51))])
    with pytest.warns(
        UserWarning, match="'age' is text, .* though 11 of them are numbers, '--' for instance is"
    ):
        read_expression(save(table.to_csv(sep="\t")), covariates=["age"])


@pytest.mark.parametrize("cell", ["TRUE", "yes", "1", "1.0"])
def test_marks_of_synthetic_samples(frame, save, cell):
    table = frame.T.assign(is_synthetic=[cell] + ["0"] * 11)
    with pytest.warns(UserWarning, match="1 of 12 samples are synthetic"):
        assert read_expression(save(table.to_csv(sep="\t"))).is_synthetic.tolist() == [True] + [False] * 11
    sheet = save(table[["is_synthetic"]].assign(kind=LABELS).to_csv(index_label="id"), "labels.csv")
    with pytest.warns(UserWarning, match="1 of 12 samples are synthetic"):
        assert read_expression(save(frame.to_csv(sep="\t")), label="kind", labels_file=sheet).n_synthetic == 1
    with pytest.raises(ValueError, match="'is_synthetic' holds 'perhaps', which is neither True nor False"):
        read_expression(save(table.replace(cell, "perhaps").to_csv(sep="\t")))


TEXT = st.text(st.sampled_from(list("aé0 9,;\"'#-NA.\N{GREEK SMALL LETTER MU}")), min_size=1, max_size=5)
WORDS = st.one_of(
    TEXT, st.sampled_from(["NA", "nan", "None", "1", "01", "1.0", "True", "1e3", "x y", "a,b", "Köln"])
)


@given(data=st.data(), suffix=st.sampled_from([".csv", ".tsv", ".txt.gz", ".gct", ".parquet", ".h5ad"]))
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.filterwarnings("ignore")
def test_what_is_written_is_read_back(tmp_path, data, suffix):
    for package in {".parquet": ["pyarrow"], ".h5ad": ["anndata"]}.get(suffix, []):
        pytest.importorskip(package)
    n, p = data.draw(st.integers(1, 4)), data.draw(st.integers(1, 4))
    samples = data.draw(st.lists(WORDS, min_size=n, max_size=n, unique=True))
    genes = data.draw(st.lists(WORDS.filter(lambda s: s != "---"), min_size=p, max_size=p, unique=True))
    kinds = st.one_of(
        *(st.lists(kind, min_size=n, max_size=n) for kind in (WORDS, st.integers(-9, 9), st.booleans()))
    )
    y = data.draw(kinds)
    X = np.arange(n * p, dtype=np.float32).reshape(n, p) / 8
    wide = suffix in (".csv", ".tsv", ".txt.gz") and data.draw(st.booleans())
    side = {"samples_in": "columns" if wide else "rows"} if suffix in (".csv", ".tsv", ".txt.gz") else {}
    path = tmp_path / f"table{suffix}"
    write_expression(path, X, y, sample_names=samples, feature_names=genes, **side)
    back = read_expression(path, label="label", **side)
    np.testing.assert_array_equal(back.data.to_numpy(), X)
    assert back.data.index.tolist() == samples
    assert back.feature_names == genes
    assert back.target.tolist() == y
    assert list(map(type, back.target)) == list(map(type, y))


def test_columns_of_polars_keep_their_names(tmp_path):
    pl = pytest.importorskip("polars")
    write_expression(
        tmp_path / "table.csv", pl.DataFrame({"TP53": [0.1, 3.0], "MYC": [2.0, 4.5]}), ["a", "b"]
    )
    assert read_expression(tmp_path / "table.csv", label="label").feature_names == ["TP53", "MYC"]
