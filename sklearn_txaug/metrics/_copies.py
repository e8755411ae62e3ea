"""Are the synthetic rows new, or do they sit on the real ones."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..utils.typing import MatrixLike
from ._distances import further
from ._indicator import Field, indicator
from ._neighbours import Neighbours
from ._validation import check_pair


class ClosestRecord(NamedTuple):
    """Median distances to the closest real row, their ratio, and the share of very close rows."""

    ratio: float
    synthetic: float
    real: float
    share_closer: float


ALAA_2022 = (
    "A. Alaa, B. van Breugel, E. Saveliev, M. van der Schaar (2022). How faithful is your synthetic data? "
    "Sample-level metrics for evaluating and auditing generative models. ICML."
)
_COST = "O(d n (n + m)) time, O((n + m) d) memory and a few blocks of 32 MiB"


@indicator(
    "max",
    family="copies",
    question="How many rows are not near-copies of a real row?",
    two_sided=True,
    cost=_COST,
    reference=ALAA_2022,
    pitfall="Noise is authentic too.",
    compute=lambda sets: authenticity_of(sets.neighbours),
)
def authenticity(X_real: MatrixLike, X_synthetic: MatrixLike, *, device: str = "auto") -> float:
    r"""Share of synthetic rows that are not copies of a real row.

    A row counts if it is further from its nearest real row than that row is from other real rows.

    .. math:: \frac{1}{m} \sum_j 1\Big[\lVert z_j - x^* \rVert > \min_{x \ne x^*} \lVert x^* - x \rVert\Big],
        \qquad x^* = \mathrm{argmin}_x \lVert z_j - x \rVert

    Range 0 to 1, higher is better, copies give 0. Fresh real rows do not reach 1 (about two thirds is
    common) and noise does, so read it beside an indicator of fidelity and the value of two real sets.

    Cost: {cost}.

    Parameters
    ----------
    {rows}, two or more in each set. The real rows are usually the generator's training rows.
    {device}

    Returns
    -------
    score : float

    Raises
    ------
    {few_rows}

    References
    ----------
    {reference}

    Examples
    --------
    >>> from sklearn_txaug.metrics import authenticity
    >>> authenticity([[0], [1], [5]], [[0.1], [8], [9], [10]])
    0.25
    """
    return authenticity_of(Neighbours(*check_pair(X_real, X_synthetic, min_rows=2), device))


def authenticity_of(neighbours: Neighbours) -> float:
    """Return the authenticity of neighbours that are known already."""
    nearest = neighbours.nearest
    return float(
        further(nearest.synthetic_distance, neighbours.radii("real")[nearest.synthetic_index]).mean()
    )


@indicator(
    1.0,
    family="copies",
    question="How close is the closest real row?",
    fields=[
        Field("ratio"),
        Field(
            "share_closer",
            "How many rows are closer to a real row than 95 % of real rows?",
            direction=0.05,
        ),
    ],
    headline="ratio",
    two_sided=True,
    cost=_COST,
    reference="Z. Zhao, A. Kunar, R. Birke, L. Y. Chen (2021). CTAB-GAN: effective table data synthesizing. ACML.",
    pitfall="A median hides a few copies: read the share of very close rows too. Noise is far from all rows.",
    compute=lambda sets: closest_record_of(sets.neighbours),
)
def distance_to_closest_record(
    X_real: MatrixLike, X_synthetic: MatrixLike, *, device: str = "auto"
) -> ClosestRecord:
    r"""Distance of synthetic rows to their closest real row, against that of real rows to each other.

    .. math:: \mathrm{ratio} = \frac{\mathrm{median}_j \min_i \lVert z_j - x_i \rVert}
        {\mathrm{median}_i \min_{i' \ne i} \lVert x_i - x_{i'} \rVert}

    Range 0 and up, ideal 1: below, synthetic rows sit closer to real rows than real rows do, and copies
    give 0; above, they stay away. `share_closer` is the share of synthetic rows below the 5 % quantile of
    the real distances, near 0.05 for fresh rows. Where the real median is 0 (duplicates), the ratio is 1 if
    the synthetic one is 0 too, else infinite.

    Cost: {cost}.

    Parameters
    ----------
    {rows}, two or more in each set. The real rows are usually the generator's training rows.
    {device}

    Returns
    -------
    result : ClosestRecord
        Named tuple of `ratio`, the medians `synthetic` and `real`, and `share_closer`.

    Raises
    ------
    {few_rows}

    References
    ----------
    {reference}

    Examples
    --------
    >>> from sklearn_txaug.metrics import distance_to_closest_record
    >>> distance_to_closest_record([[0], [2], [4]], [[1], [3], [8]])
    ClosestRecord(ratio=0.5, synthetic=1.0, real=2.0, share_closer=0.66...)
    """
    return closest_record_of(Neighbours(*check_pair(X_real, X_synthetic, min_rows=2), device))


def closest_record_of(neighbours: Neighbours) -> ClosestRecord:
    """Return the distances to the closest record of neighbours that are known already."""
    distance, baseline = neighbours.nearest.synthetic_distance, neighbours.radii("real")
    synthetic, real = float(np.median(distance)), float(np.median(baseline))
    ratio = synthetic / real if real else (np.inf if synthetic else 1.0)
    share = float(further(np.quantile(baseline, 0.05), distance).mean())
    return ClosestRecord(ratio, synthetic, real, share)
