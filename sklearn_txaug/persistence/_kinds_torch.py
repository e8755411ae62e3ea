"""Tensors, devices, optimisers by class, and torch modules part by part."""

from __future__ import annotations

from typing import Any

import torch
from skorch.history import History
from torch import Tensor, nn

from ._classes import class_name, find_class, is_own
from ._codec import Decoder, Encoder, Kind

_INTERNALS = frozenset(vars(nn.Module()))  # hooks and registries, which are not written as they are
_SHAPES: dict[
    type, dict[str, Any]
] = {  # of the weights of torch's own layers, by what the layers say of themselves
    nn.Linear: {"weight": lambda m: (m.out_features, m.in_features), "bias": lambda m: (m.out_features,)},
    nn.Embedding: {"weight": lambda m: (m.num_embeddings, m.embedding_dim)},
    nn.LayerNorm: {name: lambda m: tuple(m.normalized_shape) for name in ("weight", "bias")},
    nn.BatchNorm1d: {
        name: lambda m: (m.num_features,) for name in ("weight", "bias", "running_mean", "running_var")
    },
}


def _encode_tensor(encoder: Encoder, value: Tensor) -> Any:
    if value.dtype == torch.bfloat16 or value.is_complex() or value.layout != torch.strided:
        raise encoder.error(value, f"tensors of {value.dtype} cannot be written")
    parameter = {"requires_grad": value.requires_grad} if isinstance(value, nn.Parameter) else {}
    return {**encoder.array(value.detach().cpu().numpy()), **parameter}


def _decode_tensor(decoder: Decoder, content: Any) -> Tensor:
    tensor = torch.from_numpy(decoder.array(content))
    if "requires_grad" not in content:
        return tensor
    return nn.Parameter(tensor, requires_grad=bool(content["requires_grad"]))


def _encode_module(encoder: Encoder, module: nn.Module) -> Any:
    if not _may_be_made(type(module)):
        raise encoder.error(module, "only modules of torch.nn and of this package can be written")
    own = {name: value for name, value in vars(module).items() if name not in _INTERNALS}
    fleeting = module._non_persistent_buffers_set
    return {
        "class": class_name(type(module)),
        "training": module.training,
        "attributes": encoder.attributes(own),
        "parameters": encoder.attributes(module._parameters),
        "buffers": encoder.attributes(module._buffers),
        "fleeting": sorted(fleeting),
        "children": [[name, encoder.within(f".{name}", child)] for name, child in module._modules.items()],
    }


def _decode_module(decoder: Decoder, content: Any) -> nn.Module:
    cls = _find_module_class(content["class"], decoder)
    module = cls.__new__(cls)
    nn.Module.__init__(module)
    vars(module).update(_checked(decoder.attributes(content["attributes"])))
    for name, value in decoder.attributes(content["parameters"]).items():
        module.register_parameter(name, value)
    for name, value in decoder.attributes(content["buffers"]).items():
        module.register_buffer(name, value, persistent=name not in content["fleeting"])
    for name, node in content["children"]:
        module.add_module(name, decoder.decode(node))
    _check_shapes(module)
    return module.train(bool(content["training"])) if not content["children"] else _set_mode(module, content)


def _set_mode(module: nn.Module, content: Any) -> nn.Module:
    module.training = bool(content["training"])  # its children have a mode of their own
    return module


def _checked(attributes: dict[str, Any]) -> dict[str, Any]:
    taken = _INTERNALS.intersection(attributes)
    if taken:
        raise ValueError(f"a module has attributes {sorted(taken)}, which torch keeps for itself")
    return attributes


def _check_shapes(module: nn.Module) -> None:
    """Refuse a layer of torch whose weights are not of the shape that its widths say."""
    for cls, shapes in _SHAPES.items():
        if not isinstance(module, cls):
            continue
        for name, shape in shapes.items():
            tensor = getattr(module, name)
            if tensor is not None and tuple(tensor.shape) != shape(module):
                raise ValueError(
                    f"{cls.__name__}.{name} has shape {tuple(tensor.shape)}, where {shape(module)} belongs"
                )


def _may_be_made(cls: type) -> bool:
    return is_own(cls) or getattr(nn, cls.__name__, None) is cls


def _find_module_class(name: str, decoder: Decoder) -> Any:
    torch_class = getattr(nn, name.rpartition(".")[2], None) if name.startswith("torch.nn.") else None
    cls = find_class(name, decoder.trusted) if torch_class is None else torch_class
    if class_name(cls) != name or not issubclass(cls, nn.Module):
        raise ValueError(f"{name} is not a torch module")
    return cls


def _encode_history(encoder: Encoder, value: History) -> Any:
    epochs = [dict(epoch) for epoch in value]
    if any(any(epoch.get("batches", ())) for epoch in epochs):
        return encoder.encode(epochs)
    return encoder.encode([{**epoch, "batches": len(epoch.get("batches", ()))} for epoch in epochs])


def _decode_history(decoder: Decoder, content: Any) -> History:
    epochs = History(decoder.decode(content))
    for epoch in epochs:
        if isinstance(epoch["batches"], int):  # of batches without records their number is kept
            epoch["batches"] = [{} for _ in range(epoch["batches"])]
    return epochs


def _is_optimizer(value: Any) -> bool:
    return isinstance(value, type) and getattr(torch.optim, value.__name__, None) is value


def _decode_optimizer(decoder: Decoder, name: str) -> Any:
    found = getattr(torch.optim, name)
    if not _is_optimizer(found):
        raise ValueError(f"{name} is not an optimiser")
    return found


TORCH_KINDS = [
    Kind("module", lambda x: isinstance(x, nn.Module), _encode_module, _decode_module, shared=True),
    Kind("tensor", lambda x: isinstance(x, Tensor), _encode_tensor, _decode_tensor, shared=True),
    Kind("history", lambda x: isinstance(x, History), _encode_history, _decode_history),
    Kind(
        "device",
        lambda x: isinstance(x, torch.device),
        lambda _, x: str(x),
        lambda _, text: torch.device(text),
    ),
    Kind("optimizer", _is_optimizer, lambda _, x: x.__name__, _decode_optimizer),
]
