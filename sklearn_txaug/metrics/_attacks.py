"""Attacks on membership: each gives rows a score, larger for those that rather trained the generator."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
import torch
from scipy.special import ndtri
from scipy.stats import rankdata
from sklearn.linear_model import LogisticRegression

from ..utils.random import draw_integer, seeded
from ._distances import as_rows, nearest_between

_TINY = 1e-12
_MOST_ROWS = 4000  # of a set whose density is estimated
N_NEIGHBOURS = 10

ShadowGenerator = Callable[[np.ndarray, np.ndarray, np.random.Generator], np.ndarray]


class Knowledge(NamedTuple):
    """What an attacker holds: synthetic rows, and reference rows of the same source that trained nothing."""

    synthetic: np.ndarray
    reference: np.ndarray
    device: Any


def distance_attack(rows: np.ndarray, known: Knowledge) -> np.ndarray:
    """Return minus the distance to the nearest synthetic row, relative to that to the nearest reference row."""
    return -_relative_distances(rows, known, 1)[:, 0]


def density_attack(rows: np.ndarray, known: Knowledge) -> np.ndarray:
    """Return the logarithm of the density of the synthetic rows divided by that of the reference rows."""
    rng = np.random.default_rng(0)
    synthetic, reference = (_at_most(X, rng) for X in (known.synthetic, known.reference))
    return ShrunkGaussian(synthetic).log_density(rows) - ShrunkGaussian(reference).log_density(rows)


def _relative_distances(rows: np.ndarray, known: Knowledge, k: int) -> np.ndarray:
    """Return the mean distances to the 1 to k nearest synthetic rows, each divided by that to reference rows."""
    A, synthetic, reference = as_rows(rows, known.synthetic, known.reference, device=known.device)
    k = min(k, synthetic.n_rows, reference.n_rows)
    near, far = (nearest_between(A, B, k)[0].sqrt().cumsum(dim=1) for B in (synthetic, reference))
    near, far = near + _TINY, far + _TINY  # a row that is in both sets is no sign of anything
    return np.asarray(torch.log(near / far).cpu())


def _at_most(X: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return X if len(X) <= _MOST_ROWS else X[rng.choice(len(X), _MOST_ROWS, replace=False)]


class ShrunkGaussian:
    """A Gaussian under Ledoit-Wolf shrinkage, by the singular vectors of its rows: no square matrix of the genes.

    Ledoit and Wolf's amount of shrinkage needs the sums of the fourth powers of the singular values and of the norms
    of the rows only.
    """

    def __init__(self, X: np.ndarray):
        n, d = X.shape
        self._mean = X.mean(axis=0)
        residuals = X - self._mean
        _, s, self._directions = np.linalg.svd(residuals, full_matrices=False)
        norms, mean = np.square(residuals).sum(axis=1), np.square(s).sum() / n / d
        squares = np.sum(s**4) / n**2
        apart = max(squares - d * mean**2, _TINY)
        shrinkage = min(1.0, max(0.0, np.sum(norms**2) / n**2 - squares / n) / apart)
        self._noise = max(shrinkage * mean, 1e-6 * mean, _TINY)
        self._variances = (1 - shrinkage) * s**2 / n + self._noise

    def log_density(self, X: np.ndarray) -> np.ndarray:
        """Return the logarithm of the density, up to the constant of the number of genes."""
        centred = X - self._mean
        inside = np.square(centred @ self._directions.T)
        outside = np.square(centred).sum(axis=1) - inside.sum(axis=1)
        unexplained = X.shape[1] - len(self._variances)
        volume = np.log(self._variances).sum() + unexplained * np.log(self._noise)
        return -(inside @ (1 / self._variances) + outside.clip(min=0) / self._noise + volume) / 2


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

    def fit(self, known: Knowledge, groups: np.ndarray, rng: np.random.Generator) -> ShadowAttack:
        """Train shadow generators on reference rows, and the classifier on what they give away."""
        features, members = [], []
        for inside, others, reference in self._splits(groups, rng):
            for shadow in self.shadows:
                drawn = shadow(known.reference[inside], inside, rng)
                rows = known.reference[np.concatenate([inside, others])]
                held = Knowledge(drawn, known.reference[reference], known.device)
                features.append(_features(rows, held))
                members.append(np.repeat([1, 0], [len(inside), len(others)]))
        self.classifier_ = LogisticRegression(class_weight="balanced").fit(
            np.concatenate(features), np.concatenate(members)
        )
        return self

    def __call__(self, rows: np.ndarray, known: Knowledge) -> np.ndarray:
        return np.asarray(self.classifier_.decision_function(_features(rows, known)))

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


def _features(rows: np.ndarray, known: Knowledge) -> np.ndarray:
    """Return normal scores of the ranks of relative distances to few and many neighbours, and of densities."""
    measured = np.column_stack(
        [-_relative_distances(rows, known, N_NEIGHBOURS)[:, [0, -1]], density_attack(rows, known)]
    )
    return ndtri((rankdata(measured, axis=0) - 0.5) / len(rows))


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
