"""Quality of each sampler's rows against the cost of its training: figure and table of the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..plotting._style import legend_of_all
from ..utils.html import figure, number, table
from ._jobs import REFERENCE
from ._pictures import png
from ._row_amounts import AmountOrder, describe_real
from ._store import Row
from ._summary import indicator_means, look, name_of


class _Cost(NamedTuple):
    """A cost: labels of its axis and its column, and the smallest difference above noise, as a power of ten."""

    label: str
    column: str
    resolution: int


_COSTS = {
    "parameters": _Cost("trained weights", "parameters", 0),
    "fit_seconds": _Cost("seconds of training", "seconds", -2),
    "fit_megabytes": _Cost("megabytes of memory", "megabytes", 0),
}
_QUALITIES = ("precision", "recall")
_Fronts = Mapping[tuple[str, str], list[int]]


def pareto(part: Sequence[Row], order: Sequence[str]) -> list[str]:
    """Return the figure and the table for the largest number of training rows."""
    means = indicator_means(part)
    if not means:
        return []
    largest = max((n_real for n_real, _ in means), key=AmountOrder(part).real)
    samplers = {name: means[largest, name] for name in order if (largest, name) in means}
    if not samplers:
        return []
    names = list(samplers)
    costs = {
        name: np.round([values[name] for values in samplers.values()], -cost.resolution)
        for name, cost in _COSTS.items()
    }
    fronts = {
        (cost, quality): pareto_front(x, [values[quality] for values in samplers.values()])
        for cost, x in costs.items()
        for quality in _QUALITIES
    }
    caption = (
        f"{name_of(part)}: precision and recall against costs, {describe_real(largest)}. The line is the Pareto "
        "front: no sampler that costs as little is better. Rows close to the training rows are precise whatever they "
        "cost: see the memorisation gap"
    )
    spoken = "; ".join(
        f"front of {quality} against {_COSTS[cost].label}: {', '.join(names[i] for i in front)}"
        for (cost, quality), front in fronts.items()
    )
    picture = _draw(samplers, means.get((largest, REFERENCE)), costs, fronts, order)
    return [figure(caption, picture, spoken), _table(samplers, costs, fronts)]


def pareto_front(cost: Sequence[float] | np.ndarray, quality: Sequence[float]) -> list[int]:
    """Return the positions of the points that no other point beats, by cost.

    A point beats another if it is better at no higher cost, or as good at a lower one.

    Examples
    --------
    >>> from sklearn_txaug.benchmark._pareto import pareto_front
    >>> pareto_front([3, 1, 2, 1], [0.9, 0.5, 0.4, 0.5])
    [1, 3, 0]
    """
    front: list[int] = []
    for i in sorted(range(len(cost)), key=lambda i: (cost[i], -quality[i])):
        point = cost[i], quality[i]
        last = (cost[front[-1]], quality[front[-1]]) if front else (np.nan, -np.inf)
        if not np.isnan(point).any() and (point == last or quality[i] > last[1]):
            front.append(i)
    return front


def _table(
    samplers: Mapping[str, Mapping[str, float]], costs: Mapping[str, np.ndarray], fronts: _Fronts
) -> str:
    shown = (*_QUALITIES, "f1", "memorisation_gap")
    lines = [
        [
            *(name, *(number(round(means[quality], 3)) for quality in shown)),
            *(_written(x[i], _COSTS[cost].resolution) for cost, x in costs.items()),
            "; ".join(f"{q} / {_COSTS[cost].column}" for (cost, q), front in fronts.items() if i in front),
        ]
        for i, (name, means) in enumerate(samplers.items())
    ]
    header = [
        "sampler",
        *(name.replace("_", " ") for name in shown),
        *(cost.column for cost in _COSTS.values()),
    ]
    header.append("on the front of")
    return table("What the rows cost", header, lines, right=range(1, len(header) - 1))


def _written(cost: float, resolution: int) -> str:
    return "" if np.isnan(cost) else f"{cost:,.{-resolution}f}"


def _draw(
    samplers: Mapping[str, Mapping[str, float]],
    real: Mapping[str, float] | None,
    costs: Mapping[str, np.ndarray],
    fronts: _Fronts,
    order: Sequence[str],
) -> bytes:
    """Draw precision and recall of each sampler, and of real rows, against each known cost."""
    from matplotlib.figure import Figure

    known = {cost: x for cost, x in costs.items() if not np.isnan(x).all()}
    figure = Figure(figsize=(1.6 + 4 * len(known), 7.2), layout="constrained")
    panels = figure.subplots(2, len(known), sharey="row", sharex="col", squeeze=False)
    for axes, quality in zip(panels, _QUALITIES, strict=True):
        y = [means[quality] for means in samplers.values()]
        axes[0].set_ylabel(quality)
        axes[0].set_ylim(*_limits([*y, real[quality] if real else np.nan]))
        for axis, (cost, x) in zip(axes, known.items(), strict=True):
            for name, a, b in zip(samplers, x, y, strict=True):
                axis.scatter(a, b, s=48, label=name, zorder=3, **look(order, name))
            most = _scale_cost(axis, cost, x)
            if front := fronts[cost, quality]:
                ends = [*front, front[-1]]  # the line extends to the right of the last point
                axis.step([*x[front], most], [y[i] for i in ends], where="post", color="0.5", linewidth=1)
            if real:
                axis.axhline(real[quality], color="0.5", linestyle=":", label="real rows")
    for axis, cost in zip(panels[-1], known, strict=True):
        axis.set_xlabel(_COSTS[cost].label)
    legend_of_all(figure, panels.flat)
    return png(figure)


def _limits(quality: Sequence[float]) -> tuple[float, float]:
    """Return a range of round numbers around shares of 0 to 1."""
    known = np.array(quality)[~np.isnan(quality)]
    low, high = (np.floor(10 * known.min()) / 10, np.ceil(10 * known.max()) / 10) if len(known) else (0, 1)
    return min(low, high - 0.1) - 0.02, high + 0.02


def _scale_cost(axis: Any, cost: str, x: np.ndarray) -> float:
    """Make an axis logarithmic, except close to 0, and return its upper end."""
    least = 4 if cost == "parameters" else _COSTS[cost].resolution  # no network has fewer weights
    most = max(int(np.ceil(np.log10(max(np.nanmax(x), 1e-9)))), least + 1)
    axis.set_xscale("symlog", linthresh=10.0**least, linscale=0.4)
    axis.set_xlim(-0.2 * 10.0**least, 10.0**most)  # markers at 0 are not clipped
    axis.set_xticks([0, *(10.0**k for k in range(least, most + 1))])
    return 10.0**most
