"""Class means from sums that were released with noise, by what a public reference says about means."""

from __future__ import annotations

import numpy as np
from scipy.sparse.linalg import LinearOperator, eigsh

from ..priors._low_rank import LowRank

_SIZES = 0.1  # share of the signal that the sizes of the classes get


class PrivateMeans:
    """Posterior class means, from noisy sums of rows in the widest directions of a public covariance.

    A row is its coordinates, with a class, and a one that counts it. All rows of a patient make one vector of
    n_classes x (n_directions + 1) numbers, shortened to a fixed length if it is longer, so the weights of the rows are
    the same in sums and sizes. The length is that of a row of average length under the public covariance. The sum of
    these vectors, with Gaussian noise, is all that is kept of the rows.

    Coordinates are scaled by the fourth root of their variance, which makes the total squared error of means under
    noise least among all scalings.

    Parameters
    ----------
    within, between : LowRank
        Public covariances of rows within classes, and of class means around 0.
    n_directions : int
        Number of coordinates.

    Attributes
    ----------
    means_ : ndarray of shape (n_classes, n_features)
        Posterior means.
    counts_ : ndarray of shape (n_classes,)
        Sizes of the classes, with noise.
    """

    def __init__(self, within: LowRank, between: LowRank, n_directions: int):
        self.within = within
        self.between = between
        self.n_directions = n_directions

    def fit(
        self, X: np.ndarray, codes: np.ndarray, units: np.ndarray, mu: float, rng: np.random.Generator
    ) -> PrivateMeans:
        """Release sizes and sums of rows (n_samples, n_features), once, with a sensitivity of `mu` over the noise."""
        variances, basis = _widest(self.within.plus(self.between), self.n_directions)
        axes = basis * variances[:, None] ** -0.25
        length = np.sqrt(variances).sum()  # mean squared length of the coordinates of a row
        one = np.sqrt(length * _SIZES / (1 - _SIZES))
        rows = np.column_stack([np.full(len(X), one), X @ axes.T])
        bound = np.sqrt(length + one**2)
        sums = _bounded_sums(rows, codes, units, bound)
        deviation = bound / mu
        sums += deviation * rng.standard_normal(sums.shape)
        self.counts_ = np.maximum(sums[:, 0] / one, 1.0)
        self._infer(sums[:, 1:] / self.counts_[:, None], deviation, axes, basis)
        return self

    def _infer(self, means: np.ndarray, deviation: float, axes: np.ndarray, basis: np.ndarray) -> None:
        """Set the posterior means, around a centre that the classes share."""
        to_axes = self.between.apply(axes)
        between, within = to_axes @ axes.T, self.within.apply(axes) @ axes.T
        noise = np.eye(len(axes)) * deviation**2
        solved = [np.linalg.inv(between + within / n + noise / n**2) for n in self.counts_]
        weights = np.linalg.inv(between) + np.sum(solved, axis=0)  # the centre is a draw of `between` too
        centre = np.linalg.solve(weights, np.sum([S @ m for S, m in zip(solved, means, strict=True)], axis=0))
        gains = np.stack([S @ (m - centre) for S, m in zip(solved, means, strict=True)])
        lengths = np.linalg.norm(axes, axis=1)
        self.means_ = centre / lengths @ basis + gains @ to_axes


def _widest(covariance: LowRank, n_directions: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the largest variances and their directions, in rows."""
    d = len(covariance.noise)
    if n_directions >= d:
        values, vectors = np.linalg.eigh(covariance.apply(np.eye(d)))
    else:
        operator = LinearOperator((d, d), matvec=lambda v: covariance.apply(v.ravel()[None])[0], dtype=float)
        values, vectors = eigsh(operator, k=n_directions, v0=np.ones(d))
    return values[::-1], vectors[:, ::-1].T


def _bounded_sums(rows: np.ndarray, codes: np.ndarray, units: np.ndarray, bound: float) -> np.ndarray:
    """Return the sum of rows in each class, of shape (n_classes, n_columns).

    The vector of all class sums of a unit, such as a patient, has a length of at most `bound`.
    """
    _, unit = np.unique(units, return_inverse=True)
    pair, place = np.unique(np.stack([unit, codes]), axis=1, return_inverse=True)
    parts = np.zeros((pair.shape[1], rows.shape[1]))  # of each unit in each class
    np.add.at(parts, place.ravel(), rows)
    lengths = np.sqrt(np.bincount(pair[0], weights=np.square(parts).sum(axis=1)))
    parts *= np.minimum(1, bound / np.maximum(lengths, 1e-300))[pair[0], None]
    sums = np.zeros((codes.max() + 1, rows.shape[1]))
    np.add.at(sums, pair[1], parts)
    return sums
