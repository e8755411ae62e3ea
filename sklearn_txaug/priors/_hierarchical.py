"""Classes of a cohort as draws from the covariances of a reference cohort."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..utils.statistics import class_centres, deviations
from ._low_rank import LowRank, covariance_of

_OWN_RANK = 128


class Reference(NamedTuple):
    """What a prior says about the genes of a cohort.

    Parameters
    ----------
    within, between : LowRank
        Covariances within and between classes, of genes of unit variance.
    spread : ndarray of shape (n_features,)
        Standard deviation of each gene in the reference divided by that in the cohort.
    """

    within: LowRank
    between: LowRank
    spread: np.ndarray

    def scales(self, X: np.ndarray) -> np.ndarray:
        """Return the standard deviation of each gene in the reference, in the units of the rows of a cohort."""
        own = deviations(X)
        return np.where(own > 0, own, 1.0) * self.spread


class HierarchicalGaussian:
    """Class means and the covariance within classes, from the rows of a cohort and a reference.

    The mean of a class is a draw of covariance B around a centre, a row of the class is a draw of covariance W
    around its mean. The posterior mean of a class with k rows is ``g + B (B + W / k)^-1 (mean - g)`` with g the mean
    of the class means, and its covariance ``B - B (B + W / k)^-1 B``. W is ``w W_own + (1 - w) W_reference`` with
    ``w = n / (n + prior_rows)``, n being the rows that remain after one for each class mean.

    Parameters
    ----------
    reference : Reference
        The source of B and of W_reference.
    prior_rows : float
        Number of rows at which the covariances of the cohort and of the reference have equal weight; infinity is the
        reference's alone.

    Attributes
    ----------
    means_ : ndarray of shape (n_classes, n_features)
        Posterior means.
    within_, between_ : LowRank
        W and B, in the units of the cohort.
    scale_ : ndarray of shape (n_features,)
        Standard deviation of each gene in the reference, in the units of the cohort.
    weight_ : float in [0, 1)
        Weight of W_own.
    own_ : LowRank
        W_own; no variance if no class has two rows.
    """

    def __init__(self, reference: Reference, prior_rows: float = 50.0):
        self.reference = reference
        self.prior_rows = prior_rows

    def fit(self, X: np.ndarray, codes: np.ndarray, rng: np.random.Generator) -> HierarchicalGaussian:
        """Learn from rows of shape (n_samples, n_features), of any units, and class codes."""
        self.counts_ = np.bincount(codes)
        means = class_centres(X, codes)
        self.scale_ = scale = self.reference.scales(X)
        self.between_ = self.reference.between.scaled(scale)
        self.within_ = self._blend(self.reference.within.scaled(scale), X - means[codes], codes, rng)
        self.means_ = means.mean(axis=0) + self.shrunk(means - means.mean(axis=0), self.counts_)
        return self

    def draw_pairs(self, codes: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return one row for each class code, followed by their mirror images about the posterior means."""
        offsets = self.draw_errors(codes, rng) + self.within_.draw(len(codes), rng)
        return np.concatenate([self.means_[codes] + offsets, self.means_[codes] - offsets])

    def draw_errors(self, codes: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return, for each class code, how far the mean of the class may be from the posterior mean."""
        # A mean drawn from the prior, minus its shrunk estimate with error, has the posterior covariance.
        means = self.between_.draw(len(codes), rng)
        errors = self.within_.draw(len(codes), rng) / np.sqrt(self.counts_[codes])[:, None]
        return means - self.shrunk(means + errors, self.counts_[codes])

    def _blend(
        self, reference: LowRank, residuals: np.ndarray, codes: np.ndarray, rng: np.random.Generator
    ) -> LowRank:
        n_free = len(codes) - len(self.counts_)
        self.weight_, self.own_ = 0.0, reference.times(0)
        if n_free == 0 or np.isinf(self.prior_rows):
            return reference
        self.weight_ = n_free / (n_free + max(self.prior_rows, 1e-12))
        repeated = self.counts_[codes] > 1
        unbiased = np.sqrt(self.counts_ / np.maximum(self.counts_ - 1, 1))[codes, None]
        rows = (residuals * unbiased)[repeated]
        self.own_ = covariance_of(lambda: [rows], _OWN_RANK, rng)
        return reference.times(1 - self.weight_).plus(self.own_.times(self.weight_))

    def shrunk(self, offsets: np.ndarray, counts: np.ndarray) -> np.ndarray:
        """Return ``B (B + W / k)^-1`` times offsets from the centre, (n, n_features), each the mean of k rows."""
        shrunk = np.empty_like(offsets)
        for k in np.unique(counts):
            some = counts == k
            total = self.between_.plus(self.within_.times(1 / k))
            shrunk[some] = self.between_.apply(total.solve(offsets[some]))
        return shrunk
