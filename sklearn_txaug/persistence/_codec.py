"""Objects as JSON, arrays and bytes, and back: the walk, and the registry of the kinds of objects."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np

from ..utils.optional import require

_NATIVE = "biuf"  # kinds of numbers that safetensors holds
_LARGEST_INT = 2**63


class Kind(NamedTuple):
    """One kind of object.

    Parameters
    ----------
    tag : str
        The key that marks it in JSON.
    matches : callable
        Whether an object is of this kind.
    encode : callable
        Takes the encoder and the object, and returns what stands under the tag.
    decode : callable
        Takes the decoder and what stands under the tag, and returns the object.
    shared : bool
        Whether the object is written once, however often it occurs.
    """

    tag: str
    matches: Callable[[Any], bool]
    encode: Callable[[Encoder, Any], Any]
    decode: Callable[[Decoder, Any], Any]
    shared: bool = False


class Encoder:
    """Writes objects as nodes of JSON; numbers go to `arrays`, what other libraries write to `parts`.

    Parameters
    ----------
    kinds : sequence of Kind
        The first that matches is used.

    Attributes
    ----------
    objects : list
        Nodes of the objects that are written once, each below the objects that it refers to.
    arrays : dict of ndarray
        Arrays by name.
    parts : list of bytes
        Objects of other libraries.
    """

    def __init__(self, kinds: Sequence[Kind]):
        self.kinds = kinds
        self.objects: list[Any] = []
        self.arrays: dict[str, np.ndarray] = {}
        self.parts: list[bytes] = []
        self._seen: dict[int, tuple[Any, int | None]] = {}  # the object too, so that its id stays taken
        self._place: list[str] = []

    def encode(self, value: Any) -> Any:
        """Return the node of an object.

        Raises
        ------
        TypeError
            If the object, or something in it, is of no kind that can be written; says where.
        """
        if value is None or type(value) in (bool, str):
            return value
        if type(value) is int and abs(value) < _LARGEST_INT:
            return value
        if type(value) is float and np.isfinite(value):
            return value
        if type(value) is list:
            return [self.within(f"[{k}]", item) for k, item in enumerate(value)]
        for kind in self.kinds:
            if kind.matches(value):
                return self._shared(kind, value) if kind.shared else {kind.tag: kind.encode(self, value)}
        raise self.error(value)

    def within(self, place: str, value: Any) -> Any:
        """Return the node of a part; `place` is where it is, for messages."""
        self._place.append(place)
        node = self.encode(value)
        self._place.pop()
        return node

    def attributes(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the nodes of attributes by name."""
        return {name: self.within(f".{name}", value) for name, value in values.items()}

    def error(self, value: Any, reason: str = "there is no safe way to write it") -> TypeError:
        """Return an error that says where the object is."""
        cls = type(value)
        where = "".join(self._place).lstrip(".") or "the object"
        return TypeError(f"{where} is of class {cls.__module__}.{cls.__qualname__}: {reason}")

    def array(self, value: np.ndarray) -> dict[str, Any]:
        """Keep an array of numbers; return how it is to be read."""
        name = str(len(self.arrays))
        order = "F" if value.flags.f_contiguous and not value.flags.c_contiguous else "C"
        native = np.asarray(value.T if order == "F" else value, order="C")
        self.arrays[name] = native.astype(native.dtype.newbyteorder("="), copy=False)
        return {"name": name, "dtype": value.dtype.str, "shape": list(value.shape), "order": order}

    def _shared(self, kind: Kind, value: Any) -> Any:
        if id(value) in self._seen:
            place = self._seen[id(value)][1]
            if place is None:
                raise self.error(value, "it contains itself")
            return {"ref": place}
        self._seen[id(value)] = value, None
        self.objects.append({kind.tag: kind.encode(self, value)})
        place = len(self.objects) - 1
        self._seen[id(value)] = value, place
        return {"ref": place}


