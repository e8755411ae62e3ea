"""SelectiveSampler: what helps is chosen, what does not is left out, and nothing leaks or depends on the jobs."""

import numpy as np
import pytest
from imblearn.over_sampling import SMOTE, BorderlineSMOTE, RandomOverSampler
from imblearn.pipeline import make_pipeline
from sklearn import config_context
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, KFold, LeaveOneGroupOut
from sklearn.neighbors import KNeighborsClassifier

from sklearn_txaug.model_selection import SelectiveSampler
from sklearn_txaug.model_selection._selection import Option, Selection
from sklearn_txaug.over_sampling import CopulaSampler, FrozenSampler, GaussianSampler

MEANS = np.eye(3, 30)


def draw(y, rng):
    return MEANS[y] + rng.normal(size=(len(y), 30))


@pytest.fixture
def data():
    rng = np.random.default_rng(0)
    y = np.arange(60) % 3
    return draw(y, rng), y


class Truth(BaseEstimator):
    """Knows the distribution that the rows come from; counts its trainings."""

    fits = 0

    def __init__(self, shift=0, random_state=None):
        self.shift, self.random_state = shift, random_state

    def fit(self, X, y):
        type(self).fits += 1
        return self

    def sample(self, *, y, random_state=None):
        return draw((np.asarray(y) + self.shift) % 3, np.random.default_rng(random_state)), y


def wrong(**kwargs):
    return Truth(shift=1, **kwargs)


def selective(candidates, **kwargs):
    options = {"n_synthetic": (1.0, 5.0), "estimator": LinearDiscriminantAnalysis(), "random_state": 0}
    return SelectiveSampler(candidates=candidates, **(options | kwargs))


# -- the choice


def test_a_sampler_that_helps_is_chosen(data):
    sampler = selective({"wrong": wrong(), "truth": Truth()})
    X_res, y_res = sampler.fit_resample(*data)
    assert sampler.best_candidate_ == "truth"
    assert sampler.best_n_synthetic_ in (1.0, 5.0)
    assert len(X_res) == len(y_res) == 60 * (1 + sampler.best_n_synthetic_)
    results, best = sampler.cv_results_, sampler.best_index_
    assert results["mean_difference"][best] > sampler.required_gain_ * results["standard_error"][best]
    fresh = np.random.default_rng(1)
    y_test = np.arange(3000) % 3
    X_test = draw(y_test, fresh)
    plain, augmented = (LinearDiscriminantAnalysis().fit(*rows) for rows in (data, (X_res, y_res)))
    assert augmented.score(X_test, y_test) > plain.score(X_test, y_test) + 0.03


@pytest.mark.parametrize("seed", range(5))
def test_one_that_harms_never_is(data, seed):
    sampler = selective(wrong(), random_state=seed)
    X_res, _ = sampler.fit_resample(*data)
    np.testing.assert_array_equal(X_res, data[0])
    assert sampler.best_candidate_ == "none"
    assert sampler.best_n_synthetic_ == sampler.best_index_ == 0
    assert not sampler.is_synthetic_.any()
    assert sampler.sampling_strategy_ == {}


def test_rows_that_harm_are_added_by_the_rule_always_alone(data):
    for rule, name in (("always", "Truth"), ("best", "none"), ("one_se", "none"), ("strict", "none")):
        assert selective(wrong(), n_synthetic=(5.0, 9.0), rule=rule).fit(*data).best_candidate_ == name
    alone = selective(wrong(), n_synthetic=5.0, rule="always").fit(*data)
    assert alone.n_splits_ == 0
    assert (
        alone.decision_
        == "Augmentation by Truth with 300 synthetic rows (n_synthetic=5.0), without comparison."
    )


def test_the_best_of_many_options_is_no_gain_by_itself():
    rng = np.random.default_rng(0)
    options = [Option("none", 0, {})] + [Option(f"{k}", 1.0, {"a": 1}) for k in range(20)]
    arguments = (100.0, 1.0, "strict", "accuracy", np.random.default_rng(0))
    best = [Selection(options, rng.normal(size=(21, 10)), *arguments).best for _ in range(200)]
    assert np.mean(np.array(best) > 0) < 0.4  # 0.99 without the higher bar
    gain = np.zeros((21, 10))
    gain[1:] = 1 + 0.01 * rng.normal(size=(20, 10))
    gain[7] += 0.02
    assert Selection(options, rng.normal(scale=0.1, size=10) + gain, *arguments).best == 7


