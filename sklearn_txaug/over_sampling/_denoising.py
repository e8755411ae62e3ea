"""What diffusion and flow share: the Gaussian that they correct, the latent space, the way from noise to rows."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from numbers import Integral
from typing import Any, ClassVar, Literal

import numpy as np
import torch
from sklearn.utils.validation import check_is_fitted
from torch import Tensor

from .._nn.callbacks import LearningRate
from .._nn.conditions import CovariateLayout
from .._nn.estimator import LARGE_COHORT
from .._nn.layers import Conditioning, make_conditioning
from .._nn.nets import GenerativeModule
from .._nn.random import torch_generator, uniform
from .._nn.straight_flow import gaussian_start
from ..utils.constraints import NonNegativeFloat, OneOrMoreWidths, PositiveInt, Share, ShareBelowOne
from ..utils.declaration import estimator
from ..utils.typing import MatrixLike, RandomState
from ._components import ClassGaussians, ComponentsSampler
from ._denoising_networks import NETWORKS
from ._prior import PriorSampler
from .base import NOT_TRAINED


class Denoiser(GenerativeModule):
    """A network between noise and rows, ``x_t = a x + b noise``, with guidance and Gaussian preconditioning.

    Under preconditioning the network's output is a correction, in posterior standard deviations, of the best
    denoiser of a Gaussian for each class: a network whose output is zero generates from these Gaussians.
    """

    static_step = True

    def __init__(
        self,
        n_features: int,
        n_classes: int,
        *,
        network: str,
        hidden_layer_sizes: Sequence[int],
        dropout: float,
        conditioning: str,
        preconditioning: str,
        label_dropout: float,
        guidance: float,
        n_sampling_steps: int,
        n_diffusion_steps: int = 1000,
        covariates: CovariateLayout | None = None,
    ):
        super().__init__()
        self.n_features = n_features
        self.label_dropout = label_dropout
        self.guidance = guidance
        self.n_sampling_steps = n_sampling_steps
        self.condition = make_conditioning(conditioning, n_classes, covariates)
        self.network = NETWORKS[network](
            n_features, self.condition.width, hidden_layer_sizes, dropout, n_diffusion_steps
        )
        self.gaussians = (
            ClassGaussians(n_features, n_classes, columns=getattr(self.condition, "columns", ()))
            if preconditioning == "gaussian"
            else None
        )

    @property
    def starts_near_rows(self) -> bool:
        return self.gaussians is not None

    def prepare(self, x: Tensor, y: Tensor) -> None:
        if self.gaussians is not None:
            self.gaussians.fit(x, y)

    def path(self, y: Tensor, rng: torch.Generator | None) -> Iterator[Tensor]:
        """Give the noise, and what is left of it after each of the `n_sampling_steps`: the last are the rows."""
        raise NotImplementedError

    def sample(self, y: Tensor, rng: torch.Generator | None) -> Tensor:
        return deque(self.path(y, rng), maxlen=1)[0]

    def drop_labels(self, condition: Tensor) -> Tensor:
        """Replace some condition vectors by the zero vector, which stands for no class."""
        keep = uniform(len(condition), 1, like=condition, rng=self.rng) >= self.label_dropout
        return condition * keep

    def denoised(self, x_t: Tensor, a: Tensor, b: Tensor, time: Tensor, condition: Tensor) -> Tensor:
        """Return the expected row under preconditioning."""
        standard, expected, deviation = self.gaussian_start(x_t, a, b, condition)
        return expected + deviation * self.network(standard, time, condition)

    def gaussian_start(
        self, x_t: Tensor, a: Tensor, b: Tensor, condition: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return the standardised row, and what its class's Gaussian says: the expected row and its deviation."""
        assert self.gaussians is not None
        return gaussian_start(x_t, a, b, *self.gaussians(condition))

    def guided(self, direction: Any, x_t: Tensor, step: Tensor, condition: Tensor) -> Tensor:
        """Push the direction for the class away from the direction for no class."""
        conditional = direction(x_t, step, condition)
        if not self.guidance:
            return conditional
        return conditional + self.guidance * (conditional - direction(x_t, step, torch.zeros_like(condition)))


