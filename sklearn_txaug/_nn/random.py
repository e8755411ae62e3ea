"""Random streams of nets: the global state of torch is neither read nor changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from inspect import isfunction, signature
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode


def torch_generator(seed: Any, device: torch.device | str = "cpu") -> torch.Generator:
    """Return a new generator; the global state of torch is neither read nor changed."""
    return torch.Generator(device).manual_seed(int(seed))


def normal(*shape: int, like: Tensor, rng: torch.Generator | StackedStreams | None) -> Tensor:
    """Draw standard normal numbers of the dtype, and on the device, of a tensor."""
    return _draw(torch.randn, *shape, dtype=like.dtype, device=like.device, rng=rng)


def uniform(*shape: int, like: Tensor, rng: torch.Generator | StackedStreams | None) -> Tensor:
    """Draw numbers between 0 and 1 of the dtype, and on the device, of a tensor."""
    return _draw(torch.rand, *shape, dtype=like.dtype, device=like.device, rng=rng)


def integers(high: int, n: int, like: Tensor, rng: torch.Generator | StackedStreams | None) -> Tensor:
    """Draw whole numbers from 0 up to, and without, `high` on the device of a tensor."""
    return _draw(torch.randint, high, (n,), device=like.device, rng=rng)


def _draw(draw: Callable[..., Tensor], *args: Any, rng: Any, **kwargs: Any) -> Tensor:
    if isinstance(rng, StackedStreams):
        return rng.draw(partial(draw, *args, **kwargs))
    return draw(*args, generator=rng, **kwargs)


class StackedStreams:
    """The random streams of several nets whose training step is vectorised: each net draws from its own.

    Parameters
    ----------
    generators : list of torch.Generator
        The stream of each net.
    """

    def __init__(self, generators: list[torch.Generator]):
        self.generators = generators
        self._net: Tensor | None = None

    @contextmanager
    def of(self, net: Tensor) -> Iterator[None]:
        """Draw, inside the ``with`` block, for the nets over whose numbers `torch.vmap` goes."""
        self._net = net
        try:
            yield
        finally:
            self._net = None

    def draw(self, draw: Callable[..., Tensor]) -> Tensor:
        """Return what each net draws, as `torch.vmap` with ``randomness="same"`` wants it."""
        return torch.stack([draw(generator=generator) for generator in self.generators])[self._net]


def streams_of(rng: torch.Generator | StackedStreams) -> list[torch.Generator]:
    """Return the generators that a training draws from."""
    return rng.generators if isinstance(rng, StackedStreams) else [rng]


class SeededInit(TorchFunctionMode):  # noqa: N801 - reads as a statement: with SeededInit(generator): ...
    """Initialise weights inside the ``with`` block from `generator`, as 32-bit floats.

    By default, layers draw their initial weights from torch's global generator and in torch's default dtype, which
    threads share and users change. A function mode is local to its thread, so modules built at the same time do
    not disturb each other.
    """

    _RANDOM = frozenset(
        [
            Tensor.uniform_,
            Tensor.normal_,
            torch.normal,
            torch.rand,
            torch.randn,
            torch.randint,
            torch.randperm,
        ]
        + [f for f in vars(nn.init).values() if isfunction(f) and "generator" in signature(f).parameters]
    )

    _FLOATING = frozenset(
        [
            torch.empty,
            torch.eye,
            torch.full,
            torch.linspace,
            torch.ones,
            torch.rand,
            torch.randn,
            torch.tensor,
            torch.zeros,
        ]
    )

    def __init__(self, generator: torch.Generator):
        super().__init__()
        self.generator = generator

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = dict(kwargs or {})
        if func in self._RANDOM and kwargs.get("generator") is None:
            kwargs["generator"] = self.generator
        if func in self._FLOATING and kwargs.get("dtype") is None:
            kwargs["dtype"] = torch.float32
        return func(*args, **kwargs)


class Stochastic(nn.Module):
    """A module that draws random numbers; ``rng`` is lent to it for the duration of a fit."""

    rng: torch.Generator | None = None


class Dropout(Stochastic):
    """Inverted dropout that draws from ``rng`` (`torch.nn.Dropout` can only use the global state)."""

    def __init__(self, p: float):
        super().__init__()
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or self.p == 0:
            return x
        keep = uniform(*x.shape, like=x, rng=self.rng) >= self.p
        return x * keep / (1 - self.p)


def lend_rng(module: nn.Module, rng: torch.Generator | None) -> None:
    """Lend `rng` to every stochastic part of `module` (None takes it back)."""
    for part in module.modules():
        if isinstance(part, Stochastic):
            part.rng = rng
