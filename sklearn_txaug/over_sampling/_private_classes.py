"""Classes from sums that were released with noise, by what a public reference says about them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.stats import chi2

from ..priors._low_rank import LowRank
from ._private_sums import bounded_moments, bounded_sums, noisy

_SIZES = 0.1  # share of the squared signal of means that the sizes of the classes get
MOMENTS = 0.1  # share of all that the covariance gets
_MOST = 64  # directions of the covariance that are corrected
_LONGEST = 0.999  # share of rows that need not be shortened for the covariance at most
_OVERSAMPLING = 10
_PASSES = 4
_PRIOR_ROWS = 50.0  # rows at which the rows' own covariance and the public one weigh the same

# The covariance of posterior means, on average over rows, along some axes
Doubt = Callable[[np.ndarray], np.ndarray]


class PrivateClasses:
    """Class means and the covariance within classes, from noisy sums over rows and public covariances.

    *Means.* A row is its coordinates in the widest directions, with a class, and a one that counts it. All rows of a
    patient make one vector of n_classes x (n_directions + 1) numbers, shortened to a fixed length if it is longer, so
    rows weigh the same in sums and sizes. The length is that of a row of average length under the public covariance.
    Of the sum of these vectors, released with Gaussian noise, come posterior means. Coordinates are scaled by the
    fourth root of their variance, which makes the squared error that noise adds to means least among all scalings.

    *Covariance.* Rows less the released mean of their class, in units of the public covariance within classes, have
    the identity as their second moments if the public covariance is right. Their second moments in its widest
    directions, in as many as the noise allows, are released in the same way and correct it.

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
    weight_ : float in [0, 1)
        Weight of the rows' own covariance.
    """

    def __init__(self, within: LowRank, between: LowRank, n_directions: int):
        self.within = within
        self.between = between
        self.n_directions = n_directions

    def fit(
        self, X: np.ndarray, codes: np.ndarray, unit: np.ndarray, mu: float, rng: np.random.Generator
    ) -> PrivateClasses:
        """Learn from rows (n_samples, n_features) of patients 0..n-1, with a signal of `mu` over the noise."""
        doubt = self._release_means(X, codes, unit, mu * np.sqrt(1 - MOMENTS), rng)
        self._release_moments(X - self.means_[codes], unit, mu * np.sqrt(MOMENTS), rng, doubt)
        return self

    def draw(self, codes: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return a row for each class code."""
        return self.means_[codes] + self._draw_residuals(len(codes), rng)

    def _draw_residuals(self, n_rows: int, rng: np.random.Generator) -> np.ndarray:
        rows = self.within.draw(n_rows, rng)
        rows += rows @ self._axes.T @ self._change @ self._directions
        return rows

    def _release_means(
        self, X: np.ndarray, codes: np.ndarray, unit: np.ndarray, mu: float, rng: np.random.Generator
    ) -> Doubt:
        variances, basis = _widest(self.within.plus(self.between), self.n_directions)
        axes = basis * variances[:, None] ** -0.25
        length = np.sqrt(variances).sum()  # mean squared length of the coordinates of a row
        one = np.sqrt(length * _SIZES / (1 - _SIZES))
        rows = np.column_stack([np.full(len(X), one), X @ axes.T])
        bound = np.sqrt(length + one**2)
        sums = noisy(bounded_sums(rows, codes, unit, bound), bound, mu, rng)
        self.counts_ = np.maximum(sums[:, 0] / one, 1.0)
        return self._infer(sums[:, 1:] / self.counts_[:, None], bound / mu, axes, basis)

    def _infer(self, means: np.ndarray, deviation: float, axes: np.ndarray, basis: np.ndarray) -> Doubt:
        """Set the posterior means, around a centre that the classes share, and return the doubt about them."""
        to_axes = self.between.apply(axes)
        between, within = to_axes @ axes.T, self.within.apply(axes) @ axes.T
        noise = np.eye(len(axes)) * deviation**2
        solved = [np.linalg.inv(between + within / n + noise / n**2) for n in self.counts_]
        weights = np.linalg.inv(between) + np.sum(solved, axis=0)  # the centre is a draw of `between` too
        centre = np.linalg.solve(weights, np.sum([S @ m for S, m in zip(solved, means, strict=True)], axis=0))
        gains = np.stack([S @ (m - centre) for S, m in zip(solved, means, strict=True)])
        lengths = np.linalg.norm(axes, axis=1)
        self.means_ = centre / lengths @ basis + gains @ to_axes
        explained = np.tensordot(self.counts_ / self.counts_.sum(), np.stack(solved), axes=1)

        def doubt(rows: np.ndarray) -> np.ndarray:
            known = to_axes @ rows.T
            return np.asarray(self.between.apply(rows) @ rows.T - known.T @ explained @ known)

        return doubt

    def _release_moments(
        self,
        residuals: np.ndarray,
        unit: np.ndarray,
        mu: float,
        rng: np.random.Generator,
        doubt: Doubt,
    ) -> None:
        """Release the second moments of the residuals, and set how the covariance within classes changes."""
        # The spectral norm of the noise, about sqrt(2 q) bound / (mu n) for q directions, is to stay below 1/2.
        allowed = mu * self.counts_.sum() / np.sqrt(8)
        n_directions = int(np.clip(allowed ** (2 / 3), 1, _MOST))
        variances, basis = _widest(self.within, n_directions)
        deviations = np.sqrt(variances)[:, None]
        self._axes, self._directions = basis / deviations, basis * deviations
        rows = residuals @ self._axes.T
        q = rows.shape[1]
        # That of one row of average squared length, q, or of the longest ones where the noise leaves room for them.
        bound = np.sqrt(1 + np.clip(allowed / np.sqrt(q), q, chi2.ppf(_LONGEST, q)) ** 2)
        released = noisy(bounded_moments(rows, unit, bound), bound, mu, rng)
        n_rows = max(1.0, released[0])
        moments = released[1:].reshape(q, q) / n_rows
        moments = (moments + moments.T) / 2  # halves the variance of the noise
        moments -= doubt(self._axes)  # as residuals are about means that are wrong by so much
        # So many rows without noise have the same error.
        n_effective = 1 / (1 / n_rows + (bound / mu / n_rows) ** 2 / 2)
        self.weight_ = n_effective / (n_effective + _PRIOR_ROWS)
        values, vectors = np.linalg.eigh(self.weight_ * moments + (1 - self.weight_) * np.eye(q))
        # A root of the corrected covariance, less the identity.
        self._change = vectors * (np.sqrt(values.clip(min=0.05)) - 1) @ vectors.T


def _widest(covariance: LowRank, n_directions: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the largest variances and their directions, in rows, by subspace iteration from a fixed start."""
    d = len(covariance.noise)
    basis = np.random.default_rng(0).standard_normal((min(d, n_directions + _OVERSAMPLING), d))
    for _ in range(_PASSES):
        basis = covariance.apply(np.linalg.qr(basis.T)[0].T)
    basis = np.linalg.qr(basis.T)[0].T
    values, turn = np.linalg.eigh(covariance.apply(basis) @ basis.T)
    return values[::-1][:n_directions], (turn.T @ basis)[::-1][:n_directions]
