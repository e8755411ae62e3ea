"""Errors and warnings as one line each on standard error."""

from __future__ import annotations

import re
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_WRONG_INPUT = (ValueError, TypeError, ImportError, OSError, MemoryError)
_ARGUMENTS = (
    "label|group|labels_file|layer|drop|covariates|samples_in|transform|n_synthetic|n_real|min_class_size"
)
_SCALER = ", or put the transform in the `scaler` parameter"
_IN_OPTIONS = {  # what functions say about their arguments, and what that is on the command line
    r"by duplicates='mean'": "to their mean",
    rf"pass log2\(counts per million \+ 1\){_SCALER}": "give --transform log2cpm",
    rf"pass log2\(x \+ 1\){_SCALER}": "give --transform log2p1",
    r"choose a transform, such as transform='log2cpm'": "give --transform log2cpm",
    r"n_synthetic or sampling_strategy asks": "--n-synthetic asks",
    r"^path: (?=')": "",
    r"(?<![-\w])hold_out_classes=": "--hold-out-classes ",
    r"(?<![-\w])hold_out_classes\b": "--hold-out-classes",
    r"^(reference|prior)(?=[: ])": r"--\1",
    r"^y has one class only": "--label gives one class only",
    r"^The target 'y' needs to have more than 1 class. Got 1 class instead": (
        "--label gives one class only; give rows of another class, or another column"
    ),
    r"^Unknown label type: continuous\..*": (
        "--label holds fractional numbers, of which there are no classes; if they are names, write them as text, "
        "such as 'grade 1.5'"
    ),
    r"^y has (?=\d+ classes for)": "--label gives ",
    r"^label has (?=\d+ class)": "--label gives ",
    r"(?<![-\w])min_class_size$": "--min-class-size",
    r"give make_cohort a reference or --hold-out-classes": "give --reference, --hold-out-classes or --prior",
    r"\b[Xy]_(real|train)\b": "the real file",
    r"\b[Xy]_synthetic\b": "the synthetic file",
    r"\b[Xy]_test\b": "the file of --test",
    rf"(?<![-\w])({_ARGUMENTS})=\[\.\.\.\]": r"--\1",
    rf"(?<![-\w])({_ARGUMENTS})=(?=[ ,.;)]|$)": r"--\1",
    rf"(?<![-\w])({_ARGUMENTS})=": r"--\1 ",
    r"(?<![-\w])(labels_file|n_synthetic|samples_in)(?=[ \[])": r"--\1",
    r"(?<![-\w])drop names\b": "--drop names",
    r"--(n|labels|samples|min)_(?=[a-z])": r"--\1-",
    r"--min-class_size": "--min-class-size",
}
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


def error_line(error: BaseException) -> str:
    """Say an error in one line; one that nobody expected is named, with a hint."""
    text = _one_line(error)
    if isinstance(error, KeyboardInterrupt):
        return "interrupted"
    if isinstance(error, MemoryError):
        return f"not enough memory{f' ({text})' if text else ''}; try fewer genes or fewer rows"
    if isinstance(error, OSError) and error.strerror and error.filename:
        return f"{error.filename}: {error.strerror}"
    if isinstance(error, (*_WRONG_INPUT, _DIVERGED)):
        return in_options(text) or type(error).__name__
    return f"{type(error).__name__}: {text} (--traceback shows where)"


@contextmanager
def plain_warnings(command: str) -> Iterator[None]:
    """Print each warning once, as one line without the place in the code; what was set before comes back."""
    seen: set[str] = set()

    def show(message: Warning | str, *_: Any, **__: Any) -> None:
        text = in_options(_one_line(message))
        if text not in seen:
            seen.add(text)
            say(command, f"warning: {text}")

    with warnings.catch_warnings():
        warnings.showwarning = show
        yield


def in_options(text: str) -> str:
    """Say a message of a function in the words of the command line."""
    for pattern, words in _IN_OPTIONS.items():
        text = re.sub(pattern, words, text)
    return text


def _one_line(message: object) -> str:
    return " ".join(str(message).split())
