"""Other people's estimators under one seed, and imbalanced-learn's samplers behind the methods of ours."""

from __future__ import annotations

from numbers import Integral
from typing import Any

import numpy as np
from imblearn.over_sampling import RandomOverSampler
from sklearn.base import BaseEstimator, clone


def seeded(estimator: Any, seed: int) -> Any:
    """Return a clone whose every `random_state` is `seed`."""
    estimator = clone(estimator)
    names = [name for name in estimator.get_params() if name.split("__")[-1] == "random_state"]
    return estimator.set_params(**dict.fromkeys(names, seed))


class Interpolation(BaseEstimator):
    """imbalanced-learn's sampler behind the `fit` and `sample` of ours, one class at a time.

    Its neighbours are at most the class's other rows; a class with one row gets copies of it. It may return
    fewer rows than asked for (BorderlineSMOTE finds none where no row is near another class), unless `fill` is
    true: then copies of real rows take the place of the others.
    """

    def __init__(self, sampler: Any = None, random_state: Any = None, fill: bool = False):
        self.sampler = sampler
        self.random_state = random_state
        self.fill = fill

    def fit(self, X: Any, y: Any) -> Interpolation:
        self.X_, self.y_ = np.asarray(X), np.asarray(y)
        return self

    def sample(self, *, y: Any, random_state: Any = None) -> tuple[np.ndarray, np.ndarray]:
        """Return rows for the labels `y`, in their order unless some are missing."""
        y = np.asarray(y)
        seed = self.random_state if random_state is None else random_state
        amounts = zip(*np.unique(y, return_counts=True), strict=True)
        drawn = [self._rows_of(label, int(n_rows), seed) for label, n_rows in amounts]
        X_new, y_new = (np.concatenate(parts) for parts in zip(*drawn, strict=True))
        if len(y_new) == len(y):
            order = np.argsort(np.argsort(y, kind="stable"))
            X_new, y_new = X_new[order], y_new[order]
        return X_new, y_new

    def _rows_of(self, label: Any, n_rows: int, seed: Any) -> tuple[np.ndarray, np.ndarray]:
        X_new, y_new = self._resample(self.sampler, label, n_rows, seed)
        missing = n_rows - len(y_new)
        if missing and self.fill:
            copies = self._resample(RandomOverSampler(), label, missing, seed)
            X_new, y_new = np.concatenate([X_new, copies[0]]), np.concatenate([y_new, copies[1]])
        return X_new[:n_rows], y_new[:n_rows]

    def _resample(self, sampler: Any, label: Any, n_rows: int, seed: Any) -> tuple[np.ndarray, np.ndarray]:
        available = int(np.sum(self.y_ == label))
        sampler = clone(sampler) if available > 1 else RandomOverSampler()
        sampler.set_params(sampling_strategy={label: available + n_rows}, random_state=seed)
        for name in ("k_neighbors", "n_neighbors"):
            neighbours = sampler.get_params(deep=False).get(name)
            if isinstance(neighbours, Integral):
                sampler.set_params(**{name: min(neighbours, available - 1)})
        X, y = sampler.fit_resample(self.X_, self.y_)
        return X[len(self.X_) :], y[len(self.y_) :]
