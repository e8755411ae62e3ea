"""The figures of the report, as PNGs: gains against real and synthetic rows, and embeddings."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from textwrap import wrap
from typing import Any

import numpy as np

from ..plotting._style import REAL, SYNTHETIC, colour, component_names, legend_of_all
from ._answer import Interval
from ._compare import Comparison, Difference, Setting
from ._findings import method_name, place
from ._row_amounts import (
    BALANCE,
    CHOSEN,
    Amount,
    AmountOrder,
    describe_real,
    describe_synthetic,
    short_synthetic,
)
from ._summary import look

_PANEL = 3.1  # inches


def main_amount(amounts: Collection[Amount], order: AmountOrder) -> Amount:
    """Return the amount that a table or figure with one amount shows: the largest that does not depend on y."""
    given = sorted({size for size in amounts if size not in (0, CHOSEN)}, key=order.synthetic) or [CHOSEN]
    return ([size for size in given if size != BALANCE] or given)[-1]


def describe_main(amounts: Collection[Amount], order: AmountOrder) -> str:
    """Describe `main_amount`, and say that a gate has its own."""
    main = main_amount(amounts, order)
    gate = "; the gate chose its own amount" if main != CHOSEN and CHOSEN in amounts else ""
    return describe_synthetic(main) + gate


def draw_low_data(
    comparisons: Sequence[Comparison], amounts: AmountOrder, order: Sequence[str], metric: str
) -> bytes:
    """Draw gains against the number of real rows; panels are protocols and classifiers of one data set."""
    amount = main_amount([c.n_synthetic for c in comparisons], amounts)
    chosen = [c for c in comparisons if c.difference and c.n_synthetic in (0, amount, CHOSEN)]
    panels = {(c.setting.protocol, c.setting.classifier): "" for c in chosen}
    sizes = sorted({c.setting.n_real for c in chosen}, key=amounts.real)
    return _curves(
        chosen,
        order,
        rows=list(dict.fromkeys(protocol for protocol, _ in panels)),
        columns=list(dict.fromkeys(classifier for _, classifier in panels)),
        panel_of=lambda c: (c.setting.protocol, c.setting.classifier),
        x_of=lambda c: sizes.index(c.setting.n_real),
        ticks=[_tick(describe_real(size)) for size in sizes],
        labels=("training rows", f"gain in {metric.replace('_', ' ')}"),
    )


def draw_amounts(
    comparisons: Sequence[Comparison], amounts: AmountOrder, order: Sequence[str], metric: str
) -> bytes:
    """Draw gains against the number of synthetic rows, for one data set and protocol."""
    chosen = [c for c in comparisons if c.difference and c.n_synthetic != 0]
    shown = sorted({c.n_synthetic for c in chosen}, key=amounts.synthetic)
    n_joined = sum(amount not in (BALANCE, CHOSEN) for amount in shown)

    def lines_of(points: list[tuple]) -> list[list[tuple]]:
        joined = [point for point in points if point[0] <= n_joined]
        line = [[(0, 0.0, 0.0), *joined]] if joined else []
        return line + [[point] for point in points[len(joined) :]]

    return _curves(
        chosen,
        order,
        rows=[describe_real(size) for size in sorted({c.setting.n_real for c in chosen}, key=amounts.real)],
        columns=list(dict.fromkeys(c.setting.classifier for c in chosen)),
        panel_of=lambda c: (describe_real(c.setting.n_real), c.setting.classifier),
        x_of=lambda c: shown.index(c.n_synthetic) + 1,
        ticks=["none", *(_tick(short_synthetic(amount)) for amount in shown)],
        labels=("synthetic rows", f"gain in {metric.replace('_', ' ')}"),
        lines_of=lines_of,
    )


def _curves(
    chosen: Sequence[Comparison],
    order: Sequence[str],
    *,
    rows: Sequence[str],
    columns: Sequence[str],
    panel_of: Any,
    x_of: Any,
    ticks: Sequence[str],
    labels: tuple[str, str],
    lines_of: Callable[[list[tuple]], list[list[tuple]]] = lambda points: [points] if points else [],
) -> bytes:
    from matplotlib.figure import Figure

    figure_size = (1.6 + _PANEL * len(columns), 0.6 + 0.85 * _PANEL * len(rows))
    figure = Figure(figsize=figure_size, layout="constrained")
    panels = figure.subplots(len(rows), len(columns), squeeze=False, sharex=True, sharey=True)
    names = [name for name in order if any(c.sampler == name for c in chosen)]
    limits = _limits([c.difference for c in chosen if c.difference])
    for i, row in enumerate(rows):
        for j, column in enumerate(columns):
            axis, inside = panels[i, j], [c for c in chosen if panel_of(c) == (row, column)]
            _draw_panel(axis, inside, names, order, x_of, lines_of)
            axis.set_title(f"{column}, {row}", fontsize="medium")
            axis.set_ylim(*limits)
            axis.set_xticks(range(len(ticks)), ticks)
    figure.supxlabel(labels[0], fontsize="medium")
    figure.supylabel(labels[1], fontsize="medium")
    legend_of_all(figure, panels.flat, names)
    return png(figure)


def _draw_panel(
    axis: Any,
    inside: Sequence[Comparison],
    names: Sequence[str],
    order: Sequence[str],
    x_of: Callable[[Comparison], int],
    lines_of: Callable[[list[tuple]], list[list[tuple]]],
) -> None:
    """Draw the gains of each sampler, side by side where positions coincide."""
    axis.axhline(0, color="0.4", linewidth=1, zorder=0)
    for k, name in enumerate(names):
        shift = 0.32 * (k / max(1, len(names) - 1) - 0.5)
        style = {**look(order, name), "label": name, "markersize": 4, "linewidth": 1, "alpha": 0.9}
        points = sorted((x_of(c), *c.difference[:2]) for c in inside if c.difference and c.sampler == name)
        for line in lines_of(points):
            x, mean, error = (np.array(values, dtype=float) for values in zip(*line, strict=True))
            axis.errorbar(x + shift, mean, np.nan_to_num(error), **style)


def _tick(text: str) -> str:
    """Write the label of a tick in short lines."""
    return "\n".join(wrap(text.replace("\N{NO-BREAK SPACE}", " "), 8, break_long_words=False))


def draw_answer(found: Mapping[Setting, Interval], metric: str) -> bytes:
    """Draw the gain of the best augmentation in each setting, narrow enough for the screen of a telephone."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4.4, 1.0 + 0.5 * len(found)), layout="constrained")
    axis = figure.add_subplot()
    axis.axvline(0, color="0.4", linewidth=1, zorder=0)
    least, most = (f(x for one in found.values() for x in (one.low, one.high, 0)) for f in (min, max))
    reach = 3 * max(0.01, *(abs(one.mean) for one in found.values()))  # errors from few seeds can be huge
    low, high = max(least, -reach), max(min(most, reach), 0.001)
    margin, clear = 0.05 * (high - low), {"facecolor": "white", "edgecolor": "none", "pad": 0.8}
    for k, (setting, one) in enumerate(found.items()):
        sure = one.comparison.verdict
        color = {"gain": colour(0), "loss": colour(1)}.get(sure, "0.45")
        ends = [[one.mean - one.low], [one.high - one.mean]]
        axis.errorbar(
            one.mean,
            k,
            xerr=ends,
            fmt="o" if sure else "s",
            color=color,
            capsize=3,
            markersize=5,
            markerfacecolor=color if sure else "white",
        )
        text = f"{place(setting)}: {method_name(one.comparison)}" + (f" ({sure})" if sure else "")
        axis.annotate(text, (low - margin, k), (2, 7), textcoords="offset points", fontsize=8.5, bbox=clear)
    axis.set(xlim=(low - margin, high + margin), ylim=(len(found) - 0.5, -0.8), yticks=[])
    cut = "\n(a line to the edge goes on)" if least < low or most > high else ""
    axis.set_xlabel(f"gain in {metric.replace('_', ' ')}, 95 % interval{cut}", fontsize=9)
    axis.tick_params(labelsize=8.5)
    for side in ("left", "top", "right"):
        axis.spines[side].set_visible(False)
    return png(figure, dpi=160)


