"""The generator of GMDA and its two objectives, as published and without bias."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from .._nn.conditions import class_codes, covariate_columns
from .._nn.layers import ConditionedMLP
from .._nn.nets import GenerativeModule
from .._nn.random import uniform
from ._components import CorrelatedGaussians
from ._linear_effects import LinearEffects
from ._probes import inside_box


class GMDA(GenerativeModule):
    """A generator, and probes: soft boxes in a few features, around real rows, wherein densities are compared."""

    lower: Tensor
    upper: Tensor
    dims: Tensor
    loss_sums: Tensor
    loss_counts: Tensor
    effects: Tensor | None
    centres: Tensor

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
        self.persistence = persistence
        self.sharpness = sharpness
        self.dark_weight = dark_weight
        self.gaussians = CorrelatedGaussians(n_features, n_classes) if preconditioning == "gaussian" else None
        self.latent_dim = latent_dim if self.gaussians is None else n_features
        self.generator = ConditionedMLP(
            self.latent_dim, n_features, n_classes, hidden_layer_sizes, norm="batch", slope=0
        )
        if self.gaussians is not None:
            nn.init.zeros_(self.generator.output.weight)
            nn.init.zeros_(self.generator.output.bias)
        for name in ("lower", "upper", "dims"):  # the probes of the next step
            self.register_buffer(name, torch.empty(0, self.n_probe_dims), persistent=False)
        self.register_buffer("effects", None)
        for name in ("loss_sums", "loss_counts"):
            self.register_buffer(name, torch.zeros(n_classes, n_features), persistent=False)

    def release(self) -> None:
        """Forget the probes, whose bounds are values of training rows."""
        empty = torch.empty(0, self.n_probe_dims)
        self._set_probes(empty, empty, empty)

    def prepare(self, x: Tensor, y: Tensor, *bounds: Tensor) -> None:
        if self.gaussians is not None:
            self.gaussians.fit(x, y)

    def add_effects(self, effects: LinearEffects) -> None:
        """Add what covariates do to all rows drawn from now on."""
        self.register_buffer("effects", torch.from_numpy(effects.coef_).float())
        self.register_buffer("centres", torch.from_numpy(effects.centres_).float())

    def condition(self, y: Tensor) -> Tensor:
        """Return the one-hot code of the class, followed by the columns of the covariates if they have effects."""
        if y.is_floating_point():
            return y
        one_hot = nn.functional.one_hot(class_codes(y), self.n_classes).to(self.loss_sums.dtype)
        return one_hot if self.effects is None else torch.cat([one_hot, self._columns(y)], dim=1)

    def sample(self, y: Tensor, rng: torch.Generator | None) -> Tensor:
        noise = self.noise(len(y), self.latent_dim, rng)
        condition = self.condition(y)
        classes, columns = condition[:, : self.n_classes], condition[:, self.n_classes :]
        rows = self.generator(noise, classes)
        rows = rows if self.gaussians is None else self.gaussians(noise + rows, classes)
        return rows if self.effects is None else rows + (columns - classes @ self.centres) @ self.effects

    def _columns(self, y: Tensor) -> Tensor:
        assert self.effects is not None
        return covariate_columns(y, len(self.effects), self.effects.dtype)

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
        return inside_box(x[:, self.dims.long()], self.lower, self.upper, self.sharpness)

    def _boxes(self, rows: Tensor, lower: Tensor, upper: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return boxes in random features around some rows of the batch."""
        dims = self._random_dims(len(rows), lower)
        return lower[rows[:, None], dims], upper[rows[:, None], dims], dims

    def _random_dims(self, n_boxes: int, like: Tensor) -> Tensor:
        scores = uniform(n_boxes, like.shape[1], like=like, rng=self.rng)
        return scores.topk(self.n_probe_dims, dim=1).indices

    def _set_probes(self, lower: Tensor, upper: Tensor, dims: Tensor) -> None:
        self.lower = lower
        self.upper = upper
        self.dims = dims

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


