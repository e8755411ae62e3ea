"""What all displays share: colours and marks that colour-blind people can tell apart, and axes to draw on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.preprocessing import StandardScaler

from ..metrics._validation import check_pair

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")  # Okabe and Ito
MARKERS = "osD^vPX<>pdh*"
REAL = "#0072B2"
SYNTHETIC = "#D55E00"
HELD_OUT = "#000000"


def axes_for(ax: Any, size: tuple[float, float] = (6.4, 4.8)) -> Any:
    """Return the axes, or those of a new figure."""
    return pyplot().subplots(figsize=size, layout="constrained")[1] if ax is None else ax


def pyplot() -> Any:
    """Return matplotlib's module, which is imported here and not before."""
    try:
        import matplotlib.pyplot as plt
    except ImportError as error:
        raise ImportError("Displays need matplotlib: python -m pip install matplotlib") from error
    return plt


def style(i: int) -> dict[str, Any]:
    """Return colour and mark number `i`; the pairs repeat after 91."""
    return {"color": COLOURS[i % len(COLOURS)], "marker": MARKERS[i % len(MARKERS)]}


def legend_beside(ax: Any, **kwargs: Any) -> None:
    """Put the legend to the right of the axes, in columns of 22 lines."""
    n_columns = -(-len(ax.get_legend_handles_labels()[1]) // 22)
    kwargs = {"ncols": n_columns, "fontsize": "small", "frameon": False} | kwargs
    ax.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0), borderaxespad=0.0, **kwargs)


def scaled_pair(X_real: Any, X_synthetic: Any, scale: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return both sets standardised by the real rows, or as they are."""
    real, synthetic = check_pair(X_real, X_synthetic, min_rows=2)
    if not scale:
        return real, synthetic
    scaler = StandardScaler().fit(real)
    return scaler.transform(real), scaler.transform(synthetic)


def gene_names(X: Any) -> Sequence[str]:
    """Name the genes by the columns of a data frame, or by number."""
    if hasattr(X, "columns"):
        return [str(name) for name in X.columns]
    return [f"gene {i}" for i in range(np.shape(X)[1])]
