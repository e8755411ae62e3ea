"""Products of sparse matrices with the edges of a graph as their entries, on a CPU."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from scipy import sparse
from torch import Tensor
from torch.autograd.function import once_differentiable

from ..utils.blocks import blocks

CACHED = 2**16  # entries of edges x samples that are computed at a time


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
        self.target, self.source = target.astype(np.int32), source.astype(np.int32)
        self.shape = (n_genes, n_genes)
        # where the entries of each row start, and where the last one ends
        self.starts = np.concatenate([[0], np.bincount(target, minlength=n_genes).cumsum()]).astype(np.int32)

    def transposed(self) -> tuple[EdgePattern, np.ndarray]:
        """Return the pattern of the transposed matrices, and the order of their entries."""
        order = np.argsort(self.source, kind="stable")
        return EdgePattern(self.source[order], self.target[order], self.shape[0]), order

    def product(self, entries: np.ndarray, genes: Tensor) -> Tensor:
        """Return the product of the matrix with these entries and genes of shape (n_genes, n_samples)."""
        matrix = sparse.csr_array((entries, self.source, self.starts), shape=self.shape)
        return torch.from_numpy(matrix @ genes.detach().numpy())

    def outer_products(self, targets: tuple[Tensor, ...], sources: Tensor) -> list[Tensor]:
        """Return the entries of ``t @ sources.T``, of shape (n_edges,), for each of `targets`."""
        out = [sources.new_empty(len(self.source)) for _ in targets]
        for part in blocks(len(self.source), sources.shape[1], CACHED):
            target, source = (torch.from_numpy(ends[part]) for ends in (self.target, self.source))
            at_source = sources.index_select(0, source)
            for values, each in zip(out, targets, strict=True):
                torch.sum(each.index_select(0, target).mul_(at_source), dim=1, out=values[part])
        return out


class EdgeProducts(torch.autograd.Function):
    """The products of several such matrices with the same genes."""

    @staticmethod
    def forward(ctx: Any, genes: Tensor, pattern: EdgePattern, *weights: Tensor) -> tuple[Tensor, ...]:
        ctx.save_for_backward(genes, *weights)
        ctx.pattern = pattern
        return tuple(pattern.product(weight.detach().numpy(), genes) for weight in weights)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        genes, *weights = ctx.saved_tensors
        transposed, order = ctx.pattern.transposed()
        d_genes = torch.zeros_like(genes)
        for weight, grad in zip(weights, grads, strict=True):
            d_genes += transposed.product(weight.numpy()[order], grad)
        return d_genes, None, *ctx.pattern.outer_products(grads, genes)
