"""fetch_tcga, fetch_gtex, fetch_string_graph and their command, on small files in the formats of the publishers."""

import gzip
import tracemalloc

import numpy as np
import pytest

from sklearn_txaug import __main__ as command_line
from sklearn_txaug.datasets import (
    fetch_gtex,
    fetch_string_graph,
    fetch_tcga,
    landmark_genes,
    match_landmarks,
    read_expression,
)
from sklearn_txaug.datasets._fetch_genes import Genes
from sklearn_txaug.datasets._fetch_matrix import open_lines, read_header, stream_genes
from sklearn_txaug.datasets._fetch_tcga import RENAMED
from sklearn_txaug.graphs import GeneGraph

from .file_server import FileServer

pd = pytest.importorskip("pandas")
pytest.importorskip("pooch")

TCGA = [
    "TCGA-A1-A0SB-01", "TCGA-A1-A0SB-11", "TCGA-A1-A0SC-01", "TCGA-AB-2803-03", "TCGA-VQ-A8DZ-01", "TCGA-L5-A43C-01",
    "TCGA-ZZ-0001-01", "TCGA-A1-A0SC-01", "TCGA-XX-0002-01", "TCGA-XX-0003-20", "TCGA-XX-0004-06",
]  # fmt: skip
CLINICAL = [
    ("TCGA-A1-A0SB-01", "BRCA", "70", "FEMALE"),
    ("TCGA-A1-A0SC-01", "BRCA", "52", "FEMALE"),
    ("TCGA-AB-2803-03", "LAML", "61", "MALE"),
    ("TCGA-VQ-A8DZ-01", "STES", "48", "MALE"),
    ("TCGA-VQ-A8DZ-01", "STAD", "48", "MALE"),
    ("TCGA-L5-A43C-01", "STES", "55", "MALE"),
    ("TCGA-XX-0002-01", "UVM", "", "FEMALE"),
    ("TCGA-XX-0003-20", "UVM", "33", "FEMALE"),
    ("TCGA-XX-0004-06", "SKCM", "44", "[Not Available]"),
]
KEPT = ["TCGA-A1-A0SB-01", "TCGA-A1-A0SB-11", "TCGA-A1-A0SC-01", "TCGA-AB-2803-03", "TCGA-VQ-A8DZ-01"]
GTEX = [
    "GTEX-1117F-0226-SM-5GZZ7",
    "GTEX-1117F-0426-SM-5EGHI",
    "GTEX-111CU-0126-SM-5GZWZ",
    "GTEX-111FC-0326-SM-5N9CB",
]
LANDMARKS = landmark_genes(as_frame=False)
TP53, MYC = "ENSG00000141510", "ENSG00000136997"


def table(header, rows, head=""):
    lines = ["\t".join(map(str, row)) for row in [header, *rows]]
    return (head + "\n".join(lines) + "\n").encode()


def pancan():
    rng = np.random.default_rng(0)
    values = np.round(rng.uniform(0, 15, size=(6, len(TCGA))), 4).astype(object)
    values[2, 0], values[3, 1], values[4, 8] = -0.37, "NA", ""
    genes = ["100130426", "SLC35E2", "TP53", LANDMARKS["symbol"][5], LANDMARKS["symbol"][0], "SLC35E2"]
    rows = [(gene, *row) for gene, row in zip(genes, values, strict=True)]
    rows.append(("GPR56", *values[0]))
    return table(["sample", *TCGA], rows), genes, values


def toil():
    tpm = np.array([[0.0, 1.0, 3.0], [7.0, 0.0, 15.0], [31.0, 63.0, 0.5]])
    genes = [f"{TP53}.16", f"{LANDMARKS['ensembl'][1]}.3", "ENSG00000002586_PAR_Y"]
    logs = np.round(np.log2(tpm + 0.001), 4)
    names = ["TCGA-A1-A0SB-01", "GTEX-S4Q7-0003-SM-3NM8M", "TCGA-XX-0004-06"]
    rows = [(gene, *row) for gene, row in zip(genes, logs, strict=True)]
    return table(["sample", *names], rows), tpm


