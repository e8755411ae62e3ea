"""Published hyper-parameters: one dict for each paper and data set, keyed by sampler.

They were chosen for the cohorts named, with thousands of rows, and for training times of up to hours on a
GPU; the samplers' own defaults suit smaller cohorts.

Examples
--------
>>> from sklearn_txaug import presets
>>> from sklearn_txaug.over_sampling import WGANGPSampler
>>> WGANGPSampler(**presets.LACAN2026_GTEX["WGANGPSampler"]).generator_hidden_layer_sizes
(128, 1024, 4096)
"""

from __future__ import annotations

from typing import Any

import torch

_WGANGP_LACAN2026: dict[str, Any] = {
    "latent_dim": 32,
    "generator_norm": "batch",
    "critic_norm": "none",
    "conditioning": "paper",
    "gradient_penalty": 10.0,
    "n_critic": 5,
    "max_epochs": 1000,
    "ema_decay": None,
    "net_params": {"optimizer": torch.optim.RMSprop},
}

_VAE_LACAN2026: dict[str, Any] = {
    "latent_dim": 128,
    "norm": "batch",
    "conditioning": "paper",
    "reduction": "mean",
    "beta": 1.0,
    "learned_prior": False,
    "lr_schedule": "constant",
    "max_epochs": 1000,
    "ema_decay": None,
    "net_params": {"optimizer": torch.optim.Adam},
}

#: Lacan, Andre, Sebag, Hanczar, BMC Bioinformatics 2026; GTEx v8, 974 landmark genes, 26 tissues.
LACAN2026_GTEX: dict[str, dict[str, Any]] = {
    "WGANGPSampler": {
        **_WGANGP_LACAN2026,
        "generator_hidden_layer_sizes": (128, 1024, 4096),
        "critic_hidden_layer_sizes": (8192, 256),
        "batch_size": 1024,
        "lr": 2.2051e-3,
        "critic_lr": 5.820e-4,
    },
    "VAESampler": {
        **_VAE_LACAN2026,
        "hidden_layer_sizes": (8192, 4096, 4096, 2048),
        "batch_size": 256,
        "lr": 7.848e-4,
    },
}

#: The same paper; TCGA, 978 landmark genes, 24 tissues.
LACAN2026_TCGA: dict[str, dict[str, Any]] = {
    "WGANGPSampler": {
        **_WGANGP_LACAN2026,
        "generator_hidden_layer_sizes": (256, 1024, 8192),
        "critic_hidden_layer_sizes": (4096, 128),
        "batch_size": 64,
        "lr": 2.7546e-4,
        "critic_lr": 1.2370e-4,
    },
    "VAESampler": {
        **_VAE_LACAN2026,
        "hidden_layer_sizes": (2048, 8192, 256, 4096),
        "batch_size": 2048,
        "lr": 1.1107e-3,
    },
}
