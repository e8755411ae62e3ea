"""The attention head: edge lists against dense matrices, and a worked example."""

import copy

import numpy as np
import pytest
import torch
from scipy import sparse

from sklearn_txaug.over_sampling import _graph_attention
from sklearn_txaug.over_sampling._graph_attention import GraphAttention


def _head(n_genes=7, n_features=10, *, density=0.4, gamma=0.7, dense=False):
    rng = np.random.default_rng(0)
    upper = np.triu(rng.random((n_genes, n_genes)) < density, 1)
    adjacency = sparse.csr_array((upper | upper.T).astype(float))
    columns = rng.permutation(n_features)[:n_genes]
    torch.manual_seed(0)
    return GraphAttention(adjacency, columns, gamma=gamma, dense=dense).double()


@pytest.mark.parametrize("scale", [1.0, 1e3])  # far distances must not underflow
@pytest.mark.parametrize(("n_genes", "density"), [(7, 0.4), (60, 0.03)])  # maps by all pairs, and by edges
def test_edge_lists_and_matrices_agree_with_their_gradients(n_genes, density, scale):
    sparse_head = _head(n_genes, n_genes + 3, density=density)
    dense_head = copy.deepcopy(sparse_head)
    dense_head.dense = True
    x = torch.randn(5, n_genes + 3, dtype=torch.float64, generator=torch.Generator().manual_seed(1)) * scale
    results = []
    for head in (sparse_head, dense_head):
        rows = x.clone().requires_grad_()
        out = head(rows)
        out.square().sum().backward()
        results.append([out, rows.grad, *(p.grad for p in head.parameters())])
    for one, other in zip(*results, strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=1e-12 * scale**2)


@pytest.mark.parametrize("n_genes", [7, 150])  # maps by all pairs, and by edges
def test_parts_of_the_edges_add_up(n_genes, monkeypatch):
    rng = np.random.default_rng(0)
    upper = np.triu(rng.random((n_genes, n_genes)) < 3 / n_genes, 1)
    head = GraphAttention(sparse.csr_array((upper | upper.T).astype(float)), np.arange(n_genes), gamma=1.0)
    head = head.double()
    x = torch.randn(5, n_genes, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    results = []
    for size in (2**16, 50):  # all edges at once, and ten at a time
        monkeypatch.setattr(_graph_attention, "_CACHED", size)
        out = head(x)
        results.append([out, *torch.autograd.grad(out.square().sum(), [*head.parameters()])])
    assert len(head._parts(x.T)) > 1
    for one, other in zip(*results, strict=True):
        torch.testing.assert_close(one, other)


def test_gradients_are_those_of_finite_differences():
    x = torch.randn(3, 10, dtype=torch.float64, generator=torch.Generator().manual_seed(2)).requires_grad_()
    assert torch.autograd.gradcheck(_head(), (x,))


def test_weights_sum_to_one_over_neighbours_and_self():
    head = _head()
    weights = head.weights(torch.randn(7, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(3)))
    total = torch.zeros(7, 4, dtype=torch.float64).index_add(0, head.target, weights)
    torch.testing.assert_close(total, torch.ones_like(total))
    assert (head.target == head.source).sum() == 7


def test_attention_by_hand():
    head = GraphAttention(sparse.csr_array([[0.0, 1], [1, 0]]), np.array([2, 0]), gamma=2.0)
    with torch.no_grad():  # W_K = W_Q = W_V = identity; edges are (0,0), (0,1), (1,0), (1,1)
        for weight in (head.key, head.query, head.value):
            weight.copy_(torch.tensor([1.0, 0, 0, 1]))
    x_0, x_1 = 3.0, 1.0  # |x_0 - x_1| = 2
    neighbour = np.exp(-2) / (1 + np.exp(-2))
    expected = 2 * torch.tensor([[x_0 + neighbour * (x_1 - x_0), x_1 + neighbour * (x_0 - x_1)]])
    torch.testing.assert_close(head(torch.tensor([[x_1, 9.0, x_0]])), expected.float())


def test_learned_gamma_starts_at_nothing_and_has_a_gradient():
    head = _head(gamma=None)
    out = head(torch.ones(2, 10, dtype=torch.float64).cumsum(dim=1))
    assert not out.any()
    out.sum().backward()
    assert head.gamma.grad.abs() > 0


def test_a_graph_without_edges():
    head = GraphAttention(sparse.csr_array((0, 0)), np.array([], dtype=int))
    assert head(torch.ones(2, 3)).shape == (2, 0)
