"""The table that is printed and the picture that is left: gains paired by seed, and the quality of the rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ._indicators import COSTS, INDICATORS
from ._run import REFERENCE
from ._store import Row

_BASELINE = "none"
_QUALITY = INDICATORS + COSTS


def mean_and_error(values: Sequence[float]) -> tuple[float, float]:
    """Return the mean and its standard error; the error of a single value is NaN."""
    array = np.asarray(values, dtype=float)
    return array.mean(), array.std(ddof=1) / np.sqrt(len(array)) if len(array) > 1 else np.nan


def gains(rows: Iterable[Row], metric: str) -> dict[tuple, dict[str, Any]]:
    """Return mean score and paired difference to no augmentation.

    Returns
    -------
    table : dict
        Keys (classifier, n_real, sampler, n_synthetic); each value has ``"score"`` and ``"difference"``, pairs of
        mean and standard error over the seeds (``"difference"`` is None for no augmentation itself).
    """
    scores: dict[tuple, dict[int, float]] = defaultdict(dict)
    for row in rows:
        if row.metric == metric and row.classifier:
            scores[row.classifier, row.n_real, row.sampler, row.n_synthetic][row.seed] = row.value
    table = {}
    for (classifier, n_real, sampler, amount), by_seed in scores.items():
        base = scores.get((classifier, n_real, _BASELINE, 0), {})
        paired = [value - base[seed] for seed, value in by_seed.items() if seed in base]
        table[classifier, n_real, sampler, amount] = {
            "score": mean_and_error(list(by_seed.values())),
            "difference": mean_and_error(paired) if paired and sampler != _BASELINE else None,
        }
    return table


def indicator_means(rows: Iterable[Row]) -> dict[tuple[int, str], dict[str, float]]:
    """Return, for each (n_real, sampler), the mean of each indicator over the seeds."""
    values: dict[tuple[int, str], dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        if not row.classifier:
            values[row.n_real, row.sampler][row.metric].append(row.value)
    return {key: {name: float(np.mean(v)) for name, v in by_name.items()} for key, by_name in values.items()}


def format_summary(rows: Sequence[Row], order: Sequence[str], metric: str = "balanced_accuracy") -> str:
    """Return the two tables as text, samplers in the given order; also valid as Markdown."""
    if not rows:
        return "no results"
    seeds = len({row.seed for row in rows})
    title = f"{rows[0].dataset}, protocol {rows[0].protocol}, {seeds} seed(s), held-out rows"
    sections = [
        f"{metric}: mean +- standard error, and the difference to no augmentation paired by seed\n",
        _markdown(
            ["classifier", "n_real", "sampler", "n_synthetic", metric, "difference"],
            [
                [*key[:3], key[3], _pm(cell["score"]), _pm(cell["difference"], sign=True)]
                for key, cell in sorted(gains(rows, metric).items(), key=_by(order))
            ],
        ),
        "\nquality of the synthetic rows, mean over the seeds (`real`: other real rows, the reference)\n",
        _markdown(
            ["n_real", "sampler", *(name.replace("_", " ") for name in _QUALITY)],
            [
                [*key, *(_number(means.get(name, np.nan)) for name in _QUALITY)]
                for key, means in sorted(indicator_means(rows).items(), key=_by([REFERENCE, *order], 1))
            ],
        ),
    ]
    return "\n".join([title, "", *sections])


def _by(order: Sequence[str], position: int = 2) -> Callable[[tuple], tuple]:
    rank = {name: i for i, name in enumerate(order)}
    return lambda item: (
        *item[0][:position],
        rank.get(item[0][position], len(rank)),
        *item[0][position + 1 :],
    )


def _markdown(header: Sequence[str], body: Sequence[Sequence[Any]]) -> str:
    cells = [[str(cell) for cell in row] for row in [header, *body]]
    widths = [max(len(row[i]) for row in cells) for i in range(len(header))]
    lines = [
        "| " + " | ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)) + " |" for row in cells
    ]
    return "\n".join([lines[0], "|" + "|".join("-" * (w + 2) for w in widths) + "|", *lines[1:]])


def _pm(value: tuple[float, float] | None, sign: bool = False) -> str:
    if value is None:
        return ""
    mean, error = value
    return (
        f"{mean:+.4f}" * sign + f"{mean:.4f}" * (not sign) + ("" if np.isnan(error) else f" +- {error:.4f}")
    )


def _number(value: float) -> str:
    if np.isnan(value):
        return ""
    if value == round(value):
        return f"{value:,.0f}"
    return f"{value:.3f}" if abs(value) < 10 else f"{value:,.1f}"


def draw_summary(
    rows: Sequence[Row], order: Sequence[str], path: Path, metric: str = "balanced_accuracy"
) -> None:
    """Draw gains over no augmentation beside precision and recall, and save the picture."""
    from matplotlib.figure import Figure

    n_lines = len(gains(rows, metric))
    figure = Figure(figsize=(12, max(4.5, 1.5 + 0.16 * n_lines)), layout="constrained")
    left, right = figure.subplots(1, 2)
    _draw_gains(left, rows, order, metric)
    _draw_manifold(right, rows, order)
    handles, labels = right.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside right center", fontsize="small")
    figure.suptitle(
        f"{rows[0].dataset}: protocol {rows[0].protocol}, {len({row.seed for row in rows})} seeds"
    )
    figure.savefig(path, dpi=150)


_COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"]  # Okabe and Ito
_MARKERS = "osD^vPX*<>hpd8"


def _style(order: Sequence[str], sampler: str) -> dict[str, Any]:
    i = [REFERENCE, *order].index(sampler)
    return {"color": _COLOURS[(i - 1) % len(_COLOURS)], "marker": _MARKERS[i % len(_MARKERS)]}


def _draw_gains(axis: Any, rows: Sequence[Row], order: Sequence[str], metric: str) -> None:
    cells = [item for item in sorted(gains(rows, metric).items(), key=_by(order)) if item[1]["difference"]]
    setups = sorted({(key[0], key[1], key[3]) for key, _ in cells})
    names = [name for name in order if any(key[2] == name for key, _ in cells)]
    for key, cell in cells:
        setup = setups.index((key[0], key[1], key[3]))
        place = setup + 0.7 * ((names.index(key[2]) + 0.5) / len(names) - 0.5)
        mean, error = cell["difference"]
        label = key[2] if setup == 0 else None
        axis.errorbar(
            mean, place, xerr=np.nan_to_num(error), linestyle="", label=label, **_style(order, key[2])
        )
    axis.axvline(0, color="0.6", zorder=0)
    axis.set_yticks(
        range(len(setups)), [f"{c}\n{n} real\n+{m} synthetic" for c, n, m in setups], fontsize="small"
    )
    axis.invert_yaxis()
    axis.set_xlabel(f"difference in {metric.replace('_', ' ')} to no augmentation\n(mean, standard error)")


def _draw_manifold(axis: Any, rows: Sequence[Row], order: Sequence[str]) -> None:
    means = indicator_means(rows)
    sizes = sorted({n_real for n_real, _ in means})
    for (n_real, sampler), values in sorted(means.items(), key=_by([REFERENCE, *order], 1)):
        if sampler == REFERENCE and n_real != sizes[-1]:
            continue
        style = _style(order, sampler) | ({"color": "0.5"} if sampler == REFERENCE else {})
        area = 40 + 60 * sizes.index(n_real) / max(1, len(sizes) - 1)
        label = {REFERENCE: "real (reference)"}.get(sampler, sampler) if n_real == sizes[-1] else None
        axis.scatter(values["recall"], values["precision"], s=area, label=label, **style)
    axis.set(xlabel="recall", ylabel="precision", xlim=(-0.03, 1.03), ylim=(-0.03, 1.03))
    axis.set_title(f"held-out rows, k = 10; larger mark: more real rows ({sizes[-1]})", fontsize="small")
