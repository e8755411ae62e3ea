"""Invariances of the indicators, degenerate input, containers and messages."""

import sys

import numpy as np
import pytest
import scipy.sparse as sp
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from sklearn_txaug import metrics
from sklearn_txaug.metrics._distances import TIE, _near, as_rows, distance_blocks, pair_distances
from sklearn_txaug.metrics._sets import ComparedSets, LabelledRows, Settings

LABELLED = [
    "reverse_validation",
    "label_preservation",
    "differential_expression_agreement",
    "coverage_report",
]
THREE_SETS = ["privacy_loss", "memorisation", "membership_inference", "attribute_disclosure"]
OTHERS = ["make_generation_scorer", "per_class_accuracy", "quality_report"]
PAIRS = [name for name in metrics.__all__ if name not in LABELLED + THREE_SETS + OTHERS]
IDEAL = {
    "authenticity": 0,
    "adversarial_accuracy": 0,
    "distance_to_closest_record": 0,
    "discriminative_score": 0.5,
}


def headline(name, *sets, **settings):
    function = getattr(metrics, name)
    result = function(*sets, **settings)
    return result if function.indicator.headline is None else getattr(result, function.indicator.headline)


@st.composite
def expression(draw, min_rows=13, max_rows=30, min_genes=3, max_genes=8):
    n, d = draw(st.integers(min_rows, max_rows)), draw(st.integers(min_genes, max_genes))
    rng = np.random.default_rng(draw(st.integers(0, 2**16)))
    X = rng.normal(size=(n, d)) * rng.uniform(0.5, 3, size=d) + rng.uniform(0, 10, size=d)
    if draw(st.booleans()):
        X[: n // 3] = X[n // 3 : n // 3 + n // 3]  # duplicated rows
    if draw(st.booleans()):
        X = np.round(X)  # ties
    return X.astype(draw(st.sampled_from([np.float32, np.float64])))


@pytest.mark.parametrize("name", PAIRS)
@settings(max_examples=6, deadline=None)
@given(X=expression())
def test_identical_sets_give_the_ideal_value(name, X):
    ideal = IDEAL.get(name, {"max": 1, "min": 0}.get(getattr(metrics, name).indicator.direction, 1))
    if name == "distance_to_closest_record" and len(np.unique(X, axis=0)) < len(X):
        ideal = pytest.approx(0.5, abs=0.5)  # 0, or 1 where most real rows have a twin
    elif name == "discriminative_score":
        ideal = pytest.approx(0.5, abs=0.25)
    else:
        ideal = pytest.approx(ideal, abs=1e-6)
    assert headline(name, X, X) == ideal


@pytest.mark.parametrize("name", PAIRS)
@settings(max_examples=6, deadline=None)
@given(X=expression(), Z=expression(), seed=st.integers(0, 2**16))
def test_order_of_rows_and_genes_does_not_matter(name, X, Z, seed):
    d, size = min(X.shape[1], Z.shape[1]), min(len(X), len(Z))
    X, Z = X[:size, :d], Z[:size, :d]  # one size: nothing is drawn
    rng = np.random.default_rng(seed)
    genes = rng.permutation(d)
    moved = rng.permutation(X)[:, genes], rng.permutation(Z)[:, genes]
    tolerance = 1e-6
    if name == "discriminative_score":
        moved, tolerance = (X[:, genes], Z[:, genes]), 0.05  # the folds hang on the order of the rows
    if name == "sliced_wasserstein":
        moved = rng.permutation(X), rng.permutation(Z)  # the directions hang on the order of the genes
    # Ties, of the tree or the nearest row, are cut by order
    if name in (
        "module_preservation",
        "authenticity",
    ):
        X, Z = (A + 1e-3 * rng.normal(size=A.shape) for A in (X, Z))
        moved = rng.permutation(X)[:, genes], rng.permutation(Z)[:, genes]
    assert headline(name, *moved) == pytest.approx(headline(name, X, Z), abs=tolerance)


SHIFT_BLIND = {"correlation_score", "correlation_error", "module_preservation", "pca_variance"}


@pytest.mark.parametrize("name", sorted(set(PAIRS) - SHIFT_BLIND))
@settings(max_examples=6, deadline=None)
@given(X=expression())
def test_shifted_sets_are_far_from_ideal(name, X):
    far = headline(name, X, X + 100)
    assert far != pytest.approx(headline(name, X, X), abs=0.3)
    if getattr(metrics, name).indicator.direction == "max" and name != "authenticity":
        assert far == 0


@pytest.mark.parametrize("name", sorted(SHIFT_BLIND))
def test_lost_correlation_is_far_from_ideal(name):
    rng = np.random.default_rng(0)
    X = np.repeat(rng.normal(size=(60, 2)), 5, axis=1) + 0.1 * rng.normal(size=(60, 10))
    value, ideal = headline(name, X, rng.normal(size=(60, 10))), headline(name, X, X)
    assert value != pytest.approx(ideal, abs=0.15)


def rows(n=30, d=6, seed=0):
    return np.random.default_rng(seed).normal(size=(n, d))


@pytest.mark.parametrize("name", PAIRS)
def test_float32_is_as_good_as_float64(name):
    X, Z = rows().astype(np.float32), rows(seed=1).astype(np.float32)
    assert headline(name, X, Z) == pytest.approx(headline(name, X.astype(float), Z.astype(float)), abs=1e-5)


@pytest.mark.parametrize("name", PAIRS)
def test_containers_and_gene_names(name):
    pandas = pytest.importorskip("pandas")
    X, Z = rows(), rows(seed=1)
    expected = headline(name, X, Z)
    frame, genes = pandas.DataFrame(X, columns=list("abcdef")), list("fbdace")
    other = pandas.DataFrame(Z, columns=list("abcdef"))
    for real, synthetic in [
        (X.tolist(), Z.tolist()),
        (sp.csr_array(X), sp.csr_matrix(Z)),
        (frame, other[genes]),
    ]:
        assert headline(name, real, synthetic) == pytest.approx(expected)
    with pytest.raises(ValueError, match=r"columns of X_synthetic.*'g'"):
        headline(name, frame, other.rename(columns={"a": "g"}))


@pytest.mark.parametrize("name", PAIRS)
def test_bad_rows_are_named(name):
    X, broken = rows(), rows()
    broken[0, 0] = np.nan
    with pytest.raises(ValueError, match="X_real contains NaN"):
        headline(name, broken, X)
    with pytest.raises(ValueError, match="X_synthetic contains NaN"):
        headline(name, X, broken)
    with pytest.raises(ValueError, match="X_real has 6 genes and X_synthetic has 5"):
        headline(name, X, X[:, :5])
    with pytest.raises(ValueError, match="X_synthetic has 0 rows"):
        headline(name, X, X[:0])


@pytest.mark.parametrize("name", [n for n in PAIRS if n not in ("precision_recall_f1", "density_coverage")])
def test_constant_rows_have_a_defined_value(name):
    X, constant = rows(), np.ones((30, 6))
    assert not np.isnan(headline(name, X, constant))
    if name != "module_preservation":
        assert not np.isnan(headline(name, constant, X))
        assert not np.isnan(headline(name, constant, constant))


@pytest.mark.parametrize("name", ["precision_recall_f1", "density_coverage", "coverage_report"])
def test_neighbours_need_more_rows_than_k(name):
    with pytest.raises(ValueError, match="k=10 needs 11 rows or more, but X_synthetic has 10"):
        headline(name, rows(), rows(10))
    with pytest.raises(ValueError, match="but X_real has 3"):
        headline(name, rows(3), rows())
    for k in (0, 1.5, True, "many"):
        with pytest.raises(ValueError, match="k must be an integer"):
            headline(name, rows(), rows(), k=k)
    assert not np.isnan(headline(name, rows(), np.ones((30, 6))))


@pytest.mark.parametrize("name", THREE_SETS)
def test_three_sets_are_checked(name):
    function = getattr(metrics, name)
    with pytest.raises(ValueError, match="X_test has 1 rows"):
        function(rows(), rows(1), rows())
    with pytest.raises(ValueError, match="X_train has 6 genes and X_synthetic has 5"):
        function(rows(), rows(), rows(d=5))
    assert function(rows(), rows(20), rows(25, seed=1)) == function(rows(), rows(20), rows(25, seed=1))


@pytest.mark.parametrize(
    ("name", "setting", "message"),
    [
        ("correlation_score", {"device": "gpu"}, "device='gpu'"),
        ("precision_recall_f1", {"device": "abacus"}, "device='abacus'"),
        ("sliced_wasserstein", {"p": 0.5}, "p must be"),
        ("sliced_wasserstein", {"n_projections": 0}, "n_projections must be"),
        ("mmd", {"gamma": -1.0}, "gamma must be"),
        ("mmd", {"gamma": "mean"}, "gamma must be"),
        ("discriminative_score", {"n_splits": 1}, "n_splits must be"),
        ("discriminative_score", {"n_splits": 31}, "X_real has 30 rows; at least 31"),
        ("module_preservation", {"n_modules": 0}, "n_modules must be"),
        ("module_preservation", {"max_genes": 2}, "3 or more"),
    ],
)
def test_bad_settings_are_named(name, setting, message):
    with pytest.raises(ValueError, match=message):
        headline(name, rows(), rows(seed=1), **setting)


def test_one_gene_has_no_correlation():
    with pytest.raises(ValueError, match="one gene"):
        metrics.correlation_score(rows(d=1), rows(d=1))


@pytest.mark.parametrize("name", LABELLED[:3])
def test_a_class_that_the_synthetic_part_lacks_counts_as_lost(name):
    rng = np.random.default_rng(0)
    y = np.repeat(["a", "b", "c"], 20)
    X = rng.normal(size=(60, 5)) + 5 * np.eye(5)[np.repeat([0, 1, 2], 20)]
    whole, part = headline(name, X, X, y, y), headline(name, X, X[y != "c"], y, y[y != "c"])
    one = headline(name, X, X[y == "a"], y, y[y == "a"])
    assert whole == pytest.approx(1)
    if name != "label_preservation":
        assert part < 0.7
        assert one < 0.4
    assert not np.isnan([part, one]).any()


def test_labels_in_the_place_of_rows_are_told_from_them():
    X, y = np.zeros((4, 2)), ["a", "b", "a", "b"]
    with pytest.raises(ValueError, match="the order of the arguments is X_real, X_synthetic, y_real"):
        metrics.reverse_validation(X, y, X, y)


@pytest.mark.parametrize("name", [*LABELLED, "per_class_accuracy"])
def test_labels_are_checked(name):
    function, X, y = getattr(metrics, name), rows(), np.arange(30) % 2
    with pytest.raises(ValueError, match="y_synthetic has 29 labels for the 30 rows of X_synthetic"):
        function(X, X, y, y[:29])
    with pytest.raises(ValueError, match="y_synthetic has no class of y_real"):
        function(X, X, y, y.astype(str))
    if name != "coverage_report":
        with pytest.raises(ValueError, match="y_real is needed"):
            function(X, X, None, y)


@pytest.mark.parametrize("missing", [None, np.nan, "NA"])
def test_labels_that_are_missing_are_no_class(missing):
    pd = pytest.importorskip("pandas")
    X, y = np.random.default_rng(0).normal(size=(20, 3)), np.repeat(["a", "b"], 10)
    lacking = pd.Series([pd.NA, *y[1:]], dtype="string") if missing == "NA" else [missing, *y[1:]]
    with pytest.raises(ValueError, match="y_synthetic lacks 1 labels"):
        metrics.reverse_validation(X, X, y, lacking)


def test_labels_in_another_order_than_the_rows():
    pd = pytest.importorskip("pandas")
    X = pd.DataFrame(np.random.default_rng(0).normal(size=(20, 3)), index=[f"sample {k}" for k in range(20)])
    y = pd.Series(np.repeat(["a", "b"], 10), index=X.index)
    with pytest.raises(ValueError, match=r"another order; use y_real.loc\[X_real.index\]"):
        metrics.reverse_validation(X, X, y[::-1], y)
    with pytest.raises(ValueError, match=r"another order; use y_train.loc\[X_train.index\]"):
        metrics.quality_report(X, y[::-1], X, y, families=["fidelity"])


def test_patients_are_the_same_as_numbers_and_as_text_and_are_known_for_all_rows():
    X = np.random.default_rng(0).normal(size=(20, 3))
    with pytest.raises(ValueError, match="patients of groups_train, among them"):
        metrics.membership_inference(X, X, X, groups_train=range(20), groups_test=np.arange(20).astype(str))
    with pytest.raises(ValueError, match="groups_test is missing for 1 rows of X_test"):
        metrics.membership_inference(X, X, X, groups_train=range(20), groups_test=[*range(20, 39), np.nan])
    y, mixed = np.repeat(["a", "b"], 10), np.array([*range(19), "x"], dtype=object)
    assert len(metrics.quality_report(X, y, X, y, groups_train=mixed, families=["copies"]))


def test_tables_of_arrow_and_anndata():
    arrow, pd = pytest.importorskip("pyarrow"), pytest.importorskip("pandas")
    anndata = pytest.importorskip("anndata")
    X = pd.DataFrame(np.random.default_rng(0).normal(size=(20, 3)), columns=list("abc"))
    assert metrics.mmd(X, arrow.table(X[["c", "a", "b"]])) == pytest.approx(0)
    with pytest.raises(TypeError, match=r"X_real is an AnnData; pass X_real.to_df\(\)"):
        metrics.mmd(anndata.AnnData(X.to_numpy()), X)


def test_differential_expression_needs_two_classes():
    X = rows()
    with pytest.raises(ValueError, match="y_real has one class"):
        metrics.differential_expression_agreement(X, X, np.zeros(30), np.zeros(30))
    with pytest.raises(ValueError, match="n_top must be"):
        metrics.differential_expression_agreement(X, X, np.arange(30) % 2, np.arange(30) % 2, n_top=0)


def test_labels_of_any_kind():
    rng = np.random.default_rng(0)
    codes = np.repeat([0, 1], 15)
    X = rng.normal(size=(30, 5)) + 5 * codes[:, None]
    for labels in (codes, codes.astype(bool), codes.astype(float), np.array(["x", "y"], dtype=object)[codes]):
        assert metrics.reverse_validation(X, X, labels, labels.tolist()).accuracy == 1
        assert metrics.coverage_report(X, X, labels, labels, k=2).covered == 1


@pytest.mark.parametrize("name", ["coverage_report", "per_class_accuracy"])
def test_tables_say_that_they_need_pandas(name, monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match="needs pandas"):
        getattr(metrics, name)(rows(), rows(), np.arange(30) % 2, np.arange(30) % 2)


def test_global_random_states_are_left_alone():
    import torch

    numpy_state, torch_state = np.random.get_state()[1].copy(), torch.get_rng_state()  # noqa: NPY002
    for name in PAIRS:
        function = getattr(metrics, name)
        function(rows(), rows(40, seed=1))
    np.testing.assert_array_equal(np.random.get_state()[1], numpy_state)  # noqa: NPY002
    assert torch.equal(torch.get_rng_state(), torch_state)


def test_rows_of_classes_far_apart_are_right_without_a_second_computation():
    rng = np.random.default_rng(0)
    X = 3 * rng.normal(size=(3, 20_000))[np.arange(12) % 3] + rng.normal(size=(12, 20_000))
    (rows,) = as_rows(X, device="cpu")
    _, found = next(distance_blocks(rows, rows))
    i, j = np.triu_indices(12, 1)
    exact = pair_distances(rows, rows, torch.tensor(i), torch.tensor(j))
    assert (found[i, j] / exact - 1).abs().max() < TIE
    assert _near(20_000) * rows.squared_norms().max() < exact.min()  # else such rows take ten times as long


def test_a_set_is_compared_with_itself_more_than_once():
    rows = LabelledRows(np.random.default_rng(0).normal(size=(20, 3)), np.arange(20) % 2)
    sets = ComparedSets(rows, rows, Settings(3, None, "cpu", 0))
    assert [sets.neighbours.nearest.real_distance.max() for _ in range(2)] == [0, 0]


def test_coverage_of_polars_has_numbered_samples():
    polars = pytest.importorskip("polars")
    X = polars.DataFrame({"a": [0.0, 1.0, 9.0, 10.0], "b": [0.0, 0.0, 0.0, 1.0]})
    assert metrics.coverage_report(X, X, k=1).samples.index.tolist() == [0, 1, 2, 3]


def test_labels_of_mixed_types_are_named():
    X, y = rows(), np.array([1] * 15 + ["b"] * 15, dtype=object)
    with pytest.raises(ValueError, match="y_real mixes text and other labels"):
        metrics.reverse_validation(X, X, y, y)
