"""Sums over rows in which each patient has a limited part, and the noise that they are released with."""

from __future__ import annotations

import numpy as np


def bounded_sums(rows: np.ndarray, codes: np.ndarray, unit: np.ndarray, bound: float) -> np.ndarray:
    """Return the sum of rows in each class, of shape (n_classes, n_columns).

    The vector of all class sums of a unit, such as a patient, has a length of at most `bound`.
    """
    pair, place = np.unique(np.stack([unit, codes]), axis=1, return_inverse=True)
    parts = np.zeros((pair.shape[1], rows.shape[1]))  # of each unit in each class
    np.add.at(parts, place.ravel(), rows)
    lengths = np.sqrt(np.bincount(pair[0], weights=np.square(parts).sum(axis=1)))
    parts *= np.minimum(1, bound / np.maximum(lengths, 1e-300))[pair[0], None]
    sums = np.zeros((codes.max() + 1, rows.shape[1]))
    np.add.at(sums, pair[1], parts)
    return sums


def bounded_moments(rows: np.ndarray, unit: np.ndarray, bound: float) -> np.ndarray:
    """Return the number of rows, followed by all sums of products of two columns.

    All that a unit adds has a length of at most `bound`; that of several rows is taken as the sum of theirs.
    """
    lengths = np.sqrt(1 + np.square(np.square(rows).sum(axis=1)))
    weights = bounded_weights(lengths, unit, bound)
    return np.append(weights.sum(), (rows * weights[:, None]).T @ rows)


def bounded_weights(lengths: np.ndarray, unit: np.ndarray, bound: float) -> np.ndarray:
    """Return weights of rows, at most 1, with which the lengths of the rows of a unit add up to at most `bound`."""
    together = np.bincount(unit, weights=lengths)
    return np.minimum(1, bound / np.maximum(together, 1e-300))[unit]


def noisy(sums: np.ndarray, bound: float, mu: float, rng: np.random.Generator) -> np.ndarray:
    """Return sums that one patient moves by a length of `bound` at most, with noise against which that is `mu`.

    All noise comes from here: the squares of `mu` of all calls add up to that of the guarantee.
    """
    return sums + bound / mu * rng.standard_normal(sums.shape)
