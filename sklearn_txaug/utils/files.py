"""Files that are replaced whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


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
    folder = Path(tempfile.mkdtemp(prefix=".writing_", dir=path.parent))
    new = folder / path.name
    try:
        yield new
        if path.exists():
            shutil.copymode(path, new)
        with open(new, "rb") as file:
            os.fsync(file.fileno())
        os.replace(new, path)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
