"""Quantile mapping: synthetic rows with the marginal distributions of the training rows of their class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from .base import GenerativeSampler


class ClassQuantiles:
    """The order statistics of each feature in each class, and the map of synthetic rows to them."""

    def fit(self, X: np.ndarray, codes: np.ndarray) -> ClassQuantiles:
        """Keep rows of shape (n_samples, n_features), sorted in each class."""
        self.counts_ = np.bincount(codes)
        self.sorted_ = [np.sort(X[codes == c], axis=0) for c in range(len(self.counts_))]
        self.discrete_ = bool((np.rint(X) == X).all())
        return self

    def pad(self, codes: np.ndarray) -> np.ndarray:
        """Return `codes` and behind them as many more as each class among them needs to reach its training size."""
        missing = np.where(np.isin(np.arange(len(self.counts_)), codes), self.counts_, 0)
        missing -= np.bincount(codes, minlength=len(missing))
        return np.concatenate([codes, np.repeat(np.arange(len(missing)), missing.clip(min=0))])

    def map(self, X: np.ndarray, codes: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Give the k-th smallest of m values in a class a quantile of the training values between (k-1)/m and k/m.

        Classes of one row stay as they are.
        """
        mapped = np.array(X, dtype=np.float64)
        for c in np.unique(codes):
            if self.counts_[c] > 1:
                rows = np.flatnonzero(codes == c)
                ranks = X[rows].argsort(axis=0, kind="stable").argsort(axis=0)
                shares = (ranks + rng.random(ranks.shape)) / len(rows)
                mapped[rows] = self._quantiles(self.sorted_[c], shares)
        return mapped

    def _quantiles(self, ordered: np.ndarray, shares: np.ndarray) -> np.ndarray:
        """Return the quantiles of each column: between observations (Hazen), or observations if all are integers."""
        if self.discrete_:
            return np.take_along_axis(ordered, (shares * len(ordered)).astype(int), axis=0)
        places = (shares * len(ordered) - 0.5).clip(0, len(ordered) - 1)
        below = places.astype(int)
        low = np.take_along_axis(ordered, below, axis=0)
        high = np.take_along_axis(ordered, np.minimum(below + 1, len(ordered) - 1), axis=0)
        return low + (places - below) * (high - low)


@dataclass(kw_only=True, eq=False, repr=False)
class MappedSampler(GenerativeSampler):
    """Base class of the samplers whose rows can be given the marginal distributions of the training rows."""

    quantile_mapping: bool = True

    _parameter_constraints: ClassVar[dict] = {
        **GenerativeSampler._parameter_constraints,
        "quantile_mapping": ["boolean"],
    }

    def _train(self, rows: np.ndarray, codes: np.ndarray, groups: Any) -> None:
        super()._train(rows, codes, groups)
        self._quantiles = ClassQuantiles().fit(rows, codes) if self.quantile_mapping else None

    def _rows_for(self, codes: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        if self._quantiles is None:
            return super()._rows_for(codes, rng)
        drawn = self._quantiles.pad(codes)  # ranks of a few rows would say little
        return self._quantiles.map(super()._rows_for(drawn, rng), drawn, rng)[: len(codes)]
