"""Lacan, Sebag, Hanczar, Bioinformatics 2023: GAN, WGAN-GP and AttGAN."""

from __future__ import annotations

from typing import Any

import torch

# The main text of Lacan 2023 gives epochs and optimiser; its supplement with widths, learning rates and batch sizes
# was not found. Entries marked "ours" stand in for them.
_PLAYERS_LACAN2023: dict[str, Any] = {
    "generator_hidden_layer_sizes": (256, 512, 1024),  # ours
    "critic_hidden_layer_sizes": (512, 256),  # ours
    "latent_dim": 128,  # ours
    "generator_norm": "batch",
    "critic_norm": "none",
    "lr": 5e-4,  # the default of the code that was found
    "critic_lr": 5e-4,
    "max_epochs": 800,
    "ema_decay": None,
    "quantile_mapping": False,
    "net_params": {"optimizer": torch.optim.Adam, "optimizer__betas": (0.9, 0.99)},
}
_WGANGP_LACAN2023 = {**_PLAYERS_LACAN2023, "gradient_penalty": 10.0, "n_critic": 5}

#: Lacan, Sebag, Hanczar, Bioinformatics 2023; TCGA, 20,531 genes, 24 tissues. The study also conditions on age,
#: sex and tumour or normal: ``fit(X, y, covariates=samples[["age", "sex", "cancer"]])`` with the ``samples`` of
#: `fetch_tcga`. It does not say how it codes them: here numbers are standardised, and each category has a learned
#: vector beside its one-hot code. Its protein graph comes from a database that it does not name: set
#: ``graphs=[graph, "coexpression"]`` with a graph of your own; its co-expression graph has the threshold here.
LACAN2023_TCGA: dict[str, dict[str, Any]] = {
    "GANSampler": {**_PLAYERS_LACAN2023, "n_critic": 1},
    "WGANGPSampler": _WGANGP_LACAN2023,
    "AttGANSampler": {
        **_WGANGP_LACAN2023,
        "graphs": "coexpression",
        "coexpression_threshold": 0.9,
        "gamma": "learned",  # a fixed gamma was tried too; its value and the initial learned value were not found
        "pretrain_epochs": 0.5,  # ours; pre-trained and not pre-trained models were compared
    },
}
