"""The gate of a classifier: when it changes the training, when not, and what it shares."""

import numpy as np
import pytest
from imblearn.over_sampling import SMOTE
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.utils.estimator_checks import parametrize_with_checks

from sklearn_txaug.model_selection import SelectiveClassifier
from sklearn_txaug.model_selection._recipes import drawn_rows
from sklearn_txaug.over_sampling import GaussianSampler
from sklearn_txaug.priors import ExpressionPrior

from .test_priors import simulate

FAST = {"synthetic_weights": (1.0,), "cv": 2, "n_repeats": 1, "random_state": 0}


@pytest.fixture(scope="module")
def prior():
    return ExpressionPrior(rank=5).fit(*simulate(30, 20))


@parametrize_with_checks([SelectiveClassifier(**FAST)])
def test_scikit_learn_checks(estimator, check):
    check(estimator)


def test_one_row_of_each_class_takes_the_prior_untested(prior):
    X, y = simulate(6, 40, seed=4)
    one = X.groupby(y).head(1)
    model = SelectiveClassifier(prior=prior, random_state=0).fit(one, y[one.index])
    assert (model.best_way_, model.best_weight_) == ("GaussianSampler+prior", 4.0)
    assert "untested: no row can be held out" in model.decision_
    assert np.isnan(model.cv_results_["mean_difference"]).all()
    rest = X.drop(one.index)
    plain = SelectiveClassifier(random_state=0).fit(one, y[one.index])
    assert plain.best_way_ == "none"
    assert model.score(rest, y[rest.index]) > plain.score(rest, y[rest.index])


def test_a_prior_that_helps_is_taken_and_noise_is_not(prior):
    X, y = simulate(8, 30, seed=4)
    few = X.groupby(y).head(4)
    model = SelectiveClassifier(prior=prior, random_state=0).fit(few, y[few.index])
    assert model.best_way_ == "GaussianSampler+prior"
    assert "log loss on held-out rows from" in model.decision_
    noise = np.random.default_rng(0).normal(size=(60, 5))
    strict = SelectiveClassifier(rule="strict", random_state=0).fit(noise, np.arange(60) % 2)
    assert strict.best_way_ == "none"
    assert strict.decision_.startswith("No change: ")


@pytest.mark.parametrize(
    ("loss", "accuracy", "rows", "expected"),
    [
        ([0.4, -0.3, 0.1, 0.0], [0.1, -0.1, 0.0, -0.1], 3, 1.0),  # a gain, within the error
        ([0.4, -0.3, 0.1, 0.0], [0.1, -0.1, 0.0, -0.1], 4, 0.0),
        ([-0.4, 0.3, -0.1, 0.0], [0.0, 0.0, 0.0, 0.0], 3, 0.0),  # a loss
        ([0.4, 0.3, 0.2, 0.3], [-0.1, -0.2, -0.1, -0.2], 3, 0.0),  # less accurate
        ([np.nan, 0.3, 0.2, 0.3], [0.1, 0.1, 0.1, 0.1], 3, 0.0),  # fails
    ],
)
def test_any_gain_of_a_prior_will_do_with_few_rows(monkeypatch, prior, loss, accuracy, rows, expected):
    gains = np.stack([loss, accuracy], axis=1)

    def compared(self, ways, *data):
        return np.array([gains if way.weight else np.zeros((4, 2)) for way in ways]), (8.0, 8.0)

    monkeypatch.setattr(SelectiveClassifier, "_compare", compared)
    model = SelectiveClassifier(prior=prior, random_state=0).fit(*simulate(4, rows, seed=4))
    assert (model.best_way_ == "GaussianSampler+prior", model.best_weight_) == (expected > 0, expected)
    assert ("any gain of a prior will do" in model.decision_) == (expected > 0)


def test_no_change_is_the_classifier_as_it_is():
    noise = np.random.default_rng(0).normal(size=(40, 5))
    forest = RandomForestClassifier(5, random_state=3)
    model = SelectiveClassifier(forest, rule="strict", **FAST).fit(noise, np.arange(40) % 2)
    assert model.best_way_ == "none"
    plain = forest.fit(noise, np.arange(40) % 2)
    np.testing.assert_array_equal(model.predict_proba(noise), plain.predict_proba(noise))


