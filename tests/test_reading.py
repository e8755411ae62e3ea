"""Tables of others: which way they lie, their dialects, damage, labels, and names that repeat."""

import gzip
import warnings

import numpy as np
import pytest
from scipy import sparse

from sklearn_txaug.datasets import (
    read_expression,
    write_expression,
)

from .cohorts import tissues_of_donors

pd = pytest.importorskip("pandas")


@pytest.fixture
def cohort():
    return tissues_of_donors()


@pytest.fixture
def write(tmp_path):
    """Write a text under a name and return the path."""

    def function(text, name="table.tsv"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return function


# ---- orientation


@pytest.mark.parametrize(
    ("text", "samples_in", "reason"),
    [
        ("\tTP53\tMYC\nTCGA-A7-A0CE-01\t1\t2\n", "rows", "identifiers"),
        ("sample\tTCGA-A7-A0CE-01\tTCGA-A7-A0CF-01\nQQ1\t1\t2\nQQ2\t3\t4\n", "columns", "identifiers"),
        ("id\ta\tb\nENSG00000186480.12\t1\t2\n", "columns", "identifiers"),
        ("id\tb\nfoo\t1\n1007_s_at\t2\n", "columns", "identifiers"),
        ("?\tA1BG|1\tNAT2|10\ns\t1\t2\n", "rows", "identifiers"),
        ("id\tINSIG1\tCDK4\tXYZ\nfoo\t1\t2\t3\nbar\t1\t2\t3\n", "rows", "gene symbols"),
        ("Hugo_Symbol\tfoo\tbar\nqux\t1\t2\n", "columns", "called 'Hugo_Symbol'"),
        ("patient\tfoo\tbar\nqux\t1\t2\n", "rows", "called 'patient'"),
        ("id\tp one\tp two\nQQ1\t1\t2\nQQ2\t3\t4\n", "columns", "names like gene symbols"),
        ("1.5\t2.5\n1\t2\n", "rows", "the rows have no names"),
        ("TP53\tMYC\n1.5\t2\n", "rows", "the rows have no names"),
    ],
)
def test_orientation_found(write, text, samples_in, reason):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        table = read_expression(write(text))
    assert table.samples_in == samples_in
    assert reason in table.notes[0]


def test_orientation_from_labels(write):
    text = "x\ta\tb\tc\np\t1\t2\t3\nq\t4\t5\t6\n"
    for sheet, side in (("id\tkind\np\tu\nq\tv\n", "rows"), ("kind\tid\nu\ta\nv\tb\nu\tc\n", "columns")):
        table = read_expression(write(text), label="kind", labels_file=write(sheet, "labels.tsv"))
        assert table.samples_in == side
        assert "labels_file" in table.notes[0]
    assert (
        read_expression(write("x\tkind\ta\np\tu\t1\nq\tv\t2\nr\tv\t2\n"), label="kind").samples_in == "rows"
    )
    assert read_expression(write("x\tp\tq\nkind\tu\tv\na\t1\t2\n"), label="kind").samples_in == "columns"


def test_orientation_guessed_is_a_warning(write):
    path = write("x\ta\tb\tc\np\t1\t2\t3\nq\t4\t5\t6\n")
    with pytest.warns(
        UserWarning, match="samples are taken to be in rows, a guess: there are 2 rows and 3 columns"
    ):
        assert read_expression(path).data.shape == (2, 3)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        table = read_expression(path, samples_in="columns")
    assert table.data.index.tolist() == ["a", "b", "c"]
    assert table.data.loc["c"].tolist() == [3, 6]


def test_orientation_contradicts_the_file(write):
    with pytest.raises(ValueError, match="samples_in='columns' needs gene names"):
        read_expression(write("TP53\tMYC\n1.5\t2\n"), samples_in="columns")
    with pytest.raises(
        ValueError, match="does not suit table.gct: its format always has the samples in columns"
    ):
        read_expression(write("#1.2\n", "table.gct"), samples_in="rows")


# ---- variants of text files


@pytest.mark.parametrize(
    "text",
    [
        "A,B\ns1,1,2.5\ns2,3,4\n",  # R's write.table: the header has one field less
        '"","A","B"\n"s1",1,2.5\n"s2",3,4\n',  # R's write.csv
        "\ufeffid,A,B\r\ns1,1,2.5\r\ns2,3,4\r\n",  # Excel: byte order mark, CRLF
        "id;A;B\ns1;1,0;2,5\ns2;3,0;4,0\n",  # decimal comma
        "id;A;B\ns1; 1,0; 2,5 \ns2;3,0 ; 4,0\n",  # with blanks
        "# Program: x\n# y\nid\tA\tB\n\ns1\t1\t2.5\n\ns2\t3\t4",  # comments, blank lines, no newline at the end
    ],
)
def test_dialects(write, text):
    table = read_expression(write(text, "table.txt"), samples_in="rows")
    assert table.data.to_dict() == {"A": {"s1": 1, "s2": 3}, "B": {"s1": 2.5, "s2": 4}}


def test_gct_versions(write):
    text = "#1.2\n2\t3\nName\tDescription\tGTEX-1\tGTEX-2\tGTEX-3\n"
    text += "ENSG00000000001.5\tAA\t1\t2\t3\nENSG2\tBB\t4\t5\t6\n"
    table = read_expression(write(text, "a.gct"))
    assert table.data.shape == (3, 2)
    assert table.data.columns.tolist() == ["ENSG00000000001.5", "ENSG2"]
    text = "#1.3\n1\t2\t1\t2\nid\tchr\ts1\ts2\ntissue\tna\tliver\tskin\nage\tna\t40\t50\nTP53\t17\t1.5\t2.5\n"
    table = read_expression(write(text, "b.gct"), label="tissue", group="age")
    assert table.data.to_numpy().tolist() == [[1.5], [2.5]]
    assert table.target.tolist() == ["liver", "skin"]
    assert table.groups.tolist() == [40, 50]
    with pytest.raises(ValueError, match=r"label='chr' was not found in b.gct, which has 'tissue', 'age'\."):
        read_expression(write(text, "b.gct"), label="chr")


def test_minus_666_in_annotations_of_gct_is_missing(write):
    text = (
        "#1.3\n1\t3\t0\t2\nid\ts1\ts2\ts3\ntissue\tliver\t-666\tskin\nage\t40\t50\t-666\nTP53\t1\t-666\t3\n"
    )
    with pytest.warns(UserWarning, match="1 of 3 samples have no label or group and were left out: 's2'"):
        table = read_expression(write(text, "a.gct"), label="tissue", covariates=["age"])
    assert table.covariates["age"].fillna(0).tolist() == [40, 0]
    assert read_expression(write(text, "a.gct"), drop=["tissue", "age"]).data["TP53"].tolist() == [1, -666, 3]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.gct", "#1.4\n1\t1\n", "not a GCT file of version 1.2 or 1.3: it starts with '#1.4'"),
        (
            "a.gct",
            "#1.2\n2\t1\nName\tDescription\ts1\ng1\tx\t1\n",
            "declares 2 genes x 1 samples and holds 1 x 1",
        ),
        (
            "a.tsv",
            "id\ta\tb\ns1\t1\t2\ns2\t1\n",
            "line 3 has 2 fields where 3 are expected; the file may be trunc",
        ),
        (
            "a.tsv",
            'sample\tA\ns1\t"1\ns2\t2"\n',
            "the columns .A. do not hold numbers",
        ),
        ("a.tsv", "id\ta\n", "has a header and no rows"),
        ("a.tsv", "", "a.tsv has no table: it is empty, or has comments and blank lines only"),
        ("a.csv", "# by me\n\n", "a.csv has no table"),
        ("a.csv.gz", "", "a.csv.gz has no table: it is empty"),
        ("a.txt", "a b c\n1 2 3\n", "no tab, comma or semicolon in its first line: 'a b c'"),
    ],
)
def test_damaged_text(write, name, text, message):
    with pytest.raises(ValueError, match=message):
        read_expression(write(text, name))


