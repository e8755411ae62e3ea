"""What the rows of each sampler are worth against what its training costs: picture and table of the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .._html import figure, number
from ._jobs import REFERENCE
from ._pictures import png
from ._sizes import describe_real, size_order
from ._store import Row
from ._summary import indicator_means, look
from ._tables import html_table

_COSTS = {
    "parameters": "trained weights",
    "fit_seconds": "seconds of training",
    "fit_megabytes": "megabytes of memory",
}
_QUALITIES = ("precision", "recall")


def pareto(part: Sequence[Row], where: str, order: Sequence[str]) -> list[str]:
    """Return the picture and the table for the largest number of training rows."""
    means = indicator_means(part)
    if not means:
        return []
    largest = max((n_real for n_real, _ in means), key=size_order)
    chosen = {sampler: values for (n_real, sampler), values in means.items() if n_real == largest}
    names = [name for name in order if name in chosen]
    if not names:
        return []
    fronts = {
        (cost, quality): {
            names[i]
            for i in pareto_front([chosen[n][cost] for n in names], [chosen[n][quality] for n in names])
        }
        for cost in _COSTS
        for quality in _QUALITIES
    }
    caption = (
        f"{where}: precision and recall against costs, {describe_real(largest)}. The line is the Pareto front: no "
        "sampler that costs as little is better"
    )
    spoken = "; ".join(
        f"front of {quality} against {cost.replace('_', ' ')}: {', '.join(n for n in names if n in front)}"
        for (cost, quality), front in fronts.items()
    )
    lines = [
        [
            *(name, *(number(chosen[name][q]) for q in (*_QUALITIES, "f1"))),
            f"{chosen[name]['parameters']:,.0f}",
            *(number(chosen[name][cost]) for cost in ("fit_seconds", "fit_megabytes")),
            "; ".join(
                f"{quality} / {cost.replace('fit_', '')}"
                for (cost, quality), front in fronts.items()
                if name in front
            ),
        ]
        for name in names
    ]
    header = ["sampler", *_QUALITIES, "f1", "parameters", "seconds", "megabytes", "on the front of"]
    table = html_table("What the rows cost", header, lines, right=range(1, 7))
    return [figure(caption, draw_pareto(chosen, order), spoken), table]


def pareto_front(cost: Sequence[float], quality: Sequence[float]) -> list[int]:
    """Return the positions that nothing cheaper or equally cheap surpasses in quality, by ascending cost.

    Examples
    --------
    >>> from sklearn_txaug.benchmark._pareto import pareto_front
    >>> pareto_front([3, 1, 2], [0.9, 0.5, 0.4])
    [1, 0]
    """
    front: list[int] = []
    for i in sorted(range(len(cost)), key=lambda i: (cost[i], -quality[i])):
        if not np.isnan([cost[i], quality[i]]).any() and (not front or quality[i] > quality[front[-1]]):
            front.append(i)
    return front


def draw_pareto(means: Mapping[str, Mapping[str, float]], order: Sequence[str]) -> bytes:
    """Draw precision and recall of each sampler against what its training costs."""
    from matplotlib.figure import Figure

    names = [name for name in order if name in means]
    costs = {cost: [means[name][cost] for name in names] for cost in _COSTS}
    costs = {cost: x for cost, x in costs.items() if not np.isnan(x).all()}
    figure = Figure(figsize=(1.6 + 4 * len(costs), 7.2), layout="constrained")
    panels = figure.subplots(2, len(costs), sharey="row", sharex="col", squeeze=False)
    for axes, quality in zip(panels, ("precision", "recall"), strict=True):
        y = [means[name][quality] for name in names]
        axes[0].set_ylabel(quality)
        axes[0].set_ylim(*_limits([*y, means.get(REFERENCE, {}).get(quality, np.nan)]))
        for axis, (cost, x) in zip(axes, costs.items(), strict=True):
            for name, a, b in zip(names, x, y, strict=True):
                axis.scatter(a, b, s=48, label=name, zorder=3, **look(order, name))
            front = pareto_front(x, y)
            axis.step([x[i] for i in front], [y[i] for i in front], where="post", color="0.5", linewidth=1)
            if REFERENCE in means:
                axis.axhline(means[REFERENCE][quality], color="0.5", linestyle=":", label="real rows")
            _scale_cost(axis, cost, x)
    for axis, cost in zip(panels[-1], costs, strict=True):
        axis.set_xlabel(_COSTS[cost])
    handles, texts = panels[0, 0].get_legend_handles_labels()
    figure.legend(handles, texts, loc="outside right center", fontsize="small", frameon=False)
    return png(figure)


def _limits(quality: Sequence[float]) -> tuple[float, float]:
    """Return a range of round numbers around shares of 0 to 1."""
    known = np.array(quality)[~np.isnan(quality)]
    low, high = (np.floor(10 * known.min()) / 10, np.ceil(10 * known.max()) / 10) if len(known) else (0, 1)
    return min(low, high - 0.1) - 0.02, high + 0.02


def _scale_cost(axis: Any, cost: str, x: Sequence[float]) -> None:
    """Make an axis logarithmic but for what costs next to nothing: no weights, a millisecond, a megabyte."""
    least = {"parameters": 4, "fit_seconds": -2, "fit_megabytes": 0}[cost]
    most = max(int(np.ceil(np.log10(max(np.nanmax(x), 1e-9)))), least + 1)
    axis.set_xscale("symlog", linthresh=10.0**least, linscale=0.4)
    axis.set_xlim(-0.2 * 10.0**least, 10.0**most)  # the marks at 0 stay whole
    axis.set_xticks([0, *(10.0**k for k in range(least, most + 1))])
