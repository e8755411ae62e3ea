"""Trainings that diverge: noticed, taken back to the last good weights, repeated with a smaller step, or refused."""

from __future__ import annotations

import copy
import math
from typing import Any, ClassVar, NamedTuple, NoReturn

import torch
from sklearn.exceptions import ConvergenceWarning
from skorch.callbacks import Callback
from torch import Tensor
from torch.optim.lr_scheduler import LRScheduler

from ..utils.blocks import blocks
from ..utils.warnings import warn
from .callbacks import averaged, averages_of
from .checkpoint import optimizers_of, restore, state_of
from .conditions import class_codes
from .random import torch_generator

_N_ROWS = 64  # that are drawn to be looked at
_N_STEPS = 50  # between two looks, for each pass through the net that a row takes: some percent of the time
_JUMP = 10  # a loss of so many times the usual one is reason to look at once
_LOST = 1e4  # a loss of so many times the first one has exploded, where nets bound their rows
_EXPLODED = 3  # times as far out as the training rows; sound generators, even untrained, stay below 1.6
_COLLAPSED = 0.05  # of the spread of the training rows
_ONE_DIRECTION = 1.2  # directions, where training rows have
_SEVERAL = 3
_N_GENES = 200  # whose correlations are looked at
_TOGETHER = 0.4  # agreement of the correlations in halves of the training rows from which they mean something
_N_BEGUN = 100  # steps
_N_LEARNT = 500  # steps after which a sound generator has learnt them
_RATES = ("lr", "initial_lr", "max_lr", "min_lr")
_PACKAGE = __name__.split(".")[0]


class TakenBack(Exception):
    """The training has been taken back to an earlier epoch, and has to go on from there."""


class Rows(NamedTuple):
    """Training rows that drawn rows are compared with.

    Attributes
    ----------
    x : Tensor of shape (n, n_features)
        The rows, standardised.
    y : Tensor
        Labels, with any covariates.
    codes : Tensor of shape (n,)
        Classes.
    mean, scale : Tensor of shape (n_features,)
        Of each feature; scale and far are infinite where a feature is constant.
    far : Tensor of shape (n_features,)
        Root mean square of each feature, at least 1, which is about what nets give before they are trained.
    spread : float
        Standard deviation within classes, in these scales.
    directions : float
        Number of directions in which the rows of a class vary.
    """

    x: Tensor
    y: Tensor
    codes: Tensor
    mean: Tensor
    scale: Tensor
    far: Tensor
    spread: float
    directions: float