@pytest.mark.parametrize(
    ("n_bytes", "message"), [(5000, "x.h5ad cannot be read, it may be truncated"), (3, "not an HDF5 file")]
)
def test_damaged_h5ad(tmp_path, cohort, n_bytes, message):
    pytest.importorskip("anndata")
    path = tmp_path / "x.h5ad"
    write_expression(path, cohort[0])
    path.write_bytes(path.read_bytes()[:n_bytes])
    with pytest.raises(ValueError, match=message):
        read_expression(path)


def test_damaged_parquet(write):
    pytest.importorskip("pyarrow")
    with pytest.raises(ValueError, match="x.parquet is no Parquet file, or it is damaged"):
        read_expression(write("", "x.parquet"))


def test_damaged_gzip(tmp_path, cohort):
    path = tmp_path / "table.tsv.gz"
    write_expression(path, cohort[0])
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(ValueError, match="cannot be decompressed, it may be truncated"):
        read_expression(path)
    path.write_bytes(b"id\ta\ns\t1\n")
    with pytest.raises(ValueError, match="cannot be decompressed"):
        read_expression(path)
    path.write_bytes(gzip.compress(b"id,TP53\ns,1\n"))  # a comma in spite of the name
    assert read_expression(path, samples_in="rows").data.loc["s", "TP53"] == 1


