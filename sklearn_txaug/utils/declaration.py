"""One way to declare an estimator: annotated fields, and a docstring that cannot disagree with them."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, TypeVar, dataclass_transform, get_origin

from .constraints import constraints_of
from .docs import Entry, join_docstring, split_docstring

_Class = TypeVar("_Class", bound=type)


@dataclass_transform(kw_only_default=True, field_specifiers=(field,))
def estimator(cls: _Class) -> _Class:
    """Make the annotated fields of a class the parameters of an estimator.

    The class becomes a dataclass whose parameters are keyword-only, except those declared as
    ``field(default=..., kw_only=False)``. Three things follow from the fields and can no longer disagree:

    * what is accepted: the annotation of a field (see `constraints`) is its entry in `_parameter_constraints`;
    * the docstring: a field is documented by the class that declares it, and a subclass may document it again.
      Subclasses inherit the entry, below their own entries, and each entry gets the default of the class. The
      section "Attributes" is inherited in the same way;
    * the signature, which has the order of the docstring.

    A subclass that only changes a default writes ``name = value``, without an annotation.

    Raises
    ------
    TypeError
        At import, if a field has no constraint or no entry, or if an entry has no field.
    """
    own = inspect.get_annotations(cls, eval_str=True)
    constraints = {}
    for base in reversed(cls.__mro__):
        constraints.update(vars(base).get(_CONSTRAINTS, {}))
    for name, annotation in own.items():
        if get_origin(annotation) is not ClassVar:
            constraints[name] = _constraints(cls, name, annotation)
    _annotate_new_defaults(cls)
    cls.__doc__ = cls.__doc__ or _summary(cls)  # otherwise a dataclass takes its signature
    dataclass(kw_only=True, eq=False, repr=False)(cls)
    names = {item.name for item in fields(cls)}
    setattr(cls, _CONSTRAINTS, {name: kinds for name, kinds in constraints.items() if name in names})
    _document(cls)
    return cls


_CONSTRAINTS = "_parameter_constraints"


def _annotate_new_defaults(cls: type) -> None:
    """Give ``name = value`` in the body of a subclass the annotation that the field has."""
    own = inspect.get_annotations(cls)
    inherited: dict[str, Any] = {}
    for base in reversed(cls.__mro__[1:]):
        inherited.update(vars(base).get("__dataclass_fields__", {}))
    for name in [name for name in vars(cls) if name in inherited and name not in own]:
        own[name] = inherited[name].type
    cls.__annotations__ = own


def _constraints(cls: type, name: str, annotation: Any) -> list[Any]:
    try:
        return constraints_of(annotation)
    except TypeError as error:
        raise TypeError(f"{cls.__name__}.{name}: {error}") from None


def _document(cls: type) -> None:
    """Complete the docstring, and put the signature into the same order."""
    sections = split_docstring(cls.__doc__ or "")
    bases = [split_docstring(vars(base).get("__doc__") or "") for base in cls.__mro__[1:] if _declared(base)]
    for title in ("Parameters", "Attributes"):
        merged: dict[str, Entry] = {}
        for found in [sections, *bases]:
            merged = {**merged, **{n: entry for n, entry in found.get(title, {}).items() if n not in merged}}
        if merged:
            sections[title] = merged
    parameters = sections.get("Parameters", {})
    defaults = {item.name: item.default for item in fields(cls)}
    _check_documented(cls, defaults, parameters)
    sections["Parameters"] = {name: entry.with_default(defaults[name]) for name, entry in parameters.items()}
    cls.__doc__ = join_docstring(sections)
    _order_signature(cls, list(parameters))


def _summary(cls: type) -> str:
    """Return what the nearest documented base says above its sections."""
    return next((split_docstring(base.__doc__)[""] for base in cls.__mro__[1:-1] if base.__doc__), "")


def _declared(base: type) -> bool:
    return "__dataclass_fields__" in vars(base)


def _check_documented(cls: type, defaults: dict[str, Any], parameters: dict[str, Entry]) -> None:
    lacking, unknown = defaults.keys() - parameters.keys(), parameters.keys() - defaults.keys()
    if lacking or unknown:
        raise TypeError(
            f"{cls.__name__}: the fields {sorted(lacking)} are not documented, and {sorted(unknown)} are documented "
            "but are not fields"
        )


def _order_signature(cls: type, names: list[str]) -> None:
    """Reorder the parameters of the constructor; positional parameters stay first."""
    init: Any = cls.__init__  # type: ignore[misc]
    signature = inspect.signature(init)
    rank = {"self": -1, **{name: place for place, name in enumerate(names)}}
    ordered = sorted(signature.parameters.values(), key=lambda p: (p.kind, rank[p.name]))
    init.__signature__ = signature.replace(parameters=ordered)
