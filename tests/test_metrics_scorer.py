"""Indicators as scorers over a sampler."""

import pickle
from functools import partial
from typing import NamedTuple

import numpy as np
import pytest
from imblearn.pipeline import make_pipeline
from sklearn.base import BaseEstimator
from sklearn.decomposition import PCA
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.model_selection import (
    GridSearchCV,
    HalvingGridSearchCV,
    StratifiedKFold,
    cross_val_score,
    cross_validate,
)
from sklearn.preprocessing import StandardScaler

from sklearn_txaug import metrics
from sklearn_txaug.metrics import make_generation_scorer

FOLDS = StratifiedKFold(3, shuffle=True, random_state=0)


class Jitter(BaseEstimator):
    """Class means plus noise of a chosen width, in the scaled space."""

    calls = 0

    def __init__(self, width=1.0, scaled=True):
        self.width = width
        self.scaled = scaled

    def fit(self, X, y):
        self.scaler_ = StandardScaler().fit(X) if self.scaled else None
        self.centres_ = {c: np.asarray(X)[np.asarray(y) == c].mean(axis=0) for c in np.unique(y)}
        self.scale_ = np.asarray(X).std(axis=0)
        return self

    def fit_resample(self, X, y):
        return X, y

    def sample(self, n_samples=1, *, y=None, random_state=0):
        type(self).calls += 1
        y = np.resize(list(self.centres_), n_samples) if y is None else np.asarray(y)
        noise = np.random.default_rng(random_state).normal(size=(len(y), len(self.scale_)))
        return np.array([self.centres_[c] for c in y]) + self.width * self.scale_ * noise, y


def data():
    rng = np.random.default_rng(0)
    y = np.repeat(["liver", "lung"], 45)
    X = rng.normal(size=(90, 6)) * [1, 1, 1, 1, 1, 1000] + 3 * (y == "liver")[:, None]
    return X, y


def mean_gap(X_real, X_synthetic):
    return abs(X_real.mean() - X_synthetic.mean())


class Pair(NamedTuple):
    """A result without a headline."""

    a: float
    b: float


def pair(X_real, X_synthetic, y_real, y_synthetic, scale=1.0):
    return Pair(scale * len(y_real), -1.0)


def single_pair_names():
    others = ("make_generation_scorer", "per_class_accuracy", "quality_report")
    return [n for n in metrics.__all__ if n not in others]


@pytest.mark.parametrize("name", single_pair_names())
def test_every_indicator_of_two_sets_is_a_scorer(name):
    X, y = data()
    function = getattr(metrics, name)
    if name in ("privacy_loss", "memorisation", "membership_inference", "attribute_disclosure"):
        with pytest.raises(TypeError, match=f"{name} cannot be called as {name}"):
            make_generation_scorer(function)
        return
    scores = cross_val_score(
        Jitter(), X, y, cv=FOLDS, scoring=make_generation_scorer(function), error_score="raise"
    )
    assert scores.shape == (3,)
    assert np.isfinite(scores).all()
    if function.indicator.direction != "max":
        assert (scores <= 0).all()


def test_the_score_is_computed_in_the_space_of_the_sampler():
    X, y = data()
    sampler = Jitter().fit(X, y)
    Z, z = sampler.sample(y=y)
    scale = sampler.scaler_.transform
    expected = metrics.precision_recall_f1(scale(X), scale(Z), k=5)
    assert make_generation_scorer(metrics.precision_recall_f1, k=5)(sampler, X, y) == expected.f1
    recall = make_generation_scorer(metrics.precision_recall_f1, field="recall", k=5)
    assert recall(sampler, X, y) == expected.recall
    sampler.scaler_ = None
    raw = metrics.precision_recall_f1(X, Z, k=5).f1
    assert make_generation_scorer(metrics.precision_recall_f1, k=5)(sampler, X, y) == raw
    del sampler.scaler_
    assert make_generation_scorer(metrics.precision_recall_f1, k=5)(sampler, X, y) == raw


def test_a_higher_score_is_always_better():
    X, y = data()
    sampler = Jitter().fit(X, y)
    Z, z = sampler.sample(y=y)
    A, B = sampler.scaler_.transform(X), sampler.scaler_.transform(Z)
    score = {
        name: make_generation_scorer(getattr(metrics, name))(sampler, X, y)
        for name in ("energy_distance", "adversarial_accuracy")
    }
    assert score["energy_distance"] == -metrics.energy_distance(A, B)
    assert score["adversarial_accuracy"] == -abs(metrics.adversarial_accuracy(A, B).accuracy - 0.5)
    slope = metrics.differential_expression_agreement(A, B, y, z).slope
    scorer = make_generation_scorer(metrics.differential_expression_agreement, field="slope")
    assert scorer(sampler, X, y) == -abs(slope - 1)
    upward = make_generation_scorer(metrics.energy_distance, greater_is_better=True)
    assert upward(sampler, X, y) == metrics.energy_distance(A, B)


def test_functions_of_the_user_are_scores():
    X, y = data()
    sampler = Jitter().fit(X, y)
    assert make_generation_scorer(mean_gap)(sampler, X, y) > 0
    assert make_generation_scorer(mean_gap, greater_is_better=False)(sampler, X, y) < 0
    assert make_generation_scorer(pair, field="a", scale=2.0)(sampler, X, y) == 180
    with pytest.raises(TypeError, match="pair returned Pair, not a number"):
        make_generation_scorer(pair)(sampler, X, y)
    with pytest.raises(ValueError, match="no field 'c'"):
        make_generation_scorer(pair, field="c")(sampler, X, y)


