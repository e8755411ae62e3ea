"""VAESampler: the spread that decoder means lose, and counts."""

import warnings

import numpy as np
import pytest
import torch

from sklearn_txaug.over_sampling import VAESampler
from sklearn_txaug.over_sampling._likelihoods import NegativeBinomialLikelihood

SMALL = {
    "hidden_layer_sizes": (32,),
    "latent_dim": 2,
    "quantile_mapping": False,
    "device": "cpu",
    "random_state": 0,
}


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    y = np.arange(600) % 2
    signal = rng.normal(size=(600, 2)) @ rng.normal(size=(2, 30))
    return signal + 2 * y[:, None] + rng.normal(size=signal.shape), y


def test_total_variance_is_restored(data):
    X, y = data
    variance = X.var(axis=0).sum()
    noisy = VAESampler(max_epochs=40, **SMALL).fit(X, y).sample(2000)[0].var(axis=0).sum()
    means = VAESampler(max_epochs=40, reduction="mean", **SMALL).fit(X, y).sample(2000)[0].var(axis=0).sum()
    assert 0.9 < noisy / variance < 1.1
    assert means / variance < 0.8


@pytest.mark.parametrize(
    ("n_features", "beta", "weight"),
    [(30, None, 1), (250, None, 2.5), (900, None, 4), (6400, None, 10), (30, 0.5, 0.5)],
)
def test_the_divergence_weighs_more_with_more_genes(n_features, beta, weight):
    assert VAESampler(beta=beta, **SMALL)._make_module(n_features, 2).beta == weight


def test_counts_stay_counts_and_keep_their_moments():
    rng = np.random.default_rng(0)
    y = np.arange(600) % 2
    means, size = np.array([[5.0, 50, 500], [50, 20, 100]]), 4
    X = rng.poisson(rng.gamma(size, means[y] / size))
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # raw counts are in their place here
        sampler = VAESampler(max_epochs=100, likelihood="negative_binomial", **SMALL).fit(X, y)
    X_new, y_new = sampler.sample(4000)
    assert X_new.dtype == X.dtype
    assert X_new.min() >= 0
    for c in (0, 1):
        np.testing.assert_allclose(X_new[y_new == c].mean(axis=0), means[c], rtol=0.2)
        np.testing.assert_allclose(
            X_new[y_new == c].std(axis=0), np.sqrt(means[c] + means[c] ** 2 / size), rtol=0.35
        )


def test_negative_binomial_density_is_scipy_s():
    stats = pytest.importorskip("scipy.stats")
    likelihood = NegativeBinomialLikelihood(3).double()
    x, log_mean = torch.tensor([[0.0, 3, 40]]).double(), torch.tensor([[0.5, 1.0, 3.0]]).double()
    size, mean = 1.0, log_mean.exp().numpy()
    expected = -stats.nbinom.logpmf(x.numpy(), size, size / (size + mean))
    np.testing.assert_allclose(likelihood.negative_log(x, log_mean).detach().numpy(), expected, rtol=1e-6)


@pytest.mark.parametrize(
    ("settings", "message"),
    [({}, "needs counts"), ({"reduction": "mean"}, "reduction='mean' is a squared error")],
)
def test_bad_counts(data, settings, message):
    with pytest.raises(ValueError, match=message):
        VAESampler(likelihood="negative_binomial", **settings, **SMALL).fit(*data)
