"""Are the synthetic rows new, or do they sit on the real ones."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ._distances import Neighbours, further
from ._indicator import indicator
from ._validation import check_pair, check_three


class ClosestRecord(NamedTuple):
    """Median distances to the closest real row, their ratio, and the share of very close rows."""

    ratio: float
    synthetic: float
    real: float
    share_closer: float


class Memorisation(NamedTuple):
    """Share of synthetic rows that crowd a training row, the same for test rows, and the difference."""

    train: float
    test: float
    gap: float


@indicator("max")
def authenticity(X_real: Any, X_synthetic: Any, *, device: str = "auto") -> float:
    r"""Share of synthetic rows that are not copies of a real row.

    A row counts if it is further from its nearest real row than that row is from other real rows.

    .. math:: \frac{1}{m} \sum_j 1\Big[\lVert z_j - x^* \rVert > \min_{x \ne x^*} \lVert x^* - x \rVert\Big],
        \qquad x^* = \mathrm{argmin}_x \lVert z_j - x \rVert

    Range 0 to 1, higher is better, copies give 0. Fresh real rows do not reach 1 (about two thirds is
    common) and noise does, so read it beside a measure of fidelity and the value of two real sets.

    Cost: :math:`O(d n (n + m))` time, O((n + m) d) memory and a few blocks of 32 MiB.

    Parameters
    ----------
    X_real, X_synthetic : array-like or sparse matrix of shape (n, d) and (m, d)
        Samples in rows, two or more in each set. The real rows are usually the generator's training rows.
    device : str, default="auto"
        Torch device; "auto" is CUDA where there is one, else the CPU.

    Returns
    -------
    score : float

    Raises
    ------
    ValueError
        If a set has fewer than two rows, values are not finite, or the genes differ.

    References
    ----------
    A. Alaa, B. van Breugel, E. Saveliev, M. van der Schaar (2022). How faithful is your synthetic data?
    Sample-level metrics for evaluating and auditing generative models. ICML.

    Examples
    --------
    >>> from sklearn_txaug.metrics import authenticity
    >>> authenticity([[0], [1], [5]], [[0.1], [8], [9], [10]])
    0.25
    """
    return authenticity_of(Neighbours(*check_pair(X_real, X_synthetic, min_rows=2), device))


def authenticity_of(neighbours: Neighbours) -> float:
    """Give the authenticity of neighbours that are known already."""
    nearest = neighbours.nearest
    return float(
        further(nearest.synthetic_distance, neighbours.radii("real")[nearest.synthetic_index]).mean()
    )


@indicator(0.0, headline="gap", train="min", test="min")
def memorisation(X_train: Any, X_test: Any, X_synthetic: Any, *, device: str = "auto") -> Memorisation:
    r"""Share of synthetic rows that crowd a training row, beside the same share for rows never seen.

    A synthetic row crowds a real one if it is no further from it than that row's own nearest neighbour: the
    share is 1 minus :func:`authenticity`. A generator that fills the distribution crowds both sets alike
    (a third to a half is common for fresh real rows); one that remembers crowds the training rows more.

    Range of the shares 0 to 1, of the gap -1 to 1; ideal gap 0, positive: memorised.

    Cost: :math:`O(d n (n + m))` time, O((n + m) d) memory and a few blocks of 32 MiB.

    Parameters
    ----------
    X_train, X_test, X_synthetic : array-like or sparse matrix
        The generator's training rows, rows it has not seen, and synthetic rows; two or more in each.
    device : str, default="auto"
        Torch device; "auto" is CUDA where there is one, else the CPU.

    Returns
    -------
    result : Memorisation
        Named tuple of `train`, `test` and `gap`, which is train minus test.

    Raises
    ------
    ValueError
        If a set has fewer than two rows, values are not finite, or the genes differ.

    References
    ----------
    See :func:`authenticity`.

    Examples
    --------
    >>> from sklearn_txaug.metrics import memorisation
    >>> memorisation([[0], [2], [4]], [[1], [1.1], [3]], [[0], [4]])
    Memorisation(train=1.0, test=0.5, gap=0.5)
    """
    train, test, synthetic = check_three(X_train, X_test, X_synthetic)
    on_train = 1 - authenticity_of(Neighbours(train, synthetic, device))
    on_test = 1 - authenticity_of(Neighbours(test, synthetic, device))
    return Memorisation(on_train, on_test, on_train - on_test)


@indicator(1.0, headline="ratio", share_closer=0.05)
def distance_to_closest_record(X_real: Any, X_synthetic: Any, *, device: str = "auto") -> ClosestRecord:
    r"""Distance of synthetic rows to their closest real row, against that of real rows to each other.

    .. math:: \mathrm{ratio} = \frac{\mathrm{median}_j \min_i \lVert z_j - x_i \rVert}
        {\mathrm{median}_i \min_{i' \ne i} \lVert x_i - x_{i'} \rVert}

    Range 0 and up, ideal 1: below, synthetic rows sit closer to real rows than real rows do, and copies
    give 0; above, they stay away. `share_closer` is the share of synthetic rows below the 5 % quantile of
    the real distances, near 0.05 for fresh rows. Where the real median is 0 (duplicates), the ratio is 1 if
    the synthetic one is 0 too, else infinite.

    Cost: :math:`O(d n (n + m))` time, O((n + m) d) memory and a few blocks of 32 MiB.

    Parameters
    ----------
    X_real, X_synthetic : array-like or sparse matrix of shape (n, d) and (m, d)
        Samples in rows, two or more in each set. The real rows are usually the generator's training rows.
    device : str, default="auto"
        Torch device; "auto" is CUDA where there is one, else the CPU.

    Returns
    -------
    result : ClosestRecord
        Named tuple of `ratio`, the medians `synthetic` and `real`, and `share_closer`.

    Raises
    ------
    ValueError
        If a set has fewer than two rows, values are not finite, or the genes differ.

    References
    ----------
    Z. Zhao, A. Kunar, R. Birke, L. Y. Chen (2021). CTAB-GAN: effective table data synthesizing. ACML.

    Examples
    --------
    >>> from sklearn_txaug.metrics import distance_to_closest_record
    >>> distance_to_closest_record([[0], [2], [4]], [[1], [3], [8]])
    ClosestRecord(ratio=0.5, synthetic=1.0, real=2.0, share_closer=0.66...)
    """
    return closest_record_of(Neighbours(*check_pair(X_real, X_synthetic, min_rows=2), device))


def closest_record_of(neighbours: Neighbours) -> ClosestRecord:
    """Give the distances to the closest record of neighbours that are known already."""
    distance, baseline = neighbours.nearest.synthetic_distance, neighbours.radii("real")
    synthetic, real = float(np.median(distance)), float(np.median(baseline))
    ratio = synthetic / real if real else (np.inf if synthetic else 1.0)
    share = float(further(np.quantile(baseline, 0.05), distance).mean())
    return ClosestRecord(ratio, synthetic, real, share)
