"""Noise schedules: how much of a row is left at each step of a diffusion."""

from __future__ import annotations

import math

import torch
from torch import Tensor


def linear(n_steps: int) -> Tensor:
    """Return betas on a line from 1e-4 to 0.02 (Ho et al., 2020)."""
    return torch.linspace(1e-4, 0.02, n_steps, dtype=torch.float64)


def quadratic(n_steps: int) -> Tensor:
    """Return betas whose square roots lie on a line from 0.01 to the root of 0.02."""
    return torch.linspace(1e-4**0.5, 0.02**0.5, n_steps, dtype=torch.float64).square()


def cosine(n_steps: int) -> Tensor:
    """Return betas under which the share of a row falls as a squared cosine (Nichol and Dhariwal, 2021)."""
    t = torch.linspace(0, 1, n_steps + 1, dtype=torch.float64)
    share = ((t + 0.008) / 1.008 * math.pi / 2).cos().square()
    return (1 - share[1:] / share[:-1]).clamp(max=0.999)


SCHEDULES = {"linear": linear, "quadratic": quadratic, "cosine": cosine}


def alpha_bars(schedule: str, n_steps: int) -> Tensor:
    """Return alpha bar, the share of a row's variance left after each step: cumulative products of ``1 - beta``.

    Examples
    --------
    >>> alpha_bars("quadratic", 1000)[-1].item()
    0.00073...
    """
    return (1 - SCHEDULES[schedule](n_steps)).cumprod(dim=0)
