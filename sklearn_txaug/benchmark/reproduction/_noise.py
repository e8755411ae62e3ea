"""The published baseline: copies of training rows with a little noise."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from sklearn.base import BaseEstimator


class NoisyCopies(BaseEstimator):
    """Draws training rows of the class, with Gaussian noise of `scale` standard deviations of each gene."""

    _parameter_constraints: ClassVar[dict] = {}

    def __init__(self, scale: float = 0.1, random_state: int = 0):
        self.scale = scale
        self.random_state = random_state

    def fit(self, X: np.ndarray, y: np.ndarray, covariates: Any = None) -> NoisyCopies:
        """Keep the rows; copies have the covariates of theirs."""
        self.X_, self.y_ = X, y
        self.deviation_ = X.std(axis=0)
        return self

    def sample(
        self, n_samples: int = 1, *, y: Any = None, random_state: int | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return a copy for each label, or for `n_samples` labels drawn from the training rows."""
        rng = np.random.default_rng(self.random_state if random_state is None else random_state)
        labels = rng.choice(self.y_, n_samples) if y is None else np.asarray(y)
        drawn = np.empty(len(labels), dtype=int)
        for label in np.unique(labels):
            wanted = labels == label
            drawn[wanted] = rng.choice(np.flatnonzero(self.y_ == label), wanted.sum())
        noise = rng.normal(scale=self.scale, size=(len(drawn), self.X_.shape[1])) * self.deviation_
        return self.X_[drawn] + noise, labels
