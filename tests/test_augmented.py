"""AugmentedClassifier: synthetic rows weigh what they are given, or what held-out rows say."""

import numpy as np
import pytest
from imblearn.over_sampling import SMOTE
from imblearn.pipeline import make_pipeline as make_resampling_pipeline
from imblearn.utils.estimator_checks import parametrize_with_checks as imblearn_checks
from sklearn import config_context
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.utils.estimator_checks import parametrize_with_checks as sklearn_checks

from sklearn_txaug.model_selection import AugmentedClassifier
from sklearn_txaug.neural_network import MLPNetClassifier
from sklearn_txaug.over_sampling import FrozenSampler, GaussianSampler, LatentSampler

ESTIMATORS = [
    AugmentedClassifier(random_state=0),
    AugmentedClassifier(GaussianSampler(n_synthetic=1.0), synthetic_weight=0.25, random_state=0),
]


@sklearn_checks(ESTIMATORS)
def test_scikit_learn_checks(estimator, check):
    check(estimator)


@imblearn_checks(ESTIMATORS)
def test_imbalanced_learn_checks(estimator, check):
    check(estimator)


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    y = np.repeat(["a", "b", "c"], [40, 20, 10])
    return rng.normal(size=(70, 6)) + np.eye(3, 6)[np.unique(y, return_inverse=True)[1]], y


class Recording(LogisticRegression):
    def fit(self, X, y, sample_weight=None):
        self.seen_ = X, y, sample_weight
        return super().fit(X, y, sample_weight=sample_weight)


def test_total_weight_of_the_synthetic_rows_is_the_given_share(data):
    model = AugmentedClassifier(GaussianSampler(n_synthetic=200), Recording(), synthetic_weight=0.3).fit(
        *data
    )
    X, y, weight = model.classifier_.seen_
    np.testing.assert_array_equal(X[:70], data[0])
    assert (weight[:70] == 1).all()
    assert weight[70:].sum() == pytest.approx(0.3 * 70)
    assert len(set(weight[70:])) == 1
    assert len(X) == len(y) == 270


def test_rows_may_count_as_a_number_of_real_rows_of_each_class(data):
    model = AugmentedClassifier(GaussianSampler(n_synthetic="40c"), Recording(), synthetic_weight="5c").fit(
        *data
    )
    _, y, weight = model.classifier_.seen_
    assert dict(zip(*np.unique(y[70:], return_counts=True), strict=True)) == dict.fromkeys(np.unique(y), 40)
    for label in np.unique(y):
        assert weight[70:][y[70:] == label].sum() == pytest.approx(5)
    assert model.synthetic_weight_ == pytest.approx(5 * 3 / 70)
    with pytest.raises(ValueError, match="synthetic_weight.*'5x'"):
        AugmentedClassifier(synthetic_weight="5x").fit(*data)


def test_a_sampler_that_adds_no_rows_is_pointed_out(data):
    X, y = data
    some = np.concatenate([np.flatnonzero(y == label)[:5] for label in np.unique(y)])
    with pytest.warns(UserWarning, match="GaussianSampler adds no rows to classes of these sizes"):
        AugmentedClassifier(synthetic_weight="20c", random_state=0).fit(X[some], y[some])
    with pytest.warns(UserWarning, match="SMOTE adds no rows to classes of these sizes"):
        AugmentedClassifier(SMOTE(), synthetic_weight="cv", cv=5, random_state=0).fit(X[some], y[some])


def test_without_rows_to_hold_out_the_weight_is_to_be_given(data):
    X, y = data
    one = np.unique(y, return_index=True)[1]
    with pytest.raises(
        ValueError, match="synthetic_weight='cv': .* only one row of each class.*give .* number"
    ):
        AugmentedClassifier(GaussianSampler(n_synthetic=9), synthetic_weight="cv").fit(X[one], y[one])


def test_a_pipeline_is_no_sampler(data):
    with pytest.raises(TypeError, match="is neither a sampler with fit and sample nor an imbalanced-learn"):
        AugmentedClassifier(make_resampling_pipeline(StandardScaler(), SMOTE())).fit(*data)


