"""How well nearest neighbours tell real from synthetic rows."""

from __future__ import annotations

from typing import Any, NamedTuple

from ._distances import Neighbours, further
from ._indicator import indicator
from ._validation import check_pair, check_three, equal_sizes


class AdversarialAccuracy(NamedTuple):
    """Accuracy of a nearest-neighbour adversary, and its two halves."""

    accuracy: float
    real_half: float
    synthetic_half: float


class PrivacyLoss(NamedTuple):
    """Adversarial accuracy on test rows minus that on training rows, and both."""

    privacy_loss: float
    test: float
    train: float


@indicator(0.5, headline="accuracy")
def adversarial_accuracy(
    X_real: Any, X_synthetic: Any, *, device: str = "auto", random_state: Any = 0
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

    Cost: :math:`O(d n^2)` time, O(n d) memory and a few blocks of 32 MiB.

    Parameters
    ----------
    X_real, X_synthetic : array-like or sparse matrix of shape (n, d) and (m, d)
        Samples in rows, two or more in each set.
    device : str, default="auto"
        Torch device; "auto" is CUDA where there is one, else the CPU.
    random_state : int, Generator, RandomState or None, default=0
        Draws rows where the sizes differ.

    Returns
    -------
    result : AdversarialAccuracy
        Named tuple of `accuracy`, `real_half` and `synthetic_half`.

    Raises
    ------
    ValueError
        If a set has fewer than two rows, values are not finite, or the genes differ.

    References
    ----------
    A. Yale, S. Dash, R. Dutta, I. Guyon, A. Pavao, K. P. Bennett (2020). Generation and evaluation of privacy
    preserving synthetic health data. Neurocomputing 416.

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
    """Give the accuracy of neighbours that are known already; both sets of one size."""
    nearest = neighbours.nearest
    real_half = float(further(nearest.real_distance, neighbours.radii("real")).mean())
    synthetic_half = float(further(nearest.synthetic_distance, neighbours.radii("synthetic")).mean())
    return AdversarialAccuracy((real_half + synthetic_half) / 2, real_half, synthetic_half)


@indicator(0.0, headline="privacy_loss", test=0.5, train=0.5)
def privacy_loss(
    X_train: Any, X_test: Any, X_synthetic: Any, *, device: str = "auto", random_state: Any = 0
) -> PrivacyLoss:
    r"""Adversarial accuracy on held-out rows minus that on the generator's training rows.

    Range -1 to 1, ideal 0. Positive: synthetic rows lie closer to the rows that the generator was trained
    on than to others of the same population, so membership leaks. All three sets are cut to the size of the
    smallest; copies of training rows that are not drawn go unseen, so prefer a test set that is not much
    smaller.

    Cost: :math:`O(d n^2)` time, O(n d) memory and a few blocks of 32 MiB.

    Parameters
    ----------
    X_train, X_test, X_synthetic : array-like or sparse matrix
        The generator's training rows, rows it has not seen, and synthetic rows; two or more in each.
    device : str, default="auto"
        Torch device; "auto" is CUDA where there is one, else the CPU.
    random_state : int, Generator, RandomState or None, default=0
        Draws rows where the sizes differ.

    Returns
    -------
    result : PrivacyLoss
        Named tuple of `privacy_loss` and the adversarial accuracies `test` and `train`.

    Raises
    ------
    ValueError
        If a set has fewer than two rows, values are not finite, or the genes differ.

    References
    ----------
    See :func:`adversarial_accuracy`.

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
    on_test = adversarial_accuracy_of(Neighbours(test, synthetic, device)).accuracy
    on_train = adversarial_accuracy_of(Neighbours(train, synthetic, device)).accuracy
    return PrivacyLoss(on_test - on_train, on_test, on_train)
