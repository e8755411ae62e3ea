"""Names of formats, and the lines and cells of text files."""

import csv
import gzip
import os
import re
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import IO, Any

from ..utils.optional import require

_TEXT = (".csv", ".tsv", ".txt", ".gct")
MARK = "is_synthetic"  # column or row that marks synthetic samples
MISSING = ("", "NA", "NaN", "nan", "N/A", "#N/A")  # cells of a label or group that hold none


def table_suffix(path: Path) -> str:
    """Return the format's suffix, without .gz; refuse what is not a known format."""
    name = path.name.lower().removesuffix(".gz")
    suffix = Path(name).suffix
    if suffix not in (*_TEXT, ".parquet", ".h5ad") or (
        suffix not in _TEXT and path.name.lower().endswith(".gz")
    ):
        raise ValueError(
            f"path: {path.name!r} is of no known format; accepted are .h5ad, .parquet and "
            f"{', '.join(_TEXT)}, these also with .gz."
        )
    return suffix


def check_output(path: Path) -> None:
    """Refuse, before any work, a file of an unknown format or one that cannot be written."""
    table_suffix(path)
    check_writable(path)


def check_writable(path: Path) -> None:
    """Refuse a path that is a folder, or whose folder is not there or may not be written to."""
    folder = path.absolute().parent
    if not folder.is_dir():
        raise ValueError(f"--output: there is no folder {str(path.parent)!r}")
    if path.is_dir():
        raise ValueError(f"--output: {str(path)!r} is a folder")
    if not os.access(path if path.exists() else folder, os.W_OK):
        raise ValueError(f"--output: {str(path)!r} cannot be written, permission is denied")


def check_samples_in(samples_in: str, path: Path) -> None:
    """Refuse an unknown value, or one that contradicts the format."""
    if samples_in not in ("auto", "rows", "columns"):
        raise ValueError(f"samples_in must be 'auto', 'rows' or 'columns', got {samples_in!r}.")
    fixed = {".h5ad": "rows", ".gct": "columns"}.get(table_suffix(path), samples_in)
    if samples_in not in ("auto", fixed):
        raise ValueError(
            f"samples_in={samples_in!r}, but {path.name} has its samples in {fixed} by its format."
        )


def marked(column: Any) -> Any:
    """Tell which cells of a column `MARK` say that a row is synthetic: booleans, or their text."""
    return column.isin([True, "True", "TRUE", "true"]).to_numpy(dtype=bool)


def open_text(path: Path) -> IO[str]:
    """Open a text file, gzipped or not, for reading."""
    opener: Any = gzip.open if path.suffix.lower() == ".gz" else open
    return opener(path, "rt", encoding="utf-8-sig", errors="replace")


def find_separator(line: str, path: Path) -> str:
    """Return the most frequent of tab, comma and semicolon in a header line."""
    separator = max("\t,;", key=line.count)
    if separator not in line:
        raise ValueError(
            f"{path.name} has no tab, comma or semicolon in its first line: {line.strip()[:60]!r}."
        )
    return separator


def split_fields(line: str, separator: str, n: int = -1) -> list[str]:
    """Split a line into fields, with quotes taken off; only the first `n` need be split."""
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


def check_drop(drop: Collection[str], columns: Sequence[str], rows: Sequence[str], path: Path) -> None:
    """Refuse names to drop that the file does not have."""
    absent = [name for name in drop if name not in columns and name not in rows]
    if absent:
        raise ValueError(f"drop names {absent!r}, which {path.name} does not have.")
