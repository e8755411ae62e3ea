"""Settings of the whole process that several threads need at a time."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any


class ProcessSetting(ABC):
    """A setting of the process: the least that its users ask for, and the former one when all have left.

    Were it set and restored by each user, one that starts while another is at work would take that one's for what was
    there before, and leave it for ever.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._users: list[Any] = []

    @abstractmethod
    def _keep(self) -> None:
        """Remember what is there before the first user."""

    @abstractmethod
    def _put(self, least: Any) -> None:
        """Set it."""

    @abstractmethod
    def _restore(self) -> None:
        """Set what was there before the first user."""

    def _enter(self, least: Any) -> Callable[[], Any] | None:
        """Set what is the calling thread's own, if anything is, and return what undoes it."""
        return None

    @contextmanager
    def used(self, wanted: Any) -> Iterator[None]:
        """Set it inside the ``with`` block, or to less while another part of the process needs less."""
        with self._lock:
            if not self._users:
                self._keep()
            leave = self._enter(min([wanted, *self._users]))
            self._users.append(wanted)
            self._put(min(self._users))
        try:
            yield
        finally:
            with self._lock:
                self._users.remove(wanted)
                if self._users:
                    self._put(min(self._users))
                else:
                    self._restore()
                if leave is not None:
                    leave()
