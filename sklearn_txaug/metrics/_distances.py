"""Euclidean distances between two sets of rows: exact, in blocks of bounded memory, on the CPU or on CUDA.

A block of squared distances comes from one matrix product of centred rows in double precision, because that
is ten times faster than differences. The product alone would lose small distances to rounding, so every
entry that is so small, beside the squared norm of its row, that its relative error could be above ``TIE`` is computed
again from the differences. So duplicated rows are at distance 0, and as distances that differ by less than ``TIE``
(relative, squared) are counted as equal, no decision hangs on the rounding of a matrix product.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from .._nn.device import resolve_device
from ..utils.blocks import blocks

BLOCK = 2**22  # distances at a time: 32 MiB, where sets have 2,000 rows or more
_PART = 2**19  # values of rows in double precision: 4 MiB, of each of the two sets
_FEWEST_GENES = 256  # of a product, whose result is read and written again for each part of the genes
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
        for columns in blocks(self.n_features, self.n_rows):
            norms += self.centred(columns).square_().sum(dim=1)
        return norms


def as_rows(*arrays: np.ndarray, device: str | torch.device = "auto") -> list[Rows]:
    """Return the sets on the device, all centred by the mean of the first."""
    where = double_device(device)
    tensors = [as_tensor(X).to(where) for X in arrays]
    first = tensors[0]
    centre = torch.empty(first.shape[1], dtype=torch.float64, device=where)
    for columns in blocks(
        *first.shape[::-1]
    ):  # torch makes a copy in double precision of what it takes the mean of
        centre[columns] = first[:, columns].mean(dim=0, dtype=torch.float64)
    return [Rows(X, centre) for X in tensors]


def as_tensor(X: np.ndarray) -> Tensor:
    """Return an array as a tensor that shares its memory, where torch can do that."""
    X = np.ascontiguousarray(X)
    return torch.from_numpy(X) if X.flags.writeable else torch.tensor(X)


def pair_distances(A: Rows, B: Rows, i: Tensor, j: Tensor) -> Tensor:
    """Squared distances of the pairs ``A[i], B[j]``, from differences."""
    out = A.centre.new_empty(len(i))
    for part in blocks(len(i), A.n_features):
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
        most = max(some.n_rows, others.n_rows)
        for columns in blocks(A.n_features, most, max(_PART, _FEWEST_GENES * most)):
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


def is_inside(d2: Tensor, radii2: Tensor) -> Tensor:
    """Which entries are no larger than the squared radius (closed balls)."""
    return d2 <= radii2 * (1 + 3 * TIE)


def count_in_balls(A: Rows, B: Rows, radii: np.ndarray) -> np.ndarray:
    """How many rows of B lie in the ball of the given radius around each row of A."""
    radii2 = torch.as_tensor(radii, device=A.device).square()
    counts = [
        is_inside(d2, radii2[start : start + len(d2), None]).sum(dim=1) for start, d2 in distance_blocks(A, B)
    ]
    return torch.cat(counts).cpu().numpy()


def further(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Where distance `a` is above `b` by more than a tie."""
    return a > b * (1 + TIE)


Function = Callable[[Tensor], Tensor]
"""Of squared distances, entry by entry."""


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
        arrays = tuple(X[kept] for X, kept in zip(arrays, parts, strict=True) if kept.any())
    sets, found = as_rows(*arrays, device="cpu"), []
    for k, A in enumerate(sets):
        for _, d2 in distance_blocks(A, A, upper=True):
            found.append(d2[torch.ones_like(d2, dtype=torch.bool).triu_(1)])
        found += [d2.flatten() for B in sets[k + 1 :] for _, d2 in distance_blocks(A, B)]
    return float(np.median(torch.cat(found).numpy(), overwrite_input=True))
