"""What the adversarial samplers share: two players, two learning rates, the average of one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any, ClassVar

import torch
from sklearn.utils._param_validation import Interval, StrOptions
from torch import Tensor

from .._nn.layers import CONDITIONINGS, NORMS, Player
from .._nn.nets import AdversarialNet, GenerativeModule
from .torch_base import TorchSampler


@dataclass(kw_only=True, eq=False, repr=False)
class AdversarialSampler(TorchSampler):
    """Base class of the samplers whose module has the children ``generator`` and ``critic``."""

    n_critic: int = 1
    critic_lr: float | None = None

    _net_class: ClassVar[type[AdversarialNet]] = AdversarialNet
    _ema_child: ClassVar[str] = "generator"

    _parameter_constraints: ClassVar[dict] = {
        **TorchSampler._parameter_constraints,
        "n_critic": [Interval(Integral, 1, None, closed="left")],
        "critic_lr": [Interval(Real, 0, None, closed="neither"), None],
    }

    def _net_defaults(self) -> dict[str, Any]:
        return {
            "optimizer": torch.optim.Adam,
            "optimizer__fused": True,
            "n_critic": self.n_critic,
            "critic_optimizer__lr": self.critic_lr or self.lr,
        }


class TwoPlayers(GenerativeModule):
    """Generator and critic, both conditioned at every layer; subclasses write the players' losses."""

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
        )
        self.critic = Player(
            n_features, 1, n_classes, critic_hidden_layer_sizes, norm=critic_norm, conditioning=conditioning
        )

    def sample(self, y: Tensor, rng: torch.Generator | None) -> Tensor:
        return self.generator(torch.randn(len(y), self.latent_dim, device=y.device, generator=rng), y)

    def condition(self, y: Tensor) -> Tensor:
        return self.generator.condition(y)


@dataclass(kw_only=True, eq=False, repr=False)
class TwoPlayersSampler(AdversarialSampler):
    """Base class of the samplers whose module is a `TwoPlayers`."""

    generator_hidden_layer_sizes: tuple[int, ...] = (256, 256)
    critic_hidden_layer_sizes: tuple[int, ...] = (256, 256)
    latent_dim: int = 64
    generator_norm: str = "layer"
    critic_norm: str = "none"
    conditioning: str = "embedding"
    lr: float = 5e-4

    _parameter_constraints: ClassVar[dict] = {
        **AdversarialSampler._parameter_constraints,
        "generator_hidden_layer_sizes": ["array-like"],
        "critic_hidden_layer_sizes": ["array-like"],
        "latent_dim": [Interval(Integral, 1, None, closed="left")],
        "generator_norm": [StrOptions(set(NORMS))],
        "critic_norm": [StrOptions(set(NORMS) - {"batch"})],
        "conditioning": [StrOptions(set(CONDITIONINGS))],
    }

    def _player_parameters(self) -> dict[str, Any]:
        return {
            "generator_hidden_layer_sizes": self.generator_hidden_layer_sizes,
            "critic_hidden_layer_sizes": self.critic_hidden_layer_sizes,
            "latent_dim": self.latent_dim,
            "generator_norm": self.generator_norm,
            "critic_norm": self.critic_norm,
            "conditioning": self.conditioning,
        }

    def _net_defaults(self) -> dict[str, Any]:
        return {**super()._net_defaults(), "optimizer__betas": (0.0, 0.9)}
