"""Tabular generators: CTGAN, TVAE and TabDDPM."""

from __future__ import annotations

from typing import Any

import torch
from sklearn.preprocessing import QuantileTransformer

_XU2019: dict[str, Any] = {
    "latent_dim": 128,
    "n_modes": 10,
    "batch_size": 500,
    "max_epochs": 300,
    "ema_decay": None,
    "quantile_mapping": False,
}

#: Xu, Skoularidou, Cuesta-Infante, Veeramachaneni 2019 (CTGAN, TVAE); any table. The papers that compare them with
#: generators of expression train them for 5,000 to 30,000 epochs. Two things of the published CTGAN are not here. The
#: label is the condition alone, where the published generator also makes it, and a cross-entropy pulls it to the
#: condition, which is one categorical column at a time. Modes of a gene that overlap are one.
XU2019: dict[str, dict[str, Any]] = {
    "CTGANSampler": {
        **_XU2019,
        "generator_hidden_layer_sizes": (256, 256),
        "critic_hidden_layer_sizes": (256, 256),
        "generator_norm": "batch",
        "critic_dropout": 0.5,
        "pac": 10,
        "temperature": 0.2,
        "gradient_penalty": 10.0,
        "n_critic": 1,
        "preconditioning": "none",
        "lr": 2e-4,
        "net_params": {
            "optimizer": torch.optim.Adam,
            "optimizer__betas": (0.5, 0.9),
            "optimizer__weight_decay": 1e-6,
        },
    },
    "TVAESampler": {
        **_XU2019,
        "hidden_layer_sizes": (128, 128),
        "reconstruction_weight": 2.0,
        "category_weight": 2.0,
        "lr_schedule": "constant",
        "lr": 1e-3,
        "net_params": {"optimizer": torch.optim.Adam, "optimizer__weight_decay": 1e-5},
    },
}


def _tabddpm(
    hidden: tuple[int, ...], n_steps: int, batch_size: int, max_epochs: int, lr: float
) -> dict[str, Any]:
    """Return the settings of one data set; `max_epochs` are 30,000 steps on its training rows."""
    return {
        "hidden_layer_sizes": hidden,
        "dropout": 0.0,
        "preconditioning": "none",
        "n_components": None,
        "label_dropout": 0.0,
        "schedule": "cosine",
        "n_diffusion_steps": n_steps,
        "n_sampling_steps": n_steps,
        "eta": 1.0,
        "lr": lr,
        "lr_schedule": "linear",
        "batch_size": batch_size,
        "max_epochs": max_epochs,
        "ema_decay": None,
        "quantile_mapping": False,
        "scaler": QuantileTransformer(output_distribution="normal"),
        "net_params": {"optimizer": torch.optim.AdamW, "optimizer__weight_decay": 0.0},
    }


# Widths, steps, rates and batches are the released ones, chosen for the scores of CatBoost. The variance of a step of
# sampling is that of the posterior here and beta there; the output layer starts at zero here.

#: Kotelnikov, Baranchuk, Rubachev, Babenko 2023 (TabDDPM); Diabetes, 491 training rows.
KOTELNIKOV2023_DIABETES: dict[str, dict[str, Any]] = {
    "TabDDPMSampler": _tabddpm((128, 512), 1000, 4096, 30_000, 1.1511e-5)
}

#: The same paper; Gesture phase, 6,318 training rows.
KOTELNIKOV2023_GESTURE: dict[str, dict[str, Any]] = {
    "TabDDPMSampler": _tabddpm((128, 512, 512, 1024), 1000, 4096, 15_000, 2.8056e-3)
}

#: The same paper; MiniBooNE, 83,240 training rows.
KOTELNIKOV2023_MINIBOONE: dict[str, dict[str, Any]] = {
    "TabDDPMSampler": _tabddpm((512, 1024, 1024, 1024), 1000, 4096, 1500, 2.3518e-3)
}

#: The same paper; Wilt, 3,096 training rows.
KOTELNIKOV2023_WILT: dict[str, dict[str, Any]] = {
    "TabDDPMSampler": _tabddpm((1024, 512, 512, 512, 512, 512, 512, 128), 100, 256, 2500, 1.0707e-4)
}
