"""Values that many rows share, which have to come back exactly from a scaler's rounding."""

from __future__ import annotations

import numpy as np

from ...utils.blocks import blocks, map_rows
from ._space import ScaledSpace

_ONE_IN = 20  # rows; at most 20 values of a feature are so frequent


class AtomicSpace(ScaledSpace):
    """The space of a scaler for a generator that gives quantiles of rows: atoms come back exactly.

    Atoms are the values of a feature that one row in 20 has, two at least: zeros, a limit of detection, grades. A
    scaled value that is rounded to single precision comes back with an error in the last digit: 0 as -1e-7. Where
    the generator gives the scaled value of an atom, the atom itself is put in its place.
    """

    def fit(self, X: np.ndarray, codes: np.ndarray, rng: np.random.Generator) -> AtomicSpace:
        super().fit(X, codes, rng)
        self.atoms_, self.scaled_atoms_ = self._learned(X)
        return self

    def _learned(self, X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return atoms, (n_atoms, n_features) with NaN behind those of a feature, and their scaled values."""
        none = np.empty((0, X.shape[1])), np.empty((0, X.shape[1]))
        if self._is_identity or not len(values := shared_values(X)):
            return none
        is_atom = ~np.isnan(values)
        scaled = map_rows(self.scaler.transform, np.where(is_atom, values, X[:1]), np.float32)
        if scaled.shape != values.shape:  # features of other meaning
            return none
        return values, np.where(is_atom, scaled, np.nan).astype(np.float32)

    def decode(self, Z: np.ndarray, codes: np.ndarray | None, rng: np.random.Generator) -> np.ndarray:
        # decoded rows take the place of those that are compared with the atoms
        X = super().decode(Z.copy() if len(self.atoms_) else Z, codes, rng)
        if len(self.atoms_):
            for rows in blocks(*Z.shape):
                for value, scaled in zip(self.atoms_, self.scaled_atoms_, strict=True):
                    np.copyto(X[rows], value, where=Z[rows] == scaled)
        return X


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
