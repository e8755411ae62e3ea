"""What diffusion and flow share: the networks, the Gaussian that they correct, the latent space."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor, nn

from .._nn.callbacks import LearningRate
from .._nn.layers import Conditioning, make_conditioning
from .._nn.nets import GenerativeModule
from .._nn.random import Dropout, uniform
from ..utils.constraints import NonNegativeFloat, PositiveInt, Share, ShareBelowOne, Widths
from ..utils.declaration import estimator
from ._components import ClassGaussians, ComponentsSampler
from ._prior import PriorSampler

# Rows from which a wider network and a longer training pay; fewer rows it remembers (docs/benchmarks.md).
_LARGE_COHORT = 1500


class FiLMNetwork(nn.Module):
    """Residual blocks whose normalised input is scaled and shifted by time and class; zero at the start."""

    frequencies: Tensor

    def __init__(self, n_features: int, n_condition: int, hidden: Sequence[int], dropout: float):
        super().__init__()
        n_code = 64
        self.register_buffer("frequencies", torch.linspace(1, 16, 16) * math.pi / 2, persistent=False)
        self.code = nn.Sequential(
            nn.Linear(32 + n_condition, n_code), nn.SiLU(), nn.Linear(n_code, n_code), nn.SiLU()
        )
        widths = [n_features, *hidden]
        self.input = nn.Linear(n_features, widths[1])
        self.blocks = nn.ModuleList(
            _FiLMBlock(a, b, n_code, dropout)
            for a, b in zip([widths[1], *widths[1:]], widths[1:], strict=False)
        )
        self.norm, self.output = nn.LayerNorm(widths[-1]), nn.Linear(widths[-1], n_features)
        nn.init.zeros_(self.output.weight)
        nn.init.zeros_(self.output.bias)

    def forward(self, x: Tensor, time: Tensor, condition: Tensor) -> Tensor:
        angles = time * self.frequencies
        code = self.code(torch.cat([angles.sin(), angles.cos(), condition], dim=1))
        x = self.input(x)
        for block in self.blocks:
            x = block(x, code)
        return self.output(self.norm(x))


class _FiLMBlock(nn.Module):
    def __init__(self, n_in: int, n_out: int, n_code: int, dropout: float):
        super().__init__()
        self.norm = nn.LayerNorm(n_in, elementwise_affine=False)
        self.film = nn.Linear(n_code, 2 * n_in)
        self.body = nn.Sequential(
            nn.SiLU(), nn.Linear(n_in, n_out), nn.SiLU(), Dropout(dropout), nn.Linear(n_out, n_out)
        )
        self.skip = nn.Identity() if n_in == n_out else nn.Linear(n_in, n_out)

    def forward(self, x: Tensor, code: Tensor) -> Tensor:
        scale, shift = self.film(code).chunk(2, dim=1)
        return self.skip(x) + self.body(self.norm(x) * (1 + scale) + shift)


class PaperNetwork(nn.Module):
    """The published denoiser: residual blocks of two layers that see time before, and class after, each norm."""

    def __init__(self, n_features: int, n_condition: int, hidden: Sequence[int], dropout: float):
        super().__init__()
        widths = [n_features, *hidden]
        self.blocks = nn.ModuleList(
            _PaperBlock(a, b, n_condition, dropout) for a, b in zip(widths, widths[1:], strict=False)
        )
        self.output = nn.Sequential(
            nn.LayerNorm(widths[-1], eps=1e-6), nn.SiLU(), nn.Linear(widths[-1], n_features)
        )

    def forward(self, x: Tensor, time: Tensor, condition: Tensor) -> Tensor:
        condition = nn.functional.silu(condition)
        for block in self.blocks:
            x = block(x, time, condition)
        return self.output(x)


class _PaperBlock(nn.Module):
    def __init__(self, n_in: int, n_out: int, n_condition: int, dropout: float):
        super().__init__()
        widths = [n_in, n_out]
        self.norms = nn.ModuleList(nn.LayerNorm(width + 1, eps=1e-6) for width in widths)
        self.linears = nn.ModuleList(nn.Linear(width + 1 + n_condition, n_out) for width in widths)
        self.ends = nn.ModuleList(
            nn.Sequential(nn.LayerNorm(n_out, eps=1e-6), nn.ReLU(), Dropout(dropout)) for _ in widths
        )
        self.skip = None if n_in == n_out else nn.Linear(n_in + n_condition, n_out)

    def forward(self, x: Tensor, time: Tensor, condition: Tensor) -> Tensor:
        u = x
        for norm, linear, end in zip(self.norms, self.linears, self.ends, strict=True):
            u = end(linear(torch.cat([norm(torch.cat([u, time], dim=1)), condition], dim=1)))
        return u + (x if self.skip is None else self.skip(torch.cat([x, condition], dim=1)))


class MLPNetwork(nn.Module):
    """The network of TabDDPM: time and class are added to a projection of the row, then come plain layers."""

    frequencies: Tensor

    def __init__(
        self, n_features: int, n_condition: int, hidden: Sequence[int], dropout: float, n_code: int = 128
    ):
        super().__init__()
        self.register_buffer(
            "frequencies", 1000 * 10_000 ** -torch.linspace(0, 1, n_code // 2), persistent=False
        )
        self.input = nn.Linear(n_features, n_code)
        self.time = nn.Sequential(nn.Linear(n_code, n_code), nn.SiLU(), nn.Linear(n_code, n_code))
        self.label = nn.Sequential(nn.Linear(n_condition, n_code), nn.SiLU())
        widths = [n_code, *hidden]
        self.layers = nn.Sequential(
            *(
                nn.Sequential(nn.Linear(a, b), nn.ReLU(), Dropout(dropout))
                for a, b in zip(widths, widths[1:], strict=False)
            )
        )
        self.output = nn.Linear(widths[-1], n_features)
        nn.init.zeros_(self.output.weight)
        nn.init.zeros_(self.output.bias)

    def forward(self, x: Tensor, time: Tensor, condition: Tensor) -> Tensor:
        angles = time * self.frequencies
        code = self.time(torch.cat([angles.cos(), angles.sin()], dim=1))
        return self.output(self.layers(self.input(x) + code + self.label(condition)))


_NETWORKS = {"film": FiLMNetwork, "mlp": MLPNetwork, "paper": PaperNetwork}


class Denoiser(GenerativeModule):
    """A network between noise and rows, ``x_t = a x + b noise``, with guidance and Gaussian preconditioning.

    Under preconditioning the network's output is a correction, in posterior standard deviations, of the best
    denoiser of a Gaussian for each class: a network that says nothing generates from these Gaussians.
    """

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
    ):
        super().__init__()
        self.n_features = n_features
        self.label_dropout, self.guidance, self.n_sampling_steps = label_dropout, guidance, n_sampling_steps
        self.condition = make_conditioning(conditioning, n_classes)
        self.network = _NETWORKS[network](n_features, self.condition.width, hidden_layer_sizes, dropout)
        self.gaussians = ClassGaussians(n_features, n_classes) if preconditioning == "gaussian" else None

    def prepare(self, x: Tensor, y: Tensor) -> None:
        if self.gaussians is not None:
            self.gaussians.fit(x, y)

    def drop_labels(self, condition: Tensor) -> Tensor:
        """Put the zero vector, which stands for no class, in the place of some condition vectors."""
        keep = uniform(len(condition), 1, like=condition, rng=self.rng) >= self.label_dropout
        return condition * keep

    def denoised(self, x_t: Tensor, a: Tensor, b: Tensor, time: Tensor, condition: Tensor) -> Tensor:
        """Return the expected row under preconditioning."""
        assert self.gaussians is not None
        mean, variance = self.gaussians(condition)
        total = a * a * variance + b * b
        deviation = total.sqrt()
        correction = self.network((x_t - a * mean) / deviation, time, condition)
        return mean + a * variance / total * (x_t - a * mean) + b * (variance.sqrt() / deviation) * correction

    def guided(self, direction: Any, x_t: Tensor, step: Tensor, condition: Tensor) -> Tensor:
        """Push `direction` away from what it is for no class."""
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
        Width of each residual block. None is two blocks, of 128 below 1,500 training rows and of 256 from there on.
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
        predict from nothing, as published.
    label_dropout : float in [0, 1]
        Share of the training rows shown without their class, for `guidance`.
    guidance : float >= 0
        Strength of classifier-free guidance; 0 is none. Quantile mapping takes back what it moves gene by gene.
    n_sampling_steps : int
        Steps of sampling.
    lr_schedule : {"cosine", "linear", "onecycle", "constant"}
        Course of the learning rate.
    """

    hidden_layer_sizes: Widths | None = None
    network: Literal["film", "mlp", "paper"] = "film"
    dropout: ShareBelowOne = 0.1
    conditioning: Conditioning = "embedding"
    preconditioning: Literal["gaussian", "none"] = "gaussian"
    label_dropout: Share = 0.1
    guidance: NonNegativeFloat = 0.0
    n_sampling_steps: PositiveInt = 50
    lr_schedule: Literal["cosine", "linear", "onecycle", "constant"] = "cosine"

    def _check_rows(self, rows: np.ndarray) -> None:
        if self.conditioning == "paper" and self.preconditioning == "gaussian":
            raise ValueError(
                "conditioning='paper' needs preconditioning='none', got preconditioning='gaussian'"
            )
        super()._check_rows(rows)

    def _denoiser_parameters(self) -> dict[str, Any]:
        hidden = self.hidden_layer_sizes
        if hidden is None:
            hidden = (128, 128) if self._class_counts.sum() < _LARGE_COHORT else (256, 256)
        return {
            "hidden_layer_sizes": hidden,
            "network": self.network,
            "dropout": self.dropout,
            "conditioning": self.conditioning,
            "preconditioning": self.preconditioning,
            "label_dropout": self.label_dropout,
            "guidance": self.guidance,
            "n_sampling_steps": self.n_sampling_steps,
        }

    def _default_steps(self, n_rows: int) -> int:
        return 3000 if n_rows < _LARGE_COHORT else 5000

    def _default_callbacks(self) -> list[Any]:
        n_warmup = 1000 if self.lr_schedule == "onecycle" else 100
        return [LearningRate(self.lr_schedule, n_warmup), *super()._default_callbacks()]
