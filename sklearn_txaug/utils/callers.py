"""Who asks: functions of scikit-learn treat an estimator by its kind, and know no samplers."""

from __future__ import annotations

import sys
from types import FrameType

_READ_TAGS = ("sklearn.base", "sklearn.utils._tags", "sklearn_compat", "imblearn.utils._tags")


def tags_read_by(package: str) -> bool:
    """Tell, inside ``__sklearn_tags__``, whether the function that wants to know is in a package."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        module = frame.f_globals.get("__name__", "")
        if frame.f_code.co_name != "__sklearn_tags__" and not module.startswith(_READ_TAGS):
            return module.startswith(package)
        frame = frame.f_back
    return False


def property_read_by(module: str, function: str) -> bool:
    """Tell, inside a property, whether a function of a module reads it."""
    frame = sys._getframe(2)
    return frame.f_globals.get("__name__") == module and frame.f_code.co_name == function
