"""Tables of numeric and categorical columns, as numbers and back in the container they came in."""

from __future__ import annotations

from collections.abc import Iterator
from numbers import Integral, Number
from typing import Any

import numpy as np
from scipy import sparse

from ..utils.checks import is_missing
from ..utils.containers import nearest, objects, rows_like, wrapped
from ._categories import Categories, column_values, marker_name, marker_of

_NUMERIC, _CATEGORICAL, _DATE, _NESTED = "numeric", "categorical", "date", "nested"


class TableEncoder:
    """The columns of a table: numbers stay as they are, categories become codes, both in the order of the table.

    Missing numbers are NaN; missing values of a categorical column are its last category.

    Parameters
    ----------
    categorical_features : "auto" or array-like
        As in `MixedSampler`.

    Attributes
    ----------
    categorical : ndarray of int
        Positions of the categorical columns.
    numeric : ndarray of int
        Positions of the others.
    categories : list of Categories
        One for each categorical column.
    """

    def __init__(self, categorical_features: Any = "auto"):
        self.categorical_features = categorical_features

    def fit(self, X: Any) -> TableEncoder:
        """Learn the columns of a table.

        Raises
        ------
        ValueError
            If `categorical_features` does not fit the table, a column holds dates or containers, or one that is not
            categorical holds text.
        """
        kinds = list(_kinds(X))
        names = _names(X)
        dates = [names[j] for j, kind in enumerate(kinds) if kind == _DATE]
        if dates:
            raise ValueError(
                f"X has columns of dates: {dates[:5]}; give the days since some date as numbers, or leave them out"
            )
        nested = [names[j] for j, kind in enumerate(kinds) if kind == _NESTED]
        if nested:
            raise ValueError(
                f"X has columns of lists or other containers: {nested[:5]}; a column holds numbers or categories"
            )
        chosen = _chosen(self.categorical_features, names)
        if chosen is None:
            chosen = [j for j, kind in enumerate(kinds) if kind == _CATEGORICAL]
        text = [names[j] for j in range(len(names)) if j not in set(chosen) and _is_text(X, j, kinds[j])]
        if text:
            raise ValueError(
                f"X has columns that are not numeric: {text[:5]}; name them in categorical_features too, which has "
                f"{self.categorical_features!r}"
            )
        self.categorical = np.array(sorted(chosen), dtype=int)
        self.numeric = np.setdiff1d(np.arange(len(names)), self.categorical)
        self.categories = [_categories(X, j) for j in self.categorical]
        self._markers = {int(j): _marker(column_values(X, j)) for j in self._of_objects(X)}
        return self

    def encode(self, X: Any) -> np.ndarray:
        """Return numbers and codes, of the shape of the table."""
        rows = np.empty(_shape(X), dtype=np.float64)
        rows[:, self.numeric] = _numbers(X, self.numeric)
        for j, categories in zip(self.categorical, self.categories, strict=True):
            rows[:, j] = categories.encode(column_values(X, j))
        return rows

    def named(self, X: Any, rows: np.ndarray) -> Any:
        """Return encoded rows with the names of the columns, if those of `X` have names."""
        if hasattr(X, "iloc"):
            return type(X)(rows, columns=X.columns)
        if (frame := wrapped(X)) is None:
            return rows
        import narwhals as nw

        columns = dict(zip(frame.columns, rows.T, strict=True))
        return nw.from_dict(columns, backend=frame.implementation).to_native()

    def decode(self, rows: np.ndarray, template: Any, real_index: Any = ()) -> Any:
        """Return numbers and codes in the container and the dtypes of `template`, as `rows_like` does."""
        columns = {
            j: categories.decode(rows[:, j].astype(int))
            for j, categories in zip(self.categorical, self.categories, strict=True)
        }
        if hasattr(template, "iloc"):
            return self._pandas(rows, columns, template, real_index)
        frame = wrapped(template)
        for j, (marker, whole) in self._markers.items():
            numbers = rows[:, j] if frame is None else nearest(rows[:, j], frame[:, int(j)].to_numpy().dtype)
            columns[j] = _as_objects(numbers, marker_of(marker), whole)
        if frame is not None:
            return _from_columns(columns, frame)
        if getattr(template, "dtype", np.dtype(object)).kind in "biufc":
            filled = rows.copy()
            for j, values in columns.items():
                filled[:, j] = values
            return rows_like(template, filled)
        table = rows.astype(object)
        for j, values in columns.items():
            table[:, j] = values
        return table.tolist() if isinstance(template, list) else table.astype(template.dtype)

    def _pandas(
        self, rows: np.ndarray, columns: dict[int, np.ndarray], template: Any, real_index: Any
    ) -> Any:
        import pandas as pd

        numeric = rows_like(
            template.iloc[:, self.numeric],
            rows[:, self.numeric],
            real_index if len(real_index) else template.index,
        )
        parts = [
            pd.Series(values, numeric.index, template.dtypes.iloc[j], name=template.columns[j])
            for j, values in columns.items()
        ]
        frame = pd.concat([numeric, *parts], axis=1) if parts else numeric
        order = np.argsort([*self.numeric, *columns], kind="stable")
        return frame.iloc[:, order].set_axis(template.columns, axis=1)

    def _of_objects(self, X: Any) -> Any:
        """Return the numeric columns whose values are Python's: those of lists, object arrays and polars."""
        return [] if hasattr(X, "iloc") or not _holds_objects(X) else self.numeric


