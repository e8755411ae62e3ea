"""Genes of a large text matrix: read line by line, cached as float32."""

import gzip
import io
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ..utils.progress import progress_bar
from ._cells import MISSING
from ._fetch_download import DamagedFileError, Store, is_gzipped
from ._fetch_genes import Genes

_MISSING = frozenset(cell.encode() for cell in MISSING)
_GENES = 256  # genes copied at a time

Transform = Callable[[np.ndarray], np.ndarray]


class Gene(NamedTuple):
    """One line of a matrix."""

    id: str
    symbol: str
    values: np.ndarray


class Matrix:
    """The cached genes of a matrix, for all its samples.

    Parameters
    ----------
    folder : Path
        The cache.

    Attributes
    ----------
    samples, ids, symbols : ndarray of str
        Names of the samples; identifiers of the genes, and their symbols if the file has them, else ``""``.
    """

    def __init__(self, folder: Path) -> None:
        with np.load(folder / "names.npz", allow_pickle=False) as names:
            self.samples = names["samples"]
            self.ids = names["ids"]
            self.symbols = names["symbols"]
        shape = (len(self.ids), len(self.samples))
        self._values = np.memmap(folder / "values.f32", dtype="<f4", mode="r", shape=shape)

    def has_missing(self, genes: np.ndarray, samples: np.ndarray) -> np.ndarray:
        """Tell which of the genes (positions) lack a value in any of the samples (positions)."""
        return np.array([np.isnan(self._values[gene][samples]).any() for gene in genes], dtype=bool)

    def take(self, genes: np.ndarray, samples: np.ndarray) -> np.ndarray:
        """Return the samples x genes at the given positions; no second copy is held."""
        X = np.empty((len(samples), len(genes)), dtype=np.float32)
        for start in range(0, len(genes), _GENES):
            part = slice(start, start + _GENES)
            X[:, part] = self._values[genes[part]][:, samples].T
        return X


def get_matrix(
    store: Store, name: str, genes: Genes, transform: Transform, *, gct: bool = False, keep: bool = True
) -> Matrix:
    """Return genes of a file, from the cache if they are there.

    Parameters
    ----------
    store : Store
        Where the file and the cache are.
    name : str
        Key of the file in `URLS`.
    genes : Genes
        The genes to keep.
    transform : callable
        Maps the values in the file (float64) to those that are kept.
    gct : bool
        Whether the file is GCT 1.2; otherwise it has a header and one column of names.
    keep : bool
        Whether to keep the file once the genes have been read.
    """
    for key in (genes.key, "all"):
        if (store.folder / f"{name}-{key}").is_dir():
            return Matrix(store.folder / f"{name}-{key}")
    folder = store.folder / f"{name}-{genes.key}"
    with store.file(name, keep) as path, open_lines(path, store.verbose) as lines:
        samples, n_names = read_header(lines, path.name, gct)
        found = stream_genes(lines, n_names, len(samples), genes, path.name)
        if not _write(folder, samples, found, transform):
            raise ValueError(
                f"genes: none of them is in {path.name}, whose genes are named like {genes.example}."
            )
    return Matrix(folder)


@contextmanager
def open_lines(path: Path, verbose: bool) -> Iterator[Iterator[bytes]]:
    """Open a file, gzipped or not regardless of its name, as lines of bytes, with a progress bar."""
    size = path.stat().st_size
    bar = progress_bar(verbose, total=size, unit="B", unit_scale=True, desc=f"reading {path.name}")
    with open(path, "rb") as raw, bar:
        source: Any = gzip.GzipFile(fileobj=raw) if is_gzipped(path) else raw
        with io.BufferedReader(source, 1 << 20) as lines:
            yield _count(lines, raw, bar)


def _count(lines: Iterable[bytes], raw: Any, bar: Any) -> Iterator[bytes]:
    for line in lines:
        yield line
        bar.update(raw.tell() - bar.n)


def read_header(lines: Iterator[bytes], file: str, gct: bool) -> tuple[list[str], int]:
    """Return the names of the samples, and the number of columns before them."""
    first = next(lines, b"")
    if gct:
        if not first.startswith(b"#1.2"):
            raise DamagedFileError(
                f"{file} is not a GCT file of version 1.2: it starts with {_start(first)}."
            )
        next(lines, b"")
        first = next(lines, b"")
    fields = first.decode("utf-8", "replace").rstrip("\r\n").split("\t")
    n_names = 2 if gct else 1
    if len(fields) <= n_names or fields[0].lower() not in ("name", "sample", "gene_id", "gene", "id"):
        raise DamagedFileError(
            f"{file} is not a table of genes x samples: its header starts with {_start(first)}."
        )
    return fields[n_names:], n_names


def stream_genes(
    lines: Iterable[bytes], n_names: int, n_samples: int, genes: Genes, file: str
) -> Iterator[Gene]:
    """Yield the wanted genes one by one; the values of other lines are not parsed.

    Parameters
    ----------
    lines : iterable of bytes
        The lines after the header.
    n_names : {1, 2}
        Columns before the values: identifier, and perhaps symbol.
    n_samples : int
        Number of values per line.
    genes : Genes
        The genes to keep.
    file : str
        Name of the file, for messages.
    """
    for line in lines:
        *names, values = line.split(b"\t", n_names)
        id, symbol = (*(name.decode("utf-8", "replace").strip() for name in names), "", "")[:2]
        id = genes.renamed.get(id, id)
        if names and genes.wants(id, symbol):
            yield Gene(id, symbol, _parse(values, n_samples, f"{file}: gene {id}"))


def _parse(text: bytes, n_samples: int, where: str) -> np.ndarray:
    cells = text.rstrip(b"\r\n").split(b"\t")
    if len(cells) != n_samples:
        raise DamagedFileError(f"{where} has {len(cells)} values, but {n_samples} are expected.")
    try:
        return np.array(list(map(float, cells)))
    except ValueError:
        cells = [b"nan" if cell.strip() in _MISSING else cell for cell in cells]
    try:
        return np.array(list(map(float, cells)))
    except ValueError as error:
        raise DamagedFileError(f"{where}: {error}.") from error


def _write(folder: Path, samples: list[str], genes: Iterable[Gene], transform: Transform) -> bool:
    """Write the cache to a temporary place and move it when it is complete; False if there are no genes."""
    with tempfile.TemporaryDirectory(dir=folder.parent, ignore_cleanup_errors=True) as temporary:
        new = Path(temporary) / "cache"
        ids = []
        symbols = []
        new.mkdir()
        with open(new / "values.f32", "wb") as file:
            for gene in genes:
                transform(gene.values).astype("<f4").tofile(file)
                ids.append(gene.id)
                symbols.append(gene.symbol)
        if not ids:
            return False
        np.savez_compressed(new / "names.npz", samples=samples, ids=ids, symbols=symbols)
        try:
            os.rename(new, folder)
        except OSError:  # another process was faster
            if not folder.is_dir():
                raise
    return True


def _start(line: bytes) -> str:
    return repr(line[:40].decode("utf-8", "replace"))
