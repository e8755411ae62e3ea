"""Settings under which a trained sampler keeps none of its training rows."""

from __future__ import annotations

from typing import Any

from sklearn.preprocessing import StandardScaler

_NO_QUANTILES: dict[str, Any] = {"quantile_mapping": False}
_NO_RESIDUALS: dict[str, Any] = {"quantile_mapping": False, "n_neighbors": 0}
_SECRET_NOISE: dict[str, Any] = {"noise_seed": None}

#: Settings under which a trained sampler keeps none of its training rows.
SHARING: dict[str, dict[str, Any]] = {
    "GaussianSampler": _NO_QUANTILES,
    "PrivateGaussianSampler": _SECRET_NOISE,
    "PrivateCopulaSampler": _SECRET_NOISE,
    "VAESampler": _NO_QUANTILES,
    "GANSampler": _NO_QUANTILES,
    "WGANGPSampler": _NO_QUANTILES,
    "AttGANSampler": _NO_QUANTILES,
    "TVAESampler": _NO_QUANTILES,
    "CTGANSampler": _NO_QUANTILES,
    "DDPMSampler": _NO_RESIDUALS,
    "DDIMSampler": _NO_RESIDUALS,
    "FlowMatchingSampler": _NO_RESIDUALS,
    "GMDASampler": _NO_RESIDUALS,
    "TabDDPMSampler": {**_NO_RESIDUALS, "scaler": StandardScaler()},
    "LatentSampler": {"quantile_mapping": False, "decoder": "inverse", "residual": False},
    "LandmarkSampler": {"quantile_mapping": False, "residual": "gaussian"},
}
