"""The template of the samplers whose generator is a torch module."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from functools import partial
from itertools import chain
from typing import Any, ClassVar

import numpy as np
import torch
from sklearn.utils.validation import check_is_fitted
from torch import Tensor
from torch.utils.data import TensorDataset

from .._nn.callbacks import EMA
from .._nn.conditions import CovariateLayout, takes_covariates, with_covariates
from .._nn.device import resolve_device
from .._nn.estimator import NetEstimator, as_rows
from .._nn.nets import GenerativeModule
from .._nn.random import torch_generator
from ..utils.constraints import ShareBelowOne
from ..utils.declaration import estimator
from ..utils.splits import holdout_for
from ..utils.typing import MatrixLike, RandomState
from ._covariates import CovariateRows
from ._interpolation import between, check_ends, check_path
from .base import NOT_TRAINED, GenerativeSampler

_COPIES = 6  # of the weights: they, their average, that of the last good epoch, gradients, and two moments
_ACTIVATIONS = 10  # of a batch that are as wide as the rows


@estimator
class TorchSampler(NetEstimator, GenerativeSampler):
    """Base class of the samplers whose generator is a torch module, trained by a skorch net.

    A subclass writes `_make_module`.

    Parameters
    ----------
    ema_decay : float in [0, 1) or None
        Decay of the moving average of the weights that sampling uses; None samples from the last weights.
    """

    ema_decay: ShareBelowOne | None = 0.999
    quantile_mapping = True

    _unseen: ClassVar[frozenset[str]] = GenerativeSampler._unseen | {"verbose", "checkpoint"}
    _drawing: ClassVar[frozenset[str]] = _unseen
    _ema_child: ClassVar[str | None] = None

    @abstractmethod
    def _make_module(self, n_features: int, n_classes: int) -> GenerativeModule:
        """Return the generator: ``forward(x, y)`` is its loss, ``sample(y, rng)`` draws rows."""

    def _gene_width(self) -> int:
        """Return the widths, in all, of the layers that reach every gene; 0 for nets of components."""
        return 0

    def _held_rows(self, n_rows: int) -> float:
        width, batch = self._gene_width(), self._batch_size(n_rows)
        # A card has its own memory: the trained weights come back
        if resolve_device(self.device).type == "cuda":
            return super()._held_rows(n_rows) + width
        if not width:
            return super()._held_rows(n_rows)
        # the rows and one more copy while blocks are computed; sorted ones come when the generator's rows are gone
        return 2 * n_rows + _COPIES * width + _ACTIVATIONS * (batch if batch > 0 else n_rows)

    def _recalled(self) -> None:
        for name in self._drawing:
            if hasattr(self.module_, name):
                setattr(self.module_, name, getattr(self, name))

    def _prepare(self, X: np.ndarray, codes: np.ndarray, rng: np.random.Generator) -> None:
        """Look at the training rows, in the innermost space, before the module is made."""

    def _training_rows(self, X: np.ndarray, codes: np.ndarray) -> TensorDataset:
        """Return the data set whose batches the module's `forward` gets."""
        return TensorDataset(as_rows(X), torch.from_numpy(codes))

    def _default_callbacks(self) -> list[Any]:
        average = [EMA(self.ema_decay, self._ema_child)] if self.ema_decay is not None else []
        return average + super()._default_callbacks()

    def _covariate_layout(self) -> CovariateLayout | None:
        """Return what the module's condition has to know of the covariates, None without any."""
        return None if self._covariates is None else self._covariates.layout

    def _fit_generator(
        self,
        X: np.ndarray,
        codes: np.ndarray,
        rng: np.random.Generator,
        groups: Any,
        covariates: CovariateRows | None = None,
    ) -> None:
        self._prepare(X, codes, rng)
        rows, validation = self._training_rows(X, codes), None
        if covariates is not None:
            x, y, *others = rows.tensors
            rows = TensorDataset(x, with_covariates(y, covariates.design), *others)
        train, held = holdout_for(self.callbacks, codes, groups, self._seed)
        if len(held):
            rows, validation = TensorDataset(*rows[train]), TensorDataset(*rows[held])
        make_module = partial(self._make_module, X.shape[1], len(self.classes_))
        net = self._make_net(make_module, len(rows), rng, validation)
        if covariates is not None and not takes_covariates(net.module):
            raise TypeError(
                f"{type(self).__name__} takes no covariates: its module's condition is not that of make_conditioning"
            )
        net.fit(rows)
        self._keep(net)

    def interpolate(
        self,
        label_a: Any,
        label_b: Any,
        weights: Sequence[float] = (0, 0.25, 0.5, 0.75, 1),
        *,
        covariates: Any = None,
        n_samples: int = 1,
        method: str = "lerp",
        random_state: RandomState = None,
    ) -> tuple[MatrixLike, np.ndarray]:
        """Draw rows along the path from one class, or one value of a covariate, to another.

        The condition vectors of the two ends are interpolated and the noise is held fixed: row k of each
        weight comes from the same noise. Rows between classes have no quantiles to map to, so they are not mapped.

        Parameters
        ----------
        label_a, label_b : label
            The classes at weight 0 and 1.
        weights : sequence of float, default=(0, 0.25, 0.5, 0.75, 1)
            Share of `label_b`. Values outside [0, 1] extrapolate.
        covariates : pair of mappings, or mapping, default=None
            Covariates at weight 0 and 1, ``({"age": 30}, {"age": 80})``, or the same at both. Others are drawn as
            `sample` draws them, for each end if the labels differ; within a class they stay along the path.
        n_samples : int, default=1
            Rows for each weight.
        method : {"lerp", "slerp"}, default="lerp"
            Straight line between the condition vectors, or arc on the sphere, which keeps their length.
        random_state : int, RandomState instance or None, default=None
            Determines the noise, as in `sample`: with an integer and without quantile mapping, weight 0 gives the
            rows of ``sample(y=[label_a] * n_samples, random_state=random_state)``.

        Returns
        -------
        X_path : same type as the `X` of `fit`, of shape (len(weights) * n_samples, n_features)
            Synthetic rows, ordered by weight.
        weights : ndarray of shape (len(weights) * n_samples,)
            The weight of each row.

        Raises
        ------
        NotFittedError
            If nothing has been trained yet.
        ValueError
            If a label or a covariate is unknown, or another argument is not as described.
        TypeError
            If the generator has no condition vectors.
        """
        check_is_fitted(self, msg=NOT_TRAINED)
        steps = check_path(weights, n_samples, method)
        module: Any = self.module_
        if not hasattr(module, "condition"):
            raise TypeError(f"{type(self).__name__} has no condition vectors to interpolate")
        codes = np.concatenate([self._code_of(label_a, "label_a"), self._code_of(label_b, "label_b")])
        asked = codes, check_ends(covariates)
        stream, rows = self._sample_stream(random_state), []
        with torch.no_grad():
            a, b = map(module.condition, self._ends(*asked, n_samples, stream))
        for weight in steps:
            rng = np.random.default_rng(stream)
            condition = torch.stack([between(*ends, weight, method) for ends in zip(a, b, strict=True)])
            drawn = self._generate_for(condition.expand(n_samples, -1), rng)
            rows.append(self._decode(drawn, None, rng))
        path = self._clip(np.concatenate(rows))
        return self._rows_like(self._X_template, path), np.repeat(steps, n_samples)

    def _code_of(self, label: Any, name: str) -> np.ndarray:
        if isinstance(label, list | tuple | np.ndarray) and np.ndim(label) and not self._labels._n_columns:
            raise ValueError(f"{name} must be one label, got {label!r}")
        return self._labels.codes_of([label])

    def _ends(
        self, codes: np.ndarray, given: tuple[dict, dict] | None, n_samples: int, stream: tuple[int, int]
    ) -> list[Tensor]:
        """Return the labels of both ends of a path; with covariates, one for each row."""
        if given is not None:
            self._check_has_covariates()
        if self._covariates is None:
            return list(torch.from_numpy(codes).split(1))
        first, last = given or ({}, {})
        a, b = (np.repeat(code, n_samples) for code in codes)
        start = self._conditions(a, first or None, stream)
        kept = start.values if start is not None and codes[0] == codes[1] else first
        end = self._conditions(b, {**kept, **last} or None, stream)
        return [self._y(a, start), self._y(b, end)]

    def _generate(
        self, codes: np.ndarray, rng: np.random.Generator, covariates: CovariateRows | None = None
    ) -> np.ndarray:
        return self._generate_for(self._y(codes, covariates), rng)

    def _y(self, codes: np.ndarray, covariates: CovariateRows | None) -> Tensor:
        """Return the labels of rows as the module takes them."""
        y = torch.from_numpy(codes)
        return y if covariates is None else with_covariates(y, covariates.design)

    def _generate_for(self, y: Tensor, rng: np.random.Generator) -> np.ndarray:
        """Return one row for each class code or condition vector."""
        with self._module_on_device() as (module, device):
            generator = torch_generator(rng.integers(2**63), device)
            # 64 MiB of rows at a time, and of what layers of up to 8,192 units make of them; four times that on a GPU
            n_values = 2**24 if device.type == "cpu" else 2**26
            chunks = y.to(device).split(max(1, n_values // max(8192, self.n_features_in_)))
            drawn = (module.sample(chunk, generator).float().cpu().numpy() for chunk in chunks)
            if len(chunks) == 1:
                return next(drawn)
            first = next(drawn)
            rows, start = np.empty((len(y), first.shape[1]), first.dtype), 0
            for part in chain([first], drawn):
                rows[start : start + len(part)] = part
                start += len(part)
            return rows
