"""The printed reproduction: the answer, a table of ours beside theirs, series, claims, and what differs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from .._store import Row
from .._summary import markdown_table
from ._comparison import Compared, Ours, answer, compare, judged_claims, spoken, written
from ._paper import COSTS, Paper, place

HEADER = ("system", "figure", "published", "ours, training rows", "ours, held-out rows", "difference", "")
COSTS_HEADER = ("system", "figure", "published", "ours", "difference", "")

#: A table: its title, header and lines.
Table = tuple[str, Sequence[str], list[list[str]]]


def format_reproduction(
    rows: Sequence[Row], paper: Paper, scale: str = "full", missing: Sequence[str] = ()
) -> str:
    """Return the published figures and ours as text, also valid as Markdown.

    Parameters
    ----------
    rows : list of Row
        What `reproduce` returned.
    paper : Paper
        The experiment.
    scale : {"full", "small"}, default="full"
        How it was run.
    missing : list of str, default=()
        What was left out, and why.
    """
    compared = compare(rows, paper)
    lines = [f"Published: {paper.source}", f"Ours: {described_run(rows, paper)}", ""]
    lines += [*answer(compared, paper, scale), ""]
    for title, header, body in tables(compared, paper):
        lines += [title, "", markdown_table(header, body), ""]
    for title, items in lists(paper, missing).items():
        lines += [f"{title}:", "", *(f"* {item}" for item in items), ""]
    return "\n".join(lines).rstrip()


def described_run(rows: Sequence[Row], paper: Paper) -> str:
    """Say how ours were made."""
    seeds = len({row.seed for row in rows})
    spread = "mean and standard deviation of" if seeds > 1 else "figures of"
    return (
        f"{spread} {seeds} training{'s' * (seeds > 1)} of each system, each with its own split; k = {paper.k}"
    )


def lists(paper: Paper, missing: Sequence[str]) -> dict[str, Sequence[str]]:
    """Return what a reader must know, by title."""
    found = {
        "Left out here": missing,
        "What differs from the paper": paper.notes,
        "Of the published figures": paper.known,
    }
    return {title: items for title, items in found.items() if items}


def tables(compared: Sequence[Compared], paper: Paper) -> Iterator[Table]:
    """Yield the table of claims, those of single figures and of costs, and one for each series."""
    claims = judged_claims(compared, paper)
    if claims:
        body = [
            [claim.text, f"{a.mean:.4g}", f"{b.mean:.4g}", "holds" if holds else "does not hold"]
            for claim, a, b, holds in claims
        ]
        yield "The paper's claims", ("claim", "ours", "against", "here"), body
    single = [c for c in compared if place(c.name) is None]
    yield "Figures, ours beside theirs", HEADER, [_line(c) for c in single if c.name not in COSTS]
    costs = [c for c in single if c.name in COSTS]
    if costs:
        yield "What a training costs, ours beside theirs", COSTS_HEADER, [_cost(c) for c in costs]
    for family, members in families(compared).items():
        title = spoken(family)
        yield title[:1].upper() + title[1:], *_series(members)


def families(compared: Sequence[Compared]) -> dict[str, list[tuple[str, str, Compared]]]:
    """Return (line, point, figure) of each family."""
    found: dict[str, list[tuple[str, str, Compared]]] = defaultdict(list)
    for c in compared:
        where = place(c.name)
        if where is not None:
            found[where[0]].append((*where[1:], c))
    return found


def _line(c: Compared) -> list[str]:
    shown = [_written(c.on_training), _written(c.on_held_out)]
    return [c.system, spoken(c.name), written(c.published), *shown, *_judgement(c)]


def _cost(c: Compared) -> list[str]:
    return [c.system, spoken(c.name), written(c.published), _written(c.ours), *_judgement(c)]


def _judgement(c: Compared) -> list[str]:
    if c.difference is None:
        return ["", ""]
    difference = f"{c.difference:+.3g}" if abs(c.difference) < 1e4 else f"{c.difference:+,.0f}"
    return [difference, {True: "agrees", False: "differs", None: ""}[c.agrees]]


def _series(members: Sequence[tuple[str, str, Compared]]) -> tuple[Sequence[str], list[list[str]]]:
    """Return header and lines of one quantity at several points: theirs above ours."""
    points = sorted({point for _, point, _ in members}, key=point_order)
    cells: dict[tuple[str, str, str], dict[str, str]] = defaultdict(dict)
    for line, point, c in members:
        if c.published is not None:
            cells[c.system, line, "published"][point] = written(c.published)
        if c.ours is not None:
            cells[c.system, line, "ours"][point] = _written(c.ours)
    order = list(dict.fromkeys((c.system, line) for line, _, c in members))
    body = [
        [*key, whose, *(cells[*key, whose].get(point, "") for point in points)]
        for key in order
        for whose in ("published", "ours")
        if cells[*key, whose]
    ]
    header = ["system", "line", "whose", *points]
    if not any(line for line, _, _ in members):
        header, body = [header[0], *header[2:]], [[cells[0], *cells[2:]] for cells in body]
    return header, body


def point_order(point: str) -> Any:
    """Sort points by number, and names behind them."""
    return (0, float(point), "") if point.isdigit() else (1, 0.0, point)


def _written(ours: Ours | None) -> str:
    if ours is None:
        return ""
    mean = f"{ours.mean:.4g}" if abs(ours.mean) < 1e4 else f"{ours.mean:,.0f}"
    return mean if np.isnan(ours.deviation) else f"{mean} +- {ours.deviation:.2g}"
