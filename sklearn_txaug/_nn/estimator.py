"""Parameters and fit of every estimator that holds a torch module, sampler or multilayer perceptron."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from inspect import signature
from numbers import Integral
from typing import Any, ClassVar

import numpy as np
import torch
from sklearn.base import clone
from skorch.helper import predefined_split
from torch import nn
from torch.utils.data import TensorDataset

from ..utils.constraints import Callbacks, Folder, PositiveFloat, PositiveInt, Verbosity
from ..utils.declaration import estimator
from .arguments import check_callback_arguments, check_callbacks, check_net_arguments
from .callbacks import EpochProgress
from .checkpoint import TrainingCheckpoint
from .device import resolve_device
from .divergence import DivergenceGuard
from .loader import default_batch_size, n_batches
from .nets import LossNet
from .precision import matrix_products
from .random import SeededInit, torch_generator

# From this many rows on, longer training helps; fewer would be memorised (docs/benchmarks_training.md).
LARGE_COHORT = 1500


@estimator
class NetEstimator:
    """Mixin with the training parameters, named as in skorch, and a skorch net that uses them.

    `_net_class` is the training loop and `_n_steps` the number of optimiser steps after which ``max_epochs=None``
    stops, `_n_steps_large` that for a `LARGE_COHORT`, if it is another.

    Parameters
    ----------
    max_epochs : int or None
        Passes over the training rows. None stops after a number of optimiser steps that suits cohorts of 50
        to 5,000 rows; several generators take more of them from 1,500 rows on, held out or not.
    lr : float
        Learning rate. A training that diverges (loss or generated rows become NaN, infinite, or explode) is taken
        back to its last good weights and goes on with a tenth of it, three times at most, with a
        `~sklearn.exceptions.ConvergenceWarning`; then `fit` raises `FloatingPointError`.
        ``net_params={"callbacks__divergence__n_retries": 0}`` raises at once.
    batch_size : int or None
        Rows per batch. None is an eighth of the rows, at least 16 and at most 128.
    device : str or torch.device
        ``"auto"`` is CUDA if available, else MPS, else the CPU. A fitted estimator always stays on the CPU.
    verbose : int
        1 shows a progress bar on a terminal or in a notebook, 2 prints skorch's table of epochs.
    callbacks : list of skorch callbacks or None
        Additional callbacks, for example :class:`~sklearn_txaug.callbacks.IndicatorCheckpoint`.
    net_params : dict or None
        Additional arguments of the skorch net, for example ``{"optimizer__betas": (0.5, 0.9)}`` or
        ``{"compile": True}``.
    checkpoint : path or None
        Folder for the state of the training, written again and again while it lasts: a fit that was killed goes on
        from there when it is repeated with the same rows, parameters and `random_state`, an integer, and gives the
        rows it would have given. Trainings share a folder without disturbing each other. Delete the folder
        afterwards; like a trained sampler, it may contain training rows. Needs safetensors.

    Attributes
    ----------
    module_ : torch.nn.Module
        The trained net, on the CPU.
    history_ : skorch.history.History
        Losses and durations of each epoch.
    """

    max_epochs: PositiveInt | None = None
    lr: PositiveFloat = 1e-3
    batch_size: PositiveInt | None = None
    device: str | torch.device = "auto"
    verbose: Verbosity = 0
    callbacks: Callbacks | None = None
    net_params: dict | None = None
    checkpoint: Folder | None = None

    _unsaved: ClassVar[dict[str, Any]] = {"checkpoint": None}  # of no meaning elsewhere
    _net_class: ClassVar[type[LossNet]] = LossNet
    _n_steps: ClassVar[int] = 3000
    _n_steps_large: ClassVar[int | None] = None

    def _net_defaults(self) -> dict[str, Any]:
        """Return the arguments of `_net_class` that this estimator sets and `net_params` may override."""
        return {"optimizer": torch.optim.AdamW}

    def _default_callbacks(self) -> list[Any]:
        return [EpochProgress(type(self).__name__)] if self.verbose == 1 else []

    def _make_net(
        self,
        make_module: Callable[[], nn.Module],
        n_rows: int,
        rng: np.random.Generator,
        validation: TensorDataset | None = None,
        **defaults: Any,
    ) -> LossNet:
        """Return the untrained net for `n_rows` rows, beside those held out, with `defaults` beside its own."""
        device = resolve_device(self.device)
        further = self._net_arguments(**defaults)
        check_callbacks(self.callbacks, self._net_class, validation is not None)
        init_seed, train_seed = rng.integers(2**63, size=2).tolist()
        with SeededInit(torch_generator(init_seed)):
            module = make_module()
        # As the width of nets, the length of the training depends on all rows, held out or not
        n_steps = self._default_steps(n_rows + (0 if validation is None else len(validation)))
        net = self._net_class(
            module,
            seed=train_seed,
            lr=self.lr,
            batch_size=self._batch_size(n_rows),
            max_epochs=self.max_epochs or self._epochs_of(n_steps, n_rows),
            device=device,
            train_split=predefined_split(validation) if validation is not None else None,
            callbacks=[
                ("divergence", DivergenceGuard(type(self).__name__)),
                *self._default_callbacks(),
                *(clone(c, safe=False) for c in self.callbacks or []),
                *self._checkpoints(),
            ],
            verbose=self.verbose > 1,
            **further,
        )
        check_callback_arguments(self.net_params or {}, net)
        return net

    def _checkpoints(self) -> list[Any]:
        if self.checkpoint is None:
            return []
        seed = getattr(self, "random_state", None)
        if not isinstance(seed, Integral):
            raise ValueError(
                f"checkpoint={str(self.checkpoint)!r} needs an integer random_state, got {seed!r}: without it each "
                "fit is another training, and none can be resumed"
            )
        return [TrainingCheckpoint(self.checkpoint)]

    def _keep(self, net: LossNet) -> None:
        """Keep the trained module and the history of a net, on the CPU."""
        self.module_ = net.module.cpu().eval()
        self.history_ = net.history

    def _net_arguments(self, **defaults: Any) -> dict[str, Any]:
        own, given = {**self._net_defaults(), **defaults}, self.net_params or {}
        if not all(isinstance(name, str) for name in given):
            raise ValueError(
                f"net_params must map names of arguments of the skorch net to their values, got {given!r}"
            )
        taken = {"module", "seed", "train_split", *NetEstimator.__dataclass_fields__} & set(given)
        if taken:
            raise ValueError(
                f"net_params must not set {sorted(taken)}: {type(self).__name__} sets them, "
                "from its own parameters of these names if it has them"
            )
        if "optimizer" in given:  # the settings of one optimiser are not those of another
            own = {name: value for name, value in own.items() if not name.startswith("optimizer__")}
        arguments = {**own, **given}
        check_net_arguments(given, arguments, self._net_class)
        if "fused" in signature(arguments["optimizer"]).parameters and "optimizer__foreach" not in given:
            arguments.setdefault("optimizer__fused", True)  # one pass over weights, gradients and moments
        return arguments

    def _batch_size(self, n_rows: int) -> int:
        return self.batch_size or default_batch_size(n_rows)

    def _epochs_of(self, n_steps: int, n_rows: int) -> int:
        """Return the epochs of so many optimiser steps, rounded up."""
        return -(-n_steps // n_batches(n_rows, self._batch_size(n_rows)))

    def _default_steps(self, n_rows: int) -> int:
        return self._n_steps if n_rows < LARGE_COHORT else self._n_steps_large or self._n_steps

    @contextmanager
    def _module_on_device(self) -> Iterator[tuple[Any, torch.device]]:
        """Lend the module on the device it should run on; the fitted one itself never leaves the CPU."""
        device = resolve_device(self.device)
        module = self.module_ if device.type == "cpu" else copy.deepcopy(self.module_).to(device)
        with torch.no_grad(), matrix_products((self.net_params or {}).get("precision", "tf32"), device):
            yield module, device


def as_rows(X: np.ndarray) -> torch.Tensor:
    """Return `X` as 32-bit rows, on which nets train."""
    return torch.from_numpy(np.ascontiguousarray(X, dtype=np.float32))
