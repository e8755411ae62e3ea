"""What synthetic rows are good for: reverse validation, and accuracy with real and synthetic rows together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from sklearn.metrics import accuracy_score, get_scorer

from ._paper import TEST, TRAIN, Values, task_name
from ._study import Trained


class Utility(NamedTuple):
    """Reverse validation and label preservation, with `n_generated` rows (None: as many as training rows)."""

    n_generated: int | None = None
    scoring: str = "accuracy"

    def measure(self, trained: Trained) -> Values:
        X_new, y_new = trained.generated(self.n_generated)
        values: Values = {}
        for task in trained.study.tasks:
            estimator = trained.classifier(trained.paper.classifiers, task)
            found = trained.score(estimator, X_new, y_new, task, get_scorer(self.scoring))
            if found is not None:
                values[TEST, task_name("reverse_validation", task)] = len(X_new), float(found)
            if trained.sampler is not None:
                predicted = trained.split.embedder(task, trained.all_genes).predict(X_new)
                kept = accuracy_score(trained.study.labels(task, y_new), predicted)
                values[TRAIN, task_name("label_preservation", task)] = len(X_new), float(kept)
        return values

    def small(self, n_train: int) -> Utility:
        return self._replace(n_generated=self.n_generated and 2 * n_train)


class RealRows(NamedTuple):
    """Accuracy with `n_generated` synthetic rows beside few real ones; the generator saw all training rows."""

    n_real: Sequence[int]
    n_generated: int

    def measure(self, trained: Trained) -> Values:
        X_new, y_new = _synthetic(trained, self.n_generated)
        points = ((n, len(y_new), f"by real rows: {n}") for n in self.n_real)
        return _accuracies(trained, X_new, y_new, points)

    def small(self, n_train: int) -> RealRows:
        return RealRows([n for n in self.n_real if n < n_train][:2], 2 * n_train)


class SyntheticRows(NamedTuple):
    """Accuracy by the number of synthetic rows beside few real ones; no synthetic row is the baseline."""

    n_real: Sequence[int]
    n_synthetic: Sequence[int]

    def measure(self, trained: Trained) -> Values:
        if trained.sampler is None:
            points = [(n, 0, f"by synthetic rows [{n} real]: 0") for n in self.n_real]
            return _accuracies(trained, *_synthetic(trained, 0), points)
        X_new, y_new = _synthetic(trained, max(self.n_synthetic))
        pairs = ((n, m) for n in self.n_real for m in self.n_synthetic)
        points = [(n, m, f"by synthetic rows [{n} real]: {m}") for n, m in pairs]
        return _accuracies(trained, X_new, y_new, points)

    def small(self, n_train: int) -> SyntheticRows:
        return SyntheticRows(self.n_real[:1], [m for m in self.n_synthetic if m <= 2 * n_train][::3])


class PerClass(NamedTuple):
    """Accuracy of each class with `n_real` real rows and several numbers of synthetic ones, for some systems."""

    n_real: int
    n_synthetic: Sequence[int]
    only: Sequence[str]

    def measure(self, trained: Trained) -> Values:
        if trained.name not in self.only:
            return {}
        X_new, y_new = _synthetic(trained, max(self.n_synthetic))
        values: Values = {}
        for m in self.n_synthetic:
            X, y = _together(trained, self.n_real, X_new[:m], y_new[:m])
            estimator = trained.classifier(trained.paper.embedders, "")
            found = trained.score(estimator, X, y, "", _recalls) or {}
            for label, recall in found.items():
                values[TEST, f"accuracy of a class by synthetic rows [{label}]: {m}"] = m, recall
        return values

    def small(self, n_train: int) -> PerClass:
        return self._replace(n_synthetic=(0, n_train, 2 * n_train))


def _recalls(model: Any, X: np.ndarray, y: np.ndarray) -> Mapping[str, float]:
    right = model.predict(X) == y
    return {str(label): float(right[y == label].mean()) for label in np.unique(y)}


def _synthetic(trained: Trained, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return synthetic rows; none of the real rows' own."""
    if trained.sampler is None or n == 0:
        return trained.real(trained.split.train[:0]), trained.y[:0]
    return trained.generated(n)


def _together(
    trained: Trained, n_real: int, X_new: np.ndarray, y_new: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the first real rows of the seed's order, followed by synthetic ones."""
    few = np.random.default_rng(trained.seed).permutation(trained.split.train)[:n_real]
    return np.concatenate([trained.real(few), X_new]), np.concatenate([trained.y[few], y_new])


def _accuracies(trained: Trained, X_new: np.ndarray, y_new: np.ndarray, points: Any) -> Values:
    """Return the accuracy of each task at each (real rows, synthetic rows, name)."""
    values: Values = {}
    for n, m, name in points:
        if n >= len(trained.split.train):
            continue
        X, y = _together(trained, n, X_new[:m], y_new[:m])
        for task in trained.study.tasks:
            estimator = trained.classifier(trained.paper.embedders, task)
            found = trained.score(estimator, X, y, task, get_scorer("accuracy"))
            if found is not None:
                values[TEST, f"accuracy ({task or 'label'}) {name}"] = m, float(found)
    return values
