"""The adversarial samplers: known distributions, gene graphs, pre-training, attention read-out."""

import numpy as np
import pytest
import torch
from scipy.spatial.distance import cdist
from sklearn.base import clone
from sklearn.datasets import make_moons
from skorch.callbacks import Callback

from sklearn_txaug.graphs import GeneGraph, coexpression_graph
from sklearn_txaug.over_sampling import AttGANSampler, GANSampler, WGANGPSampler
from sklearn_txaug.over_sampling._adversarial import scores_and_penalty, two_sided_penalty
from sklearn_txaug.over_sampling._wgan_gp import WGANGP

TOY = {
    "generator_hidden_layer_sizes": (64, 64),
    "critic_hidden_layer_sizes": (64, 64),
    "latent_dim": 4,
    "batch_size": 64,
    "lr": 1e-3,
    "device": "cpu",
    "random_state": 0,
}
TOY_SAMPLERS = [
    GANSampler(n_critic=2, max_epochs=120, **TOY),
    WGANGPSampler(n_critic=3, gradient_penalty=0.1, max_epochs=80, **TOY),
]
SMALL = {
    **TOY,
    "generator_hidden_layer_sizes": (16,),
    "critic_hidden_layer_sizes": (16,),
    "max_epochs": 2,
    "n_critic": 1,
}
GENES = [f"G{k}" for k in range(6)]
CHAIN = GeneGraph.from_edges([("G0", "G1"), ("G1", "G2"), ("G4", "G3"), ("G5", "unknown")])
each_toy = pytest.mark.parametrize("sampler", TOY_SAMPLERS, ids=lambda s: type(s).__name__)


@pytest.fixture(scope="module")
def data():
    pd = pytest.importorskip("pandas")
    rng = np.random.default_rng(0)
    y = np.repeat(["brain", "liver"], 30)
    X = np.where(y == "liver", 1.0, -1.0)[:, None] * [1, 1, 1, 0, 0, 0] + rng.normal(size=(60, 6))
    return pd.DataFrame(X.astype(np.float32), columns=GENES), y


def _energy_distance(A, B):
    return 2 * cdist(A, B).mean() - cdist(A, A).mean() - cdist(B, B).mean()


@each_toy
def test_recovers_a_moon_and_a_correlated_gaussian(sampler):
    rng = np.random.default_rng(0)

    def moons(seed):
        X, y = make_moons(600, noise=0.08, random_state=seed)
        return X[y == 0]

    gaussian = rng.multivariate_normal([0, 0], [[1, -0.8], [-0.8, 1]], size=300) * 0.5 + [3, 1]
    X, y = np.concatenate([moons(0), gaussian]), np.repeat([0, 1], 300)
    X_new, y_new = clone(sampler).fit(X, y).sample(2000)
    # real against real: 0.001; one moon against the other: 0.6
    assert _energy_distance(X_new[y_new == 0], moons(1)) < 0.03
    new = X_new[y_new == 1]
    np.testing.assert_allclose(new.mean(axis=0), gaussian.mean(axis=0), atol=0.15)
    np.testing.assert_allclose(new.std(axis=0) / gaussian.std(axis=0), 1, atol=0.25)
    assert np.corrcoef(new.T)[0, 1] == pytest.approx(np.corrcoef(gaussian.T)[0, 1], abs=0.2)


@pytest.mark.parametrize("norm", ["none", "layer"])
@pytest.mark.parametrize("hidden", [(7,), (8, 7, 6)])
def test_the_penalty_written_forward_has_the_gradients_of_the_second_backward_pass(norm, hidden):
    sizes = {"generator_hidden_layer_sizes": (4,), "critic_hidden_layer_sizes": hidden, "latent_dim": 2}
    torch.manual_seed(0)
    critic = WGANGP(
        5,
        3,
        gradient_penalty=1.0,
        generator_norm="none",
        critic_norm=norm,
        conditioning="embedding",
        **sizes,
    ).critic.double()
    real, fake = torch.randn(2, 10, 5, dtype=torch.float64)
    y = torch.arange(10) % 3
    ours = scores_and_penalty(critic, real, fake, y, torch.Generator().manual_seed(1))
    penalty = two_sided_penalty(lambda rows: critic(rows, y), real, fake, torch.Generator().manual_seed(1))
    weights = list(critic.parameters())
    for one, other in zip(ours, (critic(real, y), critic(fake, y), penalty), strict=True):
        torch.testing.assert_close(one, other)
        torch.testing.assert_close(
            torch.autograd.grad(one.sum(), weights, retain_graph=True, materialize_grads=True),
            torch.autograd.grad(other.sum(), weights, retain_graph=True, materialize_grads=True),
        )


# -- graphs ---------------------------------------------------------------------------------------------------


def test_graphs_are_aligned_with_the_columns(data):
    sampler = AttGANSampler(graphs=CHAIN, **SMALL).fit(*data)
    (graph,) = sampler.graphs_
    assert sorted(graph.genes) == ["G0", "G1", "G2", "G3", "G4"]
    assert graph.n_edges == 3
    (head,) = sampler.module_.generator.heads
    assert [GENES[k] for k in head.columns] == graph.genes.tolist()