def test_of_equals_the_first_candidate_at_its_smallest_amount():
    options = [Option("none", 0, {})] + [Option(c, n, {"a": n}) for c in "ab" for n in (50, 10)]
    noise = np.random.default_rng(0).normal(scale=0.01, size=(5, 8))
    scores = np.array([0.5, 0.7, 0.7, 0.7, 0.7])[:, None] + noise - noise.mean(axis=1, keepdims=True)
    assert Selection(options, scores, 80, 20, "one_se", "accuracy", np.random.default_rng(0)).best == 2


# -- results and words


def test_cv_results_have_every_option_and_its_gain(data):
    sampler = selective(
        [GaussianSampler(), GaussianSampler(), SMOTE()], n_synthetic=(9, 0, {2: 4}), cv=3, n_repeats=2
    )
    results = sampler.fit(*data).cv_results_
    assert {len(values) for values in results.values()} == {7}
    assert results["param_candidate"].tolist() == ["none"] + [
        name for name in ("GaussianSampler", "GaussianSampler 2", "SMOTE") for _ in range(2)
    ]
    assert results["param_n_synthetic"].tolist() == [0] + [9, {2: 4}] * 3
    assert results["n_rows"].tolist() == [0] + [9, 4] * 3
    assert sampler.n_splits_ == 6
    scores = np.array([results[f"split{k}_test_score"] for k in range(6)])
    np.testing.assert_allclose(results["mean_test_score"], scores.mean(axis=0))
    gains = scores - scores[:, :1]
    np.testing.assert_allclose(results["mean_difference"], gains.mean(axis=0), atol=1e-12)
    corrected = np.sqrt((1 / 6 + 20 / 40) * gains.var(axis=0, ddof=1))
    np.testing.assert_allclose(results["standard_error"], corrected, atol=1e-12)
    assert results["rank_test_score"][np.argmax(results["mean_test_score"])] == 1


def test_the_decision_says_what_was_compared(data):
    sampler = selective(wrong(), n_synthetic=5.0).fit(*data)
    assert sampler.decision_.startswith(
        "No augmentation: the best option, Truth with 300 synthetic rows (n_synthetic=5.0), changed balanced "
        "accuracy on held-out rows from "
    )
    assert sampler.decision_.endswith("which is no gain.")
    before, after = sampler.cv_results_["mean_test_score"]
    error = sampler.cv_results_["standard_error"][1]
    change = (
        f"from {before:.3f} to {after:.3f} ({after - before:+.3f}, standard error {error:.3f}, 10 splits)"
    )
    assert change in sampler.decision_
    sampler = selective(Truth(), n_synthetic=5.0).fit(*data)
    assert sampler.decision_.startswith(
        "Augmentation by Truth with 300 synthetic rows (n_synthetic=5.0), which changed"
    )
    assert sampler.decision_.endswith("10 splits), more than one standard error.")
    sampler = selective({"a": Truth(), "b": GaussianSampler()}, rule="strict").fit(*data)
    assert sampler.required_gain_ > 1
    assert sampler.decision_.endswith(
        f"more than {sampler.required_gain_:.1f} standard errors, the bar for the best of 4 options."
    )
    nothing = selective(Truth(), n_synthetic=()).fit(*data)
    assert nothing.decision_ == "No augmentation: no amount of n_synthetic is above 0 for these labels."


def test_amounts_may_be_an_array(data):
    results = [
        clone(selective(GaussianSampler(), n_synthetic=amounts, cv=2, n_repeats=1)).fit(*data).cv_results_
        for amounts in (np.array([0, 6, 12]), (6, 12))
    ]
    assert results[0]["param_n_synthetic"].tolist() == results[1]["param_n_synthetic"].tolist() == [0, 6, 12]
    np.testing.assert_array_equal(results[0]["mean_test_score"], results[1]["mean_test_score"])


def test_one_split_has_no_error_and_no_gain_that_passes(data):
    split = [(np.arange(40), np.arange(40, 60))]
    sampler = selective(Truth(), n_synthetic=5.0, cv=split).fit(*data)
    assert sampler.cv_results_["mean_difference"][1] > 0
    assert sampler.best_candidate_ == "none"
    assert sampler.decision_.endswith(", 1 split), and one split has no standard error.")
    assert selective(Truth(), n_synthetic=5.0, cv=split, rule="best").fit(*data).best_candidate_ == "Truth"


def test_splits_in_which_the_score_is_not_defined_are_left_out(data):
    def score(model, X, y):
        return model.score(X, y) if len(y) == 20 else np.nan

    rows = np.arange(60)
    split = [(rows[20:], rows[:20]), (rows[:40], rows[40:]), (rows[:39], rows[39:])]
    sampler = selective(Truth(), n_synthetic=5.0, cv=split, scoring=score).fit(*data)
    assert sampler.n_splits_ == 2
    assert np.isfinite(sampler.cv_results_["mean_difference"]).all()
    assert ", 2 splits; not defined in 1 more)" in sampler.decision_
    for rule, name in (("one_se", "none"), ("always", "Truth")):
        nowhere = selective(Truth(), n_synthetic=5.0, scoring=lambda *_: np.nan, rule=rule).fit(*data)
        assert nowhere.best_candidate_ == name
    nowhere.set_params(rule="best").fit(*data)
    assert (
        nowhere.decision_
        == "No augmentation: the score is not defined in any split, so no gain can be shown."
    )


