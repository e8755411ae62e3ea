"""From the units of a table to a log scale, on which generators learn, and back."""

from __future__ import annotations

import numpy as np
from sklearn.preprocessing import FunctionTransformer

from .containers import giving_arrays
from .warnings import warn

TRANSFORMS = ("none", "log2cpm", "log2p1")
#: What to do with rows that need a transform; on the command line it is `--transform`.
REMEDIES = {
    "log2cpm": "pass log2(counts per million + 1), or put the transform in the `scaler` parameter",
    "log2p1": "pass log2(x + 1), or put the transform in the `scaler` parameter",
}
LARGEST_LOG = 100  # log2 of any read count or TPM is far below


def check_transform(transform: str) -> None:
    """Refuse the name of a transform that there is not."""
    if transform not in TRANSFORMS:
        raise ValueError(f"transform must be one of {TRANSFORMS}, got {transform!r}")


def to_log(X: np.ndarray, transform: str) -> np.ndarray:
    """Bring counts or other values on a linear scale to a log scale.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_genes)
        Values of 0 or more.
    transform : {"none", "log2cpm", "log2p1"}
        ``"log2cpm"`` is log2(counts per million + 1), ``"log2p1"`` log2(x + 1), ``"none"`` returns X.

    Returns
    -------
    Z : ndarray of shape (n_samples, n_genes)

    Raises
    ------
    ValueError
        If a value is negative, or all counts of a sample are 0.
    """
    check_transform(transform)
    if transform == "none":
        return X
    if np.nanmin(X, initial=0) < 0:
        raise ValueError(
            f"transform={transform!r} needs values of 0 or more, and the smallest is {np.nanmin(X):g}"
        )
    if np.nanmax(X, initial=0) <= LARGEST_LOG:
        warn(
            f"transform={transform!r}: the largest value is {np.nanmax(X):g}, as on a log scale, which needs no "
            "transform."
        )
    X = X.astype(np.float64)
    if transform == "log2p1":
        return np.log2(X + 1)
    sizes = library_sizes(X)
    if (sizes == 0).any():
        raise ValueError(f"transform='log2cpm': {int((sizes == 0).sum())} samples have no counts at all")
    return np.log2(X / sizes[:, None] * 1e6 + 1)


def from_log(Z: np.ndarray, transform: str, sizes: np.ndarray, whole: bool) -> np.ndarray:
    """Bring rows back from a log scale.

    Parameters
    ----------
    Z : ndarray of shape (n_rows, n_genes)
        Rows in the scale that `to_log` returns.
    transform : {"none", "log2cpm", "log2p1"}
        That of `to_log`.
    sizes : ndarray of shape (n_rows,)
        The library size of each row, for ``"log2cpm"``.
    whole : bool
        Round to whole numbers.

    Returns
    -------
    X : ndarray of shape (n_rows, n_genes)
        Values of 0 or more, unless the transform is ``"none"``.
    """
    if transform == "none":
        return Z
    X = (np.exp2(Z.astype(np.float64)) - 1).clip(min=0)
    if transform == "log2cpm":
        X *= (sizes / np.maximum(X.sum(axis=1), 1e-300))[:, None]
    return np.rint(X) if whole else X


def library_sizes(X: np.ndarray) -> np.ndarray:
    """Return the sum of each row."""
    return np.asarray(np.nansum(X, axis=1, dtype=np.float64))


def is_whole(X: np.ndarray) -> bool:
    """Tell whether all values are whole numbers of 0 or more, as counts are."""
    return bool((X >= 0).all() and not np.mod(X, 1).any())


def is_linear(X: np.ndarray) -> bool:
    """Tell whether values are on a linear scale: none is negative, and the largest is far above any logarithm."""
    return bool(X.size and X.min() >= 0 and X.max() > LARGEST_LOG)


def warn_if_not_log(X: np.ndarray) -> None:
    """Warn about rows whose values are too large for a log scale."""
    largest = X.max()
    if largest <= LARGEST_LOG or not np.isfinite(largest):
        return
    kind, transform = ("raw counts", "log2cpm") if is_whole(X) else ("values on a linear scale", "log2p1")
    warn(
        f"X looks like {kind} (largest value {largest:g}), but generators expect a log scale: "
        f"{REMEDIES[transform]}."
    )


def passthrough() -> FunctionTransformer:
    """Return what ``"passthrough"`` stands for: a scaler that changes nothing."""
    return giving_arrays(FunctionTransformer())
