"""Parameters and fit of every estimator that holds a torch module, sampler or classifier."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
import torch
from sklearn.base import clone
from sklearn.utils._param_validation import Interval
from skorch.helper import predefined_split
from torch import nn
from torch.utils.data import TensorDataset

from .callbacks import EpochProgress
from .device import resolve_device
from .loader import n_batches
from .nets import LossNet
from .random import SeededInit, torch_generator


@dataclass(kw_only=True, eq=False, repr=False)
class NetEstimator:
    """Mixin: the training parameters, in skorch's words, and the fit of a module under them.

    `_net_class` is the training loop and `_n_steps` the number of optimiser steps after which
    ``max_epochs=None`` stops.
    """

    max_epochs: int | None = None
    lr: float = 1e-3
    batch_size: int | None = None
    device: str | torch.device = "auto"
    verbose: int = 0
    callbacks: list | None = None
    net_params: dict | None = None

    _net_class: ClassVar[type[LossNet]] = LossNet
    _n_steps: ClassVar[int] = 3000

    _training_constraints: ClassVar[dict] = {
        "max_epochs": [Interval(Integral, 1, None, closed="left"), None],
        "lr": [Interval(Real, 0, None, closed="neither")],
        "batch_size": [Interval(Integral, 1, None, closed="left"), None],
        "device": [str, torch.device],
        "verbose": ["verbose"],
        "callbacks": [list, None],
        "net_params": [dict, None],
    }

    def _net_defaults(self) -> dict[str, Any]:
        """Return the arguments of `_net_class` that this estimator sets and `net_params` may replace."""
        return {"optimizer": torch.optim.AdamW}

    def _default_callbacks(self) -> list[Any]:
        return [EpochProgress(type(self).__name__)] if self.verbose == 1 else []

    def _fit_net(
        self,
        make_module: Callable[[], nn.Module],
        rows: TensorDataset,
        rng: np.random.Generator,
        validation: TensorDataset | None = None,
    ) -> None:
        """Build the module, train it and keep it in `module_`, on the CPU, with its `history_`."""
        device = resolve_device(self.device)
        self._check_widths()
        further = self._net_arguments()
        init_seed, train_seed = rng.integers(2**63, size=2).tolist()
        with SeededInit(torch_generator(init_seed)):
            module = make_module()
        batch_size = self.batch_size or min(128, max(16, len(rows) // 8))
        net = self._net_class(
            module,
            seed=train_seed,
            lr=self.lr,
            batch_size=batch_size,
            max_epochs=self.max_epochs
            or -(-self._default_steps(len(rows)) // n_batches(len(rows), batch_size)),
            device=device,
            train_split=predefined_split(validation) if validation is not None else None,
            callbacks=self._default_callbacks() + [clone(c, safe=False) for c in self.callbacks or []],
            verbose=self.verbose > 1,
            **further,
        )
        net.fit(rows)
        self.module_ = module.cpu().eval()
        self.history_ = net.history

    def _net_arguments(self) -> dict[str, Any]:
        own, given = self._net_defaults(), self.net_params or {}
        taken = {"module", "seed", "train_split", *NetEstimator.__dataclass_fields__} & set(given)
        if taken:
            raise ValueError(
                f"net_params must not set {sorted(taken)}: {type(self).__name__} sets them, "
                "from its own parameters of these names if it has them"
            )
        if "optimizer" in given:  # the settings of one optimiser are not those of another
            own = {name: value for name, value in own.items() if not name.startswith("optimizer__")}
        return {**own, **given}

    def _default_steps(self, n_rows: int) -> int:
        return self._n_steps

    def _check_widths(self) -> None:
        for name, sizes in vars(self).items():
            if name.endswith("hidden_layer_sizes") and not all(
                isinstance(width, Integral) and int(width) > 0 for width in sizes or ()
            ):
                raise ValueError(f"{name} must hold positive integers, got {sizes!r}")

    def _module_on_device(self) -> tuple[Any, torch.device]:
        """Return the module where it shall run; the fitted one itself never leaves the CPU."""
        device = resolve_device(self.device)
        return (self.module_ if device.type == "cpu" else copy.deepcopy(self.module_).to(device)), device


def as_rows(X: np.ndarray) -> torch.Tensor:
    """Return `X` as the 32-bit rows that nets train on."""
    return torch.from_numpy(np.ascontiguousarray(X, dtype=np.float32))
