"""Lacan, Andre, Sebag, Hanczar, BMC Bioinformatics 2026: VAE, WGAN-GP, DDPM and DDIM, and the reconstruction."""

from __future__ import annotations

from typing import Any

import torch
from sklearn.preprocessing import MaxAbsScaler

_WGANGP_LACAN2026: dict[str, Any] = {
    "latent_dim": 32,
    "generator_norm": "batch",
    "critic_norm": "none",
    "conditioning": "paper",
    "gradient_penalty": 10.0,
    "n_critic": 5,
    "max_epochs": 1000,
    "ema_decay": None,
    "quantile_mapping": False,
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
    "quantile_mapping": False,
    "net_params": {"optimizer": torch.optim.Adam},
}

_DIFFUSION_LACAN2026: dict[str, Any] = {
    "network": "paper",
    "dropout": 0.1,
    "conditioning": "paper",
    "preconditioning": "none",
    "n_components": None,
    "label_dropout": 0.0,
    "n_sampling_steps": 1000,
    "n_diffusion_steps": 1000,
    "schedule": "quadratic",
    "lr_schedule": "onecycle",
    "batch_size": 2048,
    "max_epochs": 15_000,
    "ema_decay": 0.999,
    "quantile_mapping": False,
    "scaler": MaxAbsScaler(),
    "net_params": {"optimizer": torch.optim.Adam},
}
_DIFFUSION_LACAN2026_GTEX = {**_DIFFUSION_LACAN2026, "hidden_layer_sizes": (8192, 8192), "lr": 4.784e-4}
_DIFFUSION_LACAN2026_TCGA = {**_DIFFUSION_LACAN2026, "hidden_layer_sizes": (4096, 4096), "lr": 1.4155e-3}

# The reconstruction from landmark genes. These are the defaults of its search; the values used were not found.
_RECONSTRUCTION_LACAN2026: dict[str, Any] = {
    "hidden_layer_sizes": (1024, 2048, 4096),
    "norm": "batch",
    "dropout": 0.5,
    "lr": 1e-3,
    "batch_size": 2048,
    "max_epochs": 250,
    "early_stopping": True,
    "patience": 25,
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
    "DDPMSampler": _DIFFUSION_LACAN2026_GTEX,
    "DDIMSampler": _DIFFUSION_LACAN2026_GTEX,
    "MLPNetRegressor": _RECONSTRUCTION_LACAN2026,
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
    "DDPMSampler": _DIFFUSION_LACAN2026_TCGA,
    "DDIMSampler": _DIFFUSION_LACAN2026_TCGA,
    "MLPNetRegressor": _RECONSTRUCTION_LACAN2026,
}
