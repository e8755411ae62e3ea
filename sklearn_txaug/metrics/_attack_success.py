"""How well an attack tells members from others, with intervals over whole patients."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..utils.checks import is_missing
from ..utils.containers import identifiers

FALSE_POSITIVES = 0.01
LEVEL = 0.95
_N_DRAWS = 400
_BLOCK = 50  # draws that are measured together


class AttackSuccess(NamedTuple):
    """Area under the curve and true-positive rate at 1 % false positives, each with a 95 % interval."""

    auc: float
    auc_low: float
    auc_high: float
    tpr: float
    tpr_low: float
    tpr_high: float


class Scores(NamedTuple):
    """What an attack gave to members and to others (more: rather a member), and the patient of each row."""

    members: np.ndarray
    others: np.ndarray
    member_groups: np.ndarray
    other_groups: np.ndarray


class Curve:
    """The curve of true against false positives, for rows of any weights."""

    def __init__(self, scores: Scores):
        values = np.concatenate([scores.members, scores.others])
        order = np.argsort(-values, kind="stable")
        self._order, ordered = order, values[order]
        # The last of the rows with equal scores
        self._last = np.append(np.flatnonzero(np.diff(ordered)), len(ordered) - 1)
        self._n_members = len(scores.members)

    def measure(self, member_weights: np.ndarray, other_weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the area, and the largest share of members found with 1 % of the others at most.

        Weights are of shape (n_rows,) or (n_draws, n_rows).
        """
        none = np.zeros_like
        found = self._cumulative(np.concatenate([member_weights, none(other_weights)], axis=-1))
        false = self._cumulative(np.concatenate([none(member_weights), other_weights], axis=-1))
        area = np.sum(np.diff(false) * (found[..., 1:] + found[..., :-1]), axis=-1) / 2
        return area, np.where(false <= FALSE_POSITIVES + 1e-12, found, 0).max(axis=-1)

    def _cumulative(self, weights: np.ndarray) -> np.ndarray:
        total = np.cumsum(weights[..., self._order], axis=-1)
        shares = total[..., self._last] / total[..., -1:]
        return np.concatenate([np.zeros_like(shares[..., :1]), shares], axis=-1)


def attack_success(parts: Sequence[Scores], rng: np.random.Generator) -> AttackSuccess:
    """Measure an attack, on average over parts with other members or others, and its 95 % intervals.

    The intervals are percentiles over draws of the patients with replacement, members and others apart
    (bootstrap). They say how far the figures depend on the patients; training again is not among the draws.
    """
    curves = [Curve(part) for part in parts]
    measured = _measure(curves, [(np.ones(len(part.members)), np.ones(len(part.others))) for part in parts])
    low, high = interval(lambda: _measure(curves, [_redrawn(part, rng) for part in parts]))
    intervals = zip(measured, low, high, strict=True)
    return AttackSuccess(*(float(value) for triple in intervals for value in triple))


def _measure(curves: Sequence[Curve], weights: Sequence[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """Return areas and rates, of shape (2,) or (2, n_draws)."""
    measured = [curve.measure(*pair) for curve, pair in zip(curves, weights, strict=True)]
    return np.mean(measured, axis=0)


def _redrawn(part: Scores, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    return redrawn_weights(part.member_groups, rng), redrawn_weights(part.other_groups, rng)


def interval(measure: Callable[[], np.ndarray]) -> np.ndarray:
    """Return the ends of the 95 % interval of what is measured with `redrawn_weights`, shape (..., n_draws)."""
    drawn = np.concatenate([measure() for _ in range(_N_DRAWS // _BLOCK)], axis=-1)
    return np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=-1)


def redrawn_weights(groups: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return how often each row is among patients drawn with replacement, of shape (n_draws, n_rows)."""
    _, numbers = np.unique(groups, return_inverse=True)
    n_groups = numbers.max() + 1
    drawn = rng.multinomial(n_groups, np.full(n_groups, 1 / n_groups), size=_BLOCK)
    return drawn[:, numbers].astype(float)


def group_numbers(groups: Any, n_rows: int, name: str, rows: str) -> np.ndarray:
    """Number the patients of rows; without groups, each row is one."""
    given = patients(groups, n_rows, name, rows)
    return np.arange(n_rows) if given is None else np.unique(given, return_inverse=True)[1]


def patients(groups: Any, n_rows: int, name: str, rows: str) -> np.ndarray | None:
    """Return the patient of each row as text, None without groups; refuse groups that do not fit the rows."""
    if groups is None:
        return None
    given = np.asarray(groups, dtype=object)
    if given.shape != (n_rows,):
        raise ValueError(
            f"{name} has the shape {given.shape}; give one group for each of the {n_rows} rows of {rows}."
        )
    n_missing = int(is_missing(given).sum())
    if n_missing:
        raise ValueError(f"{name} is missing for {n_missing} rows of {rows}; give each a group of its own.")
    return identifiers(given)
