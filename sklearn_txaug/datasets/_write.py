"""Write expression tables."""

import re
from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse

from ..utils.containers import as_pandas, objects
from ..utils.docs import with_texts
from ..utils.files import replacing
from ..utils.optional import require
from ._annotations import MARK
from ._base import Table
from ._extend import NULLABLE
from ._formats import accepted_suffixes, find_format

_UNWRITABLE = re.compile(r"[\n\r\0\ud800-\udfff]")  # in records of text, in h5ad, or in UTF-8
_WITH_MISSING = {**NULLABLE, "f": "float64"}


@with_texts({"suffixes": accepted_suffixes()})
def write_expression(
    path: str | PathLike[str],
    X: Any,
    y: Any = None,
    *,
    groups: Any = None,
    covariates: Any = None,
    is_synthetic: Any = None,
    samples_in: str = "auto",
    feature_names: Sequence[str] | None = None,
    sample_names: Sequence[str] | None = None,
) -> None:
    """Write an expression table that :func:`read_expression` reads back without loss.

    Parameters
    ----------
    path : str or path
        The file. One that exists is replaced when the new one is complete, and stays if that fails. The suffix gives
        the format: {suffixes}.
        AnnData needs the extra ``anndata``, Parquet needs pyarrow. GCT is written in version 1.3 if there are
        labels or groups, else 1.2.
    X : DataFrame, ndarray or sparse matrix of shape (n_samples, n_genes)
        Expression. A sparse matrix is written dense.
    y : array-like of shape (n_samples,), default=None
        Labels, in the order of the rows of `X`. They go into a column (or, with samples in columns, a row)
        named as the Series, or ``"label"``.
    groups : array-like of shape (n_samples,), default=None
        Groups, likewise; ``"group"``.
    covariates : DataFrame of shape (n_samples, n_covariates), default=None
        Further columns, such as age and sex, likewise.
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
        order, a label's name is also a gene's, or a name holds a line break or a zero byte.

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
    file_format = find_format(path)
    file_format.check_samples_in(path, samples_in)
    frame = _frame(X, feature_names, sample_names)
    table = _with_annotations(frame, y, groups, covariates, is_synthetic)
    with replacing(path) as new:
        file_format.write(new, table, samples_in)


def _frame(X: Any, feature_names: Any, sample_names: Any) -> Any:
    """X as a DataFrame of numbers whose names are strings."""
    pd = require("pandas", "write_expression")
    X = sparse.csr_matrix(X).toarray() if sparse.issparse(X) else as_pandas(X)
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
    if any(_UNWRITABLE.search(name) for name in names):
        raise ValueError(f"{argument} must not hold line breaks, zero bytes or lone surrogates.")
    return pd.Index(names, dtype=object)


def _with_annotations(frame: Any, y: Any, groups: Any, covariates: Any, is_synthetic: Any) -> Table:
    """Put labels, groups and the mark of synthetic samples beside the values."""
    pd = require("pandas", "write_expression")
    columns, roles = {}, {}
    further = [] if covariates is None else [("covariates", None, column) for _, column in covariates.items()]
    given = (("y", "label", y), ("groups", "group", groups), *further, (MARK, MARK, is_synthetic))
    for argument, default, values in given:
        if values is None:
            continue
        named = getattr(values, "name", None) not in (None, "")  # polars calls what has no name ""
        name = str(values.name if named else default)
        _check_order(argument, values, frame.index)
        values = _as_array(values)
        if values.shape != (len(frame),):
            raise ValueError(
                f"{argument} must have shape ({len(frame)},), one value a sample; got {values.shape}."
            )
        if name in frame.columns or name in columns:
            raise ValueError(f"{argument} is called {name!r}, and so is a gene or y; rename the Series.")
        columns[name] = _as_column(argument, values)
        if default is not None:
            roles[default] = name
    roles.pop(MARK, None)
    return Table(frame, pd.DataFrame(columns, index=frame.index), roles)


def _as_array(values: Any) -> np.ndarray:
    """Return values as an array: of pandas' and polars' own types one of objects, where numpy would make floats."""
    own = hasattr(values, "dtype") and not isinstance(values.dtype, np.dtype)
    return objects(list(values)) if own else np.asarray(values)


def _as_column(argument: str, values: np.ndarray) -> Any:
    """Return values of one type: numbers and booleans, nullable if some are missing, else text with ''."""
    pd = require("pandas", "write_expression")
    if values.dtype.kind not in "OUT":
        return values
    missing = pd.isna(values)
    known = pd.Series(values[~missing], np.flatnonzero(~missing), dtype=object).infer_objects()
    if len(known) and known.dtype.kind in _WITH_MISSING:
        return known.astype(_WITH_MISSING[known.dtype.kind]).reindex(range(len(values))).array
    return _names(argument, np.where(missing, "", values), None, len(values), "")


def _check_order(argument: str, values: Any, index: Any) -> None:
    """Refuse a Series that holds the samples of X in another order."""
    if not hasattr(values, "index") or callable(values.index):
        return
    names = list(map(str, values.index))
    if names != index.tolist() and sorted(names) == sorted(index):
        raise ValueError(f"{argument} has the samples of X in another order; pass {argument}.loc[X.index].")
