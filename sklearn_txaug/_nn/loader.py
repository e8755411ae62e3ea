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
        for rows in self.order().tensor_split(self.n_batches):
            yield tuple(tensor[rows] for tensor in self.tensors)

    def order(self) -> Tensor:
        """Return the positions of the rows of a pass, in the order in which they come."""
        n, device = len(self.tensors[0]), self.tensors[0].device
        if self.rng is None:
            return torch.arange(n, device=device)
        return torch.randperm(n, device=device, generator=self.rng)


class WeightedLoader(ResidentLoader):
    """Batches that show rows in proportion to their weights, which are the last tensor of the dataset.

    A pass has as many rows as the dataset, each as often as its share of the weight says, rounded up or down at
    random. So all rows of a batch count the same: in batches that show each row once, a few heavy rows would decide
    some steps and be missing from the others.
    """

    def __init__(self, dataset: TensorDataset, batch_size: int, **kwargs: Any):
        super().__init__(TensorDataset(*dataset.tensors[:-1]), batch_size, **kwargs)
        self.weights = dataset.tensors[-1].double()  # not on the device: some have no 64 bits

    def order(self) -> Tensor:
        shuffled = super().order()
        n, device = len(shuffled), shuffled.device
        ends = self.weights[shuffled.cpu()].cumsum(0)
        start = torch.rand(1, device=device, generator=self.rng).item()
        points = (torch.arange(n, dtype=ends.dtype) + start) * (ends[-1] / n)
        places = torch.searchsorted(ends, points).clamp(max=n - 1)
        return shuffled[places.to(device)][torch.randperm(n, device=device, generator=self.rng)]


def default_batch_size(n_rows: int) -> int:
    """Rows per batch of a training on `n_rows` rows that is given no other number."""
    return min(128, max(16, n_rows // 8))


def n_batches(n_rows: int, batch_size: int) -> int:
    """Number of batches in one pass of `ResidentLoader`."""
    return 1 if batch_size < 0 else max(1, round(n_rows / batch_size))
