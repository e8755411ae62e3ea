"""The result of a curve."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..utils.optional import require
from ..utils.statistics import corrected_standard_error


@dataclass(frozen=True, eq=False)
class CurveResult:
    """Held-out scores with and without synthetic rows, at each point of a curve and in each split.

    Parameters
    ----------
    sampler : str
        Name of the sampler.
    protocol : {"honest", "oracle", "transfer"}
        Whether the generator saw the rows of the classifier, all that are not held out, or those of the classifier
        and a reference.
    scoring : str
        Name of the score.
    n_real, n_synthetic : ndarray of shape (n_points,)
        Real and synthetic training rows of the classifier, on average over the splits.
    scores, baseline_scores : ndarray of shape (n_points, n_splits)
        Held-out scores with the synthetic rows, and without them.
    n_train, n_test : float
        Numbers of rows not held out and held out, on average over the splits.
    alternatives : dict of str to ndarray of shape (n_points, n_splits)
        Held-out scores of what balances unequal classes without synthetic rows: class weights (``"weighted"``), and
        probabilities adjusted for the class frequencies (``"half_adjusted"``, ``"adjusted"``). Empty if classes are
        equal; without what the classifier does not allow.
    """

    sampler: str
    protocol: str
    scoring: str
    n_real: np.ndarray
    n_synthetic: np.ndarray
    scores: np.ndarray
    baseline_scores: np.ndarray
    n_train: float
    n_test: float
    alternatives: Mapping[str, np.ndarray] = field(default_factory=dict)

    @property
    def differences(self) -> np.ndarray:
        """Gains over no augmentation, paired by split, of shape (n_points, n_splits)."""
        return self.scores - self.baseline_scores

    @property
    def mean_difference(self) -> np.ndarray:
        """Mean gain at each point, of shape (n_points,)."""
        return self.differences.mean(axis=1)

    @property
    def standard_error(self) -> np.ndarray:
        """Nadeau and Bengio's standard error of the mean gain, of shape (n_points,)."""
        return self.error_of(self.differences)

    def error_of(self, values: np.ndarray) -> np.ndarray:
        """Return the corrected standard error of the mean over splits of values of shape (n_points, n_splits)."""
        return np.asarray(corrected_standard_error(values, self.n_train, self.n_test, axis=1))

    def to_frame(self) -> Any:
        """Return a data frame with one row for each point and split."""
        pandas = require("pandas", "to_frame")
        points, n_splits = self._points(), self.scores.shape[1]
        return pandas.DataFrame(
            {
                **{name: np.repeat(values, n_splits) for name, values in points.items()},
                "split": np.tile(np.arange(n_splits), len(self.scores)),
                "score": self.scores.ravel(),
                "baseline_score": self.baseline_scores.ravel(),
                "difference": self.differences.ravel(),
            }
        )

    def summary(self) -> Any:
        """Return a data frame with one row for each point: means over the splits, and the standard error."""
        pandas = require("pandas", "summary")
        return pandas.DataFrame(
            {
                **self._points(),
                "mean_score": self.scores.mean(axis=1),
                "mean_baseline_score": self.baseline_scores.mean(axis=1),
                "mean_difference": self.mean_difference,
                "standard_error": self.standard_error,
                **{
                    f"{name}_difference": (scores - self.baseline_scores).mean(axis=1)
                    for name, scores in self.alternatives.items()
                },
            }
        )

    def _points(self) -> dict[str, np.ndarray]:
        n_points = len(self.scores)
        return {
            "sampler": np.repeat(self.sampler, n_points),
            "protocol": np.repeat(self.protocol, n_points),
            "n_real": self.n_real,
            "n_synthetic": self.n_synthetic,
        }
