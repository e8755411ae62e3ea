"""How well nearest neighbours tell real from synthetic rows."""

from __future__ import annotations

from typing import NamedTuple

from ..utils.typing import MatrixLike, RandomState
from ._distances import further
from ._indicator import Field, indicator
from ._neighbours import Neighbours
from ._validation import check_pair, equal_sizes


class AdversarialAccuracy(NamedTuple):
    """Accuracy of a nearest-neighbour adversary, and its two halves."""

    accuracy: float
    real_half: float
    synthetic_half: float


YALE_2020 = (
    "A. Yale, S. Dash, R. Dutta, I. Guyon, A. Pavao, K. P. Bennett (2020). Generation and evaluation of privacy "
    "preserving synthetic health data. Neurocomputing 416."
)
_COST = "O(d n²) time, O(n d) memory and a few blocks of 32 MiB"


@indicator(
    0.5,
    family="manifold",
    question="Do nearest neighbours tell real from synthetic?",
    fields=[
        Field("accuracy"),
        Field("real_half", "... do synthetic rows stay away from real ones?", column="adversarial_real_half"),
        Field(
            "synthetic_half", "... do synthetic rows huddle together?", column="adversarial_synthetic_half"
        ),
    ],
    headline="accuracy",
    cost=_COST,
    reference=YALE_2020,
    pitfall="0.5 can be the mean of 0 and 1: read both halves. A real half above 0.5 says that synthetic rows keep "
    "away from real ones, the commonest fault.",
    compute=lambda sets: adversarial_accuracy_of(sets.equal_neighbours),
)
def adversarial_accuracy(
    X_real: MatrixLike, X_synthetic: MatrixLike, *, device: str = "auto", random_state: RandomState = 0
) -> AdversarialAccuracy:
    r"""Accuracy with which nearest neighbours tell real from synthetic rows.

    With T the real, S the synthetic rows, both of size n, and :math:`d_{AB}(i)` the distance of row i of A
    to the nearest row of B (to the nearest other row where A is B),

    .. math::
        AA = \frac{1}{2} \Big( \frac{1}{n} \sum_i 1[d_{TS}(i) > d_{TT}(i)]
        + \frac{1}{n} \sum_i 1[d_{ST}(i) > d_{SS}(i)] \Big).

    Range 0 to 1, ideal 0.5. Near 1 the sets are apart, near 0 the synthetic rows are copies (identical sets
    give 0). A good mean can hide two bad halves, so both are returned: a real half above 0.5 says that
    synthetic rows stay away from real ones, a synthetic half above 0.5 that they huddle together. The
    larger set is cut to the size of the smaller by drawing rows.

    Cost: {cost}.

    Parameters
    ----------
    {rows}, two or more in each set.
    {device}
    {draws}

    Returns
    -------
    result : AdversarialAccuracy
        Named tuple of `accuracy`, `real_half` and `synthetic_half`.

    Raises
    ------
    {few_rows}

    References
    ----------
    {reference}

    Examples
    --------
    >>> from sklearn_txaug.metrics import adversarial_accuracy
    >>> adversarial_accuracy([[0], [1], [5]], [[0.1], [7], [8]])
    AdversarialAccuracy(accuracy=0.33..., real_half=0.0, synthetic_half=0.66...)
    """
    real, synthetic = check_pair(X_real, X_synthetic, min_rows=2)
    real, synthetic = equal_sizes(real, synthetic, random_state=random_state)
    return adversarial_accuracy_of(Neighbours(real, synthetic, device))


def adversarial_accuracy_of(neighbours: Neighbours) -> AdversarialAccuracy:
    """Return the accuracy of neighbours that are known already; both sets of one size."""
    nearest = neighbours.nearest
    real_half = float(further(nearest.real_distance, neighbours.radii("real")).mean())
    synthetic_half = float(further(nearest.synthetic_distance, neighbours.radii("synthetic")).mean())
    return AdversarialAccuracy((real_half + synthetic_half) / 2, real_half, synthetic_half)
