"""Self-attention between genes, restricted to the edges of a gene graph."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch
from scipy import sparse
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from ._edge_products import CACHED, EdgePattern, EdgeProducts

# Entries of edges x samples that are computed at a time, on the CPU and elsewhere
_CACHED, _UNCACHED = CACHED, 2**24
# A matrix product over all pairs of genes costs less than one over the edges if there are fewer pairs for each.
_CROWDED, _CROWDED_ELSEWHERE = 8, 32


class GraphAttention(nn.Module):
    """One attention head over the genes of a graph.

    With gene i as target and j over its neighbours and itself, ``e_ij = |(W_K x)_i - (W_Q x)_j|``, ``a_ij`` is the
    softmin of ``e_ij`` over j and the output is ``gamma * sum_j a_ij (W_V x)_j``. The three maps have a weight for
    each edge and gene and are zero elsewhere. Computation has genes in rows and samples in columns; memory is linear
    in edges x samples.

    Parameters
    ----------
    adjacency : csr_array of shape (n_genes, n_genes)
        The edges, both directions of each.
    columns : ndarray of shape (n_genes,)
        Positions of the genes among the columns of the rows.
    gamma : float or None
        Weight of the output; None learns it, starting from 0.
    dense : bool
        Compute with matrices of n_genes x n_genes: the same result, for small graphs.
    """

    columns: Tensor
    target: Tensor
    source: Tensor

    def __init__(
        self,
        adjacency: sparse.csr_array,
        columns: np.ndarray,
        *,
        gamma: float | None = None,
        dense: bool = False,
    ):
        super().__init__()
        self.dense = dense
        support = sparse.coo_array(adjacency + sparse.eye_array(len(columns)))
        order = np.lexsort((support.col, support.row))
        self.register_buffer("columns", torch.from_numpy(np.asarray(columns, dtype=np.int64)))
        self.register_buffer("target", torch.from_numpy(support.row[order].astype(np.int64)))
        self.register_buffer("source", torch.from_numpy(support.col[order].astype(np.int64)))
        self.n_neighbours = np.bincount(support.row, minlength=len(columns))
        bound = self.target.bincount(minlength=len(columns)).clamp(min=1).float().rsqrt()[self.target]
        self.key, self.query, self.value = (
            nn.Parameter(torch.empty(len(bound)).uniform_(-1, 1) * bound) for _ in range(3)
        )
        if gamma is None:
            self.gamma = nn.Parameter(torch.zeros(()))
        else:
            self.register_buffer("gamma", torch.tensor(float(gamma)))

    def forward(self, x: Tensor) -> Tensor:
        """Return what the head adds to the rows `x` in its `columns`, of shape (n_rows, n_genes)."""
        genes = x.T[self.columns]
        attended = self._attend_densely(genes) if self.dense else self._attend(genes)
        return self.gamma * attended.T

    def weights(self, genes: Tensor) -> Tensor:
        """Return the attention of shape (n_edges, n_rows) for genes of shape (n_genes, n_rows)."""
        key, query = self._maps(genes, self.key, self.query)
        difference = _differences(key, query, self.target, self.source)
        least = torch.zeros_like(genes)
        total = torch.zeros_like(genes)
        shares = _shares(difference.abs(), self.target, least, total)
        return shares / total.index_select(0, self.target)

    def _attend(self, genes: Tensor) -> Tensor:
        maps = self._maps(genes, self.key, self.query, self.value)
        return _EdgeAttention.apply(*maps, self._parts(genes))

    def _parts(self, genes: Tensor) -> list[tuple[Tensor, Tensor]]:
        """Return the ends of the edges in parts that hold all edges of some targets: those that fit the cache."""
        size = _CACHED if genes.device.type == "cpu" else _UNCACHED
        return [
            (self.target[start:end], self.source[start:end])
            for start, end in _cuts(self.n_neighbours, max(1, size // max(1, genes.shape[1])))
        ]

    def _maps(self, genes: Tensor, *weights: Tensor) -> Sequence[Tensor]:
        on_cpu, pairs = genes.device.type == "cpu", len(genes) ** 2
        if pairs <= (_CROWDED if on_cpu else _CROWDED_ELSEWHERE) * len(self.target):
            return [self._matrix(weight, len(genes)) @ genes for weight in weights]
        if on_cpu:
            pattern = EdgePattern(self.target.numpy(), self.source.numpy(), len(genes))
            return EdgeProducts.apply(genes, pattern, *weights)
        ends = genes.index_select(0, self.source)
        return [self._sum(weight[:, None] * ends, len(genes)) for weight in weights]

    def _matrix(self, weight: Tensor, n_genes: int) -> Tensor:
        return weight.new_zeros(n_genes, n_genes).index_put((self.target, self.source), weight)

    def _sum(self, values: Tensor, n_genes: int) -> Tensor:
        """Return the sum over the edges of each target."""
        return values.new_zeros(n_genes, values.shape[1]).index_add(0, self.target, values)

    def _attend_densely(self, genes: Tensor) -> Tensor:
        ends, shape = (self.target, self.source), (len(genes), len(genes))
        key, query, value = (
            self._matrix(weight, len(genes)) @ genes for weight in (self.key, self.query, self.value)
        )
        distance = (key[:, None] - query[None]).abs()
        absent = torch.ones(shape, dtype=torch.bool, device=genes.device).index_put(
            ends, genes.new_zeros(1).bool()
        )
        attention = (-distance).masked_fill(absent[:, :, None], -torch.inf).softmax(dim=1)
        return torch.einsum("ijb,jb->ib", attention, value)


class _EdgeAttention(torch.autograd.Function):
    """The values of the neighbours, averaged by the softmin of |key - query|; edges are never held all at once."""

    @staticmethod
    def forward(
        ctx: Any, key: Tensor, query: Tensor, value: Tensor, parts: list[tuple[Tensor, Tensor]]
    ) -> Tensor:
        out, least, total = (torch.zeros_like(key) for _ in range(3))
        for target, source in parts:
            distance = _differences(key, query, target, source).abs_()
            shares = _shares(distance, target, least, total)
            out.index_add_(0, target, shares.mul_(value.index_select(0, source)))
        out /= total
        ctx.save_for_backward(key, query, value, out, least, total)
        ctx.parts = parts
        return out

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:
        key, query, value, out, least, total = ctx.saved_tensors
        grad = grad / total
        d_key, d_query, d_value = (torch.zeros_like(key) for _ in range(3))
        for target, source in ctx.parts:
            difference = _differences(key, query, target, source)
            sign = difference.sign()
            shares = least.index_select(0, target).sub_(difference.abs_()).exp_()
            pull = shares.mul_(grad.index_select(0, target))
            d_value.index_add_(0, source, pull)
            # e_ij = |k_i - q_j| and d out_i / d e_ij = a_ij (out_i - v_j)
            gap = out.index_select(0, target).sub_(value.index_select(0, source))
            push = pull.mul_(gap).mul_(sign)
            d_key.index_add_(0, target, push)
            d_query.index_add_(0, source, push, alpha=-1)
        return d_key, d_query, d_value, None


def _differences(key: Tensor, query: Tensor, target: Tensor, source: Tensor) -> Tensor:
    return key.index_select(0, target).sub_(query.index_select(0, source))


def _shares(distance: Tensor, target: Tensor, least: Tensor, total: Tensor) -> Tensor:
    """Return what the attention is proportional to; write the least distance of each target and the sum of shares."""
    least.scatter_reduce_(0, target[:, None].expand_as(distance), distance, "amin", include_self=False)
    shares = least.index_select(0, target).sub_(distance).exp_()
    total.index_add_(0, target, shares)
    return shares


def _cuts(lengths: np.ndarray, size: int) -> Iterator[tuple[int, int]]:
    """Yield first and last edge of runs of whole segments, of at most `size` edges unless one segment has more."""
    ends, start = np.cumsum(lengths), 0
    while len(ends) and start < ends[-1]:
        first, last = np.searchsorted(ends, [start, start + size], side="right")
        end = int(ends[max(first, last - 1)])
        yield start, end
        start = end