def holds_categories(X: Any) -> bool:
    """Tell whether a table has a column that ``categorical_features="auto"`` takes as categorical, or dates."""
    if sparse.issparse(X) or hasattr(X, "obs_names"):
        return False
    if not hasattr(X, "iloc") and wrapped(X) is None:
        try:
            plain = np.asarray(X)
        except ValueError:  # ragged
            return False
        if plain.ndim != 2 or plain.dtype.kind in "biufc":
            return False
    elif len(X.shape) != 2:
        return False
    return any(kind != _NUMERIC for kind in _kinds(X))


def check_table_kind(X: Any) -> None:
    """Refuse tables that cannot have categorical columns.

    Raises
    ------
    TypeError
        If `X` is sparse.
    """
    if sparse.issparse(X):
        raise TypeError("categorical_features needs a dense table, but X is sparse; pass X.toarray()")


def _shape(X: Any) -> tuple[int, int]:
    return X.shape if hasattr(X, "shape") else np.asarray(X, dtype=object).shape


def _holds_objects(X: Any) -> bool:
    """Tell whether the values of a list, an array or a frame of polars come as Python's."""
    return getattr(X, "dtype", np.dtype(object)).kind == "O"


def _names(X: Any) -> list[Any]:
    return list(X.columns) if hasattr(X, "columns") else list(range(_shape(X)[1]))


def _kinds(X: Any) -> Iterator[str]:
    """Yield what each column holds by its dtype, or by its values if those are objects."""
    if hasattr(X, "iloc"):
        for j, dtype in enumerate(X.dtypes):
            of_objects = str(dtype) == "object"
            yield _kind_of_values(column_values(X, j)) if of_objects else _kind_of_dtype(dtype)
    elif (frame := wrapped(X)) is not None:
        for dtype in frame.schema.values():
            other = _DATE if dtype.is_temporal() else _NESTED if dtype.is_nested() else _CATEGORICAL
            yield _NUMERIC if dtype.is_numeric() else other
    elif getattr(X, "dtype", np.dtype(object)).kind in "biufc":
        yield from [_NUMERIC] * X.shape[1]
    else:  # objects or text
        values = np.asarray(X, dtype=object)
        yield from map(_kind_of_values, values.T)


def _kind_of_dtype(dtype: Any) -> str:
    """Return what columns of a dtype of pandas hold, if those are not objects."""
    from pandas.api import types

    if types.is_datetime64_any_dtype(dtype) or getattr(dtype, "kind", "") in "mM" or "period" in str(dtype):
        return _DATE
    if types.is_bool_dtype(dtype) or not types.is_numeric_dtype(dtype):
        return _CATEGORICAL
    return _NUMERIC


