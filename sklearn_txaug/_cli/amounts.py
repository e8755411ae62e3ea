"""How many synthetic rows: rows in all, a share of the real ones, or rows of each class."""

from __future__ import annotations

import argparse
import math
import re
from typing import Any

from ..utils.amounts import rows_of_each
from ..utils.containers import identifiers

MANY = 1000  # synthetic rows for each real one, above which it is asked whether that is meant
_LARGEST_SHARE = 10  # of shares that are written as a plain number


def amount(text: str) -> int | float | str | dict[str, int]:
    """Read one amount.

    Whole numbers, also ``1_000``, ``+500`` and ``1e3``, are rows; ``20c`` is rows of each class; ``0.5x`` and numbers
    with a point below 10 are shares of the real rows; ``liver=50,brain=20`` is rows of classes.

    Raises
    ------
    ArgumentTypeError
        If it is none of these, or could be two.
    """
    if "=" in text:
        return _class_rows(text)
    plain = text.strip().replace("_", "")
    if re.fullmatch(r"\+?\d+", plain):
        return int(plain)
    if rows_of_each(plain) is not None:
        return plain
    try:
        number = float(plain.removesuffix("x"))
    except ValueError:
        number = math.nan
    if not 0 <= number < math.inf:
        message = f"{text!r} is not a number of rows (500, or 20c of each class), a share (0.5x), or label=rows pairs"
        raise argparse.ArgumentTypeError(message)
    if plain.endswith("x"):
        return number
    if "e" in plain.lower() and number.is_integer():
        return int(number)
    if number < _LARGEST_SHARE:
        return number
    raise argparse.ArgumentTypeError(
        f"{text!r} can be rows or a share; write {number:.0f} for rows, {number:g}x for {number:g} times the real"
        " ones"
    )


def _class_rows(text: str) -> dict[str, int]:
    """Read ``label=rows`` pairs that commas divide, or a single pair whose label has a comma."""
    parts = text.split(",")
    if not all("=" in part for part in parts):  # a label with a comma
        parts = [text]
    pairs = [part.rpartition("=") for part in parts]
    rows = {label.strip(): _rows(count) for label, _, count in pairs if label.strip()}
    if len(rows) == len(pairs) and None not in rows.values():
        return {label: count for label, count in rows.items() if count is not None}
    raise argparse.ArgumentTypeError(f"{text!r} is not label=rows pairs, each label once")


def _rows(text: str) -> int | None:
    plain = text.strip().replace("_", "")
    return int(plain) if re.fullmatch(r"\+?\d+", plain) else None


def join_amounts(given: list[Any] | None) -> Any:
    """Return the one amount that was given, or the rows of classes that several options name."""
    if given is None:
        return None
    if len(given) == 1:
        return given[0]
    joined: dict[str, int] = {}
    for part in given:
        if not isinstance(part, dict):
            raise ValueError("--n-synthetic: only 'label=rows' pairs can be given several times")
        if repeated := joined.keys() & part.keys():
            raise ValueError(f"--n-synthetic names {sorted(repeated)} twice")
        joined |= part
    return joined


def check_amount(wanted: Any, labels: Any, sure: bool) -> Any:
    """Return an amount with the labels that the file has; ask back if it is far more than the real rows."""
    if isinstance(wanted, dict):
        wanted = class_rows(wanted, labels.unique())
        total = sum(wanted.values())
    elif (each := rows_of_each(wanted)) is not None:
        total = each * labels.nunique()
    else:
        total = wanted if isinstance(wanted, int) else round(wanted * len(labels))
    if total > MANY * len(labels) and not sure:
        raise ValueError(
            f"--n-synthetic asks for {total:,} synthetic rows, {total / len(labels):,.0f} for each of the "
            f"{len(labels)} real ones; add --yes if that is meant"
        )
    return wanted


def class_rows(wanted: Any, known: Any) -> dict[Any, int]:
    """Return the rows of each of the known classes, of which the command line names some or takes as many of each."""
    if (each := rows_of_each(wanted)) is not None:
        return dict.fromkeys(known, each)
    classes = dict(zip(identifiers(known), known, strict=True))  # "1" is 1.0 too
    classes |= {str(label).strip(): label for label in known}
    return {classes.get(name, name): rows for name, rows in wanted.items()}
