"""Quantile mapping: synthetic rows get the marginal distributions of the training rows of their class."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from ...utils.blocks import LARGE_BLOCK, blocks
from ...utils.quantiles import quantiles_between, resolution, spread_ties
from ._space import Space

_N_REFERENCE = 100


class ClassQuantiles(Space):
    """The rows themselves, with the quantiles of each feature in each class, to which synthetic rows are mapped.

    The generator then determines only how features vary together; the distribution of each feature in a class is that
    of the training rows. Values lie between those of the training rows and up to a third of a gap beyond the ends,
    never below 0 if no training value is. Values that several rows of a class share, because measurements are
    rounded, are spread over one step of the scale; only 0 and the lowest value of a feature, such as a limit of
    detection, stay, as they point to nobody. Integers stay integers.

    The rows of one draw are ranked together. Classes of one row, and rows between classes, are not mapped.
    """

    ranks = True
    learns_last = True
    _kept_rows: ClassVar[dict[str, str]] = {"sorted_": "the values of each gene in each class, sorted"}

    def fit(self, X: np.ndarray, codes: np.ndarray, rng: np.random.Generator | None = None) -> ClassQuantiles:
        self.counts_ = np.bincount(codes)
        self.sorted_ = [  # the row of a class of one is not needed, and not kept
            X[codes == c] if n_rows > 1 else X[:0].copy() for c, n_rows in enumerate(self.counts_)
        ]
        for own in self.sorted_:
            own.sort(axis=0)
        self.discrete_ = all((np.rint(X[rows]) == X[rows]).all() for rows in blocks(*X.shape))
        lowest = X.min(axis=0)
        self.least_ = np.where(lowest < 0, -np.inf, 0.0)
        if not self.discrete_:
            steps = resolution(X)
            for own in self.sorted_:
                for j in blocks(X.shape[1], len(own)):
                    part = own[:, j]
                    own[:, j] = spread_ties(part, steps[j], (part == lowest[j]) | (part == 0))
        return self

    def pad(self, codes: np.ndarray) -> np.ndarray:
        """Return `codes` followed by as many more as each class among them needs to reach its training size.

        Ranks among only a few rows would mean little.
        """
        missing = np.where(np.isin(np.arange(len(self.counts_)), codes), self.counts_, 0)
        missing -= np.bincount(codes, minlength=len(missing))
        return np.concatenate([codes, np.repeat(np.arange(len(missing)), missing.clip(min=0))])

    def decode(self, Z: np.ndarray, codes: np.ndarray | None, rng: np.random.Generator) -> np.ndarray:
        """Give the k-th smallest of m values in a class a quantile of the training values between (k-1)/m and k/m.

        They are ranked in single precision, whatever that of the training values, so that both give the same ranks.
        The quantiles take the place of `Z` if they have its precision.
        """
        mapped = np.require(Z, self.sorted_[0].dtype, "W")
        for c in () if codes is None else np.unique(codes):
            if self.counts_[c] > 1:
                rows = np.flatnonzero(codes == c)
                length = len(rows) + self.counts_[c]
                for j in blocks(Z.shape[1], length, LARGE_BLOCK):
                    shares = rng.random((len(rows), j.stop - j.start))
                    for k in blocks(j.stop - j.start, length):
                        place = slice(j.start + k.start, j.start + k.stop)
                        ranks = _ranks(Z[rows, place].astype(np.float32), shares[:, k])
                        mapped[rows, place] = self._values(c, (ranks + shares[:, k]) / len(rows), place)
        return mapped

    def reference(self, codes: np.ndarray) -> np.ndarray:
        """Return class codes of rows to draw for `map_against`: 100 for each class, or its training size."""
        present = np.unique(codes)
        return np.repeat(present, np.maximum(self.counts_[present], _N_REFERENCE))

    def map_against(
        self,
        Z: np.ndarray,
        codes: np.ndarray,
        reference: np.ndarray,
        reference_codes: np.ndarray,
        rng: np.random.Generator,
    ) -> np.ndarray:
        """Give each value the quantile of its class at the rank that it has among those of reference rows.

        Rows that were asked for, such as those of old patients, are no sample of their class and cannot be ranked
        among themselves.
        """
        mapped = np.array(Z, dtype=self.sorted_[0].dtype)
        for c in np.unique(codes):
            if self.counts_[c] > 1:
                rows = codes == c
                shares = _shares(
                    Z[rows].astype(np.float32), reference[reference_codes == c].astype(np.float32), rng
                )
                mapped[rows] = self._values(c, shares, slice(None))
        return mapped

    def _values(self, c: int, shares: np.ndarray, columns: slice) -> np.ndarray:
        """Return the quantiles of some columns in class c at some shares."""
        quantiles = quantiles_between(self.sorted_[c][:, columns], shares, self.least_[columns])
        return np.rint(quantiles) if self.discrete_ else quantiles


def _ranks(values: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Return the rank of each value in its column; of equal ones, the larger share has the higher rank.

    By their places, rows that were asked for would rank below equal ones that are drawn for the ranks alone.
    """
    order = values.argsort(axis=0, kind="stable")
    ordered = np.take_along_axis(values, order, axis=0)
    tied = (ordered[1:] == ordered[:-1]).any(axis=0)
    if tied.any():
        order[:, tied] = np.lexsort((shares[:, tied], values[:, tied]), axis=0)
    return order.argsort(axis=0)


def _shares(values: np.ndarray, reference: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return, column by column, the shares of reference values below each value, drawn between neighbours."""
    ordered = np.sort(reference, axis=0)
    shares = np.empty(values.shape)
    for j in range(values.shape[1]):
        below, upto = (np.searchsorted(ordered[:, j], values[:, j], side) for side in ("left", "right"))
        shares[:, j] = below + rng.random(len(values)) * (upto - below + 1)
    return shares / (len(ordered) + 1)
