"""Assemble a matrix of samples x genes block by block, merging genes that share a name."""

from collections.abc import Sequence

import numpy as np

from ..utils.memory import check_table_memory
from ._base import Source
from ._cells import few

MERGES = ("mean", "sum", "first", "error")


class GeneColumns:
    """The columns of the result, one for each different gene name.

    Parameters
    ----------
    names : sequence of str
        Gene names as in the file.
    duplicates : {"mean", "sum", "first", "error"}
        What to do with genes of one name.
    is_gene : ndarray of bool of shape (n_names,)
        Which of them to keep.

    Attributes
    ----------
    names : list of str
        The different names, in order of their first appearance.
    repeated : list of str
        Names that the file has more than once.
    n_missing : int
        Missing or infinite values met so far.
    """

    def __init__(self, names: Sequence[str], duplicates: str, is_gene: np.ndarray) -> None:
        positions: dict[str, int] = {}
        self._is_gene = is_gene
        names = [name for name, kept in zip(names, is_gene, strict=True) if kept]
        self._column = np.array([positions.setdefault(name, len(positions)) for name in names], dtype=int)
        self.names = list(positions)
        self._count = np.bincount(self._column, minlength=len(self.names))
        self._is_first = np.zeros(len(names), dtype=bool)
        self._is_first[np.unique(self._column, return_index=True)[1]] = True
        self.repeated = [name for name, count in zip(self.names, self._count, strict=True) if count > 1]
        self.n_missing = 0
        self._merge = duplicates
        if self.repeated and duplicates == "error":
            raise ValueError(
                f"{len(self.repeated)} gene names occur more than once ({few(self.repeated)}) and "
                f"duplicates='error'; merge them with duplicates='mean', 'sum' or 'first'."
            )

    def read(self, source: Source, keep: np.ndarray, dtype: np.dtype) -> np.ndarray:
        """Read the kept samples of a source into one C-ordered array, the only copy of the values."""
        n_rows, n_columns = int(keep.sum()), len(self.names)
        check_table_memory(source.path.name, dtype.itemsize * n_rows * n_columns, n_rows, n_columns)
        X = np.zeros((n_rows, n_columns), dtype=dtype)
        for rows, genes, block in source.blocks(keep, dtype):
            genes, block = self._without_others(genes, block)
            self.n_missing += int(np.count_nonzero(~np.isfinite(block)))
            self._put(X, rows, genes, block)
        if self._merge == "mean" and self.repeated:
            for column in np.flatnonzero(self._count > 1):
                X[:, column] /= self._count[column]
        return X

    def _without_others(self, genes: slice, block: np.ndarray) -> tuple[slice, np.ndarray]:
        """Leave what is no gene out of a block, and count positions without it."""
        if self._is_gene.all():
            return genes, block
        kept = self._is_gene[genes]
        before = int(self._is_gene[: genes.start or 0].sum())
        return slice(before, before + int(kept.sum())), block[:, kept]

    def _put(self, X: np.ndarray, rows: slice, genes: slice, block: np.ndarray) -> None:
        if not self.repeated:
            X[rows, genes] = block
            return
        column, is_first = self._column[genes], self._is_first[genes]
        X[rows, column[is_first]] = block[:, is_first]
        if self._merge != "first":
            for extra in np.flatnonzero(~is_first):
                X[rows, column[extra]] += block[:, extra]
