"""Ours beside theirs: which figures agree, by how much they differ, and whether the paper's claims hold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from .._store import Row
from ._paper import REAL, TEST, TRAIN, Claim, Figure, Paper

_CLOSE = 0.02  # of a share; a figure also agrees within two standard deviations of the trainings
_CLOSE_COUNT = 0.05  # of parameters, relative
_UNBOUNDED = ("frechet_distance", "seconds", "minutes", "megabytes")
_SPELT = {"f1": "F1", "frechet": "Frechet", " cancer": ", cancer", "megabytes": "megabytes of memory"}


class Ours(NamedTuple):
    """Mean and standard deviation over the seeds."""

    mean: float
    deviation: float


class Compared(NamedTuple):
    """One figure of a system; `difference` is ours minus theirs, and `agrees` is None where it cannot be judged.

    Where there are values on training rows, they are what the papers measured on, and are compared.
    """

    system: str
    name: str
    published: Figure | None
    on_training: Ours | None
    on_held_out: Ours | None
    difference: float | None
    agrees: bool | None

    @property
    def ours(self) -> Ours | None:
        return self.on_training or self.on_held_out


def compare(rows: Sequence[Row], paper: Paper) -> list[Compared]:
    """Return every figure that was published or measured, by system."""
    values: dict[tuple[str, str, str], list[float]] = defaultdict(list)
    for row in rows:
        values[row.sampler, row.metric, row.classifier].append(row.value)
    names = list(dict.fromkeys(name for _, name, _ in values))
    compared = []
    for system in (REAL, *paper.systems):
        published = paper.figures(system)
        for name in dict.fromkeys([*names, *published]):
            where = [_ours(values.get((system, name, place))) for place in (TRAIN, TEST)]
            where[1] = where[1] or _ours(values.get((system, name, "")))  # costs are of no rows
            if any(where) or name in published:
                compared.append(_compared(paper, system, name, published.get(name), *where))
    return compared


def _ours(values: Sequence[float] | None) -> Ours | None:
    if not values:
        return None
    return Ours(float(np.mean(values)), float(np.std(values, ddof=1)) if len(values) > 1 else np.nan)


def _compared(
    paper: Paper, system: str, name: str, published: Figure | None, train: Ours | None, test: Ours | None
) -> Compared:
    ours = train or test
    if published is None or ours is None:
        return Compared(system, name, published, train, test, None, None)
    difference = distance(ours.mean, published)
    unjudged = is_unbounded(name) or name.startswith(tuple(paper.unjudged) or "\0")
    agrees = None if unjudged else abs(difference) <= _tolerance(name, published, ours)
    return Compared(system, name, published, train, test, difference, agrees)


def distance(value: float, published: Figure) -> float:
    """Return a value minus the published one, or minus the nearer end of its range; 0 inside the range."""
    low, high = published if isinstance(published, tuple) else (published, published)
    return value - float(np.clip(value, low, high))


def is_unbounded(name: str) -> bool:
    """Tell whether a figure depends on the machine or on a classifier, so that only its order can be compared."""
    return any(word in name for word in _UNBOUNDED)


def _tolerance(name: str, published: Figure, ours: Ours) -> float:
    if name == "parameters":
        return _CLOSE_COUNT * float(np.mean(published))
    return max(_CLOSE, 2 * np.nan_to_num(ours.deviation))


def judged_claims(compared: Sequence[Compared], paper: Paper) -> list[tuple[Claim, Ours, Ours, bool]]:
    """Return the paper's claims about figures that were measured here, our two values, and whether they hold."""
    known = {(c.system, c.name): c.ours for c in compared if c.ours is not None}
    found = []
    for claim in paper.claims:
        first, second = known.get(claim.first), known.get(claim.second)
        if first is not None and second is not None:
            gap = first.mean - second.mean
            holds = gap > 0 if claim.within is None else abs(gap) <= claim.within
            found.append((claim, first, second, holds))
    return found


def answer(compared: Sequence[Compared], paper: Paper, scale: str) -> list[str]:
    """Return what came out, in sentences: the answer before the tables."""
    lines = []
    if scale == "small":
        lines.append(
            "Scale small: narrow networks, short trainings, with higher learning rates for GANs and GMDA, and fewer "
            "neighbours. It shows that every step runs; its figures are no measure of the paper."
        )
    judged = [c for c in compared if c.agrees is not None]
    if judged:
        lines.append(_agreement(judged))
    claims = judged_claims(compared, paper)
    if claims:
        n_held = sum(holds for *_, holds in claims)
        lines.append(f"{n_held} of {len(claims)} claims of the paper hold here.")
    missing = [c for c in compared if c.published is not None and c.ours is None]
    if missing:
        lines.append(f"{len(missing)} published figures have none of ours beside them: see their lines.")
    return lines or ["The paper has no figures of this: see the pictures and tables of ours."]


def _agreement(judged: Sequence[Compared]) -> str:
    shares = [c for c in judged if c.name != "parameters"]
    n_agreeing = sum(bool(c.agrees) for c in judged)
    text = (
        f"{n_agreeing} of {len(judged)} published figures agree, within {_CLOSE} or two standard deviations of the "
        f"trainings."
    )
    if not shares:
        return text
    farthest = max(shares, key=lambda c: abs(c.difference or 0))
    median = np.median([abs(c.difference or 0) for c in shares])
    assert farthest.ours is not None
    return (
        f"{text} The median difference is {median:.3f}; the largest is {farthest.system}, "
        f"{spoken(farthest.name)}: published {written(farthest.published)}, ours {farthest.ours.mean:.3f}."
    )


def spoken(name: str) -> str:
    """Return the name of a figure as text."""
    text = name.replace("_", " ")
    for plain, proper in _SPELT.items():
        text = text.replace(plain, proper)
    return text


def written(figure: Figure | None) -> str:
    """Return a published figure as text."""
    if figure is None:
        return ""
    if isinstance(figure, tuple):
        return " to ".join(written(end) for end in figure)
    return f"{figure:,.4g}" if abs(figure) < 1e4 else f"{figure:,.0f}"
