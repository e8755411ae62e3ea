"""Samplers of tables with categorical columns beside the numeric ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ..utils.checks import check_table, validated
from ..utils.constraints import ArrayOrList
from ..utils.declaration import estimator
from ._table_encoder import TableEncoder, check_table_kind, holds_categories
from .spaces import MixedColumns, NumericColumns, Space

# A mixin: with a base of its own it would bring the defaults of that base before those of others
if TYPE_CHECKING:
    from .base import GenerativeSampler as _Sampler
else:
    _Sampler = object


class _NumbersOnly:
    """What a sampler knows of categories before it is fitted: nothing."""

    _encoder: TableEncoder | None = None
    _sizes: tuple[int, ...] = ()
    _layout: tuple[Any, ...] = ()  # which decides what is learned, besides the numbers


@estimator
class MixedSampler(_NumbersOnly, _Sampler):
    """Mixin of the samplers that take categorical columns; it stands before the class that it extends.

    A table has categorical columns if ``categorical_features="auto"`` finds any, or if it is not ``"auto"``. Then
    `X` may have missing values: a missing category is one more category, and whether a number is missing is
    generated beside the number. The spaces between the units of `X` and those of the generator are then those of the
    numeric columns, with codes behind them; `_sizes` has the number of states of each code.

    Parameters
    ----------
    categorical_features : "auto" or array-like
        Columns with categories: their names, positions, or a mask. ``"auto"`` takes the columns of a DataFrame whose
        dtype is category, text, or boolean, and those of an object array or of lists with text or booleans; an array
        of numbers has none. An empty list declares a table without any: other than with ``"auto"``, its numeric
        columns may then have missing values.

    Attributes
    ----------
    categorical_features_ : ndarray of int
        Positions of the categorical columns.
    """

    categorical_features: Literal["auto"] | ArrayOrList = "auto"

    def _read(self, X: Any, labels: Any) -> tuple[np.ndarray, np.ndarray]:
        automatic = isinstance(self.categorical_features, str)
        self._encoder, self._sizes, self._layout = None, (), ()
        self.categorical_features_ = np.array([], dtype=int)
        if labels is None or (automatic and not holds_categories(X)):
            return self._read_numbers(X, labels)
        check_table_kind(X)
        check_table(X, len(labels), mixed=True)
        if getattr(self, "prior", None) is not None:
            raise ValueError(
                "prior: a prior knows genes alone, but X has categorical columns; pass prior=None"
            )
        self._encoder = TableEncoder(self.categorical_features).fit(X)
        self.categorical_features_ = self._encoder.categorical
        rows = self._encoder.encode(X)
        if automatic:
            self._check_identifiers(X, rows)
        may_miss = np.flatnonzero(np.isnan(rows).any(axis=0))
        self._columns = MixedColumns(
            self.categorical_features_, list(map(len, self._encoder.categories)), may_miss
        )
        self._sizes = self._columns.sizes
        self._ordered = [categories.ordered for categories in self._encoder.categories] + [True] * len(
            may_miss
        )
        self._layout = self._sizes, self._ordered
        named = self._encoder.named(X, rows)
        return validated(
            self,
            named,
            labels,
            reset=True,
            dtype=np.float64,
            ensure_all_finite="allow-nan",
        )

    def _check_identifiers(self, X: Any, rows: np.ndarray) -> None:
        """Refuse columns such as barcodes of patients, of which synthetic rows would repeat those of real ones."""
        assert self._encoder is not None
        names = list(getattr(X, "columns", range(rows.shape[1])))
        for position, categories in zip(self.categorical_features_, self._encoder.categories, strict=True):
            if len(categories) > max(20, len(rows) / 2):
                raise ValueError(
                    f"X: column {names[position]!r} has {len(categories)} different values in {len(rows)} rows, as "
                    "identifiers have; leave it out or make it the index, or name it in categorical_features"
                )

    def _read_numbers(self, X: Any, labels: Any) -> tuple[np.ndarray, np.ndarray]:
        """Read a table of numbers as other samplers do, and point out how its missing values could stay."""
        try:
            return super()._read(X, labels)
        except ValueError as error:
            if "X contains NaN" not in str(error):
                raise
            raise ValueError(
                f"{str(error).splitlines()[0]} Fill in or leave out what is missing, or pass "
                "categorical_features=[] to keep it as a state of its own."
            ) from None

    def _make_spaces(self) -> list[Space]:
        spaces = super()._make_spaces()
        if self._encoder is None:
            return spaces
        return [self._columns, *(NumericColumns(space, len(self._sizes)) for space in spaces)]

    def _check_rows(self, rows: np.ndarray) -> None:
        if self._encoder is None:  # columns of other units than expression need no log scale
            super()._check_rows(rows)

    def _rows_like(self, template: Any, rows: np.ndarray, real_index: Any = ()) -> Any:
        if self._encoder is None:
            return super()._rows_like(template, rows, real_index)
        return self._encoder.decode(rows, template, real_index)
