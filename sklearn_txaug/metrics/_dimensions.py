"""Along how many directions do the rows vary."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..utils.blocks import LARGE_BLOCK, blocks
from ..utils.typing import MatrixLike, RandomState
from ._indicator import Field, indicator
from ._validation import check_pair, equal_sizes


class PCAVariance(NamedTuple):
    """Effective ranks and their ratio, cumulative variances, and variance along the real components."""

    effective_rank_ratio: float
    effective_rank_real: float
    effective_rank_synthetic: float
    real: np.ndarray
    synthetic: np.ndarray
    projected: np.ndarray


@indicator(
    1.0,
    family="biology",
    question="Do rows vary along as many directions (below 1: fewer)?",
    fields=[Field("effective_rank_ratio")],
    headline="effective_rank_ratio",
    cost="O(n d min(n, d))",
    reference="O. Roy, M. Vetterli (2007). The effective rank: a measure of effective dimensionality. EUSIPCO.",
    pitfall="Depends on the number of rows, so both sets are cut to one size.",
)
def pca_variance(
    X_real: MatrixLike, X_synthetic: MatrixLike, *, random_state: RandomState = 0
) -> PCAVariance:
    r"""Cumulative variance of principal components, and effective rank, of both sets.

    The effective rank is the exponential of the entropy of the variance shares :math:`p_i` of the components,

    .. math:: r = \exp\Big(-\sum_i p_i \log p_i\Big),

    1 where all variation is along one direction, and the number of components where it is equal along all.
    Synthetic rows that live on fewer directions than real ones have a ratio below 1; ideal 1. Both
    quantities depend on the number of rows, so the larger set is cut to the size of the smaller.
    `projected` is the variance of the synthetic rows along each real component, divided by the real
    variance there; ideal 1 for each.

    Range: ranks 1 to min(n - 1, d), 0 for rows without variance; ratio 0 and up (1 where both are 0).

    Cost: {cost}.

    Parameters
    ----------
    {rows}, two or more in each set.
    {draws}

    Returns
    -------
    result : PCAVariance
        Named tuple of `effective_rank_ratio`, `effective_rank_real`, `effective_rank_synthetic`, and the
        arrays `real` and `synthetic` (cumulative shares of variance) and `projected`.

    Raises
    ------
    {few_rows}

    References
    ----------
    {reference}

    Examples
    --------
    >>> from sklearn_txaug.metrics import pca_variance
    >>> square, line = [[0, 0], [0, 1], [1, 0], [1, 1]], [[0, 0], [1, 0], [0, 0], [1, 0]]
    >>> round(pca_variance(square, line).effective_rank_ratio, 3)
    0.5
    """
    real, synthetic = equal_sizes(*check_pair(X_real, X_synthetic, min_rows=2), random_state=random_state)
    is_wide = real.shape[0] < real.shape[1]
    variance, vectors = _principal(_products(real, real, is_wide), is_wide)
    new_products = _products(synthetic, synthetic, is_wide)
    new_variance, _ = _principal(new_products, is_wide)
    shown = variance > 1e-10 * max(variance[0], np.finfo(float).tiny)
    if is_wide:  # a component is a mixture of the rows
        scores = _products(synthetic, real, True) @ (vectors[:, shown] / np.sqrt(variance[shown]))
        spread = np.square(scores).sum(axis=0)
    else:
        spread = np.einsum("ij,ij->j", vectors[:, shown], new_products @ vectors[:, shown])
    projected = spread / variance[shown]
    rank, new_rank = _effective_rank(variance), _effective_rank(new_variance)
    ratio = new_rank / rank if rank else (np.inf if new_rank else 1.0)
    return PCAVariance(ratio, rank, new_rank, _cumulative(variance), _cumulative(new_variance), projected)


def _products(X: np.ndarray, Z: np.ndarray, of_rows: bool) -> np.ndarray:
    """Return the products of centred rows of one set with those of the other, or of the genes of one set."""
    means = [Y.mean(axis=0, dtype=np.float64) for Y in (X, Z)]
    products: Any = 0.0
    if not of_rows:
        for rows in blocks(*X.shape):
            part = X[rows] - means[0]
            products += part.T @ part
        return np.asarray(products)
    for genes in blocks(X.shape[1], max(len(X), len(Z)), LARGE_BLOCK):
        products += (X[:, genes] - means[0][genes]) @ (Z[:, genes] - means[1][genes]).T
    return np.asarray(products)


def _principal(products: np.ndarray, of_rows: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return the sums of squares along the principal components, largest first, and the vectors of the products."""
    values, vectors = np.linalg.eigh(products)
    if of_rows:
        values, vectors = values[1:], vectors[:, 1:]  # centred rows lose one dimension
    values = np.where(values > 1e-14 * max(values[-1], 0), values, 0.0)
    return values[::-1], vectors[:, ::-1]


def _effective_rank(variance: np.ndarray) -> float:
    positive = variance[variance > 0]
    if not len(positive):
        return 0.0
    shares = positive / positive.sum()  # Roy and Vetterli 2007: the exponential of their entropy
    return float(np.exp(-(shares * np.log(shares)).sum()))


def _cumulative(variance: np.ndarray) -> np.ndarray:
    total = variance.sum()
    return np.cumsum(variance) / total if total else np.zeros_like(variance)
