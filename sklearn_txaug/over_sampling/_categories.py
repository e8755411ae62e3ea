"""Columns of categories: which values a column has, as codes and back."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..utils.checks import is_missing
from ..utils.containers import objects, wrapped


def column_values(X: Any, j: int) -> np.ndarray:
    """Return a column of a table of any kind as an array of objects."""
    if hasattr(X, "iloc"):
        return X.iloc[:, j].astype(object).to_numpy()
    if (frame := wrapped(X)) is not None:
        return objects(frame[:, int(j)].to_list())
    return np.asarray(X, dtype=object)[:, j]


class Categories:
    """The values of a categorical column; a missing value is the last category.

    Parameters
    ----------
    values : ndarray of object of shape (n_samples,)
        The column.
    order : sequence, optional
        All values that the column may have, in their order: those of a categorical dtype. Values that do not occur
        get no code. Without it the values are sorted.
    ordered : bool, default=False
        Whether the order means something, as of stages. Of two values it always does.

    Attributes
    ----------
    known : ndarray of object
        The categories that are not missing, in the order of their codes.
    has_missing : bool
        Whether the last one stands for missing values.
    ordered : bool
        Whether the order of the codes means something.

    Examples
    --------
    >>> import numpy as np
    >>> smoker = Categories(np.array([True, None, False], dtype=object))
    >>> smoker.encode(np.array([False, None], dtype=object))
    array([0, 2])
    >>> smoker.decode(np.array([1, 2]))
    array([True, None], dtype=object)
    """

    def __init__(self, values: np.ndarray, order: Any = None, ordered: bool = False):
        missing = is_missing(values)
        seen = dict.fromkeys(values[~missing])
        known = _sorted(seen) if order is None else [value for value in order if value in seen]
        self.has_missing = bool(missing.any())
        self.ordered = (ordered or len(known) == 2) and not self.has_missing
        self.known = objects(known)
        self.marker = marker_name(values[missing][0]) if self.has_missing else "None"

    def __len__(self) -> int:
        return len(self.known) + self.has_missing

    @property
    def values(self) -> np.ndarray:
        """The categories in the order of their codes, that of missing values last."""
        return objects([*self.known, *([marker_of(self.marker)] if self.has_missing else [])])

    def encode(self, values: np.ndarray) -> np.ndarray:
        """Return the code of each value.

        Raises
        ------
        ValueError
            If a value was not there when the categories were learned.
        """
        missing, numbers = is_missing(values), {value: code for code, value in enumerate(self.known)}
        unknown = dict.fromkeys(v for v in values[~missing] if v not in numbers)
        if unknown or (missing.any() and not self.has_missing):
            raise ValueError(f"values {list(unknown) or 'that are missing'} are new to this column")
        codes = np.full(len(values), len(self.known), dtype=np.int64)
        codes[~missing] = [numbers[value] for value in values[~missing]]
        return codes

    def decode(self, codes: np.ndarray) -> np.ndarray:
        """Return the values of codes."""
        return self.values[codes]


def marker_name(value: Any) -> str:
    """Return the name of what stands for a missing value: None, NaN, and those of pandas."""
    return "None" if value is None else {"NAType": "NA", "NaTType": "NaT"}.get(type(value).__name__, "NaN")


def marker_of(name: str) -> Any:
    """Return what stands for a missing value, by its name; pandas' own only where they came from pandas."""
    if name in ("NA", "NaT"):
        import pandas as pd

        return getattr(pd, name)
    return None if name == "None" else float("nan")


def _sorted(values: Any) -> list[Any]:
    try:
        return sorted(values)
    except TypeError:  # values of several types
        return sorted(values, key=lambda value: (type(value).__name__, str(value)))