def gtex():
    rows = [
        ("ENSG00000223972.5", "DDX11L1", 0, 0.1, 0, 0.02),
        (f"{TP53}.16", "TP53", 3, 7, 15, 31),
        (f"{LANDMARKS['ensembl'][2]}.10", "CDH3", 1, 0, 1, 0),
        (f"{LANDMARKS['ensembl'][0]}.12", "INSIG1", 0, 1, 0, 1),
        ("ENSG00000182378.13_PAR_Y", "PLCXD1", 0, 0, 0, 0),
    ]
    samples = [
        (name, "B1", note, rin, tissue, detail, "BP-1", time)
        for name, note, rin, tissue, detail, time in [
            (GTEX[0], '2 pieces, 6" long', "6.8", "Adipose Tissue", "Adipose - Subcutaneous", "1214"),
            (GTEX[1], "", "7.1", "Muscle", "Muscle - Skeletal", ""),
            (GTEX[2], "clean", "", "Adipose Tissue", "Adipose - Visceral (Omentum)", "-5"),
            (GTEX[3], "", "6", "Kidney", "Kidney - Cortex", "90"),
            ("K-562-SM-2AXUB", "", "", "Bone Marrow", "Cells - Leukemia cell line (CML)", ""),
        ]
    ]
    header = ["SAMPID", "SMCENTER", "SMPTHNTS", "SMRIN", "SMTS", "SMTSD", "SMNABTCH", "SMTSISCH"]
    subjects = [("GTEX-1117F", 2, "60-69", 4), ("GTEX-111CU", 1, "50-59", 0), ("GTEX-111FC", 1, "60-69", "")]
    return (
        table(["Name", "Description", *GTEX], rows, head=f"#1.2\n{len(rows)}\t{len(GTEX)}\n"),
        table(header, samples),
        table(["SUBJID", "SEX", "AGE", "DTHHRDY"], subjects),
    )


def string():
    proteins = {"A": "TP53", "B": "MDM2", "C": "ATM", "D": "TP53", "E": "LONELY"}
    links = [
        ("A", "B", 999),
        ("A", "C", 700),
        ("B", "C", 150),
        ("B", "D", 400),
        ("A", "D", 900),
        ("C", "X", 950),
    ]
    lines = [
        f"9606.ENSP{a} 9606.ENSP{b} {score}"
        for pair in links
        for a, b, score in (pair, (pair[1], pair[0], pair[2]))
    ]
    info = [(f"9606.ENSP{name}", symbol, 1, 'a "quote\'d" note') for name, symbol in proteins.items()]
    return (
        "\n".join(["protein1 protein2 combined_score", *lines, ""]).encode(),
        table(["#string_protein_id", "preferred_name", "protein_size", "annotation"], info),
    )


@pytest.fixture(scope="module")
def files():
    clinical = [(name, name[:12], *rest, "Réunion") for name, *rest in CLINICAL]
    header = [
        "sample",
        "_PATIENT",
        "cancer type abbreviation",
        "age_at_initial_pathologic_diagnosis",
        "gender",
        "race",
    ]
    phenotype = [
        ("TCGA-XX-0004-06", "Skin", "Male", "TCGA"),
        ("GTEX-S4Q7-0003-SM-3NM8M", "Sévres", "Female", "GTEX"),
    ]
    tpm, samples, subjects = gtex()
    links, info = string()
    return {
        "tcga_pancan": gzip.compress(pancan()[0]),
        "tcga_toil": gzip.compress(toil()[0]),
        "tcga_toil_phenotype": gzip.compress(
            table(["sample", "_primary_site", "_gender", "_study"], phenotype).decode().encode("latin-1")
        ),
        "tcga_clinical": table(header, clinical).decode().encode("latin-1"),
        "gtex_tpm": gzip.compress(tpm),
        "gtex_samples": samples,
        "gtex_subjects": subjects,
        "string_links": gzip.compress(links),
        "string_info": gzip.compress(info),
    }


