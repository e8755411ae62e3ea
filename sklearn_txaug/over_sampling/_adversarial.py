"""Shared by the adversarial samplers: two players, two learning rates, a moving average of the generator."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import torch
from torch import Tensor

from .._nn.conditions import CovariateLayout
from .._nn.layers import Norm, Player
from .._nn.nets import AdversarialNet, GenerativeModule
from .._nn.random import uniform
from ..utils.constraints import PositiveFloat, PositiveInt, Widths
from ..utils.declaration import estimator
from .torch_base import TorchSampler


@estimator
class AdversarialSampler(TorchSampler):
    """Base class of the samplers whose module has the children ``generator`` and ``critic``.

    Parameters
    ----------
    generator_hidden_layer_sizes : tuple of int
        Widths of the generator's hidden layers.
    critic_hidden_layer_sizes : tuple of int
        Widths of the critic's hidden layers.
    latent_dim : int
        Width of the noise vector.
    generator_norm : {"layer", "batch", "none"}
        Normalisation in the generator's hidden layers.
    n_critic : int
        Steps of the critic for each step of the generator, on the same real rows.
    critic_lr : float or None
        Learning rate of the critic; None is `lr`.
    """

    generator_hidden_layer_sizes: Widths = (256, 256)
    critic_hidden_layer_sizes: Widths = (256, 256)
    latent_dim: PositiveInt = 64
    generator_norm: Norm = "layer"
    n_critic: PositiveInt = 1
    critic_lr: PositiveFloat | None = None
    lr = 5e-4

    _net_class: ClassVar[type[AdversarialNet]] = AdversarialNet
    _ema_child: ClassVar[str] = "generator"
    _critic_haste: ClassVar[float] = 1.0  # the critic's rate beside the generator's, unless it is given

    def _gene_width(self) -> int:
        ends = self.generator_hidden_layer_sizes[-1:], self.critic_hidden_layer_sizes[:1]
        return sum(width for end in ends for width in end)

    def _net_defaults(self) -> dict[str, Any]:
        return {
            "optimizer": torch.optim.Adam,
            "optimizer__betas": (0.0, 0.9),
            "n_critic": self.n_critic,
            "critic_optimizer__lr": self.critic_lr or self._critic_haste * self.lr,
        }


class TwoPlayers(GenerativeModule):
    """Generator and critic, both conditioned at every layer; subclasses write the players' losses."""

    static_step = True

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
        covariates: CovariateLayout | None = None,
    ):
        super().__init__()
        self.latent_dim = latent_dim
        self.generator: Any = Player(
            latent_dim,
            n_features,
            n_classes,
            generator_hidden_layer_sizes,
            norm=generator_norm,
            conditioning=conditioning,
            covariates=covariates,
        )
        self.critic = Player(
            n_features,
            1,
            n_classes,
            critic_hidden_layer_sizes,
            norm=critic_norm,
            conditioning=conditioning,
            covariates=covariates,
        )

    def sample(self, y: Tensor, rng: torch.Generator | None) -> Tensor:
        return self.generator(self.noise(len(y), self.latent_dim, rng), y)

    def condition(self, y: Tensor) -> Tensor:
        return self.generator.condition(y)


def two_sided_penalty(
    critic: Callable[[Tensor], Tensor], real: Tensor, fake: Tensor, rng: torch.Generator | None
) -> Tensor:
    """Return the mean of ``(|gradient of the critic| - 1)^2`` on lines between real and fake rows.

    Equation 3 of Gulrajani et al., "Improved training of Wasserstein GANs", NeurIPS 2017, without its weight: one
    point a pair, uniform on the line.
    """
    share = uniform(len(real), 1, like=real, rng=rng)
    between = torch.lerp(fake.to(real.dtype), real, share).requires_grad_()
    (gradient,) = torch.autograd.grad(critic(between).sum(), between, create_graph=True)
    return _distance_from_one(gradient)


def scores_and_penalty(
    critic: Player, real: Tensor, fake: Tensor, y: Tensor, rng: torch.Generator | None
) -> tuple[Tensor, Tensor, Tensor]:
    """Return the critic's scores of real and of fake rows, and their `two_sided_penalty`."""
    condition, fake = critic.condition(y), fake.to(real.dtype)
    twice, both = condition.repeat(2, 1), torch.cat([real, fake])
    if critic.is_piecewise_linear:
        first = critic.first_linear(both, twice)
        # what the first layer makes of a point on a line is on the line between what it makes of the ends
        at_real, at_fake = first.detach().chunk(2)
        between = torch.lerp(at_fake, at_real, uniform(len(real), 1, like=at_real, rng=rng))
        penalty = _distance_from_one(critic.input_gradient(between, condition))
        scores = critic.from_first_linear(first, twice)
    else:
        penalty = two_sided_penalty(lambda rows: critic(rows, condition), real, fake, rng)
        scores = critic(both, twice)
    of_real, of_fake = scores.chunk(2)
    return of_real, of_fake, penalty


def _distance_from_one(gradient: Tensor) -> Tensor:
    return (gradient.norm(dim=1) - 1).square().mean()
