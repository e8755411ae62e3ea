"""The pictures of a reproduction: agreement, precision and recall, and series of figures, ours beside theirs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ...plotting._style import legend_of_all, style
from .._pictures import png
from ._comparison import Compared, is_unbounded, spoken
from ._format import families
from ._paper import REAL, Figure

_PANEL = 3.6  # inches


def draw_agreement(compared: Sequence[Compared], looks: Mapping[str, dict]) -> bytes | None:
    """Draw our figures over the published ones, those that are shares."""
    shown = [c for c in compared if c.difference is not None and c.name != "parameters"]
    shown = [c for c in shown if not is_unbounded(c.name)]
    if not shown:
        return None
    figure, ax = _new(1)
    ax[0].axline((0, 0), slope=1, color="0.6", linewidth=1, zorder=0)
    for system in dict.fromkeys(c.system for c in shown):
        points = [(_middle(c.published), c.ours.mean) for c in shown if c.system == system and c.ours]
        ax[0].scatter(*zip(*points, strict=True), s=26, alpha=0.8, label=system, **looks[system])
    ax[0].set(xlabel="published", ylabel="ours", xlim=(-0.03, 1.03), ylim=(-0.03, 1.03))
    return _finish(figure, ax)


def draw_precision_recall(compared: Sequence[Compared], looks: Mapping[str, dict]) -> bytes | None:
    """Draw precision over recall: hollow marks are published, full ones ours on training rows, joined by a line."""
    known = {(c.system, c.name): c for c in compared}
    pairs = {
        c.system: (known[c.system, "recall"], known[c.system, "precision"])
        for c in compared
        if c.name == "precision" and (c.system, "recall") in known and c.system != REAL
    }
    if not any(pair[0].ours for pair in pairs.values()):
        return None
    figure, ax = _new(1)
    for system, pair in pairs.items():
        look = looks[system]
        theirs = None if any(c.published is None for c in pair) else [_middle(c.published) for c in pair]
        ours = None if any(c.ours is None for c in pair) else [c.ours.mean for c in pair if c.ours]
        if theirs and ours:
            ax[0].plot(*zip(theirs, ours, strict=True), color=look["color"], linewidth=0.8, alpha=0.6)
        if theirs:
            ax[0].scatter(*theirs, s=40, marker=look["marker"], facecolors="none", edgecolors=look["color"])
        if ours:
            ax[0].scatter(*ours, s=40, label=system, **look)
    ax[0].set(xlabel="recall", ylabel="precision", xlim=(-0.03, 1.03), ylim=(-0.03, 1.03))
    return _finish(figure, ax)


def draw_series(compared: Sequence[Compared], looks: Mapping[str, dict]) -> bytes | None:
    """Draw what was measured at several numbers, a panel for a quantity: dashed is published, full ours."""
    panels: dict[str, list[tuple[float, Compared]]] = {}
    for family, figures in families(compared).items():
        lines = list(dict.fromkeys(line for line, _, _ in figures))
        if len(lines) > 4 or not all(point.isdigit() for _, point, _ in figures):
            continue  # a table says more
        for line in lines:
            title = f"{spoken(family)}, {line}" if line else spoken(family)
            panels[title] = [(float(point), c) for name, point, c in figures if name == line]
    if not panels:
        return None
    figure, axes = _new(len(panels))
    for ax, (title, members) in zip(axes, panels.items(), strict=False):
        for system in dict.fromkeys(c.system for _, c in members):
            _draw_line(ax, [(x, c) for x, c in members if c.system == system], looks[system], system)
        _set_scale(ax, sorted({x for x, _ in members}))
        if is_unbounded(members[0][1].name):
            ax.set_yscale("log")
        ax.set_title("\n".join(_two_lines(title)), fontsize="small")
    return _finish(figure, axes)


def _set_scale(ax: Any, points: Sequence[float]) -> None:
    """Mark the points on a logarithmic axis; 0, if it is one of them, one step before the others."""
    if points[0] > 0:
        ax.set_xscale("log")
    elif len(points) > 1:
        ax.set_xscale("symlog", linthresh=points[1])
    ax.set_xticks(points, [f"{point:,.0f}" for point in points], rotation=45, fontsize="x-small")
    ax.minorticks_off()


def _draw_line(ax: Any, members: Sequence[tuple[float, Compared]], look: dict, system: str) -> None:
    ours = sorted((x, c.ours.mean) for x, c in members if c.ours)
    theirs = sorted((x, _middle(c.published)) for x, c in members if c.published is not None)
    if ours:
        ax.plot(*zip(*ours, strict=True), linewidth=1.2, markersize=4, label=system, **look)
    if theirs:
        ax.plot(*zip(*theirs, strict=True), linestyle="--", linewidth=1, markersize=4, mfc="none", **look)


def looks_of(systems: Sequence[str]) -> dict[str, dict]:
    """Return colour and mark of each system; real rows are grey, as in the report of a comparison."""
    return {**{system: style(i) for i, system in enumerate(systems)}, REAL: {"color": "0.5", "marker": "o"}}


def _middle(figure: Figure | None) -> float:
    return np.nan if figure is None else float(np.mean(figure))


def _two_lines(title: str) -> tuple[str, ...]:
    words = title.split(" by ", 1)
    return (words[0], f"by {words[1]}") if len(words) > 1 else (title,)


def _new(n_panels: int) -> tuple[Any, np.ndarray]:
    from matplotlib.figure import Figure as Canvas

    n_columns = min(3, n_panels)
    n_rows = -(-n_panels // n_columns)
    size = (_PANEL * n_columns + 2.6, 0.85 * _PANEL * n_rows + 0.3)
    figure = Canvas(figsize=size if n_panels > 1 else (7.4, 4.6), layout="constrained")
    axes = figure.subplots(n_rows, n_columns, squeeze=False).ravel()
    for ax in axes[n_panels:]:
        ax.set_axis_off()
    return figure, axes


def _finish(figure: Any, axes: Any) -> bytes:
    legend_of_all(figure, axes)
    return png(figure)
