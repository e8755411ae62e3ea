"""Is the training set remembered: training rows against rows that the generator has not seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..utils.typing import MatrixLike, RandomState
from ._adversarial import YALE_2020, adversarial_accuracy_of
from ._copies import ALAA_2022, authenticity_of
from ._indicator import Field, indicator
from ._neighbours import Neighbours
from ._validation import check_three, equal_sizes

if TYPE_CHECKING:
    from ._sets import Shared


class Memorisation(NamedTuple):
    """Share of synthetic rows that crowd a training row, the same for test rows, and the difference."""

    train: float
    test: float
    gap: float


class PrivacyLoss(NamedTuple):
    """Adversarial accuracy on test rows minus that on training rows, and both."""

    privacy_loss: float
    test: float
    train: float


@indicator(
    0.0,
    family="copies",
    question="Are rows closer to training rows than to unseen rows?",
    fields=[
        Field("gap", column="memorisation_gap"),
        Field("train", direction="min", shown=False),
        Field("test", direction="min", shown=False),
    ],
    headline="gap",
    cost="O(d n (n + m)) time, O((n + m) d) memory and a few blocks of 32 MiB",
    reference=ALAA_2022,
    pitfall="Needs held-out rows of the same population, from other patients.",
    compute_three=lambda shared, train, test, synthetic: _memorisation_of(
        shared.neighbours(train, synthetic), shared.neighbours(test, synthetic)
    ),
)
def memorisation(
    X_train: MatrixLike, X_test: MatrixLike, X_synthetic: MatrixLike, *, device: str = "auto"
) -> Memorisation:
    r"""Share of synthetic rows that crowd a training row, beside the same share for rows never seen.

    A synthetic row crowds a real one if it is no further from it than that row's own nearest neighbour: the
    share is 1 minus :func:`authenticity`. A generator that fills the distribution crowds both sets alike
    (a third to a half is common for fresh real rows); one that remembers crowds the training rows more.

    Range of the shares 0 to 1, of the gap -1 to 1; ideal gap 0, positive: memorised.

    Cost: {cost}.

    Parameters
    ----------
    {three_sets}
    {device}

    Returns
    -------
    result : Memorisation
        Named tuple of `train`, `test` and `gap`, which is train minus test.

    Raises
    ------
    {few_rows}

    References
    ----------
    {reference}

    Examples
    --------
    >>> from sklearn_txaug.metrics import memorisation
    >>> memorisation([[0], [2], [4]], [[1], [1.1], [3]], [[0], [4]])
    Memorisation(train=1.0, test=0.5, gap=0.5)
    """
    train, test, synthetic = check_three(X_train, X_test, X_synthetic)
    return _memorisation_of(*(Neighbours(real, synthetic, device) for real in (train, test)))


def _memorisation_of(train: Neighbours, test: Neighbours) -> Memorisation:
    """Return the memorisation of neighbours that are known already."""
    on_train, on_test = (1 - authenticity_of(neighbours) for neighbours in (train, test))
    return Memorisation(on_train, on_test, on_train - on_test)


@indicator(
    0.0,
    family="copies",
    question="Does a neighbour attack find the training rows?",
    fields=[
        Field("privacy_loss"),
        Field("test", direction=0.5, shown=False),
        Field("train", direction=0.5, shown=False),
    ],
    headline="privacy_loss",
    cost="O(d n²) time, O(n d) memory and a few blocks of 32 MiB",
    reference=YALE_2020,
    pitfall="Needs held-out rows of the same population, from other patients.",
    compute_three=lambda shared, *sets: _shared_privacy_loss(shared, *sets),
)
def privacy_loss(
    X_train: MatrixLike,
    X_test: MatrixLike,
    X_synthetic: MatrixLike,
    *,
    device: str = "auto",
    random_state: RandomState = 0,
) -> PrivacyLoss:
    r"""Adversarial accuracy on held-out rows minus that on the generator's training rows.

    Range -1 to 1, ideal 0. Positive: synthetic rows lie closer to the rows that the generator was trained
    on than to others of the same population, so membership leaks. All three sets are cut to the size of the
    smallest; copies of training rows that are not drawn go unseen, so prefer a test set that is not much
    smaller.

    Cost: {cost}.

    Parameters
    ----------
    {three_sets}
    {device}
    {draws}

    Returns
    -------
    result : PrivacyLoss
        Named tuple of `privacy_loss` and the adversarial accuracies `test` and `train`.

    Raises
    ------
    {few_rows}

    References
    ----------
    {reference}

    Examples
    --------
    >>> from sklearn_txaug.metrics import privacy_loss
    >>> train, test = [[0], [2], [4], [6]], [[1], [3], [5], [7]]
    >>> privacy_loss(train, test, [[0], [2.1], [4], [6.1]])
    PrivacyLoss(privacy_loss=0.0, test=0.0, train=0.0)
    """
    train, test, synthetic = equal_sizes(
        *check_three(X_train, X_test, X_synthetic), random_state=random_state
    )
    return _privacy_loss_of(*(Neighbours(real, synthetic, device) for real in (train, test)))


def _privacy_loss_of(train: Neighbours, test: Neighbours) -> PrivacyLoss:
    """Return the loss of neighbours that are known already; all sets of one size."""
    on_train, on_test = (adversarial_accuracy_of(neighbours).accuracy for neighbours in (train, test))
    return PrivacyLoss(on_test - on_train, on_test, on_train)


def _shared_privacy_loss(shared: Shared, *sets: np.ndarray) -> PrivacyLoss:
    size = min(map(len, sets))

    def cut(X: np.ndarray) -> np.ndarray:
        return shared.once(f"cut to {size}", [X], lambda: equal_sizes(X, X[:size])[0])

    train, test, synthetic = map(cut, sets)
    return _privacy_loss_of(shared.neighbours(train, synthetic), shared.neighbours(test, synthetic))