@estimator
class DenoisingSampler(ComponentsSampler, PriorSampler):
    """Base class of the samplers that turn noise into rows step by step, in principal components or in gene space.

    Parameters
    ----------
    hidden_layer_sizes : tuple of int or None
        Width of each residual block. None is two blocks, of width 128 below 1,500 rows and 256 from there on.
    network : {"film", "mlp", "paper"}
        ``"film"`` scales and shifts the input of each block by time and class; ``"paper"`` is the network of
        Lacan et al. 2026, of residual LayerNorm blocks; ``"mlp"`` is that of `TabDDPMSampler`.
    dropout : float in [0, 1)
        Dropout in each block.
    conditioning : {"embedding", "paper"}
        ``"embedding"`` is a learned vector of the class beside its one-hot code, ``"paper"`` the published
        element-wise code of width ``2 * n_classes``, which needs ``preconditioning="none"``.
    preconditioning : {"gaussian", "none"}
        ``"gaussian"`` lets the network correct the best denoiser of a Gaussian for each class, ``"none"`` lets it
        predict without this start, as published.
    label_dropout : float in [0, 1]
        Share of the training rows shown without their class, for `guidance`.
    guidance : float >= 0
        Strength of classifier-free guidance; 0 is none. Quantile mapping undoes the shifts of single genes.
    n_sampling_steps : int
        Number of sampling steps.
    lr_schedule : {"cosine", "linear", "onecycle", "constant"}
        Schedule of the learning rate.
    """

    hidden_layer_sizes: OneOrMoreWidths | None = None
    network: Literal["film", "mlp", "paper"] = "film"
    dropout: ShareBelowOne = 0.1
    conditioning: Conditioning = "embedding"
    preconditioning: Literal["gaussian", "none"] = "gaussian"
    label_dropout: Share = 0.1
    guidance: NonNegativeFloat = 0.0
    n_sampling_steps: PositiveInt = 50
    lr_schedule: Literal["cosine", "linear", "onecycle", "constant"] = "cosine"

    _n_steps_large: ClassVar[int | None] = 5000
    _drawing: ClassVar[frozenset[str]] = ComponentsSampler._drawing | {"guidance", "n_sampling_steps"}

    def denoising_path(
        self,
        steps: Sequence[int] | None = None,
        n_samples: int = 1,
        *,
        y: Any = None,
        covariates: Any = None,
        random_state: RandomState = None,
    ) -> tuple[MatrixLike, Any, np.ndarray]:
        """Draw rows and show them on their way: what the noise has become after some of the sampling steps.

        The rows of each step come from the same noise. What is drawn with a scale of its own, decoding and its
        noise, is the same at each step. None is mapped to the quantiles of its class, which rows on the way do not
        have, and none is clipped.

        Parameters
        ----------
        steps : sequence of int, default=None
            Numbers of steps taken, from 0, the noise alone, to `n_sampling_steps`, the rows. None is six numbers
            from the first to the last, evenly spaced.
        n_samples : int, default=1
            Rows to follow, spread over the classes as the training labels are. Ignored if `y` is given.
        y : array-like of shape (n_rows,), default=None
            Labels to follow one row for each.
        covariates : mapping, DataFrame or array-like, default=None
            Covariates of these rows, as in `sample`.
        random_state : int, RandomState instance or None, default=None
            Decides the noise, as in `sample`: with an integer and without quantile mapping, the last step gives the
            rows of ``sample(y=y, random_state=random_state)``.

        Returns
        -------
        X_path : same type as the `X` of `fit`, of shape (len(steps) * n_rows, n_features)
            Rows on the way, step after step.
        y_path : same type as the `y` of `fit`, of shape (len(steps) * n_rows,)
            Their labels.
        steps : ndarray of shape (len(steps) * n_rows,)
            The steps taken of each.

        Raises
        ------
        NotFittedError
            If nothing was trained yet.
        ValueError
            If a step is no integer from 0 to `n_sampling_steps`, a label is unknown, or `n_samples` is not a positive
            integer.

        Examples
        --------
        >>> from sklearn_txaug.datasets import load_tissue_expression
        >>> from sklearn_txaug.over_sampling import DDIMSampler
        >>> X, y = load_tissue_expression(return_X_y=True)
        >>> sampler = DDIMSampler(max_epochs=2, random_state=0).fit(X, y)
        >>> X_path, y_path, steps = sampler.denoising_path([0, 25, 50], n_samples=10)
        >>> X_path.shape, steps.tolist()[::10]
        ((30, 500), [0, 25, 50])
        """
        check_is_fitted(self, msg=NOT_TRAINED)
        module: Any = self.module_
        steps = _check_steps(steps, module.n_sampling_steps)
        codes, conditions, stream = self._asked(n_samples, y, covariates, random_state)
        path = []
        for Z in self._generate_path(self._y(codes, conditions), steps, np.random.default_rng(stream)):
            rng = np.random.default_rng(stream)
            rng.integers(2**63)  # what drew the noise
            path.append(self._decode(Z, None, rng))
        labels = self._labels.like_given(np.tile(codes, len(steps)))
        return self._rows_like(self._X_template, np.concatenate(path)), labels, np.repeat(steps, len(codes))

    def _generate_path(self, y: Tensor, steps: list[int], rng: np.random.Generator) -> list[np.ndarray]:
        """Return the rows of each step, in the innermost space."""
        with self._module_on_device() as (module, device):
            generator = torch_generator(rng.integers(2**63), device)
            path = enumerate(module.path(y.to(device), generator))
            taken = {step: x.cpu().numpy() for step, x in path if step in steps}
        return [taken[step] for step in steps]

    def _check_rows(self, rows: np.ndarray) -> None:
        if self.conditioning == "paper" and self.preconditioning == "gaussian":
            raise ValueError(
                "conditioning='paper' needs preconditioning='none', got preconditioning='gaussian'"
            )
        super()._check_rows(rows)

    def _denoiser_parameters(self) -> dict[str, Any]:
        hidden = self.hidden_layer_sizes
        if hidden is None:
            hidden = (128, 128) if self._labels.counts.sum() < LARGE_COHORT else (256, 256)
        return {
            "hidden_layer_sizes": hidden,
            "network": self.network,
            "dropout": self.dropout,
            "conditioning": self.conditioning,
            "preconditioning": self.preconditioning,
            "label_dropout": self.label_dropout,
            "guidance": self.guidance,
            "n_sampling_steps": self.n_sampling_steps,
            "covariates": self._covariate_layout(),
        }

    def _default_callbacks(self) -> list[Any]:
        n_warmup = 1000 if self.lr_schedule == "onecycle" else 100
        return [LearningRate(self.lr_schedule, n_warmup), *super()._default_callbacks()]


def _check_steps(steps: Sequence[int] | None, n_steps: int) -> list[int]:
    """Return the steps to show, six of them if they are None."""
    if steps is None:
        return np.linspace(0, n_steps, min(6, n_steps + 1)).round().astype(int).tolist()
    steps = list(steps)
    if not steps or not all(isinstance(k, Integral) and 0 <= k <= n_steps for k in steps):
        raise ValueError(f"steps must be integers from 0 to n_sampling_steps={n_steps}, got {steps}")
    return [int(k) for k in steps]
