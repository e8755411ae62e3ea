"""Expression tables in .gct files, versions 1.2 and 1.3: genes in rows, samples in columns."""

import re
from collections.abc import Collection, Sequence
from pathlib import Path

from ._base import Format, ReadOptions, Table
from ._cells import Header, Lines
from ._orient import Orientation
from ._text import TextSource, header_line, write_rows
from ._textfile import create_text

_MISSING = "-666"  # in annotations that cmapPy wrote


class GctSource(TextSource):
    """A GCT table: a version, a line of sizes, then a table of genes, below rows of annotations in version 1.3."""

    def _find_header(self, lines: Lines, path: Path) -> Header:
        version = next(lines, (0, ""))[1].strip()
        sizes = [int(size) for size in re.findall(r"\d+", next(lines, (0, ""))[1])]
        if version == "#1.2" and len(sizes) >= 2:
            self._ignored_columns = 1  # the description of the gene
            self._n_annotation_rows = 0
        elif version == "#1.3" and len(sizes) >= 4:
            self._ignored_columns = sizes[2]
            self._n_annotation_rows = sizes[3]
        else:
            raise ValueError(
                f"{path.name} is not a GCT file of version 1.2 or 1.3: it starts with {version[:40]!r}."
            )
        self._sizes = sizes[:2]
        return Header(next(lines, (0, ""))[1], "\t", lines)

    def _cells(self, name: str) -> list[str]:
        return ["" if cell == _MISSING else cell for cell in super()._cells(name)]

    def _has_row_names(self, corner: str, first_column: Sequence[str], names: Collection[str]) -> bool:
        return True

    def _orient(self, options: ReadOptions) -> Orientation:
        n_genes = len(self._table.first_column) - (self._n_annotation_rows or 0)
        n_samples = len(self._columns) - self._ignored_columns
        if [n_genes, n_samples] != self._sizes:
            raise ValueError(
                f"{self.path.name} declares {self._sizes[0]} genes x {self._sizes[1]} samples and holds "
                f"{n_genes} x {n_samples}; the file may be truncated."
            )
        return Orientation("columns", "the GCT format")


class GctFormat(Format):
    """The format of the Broad Institute's tools; written in version 1.3 if there are annotations, else 1.2."""

    suffixes = (".gct",)
    compressed = True
    samples_in = "columns"

    def open(self, path: Path, options: ReadOptions) -> GctSource:
        """Read the names of a file."""
        return GctSource(path, options)

    def write(self, path: Path, table: Table, samples_in: str) -> None:
        """Annotations are rows above the genes."""
        (n_samples, n_genes), n_annotations = table.values.shape, table.annotations.shape[1]
        genes, names = table.values.T, list(table.values.index)
        with create_text(path) as file:
            if n_annotations:
                file.write(f"#1.3\n{n_genes}\t{n_samples}\t0\t{n_annotations}\n")
                file.write(header_line(["id", *names], "\t"))
                write_rows(file, table.annotations.astype(object).T, None, "\t")
                write_rows(file, genes.iloc[:, :0], genes, "\t")
            else:
                file.write(f"#1.2\n{n_genes}\t{n_samples}\n")
                file.write(header_line(["Name", "Description", *names], "\t"))
                write_rows(file, genes.iloc[:, :0].assign(Description="na"), genes, "\t")
