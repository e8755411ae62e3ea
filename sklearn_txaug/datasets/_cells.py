"""Lines and cells of text files, and lists of names in messages."""

import csv
import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from ..utils.optional import require
from ._marks import MarkFinder

# Cells without a value, unless quoted: those of pandas.read_csv, and of the clinical tables of TCGA and GDC
MISSING = (
    *("", "NA", "N/A", "n/a", "<NA>", "#NA", "#N/A", "#N/A N/A", "NaN", "nan", "-NaN", "-nan"),
    *("null", "NULL", "None", "1.#IND", "-1.#IND", "1.#QNAN", "-1.#QNAN"),
    *("[Not Available]", "[Not Applicable]", "[Not Evaluated]", "[Unknown]", "[Discrepancy]", "'--"),
)

Lines = Iterator[tuple[int, str]]  # with their numbers

_SEPARATORS = "\t;,"
_EXCEL_SEPARATOR = re.compile(r'"?sep=(.)"?\s*', re.I)
_MEASURED = re.compile(r"[-+]?(0|[1-9]\d*|(?=\.\d))(\.\d*)?([eE][-+]?\d+)?")
_FORMULA = re.compile(r"'*([=@\t]|[+-].*[(|!])")  # what spreadsheets may run, or what has been kept from that
_RUNS_OVER = 1000  # lines that one quoted field may have


class Header(NamedTuple):
    """The line with the names of a table's columns, what separates fields, and the lines below."""

    line: str
    separator: str
    lines: Lines


def find_header(lines: Lines, path: Path) -> Header:
    """Find the first line that is neither blank nor a comment.

    Comments begin with ``#``, or with ``!`` or ``^`` as in files of GEO. A last comment that has as many fields as
    the numbers below it is the header. Excel's line ``sep=;`` is heeded.
    """
    comment = ""
    separator = None
    header = ""
    for _, line in lines:
        said = _EXCEL_SEPARATOR.fullmatch(line)
        if said:
            separator = said[1]
        elif line.startswith(("#", "!", "^")):
            comment = line
        elif not is_blank(line):
            header = line
            break
    if not header:
        raise ValueError(f"{path.name} has no table: it is empty, or has comments and blank lines only.")
    below = []
    for number, line in lines:
        below.append((number, line))
        if len(below) == 3:
            break
    separator = separator or find_separator(header, [line for _, line in below if not is_blank(line)], path)
    header_fields = split_fields(header, separator)
    names = split_fields(comment.lstrip("# "), separator)
    if len(names) == len(header_fields) > 1 and all(map(is_number, header_fields[1:])):
        return Header(comment.lstrip("# "), separator, chain([(0, header)], below, lines))
    return Header(header, separator, chain(below, lines))


def find_separator(header: str, rows: list[str], path: Path) -> str:
    """Return what separates the fields of a header and of the rows below: tab, semicolon or comma."""
    fields = {separator: raw_fields(header, separator) for separator in _SEPARATORS}
    possible = [separator for separator in _SEPARATORS if len(fields[separator]) > 1]
    if not possible:
        raise ValueError(
            f"{path.name} has no tab, comma or semicolon in its first line: {header.strip()[:60]!r}. Write it with "
            "one of them between the fields."
        )
    return max(possible, key=lambda separator: _likelihood(fields[separator], rows, separator))


def _likelihood(header: list[str], rows: list[str], separator: str) -> tuple[bool, bool, bool, int]:
    """Rank a separator: it should cut no quoted field in two, and rows should be as wide as the header, or nearly."""
    cells = [raw_fields(row, separator) for row in rows]
    surplus = {abs(len(fields) - len(header)) for fields in cells}
    whole = not any(field.count('"') % 2 for fields in [header, *cells] for field in fields)
    return whole, surplus <= {0, 1}, surplus <= {0}, len(header)


def records(lines: Lines, separator: str) -> Lines:
    """Join lines over which a quoted field runs; leave out blank ones, and stop where a table of GEO ends."""
    for number, line in lines:
        if is_blank(line):
            continue
        if line.startswith("!") and "_table_end" in line:
            return
        n_lines = 1
        while line.count('"') % 2 and _is_open(line, separator):
            _, more = next(lines, (0, ""))
            n_lines += 1
            if not more or n_lines > _RUNS_OVER:
                raise ValueError(f"line {number + 1} opens a quote that is not closed.")
            line += more
        yield number, line


