"""Numbers, containers, arrays, sparse matrices and random states."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

import numpy as np
from scipy import sparse

from ._codec import Decoder, Encoder, Kind

_SPARSE = {
    f"{form}_{kind}": getattr(sparse, f"{form}_{kind}")
    for form in ("bsr", "coo", "csc", "csr", "dia", "dok", "lil")
    for kind in ("array", "matrix")
}
_MOST_TEXT = 2**30  # bytes
_STATES = {  # bit generators, and the largest position within what they have drawn ahead
    "MT19937": 624,
    "PCG64": 0,
    "PCG64DXSM": 0,
    "Philox": 4,
    "SFC64": 0,
}


def _encode_float(encoder: Encoder, value: float) -> str:
    return str(float(value))


def _decode_float(decoder: Decoder, content: str) -> float:
    if content not in ("nan", "inf", "-inf"):
        raise ValueError(f"{content!r} is not a number")
    return float(content)


def _encode_scalar(encoder: Encoder, value: np.generic) -> Any:
    return {"dtype": value.dtype.str, "value": encoder.encode(value.item())}


def _decode_scalar(decoder: Decoder, content: Any) -> np.generic:
    dtype = np.dtype(content["dtype"])
    if dtype.kind not in "biufUS":
        raise ValueError(f"a number is {dtype}")
    return dtype.type(decoder.decode(content["value"]))


def _encode_array(encoder: Encoder, value: np.ndarray) -> Any:
    if value.dtype.kind in "biuf" and value.dtype.itemsize <= 8:
        return encoder.array(value)
    if value.dtype.kind in "OUS":
        items = encoder.encode(value.ravel().tolist())
        return {"items": items, "dtype": value.dtype.str, "shape": list(value.shape)}
    raise encoder.error(value, f"arrays of {value.dtype} cannot be written")


def _decode_array(decoder: Decoder, content: Any) -> np.ndarray:
    if "name" in content:
        return decoder.array(content)
    items, dtype, shape = decoder.decode(content["items"]), np.dtype(content["dtype"]), content["shape"]
    if dtype.kind not in "OUS" or any(
        not isinstance(item, str | bytes) for item in items if dtype.kind != "O"
    ):
        raise ValueError(f"an array is {dtype}")
    if dtype.itemsize * len(items) > _MOST_TEXT:
        raise ValueError(f"an array of text would take {dtype.itemsize * len(items)} bytes")
    flat = np.empty(len(items), dtype=dtype)
    for k, item in enumerate(items):
        flat[k] = item
    return flat.reshape(shape)


def _encode_dict(encoder: Encoder, value: Mapping) -> Any:
    return [[encoder.encode(key), encoder.within(f"[{key!r}]", item)] for key, item in value.items()]


def _decode_dict(decoder: Decoder, content: Any) -> dict:
    return {decoder.decode(key): decoder.decode(item) for key, item in content}


def _encode_sparse(encoder: Encoder, value: Any) -> Any:
    rows = sparse.csr_array(value)
    parts = {name: encoder.array(getattr(rows, name)) for name in ("data", "indices", "indptr")}
    return {"class": type(value).__name__, "shape": list(value.shape), **parts}


def _decode_sparse(decoder: Decoder, content: Any) -> Any:
    parts = tuple(decoder.array(content[name]) for name in ("data", "indices", "indptr"))
    rows = sparse.csr_array(parts, shape=tuple(content["shape"]))
    rows.check_format(full_check=True)  # indices outside the matrix would be read without a check
    return _SPARSE[content["class"]](rows)


def _encode_generator(encoder: Encoder, value: np.random.Generator) -> Any:
    return encoder.encode(value.bit_generator.state)


def _decode_generator(decoder: Decoder, content: Any) -> np.random.Generator:
    return np.random.Generator(_bit_generator(decoder.decode(content)))


def _encode_random_state(encoder: Encoder, value: np.random.RandomState) -> Any:
    return encoder.encode(value.get_state(legacy=False))


def _decode_random_state(decoder: Decoder, content: Any) -> Any:
    state = decoder.decode(content)
    made = np.random.RandomState(_bit_generator(state))  # noqa: NPY002
    made.set_state(state)
    return made


def _bit_generator(state: dict[str, Any]) -> Any:
    name = state["bit_generator"]
    largest = _STATES[name]
    position = state["state"].get("pos", state.get("buffer_pos", 0))
    if not 0 <= position <= max(largest, 0):
        raise ValueError(f"the state of {name} is at position {position}")
    made = getattr(np.random, name)()
    made.state = state
    return made


def _encode_range(encoder: Encoder, value: range) -> list[int]:
    return [value.start, value.stop, value.step]


PLAIN_KINDS = [
    Kind("float", lambda x: type(x) is float, _encode_float, _decode_float),
    Kind("int", lambda x: type(x) is int, lambda _, x: str(x), lambda _, text: int(text)),
    Kind("number", lambda x: isinstance(x, np.generic), _encode_scalar, _decode_scalar),
    Kind("array", lambda x: type(x) is np.ndarray, _encode_array, _decode_array, shared=True),
    Kind(
        "tuple",
        lambda x: type(x) is tuple,
        lambda encoder, x: encoder.encode(list(x)),
        lambda decoder, content: tuple(decoder.decode(content)),
    ),
    Kind("dict", lambda x: isinstance(x, dict), _encode_dict, _decode_dict),
    Kind(
        "set",
        lambda x: type(x) is set,
        lambda encoder, x: encoder.encode(sorted(x, key=repr)),
        lambda decoder, content: set(decoder.decode(content)),
    ),
    Kind("range", lambda x: type(x) is range, _encode_range, lambda _, ends: range(*ends)),
    Kind("path", lambda x: isinstance(x, PurePath), lambda _, x: str(x), lambda _, text: str(text)),
    Kind("bytes", lambda x: type(x) is bytes, lambda _, x: x.hex(), lambda _, text: bytes.fromhex(text)),
    Kind("sparse", sparse.issparse, _encode_sparse, _decode_sparse, shared=True),
    Kind("generator", lambda x: isinstance(x, np.random.Generator), _encode_generator, _decode_generator),
    Kind(
        "random_state",
        lambda x: isinstance(x, np.random.RandomState),
        _encode_random_state,
        _decode_random_state,
    ),
]
