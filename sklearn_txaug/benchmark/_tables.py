"""The tables of the report, as HTML, and the table of all comparisons as a file."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from ..utils.files import replacing
from ..utils.html import number, table
from ._answer import best_intervals
from ._compare import BASELINE, Comparison, Setting, best, compare, paired, scores_of
from ._findings import Duel, duels, method_name, place, plus_minus
from ._indicators import indicator_columns
from ._pictures import describe_main, main_amount
from ._row_amounts import CHOSEN, AmountOrder, describe_real
from ._store import Row, class_of
from ._summary import quality_lines


def winners(part: Sequence[Row], metric: str) -> str:
    """Return, for each setting, the clearest established gain, or else the highest mean score."""
    comparisons = compare(part, metric)
    base = {c.setting: c for c in comparisons if c.sampler == BASELINE}
    clearest = {setting: one.comparison for setting, one in best_intervals(comparisons).items()}
    chosen = best(comparisons) | {setting: c for setting, c in clearest.items() if c.verdict == "gain"}
    lines = [
        [
            describe_real(setting.n_real),
            *(setting.classifier, method_name(c), number(c.score)),
            plus_minus(*c.difference[:2]) if c.difference else "",
            verdict_of(c, base.get(setting)),
        ]
        for setting, c in chosen.items()
    ]
    header = ["training rows", "classifier", "best", "score", "difference", "verdict"]
    caption = (
        f"The clearest gain in {metric.replace('_', ' ')} of each setting, or else the highest mean, and its "
        "difference from no augmentation"
    )
    marks = [c.verdict for c in chosen.values()]
    return table(caption, header, lines, right=(3, 4), marks=marks, stack=True)


def verdict_of(c: Comparison, base: Comparison | None) -> str:
    """Say whether the best of a setting is better than no augmentation."""
    if c.difference:
        return {"gain": "established gain", "loss": "established loss"}.get(c.verdict, "not established")
    return "nothing better" if base is not None else ""


def deep_and_cheap(part: Sequence[Row], metric: str, deep: Sequence[str]) -> str:
    """Return the best deep generator of each setting beside the best cheap sampler; empty if there are not both."""
    comparisons, scores = compare(part, metric), scores_of(part, metric)
    cheap = best(c for c in comparisons if c.sampler not in deep)
    deepest = best(c for c in comparisons if c.sampler in deep)
    lines = []
    for setting, one in deepest.items():
        other = cheap.get(setting)
        duel = other and paired(*(scores[setting, x.sampler, x.n_synthetic] for x in (one, other)))
        if other and duel:
            names = method_name(one), method_name(other)
            where = describe_real(setting.n_real), setting.classifier
            lines.append([*where, *names, plus_minus(*duel[:2])])
    header = ["training rows", "classifier", "best deep generator", "best other", "difference"]
    return (
        table("The best deep generator and the best of the others", header, lines, right=[4]) if lines else ""
    )


def duel_table(part: Sequence[Row], metric: str, deep: Sequence[str]) -> str:
    found = {(d.deep, d.cheap): d for d in duels(part, metric, deep)}
    if not found:
        return ""
    cheap = list(dict.fromkeys(other for _, other in found))

    def cell(duel: Duel | None) -> str:
        if duel is None:
            return ""
        return (
            f"{plus_minus(duel.mean)}, lower in {duel.n_lower} of {duel.n} "
            f"({duel.established_lower} established lower, {duel.established_higher} higher)"
        )

    lines = [[one, *(cell(found.get((one, other))) for other in cheap)] for one in deep]
    caption = (
        f"Deep generators against cheap samplers, protocol {part[0].protocol}: mean difference over all classifiers, "
        "training rows and amounts, at equal amounts"
    )
    return table(caption, ["deep generator", *(f"against {name}" for name in cheap)], lines)


def per_class(part: Sequence[Row], order: Sequence[str]) -> str:
    """Return the recall of each class, a table for each classifier and number of training rows."""
    scored = [(row, label) for row in part if (label := class_of(row.metric)) is not None]
    sizes = AmountOrder(part)
    amounts = {row.n_synthetic for row, _ in scored}
    shown = (0, main_amount(amounts, sizes), CHOSEN)
    cells: dict[str, dict[tuple, list[float]]] = defaultdict(lambda: defaultdict(list))
    for row, label in scored:
        if row.n_synthetic in shown:
            cells[row.classifier][row.n_real, label, row.sampler].append(row.value)
    return "".join(
        f"<h3>{escape(classifier)}</h3>"
        + "".join(_class_tables(values, sizes, order, describe_main(amounts, sizes)))
        for classifier, values in cells.items()
    )


def _class_tables(
    cells: Mapping[tuple, Sequence[float]], sizes: AmountOrder, order: Sequence[str], added: str
) -> Iterator[str]:
    names = [name for name in order if any(name == key[2] for key in cells)]
    for n_real in sorted({key[0] for key in cells}, key=sizes.real):
        lines = []
        for label in sorted({key[1] for key in cells if key[0] == n_real}, key=_numbers_first):
            values = [float(np.mean(cells.get((n_real, label, name), [np.nan]))) for name in names]
            top = np.nanmax(values)
            lines.append([label, *(_bold(number(v), v == top and min(values) < top) for v in values)])
        caption = f"{describe_real(n_real)}, {added}; the best of each class in blue"
        yield table(caption, ["class", *names], lines, right=range(1, len(names) + 1), raw=True)


def _numbers_first(label: str) -> tuple[bool, float, str]:
    number = float(label) if re.fullmatch(r"-?\d+(\.\d+)?", label) else np.inf
    return bool(np.isinf(number)), number, label


def quality(part: Sequence[Row], order: Sequence[str]) -> str:
    """Return the indicators of each sampler's rows."""
    columns = indicator_columns()
    lines = [
        [sampler, describe_real(n_real), *(number(means.get(name, np.nan)) for name in columns)]
        for n_real, sampler, means in quality_lines(part, order)
    ]
    if not lines:
        return ""
    header = ["sampler", "training rows", *(name.replace("_", " ") for name in columns)]
    caption = "Against held-out rows, mean over the seeds; real: other real rows, an upper bound"
    return table(caption, header, lines, right=range(2, len(header)))


def all_comparisons(comparisons: Sequence[Comparison]) -> str:
    """Return every sampler and amount of every setting, a table each."""
    settings: dict[Setting, list[Comparison]] = defaultdict(list)
    for c in comparisons:
        settings[c.setting].append(c)
    header = ["sampler", "score", "difference", "verdict", "p"]
    return "".join(
        table(
            f"{place(setting)}, {max(c.n_seeds for c in inside)} seeds",
            header,
            [
                [
                    method_name(c),
                    plus_minus(c.score, c.score_error, sign=False),
                    plus_minus(*c.difference[:2]) if c.difference else "",
                    *(c.verdict, _p(c.p_adjusted)),
                ]
                for c in inside
            ],
            right=(1, 2, 4),
            marks=[c.verdict for c in inside],
        )
        for setting, inside in settings.items()
    )


def _p(p: float) -> str:
    return "" if np.isnan(p) else "<0.001" if p < 0.001 else f"{p:.3f}"


def _bold(text: str, top: bool) -> str:
    return f'<b class="top">{text}</b>' if top else text


def write_comparisons(comparisons: Sequence[Comparison], metric: str, path: Path) -> None:
    missing: tuple[Any, ...] = (None, None, None)
    with replacing(path) as new, new.open("w", newline="", encoding="utf-8") as file:
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
