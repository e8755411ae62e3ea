"""The lines of the report: each indicator of the synthetic rows beside that of other real rows."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial
from typing import Any

import numpy as np

from ..utils.memory import give_back_memory
from ._indicator import Indicator, reported_indicators
from ._report_input import halves_of
from ._report_verdict import judge
from ._sets import ComparedSets, LabelledRows, Shared

Line = dict[str, Any]
DIFFERENCE = "test - train"
PRIVACY = "privacy"  # its indicators are attacks, which need all rows and whole patients


def attempt(compute: Callable[..., Any], *arguments: Any) -> tuple[Any, str]:
    """Compute, or tell why that cannot be: too few rows, one class, no gene that varies."""
    try:
        return compute(*arguments), ""
    except ValueError as error:
        return None, str(error).splitlines()[0]
    finally:
        give_back_memory()


def with_reference(
    real: LabelledRows, other: LabelledRows, synthetic: LabelledRows, shared: Shared
) -> tuple[ComparedSets, ComparedSets]:
    """Put synthetic rows, and as many other real ones, beside the real rows."""
    n_rows = min(len(other.X), len(synthetic.X))
    drawn = (shared.draw_labelled(rows, n_rows) for rows in (synthetic, other))
    new, old = (ComparedSets(real, rows, shared.settings, shared) for rows in drawn)
    return new, old


def lines_against(
    against: str, new: ComparedSets, old: ComparedSets, families: Collection[str]
) -> list[Line]:
    """Compute the indicators of two sets, for the synthetic rows (`new`) and the reference (`old`)."""
    lines = []
    for indicator in reported_indicators():
        if indicator.family not in families or indicator.needs_held_out:
            continue
        for name, compute in indicator.computations.items():
            (value, why), (reference, why_not) = attempt(compute, new), attempt(compute, old)
            shared = {
                "against": against,
                "n_real": len(new.real.X),
                "n_compared": len(new.other.X),
                "note": why or (f"reference: {why_not}" if why_not else ""),
            }
            lines += [line | shared for line in _judged(indicator, name, value, reference)]
    return lines


def _judged(indicator: Indicator, name: str, value: Any, reference: Any) -> list[Line]:
    return [
        {"family": indicator.family, "indicator": name, "field": field.name or ""}
        | judge(
            field.value(value),
            field.value(reference),
            indicator.direction_of(field),
            indicator.is_two_sided(field),
        )
        for field in indicator.fields
        if field.shown
    ]


def memory_lines(
    train: LabelledRows,
    test: LabelledRows | None,
    groups: Any,
    synthetic: LabelledRows,
    shared: Shared,
    families: Collection[str],
) -> list[Line]:
    """Compare closeness to training rows with that to held-out rows; other held-out rows are the reference."""
    halves, why = None, "needs held-out rows (X_test)"
    if test is not None:
        halves, why = attempt(halves_of, test, groups, shared.settings.seed)
    return [
        _memory_line(indicator, train, halves, why, synthetic, shared)
        for indicator in reported_indicators()
        if indicator.family in families and indicator.family != PRIVACY and indicator.needs_held_out
    ]


def _memory_line(
    indicator: Indicator,
    train: LabelledRows,
    halves: tuple[LabelledRows, LabelledRows] | None,
    note: str,
    synthetic: LabelledRows,
    shared: Shared,
) -> Line:
    field = indicator.field(indicator.headline)
    values: list[float] = []
    references: list[float] = []
    n_rows = 0
    for half, rest in (halves, halves[::-1]) if halves else ():
        n_rows = min(len(rest.X), len(synthetic.X))
        for rows, found in ((synthetic, values), (rest, references)):
            compute = partial(indicator.compute_three, shared)
            result, why = attempt(compute, train.X, half.X, shared.draw(rows.X, n_rows))
            found.append(field.value(result))
            note = note or why
    value, reference = _mean(values), _mean(references)
    floor = np.maximum([value, reference], 0)  # below 0 nothing is remembered
    verdict = judge(
        float(floor[0]), float(floor[1]), indicator.direction_of(field), indicator.is_two_sided(field)
    )
    return {
        **verdict,
        "family": indicator.family,
        "indicator": indicator.name,
        "field": field.name or "",
        "against": DIFFERENCE,
        "value": value,
        "reference": reference,
        "n_real": len(train.X),
        "n_compared": n_rows,
        "note": note,
    }


def _mean(values: list[float]) -> float:
    return float(np.mean(values)) if values else float("nan")