def test_ways_differ_in_nothing_but_their_rows():
    X, y = simulate(3, 8, seed=4)
    for seed in (None, 3):
        forest = ExtraTreesClassifier(5, max_features=1, random_state=seed)
        model = SelectiveClassifier(forest, samplers=GaussianSampler(n_synthetic=0), **FAST).fit(X, y)
        assert model.cv_results_["mean_difference"].tolist() == [0, 0]


def test_names_of_samplers_that_other_ways_have(prior):
    X, y = simulate(3, 8, seed=4)
    for name in ("adjusted", "weighted", "GaussianSampler+prior"):
        with pytest.raises(ValueError, match=r"samplers: \['.*'\] are names of other ways"):
            SelectiveClassifier(prior=prior, samplers={name: GaussianSampler()}, **FAST).fit(X, y)
    numbered = {1: GaussianSampler(n_synthetic=9), 2: GaussianSampler(n_synthetic=12)}
    found = SelectiveClassifier(prior=prior, samplers=numbered, **FAST).fit(X, y).cv_results_["param_way"]
    assert found.tolist() == ["none", "1", "2", "1+prior", "2+prior"]


def test_a_way_that_lowers_balanced_accuracy_is_not_taken():
    class Blind(LogisticRegression):
        """Gains log loss with class weights, but then predicts one class."""

        def predict_proba(self, X):
            shares = super().predict_proba(X)
            return shares if self.class_weight is None else np.tile([0.51, 0.49], (len(shares), 1))

    rng = np.random.default_rng(0)
    y = np.repeat([0, 1], [60, 40])
    X = rng.normal(size=(100, 30)) + 0.3 * y[:, None]
    model = SelectiveClassifier(Blind(C=1e6, max_iter=2000), **{**FAST, "cv": 5}).fit(X, y)
    weighted = list(model.cv_results_["param_way"]).index("weighted")
    assert model.cv_results_["mean_difference"][weighted] > model.cv_results_["standard_error"][weighted]
    assert model.best_way_ != "weighted"


def test_a_prior_weighs_as_twenty_rows_but_at_most_four_times_the_real_ones(prior):
    for rows, expected in (1, 4), (5, 4), (10, 2), (20, 1):
        gate = SelectiveClassifier(prior=prior, cv=2, n_repeats=1, random_state=0)
        found = gate.fit(*simulate(3, rows, seed=4)).cv_results_["param_synthetic_weight"]
        assert found.max() == expected


def test_a_sampler_is_trained_once_for_all_weights():
    class Counting(GaussianSampler):
        trainings = 0

        def fit_resample(self, X, y, *, groups=None):
            Counting.trainings += 1
            return super().fit_resample(X, y, groups=groups)

    X, y = simulate(2, 20, seed=4)
    model = SelectiveClassifier(samplers=Counting(), cv=3, n_repeats=1, rule="strict", random_state=0)
    model.fit(X[5:], y[5:])
    assert Counting.trainings == 3 + (model.best_weight_ > 0)


def test_ways_follow_the_classes_and_the_classifier(prior):
    X, y = simulate(3, 8, seed=4)
    ways = SelectiveClassifier(**FAST).fit(X, y).cv_results_["param_way"]
    assert list(ways) == ["none", "GaussianSampler"]
    ways = SelectiveClassifier(prior=prior, **FAST).fit(X[3:], y[3:]).cv_results_["param_way"]
    expected = ["none", "weighted", "half_adjusted", "adjusted", "GaussianSampler", "GaussianSampler+prior"]
    assert list(ways) == expected
    with pytest.warns(UserWarning, match="GaussianSampler cannot be chosen.*fit has no sample_weight"):
        model = SelectiveClassifier(KNeighborsClassifier(3), **FAST).fit(X[3:], y[3:])
    assert list(model.cv_results_["param_way"]) == ["none", "half_adjusted", "adjusted"]
    gate = SelectiveClassifier(KNeighborsClassifier(1), prior=prior, **FAST)
    with pytest.warns(UserWarning, match=r"GaussianSampler, GaussianSampler\+prior cannot be chosen"):
        assert gate.fit(X[::8], y[::8]).best_way_ == "none"


