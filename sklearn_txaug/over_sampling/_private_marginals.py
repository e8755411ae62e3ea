"""Distributions of genes, released with noise, as changes of a normal distribution that is public."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.special import ndtr, ndtri

from ..utils.blocks import blocks
from ._private_sums import bounded_weights, noisy

_ORDERS = np.arange(1, 17)
_SIZE = 0.1  # share of the squared signal that the number of rows gets
_KNOTS = np.linspace(-4, 4, 81)  # between which scores are linear
_LEAST = 0.05  # of the public density
_LEVELS = np.concatenate([[0], ndtr(_KNOTS), [1]])
_WIDTHS = np.diff(_LEVELS)
_WAVES = (
    np.sqrt(2) * np.diff(np.sin(np.pi * np.outer(_ORDERS, _LEVELS))) / (np.pi * _ORDERS[:, None] * _WIDTHS)
)


class PrivateMarginals:
    """Distributions of genes, standardised by public figures, and the normal scores that they give.

    The density of a gene is that of the standard normal distribution, which is the public guess, times
    ``1 + sum_k c_k w_k(u)`` with ``w_k(u) = sqrt(2) cos(pi k u)``, an orthonormal system, u the normal distribution
    function at the value, and k up to 16. The c_k are means of the w_k over rows. Their sums are released with noise,
    and shrunk by as much as noise and sampling explain of their size, order by order over all genes: under heavy
    noise the genes remain normal. Where the density would fall below a twentieth of the public one it is that.

    Attributes
    ----------
    coefficients_ : ndarray of shape (16, n_features)
        The c_k.

    Notes
    -----
    The vector of a row is its waves, ``w_k / sqrt(k)`` for each gene and order, so that noise grows with the order,
    and a constant that counts the row. Rows of a patient are shortened so that their lengths add up to a fixed number
    at most, that of one row whose values are public normal. By the triangle inequality this bounds what one patient,
    added or left out, moves the vector of sums, in the Euclidean norm over all genes together; this is the
    sensitivity of the Gaussian mechanism [1]_.

    References
    ----------
    .. [1] C. Dwork, A. Roth, "The algorithmic foundations of differential privacy", Foundations and Trends in
       Theoretical Computer Science 9, 211-407, 2014, appendix A.
    .. [2] S. Efromovich, "Orthogonal series density estimation", WIREs Computational Statistics 2, 467-476, 2010.
    """

    def fit(self, X: np.ndarray, unit: np.ndarray, mu: float, rng: np.random.Generator) -> PrivateMarginals:
        """Learn from rows (n_samples, n_features) of patients 0..n-1, with a signal of `mu` over the noise."""
        length = X.shape[1] * (1 / _ORDERS).sum()
        one = np.sqrt(length * _SIZE / (1 - _SIZE))
        bound = np.sqrt(length + one**2)
        released = noisy(bounded_waves(X, unit, one, bound), bound, mu, rng)
        n_rows = max(1.0, released[0] / one)
        means = released[1:].reshape(len(_ORDERS), -1) / n_rows
        noise = (bound / mu / n_rows) ** 2 + 1 / (n_rows * _ORDERS)
        explained = noise / np.square(means).mean(axis=1)
        shrunk = means * np.maximum(0, 1 - explained)[:, None]
        self.coefficients_ = shrunk * np.sqrt(_ORDERS)[:, None]
        return self

    def scores(self, X: np.ndarray) -> np.ndarray:
        """Return the normal scores of values."""
        return self._mapped(X, forward=True)

    def values(self, scores: np.ndarray) -> np.ndarray:
        """Return the values that have these normal scores."""
        return self._mapped(scores, forward=False)

    def _mapped(self, rows: np.ndarray, forward: bool) -> np.ndarray:
        """Map rows along the lines between the knots; beyond the last ones, their distance from them stays."""
        mapped = np.empty(rows.shape)
        for columns in blocks(rows.shape[1], len(_KNOTS)):
            for j, knots in enumerate(self._scores_at_knots(columns).T, columns.start):
                start, end = (_KNOTS, knots) if forward else (knots, _KNOTS)
                inside = rows[:, j].clip(start[0], start[-1])
                mapped[:, j] = np.interp(inside, start, end) + (rows[:, j] - inside)
        return mapped

    def _scores_at_knots(self, columns: slice) -> np.ndarray:
        """Return the normal scores of the knots, (n_knots, n_columns), for some genes."""
        density = 1 + _WAVES.T @ self.coefficients_[:, columns]
        shares = density.clip(min=_LEAST) * _WIDTHS[:, None]
        shares /= shares.sum(axis=0)
        below, above = shares.cumsum(axis=0)[:-1], shares[::-1].cumsum(axis=0)[-2::-1]
        return np.where(below < above, ndtri(below), -ndtri(above))


def bounded_waves(X: np.ndarray, unit: np.ndarray, one: float, bound: float) -> np.ndarray:
    """Return the sum of a constant over rows, followed by those of their waves, genes of one order after another.

    All that a unit adds has a length of at most `bound`; that of several rows is taken as the sum of theirs.
    """
    squares = np.full(len(X), one**2)
    for columns in blocks(X.shape[1], len(X)):
        squares += sum(np.square(wave).sum(axis=1) for wave in _waves(X[:, columns]))
    weights = bounded_weights(np.sqrt(squares), unit, bound)
    sums = np.empty((len(_ORDERS), X.shape[1]))
    for columns in blocks(X.shape[1], len(X)):
        for k, wave in enumerate(_waves(X[:, columns])):
            sums[k, columns] = weights @ wave
    return np.append(one * weights.sum(), sums)


def _waves(X: np.ndarray) -> Iterator[np.ndarray]:
    """Yield the waves of each order at some values, smaller in higher orders."""
    angles = np.pi * ndtr(X.astype(np.float64))
    for k in _ORDERS:
        yield np.sqrt(2 / k) * np.cos(k * angles)