@pytest.fixture
def server(files, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with FileServer(dict(files)) as running:
        yield running


@pytest.fixture
def options(server, files, tmp_path):
    return {"data_home": tmp_path, "urls": {name: server.url(name) for name in files}, "verbose": False}


def test_tcga_samples_and_labels(options):
    tcga = fetch_tcga(genes=["TP53", "100130426"], **options)
    assert tcga.sample_names.tolist() == KEPT
    assert tcga.target.tolist() == ["breast", "breast", "breast", "blood", "stomach"]
    assert tcga.groups.tolist() == [name[:12] for name in KEPT]
    assert tcga.target_names.tolist() == ["blood", "breast", "stomach"]
    assert tcga.covariates["sample_type"].tolist()[:4] == [
        "primary tumour", "normal tissue", "primary tumour", "blood cancer, blood"
    ]  # fmt: skip
    assert tcga.covariates["cancer"].tolist() == [True, False, True, True, True]
    assert tcga.covariates["age"].tolist() == [70, 70, 52, 61, 48]
    assert tcga.covariates["sex"].tolist() == ["female", "female", "female", "male", "male"]
    for reason in (
        "1 samples dropped: barcode occurs before",
        "STES",
        "2 samples dropped: age or sex not known",
    ):
        assert reason in tcga.DESCR
    assert "Licence" in tcga.DESCR
    assert "Cite" in tcga.DESCR


def test_tcga_has_the_values_of_the_file_and_none_below_zero(options):
    _, genes, values = pancan()
    tcga = fetch_tcga(genes=["TP53", "100130426"], **options)
    assert tcga.feature_names.tolist() == ["TP53", "100130426"]
    assert tcga.data.dtype == np.float32
    assert tcga.data.flags.c_contiguous
    expected = np.maximum(values[[2, 0]].astype(float), 0)[:, :5].T
    np.testing.assert_allclose(tcga.data, expected, rtol=1e-6)
    assert tcga.data[0, 0] == 0  # below zero in the file


@pytest.mark.parametrize("name", ["GPR56", "ADGRG1"])
def test_tcga_gene_that_was_renamed(options, name):
    tcga = fetch_tcga(genes=[name], **options)
    assert tcga.feature_names.tolist() == ["ADGRG1"]
    assert match_landmarks(tcga.feature_names).found == ["ADGRG1"]


@pytest.mark.parametrize("label", ["cohort", "sample_type", "cancer"])
def test_tcga_label(options, label):
    X, y = fetch_tcga(genes=["TP53"], label=label, return_X_y=True, as_frame=True, **options)
    assert X.index.equals(y.index)
    assert X.index.tolist() == KEPT
    assert y.name == label
    assert y.nunique() > 1


def test_tcga_landmarks_without_missing_values(options):
    with pytest.warns(UserWarning, match=f"1 genes lack values and were dropped: '{LANDMARKS['symbol'][5]}'"):
        tcga = fetch_tcga(**options)
    assert tcga.feature_names.tolist() == [LANDMARKS["symbol"][0], "ADGRG1", "TP53"]
    assert any(
        note.startswith("974 of the requested genes are not in the data: 'FOXO3'") for note in tcga.notes
    )


def test_tcga_keeps_what_is_missing(options):
    _, genes, values = pancan()
    tcga = fetch_tcga(genes=None, missing="keep", **options)
    assert tcga.feature_names.tolist() == [*genes[:5], "ADGRG1"]  # the second SLC35E2 is left out
    assert len(tcga.data) == 7
    assert tcga.covariates.loc["TCGA-XX-0002-01", ["age"]].isna().all()
    assert np.argwhere(np.isnan(tcga.data)).tolist() == [[1, 3], [5, 4]]


def test_tcga_of_toil_is_log_tpm_with_sex(options):
    tpm = toil()[1]
    tcga = fetch_tcga(source="toil", **options)
    assert any("976 of the requested genes" in note for note in tcga.notes)
    assert tcga.sample_names.tolist() == ["TCGA-A1-A0SB-01", "TCGA-XX-0004-06"]
    assert tcga.covariates["sex"].tolist() == ["female", "male"]  # the second from Toil's own table
    assert tcga.feature_names.tolist() == [LANDMARKS["ensembl"][1], TP53]
    assert tcga.gene_symbols.tolist() == [LANDMARKS["symbol"][1], "TP53"]
    np.testing.assert_allclose(tcga.data[:, 0], np.log2(tpm[1, [0, 2]] + 1), atol=1e-4)
    every = fetch_tcga(source="toil", genes=None, **options)
    np.testing.assert_allclose(every.data, np.log2(tpm[:, [0, 2]].T + 1), atol=1e-4)
    assert every.data.min() >= 0


def test_gtex_has_tissue_donor_and_covariates(options):
    gtex = fetch_gtex(genes=[f"{TP53}.99", "INSIG1"], min_class_size=1, as_frame=True, **options)
    assert gtex.data.columns.tolist() == [TP53, LANDMARKS["ensembl"][0]]
    assert gtex.gene_symbols.tolist() == ["TP53", "INSIG1"]
    np.testing.assert_allclose(gtex.data[TP53], [2, 3, 4, 5])
    assert gtex.data.index.tolist() == GTEX
    assert gtex.groups.tolist() == ["GTEX-1117F", "GTEX-1117F", "GTEX-111CU", "GTEX-111FC"]
    assert gtex.target.tolist() == ["Adipose Tissue", "Muscle", "Adipose Tissue", "Kidney"]
    assert gtex.covariates["sex"].tolist() == ["female", "female", "male", "male"]
    assert gtex.covariates["age"].tolist() == ["60-69", "60-69", "50-59", "60-69"]
    assert gtex.covariates["ischemic_minutes"].tolist()[::2] == [1214, -5]
    assert gtex.covariates["rin"].isna().tolist() == [False, False, True, False]


def test_gtex_leaves_small_classes_out(options):
    gtex = fetch_gtex(genes=["TP53"], min_class_size=2, **options)
    assert gtex.target.tolist() == ["Adipose Tissue"] * 2
    assert any("Muscle (1)" in note and "Kidney (1)" in note for note in gtex.notes)
    with pytest.raises(ValueError, match="no sample is left: 4 samples dropped: tissue with fewer than 100"):
        fetch_gtex(genes=["TP53"], **options)


def test_gtex_landmarks_in_order(options):
    gtex = fetch_gtex(min_class_size=1, label="tissue_detail", **options)
    assert "975 of the requested genes are not in the data" in gtex.DESCR
    assert gtex.feature_names.tolist() == [LANDMARKS["ensembl"][0], LANDMARKS["ensembl"][2], TP53]
    assert "Kidney - Cortex" in gtex.target


def test_second_call_reads_the_cache(options, server):
    first = fetch_gtex(genes=["TP53"], min_class_size=1, keep=False, **options)
    assert sorted(name for name, _ in server.requests) == ["gtex_samples", "gtex_subjects", "gtex_tpm"]
    server.requests.clear()
    again = fetch_gtex(genes=["TP53"], min_class_size=2, download_if_missing=False, keep=False, **options)
    assert server.requests == []
    np.testing.assert_array_equal(again.data, first.data[[0, 2]])
    with pytest.raises(OSError, match="download_if_missing=False"):
        fetch_gtex(genes=["CDH3"], min_class_size=1, download_if_missing=False, **options)


def test_any_genes_come_from_the_cache_of_all(options, server):
    fetch_gtex(genes=None, min_class_size=1, keep=False, **options)
    server.requests.clear()
    gtex = fetch_gtex(genes=["CDH3", "TP53"], min_class_size=1, **options)
    assert gtex.gene_symbols.tolist() == ["CDH3", "TP53"]
    with pytest.raises(
        ValueError, match="none of them is in the data, whose genes are named like ENSG0000022397"
    ):
        fetch_gtex(genes=["Tp53"], min_class_size=1, **options)
    assert server.requests == []


def test_no_such_genes(options, server):
    with pytest.raises(
        ValueError, match="none of them is in .*gct.gz, whose genes are named like ENSG00000182378"
    ):
        fetch_gtex(genes=["Tp53"], **options)
    with pytest.warns(UserWarning, match="1 of the requested genes are not in the data: 'Tp53'"):
        gtex = fetch_gtex(genes=["Tp53", "TP53"], min_class_size=1, **options)
    assert gtex.data.shape == (4, 1)
    assert [name for name, _ in server.requests].count("gtex_tpm") == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"<html>Please log in</html>", "not a GCT file of version 1.2: it starts with '<html>.*Delete it"),
        (gtex()[0].replace(b"\t31\n", b"\n"), "gene ENSG00000141510.16 has 3 values, but 4 are expected"),
        (gtex()[0].replace(b"\t31\n", b"\tthree\n"), "gene ENSG00000141510.16: could not convert .*three"),
    ],
)
def test_damaged_matrix(options, server, content, message):
    server.files["gtex_tpm"] = content
    with pytest.raises(ValueError, match=f"(?s){message}"):
        fetch_gtex(genes=["TP53"], min_class_size=1, **options)
    assert not list((options["data_home"] / "sklearn_txaug" / "gtex_v8").glob("gtex_tpm-*"))


