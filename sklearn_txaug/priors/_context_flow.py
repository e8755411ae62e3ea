"""Flow from noise to rows of a class that is known by the centroid of a few of its rows."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

import torch
from torch import Tensor

from .._nn.film import FiLMNetwork
from .._nn.nets import GenerativeModule
from .._nn.straight_flow import gaussian_start, straight_loss, straight_path

_N_COUNT = 3  # what the network is told about the number of context rows


class ContextFlow(GenerativeModule):
    """A network that corrects what a hierarchical Gaussian expects of another row of a class.

    Coordinates are such that rows vary around their class mean with variance 1 and class means with `variances`,
    both without correlation. For a centroid of k rows, another row then has the mean
    ``variances / (variances + 1 / k) centroid`` and the variance ``1 + variances / (k variances + 1)``. A network
    whose output is zero draws from it.

    A context, in the place of a class code, is a row of the centroid's coordinates followed by k.

    Parameters
    ----------
    variances : ndarray of shape (n_components,)
        Variances between classes.
    hidden : sequence of int
        Width of each residual block.
    dropout : float in [0, 1)
        Dropout in each block.
    """

    variances: Tensor

    static_step = True

    def __init__(self, variances: Sequence[float], hidden: Sequence[int], dropout: float):
        super().__init__()
        self.register_buffer("variances", torch.tensor(list(variances), dtype=torch.float32))
        n = len(self.variances)
        self.network = FiLMNetwork(n, n + _N_COUNT, hidden, dropout, 1)

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        return straight_loss(lambda x_t, t: self.velocity(x_t, t, y), x, self.rng)

    def sample(self, y: Tensor, rng: torch.Generator | None) -> Tensor:
        return self.carry(self.noise(len(y), len(self.variances), rng), y, 20)

    def carry(self, noise: Tensor, y: Tensor, n_steps: int) -> Tensor:
        """Return the rows that noise of shape (n, n_components) becomes under contexts `y`."""
        path = straight_path(lambda x_t, t: self.velocity(x_t, t, y), noise, n_steps, "heun")
        return deque(path, maxlen=1)[0]

    def expected(self, y: Tensor) -> tuple[Tensor, Tensor]:
        """Return mean and variances of another row, by the hierarchical Gaussian."""
        centroids, k = y[:, :-1], y[:, -1:]
        mean = self.variances / (self.variances + 1 / k) * centroids
        return mean, 1 + self.variances / (k * self.variances + 1)

    def velocity(self, x_t: Tensor, t: Tensor, y: Tensor) -> Tensor:
        mean, variance = self.expected(y)
        k = y[:, -1:]
        condition = torch.cat([mean / (self.variances + 1).sqrt(), 1 / k, k.rsqrt(), k.log()], dim=1)
        standardised, expected, deviation = gaussian_start(x_t, t, 1 - t, mean, variance)
        denoised = expected + deviation * self.network(standardised, t, condition)
        return (denoised - x_t) / (1 - t)
