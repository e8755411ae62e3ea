"""Checks of what is written, before any work."""

from __future__ import annotations

import os
from pathlib import Path

from ..utils.files import check_can_write


def check_output(path: Path) -> None:
    """Refuse a file of expression that is of an unknown format or cannot be written."""
    from ..datasets._formats import find_format
    from ..utils.optional import require

    for package in find_format(path).requires:
        require(package, f"writing {path.name}")
    check_writable(path)


def check_folder(path: Path) -> None:
    """Refuse a folder of results that is a file, or that may not be made or written to."""
    if path.exists() and not path.is_dir():
        raise ValueError(f"--output: {str(path)!r} is a file, where a folder of results is wanted")
    _try(path)


def check_writable(path: Path) -> None:
    """Refuse a path that is a folder, or whose folder does not exist or may not be written to."""
    folder = path.absolute().parent
    if not folder.is_dir():
        raise ValueError(f"--output: there is no folder {str(path.parent)!r}")
    if path.is_dir():
        raise ValueError(f"--output: {str(path)!r} is a folder")
    if path.exists() and not os.access(path, os.W_OK):
        raise ValueError(f"--output: no permission to write {str(path)!r}")
    _try(folder)


def _try(folder: Path) -> None:
    """Refuse a folder in which no file can be made."""
    try:
        check_can_write(folder)
    except OSError as error:
        raise ValueError(f"--output: nothing can be written in {str(folder)!r}: {error.strerror}") from error