def _kind_of_values(values: np.ndarray) -> str:
    present = values[~is_missing(values)]
    if any(hasattr(value, "isoformat") or type(value).__name__ == "datetime64" for value in present):
        return _DATE
    if any(isinstance(value, list | tuple | set | np.ndarray) for value in present):
        return _NESTED
    if any(isinstance(value, str | bytes | bool | np.bool_) for value in present):
        return _CATEGORICAL
    return _NUMERIC


def _is_text(X: Any, j: int, kind: str) -> bool:
    """Tell whether a column cannot be taken as numbers: a categorical one that is not of booleans."""
    if kind != _CATEGORICAL:
        return False
    values = column_values(X, j)
    return not all(isinstance(value, bool | np.bool_ | Number) for value in values[~is_missing(values)])


def _chosen(categorical_features: Any, names: list[Any]) -> list[int] | None:
    """Return the positions that `categorical_features` gives; None for "auto"."""
    if isinstance(categorical_features, str):
        return None
    given = list(categorical_features)
    if given and all(isinstance(item, bool | np.bool_) for item in given):
        if len(given) != len(names):
            raise ValueError(
                f"categorical_features is a mask of {len(given)} entries, but X has {len(names)} columns"
            )
        return np.flatnonzero(given).tolist()
    unknown = [item for item in given if not _is_place(item, len(names)) and item not in names]
    if unknown:
        raise ValueError(
            f"categorical_features names columns that X does not have: {unknown[:5]}; it takes names, positions "
            f"from 0 to {len(names) - 1}, or a mask"
        )
    return [int(item) % len(names) if _is_place(item, len(names)) else names.index(item) for item in given]


def _is_place(item: Any, n_columns: int) -> bool:
    return isinstance(item, Integral) and not isinstance(item, bool) and -n_columns <= int(item) < n_columns


def _categories(X: Any, j: int) -> Categories:
    values = column_values(X, j)
    if hasattr(X, "iloc"):
        dtype = X.dtypes.iloc[j]
        order = getattr(dtype, "categories", None)
        return Categories(values, order, bool(getattr(dtype, "ordered", False)))
    frame = wrapped(X)
    if frame is not None and hasattr(frame.schema[frame.columns[j]], "categories"):  # an Enum
        return Categories(values, frame.schema[frame.columns[j]].categories, ordered=True)
    return Categories(values)


def _numbers(X: Any, columns: np.ndarray) -> np.ndarray:
    if hasattr(X, "iloc"):
        return X.iloc[:, columns].to_numpy(dtype=np.float64, na_value=np.nan)
    if wrapped(X) is None and not _holds_objects(X):
        return np.asarray(X)[:, columns]
    numbers = np.empty((_shape(X)[0], len(columns)))
    for place, j in enumerate(columns):
        values = column_values(X, j)
        numbers[:, place] = np.where(is_missing(values), np.nan, values)
    return numbers


def _marker(values: np.ndarray) -> tuple[str, bool]:
    """Return what stands for a missing value in a column, and whether the others are integers."""
    missing = is_missing(values)
    whole = all(isinstance(value, Integral) for value in values[~missing])
    return (marker_name(values[missing][0]) if missing.any() else "None"), whole


def _as_objects(numbers: np.ndarray, marker: Any, whole: bool) -> np.ndarray:
    """Return numbers as Python's, with a marker where they are NaN."""
    return objects(
        [marker if number != number else round(number) if whole else number for number in numbers.tolist()]
    )


def _from_columns(columns: dict[int, np.ndarray], template: Any) -> Any:
    """Return a frame of polars, or of another library that narwhals knows."""
    import narwhals as nw

    values = {name: columns[j].tolist() for j, name in enumerate(template.columns)}
    return nw.from_dict(values, template.schema, backend=template.implementation).to_native()
