"""Expression tables in text files: .csv, .tsv, .txt and .gct, plain or gzipped."""

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from ..utils.optional import require
from ._formats import MISSING, check_drop, find_separator, open_text, parse_cells, split_fields, table_suffix
from ._orient import Orientation, find_samples, has_row_names

_CELLS = 1 << 22  # cells parsed at a time


class TextSource:
    """A text table whose names have been read and whose values have not.

    Parameters
    ----------
    path : Path
        The file.
    samples_in : {"auto", "rows", "columns"}
        Where the samples are.
    names : collection of str
        Label, group and names to drop.
    drop : collection of str
        Rows or columns to ignore.
    sample_ids : collection of str
        Identifiers known to be samples.
    """

    def __init__(
        self,
        path: Path,
        samples_in: str,
        names: Collection[str],
        drop: Collection[str],
        sample_ids: Collection[str],
    ) -> None:
        self.path = path
        self._scan_file(names)
        if samples_in == "auto":
            self.orientation = self._fixed or find_samples(
                self._columns, self._rows, self._corner, names, sample_ids
            )
        else:
            self.orientation = Orientation(samples_in, "as asked for")
        if self._rows is None and self.orientation.samples_in == "columns":
            raise ValueError(f"samples_in='columns' needs gene names in the first column of {path.name}.")
        self._place(names, drop)

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
        gct = table_suffix(self.path) == ".gct"
        with open_text(self.path) as file:
            lines = ((number, line) for number, line in enumerate(file) if line.strip())
            number, line = next(lines, (0, ""))
            if gct:
                sizes = self._gct_sizes(line, next(lines, (0, ""))[1])
                number, line = next(lines, (0, ""))
            else:
                while line.startswith("#"):
                    number, line = next(lines, (0, ""))
            self._sep = "\t" if gct else find_separator(line, self.path)
            self._header_line, header = number, split_fields(line, self._sep)
            records = [(n, record) for n, record in self._records(lines, len(header))]
        if not records:
            raise ValueError(f"{self.path.name} has a header and no rows below it.")
        self._lines, first = [n for n, _ in records], [cell for _, cell in records]
        header = [""] * (self._width - len(header)) + header
        self._offset = int(gct or has_row_names(header[0], first, names))
        self._corner, self._columns = header[0] if self._offset else "", header[self._offset :]
        self._rows = first if self._offset else None
        self._ignored_columns = self._n_annotation_rows = 0
        self._fixed: Orientation | None = None
        if gct:
            self._check_gct(*sizes)

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

    def _gct_sizes(self, version: str, line: str) -> list[int]:
        version, sizes = version.strip(), re.findall(r"\d+", line)
        if version not in ("#1.2", "#1.3") or len(sizes) < (2 if version == "#1.2" else 4):
            raise ValueError(
                f"{self.path.name} is no GCT file of version 1.2 or 1.3: it starts {version[:40]!r}."
            )
        return [*map(int, sizes[:2]), *([1, 0] if version == "#1.2" else map(int, sizes[2:4]))]

    def _check_gct(self, n_genes: int, n_samples: int, n_row_annotations: int, n_annotations: int) -> None:
        found = (len(self._lines) - n_annotations, len(self._columns) - n_row_annotations)
        if found != (n_genes, n_samples):
            raise ValueError(
                f"{self.path.name} announces {n_genes} genes x {n_samples} samples and holds {found[0]} x "
                f"{found[1]}; the file may be truncated."
            )
        self._ignored_columns, self._n_annotation_rows = n_row_annotations, n_annotations
        self._fixed = Orientation("columns", "the GCT format")

    def _place(self, names: Collection[str], drop: Collection[str]) -> None:
        """Tell samples, genes and annotations apart."""
        rows = self._rows if self._rows is not None else []
        check_drop(drop, self._columns, [] if self.orientation.samples_in == "rows" else rows, self.path)
        if self.orientation.samples_in == "rows":
            self._gene_columns = [i for i, name in enumerate(self._columns) if name not in names]
            self.genes = [self._columns[i] for i in self._gene_columns]
            self.samples: Sequence[Any] = range(len(self._lines)) if self._rows is None else rows
            numeric = self._first[self._offset :]
            text = [c for c, cell in zip(self._columns, numeric, strict=True) if not _looks_numeric(cell)]
            self.annotations = list(dict.fromkeys([*text, *self._columns]))
        else:
            self._sample_columns = [
                i for i, name in enumerate(self._columns) if i >= self._ignored_columns and name not in drop
            ]
            self._is_gene_row = [i >= self._n_annotation_rows and r not in names for i, r in enumerate(rows)]
            self.genes = [r for r, use in zip(rows, self._is_gene_row, strict=True) if use]
            self.samples = [self._columns[i] for i in self._sample_columns]
            self.annotations = rows[: self._n_annotation_rows] if self._fixed else rows

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
            more = f" and {len(where) - 10} more" if len(where) > 10 else ""
            kind = "rows" if by_row else "columns"
            return (
                f"{self.path.name}: the {kind} {', '.join(map(repr, where[:10]))}{more} do not hold numbers "
                f"(for instance {cell!r}). Name them as label=, group= or in drop=[...]; or set samples_in= "
                f"if the samples are not in the {self.orientation.samples_in}."
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
    try:
        float(cell.replace(",", "."))
    except ValueError:
        return cell in MISSING
    return True