def test_weight_0_is_the_classifier_alone(data):
    model = AugmentedClassifier(GaussianSampler(n_synthetic=50), LogisticRegression(), synthetic_weight=0)
    plain = LogisticRegression().fit(*data)
    np.testing.assert_array_equal(model.fit(*data).predict_proba(data[0]), plain.predict_proba(data[0]))
    assert model.sampler_ is None


class Wrong(GaussianSampler):
    """Gives every class the rows of the next."""

    def fit(self, X, y, *, groups=None):
        return super().fit(X, np.roll(np.unique(y), 1)[np.unique(y, return_inverse=True)[1]], groups=groups)

    def fit_resample(self, X, y, *, groups=None):
        turned = np.roll(np.unique(y), 1)[np.unique(y, return_inverse=True)[1]]
        X_res, y_res = super().fit_resample(X, turned, groups=groups)
        return X_res, np.concatenate([y, y_res[len(y) :]])


def test_cross_validation_takes_rows_that_help_and_leaves_those_that_harm(data):
    X, y = data
    harm = AugmentedClassifier(Wrong(n_synthetic=2.0), synthetic_weight="cv", cv=3, random_state=0).fit(X, y)
    scores = harm.cv_results_["mean_test_score"]
    assert harm.synthetic_weight_ <= 0.1  # a few wrong labels are like label smoothing
    assert scores[1] > scores[4]
    good = AugmentedClassifier(GaussianSampler(n_synthetic=2.0), synthetic_weight="cv", cv=3, random_state=0)
    assert good.fit(X, y).synthetic_weight_ > 0.1


class Counting(GaussianSampler):
    trainings = 0

    def _fit_generator(self, *args):
        Counting.trainings += 1
        super()._fit_generator(*args)


def test_one_training_of_the_generator_a_fold(data):
    Counting.trainings = 0
    model = AugmentedClassifier(Counting(n_synthetic=20), synthetic_weight="cv", cv=4, random_state=0).fit(
        *data
    )
    assert Counting.trainings == 4 + (model.synthetic_weight_ > 0)
    assert model.cv_results_["split3_test_score"].shape == (5,)
    assert not hasattr(model.set_params(synthetic_weight=0.5).fit(*data), "cv_results_")


def test_groups_stay_whole_and_reach_the_sampler(data):
    class Grouped(GaussianSampler):
        def _fit_generator(self, X, codes, rng, groups):
            assert len(groups) == len(X)
            super()._fit_generator(X, codes, rng, groups)

    groups = np.arange(70) // 2
    AugmentedClassifier(Grouped(n_synthetic=9), synthetic_weight="cv", cv=3).fit(*data, groups=groups)
    with pytest.raises(ValueError, match="groups has 3 entries"):
        AugmentedClassifier().fit(*data, groups=[1, 2, 3])


