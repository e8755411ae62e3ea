"""A network whose blocks are scaled and shifted by time and condition."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from .random import Dropout


class FiLMNetwork(nn.Module):
    """Residual blocks whose normalised input is scaled and shifted by time and class; the output starts at zero."""

    frequencies: Tensor

    def __init__(
        self, n_features: int, n_condition: int, hidden: Sequence[int], dropout: float, n_steps: int
    ):
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
