"""Classes whose genes go together as in a reference; all that comes from their own rows are means and variances."""

from __future__ import annotations

import numpy as np

from ..priors._hierarchical import Reference
from ..utils.statistics import class_centres

# Degrees of freedom at which variances of a class weigh as much as those of all, and these as those of the reference.
_KNOWN = 5


class BorrowedCorrelation:
    """Means and variances of each class, and correlations of genes within the classes of a reference.

    Parameters
    ----------
    reference : Reference
        The source of the correlations.

    Attributes
    ----------
    means_ : ndarray of shape (n_classes, n_features)
        Class means.
    scales_ : ndarray of shape (n_classes, n_features)
        Standard deviations, divided by those of the reference.
    """

    def __init__(self, reference: Reference):
        self.reference = reference

    def fit(self, X: np.ndarray, codes: np.ndarray) -> BorrowedCorrelation:
        """Learn from rows of shape (n_samples, n_features), of any units, and class codes."""
        self.within_ = self.reference.within.scaled(self.reference.scales(X))
        classes = [X[codes == c] for c in range(codes.max() + 1)]
        self.means_ = class_centres(X, codes)
        squares = np.stack([len(rows) * rows.var(axis=0, dtype=np.float64) for rows in classes])
        n_free = np.bincount(codes)[:, None] - 1
        known = self.within_.variances()
        pooled = (squares.sum(axis=0) + _KNOWN * known) / (n_free.sum() + _KNOWN)
        self.scales_ = np.sqrt((squares + _KNOWN * pooled) / (n_free + _KNOWN) / known)
        return self

    def draw(self, c: int, n_rows: int, rng: np.random.Generator) -> np.ndarray:
        """Return rows around the mean of class c, in pairs that mirror each other."""
        rows = self.within_.draw(-(-n_rows // 2), rng) * self.scales_[c]
        return np.concatenate([rows, -rows])[:n_rows]
