"""Progress on a terminal: one bar over several trainings, which moves within long ones, also in other processes."""

from __future__ import annotations

import os
import struct
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any

from joblib import Parallel, delayed
from tqdm.auto import tqdm

from .processes import end_with

_NUMBER = struct.Struct("f")
_SECONDS = 0.2  # between two looks at what other processes report
_SHOWN = 4  # trainings named beside the bar
_STARTED = 1e-6
_FORMAT = "{desc}: {percentage:3.0f}%|{bar}| {elapsed}<{remaining}{postfix}"


def progress_bar(show: bool, **settings: Any) -> tqdm:
    """Return a bar of tqdm that is drawn on a terminal and in a notebook, never into a log file."""
    return tqdm(disable=None if show else True, dynamic_ncols=True, **settings)


class Trainings:
    """One bar over several trainings: how many are done, which run now, and how far they are.

    A training reports its epochs by `report_share`, wherever it runs: in this process, in a thread, or in another
    process of this machine, which writes to a small file.

    Parameters
    ----------
    names : sequence of str
        What is trained, one entry a training.
    title : str
        Text before the bar.
    show : bool
        Whether to draw the bar if there is a terminal or notebook for it.

    Examples
    --------
    >>> from sklearn_txaug.utils.progress import Trainings
    >>> with Trainings(["a", "b"], "squares", show=False) as trainings:
    ...     trainings.run(pow, [(3, 2), (4, 2)], n_jobs=1)
    [9, 16]
    """

    def __init__(self, names: Sequence[str], title: str, show: bool):
        self.names, self.title, self.show = names, title, show

    def __enter__(self) -> Trainings:
        self._bar = progress_bar(self.show, total=len(self.names), desc=self.title, bar_format=_FORMAT)
        self._path = ""
        if not self._bar.disable:
            handle, self._path = tempfile.mkstemp(prefix="txaug_progress_")
            os.write(handle, bytes(_NUMBER.size * len(self.names)))
            os.close(handle)
            self._over = threading.Event()
            self._watcher = threading.Thread(target=self._watch, daemon=True)
            self._watcher.start()
        return self

    def __exit__(self, *error: Any) -> None:
        if self._path:
            self._over.set()
            self._watcher.join()
            self._draw()
            with suppress(OSError):
                os.unlink(self._path)
        self._bar.close()

    def run(
        self, function: Callable[..., Any], arguments: Sequence[tuple], n_jobs: int | None, **settings: Any
    ) -> Any:
        """Call the function with the arguments of each training, in parallel; `settings` are those of joblib."""
        calls = (delayed(self.watched(k, function))(*given) for k, given in enumerate(arguments))
        return Parallel(n_jobs=n_jobs, **settings)(calls)

    def watched(self, k: int, function: Callable[..., Any]) -> _Watched:
        """Return the function that does training `k`, and reports how far it is."""
        return _Watched(function, k, len(self.names), self._path)

    def _watch(self) -> None:
        while not self._over.wait(_SECONDS):
            self._draw()

    def _draw(self) -> None:
        with open(self._path, "rb") as file:
            shares = [share for (share,) in _NUMBER.iter_unpack(file.read())]
        done = sum(share >= 1 for share in shares)
        now = [(name, s) for name, s in zip(self.names, shares, strict=True) if 0 < s < 1]
        shown = [f"{name} {share:.0%}" for name, share in now[:_SHOWN]] + ["..."] * (len(now) > _SHOWN)
        text = f"{len(shares) - done} of {len(shares)} trainings left"
        self._bar.n = sum(shares)
        self._bar.set_postfix_str(text + (f", now {', '.join(shown)}" if shown else ""))


class _Watched:
    """A function whose share of its work is written to a file, or told to the training that it is a part of.

    In a process that was started for it, it does not outlive the process that waits for it.
    """

    def __init__(self, function: Callable[..., Any], k: int, n: int, path: str):
        self.function, self.k, self.n, self.path = function, k, n, path
        self.pid = os.getpid()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        end_with(self.pid)
        if not self.path:
            with part(self.k, self.n):
                return self.function(*args, **kwargs)
        token = _report.set(_FileReport(self.path, self.k))
        try:
            result = self.function(*args, **kwargs)
            report_share(1.0)
        finally:
            _report.reset(token)
        return result


class _FileReport:
    """Writes a share, which never falls, to its place in a file."""

    def __init__(self, path: str, k: int):
        self.path, self.k = path, k
        self.share, self.written = 0.0, 0.0
        self._write(_STARTED)

    def __call__(self, share: float) -> None:
        now = time.monotonic()
        if share <= self.share or (share < 1 and now < self.written + _SECONDS):
            return
        self.share, self.written = share, now
        self._write(share)

    def _write(self, share: float) -> None:
        with suppress(OSError), open(self.path, "r+b") as file:  # another machine has no such file
            file.seek(self.k * _NUMBER.size)
            file.write(_NUMBER.pack(share))


_report: ContextVar[Callable[[float], None] | None] = ContextVar("report", default=None)


def report_share(share: float) -> None:
    """Tell whoever watches this training which share of it, 0 to 1, is done."""
    report = _report.get()
    if report is not None:
        report(share)


@contextmanager
def part(k: int, n: int) -> Iterator[None]:
    """Count what is reported inside as part `k` of `n` of the training around it."""
    outer = _report.get()
    if outer is None:
        yield
        return
    token = _report.set(lambda share: outer((k + share) / n))
    try:
        yield
        report_share(1.0)
    finally:
        _report.reset(token)
