"""Conditional variational auto-encoder, for log expression or for counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Literal

import numpy as np
import torch
from skorch.callbacks import Callback
from torch import Tensor, nn

from .._nn.callbacks import LearningRate, n_steps
from .._nn.conditions import CovariateLayout, class_codes
from .._nn.layers import Conditioning, Norm, hidden_layers, make_conditioning
from .._nn.nets import GenerativeModule
from .._nn.random import normal
from ..utils.constraints import NonNegativeFloat, OneOrMoreWidths, PositiveInt, Share
from ..utils.declaration import estimator
from ..utils.scales import is_whole, passthrough, warn_if_not_log
from ._likelihoods import LIKELIHOODS
from .torch_base import TorchSampler


class VAE(GenerativeModule):
    """Encoder and decoder; the class condition enters both, and the loss is the negative ELBO."""

    static_step = True

    warmth: Tensor

    def __init__(
        self,
        n_features: int,
        n_classes: int,
        *,
        hidden_layer_sizes: Sequence[int],
        latent_dim: int,
        norm: str,
        conditioning: str,
        likelihood: str,
        reduction: str,
        beta: float,
        learned_prior: bool,
        covariates: CovariateLayout | None = None,
    ):
        super().__init__()
        self.latent_dim = latent_dim
        self.reduction = reduction
        self.beta = beta
        self.register_buffer("warmth", torch.ones(()), persistent=False)
        self.condition = make_conditioning(conditioning, n_classes, covariates)
        width, hidden = self.condition.width, list(hidden_layer_sizes)
        self.encoder = hidden_layers([n_features + width, *hidden], norm)
        self.posterior = nn.Linear(hidden[-1] + width, 2 * latent_dim)
        self.decoder = hidden_layers([latent_dim + width, *reversed(hidden)], norm)
        self.likelihood = LIKELIHOODS[likelihood](n_features)
        self.output = nn.Linear(hidden[0], n_features)
        for layer in self.modules():
            if isinstance(layer, nn.Linear):
                nn.init.xavier_uniform_(layer.weight)
                nn.init.constant_(layer.bias, 0.01)
        for head in self.posterior.weight.data.chunk(2):  # mean and log-variance are two layers, as published
            nn.init.xavier_uniform_(head)
        self.class_prior = nn.Linear(width, 2 * latent_dim) if learned_prior else None
        if self.class_prior is not None:
            nn.init.zeros_(self.class_prior.weight)
            nn.init.zeros_(self.class_prior.bias)

    def prepare(self, x: Tensor, y: Tensor) -> None:
        self.likelihood.prepare(x, class_codes(y))

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        condition = self.condition(y)
        hidden = self.encoder(torch.cat([self.likelihood.encode(x), condition], dim=1))
        mean, log_var = self.posterior(torch.cat([hidden, condition], dim=1)).chunk(2, dim=1)
        noise = normal(*mean.shape, like=mean, rng=self.rng)
        decoded = self.decode(mean + noise * (log_var / 2).exp(), condition)
        prior_mean, prior_log_var = self.prior(condition)
        # the divergence of two diagonal Gaussians, posterior from prior (Kingma and Welling 2014, appendix B)
        spread = (log_var - prior_log_var).exp() + (mean - prior_mean).square() * (-prior_log_var).exp()
        divergence = (spread - 1 + prior_log_var - log_var) / 2
        if self.reduction == "mean":
            return (x - decoded).square().mean() + self.beta * divergence.mean()
        loss = self.likelihood.negative_log(x, decoded).sum(dim=1) + self.warmth * self.beta * divergence.sum(
            dim=1
        )
        return loss.mean() / x.shape[1]

    def prior(self, condition: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log-variance of the latent code of a class: learned, or standard normal."""
        if self.class_prior is None:
            zeros = condition.new_zeros(len(condition), self.latent_dim)
            return zeros, zeros
        mean, log_var = self.class_prior(condition).chunk(2, dim=1)
        return mean, log_var

    def decode(self, z: Tensor, condition: Tensor) -> Tensor:
        return self.output(self.decoder(torch.cat([z, condition], dim=1)))

    def sample(self, y: Tensor, rng: torch.Generator | None) -> Tensor:
        condition = self.condition(y)
        mean, log_var = self.prior(condition)
        z = mean + (log_var / 2).exp() * normal(*mean.shape, like=mean, rng=rng)
        decoded = self.decode(z, condition)
        return decoded if self.reduction == "mean" else self.likelihood.draw(decoded, rng)


def _beta_for(n_features: int) -> float:
    """Return the weight of the divergence at which rows were best, with 25 to 3,500 genes."""
    return max(1.0, min(n_features / 100, 4.0), n_features**0.5 / 8)


class _Warmup(Callback):
    """Raise the weight of the divergence from 0 to its full value over a share of the training."""

    stacks = True

    def __init__(self, share: float):
        self.share = share

    def on_train_begin(self, net: Any, X: Any = None, **kwargs: Any) -> None:
        self.step_, self.n_steps_ = 0, self.share * n_steps(net, X)

    def on_batch_begin(self, net: Any, training: bool = True, **kwargs: Any) -> None:
        if training:
            self.step_ += 1
            net.module_.warmth.fill_(min(1.0, self.step_ / max(self.n_steps_, 1)))


