"""FrozenSampler: what is trained is used as it is, whoever made it."""

import numpy as np
import pytest
from sklearn.base import BaseEstimator, clone
from sklearn.mixture import GaussianMixture

from sklearn_txaug.over_sampling import FrozenSampler, GaussianSampler, LandmarkSampler, LatentSampler


class Density(BaseEstimator):
    """A sampler of another library, in scikit-learn's manner: a Gaussian of unit variance around each mean."""

    def __init__(self, shift=0.0):
        self.shift = shift

    def fit(self, X, y):
        self.mean_ = X.mean(axis=0) + self.shift
        return self

    def sample(self, n_samples=1, *, y):
        noise = np.random.default_rng(0).normal(size=(len(y), len(self.mean_)))
        return self.mean_ + noise, np.asarray(y)


class Bare:
    """A sampler that is no estimator at all."""

    def fit(self, X, y):
        raise AssertionError("was trained again")

    def sample(self, n_samples=1, *, y, random_state=None):
        return np.full((len(y), 3), 7.0), np.asarray(y)


@pytest.fixture
def data():
    rng = np.random.default_rng(1)
    return rng.normal(size=(40, 3)), np.repeat(["a", "b"], 20)


@pytest.mark.filterwarnings("error")
def test_a_fitted_sampler_of_another_library_is_not_trained_again(data):
    X, y = data
    density = Density().fit(X, y)
    frozen = clone(FrozenSampler(density, n_synthetic=500, random_state=0))
    X_res, _ = frozen.fit_resample(X + 50, y)
    assert frozen.is_frozen_
    assert frozen.sampler_ is density
    np.testing.assert_allclose(X_res[40:].mean(axis=0), X.mean(axis=0), atol=0.2)


def test_an_unfitted_one_is_trained_on_the_rows_at_hand(data):
    X, y = data
    with pytest.warns(UserWarning, match="Density is not fitted"):
        frozen = FrozenSampler(Density(shift=1.0), n_synthetic=500).fit(X + 50, y)
    assert not frozen.is_frozen_
    np.testing.assert_allclose(frozen.sample(500)[0].mean(axis=0), X.mean(axis=0) + 51, atol=0.2)


@pytest.mark.filterwarnings("error")
def test_what_cannot_be_cloned_is_used_as_it_is(data):
    X_res, _ = FrozenSampler(Bare(), n_synthetic=4).fit_resample(*data)
    assert (X_res[40:] == 7).all()


def test_quantile_mapping_brings_rows_to_the_cohort_at_hand(data):
    X, y = data
    trained = GaussianSampler(random_state=0).fit(X, y)
    frozen = FrozenSampler(trained, quantile_mapping=True, random_state=0).fit(X + 50, y)
    np.testing.assert_allclose(frozen.sample(400)[0].mean(axis=0), X.mean(axis=0) + 50, atol=0.2)


@pytest.mark.parametrize("fitted", [True, False])
def test_a_density_that_cannot_draw_given_labels_is_refused_before_it_is_trained(data, monkeypatch, fitted):
    density = GaussianMixture(2).fit(data[0]) if fitted else GaussianMixture(2)
    monkeypatch.setattr(GaussianMixture, "fit", lambda *_: pytest.fail("was trained"))
    with pytest.raises(TypeError, match="sampler: GaussianMixture .* its sample takes no y"):
        FrozenSampler(density, n_synthetic=4).fit_resample(*data)


@pytest.mark.parametrize("sampler", [LatentSampler(), LandmarkSampler(landmarks=[0])])
def test_samplers_that_train_another_refuse_it_too(data, monkeypatch, sampler):
    monkeypatch.setattr(GaussianMixture, "fit", lambda *_: pytest.fail("was trained"))
    with pytest.raises(TypeError, match="sampler: GaussianMixture .* its sample takes no y"):
        clone(sampler).set_params(sampler=GaussianMixture(), n_synthetic=4).fit_resample(*data)


def test_rows_and_labels_never_differ_in_number(data):
    class TwoRows(Bare):
        def sample(self, n_samples=1, *, y):
            return np.zeros((2, 3)), y

    with pytest.raises(ValueError, match=r"TwoRows.sample returned 2 rows for 4 labels"):
        FrozenSampler(TwoRows(), n_synthetic=4).fit_resample(*data)


@pytest.mark.filterwarnings("ignore:.*not fitted")
def test_groups_reach_a_sampler_that_is_not_trained_yet(data):
    seen = []

    class Patients(Density):
        def fit(self, X, y, groups=None):
            seen.append(list(groups))
            return super().fit(X, y)

    X, y = data
    patients = [str(k // 2) for k in range(40)]
    FrozenSampler(Patients()).fit(X, y, groups=patients)
    assert seen == [patients]


def test_rows_of_other_units_than_those_of_the_training_are_pointed_out(recwarn):
    rng = np.random.default_rng(0)
    counts = rng.negative_binomial(5, 0.01, size=(60, 20)).astype(float)
    y = np.arange(60) % 3
    trained = GaussianSampler(random_state=0).fit(np.log2(counts + 1), y)
    frozen = FrozenSampler(trained, n_synthetic=4, random_state=0)
    few = np.log2(rng.negative_binomial(5, 0.01, size=(9, 20)) + 1.0)
    frozen.fit_resample(few, y[:9])
    frozen.fit_resample(few[:2] + 0.5, y[:2])
    assert not recwarn.list
    with pytest.warns(UserWarning, match="X seems to be of other units than the rows that GaussianSampler"):
        frozen.fit_resample(counts, y)
    linear = FrozenSampler(GaussianSampler(random_state=0).fit(counts / 10, y), n_synthetic=4, random_state=0)
    with pytest.warns(UserWarning, match="X seems to be of other units"):
        linear.fit_resample(few, y[:9])
