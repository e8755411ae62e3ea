"""Docstrings split into numpydoc's sections and joined again, and texts that several docstrings share."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING
from typing import Any, NamedTuple, TypeVar

_Documented = TypeVar("_Documented")
_LISTED = ("Parameters", "Attributes")  # sections with an entry for each name
_ORDER = ("", *_LISTED, "See Also", "Notes", "References", "Examples")
_TITLE = re.compile(r"^(\w[\w ]*)\n-{3,}\n", re.M)
_ENTRY = re.compile(r"^(\w[\w, ]*)(?: : (.*))?$")


class Entry(NamedTuple):
    """A parameter or attribute in a docstring: its name (or names), kind and indented text."""

    name: str
    kind: str
    text: str

    def with_default(self, default: Any) -> Entry:
        """Return the entry with the default at the end of its first line, without one if `default` is `MISSING`."""
        kind = self.kind.partition(", default=")[0]
        if default is MISSING:
            return self._replace(kind=kind)
        return self._replace(kind=f"{kind}, default={_as_written(default)}")

    def __str__(self) -> str:
        head = f"{self.name} : {self.kind}" if self.kind else self.name
        return f"{head}\n{self.text}"


def split_docstring(doc: str) -> dict[str, Any]:
    """Return the sections of a docstring by title, with the text above all sections under "".

    Parameters
    ----------
    doc : str
        In numpydoc format.

    Returns
    -------
    sections : dict
        Texts; of "Parameters" and "Attributes" a dict of `Entry` by name.
    """
    first, *rest = _TITLE.split(inspect.cleandoc(doc) + "\n")
    sections: dict[str, Any] = {"": first.strip()}
    for title, text in zip(rest[::2], rest[1::2], strict=True):
        sections[title] = _entries(text) if title in _LISTED else text.strip()
    return sections


def join_docstring(sections: Mapping[str, Any]) -> str:
    """Return the docstring of these sections, in numpydoc's order."""
    parts = []
    for title in [*_ORDER, *(title for title in sections if title not in _ORDER)]:
        content = sections.get(title)
        if content:
            text = "\n".join(map(str, content.values())) if title in _LISTED else content
            parts.append(f"{title}\n{'-' * len(title)}\n{text}" if title else text)
    return "\n\n".join(parts) + "\n"


def _entries(text: str) -> dict[str, Entry]:
    entries: dict[str, Entry] = {}
    for line in text.strip().split("\n"):
        found = _ENTRY.match(line)
        if found:
            entries[found[1]] = last = Entry(found[1], found[2] or "", "")
        elif line.strip():
            last = last._replace(text=f"{last.text}\n{line}".lstrip("\n"))
            entries[last.name] = last
    return entries


def _as_written(default: Any) -> str:
    """Return a default as a user would type it."""
    if isinstance(default, str):
        return f'"{default}"'
    return getattr(default, "__name__", repr(default))


def with_texts(texts: Mapping[str, str]) -> Callable[[_Documented], _Documented]:
    """Return a decorator that replaces ``{name}`` in a docstring with the text of that name."""

    def fill(documented: _Documented) -> _Documented:
        doc = documented.__doc__ or ""
        for name, text in texts.items():
            doc = doc.replace(f"{{{name}}}", text.lstrip())
        documented.__doc__ = doc
        return documented

    return fill
