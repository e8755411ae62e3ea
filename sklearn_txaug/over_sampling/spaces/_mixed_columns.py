"""Numeric columns first, without missing values, then codes of categories; and spaces of the numeric ones alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from ...utils.typing import ArrayLike
from ._space import Space


class MixedColumns(Space):
    """Rows rearranged: numeric columns first, then codes of categories, then codes that tell which numbers miss.

    A number that is missing is filled with one of its class, drawn at random, and its column has a code of 1 at the
    end of the row. So every number is one that occurs, and whether it is there is one more category.

    Parameters
    ----------
    categorical : sequence of int
        Positions of the categorical columns.
    n_categories : sequence of int
        Number of categories of each.
    may_miss : sequence of int
        Positions of the numeric columns that have missing values.
    """

    _unsaved: ClassVar[dict[str, Any]] = {"fillings_": None}  # needed while training alone

    def __init__(self, categorical: ArrayLike, n_categories: Sequence[int], may_miss: ArrayLike):
        self.categorical = np.asarray(categorical, dtype=int)
        self.n_categories = n_categories
        self.may_miss = np.asarray(may_miss, dtype=int)

    @property
    def sizes(self) -> tuple[int, ...]:
        """Number of states of each code."""
        return (*self.n_categories, *[2] * len(self.may_miss))

    def fit(self, X: np.ndarray, codes: np.ndarray, rng: np.random.Generator) -> MixedColumns:
        self.numeric_ = np.setdiff1d(np.arange(X.shape[1]), self.categorical)
        self.never_ = np.isnan(X[:, self.may_miss]).all(axis=0)
        self._fill(X, codes, rng)
        return self

    def encode(self, X: np.ndarray) -> np.ndarray:
        missing = np.isnan(X[:, self.may_miss])
        filled = X.copy()
        for place, j in enumerate(self.may_miss):
            here = missing[:, place]
            # The rows of the fit get what was drawn for them.
            filled[here, j] = np.resize(self.fillings_[place], here.sum())
        return np.hstack([filled[:, self.numeric_], X[:, self.categorical], missing])

    def decode(self, Z: np.ndarray, codes: np.ndarray | None, rng: np.random.Generator) -> np.ndarray:
        n = len(self.numeric_)
        X = np.empty((len(Z), n + len(self.categorical)))
        X[:, self.numeric_] = Z[:, :n]
        X[:, self.categorical] = Z[:, n : n + len(self.categorical)]
        missing = (Z[:, n + len(self.categorical) :] > 0.5) | self.never_
        X[:, self.may_miss] = np.where(missing, np.nan, X[:, self.may_miss])
        return X

    def _fill(self, X: np.ndarray, codes: np.ndarray, rng: np.random.Generator) -> None:
        """Draw a number of the same class, or of any class if it has none, for each that is missing."""
        self.fillings_ = []
        for j in self.may_miss:
            missing = np.isnan(X[:, j])
            drawn = np.zeros(missing.sum())
            for c in np.unique(codes[missing]):
                known = X[~missing & (codes == c), j]
                known = known if len(known) else X[~missing, j]
                here = codes[missing] == c
                drawn[here] = rng.choice(known, here.sum()) if len(known) else 0.0
            self.fillings_.append(drawn)


class NumericColumns(Space):
    """Another space, of the numeric columns alone; the codes behind them pass through.

    Parameters
    ----------
    space : Space
        The space of the numeric columns.
    n_codes : int
        Number of codes at the end of a row.
    """

    def __init__(self, space: Space, n_codes: int):
        self.space = space
        self.n_codes = n_codes

    @property
    def scaler(self) -> object:
        """The scaler, if the space has one."""
        return self.space.scaler  # type: ignore[attr-defined]

    def fit(self, X: np.ndarray, codes: np.ndarray, rng: np.random.Generator) -> NumericColumns:
        self.has_numbers_ = X.shape[1] > self.n_codes
        if self.has_numbers_:
            self.space.fit(self._split(X)[0], codes, rng)
        return self

    def encode(self, X: np.ndarray) -> np.ndarray:
        numeric, rest = self._split(X)
        return np.hstack([self.space.encode(numeric), rest]) if numeric.shape[1] else X

    def decode(self, Z: np.ndarray, codes: np.ndarray | None, rng: np.random.Generator) -> np.ndarray:
        numeric, rest = self._split(Z)
        return np.hstack([self.space.decode(numeric, codes, rng), rest]) if numeric.shape[1] else Z

    def pad(self, codes: np.ndarray) -> np.ndarray:
        return self.space.pad(codes) if self.has_numbers_ else codes

    @property
    def learns_last(self) -> bool:
        return self.space.learns_last

    @property
    def ranks(self) -> bool:
        return self.space.ranks and self.has_numbers_

    def reference(self, codes: np.ndarray) -> np.ndarray:
        return self.space.reference(codes)

    def map_against(
        self,
        Z: np.ndarray,
        codes: np.ndarray,
        reference: np.ndarray,
        reference_codes: np.ndarray,
        rng: np.random.Generator,
    ) -> np.ndarray:
        (numeric, rest), (others, _) = self._split(Z), self._split(reference)
        mapped = self.space.map_against(numeric, codes, others, reference_codes, rng)
        return np.hstack([mapped, rest])

    def _split(self, X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        n = X.shape[1] - self.n_codes
        return X[:, :n], X[:, n:]
