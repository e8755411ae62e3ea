"""What the report folds: findings in sentences, further pictures and long tables of one data set and protocol."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path

from ..utils.html import figure, fold
from . import _pictures as pictures
from ._compare import Comparison, compare, mean_and_error
from ._findings import deep_findings, deep_samplers, duels, findings, gate_findings, plus_minus
from ._pareto import pareto
from ._row_amounts import AmountOrder, describe_real
from ._store import Row, read_points
from ._tables import all_comparisons, deep_and_cheap, duel_table, per_class, quality


def details(part: Sequence[Row], order: Sequence[str], folder: Path, metric: str) -> list[str]:
    """Return the folded sections; those that would be empty are left out."""
    return [fold(title, content) for title, content in _sections(part, order, folder, metric) if content]


def _sections(
    part: Sequence[Row], order: Sequence[str], folder: Path, metric: str
) -> Iterator[tuple[str, str]]:
    comparisons, amounts = compare(part, metric), AmountOrder(part)
    deep = [name for name in deep_samplers(part) if name in order]
    yield "Findings in sentences", _sentences(part, comparisons, metric, deep)
    yield "Gains by training rows", _low_data(comparisons, amounts, order, metric)
    yield "Gains by synthetic rows", _amounts(comparisons, amounts, order, metric)
    both = deep_and_cheap(part, metric, deep) + duel_table(part, metric, deep)
    yield "Deep generators against cheap samplers", both
    yield "All comparisons", all_comparisons(comparisons)
    yield "Recall of each class, on held-out rows", per_class(part, order)
    yield "Quality of the synthetic rows", quality(part, order)
    yield "Synthetic rows beside held-out ones", _embeddings(part, order, folder)
    yield "What the rows cost", "".join(pareto(part, order))


def _sentences(
    part: Sequence[Row], comparisons: Sequence[Comparison], metric: str, deep: Sequence[str]
) -> str:
    lines = [
        *findings(comparisons),
        *gate_findings(part),
        *deep_findings(duels(part, metric, deep)),
    ]
    return "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in lines) + "</ul>"


def _low_data(
    comparisons: Sequence[Comparison], amounts: AmountOrder, order: Sequence[str], metric: str
) -> str:
    if not any(c.difference for c in comparisons):
        return ""
    added = pictures.describe_main({c.n_synthetic for c in comparisons}, amounts)
    caption = f"Gain over no augmentation by training rows, {added} (corrected errors)"
    return figure(caption, pictures.draw_low_data(comparisons, amounts, order, metric), spoken(comparisons))


def _amounts(
    comparisons: Sequence[Comparison], amounts: AmountOrder, order: Sequence[str], metric: str
) -> str:
    if len({c.n_synthetic for c in comparisons if c.difference}) < 2:
        return ""
    caption = "Gain over no augmentation by synthetic rows (corrected errors)"
    return figure(caption, pictures.draw_amounts(comparisons, amounts, order, metric), spoken(comparisons))


def _embeddings(part: Sequence[Row], order: Sequence[str], folder: Path) -> str:
    dataset, protocol = part[0].dataset, part[0].protocol
    sizes = {row.n_real for row in part}
    files = {
        w[2:]: path
        for w, path in read_points(folder).items()
        if w[:2] == (dataset, protocol) and w[3] in sizes
    }
    if not files:
        return ""
    largest = max((n_real for _, n_real in files), key=AmountOrder(part).real)
    chosen = {name: files[name, largest] for name in order if (name, largest) in files}
    seen = "all training rows" if protocol == "oracle" else describe_real(largest)
    caption = (
        f"Held-out rows and as many synthetic ones, generators trained on {seen}, first seed; points outside the "
        "frame are not shown"
    )
    return figure(caption, pictures.draw_embeddings(chosen)) if chosen else ""


def spoken(comparisons: Sequence[Comparison]) -> str:
    """Describe a figure of gains, for those who cannot see it."""
    means: dict[str, list[float]] = defaultdict(list)
    for c in comparisons:
        if c.difference:
            means[c.sampler].append(c.difference.mean)
    listed = (f"{name} {plus_minus(*mean_and_error(values))}" for name, values in means.items())
    return "Mean gain over no augmentation, over all settings: " + ", ".join(listed)
