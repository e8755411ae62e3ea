"""Files that are replaced whole or not at all."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_PREFIX = ".writing_"
_DAY = 86_400  # seconds
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def _remove_remains(folder: Path) -> None:
    """Remove what a killed process has left half written, here or, if it is a day old, on another machine."""
    for remains in folder.glob(f"{_PREFIX}*"):
        with suppress(OSError):
            if not _is_at_work(remains.name) or time.time() - remains.stat().st_mtime > _DAY:
                shutil.rmtree(remains, ignore_errors=True)


def _is_at_work(name: str) -> bool:
    """Tell whether the process that a folder is named after may still write to it."""
    pid = name.removeprefix(_PREFIX).partition("_")[0]
    if not pid.isdigit() or os.name != "posix":  # elsewhere, signal 0 is not harmless
        return True
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def check_can_write(folder: Path) -> None:
    """Raise an OSError if no file can be made in a folder, or in the nearest one that exists."""
    there = next(place for place in (folder.absolute(), *folder.absolute().parents) if place.exists())
    with tempfile.TemporaryDirectory(prefix=f"{_PREFIX}{os.getpid()}_", dir=there):
        pass


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a path to write to, whose file then takes the place of `path`.

    The file that was there stays as it is until the new one is complete on the disk: neither an error, nor a full
    disk, nor a kill leaves half a file under its name.

    Parameters
    ----------
    path : Path
        The file to write; a link keeps its place, and what it leads to is replaced.

    Yields
    ------
    new : Path
        A file in the same folder, whose name ends as that of `path`.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from sklearn_txaug.utils.files import replacing
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "page.html"
    ...     with replacing(path) as new:
    ...         _ = new.write_text("complete")
    ...     path.read_text()
    'complete'
    """
    path = Path(os.path.realpath(path))
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, "a file is to be written, and this is a folder", str(path))
    if not path.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, "there is no folder", str(path.parent))
    _remove_remains(path.parent)
    folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}_", dir=path.parent))
    new = folder / path.name
    try:
        yield new
        if path.exists():
            shutil.copymode(path, new)
        with open(new, "rb") as file:
            os.fsync(file.fileno())
        os.replace(new, path)
    except OSError as error:
        if error.errno in _FULL:
            raise OSError(error.errno, os.strerror(error.errno), str(path)) from error
        raise
    finally:
        shutil.rmtree(folder, ignore_errors=True)
