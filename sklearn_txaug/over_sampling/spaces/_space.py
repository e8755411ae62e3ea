"""What a space is, and the space of a scaler."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import DTypeLike
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from ...utils.blocks import blocks


class Space:
    """A space learned from training rows: `encode` maps rows into it, `decode` maps them back.

    A sampler holds its spaces in a list, outermost first: rows are encoded by each in turn before the generator
    sees them, and decoded in reverse order after it has drawn. The methods here do nothing; subclasses override
    those that they need.
    """

    def fit(self, X: np.ndarray, codes: np.ndarray, rng: np.random.Generator) -> Space:
        """Learn from rows of shape (n_samples, n_features) and class codes."""
        return self

    def encode(self, X: np.ndarray) -> np.ndarray:
        """Return the rows in this space."""
        return X

    def decode(self, Z: np.ndarray, codes: np.ndarray | None, rng: np.random.Generator) -> np.ndarray:
        """Map rows of this space to the space outside it; `codes` are their classes, None between classes."""
        return Z

    def pad(self, codes: np.ndarray) -> np.ndarray:
        """Return the class codes of all rows that must be drawn to decode rows of `codes`, which come first."""
        return codes


class ScaledSpace(Space):
    """The space of a scaler, in single precision; features that are constant in the training rows decode to that.

    Rows are scaled in double precision, a block at a time, so that the same values give the same rows whether they
    come as 32 or 64 bits. Without a scaler, rows are copied
    as they are: the generator may change those that it gets.

    Parameters
    ----------
    scaler : transformer
        With `fit`, `transform` and `inverse_transform`; it is fitted in place.
    """

    def __init__(self, scaler: Any):
        self.scaler = scaler

    def fit(self, X: np.ndarray, codes: np.ndarray, rng: np.random.Generator) -> ScaledSpace:
        self.dtype_ = X.dtype.name
        self.constant_ = np.flatnonzero(np.ptp(X, axis=0) == 0)
        self.values_ = X[0, self.constant_]
        if type(self.scaler) is StandardScaler:  # by blocks: at once, it takes several copies of X
            for rows in blocks(*X.shape):
                self.scaler.partial_fit(X[rows].astype(np.float64))
        else:
            self.scaler.fit(X)
        return self

    def encode(self, X: np.ndarray) -> np.ndarray:
        return X.copy() if self._is_identity else _by_blocks(self.scaler.transform, X, np.float32)

    def decode(self, Z: np.ndarray, codes: np.ndarray | None, rng: np.random.Generator) -> np.ndarray:
        X = Z if self._is_identity else _by_blocks(self.scaler.inverse_transform, Z, self.dtype_)
        X = np.require(X, requirements="W")
        X[:, self.constant_] = self.values_
        return X

    @property
    def _is_identity(self) -> bool:
        return isinstance(self.scaler, FunctionTransformer) and self.scaler.func is None


def _by_blocks(function: Callable[[np.ndarray], Any], X: np.ndarray, dtype: DTypeLike) -> np.ndarray:
    """Apply a function of rows, in double precision, to one block of rows after another."""
    result = np.empty((0, X.shape[1]), dtype)
    for rows in blocks(*X.shape):
        part = np.asarray(function(X[rows].astype(np.float64)))
        if not rows.start:
            result = np.empty((len(X), part.shape[1]), dtype)
        result[rows] = part
    return result