def test_a_prior_that_no_sampler_takes(prior):
    with pytest.raises(ValueError, match=r"prior is given, but of samplers none takes one \(SMOTE\)"):
        SelectiveClassifier(prior=prior, samplers=SMOTE(), **FAST).fit(*simulate(3, 8, seed=4))


def test_groups_are_not_split_and_one_patient_leaves_nothing_to_test(prior):
    X, y = simulate(3, 8, seed=4)
    model = SelectiveClassifier(prior=prior, **FAST).fit(X, y, groups=np.zeros(24))
    assert "untested" in model.decision_


def test_a_prior_that_does_not_fit_is_an_error_and_no_way_that_failed(prior):
    X, y = simulate(3, 8, seed=4)
    with pytest.raises(ValueError, match="prior has gene names, but X has none"):
        SelectiveClassifier(prior=prior, **FAST).fit(X.to_numpy(), y)


def test_rows_are_added_to_each_class():
    assert [drawn_rows(n_classes) for n_classes in (2, 50, 1000)] == ["200c", "120c", "20c"]
    found = SelectiveClassifier(**FAST).fit(*simulate(2, 6)).cv_results_
    assert found["param_way"].tolist() == ["none", "GaussianSampler"]  # classes are equal
    assert found["mean_difference"][1] != 0


def test_a_weight_as_real_rows_of_each_class():
    X, y = simulate(3, 8, seed=4)
    model = SelectiveClassifier(**{**FAST, "synthetic_weights": [1.0, "4c"]}).fit(X, y)
    assert model.cv_results_["param_synthetic_weight"].tolist() == [0, 0.5, 1]


@pytest.mark.parametrize("weights", [np.array([0.5]), 0.5, "4c", (0, 0.5), ["0c", "4c"]])
def test_weights_are_given_as_arrays_alone_or_with_0_which_is_always_compared(weights):
    X, y = simulate(3, 8, seed=4)
    model = SelectiveClassifier(**{**FAST, "synthetic_weights": weights}).fit(X, y)
    assert model.cv_results_["param_synthetic_weight"].tolist() == [0, 0.5]


def test_without_another_way_nothing_changes(recwarn):
    gate = SelectiveClassifier(KNeighborsClassifier(), **{**FAST, "synthetic_weights": 0})
    model = gate.fit(*simulate(3, 8, seed=4))
    assert not len(recwarn)
    assert model.decision_ == "No change: there is no other way."


@pytest.mark.parametrize("weights", [[], [-1.0, 1.0], [np.nan], [np.inf], [True], ["20C"], [None]])
def test_weights_that_are_refused(weights):
    with pytest.raises(ValueError, match="synthetic_weights must hold numbers of 0 or more"):
        SelectiveClassifier(synthetic_weights=weights).fit(*simulate(2, 5))


def test_many_classes_of_a_row_or_two_are_no_regression(prior, recwarn):
    X, y = simulate(40, 2, seed=4)
    few = np.r_[0:80:2, 1:41:2]  # two rows of each second class
    model = SelectiveClassifier(prior=prior, **FAST).fit(X.iloc[few], y[few])
    assert model.best_way_ == "GaussianSampler+prior"
    assert not [w for w in recwarn if "unique classes" in str(w.message)]


def test_one_split_has_no_standard_error_and_shows_no_gain():
    X, y = simulate(3, 8, seed=4)
    one = [(np.arange(0, 24, 2), np.arange(1, 24, 2))]
    settings = {**FAST, "synthetic_weights": [0.1, 1.0, 10.0], "cv": one}
    careful = SelectiveClassifier(**settings).fit(X, y)
    assert careful.best_way_ == "none"
    assert max(careful.cv_results_["mean_difference"][1:]) > 0
    assert "1 split) and balanced accuracy" in careful.decision_
    assert careful.decision_.endswith("and one split has no standard error.")
    assert SelectiveClassifier(**settings, rule="best").fit(X, y).best_way_ == "GaussianSampler"
