"""What augmentation is compared with: class weights, adjusted probabilities, and the scores beside accuracy."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, log_loss
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from sklearn_txaug.benchmark import benchmark, format_summary, make_classifiers, make_cohort, make_samplers
from sklearn_txaug.benchmark._findings import duels
from sklearn_txaug.benchmark._scores import SCORES, calibration_error, classifier_scores
from sklearn_txaug.model_selection import PriorAdjustedClassifier


@parametrize_with_checks([PriorAdjustedClassifier(), PriorAdjustedClassifier(GaussianNB(), tau=0.5)])
def test_scikit_learn_checks(estimator, check):
    check(estimator)


@pytest.fixture(scope="module")
def unequal():
    rng = np.random.default_rng(0)
    y = np.repeat(["common", "rare"], [900, 100])
    return rng.normal(size=(1000, 4)) + 0.8 * (y == "rare")[:, None], y


def test_tau_1_is_the_rule_for_equal_classes(unequal):
    """Of a generative model, dividing by the frequencies gives what it says under equal priors, exactly."""
    adjusted = PriorAdjustedClassifier(GaussianNB(), tau=1).fit(*unequal)
    equal = GaussianNB(priors=[0.5, 0.5]).fit(*unequal)
    np.testing.assert_allclose(adjusted.predict_proba(unequal[0]), equal.predict_proba(unequal[0]))


def test_tau_0_changes_nothing(unequal):
    plain = LogisticRegression(max_iter=1000).fit(*unequal)
    adjusted = PriorAdjustedClassifier(tau=0).fit(*unequal)
    np.testing.assert_allclose(adjusted.predict_proba(unequal[0]), plain.predict_proba(unequal[0]))


def test_scores_are_those_of_scikit_learn(unequal):
    X, y = unequal
    model = LogisticRegression().fit(X, y)
    scores = classifier_scores(model, X, y)
    assert set(SCORES) < set(scores)
    assert scores["neg_log_loss"] == pytest.approx(-log_loss(y, model.predict_proba(X)))
    brier = brier_score_loss(y, model.predict_proba(X)[:, 1], pos_label="rare")
    assert scores["neg_brier_score"] == pytest.approx(-2 * brier)  # both classes are counted
    assert scores["recall[rare]"] == pytest.approx(np.mean(model.predict(X[900:]) == "rare"))


def test_calibration_error_of_known_confidence():
    shares = np.tile([0.7, 0.3], (1000, 1))
    truth = np.zeros((1000, 2), dtype=bool)
    truth[:700, 0] = truth[700:, 1] = True
    assert calibration_error(shares, truth) == pytest.approx(0, abs=1e-9)
    assert calibration_error(np.tile([1.0, 0.0], (1000, 1)), truth) == pytest.approx(0.3)


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    rng = np.random.default_rng(0)
    y = np.repeat(["a", "b", "c"], [60, 20, 10])
    X = rng.normal(size=(90, 5)) + np.eye(3, 5)[np.unique(y, return_inverse=True)[1]]
    known = make_samplers()
    samplers = {name: known[name] for name in ("none", "weighted", "adjusted", "half_adjusted", "gaussian")}
    classifiers = {"logistic": make_pipeline(StandardScaler(), LogisticRegression())}
    folder = tmp_path_factory.mktemp("results")
    return benchmark(
        make_cohort("toy", X, y)[0],
        samplers=samplers,
        classifiers=classifiers,
        n_real=["all"],
        n_synthetic=["balance", 30],
        seeds=3,
        protocol=["honest", "oracle"],
        output=folder,
        n_jobs=1,
        verbose=False,
    )


def test_baselines_stand_beside_the_samplers(rows):
    values = {(r.sampler, r.n_synthetic, r.seed): r.value for r in rows if r.metric == "balanced_accuracy"}
    for name in ("weighted", "adjusted", "half_adjusted"):
        assert np.mean([values[name, 0, s] - values["none", 0, s] for s in range(3)]) > 0
    added = {r.sampler: r.value for r in rows if r.metric == "synthetic_rows"}
    assert added["weighted"] == added["adjusted"] == 0 < added["gaussian"]
    table = format_summary(rows, ["none", "weighted", "adjusted", "gaussian"])
    assert "weighted" in table
    assert format_summary(rows, ["none", "weighted", "gaussian"], "neg_log_loss").count("neg_log_loss")


def test_deep_generators_meet_class_weighting_in_their_duels(rows):
    found = duels(rows, "balanced_accuracy", ["gaussian"])  # in the place of a deep one
    assert {duel.cheap for duel in found} >= {"none", "weighted", "adjusted"}
    assert all(duel.n == 4 for duel in found)  # two amounts, two protocols


def test_every_classifier_of_the_benchmark_takes_class_weights():
    known = make_classifiers()
    known.pop("lda")  # has priors instead
    weighting = make_samplers()["weighted"]
    for classifier in known.values():
        assert "balanced" in map(str, weighting.change(classifier).get_params().values())
    with pytest.raises(ValueError, match="GaussianNB takes no class_weight"):
        weighting.change(GaussianNB())


def test_the_largest_adjustment_leaves_probabilities(unequal):
    probabilities = PriorAdjustedClassifier(tau=1e6).fit(*unequal).predict_proba(unequal[0])
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
