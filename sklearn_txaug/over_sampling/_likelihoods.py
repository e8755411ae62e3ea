"""Distributions of a gene given the latent code of a VAE: observation noise of log expression, or of counts."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .._nn.random import normal


class GaussianLikelihood(nn.Module):
    """Observation noise with one variance per gene, the running mean of the squared residuals.

    That is the maximum-likelihood variance; gradient descent would take thousands of steps to find it.
    """

    variance: Tensor

    def __init__(self, n_features: int):
        super().__init__()
        self.register_buffer("variance", torch.ones(n_features))

    def prepare(self, x: Tensor, y: Tensor) -> None:
        pass

    def encode(self, x: Tensor) -> Tensor:
        return x

    def negative_log(self, x: Tensor, mean: Tensor) -> Tensor:
        squares = (x - mean).square()
        if self.training:
            self.variance.copy_(self.variance.lerp(squares.detach().mean(dim=0), 0.02).clamp(min=1e-4))
        return (squares / self.variance + self.variance.log()) / 2

    def draw(self, mean: Tensor, rng: torch.Generator | None) -> Tensor:
        return normal(*mean.shape, like=mean, rng=rng).mul_(self.variance.sqrt()).add_(mean)


class NegativeBinomialLikelihood(nn.Module):
    """Counts with one learned dispersion per gene; the nets see standardised log counts.

    The size, the inverse of the dispersion, starts from the moments within the classes.
    """

    log_size: Tensor
    shift: Tensor
    scale: Tensor

    def __init__(self, n_features: int):
        super().__init__()
        self.log_gain = nn.Parameter(torch.zeros(n_features))
        self.register_buffer("log_size", torch.zeros(n_features))
        self.register_buffer("shift", torch.zeros(n_features))
        self.register_buffer("scale", torch.ones(n_features))

    def prepare(self, x: Tensor, y: Tensor) -> None:
        logs = x.log1p()
        self.shift.copy_(logs.mean(dim=0))
        self.scale.copy_(logs.std(dim=0).clamp(min=0.01))
        means = torch.zeros_like(x).index_add(0, y, x) / y.bincount(minlength=len(x)).clamp(min=1)[:, None]
        mean, variance = means[y].mean(dim=0), (x - means[y]).square().mean(dim=0)
        self.log_size.copy_((mean.square() / (variance - mean).clamp(min=1e-6)).clamp(1e-2, 1e4).log())

    def encode(self, x: Tensor) -> Tensor:
        return (x.log1p() - self.shift) / self.scale

    def size(self) -> Tensor:
        # It learns at ten times the rate of the other weights
        return (self.log_size + 10 * self.log_gain).clamp(-6, 10).exp()

    def log_mean(self, decoded: Tensor) -> Tensor:
        return (self.shift + self.scale * decoded).clamp(-12, 20)

    def negative_log(self, x: Tensor, decoded: Tensor) -> Tensor:
        # -log NB(x; mean, size), with size the inverse of the dispersion
        size, log_mean = self.size(), self.log_mean(decoded)
        log_total = torch.logaddexp(log_mean, size.log())
        constant = (x + 1).lgamma() + size.lgamma() - (x + size).lgamma()
        return constant + size * (log_total - size.log()) + x * (log_total - log_mean)

    def draw(self, decoded: Tensor, rng: torch.Generator | None) -> Tensor:
        size = self.size().expand_as(decoded)
        rate = torch._standard_gamma(size, generator=rng) / size * self.log_mean(decoded).exp()
        return torch.poisson(rate, generator=rng)


LIKELIHOODS: dict[str, type[GaussianLikelihood] | type[NegativeBinomialLikelihood]] = {
    "gaussian": GaussianLikelihood,
    "negative_binomial": NegativeBinomialLikelihood,
}
