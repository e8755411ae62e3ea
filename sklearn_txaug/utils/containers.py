"""Containers are returned as given: real rows untouched, synthetic rows built to match them."""

from __future__ import annotations

from collections.abc import Collection
from numbers import Real
from typing import Any

import numpy as np
from scipy import sparse

from .optional import require


def wrapped(container: Any) -> Any:
    """Return a frame or series of polars, or of another library that narwhals knows, wrapped by it, else None.

    Those of pandas are not wrapped: narwhals has no index.
    """
    if container is None or isinstance(container, list | tuple | np.ndarray) or sparse.issparse(container):
        return None
    if hasattr(container, "iloc") or not hasattr(container, "shape"):
        return None
    try:
        import narwhals as nw
    except ImportError:
        return None
    found = nw.from_native(container, eager_only=True, allow_series=True, pass_through=True)
    return found if isinstance(found, nw.DataFrame | nw.Series) else None


def as_array(container: Any) -> Any:
    """Return a frame or series of polars as an array, anything else unchanged."""
    frame = wrapped(container)
    return container if frame is None else frame.to_numpy()


def as_pandas(container: Any) -> Any:
    """Return a frame of polars as one of pandas, anything else unchanged."""
    frame = wrapped(container)
    if frame is None or not hasattr(frame, "columns"):
        return container
    pd = require("pandas", "as_pandas")
    return pd.DataFrame({name: frame[name].to_list() for name in frame.columns})


def no_rows(container: Any) -> Any:
    """Return `container` with all columns, dtypes and names but no rows: a template for new ones.

    It is a copy: a view would keep the rows in memory, and with some kinds of index all their names.
    """
    if sparse.issparse(container):
        return container.tocsr()[:0].asformat(container.format)
    if (frame := wrapped(container)) is not None:
        return frame.head(0).to_native()
    if not hasattr(container, "iloc"):
        return container[:0] if isinstance(container, list) else container[:0].copy()
    empty = container.iloc[:0].copy()
    for forget in ("remove_unused_levels", "remove_unused_categories"):
        if hasattr(empty.index, forget):
            empty.index = getattr(empty.index, forget)()
    return empty


def readable(X: Any, keep_sparse: bool = True) -> Any:
    """Return a table whose values scikit-learn and torch can read, in the container that `X` is.

    A tensor becomes an array, which under scikit-learn's ``array_api_dispatch`` it would not. Columns of a data frame
    become native if their bytes are in the other order, and dense if some others are, if it is not zeros that they
    leave out, or without `keep_sparse`.
    """
    if hasattr(X, "requires_grad"):
        return np.asarray(X)
    if not hasattr(X, "iloc"):
        return X if keep_sparse else dense(X)
    dtypes = dict(X.dtypes)
    fills = {name: dtype.fill_value for name, dtype in dtypes.items() if hasattr(dtype, "fill_value")}
    kept = keep_sparse and len(fills) == len(dtypes) and all(fill == 0 for fill in fills.values())
    new = {} if kept else {name: dtypes[name].subtype for name in fills}
    new |= {name: dtype.newbyteorder("=") for name, dtype in dtypes.items() if _is_swapped(dtype)}
    return X.astype(new) if new else X


def _is_swapped(dtype: Any) -> bool:
    return isinstance(dtype, np.dtype) and not dtype.isnative


def for_sklearn(X: Any) -> Any:
    """Return a table for scikit-learn's validation: `readable`, and all names of columns text."""
    return with_text_names(readable(X))


def with_text_names(X: Any) -> Any:
    """Return a data frame whose columns are named by numbers, such as Entrez identifiers, with text for these names.

    scikit-learn takes such a table for one without names, and genes would be matched by position. Anything else, and
    a data frame with the columns 0, 1, 2 and so on, is returned as it is.
    """
    names = getattr(X, "columns", None)
    if not hasattr(X, "iloc") or names is None or names.nlevels > 1:
        return X
    numbered = len(names) and all(isinstance(n, Real) and not isinstance(n, bool) for n in names)
    if not numbered or list(names) == list(range(len(names))):
        return X
    named = X.copy(deep=False)
    named.columns = identifiers(names)
    return named


def gene_names(X: Any) -> np.ndarray | None:
    """Return the names of the columns of a data frame, if they are text or numbers other than 0, 1, 2 and so on."""
    names = np.asarray(getattr(with_text_names(X), "columns", ()))
    return names.astype(str) if len(names) and all(isinstance(name, str) for name in names) else None


def identifiers(values: Any) -> np.ndarray:
    """Return names of patients, classes or genes as text, of which 7, 7.0 and "7" are one."""
    values = np.asarray(values)
    if values.dtype.kind not in "fO":
        return values.astype(str)
    texts = [str(int(v)) if isinstance(v, float) and v.is_integer() else str(v) for v in values.tolist()]
    return np.array(texts, dtype=np.str_)


def in_both(ours: Any, theirs: Any) -> list[str]:
    """Return the identifiers that two lists of patients or classes share, as text, sorted."""
    return np.intersect1d(identifiers(ours), identifiers(theirs)).tolist()


def giving_arrays(transformer: Any) -> Any:
    """Return a transformer of scikit-learn that gives arrays, whatever `set_config` says of its output."""
    return transformer.set_output(transform="default")


