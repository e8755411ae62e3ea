"""Generation in principal components, starting from a Gaussian for each class that the network corrects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import torch
from torch import Tensor, nn

from .._nn.conditions import class_codes, covariate_columns
from ..utils.constraints import NonNegativeInt, PositiveInt
from ..utils.declaration import estimator
from ._linear_effects import LinearEffects
from .spaces import PrincipalComponents, Space
from .torch_base import TorchSampler

# Features up to which a class has a covariance, a square matrix, and not only variances.
_MOST_CORRELATED = 512

# Quantile mapping restores the variance, and full noise under it costs precision on held-out rows.
_MAPPED_NOISE_SCALE = 0.7


class ClassGaussians(nn.Module):
    """Mean and variances of each class, blended with the pooled variances; for no class, those of all rows.

    Covariates, whose places in the condition vector are `columns`, have a linear effect on the means.
    """

    means: Tensor
    variances: Tensor
    effects: Tensor
    centres: Tensor

    def __init__(
        self, n_features: int, n_classes: int, prior_rows: float = 50, *, columns: Sequence[int] = ()
    ):
        super().__init__()
        self.columns = list(columns)
        if columns:
            self.register_buffer("effects", torch.zeros(len(columns), n_features))
            self.register_buffer("centres", torch.zeros(n_classes, len(columns)))
        self.n_classes, self.prior_rows = n_classes, prior_rows
        self.register_buffer("means", torch.zeros(n_classes + 1, n_features))
        self.register_buffer("variances", torch.ones(n_classes + 1, n_features))

    def fit(self, x: Tensor, y: Tensor) -> None:
        self.variances[-1] = x.var(dim=0)
        if self.columns:
            x = x - self._fit_effects(x, y)
        y = class_codes(y)
        one_hot = nn.functional.one_hot(y, self.n_classes).to(x.dtype)
        counts = one_hot.sum(dim=0)[:, None]
        self.means[:-1], self.means[-1] = one_hot.T @ x / counts, x.mean(dim=0)
        squares = (x - self.means[y]).square()
        pooled = squares.sum(dim=0) / max(1, len(x) - self.n_classes)
        own, weights = one_hot.T @ squares / (counts - 1).clamp(min=1), counts / (counts + self.prior_rows)
        self.variances[:-1] = torch.lerp(pooled.expand_as(own), own, weights)
        self.variances.clamp_(min=1e-6)

    def _fit_effects(self, x: Tensor, y: Tensor) -> Tensor:
        """Learn the effects of the covariates and return those on the rows."""
        columns = covariate_columns(y, len(self.columns), x.dtype)
        rows = (x.cpu().numpy(), class_codes(y).cpu().numpy(), columns.cpu().numpy())
        learned = LinearEffects().fit(*rows)
        self.effects.copy_(torch.from_numpy(learned.coef_))
        self.centres.copy_(torch.from_numpy(learned.centres_))
        return torch.from_numpy(learned.of(*rows[1:])).to(x)

    def forward(self, condition: Tensor) -> tuple[Tensor, Tensor]:
        """Return mean and variances for condition vectors that begin with the one-hot code, or are all 0."""
        classes = condition[:, : self.n_classes]
        of_class = classes.sum(dim=1, keepdim=True)
        weights = torch.cat([classes, 1 - of_class], dim=1)
        means = weights @ self.means
        if self.columns:
            means = means + (of_class * condition[:, self.columns] - classes @ self.centres) @ self.effects
        return means, (weights @ self.variances).clamp(min=1e-6)


class CorrelatedGaussians(nn.Module):
    """Mean and covariance of each class, the latter blended with the pooled one; variances of over 512 features.

    `forward` gives rows for standard normal noise; half-way between two classes, rows of the one and of the other
    for the same noise are averaged.
    """

    means: Tensor
    factors: Tensor

    def __init__(self, n_features: int, n_classes: int, prior_rows: float = 50):
        super().__init__()
        self.prior_rows = prior_rows
        self.register_buffer("means", torch.zeros(n_classes, n_features))
        self.correlated = n_features <= _MOST_CORRELATED
        factor = torch.eye(n_features) if self.correlated else torch.ones(n_features)
        self.register_buffer("factors", factor.repeat(n_classes, *[1] * factor.dim()))

    def fit(self, x: Tensor, y: Tensor) -> None:
        one_hot = nn.functional.one_hot(y, len(self.means)).to(x.dtype)
        counts = one_hot.sum(dim=0)
        self.means.copy_(one_hot.T @ x / counts[:, None])
        # Residuals from the class mean lost one degree of freedom a class: give it back.
        residuals = (x - self.means[y]) * (counts / (counts - 1).clamp(min=1)).sqrt()[y, None]
        pooled = self._scatter(residuals) / one_hot[:, counts > 1].sum().clamp(min=1)
        for c, n_rows in enumerate(counts):
            own = self._scatter(residuals[y == c]) / n_rows
            weight = n_rows / (n_rows + self.prior_rows) if n_rows > 1 else torch.zeros_like(n_rows)
            self.factors[c] = self._root(torch.lerp(pooled, own, weight))

    def _scatter(self, residuals: Tensor) -> Tensor:
        return residuals.T @ residuals if self.correlated else residuals.square().sum(dim=0)

    def _root(self, covariance: Tensor) -> Tensor:
        """Return L with ``L @ L.T`` the covariance, or the standard deviations."""
        if not self.correlated:
            return covariance.sqrt()
        values, vectors = torch.linalg.eigh(covariance.double())
        return (vectors * values.clamp(min=1e-12).sqrt()).to(covariance.dtype)

    def forward(self, noise: Tensor, condition: Tensor) -> Tensor:
        """Return a row for each row of noise and of one-hot codes, or of weights of the classes."""
        rows = condition @ self.means
        if not self.correlated:
            return rows + noise * (condition @ self.factors)
        if noise.is_cuda and self.training:  # a recording cannot wait for the members of each class
            return rows + torch.einsum("nc,cnd->nd", condition, noise @ self.factors.mT)
        for c, factor in enumerate(self.factors):
            members = condition[:, c].nonzero()[:, 0]
            rows = rows.index_add(0, members, condition[members, c, None] * (noise[members] @ factor.T))
        return rows


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

    _unmapped_noise_scale: ClassVar[float] = 1.0

    def _make_spaces(self) -> list[Space]:
        if self.n_components is None:
            return super()._make_spaces()
        noise_scale = _MAPPED_NOISE_SCALE if self.quantile_mapping else self._unmapped_noise_scale
        components = PrincipalComponents(self.n_components, self.n_neighbors, noise_scale)
        return [*super()._make_spaces(), components]
