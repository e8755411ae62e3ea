"""Generative modelling with density alignment: the generator fills boxes as full as the real rows do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Literal

import numpy as np
import torch
from scipy.stats import rankdata
from torch import Tensor, nn
from torch.utils.data import TensorDataset

from .._nn.callbacks import LearningRate
from .._nn.estimator import as_rows
from .._nn.layers import ConditionedMLP
from .._nn.nets import GenerativeModule
from .._nn.random import uniform
from ..utils.constraints import NonNegativeFloat, PositiveFloat, PositiveInt, Share, ShareAboveZero, Widths
from ..utils.declaration import estimator
from ._components import ClassGaussians, ComponentsSampler
from .spaces import PrincipalComponents


class GMDA(GenerativeModule):
    """A generator, and probes: soft boxes in a few features, around real rows, wherein densities are compared."""

    lower: Tensor
    upper: Tensor
    dims: Tensor
    loss_sums: Tensor
    loss_counts: Tensor

    def __init__(
        self,
        n_features: int,
        n_classes: int,
        *,
        hidden_layer_sizes: Sequence[int],
        latent_dim: int,
        preconditioning: str,
        n_probes: int,
        n_probe_dims: int,
        persistence: float,
        sharpness: float,
        dark_weight: float,
    ):
        super().__init__()
        self.n_classes = n_classes
        self.n_probes, self.n_probe_dims = n_probes, min(n_probe_dims, n_features)
        self.persistence, self.sharpness, self.dark_weight = persistence, sharpness, dark_weight
        self.gaussians = ClassGaussians(n_features, n_classes) if preconditioning == "gaussian" else None
        self.latent_dim = latent_dim if self.gaussians is None else n_features
        self.generator = ConditionedMLP(
            self.latent_dim, n_features, n_classes, hidden_layer_sizes, norm="batch", slope=0
        )
        if self.gaussians is not None:
            nn.init.zeros_(self.generator.output.weight)
            nn.init.zeros_(self.generator.output.bias)
        for name in ("lower", "upper", "dims"):  # the probes of the next step
            self.register_buffer(name, torch.empty(0, self.n_probe_dims), persistent=False)
        for name in ("loss_sums", "loss_counts"):
            self.register_buffer(name, torch.zeros(n_classes, n_features), persistent=False)

    def prepare(self, x: Tensor, y: Tensor, *bounds: Tensor) -> None:
        if self.gaussians is not None:
            self.gaussians.fit(x, y)

    def condition(self, y: Tensor) -> Tensor:
        return (
            y if y.is_floating_point() else nn.functional.one_hot(y, self.n_classes).to(self.loss_sums.dtype)
        )

    def sample(self, y: Tensor, rng: torch.Generator | None) -> Tensor:
        noise = self.noise(len(y), self.latent_dim, rng)
        condition = self.condition(y)
        rows = self.generator(noise, condition)
        if self.gaussians is None:
            return rows
        mean, variance = self.gaussians(condition)
        return mean + variance.sqrt() * (noise + rows)

    def forward(self, x: Tensor, y: Tensor, lower: Tensor, upper: Tensor) -> Tensor:
        """Compare densities; `lower` and `upper`, of the shape of `x`, bound the box around each real row."""
        if not len(self.lower):
            rows = torch.randperm(len(x), device=x.device, generator=self.rng)[: self.n_probes]
            self._set_probes(*self._boxes(rows, lower, upper))
        fake = self.sample(y, self.rng)
        members = nn.functional.one_hot(y, self.n_classes).to(x.dtype)
        shares = members / members.sum(dim=0).clamp(min=1)
        inside_real, inside_fake = self.inside(x), self.inside(fake)
        real, generated = shares.T @ inside_real, shares.T @ inside_fake
        losses = (real - generated).abs() / (1e-3 + torch.maximum(real, generated).log1p())
        loss = losses.sum(dim=0).mean()
        if self.dark_weight:
            dark = shares.T @ (_outside(inside_real) - _outside(inside_fake))
            loss = loss + self.dark_weight * dark.abs().sum()
        self._remember(losses.detach(), members)
        self._renew(losses.detach().sum(dim=0), members, lower, upper)
        return loss

    def inside(self, x: Tensor) -> Tensor:
        """Return the soft indicator of each row, (n, n_probes), in each box."""
        values = x[:, self.dims.long()]
        above, below = self.sharpness * (values - self.lower), self.sharpness * (self.upper - values)
        return (above.sigmoid() * below.sigmoid()).prod(dim=2)

    def _boxes(self, rows: Tensor, lower: Tensor, upper: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return boxes in random features around some rows of the batch."""
        scores = uniform(len(rows), lower.shape[1], like=lower, rng=self.rng)
        dims = scores.topk(self.n_probe_dims, dim=1).indices
        return lower[rows[:, None], dims], upper[rows[:, None], dims], dims

    def _set_probes(self, lower: Tensor, upper: Tensor, dims: Tensor) -> None:
        self.lower, self.upper, self.dims = lower, upper, dims

    @torch.no_grad()
    def _renew(self, losses: Tensor, members: Tensor, lower: Tensor, upper: Tensor) -> None:
        """Keep the probes of highest loss and put new ones around real rows of each class beside them."""
        kept = losses.topk(min(int(self.persistence * self.n_probes), len(losses))).indices
        order = torch.randperm(len(members), device=members.device, generator=self.rng)
        rank = (members[order].cumsum(dim=0) * members[order]).sum(dim=1)  # 1 for the first row of a class
        n_each = int((1 - self.persistence) * self.n_probes / self.n_classes) + 1
        new = self._boxes(order[rank <= n_each], lower, upper)
        old = (self.lower[kept], self.upper[kept], self.dims[kept])
        self._set_probes(*(torch.cat(pair) for pair in zip(old, new, strict=True)))

    def mean_losses(self) -> Tensor:
        """Return the mean loss, (n_classes, n_features), of the probes that each feature took part in."""
        return self.loss_sums / self.loss_counts.clamp(min=1e-9)

    def _remember(self, losses: Tensor, members: Tensor) -> None:
        features = self.dims.long().flatten()
        present = (members.sum(dim=0) > 0).to(losses.dtype)[:, None]
        for total, value in ((self.loss_sums, losses), (self.loss_counts, present.expand_as(losses))):
            total *= 0.999  # the last thousand steps count most
            total.index_add_(1, features, value.repeat_interleave(self.n_probe_dims, dim=1))


