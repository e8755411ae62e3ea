"""Checks shared by the indicators."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sp
from sklearn.utils import check_array, column_or_1d

from ..utils.checks import (
    check_count,
    check_magnitude,
    check_matrix,
    check_order,
    is_missing,
    naming_columns,
)
from ..utils.containers import readable, wrapped

NAMES = ("X_real", "X_synthetic")


def check_rows(X: Any, name: str, min_rows: int = 1) -> np.ndarray:
    """Return `X` as a dense, finite, two-dimensional float array."""
    check_matrix(X, name)
    genes = names_of(X)
    with naming_columns(X, name):
        X = check_array(
            readable(X),
            accept_sparse="csr",
            dtype=[np.float64, np.float32],
            ensure_min_samples=0,
            input_name=name,
        )
    if X.shape[0] < min_rows:
        raise ValueError(f"{name} has {X.shape[0]} rows; at least {min_rows} are needed.")
    rows = X if isinstance(X, np.ndarray) else sp.csr_array(X).toarray()
    check_magnitude(rows, genes, name)
    return rows


def check_pair(
    X_real: Any, X_synthetic: Any, *, min_rows: int = 1, names: tuple[str, str] = NAMES
) -> tuple[np.ndarray, np.ndarray]:
    """Check two sets of rows and put the genes of the second in the order of the first."""
    X_synthetic = _align(X_real, X_synthetic, names)
    real, synthetic = check_rows(X_real, names[0], min_rows), check_rows(X_synthetic, names[1], min_rows)
    if real.shape[1] != synthetic.shape[1]:
        raise ValueError(f"{names[0]} has {real.shape[1]} genes and {names[1]} has {synthetic.shape[1]}.")
    return real, synthetic


def check_three(X_train: Any, X_test: Any, X_synthetic: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Check training, test and synthetic rows, two or more in each."""
    train, test = check_pair(X_train, X_test, min_rows=2, names=("X_train", "X_test"))
    _, synthetic = check_pair(X_train, X_synthetic, min_rows=2, names=("X_train", "X_synthetic"))
    return train, test, synthetic


def _align(X_real: Any, X_synthetic: Any, names: tuple[str, str]) -> Any:
    """Reorder the columns of a data frame by name, where both sets have names."""
    wanted, given = names_of(X_real), names_of(X_synthetic)
    if wanted is None or given is None or wanted == given:
        return X_synthetic
    if len(wanted) != len(given) or set(wanted) != set(given) or len(set(wanted)) != len(wanted):
        odd = sorted(map(str, set(wanted) ^ set(given)))[:5]
        raise ValueError(f"The columns of {names[1]} are not those of {names[0]}; in one only: {odd}.")
    return (
        X_synthetic[wanted]
        if hasattr(X_synthetic, "iloc")
        else wrapped(X_synthetic).select(wanted).to_native()
    )


def names_of(X: Any) -> list[Any] | None:
    """Return the names of the columns of a data frame of any library, None if there are none."""
    frame = X if hasattr(X, "iloc") else wrapped(X)
    return list(frame.columns) if hasattr(frame, "columns") else None


def labels_of(y: Any, X: np.ndarray, name: str, rows: str) -> np.ndarray:
    """Return `y` as a one-dimensional array with one label for each row of `X`."""
    if y is None:
        raise ValueError(f"{name} is needed: one label for each row of {rows}.")
    labels = column_or_1d(np.asarray(y))
    n_missing = int(is_missing(column_or_1d(np.asarray(y, dtype=object))).sum())
    if n_missing:
        raise ValueError(f"{name} lacks {n_missing} labels; leave their rows out.")
    if len(labels) != len(X):
        raise ValueError(f"{name} has {len(labels)} labels for the {len(X)} rows of {rows}.")
    if labels.dtype == object and len({isinstance(label, str) for label in labels}) > 1:
        raise ValueError(f"{name} mixes text and other labels; make all of them text.")
    if labels.dtype == object:
        labels = labels.astype(str) if all(isinstance(label, str) for label in labels) else labels
    return labels


def check_labelled_pair(
    X_real: Any, X_synthetic: Any, y_real: Any, y_synthetic: Any
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Check two labelled sets of rows that share at least one class."""
    if np.ndim(X_synthetic) == 1 and np.ndim(y_real) == 2:
        raise ValueError(
            "X_synthetic has one dimension and y_real has two; the order of the arguments is X_real, X_synthetic, "
            "y_real, y_synthetic."
        )
    check_order(X_real, "X_real", y_real=y_real)
    check_order(X_synthetic, "X_synthetic", y_synthetic=y_synthetic)
    X_real, X_synthetic = check_pair(X_real, X_synthetic)
    y_real = labels_of(y_real, X_real, "y_real", "X_real")
    y_synthetic = labels_of(y_synthetic, X_synthetic, "y_synthetic", "X_synthetic")
    if not set(y_real.tolist()) & set(y_synthetic.tolist()):
        raise ValueError(
            f"y_synthetic has no class of y_real: {_few(y_synthetic)} against {_few(y_real)}. "
            "Both need the same kind of label."
        )
    return X_real, X_synthetic, y_real, y_synthetic


def _few(y: np.ndarray) -> list[Any]:
    return np.unique(y).tolist()[:5]


def check_neighbours(k: int, X: np.ndarray, name: str) -> None:
    """Refuse a number of neighbours that the rows cannot give."""
    check_count(k, "k")
    if len(X) <= k:
        raise ValueError(f"k={k} needs {k + 1} rows or more, but {name} has {len(X)}: give a smaller k.")


def generator(random_state: Any) -> np.random.Generator:
    """Make a generator of its own from an int, None, a Generator or a RandomState."""
    if isinstance(random_state, np.random.RandomState):
        random_state = random_state.randint(2**31 - 1)
    try:
        return np.random.default_rng(random_state)
    except (TypeError, ValueError):
        raise ValueError(
            f"random_state must be an integer of 0 or more, a Generator, a RandomState or None; got {random_state!r}."
        ) from None


def equal_sizes(*arrays: np.ndarray, random_state: Any = 0) -> list[np.ndarray]:
    """Cut all sets to the size of the smallest by drawing rows without replacement."""
    size, rng = min(map(len, arrays)), generator(random_state)
    return [X if len(X) == size else X[np.sort(rng.choice(len(X), size, replace=False))] for X in arrays]