def _limits(differences: Sequence[Difference]) -> tuple[float, float]:
    """Return a range that contains all means; errors from few seeds, which can be huge, may exceed it."""
    mean, error = (np.nan_to_num([d[i] for d in differences]) for i in (0, 1))
    most = 1.5 * max(np.abs(mean).max(), 0.01)
    low, high = max((mean - error).min(), -most), min((mean + error).max(), most)
    return min(low, -0.005) * 1.05, max(high, 0.005) * 1.05


def draw_embeddings(files: Mapping[str, Path]) -> bytes:
    """Draw held-out and synthetic rows on the main axes of the held-out rows, a panel for each sampler."""
    from matplotlib.figure import Figure

    n_columns = min(4, len(files))
    n_rows = -(-len(files) // n_columns)
    figure = Figure(figsize=(_PANEL * n_columns, 0.5 + _PANEL * n_rows), layout="constrained")
    panels = figure.subplots(n_rows, n_columns, squeeze=False, sharex=True, sharey=True).ravel()
    rows = {}
    for axis, (sampler, path) in zip(panels, files.items(), strict=False):
        with np.load(path, allow_pickle=False) as points:
            real = points["real"]
            synthetic = points["synthetic"]
            variance = points["variance"]
        axis.scatter(
            *real.T, s=14, facecolors="none", edgecolors=REAL, linewidths=0.7, label="real, held out"
        )
        axis.scatter(*synthetic.T, s=12, marker="x", color=SYNTHETIC, linewidths=0.7, label="synthetic")
        axis.set_title(sampler, fontsize="medium")
        rows[axis] = synthetic
    low, high = np.min(real, axis=0), np.max(real, axis=0)
    margin = 0.35 * (high - low)  # a generator that has diverged must not shrink all panels
    low, high = low - margin, high + margin
    panels[0].set(xlim=(low[0], high[0]), ylim=(low[1], high[1]))
    for axis, synthetic in rows.items():
        outside = int(np.sum(((synthetic < low) | (synthetic > high)).any(axis=1)))
        if outside:
            text = f"{outside} of {len(synthetic)} synthetic rows are outside"
            axis.text(
                0.5, 0.03, text, transform=axis.transAxes, ha="center", fontsize="small", color=SYNTHETIC
            )
    for axis in panels[len(files) :]:
        axis.set_axis_off()
    for label, name in zip((figure.supxlabel, figure.supylabel), component_names(variance), strict=True):
        label(name, fontsize="medium")
    handles, texts = panels[0].get_legend_handles_labels()
    figure.legend(handles, texts, loc="outside upper center", ncols=2, fontsize="small", frameon=False)
    return png(figure)


def png(figure: Any, dpi: int = 110) -> bytes:
    """Return a figure as a PNG file."""
    file = BytesIO()
    figure.savefig(file, dpi=dpi, format="png")
    return file.getvalue()
