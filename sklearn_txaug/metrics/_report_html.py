"""The report as one page: plain words, no script, nothing from outside."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from ..utils.html import answer as box
from ..utils.html import document, figure, fold, number
from ..utils.html import table as tabulate
from ._indicator import FAMILIES, headline_of, question_of
from ._report_answer import answers, explanation
from ._report_verdict import BEYOND, FAR, LIKE, NEAR, NONE

MARKS = {
    LIKE: ("●", "like"),
    NEAR: ("◐", "near"),
    FAR: ("○", "far"),
    BEYOND: ("▲", "beyond"),
    NONE: ("–", "none"),
}
LEGEND = {
    LIKE: "no further from the best value than other real rows are, within the noise of small cohorts",
    NEAR: "somewhat further",
    FAR: "clearly further",
    BEYOND: "better than other real rows: on training rows a mark of copies, on held-out rows of rows that are "
    "too typical",
    NONE: "too few rows, or nothing to compare with; the reason is given",
}
SIDES = {
    "test": "Against held-out rows",
    "train": "Against the training rows",
    "test - train": "Held-out rows against training rows",
}
_CLASSES = (
    "Share of the rows of each class that a classifier recognises. Reverse validation: trained on synthetic rows, "
    "tested on real ones; label preservation: the other way round; reference: real rows instead of synthetic ones."
)
_BLIND_SPOTS = (
    "Share of the real rows that synthetic rows reach. Covered: a synthetic row is as near as the row's neighbours; "
    "recalled: the row lies among synthetic ones; covered by class: by a synthetic row of its own class."
)
_PRIVACY = (
    "Area under the curve of three attacks that tell training patients from others (0.5 is a guess), with the 95 % "
    "interval of the strongest; the share of training patients that it finds with 1 % false alarms; and how much "
    "better it predicts hidden genes of training patients than those of others. Below: simple samplers trained on "
    "the same rows. Random over-sampling shares the training rows themselves. Attacks that fail prove nothing."
)
_CSS = """
.m{display:inline-block;width:1.2em;text-align:center}.stack td.v{white-space:nowrap}
.like .m{color:#0072b2}.near .m{color:#b07a00}.far .m{color:#d55e00}.beyond .m{color:#a3497f}.none{color:#666}
.far,.beyond{font-weight:600}.far .q,.beyond .q,.note{font-weight:400}
"""


def page(
    table: Any,
    classes: Any = None,
    blind_spots: Any = None,
    privacy: Any = None,
    remarks: Any = None,
    *,
    title: str = "Quality of the synthetic rows",
    pictures: Mapping[str, bytes] | None = None,
) -> str:
    """Write the page; `pictures` are PNGs by caption."""
    said = answers(table)
    kind = {"good": ""}.get(said.kind, said.kind)
    body = [f"<h1>{escape(title)}</h1>", box(said[:4], kind, bold=3)]
    body += [f'<p class="remark"><b>Note.</b> {escape(remark)}</p>' for remark in remarks or []]
    shown = [figure(caption, png) for caption, png in (pictures or {}).items()]
    body += shown[:1]
    parts = {side: table[table["against"] == side] for side in SIDES}
    body += [_side(part, SIDES[side]) for side, part in parts.items() if len(part)]
    body.append(fold("How to read the tables", _legend(table)))
    if blind_spots is not None:
        body.append(fold("Blind spots", _plain(blind_spots, _BLIND_SPOTS)))
    if privacy is not None:
        body.append(fold("May these rows be shared?", _plain(privacy, _PRIVACY)))
    if classes is not None:
        body.append(fold("Class by class", _plain(classes, _CLASSES)))
    if shown[1:]:
        body.append(fold("More pictures", "".join(shown[1:])))
    return document(title, body, _CSS)


def _legend(table: Any) -> str:
    counts = table["verdict"].value_counts()
    summary = ", ".join(f"{counts[word]} {word}" for word in MARKS if word in counts)
    legend = "".join(
        f'<dt class="{MARKS[word][1]}"><span class="m">{MARKS[word][0]}</span> {word}</dt><dd>{escape(text)}</dd>'
        for word, text in LEGEND.items()
    )
    return (
        "<p>Each value stands beside the <b>reference</b>: the same indicator of as many <i>real</i> rows in place "
        "of the synthetic ones. All rows are scaled by the real training rows. "
        "Read the held-out rows first: copies match the training rows.</p>"
        f"<p><b>In short:</b> {escape(summary)}.</p><dl>{legend}</dl>"
    )


def _side(part: Any, title: str) -> str:
    n_real, n_compared = part["n_real"].iloc[0], part["n_compared"].iloc[0]
    sizes = f"{n_real} real rows; {n_compared} synthetic rows, and as many real ones, are compared with them."
    parts = [f'<h2>{title}</h2><p class="note">{sizes}</p>']
    for family in part["family"].unique():
        first, repeated = _without_repeats(part[part["family"] == family])
        parts.append(_lines(first, FAMILIES.get(family, family)))
        if len(repeated):
            parts.append(fold(f"The same by other scores ({len(repeated)})", _lines(repeated, "")))
    return "".join(parts)


def _without_repeats(lines: Any) -> tuple[Any, Any]:
    """Return one line for each question, the headline of the indicator if it has one, and the others."""
    questions = [question_of(row.indicator, row.field) for row in lines.itertuples()]
    fields = [headline_of(row.indicator) for row in lines.itertuples()]
    kept: dict[str, int] = {}
    for i, (question, field, headline) in enumerate(zip(questions, lines["field"], fields, strict=True)):
        if question not in kept or (field == headline and lines["field"].iloc[kept[question]] != headline):
            kept[question] = i
    first = [i in kept.values() for i in range(len(lines))]
    return lines[first], lines[[not one for one in first]]


def _lines(part: Any, caption: str) -> str:
    header = ["Question", "Synthetic", "Real rows", "Verdict", "Best", "Indicator"]
    rows = list(part.itertuples())
    marks = [MARKS.get(row.verdict, MARKS[NONE])[1] for row in rows]
    return tabulate(caption, header, map(_line, rows), right=(1, 2), marks=marks, raw=True, stack=True)


def _line(row: Any) -> list[str]:
    name = f"{row.indicator} {row.field}".strip()
    mark, _ = MARKS.get(row.verdict, MARKS[NONE])
    best = {"real": "as real", "higher": "1 (higher)", "lower": "0 (lower)"}.get(row.best, row.best)
    notes = [note for note in (row.note, explanation(row)) if note]
    return [
        question_of(row.indicator, row.field),
        number(row.value),
        number(row.reference),
        f'<span><span class="m">{mark}</span> {row.verdict}'
        + "".join(f'<div class="note">{escape(note)}</div>' for note in notes)
        + "</span>",
        best,
        f"<code>{escape(name).replace('_', '_<wbr>')}</code>",
    ]


def _plain(table: Any, caption: str) -> str:
    names = [str(name).replace("_", " ") for name in table.columns]
    numeric = [kind.kind in "fiu" for kind in table.dtypes]
    lines = [
        [number(cell) if isinstance(cell, float) else str(cell) for cell in row]
        for row in table.itertuples(index=False)
    ]
    return tabulate(caption, names, lines, right=[i for i, right in enumerate(numeric) if right])
