"""Which code of the user's own a result depends on, so that what was kept of other code is not taken for it."""

from __future__ import annotations

import hashlib
import inspect
import site
import sysconfig
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

_INSTALLED = [
    *(sysconfig.get_path(kind) for kind in ("stdlib", "platstdlib", "purelib", "platlib")),
    site.getusersitepackages(),
]
_TYPED_IN: WeakKeyDictionary[type, str] = WeakKeyDictionary()


def own_code(parts: Iterable[Any], typed_in: bool) -> list[str]:
    """Return digests of the files that define the classes of some objects, without those of installed packages.

    A class that was typed in has no file. Its code can be told from that of another one in this process only, by a
    number, if `typed_in` asks for one.
    """
    kinds = {kind for part in parts for kind in type(part).__mro__}
    return sorted({code for kind in kinds if (code := _code(kind, typed_in))})


def _code(kind: type, typed_in: bool) -> str:
    if kind.__module__.partition(".")[0] == __package__.partition(".")[0]:
        return ""
    try:
        path = Path(inspect.getfile(kind))
        if not any(path.is_relative_to(folder) for folder in _INSTALLED):
            return hashlib.sha256(path.read_bytes()).hexdigest()
    except (OSError, TypeError):  # there is no file
        pass
    return _TYPED_IN.setdefault(kind, uuid.uuid4().hex) if typed_in and kind.__module__ == "__main__" else ""
