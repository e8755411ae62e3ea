"""How many threads numerical libraries use."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import lru_cache
from typing import Any

import torch
from joblib import cpu_count, effective_n_jobs
from joblib.parallel import get_active_backend
from threadpoolctl import ThreadpoolController

from .process_setting import ProcessSetting


class _Threads(ProcessSetting):
    """Threads of BLAS and torch in the whole process, and of OpenMP in the calling thread."""

    def _keep(self) -> None:
        self._libraries = _loaded_libraries(len(sys.modules)).select(user_api="blas")
        self._before = self._libraries.limit(limits={})
        self._torch_threads = torch.get_num_threads()

    def _enter(self, least: int) -> Callable[[], Any]:
        own = _loaded_libraries(len(sys.modules)).select(user_api="openmp").limit(limits=least)
        return own.restore_original_limits

    def _put(self, least: int) -> None:
        _free(self._libraries)
        for library in self._libraries.lib_controllers:
            library.set_num_threads(least)
        _free(self._libraries)
        torch.set_num_threads(least)

    def _restore(self) -> None:
        _free(self._libraries)
        self._before.restore_original_limits()
        torch.set_num_threads(self._torch_threads)


@lru_cache(maxsize=1)
def _loaded_libraries(n_modules: int) -> ThreadpoolController:
    """Return the numerical libraries of the process; a search takes as long as a small training.

    The search is repeated when there are more modules, because libraries are loaded with them.
    """
    return ThreadpoolController()


def _free(libraries: ThreadpoolController) -> None:
    """Let this thread set the limit of OpenBLAS, which threadpoolctl 3.7 leaves to the thread that set it first."""
    for library in libraries.lib_controllers:
        if hasattr(library, "clear_controlling_thread"):
            library.clear_controlling_thread(force=True)


_THREADS = _Threads()


def threads(n_threads: int) -> AbstractContextManager[None]:
    """Use so many threads, or fewer while another part of the process may use fewer."""
    return _THREADS.used(n_threads)


def one_thread() -> AbstractContextManager[None]:
    """Use one thread, so that a result depends neither on the machine nor on how many jobs run in parallel.

    A sum that several threads share is rounded in another order. What takes the sign or the rank of a number, or
    trains on it, turns the last digit into other rows.
    """
    return threads(1)


def given_threads() -> AbstractContextManager[None]:
    """Use one thread, or as many as ``joblib.parallel_config("threading", n_jobs=...)`` gives.

    Inside a job of joblib this is one, so that jobs and threads never use more cores together than there are.
    """
    in_threads = getattr(get_active_backend()[0], "uses_threads", False)
    return threads(min(effective_n_jobs(None), cpu_count()) if in_threads else 1)
