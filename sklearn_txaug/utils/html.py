"""Self-contained HTML pages: no scripts, no external files."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from html import escape

import numpy as np

_CSS = """
:root{color-scheme:light}body{font:15px/1.45 system-ui,sans-serif;color:#111;background:#fff;max-width:1080px;
margin:2rem auto;padding:0 1rem}h1{font-size:1.6rem}h2{font-size:1.25rem;margin-top:2.2rem}
table{border-collapse:collapse;width:100%;margin:.4rem 0 1.2rem}caption{
text-align:left;font-weight:600;padding:.6rem 0 .3rem}
th,td{padding:.25rem .6rem;text-align:left;border-bottom:1px solid #ddd;vertical-align:top}thead th{
border-bottom:2px solid #555}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;
white-space:nowrap}th.n{white-space:normal}td.v{white-space:nowrap}
.q{font-weight:400}.remark{border-left:4px solid #e69f00;padding:.2rem .8rem;background:#fdf6e6}
code{font-size:.86em;color:#444}.note{color:#555;font-size:.86em}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem}dd{margin:0}
figure{margin:1.2rem 0}img{max-width:100%;border:1px solid #ddd}figcaption{color:#333;margin-bottom:.3rem}
@media(max-width:760px){body{font-size:13px;padding:0 .4rem}th,td{padding:.2rem .3rem}}
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


def figure(caption: str, png: bytes, alt: str | None = None) -> str:
    """Return an image embedded in the page; without `alt`, the caption is its alternative text."""
    data = base64.b64encode(png).decode("ascii")
    return (
        f'<figure><figcaption>{escape(caption)}</figcaption><img alt="{escape(alt or caption)}" '
        f'src="data:image/png;base64,{data}"></figure>'
    )


def number(value: float) -> str:
    """Write a number with three significant digits; nothing for NaN."""
    if np.isnan(value):
        return ""
    if value == 0 or 0.001 <= abs(value) < 1000:
        return f"{value:.3f}"
    return f"{value:.3g}"
