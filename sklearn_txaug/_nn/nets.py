"""The two training loops, both skorch nets: one scalar loss, or two players that alternate."""

from __future__ import annotations

import dis
from collections.abc import Callable
from typing import Any, ClassVar

import torch
from skorch import NeuralNet
from skorch.callbacks import EpochTimer, PrintLog
from skorch.utils import TeeGenerator
from torch import Tensor, nn
from torch.utils.data import TensorDataset

from ..utils.warnings import warn
from .callbacks import EpochShare
from .divergence import TakenBack
from .loader import ResidentLoader
from .meeting import leave_if_over, trained_together
from .precision import Precision, matrix_products
from .random import Stochastic, lend_rng, normal, torch_generator
from .recorded import RecordedStep, Step, can_record, prepare_optimizers


class GenerativeModule(Stochastic):
    """A generator: a loss to minimise and a way to draw rows.

    Subclasses write ``forward(x, y)``, which returns the scalar loss of a batch, and ``sample(y, rng)``, which
    returns one row for each label. `x` has shape (n, n_features) and is standardised, `y` has shape (n,) and
    holds class codes 0..n_classes-1. Noise comes from ``self.rng`` in the former and from `rng` in the latter.

    A generator that can sample between classes also has ``condition(y)``, a method or a child, which turns
    class codes into the condition vectors that the network sees, of shape (n, width) and a floating dtype;
    `sample` takes such vectors in place of codes.
    """

    @property
    def static_step(self) -> bool:
        """Whether `forward` runs the same operations on the device for each batch of a shape and reads no value back.

        Then a GPU replays a recording of the training step. Numbers that change in training must be tensors.
        """
        return False

    @property
    def starts_near_rows(self) -> bool:
        """Whether rows lie about where training rows do from the first, so that distant ones are a divergence."""
        return True

    condition: Callable[[Tensor], Tensor]

    def prepare(self, x: Tensor, y: Tensor) -> None:
        """See all training rows once before training starts, for example to set buffers."""

    def sample(self, y: Tensor, rng: torch.Generator) -> Tensor:
        raise NotImplementedError

    def noise(self, n_rows: int, width: int, rng: torch.Generator | None) -> Tensor:
        """Draw standard normal noise of the dtype, and on the device, of the weights."""
        return normal(n_rows, width, like=next(self.parameters()), rng=rng)


class LossNet(NeuralNet):
    """Minimise the scalar that ``module(x, y)`` returns.

    A `skorch.NeuralNet` whose rows stay on the device and whose loss is read once per epoch. All other
    arguments are those of skorch.

    Parameters
    ----------
    module : torch.nn.Module
        ``forward(x, y)`` returns a scalar.
    seed : int
        Determines batches and noise.
    precision : {"tf32", "float32", "bfloat16"}
        Of matrix products on a GPU, see `matrix_products`.
    record : bool
        Record the training step on a GPU where that changes nothing but its speed, see `can_record`.
    """

    optimizers: ClassVar[tuple[str, ...]] = ("optimizer",)
    """Prefixes of the settings of optimisers."""

    recorded_: RecordedStep | None

    def __init__(
        self,
        module: nn.Module,
        *,
        seed: int = 0,
        precision: Precision = "tf32",
        record: bool = True,
        train_split: Any = None,
        verbose: int = 0,
        **kwargs: Any,
    ):
        self.seed = seed
        self.precision = precision
        self.record = record
        kwargs.setdefault("iterator_train", ResidentLoader)
        kwargs.setdefault("iterator_valid", ResidentLoader)
        super().__init__(module, criterion=nn.Identity, train_split=train_split, verbose=verbose, **kwargs)

    @property
    def _default_callbacks(self) -> list[tuple[str, Any]]:
        return [("epoch_timer", EpochTimer()), ("print_log", PrintLog()), ("epoch_share", EpochShare())]

    def get_dataset(self, X: Any, y: Any = None) -> TensorDataset:
        return X if isinstance(X, TensorDataset) else TensorDataset(X, y)

    def get_iterator(self, dataset: TensorDataset, training: bool = False) -> Any:
        kwargs = {
            "batch_size": self.batch_size,
            "device": self.device,
            **self.get_params_for("iterator_train" if training else "iterator_valid"),
        }
        if training:
            kwargs["rng"] = self.rng_
        return (self.iterator_train if training else self.iterator_valid)(dataset, **kwargs)

    def fit(self, X: Any, y: Any = None, **fit_params: Any) -> LossNet:
        """Train, as one with the nets of other fits if they train together."""
        return self if trained_together(self, X) else super().fit(X, y, **fit_params)

    def fit_loop(self, X: Any, y: Any = None, epochs: int | None = None, **fit_params: Any) -> LossNet:
        """Train for the epochs that a training which resumes, or was taken back, has left."""
        last = self.max_epochs if epochs is None else len(self.history) + epochs
        with matrix_products(self.precision, self.device):
            while True:
                try:
                    return super().fit_loop(X, y, epochs=last - len(self.history), **fit_params)
                except TakenBack:
                    self.recorded_ = None  # what it has recorded is another optimiser

    def on_train_begin(self, net: Any, X: Any = None, y: Any = None, **kwargs: Any) -> None:
        self.rng_ = torch_generator(self.seed, self.device)
        lend_rng(self.module_, self.rng_)
        self.recorded_ = None
        self.stopped_early_ = False
        self.keep_interrupted_ = False  # a callback may change this
        if isinstance(self.module, GenerativeModule):
            self.module.prepare(*(tensor.to(self.device) for tensor in self.get_dataset(X, y).tensors))

    def on_train_end(self, net: Any, X: Any = None, y: Any = None, **kwargs: Any) -> None:
        lend_rng(self.module_, None)
        del self.rng_, self.recorded_
        finished = len(self.history) == self.max_epochs and "dur" in self.history[-1]
        if finished or self.stopped_early_:
            return
        message = f"Training was interrupted in epoch {len(self.history)} of {self.max_epochs}"
        if not self.keep_interrupted_:
            raise KeyboardInterrupt(message)  # which skorch has caught
        warn(f"{message}; the weights reached so far are kept.")

    def notify(self, method_name: str, **cb_kwargs: Any) -> None:
        try:
            super().notify(method_name, **cb_kwargs)
        except KeyboardInterrupt as error:  # how skorch's callbacks end a training
            self.stopped_early_ = method_name == "on_epoch_end" and _is_raised_by_code(error)
            raise

    def run_single_epoch(
        self, iterator: Any, training: bool, prefix: str, step_fn: Any, **fit_params: Any
    ) -> None:
        if iterator is None:
            return
        leave_if_over()
        self._set_training(training)
        if training:
            step_fn = self._recorded(step_fn)
        scalars: dict[str, list[Tensor]] = {}
        for batch in iterator:
            self.notify("on_batch_begin", batch=batch, training=training)
            step = step_fn(batch)
            for name, value in step.items():
                scalars.setdefault(name, []).append(value.detach())
            self.notify("on_batch_end", batch=batch, training=training, **step)
        for name, values in scalars.items():
            self.history.record(f"{prefix}_{name}", torch.stack(values).mean().item())

    def _recorded(self, step: Step) -> Step:
        """Return the training step or, on a GPU, its recording."""
        if self.recorded_ is None and self.record and can_record(self):
            prepare_optimizers(self)
            self.recorded_ = RecordedStep(step, self.rng_)
        return self.recorded_ or step

    def train_step_single(self, batch: Any, **fit_params: Any) -> dict[str, Tensor]:
        loss = self.module_(*batch)
        loss.sum().backward()  # one number or, of several nets, as many
        return {"loss": loss}

    @torch.no_grad()
    def validation_step(self, batch: Any, **fit_params: Any) -> dict[str, Tensor]:
        return {"loss": self.module_(*batch)}


