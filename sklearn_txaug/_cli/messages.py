"""Errors and warnings as one line each on standard error, in the words of the command line."""

from __future__ import annotations

import re
import sys
import warnings
from argparse import Namespace
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

_WRONG_INPUT = (ValueError, TypeError, ImportError, OSError, MemoryError)
_OF_LIBRARIES = {  # what scikit-learn and imbalanced-learn say of labels, by its beginning
    "The target 'y' needs to have more than 1 class": (
        "--label gives one class only; give rows of another class, or another column"
    ),
    "Unknown label type: continuous": (
        "--label holds fractional numbers, of which there are no classes; if they are names, write them as text, "
        "such as 'grade 1.5'"
    ),
}
_APART = r"(?<![-\w./\\'\"`])(?<!\w\()"  # from other words, quotes, paths and calls of functions
_VERB = r" (?:has|names|does|is|must|needs|holds)\b"
_PARAMETERS = (  # as messages name them, and what stands between an option and what follows
    (rf"^(\w+)(?=:|{_VERB})", ""),  # label: ..., or label has ...
    (rf"{_APART}([a-z])(?={_VERB})", ""),  # ... and y has ...
    (rf"{_APART}(\w+)=(?:\[\.\.\.\])?(?=[ ,.;)]|$)", ""),  # label=, group= or in drop=[...]
    (rf"{_APART}(\w+)=(?!None)", " "),  # label='a'
    # n_synthetic, which is no word of English, and not the file n_real.csv
    (rf"{_APART}(\w+_\w+)\b(?![-./\\]\w)", ""),
)
_DIVERGED = FloatingPointError  # raised by our samplers and networks, with advice


def say(command: str, text: str) -> None:
    """Print a line on standard error, above any progress bar."""
    from tqdm import tqdm

    tqdm.write(f"txaug {command}: {text}", file=sys.stderr)


def exit_status(error: BaseException) -> int:
    """Return 130 for an interrupt, 2 for an error in what the user gave, 1 for a run that failed."""
    if isinstance(error, KeyboardInterrupt):
        return 130
    return 2 if isinstance(error, _WRONG_INPUT) else 1


def error_line(error: BaseException, arguments: Namespace) -> str:
    """Say an error in one line; one that nobody expected is named, with a hint."""
    text = _one_line(error)
    if isinstance(error, KeyboardInterrupt):
        return "interrupted"
    if isinstance(error, MemoryError):
        return f"not enough memory{f' ({text})' if text else ''}; try fewer genes or fewer rows"
    if isinstance(error, OSError) and error.strerror and error.filename:
        return f"{error.filename}: {error.strerror}"
    if isinstance(error, (*_WRONG_INPUT, _DIVERGED)):
        return in_options(text, arguments) or type(error).__name__
    return f"{type(error).__name__}: {text} (--traceback shows where)"


@contextmanager
def plain_warnings(arguments: Namespace) -> Iterator[None]:
    """Print each warning once, as one line without the place in the code; what was set before comes back."""
    seen: set[str] = set()

    def show(message: Warning | str, *_: Any, **__: Any) -> None:
        text = in_options(_one_line(message), arguments)
        if text not in seen:
            seen.add(text)
            say(arguments.command, f"warning: {text}")

    with warnings.catch_warnings():
        warnings.showwarning = show
        yield


def in_options(text: str, arguments: Namespace) -> str:
    """Say a message of a function in the words of a command.

    A parameter that is called as an option of the command is that option; its default `words` have what else stands
    for a parameter.
    """
    from ..utils.scales import REMEDIES

    for beginning, said in _OF_LIBRARIES.items():
        if text.startswith(beginning):
            return said
    text = text.replace(" by duplicates='mean'", " to their mean")
    for transform, remedy in REMEDIES.items() if hasattr(arguments, "transform") else ():
        text = text.replace(remedy, f"give --transform {transform}")
    words = {name: "--" + name.replace("_", "-") for name in vars(arguments)}
    words |= getattr(arguments, "words", {})
    for pattern, space in _PARAMETERS:
        text = re.sub(pattern, partial(_say_option, words, space), text)
    return text


def _say_option(words: Mapping[str, str], space: str, match: re.Match[str]) -> str:
    return words[match[1]] + space if match[1] in words else match[0]


def _one_line(message: object) -> str:
    return " ".join(str(message).split())
