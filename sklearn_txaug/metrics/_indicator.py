"""What a scorer has to know about an indicator, attached to a plain function."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partial
from typing import Any, Literal, NamedTuple, TypeVar

Direction = Literal["max", "min"] | float
Function = TypeVar("Function", bound=Callable[..., Any])


def indicator(
    direction: Direction, *, headline: str | None = None, **others: Direction
) -> Callable[[Function], Function]:
    """Mark a function as an indicator.

    The function keeps its behaviour; four attributes are added: ``direction``, ``headline``,
    ``uses_labels`` (true where the signature has a parameter ``y_real``) and ``directions`` (of fields that
    differ from the headline).

    Parameters
    ----------
    direction : "max", "min" or float
        Whether large values are good, small ones, or those close to a target.
    headline : str or None
        Field of the returned named tuple that stands for the whole; None where a float is returned.
    **others : "max", "min" or float
        Directions of other fields, where they differ.
    """

    def mark(function: Function) -> Function:
        uses_labels = "y_real" in inspect.signature(function).parameters
        vars(function).update(
            direction=direction, headline=headline, uses_labels=uses_labels, directions=dict(others)
        )
        return function

    return mark


def unwrap(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give the function inside a chain of :class:`functools.partial`."""
    while isinstance(function, partial):
        function = function.func
    return function


class Description(NamedTuple):
    """What a function was marked with, or the defaults for one that was not."""

    field: str | None
    direction: Direction
    uses_labels: bool


def describe(function: Callable[..., Any], field: str | None = None) -> Description:
    """Describe a function and the field of its result that is asked for."""
    function = unwrap(function)
    uses_labels = getattr(function, "uses_labels", None)
    if uses_labels is None:
        uses_labels = "y_real" in inspect.signature(function).parameters
    field = getattr(function, "headline", None) if field is None else field
    direction = getattr(function, "direction", "max")
    return Description(field, getattr(function, "directions", {}).get(field, direction), uses_labels)


def headline_value(result: Any, field: str | None, name: str) -> float:
    """Reduce what an indicator returned to one number."""
    if field is not None and not hasattr(result, field):
        raise ValueError(f"{name} has no field {field!r}; it returned {type(result).__name__}.")
    value = result if field is None else getattr(result, field)
    try:
        return float(value)
    except (TypeError, ValueError):
        raise TypeError(
            f"{name} returned {type(value).__name__}, not a number. Give `field`, the name of the "
            "field to use, or a function that returns a float."
        ) from None


def as_score(value: float, direction: Direction) -> float:
    """Turn an indicator's value into a score of which more is better."""
    if direction == "max":
        return value
    if direction == "min":
        return -value
    return -abs(value - float(direction))
