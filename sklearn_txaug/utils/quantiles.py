"""Quantiles that repeat no single observation."""

from __future__ import annotations

import numpy as np

from .blocks import blocks

BEYOND = 1 / 3  # of the last gap


def quantiles_between(ordered: np.ndarray, shares: np.ndarray, least: np.ndarray | None = None) -> np.ndarray:
    """Return quantiles of each column: on lines between the observations, and a third of a gap beyond both ends.

    The k-th smallest of n observations is the quantile of (k - 1/2) / n (Hazen). With its ends cut off there, the
    function would repeat the smallest and the largest observation in one of n draws, and all of them in one of two if
    n is 2: values of one patient, exactly. Here a line leads from the second observation to a third of the gap
    beyond the first, so that the mean of the draws remains that of the observations. Observations that are
    equal have no gap, so a value that two or more share remains as it is.

    Parameters
    ----------
    ordered : ndarray of shape (n_observations, n_columns)
        Each column ascending; two observations or more.
    shares : ndarray of shape (n_rows, n_columns)
        Which quantiles, between 0 and 1.
    least : ndarray of shape (n_columns,), default=None
        No quantile is below; None is no bound.

    References
    ----------
    .. [1] A. Hazen, "Storage to be provided in impounding reservoirs for municipal water supply", Transactions of the
       American Society of Civil Engineers 77, 1539-1640, 1914.

    Examples
    --------
    >>> from sklearn_txaug.utils.quantiles import quantiles_between
    >>> shares = np.array([[0.0], [0.5], [1.0]])
    >>> quantiles_between(np.array([[0.0], [3.0], [9.0]]), shares).ravel().tolist()
    [-1.0, 3.0, 11.0]
    """
    last = len(ordered) - 1
    known = [1, last - 1] if last > 2 else [1] if last == 2 else []
    places = np.interp(
        shares * len(ordered) - 0.5, [-0.5, *known, last + 0.5], [-BEYOND, *known, last + BEYOND]
    )
    below = places.clip(0, last - 1).astype(int)
    low = np.take_along_axis(ordered, below, axis=0)
    gap = np.take_along_axis(ordered, below + 1, axis=0) - low
    if least is not None:
        gap = np.where(places < 0, np.minimum(gap, (low - least) / BEYOND), gap)
    return low + (places - below) * gap


def spread_ties(ordered: np.ndarray, steps: np.ndarray, kept: np.ndarray) -> np.ndarray:
    """Return columns in which equal observations are spread evenly over one step of the scale around them.

    Parameters
    ----------
    ordered : ndarray of shape (n_observations, n_columns)
        Each column ascending.
    steps : ndarray of shape (n_columns,)
        The resolution of each column, such as .01 for values of two decimals.
    kept : ndarray of bool of shape (n_observations, n_columns)
        Observations that stay as they are.
    """
    start = np.zeros(ordered.shape, dtype=int)
    end = np.full(ordered.shape, len(ordered))
    differs = ordered[1:] != ordered[:-1]
    rows = np.arange(1, len(ordered))[:, None]
    start[1:] = np.maximum.accumulate(np.where(differs, rows, 0), axis=0)
    end[:-1] = np.minimum.accumulate(np.where(differs, rows, len(ordered))[::-1], axis=0)[::-1]
    ranks = np.arange(len(ordered))[:, None] - start
    shifts = ((ranks + 0.5) / (end - start) - 0.5) * steps
    return (ordered + np.where(kept, 0, shifts)).astype(ordered.dtype)


def resolution(X: np.ndarray) -> np.ndarray:
    """Return the smallest difference between distinct values of each column; 0 for a constant one."""
    smallest = np.empty(X.shape[1])
    for columns in blocks(X.shape[1], len(X)):
        gaps = np.diff(np.sort(X[:, columns], axis=0), axis=0)
        smallest[columns] = np.where(gaps > 0, gaps, np.inf).min(axis=0, initial=np.inf)
    return np.where(np.isfinite(smallest), smallest, 0)
