"""The peak memory of a training."""

from __future__ import annotations

import ctypes
import gc
import re
from functools import cache
from pathlib import Path
from types import TracebackType

import numpy as np
import torch

from ..over_sampling import VAESampler

_PROCESS = Path("/proc/self")
_RESET_PEAK = "5"  # see proc(5), clear_refs


class PeakMemory:
    """Measures the peak memory that the ``with`` block adds; only one block per process at a time.

    Attributes
    ----------
    megabytes : float
        Memory on the GPU if the block used one; else of the whole process, which only Linux reports (elsewhere NaN).
    """

    megabytes = np.nan

    def __enter__(self) -> PeakMemory:
        _warm_up()
        gc.collect()
        self._gpu = 0
        if torch.cuda.is_initialized():  # do not create a context just to measure: it takes memory itself
            torch.cuda.reset_peak_memory_stats()
            self._gpu = torch.cuda.memory_allocated()
        try:
            ctypes.CDLL(None).malloc_trim(0)  # memory that is freed but kept would hide what the block uses
            (_PROCESS / "clear_refs").write_text(_RESET_PEAK)
            self._host = _status("VmRSS")
        except (OSError, AttributeError, TypeError):  # not Linux, no glibc, or a container that forbids it
            self._host = np.nan
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        gpu = torch.cuda.max_memory_allocated() - self._gpu if torch.cuda.is_initialized() else 0
        if gpu:
            self.megabytes = gpu / 2**20
        elif not np.isnan(self._host):
            self.megabytes = (_status("VmHWM") - self._host) / 2**10


@cache
def _warm_up() -> None:
    """Train a small sampler once, so that what torch loads at its first training counts for no sampler."""
    X = np.random.default_rng(0).normal(size=(60, 100))
    VAESampler(max_epochs=2, device="cpu", random_state=0).fit(X, np.arange(60) % 2)


def _status(field: str) -> float:
    """Return a memory field of this process, in kilobytes."""
    return float(re.findall(rf"{field}:\s+(\d+) kB", (_PROCESS / "status").read_text())[0])