@estimator
class VAESampler(TorchSampler):
    """Conditional variational auto-encoder that adds its observation noise when it samples.

    The decoder's mean alone is too narrow: such rows lack the variance that the latent code does not
    explain. Here each gene has a variance of its own (or a dispersion), the loss is the negative evidence lower
    bound with a warm-up of the divergence, each class has a prior of its own, and sampling draws from the
    likelihood.
    ``presets.LACAN2026_TCGA`` and ``presets.LACAN2026_GTEX`` hold the published settings, whose loss averages
    over genes and latent dimensions and whose rows are decoder means (``reduction="mean"``).

    Parameters
    ----------
    hidden_layer_sizes : tuple of int
        Widths of the encoder's hidden layers; the decoder has them in reverse order.
    latent_dim : int
        Width of the latent code.
    norm : {"layer", "batch", "none"}
        Normalisation in the hidden layers.
    conditioning : {"embedding", "paper"}
        ``"embedding"`` is a learned vector of the class beside its one-hot code, ``"paper"`` the published
        element-wise code of width ``2 * n_classes``.
    likelihood : {"gaussian", "negative_binomial"}
        Distribution of a gene given the latent code. ``"negative_binomial"`` takes raw counts, leaves them
        unscaled unless `scaler` is given, and returns counts.
    reduction : {"sum", "mean"}
        ``"sum"`` is the negative log-likelihood plus `beta` times the divergence. ``"mean"`` is the published loss,
        mean squared error plus `beta` times the mean divergence, without observation noise; it needs
        ``likelihood="gaussian"``.
    beta : float >= 0 or None
        Weight of the divergence: 1 is the evidence lower bound; larger values leave less to the latent code and more
        to the observation noise, which helps with hundreds of genes. None is 1 up to a hundred genes, 2 for two
        hundred and so on up to 4, and an eighth of the root of their number if that is more.
    learned_prior : bool
        Learn the mean and variance of the latent code for each class; False uses a standard normal for all.
    kl_warmup : float in [0, 1]
        Share of the training over which the weight of the divergence rises from 0 to `beta`, if `reduction` is
        ``"sum"``.
    lr_schedule : {"cosine", "constant"}
        Schedule of the learning rate.

    References
    ----------
    .. [1] D. P. Kingma, M. Welling, "Auto-encoding variational Bayes", ICLR 2014.
    .. [2] O. Rybkin, K. Daniilidis, S. Levine, "Simple and effective VAE training with calibrated decoders",
       ICML 2021.
    .. [3] A. Lacan, R. Andre, M. Sebag, B. Hanczar, "In silico generation of gene expression profiles using
       diffusion models", BMC Bioinformatics, 2026.

    Examples
    --------
    >>> from sklearn_txaug.datasets import load_tissue_expression
    >>> from sklearn_txaug.over_sampling import VAESampler
    >>> X, y = load_tissue_expression(return_X_y=True)
    >>> X_res, y_res = VAESampler(n_synthetic=20, max_epochs=2, random_state=0).fit_resample(X, y)
    >>> X_res.shape
    (209, 500)
    """

    hidden_layer_sizes: OneOrMoreWidths = (256, 128)
    latent_dim: PositiveInt = 64
    norm: Norm = "layer"
    conditioning: Conditioning = "embedding"
    likelihood: Literal["gaussian", "negative_binomial"] = "gaussian"
    reduction: Literal["sum", "mean"] = "sum"
    beta: NonNegativeFloat | None = None
    learned_prior: bool = True
    kl_warmup: Share = 0.2
    lr_schedule: Literal["cosine", "constant"] = "cosine"
    lr = 2e-3

    _n_steps: ClassVar[int] = 2000
    _n_steps_large: ClassVar[int | None] = 4000

    def _check_rows(self, rows: np.ndarray) -> None:
        if self.likelihood == "gaussian":
            warn_if_not_log(rows)
        elif self.reduction == "mean":
            raise ValueError(
                "reduction='mean' is a squared error; likelihood='negative_binomial' needs 'sum'"
            )

    def _default_scaler(self) -> Any:
        counts = self.likelihood == "negative_binomial"
        return passthrough() if counts else super()._default_scaler()

    def _prepare(self, X: np.ndarray, codes: np.ndarray, rng: np.random.Generator) -> None:
        if self.likelihood == "negative_binomial" and not is_whole(X):
            raise ValueError(
                "likelihood='negative_binomial' needs counts, integers >= 0, in X; "
                "use likelihood='gaussian' for log expression"
            )

    def _gene_width(self) -> int:
        return 2 * self.hidden_layer_sizes[0]

    def _make_module(self, n_features: int, n_classes: int) -> VAE:
        return VAE(
            n_features,
            n_classes,
            hidden_layer_sizes=self.hidden_layer_sizes,
            latent_dim=self.latent_dim,
            norm=self.norm,
            conditioning=self.conditioning,
            likelihood=self.likelihood,
            reduction=self.reduction,
            beta=_beta_for(n_features) if self.beta is None else self.beta,
            learned_prior=self.learned_prior,
            covariates=self._covariate_layout(),
        )

    def _default_callbacks(self) -> list[Any]:
        return [LearningRate(self.lr_schedule), _Warmup(self.kl_warmup), *super()._default_callbacks()]
