"""What a file format must do: `Format` opens a file as a `Source`, and writes one."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar, NamedTuple

import numpy as np

from ._cells import few
from ._orient import Orientation, find_samples
from ._textfile import COMPRESSIONS


class AbsentColumnError(ValueError):
    """Columns to drop that the file does not have; `names` lists them."""

    names: list[str]


class NotNumbersError(ValueError):
    """Rows or columns that are taken for genes and do not hold numbers."""


class ReadOptions(NamedTuple):
    """What the caller of `read_expression` said about a file.

    Parameters
    ----------
    samples_in : {"auto", "rows", "columns"}
        Where the samples are.
    names : collection of str
        Columns (or rows) that are not genes: label, group, the mark of synthetic samples, and those to drop.
    drop : collection of str
        Those of `names` that are not read at all.
    sample_ids : collection of str
        Identifiers known to be samples, from a second file.
    layer : str or None
        Layer of an AnnData.
    elsewhere : collection of str
        Columns of a second file, from which labels and groups are taken first.
    """

    samples_in: str = "auto"
    names: Collection[str] = ()
    drop: Collection[str] = ()
    sample_ids: Collection[str] = ()
    layer: str | None = None
    elsewhere: Collection[str] = ()

    def columns_of(self, header: Sequence[str]) -> list[str]:
        """Return the `names` that may name the first column of a header: no second column or file has them."""
        return [name for name in self.names if name not in self.elsewhere and header.count(name) < 2]

    def orient(
        self, path: Path, columns: Sequence[str], rows: Sequence[str] | None, corner: str
    ) -> Orientation:
        """Decide where the samples of a table are: where the caller says, or where `find_samples` sees them."""
        if self.samples_in == "auto":
            return find_samples(columns, rows, corner, self.names, self.sample_ids)
        if self.samples_in == "columns" and rows is None:
            raise ValueError(
                f"samples_in='columns' needs gene names in the first column, and {path.name} has none there."
            )
        return Orientation(self.samples_in, "as asked for")

    def check_drop(self, path: Path, columns: Sequence[str], rows: Sequence[str] = ()) -> None:
        """Refuse names to drop that the file does not have."""
        absent = [name for name in self.drop if name not in columns and name not in rows]
        if absent:
            error = AbsentColumnError(f"drop names {absent!r}, which {path.name} does not have.")
            error.names = absent
            raise error

    def check_repeats(self, path: Path, columns: Sequence[str]) -> None:
        """Refuse a label, group or mark that is the name of several columns."""
        for name in self.names:
            if name not in self.drop and name not in self.elsewhere and columns.count(name) > 1:
                raise ValueError(
                    f"{path.name} has {columns.count(name)} columns {name!r}; rename the others."
                )


class Table(NamedTuple):
    """What is written: values, the labels and groups beside them, and which of these is which.

    Parameters
    ----------
    values : DataFrame of shape (n_samples, n_genes)
        Numbers; the names of samples and genes are strings.
    annotations : DataFrame of shape (n_samples, n_annotations)
        Labels, groups and the mark of synthetic samples, as far as there are any.
    roles : dict
        The column of `annotations` that is the ``"label"``, and the one that is the ``"group"``.
    """

    values: Any
    annotations: Any
    roles: dict[str, str]


class Source(ABC):
    """An expression table whose names have been read and whose values have not.

    Subclasses set the attributes in their constructor and implement `annotation` and `blocks`.

    Attributes
    ----------
    path : Path
        The file.
    orientation : Orientation
        Where the samples are, and how that is known.
    samples : sequence of length n_samples
        Names of the samples, or their numbers if they have no names.
    genes : list of str of length n_genes
        Names of the genes, which may repeat.
    annotations : list of str
        Names that `annotation` accepts; an error message lists them in this order.
    notes : list of str
        What the reader should know about the file.
    left_out : list of str
        Names of columns that are neither samples nor rows' names, and are not read.
    defaults : mapping
        The ``"label"`` and the ``"group"`` to take if the caller names none, where the file says which they are.
    """

    path: Path
    orientation: Orientation
    samples: Sequence[Any]
    genes: list[str]
    annotations: list[str]
    notes: Sequence[str] = ()
    left_out: Sequence[str] = ()
    defaults: Mapping[str, str] = MappingProxyType({})

    @abstractmethod
    def annotation(self, name: str) -> Any:
        """Return a column that is not a gene.

        Parameters
        ----------
        name : str
            One of `annotations`.

        Returns
        -------
        column : Series of shape (n_samples,)
            In the order of `samples`; missing where the cell is empty.
        """

    def covariate(self, name: str) -> Any:
        """Return a column likewise, of numbers if all of its cells can be read as such; names differ as text does."""
        return self.annotation(name)

    @abstractmethod
    def blocks(self, keep: np.ndarray, dtype: np.dtype) -> Iterator[tuple[slice, slice, np.ndarray]]:
        """Read the values piece by piece, so that there is never a second copy of all of them.

        Parameters
        ----------
        keep : ndarray of bool of shape (n_samples,)
            The samples to read.
        dtype : dtype
            Of the values.

        Yields
        ------
        rows : slice
            Positions among the samples that are kept.
        genes : slice
            Positions among `genes`.
        values : ndarray of shape (n_rows, n_genes) of the block
            Missing values are NaN.
        """


class Format(ABC):
    """A file format: how its files are called, read and written.

    A new format is a subclass and an entry in `FORMATS`.

    Attributes
    ----------
    suffixes : tuple of str
        Ends of file names, in lower case.
    compressed : bool
        Whether an end of `COMPRESSIONS` may follow the suffix.
    samples_in : {"rows", "columns"} or None
        Where the format has its samples; None leaves it to the caller.
    requires : tuple of str
        Packages without which it cannot be written, besides pandas.
    """

    suffixes: ClassVar[tuple[str, ...]]
    requires: ClassVar[tuple[str, ...]] = ()
    compressed: ClassVar[bool] = False
    samples_in: ClassVar[str | None] = None

    @abstractmethod
    def open(self, path: Path, options: ReadOptions) -> Source:
        """Read the names of a file; raise ValueError if it is damaged or contradicts the options."""

    @abstractmethod
    def write(self, path: Path, table: Table, samples_in: str) -> None:
        """Write a file that `open` reads back; `samples_in` is "auto" or what `check_samples_in` accepts."""

    def suffix(self, path: Path) -> str:
        """Return the suffix of a file's name in lower case, without that of a compression that this format allows."""
        name = Path(path.name.lower())
        return Path(name.stem if self.compressed and name.suffix in COMPRESSIONS else name).suffix

    def matches(self, path: Path) -> bool:
        """Tell whether a file is of this format, by its name."""
        return self.suffix(path) in self.suffixes

    def check_samples_in(self, path: Path, samples_in: str) -> None:
        """Refuse an orientation that is unknown, or that files of this format cannot have."""
        if samples_in not in ("auto", "rows", "columns"):
            raise ValueError(f"samples_in must be 'auto', 'rows' or 'columns', got {samples_in!r}.")
        if self.samples_in is not None and samples_in not in ("auto", self.samples_in):
            raise ValueError(
                f"samples_in={samples_in!r} does not suit {path.name}: its format always has the samples in "
                f"{self.samples_in}."
            )

    def check_options(self, path: Path, options: ReadOptions) -> None:
        """Refuse options that files of this format have no use for."""
        self.check_samples_in(path, options.samples_in)
        if options.layer is not None:
            raise ValueError(f"layer={options.layer!r} is for AnnData files (.h5ad), not for {path.name}.")


class AnnDataFormat(Format):
    """A format that holds a whole AnnData: it has layers, and annotations apart from the genes."""

    samples_in = "rows"

    @abstractmethod
    def read_anndata(self, path: Path) -> Any:
        """Return the file as an AnnData in memory."""

    @abstractmethod
    def write_anndata(self, path: Path, adata: Any) -> None:
        """Write an AnnData."""

    def check_options(self, path: Path, options: ReadOptions) -> None:
        """Refuse columns to drop."""
        self.check_samples_in(path, options.samples_in)
        if options.drop:
            raise ValueError(
                f"drop={list(options.drop)!r} is for tables whose columns are genes and annotations; "
                f"in {path.name} annotations are never taken for genes. Leave it out."
            )


def not_numbers(
    path: Path, kind: str, names: Collection[Any], example: str = "", advice: str = ""
) -> NotNumbersError:
    """Return the error about rows or columns that are taken for genes."""
    return NotNumbersError(
        f"{path.name}: the {kind} {few(names)} do not hold numbers{example}. Name them as label=, group= or in "
        f"drop=[...]{advice}."
    )
