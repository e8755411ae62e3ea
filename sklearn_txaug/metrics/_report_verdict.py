"""How far a value is from what other real rows reach, in words."""

from __future__ import annotations

from typing import Any

import numpy as np

from ._indicator import Direction

LIKE = "like real"
NEAR = "near real"
FAR = "far from real"
BEYOND = "beyond real"
NONE = "not computed"


def judge(value: float, reference: float, direction: Direction, two_sided: bool) -> dict[str, Any]:
    """Return the columns that say how good a value is.

    Parameters
    ----------
    value, reference : float
        Of the synthetic rows, and of other real rows in their place.
    direction : "max", "min" or float
        As the indicator says: upper bound 1, lower bound 0 of an open scale, or a target.
    two_sided : bool
        Whether the reference itself is the best value.
    """
    if two_sided:
        best, verdict = "real", _word(_more(value, reference), 0.1, 0.2)
    elif direction == "max":
        best, verdict = "higher", _word(reference - value, 0.05, 0.15)
    elif direction == "min":
        best, verdict = "lower", _word(_times(value, reference) - 1, 0.25, 1.0)
    else:
        target = float(direction)
        excess = _more(value, target) - _more(reference, target)
        best, verdict = f"{target:g}", _word(np.maximum(excess, -0.05), 0.05, 0.15)
    return {"value": value, "reference": reference, "best": best, "verdict": verdict}


def _more(value: float, target: float) -> float:
    return 0.0 if value == target else abs(value - target)


def _times(value: float, reference: float) -> float:
    if reference > 0 or np.isnan(value + reference):
        return value / reference
    return 1.0 if abs(value) < 1e-12 else np.inf


def _word(excess: float, like: float, near: float) -> str:
    """Name the error that a value has in excess of the reference's."""
    if np.isnan(excess):
        return NONE
    excess = round(excess, 9)
    if excess < -like:
        return BEYOND
    return LIKE if excess <= like else NEAR if excess <= near else FAR
