"""GeneGraph and coexpression_graph: sources, thresholds, alignment, lesion, memory."""

import gzip
import tracemalloc

import numpy as np
import pytest
from scipy import sparse

from sklearn_txaug.graphs import GeneGraph, coexpression_graph

EDGES = [
    ("TP53", "MDM2", 0.99),
    ("MDM2", "TP53", 0.9),
    ("TP53", "ATM", 0.95),
    ("ATM", "CHEK2", 0.7),
    ("ATM", "ATM", 1),
]


@pytest.fixture
def graph():
    return GeneGraph.from_edges(EDGES)


def _edges(graph):
    upper = sparse.triu(graph.adjacency).tocoo()
    return {
        (graph.genes[i], graph.genes[j]): w for i, j, w in zip(upper.row, upper.col, upper.data, strict=True)
    }


def test_edges_are_undirected_single_and_weigh_most(graph):
    assert _edges(graph) == {("MDM2", "TP53"): 0.99, ("ATM", "TP53"): 0.95, ("ATM", "CHEK2"): 0.7}
    assert (graph.n_genes, graph.n_edges) == (4, 3)
    assert (graph.adjacency != graph.adjacency.T).nnz == 0


@pytest.mark.parametrize("suffix", [".tsv", ".csv", ".txt.gz"])
@pytest.mark.parametrize("string", [True, False])
def test_edges_from_files(tmp_path, graph, suffix, string):
    header = ["protein1", "protein2", "combined_score"] if string else ["source", "target", "weight"]
    mark = {".tsv": "\t", ".csv": ",", ".txt.gz": " "}[suffix]
    rows = [header, *([a, b, str(round(1000 * w) if string else w)] for a, b, w in EDGES)]
    path = tmp_path / f"edges{suffix}"
    encoding = "utf-8-sig" if suffix == ".csv" else "utf-8"  # as Excel writes it
    with (gzip.open if suffix.endswith("gz") else open)(path, "wt", encoding=encoding) as file:
        file.writelines(mark.join(row) + "\n" for row in rows)
    assert _edges(GeneGraph.from_edges(path)) == pytest.approx(_edges(graph))
    assert _edges(GeneGraph.from_edges(str(path))) == pytest.approx(_edges(graph))


def test_edges_from_frames_pairs_networks_and_matrices(graph):
    pd = pytest.importorskip("pandas")
    nx = pytest.importorskip("networkx")
    assert _edges(
        GeneGraph.from_edges(pd.DataFrame(EDGES, columns=["source", "target", "weight"]))
    ) == _edges(graph)
    assert set(GeneGraph.from_edges([("A", "B"), ("B", "C")]).adjacency.data) == {1.0}
    assert set(GeneGraph.from_edges(pd.DataFrame({"source": ["A"], "target": ["B"]})).adjacency.data) == {1.0}
    network = nx.Graph()
    network.add_weighted_edges_from(EDGES)
    assert _edges(GeneGraph.from_networkx(network)).keys() == _edges(graph).keys()
    assert _edges(GeneGraph(graph.adjacency, graph.genes)) == _edges(graph)
    assert _edges(GeneGraph(sparse.triu(graph.adjacency), graph.genes)) == _edges(graph)
    assert GeneGraph(np.eye(3)[::-1]).genes.tolist() == [0, 2]
    assert GeneGraph.from_edges([]).n_genes == 0


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda path: GeneGraph(np.ones((2, 3))), "shape"),
        (lambda path: GeneGraph(np.ones((2, 2)), ["A", "A"]), "duplicate names"),
        (lambda path: GeneGraph(-np.ones((2, 2))), "absolute values"),
        (lambda path: GeneGraph.from_edges([("A", "B", np.nan)]), "finite weights"),
        (lambda path: GeneGraph.from_edges([("A", "B", -0.5)]), "finite weights"),
        (lambda path: GeneGraph.from_edges([("A",)]), "tuples"),
        (lambda path: GeneGraph.from_edges(path), "needs source, target"),
    ],
)
def test_bad_sources(tmp_path, make, message):
    path = tmp_path / "edges.tsv"
    path.write_text("from\tto\nA\tB\n")
    with pytest.raises(ValueError, match=message):
        make(path)


