"""Checks of the input, with messages in the user's terms."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from numbers import Integral, Real
from typing import Any

import numpy as np
from imblearn.utils import check_target_type
from scipy import sparse
from sklearn.utils import _safe_indexing
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_array, has_fit_parameter, validate_data

from .containers import as_array, dense, for_sklearn, readable, wrapped
from .warnings import few_rows_of_a_class

TAKE_CATEGORIES = "CTGANSampler, TVAESampler, TabDDPMSampler or CopulaSampler"


def check_labels(y: Any) -> tuple[Any, int]:
    """Return one label for each row, and the number of columns of a one-vs-all matrix (0 if `y` is not one).

    The labels of a one-vs-all matrix are its column numbers.
    """
    y = plain_labels(dense(y))
    if y is None:
        raise ValueError("y must have one label for each row of X, got None")
    check_targets(y)
    labels, one_vs_all = check_target_type(y, indicate_one_vs_all=True)
    n_missing = int((y == 0).all(axis=1).sum()) if one_vs_all else 0
    if n_missing:
        raise ValueError(f"y has {n_missing} rows without a 1, whose class is missing; drop these rows")
    return labels, y.shape[1] if one_vs_all else 0


def check_targets(y: Any) -> None:
    """Refuse what are no labels of classes, as scikit-learn does; classes of one row are no reason for a warning."""
    with few_rows_of_a_class():
        check_classification_targets(y)


def _check_label_values(y: Any) -> None:
    """Refuse what is no array, labels that are missing, and those of mixed types."""
    values = np.asarray(y, dtype=object)
    if not values.ndim:
        raise ValueError(f"y must have one label for each row of X, got {y!r}")
    values = values.ravel()
    n_missing = _count_missing(values)
    if n_missing:
        raise ValueError(f"Input y contains NaN: {n_missing} labels are missing; drop their rows")
    if len({isinstance(v, str) for v in values}) > 1:
        raise TypeError("y mixes strings and other labels; make them all strings")


def plain_labels(y: Any) -> Any:
    """Return labels of any container as an array, in which whole numbers and booleans are no objects.

    pandas' categories and nullable types are objects as an array, and scikit-learn takes some of them for floats.
    Refused are labels that are missing, which text would turn into a class of their own, those of mixed types, and
    other objects; None and sparse labels are left to the caller.
    """
    if y is None or sparse.issparse(y):
        return y
    y = as_array(y)
    _check_label_values(y)
    values = np.asarray(y)
    if values.dtype.kind == "T":  # the variable text of NumPy, which scikit-learn does not know
        values = values.astype(object)
    kinds = {type(label) for label in values.ravel()} if values.dtype.kind == "O" else {str}
    if all(issubclass(kind, str) for kind in kinds):
        return values
    for dtype, accepted in ((bool, bool | np.bool_), (int, Integral), (float, Real)):
        if all(issubclass(kind, accepted) and (dtype is bool or kind is not bool) for kind in kinds):
            return values.astype(dtype)
    names = ", ".join(sorted(kind.__name__ for kind in kinds))
    raise ValueError(
        f"Unknown label type: y holds objects of the type {names}; labels are text, whole numbers or booleans, for "
        "instance [str(label) for label in y]"
    )


def _count_missing(values: np.ndarray) -> int:
    return int(is_missing(values).sum())


def is_missing(values: np.ndarray) -> np.ndarray:
    """Tell which of some objects stand for a missing value: None, NaN, and those of pandas."""
    return np.array(
        [v is None or type(v).__name__ in ("NAType", "NaTType") or bool(v != v) for v in values], dtype=bool
    )


def check_count(value: Any, name: str, least: int = 1) -> None:
    """Refuse what is no number of things."""
    if isinstance(value, bool) or not isinstance(value, Integral) or value < least:
        raise ValueError(f"{name} must be an integer of {least} or more; got {value!r}.")


def check_names(X: Any, name: str = "X") -> None:
    """Refuse a data frame with several columns of one name, or with a name that arrays cannot hold."""
    frame = X if hasattr(X, "iloc") else wrapped(X)
    odd = [column for column in map(str, getattr(frame, "columns", ())) if "\0" in column]
    if odd:  # arrays of text cut them off, so that two genes would have one name
        raise ValueError(f"{name} has columns with zero bytes in their names: {odd[:5]}; rename them")
    if hasattr(X, "select_dtypes"):
        repeated = X.columns[X.columns.duplicated()].tolist()
        if repeated:
            raise ValueError(f"{name} has several columns of one name: {repeated[:5]}; merge or rename them")


def check_order(X: Any, rows: str = "X", **given: Any) -> None:
    """Refuse labels or groups of pandas that name rows of X, called `rows`, at other places than X.

    Rows that are merely numbered, as those of a Series made of a list are, have the order of X, unless X has the same
    numbers in another order.
    """
    for name, values in given.items():
        if not hasattr(values, "iloc") or not hasattr(X, "iloc") or values.index.equals(X.index):
            continue
        ours, theirs = X.index, values.index
        if len(ours) != len(theirs):
            continue
        if ours.is_unique and theirs.is_unique and set(ours) == set(theirs):
            raise ValueError(
                f"{name} has the rows of {rows} in another order; use {name}.loc[{rows}.index], or, if only the "
                f"names are in another order, {name}.set_axis({rows}.index)"
            )
        numbered = any(list(index) == list(range(len(index))) for index in (ours, theirs))
        moved = [label for k, label in enumerate(theirs) if label != ours[k] and label in ours]
        if moved and not numbered:
            raise ValueError(
                f"{name} has the row {moved[0]!r} of {rows} at another place, and the names of both are not the "
                f"same, each once; bring both into one order, and pass {name}.reset_index(drop=True)"
            )


def check_has_rows(X: Any, name: str = "X") -> None:
    """Refuse what is no table: None, text, a single number, a mapping, and an AnnData, which is several."""
    if is_anndata(X):
        raise TypeError(f"{name} is an AnnData; pass {name}.to_df(), and labels as {name}.obs[label_key]")
    if sparse.issparse(X):  # of which one kind is a mapping
        return
    if isinstance(X, str | bytes | Mapping) or not any(
        hasattr(X, attribute) for attribute in ("shape", "__len__", "__array__")
    ):
        raise ValueError(
            f"Expected 2D array: {name} must have a row for each sample and a column for each gene, got {X!r}"
        )
    if isinstance(X, np.ma.MaskedArray) and X.mask.any():  # which scikit-learn takes for numbers
        raise ValueError(
            f"{name} has {X.mask.sum()} masked values; fill them in, for instance by {name}.filled(0), or leave "
            "their genes out"
        )
    if hasattr(X, "requires_grad"):
        _check_tensor(X, name)


def _check_tensor(X: Any, name: str) -> None:
    """Refuse a tensor of torch that NumPy cannot read: on a GPU, sparse, of bfloat16, or one with a gradient."""
    try:
        np.asarray(X)
    except (TypeError, RuntimeError) as error:
        raise TypeError(
            f"{name} is a tensor that cannot be read as an array ({error}); pass "
            f"{name}.detach().cpu().to_dense().double().numpy()"
        ) from None


def check_matrix(X: Any, name: str = "X") -> None:
    """Refuse what is no table of numbers, and a data frame with several columns of one name."""
    check_has_rows(X, name)
    check_names(X, name)
    _check_numeric(X, name)


def _check_numeric(X: Any, name: str, remedy: str = "") -> None:
    text = _text_columns(X)
    if text:
        raise ValueError(
            f"{name} has columns that are not numeric: {text[:5]}; pass expression values only{remedy}"
        )


def is_anndata(X: Any) -> bool:
    """Tell whether a table is an AnnData, from which arrays cannot be made."""
    return hasattr(X, "obs_names") and hasattr(X, "var_names")


_REMEDY = f", or use {TAKE_CATEGORIES}, which take categories unless another sampler wraps them"


def check_table(X: Any, n_labels: int, mixed: bool = False, remedy: str = _REMEDY) -> None:
    """Report in the user's terms what scikit-learn's validation would report about arrays.

    Columns of text are left to the caller if the table may be `mixed`; otherwise the message ends in a `remedy`.
    """
    if is_anndata(X):
        raise TypeError(
            "X is an AnnData, of which obs holds the labels; use "
            "sklearn_txaug.datasets.augment_anndata(adata, sampler, label_key)"
        )
    check_has_rows(X)
    check_names(X)
    if not mixed:
        _check_numeric(X, "X", remedy)
    n_rows = X.shape[0] if hasattr(X, "shape") else len(X)
    if n_rows != n_labels:
        raise ValueError(f"X has {n_rows} rows but y has {n_labels} labels; each row needs one label")


def _text_columns(X: Any) -> list[Any]:
    """Return the names of the columns of a DataFrame that do not hold numbers."""
    if hasattr(X, "select_dtypes"):
        text = X.select_dtypes(exclude=["number", "bool", "object"]).columns.tolist()
        return text + [name for name, column in X.select_dtypes("object").items() if not _is_numeric(column)]
    frame = wrapped(X)
    if frame is None:
        return _text_places(X)
    if len(frame.shape) == 1:
        return []
    return [
        name for name, dtype in frame.schema.items() if not dtype.is_numeric() and str(dtype) != "Boolean"
    ]


def _text_places(X: Any) -> list[int]:
    """Return the columns of an array that hold times, or as objects text which is no number."""
    if not isinstance(X, np.ndarray) or X.ndim != 2:
        return []
    if X.dtype.kind in "mM":  # which scikit-learn takes for numbers
        return list(range(X.shape[1]))
    if X.dtype.kind != "O":
        return []
    return [
        j
        for j, column in enumerate(X.T)
        if any(isinstance(v, str) for v in column) and not _is_numeric(column)
    ]


def _is_numeric(column: Any) -> bool:
    """Tell whether objects can be taken for numbers, as scikit-learn takes them."""
    try:
        column.astype(float)
    except ValueError:
        return False
    except TypeError:  # not text but, say, a dict, which scikit-learn names
        return True
    return True


def check_groups(groups: Any, n_rows: int) -> None:
    """Refuse groups of another length, and rows whose group is missing."""
    if groups is None:
        return
    given = np.asarray(groups, dtype=object)
    if given.ndim != 1:
        what = f"an array of shape {given.shape}" if given.ndim else repr(groups)
        raise ValueError(f"groups must have one group for each of the {n_rows} rows of X, got {what}")
    if len(groups) != n_rows:
        raise ValueError(f"groups has {len(groups)} entries but X has {n_rows} rows")
    n_missing = _count_missing(given)
    if n_missing:
        raise ValueError(
            f"groups is missing for {n_missing} rows; drop them, or give each a group of its own"
        )


def check_classes(classes: np.ndarray) -> None:
    """Refuse a single class, of which no classifier can be trained."""
    if len(classes) < 2:
        raise ValueError(
            f"y has one class only ({classes.tolist()[0]!r}); a classifier needs 2 or more: give rows of another "
            "class, or other labels"
        )


def validated(estimator: Any, X: Any, *labels: Any, **checks: Any) -> Any:
    """Return what scikit-learn's `validate_data` returns; an error of it names the columns to look at."""
    with naming_columns(X):
        return validate_data(estimator, for_sklearn(X), *labels, **checks)


