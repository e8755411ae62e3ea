"""AnnData in .h5ad files."""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from ..utils.memory import TEXT, check_table_memory
from ..utils.optional import require
from ._base import AnnDataFormat, ReadOptions, Source, Table
from ._orient import Orientation

_CELLS = 1 << 22  # cells read at a time


class H5adSource(Source):
    """An AnnData file whose annotations have been read and whose matrix has not.

    Parameters
    ----------
    path : Path
        The file.
    layer : str or None
        The layer to read; None reads ``X``.
    """

    def __init__(self, path: Path, layer: str | None) -> None:
        self._io = require("anndata", "reading an .h5ad file").io
        self._h5py = require("h5py", "reading an .h5ad file")
        self.path, self._key = path, "X" if layer is None else f"layers/{layer}"
        self.orientation = Orientation("rows", "the AnnData format")
        if not self._h5py.is_hdf5(path):
            raise ValueError(
                f"{path.name} is not an HDF5 file, which an .h5ad file must be; it may be damaged."
            )
        with self._open() as file:
            _check_whole(file, path)
            layers = list(file.get("layers", ()))
            if layer is not None and layer not in layers:
                raise ValueError(f"layer={layer!r} is not in {path.name}, which has {_names_of(layers)}.")
            if self._key not in file:
                raise ValueError(
                    f"{path.name} has no X, so layer= must name a layer; it has {_names_of(layers)}."
                )
            _check_frames(file, path)
            _check_size(file, path, [self._key], ["obs", "var"])
            self._obs = self._io.read_elem(file["obs"])
            self.genes = self._io.read_elem(file["var"]).index.astype(str).tolist()
            _check_shape(file, path, self._key, (len(self._obs), len(self.genes)))
            uns = {
                key: self._io.read_elem(file["uns"][key])
                for key in ("label", "group")
                if key in file.get("uns", ())
            }
        self.samples = self._obs.index.astype(str).tolist()
        self.annotations = list(map(str, self._obs.columns))
        self.defaults = {
            key: str(uns[key]) for key in uns if isinstance(uns[key], str) and uns[key] in self._obs
        }

    def annotation(self, name: str) -> Any:
        """Return a label or group column in the order of `samples`, categories as their values."""
        column = self._obs[name].reset_index(drop=True).astype(object)
        return column.where(column.notna() & (column != ""), None)

    def covariate(self, name: str) -> Any:
        """Return a column likewise; numbers that are categories stay categories."""
        column = self._obs[name].reset_index(drop=True)
        return column.where(column != "") if column.dtype.name == "category" else self.annotation(name)

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


def _check_whole(file: Any, path: Path) -> None:
    """Refuse a file that shows what is in other files, which may be none of its sender's business."""
    h5py = require("h5py", "reading an .h5ad file")

    elsewhere: list[str] = []

    def check_link(name: bytes, info: Any) -> None:
        if info.type == h5py.h5l.TYPE_EXTERNAL:
            elsewhere.append(name.decode(errors="replace"))

    def check_data(name: str, item: Any) -> None:
        if isinstance(item, h5py.Dataset) and (item.external or item.is_virtual):
            elsewhere.append(name)

    file.id.links.visit(check_link, info=True)
    file.visititems(check_data)
    if elsewhere:
        raise ValueError(
            f"{path.name}: {elsewhere[0]!r} is a link to data in another file, which is not followed; write a file "
            "that holds its data."
        )


def _check_frames(file: Any, path: Path) -> None:
    """Refuse a file without the names of its rows and columns, or with those of anndata before 0.7."""
    for name in ("obs", "var"):
        if name not in file:
            raise ValueError(f"{path.name} has no {name}, so it was not written by anndata, or is damaged.")
        if "encoding-version" not in file[name].attrs:
            raise ValueError(
                f"{path.name}: {name} has no 'encoding-version', as in files of anndata before 0.7; write the file "
                "anew, by anndata.read_h5ad(path).write_h5ad(new_path)."
            )


def _check_size(file: Any, path: Path, tables: list[str], whole: list[str]) -> None:
    """Refuse a file that will not fit into memory; compressed, or never written, it takes a few bytes.

    Parameters
    ----------
    file : h5py.File
        The file.
    path : Path
        Its path.
    tables : list of str
        What is read block by block.
    whole : list of str
        What is read as it is.
    """
    n_bytes = 0
    for name in tables:
        data = _data_in(file[name])
        n_bytes += max((item.dtype.itemsize * math.prod(item.chunks or (0,)) for item in data), default=0)
        n_bytes += sum(item.nbytes for item in data if item.name.endswith("/indptr"))  # read as a whole
    for name in whole:
        n_bytes += sum(
            TEXT * item.size if item.dtype.kind == "O" else item.nbytes for item in _data_in(file[name])
        )
    shape = next((_shape(file[name]) for name in (*tables, "X") if name in file), (0, 0))
    check_table_memory(path.name, n_bytes, *shape)