def _outside(inside: Tensor) -> Tensor:
    return torch.log1p(-inside.clamp(max=1 - 1e-6)).sum(dim=1, keepdim=True).exp()


def probe_bounds(X: np.ndarray, codes: np.ndarray, delta: float) -> tuple[np.ndarray, np.ndarray]:
    """Return, for each value, the quantiles of its class that lie `delta` below and above its own rank.

    The ranks run from 0, the smallest value of the class, to 1, the largest: (rank - 1) / (n - 1). Tied values are
    counted in: the lower bound is below the first of them and the upper one above the last. Past the ends of the
    class the bounds go on by `delta` times its range.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)
        Rows.
    codes : ndarray of shape (n_samples,)
        Class codes.
    delta : float in (0, 1]
        Half the share of the class between the bounds.

    Returns
    -------
    lower, upper : ndarray of shape (n_samples, n_features)
        The bounds.
    """
    lower, upper = np.empty_like(X), np.empty_like(X)
    for c in np.unique(codes):
        rows = X[codes == c]
        below = (rankdata(rows, "min", axis=0) - 1) / max(1, len(rows) - 1)
        above = (len(rows) - rankdata(rows, "max", axis=0)) / max(1, len(rows) - 1)
        width = delta * np.where(np.ptp(rows, axis=0) > 0, np.ptp(rows, axis=0), X.std(axis=0))
        ordered = np.sort(rows, axis=0)
        lower[codes == c] = _quantiles(ordered, below - delta) - width * (below < delta)
        upper[codes == c] = _quantiles(ordered, 1 - above + delta) + width * (above < delta)
    return lower, upper


