"""Probes: soft boxes in a few features, around real rows."""

from __future__ import annotations

from functools import reduce

import numpy as np
import torch
from scipy.stats import rankdata
from torch import Tensor


def inside_box(values: Tensor, lower: Tensor, upper: Tensor, sharpness: Tensor | float) -> Tensor:
    """Return the soft indicator of values in a box whose features are the last dimension."""
    above, below = sharpness * (values - lower), sharpness * (upper - values)
    # one by one: the gradient of `prod` looks for zeros, for which a GPU has to wait
    return reduce(torch.mul, (above.sigmoid() * below.sigmoid()).unbind(dim=-1))


def probe_bounds(X: np.ndarray, codes: np.ndarray, delta: float) -> tuple[np.ndarray, np.ndarray]:
    """Return, for each value, the quantiles of its class that lie `delta` below and above its own rank.

    The ranks run from 0, the smallest value of the class, to 1, the largest: (rank - 1) / (n - 1). Tied values are
    counted in: the lower bound is below the first of them and the upper one above the last. Past the ends of the
    class the bounds go on by `delta` times its range.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)
        Rows.
    codes : ndarray of shape (n_samples,)
        Class codes.
    delta : float in (0, 1]
        Half the share of the class between the bounds.

    Returns
    -------
    lower, upper : ndarray of shape (n_samples, n_features)
        The bounds.
    """
    lower, upper = np.empty_like(X), np.empty_like(X)
    for c in np.unique(codes):
        rows = X[codes == c]
        below = (rankdata(rows, "min", axis=0) - 1) / max(1, len(rows) - 1)
        above = (len(rows) - rankdata(rows, "max", axis=0)) / max(1, len(rows) - 1)
        width = delta * np.where(np.ptp(rows, axis=0) > 0, np.ptp(rows, axis=0), X.std(axis=0))
        ordered = np.sort(rows, axis=0)
        lower[codes == c] = _quantiles(ordered, below - delta) - np.where(below < delta, width, 0)
        upper[codes == c] = _quantiles(ordered, 1 - above + delta) + np.where(above < delta, width, 0)
    return lower, upper


def _quantiles(ordered: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Return the quantiles, column by column, of sorted rows."""
    position = shares.clip(0, 1) * (len(ordered) - 1)
    below = np.floor(position).astype(int)
    above = np.minimum(below + 1, len(ordered) - 1)
    low = np.take_along_axis(ordered, below, axis=0)
    return low + (position - below) * (np.take_along_axis(ordered, above, axis=0) - low)
