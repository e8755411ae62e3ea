"""One indicator with its settings, as a number of which more is better."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from ._indicator import Direction, Indicator, takes


def unwrap(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function inside a chain of :class:`functools.partial`."""
    while isinstance(function, partial):
        function = function.func
    return function


def name_of(function: Callable[..., Any]) -> str:
    """Return the name of a function, also inside :class:`functools.partial`."""
    return getattr(unwrap(function), "__name__", repr(function))


class Description(NamedTuple):
    """What an indicator was declared with, or the defaults for a function that was not."""

    field: str | None
    direction: Direction
    uses_labels: bool


def describe(function: Callable[..., Any], field: str | None = None) -> Description:
    """Describe a function and the field of its result that is asked for."""
    function = unwrap(function)
    declared: Indicator | None = getattr(function, "indicator", None)
    if declared is None:
        return Description(field, "max", takes(function, "y_real"))
    field = declared.headline if field is None else field
    return Description(field, declared.direction_of(declared.field(field)), declared.uses_labels)


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


class ScoredIndicator:
    """An indicator with its settings and its direction, called with two sets and their labels.

    Parameters
    ----------
    function : callable
        The indicator.
    field : str or None
        Which field of a returned named tuple to use; None: the headline.
    greater_is_better : bool or None
        Overrides the direction; None: as the indicator says, "max" for a function that was not declared.
    settings : dict
        Keyword arguments of the function.
    """

    def __init__(
        self, function: Any, field: str | None, greater_is_better: bool | None, settings: dict[str, Any]
    ) -> None:
        if not callable(function):
            raise TypeError(
                f"indicator must be a function, or a list or dict of functions; got {function!r}."
            )
        self.field, self.direction, self.uses_labels = describe(function, field)
        if greater_is_better is not None:
            self.direction = "max" if greater_is_better else "min"
        self.function = function
        self.settings = settings
        self.name = name_of(function)
        self._shown = {"field": field, "greater_is_better": greater_is_better, **settings}
        self._check_signature()

    def _check_signature(self) -> None:
        signature = inspect.signature(self.function)
        try:
            signature.bind(*[None] * (4 if self.uses_labels else 2), **self.settings)
        except TypeError as error:
            labels = ", y_real, y_synthetic" if self.uses_labels else ""
            raise TypeError(
                f"{self.name} cannot be called as {self.name}(X_real, X_synthetic{labels}) "
                f"with the settings {self.settings}: {error}."
            ) from None
        self._takes_seed = "random_state" in signature.parameters

    def __call__(self, sets: tuple[Any, Any, Any, Any], random_state: int | None) -> float:
        """Return the score of ``(X_real, X_synthetic, y_real, y_synthetic)``."""
        settings = dict(self.settings)
        if self._takes_seed and random_state is not None:
            settings["random_state"] = random_state
        result = self.function(*sets[: 4 if self.uses_labels else 2], **settings)
        return as_score(headline_value(result, self.field, self.name), self.direction)

    def __repr__(self) -> str:
        shown = [f"{key}={value!r}" for key, value in self._shown.items() if value is not None]
        return ", ".join([self.name, *shown])
