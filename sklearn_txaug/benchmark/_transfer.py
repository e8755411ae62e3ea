"""Samplers with a reference beside the same without one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sklearn.base import BaseEstimator, clone

from ..model_selection import SelectiveSampler
from ..model_selection._comparison import named_samplers
from ..model_selection._selective import default_candidates
from ..model_selection._taught import PRIOR, reference_parameter
from ..model_selection._taught import REFERENCE as REFERENCE_ROWS
from ._cohort import Cohort
from ._reference import reference_prior, reference_rows

MARK = "+"


class WithReference(BaseEstimator):
    """In the place of a sampler: that sampler, given the reference of the cohort.

    Parameters
    ----------
    sampler : sampler
        It has the parameter.
    parameter : {"prior", "reference"}
        ``"prior"`` is set to an `ExpressionPrior`, ``"reference"`` to the rows ``(X, y, groups)``.
    """

    def __init__(self, sampler: Any, parameter: str):
        self.sampler = sampler
        self.parameter = parameter

    def taught(self, cohort: Cohort, seed: int) -> Any:
        """Return the sampler with the reference of a seed."""
        if self.parameter == PRIOR:
            return _given(self.sampler, PRIOR, reference_prior(cohort, seed))
        rows = reference_rows(cohort, seed) or ()
        return _given(self.sampler, self.parameter, tuple(part for part in rows if part is not None))


def plain(sampler: Any) -> Any:
    """Return the sampler inside, if it is given a reference."""
    return sampler.sampler if isinstance(sampler, WithReference) else sampler


def with_reference(samplers: Mapping[str, Any], cohort: Cohort) -> dict[str, Any]:
    """Return the samplers, and behind each that can learn from a reference the same with that of the cohort.

    Those that learn from rows of a reference have nothing to learn from without it, so they stand there with it
    alone, and not at all if the cohort has only a prior.
    """
    every: dict[str, Any] = {}
    for name, sampler in samplers.items():
        parameter = _parameter_of(sampler)
        if parameter != REFERENCE_ROWS:
            every[name] = sampler
        known = cohort.hold_out_classes is not None or not isinstance(cohort.reference, BaseEstimator)
        if parameter == PRIOR or (parameter == REFERENCE_ROWS and known):
            every.setdefault(f"{name}{MARK}{parameter}", WithReference(sampler, parameter))
    return every


def _parameter_of(sampler: Any) -> str | None:
    """Return the parameter through which a sampler learns from a reference, if it has one that is not set."""
    if isinstance(sampler, SelectiveSampler):
        return PRIOR if any(_parameter_of(one) == PRIOR for one in _candidates(sampler).values()) else None
    return None if isinstance(sampler, WithReference) else reference_parameter(sampler)


def _given(sampler: Any, parameter: str, value: Any) -> Any:
    if not isinstance(sampler, SelectiveSampler):
        return clone(sampler).set_params(**{parameter: value})
    candidates = _candidates(sampler)
    taught = {
        f"{name}{MARK}{parameter}": _given(one, parameter, value)
        for name, one in candidates.items()
        if _parameter_of(one) == parameter
    }
    return clone(sampler).set_params(candidates={**candidates, **taught})


def _candidates(gate: SelectiveSampler) -> dict[str, Any]:
    return named_samplers(default_candidates() if gate.candidates is None else gate.candidates)
