"""The samplers under the common contract: one line each, with settings that train in a second."""

from sklearn_txaug.over_sampling import AttGANSampler, GANSampler, GaussianSampler, VAESampler, WGANGPSampler

SMALL_GAN = {"generator_hidden_layer_sizes": (16,), "critic_hidden_layer_sizes": (64, 64), "latent_dim": 4}

SAMPLERS = [
    GaussianSampler(random_state=0),
    VAESampler(random_state=0, max_epochs=2, hidden_layer_sizes=(16,), latent_dim=4, device="cpu"),
    GANSampler(random_state=0, max_epochs=2, device="cpu", **SMALL_GAN),
    WGANGPSampler(random_state=0, max_epochs=2, n_critic=2, device="cpu", **SMALL_GAN),
    AttGANSampler(
        random_state=0, max_epochs=2, n_critic=2, coexpression_threshold=0.01, device="cpu", **SMALL_GAN
    ),
]
