"""CopulaSampler: marginals that are not normal, small classes, many genes."""

import numpy as np
from scipy import stats
from sklearn.preprocessing import FunctionTransformer

from sklearn_txaug.over_sampling import CopulaSampler


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
            # rounded: scaling and back moves the atom at 0 by what 32 bits do not hold
            assert stats.ks_2samp(real[:, j].round(5), new[:, j].round(5)).statistic < 0.06
        np.testing.assert_allclose(stats.spearmanr(new).statistic, stats.spearmanr(real).statistic, atol=0.08)


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
