"""Which classes may be made from a file: those of this package that hold what was learned, and trusted ones."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module

from ._codec import CLASS_NAME

PACKAGE = __package__.partition(".")[0]
_ROOMS = (
    "_nn",
    "callbacks",
    "graphs",
    "model_selection",
    "neural_network",
    "over_sampling",
    "priors",
    "reconstruction",
)


def class_name(cls: type) -> str:
    """Return module and name of a class."""
    return f"{cls.__module__}.{cls.__qualname__}"


def is_own(cls: type) -> bool:
    """Tell whether a class is one of this package that a file may contain."""
    package, _, rest = cls.__module__.partition(".")
    return package == PACKAGE and rest.partition(".")[0] in _ROOMS


def is_ours(cls: type) -> bool:
    """Tell whether a class, or one that it derives from, is of this package."""
    return any(is_own(base) for base in cls.__mro__)


def find_class(name: str, trusted: Sequence[str]) -> type:
    """Return a class of this package, or one that is trusted, by module and name.

    Raises
    ------
    ValueError
        If there is no such class, or it is neither.
    """
    module, _, short = name.rpartition(".")
    if not CLASS_NAME.fullmatch(name):
        raise ValueError(f"{name!r} is not the name of a class")
    package, _, rest = module.partition(".")
    own = package == PACKAGE and rest.partition(".")[0] in _ROOMS
    if not own and name not in trusted:
        raise ValueError(
            f"it contains the class {name}, which is not of {PACKAGE}; if you trust the file and that class, pass "
            f"trusted=[{name!r}]"
        )
    try:
        found = getattr(import_module(module), short, None)
    except ModuleNotFoundError as error:
        raise ValueError(f"there is no module {module!r}, so its class {short} cannot be made") from error
    if not isinstance(found, type) or class_name(found) != name:
        raise ValueError(f"there is no class {name} in this version of the package")
    return found
