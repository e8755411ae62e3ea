"""Blocks of a table, so that what is computed on the way takes little memory beside the table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike
from sklearn.preprocessing import StandardScaler

BLOCK = 2**18  # entries: 2 MiB in double precision, of which a computation may need several
LARGE_BLOCK = 2**20  # where the size of the blocks decides on the last digits, or on the random numbers


def blocks(length: int, width: int, size: int = BLOCK) -> Iterator[slice]:
    """Yield slices of `length` rows, or columns, that have `size` entries at most if each has `width`."""
    step = max(1, size // max(1, width))
    for start in range(0, length, step):
        yield slice(start, min(start + step, length))


def fit_scaler(scaler: Any, X: np.ndarray, sample_weight: np.ndarray | None = None) -> None:
    """Fit a scaler; a `StandardScaler`, by blocks: at once, it takes several copies of X."""
    weighted = {} if sample_weight is None else {"sample_weight": sample_weight}
    if type(scaler) is StandardScaler:
        for rows in blocks(len(X), X.shape[1], LARGE_BLOCK):
            some = {name: values[rows] for name, values in weighted.items()}
            scaler.partial_fit(X[rows].astype(np.float64), **some)
    else:
        scaler.fit(X, **weighted)


def all_finite(X: np.ndarray) -> bool:
    """Tell whether no value is NaN or infinite."""
    return all(np.isfinite(X[rows]).all() for rows in blocks(*X.shape))


def map_rows(
    function: Callable[[np.ndarray], Any], X: np.ndarray, dtype: DTypeLike, in_place: bool = False
) -> np.ndarray:
    """Apply a function of rows, in double precision, to one block of rows after another.

    With `in_place`, the result takes the place of X if it has its shape and dtype.
    """
    result = np.empty((0, X.shape[1]), dtype)
    for rows in blocks(*X.shape):
        part = np.asarray(function(X[rows].astype(np.float64)))
        if not rows.start:
            fits = in_place and X.flags.writeable and X.dtype == dtype and part.shape[1] == X.shape[1]
            result = X if fits else np.empty((len(X), part.shape[1]), dtype)
        result[rows] = part
    return result


def put_rows(X: np.ndarray, order: np.ndarray) -> None:
    """Put the rows of X in another order, in place."""
    sources = order.copy()
    for first in range(len(sources)):
        kept, place = None, first
        while (source := sources[place]) != place:  # along a cycle
            kept = X[first].copy() if kept is None else kept
            X[place] = kept if source == first else X[source]
            sources[place], place = place, source