def test_left_over_text_is_named(write):
    path = write("sample\tage\ttissue\tsex\tTP53\tMYC\ns1\t40\tliver\tm\t1\t2\ns2\t50\tskin\tf\t3\t4\n")
    with pytest.raises(
        ValueError, match=r"columns 'tissue', 'sex' do not hold numbers \(for instance 'liver'\)"
    ):
        read_expression(path)
    with pytest.raises(ValueError, match=r"columns 'sex' do not hold numbers .* drop="):
        read_expression(path, label="tissue")
    table = read_expression(path, label="tissue", drop=["sex", "age"])
    assert table.data.columns.tolist() == ["TP53", "MYC"]
    with pytest.raises(ValueError, match=r"drop names \['wight'\], which table.tsv does not have"):
        read_expression(path, label="tissue", drop=["wight"])
    rows = write(
        "gene\tchr\ts1\ts2\ntissue\t\tu\tv\nsex\t\tm\tf\nTP53\t17p\t1\t2\nMYC\t8q\t3\t4\nEGFR\t7p\t5\t6\n"
    )
    with pytest.raises(ValueError, match="the rows 'sex' do not hold numbers"):
        read_expression(rows, label="tissue", drop=["chr"])
    table = read_expression(rows, label="tissue", drop=["chr", "sex"])
    assert table.data.loc["s2"].tolist() == [2, 4, 6]


# ---- labels


def test_missing_label_column_says_what_there_is(write):
    path = write("sample\ttissue\tTP53\ns1\tu\t1\ns2\tv\t2\n")
    with pytest.raises(
        ValueError, match=r"label='tisue' was not found in table.tsv, which has 'tissue', 'TP53'\. Did"
    ):
        read_expression(path, label="tisue")
    with pytest.raises(ValueError, match=r"group='donor' was not found"):
        read_expression(path, label="tissue", group="donor")
    sheet = write("id\tkind\ns1\ta\n", "sheet.tsv")
    with pytest.raises(ValueError, match="nor in sheet.tsv, which has 'id', 'kind'"):
        read_expression(path, label="x", labels_file=sheet)


def test_labels_file_is_joined_by_sample(write):
    path = write("gene\tTCGA.A7.01\tTCGA.A7.02\tTCGA.A7.03\nTP53\t1\t2\t3\n")
    sheet = write(
        "donor,barcode,kind\nd2,TCGA-A7-02,b\nd1,TCGA-A7-01,a\nd9,TCGA-ZZ,c\nd3,TCGA-A7-03,\n", "labels.csv"
    )
    with pytest.warns(UserWarning, match="1 of 3 samples have no label or group and were left out"):
        table = read_expression(path, label="kind", group="donor", labels_file=sheet)
    assert table.data.index.tolist() == ["TCGA.A7.01", "TCGA.A7.02"]
    assert table.data["TP53"].tolist() == [1, 2]
    assert table.target.tolist() == ["a", "b"]
    assert table.groups.tolist() == ["d1", "d2"]
    assert any("left out" in note for note in table.notes)


def test_labels_file_bad_input(write):
    path = write("sample\tTP53\ns1\t1\ns2\t2\n")
    with pytest.raises(
        ValueError, match="none of the samples: they are called 's1', 's2', and its first column holds"
    ):
        read_expression(path, label="kind", labels_file=write("id\tkind\nx\ta\n", "a.tsv"))
    with pytest.raises(ValueError, match="gives several values of 'kind' for 's1'"):
        read_expression(path, label="kind", labels_file=write("id\tkind\ns1\ta\ns1\tb\ns2\tb\n", "a.tsv"))
    with pytest.raises(ValueError, match="row 2 has 1 fields where the header has 2"):
        read_expression(path, label="kind", labels_file=write("id\tkind\ns1\ta\ns2\n", "a.tsv"))
    with pytest.raises(ValueError, match="labels_file needs label= or group="):
        read_expression(path, labels_file=write("id\tkind\ns1\ta\n", "a.tsv"))


