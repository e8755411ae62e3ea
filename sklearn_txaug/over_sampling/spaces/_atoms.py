"""Values that many rows share, which have to come back exactly from a scaler's rounding."""

from __future__ import annotations

import numpy as np

from ...utils.blocks import blocks

_ONE_IN = 20  # rows; at most 20 values of a feature are so frequent


class Atoms:
    """The values of each feature that one row in 20 has, two at least: zeros, a limit of detection, grades.

    A scaled value that is rounded to single precision comes back with an error in the last digit: 0 as -1e-7. Where a
    generator gives the scaled value of an atom, the atom itself is put in its place.

    Parameters
    ----------
    values : ndarray of shape (n_atoms, n_features)
        What `shared_values` finds.
    scaled : ndarray of shape (n_atoms, n_features)
        The same, scaled and rounded as rows are.
    """

    def __init__(self, values: np.ndarray, scaled: np.ndarray):
        self.values = values
        self.scaled = np.where(np.isnan(values), np.nan, scaled).astype(scaled.dtype)

    def put(self, X: np.ndarray, Z: np.ndarray) -> None:
        """Put atoms into `X`, in place, where the scaled rows `Z` have them."""
        for rows in blocks(*Z.shape):
            for value, scaled in zip(self.values, self.scaled, strict=True):
                np.copyto(X[rows], value, where=Z[rows] == scaled)


def shared_values(X: np.ndarray) -> np.ndarray:
    """Return the values that many rows share, ascending in each column and with NaN behind."""
    n_equal = max(2, -(-len(X) // _ONE_IN))
    n_starts = max(0, len(X) - n_equal + 1)
    found = []
    for columns in blocks(X.shape[1], len(X)):
        ordered = np.sort(X[:, columns], axis=0)
        is_atom = ordered[len(X) - n_starts :] == ordered[:n_starts]
        is_atom[1:] &= ordered[1:n_starts] != ordered[: max(0, n_starts - 1)]  # the first of its equals
        k, j = np.nonzero(is_atom)
        ranks = np.cumsum(is_atom, axis=0, dtype=np.int32)[k, j] - 1
        found.append((ranks, j + columns.start, ordered[k, j]))
    places, features, values = map(np.concatenate, zip(*found, strict=True))
    table = np.full((places.max(initial=-1) + 1, X.shape[1]), np.nan, dtype=X.dtype)
    table[places, features] = values
    return table
