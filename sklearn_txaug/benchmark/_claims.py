"""Who does what, where several processes share the work of one folder."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout


class Claims:
    """Pieces of work that this process has taken, each by a lock on a file.

    The system drops the locks of a process that ends, however it ends, so that others can do what it has not done.

    Parameters
    ----------
    folder : Path
        Folder of the locks; made when work is first taken.
    """

    def __init__(self, folder: Path):
        self._folder = folder
        self._held: dict[Hashable, FileLock] = {}

    def take(self, work: Hashable, wait: bool = False) -> bool:
        """Take a piece of work, unless another process has it or when that drops it; tell whether it is ours now."""
        if work in self._held:
            return True
        self._folder.mkdir(exist_ok=True)
        name = hashlib.sha256(repr(work).encode()).hexdigest()[:24]
        lock = FileLock(self._folder / f"{name}.lock", thread_local=False)  # taken in a thread of joblib
        try:
            lock.acquire(blocking=wait)
        except Timeout:
            return False
        self._held[work] = lock
        return True

    def drop(self, work: Hashable) -> None:
        """Let others take a piece of work, which they do only if its results are not there."""
        lock = self._held.pop(work)
        with suppress(OSError):  # Windows does not remove what is open
            Path(lock.lock_file).unlink()
        lock.release()

    def drop_all(self) -> None:
        """Drop all work that is held."""
        for work in list(self._held):
            self.drop(work)
