"""Classes whose genes go together as in a reference, about their means; their own rows give variances alone."""

from __future__ import annotations

import numpy as np

from ..priors._hierarchical import Reference

# Degrees of freedom at which variances of a class weigh as much as those of all, and these as those of the reference.
_KNOWN = 5


class BorrowedCorrelation:
    """Variances of each class, and correlations of genes within the classes of a reference.

    Attributes
    ----------
    within_ : LowRank
        Covariance within the classes of the reference, in the units of the rows.
    scales_ : ndarray of shape (n_classes, n_features)
        Standard deviations of the classes, divided by those of the reference.
    """

    def fit(self, X: np.ndarray, codes: np.ndarray, reference: Reference) -> BorrowedCorrelation:
        """Learn from rows of shape (n_samples, n_features), of any units, their class codes, and a reference."""
        self.within_ = reference.within.scaled(reference.scales(X))
        counts = np.bincount(codes)
        squares = np.stack([n * X[codes == c].var(axis=0, dtype=np.float64) for c, n in enumerate(counts)])
        n_free = counts[:, None] - 1
        known = self.within_.variances()
        pooled = (squares.sum(axis=0) + _KNOWN * known) / (n_free.sum() + _KNOWN)
        self.scales_ = np.sqrt((squares + _KNOWN * pooled) / (n_free + _KNOWN) / known)
        return self

    def draw(self, c: int, n_rows: int, rng: np.random.Generator) -> np.ndarray:
        """Return rows less the mean of class c, in pairs that mirror each other."""
        rows = self.within_.draw(-(-n_rows // 2), rng) * self.scales_[c]
        return np.concatenate([rows, -rows])[:n_rows]
