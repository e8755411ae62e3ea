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
    "scaler": MaxAbsScaler(),
    "net_params": {"optimizer": torch.optim.Adam},
}
_DIFFUSION_LACAN2026_GTEX = {**_DIFFUSION_LACAN2026, "hidden_layer_sizes": (8192, 8192), "lr": 4.784e-4}
_DIFFUSION_LACAN2026_TCGA = {**_DIFFUSION_LACAN2026, "hidden_layer_sizes": (4096, 4096), "lr": 1.4155e-3}

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
}

# The main text of Lacan 2023 gives epochs and optimiser; its supplement with widths, learning rates and batch sizes
# was not found. Entries marked "ours" stand in for them.
_PLAYERS_LACAN2023: dict[str, Any] = {
    "generator_hidden_layer_sizes": (256, 512, 1024),  # ours
    "critic_hidden_layer_sizes": (512, 256),  # ours
    "latent_dim": 128,  # ours
    "generator_norm": "batch",
    "critic_norm": "none",
    "lr": 5e-4,  # the default of the code that was found
    "max_epochs": 800,
    "ema_decay": None,
    "net_params": {"optimizer": torch.optim.Adam, "optimizer__betas": (0.9, 0.99)},
}
_WGANGP_LACAN2023 = {**_PLAYERS_LACAN2023, "gradient_penalty": 10.0, "n_critic": 5}

#: Lacan, Sebag, Hanczar, Bioinformatics 2023; TCGA, 20,531 genes, 24 tissues. The study also conditions on age,
#: sex and tumour or normal. Its protein graph comes from a database that it does not name: set
#: ``graphs=[graph, "coexpression"]`` with a graph of your own; its co-expression graph has the threshold here.
LACAN2023_TCGA: dict[str, dict[str, Any]] = {
    "GANSampler": {**_PLAYERS_LACAN2023, "n_critic": 1},
    "WGANGPSampler": _WGANGP_LACAN2023,
    "AttGANSampler": {
        **_WGANGP_LACAN2023,
        "graphs": "coexpression",
        "coexpression_threshold": 0.9,
        "gamma": "learned",  # a fixed one was tried too; its value and the start of the learned one were not found
        "pretrain_epochs": 0.5,  # ours; pre-trained and not pre-trained models were compared
    },
}
