"""TVAE, CTGAN and TabDDPM: the modes of a gene, their shares in each class, tails, published settings."""

import numpy as np
import pytest
import torch
from sklearn.base import clone
from sklearn.mixture import BayesianGaussianMixture

from sklearn_txaug import presets
from sklearn_txaug.over_sampling import CTGANSampler, TabDDPMSampler, TVAESampler
from sklearn_txaug.over_sampling._ctgan import LogFrequencyLoader
from sklearn_txaug.over_sampling._modes import Mixtures, ModeEncoding, fit_mixtures
from sklearn_txaug.over_sampling._tabddpm import NormalQuantiles

SMALL = {"random_state": 0, "device": "cpu", "batch_size": 64, "quantile_mapping": False}
SMALL_GAN = {"generator_hidden_layer_sizes": (32,), "critic_hidden_layer_sizes": (64,), "latent_dim": 8}
SAMPLERS = [
    TVAESampler(
        hidden_layer_sizes=(32,), latent_dim=8, reconstruction_weight=2, lr=3e-3, max_epochs=40, **SMALL
    ),
    CTGANSampler(**SMALL_GAN, lr=1e-3, max_epochs=25, **SMALL),
    TabDDPMSampler(
        hidden_layer_sizes=(64,), dropout=0.0, lr=5e-3, max_epochs=40, n_sampling_steps=20, **SMALL
    ),
]
SHARES = [0.2, 0.6]  # of the high mode, in each class


@pytest.fixture(scope="module")
def data():
    """Three genes of which the first has two modes."""
    rng = np.random.default_rng(0)
    y = np.arange(1000) % 2
    X = rng.multivariate_normal(np.zeros(3), np.eye(3) * 0.3 + 0.7, size=1000)
    X[:, 0] = np.where(rng.random(1000) < np.take(SHARES, y), 8, 2) + 0.5 * rng.normal(size=1000)
    return X, y


@pytest.fixture(scope="module", params=SAMPLERS, ids=lambda s: type(s).__name__)
def fitted(request, data):
    return clone(request.param).fit(*data)


def test_both_modes_of_a_gene_with_their_shares_in_each_class(fitted):
    X_new, y_new = fitted.sample(4000)
    for c in (0, 1):
        gene = X_new[y_new == c, 0]
        assert np.mean(gene > 5) == pytest.approx(SHARES[c], abs=0.12)
        for part, centre in ((gene[gene > 5], 8), (gene[gene <= 5], 2)):
            assert np.mean(part) == pytest.approx(centre, abs=0.4)
        assert np.mean(np.abs(gene - 5) < 1) < 0.1  # hardly anything between them


def test_tails_are_neither_cut_nor_piled_up(fitted, data):
    X_new = fitted.sample(5000)[0]
    for real, gene in zip(data[0].T, X_new.T, strict=True):
        assert len(np.unique(gene)) > 0.99 * len(gene)
        for edge in (real.min(), real.max()):
            assert np.mean(np.abs(gene - edge) < 0.02 * real.std()) < 0.01
        assert gene.min() < np.quantile(real, 0.02)
        assert gene.max() > np.quantile(real, 0.98)


def test_loss_falls(fitted, data):
    # The critic's estimates minus the distance and settles as players agree
    if isinstance(fitted, CTGANSampler):
        assert np.isfinite(fitted.history_[:, ("train_loss", "train_generator_loss")]).all()
        return
    settings = {"preconditioning": "none"} if isinstance(fitted, TabDDPMSampler) else {}
    losses = clone(fitted).set_params(max_epochs=8, **settings).fit(*data).history_[:, "train_loss"]
    assert losses[-1] < 0.9 * losses[0]


def test_path_from_class_to_class(fitted):
    rows, weights = fitted.interpolate(0, 1, (0, 0.5, 1), n_samples=500)
    high = [np.mean(rows[weights == w, 0] > 5) for w in (0, 0.5, 1)]
    assert high[0] == pytest.approx(SHARES[0], abs=0.15)
    assert high[2] == pytest.approx(SHARES[1], abs=0.15)
    assert high[0] < high[1] + 0.05 < high[2] + 0.1


