"""Devices, random streams and the resident loader: what every net here shares."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from inspect import isfunction, signature
from typing import Any

import torch
from threadpoolctl import threadpool_limits
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode
from torch.utils.data import TensorDataset


def resolve_device(device: str | torch.device) -> torch.device:
    """Turn ``"auto"`` into CUDA, else MPS, else the CPU, and refuse a device that is not there.

    ``CUDA_VISIBLE_DEVICES`` is honoured, as torch does.
    """
    if device == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    try:
        resolved = torch.device(device)
    except (RuntimeError, TypeError) as error:
        raise ValueError(f"device={device!r} is not a torch device; use 'auto', 'cpu' or 'cuda:0'") from error
    missing_cuda = resolved.type == "cuda" and (resolved.index or 0) >= torch.cuda.device_count()
    if missing_cuda or (resolved.type == "mps" and not torch.backends.mps.is_available()):
        raise ValueError(
            f"device={device!r} was asked for, but torch {torch.__version__} sees {torch.cuda.device_count()} "
            "CUDA device(s) here; use device='auto' or device='cpu'"
        )
    return resolved


@contextmanager
def one_thread() -> Iterator[None]:
    """One thread, so that a result does not depend on how many jobs run beside it."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with threadpool_limits(1):
            yield
    finally:
        torch.set_num_threads(threads)


def torch_generator(seed: Any, device: torch.device | str = "cpu") -> torch.Generator:
    """Return a generator of its own; the global state of torch is neither read nor moved."""
    return torch.Generator(device).manual_seed(int(seed))


class draws_from(TorchFunctionMode):  # noqa: N801 - reads as a statement: with draws_from(generator): ...
    """Give `generator` to each initialiser of torch that runs inside the ``with`` block.

    Layers draw their initial weights from torch's global generator, which threads share. A function
    mode is local to its thread, so modules built at the same time do not disturb each other.
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

    def __init__(self, generator: torch.Generator):
        super().__init__()
        self.generator = generator

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = dict(kwargs or {})
        if func in self._RANDOM and kwargs.get("generator") is None:
            kwargs["generator"] = self.generator
        return func(*args, **kwargs)


class Stochastic(nn.Module):
    """A module that draws random numbers; ``rng`` is lent to it for the length of a fit."""

    rng: torch.Generator | None = None


class Dropout(Stochastic):
    """Inverted dropout that draws from ``rng`` (`torch.nn.Dropout` can only use the global state)."""

    def __init__(self, p: float):
        super().__init__()
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or self.p == 0:
            return x
        keep = torch.rand(x.shape, device=x.device, generator=self.rng) >= self.p
        return x * keep / (1 - self.p)


def lend_rng(module: nn.Module, rng: torch.Generator | None) -> None:
    """Lend `rng` to every stochastic part of `module` (None takes it back)."""
    for part in module.modules():
        if isinstance(part, Stochastic):
            part.rng = rng


class ResidentLoader:
    """Batches as slices of a permutation, over rows that are copied to the device once.

    Parameters
    ----------
    dataset : TensorDataset
        Rows and labels.
    batch_size : int
        Rows a batch; -1 is all of them. Batches are evened out (100 rows at 64 are two batches of 50), so
        no row is dropped and no batch is left with a single row.
    device : torch.device
        Where the rows stay.
    rng : torch.Generator or None
        Shuffles before each pass; None keeps the order.
    """

    def __init__(
        self,
        dataset: TensorDataset,
        batch_size: int,
        *,
        device: Any = "cpu",
        rng: torch.Generator | None = None,
    ):
        self.tensors = [tensor.to(device) for tensor in dataset.tensors]
        self.n_batches = n_batches(len(dataset), batch_size)
        self.rng = rng

    def __len__(self) -> int:
        return self.n_batches

    def __iter__(self) -> Iterator[tuple[Tensor, ...]]:
        n, device = len(self.tensors[0]), self.tensors[0].device
        if self.rng is None:
            order = torch.arange(n, device=device)
        else:
            order = torch.randperm(n, device=device, generator=self.rng)
        for rows in order.tensor_split(self.n_batches):
            yield tuple(tensor[rows] for tensor in self.tensors)


def n_batches(n_rows: int, batch_size: int) -> int:
    """Batches in one pass of `ResidentLoader`."""
    return 1 if batch_size < 0 else max(1, round(n_rows / batch_size))