@pytest.mark.parametrize("samples_in", ["rows", "columns"])
def test_samples_without_label_are_left_out(write, samples_in):
    frame = pd.DataFrame({"kind": ["a", "NA", "", "b"], "A": ["1", "2", "3", "4"], "B": ["5", "6", "7", "8"]})
    frame.index = pd.Index(["s1", "s2", "s3", "s4"], name="sample")
    frame = frame if samples_in == "rows" else frame.T
    with pytest.warns(UserWarning, match="2 of 4 samples"):
        table = read_expression(write(frame.to_csv(sep="\t")), label="kind")
    assert table.samples_in == samples_in
    assert table.data.to_numpy().tolist() == [[1, 5], [4, 8]]
    assert table.target.to_dict() == {"s1": "a", "s4": "b"}


def test_no_label_at_all(write):
    with pytest.raises(ValueError, match="no sample with a value in kind"):
        read_expression(write("sample\tkind\tA\ns1\tNA\t1\ns2\t\t2\n"), label="kind")


# ---- names that repeat


@pytest.mark.parametrize("samples_in", ["rows", "columns"])
@pytest.mark.parametrize(
    ("duplicates", "expected"), [("mean", [4, 2, 3]), ("sum", [12, 2, 6]), ("first", [1, 2, 2])]
)
def test_duplicate_genes(write, samples_in, duplicates, expected):
    frame = pd.DataFrame([[1, 2, 2, 4, 4, 7.0], [1, 2, 2, 4, 4, 7.0]], ["s1", "s2"], list("ABCCAA"))
    text = (frame if samples_in == "rows" else frame.T).to_csv(sep="\t")
    with pytest.warns(UserWarning, match=r"2 gene names occur more than once \(A, C\) and were merged by"):
        table = read_expression(write(text), samples_in=samples_in, duplicates=duplicates)
    assert table.data.columns.tolist() == ["A", "B", "C"]
    assert table.data.loc["s2"].tolist() == expected
    with pytest.raises(
        ValueError, match=r"2 gene names occur more than once \('A', 'C'\) and duplicates='error'"
    ):
        read_expression(write(text), samples_in=samples_in, duplicates="error")


def test_repeated_sample_names_are_a_warning(write):
    with pytest.warns(UserWarning, match="1 sample names repeat an earlier one, 's1' for instance"):
        read_expression(write("sample\tA\ns1\t1\ns1\t2\n"))


# ---- AnnData and Parquet


@pytest.mark.parametrize("kind", [np.asarray, sparse.csr_matrix, sparse.csc_matrix])
def test_h5ad_layers_sparse_and_defaults(tmp_path, monkeypatch, kind):
    anndata = pytest.importorskip("anndata")
    monkeypatch.setattr("sklearn_txaug.datasets._h5ad._CELLS", 10)
    X = np.random.default_rng(0).poisson(1.0, (9, 6)).astype(np.float32)
    obs = pd.DataFrame(
        {"kind": pd.Categorical(list("abcabcabc")), "donor": range(9)}, index=[f"s{i}" for i in range(9)]
    )
    data = anndata.AnnData(kind(X), obs=obs, layers={"counts": kind(X * 2)})
    data.uns.update(label="kind", group="nothing")
    path = tmp_path / "x.h5ad"
    data.write_h5ad(path)
    table = read_expression(path)
    np.testing.assert_array_equal(table.data.to_numpy(), X)
    assert table.target.tolist() == list("abcabcabc")
    assert table.target.dtype != "category"
    assert table.groups is None
    assert read_expression(path, label="donor", layer="counts").data.to_numpy().sum() == 2 * X.sum()
    with pytest.raises(ValueError, match="layer='tpm' is not in x.h5ad, which has the layers 'counts'"):
        read_expression(path, layer="tpm")
    with pytest.raises(
        ValueError, match=r"label='tissue' was not found in x.h5ad, which has 'kind', 'donor'\."
    ):
        read_expression(path, label="tissue")
    with pytest.raises(ValueError, match="drop=.*is for tables"):
        read_expression(path, drop=["donor"])


def test_h5ad_categories_of_numbers(tmp_path):
    anndata = pytest.importorskip("anndata")
    codes = pd.DataFrame(
        {"kind": pd.Categorical([1, 2, None]), "batch": pd.Categorical([3, None, 3])}, ["a", "b", "c"]
    )
    anndata.AnnData(np.ones((3, 2), dtype=np.float32), obs=codes).write_h5ad(tmp_path / "x.h5ad")
    with pytest.warns(UserWarning, match="1 of 3 samples have no label or group and were left out: 'c'"):
        table = read_expression(tmp_path / "x.h5ad", label="kind", covariates=["batch"])
    assert table.target.tolist() == [1, 2]
    assert table.target.dtype == int
    assert table.covariates["batch"].dtype == "category"  # codes, not quantities
    assert table.covariates["batch"].isna().tolist() == [False, True]


