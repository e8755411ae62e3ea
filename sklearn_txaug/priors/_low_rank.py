"""Covariances of a few directions plus a variance for each gene: the cost of all operations is linear in genes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np

_OVERSAMPLING = 10
_PASSES = 4
_LEAST_NOISE = 1e-3  # of the average variance

Blocks = Callable[[], Iterable[np.ndarray]]


class LowRank(NamedTuple):
    """The covariance ``factor.T @ factor + diag(noise)``.

    Parameters
    ----------
    factor : ndarray of shape (rank, n_features)
        Directions, each as long as its standard deviation.
    noise : ndarray of shape (n_features,)
        Variance of each feature on its own.
    """

    factor: np.ndarray
    noise: np.ndarray

    def variances(self) -> np.ndarray:
        """Return the diagonal."""
        return np.square(self.factor).sum(axis=0) + self.noise

    def n_directions(self) -> float:
        """Return how many directions of equal variance vary as evenly: ``trace(C) ** 2 / trace(C @ C)``."""
        of_features = np.square(self.factor).sum(axis=0)
        squares = (
            np.square(self.factor @ self.factor.T).sum() + (self.noise * (2 * of_features + self.noise)).sum()
        )
        return float(self.variances().sum() ** 2 / squares) if squares else 1.0

    def plus(self, other: LowRank) -> LowRank:
        """Return the sum of two covariances."""
        return LowRank(np.concatenate([self.factor, other.factor]), self.noise + other.noise)

    def times(self, number: float) -> LowRank:
        """Return the covariance multiplied by a number."""
        return LowRank(self.factor * np.sqrt(number), self.noise * number)

    def scaled(self, scale: np.ndarray) -> LowRank:
        """Return the covariance of the features multiplied by `scale`."""
        return LowRank(self.factor * scale, self.noise * np.square(scale))

    def apply(self, rows: np.ndarray) -> np.ndarray:
        """Return ``rows @ covariance``."""
        return rows @ self.factor.T @ self.factor + rows * self.noise

    def solve(self, rows: np.ndarray) -> np.ndarray:
        """Return ``rows @ inverse(covariance)`` by the Woodbury identity; the noise has to be positive."""
        weighted = rows / self.noise
        scaled = self.factor / self.noise
        small = np.eye(len(self.factor)) + scaled @ self.factor.T
        return weighted - np.linalg.solve(small, self.factor @ weighted.T).T @ scaled

    def log_determinant(self) -> float:
        """Return the logarithm of the determinant; the noise has to be positive."""
        small = np.eye(len(self.factor)) + (self.factor / self.noise) @ self.factor.T
        return float(np.log(self.noise).sum() + np.linalg.slogdet(small)[1])

    def draw(self, n_rows: int, rng: np.random.Generator) -> np.ndarray:
        """Return rows of the Gaussian of mean 0 with this covariance."""
        rows = rng.standard_normal((n_rows, len(self.factor))) @ self.factor
        return rows + np.sqrt(self.noise) * rng.standard_normal(rows.shape)

    def compressed(self, rank: int) -> LowRank:
        """Return the widest `rank` directions; the variance of the others goes to the noise of each feature."""
        if len(self.factor) <= rank:
            return self
        values, turn = np.linalg.eigh(self.factor @ self.factor.T)
        widest = turn[:, ::-1][:, :rank].T @ self.factor
        left = np.square(self.factor).sum(axis=0) - np.square(widest).sum(axis=0)
        return LowRank(widest, self.noise + left.clip(min=0))


def covariance_of(blocks: Blocks, rank: int, rng: np.random.Generator) -> LowRank:
    """Return the covariance, about 0, of rows that come in blocks, under Ledoit-Wolf shrinkage.

    The widest directions are found by subspace iteration, so that only arrays of the size of a block and of
    n_features x rank are in memory.

    Parameters
    ----------
    blocks : callable
        Returns an iterator over blocks of rows, each of shape (n_block, n_features); it is called several times.
    rank : int
        Number of directions.
    rng : numpy.random.Generator
        Source of the first directions.
    """
    n_rows = 0
    squares = 0.0
    fourth = 0.0
    for block in blocks():
        n_rows += len(block)
        square = np.square(block, dtype=np.float64)
        squares = squares + square.sum(axis=0)
        fourth += np.square(square.sum(axis=1)).sum()
    variances = np.asarray(squares) / n_rows
    values, directions = _widest(blocks, len(variances), min(rank, n_rows), rng)
    values = values / n_rows
    shrinkage = _shrinkage(variances.sum(), values, fourth / n_rows, n_rows, len(variances))
    left = (variances - values @ np.square(directions)).clip(min=0)
    noise = (1 - shrinkage) * left + shrinkage * variances.mean()
    noise = noise.clip(min=_LEAST_NOISE * variances.mean())
    return LowRank(np.sqrt((1 - shrinkage) * values)[:, None] * directions, noise)


def _widest(
    blocks: Blocks, n_features: int, rank: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return the largest eigenvalues of ``rows.T @ rows`` and their directions, in rows."""
    size = min(rank + _OVERSAMPLING, n_features)
    basis = rng.standard_normal((n_features, size))
    for _ in range(_PASSES):
        basis = np.linalg.qr(basis)[0].astype(np.float32)
        product = np.zeros((n_features, size))
        for block in blocks():
            product += block.T @ (block @ basis)
        basis = product
    basis = np.linalg.qr(basis)[0]
    small = np.zeros((size, size))
    for block in blocks():
        scores = block @ basis.astype(block.dtype)
        small += scores.T @ scores
    values, turn = np.linalg.eigh(small)
    kept = slice(None, -min(rank, size) - 1, -1)
    return values[kept].clip(min=0), (basis @ turn[:, kept]).T


def _shrinkage(trace: float, values: np.ndarray, fourth: float, n_rows: int, n_features: int) -> float:
    """Return the Ledoit-Wolf shrinkage; unknown eigenvalues are assumed to be equal.

    `fourth` is the mean fourth power of the lengths of the rows.
    """
    n_left = min(n_rows, n_features) - len(values)
    left = max(trace - values.sum(), 0.0)
    norm = np.square(values).sum() + (left**2 / n_left if n_left > 0 else 0.0)
    distance = norm - trace**2 / n_features
    error = (fourth - norm) / n_rows
    return float(np.clip(error / distance, 0, 1)) if distance > 0 else 1.0