def objects(values: Collection[Any]) -> np.ndarray:
    """Return values as an array of objects with one dimension, whatever they are."""
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def dense(X: Any) -> Any:
    """Return a sparse `X` as an array, anything else unchanged."""
    return X.toarray() if hasattr(X, "toarray") else X


def as_container(container: Any) -> Any:
    """Return `container` if rows of its kind can be returned, else its values as an array."""
    kept = (
        isinstance(container, list | np.ndarray)
        or sparse.issparse(container)
        or hasattr(container, "iloc")
        or wrapped(container) is not None
    )
    return container if kept else np.asarray(container)


def rows_like(template: Any, values: np.ndarray, real_index: Any = ()) -> Any:
    """Put `values` into the same kind of container as `template`, with the same dtypes.

    Parameters
    ----------
    template : list, ndarray, sparse matrix or array, DataFrame or Series, also of polars
        The container to match.
    values : ndarray of shape (n_rows, ...)
        The rows.
    real_index : pandas.Index, optional
        Names already taken; new rows of a DataFrame or Series are named ``synthetic_<k>`` after them.
    """
    if hasattr(template, "iloc"):
        return _pandas_rows(template, values, real_index)
    if (frame := wrapped(template)) is not None:
        return _wrapped_rows(frame, values).to_native()
    if isinstance(template, list):
        return values.tolist()
    rows = _cast(values, template.dtype)
    return type(template)(rows) if sparse.issparse(template) else rows


def stack(real: Any, synthetic: Any) -> Any:
    """Return the rows of `real`, bit for bit, followed by those of `synthetic`."""
    if isinstance(real, list):
        return real + synthetic
    if (frame := wrapped(real)) is not None:
        return _stack_wrapped(frame, wrapped(synthetic)).to_native()
    if synthetic.shape[0] == 0:
        return real.copy()
    if hasattr(real, "iloc"):
        import pandas as pd

        return pd.concat([real, synthetic])
    if sparse.issparse(real):
        return sparse.vstack([real, synthetic], format=real.format)
    return np.concatenate([real, synthetic])


def _stack_wrapped(real: Any, synthetic: Any) -> Any:
    import narwhals as nw

    if len(real.shape) == 1:
        return nw.concat([real.to_frame(), synthetic.to_frame()]).get_column(real.name)
    return nw.concat([real, synthetic])


def _wrapped_rows(template: Any, values: np.ndarray) -> Any:
    import narwhals as nw

    library = template.implementation
    if len(template.shape) == 1:
        return nw.new_series(template.name, _storable(values, template), template.dtype, backend=library)
    columns = {name: _storable(values[:, i], template[name]) for i, name in enumerate(template.columns)}
    return nw.from_dict(columns, template.schema, backend=library)


def _storable(values: np.ndarray, column: Any) -> Any:
    """Return values in a type from which a column of this type can be made."""
    dtype = column.to_numpy().dtype
    return _cast(values, dtype) if dtype.kind in "iubf" else values.tolist()


def _cast(values: np.ndarray, dtype: Any) -> np.ndarray:
    """Cast to `dtype`, to the nearest value where it is an integer or boolean type."""
    return nearest(values, dtype).astype(dtype, copy=False)


def nearest(values: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """Return the values of an integer or boolean `dtype` that lie nearest to real `values`."""
    if values.dtype.kind != "f" or dtype.kind not in "iub":
        return values
    low, high = (0, 1) if dtype.kind == "b" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
    return np.rint(values).clip(low, high)


def _pandas_rows(template: Any, values: np.ndarray, real_index: Any) -> Any:
    import pandas as pd

    index = synthetic_index(len(values), real_index if len(real_index) else template.index)
    if template.ndim == 1:
        return pd.Series(values, index=index, name=template.name).astype(template.dtype)
    dtypes = list(template.dtypes)
    values = values.copy()
    for dtype in set(dtypes):
        columns = [i for i, other in enumerate(dtypes) if other == dtype]
        values[:, columns] = nearest(values[:, columns], _numpy_dtype(dtype))
    frame = pd.DataFrame(values, index=index)
    one_dtype = len(set(dtypes)) == 1
    frame = frame.astype(dtypes[0] if one_dtype else dict(enumerate(dtypes)))
    frame.columns = template.columns
    return frame


def _numpy_dtype(dtype: Any) -> np.dtype:
    """Return the dtype of the values that a pandas dtype (nullable, Arrow or sparse) stores."""
    plain = getattr(dtype, "numpy_dtype", getattr(dtype, "subtype", dtype))
    return plain if isinstance(plain, np.dtype) else np.dtype(object)


def synthetic_index(n_rows: int, real_index: Any) -> Any:
    """Return names for new rows, continuing the numbers of the synthetic ones in `real_index`."""
    import pandas as pd

    first = sum(str(name).startswith("synthetic_") for name in real_index)
    names = [f"synthetic_{k}" for k in range(first, first + n_rows)]
    if isinstance(real_index, pd.MultiIndex):
        blanks = ("",) * (real_index.nlevels - 1)
        return pd.MultiIndex.from_tuples([(name, *blanks) for name in names], names=real_index.names)
    return pd.Index(names, name=real_index.name, dtype=object)
