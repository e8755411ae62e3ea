"""The networks of diffusion and flow: from a noisy row, its time and its class to a row of the same width."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from .._nn.aligned import AlignedLinear, side_by_side
from .._nn.film import FiLMNetwork
from .._nn.random import Dropout


class PaperNetwork(nn.Module):
    """The published denoiser: residual blocks of two layers that see time before, and class after, each norm."""

    def __init__(
        self, n_features: int, n_condition: int, hidden: Sequence[int], dropout: float, n_steps: int
    ):
        super().__init__()
        widths = [n_features, *hidden]
        self.blocks = nn.ModuleList(
            _PaperBlock(a, b, n_condition, dropout) for a, b in zip(widths, widths[1:], strict=False)
        )
        self.output = nn.Sequential(
            nn.LayerNorm(widths[-1], eps=1e-6), nn.SiLU(), AlignedLinear(widths[-1], n_features)
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
        self.linears = nn.ModuleList(AlignedLinear(width + 1 + n_condition, n_out) for width in widths)
        self.ends = nn.ModuleList(
            nn.Sequential(nn.LayerNorm(n_out, eps=1e-6), nn.ReLU(), Dropout(dropout)) for _ in widths
        )
        self.skip = None if n_in == n_out else AlignedLinear(n_in + n_condition, n_out)

    def forward(self, x: Tensor, time: Tensor, condition: Tensor) -> Tensor:
        u = x
        for norm, linear, end in zip(self.norms, self.linears, self.ends, strict=True):
            u = end(linear(side_by_side(norm(torch.cat([u, time], dim=1)), condition)))
        return u + (x if self.skip is None else self.skip(side_by_side(x, condition)))


class MLPNetwork(nn.Module):
    """The network of TabDDPM: time and class are added to a projection of the row, then come plain layers."""

    frequencies: Tensor

    def __init__(
        self, n_features: int, n_condition: int, hidden: Sequence[int], dropout: float, n_steps: int
    ):
        super().__init__()
        n_code = 128
        # Angles of the step itself, t of 0 to n_steps - 1; the networks are given t / n_steps.
        self.register_buffer(
            "frequencies",
            n_steps * 10_000 ** -torch.arange(0, 1, 2 / n_code, dtype=torch.float32),
            persistent=False,
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


NETWORKS = {"film": FiLMNetwork, "mlp": MLPNetwork, "paper": PaperNetwork}
