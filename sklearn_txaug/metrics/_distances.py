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
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from .._nn.device import resolve_device
from ..utils.blocks import blocks

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
    for part in blocks(A.n_rows, B.n_rows, BLOCK):
        start, some = part.start, A.take(part)
        first = start if upper else 0
        others = B.take(slice(first, None)) if first else B
        # |a - b|^2 = |a|^2 - 2 ab + |b|^2
        d2 = a2[part, None] + b2[first:]
        for columns in blocks(A.n_features, max(some.n_rows, others.n_rows), BLOCK):
            d2.addmm_(some.centred(columns), others.centred(columns).T, alpha=-2)
        i, j = (d2 <= 5 * NEAR * a2[part, None]).nonzero(as_tuple=True)
        d2[i, j] = pair_distances(some, others, i, j)
        yield start, d2.clamp_(min=0)


def _relative_error(n_features: int) -> float:
    """Bound the relative error of an entry of `distance_blocks`.

    A sum of d products is right to d eps |a| |b| (Higham 2002, section 3.1), and no entry is below NEAR |a|^2.
    """
    return max((2 * n_features + 8) * torch.finfo(torch.float64).eps / NEAR, 10 * TIE)


def nearest_in_set(A: Rows, k: int) -> Tensor:
    """Squared distances of each row of A to its k nearest other rows, ascending."""
    out = A.centre.new_empty(A.n_rows, k)
    for start, d2 in distance_blocks(A, A):
        d2.diagonal(offset=start).fill_(torch.inf)
        j = d2.topk(k, dim=1, largest=False).indices
        i = torch.arange(start, start + len(d2), device=A.device)[:, None].expand_as(j)
        exact = pair_distances(A, A, i.reshape(-1), j.reshape(-1))
        out[start : start + len(d2)] = exact.reshape(-1, k).sort(dim=1).values
    return out


def nearest_between(A: Rows, B: Rows, k: int = 1) -> tuple[Tensor, Tensor]:
    """Squared distances of each row of A to its k nearest rows of B, ascending, and which rows these are."""
    out, which = A.centre.new_empty(A.n_rows, k), torch.empty(A.n_rows, k, dtype=torch.int64, device=A.device)
    for start, d2 in distance_blocks(A, B):
        j = d2.topk(k, dim=1, largest=False).indices
        i = torch.arange(start, start + len(d2), device=A.device)[:, None].expand_as(j)
        exact = pair_distances(A, B, i.reshape(-1), j.reshape(-1)).reshape(-1, k).sort(dim=1)
        part = slice(start, start + len(d2))
        out[part], which[part] = exact.values, j.gather(1, exact.indices)
    return out, which


def _inside(A: Rows, B: Rows, d2: Tensor, radii2: Tensor) -> Tensor:
    """Which pairs of the block are no further apart than the radius (closed balls)."""
    slack = _relative_error(A.n_features)
    i, j = ((d2 >= radii2 * (1 - slack)) & (d2 <= radii2 * (1 + slack))).nonzero(as_tuple=True)
    if len(i):
        d2[i, j] = pair_distances(A, B, i, j)
    return d2 <= radii2 * (1 + TIE)


def count_in_balls(A: Rows, B: Rows, radii: np.ndarray) -> np.ndarray:
    """How many rows of B lie in the ball of the given radius around each row of A."""
    radii2 = torch.as_tensor(radii, device=A.device).square()
    counts = [
        _inside(A.take(slice(start, start + len(d2))), B, d2, radii2[start : start + len(d2), None]).sum(
            dim=1
        )
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
        self.real, self.synthetic = as_rows(X_real, X_synthetic, device=device)
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
        self.around_synthetic = torch.zeros(self.B.n_rows, dtype=torch.int64, device=self.B.device)
        self.in_real, self.around_real = torch.zeros(
            2, self.A.n_rows, dtype=torch.int64, device=self.A.device
        )

    def add(self, part: slice, d2: Tensor) -> None:
        inside = _inside(self.A.take(part), self.B, d2, self.real2[part, None])
        self.around_synthetic += inside.sum(dim=0)
        self.in_real[part] = inside.sum(dim=1)
        self.around_real[part] = _inside(self.A.take(part), self.B, d2, self.synthetic2[None, :]).sum(dim=1)

    def result(self) -> Balls:
        counts = self.around_synthetic, self.in_real, self.around_real
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


def mean_over_pairs(A: Rows, B: Rows, function: Callable[[Tensor], Tensor]) -> float:
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
