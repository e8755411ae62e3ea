"""How many threads numerical libraries use."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import lru_cache
from threading import Lock
from typing import Any

import torch
from joblib import cpu_count, effective_n_jobs
from joblib.parallel import get_active_backend
from threadpoolctl import ThreadpoolController


class _ProcessLimit:
    """Threads of BLAS and torch in the whole process: the least that its users ask for, and the former when all left.

    Were it set and restored by each user, one that starts while another is at work would take the limit for what was
    there before, and leave it for ever.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._users: list[int] = []

    def take(self, n_threads: int) -> Any:
        """Set the limit, and return that of OpenMP, which is the calling thread's own."""
        with self._lock:
            libraries = _loaded_libraries(len(sys.modules))
            torch_threads = torch.get_num_threads()
            own = libraries.select(user_api="openmp").limit(limits=min([n_threads, *self._users]))
            if not self._users:
                self._libraries = libraries.select(user_api="blas")
                self._before = self._libraries.limit(limits={})
                self._torch_threads = torch_threads
            self._users.append(n_threads)
            self._set()
            return own

    def give_back(self, n_threads: int, own: Any) -> None:
        """Restore what was set before, or the limit of those that stay."""
        with self._lock:
            self._users.remove(n_threads)
            if self._users:
                self._set()
            else:
                _free(self._libraries)
                self._before.restore_original_limits()
                torch.set_num_threads(self._torch_threads)
            own.restore_original_limits()

    def _set(self) -> None:
        _free(self._libraries)
        for library in self._libraries.lib_controllers:
            library.set_num_threads(min(self._users))
        _free(self._libraries)
        torch.set_num_threads(min(self._users))


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


_PROCESS = _ProcessLimit()


@contextmanager
def threads(n_threads: int) -> Iterator[None]:
    """Use so many threads, or fewer while another part of the process may use fewer."""
    own = _PROCESS.take(n_threads)
    try:
        yield
    finally:
        _PROCESS.give_back(n_threads, own)


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
