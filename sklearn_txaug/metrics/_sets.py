"""The sets that indicators compare, and what is computed once for all of them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression

from ._classifier import fit_classifier
from ._distances import as_rows
from ._kernel import GaussianKernel, kernel_width
from ._neighbours import Neighbours, Plan, Within
from ._validation import check_labelled_pair, check_neighbours


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


class Shared:
    """What several comparisons of a report need, computed once: distances, classifiers, and draws of rows.

    Parameters
    ----------
    settings : Settings
        Of the report.
    """

    def __init__(self, settings: Settings):
        self.settings = settings
        self.plan = Plan(settings.k)
        self._known: dict[Hashable, Any] = {}
        self._sets: dict[int, np.ndarray] = {}  # keeps them, and so their ids

    def once(self, name: str, sets: Sequence[np.ndarray], compute: Callable[[], Any]) -> Any:
        """Return what is computed of these very sets, now or before."""
        self._sets |= {id(X): X for X in sets}
        key = (name, *map(id, sets))
        if key not in self._known:
            self._known[key] = compute()
        return self._known[key]

    def within(self, X: np.ndarray) -> Within:
        """Return the distances within a set."""
        return self.once("within", [X], lambda: Within(as_rows(X, device=self.settings.device)[0], self.plan))

    def neighbours(self, X: np.ndarray, Z: np.ndarray) -> Neighbours:
        """Return the neighbours of two sets; those of the same two the other way round serve too."""
        if X is not Z and ("neighbours", id(Z), id(X)) in self._known:
            return self.once("swapped", [X, Z], lambda: self.neighbours(Z, X).swapped())
        within = self.within(X), self.within(Z)
        return self.once(
            "neighbours", [X, Z], lambda: Neighbours(X, Z, self.settings.device, self.plan, within)
        )

    def predicted(self, name: str, estimator: Any, learnt: LabelledRows, rows: LabelledRows) -> np.ndarray:
        """Return what a classifier, known by a name, that has learnt from some rows predicts for others."""
        fitted = self.once(name, [learnt.X], lambda: fit_classifier(estimator, *learnt))
        return self.once(f"{name}, predicted", [learnt.X, rows.X], lambda: np.asarray(fitted.predict(rows.X)))

    def draw(self, X: np.ndarray, n_rows: int) -> np.ndarray:
        """Return as many rows, drawn without replacement."""
        return X if n_rows == len(X) else self.once(f"{n_rows} rows", [X], lambda: X[self._rows(X, n_rows)])

    def draw_labelled(self, rows: LabelledRows, n_rows: int) -> LabelledRows:
        """Return the rows of `draw` with their labels."""
        if n_rows == len(rows.X):
            return rows
        return LabelledRows(self.draw(rows.X, n_rows), rows.y[self._rows(rows.X, n_rows)])

    def _rows(self, X: np.ndarray, n_rows: int) -> np.ndarray:
        return np.sort(np.random.default_rng(self.settings.seed).choice(len(X), n_rows, replace=False))

    def width(self, X: np.ndarray) -> float:
        """Return the width of the kernel by which other rows are compared with these."""
        return self.once("width", [X], lambda: kernel_width(X, X, "median", self.settings.seed))

    def plan_means(self, sets: Sequence[np.ndarray]) -> None:
        """Plan the means over all pairs that comparisons with these real rows need."""
        kernels = dict.fromkeys(GaussianKernel(self.width(X)) for X in sets)
        self.plan = self.plan._replace(functions=(torch.sqrt, *kernels))


class ComparedSets:
    """Real rows and the rows compared with them; neighbours are searched for when first needed."""

    def __init__(
        self, real: LabelledRows, other: LabelledRows, settings: Settings, shared: Shared | None = None
    ) -> None:
        self.real = real
        self.other = other
        self.settings = settings
        self.shared = Shared(settings) if shared is None else shared

    @property
    def rows(self) -> tuple[np.ndarray, np.ndarray]:
        return self.real.X, self.other.X

    @property
    def rows_and_labels(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        return self.real.X, self.other.X, self.real.y, self.other.y

    @property
    def neighbours(self) -> Neighbours:
        return self.shared.neighbours(*self.rows)

    @property
    def neighbours_and_k(self) -> tuple[Neighbours, int]:
        """The neighbours, where there are enough rows for the k-th one, and k."""
        for X, name in zip(self.rows, ("the real part", "the compared part"), strict=True):
            check_neighbours(self.settings.k, X, name)
        return self.neighbours, self.settings.k

    @property
    def equal_neighbours(self) -> Neighbours:
        """The neighbours after the larger set was cut to the size of the smaller."""
        size = min(map(len, self.rows))
        return self.shared.neighbours(*(self.shared.draw(X, size) for X in self.rows))

    @property
    def classifier(self) -> Any:
        given = self.settings.estimator
        return LogisticRegression(max_iter=1000) if given is None else given

    def predicted(self, on_real: bool, name: str = "classifier", estimator: Any = None) -> np.ndarray:
        """Return what a classifier predicts for the real rows after learning from the others, or the reverse."""
        check_labelled_pair(*self.rows_and_labels)
        estimator = self.classifier if estimator is None else estimator
        parts = (self.other, self.real) if on_real else (self.real, self.other)
        return self.shared.predicted(name, estimator, *parts)
