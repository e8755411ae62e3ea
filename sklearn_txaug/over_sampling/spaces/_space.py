"""What a space is, and the space of a scaler."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.preprocessing import FunctionTransformer

from ...utils.blocks import all_finite, fit_scaler, map_rows
from ...utils.statistics import constant_columns


class Space:
    """A space learned from training rows: `encode` maps rows into it, `decode` maps them back.

    A sampler holds its spaces in a list, outermost first: rows are encoded by each in turn before the generator
    sees them, and decoded in reverse order after it has drawn. The methods here do nothing; subclasses override
    those that they need.
    """

    @property
    def ranks(self) -> bool:
        """Whether `decode` ranks rows among each other; `map_against` then ranks them among others."""
        return False

    @property
    def learns_last(self) -> bool:
        """Whether only draws need what `fit` learns, and `encode` changes nothing: generators then train first."""
        return False

    def fit(self, X: np.ndarray, codes: np.ndarray, rng: np.random.Generator) -> Space:
        """Learn from rows of shape (n_samples, n_features) and class codes."""
        return self

    def encode(self, X: np.ndarray) -> np.ndarray:
        """Return the rows in this space."""
        return X

    def decode(self, Z: np.ndarray, codes: np.ndarray | None, rng: np.random.Generator) -> np.ndarray:
        """Map rows of this space to the space outside it; `codes` are their classes, None between classes.

        They may take the place of `Z`.
        """
        return Z

    def pad(self, codes: np.ndarray) -> np.ndarray:
        """Return the class codes of all rows that must be drawn to decode rows of `codes`, which come first."""
        return codes

    def reference(self, codes: np.ndarray) -> np.ndarray:
        """Return the class codes of the rows to draw for `map_against`."""
        return codes[:0]

    def map_against(
        self,
        Z: np.ndarray,
        codes: np.ndarray,
        reference: np.ndarray,
        reference_codes: np.ndarray,
        rng: np.random.Generator,
    ) -> np.ndarray:
        """Map rows as `decode` does, by their ranks among reference rows of the same space."""
        return Z


class ScaledSpace(Space):
    """The space of a scaler, in single precision; features that are constant in the training rows decode to that.

    Features that vary by no more than rounding are constant too: scalers leave them as they are, so that what a
    generator draws for them, of the spread of the others, would come back as it is.

    Rows are scaled in double precision, a block at a time, so that the same values give the same rows whether they
    come as 32 or 64 bits. Without a scaler, rows are copied as they are: the generator may change those that it gets.

    Parameters
    ----------
    scaler : transformer
        With `fit`, `transform` and `inverse_transform`; it is fitted in place.
    """

    def __init__(self, scaler: Any):
        self.scaler = scaler

    def fit(self, X: np.ndarray, codes: np.ndarray, rng: np.random.Generator) -> ScaledSpace:
        self.dtype_ = X.dtype.name
        self.constant_ = np.flatnonzero(constant_columns(X))
        self.values_ = X[0, self.constant_]
        X = self._without_rounding(X)
        fit_scaler(self.scaler, X)
        self._check_scaler(X)
        return self

    def _check_scaler(self, X: np.ndarray) -> None:
        """Refuse a scaler that some rows do not come back from."""
        few = X[:5]
        scaled = np.asarray(self.scaler.transform(few))
        if scaled.ndim != 2 or len(scaled) != len(few):
            raise ValueError(
                f"scaler={self.scaler!r} must return a table with a row for each row, got {scaled!r}"
            )
        back = np.shape(self.scaler.inverse_transform(scaled))
        if back != few.shape:
            raise ValueError(
                f"scaler={self.scaler!r}: inverse_transform must undo transform, but rows of {X.shape[1]} columns "
                f"came back as rows of {back[-1] if len(back) == 2 else back}"
            )

    def _without_rounding(self, X: np.ndarray) -> np.ndarray:
        """Return the rows with one value in each constant feature."""
        if (X[:, self.constant_] != self.values_).any():
            X = X.copy()
            X[:, self.constant_] = self.values_
        return X

    def encode(self, X: np.ndarray) -> np.ndarray:
        X = self._without_rounding(X)
        if self._is_identity:
            return X.copy()
        scaled = map_rows(self.scaler.transform, X, np.float32)
        if not all_finite(scaled):
            raise ValueError(
                f"scaler={self.scaler!r}: transform gives NaN or infinity for rows that have none; use one that is "
                "defined for all values of X"
            )
        return scaled

    def decode(self, Z: np.ndarray, codes: np.ndarray | None, rng: np.random.Generator) -> np.ndarray:
        largest = max(-Z.min(initial=0), Z.max(initial=0))
        X = Z if self._is_identity else map_rows(self.scaler.inverse_transform, Z, self.dtype_, in_place=True)
        X = np.require(X, requirements="W")
        if not all_finite(X):
            raise FloatingPointError(
                f"scaler={self.scaler!r}: inverse_transform gives NaN or infinity for generated rows, whose largest "
                f"scaled value is {largest:.3g}; use a scaler whose inverse is defined for all values"
            )
        X[:, self.constant_] = self.values_
        return X

    @property
    def _is_identity(self) -> bool:
        return isinstance(self.scaler, FunctionTransformer) and self.scaler.func is None
