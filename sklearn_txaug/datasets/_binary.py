"""Expression tables in .parquet and .h5ad files."""

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..utils.optional import require
from ._formats import MISSING, check_drop
from ._orient import Orientation, find_samples

_CELLS = 1 << 22  # cells read at a time


class ParquetSource:
    """A Parquet table whose names have been read and whose values have not; arguments as for TextSource."""

    def __init__(
        self,
        path: Path,
        samples_in: str,
        names: Collection[str],
        drop: Collection[str],
        sample_ids: Collection[str],
    ) -> None:
        parquet = require("pyarrow.parquet", "read_expression of a .parquet file")
        self.path, self._file = path, parquet.ParquetFile(path)
        schema = self._file.schema_arrow
        text = [field.name for field in schema if not _is_number(str(field.type))]
        row_names = self._row_names(schema, [name for name in text if name not in names])
        columns = [name for name in schema.names if name != row_names]
        rows = None if row_names is None else list(map(str, self._column(row_names)))
        self.orientation = (
            find_samples(columns, rows, str(row_names).partition("__index")[0], names, sample_ids)
            if samples_in == "auto"
            else Orientation(samples_in, "as asked for")
        )
        check_drop(drop, columns, [], path)
        left = [name for name in columns if name in text and name not in names]
        if left:
            raise ValueError(
                f"{path.name}: the columns {', '.join(map(repr, left[:10]))} do not hold numbers. Name them "
                f"as label=, group= or in drop=[...]."
            )
        self._numbers = [name for name in columns if name not in names]
        self._place(rows, text, columns)

    def annotation(self, name: str) -> Any:
        """Return a label or group column in the order of `samples`."""
        column = require("pandas", "read_expression").Series(self._column(name), dtype=object)
        return column.mask(column.isin(MISSING[:1]))

    def blocks(self, keep: np.ndarray, dtype: np.dtype) -> Iterator[tuple[slice, slice, np.ndarray]]:
        """Yield ``(rows, genes, values)``: positions among kept samples and among genes, and the values."""
        in_rows, start, first = self.orientation.samples_in == "rows", 0, 0
        columns = self._numbers if in_rows else [n for n, k in zip(self._numbers, keep, strict=True) if k]
        if not columns:
            return
        for batch in self._file.iter_batches(max(1, _CELLS // len(columns)), columns=columns):
            # columns come in the order of the file, which is that of `columns`
            values = np.column_stack([column.to_numpy(zero_copy_only=False) for column in batch.columns])
            values = values.astype(dtype, copy=False)
            if in_rows:
                values, first = values[keep[first : first + len(values)]], first + len(values)
            part = slice(start, start + len(values))
            start = part.stop
            yield (part, slice(None), values) if in_rows else (slice(None), part, values.T)

    def _place(self, rows: list[str] | None, text: list[str], columns: list[str]) -> None:
        if self.orientation.samples_in == "rows":
            self.samples: Sequence[Any] = range(self._file.metadata.num_rows) if rows is None else rows
            self.genes = self._numbers
            self.annotations = list(dict.fromkeys([*(name for name in columns if name in text), *columns]))
        elif rows is None:
            raise ValueError(f"samples_in='columns' needs a column of gene names in {self.path.name}.")
        else:
            self.samples, self.genes, self.annotations = self._numbers, rows, []

    def _row_names(self, schema: Any, text: list[str]) -> str | None:
        """Name of the column that holds the index, or else of the first column if that is text."""
        index = [
            name for name in (schema.pandas_metadata or {}).get("index_columns", []) if isinstance(name, str)
        ]
        if index:
            return index[0]
        return schema.names[0] if schema.names and schema.names[0] in text else None

    def _column(self, name: str) -> list[Any]:
        return self._file.read(columns=[name]).column(name).to_pylist()


class H5adSource:
    """An AnnData file whose annotations have been read and whose matrix has not.

    Parameters
    ----------
    path : Path
        The file.
    layer : str or None
        The layer to read; None reads ``X``.
    """

    def __init__(self, path: Path, layer: str | None) -> None:
        self._io = require("anndata", "read_expression of an .h5ad file").io
        self._h5py = require("h5py", "read_expression of an .h5ad file")
        self.path, self._key = path, "X" if layer is None else f"layers/{layer}"
        self.orientation = Orientation("rows", "the AnnData format")
        if not self._h5py.is_hdf5(path):
            raise ValueError(f"{path.name} is no HDF5 file, as .h5ad files are; it may be damaged.")
        with self._open() as file:
            layers = list(file.get("layers", ()))
            if layer is not None and layer not in layers:
                raise ValueError(f"layer={layer!r} is not in {path.name}, which has {_list(layers)}.")
            if self._key not in file:
                raise ValueError(f"{path.name} has no X; choose layer= from {_list(layers)}.")
            self._obs = self._io.read_elem(file["obs"])
            self.genes = self._io.read_elem(file["var"]).index.astype(str).tolist()
            uns = {
                key: self._io.read_elem(file["uns"][key])
                for key in ("label", "group")
                if key in file.get("uns", ())
            }
        self.samples: Sequence[Any] = self._obs.index.astype(str).tolist()
        self.annotations = list(map(str, self._obs.columns))
        self.defaults = {
            key: str(uns[key]) for key in uns if isinstance(uns[key], str) and uns[key] in self._obs
        }

    def annotation(self, name: str) -> Any:
        """Return a label or group column in the order of `samples`, categories as their values."""
        column = self._obs[name].reset_index(drop=True)
        if column.dtype.name == "category":
            column = column.astype(column.cat.categories.dtype)
        return column.mask(column.isin(MISSING[:1]))

    def blocks(self, keep: np.ndarray, dtype: np.dtype) -> Iterator[tuple[slice, slice, np.ndarray]]:
        """Yield ``(rows, genes, values)``: positions among kept samples and among genes, and the values."""
        with self._open() as file:
            matrix = file[self._key]
            if isinstance(matrix, self._h5py.Group):  # a sparse matrix
                matrix = self._io.sparse_dataset(matrix)
            yield from self._slices(matrix, keep, dtype)

    def _open(self) -> Any:
        try:
            return self._h5py.File(self.path, "r")
        except OSError as error:
            raise ValueError(f"{self.path.name} cannot be read, it may be truncated: {error}.") from error

    def _slices(
        self, matrix: Any, keep: np.ndarray, dtype: np.dtype
    ) -> Iterator[tuple[slice, slice, np.ndarray]]:
        by_column = getattr(matrix, "format", "csr") == "csc"
        n_samples, n_genes = len(self.samples), len(self.genes)
        step = max(1, _CELLS // max(1, n_samples if by_column else n_genes))
        for first in range(0, n_genes if by_column else n_samples, step):
            part = slice(first, first + step)
            block = matrix[:, part] if by_column else matrix[part]
            values = np.asarray(block.toarray() if hasattr(block, "toarray") else block, dtype=dtype)
            if by_column:
                yield slice(None), part, values[keep]
            else:
                start = int(keep[:first].sum())
                yield slice(start, start + int(keep[part].sum())), slice(None), values[keep[part]]


def _is_number(kind: str) -> bool:
    return kind.startswith(("int", "uint", "float", "double", "halffloat", "decimal"))


def _list(names: list[str]) -> str:
    return f"the layers {', '.join(map(repr, names))}" if names else "no layers"
