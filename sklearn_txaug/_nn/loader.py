"""Batches of rows that stay on the device."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor
from torch.utils.data import TensorDataset


class ResidentLoader:
    """Batches as slices of a permutation of rows that are copied to the device once.

    Parameters
    ----------
    dataset : TensorDataset
        Rows and labels.
    batch_size : int
        Rows per batch; -1 is all of them. Batches are of equal size (100 rows at 64 are two batches of 50), so
        no row is dropped and no batch is left with a single row.
    device : torch.device
        Where the rows stay.
    rng : torch.Generator or None
        Shuffles before each pass; None keeps the order.
    """

    def __init__(
        self,
        dataset: TensorDataset,
        batch_size: int,
        *,
        device: Any = "cpu",
        rng: torch.Generator | None = None,
    ):
        self.tensors = [tensor.to(device) for tensor in dataset.tensors]
        self.n_batches = n_batches(len(dataset), batch_size)
        self.rng = rng

    def __len__(self) -> int:
        return self.n_batches

    def __iter__(self) -> Iterator[tuple[Tensor, ...]]:
        n, device = len(self.tensors[0]), self.tensors[0].device
        if self.rng is None:
            order = torch.arange(n, device=device)
        else:
            order = torch.randperm(n, device=device, generator=self.rng)
        for rows in order.tensor_split(self.n_batches):
            yield tuple(tensor[rows] for tensor in self.tensors)


def default_batch_size(n_rows: int) -> int:
    """Rows per batch of a training on `n_rows` rows that is given no other number."""
    return min(128, max(16, n_rows // 8))


def n_batches(n_rows: int, batch_size: int) -> int:
    """Number of batches in one pass of `ResidentLoader`."""
    return 1 if batch_size < 0 else max(1, round(n_rows / batch_size))
