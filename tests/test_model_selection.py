"""Curves: paired differences, protocols, one training for all amounts, and what the displays show."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from imblearn.over_sampling import SMOTE
from sklearn.base import BaseEstimator
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, KFold

from sklearn_txaug.model_selection import (
    AugmentationCurveDisplay,
    LowDataCurveDisplay,
    augmentation_curve,
    low_data_curve,
)
from sklearn_txaug.over_sampling import GaussianSampler
from sklearn_txaug.utils.statistics import chance_of_the_best, corrected_standard_error


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    y = np.array(["a", "b", "c"])[np.arange(90) % 3]
    return rng.normal(size=(90, 10)) + 2 * (y[:, None] == ["a", "b", "c"] + 7 * ["c"]), y


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


class Spy(BaseEstimator):
    """Repeats its training rows, and remembers how many there were, and of which groups."""

    fits: list = []  # noqa: RUF012

    def fit(self, X, y, groups=None):
        self.X_, self.y_ = X, y
        type(self).fits.append((len(X), groups))
        return self

    def sample(self, *, y, random_state=None):
        return self.X_[[np.flatnonzero(self.y_ == label)[0] for label in y]], y


@pytest.fixture
def spy():
    Spy.fits.clear()
    return Spy()


MODEL = LinearDiscriminantAnalysis()


def test_a_point_is_what_one_would_compute_by_hand(data):
    X, y = data
    seen = []

    def accuracy(model, X_test, y_test):
        seen.append(model.score(X_test, y_test))
        return seen[-1]

    curve = augmentation_curve(
        GaussianSampler(), MODEL, X, y, n_synthetic=[0, 20, 1.0], scoring=accuracy, cv=3, random_state=0
    )
    scores = np.reshape(seen, (3, 3)).T  # none and two amounts, in each of three splits
    np.testing.assert_array_equal(curve.baseline_scores, scores[[0, 0]])
    np.testing.assert_array_equal(curve.scores, scores[1:])
    np.testing.assert_array_equal(curve.differences, scores[1:] - scores[0])
    assert curve.n_synthetic.tolist() == [20, 60]
    assert curve.n_real.tolist() == [60, 60]
    assert (curve.n_train, curve.n_test) == (60, 30)
    expected = np.sqrt((1 / 3 + 1 / 2) * curve.differences.var(axis=1, ddof=1))
    np.testing.assert_allclose(curve.standard_error, expected)
    np.testing.assert_allclose(curve.mean_difference, curve.differences.mean(axis=1))


def test_the_generator_sees_the_rows_of_its_protocol(data, spy):
    low_data_curve(spy, MODEL, *data, n_real=[9, 30, 0.75], n_synthetic=5, cv=3, random_state=0)
    assert [n for n, _ in Spy.fits] == [9, 30, 45] * 3
    Spy.fits.clear()
    options = {"n_real": [9, 30], "cv": 3, "random_state": 0}
    oracle = low_data_curve(spy, MODEL, *data, protocol="oracle", **options)
    assert [n for n, _ in Spy.fits] == [60] * 3
    honest = low_data_curve(spy, MODEL, *data, protocol="honest", **options)
    np.testing.assert_array_equal(oracle.baseline_scores, honest.baseline_scores)
    assert oracle.n_synthetic.tolist() == honest.n_synthetic.tolist() == [9, 30]
    with pytest.raises(ValueError, match="protocol='oracle' needs fewer real rows"):
        augmentation_curve(spy, MODEL, *data, protocol="oracle")


def test_one_training_for_all_amounts(data, spy):
    augmentation_curve(spy, MODEL, *data, n_synthetic=[1, 2, 3, 0.5, None], n_real=30, cv=3, n_repeats=2)
    assert len(Spy.fits) == 6


def test_groups_stay_together(data, spy):
    patients = np.arange(90) // 3
    curve = augmentation_curve(spy, MODEL, *data, groups=patients, cv=5, n_real=30, random_state=0)
    assert all(len(groups) == n == 30 for n, groups in Spy.fits)
    assert curve.scores.shape == (3, 5)
    whole = augmentation_curve(spy, MODEL, *data, groups=patients, cv=GroupKFold(4), random_state=0)
    assert whole.scores.shape == (3, 4)
    assert all(np.unique(groups, return_counts=True)[1].min() == 3 for _, groups in Spy.fits[-4:])
    with pytest.raises(ValueError, match="puts rows of one group on both sides"):
        augmentation_curve(spy, MODEL, *data, groups=patients, cv=KFold(3, shuffle=True, random_state=0))


def test_frames_and_two_jobs(data):
    pd = pytest.importorskip("pandas")
    X = pd.DataFrame(data[0], columns=[f"gene{k}" for k in range(10)])
    options = {"n_synthetic": [10, 0.5], "cv": 3, "random_state": 0}
    for sampler in (SMOTE(), GaussianSampler()):
        frame = augmentation_curve(sampler, LogisticRegression(), X, pd.Series(data[1]), **options)
        array = augmentation_curve(sampler, LogisticRegression(), *data, n_jobs=2, **options)
        np.testing.assert_array_equal(frame.scores, array.scores)
    table = frame.to_frame()
    assert table.shape == (6, 8)
    np.testing.assert_allclose(table.groupby("n_synthetic")["difference"].mean(), frame.mean_difference)
    assert frame.summary()["standard_error"].tolist() == frame.standard_error.tolist()


def test_one_amount_is_a_curve_of_one_point(data):
    options = {"cv": 2, "random_state": 0}
    for amount, n_rows in ((9, 9), (1.0, 45), ({data[1][0]: 4}, 4)):
        curve = augmentation_curve(SMOTE(), MODEL, *data, n_synthetic=amount, **options)
        assert curve.n_synthetic.tolist() == [n_rows]
    assert low_data_curve(SMOTE(), MODEL, *data, n_real=np.array([9, 30]), **options).n_real.tolist() == [
        9,
        30,
    ]


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"sampler": LogisticRegression()}, TypeError, "neither a sampler with fit and sample"),
        ({"protocol": "fair"}, ValueError, "protocol must be one of .*'fair'"),
        ({"n_synthetic": [0, "0c"]}, ValueError, "nothing to compare"),
        ({"n_synthetic": [-1]}, ValueError, "n_synthetic must be"),
        ({"n_synthetic": "many"}, ValueError, "n_synthetic must be.*'many'"),
        ({"n_synthetic": [[9]]}, ValueError, r"n_synthetic must be.*\[9\]"),
        ({"n_real": 3}, ValueError, "n_real=3 is 3 rows, which is not between 6"),
        ({"n_real": 400}, ValueError, "n_real=400"),
        ({"n_real": "many"}, ValueError, "n_real must hold .*'many'"),
        ({"y": ["a"] * 90}, ValueError, "1 class"),
        ({"y": ["a"] * 9}, ValueError, "inconsistent numbers of samples"),
    ],
)
def test_bad_input(data, change, error, message):
    arguments = {"sampler": GaussianSampler(), "estimator": MODEL, "X": data[0], "y": data[1], "cv": 3}
    with pytest.raises(error, match=message):
        augmentation_curve(**(arguments | change))


def test_splits_without_a_score_are_left_out(data):
    X, y = data
    cv = [
        (np.arange(30, 90), np.arange(30)),
        (np.arange(60), np.arange(60, 90)),
        (np.arange(60), np.array([60, 63])),
    ]
    arguments = {"n_synthetic": [10, 30], "scoring": "roc_auc_ovr", "random_state": 0}
    with pytest.warns(UserWarning, match="1 of 3 splits are dropped: roc auc ovr is not defined"):
        curve = augmentation_curve(GaussianSampler(), MODEL, X, y, cv=cv, **arguments)
    assert curve.scores.shape == (2, 2)
    assert np.isfinite(curve.mean_difference).all()
    assert (curve.n_train, curve.n_test) == (60, 30)
    whole = augmentation_curve(GaussianSampler(), MODEL, X, y, cv=cv[:2], **arguments)
    np.testing.assert_array_equal(curve.scores, whole.scores)
    with pytest.raises(ValueError, match="not defined for the held-out rows of any"):
        augmentation_curve(GaussianSampler(), MODEL, X, y, cv=cv[2:], **arguments)


# -- displays


def test_displays_show_gains_within_their_errors(data):
    samplers = {"gaussian": GaussianSampler(), "smote": SMOTE()}
    display = AugmentationCurveDisplay.from_estimator(
        samplers, MODEL, *data, n_synthetic=[10, 30, 90], cv=2, random_state=0
    )
    assert display.ax_.get_title() == "45 real rows, protocol: honest"
    assert display.ax_.get_ylabel().startswith("gain in balanced accuracy")
    labels = {text.get_text() for text in display.ax_.get_legend().get_texts()}
    assert labels == {"no augmentation", "gaussian", "smote"}
    assert [tick.get_text() for tick in display.ax_.get_xticklabels()] == ["10", "30", "90"]
    assert display.figure_ is display.ax_.figure
    low, high = display.ax_.get_ylim()
    for curve in display.curves.values():
        assert low < np.min(curve.mean_difference - curve.standard_error)
        assert high > np.max(curve.mean_difference + curve.standard_error)
    curve = low_data_curve(SMOTE(), MODEL, *data, n_real=[9, 30], protocol="oracle", cv=2, random_state=0)
    _, ax = plt.subplots()
    display = LowDataCurveDisplay.from_data([curve, curve], kind="score", ax=ax)
    assert display.ax_ is ax
    assert ax.get_title() == "1 synthetic for each real row, protocol: oracle"
    labels = {text.get_text() for text in ax.get_legend().get_texts()}
    assert labels == {"no augmentation", "SMOTE", "SMOTE 2"}
    honest = low_data_curve(SMOTE(), MODEL, *data, n_real=9, cv=2, random_state=0)
    assert list(LowDataCurveDisplay.from_data([honest, curve]).curves) == ["SMOTE, honest", "SMOTE, oracle"]
    accuracy = low_data_curve(SMOTE(), MODEL, *data, n_real=9, cv=2, random_state=0, scoring="accuracy")
    with pytest.raises(ValueError, match="different scores: accuracy, balanced accuracy"):
        LowDataCurveDisplay.from_data({"a": honest, "b": accuracy})
    with pytest.raises(ValueError, match="the same splits and real rows"):
        LowDataCurveDisplay.from_data({"a": honest, "b": curve}, kind="score")
    with pytest.raises(ValueError, match="kind must be one of"):
        LowDataCurveDisplay.from_data(curve, kind="both")
    with pytest.raises(ValueError, match="curves is empty"):
        LowDataCurveDisplay.from_data([])
    with pytest.raises(TypeError, match="curves must be a CurveResult"):
        LowDataCurveDisplay.from_data(3)


def test_samplers_of_one_display_meet_the_same_splits(data):
    samplers = {"gaussian": GaussianSampler(), "smote": SMOTE()}
    for cv in (2, KFold(2, shuffle=True), KFold(2).split(*data)):
        curves = AugmentationCurveDisplay.from_estimator(samplers, MODEL, *data, n_synthetic=9, cv=cv).curves
        np.testing.assert_array_equal(curves["gaussian"].baseline_scores, curves["smote"].baseline_scores)


def test_curves_of_other_sizes_share_a_title(data):
    few, all_rows = (
        augmentation_curve(SMOTE(), MODEL, *data, n_synthetic=9, n_real=n, cv=2, random_state=0)
        for n in (12, None)
    )
    display = AugmentationCurveDisplay.from_data({"few": few, "all": all_rows})
    assert display.ax_.get_title() == "12 real rows or 45 real rows, protocol: honest"


def test_scores_of_curves_with_other_amounts_share_a_picture(data):
    curves = [
        augmentation_curve(SMOTE(), MODEL, *data, n_synthetic=n, cv=2, random_state=0) for n in ([9, 30], 9)
    ]
    assert len(AugmentationCurveDisplay.from_data(curves, kind="score").curves) == 2


# -- statistics


def test_corrected_standard_error():
    values = np.random.default_rng(0).normal(size=(10, 3))
    plain = values.std(axis=0, ddof=1) / np.sqrt(10)
    np.testing.assert_allclose(corrected_standard_error(values, 1, 0), plain)
    np.testing.assert_allclose(
        corrected_standard_error(values.T, 90, 10, axis=1), plain * np.sqrt(1 + 10 / 9)
    )
    assert np.isnan(corrected_standard_error([0.3], 9, 1))


def test_chance_of_the_best():
    rng = np.random.default_rng(0)
    one = rng.normal(size=(1, 500))
    assert chance_of_the_best(one, rng) == 1
    assert chance_of_the_best(np.repeat(one, 5, axis=0), rng) == pytest.approx(1, abs=0.05)
    independent = chance_of_the_best(rng.normal(size=(10, 500)), rng)
    assert independent == pytest.approx(2.11, abs=0.1)  # the normal quantile of 0.8413 ** (1 / 10)
