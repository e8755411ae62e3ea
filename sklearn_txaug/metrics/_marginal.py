"""Comparisons gene by gene."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ..utils.blocks import blocks
from ..utils.typing import MatrixLike
from ._indicator import Field, indicator
from ._validation import check_pair

CHUNK = 2**18  # numbers sorted at once


class GeneDistances(NamedTuple):
    """A distance for each gene, and its mean, median and maximum."""

    mean: float
    median: float
    max: float
    per_gene: np.ndarray


_COST = "O(d (n + m) log(n + m))"


@indicator(
    "min",
    family="fidelity",
    question="Gene by gene: how far must values move (s.d. of the gene)?",
    fields=[Field("mean"), Field("median", shown=False), Field("max", shown=False)],
    headline="mean",
    cost=_COST,
    reference="L. Kantorovich (1942). On the translocation of masses.",
    pitfall="Blind to everything that involves two genes.",
)
def wasserstein_distance_genes(X_real: MatrixLike, X_synthetic: MatrixLike) -> GeneDistances:
    r"""Wasserstein-1 distance of each gene's real and synthetic values.

    For each gene, with quantile functions :math:`F^{-1}` (real) and :math:`G^{-1}` (synthetic),

    .. math:: W_1 = \int_0^1 \left| F^{-1}(u) - G^{-1}(u) \right| du .

    Range 0 and up, in the unit of the values, lower is better; identical sets give 0. Standardise both sets
    by the real training rows to weigh all genes alike.

    Cost: {cost}.

    Parameters
    ----------
    {rows}.

    Returns
    -------
    result : GeneDistances
        Named tuple of `mean`, `median`, `max` and the array `per_gene`.

    Raises
    ------
    {empty}

    References
    ----------
    {reference}
    See :func:`scipy.stats.wasserstein_distance`.

    Examples
    --------
    >>> from sklearn_txaug.metrics import wasserstein_distance_genes
    >>> wasserstein_distance_genes([[0.0, 5.0], [1.0, 5.0]], [[0.5, 7.0], [1.5, 7.0]])
    GeneDistances(mean=1.25, median=1.25, max=2.0, per_gene=array([0.5, 2. ]))
    """
    return _by_gene(X_real, X_synthetic, lambda real, synthetic: wasserstein_columns(real, synthetic, 1.0))


@indicator(
    "min",
    family="fidelity",
    question="Gene by gene: how much do the distributions differ?",
    fields=[Field("mean"), Field("median", shown=False), Field("max", shown=False)],
    headline="mean",
    cost=_COST,
    reference="N. Smirnov (1948). Table for estimating the goodness of fit of empirical distributions.",
    pitfall="Blind to everything that involves two genes, and to how far the values are off.",
)
def ks_distance_genes(X_real: MatrixLike, X_synthetic: MatrixLike) -> GeneDistances:
    r"""Kolmogorov-Smirnov distance of each gene's real and synthetic values.

    .. math:: D = \sup_t \left| F(t) - G(t) \right|

    with the empirical distribution functions of the gene in both sets. Range 0 to 1, lower is better;
    identical sets give 0. It does not change when the values are transformed monotonically.

    Cost: {cost}.

    Parameters
    ----------
    {rows}.

    Returns
    -------
    result : GeneDistances
        Named tuple of `mean`, `median`, `max` and the array `per_gene`.

    Raises
    ------
    {empty}

    References
    ----------
    {reference}
    See :func:`scipy.stats.ks_2samp`.

    Examples
    --------
    >>> from sklearn_txaug.metrics import ks_distance_genes
    >>> ks_distance_genes([[0.0, 5.0], [1.0, 5.0]], [[0.5, 7.0], [1.5, 7.0]])
    GeneDistances(mean=0.75, median=0.75, max=1.0, per_gene=array([0.5, 1. ]))
    """
    return _by_gene(X_real, X_synthetic, _ks_columns)


def wasserstein_columns(A: np.ndarray, B: np.ndarray, p: float) -> np.ndarray:
    """Return the p-th power of the Wasserstein-p distance of each pair of columns; the sizes may differ."""
    n, m = len(A), len(B)
    # Levels where a quantile jumps, times n m
    ends = np.union1d(np.arange(1, n + 1) * m, np.arange(1, m + 1) * n)
    weights = np.diff(ends, prepend=0) / (n * m)
    gaps = np.sort(A, axis=0)[(ends - 1) // m] - np.sort(B, axis=0)[(ends - 1) // n]
    return weights @ np.abs(gaps) ** p


def _ks_columns(A: np.ndarray, B: np.ndarray) -> np.ndarray:
    """Return the Kolmogorov-Smirnov distance of each pair of columns, counting in integers."""
    n, m = len(A), len(B)
    pooled = np.concatenate([A, B])
    order = np.argsort(pooled, axis=0, kind="stable")
    values = np.take_along_axis(pooled, order, axis=0)
    difference = np.abs(np.where(order < n, m, -n).cumsum(axis=0))  # n m times F - G after each value
    difference[:-1][values[:-1] == values[1:]] = 0
    return difference.max(axis=0) / (n * m)


def _by_gene(
    X_real: MatrixLike, X_synthetic: MatrixLike, distance: Callable[[np.ndarray, np.ndarray], np.ndarray]
) -> GeneDistances:
    real, synthetic = check_pair(X_real, X_synthetic, min_rows=1)
    parts = blocks(real.shape[1], len(real) + len(synthetic), CHUNK)
    per_gene = np.concatenate(
        [distance(real[:, p].astype(np.float64), synthetic[:, p].astype(np.float64)) for p in parts]
    )
    return GeneDistances(float(per_gene.mean()), float(np.median(per_gene)), float(per_gene.max()), per_gene)
