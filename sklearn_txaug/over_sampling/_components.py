"""Generation in principal components, from a Gaussian for each class that the network corrects."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Integral
from typing import Any, ClassVar

import numpy as np
import torch
from sklearn.utils._param_validation import Interval
from torch import Tensor, nn

from ._latent_space import LatentSpace
from .torch_base import TorchSampler

# Quantile mapping restores the variance, and full noise under it costs precision on held-out rows.
_MAPPED_NOISE_SCALE = 0.7


class ClassGaussians(nn.Module):
    """Mean and variances of each class, blended with the pooled variances, and of all rows for no class."""

    means: Tensor
    variances: Tensor

    def __init__(self, n_features: int, n_classes: int, prior_rows: float = 50):
        super().__init__()
        self.n_classes, self.prior_rows = n_classes, prior_rows
        self.register_buffer("means", torch.zeros(n_classes + 1, n_features))
        self.register_buffer("variances", torch.ones(n_classes + 1, n_features))

    def fit(self, x: Tensor, y: Tensor) -> None:
        one_hot = nn.functional.one_hot(y, self.n_classes).to(x.dtype)
        counts = one_hot.sum(dim=0)[:, None]
        self.means[:-1], self.means[-1] = one_hot.T @ x / counts, x.mean(dim=0)
        squares = (x - self.means[y]).square()
        pooled = squares.sum(dim=0) / max(1, len(x) - self.n_classes)
        own, weights = one_hot.T @ squares / (counts - 1).clamp(min=1), counts / (counts + self.prior_rows)
        self.variances[:-1] = torch.lerp(pooled.expand_as(own), own, weights)
        self.variances[-1] = x.var(dim=0)
        self.variances.clamp_(min=1e-6)

    def forward(self, condition: Tensor) -> tuple[Tensor, Tensor]:
        """Return mean and variances for condition vectors that begin with the one-hot code, or are all 0."""
        classes = condition[:, : self.n_classes]
        weights = torch.cat([classes, 1 - classes.sum(dim=1, keepdim=True)], dim=1)
        return weights @ self.means, (weights @ self.variances).clamp(min=1e-6)


@dataclass(kw_only=True, eq=False, repr=False)
class ComponentsSampler(TorchSampler):
    """Base class of the samplers that train in a `LatentSpace`, unless `n_components` is None."""

    n_components: int | None = 128
    n_neighbors: int = 15

    _parameter_constraints: ClassVar[dict] = {
        **TorchSampler._parameter_constraints,
        "n_components": [Interval(Integral, 1, None, closed="left"), None],
        "n_neighbors": [Interval(Integral, 0, None, closed="left")],
    }

    def _fit_generator(self, X: np.ndarray, codes: np.ndarray, rng: np.random.Generator, groups: Any) -> None:
        self.latent_space_ = None
        if self.n_components is not None:
            seed = int(rng.integers(2**31))
            scale = _MAPPED_NOISE_SCALE if self.quantile_mapping else 1.0
            self.latent_space_ = LatentSpace(self.n_components, self.n_neighbors, scale).fit(X, codes, seed)
            X = self.latent_space_.encode(X)
        self._fit_module(X, codes, rng, groups)

    def _fit_module(self, X: np.ndarray, codes: np.ndarray, rng: np.random.Generator, groups: Any) -> None:
        """Train in the latent space."""
        super()._fit_generator(X, codes, rng, groups)

    def _generate_for(self, y: Tensor, rng: np.random.Generator) -> np.ndarray:
        rows = super()._generate_for(y, rng)
        return rows if self.latent_space_ is None else self.latent_space_.decode(rows, rng)
