"""GaussianSampler against the covariance that its docstring writes down."""

import tracemalloc

import numpy as np
import pytest
from sklearn.covariance import ledoit_wolf, ledoit_wolf_shrinkage

from sklearn_txaug.over_sampling import GaussianSampler, _scatter
from sklearn_txaug.over_sampling._scatter import factor, shrinkage
from sklearn_txaug.utils.blocks import put_rows


@pytest.fixture(scope="module")
def rows():
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1], [300, 40])
    mixing = rng.normal(size=(2, 6, 6))
    X = np.einsum("nij,nj->ni", mixing[y], rng.normal(size=(340, 6))) + 5 * y[:, None]
    return X, y


def blend(X, y, c, prior_rows):
    residuals = np.concatenate(
        [(X[y == k] - X[y == k].mean(0)) * np.sqrt(n / (n - 1)) for k, n in [(0, 300), (1, 40)]]
    )
    pooled, _ = ledoit_wolf(residuals, assume_centered=True)
    w = np.sum(y == c) / (np.sum(y == c) + prior_rows)
    return w * np.cov(X[y == c].T) + (1 - w) * pooled


@pytest.mark.parametrize("prior_rows", [0, 50, 1e9])
@pytest.mark.parametrize("c", [0, 1])
def test_mean_and_blended_covariance(rows, prior_rows, c):
    X, y = rows
    sampler = GaussianSampler(prior_rows=prior_rows, scaler="passthrough", random_state=0).fit(X, y)
    X_new, _ = sampler.sample(y=np.full(20_000, c))
    np.testing.assert_allclose(X_new.mean(axis=0), X[y == c].mean(axis=0), atol=0.15)
    covariance, expected = np.cov(X_new.T), blend(X, y, c, prior_rows)
    # The radii are those of the class, so that the covariance has the class's own size.
    expected *= np.trace(np.cov(X[y == c].T)) / np.trace(expected)
    assert np.linalg.norm(covariance - expected) < 0.15 * np.linalg.norm(expected)


def test_radii_are_those_of_the_training_rows(rows):
    X, y = rows
    sampler = GaussianSampler(scaler="passthrough", random_state=0).fit(X, y)
    X_new, _ = sampler.sample(y=np.zeros(5000, dtype=int))
    radii = [np.linalg.norm(Z - X[y == 0].mean(axis=0), axis=1) for Z in (X[y == 0], X_new)]
    np.testing.assert_allclose(*(np.quantile(r, [0.1, 0.5, 0.9]) for r in radii), rtol=0.05)


def test_classes_of_one_row_take_the_pooled_covariance(rows):
    X, y = rows
    X, y = np.vstack([X, np.full((1, 6), 50.0)]), np.append(y, 2)
    X_new, _ = GaussianSampler(scaler="passthrough", random_state=0).fit(X, y).sample(y=[2] * 500)
    np.testing.assert_allclose(X_new.mean(axis=0), 50, atol=0.6)
    assert X_new.std(axis=0).min() > 0.5
    X_new, _ = GaussianSampler(random_state=0).fit([[0.0, 1], [5, 3]], ["a", "b"]).sample(y=["a", "b"])
    np.testing.assert_allclose(X_new, [[0, 1], [5, 3]])


def test_20000_genes_need_no_square_matrix():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(200, 20_000)).astype(np.float32), np.arange(200) % 2
    tracemalloc.start()
    X_res, _ = GaussianSampler(n_synthetic=50, random_state=0).fit_resample(X, y)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert X_res.shape == (250, 20_000)
    assert peak < 20_000**2 * 4 / 5  # a fifth of one d x d matrix of 32-bit floats


@pytest.mark.parametrize("shape", [(30, 200), (200, 30), (300, 400)], ids=str)
def test_a_factor_has_the_scatter_of_its_rows(shape):
    rng = np.random.default_rng(0)
    rows = rng.normal(size=shape)
    F = factor(rows.copy(), rng)
    assert len(F) == min(shape)
    np.testing.assert_allclose(F.T @ F, rows.T @ rows, atol=1e-4 * shape[0])


@pytest.mark.parametrize("shape", [(30, 200), (200, 30), (1000, 100)], ids=str)
def test_shrinkage_is_that_of_ledoit_and_wolf(shape, monkeypatch):
    rng = np.random.default_rng(0)
    rows = rng.normal(size=shape) @ (np.eye(shape[1]) + rng.normal(size=(shape[1], shape[1])) / 10)
    parts, lengths = (
        [factor(half.copy(), rng) for half in np.array_split(rows, 2)],
        np.linalg.norm(rows, axis=1),
    )
    expected = ledoit_wolf_shrinkage(rows, assume_centered=True)
    np.testing.assert_allclose(shrinkage(parts, lengths, rng), expected, rtol=1e-4)
    monkeypatch.setattr(_scatter, "_SAMPLED", 50)  # of more rows, a part is drawn
    np.testing.assert_allclose(shrinkage(parts, lengths, rng), expected, rtol=0.3)


def test_rows_are_put_in_order_in_place():
    rng = np.random.default_rng(0)
    for n_rows in (1, 2, 50):
        X, order = rng.normal(size=(n_rows, 3)), rng.permutation(n_rows)
        wanted = X[order]
        put_rows(X, order)
        assert np.array_equal(X, wanted)
