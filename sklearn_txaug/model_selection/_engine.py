"""Train a generator, draw from it, train a classifier with its rows, score: one engine for every comparison."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

import numpy as np
from sklearn.utils import _safe_indexing

from ..utils.amounts import class_amounts
from ..utils.checks import groups_for
from ..utils.containers import stack
from ..utils.random import seeded
from ..utils.threads import one_thread
from ..utils.warnings import few_rows_of_a_class

_Score = TypeVar("_Score")


class Split(NamedTuple):
    """Rows of one split: the classifier trains on `real`, the generator on `seen`, `test` is held out."""

    real: np.ndarray
    seen: np.ndarray
    test: np.ndarray


def honest(train: np.ndarray, test: np.ndarray) -> Split:
    """Return the split in which the generator sees exactly the rows that the classifier sees."""
    return Split(train, train, test)


def fit_generator(
    sampler: Any, X: Any, y: np.ndarray, groups: Any, rows: np.ndarray, covariates: Any = None
) -> Any:
    """Train a sampler on some of the rows, and give it their groups if it takes any, and covariates if there are."""
    given = {} if covariates is None else {"covariates": _safe_indexing(covariates, rows)}
    return sampler.fit(_safe_indexing(X, rows), y[rows], **groups_for(sampler, groups, rows), **given)


def with_synthetic(X: Any, y: np.ndarray, generator: Any, labels: np.ndarray) -> tuple[Any, np.ndarray]:
    """Return training rows followed by a synthetic row for each of `labels`."""
    if generator is None or not len(labels):
        return X, y
    X_new, y_new = generator.sample(y=labels)
    return stack(X, X_new), np.concatenate([y, y_new])


def fit_and_score(
    estimator: Any,
    seed: int,
    train: tuple[Any, Any],
    test: tuple[Any, Any],
    score: Callable[..., _Score],
    groups: Any = None,
) -> _Score:
    """Train a clone of a classifier under a seed and return ``score(model, X_test, y_test)``."""
    model = seeded(estimator, seed)
    return score(model.fit(*train, **groups_for(model, groups)), *test)


class AmountScorer(NamedTuple):
    """Scores a classifier with synthetic rows in several amounts."""

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
        with one_thread(), few_rows_of_a_class():
            for rare_class in ("y_pred contains classes not in y_true", "A single label was found"):
                warnings.filterwarnings("ignore", rare_class, UserWarning)
            generator = None if sampler is None else fit_generator(sampler, X, y, groups, splits[0].seen)
            return np.array(
                [[self._score(X, y, rows, generator, n, seed) for n in amounts] for rows in splits]
            )

    def _score(self, X: Any, y: np.ndarray, rows: Split, generator: Any, amount: Any, seed: int) -> float:
        real, test = ((_safe_indexing(X, part), y[part]) for part in (rows.real, rows.test))
        train = with_synthetic(*real, generator, self.labels(amount, real[1]))

        def score(model: Any, X_test: Any, y_test: np.ndarray) -> float:
            try:
                return float(self.scoring(model, X_test, y_test))
            except ValueError:
                if np.isin(train[1], y_test).all():
                    raise
                return np.nan

        return fit_and_score(self.estimator, seed, train, test, score)

    def labels(self, amount: Any, y: np.ndarray) -> np.ndarray:
        """Return the labels of the synthetic rows: none, if a fold has more than `sampling_strategy` asks for."""
        try:
            counts = class_amounts(amount, self.sampling_strategy, y)
        except ValueError:
            if amount is not None:
                raise
            return y[:0]
        return np.repeat(np.array(list(counts), dtype=y.dtype), list(counts.values()))