def test_rows_in_spite_of_the_decision(data):
    sampler = selective(wrong())
    sampler.fit_resample(*data)
    with pytest.raises(NotFittedError, match="No augmentation: the best option, Truth"):
        sampler.sample(3)
    X_new, y_new = sampler.fit(*data).sample(6)
    assert sampler.best_candidate_ == "none"
    assert X_new.shape == (6, 30)
    assert sorted(y_new) == [0, 0, 1, 1, 2, 2]


# -- splits


class Recorder(ClassifierMixin, BaseEstimator):
    """Remembers the patients it was trained on, which stand in the first column."""

    def fit(self, X, y):
        self.classes_, self.patients_ = np.unique(y), set(X[:, 0])
        return self

    def predict(self, X):
        return np.repeat(self.classes_[0], len(X))


class Mute(BaseEstimator):
    """Draws rows of no patient, and remembers those it was trained on."""

    seen: list = []  # noqa: RUF012

    def fit(self, X, y, groups=None):
        self.patients_ = set(X[:, 0])
        type(self).seen.append((self.patients_, set(groups)))
        return self

    def sample(self, *, y, random_state=None):
        return np.full((len(y), 3), -1.0), y


def test_no_patient_on_both_sides():
    rng = np.random.default_rng(0)
    patients = np.repeat(np.arange(20), 3)
    X = np.column_stack([patients, rng.normal(size=(60, 2))])
    y = rng.integers(2, size=60)
    tested = []

    def score(model, X_test, y_test):
        assert not model.patients_ & set(X_test[:, 0])
        tested.append(len(X_test))
        return 0.5

    sampler = SelectiveSampler(
        candidates=Mute(),
        estimator=Recorder(),
        scoring=score,
        cv=4,
        n_repeats=2,
        n_synthetic=9,
        random_state=0,
    )
    Mute.seen.clear()
    sampler.fit(X, y, groups=patients)
    assert sampler.n_splits_ == 8
    assert sum(tested) == 2 * 2 * 60  # every row, in each repetition, with and without synthetic ones
    assert [len(rows) for rows, _ in Mute.seen[:-1]] == [15] * 8
    assert all(rows == groups for rows, groups in Mute.seen)
    with config_context(enable_metadata_routing=True):
        routed = clone(sampler).set_fit_resample_request(groups=True).set_fit_request(groups=True)
        make_pipeline(routed, LogisticRegression()).fit(X, y, groups=patients)
    assert [len(rows) for rows, _ in Mute.seen[-8:]] == [15] * 8
    with pytest.raises(ValueError, match="puts rows of one group on both sides"):
        clone(sampler).set_params(cv=KFold(3)).fit(X, y, groups=patients)
    assert clone(sampler).set_params(cv=LeaveOneGroupOut()).fit(X, y, groups=patients).n_splits_ == 20
    assert clone(sampler).set_params(cv=None).fit(X, y, groups=patients).n_splits_ == 10


def test_one_training_a_fold(data):
    Truth.fits = 0
    selective(Truth(), n_synthetic=(1, 2, 3, 0.5, 4.0), cv=3, n_repeats=2).fit(*data)
    assert Truth.fits == 3 * 2 + 1


def test_rare_classes(data):
    X, y = data
    y = np.array(["single"] + ["rare"] * 2 + ["common"] * 57)
    sampler = selective([SMOTE(), GaussianSampler()], n_synthetic=(None, 1.0), rule="always")
    _, y_res = sampler.fit_resample(X, y)
    assert sampler.n_splits_ > 1
    assert np.isfinite(sampler.cv_results_["mean_test_score"]).all()
    assert set(y_res) == {"single", "rare", "common"}
    few = selective(GaussianSampler()).fit(X[:3], [0, 1, 2])
    assert few.decision_.startswith("No augmentation: too few rows")
    assert few.best_candidate_ == "none"
    assert np.isnan(few.cv_results_["mean_test_score"]).all()


# -- candidates