class DivergenceGuard(Callback):
    """Take a training that diverges back to its last good weights, and go on with a tenth of the learning rate.

    A training has diverged if a loss is NaN or infinite, or if rows drawn from the averaged weights, in the space in
    which the net trains and so before any quantile mapping, contain NaN or infinity or lie three times as far out as
    the training rows, or if a loss is 10,000 times that of the first batch. Rows are looked at every 50 optimiser
    steps (times the sampling steps of a diffusion), at the end, and after each epoch whose loss is ten times the
    usual one. The epochs since the last good look are then repeated from its averaged weights, with a new optimiser.
    After `n_retries`, `fit` raises `FloatingPointError`.

    A `ConvergenceWarning` points out rows that at the end are nearly the same within a class, vary in one direction
    where training rows vary in several or, after 500 steps, have other correlations between features than these. It
    also tells that a training was taken back.

    A training that does not diverge draws the same random numbers as without the guard. It must come before all
    callbacks of the estimator.

    Parameters
    ----------
    title : str
        Whose training it is, for messages.
    n_retries : int
        How often a training is taken back.
    factor : float in (0, 1)
        What the learning rate is then multiplied by.
    """

    _unsaved: ClassVar[dict[str, Any]] = {"rows_": None}

    stacks = True

    def __init__(self, title: str = "", n_retries: int = 3, factor: float = 0.1):
        self.title = title
        self.n_retries = n_retries
        self.factor = factor

    def on_train_begin(self, net: Any, X: Any = None, y: Any = None, **kwargs: Any) -> None:
        self.n_taken_back_, self.step_, self.looked_, self.largest_loss_ = 0, 0, 0, 0.0
        self.first_loss_: Tensor | None = None
        self.good_: dict[str, Any] = {}
        self.is_good_ = True
        self.rows_ = None
        x, labels = net.get_dataset(X, y).tensors[:2]
        if hasattr(net.module_, "sample") and not labels.is_floating_point():
            self.rows_ = _some_rows(x.to(net.device), labels.to(net.device))

    def on_epoch_begin(self, net: Any, **kwargs: Any) -> None:
        if self.is_good_:
            self.is_good_ = False
            self.good_ = {}  # not two at a time
            self.good_ = {
                "n_epochs": len(net.history) - 1,
                "n_taken_back": self.n_taken_back_,
                "step": self.step_,
                "state": _state(net),
            }

    def on_batch_end(self, net: Any, training: bool = True, loss: Any = None, **kwargs: Any) -> None:
        if training:
            self.step_ += 1
            if self.first_loss_ is None:  # before the first step
                self.first_loss_ = loss.detach().abs().clone()

    def on_epoch_end(self, net: Any, **kwargs: Any) -> None:
        epoch = net.history[-1]
        loss = abs(epoch["train_loss"])
        assert self.first_loss_ is not None
        first = max(1.0, float(self.first_loss_))
        if not math.isfinite(loss + epoch.get("train_generator_loss", 0.0)):
            self._take_back(net, "its loss is not finite")
        if loss > _LOST * first:
            self._take_back(net, f"its loss is {loss:.3g}")
        is_last, usual = len(net.history) == net.max_epochs, max(self.largest_loss_, first)
        n_steps = _N_STEPS * getattr(net.module_, "n_sampling_steps", 1)
        if is_last or self.step_ - self.looked_ >= n_steps or loss > _JUMP * usual:
            if self.rows_ is not None:
                self._look(net, is_last)
            self.is_good_, self.looked_, self.largest_loss_ = True, self.step_, max(loss, usual)

    def on_train_end(self, net: Any, **kwargs: Any) -> None:
        if self.n_taken_back_:
            lr = net.lr * self.factor**self.n_taken_back_
            warn(
                f"{self.title}: training diverged at lr={net.lr:g} and went on from its last good weights with "
                f"smaller steps; the last epochs were trained as with lr={lr:g}. Set lr={lr:g} or lower",
                ConvergenceWarning,
            )
        del self.good_, self.rows_, self.first_loss_

    def _look(self, net: Any, is_last: bool) -> None:
        """Draw rows from the averaged weights, and take the training back or warn if they tell so."""
        rows = self.rows_
        assert rows is not None
        net.module_.eval()
        with averaged(net), torch.no_grad():
            drawn = net.module_.sample(rows.y, torch_generator(net.seed, net.device)) - rows.mean
        reach = (drawn / rows.far).square().mean().sqrt().item()
        if not math.isfinite(reach):
            self._take_back(net, "generated rows contain NaN or infinity")
        if reach > _EXPLODED and net.module_.starts_near_rows:
            self._take_back(net, f"generated rows lie {reach:.3g} times as far out as the training rows")
        if is_last:
            self._warn_if_collapsed(drawn / rows.scale)

    def _warn_if_collapsed(self, drawn: Tensor) -> None:
        rows = self.rows_
        assert rows is not None
        spread, directions = _variation(drawn, rows.codes)
        what = ""
        if self.step_ < _N_BEGUN:
            return  # what a net gives at first says nothing
        if spread < _COLLAPSED * rows.spread:
            what = f"rows of a class have {spread / rows.spread:.1%} of the spread of the training rows"
        elif directions < _ONE_DIRECTION and rows.directions > _SEVERAL:
            what = (
                f"rows of a class vary in one direction, those of the training rows in {rows.directions:.0f}"
            )
        elif self.step_ >= _N_LEARNT and len(rows.x) >= _N_ROWS // 2 and rows.x.shape[1] > _SEVERAL:
            agreement, expected = _agreement(drawn, rows.x), _agreement(rows.x[::2], rows.x[1::2])
            if expected > _TOGETHER and agreement < expected / 2:
                what = (
                    f"the correlations between genes agree with those of the training rows by {agreement:.2f}, "
                    f"where halves of the training rows agree by {expected:.2f}"
                )
        if what:
            warn(
                f"{self.title}: the generator has collapsed: {what}. Lower lr, or train for more epochs; quantile "
                "mapping hides it in single genes, not in how they vary together",
                ConvergenceWarning,
            )

    def _take_back(self, net: Any, reason: str) -> NoReturn:
        if self.n_taken_back_ == self.n_retries:
            tried = [f"{net.lr * self.factor**k:g}" for k in range(self.n_retries + 1)]
            raise FloatingPointError(
                f"{self.title}: training diverged with lr={net.lr:g} ({reason}), and from its last good weights also "
                f"with {', '.join(tried[1:]) or 'no other'}. Lower lr, or check the scale of X"
            )
        n_taken_back = self.n_taken_back_ + 1
        restore(net, copy.deepcopy(self.good_["state"]))
        del net.history[self.good_["n_epochs"] :]
        for average in averages_of(net):
            average.put()
        _scale_rates(net, self.factor ** (n_taken_back - self.good_["n_taken_back"]))
        self.n_taken_back_, self.step_ = n_taken_back, self.good_["step"]
        self.looked_ = self.step_
        raise TakenBack


