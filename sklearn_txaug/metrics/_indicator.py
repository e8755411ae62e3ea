"""How an indicator is declared: once, beside its function; report, page, benchmark and docs read the declaration."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from textwrap import fill
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import numpy as np

from ..utils.docs import with_texts
from ._texts import shared_texts

if TYPE_CHECKING:
    from ._sets import ComparedSets, Shared

Direction = Literal["max", "min"] | float
Compute = Callable[["ComparedSets"], Any]
SettingsOf = Callable[["ComparedSets"], dict[str, Any]]
Function = TypeVar("Function", bound=Callable[..., Any])

FAMILIES = {
    "fidelity": "Fidelity: the distributions of the values",
    "manifold": "Neighbourhoods: plausible, varied, indistinguishable?",
    "copies": "Copies: new rows, or the training rows again?",
    "privacy": "Privacy: what do attacks find out about training patients?",
    "utility": "Use: do classifiers learn the same?",
    "biology": "Biology: class effects, modules, dimensions",
}


@dataclass(frozen=True)
class Field:
    """One number of an indicator.

    Parameters
    ----------
    name : str or None, default=None
        Field of the returned named tuple; None where the function returns a float.
    question : str, default=""
        What it answers; empty: the indicator's question.
    direction : "max", "min", float or None, default=None
        Its best value; None: the indicator's direction.
    two_sided : bool or None, default=None
        Whether the value of other real rows is the best; None: as the indicator says.
    column : str, default=""
        Name in the benchmark's results; empty: not there.
    shown : bool, default=True
        Whether the report has a line for it.
    """

    name: str | None = None
    question: str = ""
    direction: Direction | None = None
    two_sided: bool | None = None
    column: str = ""
    shown: bool = True

    def value(self, result: Any) -> float:
        """Take the number from what the function returned; NaN from None."""
        if result is None:
            return float("nan")
        return float(result if self.name is None else getattr(result, self.name))


@dataclass(frozen=True, kw_only=True)
class Indicator:
    """The declaration of an indicator, made by the decorator `indicator`, where its parts are explained."""

    function: Callable[..., Any]
    direction: Direction
    family: str | None
    question: str
    fields: Sequence[Field]
    headline: str | None
    two_sided: bool
    cost: str
    reference: str
    pitfall: str
    compute: Compute
    variants: Mapping[str, Compute]
    compute_three: Callable[..., Any]
    prepare: Callable[..., Callable[[np.ndarray], Any]] | None

    @property
    def name(self) -> str:
        return self.function.__name__

    @property
    def uses_labels(self) -> bool:
        return takes(self.function, "y_real")

    @property
    def needs_held_out(self) -> bool:
        """Whether it compares training with held-out rows, as ``f(X_train, X_test, X_synthetic)``."""
        return takes(self.function, "X_test")

    @property
    def computations(self) -> dict[str, Compute]:
        """How to compute it, by the names of the report's lines."""
        return {self.name: self.compute} | {f"{self.name} ({v})": f for v, f in self.variants.items()}

    @property
    def columns(self) -> dict[str, Field]:
        """The fields that the benchmark keeps, by the names of its columns."""
        return {f.column: f for f in self.fields if f.column}

    def field(self, name: str | None) -> Field:
        """Return a field by its name; one that was not declared is like the indicator."""
        return next((found for found in self.fields if found.name == name), Field(name))

    def question_of(self, field: Field) -> str:
        return field.question or self.question

    def direction_of(self, field: Field) -> Direction:
        return self.direction if field.direction is None else field.direction

    def is_two_sided(self, field: Field) -> bool:
        return self.two_sided if field.two_sided is None else field.two_sided

    def against(self, X_train: np.ndarray, X_test: np.ndarray, **offered: Any) -> Callable[[np.ndarray], Any]:
        """Return a function that computes an indicator that needs held-out rows for any synthetic rows."""
        settings = {name: value for name, value in offered.items() if takes(self.function, name)}
        if self.prepare is not None:
            return self.prepare(X_train, X_test, **settings)
        return lambda X_synthetic: self.function(X_train, X_test, X_synthetic, **settings)


INDICATORS: list[Indicator] = []


