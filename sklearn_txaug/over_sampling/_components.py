"""Generation in principal components, starting from a Gaussian for each class that the network corrects."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ..utils.constraints import NonNegativeInt, PositiveInt
from ..utils.declaration import estimator
from .spaces import PrincipalComponents, Space
from .torch_base import TorchSampler

# Quantile mapping restores the variance, and full noise under it costs precision on held-out rows.
_MAPPED_NOISE_SCALE = 0.7


class ClassGaussians(nn.Module):
    """Mean and variances of each class, blended with the pooled variances; for no class, those of all rows."""

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


@estimator
class ComponentsSampler(TorchSampler):
    """Base class of the samplers that generate in principal components, unless `n_components` is None.

    Parameters
    ----------
    n_components : int or None
        Number of principal components to generate, at most a quarter of the rows; None generates the features
        themselves.
    n_neighbors : int >= 0
        Number of nearest training rows whose residuals make up the noise that decoding adds for the other
        components; 0 adds none.
    """

    n_components: PositiveInt | None = 128
    n_neighbors: NonNegativeInt = 15

    def _make_spaces(self) -> list[Space]:
        if self.n_components is None:
            return super()._make_spaces()
        noise_scale = _MAPPED_NOISE_SCALE if self.quantile_mapping else 1.0
        components = PrincipalComponents(self.n_components, self.n_neighbors, noise_scale)
        return [*super()._make_spaces(), components]
