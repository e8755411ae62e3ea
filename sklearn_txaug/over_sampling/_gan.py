"""Conditional GAN: the classical two-player game."""

from __future__ import annotations

from typing import Any, Literal

import torch
from torch import Tensor
from torch.nn.functional import softplus

from .._nn.layers import Conditioning
from ..utils.declaration import estimator
from ._adversarial import AdversarialSampler, TwoPlayers


class GAN(TwoPlayers):
    """The players of the classical game: cross-entropy on the critic's logits, non-saturating for the generator."""

    def forward(self, x: Tensor, y: Tensor, player: str) -> Tensor:
        if player == "generator":
            return softplus(-self.critic(self.sample(y, self.rng), y)).mean()
        with torch.no_grad():
            fake = self.sample(y, self.rng)
        return softplus(self.critic(fake, y)).mean() + softplus(-self.critic(x, y)).mean()


@estimator
class GANSampler(AdversarialSampler):
    """Conditional GAN: a generator against a critic that classifies rows as real or synthetic.

    The baseline of the adversarial family: it is known to collapse to few modes where `WGANGPSampler` does not.
    The critic's output is a logit under binary cross-entropy, and the generator maximises the logarithm of the
    probability that its rows are taken for real. The published baseline [2]_ scored near zero in recall; in the
    copy of its code that we found, the critic passes its last linear output through (Leaky)ReLU before the
    sigmoid, which keeps probabilities at or above one half or compresses those below. We do not do this, so
    expect a stronger baseline than the published one, whose widths were not published either.

    Parameters
    ----------
    critic_norm : {"layer", "none"}
        Normalisation in the critic's hidden layers, row by row. Batch normalisation is not offered, because the
        critic's output and a gradient penalty would then depend on the other rows.
    conditioning : {"embedding", "paper"}
        ``"embedding"`` is a learned vector of the class beside its one-hot code, ``"paper"`` the published
        element-wise code of width ``2 * n_classes``.

    See Also
    --------
    WGANGPSampler : The same players under the Wasserstein distance.

    References
    ----------
    .. [1] I. Goodfellow et al., "Generative adversarial nets", NeurIPS 2014.
    .. [2] A. Lacan, M. Sebag, B. Hanczar, "GAN-based data augmentation for transcriptomics: survey and
       comparative assessment", Bioinformatics 39 (Suppl. 1), i111-i120, 2023.

    Examples
    --------
    >>> from sklearn_txaug.datasets import load_tissue_expression
    >>> from sklearn_txaug.over_sampling import GANSampler
    >>> X, y = load_tissue_expression(return_X_y=True)
    >>> X_res, y_res = GANSampler(n_synthetic=20, max_epochs=2, random_state=0).fit_resample(X, y)
    >>> X_res.shape
    (209, 500)
    """

    critic_norm: Literal["layer", "none"] = "none"
    conditioning: Conditioning = "embedding"

    def _make_module(self, n_features: int, n_classes: int) -> TwoPlayers:
        return GAN(n_features, n_classes, **self._player_parameters())

    def _player_parameters(self) -> dict[str, Any]:
        return {
            "generator_hidden_layer_sizes": self.generator_hidden_layer_sizes,
            "critic_hidden_layer_sizes": self.critic_hidden_layer_sizes,
            "latent_dim": self.latent_dim,
            "generator_norm": self.generator_norm,
            "critic_norm": self.critic_norm,
            "conditioning": self.conditioning,
            "covariates": self._covariate_layout(),
        }
