"""The sets that indicators compare, and what is computed once for all of them."""

from __future__ import annotations

from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from sklearn.linear_model import LogisticRegression

from ._distances import Neighbours
from ._validation import check_neighbours, equal_sizes


class Settings(NamedTuple):
    """What all comparisons of one report have in common.

    Parameters
    ----------
    k : int
        Neighbours of precision, recall, density and coverage.
    estimator : classifier or None
        Learns the classes; None is logistic regression of the rows as they are.
    device : str
        Torch device of the distances.
    seed : int
        Draws rows and splits.
    detector : classifier or None, default=None
        Tells real from synthetic rows; None is standardisation and logistic regression.
    detector_splits : int, default=5
        Its folds.
    """

    k: int
    estimator: Any
    device: str
    seed: int
    detector: Any = None
    detector_splits: int = 5


class LabelledRows(NamedTuple):
    """Rows in the common space, and their labels."""

    X: np.ndarray
    y: np.ndarray

    def draw(self, n_rows: int, seed: int) -> LabelledRows:
        """Draw rows without replacement."""
        if n_rows == len(self.X):
            return self
        rows = np.sort(np.random.default_rng(seed).choice(len(self.X), n_rows, replace=False))
        return LabelledRows(self.X[rows], self.y[rows])


class ComparedSets:
    """Real rows and the rows compared with them; neighbours are searched for when first needed."""

    def __init__(self, real: LabelledRows, other: LabelledRows, settings: Settings) -> None:
        self.real = real
        self.other = other
        self.settings = settings

    @property
    def rows(self) -> tuple[np.ndarray, np.ndarray]:
        return self.real.X, self.other.X

    @property
    def rows_and_labels(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        return self.real.X, self.other.X, self.real.y, self.other.y

    @cached_property
    def neighbours(self) -> Neighbours:
        return Neighbours(*self.rows, self.settings.device)

    @property
    def neighbours_and_k(self) -> tuple[Neighbours, int]:
        """The neighbours, where there are enough rows for the k-th one, and k."""
        for X, name in zip(self.rows, ("the real part", "the compared part"), strict=True):
            check_neighbours(self.settings.k, X, name)
        return self.neighbours, self.settings.k

    @cached_property
    def equal_neighbours(self) -> Neighbours:
        """The neighbours after the larger set was cut to the size of the smaller."""
        if len(self.real.X) == len(self.other.X):
            return self.neighbours
        real, other = equal_sizes(*self.rows, random_state=self.settings.seed)
        return Neighbours(real, other, self.settings.device)

    @property
    def classifier(self) -> Any:
        given = self.settings.estimator
        return LogisticRegression(max_iter=1000) if given is None else given
