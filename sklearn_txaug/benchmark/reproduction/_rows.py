"""What synthetic rows are like: indicators on training and held-out rows, and variance by components."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from sklearn.preprocessing import StandardScaler

from ... import metrics
from ...utils.containers import giving_arrays
from ._paper import TEST, TRAIN, Values, task_name
from ._small import small_k
from ._study import Trained

_ADVERSARIAL = 2048  # rows of each kind


class Indicators(NamedTuple):
    """Correlation, precision and recall, adversarial accuracy and Frechet distances; `k` neighbours."""

    k: int
    k_all_genes: int | None = None

    def measure(self, trained: Trained) -> Values:
        values: Values = {}
        for where, rows in ((TRAIN, trained.rows), (TEST, trained.split.test)):
            if trained.sampler is None and where == TRAIN:
                continue  # real training rows against themselves are uninformative
            X_new = trained.on_training_rows if where == TRAIN else trained.draw(trained.y[rows])
            found = self._compare(trained, trained.real(rows)[: len(X_new)], X_new)
            values |= {(where, name): (len(X_new), value) for name, value in found.items()}
        return values

    def small(self, n_train: int) -> Indicators:
        return Indicators(small_k(self.k, n_train), self.k_all_genes and small_k(self.k_all_genes, n_train))

    def _compare(self, trained: Trained, X_real: np.ndarray, X_new: np.ndarray) -> dict[str, float]:
        real, new = standardised(trained.real(trained.split.train), X_real, X_new)
        k = self.k_all_genes if trained.all_genes and self.k_all_genes else self.k
        manifold = manifold_of(real, new, k)
        order = np.random.default_rng(trained.seed).permutation(min(len(real), len(new)))[:_ADVERSARIAL]
        distances = {
            task_name("frechet_distance", task): float(
                metrics.frechet_distance(
                    X_real, X_new, embedding=trained.split.embedder(task, trained.all_genes).embed
                )
            )
            for task in trained.study.tasks
        }
        return {
            "correlation_score": float(metrics.correlation_score(real, new)),
            "correlation_error": float(metrics.correlation_error(real, new)),
            **manifold._asdict(),
            "adversarial_accuracy": float(metrics.adversarial_accuracy(real[order], new[order]).accuracy),
            **distances,
        }


class VarianceCurve(NamedTuple):
    """Share of variance in the first principal components, of synthetic rows and of real ones, each of their own."""

    points: Sequence[int]

    def measure(self, trained: Trained) -> Values:
        real, new = standardised(
            trained.real(trained.split.train), trained.real(trained.rows), trained.on_training_rows
        )
        shares = metrics.pca_variance(real, new).synthetic
        return {
            (TRAIN, f"variance of components: {n}"): (len(new), float(shares[n - 1]))
            for n in self.points
            if n <= len(shares)
        }

    def small(self, n_train: int) -> VarianceCurve:
        return self


def standardised(X_train: np.ndarray, *parts: np.ndarray) -> list[np.ndarray]:
    """Return rows in the one space of all indicators."""
    scaler = giving_arrays(StandardScaler()).fit(X_train)
    return [scaler.transform(part) for part in parts]


def manifold_of(real: np.ndarray, new: np.ndarray, k: int) -> metrics._manifold.PrecisionRecallF1:
    """Return precision, recall and F1, with fewer neighbours where there are fewer rows."""
    return metrics.precision_recall_f1(real, new, k=min(k, len(real) - 1, len(new) - 1))
