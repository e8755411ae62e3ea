"""Processes that end with the one that started them."""

from __future__ import annotations

import os
import threading
import time
from functools import cache

_SECONDS = 1.0  # between two looks


@cache
def end_with(pid: int) -> None:
    """End this process when the given one is gone, if that is its parent.

    Workers of joblib compute to the end of their task when their parent is killed. Windows does not tell of it.
    """
    if os.name == "posix" and os.getppid() == pid:
        threading.Thread(target=_watch, args=(pid,), daemon=True).start()


def _watch(pid: int) -> None:
    while os.getppid() == pid:
        time.sleep(_SECONDS)
    os._exit(1)