def _quantiles(ordered: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Return the quantiles, column by column, of sorted rows."""
    position = shares.clip(0, 1) * (len(ordered) - 1)
    below = np.floor(position).astype(int)
    above = np.minimum(below + 1, len(ordered) - 1)
    low = np.take_along_axis(ordered, below, axis=0)
    return low + (position - below) * (np.take_along_axis(ordered, above, axis=0) - low)


@estimator
class GMDASampler(ComponentsSampler):
    """Generative modelling with density alignment: no critic, but probes.

    A probe is a soft box in up to `n_probe_dims` features around a real row. The share of synthetic rows of a
    class in each box is to equal that of the real rows. Boxes in which they differ most are kept for the next
    step; the others are drawn anew. One more probe is the dark: the space outside all boxes. By default the
    generator works in principal components and corrects a Gaussian for each class; the published form, in gene
    space and from nothing, takes thousands of epochs and is under ``presets.LACAN2024_GTEX`` and its like.

    Parameters
    ----------
    hidden_layer_sizes : tuple of int
        Widths of the generator's hidden layers.
    latent_dim : int
        Width of the noise vector, if `preconditioning` is ``"none"``; otherwise it is that of the rows.
    preconditioning : {"gaussian", "none"}
        ``"gaussian"`` lets the generator correct a Gaussian for each class, ``"none"`` is as published.
    n_probes : int
        Number of probes.
    n_probe_dims : int
        Features of a probe.
    delta : float in (0, 1]
        Half the share of a class that lies between the bounds of a probe, in each of its features.
    persistence : float in [0, 1]
        Share of the probes that the worst of the last step keep.
    sharpness : float > 0
        Slope of the soft bounds, in the space of the probes.
    dark_weight : float >= 0
        Weight of the space outside all probes.
    lr_schedule : {"cosine", "constant"}
        Course of the learning rate.
    batch_size : int or None
        Rows a batch: densities within classes need large ones.

    Attributes
    ----------
    probe_importances_ : ndarray of shape (n_classes, n_features)
        Mean loss, late in the training, of the probes that a feature takes part in: where synthetic rows of a
        class are hardest to align. From principal components it is carried over to the features by the shares
        of their variance.

    References
    ----------
    .. [1] A. Lacan, B. Hanczar, M. Sebag, "Frugal generative modeling for tabular data", ECML PKDD 2024.

    Examples
    --------
    >>> from sklearn_txaug.datasets import load_tissue_expression
    >>> from sklearn_txaug.over_sampling import GMDASampler
    >>> X, y = load_tissue_expression(return_X_y=True)
    >>> sampler = GMDASampler(n_synthetic=20, max_epochs=2, random_state=0)
    >>> X_res, y_res = sampler.fit_resample(X, y)
    >>> X_res.shape, sampler.probe_importances_.shape
    ((209, 500), (7, 500))
    """

    hidden_layer_sizes: Widths = (256, 256)
    latent_dim: PositiveInt = 32
    preconditioning: Literal["gaussian", "none"] = "gaussian"
    n_probes: PositiveInt = 128
    n_probe_dims: PositiveInt = 3
    delta: ShareAboveZero = 0.05
    persistence: Share = 0.2
    sharpness: PositiveFloat = 2.0
    dark_weight: NonNegativeFloat = 1.0
    lr_schedule: Literal["cosine", "constant"] = "cosine"
    n_components = 64
    batch_size = 512

    _n_steps: ClassVar[int] = 2000

    @property
    def probe_importances_(self) -> np.ndarray:
        module: Any = self.module_
        means, space = module.mean_losses().numpy(), self.spaces_[-1]
        return means @ space.shares_ if isinstance(space, PrincipalComponents) else means

    def _training_rows(self, X: np.ndarray, codes: np.ndarray) -> TensorDataset:
        bounds = map(as_rows, probe_bounds(X, codes, self.delta))
        return TensorDataset(as_rows(X), torch.from_numpy(codes), *bounds)

    def _make_module(self, n_features: int, n_classes: int) -> GMDA:
        return GMDA(
            n_features,
            n_classes,
            hidden_layer_sizes=self.hidden_layer_sizes,
            latent_dim=self.latent_dim,
            preconditioning=self.preconditioning,
            n_probes=self.n_probes,
            n_probe_dims=self.n_probe_dims,
            persistence=self.persistence,
            sharpness=self.sharpness,
            dark_weight=self.dark_weight,
        )

    def _default_callbacks(self) -> list[Any]:
        return [LearningRate(self.lr_schedule), *super()._default_callbacks()]
