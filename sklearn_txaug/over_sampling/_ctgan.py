"""Conditional tabular GAN."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Literal

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import TensorDataset

from .._nn.conditions import CovariateLayout, class_codes, covariate_columns
from .._nn.layers import hidden_layers
from .._nn.loader import ResidentLoader
from .._nn.nets import GenerativeModule
from .._nn.random import Dropout
from ..utils.constraints import PositiveFloat, PositiveInt, ShareBelowOne
from ..utils.declaration import estimator
from ._adversarial import AdversarialSampler, two_sided_penalty
from ._mixed import MixedSampler
from ._modes import Mixtures, ModeEncoding, fit_mixtures, gumbel


class CTGAN(GenerativeModule):
    """Players of the Wasserstein game over mode-encoded rows, which the critic sees in packs."""

    static_step = True

    def __init__(
        self,
        modes: Mixtures,
        n_classes: int,
        categories: Sequence[int] = (),
        *,
        generator_hidden_layer_sizes: Sequence[int],
        critic_hidden_layer_sizes: Sequence[int],
        generator_norm: str,
        critic_dropout: float,
        latent_dim: int,
        pac: int,
        temperature: float,
        gradient_penalty: float,
        preconditioning: str,
        covariates: CovariateLayout | None = None,
    ):
        super().__init__()
        self.n_classes = n_classes
        self.n_covariate_columns = 0 if covariates is None else covariates.n_columns
        n_condition = n_classes + self.n_covariate_columns
        self.latent_dim = latent_dim
        self.pac = pac
        self.temperature = temperature
        self.gradient_penalty = gradient_penalty
        self.preconditioning = preconditioning
        self.encoding = ModeEncoding(modes, categories)
        width = self.encoding.width
        self.generator = _Generator(
            latent_dim + n_condition, width, generator_hidden_layer_sizes, generator_norm
        )
        widths = [pac * (width + n_condition), *critic_hidden_layer_sizes]
        self.critic = nn.Sequential(
            *(
                nn.Sequential(nn.Linear(a, b), nn.LeakyReLU(0.2), Dropout(critic_dropout))
                for a, b in zip(widths, widths[1:], strict=False)
            ),
            nn.Linear(widths[-1], 1),
        )

    @torch.no_grad()
    def prepare(self, x: Tensor, y: Tensor) -> None:
        """Initialise the last layer with the mean and spread of the scalars and the shares of the modes by class."""
        if self.preconditioning == "none":
            return
        starts, spread = self._class_moments(x, y)
        last = self.generator.last
        sizes = [
            last.in_features - self.n_classes - self.n_covariate_columns,
            self.n_classes,
            self.n_covariate_columns,
        ]
        own, of_class, of_covariates = last.weight.split(sizes, dim=1)
        # The output is own @ h + of_class[:, c] for hidden units h and class c. Scale `own` so that it spreads as
        # the rows of a class do, then choose `of_class` so that its mean over the noise is that of the class.
        hidden = self._hidden_units(n_draws=64)
        centres = hidden.mean(dim=1)
        deviations = (hidden - centres[:, None]).flatten(0, 1) @ own.T
        own *= (spread / deviations.std(dim=0).clamp(min=1e-6))[:, None]
        of_class.copy_((starts - centres @ own.T).T)
        of_covariates.zero_()
        last.bias.zero_()

    def _class_moments(self, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        """Return, before the output's tanh and softmax, the mean of each class and the spread within classes."""
        n = self.encoding.n_genes
        encoded = self.encoding.encode(x)
        codes = class_codes(y)
        members = self.condition(codes)[:, : self.n_classes]
        counts = members.sum(dim=0)[:, None]
        means = members.T @ encoded / counts
        spread = (encoded - means[codes])[:, :n].square().mean(dim=0).sqrt()
        # A class of one row does not start at that row
        means = (counts * means + encoded.mean(dim=0)) / (counts + 1)
        scalars = means[:, :n].clamp(-0.9, 0.9).atanh()
        logits = means[:, n:].clamp(min=1e-3).log()
        return torch.cat([scalars, logits], dim=1), torch.cat(
            [spread, spread.new_full([self.encoding.n_columns], 0.1)]
        )

    def _hidden_units(self, n_draws: int) -> Tensor:
        """Return the last layer's inputs apart from the class, of shape (n_classes, n_draws, n_units)."""
        condition = self.condition(torch.arange(self.n_classes, device=self.encoding.means.device))
        condition = condition.repeat_interleave(n_draws, dim=0)
        noise = self.noise(len(condition), self.latent_dim, self.rng)
        hidden = self.generator.hidden(torch.cat([noise, condition], dim=1))
        return hidden[:, : -(self.n_classes + self.n_covariate_columns)].unflatten(
            0, (self.n_classes, n_draws)
        )

    def condition(self, y: Tensor) -> Tensor:
        if y.is_floating_point():
            return y
        one_hot = nn.functional.one_hot(class_codes(y), self.n_classes).to(self.encoding.means.dtype)
        return torch.cat([one_hot, covariate_columns(y, self.n_covariate_columns, one_hot.dtype)], dim=1)

    def forward(self, x: Tensor, y: Tensor, player: str) -> Tensor:
        condition = self.condition(y)
        if player == "generator":
            return -self.critic(self.packs(self.soft(condition), condition)).mean()
        with torch.no_grad():
            fake = self.packs(self.soft(condition), condition)
        real = self.packs(self.encoding.encode(x), condition)
        distance = self.critic(fake).mean() - self.critic(real).mean()
        return distance + self.gradient_penalty * two_sided_penalty(self.critic, real, fake, self.rng)

    def packs(self, encoded: Tensor, condition: Tensor) -> Tensor:
        """Return packs of `pac` rows side by side; the first rows fill up the last pack."""
        n = len(encoded)
        rows = torch.arange(-(-n // self.pac) * self.pac, device=encoded.device) % n
        return torch.cat([encoded, condition], dim=1)[rows].view(len(rows) // self.pac, -1)

    def output(self, condition: Tensor, rng: torch.Generator | None) -> Tensor:
        """Return scalars and the logits of the modes, from fresh noise."""
        noise = self.noise(len(condition), self.latent_dim, rng)
        output = self.generator(torch.cat([noise, condition], dim=1))
        n = self.encoding.n_genes
        return torch.cat([output[:, :n].tanh(), output[:, n:]], dim=1)

    def soft(self, condition: Tensor) -> Tensor:
        """Return encoded rows whose modes are drawn by the Gumbel softmax."""
        output = self.output(condition, self.rng)
        modes = [
            ((logits + gumbel(logits, self.rng)) / self.temperature).softmax(dim=2).flatten(1)
            for logits in self.encoding.modes(output)
        ]
        return torch.cat([output[:, : self.encoding.n_genes], *modes], dim=1)

    def sample(self, y: Tensor, rng: torch.Generator | None) -> Tensor:
        return self.encoding.draw(self.output(self.condition(y), rng), rng)


class _Generator(nn.Module):
    """Layers that each prepend their output to their input, so that the last one also sees noise and condition."""

    def __init__(self, n_in: int, n_out: int, hidden: Sequence[int], norm: str):
        super().__init__()
        widths = [n_in + sum(hidden[:k]) for k in range(len(hidden) + 1)]
        self.layers = nn.ModuleList(
            hidden_layers([n, width], norm, slope=0) for n, width in zip(widths, hidden, strict=False)
        )
        self.last = nn.Linear(widths[-1], n_out)

    def hidden(self, x: Tensor) -> Tensor:
        for layer in self.layers:
            x = torch.cat([layer(x), x], dim=1)
        return x

    def forward(self, x: Tensor) -> Tensor:
        return self.last(self.hidden(x))


class LogFrequencyLoader(ResidentLoader):
    """Batches drawn with replacement, each class in proportion to ``log(1 + n_rows)``.

    Each has `batch_size` rows even of fewer rows, as published: the critic then sees as many packs, in other company.
    """

    def __init__(self, dataset: TensorDataset, batch_size: int, **kwargs: Any):
        super().__init__(dataset, batch_size, **kwargs)
        self.n_drawn = self.n_batches * (len(dataset) if batch_size < 0 else batch_size)

    def order(self) -> Tensor:
        if self.rng is None:
            return super().order()
        y = class_codes(self.tensors[1])
        counts = y.bincount().float()
        weights = (counts.log1p() / counts.clamp(min=1))[y]
        return torch.multinomial(weights, self.n_drawn, replacement=True, generator=self.rng)


@estimator
class CTGANSampler(MixedSampler, AdversarialSampler):
    """Conditional tabular GAN.

    Each gene is a Gaussian mixture; a value becomes its mode and its distance from the mode's mean, and the
    generator draws modes by the Gumbel softmax. The critic judges packs of `pac` rows, so it notices when the
    generator repeats itself. Classes are shown in proportion to the logarithm of their size, rare ones more often
    than they occur. Both players are given the class, so every class is sampled directly. The defaults suit cohorts
    of 50 to 5,000 rows and hundreds of genes. ``presets.XU2019`` holds the published settings: batch normalisation,
    dropout, packs of ten rows and no preconditioning, which take far longer on such cohorts.

    The first layer of the critic has ``pac`` times as many columns as an encoded row, which has one for each
    gene and, for genes of several modes, one for each mode: with 20,000 genes set ``n_modes=1`` and a small `pac`.

    Parameters
    ----------
    generator_hidden_layer_sizes : tuple of int
        Widths of the generator's hidden layers, each of which also passes on its input.
    critic_dropout : float in [0, 1)
        Dropout in the critic's hidden layers.
    n_modes : int
        Maximum number of modes of a gene. In the published method modes may overlap; here only modes that lie apart
        are used, for most genes one. 1 gives every gene a single Gaussian and fits no mixtures.
    pac : int
        Number of rows that the critic judges together.
    temperature : float > 0
        Temperature of the Gumbel softmax.
    gradient_penalty : float > 0
        Weight of the penalty of the critic's gradient.
    preconditioning : {"class", "none"}
        ``"class"`` starts the generator from the means and spreads of each class, ``"none"`` from random weights, as
        published: with hundreds of genes it then takes long to tell classes apart.

    Attributes
    ----------
    modes_ : object
        Arrays `weights`, `means` and `stds` of shape (n_features, n_modes), in the space of the scaler; an unused
        mode has weight 0.

    See Also
    --------
    TVAESampler : The same encoding in a variational auto-encoder.
    WGANGPSampler : Without modes and packs.

    References
    ----------
    .. [1] L. Xu, M. Skoularidou, A. Cuesta-Infante, K. Veeramachaneni, "Modeling tabular data using conditional
       GAN", NeurIPS 2019.
    .. [2] Z. Lin, A. Khetan, G. Fanti, S. Oh, "PacGAN: the power of two samples in generative adversarial
       networks", NeurIPS 2018.

    Examples
    --------
    >>> from sklearn_txaug.datasets import load_tissue_expression
    >>> from sklearn_txaug.over_sampling import CTGANSampler
    >>> X, y = load_tissue_expression(return_X_y=True)
    >>> X_res, y_res = CTGANSampler(n_modes=1, n_synthetic=20, max_epochs=2, random_state=0).fit_resample(X, y)
    >>> X_res.shape
    (209, 500)
    """

    n_modes: PositiveInt = 10
    critic_dropout: ShareBelowOne = 0.0
    pac: PositiveInt = 4
    temperature: PositiveFloat = 0.2
    gradient_penalty: PositiveFloat = 10.0
    preconditioning: Literal["class", "none"] = "class"
    latent_dim = 128
    n_critic = 2
    ema_decay = 0.995

    _n_steps: ClassVar[int] = 2000

    def _prepare(self, X: np.ndarray, codes: np.ndarray, rng: np.random.Generator) -> None:
        self.modes_ = fit_mixtures(X[:, : X.shape[1] - len(self._sizes)], self.n_modes)

    def _make_module(self, n_features: int, n_classes: int) -> CTGAN:
        return CTGAN(
            self.modes_,
            n_classes,
            self._sizes,
            generator_hidden_layer_sizes=self.generator_hidden_layer_sizes,
            critic_hidden_layer_sizes=self.critic_hidden_layer_sizes,
            generator_norm=self.generator_norm,
            critic_dropout=self.critic_dropout,
            latent_dim=self.latent_dim,
            pac=self.pac,
            temperature=self.temperature,
            gradient_penalty=self.gradient_penalty,
            preconditioning=self.preconditioning,
            covariates=self._covariate_layout(),
        )

    def _net_defaults(self) -> dict[str, Any]:
        return {
            **super()._net_defaults(),
            "iterator_train": LogFrequencyLoader,
            "optimizer__betas": (0.5, 0.9),
            "optimizer__weight_decay": 1e-6,
        }
