"""Attacks on membership: each gives rows a score, larger for those that rather trained the generator."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from scipy.linalg import cholesky, solve_triangular
from scipy.special import ndtri
from scipy.stats import rankdata
from sklearn.linear_model import LogisticRegression

from ..utils.blocks import LARGE_BLOCK, blocks
from ..utils.random import draw_integer, seeded
from ._distances import as_rows, nearest_between

_TINY = 1e-12
_MOST_ROWS = 4000  # of a set whose density is estimated
N_NEIGHBOURS = 10

ShadowGenerator = Callable[[np.ndarray, np.ndarray, np.random.Generator], np.ndarray]


class Compared:
    """Rows measured against reference rows, once for all the synthetic rows that they are then held against.

    Reference rows are of the same source as the rows and trained nothing; an attacker holds them and synthetic rows.

    Parameters
    ----------
    rows : ndarray of shape (n_rows, n_features)
        Rows of people of whom the attacker wants to know whether they are members.
    reference : ndarray of shape (n_reference, n_features)
        The reference rows.
    device : str
        Torch device of the distances.
    """

    def __init__(self, rows: np.ndarray, reference: np.ndarray, device: Any):
        self.device = device
        self._far = _summed_distances(rows, reference, device)
        self._density = _log_density(rows, reference)

    def measure(self, rows: np.ndarray, synthetic: np.ndarray) -> np.ndarray:
        """Return, for the same rows, three scores that are larger for those that rather trained the generator.

        They are minus the distance to the nearest synthetic row, relative to that to the nearest reference row; the
        same of the ten nearest on average; and the logarithm of the density of the synthetic rows divided by that of
        the reference rows.
        """
        near = _summed_distances(rows, synthetic, self.device)
        k = min(near.shape[1], self._far.shape[1]) - 1
        relative = [np.log(near[:, j] / self._far[:, j]) for j in (0, k)]
        density = _log_density(rows, synthetic) - self._density
        return np.column_stack([-relative[0], -relative[1], density])


def _summed_distances(rows: np.ndarray, others: np.ndarray, device: Any) -> np.ndarray:
    """Return the sums of the distances to the 1, 2, ... nearest of the others."""
    A, B = as_rows(rows, others, device=device)
    sums = nearest_between(A, B, min(N_NEIGHBOURS, B.n_rows))[0].sqrt().cumsum(dim=1)
    return np.asarray(sums.cpu()) + _TINY  # a row that is in both sets is no sign of anything


def _log_density(rows: np.ndarray, of: np.ndarray) -> np.ndarray:
    if len(of) > _MOST_ROWS:
        of = of[np.random.default_rng(0).choice(len(of), _MOST_ROWS, replace=False)]
    return ShrunkGaussian(of).log_density(rows)


class ShrunkGaussian:
    """A Gaussian under Ledoit-Wolf shrinkage, by the smaller of the two products of its rows with themselves.

    Ledoit and Wolf's amount of shrinkage needs the sums of the squares of the product and of the fourth powers of the
    norms of the rows only. With fewer rows than genes, the inverse of the covariance follows from the product of rows
    by Woodbury's identity.
    """

    def __init__(self, X: np.ndarray):
        n, d = X.shape
        self._X, self._mean = X, X.mean(axis=0, dtype=np.float64)
        self._is_wide = n < d
        norms = np.concatenate([np.square(part).sum(axis=1) for part in self._centred(X)])
        gram = self._by_rows(X) if self._is_wide else sum(part.T @ part for part in self._centred(X))
        mean, squares = norms.sum() / n / d, np.square(gram).sum() / n**2
        apart = max(squares - d * mean**2, _TINY)
        shrinkage = min(1.0, max(0.0, np.sum(norms**2) / n**2 - squares / n) / apart)
        self._noise = max(shrinkage * mean, 1e-6 * mean, _TINY)
        self._share = (1 - shrinkage) / n
        gram *= self._share
        gram[np.diag_indices(len(gram))] += self._noise
        self._root = cholesky(gram, lower=True, overwrite_a=True, check_finite=False)
        unexplained = max(d - n, 0) * np.log(self._noise)
        self._volume = 2 * np.log(np.diag(self._root)).sum() + unexplained

    def log_density(self, X: np.ndarray) -> np.ndarray:
        """Return the logarithm of the density, up to the constant of the number of genes."""
        distances = np.concatenate([self._distances(part) for part in self._centred(X)])
        return -(distances + self._volume) / 2

    def _distances(self, centred: np.ndarray) -> np.ndarray:
        """Return squared Mahalanobis distances."""
        seen = self._by_rows(centred, centred=True).T if self._is_wide else centred.T
        solved = solve_triangular(self._root, seen, lower=True, check_finite=False)
        inside = np.square(solved).sum(axis=0)
        if not self._is_wide:
            return inside
        outside = np.square(centred).sum(axis=1) - self._share * inside
        return outside.clip(min=0) / self._noise

    def _centred(self, X: np.ndarray) -> Iterator[np.ndarray]:
        """Yield blocks of rows less the mean, in double precision."""
        return (X[rows] - self._mean for rows in blocks(len(X), X.shape[1], LARGE_BLOCK))

    def _by_rows(self, X: np.ndarray, centred: bool = False) -> np.ndarray:
        """Return the products of rows with those of this Gaussian."""
        products = np.zeros((len(X), len(self._X)))
        for genes in blocks(X.shape[1], len(self._X), LARGE_BLOCK):
            own = self._X[:, genes] - self._mean[genes]
            other = X[:, genes] if centred else X[:, genes] - self._mean[genes]
            products += other @ own.T
        return products


class ShadowAttack:
    """A classifier of members, learnt where membership is known: from generators that the attacker trains.

    Half of the patients of the reference rows train a shadow generator; the rest are others to it and, in turn, its
    reference. Logistic regression learns from the normal scores of the ranks of what the other attacks measure, so
    that it does not matter how many rows there are.

    Parameters
    ----------
    shadows : sequence of callable
        ``shadow(rows, numbers, rng)`` trains a generator on the rows, of which `numbers` are the positions in the
        reference, and returns as many synthetic rows.
    n_splits : int
        Number of halves, each for every shadow.
    """

    def __init__(self, shadows: list[ShadowGenerator], n_splits: int):
        self.shadows = shadows
        self.n_splits = n_splits

    def fit(
        self, reference: np.ndarray, groups: np.ndarray, device: Any, rng: np.random.Generator
    ) -> ShadowAttack:
        """Train shadow generators on reference rows, and the classifier on what they give away."""
        features, members = [], []
        for inside, others, rest in self._splits(groups, rng):
            rows = reference[np.concatenate([inside, others])]
            compared = Compared(rows, reference[rest], device)
            for shadow in self.shadows:
                drawn = shadow(reference[inside], inside, rng)
                features.append(_normal_scores(compared.measure(rows, drawn)))
                members.append(np.repeat([1, 0], [len(inside), len(others)]))
        self.classifier_ = LogisticRegression(class_weight="balanced").fit(
            np.concatenate(features), np.concatenate(members)
        )
        return self

    def __call__(self, measured: np.ndarray) -> np.ndarray:
        """Return scores of rows, of which `Compared` gave the others."""
        return np.asarray(self.classifier_.decision_function(_normal_scores(measured)))

    def _splits(
        self, groups: np.ndarray, rng: np.random.Generator
    ) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        patients = np.unique(groups)
        for _ in range(self.n_splits):
            order = rng.permutation(patients)
            inside, rest = order[: len(order) // 2], order[len(order) // 2 :]
            parts = [np.flatnonzero(np.isin(groups, part)) for part in (inside, rest[::2], rest[1::2])]
            yield parts[0], parts[1], parts[2]
            yield parts[0], parts[2], parts[1]


def _normal_scores(measured: np.ndarray) -> np.ndarray:
    """Return the normal scores of the ranks of each column."""
    return ndtri((rankdata(measured, axis=0) - 0.5) / len(measured))


def gaussian_shadow(rows: np.ndarray, numbers: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw from a Gaussian with the mean and the covariance of the rows."""
    mean = rows.mean(axis=0)
    return mean + rng.standard_normal((len(rows), len(rows))) @ (rows - mean) / np.sqrt(len(rows))


def interpolating_shadow(rows: np.ndarray, numbers: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw between each row and one of its five nearest."""
    (A,) = as_rows(rows, device="cpu")
    d2 = torch.cdist(A.centred(), A.centred()).fill_diagonal_(torch.inf)
    k = min(5, len(rows) - 1)
    nearest = d2.topk(k, dim=1, largest=False).indices.numpy()
    partners = nearest[np.arange(len(rows)), rng.integers(k, size=len(rows))]
    return rows + rng.random((len(rows), 1)) * (rows[partners] - rows)


def sampler_shadow(sampler: Any, y_reference: np.ndarray) -> ShadowGenerator:
    """Return a shadow that trains a clone of the sampler, as an attacker does who knows what was used."""
    if not (hasattr(sampler, "get_params") and hasattr(sampler, "sample")) or isinstance(sampler, type):
        raise TypeError(f"shadow must be a sampler or None; got {sampler!r}.")

    def shadow(rows: np.ndarray, numbers: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        y = y_reference[numbers]
        drawn, _ = seeded(sampler, draw_integer(rng)).fit(rows, y).sample(y=y)
        return np.asarray(drawn, dtype=float)

    return shadow
