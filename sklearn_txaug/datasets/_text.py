"""Expression tables in text files, with tabs, commas or semicolons between the fields."""

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from ..utils.optional import require
from ._base import Format, ReadOptions, Source, Table, not_numbers
from ._cells import (
    MISSING,
    create_text,
    find_separator,
    is_number,
    open_text,
    parse_cells,
    split_fields,
)
from ._orient import Orientation, has_row_names

_CELLS = 1 << 22  # cells parsed at a time


class TextSource(Source):
    """A text table whose names have been read and whose values have not.

    Parameters
    ----------
    path : Path
        The file, plain or gzipped.
    options : ReadOptions
        What the caller said about it.
    """

    _ignored_columns = 0  # of those after the row names
    _n_annotation_rows: int | None = None  # None: any row may be one

    def __init__(self, path: Path, options: ReadOptions) -> None:
        self.path = path
        self._scan_file(options.names)
        self.orientation = self._orient(options)
        rows = self._rows if self._rows is not None else []
        in_rows = self.orientation.samples_in == "rows"
        options.check_drop(path, self._columns, [] if in_rows else rows)
        if in_rows:
            self._name_rows_as_samples(options.names)
        else:
            self._name_columns_as_samples(rows, options)

    def annotation(self, name: str) -> Any:
        """Return a label or group column (or row) in the order of `samples`, None where empty."""
        with open_text(self.path) as file:
            if self.orientation.samples_in == "rows":
                column = self._offset + self._columns.index(name)
                below = islice(file, self._header_line + 1, None)
                cells = [split_fields(line, self._sep, column + 1)[column] for line in below if line.strip()]
            else:
                number = self._lines[(self._rows or []).index(name)]
                fields = split_fields(next(islice(file, number, None)), self._sep)[self._offset :]
                cells = [fields[i] for i in self._sample_columns]
        return parse_cells(cells)

    def blocks(self, keep: np.ndarray, dtype: np.dtype) -> Iterator[tuple[slice, slice, np.ndarray]]:
        """Yield ``(rows, genes, values)``: positions among kept samples and among genes, and the values."""
        if self.orientation.samples_in == "rows":
            skip = {line for line, kept in zip(self._lines, keep, strict=True) if not kept}
            columns = [self._offset + i for i in self._gene_columns]
        else:
            skip = {line for line, use in zip(self._lines, self._is_gene_row, strict=True) if not use}
            columns = [self._offset + i for i in np.asarray(self._sample_columns)[keep]]
        start = 0
        if not columns or len(skip) == len(self._lines):
            return
        try:
            for chunk in self._chunks(skip, columns, dtype):
                values, part = chunk.to_numpy(dtype), slice(start, start + len(chunk))
                start = part.stop
                if self.orientation.samples_in == "rows":
                    yield part, slice(None), values
                else:
                    yield slice(None), part, values.T
        except ValueError as error:
            raise ValueError(self._diagnose(skip, columns) or f"{self.path.name}: {error}") from error
        if start != len(self._lines) - len(skip):
            raise ValueError(f"{self.path.name}: lines do not match rows, a quote may be left open.")

    def _scan_file(self, names: Collection[str]) -> None:
        """Read the header and the first column; check that every line has all its fields."""
        with open_text(self.path) as file:
            lines = ((number, line) for number, line in enumerate(file) if line.strip())
            self._header_line, line = self._find_header(lines)
            header = split_fields(line, self._sep)
            records = list(self._records(lines, len(header)))
        if not records:
            raise ValueError(f"{self.path.name} has a header and no rows below it.")
        self._lines, first = [n for n, _ in records], [cell for _, cell in records]
        header = [""] * (self._width - len(header)) + header
        self._offset = int(self._has_row_names(header[0], first, names))
        self._corner, self._columns = header[0] if self._offset else "", header[self._offset :]
        self._rows = first if self._offset else None

    def _find_header(self, lines: Iterator[tuple[int, str]]) -> tuple[int, str]:
        """Return number and text of the header line, the first that is not a comment; set the separator."""
        number, line = next(lines, (0, ""))
        while line.startswith("#"):
            number, line = next(lines, (0, ""))
        self._sep = find_separator(line, self.path)
        return number, line

    def _has_row_names(self, corner: str, first_column: Sequence[str], names: Collection[str]) -> bool:
        return has_row_names(corner, first_column, names)

    def _orient(self, options: ReadOptions) -> Orientation:
        return options.orient(self.path, self._columns, self._rows, self._corner)

    def _records(self, lines: Iterator[tuple[int, str]], n_header: int) -> Iterator[tuple[int, str]]:
        """Yield line number and first cell of each record; the first record sets width and decimal mark."""
        self._width = 0
        for number, line in lines:
            fields = split_fields(line, self._sep) if '"' in line or not self._width else None
            width = len(fields) if fields else line.count(self._sep) + 1
            if not self._width and fields:
                self._width = n_header + 1 if width == n_header + 1 else n_header
                self._first = fields
                self._decimal = "," if self._sep == ";" and re.search(r";-?\d+,\d", line) else "."
            if width != self._width:
                raise ValueError(
                    f"{self.path.name}: line {number + 1} has {width} fields where {self._width} are "
                    f"expected; the file may be truncated."
                )
            yield number, fields[0] if fields else line.partition(self._sep)[0]

    def _name_rows_as_samples(self, names: Collection[str]) -> None:
        self._gene_columns = [i for i, name in enumerate(self._columns) if name not in names]
        self.genes = [self._columns[i] for i in self._gene_columns]
        self.samples = range(len(self._lines)) if self._rows is None else self._rows
        cells = self._first[self._offset :]
        text = [name for name, cell in zip(self._columns, cells, strict=True) if not _looks_numeric(cell)]
        self.annotations = list(dict.fromkeys([*text, *self._columns]))

    def _name_columns_as_samples(self, rows: list[str], options: ReadOptions) -> None:
        self._sample_columns = [
            i
            for i, name in enumerate(self._columns)
            if i >= self._ignored_columns and name not in options.drop
        ]
        first_gene = self._n_annotation_rows or 0
        self._is_gene_row = [i >= first_gene and row not in options.names for i, row in enumerate(rows)]
        self.genes = [row for row, use in zip(rows, self._is_gene_row, strict=True) if use]
        self.samples = [self._columns[i] for i in self._sample_columns]
        self.annotations = rows[: self._n_annotation_rows]

    def _chunks(self, skip: set[int], columns: list[int], dtype: Any, cells: int = 0) -> Iterator[Any]:
        """Parse some columns (positions in the file) of the lines that are not skipped."""
        pd = require("pandas", "read_expression")
        text = dtype is str
        yield from pd.read_csv(
            self.path,
            sep=self._sep,
            header=None,
            names=range(self._width),
            usecols=columns,
            skiprows=skip | set(range(self._header_line + 1)),
            dtype=dtype,
            decimal=self._decimal,
            keep_default_na=not text,
            na_filter=not text,
            **({"float_precision": "round_trip"} if dtype == np.float64 and _rounds(pd.__version__) else {}),
            encoding="utf-8-sig",
            encoding_errors="replace",
            low_memory=False,
            chunksize=max(1, (cells or _CELLS) // len(columns)),
        )

    def _diagnose(self, skip: set[int], columns: list[int]) -> str:
        """Name the rows or columns that hold anything but numbers."""
        pd = require("pandas", "read_expression")
        seen = [line for line in self._lines if line not in skip]
        names = dict(zip(self._lines, self._rows or range(1, len(self._lines) + 1), strict=True))
        for start, chunk in _numbered(self._chunks(skip, columns, str, cells=200_000)):
            numbers = chunk.apply(
                lambda cells: pd.to_numeric(cells.str.replace(self._decimal, "."), errors="coerce")
            )
            bad = (numbers.isna() & ~chunk.isin(MISSING)).to_numpy()
            if not bad.any():
                continue
            in_rows, in_columns = np.flatnonzero(bad.any(axis=1)), np.flatnonzero(bad.any(axis=0))
            cell = chunk.to_numpy()[bad][0]
            by_row = len(in_rows) < len(in_columns)
            where = [names[seen[start + i]] for i in in_rows] if by_row else []
            where = where or [self._columns[columns[i] - self._offset] for i in in_columns]
            return not_numbers(
                self.path,
                "rows" if by_row else "columns",
                where,
                f" (for instance {cell!r})",
                f"; or set samples_in= if the samples are not in the {self.orientation.samples_in}",
            )
        return ""


def _rounds(version: str) -> bool:
    """Tell whether this pandas reads float64 inexactly by default; from 3.1 on the option is deprecated."""
    return tuple(map(int, version.split(".")[:2])) < (3, 1)


def _numbered(chunks: Iterator[Any]) -> Iterator[tuple[int, Any]]:
    start = 0
    for chunk in chunks:
        yield start, chunk
        start += len(chunk)


def _looks_numeric(cell: str) -> bool:
    """Tell whether a cell holds a number, with a point or a comma, or nothing."""
    return cell in MISSING or is_number(cell.replace(",", "."))


class TextFormat(Format):
    """Tables with one header: .csv is written with commas, .tsv and .txt with tabs; reading looks for itself."""

    suffixes = (".csv", ".tsv", ".txt")
    gzipped = True

    def open(self, path: Path, options: ReadOptions) -> TextSource:
        """Read the names of a file."""
        return TextSource(path, options)

    def write(self, path: Path, table: Table, samples_in: str) -> None:
        """Annotations are the first columns, or the first rows."""
        pd = require("pandas", "write_expression")
        separator = "," if self.suffix(path) == ".csv" else "\t"
        with create_text(path) as file:
            if samples_in == "columns":
                table.annotations.T.to_csv(file, sep=separator, index_label="gene")
                table.values.T.to_csv(file, sep=separator, header=False, na_rep="NA")
            else:
                whole = pd.concat([table.annotations, table.values], axis=1)
                whole.to_csv(file, sep=separator, index_label="sample", na_rep="NA")
