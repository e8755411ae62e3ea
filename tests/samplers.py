"""The samplers under the common contract: one line each, with settings that train in a second."""

from sklearn_txaug.over_sampling import GaussianSampler, VAESampler, WGANGPSampler

SMALL_GAN = {"generator_hidden_layer_sizes": (16,), "critic_hidden_layer_sizes": (16,), "latent_dim": 4}

SAMPLERS = [
    GaussianSampler(random_state=0),
    VAESampler(random_state=0, max_epochs=2, hidden_layer_sizes=(16,), latent_dim=4, device="cpu"),
    WGANGPSampler(random_state=0, max_epochs=2, n_critic=1, device="cpu", **SMALL_GAN),
]
