"""Do the synthetic rows tell the biology of the real ones: class effects, dimensions of variation."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ._correlation import pearson, varies
from ._indicator import indicator
from ._validation import check_labelled_pair, check_pair, equal_sizes


class DifferentialExpression(NamedTuple):
    """Means over the classes, then one value a class."""

    correlation: float
    slope: float
    top_overlap: float
    classes: np.ndarray
    correlations: np.ndarray
    slopes: np.ndarray
    top_overlaps: np.ndarray


class PCAVariance(NamedTuple):
    """Effective ranks and their ratio, cumulative variances, and variance along the real components."""

    effective_rank_ratio: float
    effective_rank_real: float
    effective_rank_synthetic: float
    real: np.ndarray
    synthetic: np.ndarray
    projected: np.ndarray


@indicator("max", headline="correlation", slope=1.0)
def differential_expression_agreement(
    X_real: Any, X_synthetic: Any, y_real: Any, y_synthetic: Any, *, n_top: int = 50
) -> DifferentialExpression:
    r"""Agreement of the class effects, gene by gene, in real and synthetic rows.

    For each class the log-fold change of a gene is its mean in the class minus its mean in all other rows
    (values are expected on a log scale). Compared over the genes: the Pearson correlation of real and
    synthetic changes, the slope of the synthetic on the real ones (below 1: effects are attenuated, the
    common fault of generators), and the shared part of the `n_top` genes with the strongest moderated t
    statistic in either direction,

    .. math::

        t = \frac{\mathrm{lfc}}{s + s_0}, \qquad s^2 = s_{pooled}^2 \Big(\frac{1}{n_c} + \frac{1}{n - n_c}\Big),

    with :math:`s_0` the median of s over the genes, which keeps genes of tiny variance from the top.

    Range of the correlation -1 to 1, of the overlap 0 to 1, of the slope all numbers; ideal 1 for all three,
    and identical sets give 1. A class of `y_real` that the synthetic rows lack, or a set of synthetic
    rows that has no other class, counts as 0.

    Cost: O((n + m) d) for each class.

    Parameters
    ----------
    X_real, X_synthetic : array-like or sparse matrix of shape (n, d) and (m, d)
        Samples in rows.
    y_real, y_synthetic : array-like of shape (n,) and (m,)
        Their labels, of the same kind; two classes or more in `y_real`.
    n_top : int, default=50
        How many top genes to compare; at most all.

    Returns
    -------
    result : DifferentialExpression
        Named tuple of the means `correlation`, `slope` and `top_overlap`, and the arrays `classes`,
        `correlations`, `slopes` and `top_overlaps`.

    Raises
    ------
    ValueError
        If `y_real` has one class, `n_top` is below 1, the labels do not fit the rows, or the genes differ.

    References
    ----------
    V. G. Tusher, R. Tibshirani, G. Chu (2001). Significance analysis of microarrays applied to the ionizing
    radiation response. PNAS 98 (the moderated statistic).

    Examples
    --------
    Synthetic rows with half the class effect:

    >>> from sklearn_txaug.metrics import differential_expression_agreement
    >>> real, synthetic = [[0, 4, 1], [2, 0, 1]], [[0, 2, 1], [1, 0, 1]]
    >>> result = differential_expression_agreement(real, synthetic, ["a", "b"], ["a", "b"], n_top=1)
    >>> [round(value, 3) for value in result[:3]]
    [1.0, 0.5, 1.0]
    """
    real, synthetic, y_real, y_synthetic = check_labelled_pair(X_real, X_synthetic, y_real, y_synthetic)
    classes = np.unique(y_real)
    if len(classes) < 2:
        raise ValueError("y_real has one class; class effects need two or more.")
    if n_top < 1:
        raise ValueError(f"n_top must be 1 or more; got {n_top!r}.")
    rows = [
        _agreement(real, synthetic, y_real == c, y_synthetic == c, min(n_top, real.shape[1])) for c in classes
    ]
    correlations, slopes, overlaps = np.array(rows).T
    return DifferentialExpression(
        float(correlations.mean()),
        float(slopes.mean()),
        float(overlaps.mean()),
        classes,
        correlations,
        slopes,
        overlaps,
    )


def _agreement(
    real: np.ndarray, synthetic: np.ndarray, in_real: np.ndarray, in_synthetic: np.ndarray, n_top: int
) -> tuple[float, float, float]:
    if not in_synthetic.any() or in_synthetic.all():
        return 0.0, 0.0, 0.0
    lfc, t = _class_effect(real, in_real)
    new_lfc, new_t = _class_effect(synthetic, in_synthetic)
    top, new_top = (set(np.argsort(-np.abs(v), kind="stable")[:n_top].tolist()) for v in (t, new_t))
    return pearson(lfc, new_lfc), _slope(lfc, new_lfc), len(top & new_top) / n_top


def _class_effect(X: np.ndarray, inside: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give the log-fold change of a class against the rest, and its moderated t statistic."""
    a, b = X[inside].astype(np.float64), X[~inside].astype(np.float64)
    lfc = a.mean(axis=0) - b.mean(axis=0)
    pooled = (a.var(axis=0) * len(a) + b.var(axis=0) * len(b)) / max(len(X) - 2, 1)
    s = np.sqrt(pooled * (1 / len(a) + 1 / len(b)))
    return lfc, lfc / (s + (np.median(s) or 1.0))


