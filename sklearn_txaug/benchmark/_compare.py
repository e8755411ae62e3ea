"""Paired differences over seeds, with errors that allow for the overlap of the splits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np
from scipy import stats

from ..utils.statistics import corrected_standard_error
from ._cohort import TEST_SHARE
from ._row_amounts import CHOSEN, Amount, AmountOrder
from ._scores import with_metric
from ._store import Row

BASELINE = "none"
ESTABLISHED = 0.05
SAME = 1e-9  # differences of scores below are rounding


class Setting(NamedTuple):
    """A setting in which samplers compete: everything except the sampler and its amount."""

    dataset: str
    protocol: str
    classifier: str
    n_real: Amount


class Difference(NamedTuple):
    """A difference paired by seed: mean, corrected standard error and two-sided p value."""

    mean: float
    error: float
    p: float


class Comparison(NamedTuple):
    """One sampler with one amount in one setting, against no augmentation.

    `score_error` is the plain standard error over the seeds. `difference` is None for no augmentation itself, and
    where no seed has both. `p_adjusted` is the p value after Holm's correction for all samplers and amounts of the
    setting.
    """

    setting: Setting
    sampler: str
    n_synthetic: Amount
    n_seeds: int
    score: float
    score_error: float
    difference: Difference | None
    p_adjusted: float = np.nan

    @property
    def verdict(self) -> str:
        """The established finding: ``"gain"``, ``"loss"``, or ``""`` for none."""
        if self.difference is None or not self.p_adjusted < ESTABLISHED:
            return ""
        return "gain" if self.difference.mean > 0 else "loss"


Scores = dict[tuple[Setting, str, Amount], dict[int, float]]


def scores_of(rows: Iterable[Row], metric: str) -> Scores:
    """Return scores by seed for each (setting, sampler, n_synthetic)."""
    scores: Scores = defaultdict(dict)
    for row in rows:
        if row.metric == metric and row.classifier:
            setting = Setting(row.dataset, row.protocol, row.classifier, row.n_real)
            scores[setting, row.sampler, row.n_synthetic][row.seed] = row.value
    return dict(scores)


def mean_and_error(values: Sequence[float]) -> tuple[float, float]:
    """Return the mean and its standard error; the error of a single value is NaN."""
    array = np.asarray(values, dtype=float)
    return float(array.mean()), float(stats.sem(array)) if len(array) > 1 else np.nan


def paired(one: dict[int, float], other: dict[int, float]) -> Difference | None:
    """Return the difference of two sets of scores by seed; None if they have no seed in common.

    Each seed holds out a third of one cohort and trains on (part of) the others, so the seeds are not independent:
    the standard error is the corrected one of Nadeau and Bengio, with one test row for two training rows. Where all
    differences are the same, which few test rows make likely, the p value is that of a sign test.
    """
    values = np.array([one[seed] - other[seed] for seed in sorted(one.keys() & other.keys())])
    if not len(values):
        return None
    error = float(corrected_standard_error(values, 1 - TEST_SHARE, TEST_SHARE))
    if len(values) < 2:
        p = np.nan
    elif np.ptp(values) < SAME:
        p = 0.5 ** (len(values) - 1) if abs(values[0]) > SAME else 1.0
    else:
        p = float(2 * stats.t.sf(abs(values.mean()) / error, len(values) - 1))
    return Difference(float(values.mean()), error, p)


@with_metric
def compare(rows: Iterable[Row], metric: str = "balanced_accuracy") -> list[Comparison]:
    """Compare every sampler and amount of every setting with no augmentation.

    Parameters
    ----------
    rows : iterable of Row
        Results of any number of data sets and protocols.
    {metric}

    Returns
    -------
    comparisons : list of Comparison
        Sorted by setting; within a setting, samplers in the order of `rows` and amounts ascending.
    """
    rows = list(rows)
    orders = {name: AmountOrder(part) for name, part in groupby(sorted(rows, key=_dataset), _dataset)}
    scores = scores_of(rows, metric)
    rank = {sampler: i for i, sampler in enumerate(dict.fromkeys(sampler for _, sampler, _ in scores))}
    families: dict[Setting, list[Comparison]] = defaultdict(list)
    for (setting, sampler, amount), by_seed in scores.items():
        base = scores.get((setting, BASELINE, 0), {})
        difference = paired(by_seed, base) if sampler != BASELINE else None
        score = mean_and_error(list(by_seed.values()))
        families[setting].append(Comparison(setting, sampler, amount, len(by_seed), *score, difference))
    table = []
    for setting in sorted(families, key=lambda s: (*s[:3], orders[s.dataset].real(s.n_real))):
        by_amount = orders[setting.dataset].synthetic
        family = sorted(families[setting], key=lambda c: (rank[c.sampler], by_amount(c.n_synthetic)))
        adjusted = holm([np.nan if c.difference is None else c.difference.p for c in family])
        table += [c._replace(p_adjusted=p) for c, p in zip(family, adjusted, strict=True)]
    return table


def _dataset(row: Row) -> str:
    return row.dataset


def holm(p: Any) -> list[float]:
    """Return p values after Holm's step-down correction; NaN stays NaN and does not count.

    Examples
    --------
    >>> from sklearn_txaug.benchmark._compare import holm
    >>> holm([0.01, 0.5, 0.02])
    [0.03, 0.5, 0.04]
    """
    p = np.asarray(p, dtype=float)
    adjusted = np.full(len(p), np.nan)
    tested = np.flatnonzero(~np.isnan(p))
    order = tested[np.argsort(p[tested], kind="stable")]
    factors = np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(1, np.maximum.accumulate(p[order] * factors))
    return adjusted.tolist()


def without_empty(rows: Sequence[Row]) -> list[Row]:
    """Drop augmentation that added no rows with any seed, for instance where subsets are already balanced."""
    added: dict[tuple, float] = defaultdict(float)
    for row in rows:
        if row.metric == "synthetic_rows":
            added[row[:6]] += row.value
    return [
        row
        for row in rows
        if row.sampler == BASELINE or row.n_synthetic in (0, CHOSEN) or added.get(row[:6], 1) > 0
    ]


def best(comparisons: Iterable[Comparison]) -> dict[Setting, Comparison]:
    """Return the highest mean score of each setting; in a tie no augmentation, or else the first."""
    winners: dict[Setting, Comparison] = {}
    for c in sorted(comparisons, key=lambda c: c.sampler != BASELINE):
        if c.setting not in winners or c.score > winners[c.setting].score:
            winners[c.setting] = c
    return winners