class Decoder:
    """Reads what an `Encoder` wrote.

    Parameters
    ----------
    kinds : sequence of Kind
        As in the encoder.
    objects : list
        Nodes of shared objects.
    arrays : dict of ndarray
        Arrays by name.
    parts : list of bytes
        Objects of other libraries.
    trusted : sequence of str
        Names of further classes that may be made.
    """

    def __init__(
        self,
        kinds: Sequence[Kind],
        objects: Sequence[Any],
        arrays: Mapping[str, np.ndarray],
        parts: Sequence[bytes],
        trusted: Sequence[str] = (),
    ):
        self.kinds = {kind.tag: kind for kind in kinds}
        self.arrays = arrays
        self.parts = parts
        self.trusted = tuple(trusted)
        self._made: list[Any] = []
        for node in objects:
            self._made.append(self.decode(node))

    def decode(self, node: Any) -> Any:
        """Return the object of a node.

        Raises
        ------
        ValueError
            If the node is not as an encoder writes it.
        """
        if node is None or isinstance(node, bool | str | int | float):
            return node
        if isinstance(node, list):
            return [self.decode(item) for item in node]
        if len(node) != 1:
            raise ValueError(f"a node has {len(node)} tags")
        ((tag, content),) = node.items()
        if tag == "ref":
            return self._made[check_natural(content, "ref")]
        if tag not in self.kinds:
            raise ValueError(f"there is no kind {tag!r}")
        return self.kinds[tag].decode(self, content)

    def attributes(self, nodes: Mapping[str, Any]) -> dict[str, Any]:
        """Return the values of attributes by name."""
        for name in nodes:
            if not name.isidentifier() or name.startswith("__"):
                raise ValueError(f"{name!r} is not the name of an attribute")
        return {name: self.decode(node) for name, node in nodes.items()}

    def array(self, content: Mapping[str, Any]) -> np.ndarray:
        """Return a kept array, if its dtype and shape are as they were written."""
        name, shape, order = content["name"], [int(n) for n in content["shape"]], content["order"]
        stored, dtype = self.arrays[name], np.dtype(content["dtype"])
        given = list(stored.shape)[:: -1 if order == "F" else 1]
        if dtype.kind not in _NATIVE or stored.dtype != dtype.newbyteorder("=") or given != shape:
            raise ValueError(
                f"array {name} is {stored.dtype} of shape {tuple(stored.shape)}, where {dtype} of shape "
                f"{tuple(shape)} was written"
            )
        return np.array(stored.T if order == "F" else stored, dtype=dtype, order=order)


def check_natural(value: Any, name: str) -> int:
    """Return a number that must be an int >= 0."""
    if type(value) is not int or value < 0:
        raise ValueError(f"{name} must be a whole number of 0 or more, got {value!r}")
    return value


@contextmanager
def as_damage(name: str) -> Iterator[None]:
    """Turn whatever a forged node raises into a `ValueError` that names the file."""
    try:
        yield
    except ImportError:  # a library that is not installed
        raise
    except Exception as error:
        raise ValueError(f"{name} cannot be loaded: {error or type(error).__name__}") from error


def to_safetensors(arrays: Mapping[str, np.ndarray]) -> bytes:
    """Return arrays of numbers in the format of safetensors."""
    return require("safetensors.numpy", "writing arrays to a file").save(dict(arrays))


def from_safetensors(data: bytes) -> dict[str, np.ndarray]:
    """Return the arrays of bytes in the format of safetensors.

    Raises
    ------
    ValueError
        If they are not.
    """
    safetensors = require("safetensors.numpy", "reading arrays from a file")
    errors = require("safetensors", "reading arrays from a file").SafetensorError
    try:
        return safetensors.load(data)
    except (errors, KeyError, ValueError) as error:
        raise ValueError(f"the arrays are damaged: {error}") from error


CLASS_NAME = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+")
