"""Assemble the result from a cached matrix and a table of samples."""

import csv
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.utils import Bunch

from ..utils.docs import with_texts
from ..utils.optional import require
from ..utils.warnings import warn
from ._cells import MISSING, few
from ._fetch_download import DamagedFileError, is_gzipped
from ._fetch_genes import Genes, feature_names, gene_symbols
from ._fetch_matrix import Matrix

documented = with_texts(
    {
        "returned": """verbose : bool, default=True
        Show progress bars.
    return_X_y : bool, default=False
        Return ``(data, target)`` instead of a Bunch.
    as_frame : bool, default=False
        Return the data as a DataFrame, the target and groups as Series.""",
        "described": """notes : list of str
            What was dropped and why.
        DESCR : str
            Source, licence, citation and notes.
        filename : str
            Folder of the downloads and caches.

    (data, target) : tuple, if ``return_X_y`` is True
        The two arrays, or DataFrame and Series.""",
        "not_fetched": """ImportError
        If pooch or pandas is not installed (extra ``datasets``).
    OSError
        If a file cannot be downloaded; the message names the address and what to do. The next call
        resumes an interrupted transfer.""",
        "damaged": """a file is damaged, or
        is not the one whose checksum was recorded at the first download.""",
        "reading": """\
    The text is read line by line and only the genes asked for are kept, as float32, for all samples; later calls
    read that cache. Download once before you start processes that fetch at the same time.""",
    }
)


def read_annotations(path: Path, columns: Mapping[str, str]) -> Any:
    """Read columns of a tab-separated file as strings, under other names.

    Parameters
    ----------
    path : Path
        The file, in UTF-8 or else Latin-1, gzipped or not regardless of its name.
    columns : mapping
        New name of each column to read.

    Returns
    -------
    table : DataFrame
        Cells that stand for an unknown value are missing.
    """
    pd = require("pandas", "reading annotations")

    def read(encoding: str) -> Any:
        return pd.read_csv(
            path,
            sep="\t",
            dtype=str,
            usecols=list(columns),
            quoting=csv.QUOTE_NONE,
            keep_default_na=False,
            na_values=list(MISSING),
            encoding=encoding,
            compression="gzip" if is_gzipped(path) else None,
        )

    try:
        try:
            table = read("utf-8-sig")
        except UnicodeDecodeError:
            table = read("latin-1")
    except ValueError as error:
        raise DamagedFileError(
            f"{path.name} is not a table with the columns {', '.join(columns)}: {error}."
        ) from error
    return table.rename(columns=columns)[list(columns.values())]


def make_result(
    matrix: Matrix,
    genes: Genes,
    samples: Any,
    *,
    label: str,
    group: str,
    drop_missing: bool,
    notes: list[str],
    description: str,
    folder: Path,
    as_frame: bool,
    return_X_y: bool,
) -> Any:
    """Combine the samples with their genes.

    Parameters
    ----------
    matrix : Matrix
        The values.
    genes : Genes
        The genes, and their order.
    samples : DataFrame
        One row for each sample to return, named by it, with its position in the matrix in ``position``; the other
        columns are the covariates.
    label, group : str
        The covariates that are the label and the group.
    drop_missing : bool
        Whether to drop genes that lack a value.
    notes : list of str
        What has been dropped so far.
    description : str
        Name of the file with the description.
    folder : Path
        Where the data are.
    as_frame, return_X_y : bool
        As in scikit-learn.

    Returns
    -------
    result : Bunch or tuple
    """
    if samples.empty:
        raise ValueError(f"no sample is left: {'; '.join(notes)}.")
    rows, covariates = samples["position"].to_numpy(), samples.drop(columns="position")
    columns = _columns(matrix, genes, rows, drop_missing, notes)
    X = matrix.take(columns, rows)
    names = feature_names(matrix.ids[columns])
    data = X
    target = covariates[label]
    groups = covariates[group]
    if as_frame:
        data = _frame(X, covariates.index, names.tolist())
    else:
        target, groups = _array(target), _array(groups)
    if return_X_y:
        return data, target
    notes.insert(0, f"{X.shape[0]} samples x {X.shape[1]} genes, {covariates[group].nunique()} of {group}")
    return Bunch(
        data=data,
        target=target,
        groups=groups,
        covariates=covariates,
        feature_names=names,
        gene_symbols=gene_symbols(names, matrix.symbols[columns]),
        target_names=np.unique(_array(covariates[label])),
        sample_names=_array(covariates.index),
        notes=notes,
        DESCR=_describe(description, notes),
        filename=str(folder),
    )


def _describe(description: str, notes: list[str]) -> str:
    text = (resources.files(__package__) / "data" / description).read_text(encoding="utf-8")
    return "\n".join([text, "This selection", "--------------", "", *(f"* {note}" for note in notes), ""])


def _columns(
    matrix: Matrix, genes: Genes, rows: np.ndarray, drop_missing: bool, notes: list[str]
) -> np.ndarray:
    """Return the positions of the genes; note, or warn, which are missing or lack values."""
    columns, absent = genes.order(matrix.ids.tolist(), matrix.symbols.tolist())
    if not len(columns):
        raise ValueError(f"genes: none of them is in the data, whose genes are named like {matrix.ids[0]}.")
    alerts: list[str] = []
    if absent:
        text = f"{len(absent)} of the requested genes are not in the data: {few(absent)}"
        (notes if genes.key == "landmarks" else alerts).append(text)  # a few landmarks are always missing
    if drop_missing:
        lacking = matrix.has_missing(columns, rows)
        if lacking.any():
            names = feature_names(matrix.ids[columns[lacking]]).tolist()
            alerts.append(f"{len(names)} genes lack values and were dropped: {few(names)}")
            columns = columns[~lacking]
        if not len(columns):
            raise ValueError("all genes lack values in some sample; missing='keep' returns them with NaN.")
    for alert in alerts:
        warn(alert)
    notes += alerts
    return columns


def _array(values: Any) -> np.ndarray:
    """Return a column as an array, of str rather than object."""
    array = values.to_numpy()
    return array.astype(str) if array.dtype == object else array


def _frame(X: np.ndarray, index: Any, names: list[str]) -> Any:
    pd = require("pandas", "as_frame=True")
    return pd.DataFrame(X, index=index, columns=names, copy=False)
