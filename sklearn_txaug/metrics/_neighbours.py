"""The neighbours within and between two sets of rows, each table in one pass over their distances."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from ._distances import Function, Rows, as_rows, distance_blocks, is_inside, mean_over_pairs, pair_distances


class Balls(NamedTuple):
    """How many k-th-neighbour balls hold each row, and how many rows each ball holds."""

    real_balls_around_synthetic: np.ndarray
    synthetic_in_real_ball: np.ndarray
    synthetic_balls_around_real: np.ndarray
    real_in_synthetic_ball: np.ndarray


class Nearest(NamedTuple):
    """Distance to the nearest row of the other set, and which one it is."""

    real_distance: np.ndarray
    real_index: np.ndarray
    synthetic_distance: np.ndarray
    synthetic_index: np.ndarray


class Plan(NamedTuple):
    """What will be asked of the distances of sets, so that one pass gives it all.

    Parameters
    ----------
    k : int
        The most neighbours within a set.
    functions : sequence of callable
        Functions of squared distances whose mean over all pairs is needed.
    """

    k: int = 1
    functions: Sequence[Function] = ()


NEAREST = Plan()


class Within:
    """The distances within one set: computed when first asked for, and in one pass as far as they are planned."""

    def __init__(self, rows: Rows, plan: Plan) -> None:
        self.rows = rows
        self.plan = plan
        self._nearest = rows.centre.new_empty(rows.n_rows, 0)
        self._means = _Means(plan.functions)

    def nearest2(self, k: int = 1) -> Tensor:
        """Squared distance of each row to its k-th nearest other row."""
        if self._nearest.shape[1] < k:
            most = max(k, min(self.plan.k, self.rows.n_rows - 1))
            self._nearest = self.rows.centre.new_empty(self.rows.n_rows, most)
            means = _Means(self.plan.functions)
            for start, d2 in distance_blocks(self.rows, self.rows):
                means.add(d2)
                d2.diagonal(offset=start).fill_(torch.inf)
                self._nearest[start : start + len(d2)] = d2.topk(most, dim=1, largest=False).values
            self._means = means
        return self._nearest[:, k - 1]

    def mean(self, function: Function) -> float:
        """Mean of a function over all pairs of rows, those of a row with itself among them."""
        if function not in self.plan.functions or self.rows.n_rows < 2:
            return mean_over_pairs(self.rows, self.rows, function)
        self.nearest2()
        return self._means.of(function)


class Neighbours:
    """The neighbours within and between two sets, each table computed once, when first asked for.

    Parameters
    ----------
    X_real, X_synthetic : ndarray
        Checked rows with the same genes.
    device : str or torch.device
        "auto", "cpu" or "cuda".
    plan : Plan
        What will be asked for; anything else takes a pass of its own.
    within : tuple of Within or None
        The distances within both sets, if they are shared with other pairs.
    """

    def __init__(
        self,
        X_real: np.ndarray,
        X_synthetic: np.ndarray,
        device: str | torch.device = "auto",
        plan: Plan = NEAREST,
        within: tuple[Within, Within] | None = None,
    ) -> None:
        self.real, self.synthetic = as_rows(X_real, X_synthetic, device=device)
        self.plan = plan
        real, synthetic = within or (
            Within(as_rows(X, device=device)[0], plan) for X in (X_real, X_synthetic)
        )
        self.within = {"real": real, "synthetic": synthetic}
        self._balls: dict[int, Balls] = {}
        self._nearest: Nearest | None = None
        self._means = _Means(())

    def _within2(self, which: str, k: int) -> Tensor:
        return self.within[which].nearest2(k)

    def radii(self, which: str, k: int = 1) -> np.ndarray:
        """Distance of each row of "real" or "synthetic" to its k-th nearest other row of the same set."""
        return self._within2(which, k).sqrt().cpu().numpy()

    def balls(self, k: int) -> Balls:
        """Membership in the balls of both sets."""
        if k not in self._balls:
            self._compare(k)
        return self._balls[k]

    @property
    def nearest(self) -> Nearest:
        """The nearest row of the other set, for both sets."""
        if self._nearest is None:
            self._compare()
        assert self._nearest is not None
        return self._nearest

    def mean(self, function: Function) -> float:
        """Mean of a function of the squared distance over all pairs of a real and a synthetic row."""
        if function not in self.plan.functions:
            return mean_over_pairs(self.real, self.synthetic, function)
        if self._nearest is None:
            self._compare()
        return self._means.of(function)

    def swapped(self) -> Neighbours:
        """Return the same with real and synthetic rows exchanged, as far as it is known."""
        other = copy.copy(self)
        other.real, other.synthetic = self.synthetic, self.real
        other.within = {"real": self.within["synthetic"], "synthetic": self.within["real"]}
        other._balls = {k: Balls(*balls[2:], *balls[:2]) for k, balls in self._balls.items()}
        if self._nearest is not None:
            other._nearest = Nearest(*self._nearest[2:], *self._nearest[:2])
        return other

    def _compare(self, k: int | None = None) -> None:
        """Pass once over the pairs: what is planned, unless it is known, and the balls of `k` neighbours."""
        nearest, means = None, _Means(())
        if self._nearest is None:
            nearest, means = _NearestSearch(self), _Means(self.plan.functions)
            if k is None and 1 < self.plan.k < min(self.real.n_rows, self.synthetic.n_rows):
                k = self.plan.k
        balls = None if k is None else _BallCount(self, k)
        for start, d2 in distance_blocks(self.real, self.synthetic):
            means.add(d2)
            for found in (nearest, balls):
                if found is not None:
                    found.add(slice(start, start + len(d2)), d2)
        if k is not None and balls is not None:
            self._balls[k] = balls.result()
        if nearest is not None:
            self._nearest, self._means = nearest.result(), means


class _Means:
    """Means of functions of the squared distance, block by block."""

    def __init__(self, functions: Sequence[Function]):
        self.totals = dict.fromkeys(functions, 0.0)
        self.n_pairs = 0

    def add(self, d2: Tensor) -> None:
        self.n_pairs += d2.numel()
        for function in self.totals:
            self.totals[function] += function(d2).sum().item()

    def of(self, function: Function) -> float:
        return self.totals[function] / self.n_pairs


class _BallCount:
    """Counts of the members of balls, block by block."""

    def __init__(self, sets: Neighbours, k: int):
        self.A, self.B = sets.real, sets.synthetic
        self.real2, self.synthetic2 = sets._within2("real", k), sets._within2("synthetic", k)
        self.around_synthetic, self.in_synthetic = self.real2.new_zeros(2, self.B.n_rows, dtype=torch.int64)
        self.around_real, self.in_real = self.real2.new_zeros(2, self.A.n_rows, dtype=torch.int64)

    def add(self, part: slice, d2: Tensor) -> None:
        inside = is_inside(d2, self.real2[part, None])
        self.around_synthetic += inside.sum(dim=0)
        self.in_real[part] = inside.sum(dim=1)
        inside = is_inside(d2, self.synthetic2[None, :])
        self.around_real[part] = inside.sum(dim=1)
        self.in_synthetic += inside.sum(dim=0)

    def result(self) -> Balls:
        counts = self.around_synthetic, self.in_real, self.around_real, self.in_synthetic
        return Balls(*(count.cpu().numpy() for count in counts))


class _NearestSearch:
    """The nearest rows of two sets, block by block."""

    def __init__(self, sets: Neighbours):
        self.A, self.B = A, B = sets.real, sets.synthetic
        self.closest_b = torch.zeros(A.n_rows, dtype=torch.int64, device=A.device)
        self.closest_a = torch.zeros(B.n_rows, dtype=torch.int64, device=A.device)
        self.best = torch.full((B.n_rows,), torch.inf, dtype=torch.float64, device=A.device)

    def add(self, part: slice, d2: Tensor) -> None:
        self.closest_b[part] = d2.argmin(dim=1)
        values, rows = d2.min(dim=0)
        better = values < self.best
        self.best[better], self.closest_a[better] = values[better], rows[better] + part.start

    def result(self) -> Nearest:
        A, B, closest_a, closest_b = self.A, self.B, self.closest_a, self.closest_b
        distance_a = pair_distances(A, B, torch.arange(A.n_rows, device=A.device), closest_b).sqrt()
        distance_b = pair_distances(B, A, torch.arange(B.n_rows, device=A.device), closest_a).sqrt()
        return Nearest(*(t.cpu().numpy() for t in (distance_a, closest_b, distance_b, closest_a)))