def _some_rows(x: Tensor, y: Tensor) -> Rows:
    """Return rows from all over the training rows to compare with."""
    some = torch.linspace(0, len(x) - 1, min(len(x), _N_ROWS), device=x.device).long()
    # By blocks, so that no copy of the rows is made, into tensors that are there: small ones that are kept, made
    # between large ones that are freed, leave holes in which the next large ones have no room.
    mean, scale, largest = x.new_empty(3, x.shape[1])
    for columns in blocks(x.shape[1], len(x)):
        part = x[:, columns]
        mean[columns], largest[columns] = part.mean(dim=0), part.abs().amax(dim=0)
        scale[columns] = (part - mean[columns]).square_().mean(dim=0).sqrt()
    far = (mean.square() + scale.square()).sqrt().clamp(min=1)
    varies = scale > 1e-6 * largest.clamp(min=1e-6)
    scale, far = scale.where(varies, torch.inf), far.where(varies, torch.inf)
    codes = class_codes(y[some])
    rows = (x[some] - mean) / scale
    return Rows(rows, y[some], codes, mean, scale, far, *_variation(rows, codes))


def _variation(rows: Tensor, codes: Tensor) -> tuple[float, float]:
    """Return the standard deviation within classes, and the participation ratio of the covariance's eigenvalues."""
    members = torch.nn.functional.one_hot(codes).to(rows.dtype)
    means = members.T @ rows / members.sum(dim=0).clamp(min=1)[:, None]
    within = rows - means[codes]
    products = within @ within.T
    spread = within.square().mean().sqrt()
    return spread.item(), (products.trace() ** 2 / products.square().sum()).item()


def _agreement(a: Tensor, b: Tensor) -> float:
    """Return the correlation of the correlations between features in two sets of rows."""
    genes = torch.linspace(0, a.shape[1] - 1, min(a.shape[1], _N_GENES), device=a.device).long()
    pairs = torch.triu_indices(len(genes), len(genes), 1, device=a.device)
    both = torch.stack([torch.corrcoef(rows[:, genes].T).nan_to_num()[*pairs] for rows in (a, b)])
    return torch.corrcoef(both)[0, 1].nan_to_num().item()


def _state(net: Any) -> dict[str, Any]:
    """Return the state of a net as an epoch begins, without what optimisers and the user's callbacks know.

    Weights that have an average are left out: the average takes their place.
    """
    state = state_of(net)
    del state["history"]
    averaged = {weight.data_ptr() for average in averages_of(net) for weight in average.weights_}
    state["tensors"] = {k: value for k, value in state["tensors"].items() if value.data_ptr() not in averaged}
    for optimizer in state["optimizers"].values():
        optimizer["state"] = {}
    own = {name for name, callback in net.callbacks_ if type(callback).__module__.split(".")[0] == _PACKAGE}
    guards = {name for name, callback in net.callbacks_ if isinstance(callback, DivergenceGuard)}
    state["callbacks"] = {name: known for name, known in state["callbacks"].items() if name in own - guards}
    return copy.deepcopy(state)


def _scale_rates(net: Any, factor: float) -> None:
    """Multiply the learning rates of optimisers, and those that schedules begin with."""
    for optimizer in optimizers_of(net).values():
        for group in optimizer.param_groups:
            group.update({name: group[name] * factor for name in _RATES if name in group})
    for _, callback in net.callbacks_:
        for value in vars(callback).values():
            if isinstance(value, LRScheduler):
                value.base_lrs = [rate * factor for rate in value.base_lrs]
