"""Trainings that resume where they were stopped: the state of a net in a file, and its key."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator, Mapping
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sklearn.base import clone
from skorch.callbacks import Callback
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from .. import __version__
from ..persistence._file import read_object, write_object
from ..utils.own_code import own_code

_KIND = "checkpoint"
_SHARE = 0.05  # of the time that writing may take
_NUMBERS = (bool, int, float)


class TrainingCheckpoint(Callback):
    """Write the state of a training to a folder, and begin where the last state of the same training ended.

    The name of the file is a digest of all that determines the training: the rows, the weights it begins with, its
    seed and settings, and the versions of this package and of torch. So trainings share a folder without disturbing
    each other, and another training never goes on from a state that is not its own. The state is everything that
    changes: weights, buffers, optimisers, the random stream, the history and what callbacks remember. It is written
    at the end of an epoch, whenever 20 times as long has passed since the last time as writing took, and at the end.

    It must be the last callback.

    Parameters
    ----------
    folder : path
        Made if it does not exist.
    """

    def __init__(self, folder: str | PathLike):
        self.folder = folder

    def on_train_begin(self, net: Any, X: Any = None, y: Any = None, **kwargs: Any) -> None:
        folder = Path(self.folder)
        if folder.exists() and not folder.is_dir():
            raise ValueError(f"checkpoint={str(folder)!r} is a file, where a folder is wanted")
        folder.mkdir(parents=True, exist_ok=True)
        self.path_ = folder / f"{training_key(net, X, y)}.checkpoint"
        self.next_ = 0.0
        if self.path_.exists():
            try:
                restore(net, read_object(self.path_, _KIND)[0])
            except ValueError as error:
                raise ValueError(f"{error}; or delete {self.path_}, to train from the beginning") from error

    def on_epoch_end(self, net: Any, **kwargs: Any) -> None:
        start = time.monotonic()
        if start >= self.next_ or len(net.history) == net.max_epochs:
            write_object(self.path_, _KIND, state_of(net))
            now = time.monotonic()
            self.next_ = now + (now - start) * (1 / _SHARE - 1)


def with_checkpoint(estimator: Any, folder: str | PathLike | None) -> Any:
    """Return a clone whose nets keep the states of their trainings in a folder, or what has no nets as it is."""
    parameters = {} if estimator is None or folder is None else estimator.get_params()
    names = [name for name in parameters if name.split("__")[-1] == "checkpoint"]
    return clone(estimator).set_params(**dict.fromkeys(names, str(folder))) if names else estimator


def state_of(net: Any) -> dict[str, Any]:
    """Return all that a training changes: `restore` of it makes the next epoch what it would have been."""
    return {
        "history": net.history,
        "tensors": dict(_tensors(net.module_)),
        "numbers": {path: _numbers(part) for path, part in net.module_.named_modules()},
        "optimizers": {name: optimizer.state_dict() for name, optimizer in optimizers_of(net).items()},
        "stream": net.rng_.get_state(),
        "callbacks": {name: _remembered(callback) for name, callback in _others(net)},
    }


def restore(net: Any, state: Mapping[str, Any]) -> None:
    """Put a net that trains into a state returned by `state_of`; callbacks and a history that lack in it stay."""
    parts = dict(net.module_.named_modules())
    for name, tensor in state["tensors"].items():
        path, _, leaf = name.rpartition(".")
        _put(parts[path], leaf, tensor.to(net.device))
    for path, numbers in state["numbers"].items():
        parts[path].__dict__.update(numbers)
    for name, optimizer in optimizers_of(net).items():
        optimizer.load_state_dict(state["optimizers"][name])
    net.rng_.set_state(state["stream"].cpu())
    net.history = state.get("history", net.history)
    callbacks = dict(net.callbacks_)
    for name, remembered in state["callbacks"].items():
        _remind(callbacks[name], remembered, net.device)


def training_key(net: Any, X: Any, y: Any = None) -> str:
    """Return a digest of all that determines a training that is about to begin."""
    key = hashlib.sha256()
    rows, held = net.get_split_datasets(X, y)
    settings = {
        "versions": [__version__, torch.__version__, np.__version__],
        "net": [_stable(type(net)), {k: v for k, v in vars(net).items() if _is_setting(k, v)}],
        "iterator": [_stable(net.iterator_train), _stable(net.get_params_for("iterator_train"))],
        "module": [str(net.module_), {path: _numbers(part) for path, part in net.module_.named_modules()}],
        "code": own_code([net, *net.module_.modules(), *(part for _, part in _others(net))], typed_in=False),
        "optimizers": {
            name: [_stable(type(o)), [{**group, "params": len(group["params"])} for group in o.param_groups]]
            for name, o in optimizers_of(net).items()
        },
        "callbacks": [
            [_stable(type(callback)), _stable(callback.get_params())] for _, callback in _others(net)
        ],
    }
    key.update(json.dumps(settings, sort_keys=True, default=_stable).encode())
    tensors = [
        *rows.tensors,
        *(held.tensors if held is not None else ()),
        *dict(_tensors(net.module_)).values(),
    ]
    for tensor in tensors:
        array = np.ascontiguousarray(tensor.detach().cpu().numpy())
        key.update(f"{array.dtype.str}{array.shape}".encode())
        key.update(array.data)
    return key.hexdigest()[:32]


def _tensors(module: nn.Module) -> Iterator[tuple[str, Tensor]]:
    """Yield parameters and buffers by name, also buffers that no state of a module contains."""
    yield from module.named_parameters()
    yield from module.named_buffers()


def _put(part: nn.Module, leaf: str, tensor: Tensor) -> None:
    if leaf in part._parameters:
        with torch.no_grad():
            part._parameters[leaf].copy_(tensor)  # type: ignore[union-attr]
    else:
        kept = part._buffers[leaf]
        if kept is not None and kept.shape == tensor.shape:
            kept.copy_(tensor)
        else:
            part._buffers[leaf] = tensor


def _numbers(part: nn.Module) -> dict[str, Any]:
    """Return the numbers among the attributes of a module, some of which change in training."""
    return {
        name: value for name, value in vars(part).items() if type(value) in _NUMBERS and name != "training"
    }


def optimizers_of(net: Any) -> dict[str, Optimizer]:
    """Return the optimisers of a net by name."""
    return {name: value for name, value in vars(net).items() if isinstance(value, Optimizer)}


def _others(net: Any) -> list[tuple[str, Any]]:
    return [(name, cb) for name, cb in net.callbacks_ if not isinstance(cb, TrainingCheckpoint)]


def _remembered(callback: Any) -> dict[str, Any]:
    """Return what a callback has learned in the training: attributes that end in an underscore."""
    left_out = getattr(callback, "_unsaved", {})
    kept = {name: v for name, v in vars(callback).items() if name.endswith("_") and name not in left_out}
    return {name: v.state_dict() if isinstance(v, LRScheduler) else v for name, v in kept.items()}


def _remind(callback: Any, state: Mapping[str, Any], device: Any) -> None:
    for name, value in state.items():
        current = getattr(callback, name, None)
        if isinstance(current, LRScheduler):
            current.load_state_dict(value)
        else:
            setattr(callback, name, _on(value, device))


def _on(value: Any, device: Any) -> Any:
    """Return tensors, also in a list or dict, on a device."""
    if isinstance(value, Tensor):
        return value.to(device)
    if isinstance(value, list):
        return [_on(item, device) for item in value]
    return {name: _on(item, device) for name, item in value.items()} if isinstance(value, dict) else value


def _is_setting(name: str, value: Any) -> bool:
    fixed = not name.startswith("_") and not name.endswith("_") and name != "verbose"
    return fixed and (value is None or isinstance(value, (*_NUMBERS, str)))


def _stable(value: Any) -> Any:
    """Return what tells a setting from others and is the same in each process."""
    if isinstance(value, dict):
        return {str(name): _stable(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_stable(item) for item in value]
    if hasattr(value, "__qualname__"):
        return f"{value.__module__}.{value.__qualname__}"
    if value is None or isinstance(value, (*_NUMBERS, str, np.generic)):
        return str(value)
    return [_stable(type(value)), _stable(getattr(value, "__dict__", str(value)))]