def _is_raised_by_code(error: BaseException) -> bool:
    """Tell an exception of a ``raise`` statement from one that a signal raised between two instructions."""
    last = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    return last is not None and last.tb_frame.f_code.co_code[last.tb_lasti] == dis.opmap["RAISE_VARARGS"]


class AdversarialNet(LossNet):
    """Alternate two players: ``module(x, y, player)`` with `player` ``"critic"`` or ``"generator"``.

    The module has a child of each name; a player's step changes only its own child. Each batch is `n_critic`
    steps of the critic and one of the generator. ``critic_optimizer__*`` overrides settings of ``optimizer``.
    """

    optimizers = ("optimizer", "critic_optimizer")

    def __init__(self, module: nn.Module, *, n_critic: int = 1, **kwargs: Any):
        self.n_critic = n_critic
        super().__init__(module, **kwargs)

    def initialize_optimizer(self, triggered_directly: bool | None = None) -> AdversarialNet:
        own = self.get_params_for("critic_optimizer")
        for name, child, extra in (("optimizer", "generator", {}), ("critic_optimizer", "critic", own)):
            parameters = getattr(self.module_, child).named_parameters()
            args, kwargs = self.get_params_for_optimizer("optimizer", parameters)
            setattr(self, f"{name}_", self.optimizer(*args, **{**kwargs, **extra}))
        return self

    def train_step(self, batch: Any, **fit_params: Any) -> dict[str, Tensor]:
        losses = {}
        for player in [*["critic"] * self.n_critic, "generator"]:
            loss = self.module_(*batch, player)
            self._step(player, loss, batch)
            losses[player] = loss.detach()
        return {"loss": losses["critic"], "generator_loss": losses["generator"]}

    def validation_step(self, batch: Any, **fit_params: Any) -> dict[str, Tensor]:
        """Measure nothing: two players have no loss whose value on held-out rows would mean anything."""
        return {}

    def _step(self, player: str, loss: Tensor, batch: Any) -> None:
        """Take a gradient step on the player's own child."""
        named = dict(getattr(self.module_, player).named_parameters())
        gradients = torch.autograd.grad(loss.sum(), list(named.values()), allow_unused=True)
        for parameter, gradient in zip(named.values(), gradients, strict=True):
            # fused optimisers read gradients in the order of memory
            parameter.grad = None if gradient is None else gradient.contiguous()
        self.notify(
            "on_grad_computed", named_parameters=TeeGenerator(iter(named.items())), batch=batch, training=True
        )
        (self.critic_optimizer_ if player == "critic" else self.optimizer_).step()
