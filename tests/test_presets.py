"""Published settings: valid, and of the published size."""

import numpy as np
import pytest
import torch
from sklearn.base import clone

from sklearn_txaug import neural_network, over_sampling, presets
from sklearn_txaug._nn.loader import n_batches

PRESETS = {
    f"{paper}-{name}": (name, parameters)
    for paper in dir(presets)
    if paper.isupper() and not paper.startswith("_")
    for name, parameters in getattr(presets, paper).items()
}


@pytest.mark.parametrize(("name", "parameters"), PRESETS.values(), ids=PRESETS)
def test_presets_are_parameters(name, parameters):
    module = neural_network if name.startswith("MLP") else over_sampling
    clone(getattr(module, name)(**parameters))._validate_params()


@pytest.mark.parametrize(
    ("preset", "n_genes", "n_classes", "generator", "critic"),
    [
        (presets.LACAN2026_GTEX, 974, 26, 8_659_290, 10_524_265),
        (presets.LACAN2026_TCGA, 978, 24, 17_201_762, 4_737_377),
    ],
    ids=["GTEx", "TCGA"],
)
def test_parameter_counts_of_the_wgan_gp(preset, n_genes, n_classes, generator, critic):
    module = over_sampling.WGANGPSampler(**preset["WGANGPSampler"])._make_module(n_genes, n_classes)
    assert sum(np.prod(p.shape) for p in module.generator.parameters()) == generator
    assert sum(np.prod(p.shape) for p in module.critic.parameters()) == critic


@pytest.mark.parametrize(
    ("sampler", "preset", "n_genes", "n_classes", "n_parameters"),
    [
        ("VAESampler", presets.LACAN2026_GTEX, 974, 26, 134_842_626),
        ("VAESampler", presets.LACAN2026_TCGA, 978, 24, 45_820_674),
        ("GMDASampler", presets.LACAN2024_GTEX, 974, 26, 3_214_138),
        ("GMDASampler", presets.LACAN2024_TCGA, 978, 24, 2_684_290),
        ("DDPMSampler", presets.LACAN2026_GTEX, 974, 20, 227_109_786),
        ("DDIMSampler", presets.LACAN2026_GTEX, 974, 20, 227_109_786),
    ],
)
def test_parameter_counts(sampler, preset, n_genes, n_classes, n_parameters):
    with torch.device("meta"):
        module = getattr(over_sampling, sampler)(**preset[sampler])._make_module(n_genes, n_classes)
    assert sum(p.numel() for p in module.parameters()) == n_parameters


@pytest.mark.parametrize(
    ("preset", "n_landmarks", "n_targets", "n_parameters"),
    [
        (presets.LACAN2026_GTEX, 974, 18_000, 85_250_640),
        (presets.CHEN2016_GTEX, 943, 4760, 132_349_760),
    ],
)
def test_parameter_counts_of_the_reconstruction(preset, n_landmarks, n_targets, n_parameters):
    with torch.device("meta"):
        network = neural_network.MLPNetRegressor(**preset["MLPNetRegressor"])
        module = network._make_module(n_landmarks, n_targets, torch.nn.MSELoss())
    assert sum(p.numel() for p in module.parameters()) == n_parameters


def test_posterior_heads_start_as_two_layers():
    """Xavier's bound is that of a head, of 128 outputs, and not that of both together."""
    module = over_sampling.VAESampler(**{**presets.LACAN2026_TCGA["VAESampler"], "hidden_layer_sizes": (64,)})
    weights = module._make_module(20, 3).posterior.weight
    n_in = 64 + 2 * 3
    for head in weights.chunk(2):
        assert head.abs().max().item() == pytest.approx((6 / (n_in + 128)) ** 0.5, rel=0.01)


@pytest.mark.parametrize("name", ["DIABETES", "GESTURE", "MINIBOONE", "WILT"])
def test_tabddpm_takes_30_000_steps_and_visits_each_in_sampling(name):
    n_rows = {"DIABETES": 491, "GESTURE": 6318, "MINIBOONE": 83_240, "WILT": 3096}[name]
    parameters = getattr(presets, f"KOTELNIKOV2023_{name}")["TabDDPMSampler"]
    assert n_batches(n_rows, parameters["batch_size"]) * parameters["max_epochs"] == 30_000
    assert parameters["n_sampling_steps"] == parameters["n_diffusion_steps"]
