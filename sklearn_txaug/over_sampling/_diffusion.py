"""Conditional denoising diffusion, sampled with noise (DDPM) or without (DDIM)."""

from __future__ import annotations

from collections.abc import Iterator
from math import sqrt
from numbers import Integral
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
import torch
from torch import Tensor

from .._nn.random import integers, normal
from ..utils.constraints import Interval, Share
from ..utils.declaration import estimator
from ._denoising import Denoiser, DenoisingSampler
from ._schedules import alpha_bars, sampling_steps


class Diffusion(Denoiser):
    """The noise in a row after t steps, ``x_t = sqrt(alpha_bar_t) x + sqrt(1 - alpha_bar_t) noise``."""

    alpha_bar: Tensor

    def __init__(
        self,
        n_features: int,
        n_classes: int,
        *,
        schedule: str,
        n_diffusion_steps: int,
        step_spacing: str,
        eta: float,
        **kwargs: Any,
    ):
        super().__init__(n_features, n_classes, n_diffusion_steps=n_diffusion_steps, **kwargs)
        self.n_diffusion_steps = n_diffusion_steps
        self.step_spacing = step_spacing
        self.eta = eta
        self.register_buffer("alpha_bar", alpha_bars(schedule, n_diffusion_steps).float())

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        step = self._antithetic_steps(x)
        alpha_bar = self.alpha_bar[step][:, None]
        noise = normal(*x.shape, like=x, rng=self.rng)
        x_t = alpha_bar.sqrt() * x + (1 - alpha_bar).sqrt() * noise
        return (
            (self.predict_noise(x_t, step, self.drop_labels(self.condition(y))) - noise)
            .square()
            .sum(dim=1)
            .mean()
        )

    def predict_noise(self, x_t: Tensor, step: Tensor, condition: Tensor) -> Tensor:
        time = step[:, None].to(x_t.dtype) / self.n_diffusion_steps
        if self.gaussians is None:
            return self.network(x_t, time, condition)
        a, b = self.alpha_bar[step][:, None].sqrt(), (1 - self.alpha_bar[step])[:, None].sqrt()
        return (x_t - a * self.denoised(x_t, a, b, time, condition)) / b

    def path(self, y: Tensor, rng: torch.Generator | None) -> Iterator[Tensor]:
        condition = self.condition(y)
        x = normal(len(y), self.n_features, like=condition, rng=rng)
        yield x
        for step, alpha_bar, next_alpha_bar in self.steps_down():
            noise = self.guided(
                self.predict_noise, x, torch.full((len(y),), step, device=y.device), condition
            )
            x = ddim_step(x, noise, alpha_bar, next_alpha_bar, self.eta, rng)
            yield x

    def steps_down(self) -> Iterator[tuple[int, float, float]]:
        """Give the steps that sampling visits, each with the row's share of the variance there and at the next."""
        steps = sampling_steps(self.n_diffusion_steps, self.n_sampling_steps, self.step_spacing)
        shares = self.alpha_bar[steps].tolist()
        return zip(steps, shares, [*shares[1:], 1.0], strict=True)  # 1 is the row itself

    def _antithetic_steps(self, x: Tensor) -> Tensor:
        """Draw steps in pairs that mirror each other, so that a batch covers early and late ones alike."""
        half = integers(self.n_diffusion_steps, len(x) // 2 + 1, like=x, rng=self.rng)
        return torch.cat([half, self.n_diffusion_steps - 1 - half])[: len(x)]


def ddim_step(
    x: Tensor,
    noise: Tensor,
    alpha_bar: float,
    next_alpha_bar: float,
    eta: float,
    rng: torch.Generator | None,
) -> Tensor:
    """Go from `alpha_bar`, the row's share of the variance, to that of the next, less noisy step.

    Equation 12 of Song et al. (2021), whose alpha is alpha bar here; sigma is `eta` times their equation 16. With
    ``eta=1`` and neighbouring steps that is the posterior of Ho et al. (2020), equations 6 and 7.
    """
    denoised = (x - sqrt(1 - alpha_bar) * noise) / sqrt(alpha_bar)
    sigma = eta * sqrt((1 - alpha_bar / next_alpha_bar) * (1 - next_alpha_bar) / (1 - alpha_bar))
    x = sqrt(next_alpha_bar) * denoised + sqrt(max(0.0, 1 - next_alpha_bar - sigma**2)) * noise
    if eta and next_alpha_bar < 1:
        x = x + sigma * normal(*x.shape, like=x, rng=rng)
    return x


@estimator
class DDPMSampler(DenoisingSampler):
    """Conditional denoising diffusion with fresh noise at each sampling step.

    A network learns to predict the noise in a row; sampling removes it step by step. By default rows are generated
    in their principal components, where a Gaussian for each class is the starting point that the network corrects;
    predicting the noise of hundreds of genes from nothing takes thousands of epochs. That published form is under
    ``presets.LACAN2026_TCGA`` and ``presets.LACAN2026_GTEX``.

    Parameters
    ----------
    n_sampling_steps : int
        Steps of sampling, at most `n_diffusion_steps`, which visits every step of training.
    step_spacing : {"trailing", "linspace"}
        Which steps of training fewer steps of sampling visit. Both begin at the noisiest. ``"trailing"`` goes on in
        equal strides, down to the row; ``"linspace"`` also visits the first step, at the price of longer strides.
        The names are those of diffusers, whose ``"leading"`` begins amid the diffusion unless `n_sampling_steps`
        divides `n_diffusion_steps`, and is not offered.
    n_diffusion_steps : int
        Steps from a row to noise in training.
    schedule : {"cosine", "linear", "quadratic"}
        Course of the noise over these steps.
    eta : float in [0, 1]
        Share of the noise added at each sampling step: 1 is DDPM, 0 is DDIM.

    See Also
    --------
    DDIMSampler : The same without fresh noise.
    FlowMatchingSampler : Straight paths, the default deep generator.

    References
    ----------
    .. [1] J. Ho, A. Jain, P. Abbeel, "Denoising diffusion probabilistic models", NeurIPS 2020.
    .. [2] A. Lacan, R. Andre, M. Sebag, B. Hanczar, "In silico generation of gene expression profiles using
       diffusion models", BMC Bioinformatics, 2026.

    Examples
    --------
    >>> from sklearn_txaug.datasets import load_tissue_expression
    >>> from sklearn_txaug.over_sampling import DDPMSampler
    >>> X, y = load_tissue_expression(return_X_y=True)
    >>> X_res, y_res = DDPMSampler(n_synthetic=20, max_epochs=2, random_state=0).fit_resample(X, y)
    >>> X_res.shape
    (209, 500)
    """

    n_diffusion_steps: Annotated[int, Interval(Integral, 2, None, closed="left")] = 1000
    schedule: Literal["cosine", "linear", "quadratic"] = "cosine"
    step_spacing: Literal["trailing", "linspace"] = "trailing"
    eta: Share = 1.0

    _drawing: ClassVar[frozenset[str]] = DenoisingSampler._drawing | {"step_spacing", "eta"}

    def _check_rows(self, rows: np.ndarray) -> None:
        if self.n_sampling_steps > self.n_diffusion_steps:
            raise ValueError(
                f"n_sampling_steps must be at most n_diffusion_steps, got n_sampling_steps={self.n_sampling_steps} "
                f"and n_diffusion_steps={self.n_diffusion_steps}"
            )
        super()._check_rows(rows)

    def _make_module(self, n_features: int, n_classes: int) -> Diffusion:
        return Diffusion(n_features, n_classes, **self._diffusion_parameters())

    def _diffusion_parameters(self) -> dict[str, Any]:
        return {
            "schedule": self.schedule,
            "n_diffusion_steps": self.n_diffusion_steps,
            "step_spacing": self.step_spacing,
            "eta": self.eta,
            **self._denoiser_parameters(),
        }


@estimator
class DDIMSampler(DDPMSampler):
    """Conditional denoising diffusion, sampled without fresh noise.

    The network is that of `DDPMSampler`; sampling is deterministic once the first noise is drawn, and takes few
    steps.

    See Also
    --------
    DDPMSampler : The same with fresh noise.

    References
    ----------
    .. [1] J. Song, C. Meng, S. Ermon, "Denoising diffusion implicit models", ICLR 2021.
    .. [2] A. Lacan, R. Andre, M. Sebag, B. Hanczar, "In silico generation of gene expression profiles using
       diffusion models", BMC Bioinformatics, 2026.

    Examples
    --------
    >>> from sklearn_txaug import presets
    >>> from sklearn_txaug.over_sampling import DDIMSampler
    >>> DDIMSampler(**presets.LACAN2026_GTEX["DDIMSampler"]).hidden_layer_sizes
    (8192, 8192)
    """

    eta = 0.0
