"""Noise schedules: how much of a row is left at each step of a diffusion."""

from __future__ import annotations

import math

import numpy as np
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


def sampling_steps(n_diffusion_steps: int, n_sampling_steps: int, spacing: str) -> list[int]:
    """Return the diffusion steps that sampling visits, from the noisiest, ``n_diffusion_steps - 1``, down.

    Parameters
    ----------
    n_diffusion_steps : int
        Steps of training, T; they are numbered 0 to T - 1.
    n_sampling_steps : int
        Steps of sampling, S, from 1 to T; with S = T each step is visited.
    spacing : {"trailing", "linspace"}
        ``"trailing"``: T - 1 and on in strides of T / S, so that the last jump, to the row itself, is as long as the
        others. ``"linspace"``: both ends, T - 1 and 0, and S - 2 steps between them. Both are rounded.

    Examples
    --------
    >>> sampling_steps(1000, 4, "trailing"), sampling_steps(1000, 4, "linspace")
    ([999, 749, 499, 249], [999, 666, 333, 0])
    """
    if spacing == "linspace" and n_sampling_steps > 1:
        steps = np.linspace(0, n_diffusion_steps - 1, n_sampling_steps).round()[::-1]
    else:
        # Cut, because the rounding of the stride can bring about one step more.
        steps = (
            np.arange(n_diffusion_steps, 0, -n_diffusion_steps / n_sampling_steps)[:n_sampling_steps].round()
            - 1
        )
    return [int(step) for step in steps]


def alpha_bars(schedule: str, n_steps: int) -> Tensor:
    """Return alpha bar, the share of a row's variance left after each step: cumulative products of ``1 - beta``.

    Examples
    --------
    >>> alpha_bars("quadratic", 1000)[-1].item()
    0.00073...
    """
    return (1 - SCHEDULES[schedule](n_steps)).cumprod(dim=0)
