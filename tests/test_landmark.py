"""LandmarkSampler: landmarks of its sampler, the variance that regression shrinks, names, groups."""

import numpy as np
import pytest
from sklearn import config_context
from sklearn.base import clone
from sklearn.linear_model import Ridge

from sklearn_txaug.datasets import landmark_genes
from sklearn_txaug.over_sampling import FlowMatchingSampler, GaussianSampler, LandmarkSampler
from sklearn_txaug.over_sampling._landmark import GaussianNoise
from sklearn_txaug.reconstruction import LandmarkReconstructor

LANDMARKS = [7, 0, 3, 12]
TARGETS = np.setdiff1d(np.arange(20), LANDMARKS)


@pytest.fixture(scope="module")
def data():
    """Genes that are half explained by four landmarks; what is left is shared by pairs of genes."""
    rng = np.random.default_rng(0)
    y = np.arange(400) % 2
    Z = rng.normal(size=(400, 4)) + 2 * y[:, None]
    left = np.repeat(rng.normal(size=(400, 8)), 2, axis=1) * 1.5
    X = np.empty((400, 20))
    X[:, LANDMARKS], X[:, TARGETS] = Z, Z @ rng.normal(size=(4, 16)) / 2 + left
    return X, y


def make(**parameters):
    return LandmarkSampler(
        quantile_mapping=False,
        **{"sampler": GaussianSampler(), "landmarks": LANDMARKS, "random_state": 0, **parameters},
    )


RECONSTRUCTORS = {
    "ridge": None,
    "folds": LandmarkReconstructor(estimator=Ridge(1.0)),
    "overfitted": LandmarkReconstructor(estimator=Ridge(1e-6)),
}


@pytest.mark.parametrize("reconstructor", RECONSTRUCTORS.values(), ids=RECONSTRUCTORS)
@pytest.mark.parametrize("residual", ["none", "gaussian", "resample"])
def test_residuals_restore_the_variance(data, reconstructor, residual):
    X, y = data
    sampler = make(residual=residual, reconstructor=reconstructor).fit(X, y)
    X_new, _ = sampler.sample(y=np.repeat(y, 4))
    ratio = X_new[:, TARGETS].var(axis=0) / X[:, TARGETS].var(axis=0)
    assert 0.9 < np.mean(X_new[:, LANDMARKS].var(axis=0) / X[:, LANDMARKS].var(axis=0)) < 1.1
    if residual == "none":
        assert ratio.mean() < 0.75
        assert not hasattr(sampler, "variance_ratio_")
        return
    assert 0.9 < ratio.mean() < 1.1
    assert ratio.min() > 0.75
    assert 0.3 < sampler.variance_ratio_ < 0.75


@pytest.mark.parametrize("residual", ["gaussian", "resample"])
def test_overfitting_does_not_shrink_the_residuals(residual):
    """With more landmarks than rows the errors on the training rows are far smaller than those on new ones."""
    rng = np.random.default_rng(0)
    Z, y = rng.normal(size=(60, 80)), np.arange(60) % 2
    X = np.column_stack([Z, Z @ rng.normal(size=(80, 40)) / 12 + rng.normal(size=(60, 40))])
    fitted = LandmarkReconstructor(estimator=Ridge(30))
    sampler = make(landmarks=range(80), residual=residual, reconstructor=fitted).fit(X, y)
    rows = sampler.scaler_.transform(X)
    seen = np.mean((sampler.reconstructor_.predict(rows[:, :80]) - rows)[:, 80:] ** 2)
    X_new, _ = sampler.sample(400)
    ratio = X_new[:, 80:].var(axis=0).mean() / X[:, 80:].var(axis=0).mean()
    assert seen < 0.6 * (1 - sampler.variance_ratio_)
    assert 0.85 < ratio < 1.25


