"""Tables of covariates: frames of pandas or polars, and arrays, as columns of values and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..utils.checks import check_names, check_order, is_missing
from ..utils.containers import dense, objects, wrapped


def columns_of(table: Any) -> dict[Any, np.ndarray]:
    """Return the values of each column as objects; those of an array are named by their number."""
    check_names(table, "covariates")
    if hasattr(table, "iloc"):
        frame = table.to_frame() if table.ndim == 1 else table
        return {name: frame[name].to_numpy(dtype=object) for name in frame.columns}
    if (frame := wrapped(table)) is not None:
        frame = frame.to_frame() if len(frame.shape) == 1 else frame
        return {name: objects(frame[name].to_list()) for name in frame.columns}
    values = np.asarray(dense(table), dtype=object)
    if values.ndim not in (1, 2):
        raise ValueError(f"covariates must have one or two dimensions, got shape {values.shape}")
    values = values.reshape(len(values), -1)
    return {k: values[:, k] for k in range(values.shape[1])}


def take_columns(X: Any, names: list[Any]) -> tuple[Any, Any]:
    """Return a frame without some columns, and these.

    Raises
    ------
    TypeError
        If it is no frame.
    ValueError
        If it lacks a column.
    """
    frame = wrapped(X)
    if not hasattr(X, "iloc") and frame is None:
        raise TypeError(f"covariate_features={names} needs columns with names: X must be a data frame")
    check_names(X)
    lacking = [name for name in names if name not in list(X.columns)]
    if lacking:
        raise ValueError(f"covariate_features: X has no columns {lacking}")
    if len(names) == len(list(X.columns)):
        raise ValueError("covariate_features names all columns of X; leave the genes out of it")
    if frame is not None:
        return frame.drop(names).to_native(), frame.select(names).to_native()
    return X.drop(columns=names), X[names]


def join_columns(X: Any, table: Any, template: Any) -> Any:
    """Return a frame with the columns of both, in the order of `template`."""
    if hasattr(X, "iloc"):
        import pandas as pd

        return pd.concat([X, table], axis=1)[list(template.columns)].set_axis(template.columns, axis=1)
    import narwhals as nw

    parts = [wrapped(X), wrapped(table)]
    return nw.concat(parts, how="horizontal").select(list(template.columns)).to_native()


def check_rows(table: Any, X: Any) -> None:
    """Refuse covariates that are no table, of another number of rows, or of the same rows in another order."""
    if isinstance(table, Mapping):
        raise TypeError(
            "covariates must be a data frame or an array with one row for each row of X, got a mapping"
        )
    n_rows, n_given = row_count(X), row_count(table)
    if n_given != n_rows:
        raise ValueError(f"covariates has {n_given} rows but X has {n_rows} rows")
    check_order(X, covariates=table)


def row_count(table: Any) -> int:
    """Return the number of rows of a table."""
    return table.shape[0] if hasattr(table, "shape") else len(table)


def is_declared_categorical(table: Any, name: Any) -> bool:
    """Tell whether a frame of pandas says that a column has categories; otherwise its values say it."""
    if not hasattr(table, "iloc"):
        return False
    column = table if table.ndim == 1 else table[name]
    return column.dtype.name == "category"


def table_of(columns: Mapping[Any, np.ndarray], template: Any, index: Any = None) -> Any:
    """Return columns in the kind of container that `template` is, with its dtypes and the names of rows given."""
    if hasattr(template, "iloc"):
        return _pandas_table(columns, template, index)
    if (frame := wrapped(template)) is not None:
        return _wrapped_table(columns, frame).to_native()
    rows = np.column_stack(list(columns.values()))
    if isinstance(template, list):
        return rows.tolist() if not template or isinstance(template[0], list) else rows[:, 0].tolist()
    rows = rows.astype(_holding(template.dtype, rows.ravel()))
    return rows[:, 0] if template.ndim == 1 else rows


def _pandas_table(columns: Mapping[Any, np.ndarray], template: Any, index: Any) -> Any:
    import pandas as pd

    series = template.ndim == 1
    frame = template.to_frame() if series else template
    made = {
        name: pd.Series(values, dtype=object, index=index).astype(_holding(frame[name].dtype, values))
        for name, values in columns.items()
    }
    table = pd.DataFrame(made, index=index, columns=frame.columns)
    return table.iloc[:, 0].rename(template.name) if series else table


def _wrapped_table(columns: Mapping[Any, np.ndarray], template: Any) -> Any:
    import narwhals as nw

    frame = template.to_frame() if len(template.shape) == 1 else template
    made = []
    for name, values in columns.items():
        known = [None if gone else value for value, gone in zip(values, is_missing(values), strict=True)]
        whole = not frame[name].dtype.is_integer() or _is_whole(values)
        dtype = frame[name].dtype if whole else nw.Float64
        made.append(nw.new_series(name, known, dtype, backend=template.implementation))
    return (
        made[0]
        if len(template.shape) == 1
        else nw.from_dict({column.name: column for column in made}, backend=template.implementation)
    )


def _holding(dtype: Any, values: np.ndarray) -> Any:
    """Return the dtype, or float64 where it has whole numbers only and the values are others."""
    kind = getattr(getattr(dtype, "numpy_dtype", dtype), "kind", "O")
    return dtype if kind not in "iu" or _is_whole(values) else np.dtype(np.float64)


def _is_whole(values: np.ndarray) -> bool:
    return all(float(value).is_integer() for value in values[~is_missing(values)])
