"""Self-contained HTML pages: no scripts, no external files."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from html import escape

import numpy as np

_CSS = """
:root{color-scheme:light}body{font:15px/1.45 system-ui,sans-serif;color:#111;background:#fff;max-width:1080px;
margin:2rem auto;padding:0 1rem}h1{font-size:1.6rem}h2{font-size:1.25rem;margin-top:2.2rem}
h3{margin-top:1.8rem}li{margin:.25rem 0}
table{border-collapse:collapse;width:100%;margin:.4rem 0 1.2rem}caption{
text-align:left;font-weight:600;padding:.6rem 0 .3rem}
th,td{padding:.25rem .6rem;text-align:left;border-bottom:1px solid #ddd;vertical-align:top}thead th{
border-bottom:2px solid #555}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;
white-space:nowrap}th.n{white-space:normal}td.v{white-space:nowrap}
.wide{overflow-x:auto}.wide table{width:auto;min-width:60%}
.wide td:first-child,.wide th:first-child{position:sticky;left:0;background:#fff}
.answer{border-left:6px solid #0072b2;background:#eef5fa;padding:.5rem 1rem;margin:.8rem 0;font-size:1.1rem}
.answer p{margin:.35rem 0}.answer.unsure{border-color:#777;background:#f3f3f3}
.answer.bad{border-color:#d55e00;background:#fdf0e7}
.q{font-weight:400}.remark{border-left:4px solid #e69f00;padding:.2rem .8rem;background:#fdf6e6}
code{font-size:.86em;color:#444}.note{color:#555;font-size:.86em}
details{margin:.6rem 0}summary{cursor:pointer;font-weight:600;padding:.15rem 0}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem}dd{margin:0}
figure{margin:1.2rem 0}img{max-width:100%;border:1px solid #ddd}figcaption{color:#333;margin-bottom:.3rem}
@media(max-width:760px){body{font-size:14px;padding:0 .6rem;margin-top:.8rem}th,td{padding:.2rem .3rem}
dl{display:block}dt{font-weight:600;margin-top:.4rem}.wide td.n{white-space:normal}
figure{overflow-x:auto}img:not([style]){max-width:none;width:620px}
.stack thead{display:none}.stack table,.stack tbody,.stack tr,.stack td,.stack caption{display:block;width:auto}
.stack tr{border:1px solid #ccc;margin:.5rem 0;padding:.2rem .5rem}
.stack td,.stack td.n{display:flex;justify-content:space-between;gap:1rem;border:0;padding:.1rem 0;text-align:right;
white-space:normal}.stack td:empty{display:none}
.stack td:first-child{display:block;text-align:left;font-weight:600}.stack td:first-child::before{display:none}
.stack td::before{content:attr(data-label);color:#555;text-align:left;flex:none;max-width:45%}}
@media print{h2{break-after:avoid}tr,figure{break-inside:avoid}}
"""


def document(title: str, body: Sequence[str], css: str = "") -> str:
    """Return a complete page; `body` is pieces of HTML, `css` is added to the style of all pages."""
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_CSS}{css}</style></head>\n<body>\n"
        + "\n".join(body)
        + "\n</body></html>\n"
    )


def figure(caption: str, png: bytes, alt: str | None = None, width: int | None = None) -> str:
    """Return an image embedded in the page, not wider than `width` pixels; the default of `alt` is the caption."""
    style = f' style="max-width:min(100%,{width}px)"' if width else ""
    data = base64.b64encode(png).decode("ascii")
    return (
        f'<figure><figcaption>{escape(caption)}</figcaption><img{style} alt="{escape(alt or caption)}" '
        f'src="data:image/png;base64,{data}"></figure>'
    )


def number(value: float) -> str:
    """Write a number with three significant digits; nothing for NaN."""
    if np.isnan(value):
        return ""
    if value == 0 or 0.001 <= abs(value) < 1000:
        return f"{value:.3f}"
    return f"{value:.3g}"


def answer(sentences: Sequence[str], kind: str = "", bold: int = 0) -> str:
    """Return the box at the head of a page, one sentence bold; `kind` is ``""``, ``"unsure"`` or ``"bad"``."""
    lines = [f"<b>{escape(s)}</b>" if i == bold else escape(s) for i, s in enumerate(sentences)]
    style = f"answer {kind}".strip()
    return f'<div class="{style}">' + "".join(f"<p>{line}</p>" for line in lines) + "</div>"


def fold(title: str, content: str, is_open: bool = False) -> str:
    """Return a section that a reader opens; `content` is HTML."""
    return f"<details{' open' if is_open else ''}><summary>{escape(title)}</summary>{content}</details>"


def table(
    caption: str,
    header: Sequence[str],
    lines: Iterable[Sequence[str]],
    *,
    right: Iterable[int] = (),
    marks: Sequence[str] | None = None,
    raw: bool = False,
    stack: bool = False,
) -> str:
    """Return a table.

    Parameters
    ----------
    caption : str
        Above the table; empty for none.
    header, lines : sequence of str, iterable of sequences of str
        Names of the columns, and the cells.
    right : iterable of int
        Columns of numbers.
    marks : sequence of str, default=None
        Class of each line, for the style of the page.
    raw : bool, default=False
        Whether cells behind the first are HTML.
    stack : bool, default=False
        On a narrow screen, write the cells of a line below each other with the names of their columns, so that
        nothing is off screen; otherwise a wide table scrolls, and its first column stays.
    """
    numeric = set(right)
    kind = [' class="n"' if i in numeric else "" for i in range(len(header))]
    label = [f' data-label="{escape(name)}"' if stack else "" for name in header]
    head = "".join(f"<th{k}>{escape(name)}</th>" for k, name in zip(kind, header, strict=True))
    body = []
    for i, line in enumerate(lines):
        cells = (c if raw and j else escape(c) for j, c in enumerate(line))
        mark = f' class="{marks[i]}"' if marks and marks[i] else ""
        columns = zip(kind, label, cells, strict=True)
        body.append(f"<tr{mark}>" + "".join(f"<td{k}{name}>{c}</td>" for k, name, c in columns) + "</tr>")
    title = f"<caption>{escape(caption)}</caption>" if caption else ""
    return (
        f'<div class="{"stack" if stack else "wide"}"><table>{title}<thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(body)}</tbody></table></div>"
    )
