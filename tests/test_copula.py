"""CopulaSampler: marginals that are not normal, small classes, many genes."""

import numpy as np
import pytest
from scipy import stats
from sklearn.base import clone
from sklearn.preprocessing import FunctionTransformer

from sklearn_txaug.over_sampling import CopulaSampler, TabDDPMSampler


def test_marginals_and_rank_correlation_are_recovered():
    rng = np.random.default_rng(0)
    n, y = 2000, np.arange(2000) % 2
    z = rng.multivariate_normal([0, 0, 0], [[1, 0.8, 0], [0.8, 1, -0.5], [0, -0.5, 1]], size=n)
    X = np.column_stack([np.exp(z[:, 0]), np.maximum(z[:, 1], 0), stats.t(4).ppf(stats.norm.cdf(z[:, 2]))])
    X += 5 * y[:, None]
    X_new, y_new = CopulaSampler(prior_rows=0, random_state=0).fit(X, y).sample(4000)
    for c in (0, 1):
        real, new = X[y == c], X_new[y_new == c]
        for j in range(3):
            assert stats.ks_2samp(real[:, j], new[:, j]).statistic < 0.06
        np.testing.assert_allclose(stats.spearmanr(new).statistic, stats.spearmanr(real).statistic, atol=0.08)


@pytest.mark.parametrize(
    "sampler",
    [CopulaSampler(prior_rows=0), TabDDPMSampler(max_epochs=1, n_sampling_steps=2, quantile_mapping=False)],
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_values_that_many_rows_share_come_back_exactly(sampler, dtype):
    rng = np.random.default_rng(0)
    X, y = rng.gamma(2, 2, size=(80, 12)), np.arange(80) % 2
    low, high = np.log2(1.1), X.max() + 1 / 3
    is_low, is_high = np.split(rng.random((160, 12)) < 0.3, 2)
    X = np.where(is_low, low, np.where(is_high, high, X)).astype(dtype)
    X[:, :3] = np.where(is_low[:, :3], 0, X[:, :3])
    X_new, _ = clone(sampler).set_params(random_state=0).fit(X, y).sample(200)
    for j, atoms in ((0, [0]), (5, [low, high])):
        for atom in np.array(atoms, dtype):
            near = X_new[np.abs(X_new[:, j] - atom) < 1e-4, j]
            assert len(near) > 10
            assert (near == atom).all()


def test_a_gene_that_is_constant_in_each_class_stays_so():
    y = np.arange(60) % 3
    X = np.random.default_rng(0).normal(size=(60, 5))
    X[:, 1] = np.array([0, 0.1, 7.7])[y]
    X_new, y_new = CopulaSampler(random_state=0).fit(X, y).sample(90)
    assert (X_new[:, 1] == np.array([0, 0.1, 7.7])[y_new]).all()


def test_a_small_class_borrows_the_pooled_spread():
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1, 2], [300, 4, 1])
    X = rng.gamma(2, size=(305, 20)) + 10 * y[:, None]
    X_new, _ = CopulaSampler(random_state=0).fit(X, y).sample(y=np.repeat([1, 2], 500))
    for c, rows in ((1, X_new[:500]), (2, X_new[500:])):
        assert abs(rows.mean() - X[y == c].mean()) < 0.3
        assert 0.75 < rows.std(axis=0).mean() / X[y == 0].std(axis=0).mean() < 1.25
        assert stats.skew(rows - rows.mean(axis=0), axis=None) > 0.5


def test_twenty_thousand_genes():
    X = np.random.default_rng(0).normal(size=(60, 20_000))
    X_new, _ = CopulaSampler(scaler=FunctionTransformer(), random_state=0).fit(X, np.arange(60) % 2).sample(5)
    assert X_new.shape == (5, 20_000)
