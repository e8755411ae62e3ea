"""The answer at the head of the report: yes, no, or undecided, with the figures it rests on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from scipy import stats

from ._compare import BASELINE, ESTABLISHED, SAME, Comparison, Setting
from ._findings import compared, gained, place, plus_minus, uncompared
from ._row_amounts import CHOSEN, Amount, AmountOrder, describe_real, describe_synthetic, short_synthetic
from ._store import Row

WORTH = 0.01  # a gain below is none
YES, NO, UNDECIDED = "Yes", "No", "Undecided"


class Interval(NamedTuple):
    """A comparison and the 95 % interval of its difference, which holds for all those of its setting together."""

    comparison: Comparison
    low: float
    high: float

    @property
    def mean(self) -> float:
        """Return the difference in the middle."""
        return (self.low + self.high) / 2

    def __str__(self) -> str:
        return f"{plus_minus(self.mean)}, interval {plus_minus(self.low)} to {plus_minus(self.high)}"


class Answer(NamedTuple):
    """``"Yes"``, ``"No"`` or ``"Undecided"``, and sentences, the first of which begins with that word."""

    word: str
    sentences: list[str]


def intervals(comparisons: Sequence[Comparison]) -> list[Interval]:
    """Return an interval for each comparison that has a difference and an error, with Bonferroni's correction."""
    tested = [(c, c.difference) for c in comparisons if c.difference and c.n_seeds > 1]
    family = Counter(c.setting for c, _ in tested)
    found = []
    for c, (mean, error, _) in tested:
        reach = float(stats.t.isf(ESTABLISHED / family[c.setting] / 2, c.n_seeds - 1)) * error
        found.append(Interval(c, mean - reach, mean + reach))
    return found


def best_intervals(comparisons: Sequence[Comparison]) -> dict[Setting, Interval]:
    """Return, for each setting, the clearest established gain, or else the highest mean difference."""
    best: dict[Setting, Interval] = {}
    for new in intervals(comparisons):
        old = best.get(new.comparison.setting)
        if old is None or _rank(new) > _rank(old):
            best[new.comparison.setting] = new
    return best


def _rank(found: Interval) -> tuple[bool, float]:
    gain = found.comparison.verdict == "gain"
    return gain, found.low if gain else found.mean


def answer(comparisons: Sequence[Comparison], metric: str) -> Answer:
    """Answer, for one data set and protocol, whether augmentation helps.

    Yes, if a gain is established (see `compare`). No, if in no setting any gain can be larger than 0.01: all
    intervals end below. Otherwise the seeds are too few to tell.
    """
    score = metric.replace("_", " ")
    if reason := uncompared(comparisons):
        return Answer(UNDECIDED, [f"{UNDECIDED}: {reason[0].lower()}{reason[1:]}"])
    found = intervals(comparisons)
    n_seeds = min(c.n_seeds for c in compared(comparisons))
    if not found:
        return Answer(
            UNDECIDED, [f"{UNDECIDED}: one seed shows no differences; give --seeds 5 or more to see some."]
        )
    best = best_intervals(comparisons)
    top = max(best.values(), key=_rank)
    if gained(comparisons):
        return Answer(YES, _yes(top, len(gained(comparisons)), len(best), score))
    if all(one.high <= WORTH for one in found):
        return Answer(
            NO,
            [
                f"{NO}: no sampler and no amount gains more than {WORTH} in {score}.",
                *_losses(comparisons),
            ],
        )
    more = " More seeds would show smaller ones (--seeds)." if n_seeds < 10 else ""
    return Answer(
        UNDECIDED,
        [
            f"{UNDECIDED}: {_unseen(found, score, n_seeds)}.",
            f"The largest is that of {_used(top.comparison)}, {place(top.comparison.setting)}: {top}.{more}",
            *_losses(comparisons),
        ],
    )


def _unseen(found: Sequence[Interval], score: str, n_seeds: int) -> str:
    """Say which differences cannot be seen; one that is the same with each seed has no error to tell it by."""
    widths = [one.high - one.low for one in found if one.high - one.low > SAME]
    if not widths:
        return f"{n_seeds} seeds that show the same difference in {score} do not tell its error"
    least = np.median(widths) / 2
    if least >= 1 and not score.startswith("neg "):  # scores that are shares never differ by more
        return f"{n_seeds} seeds are too few to see any difference in {score}"
    return f"differences in {score} below {least:.2g} cannot be seen with {n_seeds} seeds"


def _yes(top: Interval, n_gains: int, n_settings: int, score: str) -> list[str]:
    lines = [f"{YES}: use {_used(top.comparison)} ({score} {top})."]
    if n_settings > 1:
        lines.append(
            f"That is the clearest gain, with {place(top.comparison.setting)}; a gain is established in {n_gains} of "
            f"{n_settings} settings (classifier and number of training rows)."
        )
    return lines


def _losses(comparisons: Sequence[Comparison]) -> list[str]:
    tested = [c for c in comparisons if c.difference]
    n = sum(c.verdict == "loss" for c in tested)
    return [f"A loss is established in {n} of {len(tested)} comparisons."] if n else []


def _used(c: Comparison) -> str:
    """Say what to use: a sampler and its amount."""
    if c.n_synthetic == 0:
        return f"{c.sampler}, which adds no rows,"
    return f"{c.sampler} with {describe_synthetic(c.n_synthetic)}"


def nothing_added(rows: Iterable[Row]) -> list[str]:
    """Name the amounts with which a sampler added no row, which tables and pictures leave out."""
    rows = list(rows)
    order = AmountOrder(rows)
    added: dict[tuple[str, Amount], dict[Amount, float]] = {}
    for row in rows:
        if row.metric == "synthetic_rows" and row.sampler != BASELINE and row.n_synthetic not in (0, CHOSEN):
            sizes = added.setdefault((row.sampler, row.n_synthetic), {})
            sizes[row.n_real] = sizes.get(row.n_real, 0.0) + row.value
    empty: dict[tuple[Amount, tuple[Amount, ...]], list[str]] = {}
    for (sampler, amount), sizes in added.items():
        none = tuple(sorted((n for n, total in sizes.items() if not total), key=order.real))
        if none:
            empty.setdefault((amount, none), []).append(sampler)
    return [
        f"{short_synthetic(amount).capitalize()}: no row to add to {', '.join(map(describe_real, sizes))} "
        f"({', '.join(names)}), so it is left out there."
        for (amount, sizes), names in empty.items()
    ]
