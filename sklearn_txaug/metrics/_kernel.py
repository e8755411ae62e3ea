"""The Gaussian kernel of squared distances, and its width."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Real

import numpy as np
import torch

from ..utils.typing import RandomState
from ._distances import median_squared_distance
from ._validation import generator


@dataclass(frozen=True)
class GaussianKernel:
    """The kernel of squared distances."""

    width: float

    def __call__(self, d2: torch.Tensor) -> torch.Tensor:
        return (d2 * -self.width).exp_()


def kernel_width(
    real: np.ndarray, synthetic: np.ndarray, gamma: float | str, random_state: RandomState
) -> float:
    """Return the width that `gamma` of `mmd` stands for."""
    if not isinstance(gamma, str):
        if isinstance(gamma, bool) or not isinstance(gamma, Real) or not 0 < gamma < np.inf:
            raise ValueError(f"gamma must be above 0; got {gamma!r}.")
        return float(gamma)
    if gamma == "median":
        rng = generator(random_state)
        scale = 2 * median_squared_distance(real, synthetic, max_rows=2000, rng=rng)
    elif gamma == "scale":
        scale = real.shape[1] * float(np.var(real, dtype=np.float64))
    else:
        raise ValueError(f'gamma must be "median", "scale" or a number; got {gamma!r}.')
    return 1 / scale if scale > 0 else 1.0
