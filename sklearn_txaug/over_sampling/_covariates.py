"""Covariates: what is known of a row beside its class, and is a condition of what is drawn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from .._nn.conditions import CovariateLayout
from ..utils.checks import is_missing
from ..utils.containers import as_container, no_rows
from ..utils.warnings import warn
from ._covariate_columns import make_column
from ._covariate_tables import columns_of, is_declared_categorical, row_count, table_of

_N_NEAREST = 10  # training rows to draw from that are nearest to numbers given


@dataclass
class CovariateRows:
    """Covariates of some rows.

    Attributes
    ----------
    values : dict of ndarray of shape (n_rows,)
        In their own units, by column.
    design : ndarray of shape (n_rows, n_columns)
        As numbers: standardised, one column for each category, one for "missing".
    given : bool
        Whether some were asked for; otherwise they are a draw from the training rows.
    """

    values: dict[Any, np.ndarray]
    design: np.ndarray
    given: bool = False

    _kept_rows: ClassVar[dict[str, str]] = {"design": "the covariates of the training rows"}

    def __len__(self) -> int:
        return len(self.design)

    def take(self, rows: np.ndarray) -> CovariateRows:
        """Return those of some of the rows."""
        return CovariateRows({name: column[rows] for name, column in self.values.items()}, self.design[rows])

    def followed_by(self, other: CovariateRows) -> CovariateRows:
        """Return these rows and those of another below."""
        values = {name: np.concatenate([self.values[name], other.values[name]]) for name in self.values}
        return CovariateRows(values, np.concatenate([self.design, other.design]), self.given)


class Covariates:
    """The covariates of the training rows, from which those of synthetic rows are drawn with their class.

    Parameters
    ----------
    table : DataFrame, Series or array-like of shape (n_samples, n_covariates) or (n_samples,)
        Numbers, booleans, text or categories. The columns of an array are named 0, 1, ...

    Raises
    ------
    TypeError, ValueError
        If a column cannot be a covariate; the message names it.
    """

    def __init__(self, table: Any):
        table = as_container(table)
        values = columns_of(table)
        if not values:
            raise ValueError("covariates has no columns; leave it out")
        self.columns = [
            make_column(name, column, is_declared_categorical(table, name)) for name, column in values.items()
        ]
        self._template = no_rows(table)
        self.training = self._encoded(values)

    @property
    def names(self) -> list[Any]:
        """Names of the covariates."""
        return [column.name for column in self.columns]

    @property
    def layout(self) -> CovariateLayout:
        """Where the columns of `CovariateRows.design` that belong to one categorical covariate begin and end."""
        ends = np.cumsum([column.width for column in self.columns]).tolist()
        categories = [
            (end - column.width, end)
            for column, end in zip(self.columns, ends, strict=True)
            if column.is_categorical
        ]
        return CovariateLayout(ends[-1], tuple(categories))

    def learn(self, codes: np.ndarray) -> CovariateRows:
        """Learn which class the training rows have, and return their covariates."""
        self._members = [np.flatnonzero(codes == c) for c in range(codes.max() + 1)]
        return self.training

    def draw(self, codes: np.ndarray, rng: np.random.Generator) -> CovariateRows:
        """Return the covariates of a training row for each class code: of all rows of a class, equally often."""
        rows = np.empty(len(codes), dtype=int)
        for c in np.unique(codes):
            wanted, members = np.flatnonzero(codes == c), self._members[c]
            n_passes = -(-len(wanted) // len(members))
            rows[wanted] = np.concatenate([rng.permutation(members) for _ in range(n_passes)])[: len(wanted)]
        return self.training.take(rows)

    def complete(
        self, given: Any, codes: np.ndarray, classes: np.ndarray, rng: np.random.Generator
    ) -> CovariateRows:
        """Return the covariates of rows to draw: those given, and the others from training rows that have these.

        Where numbers are given, that is from the ten training rows of the class that are nearest to them.

        Parameters
        ----------
        given : mapping, DataFrame or array-like
            Values by column, one for each row or one for all.
        codes : ndarray of shape (n_rows,)
            Class codes.
        classes : ndarray of shape (n_classes,)
            Labels, for messages.
        rng : Generator
            Determines the draw.

        Raises
        ------
        ValueError
            If a name is unknown, a value was not seen in training, or no training row of the class has it.
        """
        asked = self._asked(given, len(codes))
        self._warn_of_extrapolation(asked)
        values = dict(asked)
        if len(asked) < len(self.columns):
            rows = np.empty(len(codes), dtype=int)
            for c, row, places in _distinct(codes, asked):
                rows[places] = rng.choice(self._having(row, c, classes), size=len(places))
            values = {name: asked.get(name, self.training.values[name][rows]) for name in self.names}
        complete = self._encoded({name: values[name] for name in self.names})
        complete.given = True
        return complete

    def counts(self, given: Any) -> np.ndarray:
        """Return the numbers of training rows of each class that have the categories given, one of each for all."""
        if not isinstance(given, Mapping) or any(np.ndim(value) for value in given.values()):
            raise ValueError("covariates has a value for each row, so y is needed: the label of each row")
        asked = {name: values[0] for name, values in self._asked(given, 1).items()}
        has = np.isfinite(self._distances(asked, np.arange(len(self.training))))
        counts = np.array([has[members].sum() for members in self._members])
        if not counts.any():
            raise ValueError(
                f"covariates: no training row has {_as_text(asked)}; give y, and all of {self.names}"
            )
        return counts

    def like_given(self, rows: CovariateRows, index: Any = None) -> Any:
        """Return covariates in the container in which those of the training rows came, with these names of rows."""
        return table_of(rows.values, self._template, index)

    def _encoded(self, values: Mapping[Any, np.ndarray]) -> CovariateRows:
        values = {name: _plain(column) for name, column in values.items()}
        design = np.column_stack([column.encode(values[column.name]) for column in self.columns])
        return CovariateRows(values, design)

    def _asked(self, given: Any, n_rows: int) -> dict[Any, np.ndarray]:
        """Return the values that were given, one for each row."""
        single = isinstance(given, Mapping)
        asked = (
            {name: _repeated(name, value, n_rows) for name, value in given.items()}
            if single
            else columns_of(given)
        )
        asked = {name: _plain(column) for name, column in asked.items()}
        unknown = [name for name in asked if name not in self.names]
        if unknown:
            raise ValueError(f"covariates has {unknown}, but those of the training rows are {self.names}")
        if not single and row_count(given) != n_rows:
            raise ValueError(f"covariates has {row_count(given)} rows, but {n_rows} are to be drawn")
        for column in self.columns:
            if column.name in asked:
                column.encode(asked[column.name])  # which refuses what training did not have
        return asked

    def _warn_of_extrapolation(self, asked: Mapping[Any, np.ndarray]) -> None:
        for column in self.columns:
            if column.is_categorical or column.name not in asked:
                continue
            given, known = (
                values[~is_missing(values)].astype(float)
                for values in (asked[column.name], self.training.values[column.name])
            )
            beyond = given[(given < known.min()) | (given > known.max())]
            if len(beyond):
                warn(
                    f"covariates[{column.name!r}] is {beyond[0]:g} in rows to draw, but from {known.min():g} to "
                    f"{known.max():g} in training: what such rows are like is extrapolated"
                )

    def _having(self, asked: Mapping[Any, Any], c: int, classes: np.ndarray) -> np.ndarray:
        """Return the training rows of a class that have the categories asked for and are nearest in the numbers."""
        distances = self._distances(asked, self._members[c])
        if not np.isfinite(distances).any():
            raise ValueError(
                f"covariates: no training row of class {classes[c]} has {_as_text(asked)}, so the others cannot be "
                f"drawn; give all of {self.names}"
            )
        nearest = np.sort(distances[np.isfinite(distances)])[:_N_NEAREST]
        return self._members[c][distances <= nearest[-1]]

    def _distances(self, asked: Mapping[Any, Any], rows: np.ndarray) -> np.ndarray:
        """Return how far training rows are from the values asked for; infinity if a category differs."""
        known = {column.name: column for column in self.columns}
        parts = [
            known[name].distance(self.training.values[name][rows], value) for name, value in asked.items()
        ]
        return np.sum(parts, axis=0) if parts else np.zeros(len(rows))


def _plain(values: np.ndarray) -> np.ndarray:
    """Return values with None for all that are missing: NaN is not equal to NaN, and files know no kinds of it."""
    return np.where(is_missing(values), np.full(len(values), None), values)


def _repeated(name: Any, value: Any, n_rows: int) -> np.ndarray:
    """Return one value for each row, the same if only one is given."""
    column = np.empty(n_rows, dtype=object)
    if isinstance(value, str) or np.ndim(value) == 0:
        column[:] = value
        return column
    if len(value) != n_rows:
        raise ValueError(f"covariates[{name!r}] has {len(value)} values, but {n_rows} rows are to be drawn")
    column[:] = list(value)
    return column


def _distinct(
    codes: np.ndarray, asked: Mapping[Any, np.ndarray]
) -> Iterator[tuple[int, dict[Any, Any], np.ndarray]]:
    """Yield each pair of a class and values that occurs, and where it does."""
    places: dict[Any, list[int]] = {}
    for k, key in enumerate(zip(codes.tolist(), *asked.values(), strict=True)):
        places.setdefault(key, []).append(k)
    for (c, *row), where in places.items():
        yield c, dict(zip(asked, row, strict=True)), np.array(where)


def _as_text(asked: Mapping[Any, Any]) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in asked.items())