def test_damaged_annotations(options, server):
    server.files["gtex_samples"] = b"SAMPID\tSMTS\nGTEX-1\tBlood\n"
    with pytest.raises(
        ValueError, match=r"SampleAttributesDS.txt is not a table with the columns SAMPID, SMTS, SMTSD"
    ):
        fetch_gtex(**options)


def test_failed_download_of_the_matrix(options, server):
    del server.files["tcga_pancan"]
    with pytest.raises(OSError, match=r"tcga_pancan answered 404 .*urls=\{'tcga_pancan'"):
        fetch_tcga(**options)


@pytest.mark.parametrize(
    ("call", "bad", "message"),
    [
        (fetch_tcga, {"source": "gdc"}, "source must be one of"),
        (fetch_tcga, {"label": "stage"}, "label must be one of"),
        (fetch_tcga, {"missing": None}, "missing must be one of"),
        (fetch_tcga, {"genes": "TP53"}, "genes must be 'landmarks', None or a list"),
        (fetch_gtex, {"genes": []}, "genes is an empty list"),
        (fetch_gtex, {"label": "donor"}, "label must be 'tissue' or"),
        (fetch_gtex, {"min_class_size": 0}, "min_class_size must be an integer of at least 1"),
        (fetch_string_graph, {"threshold": 700}, "threshold must be between 0 and 1"),
    ],
)
def test_bad_arguments_before_any_request(options, server, call, bad, message):
    with pytest.raises(ValueError, match=message):
        call(**bad, **options)
    assert server.requests == []


