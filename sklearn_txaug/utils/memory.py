"""How much memory is free, and whether a request fits into it."""

from __future__ import annotations

import ctypes
import os
import re
import sys
from pathlib import Path

_UNKNOWN = 2**40
_SYSTEM = Path("/proc/meminfo")
_CONTAINER = Path("/sys/fs/cgroup")
_C_LIBRARY = ctypes.CDLL(None) if sys.platform == "linux" else None


def available_memory() -> int:
    """Return the bytes that this process can still take, of the machine or of its container."""
    return min(_of_machine(), _of_container())


def _of_machine() -> int:
    try:
        return 1024 * int(re.findall(r"MemAvailable:\s+(\d+) kB", _SYSTEM.read_text())[0])
    except (OSError, IndexError):  # not Linux: all that there is
        pass
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # not a POSIX system
        return _UNKNOWN


def _of_container() -> int:
    """Return what the control group of the process leaves; files in its cache can be dropped."""
    try:
        limit, used = ((_CONTAINER / f"memory.{name}").read_text().strip() for name in ("max", "current"))
        cached = re.findall(
            r"^(?:in)?active_file (\d+)$", (_CONTAINER / "memory.stat").read_text(), re.MULTILINE
        )
        return int(limit) - int(used) + sum(map(int, cached))
    except (OSError, ValueError):  # no such group, or no limit: "max"
        return _UNKNOWN


def give_back_memory() -> None:
    """Give the system what was freed: glibc keeps blocks below 32 MiB, a few hundred MiB of them after some work."""
    trim = getattr(_C_LIBRARY, "malloc_trim", None)
    if trim is not None:
        trim(0)


TEXT = 64  # bytes of a short text in memory, and of the place that it takes in a list


def check_table_memory(name: str, n_bytes: int, n_rows: int, n_columns: int) -> None:
    """Refuse a file that says it holds more than memory does, before it is read."""
    available = available_memory()
    if n_bytes > available:
        raise ValueError(
            f"{name} says that it holds {n_rows:,} x {n_columns:,} values: they need about {n_bytes / 2**30:,.1f} "
            f"GiB of memory, of which {available / 2**30:,.1f} GiB are free. If that is what it should hold, write a "
            "part of it to another file, or read it on a larger machine"
        )


def check_memory(
    n_train: int,
    n_new: int,
    n_features: int,
    itemsize: int,
    *,
    held: float = 0,
    n_drawn: int | None = None,
    dense: bool = True,
) -> None:
    """Refuse a request that will not fit into memory, before any work.

    Parameters
    ----------
    n_train : int
        Rows to train on; 0 if only drawn.
    n_new : int
        Rows to draw.
    n_features : int
        Their width.
    itemsize : int
        Bytes of a value of X.
    held : float, default=0
        Rows, in single precision, that training holds at most, see `GeneratorSteps._held_rows`.
    n_drawn : int or None, default=None
        Rows that the generator draws for `n_new`, which may be more; None is as many.
    dense : bool, default=True
        Whether X is an array, which is there already; a sparse matrix becomes one.
    """
    needed = n_features * max(
        4 * held, _drawing(n_train, n_new, n_new if n_drawn is None else n_drawn, itemsize)
    )
    needed += 0 if dense else n_features * n_train * itemsize
    available = available_memory()
    if needed > available:
        drawn = f"{n_new:,} synthetic rows" if n_new else "training"
        trained = (
            f" after training on {n_train:,}"
            if n_train and n_new
            else f" on {n_train:,} rows" * bool(n_train)
        )
        raise ValueError(
            f"{drawn}{trained}, of {n_features:,} features, need about {needed / 2**30:,.1f} GiB of memory, of which "
            f"{available / 2**30:,.1f} GiB are free; ask for fewer rows (n_synthetic, sampling_strategy, or several "
            "calls of sample), train on fewer, or keep fewer features"
        )


def _drawing(n_train: int, n_new: int, n_drawn: int, itemsize: int) -> int:
    """Return the bytes of a feature while rows are drawn: twice what was trained on is kept by a sampler."""
    if not n_new:
        return 0
    return n_train * (2 * 4 + itemsize) + n_drawn * (4 + itemsize) + n_new * itemsize
