"""What all displays share: colours and marks that colour-blind people can tell apart, and axes to draw on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler

from ..metrics._validation import check_pair
from ..utils.containers import giving_arrays

# Those of Okabe and Ito, and that of text
_COLOURS = (
    "#0072B2",
    "#D55E00",
    "#009E73",
    "#CC79A7",
    "#E69F00",
    "#56B4E9",
)
MARKERS = "osD^vPX<>pdh*"
REAL = "#0072B2"
SYNTHETIC = "#D55E00"
_LONGEST = 40  # characters of a name, so that a legend leaves room to the axes


def axes_for(ax: Any, size: tuple[float, float] = (6.4, 4.8)) -> Any:
    """Return the axes, or those of a new figure."""
    if ax is None:
        return pyplot().subplots(figsize=size, layout="constrained")[1]
    if not hasattr(ax, "figure") or not hasattr(ax, "scatter"):
        raise TypeError(f"ax must be the Axes of a figure, or None; got {type(ax).__name__}.")
    return ax


def pyplot() -> Any:
    """Return matplotlib's module, which is imported here and not before."""
    try:
        import matplotlib.pyplot as plt
    except ImportError as error:
        raise ImportError("Displays need matplotlib: python -m pip install matplotlib") from error
    return plt


def ink() -> str:
    """Return the colour of text and axes in the style that is in use."""
    from matplotlib import rcParams

    return rcParams["text.color"]


def paper() -> str:
    """Return the colour behind them."""
    from matplotlib import rcParams

    return rcParams["axes.facecolor"]


def colour(i: int) -> str:
    """Return colour number `i`; they repeat after seven."""
    return (*_COLOURS, ink())[i % (len(_COLOURS) + 1)]


def style(i: int) -> dict[str, Any]:
    """Return colour and mark number `i`; the pairs repeat after 91."""
    return {"color": colour(i), "marker": MARKERS[i % len(MARKERS)]}


def name_text(name: Any, longest: int = _LONGEST) -> str:
    """Return the name of a class or gene as matplotlib shows it: in full if it is short, and nothing else than text.

    Matplotlib takes what stands between dollars for a formula, and leaves names that begin with an underscore, and
    empty ones, out of legends.
    """
    text = str(name)
    if len(text) > longest:
        text = f"{text[: longest * 2 // 3]}…{text[-(longest // 3) :]}"
    text = text.replace("$", r"\$") if text.strip() else repr(text)
    return f" {text}" if text.startswith("_") else text


def check_named(given: Any, argument: str, example: str) -> None:
    """Refuse what is no mapping of names to rows or samplers, or an empty one."""
    if not isinstance(given, Mapping) or not given:
        raise TypeError(f"{argument} must be a mapping such as {example}; got {type(given).__name__}.")


def check_has(sampler: Any, method: str) -> None:
    """Refuse a sampler without the method that a display needs."""
    if not hasattr(sampler, method):
        raise TypeError(f"{type(sampler).__name__} has no `{method}`, which this display needs.")


def one_each(values: Any, rows: np.ndarray, argument: str, of: str) -> np.ndarray:
    """Return values as an array of one number for each of the rows."""
    numbers = np.asarray(values)
    if numbers.shape != (len(rows),):
        raise ValueError(
            f"{argument} must have one number for each of the {len(rows)} rows of {of}; got shape {numbers.shape}."
        )
    return numbers


def two_components(real: np.ndarray) -> tuple[Any, tuple[str, str]]:
    """Return the first two principal components of the real rows, fitted, and the names of their axes."""
    if min(real.shape) < 2:
        raise ValueError(
            f"X_real has {real.shape[0]} rows of {real.shape[1]} genes; two principal components need two or more "
            "of each."
        )
    with np.errstate(invalid="ignore"):  # constant rows have no variance to explain
        pca = giving_arrays(PCA(2, svd_solver="full")).fit(real)
    return pca, component_names(np.nan_to_num(pca.explained_variance_ratio_))


def component_names(shares: np.ndarray) -> tuple[str, str]:
    """Name the axes of two principal components of the real rows, which explain these shares of their variance."""
    first, second = (
        f"PC {k} ({100 * share:.0f} % of the real variance)" for k, share in enumerate(shares, 1)
    )
    return first, second


def legend_columns(labels: Sequence[str]) -> int:
    """Return the number of columns of a legend beside axes: one for every 22 lines."""
    return -(-len(labels) // 22)


def legend_beside(ax: Any, **kwargs: Any) -> None:
    """Put the legend to the right of the axes."""
    handles, labels = ax.get_legend_handles_labels()
    beside = {"loc": "upper left", "bbox_to_anchor": (1.01, 1.0), "borderaxespad": 0.0}
    _legend_outside(ax, handles, labels, beside, ncols=legend_columns(labels), **kwargs)


def legend_above(ax: Any, handles: Any, labels: Any, ncols: int) -> None:
    """Put the legend above the axes."""
    _legend_outside(ax, handles, labels, {"loc": "lower center", "bbox_to_anchor": (0.5, 1.0)}, ncols=ncols)


def legend_of_all(figure: Any, axes: Iterable[Any], names: Sequence[str] | None = None) -> None:
    """Put one legend of all axes to their right, with each label once, or with those of `names` in that order."""
    handles = {t: h for ax in axes for h, t in zip(*ax.get_legend_handles_labels(), strict=True)}
    shown = list(handles) if names is None else [name for name in names if name in handles]
    look = {"loc": "outside right center", "fontsize": "small", "frameon": False}
    figure.legend([handles[name] for name in shown], shown, **look)


def _legend_outside(ax: Any, handles: Any, labels: Any, place: Mapping[str, Any], **kwargs: Any) -> None:
    """Put the legend at a place outside, or inside the axes of a figure that is not laid out by what is in it."""
    makes_room = ax.figure.get_layout_engine() is not None
    look = {"frameon": False, **place} if makes_room else {"loc": "best"}
    ax.legend(handles, labels, fontsize="small", **look, **kwargs)


def scaled_pair(X_real: Any, X_synthetic: Any, scale: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return both sets standardised by the real rows, or as they are."""
    real, synthetic = check_pair(X_real, X_synthetic, min_rows=2)
    if not scale:
        return real, synthetic
    scaler = giving_arrays(StandardScaler()).fit(real)
    return scaler.transform(real), scaler.transform(synthetic)


def gene_names(X: Any) -> Sequence[str]:
    """Name the genes by the columns of a data frame, or by number."""
    if hasattr(X, "columns"):
        return [str(name) for name in X.columns]
    return [f"gene {i}" for i in range(np.shape(X)[1])]