def test_several_indicators_share_one_sample():
    X, y = data()
    scorer = make_generation_scorer(
        {"f1": partial(metrics.precision_recall_f1, k=5), "reverse": metrics.reverse_validation}
    )
    Jitter.calls = 0
    result = cross_validate(Jitter(), X, y, cv=FOLDS, scoring=scorer, error_score="raise")
    assert Jitter.calls == 3
    assert {"test_f1", "test_reverse"} <= set(result)
    single = make_generation_scorer(metrics.precision_recall_f1, k=5)
    np.testing.assert_array_equal(
        result["test_f1"], cross_val_score(Jitter(), X, y, cv=FOLDS, scoring=single)
    )
    listed = make_generation_scorer([metrics.correlation_error, metrics.mmd])
    assert set(listed(Jitter().fit(X, y), X, y)) == {"correlation_error", "mmd"}


@pytest.mark.parametrize("search", [GridSearchCV, HalvingGridSearchCV])
def test_searches_find_the_right_width(search):
    X, y = data()
    scorer = make_generation_scorer(metrics.energy_distance)
    found = search(Jitter(), {"width": [0.01, 1.0, 10.0]}, cv=FOLDS, scoring=scorer, error_score="raise").fit(
        X, y
    )
    assert found.best_params_ == {"width": 1.0}
    assert found.best_estimator_.sample(5)[0].shape == (5, 6)


def test_search_over_several_indicators():
    X, y = data()
    scorer = make_generation_scorer([metrics.energy_distance, metrics.reverse_validation])
    search = GridSearchCV(Jitter(), {"width": [1.0, 10.0]}, cv=FOLDS, scoring=scorer, refit="energy_distance")
    assert search.fit(X, y).best_params_ == {"width": 1.0}
    assert "mean_test_reverse_validation" in search.cv_results_


@pytest.mark.parametrize("jobs", [1, 2])
def test_scorers_pickle_and_run_in_processes(jobs):
    X, y = data()
    scorer = make_generation_scorer(
        [metrics.energy_distance, partial(metrics.mmd, gamma=0.1)], random_state=0
    )
    again = pickle.loads(pickle.dumps(scorer))
    sampler = Jitter().fit(X, y)
    assert scorer(sampler, X, y) == again(sampler, X, y)
    result = cross_validate(Jitter(), X, y, cv=FOLDS, scoring=scorer, n_jobs=jobs, error_score="raise")
    assert result["test_mmd"].shape == (3,)


def test_number_of_rows_and_seed():
    X, y = data()
    sampler = Jitter().fit(X, y)
    seen = {}

    def spy(X_real, X_synthetic, random_state=None):
        seen.update(n=len(X_synthetic), seed=random_state)
        return float(X_synthetic.sum())

    first = make_generation_scorer(spy, n_synthetic=17, random_state=1)(sampler, X, y)
    assert seen == {"n": 17, "seed": 1}
    assert first == make_generation_scorer(spy, n_synthetic=17, random_state=1)(sampler, X, y)
    assert first != make_generation_scorer(spy, n_synthetic=17, random_state=2)(sampler, X, y)
    make_generation_scorer(spy)(sampler, X, y)
    assert seen == {"n": 90, "seed": None}


def test_data_frames_score_as_arrays_do():
    pandas = pytest.importorskip("pandas")
    X, y = data()
    scorer = make_generation_scorer(metrics.correlation_score)
    plain = cross_val_score(Jitter(), X, y, cv=FOLDS, scoring=scorer)
    framed = cross_val_score(Jitter(), pandas.DataFrame(X), pandas.Series(y), cv=FOLDS, scoring=scorer)
    np.testing.assert_allclose(plain, framed)


def test_pipeline_that_ends_in_a_sampler():
    X, y = data()
    pipeline = make_pipeline(StandardScaler(), PCA(3), Jitter(scaled=False)).fit(X, y)
    score = make_generation_scorer(metrics.energy_distance)(pipeline, X, y)
    rows = pipeline[:-1].transform(X)
    assert score == -metrics.energy_distance(rows, pipeline[-1].sample(y=y)[0])


def test_bad_arguments():
    X, y = data()
    with pytest.raises(TypeError, match="indicator must be a function"):
        make_generation_scorer("precision")
    with pytest.raises(TypeError, match="indicator must be a function"):
        make_generation_scorer({"f1": "precision"})
    with pytest.raises(TypeError, match="indicator must be a function"):
        make_generation_scorer(3)
    with pytest.raises(ValueError, match="indicator is empty"):
        make_generation_scorer([])
    with pytest.raises(ValueError, match="same name"):
        make_generation_scorer([metrics.mmd, partial(metrics.mmd, gamma=1.0)])
    with pytest.raises(TypeError, match="functools.partial"):
        make_generation_scorer([metrics.mmd], gamma=1.0)
    with pytest.raises(TypeError, match="unexpected keyword argument 'neighbours'"):
        make_generation_scorer(metrics.precision_recall_f1, neighbours=5)
    for n_synthetic in (0, -3, 1.5, "all"):
        with pytest.raises(ValueError, match="n_synthetic must be"):
            make_generation_scorer(metrics.mmd, n_synthetic=n_synthetic)
    with pytest.raises(TypeError, match="StandardScaler has no method `sample`"):
        make_generation_scorer(metrics.mmd)(StandardScaler().fit(X), X, y)
    with pytest.raises(ValueError, match="y is needed"):
        make_generation_scorer(metrics.mmd)(Jitter().fit(X, y), X, None)


def test_repr_shows_the_settings():
    scorer = make_generation_scorer([metrics.mmd, metrics.authenticity], n_synthetic=5, random_state=0)
    assert repr(scorer) == "make_generation_scorer([mmd, authenticity], n_synthetic=5, random_state=0)"
