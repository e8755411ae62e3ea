"""Conditional rectified flow."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

import torch
from torch import Tensor

from .._nn.random import normal
from .._nn.straight_flow import straight_loss, straight_path
from ..utils.declaration import estimator
from ._denoising import Denoiser, DenoisingSampler


class FlowMatching(Denoiser):
    """The velocity along straight lines from noise to rows, ``x_t = t x + (1 - t) noise``."""

    def __init__(self, n_features: int, n_classes: int, *, solver: str, **kwargs: object):
        super().__init__(n_features, n_classes, **kwargs)  # type: ignore[arg-type]
        self.solver = solver

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        def velocity(x_t: Tensor, t: Tensor) -> Tensor:
            return self.velocity(x_t, t, self.drop_labels(self.condition(y)))

        return straight_loss(velocity, x, self.rng)

    def velocity(self, x_t: Tensor, t: Tensor, condition: Tensor) -> Tensor:
        if self.gaussians is None:
            return self.network(x_t, t, condition)
        # x_t = t x + (1 - t) noise, so that the velocity x - noise is (x - x_t) / (1 - t)
        return (self.denoised(x_t, t, 1 - t, t, condition) - x_t) / (1 - t)

    def path(self, y: Tensor, rng: torch.Generator | None) -> Iterator[Tensor]:
        condition = self.condition(y)
        noise = normal(len(y), self.n_features, like=condition, rng=rng)
        return straight_path(
            lambda x_t, t: self.guided(self.velocity, x_t, t, condition),
            noise,
            self.n_sampling_steps,
            self.solver,
        )


@estimator
class FlowMatchingSampler(DenoisingSampler):
    """Conditional flow matching along straight lines, the default deep generator.

    A network learns the velocity that carries noise to rows of a class; sampling integrates it. Rows are generated
    in their principal components, where a Gaussian for each class is the starting point that the network corrects,
    and decoded with the noise that the nearest training rows have around these components.

    Parameters
    ----------
    n_sampling_steps : int
        Number of steps of the solver.
    solver : {"heun", "euler"}
        Solver of second (``"heun"``) or first order.

    See Also
    --------
    DDPMSampler : Diffusion with the same network.
    LatentSampler : Any sampler inside a latent space.

    References
    ----------
    .. [1] X. Liu, C. Gong, Q. Liu, "Flow straight and fast: learning to generate and transfer data with rectified
       flow", ICLR 2023.
    .. [2] Y. Lipman et al., "Flow matching for generative modeling", ICLR 2023.
    .. [3] T. Karras et al., "Elucidating the design space of diffusion-based generative models", NeurIPS 2022.

    Examples
    --------
    >>> from sklearn_txaug.datasets import load_tissue_expression
    >>> from sklearn_txaug.over_sampling import FlowMatchingSampler
    >>> X, y = load_tissue_expression(return_X_y=True)
    >>> X_res, y_res = FlowMatchingSampler(n_synthetic=20, max_epochs=2, random_state=0).fit_resample(X, y)
    >>> X_res.shape
    (209, 500)
    """

    solver: Literal["heun", "euler"] = "heun"
    n_sampling_steps = 30

    _drawing: ClassVar[frozenset[str]] = DenoisingSampler._drawing | {"solver"}

    def _make_module(self, n_features: int, n_classes: int) -> FlowMatching:
        return FlowMatching(n_features, n_classes, solver=self.solver, **self._denoiser_parameters())