_REMEDIES = {
    "NaN": "Fill in or leave out what is missing.",
    "infinity": "The logarithm of 0 is infinite: use log2(x + 1), or leave the columns out.",
}


@contextmanager
def naming_columns(X: Any, name: str = "X") -> Iterator[None]:
    """Name the columns with NaN or infinity where scikit-learn says only that there are some."""
    try:
        yield
    except ValueError as error:
        found = re.match(f"Input {name} contains (NaN|infinity)", str(error))
        columns = _columns_with(X, found[1]) if found else []
        if not found or not columns:
            raise
        where = (
            f"the column {columns[0]!r}" if len(columns) == 1 else f"{len(columns)} columns: {columns[:5]}"
        )
        raise ValueError(f"{found[0]} in {where}.\n{_REMEDIES[found[1]]}") from None


def _columns_with(X: Any, what: str) -> list[Any]:
    """Return the names, or positions, of the columns that hold NaN or infinity."""
    rows = dense(check_array(readable(X), accept_sparse=True, dtype=np.float64, ensure_all_finite=False))
    places = np.flatnonzero((np.isnan(rows) if what == "NaN" else np.isinf(rows)).any(axis=0)).tolist()
    frame = wrapped(X)
    names = getattr(X if frame is None else frame, "columns", None)
    return places if names is None else [names[j] for j in places]