def _slope(x: np.ndarray, y: np.ndarray) -> float:
    """Slope of y on x; where x does not vary, 1 if both are equal and else 0."""
    if not varies(x):
        return pearson(x, y)
    x = x - x.mean()
    return float(x @ y / (x @ x))


@indicator(1.0, headline="effective_rank_ratio")
def pca_variance(X_real: Any, X_synthetic: Any, *, random_state: Any = 0) -> PCAVariance:
    r"""Cumulative variance of principal components, and effective rank, of both sets.

    The effective rank is the exponential of the entropy of the variance shares :math:`p_i` of the components,

    .. math:: r = \exp\Big(-\sum_i p_i \log p_i\Big),

    1 where all variation is along one direction, and the number of components where it is equal along all.
    Synthetic rows that live on fewer directions than real ones have a ratio below 1; ideal 1. Both
    quantities depend on the number of rows, so the larger set is cut to the size of the smaller.
    `projected` is the variance of the synthetic rows along each real component, divided by the real
    variance there; ideal 1 for each.

    Range: ranks 1 to min(n - 1, d), 0 for rows without variance; ratio 0 and up (1 where both are 0).

    Cost: O(n d min(n, d)).

    Parameters
    ----------
    X_real, X_synthetic : array-like or sparse matrix of shape (n, d) and (m, d)
        Samples in rows, two or more in each set.
    random_state : int, Generator, RandomState or None, default=0
        Draws rows where the sizes differ.

    Returns
    -------
    result : PCAVariance
        Named tuple of `effective_rank_ratio`, `effective_rank_real`, `effective_rank_synthetic`, and the
        arrays `real` and `synthetic` (cumulative shares of variance) and `projected`.

    Raises
    ------
    ValueError
        If a set has fewer than two rows, values are not finite, or the genes differ.

    References
    ----------
    O. Roy, M. Vetterli (2007). The effective rank: a measure of effective dimensionality. EUSIPCO.

    Examples
    --------
    >>> from sklearn_txaug.metrics import pca_variance
    >>> square, line = [[0, 0], [0, 1], [1, 0], [1, 1]], [[0, 0], [1, 0], [0, 0], [1, 0]]
    >>> round(pca_variance(square, line).effective_rank_ratio, 3)
    0.5
    """
    real, synthetic = equal_sizes(*check_pair(X_real, X_synthetic, min_rows=2), random_state=random_state)
    A, B = (X - X.mean(axis=0, dtype=np.float64) for X in (real, synthetic))
    variance, components = _principal(A)
    new_variance, _ = _principal(B)
    shown = variance > 1e-10 * max(variance[0], np.finfo(float).tiny)
    projected = ((B @ components[:, shown]) ** 2).sum(axis=0) / variance[shown]
    rank, new_rank = _effective_rank(variance), _effective_rank(new_variance)
    ratio = new_rank / rank if rank else (np.inf if new_rank else 1.0)
    return PCAVariance(ratio, rank, new_rank, _cumulative(variance), _cumulative(new_variance), projected)


def _principal(A: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give the sums of squares along the principal components, largest first, and the components."""
    if A.shape[0] >= A.shape[1]:
        values, components = np.linalg.eigh(A.T @ A)
    else:
        values, left = np.linalg.eigh(A @ A.T)
        values, left = values[1:], left[:, 1:]  # centred rows lose one dimension
        components = A.T @ (left / np.sqrt(np.maximum(values, np.finfo(float).tiny)))
    values = np.where(values > 1e-14 * max(values[-1], 0), values, 0.0)
    return values[::-1], components[:, ::-1]


def _effective_rank(variance: np.ndarray) -> float:
    positive = variance[variance > 0]
    if not len(positive):
        return 0.0
    shares = positive / positive.sum()
    return float(np.exp(-(shares * np.log(shares)).sum()))


def _cumulative(variance: np.ndarray) -> np.ndarray:
    total = variance.sum()
    return np.cumsum(variance) / total if total else np.zeros_like(variance)
