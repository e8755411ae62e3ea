"""The findings in sentences: gains, losses, and where deep generators fall behind cheap ones."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

import numpy as np
from scipy import stats

from ._compare import BASELINE, ESTABLISHED, Comparison, Setting, best, holm, paired, scores_of
from ._row_amounts import CHOSEN, describe_real, short_synthetic
from ._store import Row

_SHOWN = 4  # items shown of a list of findings
_NO_BASELINE = f"The sampler {BASELINE!r} was not run, so gains and losses are unknown."
_NO_ROWS = "No sampler added a row, so there is nothing to compare."


def uncompared(comparisons: Sequence[Comparison]) -> str:
    """Say why no comparison has a difference; empty if one has."""
    if any(c.difference for c in comparisons):
        return ""
    return _NO_ROWS if any(c.sampler == BASELINE for c in comparisons) else _NO_BASELINE


class Duel(NamedTuple):
    """A deep generator against a cheap sampler with as many synthetic rows, over all settings that have both."""

    deep: str
    cheap: str
    n: int
    n_lower: int
    n_higher: int
    mean: float
    established_lower: int
    established_higher: int


def deep_samplers(rows: Iterable[Row]) -> list[str]:
    """Return the samplers that trained a network, judged by their number of parameters."""
    return list(dict.fromkeys(row.sampler for row in rows if row.metric == "parameters" and row.value > 0))


def duels(rows: Sequence[Row], metric: str, deep: Collection[str]) -> list[Duel]:
    """Compare each deep generator with each cheap sampler at equal amounts, and with no augmentation at all amounts.

    A difference is established if its p value stays below 0.05 after Holm's correction over all comparisons of the
    pair.
    """
    scores = scores_of(rows, metric)
    cheap = [name for name in dict.fromkeys(name for _, name, _ in scores) if name not in deep]
    table = []
    for one in deep:
        for other in cheap:
            differences = []
            for (setting, name, amount), by_seed in scores.items():
                against = scores.get((setting, other, amount)) or scores.get((setting, other, 0))
                difference = paired(by_seed, against) if name == one and against else None
                if difference is not None:
                    differences.append(difference)
            if differences:
                means = np.array([d.mean for d in differences])
                sure = np.array(holm([d.p for d in differences])) < ESTABLISHED
                signs = [means < 0, means > 0]
                sure_lower, sure_higher = (int((sure & sign).sum()) for sign in signs)
                lower, higher = (int(sign.sum()) for sign in signs)
                mean = float(means.mean())
                table.append(Duel(one, other, len(means), lower, higher, mean, sure_lower, sure_higher))
    return table


def method_name(c: Comparison) -> str:
    """Return sampler and amount."""
    if c.n_synthetic == 0:
        return c.sampler
    return f"{c.sampler}, {short_synthetic(c.n_synthetic)}"


def plus_minus(mean: float, error: float = np.nan, sign: bool = True) -> str:
    """Write a difference, or a value without `sign`, with its error if that is known."""
    shown = f"{mean:+.3f}" if sign else f"{mean:.3f}"
    return shown.replace("-", "\N{MINUS SIGN}") + ("" if np.isnan(error) else f" ± {error:.3f}")


def findings(comparisons: Sequence[Comparison]) -> list[str]:
    """Say, for one data set and protocol, who wins, and which gains and losses are established."""
    if reason := uncompared(comparisons):
        return [reason]
    n_all = len({c.setting for c in comparisons})
    comparisons = compared(comparisons)
    winners = best(comparisons)
    n, n_augmented = len(winners), sum(c.sampler != BASELINE for c in winners.values())
    n_gains = len(gained(comparisons))
    lines = [
        f"An augmented training set has the highest mean score in {n_augmented} of {n} settings (classifier and "
        f"number of training rows), no augmentation in {n - n_augmented}. "
        + (
            f"A gain is established in {n_gains} of them."
            if n_gains
            else "In none of them is a gain established: the differences may be chance."
        ),
        power(comparisons),
    ]
    if n < n_all:
        lines.append(
            f"In {n_all - n} more there is nothing to compare, for instance because the classes are balanced already."
        )
    for verdict, word in (("gain", "gains over"), ("loss", "losses against")):
        found = sorted((c for c in comparisons if c.verdict == verdict), key=_largest_first)
        lines.append(f"Established {word} no augmentation: " + (_listed(found) if found else "none") + ".")
    return lines


def compared(comparisons: Sequence[Comparison]) -> list[Comparison]:
    """Drop settings in which no sampler added a row, or the baseline was not run."""
    settings = {c.setting for c in comparisons if c.difference}
    return [c for c in comparisons if c.setting in settings]


def gained(comparisons: Iterable[Comparison]) -> set[Setting]:
    """Return the settings in which some augmentation has an established gain."""
    return {c.setting for c in comparisons if c.verdict == "gain"}


def power(comparisons: Sequence[Comparison]) -> str:
    """Say how large a difference must be to be established with as few seeds as there are."""
    n_seeds = min(c.n_seeds for c in comparisons)
    if n_seeds < 2:
        return (
            "With one seed there is no standard error, so nothing can be established; use --seeds 5 or more."
        )
    families = Counter(c.setting for c in comparisons if c.difference).values()
    bars = [stats.t.isf(ESTABLISHED / n / 2, n_seeds - 1) for n in (min(families), max(families))]
    errors = " to ".join(dict.fromkeys(f"{bar:.1f}" for bar in bars))
    more = ": more seeds would establish smaller ones" if n_seeds < 10 else ""
    return (
        f"With {n_seeds} seeds, the clearest difference of a setting is established if it exceeds {errors} times "
        f"its standard error{more}."
    )


def deep_findings(table: Sequence[Duel]) -> list[str]:
    """Say where deep generators fall behind, for each cheap sampler."""
    lines = []
    for other in dict.fromkeys(duel.cheap for duel in table):
        part = [duel for duel in table if duel.cheap == other]
        n, lower, higher, sure_lower, sure_higher = (
            sum(getattr(duel, field) for duel in part)
            for field in ("n", "n_lower", "n_higher", "established_lower", "established_higher")
        )
        mean = sum(duel.mean * duel.n for duel in part) / n
        if sure_lower > sure_higher:
            verb = "lose to"
        elif sure_higher > sure_lower:
            verb = "gain over"
        else:
            verb = f"are, on average, {'below' if mean < 0 else 'not below'}"
        name = "no augmentation" if other == BASELINE else other
        lines.append(
            f"Deep generators ({', '.join(duel.deep for duel in part)}) {verb} {name}: mean difference "
            f"{plus_minus(mean)}, lower in {lower} and higher in {higher} of {n} comparisons; established "
            f"lower in {sure_lower}, higher in {sure_higher}."
        )
    return lines


def gate_findings(rows: Iterable[Row]) -> list[str]:
    """Say how often a sampler that may decline added rows."""
    added: dict[str, list[bool]] = defaultdict(list)
    for row in rows:
        if row.n_synthetic == CHOSEN and row.metric == "synthetic_rows":
            added[row.sampler].append(row.value > 0)
    return [
        f"The sampler {name} added rows in {sum(trainings)} of {len(trainings)} trainings of a classifier"
        + ("." if all(trainings) else "; in the others it added none.")
        for name, trainings in added.items()
    ]


def _largest_first(c: Comparison) -> float:
    return -abs(c.difference.mean) if c.difference else 0.0


def _listed(found: Sequence[Comparison]) -> str:
    shown = [
        f"{method_name(c)} ({place(c.setting)}: {plus_minus(*c.difference[:2])})"
        for c in found[:_SHOWN]
        if c.difference
    ]
    if len(found) > _SHOWN:
        shown.append(f"and {len(found) - _SHOWN} more, see the table of all comparisons")
    return "; ".join(shown)


def place(setting: Setting) -> str:
    """Return classifier and training rows in words."""
    return f"{setting.classifier}, {describe_real(setting.n_real)}"