def _check_shape(file: Any, path: Path, key: str, expected: tuple[int, int]) -> None:
    """Refuse a matrix that does not fit to the names of its rows and columns."""
    (n_rows, n_columns), (n_samples, n_genes) = _shape(file[key]), expected
    if (n_rows, n_columns) != expected:
        raise ValueError(
            f"{path.name} is damaged: {key} says that it holds {n_rows:,} x {n_columns:,} values, of "
            f"{n_samples:,} samples and {n_genes:,} genes."
        )


def _shape(matrix: Any) -> tuple[int, int]:
    """Return the shape of a matrix, sparse or dense, as the file says."""
    shape: Any = getattr(matrix, "shape", None) or matrix.attrs.get(
        "shape", matrix.attrs.get("h5sparse_shape", (0, 0))
    )
    n_rows, n_columns = (*map(int, shape), 1, 1)[:2]
    return n_rows, n_columns


def _data_in(item: Any) -> list[Any]:
    """Return the data sets of a group, or the one that an item is."""
    if hasattr(item, "nbytes"):
        return [item]
    found: list[Any] = []
    item.visititems(lambda name, inner: found.append(inner) if hasattr(inner, "nbytes") else None)
    return found


def _names_of(layers: list[str]) -> str:
    return f"the layers {', '.join(map(repr, layers))}" if layers else "no layers"


class H5adFormat(AnnDataFormat):
    """AnnData's own files; needs anndata and h5py."""

    suffixes = (".h5ad",)
    requires = (
        "anndata",
        "h5py",
    )

    def open(self, path: Path, options: ReadOptions) -> H5adSource:
        """Read the annotations of a file."""
        return H5adSource(path, options.layer)

    def write(self, path: Path, table: Table, samples_in: str) -> None:
        """Write AnnData; ``uns["label"]`` and ``uns["group"]`` name the columns of ``obs``."""
        anndata = require("anndata", "writing an .h5ad file")
        pd = require("pandas", "write_expression")
        adata = anndata.AnnData(
            table.values.to_numpy(), obs=table.annotations, var=pd.DataFrame(index=table.values.columns)
        )
        adata.uns.update(table.roles)
        self.write_anndata(path, adata)

    def read_anndata(self, path: Path) -> Any:
        """Return the file as an AnnData in memory."""
        with require("h5py", "reading an .h5ad file").File(path, "r") as file:
            _check_whole(file, path)
            _check_size(file, path, [], list(file))
        return require("anndata", "reading an .h5ad file").read_h5ad(path)

    def write_anndata(self, path: Path, adata: Any) -> None:
        """Write an AnnData, compressed, as its method ``write_h5ad`` does."""
        h5py = require("h5py", "writing an .h5ad file")
        io = require("anndata", "writing an .h5ad file").io
        adata.strings_to_categoricals()
        if adata.raw is not None:
            adata.strings_to_categoricals(adata.raw.var)
        with open(path, "w+b", buffering=0) as below:
            sink = _Sink(below)
            try:
                with h5py.File(sink, "w") as file:
                    io.write_elem(file, "/", adata, dataset_kwargs={"compression": "gzip"})
            finally:
                if sink.error is not None:
                    raise sink.error


class _Sink:
    """A file that HDF5 writes to, and that keeps the error of a full disk to itself.

    HDF5 ends the process if it cannot write what it has in memory when a file is closed. So what does not fit goes
    nowhere, and the caller raises the error when HDF5 is done.
    """

    def __init__(self, file: Any) -> None:
        self.error: OSError | None = None
        self.read, self.readinto, self.seek, self.tell = file.read, file.readinto, file.seek, file.tell
        self._file = file

    def write(self, data: Any) -> int:
        rest = memoryview(data)
        while self.error is None and len(rest):
            try:
                rest = rest[self._file.write(rest) :]  # less than all of it before a full disk is an error
            except OSError as error:
                self.error = error
        return len(data)

    def truncate(self, size: int) -> int:
        try:
            self._file.truncate(size)
        except OSError as error:
            self.error = self.error or error
        return size

    def flush(self) -> None:
        """Do nothing: the file has no buffer."""
