"""The samplers under the common contract: one line each, with settings that train in a second."""

import numpy as np
from sklearn.datasets import make_classification

from sklearn_txaug.model_selection import SelectiveSampler
from sklearn_txaug.over_sampling import (
    AttGANSampler,
    CopulaSampler,
    CTGANSampler,
    DDIMSampler,
    DDPMSampler,
    FlowMatchingSampler,
    FrozenSampler,
    GANSampler,
    GaussianSampler,
    GMDASampler,
    LandmarkSampler,
    LatentSampler,
    PrivateCopulaSampler,
    PrivateGaussianSampler,
    TabDDPMSampler,
    TransferFlowSampler,
    TVAESampler,
    VAESampler,
    WGANGPSampler,
)
from sklearn_txaug.priors import ExpressionFlow

SMALL_GAN = {"generator_hidden_layer_sizes": (16,), "critic_hidden_layer_sizes": (64, 64), "latent_dim": 4}

SMALL_DENOISER = {"hidden_layer_sizes": (16,), "n_sampling_steps": 4, "n_components": 6, "device": "cpu"}

SAMPLERS = [
    GaussianSampler(random_state=0),
    CopulaSampler(random_state=0),
    PrivateGaussianSampler(epsilon=1e6, noise_seed=0, random_state=0),  # so that it learns from few rows
    PrivateCopulaSampler(epsilon=1e6, feature_range=(-8, 8), noise_seed=0, random_state=0),
    LatentSampler(sampler=GaussianSampler(), random_state=0),
    LandmarkSampler(sampler=GaussianSampler(), landmarks=[0], random_state=0),
    FrozenSampler(random_state=0),  # trains a GaussianSampler, as nothing trained fits every check
    TransferFlowSampler(  # trains its flow on the given rows, as no reference fits every check
        ExpressionFlow(max_epochs=1, batch_size=2500, hidden_layer_sizes=(16,), device="cpu"),
        n_sampling_steps=4,
        random_state=0,
    ),
    SelectiveSampler(
        candidates=[GaussianSampler(), CopulaSampler()],
        n_synthetic=None,
        rule="always",
        cv=2,
        n_repeats=1,
        random_state=0,
    ),
    VAESampler(random_state=0, max_epochs=2, hidden_layer_sizes=(16,), latent_dim=4, device="cpu"),
    DDPMSampler(random_state=0, max_epochs=2, **SMALL_DENOISER),
    DDIMSampler(random_state=0, max_epochs=2, **SMALL_DENOISER),
    FlowMatchingSampler(random_state=0, max_epochs=2, **SMALL_DENOISER),
    TabDDPMSampler(random_state=0, max_epochs=2, **SMALL_DENOISER),
    TVAESampler(random_state=0, max_epochs=2, hidden_layer_sizes=(16,), latent_dim=4, device="cpu"),
    CTGANSampler(random_state=0, max_epochs=2, device="cpu", **SMALL_GAN),
    GMDASampler(random_state=0, max_epochs=2, hidden_layer_sizes=(16,), n_components=6, device="cpu"),
    GANSampler(random_state=0, max_epochs=2, device="cpu", **SMALL_GAN),
    WGANGPSampler(random_state=0, max_epochs=2, n_critic=2, device="cpu", **SMALL_GAN),
    AttGANSampler(
        random_state=0, max_epochs=2, n_critic=2, coexpression_threshold=0.01, device="cpu", **SMALL_GAN
    ),
]


def three_classes():
    """Return 90 rows of 8 columns and their labels, of three classes of unequal sizes."""
    X, y = make_classification(
        90, 8, n_informative=6, n_classes=3, weights=[0.6, 0.3, 0.1], n_clusters_per_class=1, random_state=0
    )
    return X, np.array(["brain", "kidney", "liver"])[y]
