"""The tables of the report, as HTML, and the table of all comparisons as a file."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from ..utils.html import number
from ._compare import BASELINE, Comparison, best, compare, paired, scores_of
from ._findings import Duel, duels, method_name, plus_minus
from ._indicators import indicator_columns
from ._pictures import describe_main, main_amount
from ._row_amounts import CHOSEN, amount_order, describe_real
from ._store import Row, class_of
from ._summary import quality_lines


def winners(part: Sequence[Row], metric: str, deep: Sequence[str]) -> str:
    """Return the best sampler of each setting, and the best deep generator beside the best cheap one."""
    comparisons, scores = compare(part, metric), scores_of(part, metric)
    n_rows = {
        setting: np.mean(list(n.values())) for (setting, _, _), n in scores_of(part, "real_rows").items()
    }
    base = {c.setting: c for c in comparisons if c.sampler == BASELINE}
    cheap = best(c for c in comparisons if c.sampler not in deep)
    deepest = best(c for c in comparisons if c.sampler in deep)
    lines, marks = [], []
    for setting, c in best(comparisons).items():
        duel = None
        if setting in cheap and setting in deepest:
            one, other = deepest[setting], cheap[setting]
            duel = paired(*(scores[setting, x.sampler, x.n_synthetic] for x in (one, other)))
        lines.append(
            [
                setting.classifier,
                describe_real(setting.n_real) + (f" ({n_rows[setting]:,.0f})" if setting in n_rows else ""),
                number(base[setting].score) if setting in base else "",
                *(method_name(c), number(c.score)),
                plus_minus(*c.difference[:2]) if c.difference else "",
                _p(c.p_adjusted),
                f"{plus_minus(*duel[:2])} ({method_name(one)} − {method_name(other)})" if duel else "",
                _verdict(c),
            ]
        )
        marks.append(c.verdict)
    header = [
        *("classifier", "training rows", "no augmentation", "best", "its score", "difference", "p (Holm)"),
        *("best deep − best cheap", "verdict"),
    ]
    caption = (
        f"The winner of each setting, protocol {part[0].protocol}: highest mean {metric.replace('_', ' ')}"
    )
    return html_table(caption, header, lines, right=(2, 4, 5, 6), marks=marks)


def _verdict(c: Comparison) -> str:
    if c.difference:
        return {"gain": "established gain", "loss": "established loss"}.get(c.verdict, "not established")
    return "nothing better" if c.sampler == BASELINE else ""


def duel_table(part: Sequence[Row], metric: str, deep: Sequence[str]) -> str:
    table = {(d.deep, d.cheap): d for d in duels(part, metric, deep)}
    if not table:
        return ""
    cheap = list(dict.fromkeys(other for _, other in table))

    def cell(duel: Duel | None) -> str:
        if duel is None:
            return ""
        return (
            f"{plus_minus(duel.mean, np.nan)}, lower in {duel.n_lower} of {duel.n} "
            f"({duel.established_lower} established lower, {duel.established_higher} higher)"
        )

    lines = [[one, *(cell(table.get((one, other))) for other in cheap)] for one in deep]
    caption = (
        f"Deep generators against cheap samplers, protocol {part[0].protocol}: mean difference over all classifiers, "
        "training rows and amounts, at equal amounts"
    )
    return html_table(caption, ["deep generator", *(f"against {name}" for name in cheap)], lines)


def per_class(part: Sequence[Row], order: Sequence[str]) -> str:
    """Return the recall of each class, in a foldable section for each classifier."""
    scored = [(row, label) for row in part if (label := class_of(row.metric)) is not None]
    amounts = {row.n_synthetic for row, _ in scored}
    shown = (0, main_amount(amounts), CHOSEN)
    cells: dict[str, dict[tuple, list[float]]] = defaultdict(lambda: defaultdict(list))
    for row, label in scored:
        if row.n_synthetic in shown:
            cells[row.classifier][row.n_real, label, row.sampler].append(row.value)
    return "".join(
        _fold(
            f"Recall of {classifier} for each class, on held-out rows",
            "".join(_class_tables(values, order, describe_main(amounts))),
            is_open=classifier == next(iter(cells)),
        )
        for classifier, values in cells.items()
    )


def _class_tables(cells: Mapping[tuple, Sequence[float]], order: Sequence[str], added: str) -> Iterator[str]:
    names = [name for name in order if any(name == key[2] for key in cells)]
    for n_real in sorted({key[0] for key in cells}, key=amount_order):
        lines = []
        for label in sorted({key[1] for key in cells if key[0] == n_real}, key=_numbers_first):
            values = [float(np.mean(cells.get((n_real, label, name), [np.nan]))) for name in names]
            top = np.nanmax(values)
            lines.append([label, *(_bold(number(v), v == top and min(values) < top) for v in values)])
        caption = f"{describe_real(n_real)}, {added}; the best of each class in blue"
        yield html_table(caption, ["class", *names], lines, right=range(1, len(names) + 1), raw=True)


def _numbers_first(label: str) -> tuple[bool, float, str]:
    number = float(label) if re.fullmatch(r"-?\d+(\.\d+)?", label) else np.inf
    return bool(np.isinf(number)), number, label


def quality(part: Sequence[Row], order: Sequence[str]) -> str:
    columns = indicator_columns()
    lines = [
        [str(n_real), sampler, *(number(means.get(name, np.nan)) for name in columns)]
        for n_real, sampler, means in quality_lines(part, order)
    ]
    header = ["training rows", "sampler", *(name.replace("_", " ") for name in columns)]
    caption = "Against held-out rows, mean over the seeds; real: other real rows, an upper bound"
    return _fold(
        "Quality of the synthetic rows", html_table(caption, header, lines, right=range(2, len(header)))
    )


def all_comparisons(comparisons: Sequence[Comparison], order: Sequence[str]) -> str:
    lines = [
        [
            *(c.setting.classifier, str(c.setting.n_real), c.sampler, str(c.n_synthetic), str(c.n_seeds)),
            f"{number(c.score)} ± {number(c.score_error)}",
            *((plus_minus(*c.difference[:2]), _p(c.difference.p)) if c.difference else ("", "")),
            *(_p(c.p_adjusted), c.verdict),
        ]
        for c in comparisons
    ]
    header = [
        *("classifier", "training rows", "sampler", "synthetic rows", "seeds", "score ± s.e."),
        *("difference ± corrected s.e.", "p", "p (Holm)", "established"),
    ]
    table = html_table("", header, lines, right=(4, 5, 6, 7, 8), marks=[c.verdict for c in comparisons])
    return _fold("All comparisons", table)


def _p(p: float) -> str:
    return "" if np.isnan(p) else "<0.001" if p < 0.001 else f"{p:.3f}"


def _bold(text: str, top: bool) -> str:
    return f'<b class="top">{text}</b>' if top else text


def _fold(title: str, content: str, is_open: bool = False) -> str:
    return f"<details{' open' if is_open else ''}><summary>{escape(title)}</summary>{content}</details>"


def html_table(
    caption: str,
    header: Sequence[str],
    lines: Iterable[Sequence[str]],
    *,
    right: Iterable[int] = (),
    marks: Sequence[str] | None = None,
    raw: bool = False,
) -> str:
    """Return a table; `right` are the columns of numbers, `marks` the classes of the lines, `raw` cells are HTML."""
    numeric = set(right)
    kind = [' class="n"' if i in numeric else "" for i in range(len(header))]
    head = "".join(f"<th{k}>{escape(name)}</th>" for k, name in zip(kind, header, strict=True))
    body = []
    for i, line in enumerate(lines):
        cells = (c if raw and j else escape(c) for j, c in enumerate(line))
        mark = f' class="{marks[i]}"' if marks and marks[i] else ""
        body.append(
            f"<tr{mark}>" + "".join(f"<td{k}>{c}</td>" for k, c in zip(kind, cells, strict=True)) + "</tr>"
        )
    title = f"<caption>{escape(caption)}</caption>" if caption else ""
    rows = "".join(body)
    return (
        f'<div class="wide"><table>{title}<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
    )


def write_comparisons(comparisons: Sequence[Comparison], metric: str, path: Path) -> None:
    missing: tuple[Any, ...] = (None, None, None)
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(
            [
                *("dataset", "protocol", "classifier", "n_real", "sampler", "n_synthetic", "metric", "seeds"),
                *("score", "score_error", "difference", "corrected_error", "p", "p_holm", "established"),
            ]
        )
        for c in comparisons:
            out.writerow(
                [
                    *(*c.setting, c.sampler, c.n_synthetic, metric, c.n_seeds, c.score, c.score_error),
                    *(*(c.difference or missing), c.p_adjusted, c.verdict),
                ]
            )
