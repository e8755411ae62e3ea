"""Samplers that learn from a reference cohort."""

from __future__ import annotations

from os import PathLike
from typing import Any

from sklearn.base import clone

from ..priors import ExpressionPrior, load_prior
from ..utils.containers import in_both

PRIOR, REFERENCE = "prior", "reference"


def reference_parameter(sampler: Any) -> str | None:
    """Return the parameter through which a sampler learns from a reference, if it has one that is not set."""
    own = sampler.get_params(deep=False) if hasattr(sampler, "get_params") else {}
    return next((name for name in (REFERENCE, PRIOR) if name in own and own[name] is None), None)


def taught(sampler: Any, reference: Any, y: Any, groups: Any) -> Any:
    """Return a clone of a sampler that learns from a reference too.

    Parameters
    ----------
    sampler : sampler
        With a parameter `prior` or `reference` that is not set.
    reference : ExpressionPrior, path, "tcga", (X, y) or (X, y, groups)
        As given by the user.
    y, groups : array-like
        Of the target.

    Raises
    ------
    ValueError
        If the sampler learns from none, or the reference has classes or groups of the target.
    """
    parameter = reference_parameter(sampler)
    if parameter is None:
        raise ValueError(
            f"sampler: {type(sampler).__name__} cannot learn from a reference, or has one already; "
            "protocol='transfer' needs a sampler whose parameter prior or reference is None"
        )
    if isinstance(reference, str | PathLike):
        reference = load_prior(reference)
    learned = isinstance(reference, ExpressionPrior)
    _check_other(reference.classes_ if learned else reference[1], y, "classes")
    if not learned and len(reference) > 2 and reference[2] is not None and groups is not None:
        _check_other(reference[2], groups, "groups")
    if parameter == PRIOR and not learned:
        reference = ExpressionPrior().fit(*reference)
    return clone(sampler).set_params(**{parameter: reference})


def _check_other(theirs: Any, ours: Any, what: str) -> None:
    shared = in_both(theirs, ours)
    if len(shared):
        raise ValueError(
            f"reference: {len(shared)} of its {what} are those of the target too ({', '.join(shared[:3])}, ...); "
            "leave their rows out of the reference"
        )
