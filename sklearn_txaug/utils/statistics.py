"""Means of classes, and standard errors that allow for the overlap of training sets."""

from __future__ import annotations

from typing import Any

import numpy as np

_LEAST_SPREAD = 1e-150  # whose square is not 0


def class_centres(X: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Return the mean of the rows of each class, of shape (n_classes, n_features), in double precision."""
    return np.stack([X[codes == c].mean(axis=0, dtype=np.float64) for c in range(codes.max() + 1)])


def is_constant(low: np.ndarray, high: np.ndarray, n_rows: int) -> np.ndarray:
    """Tell which columns, of these smallest and largest values, vary by no more than rounding.

    As in `StandardScaler`, which does not scale such a column; nor one whose variance is 0 in double precision.

    Examples
    --------
    >>> import numpy as np
    >>> is_constant(np.array([0.1, 0.1, 1e-200]), np.array([0.3 - 0.2, 0.2, 2e-200]), 60)
    array([ True, False,  True])
    """
    rounding = n_rows * np.finfo(np.float64).eps * np.maximum(np.abs(low), np.abs(high))
    return np.abs(high - low) <= np.maximum(rounding, _LEAST_SPREAD)


def constant_columns(X: np.ndarray) -> np.ndarray:
    """Tell which columns vary by no more than rounding."""
    return is_constant(X.min(axis=0), X.max(axis=0), len(X))


def deviations(X: np.ndarray) -> np.ndarray:
    """Return the standard deviation of each column, in double precision; 0 if it varies by no more than rounding."""
    return np.where(constant_columns(X), 0.0, X.std(axis=0, dtype=np.float64))


def corrected_standard_error(differences: Any, n_train: float, n_test: float, *, axis: int = 0) -> Any:
    """Return the standard error of a mean over resampled splits, after Nadeau and Bengio.

    Training sets of cross-validation or of repeated hold-outs overlap, so the results of the splits are not
    independent and the plain ``s / sqrt(k)`` is too small. The corrected variance of the mean is
    ``(1 / k + n_test / n_train) * s**2``, with s the standard deviation (``ddof=1``) over k splits.

    Parameters
    ----------
    differences : array-like with k entries along `axis`
        One difference (or score) for each split.
    n_train, n_test : float > 0
        Training and test rows of a split, on average.
    axis : int, default=0
        Axis of the splits.

    Returns
    -------
    standard_error : float or ndarray
        NaN for fewer than two splits.

    References
    ----------
    .. [1] C. Nadeau, Y. Bengio, "Inference for the generalization error", Machine Learning 52, 239-281, 2003.

    Examples
    --------
    >>> from sklearn_txaug.utils.statistics import corrected_standard_error
    >>> round(float(corrected_standard_error([0.1, 0.2, 0.3, 0.2, 0.1], n_train=80, n_test=20)), 4)
    0.0561
    """
    differences = np.asarray(differences, dtype=float)
    k = differences.shape[axis]
    if k < 2:
        return np.full(np.delete(differences.shape, axis), np.nan)[()]
    return np.sqrt((1 / k + n_test / n_train) * differences.var(axis=axis, ddof=1))


def chance_of_the_best(differences: Any, rng: np.random.Generator, *, level: float = 0.8413) -> float:
    """Return how many standard errors the best of several candidates gains by chance alone.

    This is the quantile, at `level`, of the largest of m standardised mean differences if all true differences are 0.
    It keeps their correlation by multiplying the centred differences of each split with a normal draw (multiplier
    bootstrap of the largest t statistic). At the default level it is 1 for one candidate and grows with the number of
    candidates, so that picking the best of many is not mistaken for a gain.

    Parameters
    ----------
    differences : array-like of shape (n_candidates, n_splits)
        Differences from no augmentation, paired by split.
    rng : numpy.random.Generator
        Source of the draws.
    level : float in (0, 1), default=0.8413
        Probability that the largest one stays below.

    Returns
    -------
    quantile : float >= 1

    References
    ----------
    .. [1] V. Chernozhukov, D. Chetverikov, K. Kato, "Gaussian approximations and multiplier bootstrap for maxima of
       sums of high-dimensional random vectors", Annals of Statistics 41, 2786-2819, 2013.
    """
    centred = np.asarray(differences, dtype=float)
    if len(centred) < 2:
        return 1.0
    centred = centred - centred.mean(axis=1, keepdims=True)
    norms = np.linalg.norm(centred, axis=1)
    directions = centred[norms > 0] / norms[norms > 0, None]
    if len(directions) < 2:
        return 1.0
    largest = (rng.standard_normal((10_000, directions.shape[1])) @ directions.T).max(axis=1)
    return max(1.0, float(np.quantile(largest, level)))