@pytest.mark.parametrize("weight", [0, 0.5])
def test_groups_stay_whole_in_the_early_stopping_of_a_classifier(data, weight):
    class Grouped(MLPNetClassifier):
        def fit(self, X, y, sample_weight=None, *, groups=None):
            self.groups_ = groups
            return super().fit(X, y, sample_weight, groups=groups)

    net = Grouped(early_stopping=True, max_epochs=1, hidden_layer_sizes=(2,), device="cpu")
    model = AugmentedClassifier(GaussianSampler(n_synthetic=30), net, synthetic_weight=weight)
    model.fit(*data, groups=np.arange(70) // 2)
    patients, counts = np.unique(model.classifier_.groups_, return_counts=True)
    assert set(map(str, range(35))) <= set(map(str, patients))
    assert sorted(counts) == [1] * 30 * (weight > 0) + [2] * 35


@pytest.mark.parametrize(
    "classifier",
    [
        make_pipeline(StandardScaler(), LogisticRegression()),
        MLPNetClassifier(max_epochs=2, device="cpu"),
    ],
)
@pytest.mark.parametrize("sampler", [SMOTE(k_neighbors=50), GaussianSampler(n_synthetic=20)])
def test_pipelines_nets_and_other_samplers(data, classifier, sampler):
    model = AugmentedClassifier(sampler, classifier, synthetic_weight=0.5, random_state=0)
    first, second = (clone(model).fit(*data).predict_proba(data[0]) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    assert np.isfinite(cross_val_score(model, *data, cv=3)).all()


def test_grid_search_over_weights(data):
    grid = {"synthetic_weight": [0, 0.5, "cv"], "sampler__n_synthetic": [10, 20]}
    search = GridSearchCV(AugmentedClassifier(GaussianSampler(), cv=2, random_state=0), grid, cv=2).fit(*data)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


def test_a_data_frame_keeps_its_names(data):
    pd = pytest.importorskip("pandas")
    X = pd.DataFrame(data[0], columns=[f"gene_{i}" for i in range(6)])
    model = AugmentedClassifier(GaussianSampler(n_synthetic=20), synthetic_weight="cv", cv=2).fit(X, data[1])
    assert model.feature_names_in_.tolist() == X.columns.tolist()
    assert model.predict(X).shape == (70,)


def test_a_classifier_without_weights_is_named(data):
    with pytest.raises(ValueError, match="KNeighborsClassifier.fit has no sample_weight"):
        AugmentedClassifier(GaussianSampler(n_synthetic=5), KNeighborsClassifier()).fit(*data)


def test_the_net_heeds_sample_weights(data):
    X, y = data
    kwargs = {"max_epochs": 60, "hidden_layer_sizes": (), "dropout": 0, "device": "cpu", "random_state": 0}
    even = MLPNetClassifier(**kwargs).fit(X, y)
    np.testing.assert_allclose(
        MLPNetClassifier(**kwargs).fit(X, y, sample_weight=np.full(70, 3.0)).predict_proba(X),
        even.predict_proba(X),
        atol=1e-5,
    )
    only_c = MLPNetClassifier(**kwargs).fit(X, y, sample_weight=np.where(y == "c", 20.0, 1.0))
    assert only_c.predict_proba(X)[:, 2].mean() > 1.3 * even.predict_proba(X)[:, 2].mean()
    with pytest.raises(ValueError, match="Negative values"):
        MLPNetClassifier(**kwargs).fit(X, y, sample_weight=np.full(70, -1.0))


def test_a_classifier_without_probabilities_is_named_before_any_training(data, monkeypatch):
    monkeypatch.setattr(GaussianSampler, "fit_resample", lambda *_, **__: pytest.fail("was trained"))
    with pytest.raises(ValueError, match="SVC has no predict_proba"):
        AugmentedClassifier(GaussianSampler(n_synthetic=5), SVC(), synthetic_weight="cv").fit(*data)


@pytest.mark.parametrize("trained", [GaussianSampler(), LatentSampler(GaussianSampler())])
def test_a_frozen_sampler_stays_as_it_is(data, trained):
    trained = clone(trained).fit(*data)
    before = trained.get_params(deep=False)
    frozen = FrozenSampler(trained, n_synthetic=10)
    model = AugmentedClassifier(frozen, random_state=0).fit(*data)
    assert model.sampler_.sampler_ is trained
    assert trained.get_params(deep=False) == before
    assert {v for name, v in trained.get_params().items() if name.endswith("random_state")} == {None}
    assert isinstance(model.sampler_.random_state, int)


def test_weights_reach_the_last_step_under_metadata_routing(data):
    model = AugmentedClassifier(random_state=0)
    expected = model.fit(*data).predict_proba(data[0])
    with config_context(enable_metadata_routing=True):
        np.testing.assert_array_equal(clone(model).fit(*data).predict_proba(data[0]), expected)


def test_a_classifier_that_adds_rows_itself_is_refused(data):
    X, y = data
    inner = make_resampling_pipeline(StandardScaler(), SMOTE(), LogisticRegression())
    with pytest.raises(
        ValueError, match="classifier: its step SMOTE adds rows, for which there are no weights"
    ):
        AugmentedClassifier(GaussianSampler(n_synthetic=4), make_pipeline(StandardScaler(), inner)).fit(X, y)
