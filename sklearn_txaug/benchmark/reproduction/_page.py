"""The page of a reproduction: the answer first, then pictures, tables of ours beside theirs, and what differs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path

from ...utils.files import replacing
from ...utils.html import document, figure, table
from .._pictures import draw_embeddings
from .._store import Row, read_points
from ._comparison import Compared, answer, compare, judged_claims
from ._format import described_run, lists, tables
from ._paper import Paper
from ._pictures import draw_agreement, draw_precision_recall, draw_series, looks_of

_CSS = """
caption{max-width:60rem}
tr.agrees td:last-child,tr.holds td:last-child{background:#e3f1fa}
tr.differs td:last-child,tr.fails td:last-child{background:#fbe6da}tr.new td{border-top:1px solid #888}
"""
_MARKS = {"agrees": "agrees", "differs": "differs", "holds": "holds", "does not hold": "fails"}


def write_page(
    rows: Sequence[Row],
    paper: Paper,
    folder: Path,
    *,
    scale: str = "full",
    missing: Sequence[str] = (),
    facts: Mapping[str, str] | None = None,
) -> Path:
    """Write ``report.html``, which is self-contained, and its pictures as PNG files.

    Parameters
    ----------
    rows : list of Row
        What `reproduce` returned.
    paper : Paper
        The experiment.
    folder : Path
        Folder of the results.
    scale : {"full", "small"}, default="full"
        How it was run.
    missing : list of str, default=()
        What was left out, and why.
    facts : dict, default=None
        What else stands at the top of the page: cohort, device.

    Returns
    -------
    path : Path
        Path of the page.
    """
    compared = compare(rows, paper)
    title = "Do the published figures return?"
    shown = {"Published": paper.source, "Ours": described_run(rows, paper), **(facts or {})}
    body = [f"<h1>{escape(title)}</h1>"]
    body += [f'<p class="remark"><b>{escape(line)}</b></p>' for line in answer(compared, paper, scale)]
    body.append(
        "<dl>" + "".join(f"<dt>{escape(k)}</dt><dd>{escape(v)}</dd>" for k, v in shown.items()) + "</dl>"
    )
    found = [_table(*table) for table in tables(compared, paper)]
    drawn = [figure(caption, png) for caption, png in _pictures(compared, paper, folder)]
    n_claims = int(bool(judged_claims(compared, paper)))
    body += [*found[:n_claims], *drawn, *found[n_claims:]]
    for heading, items in lists(paper, missing).items():
        body.append(f"<h2>{escape(heading)}</h2><ul>{''.join(f'<li>{escape(i)}</li>' for i in items)}</ul>")
    path = folder / "report.html"
    with replacing(path) as new:
        new.write_text(document(title, body, _CSS), encoding="utf-8")
    return path


def _pictures(compared: Sequence[Compared], paper: Paper, folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield caption and picture, each written to the folder too."""
    looks = looks_of(list(paper.systems))
    files = {where[2]: path for where, path in read_points(folder).items()}
    kept = {name: files[name] for name in paper.systems if name in files}
    points = {name: path for name, path in kept.items() if not paper.systems[name].all_genes} or kept
    drawn = {
        "precision_recall": (
            "Precision and recall on training rows: hollow is published, full is ours",
            draw_precision_recall(compared, looks),
        ),
        "agreement": (
            "Every published share and ours; figures on the line agree",
            draw_agreement(compared, looks),
        ),
        "series": ("Series: dashed is published, full is ours", draw_series(compared, looks)),
        "rows": (
            "Held-out rows and as many synthetic ones of the first seed, on the main axes of the held-out rows",
            draw_embeddings(points) if points else None,
        ),
    }
    for name, (caption, picture) in drawn.items():
        if picture is not None:
            with replacing(folder / f"{name}.png") as new:
                new.write_bytes(picture)
            yield caption, picture


def _table(title: str, header: Sequence[str], body: Sequence[Sequence[str]]) -> str:
    """Return a table; columns of figures are aligned to the right, lines of another system set apart."""
    numeric = [i for i in range(len(header)) if any(_is_figure(cells[i]) for cells in body)]
    before = [None, *(cells[0] for cells in body)]
    marks = [
        " ".join([_MARKS.get(cells[-1], ""), "new" * (cells[0] != last)]).strip()
        for cells, last in zip(body, before, strict=False)
    ]
    return table(title, header, body, right=numeric, marks=marks)


def _is_figure(cell: str) -> bool:
    """Tell a number, with its deviation or as a range, from text that begins with one ("50 real")."""
    first, _, rest = cell.partition(" ")
    return first.lstrip("+-")[:1].isdigit() and rest[:2] in ("", "+-", "to")
