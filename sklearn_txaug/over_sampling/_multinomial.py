"""Multinomial diffusion of categories, beside the Gaussian diffusion of numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from .._nn.conditions import class_codes
from .._nn.random import normal
from ._components import ClassGaussians
from ._diffusion import Diffusion, ddim_step
from ._modes import gumbel

_TINY = 1e-30  # below the smallest share that a schedule leaves


def noised_probabilities(start: Tensor, alpha_bar: Tensor | float) -> Tensor:
    """Return the probabilities of the categories after a part of the diffusion.

    A category stays with the share `alpha_bar`, and is otherwise drawn anew from all K with the same probability
    (equation 12 of Hoogeboom et al. 2021): ``alpha_bar * start + (1 - alpha_bar) / K``.
    """
    return alpha_bar * start + (1 - alpha_bar) / start.shape[-1]


def posterior_logs(
    noisy: Tensor, start: Tensor, alpha_bar: Tensor | float, next_alpha_bar: Tensor | float
) -> Tensor:
    """Return the logarithms of the probabilities of the categories at an earlier, less noisy step.

    Equation 13 of Hoogeboom et al. (2021), for any two steps: with ``a = alpha_bar / next_alpha_bar`` the product of
    ``a * noisy + (1 - a) / K`` and `noised_probabilities` of the start at the earlier step, divided by its sum.

    Parameters
    ----------
    noisy : Tensor of shape (n, K)
        One-hot codes at the later step.
    start : Tensor of shape (n, K)
        One-hot codes, or probabilities, of the start.
    alpha_bar, next_alpha_bar : Tensor of shape (n, 1) or float
        Shares that are left at the later and at the earlier step; 1 is the start.
    """
    likelihood = noised_probabilities(noisy, alpha_bar / next_alpha_bar)
    product = likelihood * noised_probabilities(start, next_alpha_bar)
    return product.clamp(min=_TINY).log() - product.sum(dim=-1, keepdim=True).clamp(min=_TINY).log()


class ClassShares(nn.Module):
    """Shares of the states of each code in each class, blended with those of all rows; for no class, the latter."""

    shares: Tensor

    def __init__(self, sizes: Sequence[int], n_classes: int):
        super().__init__()
        self.sizes, self.n_classes = list(sizes), n_classes
        self.register_buffer("shares", torch.ones(n_classes + 1, sum(sizes)))

    def fit(self, one_hot: Tensor, y: Tensor) -> None:
        members = nn.functional.one_hot(class_codes(y), self.n_classes).to(one_hot.dtype)
        pooled = (one_hot.sum(dim=0) + 0.5) / (len(one_hot) + 1)
        self.shares[:-1] = (members.T @ one_hot + pooled) / (members.sum(dim=0)[:, None] + 1)
        self.shares[-1] = pooled

    def forward(self, condition: Tensor) -> Tensor:
        """Return logarithms for condition vectors that begin with the one-hot code, or are all 0."""
        classes = condition[:, : self.n_classes]
        weights = torch.cat([classes, 1 - classes.sum(dim=1, keepdim=True)], dim=1)
        return (weights @ self.shares).clamp(min=1e-6).log()


class MixedDiffusion(Diffusion):
    """Numbers under Gaussian noise and categories under multinomial noise, which one network removes together.

    A row has the numbers first, then a code for each category column; inside, codes are one-hot. The network predicts
    the noise of the numbers and the categories that the diffusion started from. Under preconditioning the latter is a
    correction of the shares of the class.

    Parameters
    ----------
    sizes : sequence of int
        Number of states of each code.
    """

    def __init__(self, n_features: int, n_classes: int, sizes: Sequence[int], **kwargs: Any):
        super().__init__(n_features - len(sizes) + sum(sizes), n_classes, **kwargs)
        self.sizes = list(sizes)
        self.n_features = n_features - len(sizes)
        self.shares = None
        if self.gaussians is not None:
            self.gaussians = ClassGaussians(self.n_features, n_classes, columns=self.gaussians.columns)
            self.shares = ClassShares(sizes, n_classes)

    def prepare(self, x: Tensor, y: Tensor) -> None:
        numbers, codes = self._split(x)
        if self.gaussians is not None and self.shares is not None:
            if self.n_features:
                self.gaussians.fit(numbers, y)
            self.shares.fit(self._one_hot(codes), y)

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        numbers, codes = self._split(x)
        start = self._one_hot(codes)
        step = self._antithetic_steps(x)
        alpha_bar = self.alpha_bar[step][:, None]
        noise = normal(*numbers.shape, like=numbers, rng=self.rng)
        noisy = alpha_bar.sqrt() * numbers + (1 - alpha_bar).sqrt() * noise
        drawn = self._draw(self._each(noised_probabilities, start, alpha_bar).log(), self.rng)
        prediction = self.predict(torch.cat([noisy, drawn], dim=1), step, self.drop_labels(self.condition(y)))
        squares = (prediction[:, : self.n_features] - noise).square().sum(dim=1)
        return (squares + self._weight() * self._divergence(drawn, start, prediction, step)).mean()

    def predict(self, x: Tensor, step: Tensor, condition: Tensor) -> Tensor:
        """Return the noise of the numbers and the logits of the start of the categories."""
        numbers, codes = x[:, : self.n_features], x[:, self.n_features :]
        time = step[:, None].to(x.dtype) / self.n_diffusion_steps
        if self.gaussians is None or self.shares is None:
            return self.network(x, time, condition)
        a, b = self.alpha_bar[step][:, None].sqrt(), (1 - self.alpha_bar[step])[:, None].sqrt()
        standard, expected, deviation = self.gaussian_start(numbers, a, b, condition)
        correction = self.network(torch.cat([standard, codes], dim=1), time, condition)
        denoised = expected + deviation * correction[:, : self.n_features]
        logits = self.shares(condition) + correction[:, self.n_features :]
        return torch.cat([(numbers - a * denoised) / b, logits], dim=1)

    def path(self, y: Tensor, rng: torch.Generator | None) -> Iterator[Tensor]:
        condition = self.condition(y)
        x = normal(len(y), self.n_features, like=condition, rng=rng)
        codes = self._draw(torch.zeros(len(y), sum(self.sizes), device=x.device), rng)
        yield self._rows(x, codes)
        for step, alpha_bar, next_alpha_bar in self.steps_down():
            prediction = self.guided(
                self.predict,
                torch.cat([x, codes], dim=1),
                torch.full((len(y),), step, device=y.device),
                condition,
            )
            x = ddim_step(x, prediction[:, : self.n_features], alpha_bar, next_alpha_bar, self.eta, rng)
            start = self._each(_softmax, prediction[:, self.n_features :])
            codes = self._draw(self._posterior(codes, start, alpha_bar, next_alpha_bar), rng)
            yield self._rows(x, codes)

    def _divergence(self, drawn: Tensor, start: Tensor, prediction: Tensor, step: Tensor) -> Tensor:
        """Return the variational bound of the categories, a mean over the columns, from one step of each row.

        All steps count, so the divergence at one of them, drawn at random, stands for as many as there are.
        """
        alpha_bar = self.alpha_bar[step][:, None]
        before = torch.where(step[:, None] > 0, self.alpha_bar[(step - 1).clamp(min=0)][:, None], 1.0)
        predicted = self._each(_softmax, prediction[:, self.n_features :])
        true = self._posterior(drawn, start, alpha_bar, before)
        logs = self._posterior(drawn, predicted, alpha_bar, before)
        return self.n_diffusion_steps * (true.exp() * (true - logs)).sum(dim=1) / max(1, len(self.sizes))

    def _weight(self) -> float:
        """Return the weight of the categories: a column of them counts as much as all numbers do on average.

        The published loss is the mean over the numbers and the mean over the columns of categories; here the former
        is a sum.
        """
        return float(max(1, self.n_features))

    def _posterior(
        self, noisy: Tensor, start: Tensor, alpha_bar: Tensor | float, next_alpha_bar: Tensor | float
    ) -> Tensor:
        parts = zip(noisy.split(self.sizes, dim=1), start.split(self.sizes, dim=1), strict=True)
        return _cat([posterior_logs(a, b, alpha_bar, next_alpha_bar) for a, b in parts], noisy)

    def _each(self, function: Any, codes: Tensor, *args: Any) -> Tensor:
        """Apply a function to the columns of each code."""
        return _cat([function(part, *args) for part in codes.split(self.sizes, dim=1)], codes)

    def _draw(self, logs: Tensor, rng: torch.Generator | None) -> Tensor:
        """Draw one-hot codes with probabilities of these logarithms."""
        return self._each(_hardest, logs + gumbel(logs, rng))

    def _one_hot(self, codes: Tensor) -> Tensor:
        parts = zip(codes.long().unbind(dim=1), self.sizes, strict=True)
        return _cat([nn.functional.one_hot(code, k).to(codes.dtype) for code, k in parts], codes)

    def _rows(self, numbers: Tensor, codes: Tensor) -> Tensor:
        places = [
            part.argmax(dim=1, keepdim=True).to(numbers.dtype) for part in codes.split(self.sizes, dim=1)
        ]
        return torch.cat([numbers, *places], dim=1)

    def _split(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return x[:, : self.n_features], x[:, self.n_features :]


def _softmax(logits: Tensor) -> Tensor:
    return logits.softmax(dim=1)


def _hardest(logits: Tensor) -> Tensor:
    return nn.functional.one_hot(logits.argmax(dim=1), logits.shape[1]).to(logits.dtype)


def _cat(parts: list[Tensor], like: Tensor) -> Tensor:
    return torch.cat(parts, dim=1) if parts else like[:, :0]