def test_the_string_graph_has_its_scores_and_is_cached(options, server):
    with pytest.warns(UserWarning, match="2 links name a protein without a symbol"):
        graph = fetch_string_graph(threshold=0, keep=False, **options)
    assert graph.genes.tolist() == ["ATM", "MDM2", "TP53"]
    expected = [[0, 0.15, 0.7], [0.15, 0, 0.999], [0.7, 0.999, 0]]
    np.testing.assert_allclose(graph.adjacency.toarray(), expected)
    server.requests.clear()
    strong = fetch_string_graph(threshold=0.7, **options)
    assert (strong.n_genes, strong.n_edges) == (3, 2)
    assert fetch_string_graph(threshold=0.999, **options).genes.tolist() == ["MDM2", "TP53"]
    assert server.requests == []


@pytest.mark.parametrize(
    "content",
    [b"a,b\n1,2\n", b"protein1 protein2 combined_score\nA B\n", b"protein1 protein2 combined_score\nA B x\n"],
)
def test_damaged_links(options, server, content):
    server.files["string_links"] = gzip.compress(content)
    with pytest.raises(ValueError, match=r"protein.links.v12.0.txt.gz.*Delete it to download it again"):
        fetch_string_graph(**options)


def test_lines_are_read_one_by_one():
    taken = []

    def lines():
        for i in range(1000):
            taken.append(i)
            yield b"gene%d\t1.5\t2.5\n" % i

    genes = stream_genes(lines(), 1, 2, Genes(["gene3", "gene700"]), "file")
    assert taken == []
    assert next(genes).values.tolist() == [1.5, 2.5]
    assert taken == [0, 1, 2, 3]
    assert next(genes).id == "gene700"
    assert len(taken) == 701


