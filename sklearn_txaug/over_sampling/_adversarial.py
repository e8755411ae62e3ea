"""What the adversarial samplers share: two players, two learning rates, the average of one of them."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any, ClassVar

import torch
from sklearn.utils._param_validation import Interval

from .._nets import AdversarialNet
from ..base import TorchSampler


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
            "n_critic": self.n_critic,
            "critic_optimizer__lr": self.critic_lr or self.lr,
        }
