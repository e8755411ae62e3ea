"""Arrays and frames of an AnnData, longer by rows about which nothing is known."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy import sparse

from ..utils.warnings import warn

NULLABLE = {"b": "boolean", "i": "Int64", "u": "UInt64"}  # by the kinds of numpy


def extend_all(
    place: str, parts: Mapping[str, Any], n_new: int, index: Any, known: Mapping[str, Any]
) -> dict:
    """Put rows below each array or frame of a mapping.

    Parameters
    ----------
    place : str
        Name of the mapping, for messages.
    parts : mapping
        Layers or ``obsm``.
    n_new : int
        Number of new rows.
    index : Index of shape (n_rows + n_new,)
        Names of the rows, for frames.
    known : mapping
        The rows of those parts that have some; in others they are missing.

    Returns
    -------
    longer : dict
        The parts that can say that something is missing; a warning names the others.
    """
    longer = {
        key: _extend_frame(part, index, n_new)
        if hasattr(part, "iloc")
        else extend(part, n_new, known.get(key))
        for key, part in parts.items()
    }
    left_out = [key for key, part in longer.items() if part is None]
    if left_out:
        warn(f"{place} {left_out} cannot say that synthetic rows have no values, and are left out.")
    return {key: part for key, part in longer.items() if part is not None}


def extend(real: Any, n_new: int, new: np.ndarray | None = None) -> Any:
    """Put rows below an array, which keeps its kind; those that are not known are missing.

    Missing is NaN, for which integers and booleans become float64, and empty in text. None is returned where
    nothing can stand for it, as in records with integers.
    """
    if n_new == 0:
        return real.copy()
    dtype = real.dtype if new is not None else _dtype_with_missing(real)
    if dtype is None:
        return None
    if new is None:
        new = np.full((n_new, *real.shape[1:]), _missing(dtype), dtype=dtype)
    if sparse.issparse(real):
        kind = sparse.csr_array if isinstance(real, sparse.sparray) else sparse.csr_matrix
        return sparse.vstack([real, kind(new.astype(dtype))], format=real.format, dtype=dtype)
    return np.concatenate([np.asarray(real).astype(dtype, copy=False), new.astype(dtype, copy=False)])


def _dtype_with_missing(real: Any) -> np.dtype | None:
    """Return the dtype in which an array can be longer, None if there is none."""
    dtype = getattr(real, "dtype", None)
    if not isinstance(dtype, np.dtype):  # awkward arrays
        return None
    if dtype.kind in "iub":
        return np.dtype(np.float64)
    if dtype.kind == "V":
        fields = [dtype[name].kind for name in dtype.names or ()]
        return dtype if fields and set(fields) <= set("fcUS") else None
    if dtype.kind == "O":
        return dtype if all(isinstance(value, str) for value in np.asarray(real).ravel()) else None
    return dtype


def _missing(dtype: np.dtype) -> Any:
    """Return what stands for a missing value."""
    if dtype.names is not None:
        return np.array([tuple(_missing(dtype[name]) for name in dtype.names)], dtype=dtype)[0]
    if dtype.kind in "OUT":
        return ""
    return {"S": b"", "M": np.datetime64("NaT"), "m": np.timedelta64("NaT")}.get(dtype.kind, np.nan)


def _extend_frame(real: Any, index: Any, n_new: int) -> Any:
    """Put rows below a frame; text becomes categories, which files can hold with values missing."""
    if n_new == 0:
        return real.copy()
    text = [name for name, column in real.items() if _is_text(column)]
    real = nullable(real.astype(dict.fromkeys(text, "category")))
    return real.reset_index(drop=True).reindex(range(len(index))).set_axis(index)


def _is_text(column: Any) -> bool:
    if column.dtype.name not in ("object", "str", "string"):
        return False
    return all(isinstance(value, str) for value in column.dropna())


def nullable(frame: Any) -> Any:
    """Return integer and boolean columns as those that can be missing."""
    kinds = {name: dtype for name, dtype in frame.dtypes.items() if isinstance(dtype, np.dtype)}
    return frame.astype(
        {name: NULLABLE[dtype.kind] for name, dtype in kinds.items() if dtype.kind in NULLABLE}
    )
