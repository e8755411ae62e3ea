"""Are the differences between the classes those of the real rows."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..utils.blocks import blocks
from ..utils.checks import check_count
from ..utils.typing import ArrayLike, MatrixLike
from ._correlation import pearson, varies
from ._indicator import Field, indicator
from ._validation import check_labelled_pair


class DifferentialExpression(NamedTuple):
    """Means over the classes, then one value a class."""

    correlation: float
    slope: float
    top_overlap: float
    classes: np.ndarray
    correlations: np.ndarray
    slopes: np.ndarray
    top_overlaps: np.ndarray


@indicator(
    "max",
    family="biology",
    question="Do the class effects (log-fold changes) agree?",
    fields=[
        Field("correlation"),
        Field("slope", "Are class effects weakened (below 1)?", direction=1.0),
        Field("top_overlap", "Are the top genes of each class the same?"),
    ],
    headline="correlation",
    cost="O((n + m) d) for each class",
    reference="V. G. Tusher, R. Tibshirani, G. Chu (2001). Significance analysis of microarrays applied to the "
    "ionizing radiation response. PNAS 98 (the moderated statistic).",
    pitfall="Read the slope: weakened effects keep a correlation of 1.",
)
def differential_expression_agreement(
    X_real: MatrixLike, X_synthetic: MatrixLike, y_real: ArrayLike, y_synthetic: ArrayLike, *, n_top: int = 50
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

    Cost: {cost}.

    Parameters
    ----------
    {rows}.
    {labels}; two classes or more in `y_real`.
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
    {reference}

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
    check_count(n_top, "n_top")
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
    lfc, t = class_effect(real, in_real)
    new_lfc, new_t = class_effect(synthetic, in_synthetic)
    top, new_top = (set(np.argsort(-np.abs(v), kind="stable")[:n_top].tolist()) for v in (t, new_t))
    return pearson(lfc, new_lfc), _slope(lfc, new_lfc), len(top & new_top) / n_top


def class_effect(X: np.ndarray, inside: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the log-fold change of a class against the rest, and its moderated t statistic."""
    n, m = int(inside.sum()), int((~inside).sum())
    lfc, pooled = np.empty((2, X.shape[1]))
    for genes in blocks(X.shape[1], len(X)):
        a, b = X[inside, genes].astype(np.float64), X[~inside, genes].astype(np.float64)
        lfc[genes] = a.mean(axis=0) - b.mean(axis=0)
        pooled[genes] = (a.var(axis=0) * n + b.var(axis=0) * m) / max(len(X) - 2, 1)
    # Tusher et al. 2001, eq. 1: the exchangeability factor s0 is the median of s
    s = np.sqrt(pooled * (1 / n + 1 / m))
    return lfc, lfc / (s + (np.median(s) or 1.0))


def _slope(x: np.ndarray, y: np.ndarray) -> float:
    """Slope of y on x; where x does not vary, 1 if both are equal and else 0."""
    if not varies(x):
        return pearson(x, y)
    x = x - x.mean()
    return float(x @ y / (x @ x))
