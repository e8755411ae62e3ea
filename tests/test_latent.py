"""LatentSampler: the way back to genes; FrozenSampler: nothing is trained, genes match by name."""

import numpy as np
import pytest
from imblearn.pipeline import make_pipeline
from sklearn.base import clone
from sklearn.cluster import FeatureAgglomeration
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.manifold import Isomap
from sklearn.model_selection import cross_val_score

from sklearn_txaug.over_sampling import FrozenSampler, GaussianSampler, LatentSampler
from sklearn_txaug.over_sampling._latent import transport_plan


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    y = np.arange(400) % 2
    X = rng.normal(size=(400, 5)) @ rng.normal(size=(5, 40)) + 3 * y[:, None]
    return X + rng.normal(size=X.shape), y


# -- latent space ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("decoder", ["inverse", "transport"])
def test_residuals_restore_the_variance(data, decoder):
    X, y = data
    ratios = {}
    fixed = {"sampler": GaussianSampler(), "reducer": PCA(3), "quantile_mapping": False, "random_state": 0}
    for residual in (True, False):
        sampler = LatentSampler(decoder=decoder, residual=residual, **fixed)
        X_new, y_new = sampler.fit(X, y).sample(400)
        within = [X_new[y_new == c].var(axis=0).sum() / X[y == c].var(axis=0).sum() for c in (0, 1)]
        ratios[residual] = np.mean(within)
        for c in (0, 1):
            np.testing.assert_allclose(X_new[y_new == c].mean(axis=0), X[y == c].mean(axis=0), atol=0.6)
    assert ratios[False] < 0.85
    assert 0.9 < ratios[True] < 1.1
    np.testing.assert_allclose(sampler.variance_ratio_, ratios[False], atol=0.08)


def test_transport_needs_no_inverse(data):
    with pytest.raises(ValueError, match="has no inverse_transform"):
        LatentSampler(sampler=GaussianSampler(), reducer=Isomap()).fit(*data)
    sampler = LatentSampler(sampler=GaussianSampler(), reducer=Isomap(), decoder="transport", random_state=0)
    assert np.isfinite(sampler.fit(*data).sample(20)[0]).all()


def test_transport_plan_is_that_of_pot():
    ot = pytest.importorskip("ot")
    rng = np.random.default_rng(0)
    A, B = rng.normal(size=(12, 3)), rng.normal(size=(15, 3))
    plan = transport_plan(A, B, epsilon=0.1, n_iter=2000)
    cost = ot.dist(A, B)
    expected = ot.sinkhorn(ot.unif(12), ot.unif(15), cost, 0.1 * np.median(cost), numItermax=10_000)
    np.testing.assert_allclose(plan, 12 * expected, atol=1e-5)
    np.testing.assert_allclose(plan.sum(axis=1), 1)


def test_any_reducer_and_nested_parameters(data):
    sampler = LatentSampler(sampler=GaussianSampler(), reducer=FeatureAgglomeration(5), random_state=0)
    sampler.set_params(sampler__prior_rows=0)
    assert sampler.fit(*data).sampler_.prior_rows == 0
    assert sampler.reducer_.n_clusters == 5


# -- frozen ---------------------------------------------------------------------------------------------------


def test_a_frozen_sampler_is_left_as_it_is(data):
    X, y = data
    trained = GaussianSampler(random_state=0).fit(X, y)
    means = trained.means_
    frozen = clone(FrozenSampler(sampler=trained, n_synthetic=10, random_state=0))
    assert frozen.sampler is trained
    X_res, _ = frozen.fit_resample(X[:40], y[:40])
    assert X_res.shape == (50, 40)
    assert frozen.is_frozen_
    assert trained.means_ is means
    scores = cross_val_score(make_pipeline(frozen, LogisticRegression()), X, y, cv=3)
    assert scores.mean() > 0.8
    assert trained.means_ is means


def test_genes_are_matched_by_name(data):
    pd = pytest.importorskip("pandas")
    names = [f"gene{i}" for i in range(40)]
    X, y = pd.DataFrame(data[0], columns=names), data[1]
    frozen = FrozenSampler(sampler=GaussianSampler(random_state=0).fit(X, y), random_state=0)
    turned = X[names[::-1]]
    straight, reordered = frozen.fit(X, y).sample(20)[0], frozen.fit(turned, y).sample(20)[0]
    assert reordered.columns.tolist() == names[::-1]
    pd.testing.assert_frame_equal(reordered[names], straight)
    with pytest.raises(ValueError, match=r"does not have: \['other'\]"):
        frozen.fit(X.rename(columns={"gene3": "other"}), y)
    with pytest.raises(ValueError, match="X has 39 features, but the trained sampler has 40"):
        frozen.fit(X[names[:-1]], y)


def test_classes_have_to_be_known(data):
    X, y = data
    frozen = FrozenSampler(sampler=GaussianSampler(random_state=0).fit(X, y))
    with pytest.raises(ValueError, match=r"y has classes \[2\]"):
        frozen.fit(X, y + 1)


def test_an_untrained_sampler_is_pointed_out(data):
    frozen = FrozenSampler(sampler=GaussianSampler(), random_state=0)
    with pytest.warns(UserWarning, match="GaussianSampler is not fitted"):
        frozen.fit(*data)
    assert not frozen.is_frozen_