_LARGEST = 1e15  # whose squares can be summed up in 32-bit floats


def check_magnitude(rows: np.ndarray, names: Any = None, name: str = "X") -> None:
    """Refuse numbers whose squares overflow, which no scaler could bring to one scale; NaN may be among them."""
    if not rows.size:
        return
    largest = np.fmax(np.fmax.reduce(rows, axis=0), -np.fmin.reduce(rows, axis=0))
    beyond = np.flatnonzero(largest > _LARGEST)
    if len(beyond):
        j = beyond[0]
        gene = int(j) if names is None else names[j]
        raise ValueError(
            f"{name} has values as large as {largest[j]:.3g} in the column {gene!r}, too large to compute with "
            f"(more than {_LARGEST:g}): leave the column out, or bring it to another unit, such as a logarithm"
        )


def is_fitted(estimator: Any) -> bool:
    """Tell whether an estimator of any library is fitted: by its own method, else by attributes ending in _."""
    if hasattr(estimator, "__sklearn_is_fitted__"):
        return bool(estimator.__sklearn_is_fitted__())
    return any(
        name.endswith("_") and not name.startswith("__") for name in getattr(estimator, "__dict__", ())
    )


def groups_for(estimator: Any, groups: Any, rows: Any = None) -> dict[str, Any]:
    """Return the keyword `groups` for the `fit` of an estimator, on all or some rows; nothing if it takes none."""
    if groups is None or not has_fit_parameter(estimator, "groups"):
        return {}
    return {"groups": groups if rows is None else _safe_indexing(groups, rows)}
