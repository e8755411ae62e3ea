"""Warnings that name the caller's line."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

_INSIDE = ("sklearn_txaug", "sklearn", "imblearn", "skorch", "joblib")


def warn(message: str, category: type[Warning] = UserWarning) -> None:
    """Warn at the first line outside this package and the libraries that call it."""
    level, frame = 2, sys._getframe(1)
    while frame.f_back and frame.f_globals.get("__name__", "").split(".")[0] in _INSIDE:
        level, frame = level + 1, frame.f_back
    warnings.warn(message, category, stacklevel=level)


@contextmanager
def few_rows_of_a_class() -> Iterator[None]:
    """Keep scikit-learn from warning that classes have few rows, or rows so few that `y` might be a regression's."""
    with warnings.catch_warnings():
        warnings.filterwarnings(
            "ignore", "The least populated class|The number of unique classes", UserWarning
        )
        yield
