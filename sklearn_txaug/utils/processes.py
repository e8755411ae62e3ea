"""Processes that end with the one that started them."""

from __future__ import annotations

import os
import threading
import time
from functools import cache
from multiprocessing import current_process

_SECONDS = 1.0  # between two looks
_WORKER = "LokyProcess"


@cache
def end_with(pid: int) -> None:
    """End this process when the given one is gone, if it is a worker that joblib has started for it.

    Such a worker computes to the end of its task when its parent is killed. Windows does not tell of it.
    """
    if os.name == "posix" and pid != os.getpid() and current_process().name.startswith(_WORKER):
        threading.Thread(target=_watch, args=(pid,), daemon=True).start()


def _watch(pid: int) -> None:
    while os.getppid() == pid:
        time.sleep(_SECONDS)
    os._exit(1)
