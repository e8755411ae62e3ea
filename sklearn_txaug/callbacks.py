"""Callbacks for ``callbacks=[...]`` of the samplers that train a net."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
import torch
from skorch.callbacks import Callback
from torch import Tensor

from ._nn.callbacks import EMA, averaged
from ._nn.conditions import class_codes
from ._nn.random import torch_generator
from .metrics import energy_distance
from .metrics._scoring import ScoredIndicator
from .utils.checks import check_count

__all__ = ["EMA", "IndicatorCheckpoint", "KeepInterrupted"]


class KeepInterrupted(Callback):
    """Keep the weights that an interrupted training has reached, with a warning.

    Without this callback, a `KeyboardInterrupt` (Ctrl-C) propagates out of `fit`, so that an unattended job never
    mistakes a half-trained net for a finished one. In a notebook, where you watch the loss, you may want to keep the
    weights reached so far.

    Examples
    --------
    >>> from sklearn_txaug.callbacks import KeepInterrupted
    >>> from sklearn_txaug.over_sampling import WGANGPSampler
    >>> sampler = WGANGPSampler(callbacks=[KeepInterrupted()])
    """

    def on_train_begin(self, net: Any, **kwargs: Any) -> None:
        net.keep_interrupted_ = True


class IndicatorCheckpoint(Callback):
    """Score the generator on held-out rows while it trains, and keep the weights with the best score.

    A generator's loss says little about the quality of its rows, and the last epoch is seldom the best. The
    sampler holds out part of its training rows, stratified by class and without splitting the `groups` of ``fit``.
    Every few epochs, rows are drawn from the averaged weights (those of the last step if `ema_decay` is None) for the
    held-out labels, always with the same noise, and compared with the held-out rows. When training ends, the
    weights with the best score are restored.

    Both sets are in the space in which the net trains: scaled, or the latent space of a sampler that has one. The
    scaler, and anything else a sampler computes before it trains a net, see all rows.

    The scores are in `history_`, under the name of the indicator and ``"_score"``: there, greater is better, and
    epochs without a score have NaN. If two scores are equal, the first is kept. A generator that yields NaN, or too
    few rows for the indicator, scores minus infinity.

    Parameters
    ----------
    indicator : callable, default=energy_distance
        Function of ``(X_real, X_synthetic)``, or ``(X_real, X_synthetic, y_real, y_synthetic)`` with class codes:
        from :mod:`sklearn_txaug.metrics`, or your own if greater is better. :func:`functools.partial` fixes settings.
    field : str, default=None
        Field of a returned named tuple to use; None is the headline.
    every : int, default=10
        Epochs between two scores; the last epoch is scored too.
    validation_fraction : float in (0, 0.5], default=0.2
        Share of the rows held out, which are lost to training. The only row of a class is never held out.

    Examples
    --------
    >>> from sklearn_txaug.callbacks import IndicatorCheckpoint
    >>> from sklearn_txaug.datasets import load_tissue_expression
    >>> from sklearn_txaug.over_sampling import WGANGPSampler
    >>> X, y = load_tissue_expression(return_X_y=True)
    >>> sampler = WGANGPSampler(max_epochs=4, callbacks=[IndicatorCheckpoint(every=2)], random_state=0)
    >>> scores = sampler.fit(X, y).history_[:, "energy_distance_score"]
    >>> [score < 0 for score in scores]  # NaN in the first and the third epoch
    [False, True, False, True]
    """

    _unsaved: ClassVar[dict[str, Any]] = {"scored_": None}

    def __init__(
        self,
        indicator: Callable[..., Any] = energy_distance,
        *,
        field: str | None = None,
        every: int = 10,
        validation_fraction: float = 0.2,
    ):
        self.indicator = indicator
        self.field = field
        self.every = every
        self.validation_fraction = validation_fraction

    def on_train_begin(self, net: Any, **kwargs: Any) -> None:
        check_count(self.every, "every")
        self.scored_ = ScoredIndicator(self.indicator, self.field, None, {})
        self.best_score_ = -np.inf
        self.best_weights_: dict[str, Tensor] | None = None

    def on_epoch_end(self, net: Any, dataset_valid: Any = None, **kwargs: Any) -> None:
        epoch = net.history[-1, "epoch"]
        if epoch % self.every and epoch != net.max_epochs:
            self._record(net, np.nan, False)
            return
        if dataset_valid is None:
            raise ValueError(
                "IndicatorCheckpoint has no held-out rows: give it to a sampler, as callbacks=[...]."
            )
        with averaged(net):
            self._score(net, dataset_valid)

    def on_train_end(self, net: Any, **kwargs: Any) -> None:
        if self.best_weights_ is not None:
            net.module_.load_state_dict(self.best_weights_)
        del self.best_weights_, self.scored_

    def _score(self, net: Any, held_out: Any) -> None:
        """Score the current weights and keep a copy if they are the best."""
        weights = net.module_.state_dict()
        if self.best_weights_ is not None and self.best_weights_.keys() != weights.keys():
            self.best_score_ = -np.inf  # the module's structure has changed: the old weights do not fit
        score = self._value(net, *held_out.tensors[:2])
        best = self.best_weights_ is None or score > self.best_score_
        if best:
            self.best_score_ = score
            self.best_weights_ = {name: tensor.clone() for name, tensor in weights.items()}
        self._record(net, score, best)

    def _record(self, net: Any, score: float, best: bool) -> None:
        net.history.record(f"{self.scored_.name}_score", score)
        net.history.record(f"{self.scored_.name}_score_best", best)

    @torch.no_grad()
    def _value(self, net: Any, rows: Tensor, y: Tensor) -> float:
        net.module_.eval()
        new = net.module_.sample(y.to(net.device), torch_generator(net.seed, net.device)).cpu().numpy()
        if not np.isfinite(new).all():
            return -np.inf
        codes = class_codes(y).numpy()
        score = self.scored_((rows.numpy(), new, codes, codes), 0)
        return -np.inf if np.isnan(score) else score