@pytest.mark.parametrize("residual", ["gaussian", "resample"])
def test_residuals_keep_the_correlation_of_genes(data, residual):
    X, y = data
    X_new, _ = make(residual=residual).fit(X, y).sample(y=np.repeat(y, 4))
    real, new = (np.corrcoef(rows, rowvar=False) for rows in (X, X_new))
    assert np.abs(real - new).max() < 0.25
    without, _ = make(residual="none").fit(X, y).sample(y=np.repeat(y, 4))
    shrunk = np.abs(real - np.corrcoef(without, rowvar=False)).mean()
    assert np.abs(real - new).mean() < 0.5 * shrunk


def test_gaussian_noise_has_the_variances_beyond_its_rank():
    rng = np.random.default_rng(0)
    errors = rng.normal(size=(300, 200)) * np.linspace(0.5, 2, 200)
    noise = GaussianNoise().fit(errors, 0)
    assert len(noise.factor_) == 128
    drawn = np.zeros((5000, errors.shape[1]))
    noise.add(drawn, np.empty((5000, 3)), rng, np.arange(errors.shape[1]))
    np.testing.assert_allclose(drawn.std(axis=0), np.sqrt(np.mean(errors**2, axis=0)), rtol=0.06)


def test_rows_are_the_reconstruction_of_the_landmarks(data):
    sampler = make(residual="none").fit(*data)
    X_new, _ = sampler.sample(10)
    Z = sampler.scaler_.transform(X_new)
    expected = sampler.reconstructor_.predict(Z[:, LANDMARKS])
    np.testing.assert_allclose(Z, expected, atol=1e-10)


@pytest.mark.parametrize("residual", ["none", "gaussian", "resample"])
def test_landmarks_are_found_by_name(data, residual):
    pd = pytest.importorskip("pandas")
    names = [f"gene{i}" for i in range(20)]
    for column, symbol in zip(LANDMARKS, landmark_genes(as_frame=False)["symbol"], strict=False):
        names[column] = str(symbol)
    X = pd.DataFrame(data[0], columns=names)
    sampler = make(landmarks="l1000", residual=residual, n_synthetic=5)
    X_res, _ = sampler.fit_resample(X, data[1])
    assert sampler.landmarks_.tolist() == sorted(LANDMARKS)
    assert X_res.columns.tolist() == names
    by_name = make(landmarks=[names[i] for i in sorted(LANDMARKS)], residual=residual, n_synthetic=5)
    pd.testing.assert_frame_equal(X_res, by_name.fit_resample(X, data[1])[0])


def test_bad_landmarks(data):
    with pytest.raises(ValueError, match="landmarks='l1000' needs the names of the genes"):
        LandmarkSampler().fit(*data)
    with pytest.raises(ValueError, match=r"landmarks has columns \[20\]"):
        make(landmarks=[20]).fit(*data)
    with pytest.raises(ValueError, match="residual"):
        make(residual="some").fit(*data)


def test_any_sampler_and_nested_parameters(data):
    flow = FlowMatchingSampler(max_epochs=1, hidden_layer_sizes=(8,), n_components=3, device="cpu")
    sampler = make(sampler=flow).set_params(sampler__n_sampling_steps=3)
    assert sampler.fit(*data).sampler_.n_sampling_steps == 3
    assert sampler.sample(3)[0].shape == (3, 20)


def test_groups_reach_both_parts(data):
    class Recording(GaussianSampler):
        def _fit_generator(self, X, codes, rng, groups):
            self.groups_ = groups
            super()._fit_generator(X, codes, rng, groups)

    groups = np.arange(400) // 2
    sampler = make(sampler=Recording())
    with config_context(enable_metadata_routing=True):
        sampler.fit(*data, groups=groups)
    np.testing.assert_array_equal(sampler.sampler_.groups_, groups)
    alone = clone(sampler).fit(*data)
    assert (
        alone.reconstructor_.estimator_.errors_.tolist() != sampler.reconstructor_.estimator_.errors_.tolist()
    )
