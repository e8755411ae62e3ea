"""What synthetic rows do to a classifier: one training of the generator, and a score for each amount."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from sklearn.utils import _safe_indexing

from ..utils.amounts import class_amounts
from ..utils.containers import stack
from ..utils.random import seeded
from ..utils.threads import one_thread


class Split(NamedTuple):
    """Rows of one split: the classifier trains on `real`, the generator on `seen`, `test` is held out."""

    real: np.ndarray
    seen: np.ndarray
    test: np.ndarray


def honest(train: np.ndarray, test: np.ndarray) -> Split:
    return Split(train, train, test)


class Scorer(NamedTuple):
    """Trains a clone of `estimator` on the real rows, with synthetic ones below, and scores it on held-out rows."""

    estimator: Any
    scoring: Any
    sampling_strategy: Any = "auto"

    def scores(
        self,
        X: Any,
        y: np.ndarray,
        groups: Any,
        splits: Sequence[Split],
        sampler: Any,
        amounts: Sequence[Any],
        seed: int,
    ) -> np.ndarray:
        """Return scores of shape (n_splits, n_amounts); the splits share their `seen` rows, and one generator.

        The classifier has the same seed under every sampler and amount, so that differences are paired. A score
        that needs every class (ROC AUC) is NaN where the held-out rows lack one.
        """
        with one_thread(), warnings.catch_warnings():
            for rare_class in ("y_pred contains classes not in y_true", "A single label was found"):
                warnings.filterwarnings("ignore", rare_class, UserWarning)
            generator = None if sampler is None else _fit(sampler, X, y, groups, splits[0].seen)
            return np.array(
                [[self._score(X, y, rows, generator, n, seed) for n in amounts] for rows in splits]
            )

    def _score(self, X: Any, y: np.ndarray, rows: Split, generator: Any, amount: Any, seed: int) -> float:
        X_train, y_train = _safe_indexing(X, rows.real), y[rows.real]
        labels = self.labels(amount, y_train)
        if generator is not None and len(labels):
            X_new, y_new = generator.sample(y=labels)
            X_train, y_train = stack(X_train, X_new), np.concatenate([y_train, y_new])
        model = seeded(self.estimator, seed).fit(X_train, y_train)
        truth = y[rows.test]
        try:
            return float(self.scoring(model, _safe_indexing(X, rows.test), truth))
        except ValueError:
            if np.isin(y_train, truth).all():
                raise
            return np.nan

    def labels(self, amount: Any, y: np.ndarray) -> np.ndarray:
        """Return the labels of the synthetic rows: none, if a fold has more than `sampling_strategy` asks for."""
        try:
            counts = class_amounts(amount, self.sampling_strategy, y)
        except ValueError:
            if amount is not None:
                raise
            return y[:0]
        return np.repeat(np.array(list(counts), dtype=y.dtype), list(counts.values()))


def _fit(sampler: Any, X: Any, y: np.ndarray, groups: Any, seen: np.ndarray) -> Any:
    groups = None if groups is None else _safe_indexing(groups, seen)
    return sampler.fit(_safe_indexing(X, seen), y[seen], groups=groups)
