"""Self-attention between genes, restricted to the edges of a gene graph."""

from __future__ import annotations

import numpy as np
import torch
from scipy import sparse
from torch import Tensor, nn


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
        # e_ij = |(W_K x)_i - (W_Q x)_j| on the edges, then a softmin over the neighbours j of each gene i
        distance = _gather(self._map(self.key, genes), self.target) - _gather(
            self._map(self.query, genes), self.source
        )
        return _softmin(distance.abs(), self.target, len(genes))

    def _attend(self, genes: Tensor) -> Tensor:
        values = _gather(self._map(self.value, genes), self.source)
        return _sum(self.weights(genes) * values, self.target, len(genes))

    def _map(self, weight: Tensor, genes: Tensor) -> Tensor:
        return _sum(weight[:, None] * _gather(genes, self.source), self.target, len(genes))

    def _attend_densely(self, genes: Tensor) -> Tensor:
        ends, shape = (self.target, self.source), (len(genes), len(genes))
        key, query, value = (
            genes.new_zeros(shape).index_put(ends, weight) @ genes
            for weight in (self.key, self.query, self.value)
        )
        distance = (key[:, None] - query[None]).abs()
        absent = torch.ones(shape, dtype=torch.bool, device=genes.device).index_put(
            ends, genes.new_zeros(1).bool()
        )
        attention = (-distance).masked_fill(absent[:, :, None], -torch.inf).softmax(dim=1)
        return torch.einsum("ijb,jb->ib", attention, value)


def _gather(values: Tensor, index: Tensor) -> Tensor:
    """Return the rows ``values[index]``; gathering with an expanded index is fastest."""
    return values.gather(0, index[:, None].expand(-1, values.shape[1]))


def _sum(values: Tensor, index: Tensor, size: int) -> Tensor:
    """Return the sum of the rows of each segment."""
    total = values.new_zeros(size, values.shape[1])
    return total.scatter_add(0, index[:, None].expand_as(values), values)


def _softmin(values: Tensor, index: Tensor, size: int) -> Tensor:
    """Return the softmin within each segment."""
    least = values.new_zeros(size, values.shape[1]).scatter_reduce(
        0, index[:, None].expand_as(values), values.detach(), "amin", include_self=False
    )
    shares = (_gather(least, index) - values).exp()
    return shares / _gather(_sum(shares, index, size), index)