def test_memory_is_that_of_the_genes(tmp_path):
    path, line = tmp_path / "matrix.gz", b"\t".join([b"1.2345"] * 2000)
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(b"sample\t" + b"\t".join(b"s%d" % i for i in range(2000)) + b"\n")
        for i in range(1500):
            file.write(b"gene%d\t" % i + line + b"\n")
    text = 1500 * len(line)
    tracemalloc.start()
    with open_lines(path, verbose=False) as lines:
        samples, n_names = read_header(lines, path.name, gct=False)
        n = sum(1 for _ in stream_genes(lines, n_names, len(samples), Genes(["gene1", "gene1400"]), "file"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert n == 2
    assert text > 20e6
    assert peak < text / 4


def command(options, *arguments):
    urls = [part for name, url in options["urls"].items() for part in ("--url", f"{name}={url}")]
    return command_line.main(
        ["fetch", *arguments, "--data-home", str(options["data_home"]), "--quiet", *urls]
    )


def test_command_writes_a_cohort(options, tmp_path, capsys):
    path = tmp_path / "gtex.h5ad"
    status = command(options, "gtex", "--genes", "TP53,CDH3", "--min-class-size", "1", "-o", str(path))
    printed = capsys.readouterr().out
    assert status == 0
    assert "4 samples x 2 genes, 3 of donor" in printed
    assert "tissue: Adipose Tissue 2" in printed
    assert str(tmp_path / "sklearn_txaug" / "gtex_v8") in printed
    table = read_expression(path)
    assert table.target.tolist() == ["Adipose Tissue", "Muscle", "Adipose Tissue", "Kidney"]
    assert table.groups.nunique() == 3
    np.testing.assert_allclose(table.data[TP53], [2, 3, 4, 5])
    for name in (path, tmp_path / "gtex.gct"):  # what else is known of the samples
        assert command(options, "gtex", "--genes", "TP53", "--min-class-size", "1", "-o", str(name)) == 0
        known = read_expression(name, label="tissue", covariates=["age", "sex", "rin"]).covariates
        assert known["sex"].nunique() == 2
        assert known["rin"].dtype == float
    assert (
        command(options, "gtex", "--genes", "TP53", "--min-class-size", "1", "-o", str(tmp_path / "x.csv"))
        == 0
    )
    assert read_expression(tmp_path / "x.csv", label="tissue", drop=["donor"]).feature_names == [TP53]


def test_command_reads_genes_from_a_file(options, tmp_path, capsys):
    (tmp_path / "genes.txt").write_text("TP53\n100130426\n")
    assert (
        command(
            options, "tcga", "--genes", str(tmp_path / "genes.txt"), "--label", "cancer", "--delete-download"
        )
        == 0
    )
    assert "5 samples x 2 genes, 4 of patient" in capsys.readouterr().out
    many = ",".join(["TP53", "100130426", *(f"GENE{i}" for i in range(100))])
    assert command(options, "tcga", "--genes", many, "--label", "cancer", "--delete-download") == 0
    assert "5 samples x 2 genes" in capsys.readouterr().out
    assert not list((tmp_path / "sklearn_txaug" / "tcga").glob("EB*"))


def test_command_writes_what_is_not_known_of_every_sample(options, tmp_path):
    path = tmp_path / "tcga.h5ad"
    assert command(options, "tcga", "--genes", "TP53", "--missing", "keep", "-o", str(path)) == 0
    known = read_expression(path, covariates=["age", "sex", "cancer"]).covariates
    assert known["age"].isna().any()
    assert known["sex"].isna().any()
    assert known["cancer"].isin([True, False]).all()


@pytest.mark.filterwarnings("ignore:2 links name a protein")
@pytest.mark.parametrize("name", ["edges.tsv.gz", "edges.csv"])
def test_command_writes_a_graph(options, tmp_path, capsys, name):
    assert command(options, "string", "--threshold", "0.5", "-o", str(tmp_path / name)) == 0
    assert "3 genes, 2 edges" in capsys.readouterr().out
    graph = GeneGraph.from_edges(tmp_path / name)
    np.testing.assert_array_equal(
        graph.adjacency.toarray(), fetch_string_graph(threshold=0.5, **options).adjacency.toarray()
    )
    written = (tmp_path / name).read_bytes()
    assert command(options, "string", "--threshold", "0.5", "-o", str(tmp_path / name)) == 0
    assert (tmp_path / name).read_bytes() == written


def test_command_refuses_before_the_download(options, server, tmp_path, capsys):
    assert command(options, "gtex", "-o", str(tmp_path / "gtex.xlsx")) == 2
    assert command(options, "string", "-o", str(tmp_path / "edges.h5ad")) == 2
    assert "unknown format" in capsys.readouterr().err
    for data_set, name in (("tcga", "tcga.h5ad"), ("string", "edges.tsv")):
        assert command(options, data_set, "-o", str(tmp_path / "nowhere" / name)) == 2
        assert "there is no folder" in capsys.readouterr().err
    assert server.requests == []


def test_renamed_genes_are_landmarks():
    assert set(RENAMED.values()) <= set(LANDMARKS["symbol"].tolist())
    assert not set(RENAMED) & set(LANDMARKS["symbol"].tolist())
