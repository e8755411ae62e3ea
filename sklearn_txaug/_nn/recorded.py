"""Training steps recorded as CUDA graphs: one launch in place of hundreds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from skorch.callbacks import Callback
from torch import Tensor

from .checkpoint import optimizers_of
from .random import StackedStreams, streams_of

_N_WARMUP = 3  # calls before a recording, in which torch and its libraries set aside memory

Step = Callable[[tuple[Tensor, ...]], dict[str, Tensor]]


class RecordedStep:
    """A step that is taken as it is at first, is then recorded for each shape of batch, and replayed from then on.

    Every call must run the same operations on the device, whatever the values, and change tensors in place: a replay
    runs no Python. The numbers drawn are those that the step itself would draw.

    Parameters
    ----------
    step : callable
        Takes a batch, a tuple of tensors on the device, and returns a dict of tensors.
    rng : torch.Generator or StackedStreams
        What the step draws from.
    """

    def __init__(self, step: Step, rng: torch.Generator | StackedStreams):
        self.step = step
        self.rng = rng
        self.device = streams_of(rng)[0].device
        self.stream = torch.cuda.Stream(self.device)
        self.n_calls = 0
        self.recordings: dict[tuple[torch.Size, ...], _Recording] = {}

    def __call__(self, batch: tuple[Tensor, ...]) -> dict[str, Tensor]:
        self.n_calls += 1
        with torch.cuda.device(self.device):
            if self.n_calls <= _N_WARMUP:
                return self._take(batch)
            shapes = tuple(tensor.shape for tensor in batch)
            if shapes not in self.recordings:
                self.recordings[shapes] = self._record(batch)
            return self.recordings[shapes].replay(batch)

    def _take(self, batch: tuple[Tensor, ...]) -> dict[str, Tensor]:
        """Take the step on the stream of the recordings."""
        self.stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(self.stream):
            result = self.step(batch)
        torch.cuda.current_stream().wait_stream(self.stream)
        return result

    def _record(self, batch: tuple[Tensor, ...]) -> _Recording:
        graph = torch.cuda.CUDAGraph()
        for generator in streams_of(self.rng):
            graph.register_generator_state(generator)
        inputs = tuple(tensor.clone() for tensor in batch)
        with torch.cuda.graph(graph, stream=self.stream, capture_error_mode="thread_local"):
            outputs = self.step(inputs)
        return _Recording(graph, inputs, outputs)


class _Recording(NamedTuple):
    graph: torch.cuda.CUDAGraph
    inputs: tuple[Tensor, ...]
    outputs: dict[str, Tensor]

    def replay(self, batch: tuple[Tensor, ...]) -> dict[str, Tensor]:
        for kept, tensor in zip(self.inputs, batch, strict=True):
            kept.copy_(tensor)
        self.graph.replay()
        return {name: value.detach().clone() for name, value in self.outputs.items()}


def can_record(net: Any) -> bool:
    """Tell whether a recording of the training step of a net would do what the step does.

    The module must promise it (`GenerativeModule.static_step`), the optimisers must keep their state on the device,
    of their settings only the learning rate may change, and no callback may look at gradients.
    """
    groups = [group for optimizer in optimizers_of(net).values() for group in optimizer.param_groups]
    return (
        torch.device(net.device).type == "cuda"
        and getattr(net.module_, "static_step", False)
        and all("capturable" in group and "max_momentum" not in group for group in groups)
        and all(type(cb).on_grad_computed is Callback.on_grad_computed for _, cb in net.callbacks_)
    )


def prepare_optimizers(net: Any) -> None:
    """Let the optimisers of a net be recorded: their state and learning rates are tensors on the device."""
    for optimizer in optimizers_of(net).values():
        for group in optimizer.param_groups:
            group["capturable"] = True
            group["lr"] = torch.as_tensor(group["lr"], dtype=torch.float32, device=net.device)
