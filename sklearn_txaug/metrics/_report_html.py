"""The report as one page: plain words, no script, nothing from outside."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from ..utils.html import document, figure, number
from ._indicator import FAMILIES, question_of
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
_CSS = """
table.main{table-layout:fixed}.main th:nth-child(1){width:32%}.main th:nth-child(2){width:24%}
.main th:nth-child(3),.main th:nth-child(4),.main th:nth-child(5){width:10%}.main th:nth-child(6){width:14%}
.m{display:inline-block;width:1.2em;text-align:center}
.like .m{color:#0072b2}.near .m{color:#b07a00}.far .m{color:#d55e00}.beyond .m{color:#a3497f}.none{color:#666}
.far,.beyond{font-weight:600}@media(max-width:760px){table.main{table-layout:auto}}
"""


def page(
    table: Any,
    classes: Any = None,
    blind_spots: Any = None,
    remarks: Any = None,
    *,
    title: str = "Quality of the synthetic rows",
    pictures: Mapping[str, bytes] | None = None,
) -> str:
    """Write the page; `pictures` are PNGs by caption."""
    sides = [side for side in SIDES if (table["against"] == side).any()]
    body = [f"<h1>{escape(title)}</h1>", _introduction(table, remarks or [])]
    body += [_side(table[table["against"] == side], SIDES[side]) for side in sides]
    if classes is not None:
        body.append("<h2>Class by class</h2>" + _plain(classes, _CLASSES))
    if blind_spots is not None:
        body.append("<h2>Blind spots</h2>" + _plain(blind_spots, _BLIND_SPOTS))
    if pictures:
        body.append("<h2>Pictures</h2>")
    body += [figure(caption, png) for caption, png in (pictures or {}).items()]
    return document(title, body, _CSS)


def _introduction(table: Any, remarks: list[str]) -> str:
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
        + "".join(f'<p class="remark"><b>Note.</b> {escape(remark)}</p>' for remark in remarks)
    )


def _side(table: Any, title: str) -> str:
    n_real, n_compared = table["n_real"].iloc[0], table["n_compared"].iloc[0]
    sizes = f"{n_real} real rows; {n_compared} synthetic rows, and as many real ones, are compared with them."
    parts = [f'<h2>{title}</h2><p class="note">{sizes}</p>']
    for family in table["family"].unique():
        lines = [_line(row) for row in table[table["family"] == family].itertuples()]
        parts.append(
            f'<table class="main"><caption>{FAMILIES.get(family, family)}</caption><thead><tr><th>Question</th>'
            '<th>Indicator</th><th class="n">Synthetic</th><th class="n">Real rows</th><th>Best</th>'
            f"<th>Verdict</th></tr></thead><tbody>{''.join(lines)}</tbody></table>"
        )
    return "".join(parts)


def _line(row: Any) -> str:
    name = f"{row.indicator} {row.field}".strip()
    question = question_of(row.indicator, row.field)
    mark, style = MARKS.get(row.verdict, MARKS[NONE])
    best = {"real": "as real", "higher": "1 (higher)", "lower": "0 (lower)"}.get(row.best, row.best)
    note = f'<div class="note">{escape(row.note)}</div>' if row.note else ""
    return (
        f'<tr class="{style}"><td class="q">{escape(question)}{note}</td>'
        f'<td class="q"><code>{escape(name).replace("_", "_<wbr>")}</code></td>'
        f'<td class="n">{number(row.value)}</td><td class="n">{number(row.reference)}</td>'
        f'<td>{best}</td><td class="v"><span class="m">{mark}</span> {row.verdict}</td></tr>'
    )


def _plain(table: Any, caption: str) -> str:
    names = [str(name).replace("_", " ") for name in table.columns]
    numeric = [kind.kind in "fiu" for kind in table.dtypes]
    head = "".join(
        f'<th class="n">{escape(name)}</th>' if right else f"<th>{escape(name)}</th>"
        for name, right in zip(names, numeric, strict=True)
    )
    lines = []
    for row in table.itertuples(index=False):
        cells = [
            f'<td class="n">{number(cell) if isinstance(cell, float) else cell}</td>'
            if right
            else f"<td>{escape(str(cell))}</td>"
            for cell, right in zip(row, numeric, strict=True)
        ]
        lines.append(f"<tr>{''.join(cells)}</tr>")
    return (
        f"<table><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(lines)}</tbody></table>"
    )
