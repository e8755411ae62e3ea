"""The posterior predictive Gaussian of each class, and how far its densities are to be trusted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

from ..utils.splits import TooFewRows, splits
from ._hierarchical import HierarchicalGaussian, Reference
from ._learning import class_means
from ._low_rank import LowRank

_DOUBT = 1.0  # standard deviation of the logarithm of the trust before held-out rows are seen


class Predictive:
    """The Gaussian of a new row of each class, given the rows of the class.

    Parameters
    ----------
    reference : Reference
        What a prior says about the genes.
    rows : ndarray of shape (n_samples, n_features)
        Training rows.
    codes : ndarray of shape (n_samples,)
        Their class codes; each class has a row.
    prior_rows, shrinkage : float
        As in `HierarchicalGaussianClassifier`.
    """

    def __init__(
        self, reference: Reference, rows: np.ndarray, codes: np.ndarray, prior_rows: float, shrinkage: float
    ):
        self.counts = np.bincount(codes)
        model = HierarchicalGaussian(reference, prior_rows).fit(rows, codes, np.random.default_rng(0))
        model.within_ = _shrunk(model.within_, model.scale_, shrinkage)
        self.within, self.between = model.within_, model.between_
        means = class_means(rows, codes, len(self.counts))
        self.centre = means.mean(axis=0)
        self.offsets = means - self.centre
        self.means = self.centre + model.shrunk(self.offsets, self.counts)

    def log_shares(self, rows: np.ndarray) -> np.ndarray:
        """Return the log density of rows in each class plus the log frequency of it, up to a number for each row."""
        return np.log(self.counts / self.counts.sum()) + self._log_densities(rows - self.centre)

    def _log_densities(self, rows: np.ndarray) -> np.ndarray:
        """Return the log density of rows, relative to the centre, in each class, up to a number for each row.

        A row x beside the k rows of a class with mean m has the density of their common mean, (k m + x) / (k + 1),
        and of x - m, which are independent, divided by the density of m: three Gaussians of low rank, instead of one
        for each class.
        """
        offsets = self.offsets
        apart = _squared_lengths(self.within, rows, offsets, 1.0, -1.0)
        densities = np.empty_like(apart)
        for k in np.unique(self.counts):
            some = self.counts == k
            alone, together = (self.between.plus(self.within.times(1 / n)) for n in (k, k + 1))
            alike = _squared_lengths(together, rows, offsets[some], 1 / (k + 1), k / (k + 1))
            before = (alone.solve(offsets[some]) * offsets[some]).sum(axis=1)
            volume = together.log_determinant() - alone.log_determinant() + rows.shape[1] * np.log1p(1 / k)
            densities[:, some] = -(apart[:, some] / (1 + 1 / k) + alike - before + volume) / 2
        return densities


def _shrunk(covariance: LowRank, scale: np.ndarray, shrinkage: float) -> LowRank:
    """Return a covariance with a share of a multiple of the identity, in units of `scale`."""
    mean = np.mean(covariance.variances() / np.square(scale))
    kept = covariance.times(1 - shrinkage)
    return LowRank(kept.factor, kept.noise + shrinkage * mean * np.square(scale))


def _squared_lengths(
    covariance: LowRank, rows: np.ndarray, offsets: np.ndarray, a: float, b: float
) -> np.ndarray:
    """Return the squared Mahalanobis length of ``a * row + b * offset`` for each pair."""
    solved = covariance.solve(offsets)
    of_rows = (covariance.solve(rows) * rows).sum(axis=1)
    of_offsets = (solved * offsets).sum(axis=1)
    return a**2 * of_rows[:, None] + 2 * a * b * (rows @ solved.T) + b**2 * of_offsets


def trust(
    learned: Callable[[np.ndarray, np.ndarray], Predictive],
    rows: np.ndarray,
    codes: np.ndarray,
    groups: Any,
    first: float,
) -> float:
    """Return the number at most 1 that the logarithms of the shares are to be multiplied by.

    No class has exactly the covariance that all are given, and the errors of many genes add up, so that densities
    claim too much. The number is the most probable one given rows held out, if its logarithm is Gaussian around that
    of `first`.

    Parameters
    ----------
    learned : callable
        Returns the `Predictive` of rows and class codes; a ValueError says that these are too few.
    rows, codes, groups : ndarray
        The training rows, their classes, and their patients or None.
    first : float
        The number before any row is held out.
    """
    try:
        pairs = splits(5, codes, groups)
    except TooFewRows:
        return first
    held = []
    for train, test in pairs:
        try:
            shares = learned(rows[train], codes[train]).log_shares(rows[test])
        except ValueError:
            continue
        held.append((shares, codes[test]))

    def doubt(logarithm: float) -> float:
        losses = [
            -log_softmax(np.exp(logarithm) * shares, axis=1)[np.arange(len(truth)), truth].sum()
            for shares, truth in held
        ]
        return sum(losses) + ((logarithm - np.log(first)) / _DOUBT) ** 2 / 2

    bounds = (np.log(first) - 5, 0.0)
    return float(np.exp(minimize_scalar(doubt, bounds=bounds, method="bounded").x)) if held else first