def test_graphs_are_taken_by_name_as_objects_and_numbered(data):
    X, y = data
    sampler = AttGANSampler(
        graphs=["coexpression", "random", CHAIN], coexpression_threshold=0.2, **SMALL
    ).fit(X, y)
    computed, random, chain = sampler.graphs_
    expected = coexpression_graph((X - X.mean()) / X.std(ddof=0), 0.2)
    assert computed.genes.tolist() == expected.genes.tolist()
    np.testing.assert_allclose(computed.adjacency.toarray(), expected.adjacency.toarray(), atol=1e-6)
    assert (random.adjacency != computed.adjacency).nnz == 0
    assert sorted(random.genes) == sorted(computed.genes)
    assert chain.n_edges == 3
    again = clone(sampler).fit(X, y)
    assert again.graphs_[1].genes.tolist() == random.genes.tolist()
    numbered = AttGANSampler(graphs=GeneGraph(np.eye(6)[::-1]), **SMALL)
    assert numbered.fit(X, y).graphs_[0].genes.tolist() == GENES
    assert numbered.fit(X.to_numpy(), y).graphs_[0].genes.tolist() == list(range(6))


@pytest.mark.parametrize(
    ("graphs", "named", "message"),
    [
        (CHAIN, False, "X has no column names"),
        (GeneGraph.from_edges([("TP53", "MDM2")]), True, "none of the graph's 2 genes"),
        (
            GeneGraph(np.eye(8)[::-1]).align([0, 7]).permuted(0, genes=[10, 11]),
            False,
            "none of the graph's 2 genes",
        ),
        ([], True, "graphs must be"),
        (["ppi"], True, "graphs must be"),
        ("ppi", True, "graphs"),
    ],
)
def test_bad_graphs(data, graphs, named, message):
    X, y = data
    with pytest.raises(ValueError, match=message):
        AttGANSampler(graphs=graphs, **SMALL).fit(X if named else X.to_numpy(), y)


def test_no_coexpression_is_said(data):
    with pytest.warns(UserWarning, match=r"coexpression_threshold=0\.99"):
        sampler = AttGANSampler(coexpression_threshold=0.99, **SMALL).fit(*data)
    assert len(sampler.sample(3)[0]) == 3
    assert sampler.attention(2).empty


def test_dense_attention_is_the_same(data):
    rows = [
        AttGANSampler(graphs=CHAIN, gamma=0.5, dense_attention=dense, **SMALL).fit(*data).sample(5)[0]
        for dense in (False, True)
    ]
    np.testing.assert_allclose(*rows, rtol=1e-4, atol=1e-5)


# -- training -------------------------------------------------------------------------------------------------


def test_pre_training_is_without_attention(data):
    kwargs = {**SMALL, "max_epochs": 4, "ema_decay": None}
    trained = AttGANSampler(graphs=CHAIN, pretrain_epochs=3, **kwargs).fit(*data)
    assert trained.module_.generator.attention_on
    assert trained.module_.generator.heads[0].gamma != 0  # one epoch with attention
    assert AttGANSampler(graphs=CHAIN, pretrain_epochs=0.5, gamma=0.3, **kwargs).fit(*data).sample(2)
    with pytest.raises(ValueError, match="pretrain_epochs=4 leaves none of the 4 epochs"):
        AttGANSampler(graphs=CHAIN, pretrain_epochs=4, **kwargs).fit(*data)


def test_no_attention_if_training_ends_before_its_insertion(data):
    class Stop(Callback):
        def on_epoch_end(self, net, **kwargs):
            raise KeyboardInterrupt

    kwargs = {**SMALL, "max_epochs": 4, "callbacks": [Stop()]}
    sampler = AttGANSampler(graphs=CHAIN, gamma=1.0, pretrain_epochs=2, **kwargs).fit(*data)
    assert not sampler.module_.generator.attention_on


def test_attention_moves_only_genes_of_the_graph(data):
    sampler = AttGANSampler(graphs=CHAIN, gamma=1.0, **SMALL).fit(*data)
    module = sampler.module_
    rows = torch.randn(4, 6, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        moved = (module.generator.attend(rows) != rows).any(dim=0)
    assert moved.tolist() == [True] * 5 + [False]


# -- read-out -------------------------------------------------------------------------------------------------


def test_attention_table(data):
    sampler = AttGANSampler(graphs=[CHAIN, "random"], coexpression_threshold=0.1, **SMALL).fit(*data)
    table = sampler.attention(20, n_shuffles=3)
    assert table.columns.tolist() == ["graph", "label", "target", "source", "attention", "null", "null_std"]
    first = table[table["graph"] == 0]
    assert len(first) == 2 * 2 * 3  # classes, directions, edges
    assert set(map(tuple, first[["target", "source"]].to_numpy())) == {
        (a, b) for pair in (("G0", "G1"), ("G1", "G2"), ("G3", "G4")) for a, b in (pair, pair[::-1])
    }
    assert table["attention"].between(0, 1).all()
    assert (first.groupby(["label", "target"])["attention"].sum() < 1).all()  # the gene itself has the rest
    assert table.equals(sampler.attention(20, n_shuffles=3))
    assert not table.equals(sampler.attention(20, n_shuffles=3, random_state=1))
    with pytest.raises(ValueError, match="n_shuffles must be"):
        sampler.attention(20, n_shuffles=0)


def test_the_lesion_has_its_edges_in_the_same_rows(data):
    graph = CHAIN.align(GENES)
    lesion = graph.permuted(1)
    tables = [AttGANSampler(graphs=g, **SMALL).fit(*data).attention(5, n_shuffles=1) for g in (graph, lesion)]
    new_name = dict(zip(graph.genes, lesion.genes, strict=True))
    assert tables[0]["target"].map(new_name).tolist() == tables[1]["target"].tolist()
    assert tables[0]["source"].map(new_name).tolist() == tables[1]["source"].tolist()
