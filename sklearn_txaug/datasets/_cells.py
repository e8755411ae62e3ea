"""Lines and cells of text files, and lists of names in messages."""

import csv
import gzip
import re
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any

from ..utils.optional import require

MISSING = ("", "NA", "NaN", "nan", "N/A", "#N/A")  # cells of a label or group that hold none


def open_text(path: Path) -> IO[str]:
    """Open a text file, gzipped or not, for reading."""
    opener: Any = gzip.open if path.suffix.lower() == ".gz" else open
    return opener(path, "rt", encoding="utf-8-sig", errors="replace")


def create_text(path: Path) -> IO[str]:
    """Open a text file for writing, gzipped if its name ends in .gz."""
    if path.suffix.lower() == ".gz":
        return gzip.open(path, "wt", compresslevel=5, encoding="utf-8", newline="\n")
    return open(path, "w", encoding="utf-8", newline="\n")


def find_separator(line: str, path: Path) -> str:
    """Return the most frequent of tab, comma and semicolon in a header line."""
    separator = max("\t,;", key=line.count)
    if separator not in line:
        raise ValueError(
            f"{path.name} has no tab, comma or semicolon in its first line: {line.strip()[:60]!r}."
        )
    return separator


def split_fields(line: str, separator: str, n: int = -1) -> list[str]:
    """Split a line into fields, without their quotes; only the first `n` need be split."""
    line = line.rstrip("\r\n")
    return next(csv.reader([line], delimiter=separator)) if '"' in line else line.split(separator, n)


def parse_cells(cells: list[str]) -> Any:
    """Turn cells into int, bool or float where all are written as Python writes such a value, else keep str."""
    texts = [cell for cell in cells if cell not in MISSING]
    parse: Any = str
    if all(re.fullmatch(r"0|-?[1-9]\d{0,17}", text) for text in texts):
        parse = int
    elif all(text in ("True", "False") for text in texts):
        parse = "True".__eq__
    elif all(re.fullmatch(r"-?\d+(\.\d+)?(e[+-]\d+)?", t) and repr(float(t)) == t for t in texts):
        parse = float
    values = [None if cell in MISSING else parse(cell) for cell in cells]
    return require("pandas", "read_expression").Series(values, dtype=object)


def is_number(cell: str) -> bool:
    """Tell whether a cell holds a number; "nan" is one, an empty cell is not."""
    try:
        float(cell)
    except ValueError:
        return False
    return True


def few(names: Iterable[Any], n: int = 10) -> str:
    """Return the first `n` names, quoted, and how many more there are."""
    names = list(names)
    more = f" and {len(names) - n} more" if len(names) > n else ""
    return ", ".join(map(repr, names[:n])) + more
