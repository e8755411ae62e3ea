"""Flow along straight lines, ``x_t = t x + (1 - t) noise``, and the Gaussian denoiser that a network corrects."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from .random import normal

Velocity = Callable[[Tensor, Tensor], Tensor]


def straight_loss(velocity: Velocity, x: Tensor, rng: torch.Generator | None) -> Tensor:
    """Return the mean squared error of the velocity from noise to rows, at random times."""
    t = normal(len(x), 1, like=x, rng=rng).sigmoid()
    noise = normal(*x.shape, like=x, rng=rng)
    return (velocity(torch.lerp(noise, x, t), t) - (x - noise)).square().sum(dim=1).mean()


def straight_path(velocity: Velocity, noise: Tensor, n_steps: int, solver: str) -> Iterator[Tensor]:
    """Give the noise, and what is left of it after each step: the last are the rows.

    `solver` is ``"heun"``, of second order, or ``"euler"``.
    """
    x = noise
    yield x
    times = torch.linspace(0, 1, n_steps + 1, dtype=x.dtype, device=x.device)
    for k, (now, then) in enumerate(zip(times, times[1:], strict=False), 1):
        direction = velocity(x, now.expand(len(x), 1))
        if solver == "heun" and k < n_steps:  # the velocity at 1 is not defined
            ahead = velocity(x + (then - now) * direction, then.expand(len(x), 1))
            direction = (direction + ahead) / 2
        x = x + (then - now) * direction
        yield x


def gaussian_start(
    x_t: Tensor, a: Tensor, b: Tensor, mean: Tensor, variance: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """Return ``x_t = a x + b noise`` standardised, and the expected row and its standard deviation, of a Gaussian.

    ``E[x | x_t]`` for ``x ~ N(mean, variance)`` is ``mean + a variance / total (x_t - a mean)``; its standard
    deviation is ``b sqrt(variance / total)``, the unit in which a network corrects it. Compare the preconditioning of
    Karras et al. 2022, section 5.
    """
    total = a * a * variance + b * b
    deviation = total.sqrt()
    expected = mean + a * variance / total * (x_t - a * mean)
    return (x_t - a * mean) / deviation, expected, b * (variance.sqrt() / deviation)