def test_a_line_that_is_too_short_is_named(tmp_path):
    path = tmp_path / "edges.tsv"
    path.write_text("source\ttarget\nA\tB\nC\n")
    with pytest.raises(ValueError, match=r"line 3 of edges\.tsv has 1 fields"):
        GeneGraph.from_edges(path)


def test_a_threshold_keeps_the_strongest_edges(graph):
    assert _edges(graph.threshold(0.95)).keys() == {("MDM2", "TP53"), ("ATM", "TP53")}
    assert graph.threshold(0.5, mode="quantile").n_edges == 2
    assert graph.threshold(0, mode="quantile").n_edges == graph.threshold(0).n_edges == 3
    assert graph.threshold(1).n_genes == graph.threshold(1).n_edges == 0
    assert graph.threshold(1).threshold(0.5, mode="quantile").n_edges == 0
    with pytest.raises(ValueError, match="mode must be"):
        graph.threshold(0.5, mode="rank")
    with pytest.raises(ValueError, match="tau must be"):
        graph.threshold(700)


def test_align_keeps_the_genes_of_the_columns(graph):
    part = graph.align(["MDM2", "unknown", "TP53", "CHEK2"])
    assert _edges(part) == {("MDM2", "TP53"): 0.99}
    with pytest.raises(ValueError, match="none of the graph's 4 genes"):
        graph.align(["ENSG00000141510"])


def test_entrez_numbers_are_not_taken_for_columns():
    pd = pytest.importorskip("pandas")
    with pytest.raises(ValueError, match="up to 1956, but X has 3 columns; if they are Entrez"):
        GeneGraph.from_edges([(7, 1956), (1, 2)]).align(["7", "1956", "8"])
    X = pd.DataFrame(np.random.default_rng(0).normal(size=(20, 1)).repeat(3, axis=1), columns=[7, 1956, 8])
    assert coexpression_graph(X, 0.9).align(["7", "8"]).n_edges == 1


def test_permuted_keeps_the_wiring(graph):
    lesion = graph.permuted(3)
    assert (lesion.adjacency != graph.adjacency).nnz == 0
    assert sorted(lesion.genes) == sorted(graph.genes)
    assert lesion.genes.tolist() == graph.permuted(3).genes.tolist() != graph.genes.tolist()
    other = graph.permuted(0, genes=list("ABCDEFGH"))
    assert (other.n_genes, other.n_edges) == (4, 3)
    assert set(other.genes) <= set("ABCDEFGH")
    with pytest.raises(ValueError, match="has 2 names"):
        graph.permuted(0, genes=["A", "B"])


@pytest.mark.parametrize("chunk_size", [7, 1024])
def test_coexpression_is_that_of_numpy(chunk_size):
    X = np.random.default_rng(0).normal(size=(20, 30))
    X[:, 4] = 1.0  # a gene that never varies is connected with none
    X[:, 9] = -X[:, 2]
    found = coexpression_graph(X, 0.4, chunk_size=chunk_size)
    with np.errstate(invalid="ignore"):
        expected = np.abs(np.corrcoef(X.T))
    expected = {(i, j): w for i, j, w in _pairs(expected) if w >= 0.4}
    assert _edges(found) == pytest.approx(expected)
    assert (2, 9) in _edges(found)
    with pytest.raises(ValueError, match="threshold"):
        coexpression_graph(X, 0)


def _pairs(matrix):
    return [(i, j, matrix[i, j]) for i in range(len(matrix)) for j in range(i + 1, len(matrix))]


def test_coexpression_names_and_memory():
    pd = pytest.importorskip("pandas")
    X = pd.DataFrame(np.random.default_rng(0).normal(size=(10, 4000)).astype(np.float32)).add_prefix("G")
    tracemalloc.start()
    graph = coexpression_graph(X, 0.98, chunk_size=200)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert graph.n_edges
    assert str(graph.genes[0]).startswith("G")
    assert peak < 4000**2 * 4 / 4, "the whole correlation matrix was held"
