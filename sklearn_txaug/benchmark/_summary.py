"""The printed table and the saved figure: gains paired by seed, and the quality of the rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..plotting._style import legend_of_all, name_text, style
from ..utils.files import replacing
from ._compare import Comparison, compare, without_empty
from ._indicators import COSTS, K, indicator_columns
from ._jobs import REFERENCE
from ._row_amounts import Amount, AmountOrder, describe_real, short_synthetic
from ._scores import with_metric
from ._store import Row


def indicator_means(rows: Iterable[Row]) -> dict[tuple[Amount, str], dict[str, float]]:
    """Return, for each (n_real, sampler), the mean of each indicator over the seeds."""
    values: dict[tuple[Amount, str], dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        if not row.classifier:
            values[row.n_real, row.sampler][row.metric].append(row.value)
    return {key: {name: float(np.mean(v)) for name, v in by_name.items()} for key, by_name in values.items()}


def quality_lines(rows: Iterable[Row], order: Sequence[str]) -> list[tuple[Amount, str, dict[str, float]]]:
    """Return (n_real, sampler, means of the indicators), in the order of tables, the reference first."""
    rank = {name: i for i, name in enumerate([REFERENCE, *order])}
    rows = list(rows)
    lines = [(*key, means) for key, means in indicator_means(rows).items() if key[1] in rank]
    by_size = AmountOrder(rows).real
    return sorted(lines, key=lambda line: (by_size(line[0]), rank[line[1]]))


@with_metric
def format_summary(rows: Sequence[Row], order: Sequence[str], metric: str = "balanced_accuracy") -> str:
    """Return two tables for each data set and protocol as text, also valid as Markdown.

    Parameters
    ----------
    rows : list of Row
        Results.
    order : sequence of str
        The samplers in the order of the tables.
    {metric}
    """
    parts = parts_of(without_empty(rows))
    return "\n\n\n".join(_format_part(part, order, metric) for part in parts) if parts else "no results"


def parts_of(rows: Sequence[Row]) -> list[list[Row]]:
    """Return the rows split by data set, in order of appearance, and protocol."""
    parts: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        parts[row.dataset][row.protocol].append(row)
    return [part for by_protocol in parts.values() for _, part in sorted(by_protocol.items())]


def name_of(part: Sequence[Row]) -> str:
    """Return data set and protocol of rows that `parts_of` returned."""
    return f"{part[0].dataset}, protocol {part[0].protocol}"


def _format_part(rows: Sequence[Row], order: Sequence[str], metric: str) -> str:
    seeds = len({row.seed for row in rows})
    title = f"{name_of(rows)}, {seeds} seed(s), held-out rows"
    quality = f"\n\n{format_quality(rows, order)}" if any(not row.classifier for row in rows) else ""
    return f"{title}\n\n{_format_scores(rows, order, metric)}{quality}"


def _format_scores(rows: Sequence[Row], order: Sequence[str], metric: str) -> str:
    """Return a table with a line for each classifier, sampler and amount, and a column for each n_real."""
    cells: dict[tuple, dict[Amount, str]] = defaultdict(dict)
    rank, amounts = {name: i for i, name in enumerate(order)}, AmountOrder(rows)

    def line(c: Comparison) -> tuple:
        return c.setting.classifier, rank.get(c.sampler, len(rank)), amounts.synthetic(c.n_synthetic)

    for c in sorted(compare(rows, metric), key=line):
        cell = _pm(c.score, c.score_error) if c.difference is None else f"{c.score:.4f}"
        if c.difference:
            cell += f" ({_pm(*c.difference[:2], sign=True)})"
        cells[c.setting.classifier, c.sampler, c.n_synthetic][c.setting.n_real] = cell
    sizes = sorted({size for line in cells.values() for size in line}, key=amounts.real)
    header = ["classifier", "sampler", "synthetic rows", *map(describe_real, sizes)]
    body = [
        [
            classifier,
            sampler,
            short_synthetic(amount) if amount else "none",
            *(line.get(size, "") for size in sizes),
        ]
        for (classifier, sampler, amount), line in cells.items()
    ]
    caption = (
        f"{metric}: mean, and in brackets the difference from no augmentation paired by seed, +- standard error "
        "corrected for the overlap of the splits (plain for no augmentation)"
    )
    return f"{caption}\n\n{markdown_table(header, body)}"


def format_quality(rows: Sequence[Row], order: Sequence[str]) -> str:
    """Return a table of the indicators and costs of each sampler, for one data set and protocol.

    Parameters
    ----------
    rows : list of Row
        Results of one data set and protocol.
    order : sequence of str
        The samplers in the order of the table.
    """
    columns = indicator_columns() + COSTS
    table = markdown_table(
        ["training rows", "sampler", *(name.replace("_", " ") for name in columns)],
        [
            [describe_real(n_real), sampler, *(_number(means.get(name, np.nan)) for name in columns)]
            for n_real, sampler, means in quality_lines(rows, order)
        ],
    )
    caption = "quality of the synthetic rows, mean over the seeds (`real`: other real rows, the reference)"
    return f"{caption}\n\n{table}"


def markdown_table(header: Sequence[str], body: Sequence[Sequence[Any]]) -> str:
    """Return a table with columns of even width, valid as Markdown."""
    cells = [[str(cell).replace("\N{NO-BREAK SPACE}", " ") for cell in row] for row in [header, *body]]
    widths = [max(len(row[i]) for row in cells) for i in range(len(header))]
    lines = [
        "| " + " | ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)) + " |" for row in cells
    ]
    return "\n".join([lines[0], "|" + "|".join("-" * (w + 2) for w in widths) + "|", *lines[1:]])


def _pm(mean: float, error: float, sign: bool = False) -> str:
    return (f"{mean:+.4f}" if sign else f"{mean:.4f}") + ("" if np.isnan(error) else f" +- {error:.4f}")


def _number(value: float) -> str:
    if np.isnan(value):
        return ""
    if value == round(value):
        return f"{value:,.0f}"
    return f"{value:.3f}" if abs(value) < 10 else f"{value:,.1f}"


@with_metric
def draw_summary(
    rows: Sequence[Row], order: Sequence[str], path: Path, metric: str = "balanced_accuracy"
) -> None:
    """Draw gains over no augmentation next to precision and recall, a row of panels for each data set and protocol.

    Parameters
    ----------
    rows : list of Row
        Results.
    order : sequence of str
        The samplers in the order of the legend.
    path : Path
        Where the figure is saved.
    {metric}
    """
    from matplotlib.figure import Figure

    parts = parts_of(without_empty(rows))
    heights = [max(4.5, 1.5 + 0.16 * len(compare(part, metric))) for part in parts]
    figure = Figure(figsize=(12, sum(heights)), layout="constrained")
    panels = figure.subplots(len(parts), 2, squeeze=False, height_ratios=heights)
    for part, (left, right) in zip(parts, panels, strict=True):
        _draw_gains(left, part, order, metric)
        _draw_manifold(right, part, order)
        seeds = len({row.seed for row in part})
        left.set_title(f"{name_text(part[0].dataset)}: protocol {part[0].protocol}, {seeds} seeds")
    legend_of_all(figure, panels.flat)
    with replacing(path) as new:
        figure.savefig(new, dpi=150)


def look(order: Sequence[str], sampler: str) -> dict[str, Any]:
    """Return the colour and marker of a sampler, the same in all figures."""
    return {"color": "0.5", "marker": "o"} if sampler == REFERENCE else style(list(order).index(sampler))


def _draw_gains(axis: Any, rows: Sequence[Row], order: Sequence[str], metric: str) -> None:
    amounts = AmountOrder(rows)

    def setting(c: Comparison) -> tuple:
        return c.setting.classifier, amounts.real(c.setting.n_real), amounts.synthetic(c.n_synthetic)

    cells = sorted((c for c in compare(rows, metric) if c.difference), key=setting)
    setups = list(dict.fromkeys((c.setting.classifier, c.setting.n_real, c.n_synthetic) for c in cells))
    names = [name for name in order if any(c.sampler == name for c in cells)]
    in_the_right_panel = {row.sampler for row in rows if not row.classifier}
    for c in cells:
        setup = setups.index((c.setting.classifier, c.setting.n_real, c.n_synthetic))
        place = setup + 0.7 * ((names.index(c.sampler) + 0.5) / len(names) - 0.5)
        mean, error = c.difference[:2] if c.difference else (np.nan, np.nan)
        label = None if c.sampler in in_the_right_panel else c.sampler
        axis.errorbar(
            mean, place, xerr=np.nan_to_num(error), linestyle="", label=label, **look(order, c.sampler)
        )
    axis.axvline(0, color="0.6", zorder=0)
    axis.set_yticks(
        range(len(setups)),
        [f"{c}\n{describe_real(n)}\n{short_synthetic(m)}" for c, n, m in setups],
        fontsize="small",
    )
    axis.invert_yaxis()
    axis.set_xlabel(
        f"difference in {metric.replace('_', ' ')} from no augmentation\n(mean, corrected standard error)"
    )


def _draw_manifold(axis: Any, rows: Sequence[Row], order: Sequence[str]) -> None:
    means = indicator_means(rows)
    if not means:
        axis.set_axis_off()
        return
    sizes = sorted({n_real for n_real, _ in means}, key=AmountOrder(rows).real)
    for sampler in [REFERENCE, *order]:
        for n_real in sizes[-1:] if sampler == REFERENCE else sizes:
            values = means.get((n_real, sampler))
            if values is None:
                continue
            area = 40 + 60 * sizes.index(n_real) / max(1, len(sizes) - 1)
            label = {REFERENCE: "real (reference)"}.get(sampler, sampler) if n_real == sizes[-1] else None
            axis.scatter(values["recall"], values["precision"], s=area, label=label, **look(order, sampler))
    axis.set(xlabel="recall", ylabel="precision", xlim=(-0.03, 1.03), ylim=(-0.03, 1.03))
    axis.set_title(
        f"held-out rows, k = {K}; larger mark: more real rows ({describe_real(sizes[-1])})", fontsize="small"
    )
