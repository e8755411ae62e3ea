"""Categories as normal variables, by which a Gaussian copula lets them depend on numbers and on each other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.special import ndtr, ndtri

_N_SWEEPS = 30
_N_COMPONENTS = 32  # of the numeric columns, on which a latent variable depends
_LARGEST = 8.0  # beyond which normal probabilities are 0 or 1


class LatentCategories:
    """Codes of categories as latent normal variables, class by class.

    An ordered column, and one of two categories, is a normal variable cut at thresholds; any other column has one
    variable for each category, of which the category has the largest. The variables are drawn given all other
    columns, and again with what those draws imply, so that their dependence is that of the categories and not
    weakened by the cuts.

    Parameters
    ----------
    sizes : sequence of int
        Number of states of each code.
    ordered : sequence of bool
        Whether their order means something.
    prior_rows : float
        Number of rows at which a class's own shares and those of all rows have equal weight.

    References
    ----------
    .. [1] P. D. Hoff, "Extending the rank likelihood for semiparametric copula estimation", Annals of Applied
       Statistics 1, 265-283, 2007.
    """

    def __init__(self, sizes: Sequence[int], ordered: Sequence[bool], prior_rows: float):
        self.sizes = list(sizes)
        self.single = [bool(flag) or size <= 2 for flag, size in zip(ordered, sizes, strict=True)]
        self.prior_rows = prior_rows
        self.widths = [1 if single else size for single, size in zip(self.single, sizes, strict=True)]

    @property
    def width(self) -> int:
        """Number of latent variables."""
        return sum(self.widths)

    def fit(self, states: np.ndarray, codes: np.ndarray, n_classes: int) -> LatentCategories:
        """Learn the shares of the states, (n_samples, n_columns), in each class."""
        counts = np.bincount(codes, minlength=n_classes)
        weights = (counts / (counts + max(self.prior_rows, 1e-12)))[:, None]
        self.shares_ = []
        for j, size in enumerate(self.sizes):
            one_hot = np.eye(size)[states[:, j].astype(int)]
            own = np.stack([one_hot[codes == c].mean(axis=0) for c in range(n_classes)])
            self.shares_.append(weights * own + (1 - weights) * one_hot.mean(axis=0))
        self.offsets_ = [np.zeros_like(shares) for shares in self.shares_]
        return self

    def draw(
        self,
        states: np.ndarray,
        codes: np.ndarray,
        scores: np.ndarray,
        rng: np.random.Generator,
        covariates: np.ndarray | None = None,
    ) -> np.ndarray:
        """Return latent variables of the training rows, given the normal scores of their numeric columns.

        Columns of `covariates`, centred in each class, are given too.
        """
        low, high = self._bounds(states, codes)
        latent = _truncated(np.zeros(low.shape), 1.0, low, high, rng)
        components = _components(scores)
        if covariates is not None:
            components = np.hstack([components, covariates])
        for _ in range(max(3, min(_N_SWEEPS, 600 // max(1, self.width)))):
            for j in range(self.width):
                others = np.hstack([components, np.delete(latent, j, axis=1)])
                centre, deviation = _expected(others, latent[:, j])
                latent[:, j] = _truncated(centre, deviation, low[:, j], high[:, j], rng)
        return latent

    def calibrate(self, c: int, latent: np.ndarray) -> None:
        """Shift the variables of unordered columns so that draws of class `c` have the class's shares."""
        for j, part in enumerate(self._parts(latent)):
            if self.single[j]:
                continue
            target, offset = self.shares_[j][c], self.offsets_[j][c]
            offset[:] = -ndtri((1 - target).clip(1e-9, 1 - 1e-9))
            for _ in range(50):
                drawn = np.bincount((part + offset).argmax(axis=1), minlength=len(target)) / len(part)
                offset += 0.5 * (np.log(target + 1e-4) - np.log(drawn + 1e-4))

    def states(self, c: int, latent: np.ndarray) -> np.ndarray:
        """Return the states that latent variables of rows of class `c` stand for."""
        columns = []
        for j, part in enumerate(self._parts(latent)):
            shares = self.shares_[j][c]
            if self.single[j]:
                column = np.searchsorted(shares.cumsum()[:-1], ndtr(part[:, 0]), side="right")
            else:
                column = np.where(shares > 0, part + self.offsets_[j][c], -np.inf).argmax(axis=1)
            columns.append(column)
        return np.column_stack(columns).astype(float) if columns else np.empty((len(latent), 0))

    def _bounds(self, states: np.ndarray, codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return between which values each latent variable of each row lies."""
        low, high = [], []
        for j, single in enumerate(self.single):
            state, shares = states[:, j].astype(int), self.shares_[j][codes]
            rows = np.arange(len(state))
            if single:
                ends = np.hstack([np.zeros((len(state), 1)), shares.cumsum(axis=1)]).clip(0, 1)
                low.append(_score(ends[rows, state])[:, None])
                high.append(_score(ends[rows, state + 1])[:, None])
            else:
                cut, here = _score(1 - shares), np.eye(shares.shape[1], dtype=bool)[state]
                low.append(np.where(here, cut, -_LARGEST))
                high.append(np.where(here, _LARGEST, cut))
        return np.hstack(low), np.hstack(high)

    def _parts(self, latent: np.ndarray) -> list[np.ndarray]:
        return np.split(latent, np.cumsum(self.widths)[:-1], axis=1)


def _score(shares: np.ndarray) -> np.ndarray:
    return ndtri(shares.clip(0, 1)).clip(-_LARGEST, _LARGEST)


def _truncated(
    centre: np.ndarray, deviation: float, low: np.ndarray, high: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Draw normal numbers between two values."""
    a, b = ndtr((low - centre) / deviation), ndtr((high - centre) / deviation)
    drawn = centre + deviation * ndtri(a + (b - a) * rng.random(centre.shape))
    return np.where(np.isfinite(drawn), drawn, np.where(np.abs(low) < np.abs(high), low, high)).clip(
        low, high
    )


def _components(scores: np.ndarray) -> np.ndarray:
    """Return the largest principal components of normal scores, or all of them if there are few."""
    if scores.shape[1] <= _N_COMPONENTS:
        return scores
    left, values, _ = np.linalg.svd(scores, full_matrices=False)
    n = min(_N_COMPONENTS, max(1, len(scores) // 4))
    return left[:, :n] * values[:n] / np.sqrt(len(scores))


def _expected(others: np.ndarray, latent: np.ndarray) -> tuple[np.ndarray, float]:
    """Return what a ridge regression on the other columns expects of each row without itself, and its error."""
    if not others.shape[1]:
        return np.zeros_like(latent), 1.0
    gram = others.T @ others + np.eye(others.shape[1])
    solved = np.linalg.solve(gram, others.T)
    leverage = np.einsum("nd,dn->n", others, solved).clip(max=0.99)
    residuals = (latent - others @ (solved @ latent)) / (1 - leverage)
    return latent - residuals, float(residuals.std().clip(0.05, 1.0))
