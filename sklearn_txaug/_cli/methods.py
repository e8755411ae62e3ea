"""Samplers and classifiers by name: those of the benchmark, or any class that Python can import."""

from __future__ import annotations

import ast
import importlib
import math
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any


def pick(known: Mapping[str, Any], chosen: Sequence[str], option: str) -> dict[str, Any]:
    """Return those that are chosen, by name; a name that is not known, or none at all, is an error."""
    unknown = [name for name in chosen if name not in known]
    if unknown:
        raise ValueError(f"{option}: {unknown} are not known; choose from {', '.join(known)}")
    if not chosen:
        raise ValueError(f"{option} names none; choose from {', '.join(known)}")
    return {name: known[name] for name in chosen}


def pick_samplers(known: Mapping[str, Any], chosen: Sequence[str], option: str) -> dict[str, Any]:
    """Return samplers by name, each with `fit` and `sample`; a dotted path is imported."""
    from ..over_sampling._wrapper import with_sample

    imported = {name: with_sample(load_sampler(name, option)) for name in chosen if "." in name}
    return pick({**known, **imported}, chosen, option)


def pick_classifiers(known: Mapping[str, Any], chosen: Sequence[str], option: str) -> dict[str, Any]:
    """Return classifiers by name; a dotted path is imported."""
    imported = {name: load_classifier(name, option) for name in chosen if "." in name}
    return pick({**known, **imported}, chosen, option)


def parameter(text: str) -> tuple[str, Any]:
    """Read ``name=value``; a value that is neither ``inf`` nor written as in Python is text."""
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise ValueError(f"--param: {text!r} is not name=value")
    try:
        return name.strip(), math.inf if value.strip() == "inf" else ast.literal_eval(value)
    except (ValueError, SyntaxError):
        return name.strip(), value.strip()


def set_parameters(samplers: Mapping[str, Any], given: Sequence[str]) -> None:
    """Set parameters that are given as ``sampler.name=value``."""
    for text in given:
        path, value = parameter(text)
        sampler, _, name = path.rpartition(".")
        if sampler not in samplers:
            raise ValueError(
                f"--param: {text!r} must begin with one of the samplers, {', '.join(samplers)}, and a point"
            )
        if name.split("__")[-1] == "random_state":
            raise ValueError("--param: random_state is set by --seeds")
        set_given(samplers[sampler], {name: value})


def set_given(sampler: Any, values: Mapping[str, Any]) -> None:
    """Set parameters of a sampler, or of what it trains, also where that is still its default."""
    if any(name.startswith("sampler__") for name in values) and getattr(sampler, "sampler", 0) is None:
        sampler.set_params(sampler=sampler._inner())
    try:
        sampler.set_params(**values)
    except ValueError as error:
        raise ValueError(f"--param: {error}") from error
    except AttributeError:  # a part that is None, or that has no parameters
        parts = {name.split("__")[0] for name in values if "__" in name}
        raise ValueError(
            f"--param: {', '.join(sorted(parts))} of {type(sampler).__name__} has no parameters that could be set"
        ) from None


def load_sampler(path: str, option: str) -> Any:
    """Import a sampler, of ours or of imbalanced-learn or any with `fit` and `sample`."""
    from imblearn.over_sampling.base import BaseOverSampler

    sampler = load_estimator(path, option)
    if isinstance(sampler, BaseOverSampler) or (hasattr(sampler, "fit") and hasattr(sampler, "sample")):
        return sampler
    raise TypeError(
        f"{option}: {path} is not a sampler; it needs fit and sample, or to be an over-sampler of imbalanced-learn"
    )


def load_classifier(path: str, option: str) -> Any:
    """Import a classifier."""
    from sklearn.base import is_classifier

    classifier = load_estimator(path, option)
    if not is_classifier(classifier):
        raise TypeError(f"{option}: {path} is not a classifier of scikit-learn")
    return classifier


def load_estimator(path: str, option: str) -> Any:
    """Import an estimator by its dotted path.

    Parameters
    ----------
    path : str
        Of a class, a function that returns an estimator, or an estimator; in an installed package or in the
        current directory.
    option : str
        The option that names it, for messages.

    Returns
    -------
    estimator : estimator
        With `get_params` and `set_params`.

    Raises
    ------
    ValueError
        If the module or the name does not exist.
    TypeError
        If a class or function cannot be called without arguments, or the result is not an estimator.
    """
    found = _import(path, option)
    if isinstance(found, type) or not hasattr(found, "get_params"):
        if not callable(found):
            raise TypeError(f"{option}: {path} is {type(found).__name__}, not a class")
        try:
            found = found()
        except TypeError as error:
            raise TypeError(
                f"{option}: {path} cannot be made without arguments ({error}); name a function that makes it"
            ) from error
    if not (hasattr(found, "get_params") and hasattr(found, "set_params")):
        raise TypeError(
            f"{option}: {path} has no get_params and set_params; let it inherit sklearn.base.BaseEstimator"
        )
    return found


def _import(path: str, option: str) -> Any:
    module, _, name = path.rpartition(".")
    if os.getcwd() not in sys.path:
        sys.path.append(os.getcwd())
    try:
        home = importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is not None and f"{module}.".startswith(f"{error.name}."):
            raise ValueError(f"{option}: there is no module {error.name!r} for {path}") from error
        raise ImportError(f"{option}: {module} cannot be imported: {error}") from error
    except Exception as error:  # whatever the user's module raises
        raise ImportError(f"{option}: {module!r} cannot be imported: {error}") from error
    if not hasattr(home, name):
        raise ValueError(f"{option}: module {module} has no {name!r}")
    return getattr(home, name)
