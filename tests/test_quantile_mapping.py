"""Rows with the marginal distributions of the training rows."""

import numpy as np
import pytest
from scipy.stats import ks_2samp, spearmanr

from sklearn_txaug.over_sampling import (
    CopulaSampler,
    FlowMatchingSampler,
    GaussianSampler,
    LatentSampler,
    TabDDPMSampler,
)
from sklearn_txaug.over_sampling.spaces import ClassQuantiles

TINY = {
    "max_epochs": 1,
    "hidden_layer_sizes": (8,),
    "n_sampling_steps": 2,
    "device": "cpu",
    "random_state": 0,
}


@pytest.fixture(scope="module")
def data():
    """Zero-inflated genes: no Gaussian and no small net comes near their margins."""
    rng = np.random.default_rng(0)
    y = np.repeat(["brain", "liver"], [80, 40])
    X = rng.gamma(1.0, 2.0, size=(120, 8)) + (y == "liver")[:, None]
    return np.where(rng.random(X.shape) < 0.4, 0.0, X), y


def test_margins_of_each_class_are_those_of_the_training_rows(data):
    X, y = data
    X_new, y_new = FlowMatchingSampler(**TINY).fit(X, y).sample(600)
    for label in np.unique(y):
        rows, real = X_new[y_new == label], X[y == label]
        np.testing.assert_allclose((rows == 0).mean(axis=0), (real == 0).mean(axis=0), atol=0.02)
        np.testing.assert_allclose(rows.mean(axis=0), real.mean(axis=0), atol=0.1)
        largest, next_to = np.sort(real, axis=0)[[-1, -2]]
        assert (rows.max(axis=0) <= largest + (largest - next_to) / 3 + 1e-9).all()
        assert (rows >= 0).all()


def test_without_mapping_the_margins_are_the_generators_own(data):
    X, y = data
    X_new, _ = FlowMatchingSampler(quantile_mapping=False, **TINY).fit(X, y).sample(200)
    assert (X_new == 0).mean() < 0.01


def test_few_rows_are_like_many(data):
    """A draw of one row is not the median row: 60 draws of one have the spread of one draw of 60."""
    X, y = data
    sampler = LatentSampler(sampler=GaussianSampler(), random_state=0).fit(X, y)
    single = np.concatenate([sampler.sample(y=["brain"], random_state=seed)[0] for seed in range(60)])
    for gene in range(X.shape[1]):
        assert ks_2samp(single[:, gene], X[y == "brain", gene]).pvalue > 1e-4


def test_ranks_are_kept(data):
    """What the generator says of how genes go together stays."""
    X, y = data
    codes = np.unique(y, return_inverse=True)[1]
    rng = np.random.default_rng(1)
    rows = rng.normal(size=(120, 8)) @ rng.normal(size=(8, 8))
    mapped = ClassQuantiles().fit(X + 1e-9 * rng.random(X.shape), codes).decode(rows, codes, rng)
    for c in (0, 1):
        before, after = spearmanr(rows[codes == c])[0], spearmanr(mapped[codes == c])[0]
        np.testing.assert_allclose(after, before, atol=1e-12)


def test_integers_stay_integers_and_a_single_row_is_left_alone():
    rng = np.random.default_rng(0)
    X, codes = rng.poisson(5.0, size=(21, 3)).astype(float), np.repeat([0, 1, 2], [10, 10, 1])
    quantiles = ClassQuantiles().fit(X, codes)
    drawn = quantiles.pad(np.array([2, 0]))
    assert np.bincount(drawn).tolist() == [10, 0, 1]
    assert drawn[:2].tolist() == [2, 0]
    rows = rng.normal(size=(len(drawn), 3))
    mapped = quantiles.decode(rows, drawn, rng)
    np.testing.assert_array_equal(mapped[0], rows[0])
    np.testing.assert_array_equal(mapped[1:], np.rint(mapped[1:]))
    real = X[codes == 0]
    assert ((mapped[1:] >= real.min(axis=0) - 1) & (mapped[1:] <= real.max(axis=0) + 1)).all()


@pytest.mark.parametrize("n_rows", [2, 3, 4, 30])
def test_no_value_is_that_of_one_training_row(n_rows):
    """A class of two rows gave one of their values in every second draw."""
    rng = np.random.default_rng(0)
    X, codes = rng.gamma(2.0, size=(n_rows, 50)), np.zeros(n_rows, dtype=int)
    mapped = ClassQuantiles().fit(X, codes).decode(rng.normal(size=(400, 50)), np.zeros(400, int), rng)
    assert not (mapped[:, None] == X).any()
    assert (mapped > 0).all()
    assert abs(mapped.mean() - X.mean()) < 0.03


def test_shared_values_are_spread_over_the_resolution_but_zeros_stay():
    rng = np.random.default_rng(0)
    X = np.round(rng.gamma(1.0, 0.3, size=(60, 20)), 1)
    X = np.where(rng.random(X.shape) < 0.3, 0.0, X)
    codes = np.repeat([0, 1], 30)
    drawn = np.repeat([0, 1], 200)
    mapped = ClassQuantiles().fit(X, codes).decode(rng.normal(size=(400, 20)), drawn, rng)
    assert not (np.isin(mapped, X) & (mapped > 0)).any()
    for c in (0, 1):
        np.testing.assert_allclose(
            (mapped[drawn == c] == 0).mean(axis=0), (X[codes == c] == 0).mean(axis=0), atol=0.04
        )
    np.testing.assert_allclose(np.sort(mapped[drawn == 0], axis=0)[100], np.median(X[:30], axis=0), atol=0.11)


def test_a_limit_of_detection_below_zero_stays():
    """log2(x + 0.001) of zero is -9.97 in many public files: who has it is nobody in particular."""
    X = np.where(np.arange(30)[:, None] < 12, -9.97, np.random.default_rng(0).normal(size=(30, 4)))
    codes = np.zeros(30, dtype=int)
    rng = np.random.default_rng(1)
    mapped = ClassQuantiles().fit(X, codes).decode(rng.normal(size=(300, 4)), np.zeros(300, int), rng)
    np.testing.assert_allclose((mapped == -9.97).mean(axis=0), 0.4, atol=0.03)
    assert mapped.min() == -9.97


def test_the_copula_repeats_no_extreme_value():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(40, 5)), np.repeat(["a", "b"], 20)
    X_new, _ = CopulaSampler(prior_rows=0, random_state=0).fit(X, y).sample(2000)
    assert not np.isin(X_new, X).any()


def test_equal_values_are_ranked_at_random_and_not_by_their_places():
    """Rows that are asked for come before those that are drawn for the ranks alone."""
    X = np.arange(200.0)[:, None]
    space = ClassQuantiles().fit(X, np.zeros(200, dtype=int))
    codes = space.pad(np.zeros(20, dtype=int))
    means = [
        space.decode(np.ones((len(codes), 1)), codes, np.random.default_rng(seed))[:20].mean()
        for seed in range(20)
    ]
    assert np.mean(means) == pytest.approx(99.5, abs=8)


def test_few_rows_of_integers_have_the_mean_of_many():
    rng = np.random.default_rng(0)
    X, y = rng.poisson(3, size=(300, 3)).astype(float), np.arange(300) % 2
    sampler = TabDDPMSampler(
        hidden_layer_sizes=(16,), max_epochs=5, n_sampling_steps=5, random_state=0, device="cpu"
    ).fit(X, y)
    few = np.concatenate([sampler.sample(y=[0, 1, 0], random_state=seed)[0] for seed in range(60)])
    assert few.mean() == pytest.approx(3, abs=0.25)
