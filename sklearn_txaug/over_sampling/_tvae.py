"""Conditional tabular variational auto-encoder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor, nn

from .._nn.callbacks import LearningRate
from .._nn.conditions import CovariateLayout
from .._nn.layers import ConditionedMLP, make_conditioning
from .._nn.nets import GenerativeModule
from .._nn.random import normal
from ..utils.constraints import PositiveFloat, PositiveInt, Widths
from ..utils.declaration import estimator
from ._mixed import MixedSampler
from ._modes import Mixtures, ModeEncoding, fit_mixtures
from .torch_base import TorchSampler


class TVAE(GenerativeModule):
    """Encoder and decoder of mode-encoded rows: a Gaussian for each scalar, a categorical for each mode."""

    static_step = True

    def __init__(
        self,
        modes: Mixtures,
        n_classes: int,
        categories: Sequence[int] = (),
        *,
        hidden_layer_sizes: Sequence[int],
        latent_dim: int,
        reconstruction_weight: float,
        category_weight: float,
        covariates: CovariateLayout | None = None,
    ):
        super().__init__()
        self.latent_dim = latent_dim
        self.reconstruction_weight, self.category_weight = reconstruction_weight, category_weight
        self.encoding = ModeEncoding(modes, categories)
        self.condition = make_conditioning("embedding", n_classes, covariates)
        width, hidden = self.condition.width, list(hidden_layer_sizes)
        self.encoder = ConditionedMLP(self.encoding.width, 2 * latent_dim, width, hidden, slope=0)
        self.decoder = ConditionedMLP(latent_dim, self.encoding.width, width, hidden[::-1], slope=0)
        self.sigma = nn.Parameter(torch.full((self.encoding.n_genes,), 0.1))

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        encoded, condition = self.encoding.encode(x), self.condition(y)
        mean, log_var = self.encoder(encoded, condition).chunk(2, dim=1)
        noise = normal(*mean.shape, like=mean, rng=self.rng)
        output = self.decode(mean + (log_var / 2).exp() * noise, condition)
        divergence = (log_var.exp() + mean.square() - 1 - log_var).sum() / 2
        return (self.negative_log(encoded, output) + divergence) / len(x)

    def decode(self, z: Tensor, condition: Tensor) -> Tensor:
        """Return the means of the scalars and the logits of the modes."""
        output = self.decoder(z, condition)
        n = self.encoding.n_genes
        return torch.cat([output[:, :n].tanh(), output[:, n:]], dim=1)

    def deviations(self) -> Tensor:
        """Return the standard deviation of each scalar."""
        return self.sigma.clamp(0.01, 1)

    def negative_log(self, encoded: Tensor, output: Tensor) -> Tensor:
        """Return the weighted negative log-likelihood of all rows, up to a constant."""
        n, deviations = self.encoding.n_genes, self.deviations()
        scalars = ((encoded[:, :n] - output[:, :n]) / deviations).square().sum() / 2
        codes, logits = self.encoding.modes(encoded), self.encoding.modes(output)
        modes = sum(
            ((code * logit.log_softmax(dim=2)).sum() for code, logit in zip(codes, logits, strict=True)),
            encoded.new_zeros(()),
        )
        scalars = scalars + len(encoded) * deviations.log().sum()
        return self.reconstruction_weight * scalars - self.category_weight * modes

    def sample(self, y: Tensor, rng: torch.Generator | None) -> Tensor:
        condition = self.condition(y)
        output = self.decode(self.noise(len(y), self.latent_dim, rng), condition)
        n = self.encoding.n_genes
        noise = self.noise(len(y), n, rng)
        scalars = output[:, :n] + self.deviations() * noise
        return self.encoding.draw(torch.cat([scalars, output[:, n:]], dim=1), rng)


@estimator
class TVAESampler(MixedSampler, TorchSampler):
    """Conditional tabular variational auto-encoder.

    Each gene is a Gaussian mixture; a value becomes its mode and its distance from the mode's mean. The decoder
    gives each mode a probability and each distance a mean and a standard deviation of its gene; sampling draws
    from both. The class enters every layer of encoder and decoder. ``presets.XU2019`` holds the published settings.

    Parameters
    ----------
    hidden_layer_sizes : tuple of int
        Widths of the encoder's hidden layers; the decoder has them in reverse order.
    latent_dim : int
        Width of the latent code.
    n_modes : int
        Maximum number of modes of a gene. In the published method modes may overlap; here only modes that lie apart
        are used, for most genes one. 1 gives every gene a single Gaussian and fits no mixtures.
    reconstruction_weight : float > 0
        Weight of the log-likelihood of the genes relative to the divergence of the latent code from its prior. The
        published value is 2, which leaves too little to the noise of a gene where genes outnumber rows.
    category_weight : float > 0
        The same of categories and modes; 2 as published. At .5 or less a category that decides another one is not
        worth its place in the latent code, and the two are drawn independently.
    lr_schedule : {"cosine", "constant"}
        Schedule of the learning rate.

    Attributes
    ----------
    modes_ : object
        Arrays `weights`, `means` and `stds` of shape (n_features, n_modes), in the space of the scaler; an unused
        mode has weight 0.

    See Also
    --------
    CTGANSampler : The same encoding under an adversarial loss.
    VAESampler : Without modes: a Gaussian for each gene, a prior for each class.

    References
    ----------
    .. [1] L. Xu, M. Skoularidou, A. Cuesta-Infante, K. Veeramachaneni, "Modeling tabular data using conditional
       GAN", NeurIPS 2019.

    Examples
    --------
    >>> from sklearn_txaug.datasets import load_tissue_expression
    >>> from sklearn_txaug.over_sampling import TVAESampler
    >>> X, y = load_tissue_expression(return_X_y=True)
    >>> X_res, y_res = TVAESampler(n_modes=1, n_synthetic=20, max_epochs=2, random_state=0).fit_resample(X, y)
    >>> X_res.shape
    (209, 500)
    """

    hidden_layer_sizes: Widths = (128, 128)
    latent_dim: PositiveInt = 128
    n_modes: PositiveInt = 10
    reconstruction_weight: PositiveFloat = 0.5
    category_weight: PositiveFloat = 2.0
    lr_schedule: Literal["cosine", "constant"] = "cosine"

    def _prepare(self, X: np.ndarray, codes: np.ndarray, rng: np.random.Generator) -> None:
        self.modes_ = fit_mixtures(X[:, : X.shape[1] - len(self._sizes)], self.n_modes)

    def _make_module(self, n_features: int, n_classes: int) -> TVAE:
        return TVAE(
            self.modes_,
            n_classes,
            self._sizes,
            hidden_layer_sizes=self.hidden_layer_sizes,
            latent_dim=self.latent_dim,
            reconstruction_weight=self.reconstruction_weight,
            category_weight=self.category_weight,
            covariates=self._covariate_layout(),
        )

    def _default_callbacks(self) -> list[Any]:
        return [LearningRate(self.lr_schedule), *super()._default_callbacks()]
