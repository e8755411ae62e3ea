"""skorch callbacks: the moving average of the weights, the learning rate, and progress."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

import torch
from skorch.callbacks import Callback
from torch.utils.data import TensorDataset

from ..utils.progress import progress_bar, report_share
from .random import lend_rng, torch_generator


class EMA(Callback):
    """Keep an exponential moving average of the weights and put it in place when training ends.

    Parameters
    ----------
    decay : float in [0, 1)
        Weight of the past at each step; the first steps use ``min(decay, step / (10 + step))``, so that the initial
        weights do not dominate short trainings and buffers set when training begins keep their values.
    child : str or None
        Name of the part of the module to average; None is the whole module.
    """

    stacks = True  # does to stacked nets what it does to each

    def __init__(self, decay: float = 0.999, child: str | None = None):
        self.decay = decay
        self.child = child

    _unsaved: ClassVar[dict[str, Any]] = {"weights_": None}

    def on_train_begin(self, net: Any, **kwargs: Any) -> None:
        module = net.module_ if self.child is None else getattr(net.module_, self.child)
        state = module.state_dict().values()
        self.weights_ = [tensor.detach() for tensor in state if tensor.is_floating_point()]
        self.step_ = 0
        self.average_ = [weight.clone() for weight in self.weights_]

    @torch.no_grad()
    def on_batch_end(self, net: Any, training: bool = True, **kwargs: Any) -> None:
        if training:
            decay = min(self.decay, self.step_ / (10 + self.step_))
            torch._foreach_lerp_(self.average_, self.weights_, 1 - decay)
            self.step_ += 1

    def swap(self) -> None:
        """Exchange the weights of the net and their average."""
        for weight, average in zip(self.weights_, self.average_, strict=True):
            kept = weight.clone()
            weight.copy_(average)
            average.copy_(kept)

    @torch.no_grad()
    def put(self) -> None:
        """Put the average in the place of the weights too."""
        torch._foreach_copy_(self.weights_, self.average_)

    def on_train_end(self, net: Any, **kwargs: Any) -> None:
        self.swap()
        del self.average_, self.weights_


def callbacks_of(net: Any, kind: type[Callback]) -> list[Any]:
    """Return the callbacks of one kind that a net has."""
    return [callback for _, callback in net.callbacks_ if isinstance(callback, kind)]


def averages_of(net: Any) -> list[EMA]:
    """Return the moving averages among the callbacks of a net."""
    return callbacks_of(net, EMA)


@contextmanager
def averaged(net: Any) -> Iterator[None]:
    """Give a net the averages of its weights, if it has any, inside the ``with`` block."""
    for average in averages_of(net):
        average.swap()
    try:
        yield
    finally:
        for average in averages_of(net):
            average.swap()


class KeepBest(Callback):
    """Keep the weights with the least loss on held-out rows, those before the first step among them.

    The loss is that of the averaged weights if an `EMA` comes before, always under the same noise, and is in the
    history as ``held_out_loss``.

    Parameters
    ----------
    held_out : TensorDataset
        What the module's `forward` gets.
    """

    def __init__(self, held_out: TensorDataset):
        self.held_out = held_out

    def on_train_begin(self, net: Any, **kwargs: Any) -> None:
        self.first_loss_ = self._loss(net)
        self._keep(net, self.first_loss_)

    def on_epoch_end(self, net: Any, **kwargs: Any) -> None:
        with averaged(net):
            loss = self._loss(net)
            net.history.record("held_out_loss", loss)
            if loss < self.best_loss_:
                self._keep(net, loss)

    def on_train_end(self, net: Any, **kwargs: Any) -> None:
        net.module_.load_state_dict(self.best_weights_)
        del self.best_weights_

    def _keep(self, net: Any, loss: float) -> None:
        self.best_loss_ = loss
        self.best_weights_ = {name: tensor.clone() for name, tensor in net.module_.state_dict().items()}

    @torch.no_grad()
    def _loss(self, net: Any) -> float:
        module, rng = net.module_, net.rng_
        lend_rng(module, torch_generator(0, net.device))
        module.eval()
        try:
            return module(*(tensor.to(net.device) for tensor in self.held_out.tensors)).item()
        finally:
            lend_rng(module, rng)


def n_steps(net: Any, dataset: Any) -> int:
    """Optimiser steps that a training of `net` on `dataset` takes."""
    return net.max_epochs * len(net.get_iterator(net.get_dataset(dataset)))


class LearningRate(Callback):
    """Schedule of the learning rate over the optimiser steps of a training.

    Parameters
    ----------
    schedule : {"cosine", "linear", "onecycle", "constant"}
        ``"cosine"`` rises over the first steps and falls along a half cosine to a fiftieth. ``"linear"`` falls
        linearly to 0. ``"onecycle"`` is torch's `OneCycleLR`, which starts and ends at a fraction of the given rate
        and also cycles the momentum.
    n_warmup : int
        Steps until the highest rate, at most a third of all steps.
    """

    stacks = True

    def __init__(self, schedule: str = "cosine", n_warmup: int = 100):
        self.schedule = schedule
        self.n_warmup = n_warmup

    def on_train_begin(self, net: Any, X: Any = None, **kwargs: Any) -> None:
        total = n_steps(net, X)
        n_warmup = max(1, min(self.n_warmup, total // 3))
        self.policy_: torch.optim.lr_scheduler.LRScheduler
        if self.schedule == "onecycle":
            share = max(2, n_warmup) / (total + 1)  # torch divides by the steps of the rise less one
            self.policy_ = torch.optim.lr_scheduler.OneCycleLR(
                net.optimizer_, max_lr=net.lr, total_steps=total + 1, pct_start=share
            )
        else:
            self.policy_ = torch.optim.lr_scheduler.LambdaLR(
                net.optimizer_, lambda step: self._factor(step, total, n_warmup)
            )

    def on_batch_end(self, net: Any, training: bool = True, **kwargs: Any) -> None:
        if training:
            self.policy_.step()

    def on_train_end(self, net: Any, **kwargs: Any) -> None:
        del self.policy_

    def _factor(self, step: int, total: int, n_warmup: int) -> float:
        if self.schedule == "constant":
            return 1.0
        if self.schedule == "linear":
            return max(0.0, 1 - step / total)
        fall = (1 + math.cos(math.pi * min(1.0, step / total))) / 2
        return min(1.0, (step + 1) / n_warmup) * (0.02 + 0.98 * fall)


class EpochShare(Callback):
    """Tell whoever watches several trainings how far this one is."""

    def on_epoch_end(self, net: Any, **kwargs: Any) -> None:
        report_share(len(net.history) / net.max_epochs)


class EpochProgress(Callback):
    """One progress bar over all epochs, on a terminal or in a notebook.

    Parameters
    ----------
    title : str
        Text before the bar.
    """

    _unsaved: ClassVar[dict[str, Any]] = {"bar_": None}

    def __init__(self, title: str = ""):
        self.title = title

    def on_train_begin(self, net: Any, **kwargs: Any) -> None:
        self.bar_ = progress_bar(True, total=net.max_epochs, desc=self.title, unit="epoch")

    def on_epoch_end(self, net: Any, **kwargs: Any) -> None:
        self.bar_.set_postfix(loss=f"{net.history[-1, 'train_loss']:.3g}", refresh=False)
        self.bar_.update(len(net.history) - self.bar_.n)  # those before a resumption too

    def on_train_end(self, net: Any, **kwargs: Any) -> None:
        self.bar_.close()
        del self.bar_
