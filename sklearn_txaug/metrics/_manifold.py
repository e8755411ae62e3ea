"""Overlap of the neighbourhoods of real and synthetic rows."""

from __future__ import annotations

from typing import NamedTuple

from ..utils.typing import MatrixLike
from ._indicator import Field, indicator
from ._neighbours import Neighbours
from ._validation import check_neighbours, check_pair


class PrecisionRecallF1(NamedTuple):
    """Precision, recall and their harmonic mean."""

    precision: float
    recall: float
    f1: float


class DensityCoverage(NamedTuple):
    """Density and coverage."""

    density: float
    coverage: float


_COST = "O(d (n + m)²) time, O((n + m) d) memory and a block of 32 MiB"


@indicator(
    "max",
    family="manifold",
    question="Are rows plausible and varied at once?",
    fields=[
        Field("precision", "Are synthetic rows plausible?", column="precision"),
        Field("recall", "Is the variety of real rows covered?", column="recall"),
        Field("f1", column="f1"),
    ],
    headline="f1",
    cost=_COST,
    reference="T. Kynkäänniemi, T. Karras, S. Laine, J. Lehtinen, T. Aila (2019). Improved precision and recall "
    "metric for assessing generative models. NeurIPS.",
    pitfall="Copies and class means have precision 1, a wide cloud of noise has recall 1: never read one without the "
    "other. Outliers among the synthetic rows inflate recall. In 20,000 genes with k = 50 the balls are so wide that "
    "all rows are inside.",
    compute=lambda sets: precision_recall_of(*sets.neighbours_and_k),
)
def precision_recall_f1(
    X_real: MatrixLike, X_synthetic: MatrixLike, *, k: int = 10, device: str = "auto"
) -> PrecisionRecallF1:
    r"""Precision, recall and F1 of the synthetic rows' manifold against that of the real rows.

    The manifold of a set is the union of balls :math:`B(x)` around its rows, each with its k-th nearest
    other row of the set on the rim. Precision is the share of synthetic rows inside the real manifold (are
    they plausible?), recall the share of real rows inside the synthetic manifold (is everything covered?):

    .. math::
        P = \frac{1}{m} \sum_j 1\Big[z_j \in \bigcup_i B(x_i)\Big], \quad
        R = \frac{1}{n} \sum_i 1\Big[x_i \in \bigcup_j B(z_j)\Big], \quad F_1 = \frac{2 P R}{P + R}.

    Range 0 to 1, higher is better; identical sets give 1. Balls are closed, as in the source (a row on the
    rim is inside); prdc takes open balls, which differs on ties only. The ball of a row with `k` or more copies is
    a point, which holds copies of the row alone (under prdc nothing at all): drop duplicated rows, or take `k`
    above their number.
    Distances are Euclidean: bring both sets into one scaled space first. Copies of the training rows score
    1 on those rows, so look at held-out rows too, and compare with two real sets of the same sizes.

    Cost: {cost}.

    Parameters
    ----------
    {rows}, more than `k` in each set.
    k : int, default=10
        Which neighbour is on the rim. Published values: 3 (images), 10 (landmark genes), 50 (whole
        transcriptomes).
    {device}

    Returns
    -------
    result : PrecisionRecallF1
        Named tuple of `precision`, `recall` and `f1`; F1 is 0 where both are 0.

    Raises
    ------
    {few_neighbours}

    References
    ----------
    {reference}

    Examples
    --------
    >>> from sklearn_txaug.metrics import precision_recall_f1
    >>> precision_recall_f1([[0], [1], [2], [10]], [[0.5], [1.5], [2.5]], k=1)
    PrecisionRecallF1(precision=1.0, recall=0.75, f1=0.857...)
    """
    return precision_recall_of(_neighbours(X_real, X_synthetic, k, device), k)


def precision_recall_of(neighbours: Neighbours, k: int) -> PrecisionRecallF1:
    """Return precision, recall and F1 of neighbours that are known already."""
    # Kynkäänniemi et al. 2019, eq. 1 and 2: a row counts if any ball of the other set holds it
    balls = neighbours.balls(k)
    precision = float((balls.real_balls_around_synthetic > 0).mean())
    recall = float((balls.synthetic_balls_around_real > 0).mean())
    both = precision + recall
    return PrecisionRecallF1(precision, recall, 2 * precision * recall / both if both else 0.0)


@indicator(
    "max",
    family="manifold",
    question="How many real rows have a synthetic row nearby?",
    fields=[
        Field("coverage"),
        Field("density", "Do synthetic rows crowd in the middle?", direction=1.0, two_sided=True),
    ],
    headline="coverage",
    cost=_COST,
    reference="M. F. Naeem, S. J. Oh, Y. Uh, Y. Choi, J. Yoo (2020). Reliable fidelity and diversity metrics for "
    "generative models. ICML.",
    pitfall="Coverage saturates early. Density above the reference: rows crowd in the middle.",
    compute=lambda sets: density_coverage_of(*sets.neighbours_and_k),
)
def density_coverage(
    X_real: MatrixLike, X_synthetic: MatrixLike, *, k: int = 10, device: str = "auto"
) -> DensityCoverage:
    r"""Density and coverage of the synthetic rows around the real rows.

    With :math:`B(x)` the closed ball around a real row that has its k-th nearest other real row on the rim,

    .. math::
        \mathrm{density} = \frac{1}{k m} \sum_{i,j} 1[z_j \in B(x_i)], \qquad
        \mathrm{coverage} = \frac{1}{n} \sum_i 1\Big[\exists j: z_j \in B(x_i)\Big].

    Both ask the real balls only, so outliers among the synthetic rows cannot inflate them. Density is 0 or
    more and near 1 for fresh real rows (above 1: crowded in the middle; copies give (k + 1) / k because balls
    are closed). Coverage is 0 to 1, higher is better; identical sets give 1, fresh rows about :math:`1 -
    2^{-k}`. The ball of a real row with `k` or more copies is a point: it holds copies of the row alone, and each
    of these copies lies in as many balls as there are, so that density may be far above 1.

    Cost: {cost}.

    Parameters
    ----------
    {rows}, more than `k` in each set.
    k : int, default=10
        Which real neighbour is on the rim.
    {device}

    Returns
    -------
    result : DensityCoverage
        Named tuple of `density` and `coverage`.

    Raises
    ------
    {few_neighbours}

    References
    ----------
    {reference}

    Examples
    --------
    >>> from sklearn_txaug.metrics import density_coverage
    >>> density_coverage([[0], [1], [2], [10]], [[0.5], [1.5]], k=1)
    DensityCoverage(density=2.0, coverage=0.75)
    """
    return density_coverage_of(_neighbours(X_real, X_synthetic, k, device), k)


def density_coverage_of(neighbours: Neighbours, k: int) -> DensityCoverage:
    """Return density and coverage of neighbours that are known already."""
    # Naeem et al. 2020: balls around real rows only
    balls = neighbours.balls(k)
    density = float(balls.real_balls_around_synthetic.mean()) / k
    return DensityCoverage(density, float((balls.synthetic_in_real_ball > 0).mean()))


def _neighbours(X_real: MatrixLike, X_synthetic: MatrixLike, k: int, device: str) -> Neighbours:
    real, synthetic = check_pair(X_real, X_synthetic)
    check_neighbours(k, real, "X_real")
    check_neighbours(k, synthetic, "X_synthetic")
    return Neighbours(real, synthetic, device)
