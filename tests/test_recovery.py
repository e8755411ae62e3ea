"""Every sampler recovers known distributions: correlated Gaussians, two moons, a ring."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import make_moons

from sklearn_txaug.over_sampling import (
    CopulaSampler,
    DDIMSampler,
    DDPMSampler,
    FlowMatchingSampler,
    GMDASampler,
    VAESampler,
)

# Without quantile mapping, so that the generator alone has to find the distributions.
SMALL = {"random_state": 0, "device": "cpu", "batch_size": 64, "max_epochs": 40, "quantile_mapping": False}
SMALL_DENOISER = {**SMALL, "hidden_layer_sizes": (64, 64), "dropout": 0.0, "lr": 5e-3}

# Each with the share of rows that have to lie near the curves: a VAE's prior cannot leave a hole in a ring,
# and a copula knows no curves at all.
SAMPLERS = {
    CopulaSampler(prior_rows=0, random_state=0): 0,
    DDPMSampler(**SMALL_DENOISER): 0.8,
    DDIMSampler(**SMALL_DENOISER): 0.8,
    FlowMatchingSampler(**SMALL_DENOISER): 0.75,
    GMDASampler(
        hidden_layer_sizes=(64, 64),
        delta=0.1,
        sharpness=10,
        n_probe_dims=2,
        **{**SMALL, "batch_size": 256, "max_epochs": 100},
    ): 0.7,
    VAESampler(hidden_layer_sizes=(64, 64), latent_dim=8, beta=0.3, lr=3e-3, **SMALL): 0.6,
}

each_sampler = pytest.mark.parametrize("sampler", SAMPLERS, ids=lambda s: type(s).__name__)


@each_sampler
def test_means_and_covariances_of_gaussians_are_recovered(sampler):
    """Means within 0.15 standard deviations; covariances within 0.3 in relative Frobenius norm."""
    rng = np.random.default_rng(0)
    n, d = 1000, 6
    factors = rng.normal(size=(d, 3))
    covariance = factors @ factors.T + 0.3 * np.eye(d)
    means = rng.normal(scale=3, size=(2, d))
    y = np.arange(n) % 2
    X = means[y] + rng.multivariate_normal(np.zeros(d), covariance, size=n)
    X_new, y_new = clone(sampler).fit(X, y).sample(4000)
    for c in (0, 1):
        rows, real = X_new[y_new == c], X[y == c]
        assert np.abs((rows.mean(axis=0) - real.mean(axis=0)) / real.std(axis=0)).max() < 0.15
        difference = np.cov(rows.T) - np.cov(real.T)
        assert np.linalg.norm(difference) < 0.3 * np.linalg.norm(np.cov(real.T))
        np.testing.assert_allclose(rows.var(axis=0).sum(), real.var(axis=0).sum(), rtol=0.15)


def moons():
    X, y = make_moons(1000, noise=0.06, random_state=0)
    curve, curve_y = make_moons(2000, noise=0, random_state=0)
    return X, y, curve, curve_y


def ring():
    rng = np.random.default_rng(0)
    angle, y = rng.uniform(0, 2 * np.pi, 1000), np.arange(1000) % 2
    circle = np.stack([np.cos(angle), np.sin(angle)], axis=1) * np.array([1, 2])[y, None]
    return circle + rng.normal(scale=0.06, size=circle.shape), y, circle, y


@each_sampler
@pytest.mark.parametrize("shape", [moons, ring], ids=["moons", "ring"])
def test_curves_are_recovered(sampler, shape):
    """The sampler's share of the rows within 0.25 of their class's curve, 90 % of the curve within 0.15 of a row."""
    X, y, curve, curve_y = shape()
    X_new, y_new = clone(sampler).fit(X, y).sample(1000)
    for c in (0, 1):
        rows, points = X_new[y_new == c], curve[curve_y == c]
        distance = np.linalg.norm(rows[:, None] - points, axis=2)
        assert np.mean(distance.min(axis=1) < 0.25) > SAMPLERS[sampler]
        assert np.mean(distance.min(axis=0) < 0.15) > 0.9
