"""Euclidean neighbours of two sets of rows: exact, in blocks of bounded memory, on the CPU or on CUDA.

A block of squared distances comes from one matrix product of centred rows in double precision, because that
is ten times faster than differences. The product alone would lose small distances to rounding, so every
entry below ``NEAR`` times the squared norm of its row is computed again from the differences. After that
each entry is right to a small relative error and duplicated rows are at distance 0. Nearest neighbours, and
pairs that lie on the rim of a ball, are computed again in the same way, so that no decision hangs on the
rounding of a matrix product. Distances that differ by less than ``TIE`` (relative, squared) are counted as
equal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from .._nn.device import resolve_device

BLOCK = 2**22  # entries of a block: 32 MiB
NEAR = 1e-7
TIE = 1e-10


def double_device(device: str | torch.device) -> torch.device:
    """Return a torch device with double precision; "auto" is CUDA if there is one, else the CPU (MPS has none)."""
    resolved = resolve_device(device)
    if resolved.type != "mps":
        return resolved
    if device == "auto":
        return torch.device("cpu")
    raise ValueError(f"device={device!r} has no double precision; give 'auto', 'cpu' or 'cuda'.")


def as_tensors(*arrays: np.ndarray, device: str | torch.device = "auto") -> list[Tensor]:
    """Return the sets in double precision on the device, all centred by the mean of the first."""
    where = double_device(device)
    tensors = [torch.tensor(X, dtype=torch.float64, device=where) for X in arrays]
    centre = tensors[0].mean(dim=0)
    return [X.sub_(centre) for X in tensors]


def pair_distances(A: Tensor, B: Tensor, i: Tensor, j: Tensor) -> Tensor:
    """Squared distances of the pairs ``A[i], B[j]``, from differences."""
    out, step = A.new_empty(len(i)), max(1, BLOCK // A.shape[1])
    for start in range(0, len(i), step):
        part = slice(start, start + step)
        out[part] = (A[i[part]] - B[j[part]]).square_().sum(dim=1)
    return out


def distance_blocks(A: Tensor, B: Tensor, *, upper: bool = False) -> Iterator[tuple[int, Tensor]]:
    """Yield the first row and the squared distances of one block of rows of A to all rows of B.

    `upper` is for a set and itself: only to the rows from the block's first on, since the others were in the blocks
    before.
    """
    a2, b2 = A.square().sum(dim=1), B.square().sum(dim=1)
    step = max(1, BLOCK // len(B))
    for start in range(0, len(A), step):
        part, others = slice(start, start + step), slice(start if upper else 0, None)
        # |a - b|^2 = |a|^2 - 2 ab + |b|^2
        d2 = torch.addmm(b2[others], A[part], B[others].T, alpha=-2).add_(a2[part, None])
        i, j = (d2 <= 5 * NEAR * a2[part, None]).nonzero(as_tuple=True)
        d2[i, j] = pair_distances(A[part], B[others], i, j)
        yield start, d2.clamp_(min=0)


def _relative_error(n_features: int) -> float:
    """Bound the relative error of an entry of `distance_blocks`.

    A sum of d products is right to d eps |a| |b| (Higham 2002, section 3.1), and no entry is below NEAR |a|^2.
    """
    return max((2 * n_features + 8) * torch.finfo(torch.float64).eps / NEAR, 10 * TIE)


def nearest_in_set(A: Tensor, k: int) -> Tensor:
    """Squared distances of each row of A to its k nearest other rows, ascending."""
    out = A.new_empty(len(A), k)
    for start, d2 in distance_blocks(A, A):
        d2.diagonal(offset=start).fill_(torch.inf)
        j = d2.topk(k, dim=1, largest=False).indices
        i = torch.arange(start, start + len(d2), device=A.device)[:, None].expand_as(j)
        exact = pair_distances(A, A, i.reshape(-1), j.reshape(-1))
        out[start : start + len(d2)] = exact.reshape(-1, k).sort(dim=1).values
    return out


def nearest_between(A: Tensor, B: Tensor, k: int = 1) -> tuple[Tensor, Tensor]:
    """Squared distances of each row of A to its k nearest rows of B, ascending, and which rows these are."""
    out, which = A.new_empty(len(A), k), torch.empty(len(A), k, dtype=torch.int64, device=A.device)
    for start, d2 in distance_blocks(A, B):
        j = d2.topk(k, dim=1, largest=False).indices
        i = torch.arange(start, start + len(d2), device=A.device)[:, None].expand_as(j)
        exact = pair_distances(A, B, i.reshape(-1), j.reshape(-1)).reshape(-1, k).sort(dim=1)
        part = slice(start, start + len(d2))
        out[part], which[part] = exact.values, j.gather(1, exact.indices)
    return out, which


def _inside(A: Tensor, B: Tensor, d2: Tensor, radii2: Tensor) -> Tensor:
    """Which pairs of the block are no further apart than the radius (closed balls)."""
    slack = _relative_error(A.shape[1])
    i, j = ((d2 >= radii2 * (1 - slack)) & (d2 <= radii2 * (1 + slack))).nonzero(as_tuple=True)
    if len(i):
        d2[i, j] = pair_distances(A, B, i, j)
    return d2 <= radii2 * (1 + TIE)


def count_in_balls(A: Tensor, B: Tensor, radii: np.ndarray) -> np.ndarray:
    """How many rows of B lie in the ball of the given radius around each row of A."""
    radii2 = torch.as_tensor(radii, device=A.device).square()
    counts = [
        _inside(A[start : start + len(d2)], B, d2, radii2[start : start + len(d2), None]).sum(dim=1)
        for start, d2 in distance_blocks(A, B)
    ]
    return torch.cat(counts).cpu().numpy()


class Balls(NamedTuple):
    """How many k-th-neighbour balls hold each row, and how many rows each ball holds."""

    real_balls_around_synthetic: np.ndarray
    synthetic_in_real_ball: np.ndarray
    synthetic_balls_around_real: np.ndarray


class Nearest(NamedTuple):
    """Distance to the nearest row of the other set, and which one it is."""

    real_distance: np.ndarray
    real_index: np.ndarray
    synthetic_distance: np.ndarray
    synthetic_index: np.ndarray


class Neighbours:
    """The neighbours within and between two sets, each table computed once, when first asked for.

    Parameters
    ----------
    X_real, X_synthetic : ndarray
        Checked rows with the same genes.
    device : str or torch.device
        "auto", "cpu" or "cuda".
    """

    def __init__(
        self, X_real: np.ndarray, X_synthetic: np.ndarray, device: str | torch.device = "auto"
    ) -> None:
        self.real, self.synthetic = as_tensors(X_real, X_synthetic, device=device)
        self._within: dict[str, Tensor] = {}
        self._balls: dict[int, Balls] = {}
        self._nearest: Nearest | None = None

    def _within2(self, which: str, k: int) -> Tensor:
        known = self._within.get(which)
        if known is None or known.shape[1] < k:
            self._within[which] = known = nearest_in_set(getattr(self, which), k)
        return known[:, k - 1]

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

    def _compare(self, k: int | None = None) -> None:
        """Pass once over the pairs: the nearest rows, unless they are known, and the balls of `k` neighbours."""
        balls = None if k is None else _BallCount(self, k)
        nearest = _NearestSearch(self) if self._nearest is None else None
        for start, d2 in distance_blocks(self.real, self.synthetic):
            for found in (nearest, balls):
                if found is not None:
                    found.add(slice(start, start + len(d2)), d2)
        if k is not None and balls is not None:
            self._balls[k] = balls.result()
        if nearest is not None:
            self._nearest = nearest.result()


class _BallCount:
    """Counts of the members of balls, block by block."""

    def __init__(self, sets: Neighbours, k: int):
        self.A, self.B = sets.real, sets.synthetic
        self.real2, self.synthetic2 = sets._within2("real", k), sets._within2("synthetic", k)
        self.around_synthetic = torch.zeros(len(self.B), dtype=torch.int64, device=self.B.device)
        self.in_real, self.around_real = torch.zeros_like(self.A[:, 0], dtype=torch.int64).repeat(2, 1)

    def add(self, part: slice, d2: Tensor) -> None:
        inside = _inside(self.A[part], self.B, d2, self.real2[part, None])
        self.around_synthetic += inside.sum(dim=0)
        self.in_real[part] = inside.sum(dim=1)
        self.around_real[part] = _inside(self.A[part], self.B, d2, self.synthetic2[None, :]).sum(dim=1)

    def result(self) -> Balls:
        counts = self.around_synthetic, self.in_real, self.around_real
        return Balls(*(count.cpu().numpy() for count in counts))


class _NearestSearch:
    """The nearest rows of two sets, block by block."""

    def __init__(self, sets: Neighbours):
        self.A, self.B = A, B = sets.real, sets.synthetic
        self.closest_b = torch.zeros(len(A), dtype=torch.int64, device=A.device)
        self.closest_a = torch.zeros(len(B), dtype=torch.int64, device=A.device)
        self.best = torch.full((len(B),), torch.inf, dtype=torch.float64, device=A.device)

    def add(self, part: slice, d2: Tensor) -> None:
        self.closest_b[part] = d2.argmin(dim=1)
        values, rows = d2.min(dim=0)
        better = values < self.best
        self.best[better], self.closest_a[better] = values[better], rows[better] + part.start

    def result(self) -> Nearest:
        A, B, closest_a, closest_b = self.A, self.B, self.closest_a, self.closest_b
        distance_a = pair_distances(A, B, torch.arange(len(A), device=A.device), closest_b).sqrt()
        distance_b = pair_distances(B, A, torch.arange(len(B), device=A.device), closest_a).sqrt()
        return Nearest(*(t.cpu().numpy() for t in (distance_a, closest_b, distance_b, closest_a)))


def further(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Where distance `a` is above `b` by more than a tie."""
    return a > b * (1 + TIE)


def mean_over_pairs(A: Tensor, B: Tensor, function: Callable[[Tensor], Tensor]) -> float:
    """Mean of a function of the squared distance over all pairs of rows."""
    total = torch.zeros((), dtype=torch.float64, device=A.device)
    for _, d2 in distance_blocks(A, B, upper=A is B):
        values = function(d2)
        total += values.sum()
        if A is B:
            total += values[:, len(d2) :].sum()  # the same pairs the other way round
    return total.item() / (len(A) * len(B))


def median_squared_distance(*arrays: np.ndarray, max_rows: int, rng: Any) -> float:
    """Median squared distance between distinct pooled rows, from `max_rows` drawn rows at most."""
    pooled = np.concatenate(arrays)
    if len(pooled) > max_rows:
        pooled = pooled[np.sort(rng.choice(len(pooled), max_rows, replace=False))]
    (A,) = as_tensors(pooled, device="cpu")
    upper = [
        d2[torch.ones_like(d2, dtype=torch.bool).triu_(1)] for _, d2 in distance_blocks(A, A, upper=True)
    ]
    return float(np.median(torch.cat(upper).numpy()))