@pytest.mark.parametrize("sampler", [SAMPLERS[0], SAMPLERS[2]], ids=lambda s: type(s).__name__)
def test_correlated_genes(sampler):
    rng = np.random.default_rng(0)
    y = np.arange(1000) % 2
    factors = rng.normal(size=(6, 2))
    X = rng.normal(size=(1000, 2)) @ factors.T + 0.4 * rng.normal(size=(1000, 6)) + y[:, None]
    X_new, y_new = clone(sampler).fit(X, y).sample(4000)
    for c in (0, 1):
        rows, real = X_new[y_new == c], X[y == c]
        np.testing.assert_allclose(rows.mean(axis=0), real.mean(axis=0), atol=0.3)
        np.testing.assert_allclose(rows.std(axis=0) / real.std(axis=0), 1, atol=0.25)
        assert np.abs(np.corrcoef(rows.T) - np.corrcoef(real.T)).mean() < 0.2


# -- modes ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [200, 1500], ids=["each row", "grouped rows"])
def test_mixtures_are_those_of_scikit_learn(n):
    rng = np.random.default_rng(0)
    gene = np.where(rng.random(n) < 0.3, -3, 3) + 0.7 * rng.normal(size=n)
    mixtures = fit_mixtures(gene[:, None])
    oracle = BayesianGaussianMixture(
        n_components=2,
        weight_concentration_prior_type="dirichlet_distribution",
        weight_concentration_prior=1,
        tol=1e-8,
        max_iter=1000,
        random_state=0,
    ).fit(gene[:, None])
    order = np.argsort(-oracle.weights_)
    assert mixtures.n_active.tolist() == [2]
    np.testing.assert_allclose(mixtures.weights[0, :2], oracle.weights_[order], atol=1e-2)
    np.testing.assert_allclose(mixtures.means[0, :2], oracle.means_[order, 0], atol=1e-2)
    np.testing.assert_allclose(mixtures.stds[0, :2], np.sqrt(oracle.covariances_[order, 0, 0]), atol=1e-2)


def test_mixtures_of_difficult_genes():
    rng = np.random.default_rng(0)
    genes = {
        "normal": rng.normal(5, 3, 600),
        "constant": np.full(600, 1.5),
        "binary": (rng.random(600) < 0.3).astype(float),
        "three modes": 6 * rng.integers(3, size=600) + rng.normal(size=600),
        "heavy tails": rng.standard_cauchy(600),
    }
    mixtures = fit_mixtures(np.column_stack(list(genes.values())))
    assert mixtures.n_active[:4].tolist() == [1, 1, 2, 3]
    assert mixtures.n_active[4] <= 10
    np.testing.assert_allclose(mixtures.weights.sum(axis=1), 1)
    assert all(np.isfinite(a).all() for a in (mixtures.means, mixtures.stds))
    assert fit_mixtures(np.column_stack(list(genes.values())), 1).n_active.tolist() == [1] * 5
    assert fit_mixtures(rng.normal(size=(2, 3))).n_active.min() >= 1


def test_rare_modes_are_left_out():
    gene = np.r_[np.random.default_rng(0).normal(size=996), 40, 41, 42, 43]
    assert fit_mixtures(gene[:, None]).n_active.tolist() == [1]
    assert fit_mixtures(gene[:, None], min_weight=0.0).n_active[0] > 1


def test_modes_that_overlap_are_one():
    rng = np.random.default_rng(0)
    genes = np.column_stack([rng.exponential(size=600), rng.normal(size=600) * np.repeat([1, 3], 300)])
    assert fit_mixtures(genes).n_active.tolist() == [1, 1]


def test_encoding_is_exact_and_not_padded():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 4))
    X[:100, 1] += 9
    X[:, 3] += 9 * rng.integers(3, size=300)
    mixtures = fit_mixtures(X)
    encoding = ModeEncoding(mixtures)
    assert mixtures.n_active.tolist() == [1, 2, 1, 3]
    assert encoding.width == 4 + 2 + 3
    x = torch.from_numpy(X).float()
    encoded = encoding.encode(x)
    assert encoded.shape == (300, 9)
    assert encoded[:, 4:].sum() == 600
    assert encoded[:, :4].abs().max() < 1.5
    torch.testing.assert_close(encoding.decode(encoded), x, rtol=1e-5, atol=1e-5)
    logits = torch.cat([encoded[:, :4], 1e3 * encoded[:, 4:]], dim=1)
    torch.testing.assert_close(
        encoding.draw(logits, torch.Generator().manual_seed(0)), x, rtol=1e-5, atol=1e-5
    )


def test_modes_are_drawn_by_their_probability():
    mixtures = Mixtures(np.array([[0.75, 0.25]]), np.array([[0.0, 5]]), np.ones((1, 2)))
    encoding = ModeEncoding(mixtures)
    logits = torch.tensor([[0.0, np.log(0.75), np.log(0.25)]]).expand(4000, 3)
    rows = encoding.draw(logits, torch.Generator().manual_seed(0))
    assert (rows == 0).float().mean().item() == pytest.approx(0.75, abs=0.03)