def test_samplers_of_imbalanced_learn(data):
    X, y = data
    y = np.where(np.arange(60) < 8, 1, 0)
    X = X + 20 * y[:, None]  # nothing near the border, of which BorderlineSMOTE makes its rows
    for sampler in (SMOTE(k_neighbors=9), RandomOverSampler(), BorderlineSMOTE()):
        gate = selective(sampler, n_synthetic=1.0, rule="always")
        X_res, y_res = gate.fit_resample(X, y)
        assert len(X_res) == 120
        assert np.sum(y_res[60:] == 1) == 8
        if not isinstance(sampler, SMOTE) or isinstance(sampler, BorderlineSMOTE):
            assert set(X_res[60:, 0]) <= set(X[:, 0])


def test_names_reach_the_candidates(data):
    pd = pytest.importorskip("pandas")
    X, y = pd.DataFrame(data[0], columns=[f"gene{k}" for k in range(30)]), data[1]
    X["gene29"] += 50
    frozen = FrozenSampler(sampler=GaussianSampler(random_state=0).fit(X, y))
    sampler = selective(frozen, rule="always")
    X_res, _ = sampler.fit_resample(X[X.columns[::-1]], y)
    assert sampler.sampler_.is_frozen_
    assert X_res["gene29"].min() > 30 > X_res["gene0"].max()


class Broken(GaussianSampler):
    def _generate(self, codes, rng):
        raise FloatingPointError("diverged")


def test_a_candidate_that_fails_is_left_out(data):
    sampler = selective({"broken": Broken(), "truth": Truth()})
    with pytest.warns(UserWarning, match="candidate broken cannot be chosen.*diverged"):
        sampler.fit(*data)
    assert sampler.best_candidate_ == "truth"
    assert np.isnan(sampler.cv_results_["mean_test_score"][1:3]).all()
    with pytest.warns(UserWarning, match="broken"):
        X_res, _ = selective({"broken": Broken()}).fit_resample(*data)
    assert len(X_res) == 60
    with pytest.raises(ValueError, match="all of them fail"), pytest.warns(UserWarning, match="broken"):
        selective({"broken": Broken()}, rule="always").fit(*data)


def test_a_failing_classifier_is_an_error(data):
    with pytest.raises(ValueError, match="n_neighbors"):
        selective(Truth(), estimator=KNeighborsClassifier(n_neighbors=500)).fit(*data)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"candidates": []}, ValueError, "candidates must hold at least one sampler"),
        ({"candidates": {"none": SMOTE()}}, ValueError, "none of them named 'none'"),
        ({"candidates": [LogisticRegression()]}, TypeError, "neither a sampler with fit and sample"),
        ({"n_synthetic": (0.5, -1)}, ValueError, "n_synthetic must be .*got -1"),
        ({"n_synthetic": (0.5, "many")}, ValueError, "n_synthetic must be .*got 'many'"),
        ({"n_synthetic": ({7: 5},)}, ValueError, r"n_synthetic names classes \[7\]"),
        ({"rule": "two_se"}, ValueError, "rule"),
        ({"scoring": "beauty"}, ValueError, "scoring"),
    ],
)
def test_bad_parameters(data, change, error, message):
    with pytest.raises(error, match=message):
        selective(Truth()).set_params(**change).fit(*data)


# -- scikit-learn


def test_the_same_with_two_jobs(data):
    sampler = selective([GaussianSampler(), CopulaSampler(), SMOTE()], cv=3, n_repeats=1)
    one, two = (clone(sampler).set_params(n_jobs=jobs).fit(*data) for jobs in (1, 2))
    assert one.decision_ == two.decision_
    for name, values in one.cv_results_.items():
        if name not in ("params", "param_candidate", "param_n_synthetic"):
            np.testing.assert_array_equal(values, two.cv_results_[name])


def test_grid_search_over_its_parameters(data):
    pipeline = make_pipeline(selective(Truth(), cv=2, n_repeats=1), LogisticRegression())
    grid = {
        "selectivesampler__candidates": [Truth(), [SMOTE(), GaussianSampler()], {"copula": CopulaSampler()}],
        "selectivesampler__rule": ["one_se", "always"],
    }
    search = GridSearchCV(pipeline, grid, cv=2).fit(*data)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert clone(search.best_estimator_[0]).get_params()["cv"] == 2


def test_folds_that_lack_a_class_do_not_count_for_a_score_that_needs_all(data):
    X, y = data
    rows = np.concatenate([np.flatnonzero(y < 2), np.flatnonzero(y == 2)[:3]])
    gate = selective(GaussianSampler(), scoring="roc_auc_ovr", n_repeats=1)
    with pytest.warns(UserWarning, match="2 of 5 splits do not count: roc auc ovr is not defined"):
        gate.fit_resample(X[rows], y[rows])
    assert gate.n_splits_ == 3
    assert "not defined in 2 more" in gate.decision_
