"""What a reference is worth for a cohort, in a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from ..utils.amounts import rows_of_each
from ._compare import BASELINE, Comparison, compare
from ._findings import plus_minus
from ._reference import TRANSFER
from ._row_amounts import AmountOrder, describe_real
from ._store import Row
from ._transfer import MARK, PRIOR, REFERENCE_ROWS


def reference_worth(rows: Iterable[Row], metric: str = "balanced_accuracy") -> list[str]:
    """Say what a reference is worth to each classifier, for one data set; nothing without the protocol `transfer`.

    Of several samplers with a reference the first adds the rows, in its largest amount: the best of them would look
    better than it is.
    """
    rows = list(rows)
    order = AmountOrder(rows)
    found = [c for c in compare(rows, metric) if c.setting.protocol == TRANSFER]
    lines = []
    for classifier in dict.fromkeys(c.setting.classifier for c in found):
        part = [c for c in found if c.setting.classifier == classifier]
        with_rows = [c for c in part if _has_reference(c) and c.n_synthetic != 0 and c.difference]
        if with_rows:
            sampler = with_rows[0].sampler
            amount = max((c.n_synthetic for c in with_rows if c.sampler == sampler), key=order.synthetic)
            chosen = [c for c in with_rows if (c.sampler, c.n_synthetic) == (sampler, amount)]
            without = [c for c in part if c.sampler == BASELINE]
            chosen.sort(key=lambda c: order.real(c.setting.n_real))
            lines.append(_sentence(chosen, without, metric))
    return lines


def _has_reference(c: Comparison) -> bool:
    return c.sampler.endswith((f"{MARK}{PRIOR}", f"{MARK}{REFERENCE_ROWS}"))


def _sentence(chosen: Sequence[Comparison], without: Sequence[Comparison], metric: str) -> str:
    parts = []
    for c in chosen:
        if c.difference:
            text = f"{plus_minus(*c.difference[:2])} with {describe_real(c.setting.n_real)}"
            notes = [note for note in (_as_many_rows(c, without), c.verdict and "established") if note]
            parts.append(text + (f" ({', '.join(notes)})" if notes else ""))
    one = chosen[0]
    established = any(c.verdict for c in chosen)
    return (
        f"A reference of other classes and patients is worth, to {one.setting.classifier} on {one.setting.dataset} "
        f"with the rows of {one.sampler}, in {metric.replace('_', ' ')}: {'; '.join(parts)}"
        + ("." if established else "; none of it is established.")
    )


def _as_many_rows(c: Comparison, without: Sequence[Comparison]) -> str:
    """Say how many rows of each class reach the same score without augmentation, if that can be read off."""
    sizes = sorted((each, w.score) for w in without if (each := rows_of_each(w.setting.n_real)))
    if len(sizes) < 2 or not rows_of_each(c.setting.n_real) or not c.difference:
        return ""
    rows, scores = (np.array(values) for values in zip(*sizes, strict=True))
    if c.difference.mean <= 0 or (np.diff(scores) <= 0).any():
        return ""
    if c.score > scores[-1]:
        return f"as much as more than {rows[-1]:g} rows a class without it"
    worth = np.exp(np.interp(c.score, scores, np.log(rows)))
    return f"as much as {worth:.1f} rows a class without it"
