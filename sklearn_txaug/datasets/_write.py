"""Write expression tables."""

import gzip
from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import IO, Any

import numpy as np
from scipy import sparse

from ..utils.optional import require
from ._formats import MARK, check_samples_in, table_suffix


def write_expression(
    path: str | PathLike[str],
    X: Any,
    y: Any = None,
    *,
    groups: Any = None,
    is_synthetic: Any = None,
    samples_in: str = "auto",
    feature_names: Sequence[str] | None = None,
    sample_names: Sequence[str] | None = None,
) -> None:
    """Write an expression table that :func:`read_expression` reads back without loss.

    Parameters
    ----------
    path : str or path
        The file, replaced if it exists. Its suffix gives the format: .h5ad (needs the extra ``anndata``),
        .csv, .tsv, .txt or .gct, each of these four also with .gz, or .parquet (needs pyarrow). GCT is
        written in version 1.3 if there are labels or groups, else 1.2.
    X : DataFrame, ndarray or sparse matrix of shape (n_samples, n_genes)
        Expression. A sparse matrix is written dense.
    y : array-like of shape (n_samples,), default=None
        Labels, in the order of the rows of `X`. They go into a column (or, with samples in columns, a row)
        named as the Series, or ``"label"``.
    groups : array-like of shape (n_samples,), default=None
        Groups, likewise; ``"group"``.
    is_synthetic : array-like of bool of shape (n_samples,), default=None
        Mask of the synthetic rows, likewise; ``"is_synthetic"``.
    samples_in : {"auto", "rows", "columns"}, default="auto"
        Where to put the samples. ``"auto"`` is in rows, except for GCT, whose samples are always in columns.
    feature_names : sequence of str of length n_genes, default=None
        Names of the genes; None takes the columns of a DataFrame, or ``gene_0`` and so on.
    sample_names : sequence of str of length n_samples, default=None
        Names of the samples; None takes the index of a DataFrame, or ``sample_0`` and so on.

    Raises
    ------
    ImportError
        If pandas, anndata or pyarrow is needed and not installed.
    ValueError
        If the format is unknown, lengths differ, `y` or `groups` is a Series with the rows of `X` in another
        order, a label's name is also a gene's, or a name holds a line break.

    See Also
    --------
    read_expression : Read the file back: ``read_expression(path, label="label")``.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from sklearn_txaug.datasets import read_expression, write_expression
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "table.csv"
    ...     write_expression(path, [[0.1, 2.0], [3.0, 4.5]], ["a", "b"], feature_names=["TP53", "MYC"])
    ...     print(path.read_text().replace("\\r", "").strip())
    sample,label,TP53,MYC
    sample_0,a,0.1,2.0
    sample_1,b,3.0,4.5
    """
    path = Path(path)
    suffix = table_suffix(path)
    check_samples_in(samples_in, path)
    frame = _frame(X, feature_names, sample_names)
    annotations, uns = _annotations(frame, y, groups, is_synthetic)
    if suffix == ".h5ad":
        _write_h5ad(path, frame, annotations, uns)
    elif suffix == ".gct":
        _write_gct(path, frame, annotations)
    elif suffix == ".parquet":
        _write_parquet(path, frame, annotations, samples_in)
    else:
        _write_text(path, frame, annotations, samples_in, "," if suffix == ".csv" else "\t")


def _frame(X: Any, feature_names: Any, sample_names: Any) -> Any:
    """X as a DataFrame of numbers whose names are strings."""
    pd = require("pandas", "write_expression")
    X = sparse.csr_matrix(X).toarray() if sparse.issparse(X) else X
    frame = X.copy(deep=False) if isinstance(X, pd.DataFrame) else pd.DataFrame(np.asarray(X))
    if not all(dtype.kind in "iuf" for dtype in frame.dtypes):
        wrong = [name for name, dtype in frame.dtypes.items() if dtype.kind not in "iuf"]
        raise ValueError(f"X must hold numbers; its columns {wrong[:10]!r} do not.")
    given = isinstance(X, pd.DataFrame)
    frame.columns = _names(
        "feature_names", feature_names, frame.columns if given else None, frame.shape[1], "gene"
    )
    frame.index = _names("sample_names", sample_names, frame.index if given else None, len(frame), "sample")
    return frame


