"""Conditional Wasserstein GAN with gradient penalty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any, ClassVar

import torch
from sklearn.utils._param_validation import Interval, StrOptions
from torch import Tensor

from .._docs import shared_parameters
from .._layers import CONDITIONINGS, NORMS, Player
from .._nets import GenerativeModule
from ._adversarial import AdversarialSampler


class WGANGP(GenerativeModule):
    """Generator and critic, both conditioned at every layer, and the two losses of the players."""

    def __init__(
        self,
        n_features: int,
        n_classes: int,
        *,
        generator_hidden_layer_sizes: Sequence[int],
        critic_hidden_layer_sizes: Sequence[int],
        latent_dim: int,
        generator_norm: str,
        critic_norm: str,
        conditioning: str,
        gradient_penalty: float,
    ):
        super().__init__()
        self.latent_dim, self.gradient_penalty = latent_dim, gradient_penalty
        self.generator = Player(
            latent_dim,
            n_features,
            n_classes,
            generator_hidden_layer_sizes,
            norm=generator_norm,
            conditioning=conditioning,
        )
        self.critic = Player(
            n_features, 1, n_classes, critic_hidden_layer_sizes, norm=critic_norm, conditioning=conditioning
        )

    def forward(self, x: Tensor, y: Tensor, player: str) -> Tensor:
        if player == "generator":
            return -self.critic(self.sample(y, self.rng), y).mean()
        with torch.no_grad():
            fake = self.sample(y, self.rng)
        distance = self.critic(fake, y).mean() - self.critic(x, y).mean()
        return distance + self.gradient_penalty * self.penalty(x, fake, y)

    def penalty(self, x: Tensor, fake: Tensor, y: Tensor) -> Tensor:
        """Mean squared distance of the critic's gradient norm from 1, on lines between real and fake rows."""
        share = torch.rand(len(x), 1, device=x.device, generator=self.rng)
        between = torch.lerp(fake, x, share).requires_grad_()
        (gradient,) = torch.autograd.grad(self.critic(between, y).sum(), between, create_graph=True)
        return (gradient.norm(dim=1) - 1).square().mean()

    def sample(self, y: Tensor, rng: torch.Generator | None) -> Tensor:
        return self.generator(torch.randn(len(y), self.latent_dim, device=y.device, generator=rng), y)

    def condition(self, y: Tensor) -> Tensor:
        return self.generator.condition(y)


@shared_parameters
@dataclass(kw_only=True, eq=False, repr=False)
class WGANGPSampler(AdversarialSampler):
    """Conditional WGAN-GP: a generator and a critic under a gradient penalty.

    The critic learns to tell real from synthetic rows of the same class and estimates the Wasserstein-1
    distance between them; the generator learns to shrink it. The condition vector of the class enters every
    layer of both. The defaults suit cohorts of 50 to 5,000 rows: no batch normalisation, which diverges when an
    epoch has few batches, and a moving average of the generator. ``presets.LACAN2026_TCGA`` and
    ``presets.LACAN2026_GTEX`` hold the published settings.

    Parameters
    ----------
    generator_hidden_layer_sizes : tuple of int, default=(256, 256)
        Widths of the generator's hidden layers.
    critic_hidden_layer_sizes : tuple of int, default=(256, 256)
        Widths of the critic's hidden layers.
    latent_dim : int, default=64
        Width of the noise vector.
    generator_norm : {"layer", "batch", "none"}, default="layer"
        Normalisation in the generator's hidden layers.
    critic_norm : {"layer", "none"}, default="none"
        Normalisation in the critic's hidden layers; the gradient penalty is defined row by row, so batch
        normalisation is not offered.
    conditioning : {"embedding", "paper"}, default="embedding"
        ``"embedding"`` is a learned vector of the class beside its one-hot code, ``"paper"`` the published
        element-wise code of width ``2 * n_classes``.
    gradient_penalty : float > 0, default=10
        Weight of the penalty, computed in 32-bit floats.
    n_critic : int, default=5
        Steps of the critic for one of the generator, on the same real rows.
    critic_lr : float or None, default=None
        Learning rate of the critic; None is `lr`.
    {amounts}
    {training}

    Attributes
    ----------
    {network}
    {fitted}

    References
    ----------
    .. [1] I. Gulrajani et al., "Improved training of Wasserstein GANs", NeurIPS 2017.
    .. [2] A. Lacan, M. Sebag, B. Hanczar, "GAN-based data augmentation for transcriptomics: survey and
       comparative assessment", Bioinformatics 39 (Suppl. 1), i111-i120, 2023.
    .. [3] A. Lacan, R. Andre, M. Sebag, B. Hanczar, "In silico generation of gene expression profiles using
       diffusion models", BMC Bioinformatics, 2026.

    Examples
    --------
    >>> from sklearn_txaug.datasets import load_tissue_expression
    >>> from sklearn_txaug.over_sampling import WGANGPSampler
    >>> X, y = load_tissue_expression(return_X_y=True)
    >>> sampler = WGANGPSampler(n_synthetic={"kidney": 20}, max_epochs=2, random_state=0)
    >>> X_res, y_res = sampler.fit_resample(X, y)
    >>> X_res.shape, set(y_res[sampler.is_synthetic_])
    ((209, 500), {'kidney'})
    """

    generator_hidden_layer_sizes: tuple[int, ...] = (256, 256)
    critic_hidden_layer_sizes: tuple[int, ...] = (256, 256)
    latent_dim: int = 64
    generator_norm: str = "layer"
    critic_norm: str = "none"
    conditioning: str = "embedding"
    gradient_penalty: float = 10.0
    n_critic: int = 5
    lr: float = 5e-4

    _parameter_constraints: ClassVar[dict] = {
        **AdversarialSampler._parameter_constraints,
        "generator_hidden_layer_sizes": ["array-like"],
        "critic_hidden_layer_sizes": ["array-like"],
        "latent_dim": [Interval(Integral, 1, None, closed="left")],
        "generator_norm": [StrOptions(set(NORMS))],
        "critic_norm": [StrOptions(set(NORMS) - {"batch"})],
        "conditioning": [StrOptions(set(CONDITIONINGS))],
        "gradient_penalty": [Interval(Real, 0, None, closed="neither")],
    }

    def _make_module(self, n_features: int, n_classes: int) -> WGANGP:
        return WGANGP(
            n_features,
            n_classes,
            generator_hidden_layer_sizes=self.generator_hidden_layer_sizes,
            critic_hidden_layer_sizes=self.critic_hidden_layer_sizes,
            latent_dim=self.latent_dim,
            generator_norm=self.generator_norm,
            critic_norm=self.critic_norm,
            conditioning=self.conditioning,
            gradient_penalty=self.gradient_penalty,
        )

    def _net_defaults(self) -> dict[str, Any]:
        return {**super()._net_defaults(), "optimizer__betas": (0.0, 0.9)}