def test_h5ad_of_old_versions_and_others(tmp_path):
    pytest.importorskip("anndata")
    h5py = pytest.importorskip("h5py")
    path = tmp_path / "old.h5ad"
    with h5py.File(path, "w") as file:
        file["X"] = np.ones((2, 2))
        file["obs"] = np.array([(b"s1", 0), (b"s2", 1)], dtype=[("index", "S2"), ("label", int)])
    with pytest.raises(ValueError, match="obs has no 'encoding-version'.*before 0.7; write the file anew"):
        read_expression(path)
    with h5py.File(path, "a") as file:
        del file["obs"]
    with pytest.raises(ValueError, match="old.h5ad has no obs, so it was not written by anndata"):
        read_expression(path)


def test_h5ad_with_labels_file(tmp_path, write):
    pytest.importorskip("anndata")
    path = tmp_path / "x.h5ad"
    write_expression(path, np.ones((2, 2)), sample_names=["s1", "s2"])
    table = read_expression(path, label="kind", labels_file=write("id\tkind\ns2\tb\ns1\ta\n"))
    assert table.target.tolist() == ["a", "b"]


def test_parquet_left_over_text_and_plain_columns(tmp_path):
    pytest.importorskip("pyarrow")
    path = tmp_path / "x.parquet"
    frame = pd.DataFrame({"barcode": ["s1", "s2"], "kind": ["a", "b"], "A": [1, 2], "B": [0.5, 1.5]})
    frame.to_parquet(path, index=False)
    with pytest.raises(ValueError, match="the columns 'kind' do not hold numbers"):
        read_expression(path)
    table = read_expression(path, label="kind")
    assert table.data.index.tolist() == ["s1", "s2"]
    assert table.data.to_numpy().tolist() == [[1, 0.5], [2, 1.5]]
    frame[["kind", "A", "B"]].to_parquet(path, index=False)
    assert read_expression(path, label="kind").data.index.tolist() == [0, 1]


@pytest.mark.parametrize("samples_in", ["rows", "columns"])
def test_parquet_columns_of_one_name(tmp_path, samples_in):
    pyarrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    values = [np.array([1.0, 2]), np.array([9.0, 8]), np.array([3.0, 4])]
    table = pyarrow.table([["x", "y"], *values], names=["id", "TP53", "MYC", "TP53"])
    parquet.write_table(table, tmp_path / "x.parquet")
    with pytest.warns(UserWarning, match="TP53"):
        read = read_expression(tmp_path / "x.parquet", samples_in=samples_in).data
    expected = [[2, 9], [3, 8]] if samples_in == "rows" else np.array(values).tolist()
    assert read.to_numpy().tolist() == expected


def test_parquet_columns_of_the_index_are_no_genes(tmp_path):
    pytest.importorskip("pyarrow")
    path = tmp_path / "x.parquet"
    frame = pd.DataFrame({"kind": ["a", "b"], "patient": ["p", "q"], "visit": [1, 2], "TP53": [0.5, 1.5]})
    frame.set_index(["patient", "visit"]).to_parquet(path)
    table = read_expression(path, label="kind")
    assert table.feature_names == ["TP53"]
    assert table.data.index.tolist() == ["p", "q"]
    assert read_expression(path, label="kind", group="patient").groups.tolist() == ["p", "q"]
    frame.set_index("kind")[["TP53"]].to_parquet(path)
    assert read_expression(path, label="kind").target.tolist() == ["a", "b"]
    frame[["visit", "TP53"]].rename(columns={"visit": "sample_id"}).to_parquet(path)  # as in text files
    assert read_expression(path).feature_names == ["TP53"]


# ---- options


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"samples_in": "up"}, ValueError, "samples_in must be 'auto', 'rows' or 'columns', got 'up'"),
        ({"duplicates": "max"}, ValueError, "duplicates must be one of .* got 'max'"),
        ({"layer": "counts"}, ValueError, "layer='counts' is for AnnData files"),
        ({"dtype": int}, TypeError, "dtype must be numpy.float32 or numpy.float64"),
        ({"drop": "age"}, TypeError, "drop must be a list of names"),
        ({"label": 3}, TypeError, "label must be the name of a column, a string; got 3"),
        ({"path": "nothing.tsv"}, FileNotFoundError, "does not exist"),
        ({"path": "table.sav"}, ValueError, "unknown format"),
    ],
)
def test_read_bad_options(write, options, error, message):
    path = write("sample\tA\ns1\t1\n")
    path = path.with_name(options["path"]) if "path" in options else path
    with pytest.raises(error, match=message):
        read_expression(path, **{name: value for name, value in options.items() if name != "path"})
