"""Checks of what is written, before any work."""

from __future__ import annotations

import os
from pathlib import Path


def check_output(path: Path) -> None:
    """Refuse a file of expression that is of an unknown format or cannot be written."""
    from ..datasets._formats import find_format

    find_format(path)
    check_writable(path)


def check_writable(path: Path) -> None:
    """Refuse a path that is a folder, or whose folder does not exist or may not be written to."""
    folder = path.absolute().parent
    if not folder.is_dir():
        raise ValueError(f"--output: there is no folder {str(path.parent)!r}")
    if path.is_dir():
        raise ValueError(f"--output: {str(path)!r} is a folder")
    if not os.access(path if path.exists() else folder, os.W_OK):
        raise ValueError(f"--output: no permission to write {str(path)!r}")
