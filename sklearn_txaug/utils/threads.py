"""How many threads numerical libraries use."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

import torch
from threadpoolctl import ThreadpoolController


class _ProcessLimit:
    """One thread for BLAS and torch, in the whole process: the first of several users sets it, the last restores.

    Were it set and restored by each user, one that starts while another is at work would take the limit for what was
    there before, and leave it for ever.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._n_users = 0

    def take(self) -> Any:
        """Set the limit, and return that of OpenMP, which is the calling thread's own."""
        with self._lock:
            libraries = ThreadpoolController()
            torch_threads = torch.get_num_threads()
            own = libraries.select(user_api="openmp").limit(limits=1)
            if not self._n_users:
                self._libraries = libraries.select(user_api="blas")
                _free(self._libraries)
                self._blas = self._libraries.limit(limits=1)
                self._torch_threads = torch_threads
                torch.set_num_threads(1)
            self._n_users += 1
            return own

    def give_back(self, own: Any) -> None:
        with self._lock:
            self._n_users -= 1
            if not self._n_users:
                _free(self._libraries)
                self._blas.restore_original_limits()
                _free(self._libraries)
                torch.set_num_threads(self._torch_threads)
            own.restore_original_limits()


def _free(libraries: ThreadpoolController) -> None:
    """Let this thread set the limit of OpenBLAS, which threadpoolctl 3.7 leaves to the thread that set it first."""
    for library in libraries.lib_controllers:
        if hasattr(library, "clear_controlling_thread"):
            library.clear_controlling_thread(force=True)


_PROCESS = _ProcessLimit()


@contextmanager
def one_thread() -> Iterator[None]:
    """Use one thread, so that a result depends neither on the machine nor on how many jobs run in parallel.

    A sum that several threads share is rounded in another order. What takes the sign or the rank of a number, or
    trains on it, turns the last digit into other rows.
    """
    own = _PROCESS.take()
    try:
        yield
    finally:
        _PROCESS.give_back(own)
