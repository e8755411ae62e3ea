"""Fits that take turns, and wait for each other where they train a net: what is alike can then train as one."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable, Sequence
from contextvars import ContextVar, copy_context
from typing import Any

from sklearn import config_context, get_config

from ..utils.threads import one_thread

# A meeting, and the number of the call in it.
_PLACE: ContextVar[tuple[Meeting, int] | None] = ContextVar("place", default=None)

Training = tuple[Any, Any]  # a net and its rows


class _Over(BaseException):
    """Ends a fit whose result nobody waits for any more."""


class Meeting:
    """Calls in threads, of which one runs at a time, up to the next net that it trains.

    When all wait for a net, the thread that called `run` trains these nets, and all go on.

    Parameters
    ----------
    train : callable
        Takes a list of nets with their rows, in the order of the calls, and returns for each whether it has trained
        it; a call trains its own net if not.
    """

    def __init__(self, train: Callable[[list[Training]], list[bool]]):
        self.train = train
        self.turn = threading.Condition()
        self.is_quiet = threading.Event()
        self.n_running = 0
        self.n_left = 0
        self.is_over = False
        self.waiting: dict[int, Training] = {}  # by the number of the call
        self.answers: dict[int, bool] = {}

    def run(self, calls: Sequence[Callable[[], Any]]) -> list[Any]:
        """Return what the calls return, or raise the exception of the first one that fails."""
        results: list[Any] = [None] * len(calls)
        errors: list[BaseException | None] = [None] * len(calls)
        self.n_running = self.n_left = len(calls)
        config = get_config()

        def attend(k: int) -> None:
            with self.turn:
                _PLACE.set((self, k))
                try:
                    self.go_on()
                    with config_context(**config):
                        results[k] = calls[k]()
                except BaseException as error:
                    errors[k] = error
                    self._end()
                self.n_left -= 1
                self._stop_running()

        threads = [
            threading.Thread(target=copy_context().run, args=(attend, k), daemon=True)
            for k in range(len(calls))
        ]
        for thread in threads:
            thread.start()
        try:
            with warnings.catch_warnings():  # which threads that take turns do not restore in order
                self._lead()
        finally:
            self._end()
            with self.turn:
                self.turn.notify_all()
            for thread in threads:
                thread.join()
        for error in errors:
            if error is not None and not isinstance(error, _Over):
                raise error
        return results

    def _lead(self) -> None:
        """Train what the calls wait for, until all of them are done; an interrupt is not held up by a call."""
        while True:
            self.is_quiet.wait()
            with self.turn:
                if self.is_over or not self.n_left:
                    return
                self.is_quiet.clear()
                calls, trainings = zip(*sorted(self.waiting.items()), strict=True)
                self.waiting = {}
                with one_thread():
                    done = self.train(list(trainings))
                self.answers.update(zip(calls, done, strict=True))
                self.n_running = len(calls)
                self.turn.notify_all()

    def _end(self) -> None:
        self.is_over = True
        self.is_quiet.set()

    def attend(self, call: int, net: Any, rows: Any) -> bool:
        """Wait until the others train a net too, and tell whether this call's has been trained."""
        self.waiting[call] = net, rows
        self._stop_running()
        self.turn.wait_for(lambda: self.is_over or call in self.answers)
        self.go_on()
        return self.answers.pop(call)

    def go_on(self) -> None:
        """Leave a fit whose result nobody waits for any more."""
        if self.is_over:
            raise _Over("The other fits have been interrupted, or one has failed")

    def _stop_running(self) -> None:
        self.n_running -= 1
        if not self.n_running:
            self.is_quiet.set()


def trained_together(net: Any, rows: Any) -> bool:
    """Train a net with those of other fits, if its fit is one of several in a `Meeting`, and tell whether it was."""
    if place := _PLACE.get():
        meeting, call = place
        return meeting.attend(call, net, rows)
    return False


def leave_if_over() -> None:
    """Leave a fit of several, if these have been interrupted or one of them has failed."""
    if place := _PLACE.get():
        place[0].go_on()
