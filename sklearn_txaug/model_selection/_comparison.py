"""Candidates against no augmentation, fold by fold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..over_sampling._wrapper import SamplerAdapter, with_sample
from ..utils.progress import Trainings
from ..utils.warnings import warn
from ._engine import AmountScorer, honest
from ._selection import NONE


class CandidateComparison(NamedTuple):
    """Samplers by name, the scorer that compares them, and the `scaler` and `nonnegative` that they share."""

    samplers: Mapping[str, Any]
    scorer: AmountScorer
    space: Mapping[str, Any]
    stream: tuple[int, ...]

    def scores(
        self,
        X: Any,
        y: np.ndarray,
        groups: Any,
        pairs: Sequence[tuple[np.ndarray, np.ndarray]],
        amounts: Sequence[Any],
        n_jobs: int | None,
        show: bool = False,
    ) -> np.ndarray:
        """Return scores of shape (1 + n_samplers * n_amounts, n_splits), those of no augmentation first.

        A sampler that fails in a split has NaN there, and a warning says why.
        """
        names = [NONE, *self.samplers]
        jobs = [(name, fold) for fold in range(len(pairs)) for name in names]
        given = [
            (
                *(self.scorer, X, y, groups, pairs[fold], self._candidate(name, fold)),
                *([0] if name == NONE else amounts, self._seed(fold, 0)),
            )
            for name, fold in jobs
        ]
        with Trainings([name for name, _ in jobs], "candidates", show) as trainings:
            found = trainings.run(_fold_scores, given, n_jobs)
        failed = {name: error for (name, _), (_, error) in zip(jobs, found, strict=True) if error}
        for name, error in failed.items():
            warn(f"candidate {name} cannot be chosen because it fails: {error}")
        folds = [found[k : k + len(names)] for k in range(0, len(found), len(names))]
        return np.array([np.concatenate([scores for scores, _ in fold]) for fold in folds]).T

    def _candidate(self, name: str, fold: int) -> SamplerAdapter | None:
        if name == NONE:
            return None
        seed = self._seed(fold, 1 + list(self.samplers).index(name))
        return SamplerAdapter(sampler=self.samplers[name], n_synthetic=0, random_state=seed, **self.space)

    def _seed(self, *place: int) -> int:
        return int(np.random.default_rng((*self.stream, *place)).integers(2**31))


def named_samplers(samplers: Any, parameter: str = "candidates") -> dict[str, Any]:
    """Return one sampler, a list or a dict of them as a dict by name; `parameter` is named in messages.

    Raises
    ------
    ValueError
        If there is no sampler, or one has the name that stands for no augmentation.
    TypeError
        If one is not a sampler.
    """
    if not isinstance(samplers, list | tuple | dict):
        samplers = [samplers]
    given = samplers.items() if isinstance(samplers, dict) else _by_class(samplers).items()
    named = {str(name): sampler for name, sampler in given}
    if not named or NONE in named:
        raise ValueError(f"{parameter} must hold at least one sampler, none of them named {NONE!r}")
    for sampler in named.values():
        with_sample(sampler)
    return named


def _by_class(samplers: Sequence[Any]) -> dict[str, Any]:
    """Name samplers by their class, with a number where it repeats."""
    named: dict[str, Any] = {}
    for sampler in samplers:
        name, k = type(sampler).__name__, 2
        while name in named:
            name, k = f"{type(sampler).__name__} {k}", k + 1
        named[name] = sampler
    return named


def _fold_scores(
    scorer: AmountScorer,
    X: Any,
    y: np.ndarray,
    groups: Any,
    pair: tuple[np.ndarray, np.ndarray],
    candidate: Any,
    amounts: Sequence[Any],
    seed: int,
) -> tuple[np.ndarray, str]:
    """Return the scores at each amount, or NaN and what went wrong with the candidate."""
    try:
        return scorer.scores(X, y, groups, [honest(*pair)], candidate, amounts, seed)[0], ""
    except Exception as error:
        if candidate is None:
            raise
        return np.full(len(amounts), np.nan), f"{type(error).__name__}: {error}"
