"""Products of sparse matrices with the edges of a graph as their entries, on a CPU."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from scipy import sparse
from torch import Tensor
from torch.autograd.function import once_differentiable

_CACHED = 2**16  # entries of edges x samples that are computed at a time


class EdgePattern:
    """Where the entries of the matrices are.

    Parameters
    ----------
    target, source : ndarray of shape (n_edges,)
        Row and column of each entry, sorted by row, then by column.
    n_genes : int
        Number of rows and of columns.
    """

    def __init__(self, target: np.ndarray, source: np.ndarray, n_genes: int):
        self.n_genes = n_genes
        self.target, self.source = target.astype(np.int32), source.astype(np.int32)
        self.starts = _starts(target, n_genes)
        self.by_source = np.lexsort((target, source))
        self.source_starts = _starts(source, n_genes)

    def product(self, weight: Tensor, genes: Tensor) -> Tensor:
        """Return the product of the matrix with these entries and genes of shape (n_genes, n_samples)."""
        return self._product(weight.detach().numpy(), self.source, self.starts, genes)

    def transposed_product(self, weight: Tensor, genes: Tensor) -> Tensor:
        """Return the product of the transposed matrix and genes."""
        entries = weight.detach().numpy()[self.by_source]
        return self._product(entries, self.target[self.by_source], self.source_starts, genes)

    def outer_products(self, targets: tuple[Tensor, ...], sources: Tensor) -> list[Tensor]:
        """Return the entries of ``t @ sources.T``, of shape (n_edges,), for each of `targets`."""
        size = max(1, _CACHED // max(1, sources.shape[1]))
        out = [sources.new_empty(len(self.source)) for _ in targets]
        for start in range(0, len(self.source), size):
            part = slice(start, start + size)
            target, source = (torch.from_numpy(ends[part]) for ends in (self.target, self.source))
            at_source = sources.index_select(0, source)
            for values, each in zip(out, targets, strict=True):
                torch.sum(each.index_select(0, target).mul_(at_source), dim=1, out=values[part])
        return out

    def _product(self, entries: np.ndarray, columns: np.ndarray, starts: np.ndarray, genes: Tensor) -> Tensor:
        matrix = sparse.csr_array((entries, columns, starts), shape=(self.n_genes, self.n_genes))
        return torch.from_numpy(matrix @ genes.detach().numpy())


class EdgeProducts(torch.autograd.Function):
    """The products of several such matrices with the same genes."""

    @staticmethod
    def forward(ctx: Any, genes: Tensor, pattern: EdgePattern, *weights: Tensor) -> tuple[Tensor, ...]:
        ctx.save_for_backward(genes, *weights)
        ctx.pattern = pattern
        return tuple(pattern.product(weight, genes) for weight in weights)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        genes, *weights = ctx.saved_tensors
        d_genes = ctx.pattern.transposed_product(weights[0], grads[0])
        for weight, grad in zip(weights[1:], grads[1:], strict=True):
            d_genes += ctx.pattern.transposed_product(weight, grad)
        return d_genes, None, *ctx.pattern.outer_products(grads, genes)


def _starts(ends: np.ndarray, n_genes: int) -> np.ndarray:
    """Return where the entries of each row start, and where the last one ends."""
    return np.concatenate([[0], np.bincount(ends, minlength=n_genes).cumsum()]).astype(np.int32)
