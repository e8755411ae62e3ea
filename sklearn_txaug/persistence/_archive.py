"""A zip of uncompressed members whose comment is the digest of everything before it."""

from __future__ import annotations

import hashlib
import re
import struct
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from ..utils.files import replacing

_MARK = b"sklearn_txaug sha256:"
_N_HEX = 64
_NAME = re.compile(r"[a-z]+\.(json|safetensors)|objects/\d{1,6}\.skops")
_DATE = (1980, 1, 1, 0, 0, 0)  # a file does not say when it was written
_CHUNK = 2**20
_LEAST = 22 + len(_MARK) + _N_HEX  # the end record of a zip, and its comment


def write_archive(path: Path, members: Mapping[str, bytes | memoryview]) -> str:
    """Write members, whole or not at all, and return the digest.

    Parameters
    ----------
    path : Path
        The file; one that is there is replaced.
    members : dict of bytes
        Contents by name.

    Returns
    -------
    digest : str
        64 hexadecimal digits.
    """
    with replacing(path) as new:
        with zipfile.ZipFile(new, "w", zipfile.ZIP_STORED) as archive:
            for name, content in members.items():
                archive.writestr(zipfile.ZipInfo(name, _DATE), content)
            archive.comment = _MARK + b"0" * _N_HEX
        with new.open("r+b") as file:
            digest = _digest(file, new.stat().st_size - _N_HEX)
            file.seek(-_N_HEX, 2)
            file.write(digest.encode())
    return digest


def read_archive(path: Path) -> tuple[dict[str, bytes], str]:
    """Return the members of a file written by `write_archive`, and its digest.

    Nothing is unpacked to the disk, and no member can be larger than the file.

    Parameters
    ----------
    path : Path
        The file.

    Raises
    ------
    ValueError
        If a byte of the file is not as it was written, if it was not written by `write_archive`, or if a member is
        compressed, encrypted, twice there or of another name than those that are written.
    """
    with path.open("rb") as file:
        digest = _check_digest(file, path)
        try:
            with zipfile.ZipFile(file) as archive:
                _check_members(archive.infolist(), path)
                return {name: archive.read(name) for name in archive.namelist()}, digest
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, struct.error) as error:
            raise ValueError(f"{path.name} is not a zip as it was written: {error}") from error


def _check_digest(file: BinaryIO, path: Path) -> str:
    size = path.stat().st_size
    file.seek(max(0, size - len(_MARK) - _N_HEX))
    end = file.read()
    if size < _LEAST or not end.startswith(_MARK):
        raise ValueError(
            f"{path.name} was not written by sklearn_txaug, or its end is missing: copy it again from its source"
        )
    digest = _digest(file, size - _N_HEX)
    if digest.encode() != end[len(_MARK) :]:
        raise ValueError(
            f"{path.name} is damaged or was changed: its digest does not match; copy it again from its source"
        )
    return digest


def _digest(file: Any, n_bytes: int) -> str:
    """Return the digest of the first bytes of an open file."""
    found = hashlib.sha256()
    file.seek(0)
    while n_bytes > 0:
        chunk = file.read(min(_CHUNK, n_bytes))
        if not chunk:
            break
        found.update(chunk)
        n_bytes -= len(chunk)
    return found.hexdigest()


def _check_members(members: Iterable[zipfile.ZipInfo], path: Path) -> None:
    seen: set[str] = set()
    size = 0
    for member in members:
        if not _NAME.fullmatch(member.filename) or member.filename in seen:
            raise ValueError(f"{path.name} has a member that save does not write: {member.filename!r}")
        if member.compress_type != zipfile.ZIP_STORED or member.flag_bits & 1:
            raise ValueError(
                f"{path.name} has a compressed or encrypted member, which save does not write: {member.filename!r}"
            )
        seen.add(member.filename)
        size += member.file_size
    if size > path.stat().st_size:
        raise ValueError(f"{path.name} says that its members are larger than the file")
