"""Columns of covariates as numbers: standardised, or one for each category; missing is a state of its own."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..utils.amounts import is_number
from ..utils.checks import check_magnitude, is_missing
from ..utils.statistics import deviations

_MANY = 20  # categories, from which on most rows must share theirs with others


class NumericColumn:
    """A standardised column; if values are missing, they are 0 in it and 1 in a second column."""

    is_categorical = False

    def __init__(self, name: Any, values: np.ndarray):
        self.name = name
        missing = is_missing(values)
        known = values[~missing].astype(float)
        if not np.isfinite(known).all():
            raise ValueError(f"covariates[{name!r}] has infinite values")
        check_magnitude(known[:, np.newaxis], [name], "covariates")
        self.can_miss = bool(missing.any())
        self.mean = float(known.mean())
        self.scale = float(deviations(known[:, np.newaxis])[0]) or 1.0
        self.width = 1 + self.can_miss

    def encode(self, values: np.ndarray) -> np.ndarray:
        """Return the columns, of shape (n_rows, width), of values in their own units.

        Raises
        ------
        ValueError
            If a value is no number, infinite, or missing where none was in training.
        """
        missing = is_missing(values)
        if missing.any() and not self.can_miss:
            raise ValueError(
                f"covariates[{self.name!r}] is missing for {missing.sum()} rows, but was known for all training "
                "rows; give a number"
            )
        wrong = [value for value in values[~missing] if not is_number(value) or not np.isfinite(value)]
        if wrong:
            raise ValueError(f"covariates[{self.name!r}] holds numbers; got {wrong[0]!r}")
        standard = np.zeros(len(values))
        standard[~missing] = (values[~missing].astype(float) - self.mean) / self.scale
        return np.column_stack([standard, missing])[:, : self.width]

    def distance(self, values: np.ndarray, value: Any) -> np.ndarray:
        """Return how far from `value` the values lie, in standard deviations; infinity where only one is missing."""
        missing = is_missing(values)
        if is_missing(np.array([value], dtype=object))[0]:
            return np.where(missing, 0.0, np.inf)
        distances = np.full(len(values), np.inf)
        distances[~missing] = np.abs(values[~missing].astype(float) - float(value)) / self.scale
        return distances


class CategoricalColumn:
    """One column for each category, and one for missing values if there are any."""

    is_categorical = True

    def __init__(self, name: Any, values: np.ndarray):
        self.name = name
        missing = is_missing(values)
        self.categories = sorted(set(values[~missing].tolist()), key=lambda value: (str(type(value)), value))
        self.can_miss = bool(missing.any())
        self.width = len(self.categories) + self.can_miss
        if self.width > max(_MANY, len(values) / 2):
            raise ValueError(
                f"covariates[{name!r}] has {self.width} categories in {len(values)} rows, too many to learn from; "
                "identifiers, of patients say, are for groups"
            )

    def encode(self, values: np.ndarray) -> np.ndarray:
        """Return the columns, of shape (n_rows, width), of values.

        Raises
        ------
        ValueError
            If there are values that training did not have.
        """
        missing = is_missing(values)
        place = {category: k for k, category in enumerate(self.categories)}
        unknown = sorted({str(value) for value in values[~missing].tolist() if value not in place})
        if missing.any() and not self.can_miss:
            unknown.append("missing ones")
        if unknown:
            raise ValueError(
                f"covariates[{self.name!r}] has values {unknown} that were not seen in training; it had "
                f"{self.categories}"
            )
        codes = [
            len(place) if gone else place[value] for value, gone in zip(values.tolist(), missing, strict=True)
        ]
        return np.eye(self.width)[np.array(codes, dtype=int)]

    def distance(self, values: np.ndarray, value: Any) -> np.ndarray:
        """Return 0 for the values of the same category, or missing alike, infinity for others."""
        return np.where(
            (self.encode(values) == self.encode(np.array([value], dtype=object))).all(axis=1), 0, np.inf
        )


def make_column(name: Any, values: np.ndarray, categorical: bool) -> NumericColumn | CategoricalColumn:
    """Return the column of some values: of numbers unless `categorical` says otherwise, of text or of booleans.

    Parameters
    ----------
    name : label
        Of the column, for messages.
    values : ndarray of object of shape (n_rows,)
        Values, in part missing.
    categorical : bool
        Whether its container declares categories.

    Raises
    ------
    TypeError
        If it holds something else, or a mixture.
    ValueError
        If all values are missing, infinite, or categories nearly as many as rows.
    """
    known = values[~is_missing(values)].tolist()
    if not known:
        raise ValueError(f"covariates[{name!r}] is missing for all rows; leave it out")
    kinds = {_kind(value) for value in known}
    if categorical or kinds in ({"boolean"}, {"text"}):
        return CategoricalColumn(name, values)
    if kinds == {"number"}:
        return NumericColumn(name, values)
    raise TypeError(
        f"covariates[{name!r}] must hold numbers, booleans or text, one of these; got "
        f"{sorted({type(value).__name__ for value in known})}"
    )


def _kind(value: Any) -> str:
    if isinstance(value, bool | np.bool_):
        return "boolean"
    if is_number(value):
        return "number"
    return "text" if isinstance(value, str) else type(value).__name__