def _names(argument: str, names: Any, default: Any, n: int, prefix: str) -> Any:
    pd = require("pandas", "write_expression")
    if names is None:
        names = [f"{prefix}_{i}" for i in range(n)] if default is None else default
    names = [str(name) for name in names]
    if len(names) != n:
        raise ValueError(f"{argument} must have {n} names, got {len(names)}.")
    if any("\n" in name or "\r" in name for name in names):
        raise ValueError(f"{argument} must not hold line breaks.")
    return pd.Index(names, dtype=object)


def _annotations(frame: Any, y: Any, groups: Any, is_synthetic: Any) -> tuple[Any, dict[str, str]]:
    """Labels and groups as a DataFrame, and which column is which."""
    pd = require("pandas", "write_expression")
    columns, uns = {}, {}
    given = (("y", "label", y), ("groups", "group", groups), (MARK, MARK, is_synthetic))
    for argument, default, values in given:
        if values is None:
            continue
        name = str(default if getattr(values, "name", None) is None else values.name)
        _check_order(argument, values, frame.index)
        values = np.asarray(values)
        if values.shape != (len(frame),):
            raise ValueError(
                f"{argument} must have shape ({len(frame)},), one value a sample; got {values.shape}."
            )
        if name in frame.columns or name in columns:
            raise ValueError(f"{argument} is called {name!r}, and so is a gene or y; rename the Series.")
        if values.dtype.kind in "OU":
            values = _names(argument, np.where(pd.isna(values), "", values), None, len(frame), "")
        columns[name], uns[default] = values, name
    uns.pop(MARK, None)
    return pd.DataFrame(columns, index=frame.index), uns


def _check_order(argument: str, values: Any, index: Any) -> None:
    """Refuse a Series that holds the samples of X in another order."""
    if not hasattr(values, "index") or callable(values.index):
        return
    names = list(map(str, values.index))
    if names != index.tolist() and sorted(names) == sorted(index):
        raise ValueError(f"{argument} has the samples of X in another order; pass {argument}.loc[X.index].")


def _write_text(path: Path, frame: Any, annotations: Any, samples_in: str, separator: str) -> None:
    """Annotations are the first columns, or the first rows."""
    pd = require("pandas", "write_expression")
    with _open(path) as file:
        if samples_in == "columns":
            annotations.T.to_csv(file, sep=separator, index_label="gene")
            frame.T.to_csv(file, sep=separator, header=False, na_rep="NA")
        else:
            table = pd.concat([annotations, frame], axis=1)
            table.to_csv(file, sep=separator, index_label="sample", na_rep="NA")


def _write_gct(path: Path, frame: Any, annotations: Any) -> None:
    (n_samples, n_genes), n_annotations = frame.shape, annotations.shape[1]
    table = frame.T
    with _open(path) as file:
        if n_annotations:
            file.write(f"#1.3\n{n_genes}\t{n_samples}\t0\t{n_annotations}\n")
            annotations.T.to_csv(file, sep="\t", index_label="id")
            table.to_csv(file, sep="\t", header=False, na_rep="NA")
        else:
            file.write(f"#1.2\n{n_genes}\t{n_samples}\n")
            table.insert(0, "Description", "na", allow_duplicates=True)
            table.to_csv(file, sep="\t", index_label="Name", na_rep="NA")


def _write_parquet(path: Path, frame: Any, annotations: Any, samples_in: str) -> None:
    """With samples in columns there is no room for annotations."""
    require("pyarrow", "write_expression of a .parquet file")
    pd = require("pandas", "write_expression")
    if samples_in != "columns":
        pd.concat([annotations, frame], axis=1).rename_axis("sample").to_parquet(path, engine="pyarrow")
    elif annotations.shape[1]:
        raise ValueError(
            "y and groups cannot go into a .parquet file with samples_in='columns', whose columns hold "
            "numbers; use samples_in='rows' or a text format."
        )
    else:
        frame.T.rename_axis("gene").to_parquet(path, engine="pyarrow")


def _write_h5ad(path: Path, frame: Any, annotations: Any, uns: dict[str, str]) -> None:
    """Write AnnData; ``uns["label"]`` and ``uns["group"]`` name the columns of ``obs``."""
    anndata = require("anndata", "write_expression of an .h5ad file")
    pd = require("pandas", "write_expression")
    data = anndata.AnnData(frame.to_numpy(), obs=annotations, var=pd.DataFrame(index=frame.columns))
    data.uns.update(uns)
    data.write_h5ad(path, compression="gzip")


def _open(path: Path) -> IO[str]:
    if path.suffix.lower() == ".gz":
        return gzip.open(path, "wt", compresslevel=5, encoding="utf-8", newline="\n")
    return open(path, "w", encoding="utf-8", newline="\n")