class UnbiasedGMDA(GMDA):
    """The same with an objective whose expectation is lowest for rows of the distribution of the real ones.

    A box is compared in its own class. There ``p`` is the share of all real rows of the class but the one in its
    middle, which is inside by construction, and ``q`` that of `n_fakes` synthetic rows. The loss is ``(p - q)^2``
    without what the chance of the draw adds to it, the variance of ``q``.
    """

    rows: Tensor
    members: Tensor
    scales: Tensor

    @property
    def static_step(self) -> bool:
        """On a GPU, where rows of every class are drawn; elsewhere only of the classes with a box."""
        return self.members.is_cuda

    def __init__(self, n_features: int, n_classes: int, *, n_fakes: int, **kwargs: Any):
        super().__init__(n_features, n_classes, **kwargs)
        self.n_fakes = n_fakes
        for name in ("rows", "members", "scales"):  # the training rows, while training lasts
            self.register_buffer(name, torch.empty(0), persistent=False)

    def prepare(self, x: Tensor, y: Tensor, *bounds: Tensor) -> None:
        super().prepare(x, y)
        groups = [(y == c).nonzero()[:, 0] for c in range(self.n_classes)]
        self.rows = nn.utils.rnn.pad_sequence([x[group] for group in groups], batch_first=True)
        lengths = torch.tensor([len(group) for group in groups], device=x.device)
        self.members = (torch.arange(self.rows.shape[1], device=x.device) < lengths[:, None]).to(x.dtype)
        deviations = [x[group].std(dim=0, correction=0) for group in groups]
        pooled = (x - torch.stack([x[group].mean(dim=0) for group in groups])[y]).square().mean(dim=0).sqrt()
        self.scales = torch.stack([torch.where(own > 0, own, pooled) for own in deviations]).clamp(min=1e-6)

    def release(self) -> None:
        """Forget the training rows too."""
        super().release()
        for name in ("rows", "members", "scales"):
            setattr(self, name, torch.empty(0))

    def forward(self, x: Tensor, y: Tensor, lower: Tensor, upper: Tensor) -> Tensor:
        centres = torch.randperm(len(x), device=x.device, generator=self.rng)[: self.n_probes]
        own = y[centres]
        lower, upper, dims = self._boxes(centres, lower, upper)
        steepness = self.sharpness / self.scales[own[:, None], dims]
        real = inside_box(_values(self.rows, own, dims), lower[:, None], upper[:, None], steepness[:, None])
        middle = inside_box(x[centres[:, None], dims], lower, upper, steepness)
        p = self._shares_of_others((real * self.members[own]).sum(dim=1), middle, own)
        present, place = self._drawn_classes(own)
        fake = self.sample(present.repeat_interleave(self.n_fakes), self.rng).unflatten(0, (-1, self.n_fakes))
        drawn = inside_box(_values(fake, place, dims), lower[:, None], upper[:, None], steepness[:, None])
        chance = drawn.var(dim=1) / self.n_fakes
        losses = (p - drawn.mean(dim=1)).square() - chance
        known = (self.members[own].sum(dim=1) > 1).to(x.dtype)  # a class of one row has no others
        self._remember_own(losses.detach() * known, own, dims)
        return (losses * known).mean()

    def _drawn_classes(self, own: Tensor) -> tuple[Tensor, Tensor]:
        """Return the classes of which rows are drawn, and the places among them of the classes of the boxes."""
        if self.static_step:
            return torch.arange(self.n_classes, device=own.device), own
        present, places = own.unique(return_inverse=True)
        return present, places

    def _shares_of_others(self, totals: Tensor, middle: Tensor, own: Tensor) -> Tensor:
        """Return the shares of the real rows; rows held out for validation are not among those summed up."""
        counts = self.members[own].sum(dim=1)
        if self.training:
            totals, counts = totals - middle, counts - 1
        return totals / counts.clamp(min=1)

    def _remember_own(self, losses: Tensor, own: Tensor, dims: Tensor) -> None:
        for total, value in ((self.loss_sums, losses), (self.loss_counts, torch.ones_like(losses))):
            total *= 0.999  # the last thousand steps count most
            total.index_put_((own[:, None], dims), value[:, None].expand(dims.shape), accumulate=True)


def _values(rows: Tensor, classes: Tensor, dims: Tensor) -> Tensor:
    """Return the values, (n_boxes, n_rows, n_dims), of the rows of each box's class in its features."""
    places = torch.arange(rows.shape[1], device=rows.device)
    return rows[classes[:, None, None], places[:, None], dims[:, None]]


def _outside(inside: Tensor) -> Tensor:
    return torch.log1p(-inside.clamp(max=1 - 1e-6)).sum(dim=1, keepdim=True).exp()
