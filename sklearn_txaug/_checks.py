"""What a user got wrong, said in the user's terms."""

from __future__ import annotations

import os
import warnings
from typing import Any

import numpy as np


def check_table(X: Any, n_labels: int) -> None:
    """Say in the user's terms what scikit-learn's validation would report about arrays."""
    if hasattr(X, "select_dtypes"):
        text = X.select_dtypes(exclude=["number", "bool", "object"]).columns.tolist()
        if text:
            raise ValueError(f"X has columns that are not numeric: {text[:5]}; pass expression values only")
    n_rows = X.shape[0] if hasattr(X, "shape") else len(X)
    if n_rows != n_labels:
        raise ValueError(f"X has {n_rows} rows but y has {n_labels} labels; each row needs one label")


def check_memory(n_synthetic: int, rows: np.ndarray) -> None:
    try:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # not a POSIX system
        memory = 2**40
    if n_synthetic * rows.shape[1] * rows.itemsize > memory:
        raise ValueError(
            f"n_synthetic or sampling_strategy asks for {n_synthetic} rows of {rows.shape[1]} features, "
            f"more than this machine's {memory / 2**30:.0f} GiB of memory hold"
        )


def warn_if_not_log(rows: np.ndarray) -> None:
    largest = rows.max()
    if largest <= 100:  # log2 of any read count or TPM is far below
        return
    kind = "raw counts" if rows.min() >= 0 and not np.mod(rows, 1).any() else "values on a linear scale"
    remedy = "log2(counts per million + 1)" if kind == "raw counts" else "log2(x + 1)"
    warnings.warn(
        f"X looks like {kind} (largest value {largest:g}), but generators expect a log scale: "
        f"pass {remedy}, or put the transform in the `scaler` parameter.",
        UserWarning,
        stacklevel=5,
    )
