"""Expression tables in text files, with tabs, commas or semicolons between the fields."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice, repeat
from pathlib import Path
from typing import Any

import numpy as np

from ._base import Format, ReadOptions, Source, Table, not_numbers
from ._cells import (
    Header,
    Lines,
    find_header,
    is_missing,
    is_number,
    parse_cells,
    parse_covariate,
    quote,
    quote_value,
    raw_fields,
)
from ._known import check_header, split_columns
from ._orient import Orientation, has_row_names
from ._textfile import create_text
from ._texttable import TextTable

_CELLS = 1 << 21  # cells parsed at a time
_ROWS = 256  # written at a time


class TextSource(Source):
    """A text table whose names have been read and whose values have not.

    Parameters
    ----------
    path : Path
        The file, plain or compressed.
    options : ReadOptions
        What the caller said about it.
    """

    _ignored_columns = 0  # of those after the row names
    _n_annotation_rows: int | None = None  # None: any row may be one

    def __init__(self, path: Path, options: ReadOptions) -> None:
        self.path = path
        self._table = table = TextTable(path, self._find_header)
        self.notes = list(table.notes)
        corner, first = table.names[0], table.first_column
        check_header(path, corner)
        self._offset = int(self._has_row_names(corner, first, options.columns_of(table.names)))
        self._corner, self._columns = corner if self._offset else "", table.names[self._offset :]
        self._rows = first if self._offset else None
        self.orientation = self._orient(options)
        in_rows, rows = self.orientation.samples_in == "rows", self._rows or []
        options.check_drop(path, self._columns, [] if in_rows else rows)
        options.check_repeats(path, self._columns if in_rows else rows)
        if in_rows:
            self._name_rows_as_samples(options.names)
        else:
            self._name_columns_as_samples(rows, options)

    def annotation(self, name: str) -> Any:
        """Return a label or group column (or row) in the order of `samples`, None where empty."""
        return parse_cells(self._cells(name))

    def covariate(self, name: str) -> Any:
        """Return a column (or row) likewise, of numbers if all cells are, also with decimal commas."""
        return parse_covariate(self._cells(name), self._table.separator)

    def blocks(self, keep: np.ndarray, dtype: np.dtype) -> Iterator[tuple[slice, slice, np.ndarray]]:
        """Yield ``(rows, genes, values)``: positions among kept samples and among genes, and the values."""
        in_rows = self.orientation.samples_in == "rows"
        wanted = keep.tolist() if in_rows else self._is_gene_row
        used = self._gene_columns if in_rows else np.asarray(self._sample_columns, dtype=int)[keep].tolist()
        columns, start = [self._offset + i for i in used], 0
        if not columns or not any(wanted):
            return
        try:
            for values in self._table.values(wanted, columns, dtype, _CELLS):
                part = slice(start, start + len(values))
                start = part.stop
                yield (part, slice(None), values) if in_rows else (slice(None), part, values.T)
        except ValueError as error:
            raise self._diagnosed(wanted, columns) or ValueError(f"{self.path.name}: {error}") from error
        if start != sum(wanted):
            raise ValueError(f"{self.path.name}: lines do not match rows, a quote may be left open.")

    def _cells(self, name: str) -> list[str]:
        """Return the cells of a column (or row) in the order of `samples`, with their quotes."""
        separator = self._table.separator
        if self.orientation.samples_in == "rows":
            column = self._offset + self._columns.index(name)
            return [raw_fields(line, separator, column + 1)[column] for line in self._table.records()]
        number = (self._rows or []).index(name)
        fields = raw_fields(next(islice(self._table.records(), number, None)), separator)
        return [fields[self._offset + i] for i in self._sample_columns]

    def _find_header(self, lines: Lines, path: Path) -> Header:
        """Find the line with the names of the columns, and the separator."""
        return find_header(lines, path)

    def _has_row_names(self, corner: str, first_column: Sequence[str], names: Collection[str]) -> bool:
        return has_row_names(corner, first_column, names)

    def _orient(self, options: ReadOptions) -> Orientation:
        return options.orient(self.path, self._columns, self._rows, self._corner)

    def _name_rows_as_samples(self, names: Collection[str]) -> None:
        self._gene_columns = [i for i, name in enumerate(self._columns) if name not in names]
        self.genes = [self._columns[i] for i in self._gene_columns]
        self.samples = range(len(self._table.first_column)) if self._rows is None else self._rows
        cells = self._table.first_record[self._offset :]
        text = [name for name, cell in zip(self._columns, cells, strict=False) if not _looks_numeric(cell)]
        self.annotations = list(dict.fromkeys([*text, *self._columns]))

    def _name_columns_as_samples(self, rows: list[str], options: ReadOptions) -> None:
        columns = [
            i
            for i, name in enumerate(self._columns)
            if i >= self._ignored_columns and name not in options.drop
        ]
        samples, self.left_out = split_columns(self.path, [self._columns[i] for i in columns])
        self._sample_columns = [columns[i] for i in samples]
        first_gene = self._n_annotation_rows or 0
        self._is_gene_row = [i >= first_gene and row not in options.names for i, row in enumerate(rows)]
        self.genes = [row for row, use in zip(rows, self._is_gene_row, strict=True) if use]
        self.samples = [self._columns[i] for i in self._sample_columns]
        self.annotations = rows[: self._n_annotation_rows]

    def _diagnosed(self, wanted: Sequence[bool], columns: list[int]) -> ValueError | None:
        """Return an error that names the rows or columns that hold anything but numbers."""
        trouble = self._table.first_trouble(wanted, columns)
        if trouble is None:
            return None
        rows, found, cell = trouble
        names = self._rows or range(1, len(wanted) + 1)
        seen = [name for name, use in zip(names, wanted, strict=True) if use]
        in_rows = [seen[i] for i in np.unique(rows)]
        in_columns = [self._columns[columns[i] - self._offset] for i in np.unique(found)]
        if explanation := self._table.explain(cell):
            column = self._columns[columns[found[0]] - self._offset]
            return ValueError(
                f"{self.path.name}: row {seen[rows[0]]!r}, column {column!r} holds {cell!r}, {explanation}."
            )
        by_row = self._rows is not None and len(in_rows) < len(in_columns)
        return not_numbers(
            self.path,
            "rows" if by_row else "columns",
            in_rows if by_row else in_columns,
            f" (for instance {cell!r})",
            f"; or set samples_in= if the samples are not in the {self.orientation.samples_in}",
        )


def _looks_numeric(cell: str) -> bool:
    """Tell whether a cell holds a number, with a point or a comma, or nothing."""
    return is_missing(cell) or is_number(cell.replace(",", "."))


def write_rows(file: Any, annotations: Any, values: Any, separator: str) -> None:
    """Write lines of a name, annotations and values.

    Parameters
    ----------
    file : text file
        Open for writing.
    annotations : DataFrame of shape (n_rows, n_annotations)
        Of any types; text that looks like a number, or like a missing value, is quoted. Its index is the names.
    values : DataFrame of shape (n_rows, n_columns) or None
        Numbers.
    separator : str
        What separates the fields.
    """
    names = [quote(name, separator) for name in annotations.index]
    cells = annotations.astype(object).where(annotations.notna(), None).to_numpy()
    for start in range(0, len(names), _ROWS):
        part = slice(start, start + _ROWS)
        for name, row, numbers in zip(
            names[part], cells[part], _lines(values, part, separator), strict=False
        ):
            file.write(separator.join([name, *(quote_value(c, separator) for c in row), *numbers]) + "\n")


def _lines(values: Any, part: slice, separator: str) -> Iterable[list[str]]:
    """Return the values of each row as one text that separators divide; without values, nothing for each row."""
    if values is None:
        return repeat([])
    text = values.iloc[part].to_csv(
        sep=separator, header=False, index=False, na_rep="NA", lineterminator="\n"
    )
    return [[line] for line in text.split("\n")]


def header_line(names: Sequence[str], separator: str) -> str:
    """Return the first line of a table."""
    return separator.join(quote(name, separator) for name in names) + "\n"


def free_name(name: str, taken: Collection[str]) -> str:
    """Return a name for the column of row names that no other column has."""
    while name in taken:
        name += "_id"
    return name


class TextFormat(Format):
    """Tables with one header: .csv is written with commas, .tsv and .txt with tabs; reading looks for itself."""

    suffixes = (".csv", ".tsv", ".txt")
    compressed = True

    def open(self, path: Path, options: ReadOptions) -> TextSource:
        """Read the names of a file."""
        return TextSource(path, options)

    def write(self, path: Path, table: Table, samples_in: str) -> None:
        """Annotations are the first columns, or the first rows."""
        values, notes = table.values, table.annotations
        separator = "," if self.suffix(path) == ".csv" else "\t"
        with create_text(path) as file:
            if samples_in == "columns":
                names = [free_name("gene", [*values.index, *notes.columns]), *values.index]
                file.write(header_line(names, separator))
                write_rows(file, notes.astype(object).T, None, separator)
                write_rows(file, values.T.iloc[:, :0], values.T, separator)
            else:
                columns = [*notes.columns, *values.columns]
                file.write(header_line([free_name("sample", columns), *columns], separator))
                write_rows(file, notes, values, separator)
