"""Euclidean neighbours of two sets of rows: exact, in blocks of bounded memory, on the CPU or on CUDA.

A block of squared distances comes from one matrix product of centred rows in double precision, because that
is ten times faster than differences. The product alone would lose small distances to rounding, so every
entry that is so small, beside the squared norm of its row, that its relative error could be above ``TIE`` is computed
again from the differences. So duplicated rows are at distance 0, and as distances that differ by less than ``TIE``
(relative, squared) are counted as equal, no decision hangs on the rounding of a matrix product.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from .._nn.device import resolve_device
from ..utils.blocks import blocks

BLOCK = 2**22  # entries of a block: 32 MiB
TIE = 1e-10


def double_device(device: str | torch.device) -> torch.device:
    """Return a torch device with double precision; "auto" is CUDA if there is one, else the CPU (MPS has none)."""
    resolved = resolve_device(device)
    if resolved.type != "mps":
        return resolved
    if device == "auto":
        return torch.device("cpu")
    raise ValueError(f"device={device!r} has no double precision; give 'auto', 'cpu' or 'cuda'.")


@dataclass(frozen=True)
class Rows:
    """Rows less a centre: kept as they came, on the device, and computed in double precision a block at a time.

    Parameters
    ----------
    values : Tensor of shape (n_rows, n_features)
        Of any precision; on the CPU they share the memory of the array.
    centre : Tensor of shape (n_features,)
        In double precision.
    """

    values: Tensor
    centre: Tensor

    @property
    def n_rows(self) -> int:
        return self.values.shape[0]

    @property
    def n_features(self) -> int:
        return self.values.shape[1]

    @property
    def device(self) -> torch.device:
        return self.values.device

    def take(self, rows: Any) -> Rows:
        return Rows(self.values[rows], self.centre)

    def centred(self, columns: slice = slice(None)) -> Tensor:
        """Return some columns, in double precision."""
        return self.values[:, columns] - self.centre[columns]

    def squared_norms(self) -> Tensor:
        norms = self.centre.new_zeros(self.n_rows)
        for columns in blocks(self.n_features, self.n_rows, BLOCK):
            norms += self.centred(columns).square_().sum(dim=1)
        return norms


def as_rows(*arrays: np.ndarray, device: str | torch.device = "auto") -> list[Rows]:
    """Return the sets on the device, all centred by the mean of the first."""
    where = double_device(device)
    tensors = [_as_tensor(X).to(where) for X in arrays]
    centre = tensors[0].mean(dim=0, dtype=torch.float64)
    return [Rows(X, centre) for X in tensors]


def _as_tensor(X: np.ndarray) -> Tensor:
    """Return an array as a tensor that shares its memory, where torch can do that."""
    X = np.ascontiguousarray(X)
    return torch.from_numpy(X) if X.flags.writeable else torch.tensor(X)


def pair_distances(A: Rows, B: Rows, i: Tensor, j: Tensor) -> Tensor:
    """Squared distances of the pairs ``A[i], B[j]``, from differences."""
    out = A.centre.new_empty(len(i))
    for part in blocks(len(i), A.n_features, BLOCK):
        difference = A.values[i[part]].double() - B.values[j[part]].double()
        out[part] = difference.square_().sum(dim=1)
    return out


def distance_blocks(A: Rows, B: Rows, *, upper: bool = False) -> Iterator[tuple[int, Tensor]]:
    """Yield the first row and the squared distances of one block of rows of A to all rows of B.

    `upper` is for a set and itself: only to the rows from the block's first on, since the others were in the blocks
    before.
    """
    a2, b2 = A.squared_norms(), B.squared_norms()
    near = _near(A.n_features)
    for part in blocks(A.n_rows, B.n_rows, BLOCK):
        start, some = part.start, A.take(part)
        first = start if upper else 0
        others = B.take(slice(first, None)) if first else B
        # |a - b|^2 = |a|^2 - 2 ab + |b|^2
        d2 = a2[part, None] + b2[first:]
        for columns in blocks(A.n_features, max(some.n_rows, others.n_rows), BLOCK):
            d2.addmm_(some.centred(columns), others.centred(columns).T, alpha=-2)
        i, j = (d2 <= near * a2[part, None]).nonzero(as_tuple=True)
        d2[i, j] = pair_distances(some, others, i, j)
        yield start, d2.clamp_(min=0)


def _near(n_features: int) -> float:
    """Return the share of a row's squared norm above which entries of `distance_blocks` are right to ``TIE``.

    A sum of d products is right to d eps |a| |b|, and in practice to some root of d instead, since rounding errors
    are of either sign and sums are made of partial sums (Higham, Mary 2019, "A new approach to probabilistic rounding
    error analysis", SIAM J. Sci. Comput. 41). So an entry is right to c eps (|a|^2 + |b|^2) with the c below; and
    |b|^2 is no more than 2 |a|^2 and twice the entry. With d for its root, most pairs within classes of 20,000 genes
    would be computed twice.
    """
    c = min(2 * n_features, 16 * n_features**0.5) + 8
    return 4 * c * torch.finfo(torch.float64).eps / TIE


def nearest_between(A: Rows, B: Rows, k: int = 1) -> tuple[Tensor, Tensor]:
    """Squared distances of each row of A to its k nearest rows of B, ascending, and which rows these are."""
    out, which = A.centre.new_empty(A.n_rows, k), torch.empty(A.n_rows, k, dtype=torch.int64, device=A.device)
    for start, d2 in distance_blocks(A, B):
        part = slice(start, start + len(d2))
        out[part], which[part] = d2.topk(k, dim=1, largest=False)
    return out, which


def _inside(d2: Tensor, radii2: Tensor) -> Tensor:
    """Which entries are no larger than the squared radius (closed balls)."""
    return d2 <= radii2 * (1 + 3 * TIE)


def count_in_balls(A: Rows, B: Rows, radii: np.ndarray) -> np.ndarray:
    """How many rows of B lie in the ball of the given radius around each row of A."""
    radii2 = torch.as_tensor(radii, device=A.device).square()
    counts = [
        _inside(d2, radii2[start : start + len(d2), None]).sum(dim=1) for start, d2 in distance_blocks(A, B)
    ]
    return torch.cat(counts).cpu().numpy()


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


Function = Callable[[Tensor], Tensor]
"""Of squared distances, entry by entry."""


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
        inside = _inside(d2, self.real2[part, None])
        self.around_synthetic += inside.sum(dim=0)
        self.in_real[part] = inside.sum(dim=1)
        inside = _inside(d2, self.synthetic2[None, :])
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


def further(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Where distance `a` is above `b` by more than a tie."""
    return a > b * (1 + TIE)


def mean_over_pairs(A: Rows, B: Rows, function: Function) -> float:
    """Mean of a function of the squared distance over all pairs of rows."""
    total = torch.zeros((), dtype=torch.float64, device=A.device)
    for _, d2 in distance_blocks(A, B, upper=A is B):
        values = function(d2)
        total += values.sum()
        if A is B:
            total += values[:, len(d2) :].sum()  # the same pairs the other way round
    return total.item() / (A.n_rows * B.n_rows)


def median_squared_distance(*arrays: np.ndarray, max_rows: int, rng: Any) -> float:
    """Median squared distance between distinct pooled rows, from `max_rows` drawn rows at most."""
    n_rows = sum(map(len, arrays))
    if n_rows > max_rows:
        drawn = np.zeros(n_rows, dtype=bool)
        drawn[rng.choice(n_rows, max_rows, replace=False)] = True
        parts = np.split(drawn, np.cumsum([len(X) for X in arrays])[:-1])
        arrays = tuple(X[kept] for X, kept in zip(arrays, parts, strict=True))
    (A,) = as_rows(np.concatenate(arrays), device="cpu")
    upper = [
        d2[torch.ones_like(d2, dtype=torch.bool).triu_(1)] for _, d2 in distance_blocks(A, A, upper=True)
    ]
    return float(np.median(torch.cat(upper).numpy()))