def indicator(
    direction: Direction,
    *,
    family: str | None = None,
    question: str = "",
    fields: Sequence[Field] = (Field(),),
    headline: str | None = None,
    two_sided: bool = False,
    cost: str = "",
    reference: str = "",
    pitfall: str = "",
    settings: SettingsOf | None = None,
    variants: Mapping[str, Compute] | None = None,
    compute: Compute | None = None,
    compute_three: Callable[..., Any] | None = None,
    prepare: Callable[..., Callable[[np.ndarray], Any]] | None = None,
) -> Callable[[Function], Function]:
    """Declare a function as an indicator.

    The function keeps its behaviour. Its declaration is kept in its attribute ``indicator`` and in
    ``INDICATORS``; in its docstring, ``{cost}`` and ``{reference}`` are replaced by those given here.

    Parameters
    ----------
    direction : "max", "min" or float
        Whether large values are good (the best is 1), small ones (the best is 0), or those close to a target.
    family : str or None, default=None
        Key of ``FAMILIES``: the table of the report. None: a scorer only.
    question : str, default=""
        What it answers, in plain words.
    fields : sequence of Field, default=(Field(),)
        The numbers it gives, in the order of the report. The default is for functions that return a float.
    headline : str or None, default=None
        Field that stands for the whole; None where a float is returned.
    two_sided : bool, default=False
        Whether the value of other real rows is the best, neither more nor less.
    cost : str, default=""
        Time, and memory where it matters, for sets of n and m rows of d genes.
    reference : str, default=""
        Where it was published.
    pitfall : str, default=""
        What fools it.
    settings : callable, default=None
        Gives, for a `ComparedSets`, the keyword arguments to compute it with; labels, device and seed are added
        where the function takes them.
    variants : dict of str to callable, default=None
        Further lines of the report: how to compute the same with other settings, by what is put behind the name.
    compute : callable, default=None
        Computes it from a `ComparedSets` in another way than by a call of the function, to use the distances and
        classifiers that indicators share.
    compute_three : callable, default=None
        The same of an indicator that needs held-out rows, given a `Shared`, training, held-out and synthetic rows.
    prepare : callable, default=None
        Of an indicator that needs held-out rows: does what needs no synthetic rows, given training rows, held-out
        rows and settings, and returns a function of synthetic rows, for who compares several sets of these.

    Examples
    --------
    >>> from sklearn_txaug.metrics import mmd
    >>> mmd.indicator.family, mmd.indicator.question
    ('fidelity', 'Do the joint distributions agree (Gaussian kernel)?')
    """
    if family is not None and family not in FAMILIES:
        raise ValueError(f"family must be one of {list(FAMILIES)} or None; got {family!r}.")

    def declare(function: Function) -> Function:
        texts = {"cost": cost, "reference": fill(reference, 104, subsequent_indent=4 * " ")}
        shared_texts(with_texts(texts)(function))
        declared = Indicator(
            function=function,
            direction=direction,
            family=family,
            question=question,
            fields=fields,
            headline=headline,
            two_sided=two_sided,
            cost=cost,
            reference=reference,
            pitfall=pitfall,
            compute=compute or _call(function, settings),
            variants=variants or {},
            compute_three=compute_three or _call_three(function),
            prepare=prepare,
        )
        vars(function)["indicator"] = declared
        INDICATORS.append(declared)
        return function

    return declare


def _call(function: Callable[..., Any], settings: SettingsOf | None) -> Compute:
    def compute(sets: ComparedSets) -> Any:
        offered = {"device": sets.settings.device, "random_state": sets.settings.seed}
        given = {name: value for name, value in offered.items() if takes(function, name)}
        given |= settings(sets) if settings else {}
        return function(*(sets.rows_and_labels if takes(function, "y_real") else sets.rows), **given)

    return compute


def _call_three(function: Callable[..., Any]) -> Callable[..., Any]:
    def compute(shared: Shared, *sets: np.ndarray) -> Any:
        given = {"device": shared.settings.device} if takes(function, "device") else {}
        return function(*sets, **given)

    return compute


def takes(function: Callable[..., Any], parameter: str) -> bool:
    """Whether a function has a parameter of that name."""
    return parameter in inspect.signature(function).parameters


def reported_indicators() -> list[Indicator]:
    """Return the indicators of the report, family by family, each family in the order of the imports of `metrics`."""
    return [found for family in FAMILIES for found in INDICATORS if found.family == family]


def question_of(line: str, field_name: str) -> str:
    """Return the question of a line of the report, ``"mmd"`` or ``"reverse_validation (mlp)"``; empty if unknown."""
    for found in reported_indicators():
        if line in found.computations:
            return found.question_of(found.field(field_name or None))
    return ""


def headline_of(line: str) -> str:
    """Return the field that stands for a line of the report; empty if it has none or is unknown."""
    return next((found.headline or "" for found in reported_indicators() if line in found.computations), "")
