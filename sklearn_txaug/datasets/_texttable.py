"""A table in a text file: its header, its first column and its numbers, read record by record."""

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..utils.optional import require
from ._cells import MISSING, Header, Lines, find_header, is_missing, records, split_fields
from ._marks import MarkFinder
from ._textfile import TextFile


class TextTable:
    """A table whose names have been read and whose other cells have not.

    Parameters
    ----------
    path : Path
        The file.
    find_header : callable
        Takes the numbered lines of the file, and the path, and returns a `Header`.

    Attributes
    ----------
    separator : str
        What separates the fields.
    names : list of str
        The fields of the header: one for each column, but for columns at the end that are blank throughout.
    first_column, first_record : list of str
        Cells.
    notes : list of str
        What the reader should know.

    Raises
    ------
    ValueError
        If there are no rows, or one has more or fewer fields than the others.
    """

    def __init__(self, path: Path, find_header: Callable[[Lines, Path], Header] = find_header) -> None:
        self.path = path
        self._file = TextFile(path)
        self._find_header = find_header
        self.notes = self._file.notes
        with self._file.open() as file:
            header = find_header(enumerate(file), path)
            self.separator = header.separator
            self.names = split_fields(header.line, header.separator)
            try:
                self._scan(header.lines)
            except ValueError as error:
                raise ValueError(f"{path.name}: {error}") from error
        if not self.first_column:
            in_geo = "series_matrix" in path.name
            hint = "; its values may be in a supplementary file of the series" if in_geo else ""
            raise ValueError(f"{path.name} has a header and no rows below it{hint}.")

    def records(self) -> Iterator[str]:
        """Yield all records below the header."""
        with self._file.open() as file:
            for _, line in records(self._find_header(enumerate(file), self.path).lines, self.separator):
                yield line

    def values(
        self, wanted: Sequence[bool], columns: Sequence[int], dtype: Any, n_cells: int
    ) -> Iterator[Any]:
        """Parse some columns of the records that are wanted.

        Parameters
        ----------
        wanted : sequence of bool of shape (n_records,)
            Which records.
        columns : sequence of int
            Positions of columns in the file, increasing.
        dtype : dtype
            Of the numbers.
        n_cells : int
            How many to parse at a time.

        Yields
        ------
        values : ndarray of shape (n_records, n_columns) of the block
        """
        for chunk in self._chunks(wanted, columns, dtype, n_cells):
            others = [name for name, kind in chunk.dtypes.items() if kind.kind not in "iuf"]
            if others:
                chunk[others] = chunk[others].map(_number, na_action="ignore")
            yield chunk.to_numpy(dtype)

    def first_trouble(
        self, wanted: Sequence[bool], columns: Sequence[int]
    ) -> tuple[np.ndarray, np.ndarray, str] | None:
        """Find cells that hold no number, in the first block that has any.

        Returns
        -------
        trouble : tuple of (ndarray, ndarray, str) or None
            Positions of those cells among the wanted records and among `columns`, and what the first one holds.
        """
        pd = require("pandas", "read_expression")
        start = 0
        for chunk in self._chunks(wanted, columns, str, 200_000):
            numbers = chunk.map(self._marks.plain).apply(pd.to_numeric, errors="coerce")
            rows, found = np.nonzero((numbers.isna() & ~chunk.map(is_missing)).to_numpy())
            if len(rows):
                return rows + start, found, chunk.iat[rows[0], found[0]]
            start += len(chunk)
        return None

    def explain(self, cell: str) -> str:
        """Say what is the matter with a cell that holds no number, if that can be told."""
        if cell.startswith("#"):
            return "an error of Excel; mend it there, or leave the cell empty"
        if cell == self._marks.doubt or (self._marks.doubt and "," in cell):
            return (
                "where the comma may stand between thousands or before decimals; write numbers with a point"
            )
        return ""

    def _scan(self, lines: Lines) -> None:
        """Read the first column; check that every record has all its fields, and see how numbers are written."""
        self.first_column: list[str] = []
        found = MarkFinder(self.separator)
        width = 0
        n_blank = 0
        for number, line in records(lines, self.separator):
            fields = split_fields(line, self.separator) if '"' in line or not width else None
            if not width and fields is not None:
                self.first_record = fields
                self._fit_header()
                width, n_blank = len(self.names), _n_blank(self.names)
            n_fields = line.count(self.separator) + 1 if fields is None else len(fields)
            if n_fields != width:
                raise ValueError(
                    f"line {number + 1} has {n_fields} fields where {width} are expected; the file may be truncated."
                )
            while n_blank and not line.rstrip("\r\n").endswith(self.separator * n_blank):
                n_blank -= 1
            self.first_column.append(line.partition(self.separator)[0] if fields is None else fields[0])
            found.see(line)
        self._width, self._marks = width, found.marks()
        self.names = self.names[: len(self.names) - n_blank]

    def _fit_header(self) -> None:
        """Give the header the field that R leaves out above the names of rows, or that ends every other line."""
        surplus = len(self.first_record) - len(self.names)
        if surplus == 1 and self.first_record[-1] == "":
            self.names.append("")
        elif surplus == 1:
            self.names.insert(0, "")
        elif surplus == -1 and self.names[-1] == "":
            self.names.pop()

    def _chunks(
        self, wanted: Sequence[bool], columns: Sequence[int], dtype: Any, n_cells: int
    ) -> Iterator[Any]:
        pd = require("pandas", "read_expression")
        text = dtype is str
        rounds = dtype == np.float64 and _rounds(pd.__version__)
        lines = (line for line, use in zip(self.records(), wanted, strict=True) if use)
        yield from pd.read_csv(
            _LineReader(lines),
            sep=self.separator,
            header=None,
            names=range(self._width),
            usecols=columns,
            dtype=str if text else None,
            decimal=self._marks.decimal,
            thousands=None if text else self._marks.thousands,
            keep_default_na=False,
            na_values=MISSING,
            na_filter=not text,
            skipinitialspace=not text,
            **({"float_precision": "round_trip"} if rounds else {}),
            low_memory=False,
            chunksize=max(1, n_cells // len(columns)),
        )


class _LineReader(io.TextIOBase):
    """What `pandas.read_csv` reads from: lines, in pieces of the size it asks for."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines, self._rest = iter(lines), ""

    def read(self, size: int | None = -1) -> str:
        """Return up to `size` characters."""
        if size is None or size < 0:
            return self._rest + "".join(map(_ended, self._lines))
        pieces, length = [self._rest], len(self._rest)
        while length < size and (line := next(self._lines, "")):
            pieces.append(_ended(line))
            length += len(pieces[-1])
        text = "".join(pieces)
        self._rest = text[size:]
        return text[:size]


def _ended(line: str) -> str:
    return line if line.endswith("\n") else line + "\n"


def _number(cell: Any) -> float:
    """Return what `read_csv` took for text or a boolean as the number that it may be.

    That is an integer of many digits, or a mark of a missing value with blanks behind.
    """
    text = str(cell)
    return np.nan if is_missing(text) else float(text.replace("_", "?"))  # Python's 1_000 is none


def _n_blank(names: Sequence[str]) -> int:
    """Return how many names at the end are empty; the first name is none of them."""
    last = max((i for i, name in enumerate(names) if name), default=0)
    return len(names) - 1 - last


def _rounds(version: str) -> bool:
    """Tell whether this pandas reads float64 inexactly by default; from 3.1 on the option is deprecated."""
    return tuple(map(int, version.split(".")[:2])) < (3, 1)
