"""One object, with a header, in an archive."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from os import PathLike
from pathlib import Path
from typing import Any

from .. import __version__
from ._archive import read_archive, write_archive
from ._codec import Decoder, Encoder, as_damage, from_safetensors, to_safetensors
from ._kinds_frames import FRAME_KINDS
from ._kinds_objects import OBJECT_KINDS
from ._kinds_plain import PLAIN_KINDS
from ._kinds_torch import TORCH_KINDS

KINDS = [*PLAIN_KINDS, *TORCH_KINDS, *FRAME_KINDS, *OBJECT_KINDS]

_VERSION = 1  # of the format
_DESCRIPTION = "object.json"
_ARRAYS = "arrays.safetensors"
_LIBRARIES = ("numpy", "scikit-learn", "imbalanced-learn", "torch")


def write_object(path: str | PathLike, kind: str, value: Any, header: Mapping[str, Any] | None = None) -> str:
    """Write an object, and return the digest of the file.

    Parameters
    ----------
    path : path
        The file; it is replaced whole or not at all.
    kind : str
        What the file is, which `read_object` checks.
    value : object
        Of the kinds in `KINDS`.
    header : dict, default=None
        Further entries of the header, of JSON's types.

    Raises
    ------
    TypeError
        If a part of the object is of no kind that can be written.
    """
    encoder = Encoder(KINDS)
    root = encoder.encode(value)
    description = {
        "format": f"sklearn_txaug {kind}",
        "version": _VERSION,
        "written_by": {"sklearn_txaug": __version__, **{name: version(name) for name in _LIBRARIES}},
        **(header or {}),
        "n_parts": len(encoder.parts),
        "root": root,
        "objects": encoder.objects,
    }
    members: dict[str, Any] = {
        _DESCRIPTION: json.dumps(description, allow_nan=False, separators=(",", ":")).encode(),
        _ARRAYS: to_safetensors(encoder.arrays),
    }
    members.update({_part(k): data for k, data in enumerate(encoder.parts)})
    return write_archive(Path(path), members)


def read_object(path: str | PathLike, kind: str, trusted: Sequence[str] = ()) -> tuple[Any, dict[str, Any]]:
    """Return an object written by `write_object`, and its header with the digest of the file.

    Raises
    ------
    ValueError
        If the file is damaged, of another kind or version, or contains a class that may not be made.
    """
    path = Path(path)
    members, digest = read_archive(path)
    with as_damage(path.name):
        description = json.loads(members.pop(_DESCRIPTION))
        _check_header(description, kind)
        n_parts = description.pop("n_parts")
        if set(members) != {_ARRAYS, *map(_part, range(n_parts))}:
            raise ValueError("its members are not those that it names")
        _check_versions(description["written_by"], with_parts=n_parts > 0)
        parts = [members[_part(k)] for k in range(n_parts)]
        nodes, root = description.pop("objects"), description.pop("root")
        decoder = Decoder(KINDS, nodes, from_safetensors(members[_ARRAYS]), parts, trusted)
        return decoder.decode(root), {**description, "digest": digest}


def _part(k: int) -> str:
    return f"objects/{k}.skops"


def _check_header(description: Any, kind: str) -> None:
    found = description.get("format")
    if found != f"sklearn_txaug {kind}":
        raise ValueError(f"it is a {found!r}, where a sklearn_txaug {kind} is wanted")
    if description["version"] != _VERSION:
        raise ValueError(
            f"it has version {description['version']} of the format, and this package reads version {_VERSION}"
        )


def _check_versions(written_by: Mapping[str, str], with_parts: bool) -> None:
    """Refuse a file of another minor version of this package, or of a library whose objects it contains."""
    here = {"sklearn_txaug": __version__}
    if with_parts:
        here.update({name: version(name) for name in ("scikit-learn", "imbalanced-learn")})
    for name, installed in here.items():
        if _minor(written_by[name]) != _minor(installed):
            raise ValueError(
                f"{name} {written_by[name]} wrote it, and {installed} is installed; install {name} "
                f"{_minor(written_by[name])}, or train and save the sampler again"
            )


def _minor(text: str) -> str:
    return ".".join(text.split(".")[:2])