def is_blank(line: str) -> bool:
    """Tell whether a line holds nothing but separators and blanks."""
    return not line.strip(_SEPARATORS + " \r\n")


def _is_open(line: str, separator: str) -> bool:
    """Tell whether the last field of a line begins with a quote that is not closed."""
    try:
        next(csv.reader([line], delimiter=separator, strict=True))
    except csv.Error as error:
        return "unexpected end" in str(error)
    return False


@cache
def _fields_pattern(separator: str) -> re.Pattern[str]:
    sep = re.escape(separator)
    return re.compile(rf'(?:^|{sep})("(?:[^"]|"")*+"(?={sep}|\Z)|[^{sep}]*)')


def raw_fields(line: str, separator: str, n: int = -1) -> list[str]:
    """Split a line into fields with their quotes; only the first `n` need be split."""
    line = line.rstrip("\r\n")
    return _fields_pattern(separator).findall(line) if '"' in line else line.split(separator, n)


def split_fields(line: str, separator: str, n: int = -1) -> list[str]:
    """Split a line into fields, without their quotes; only the first `n` need be split."""
    return [unquote(field) for field in raw_fields(line, separator, n)]


def unquote(field: str) -> str:
    """Return what a field holds."""
    if not _is_quoted(field):
        return field
    text = field[1:-1].replace('""', '"')
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def quote(text: str, separator: str) -> str:
    """Return text as a field that holds it, quoted where a reader might cut it, or a spreadsheet run it."""
    if _FORMULA.match(text):
        return '"' + no_formula(text).replace('"', '""') + '"'
    special = any(character in text for character in f'{separator}{_SEPARATORS}"\n\r')
    return '"' + text.replace('"', '""') + '"' if special else text


def no_formula(text: str) -> str:
    """Return text that spreadsheets do not run: as they do themselves, with an apostrophe before a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def quote_value(value: Any, separator: str) -> str:
    """Return a label or group as a field from which `parse_cells` makes the same value; None is empty."""
    if not isinstance(value, str):
        return "" if value is None or value != value else str(value)
    if value and (is_missing(value) or not isinstance(parse_cells([value])[0], str)):
        return f'"{value}"'
    return quote(value, separator)


def _is_quoted(field: str) -> bool:
    return len(field) > 1 and field.startswith('"') and field.endswith('"')


def is_missing(field: str) -> bool:
    """Tell whether a field, with its quotes, stands for no value."""
    return field.strip() in MISSING


def parse_cells(fields: list[str]) -> Any:
    """Turn fields into int, bool or float where all are written as Python writes such a value, else keep str.

    What is quoted is text: neither a number nor missing.
    """
    texts = [unquote(field) for field in fields if not is_missing(field)]
    parse: Any = str
    if any(map(_is_quoted, fields)):
        parse = str
    elif all(re.fullmatch(r"0|-?[1-9]\d{0,17}", text) for text in texts):
        parse = int
    elif all(text in ("True", "False") for text in texts):
        parse = "True".__eq__
    elif all(re.fullmatch(r"-?\d+(\.\d+)?(e[+-]\d+)?", t) and repr(float(t)) == t for t in texts):
        parse = float
    values = [None if is_missing(field) or field == '""' else parse(unquote(field)) for field in fields]
    return require("pandas", "read_expression").Series(values, dtype=object)


def parse_covariate(fields: list[str], separator: str) -> Any:
    """Turn fields into numbers where all are written as such, in whatever way; else what `parse_cells` returns.

    Names of classes and groups may be ``1.10`` beside ``1.1``, but an age of 45.50, or of 45,5, is a number. Leading
    zeros and quotes are those of codes.
    """
    column = parse_cells(fields)
    texts = [value for value in column if isinstance(value, str)]
    if not texts or any(map(_is_quoted, fields)):
        return column
    found = MarkFinder(separator)
    for text in texts:
        found.see(f"{separator}{text.strip()}")
    plain = found.marks().plain
    if not all(_MEASURED.fullmatch(plain(text.strip())) for text in texts):
        return column
    return column.map(lambda text: float(plain(text.strip())), na_action="ignore")


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
