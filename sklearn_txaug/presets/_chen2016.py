"""Chen et al., Bioinformatics 2016 (D-GEX): all genes from landmark genes."""

from __future__ import annotations

from typing import Any

import torch

# The published learning rate falls by a tenth whenever the training error rises, and upper layers have three times
# the rate; both are omitted. The rate for three layers is that for two, and the number of epochs was not found.
_DGEX: dict[str, Any] = {
    "activation": "tanh",
    "lr": 3e-4,
    "batch_size": 200,
    "max_epochs": 200,
    "net_params": {"optimizer": torch.optim.SGD, "optimizer__momentum": 0.5},
}

#: Chen, Li, Narayan, Subramanian, Xie, Bioinformatics 2016 (D-GEX), from 943 landmark genes to 9,520 others; the
#: best network on the profiles of GEO.
CHEN2016_GEO: dict[str, dict[str, Any]] = {
    "MLPNetRegressor": {**_DGEX, "hidden_layer_sizes": (9000, 9000, 9000), "dropout": 0.1}
}

#: The same paper; the best network on GTEx, which it was not trained on.
CHEN2016_GTEX: dict[str, dict[str, Any]] = {
    "MLPNetRegressor": {**_DGEX, "hidden_layer_sizes": (9000, 9000), "dropout": 0.25}
}
