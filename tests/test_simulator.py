"""The simulator of expression: its seed, modules, classes, groups and counts."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.utils import check_random_state

from sklearn_txaug.datasets import (
    make_expression,
)

pd = pytest.importorskip("pandas")


@pytest.mark.parametrize("output", ["log", "counts"])
def test_simulator_is_determined_by_its_seed(output):
    state = np.random.get_state()[1].copy()  # noqa: NPY002
    X1, y1 = make_expression(output=output, random_state=3)
    X2, y2 = make_expression(output=output, random_state=check_random_state(3))
    assert (X1 == X2).all()
    assert (y1 == y2).all()
    assert (np.random.get_state()[1] == state).all()  # noqa: NPY002
    assert (make_expression(output=output, random_state=4)[0] != X1).any()
    assert X1.min() >= 0
    assert X1.dtype == (np.int64 if output == "counts" else np.float64)


def test_simulator_log_is_cpm_of_its_counts():
    log, _ = make_expression(random_state=0)
    counts, _ = make_expression(random_state=0, output="counts")
    np.testing.assert_allclose(log, np.log2(1e6 * counts / counts.sum(1, keepdims=True) + 1))


def test_simulator_modules_correlate_and_others_do_not():
    cohort = make_expression(2000, 100, 1, n_modules=5, dispersion=0, return_X_y=False, random_state=0)
    correlation = np.corrcoef(cohort.data.T) * np.outer(cohort.signs, cohort.signs)
    same = cohort.modules[:, None] == cohort.modules
    off_diagonal = same & ~np.eye(100, dtype=bool)
    assert abs(correlation[off_diagonal].mean() - 0.5) < 0.05
    assert abs(correlation[~same].mean()) < 0.05
    assert np.bincount(cohort.modules).tolist() == [20] * 5


@pytest.mark.parametrize(("dispersion", "expected"), [(0, 0), (0.2, 0.2)])
def test_simulator_dispersion(dispersion, expected):
    """With equal levels and depths, variance = mean + dispersion * mean^2."""
    from sklearn_txaug.datasets._simulate import _sequence

    counts = _sequence(np.zeros((4000, 20)), 1e4, 0, dispersion, check_random_state(0))
    mean, variance = counts.mean(0), counts.var(0)
    assert abs(((variance - mean) / mean**2).mean() - expected) < 0.01


def test_simulator_library_size():
    sizes = make_expression(
        3000, 50, library_size=2e5, library_cv=0.4, return_X_y=False, random_state=0
    ).library_sizes
    assert abs(sizes.mean() / 2e5 - 1) < 0.05
    assert abs(sizes.std() / sizes.mean() - 0.4) < 0.06


def test_simulator_class_sep_decides_how_hard_it_is():
    def accuracy(class_sep):
        X, y = make_expression(150, 100, class_sep=class_sep, random_state=0)
        return cross_val_score(LogisticRegression(max_iter=200), X - X.mean(0), y, cv=3).mean()

    none, little, much = map(accuracy, (0, 0.5, 1.5))
    assert max(none, 0.3) < little - 0.2
    assert little < much
    assert much > 0.97


def test_simulator_groups_share_variation():
    cohort = make_expression(
        300, 60, 1, n_groups=100, group_correlation=0.9, dispersion=0, return_X_y=False, random_state=0
    )
    assert np.bincount(cohort.groups).tolist() == [3] * 100
    X = cohort.data - cohort.data.mean(0)
    within = np.mean([X[cohort.groups == g].var(0, ddof=1).mean() for g in range(100)])
    assert within / X.var() < 0.2


@given(
    st.integers(1, 40),
    st.lists(st.floats(0.01, 100), min_size=1, max_size=6),
    st.booleans(),
    st.sampled_from(["log", "counts"]),
)
@settings(deadline=None, max_examples=30)
def test_simulator_shapes_and_class_sizes(extra, weights, shuffle, output):
    n_classes = len(weights)
    n_samples = n_classes + extra
    X, y = make_expression(
        n_samples, 11, n_classes, n_modules=3, weights=weights, shuffle=shuffle, output=output, random_state=0
    )
    assert X.shape == (n_samples, 11)
    assert np.isfinite(X).all()
    sizes = np.bincount(y, minlength=n_classes)
    assert sizes.min() >= 1
    exact = np.array(weights) / sum(weights) * n_samples
    assert (np.abs(sizes - exact)[exact >= 1] < n_classes).all()
    if not shuffle:
        assert (np.diff(y) >= 0).all()


def test_simulator_frames():
    X, y, groups = make_expression(8, 6, n_groups=3, return_groups=True, as_frame=True, random_state=0)
    assert X.index.equals(y.index)
    assert X.index.equals(groups.index)
    assert (X.columns[0], y.name, groups.name) == ("gene_0", "class", "group")


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        ({"n_samples": 0}, ValueError, "n_samples must be at least 1"),
        ({"n_samples": 2.5}, TypeError, "n_samples must be an int"),
        ({"n_samples": 2}, ValueError, "n_samples must be at least n_classes=3"),
        ({"n_features": 5, "n_modules": 6}, ValueError, "n_modules must be at most n_features=5"),
        ({"module_correlation": 1.2}, ValueError, r"module_correlation must be in \[0, 1\]"),
        ({"class_sep": "big"}, TypeError, "class_sep must be a number"),
        ({"class_sep": np.nan}, ValueError, "class_sep must be in"),
        ({"library_size": 0}, ValueError, "library_size must be in"),
        ({"dispersion": -1}, ValueError, "dispersion must be in"),
        ({"weights": [1, 2]}, ValueError, "weights must be 3 positive numbers"),
        ({"weights": [1, 2, -1]}, ValueError, "weights must be 3 positive numbers"),
        ({"output": "tpm"}, ValueError, "output must be 'log' or 'counts', got 'tpm'"),
        ({"n_groups": 1000}, ValueError, "n_groups must be at most n_samples=200"),
        ({"return_groups": True}, ValueError, "return_groups=True needs n_groups"),
    ],
)
def test_simulator_bad_input(parameters, error, message):
    with pytest.raises(error, match=message):
        make_expression(**parameters)
