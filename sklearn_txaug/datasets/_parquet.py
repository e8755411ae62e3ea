"""Expression tables in .parquet files."""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from ..utils.memory import TEXT, check_table_memory
from ..utils.optional import require
from ._base import Format, ReadOptions, Source, Table, not_numbers
from ._known import split_columns
from ._orient import has_row_names
from ._text import free_name

_CELLS = 1 << 22  # cells read at a time


class ParquetSource(Source):
    """A Parquet table whose names have been read and whose values have not.

    Parameters
    ----------
    path : Path
        The file.
    options : ReadOptions
        What the caller said about it.
    """

    def __init__(self, path: Path, options: ReadOptions) -> None:
        parquet = require("pyarrow.parquet", "reading a .parquet file")
        self.path = path
        try:
            self._file = parquet.ParquetFile(path)
        except ValueError as error:
            raise ValueError(f"{path.name} is no Parquet file, or it is damaged: {error}") from error
        schema = self._file.schema_arrow
        text = [field.name for field in schema if not _holds_numbers(str(field.type))]
        self._check_size(len(schema))
        index = self._index(schema, text, options.names)
        row_names, names = next(iter(index), None), {*options.names, *index[1:]}
        columns = [name for name in schema.names if name != row_names]
        rows = None if row_names is None else list(map(str, self._column(row_names)))
        self.orientation = options.orient(path, columns, rows, str(row_names).partition("__index")[0])
        options.check_drop(path, columns)
        options.check_repeats(path, columns)
        if self.orientation.samples_in == "columns":
            _, self.left_out = split_columns(path, [name for name in columns if name not in names])
            columns = [name for name in columns if name not in self.left_out]
        left = [name for name in columns if name in text and name not in names]
        if left:
            raise not_numbers(path, "columns", left)
        self._numbers = [name for name in columns if name not in names]
        if self.orientation.samples_in == "columns":
            self.samples = self._numbers
            self.genes = rows or []
            self.annotations = []
        else:
            self.samples = range(self._file.metadata.num_rows) if rows is None else rows
            self.genes = self._numbers
            self.annotations = list(dict.fromkeys([*(name for name in columns if name in text), *columns]))

    def _check_size(self, n_columns: int) -> None:
        """Refuse a table of which two columns of text do not fit: equal values take few bytes in the file."""
        n_rows = self._file.metadata.num_rows
        check_table_memory(self.path.name, 2 * TEXT * n_rows, n_rows, n_columns)

    def annotation(self, name: str) -> Any:
        """Return a label or group column in the order of `samples`."""
        column = require("pandas", "read_expression").Series(self._column(name), dtype=object)
        return column.where(column.notna() & (column != ""), None)

    def blocks(self, keep: np.ndarray, dtype: np.dtype) -> Iterator[tuple[slice, slice, np.ndarray]]:
        """Yield ``(rows, genes, values)``: positions among kept samples and among genes, and the values."""
        in_rows = self.orientation.samples_in == "rows"
        start = 0
        first = 0
        columns = self._numbers if in_rows else [n for n, k in zip(self._numbers, keep, strict=True) if k]
        if not columns:
            return
        for batch in self._file.iter_batches(max(1, _CELLS // len(columns)), columns=columns):
            # columns of one name come together, in the order of the file
            place = np.empty(len(columns), dtype=int)
            place[np.argsort(columns, kind="stable")] = np.argsort(batch.schema.names, kind="stable")
            found = [column.to_numpy(zero_copy_only=False) for column in batch.columns]
            values = np.column_stack([found[i] for i in place]).astype(dtype, copy=False)
            if in_rows:
                values, first = values[keep[first : first + len(values)]], first + len(values)
            part = slice(start, start + len(values))
            start = part.stop
            yield (part, slice(None), values) if in_rows else (slice(None), part, values.T)

    def _index(self, schema: Any, text: list[str], names: Collection[str]) -> list[str]:
        """Names of the columns of the index, of which the first names the rows; else of a first column that does."""
        stored = (schema.pandas_metadata or {}).get("index_columns", [])
        index = [name for name in stored if isinstance(name, str) and name not in names]
        first = schema.names[:1]
        return index or [name for name in first if has_row_names(name, ["x"] if name in text else [], names)]

    def _column(self, name: str) -> list[Any]:
        return self._file.read(columns=[name]).column(name).to_pylist()


def _holds_numbers(kind: str) -> bool:
    """Tell whether a type of Arrow, by its name, is one of numbers."""
    return kind.startswith(("int", "uint", "float", "double", "halffloat", "decimal"))


class ParquetFormat(Format):
    """Columns of one type each; needs pyarrow."""

    suffixes = (".parquet",)
    requires = ("pyarrow",)

    def open(self, path: Path, options: ReadOptions) -> ParquetSource:
        """Read the names of a file."""
        return ParquetSource(path, options)

    def write(self, path: Path, table: Table, samples_in: str) -> None:
        """With samples in columns there is no room for annotations."""
        require("pyarrow", "writing a .parquet file")
        pd = require("pandas", "write_expression")
        if samples_in != "columns":
            whole = pd.concat([table.annotations, table.values], axis=1)
            whole.rename_axis(free_name("sample", whole.columns)).to_parquet(path, engine="pyarrow")
        elif table.annotations.shape[1]:
            raise ValueError(
                "y and groups cannot go into a .parquet file with samples_in='columns', whose columns hold "
                "numbers; use samples_in='rows' or a text format."
            )
        else:
            genes = table.values.T
            genes.rename_axis(free_name("gene", genes.columns)).to_parquet(path, engine="pyarrow")