# -- CTGAN ----------------------------------------------------------------------------------------------------


def test_packs():
    sampler = CTGANSampler(**SMALL_GAN, pac=4, max_epochs=1, **SMALL).fit(
        np.eye(6) + np.arange(6), [0, 1] * 3
    )
    module = sampler.module_
    rows = torch.arange(6.0)[:, None]
    packs = module.packs(rows, torch.zeros(6, 0))
    assert packs.tolist() == [[0, 1, 2, 3], [4, 5, 0, 1]]  # the first rows fill up the last pack


def test_rare_classes_are_shown_more_often():
    y = torch.repeat_interleave(torch.arange(3), torch.tensor([899, 100, 1]))
    dataset = torch.utils.data.TensorDataset(torch.zeros(1000, 1), y)
    loader = LogFrequencyLoader(dataset, 100, rng=torch.Generator().manual_seed(0))
    shown = torch.cat([labels for _ in range(20) for _, labels in loader]).bincount() / 20_000
    expected = np.log1p([899, 100, 1])
    np.testing.assert_allclose(shown, expected / expected.sum(), atol=0.02)


def test_the_generator_starts_from_the_classes(data):
    X, y = data
    settings = {
        **SMALL_GAN,
        **SMALL,
        "max_epochs": 1,
        "lr": 1e-12,
        "ema_decay": None,
        "generator_norm": "layer",
    }
    X_new, y_new = CTGANSampler(**settings).fit(X, y).sample(4000)
    for c in (0, 1):
        np.testing.assert_allclose(X_new[y_new == c].mean(axis=0), X[y == c].mean(axis=0), atol=0.2)
        assert np.mean(X_new[y_new == c, 0] > 5) == pytest.approx(SHARES[c], abs=0.05)


# -- TabDDPM --------------------------------------------------------------------------------------------------


def test_normal_quantiles():
    rng = np.random.default_rng(0)
    X = np.column_stack([rng.exponential(size=500), rng.normal(size=500), np.full(500, 3.0)])
    X[:250, 1] = 0  # as genes that are not expressed
    scaler = NormalQuantiles().fit(X)
    Z = scaler.transform(X)
    np.testing.assert_allclose(scaler.inverse_transform(Z), X, atol=1e-9)
    assert abs(Z[:, 0].mean()) < 0.02
    assert Z[:, 0].std() == pytest.approx(1, abs=0.05)
    assert np.abs(Z).max() < 6
    beyond = np.array([[20.0, 5, 3]])
    np.testing.assert_allclose(scaler.inverse_transform(scaler.transform(beyond)), beyond)


@pytest.mark.parametrize("n_steps", [100, 1000])
def test_time_angles_are_the_published_ones(n_steps):
    embeddings = pytest.importorskip("diffusers.models.embeddings")
    module = TabDDPMSampler(n_diffusion_steps=n_steps, n_sampling_steps=10)._make_module(3, 2)
    steps = torch.tensor([0, 1, 57, n_steps - 1])
    seen = []
    del module.network.time
    module.network.time = lambda angles: seen.append(angles) or torch.zeros(len(angles), 128)
    module.predict_noise(torch.zeros(4, 3), steps, module.condition(torch.zeros(4, dtype=torch.long)))
    expected = embeddings.get_timestep_embedding(steps, 128, flip_sin_to_cos=True, downscale_freq_shift=0)
    torch.testing.assert_close(seen[0], expected, rtol=0, atol=1e-3)


# -- published settings ---------------------------------------------------------------------------------------


def test_parameter_counts_of_the_published_networks():
    modes = Mixtures(np.array([[0.5, 0.5], [1.0, 0]]), np.zeros((2, 2)), np.ones((2, 2)))  # 4 columns
    networks = {}
    for sampler in (
        TVAESampler(**presets.XU2019["TVAESampler"]),
        CTGANSampler(**presets.XU2019["CTGANSampler"]),
    ):
        sampler.modes_ = modes
        networks[type(sampler)] = sampler._make_module(2, 3)
    generator, critic = networks[CTGANSampler].generator, networks[CTGANSampler].critic
    n_in = 128 + 3
    expected = (n_in * 256 + 256) + ((n_in + 256) * 256 + 256) + 4 * 256 + (n_in + 512) * 4 + 4
    assert sum(p.numel() for p in generator.parameters()) == expected
    expected = (10 * 7 * 256 + 256) + (256 * 256 + 256) + 257
    assert sum(p.numel() for p in critic.parameters()) == expected
    assert networks[TVAESampler].latent_dim == 128
