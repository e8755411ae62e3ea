"""Read expression tables."""

from collections.abc import Collection
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.utils import Bunch

from ..utils.docs import with_texts
from ..utils.optional import require
from ..utils.warnings import warn
from ._alerts import covariate_alerts, label_alerts, notes_of, table_alerts
from ._annotations import MARK, Sheet, get_annotation, marked
from ._base import ReadOptions, Source
from ._formats import accepted_suffixes, find_format
from ._genes import MERGES, GeneColumns
from ._known import check_genes
from ._textfile import DAMAGED


@with_texts({"suffixes": accepted_suffixes()})
def read_expression(
    path: str | PathLike[str],
    *,
    label: str | None = None,
    group: str | None = None,
    covariates: Collection[str] = (),
    labels_file: str | PathLike[str] | None = None,
    samples_in: str = "auto",
    layer: str | None = None,
    drop: Collection[str] = (),
    duplicates: str = "mean",
    dtype: Any = np.float32,
) -> Bunch:
    """Read an expression table as samples x genes, with labels and groups.

    Parameters
    ----------
    path : str or path
        A file whose name ends in {suffixes}.
        AnnData needs the extra ``anndata``, Parquet needs pyarrow; GCT is of version 1.2 or 1.3. Of text files
        the compression, the encoding, the separator and the decimal mark are found from their content; lines of
        comments, those of a GEO series matrix too, are passed over.
    label : str, default=None
        Column with the class of each sample, in the table or in `labels_file`. If the samples are in columns,
        a row of that name is meant. None reads no labels, except from an .h5ad file whose ``uns["label"]``
        names a column of ``obs``.
    group : str, default=None
        Column with the group (patient, donor) of each sample, found in the same way; ``uns["group"]``.
    covariates : collection of str, default=()
        Columns with what else is known of each sample (age, sex, batch), found in the same way. Their values may be
        missing.
    labels_file : str or path, default=None
        A second table, .csv, .tsv or .txt, with a row for each sample. It is joined by sample, on the column that
        has the most sample names in common with the table. Where no name agrees, ``.`` and ``_`` are read as
        ``-``, since R rewrites barcodes in that way.
    samples_in : {"auto", "rows", "columns"}, default="auto"
        Where the samples are. ``"auto"`` decides, in this order, by where `label` or `group` are, by the
        samples of `labels_file`, by identifiers (Ensembl, Affymetrix, TCGA, GTEx, GEO, ...), by known gene
        symbols, by the name of the first column, by names that could be gene symbols, and finally by the
        shape, with a warning.
    layer : str, default=None
        Layer of an .h5ad file to read instead of ``X``.
    drop : collection of str, default=()
        Columns (or rows) to ignore because they are not genes, such as age or a gene description. One called
        ``is_synthetic`` is never a gene.
    duplicates : {"mean", "sum", "first", "error"}, default="mean"
        What to do with genes that share a name. The mean suits a log scale, the sum suits counts.
    dtype : {numpy.float32, numpy.float64}, default=numpy.float32
        Type of the values. float32 is exact for counts up to 16,777,216.

    Returns
    -------
    expression : :class:`~sklearn.utils.Bunch`
        With the attributes

        data : DataFrame of shape (n_samples, n_genes)
            Expression in the units of the file; index and columns are the names of samples and genes.
        target : Series of shape (n_samples,) or None
            Labels, named as their column. In text files, labels that are all written as integers, floats or
            ``True``/``False`` come as such, others, and those in quotes, as strings. Cells that pandas reads as
            missing (empty, ``NA``, ``None``, ``null``, ...) are missing, unless they are in quotes.
        groups : Series of shape (n_samples,) or None
            Groups, likewise.
        covariates : DataFrame of shape (n_samples, n_covariates) or None
            Covariates, likewise, as `fit` of a sampler takes them; but numbers in whatever way they are written.
        feature_names : list of str
            Names of the genes.
        is_synthetic : ndarray of bool of shape (n_samples,) or None
            Which samples are synthetic, if there is a column ``is_synthetic``, here or in `labels_file`.
        n_synthetic : int
            How many samples of the file are synthetic, those that were left out too.
        target_names : list
            The different labels, sorted; empty without labels.
        samples_in : {"rows", "columns"}
            Where the samples were found to be.
        notes : list of str
            What was decided and changed: orientation, samples left out, genes merged, missing values.
        filename : str
            Path of the file.
        DESCR : str
            The notes and the shape, as text.

    Warns
    -----
    UserWarning
        If the orientation or the encoding is a guess, columns or rows that are neither samples nor genes were left
        out, samples without label or group too, genes were merged, labels differ by blanks or letter case only,
        a covariate is text among which are many numbers, sample names repeat, some samples are synthetic, or values
        are missing or infinite.

    Raises
    ------
    FileNotFoundError
        If the file does not exist.
    ImportError
        If pandas, anndata or pyarrow is needed and not installed.
    TypeError
        If `dtype` is not a floating point type.
    ValueError
        If the file is damaged or of an unknown format; if a column asked for is missing (the message lists
        those that exist); if columns remain that do not hold numbers (the message names them).

    See Also
    --------
    write_expression : Write such a table.

    Notes
    -----
    Values are read in blocks into one array, so that reading takes little more memory than the result, whatever
    the format. Text files are read twice, once for the names and once for the values.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from sklearn_txaug.datasets import make_expression, read_expression, write_expression
    >>> X, y = make_expression(n_samples=6, n_features=20, as_frame=True, random_state=0)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "cohort.tsv.gz"
    ...     write_expression(path, X, y, samples_in="columns")
    ...     cohort = read_expression(path, label="class")
    >>> cohort.data.shape, cohort.target.tolist() == y.tolist()
    ((6, 20), True)
    >>> print(cohort.notes[0])
    samples in columns ('class' is in the first column)
    """
    require("pandas", "read_expression")
    path = Path(path)
    names = _check_options(label, group, covariates, labels_file, drop, duplicates)
    options = ReadOptions(samples_in, names, tuple(drop), layer=layer)
    dtype = _check_dtype(dtype)
    try:
        source, sheet = _open(path, options, labels_file)
        label, group = label or source.defaults.get("label"), group or source.defaults.get("group")
        result, alerts = _assemble(source, label, group, covariates, sheet, duplicates, dtype)
    except DAMAGED as error:
        raise ValueError(f"{path.name} cannot be decompressed, it may be truncated: {error}") from error
    except UnicodeDecodeError as error:
        raise ValueError(f"{path.name} cannot be decoded, it may be truncated: {error}") from error
    for alert in alerts:
        warn(f"{path.name}: {alert}")
    return result


def _open(path: Path, options: ReadOptions, labels_file: Any) -> tuple[Source, Sheet | None]:
    """Read the names of the table, and the second table if there is one."""
    file_format = find_format(path)
    file_format.check_options(path, options)
    if not path.exists():
        raise FileNotFoundError(f"the file {str(path)!r} does not exist.")
    if labels_file is None:
        return file_format.open(path, options), None
    sheet = Sheet(Path(labels_file))
    columns = [name for name in sheet.frame.columns if name not in options.drop]
    return file_format.open(path, options._replace(sample_ids=sheet.identifiers, elsewhere=columns)), sheet


def _assemble(
    source: Source,
    label: str | None,
    group: str | None,
    covariates: Collection[str],
    sheet: Sheet | None,
    duplicates: str,
    dtype: np.dtype,
) -> tuple[Bunch, list[str]]:
    """Read the labels, then the values of the samples that have them; return the Bunch and the warnings."""
    pd = require("pandas", "read_expression")
    wanted = {"label": label, "group": group}
    columns, keep = _labelled(source, sheet, wanted)
    is_gene, doubts = check_genes(source.genes, source.orientation.samples_in)
    genes = GeneColumns(source.genes, duplicates, is_gene)
    X = genes.read(source, keep, dtype)

    samples = [sample for sample, kept in zip(source.samples, keep, strict=True) if kept]
    data = pd.DataFrame(X, index=pd.Index(samples), columns=genes.names, copy=False)
    target, groups = (
        column[keep].infer_objects().set_axis(data.index).rename(wanted[argument])
        if column is not None
        else None
        for argument, column in columns.items()
    )
    further = _covariates(source, sheet, covariates, keep, data.index)
    marks = _marks(source, sheet)
    is_synthetic = marks[keep] if marks is not None else None
    alerts = [*source.notes, *([] if sheet is None else notes_of(sheet)), *doubts]
    alerts += table_alerts(source, keep, genes, duplicates, data.index)
    alerts += [*label_alerts(target), *covariate_alerts(further), *_mixture_alerts(is_synthetic)]
    notes = [f"samples in {source.orientation.samples_in} ({source.orientation.reason})", *alerts]
    return Bunch(
        data=data,
        target=target,
        groups=groups,
        covariates=further,
        is_synthetic=is_synthetic,
        n_synthetic=0 if marks is None else int(marks.sum()),
        feature_names=genes.names,
        target_names=[] if target is None else np.unique(target.to_numpy()).tolist(),
        samples_in=source.orientation.samples_in,
        notes=notes,
        filename=str(source.path),
        DESCR="\n".join([f"{source.path.name}: {X.shape[0]} samples x {X.shape[1]} genes", *notes]),
    ), alerts


def _mixture_alerts(is_synthetic: np.ndarray | None) -> list[str]:
    if is_synthetic is None or is_synthetic.all() or not is_synthetic.any():
        return []
    return [f"{is_synthetic.sum()} of {len(is_synthetic)} samples are synthetic ({MARK!r} says so)."]


def _labelled(
    source: Source, sheet: Sheet | None, wanted: dict[str, str | None]
) -> tuple[dict[str, Any], np.ndarray]:
    """Return the columns asked for, and which samples have a value in all of them."""
    columns = {
        argument: get_annotation(argument, name, source, sheet) if name is not None else None
        for argument, name in wanted.items()
    }
    keep = np.ones(len(source.samples), dtype=bool)
    for column in columns.values():
        if column is not None:
            keep &= column.notna().to_numpy()
    if not keep.any():
        raise ValueError(
            f"{source.path.name} has no sample with a value in {' and '.join(filter(None, wanted.values()))}."
        )
    return columns, keep


def _covariates(
    source: Source, sheet: Sheet | None, names: Collection[str], keep: np.ndarray, samples: Any
) -> Any:
    """Return the columns of the covariates for the samples kept, None without any."""
    pd = require("pandas", "read_expression")
    if not names:
        return None
    columns = {name: get_annotation("covariates", name, source, sheet) for name in names}
    return pd.DataFrame(
        {name: column[keep].infer_objects().set_axis(samples) for name, column in columns.items()},
        index=samples,
    )


def _marks(source: Source, sheet: Sheet | None) -> np.ndarray | None:
    """Tell which samples of the file are synthetic."""
    if MARK in source.annotations:
        return marked(source.annotation(MARK))
    if sheet is not None and MARK in sheet.frame:
        return marked(sheet.annotation(MARK, source.samples))
    return None


def _check_options(
    label: str | None,
    group: str | None,
    covariates: Collection[str],
    labels_file: Any,
    drop: Collection[str],
    duplicates: str,
) -> list[str]:
    """Refuse what is not accepted; return the names of columns that are not genes."""
    if duplicates not in MERGES:
        raise ValueError(f"duplicates must be one of {MERGES}, got {duplicates!r}.")
    for argument, names in {"drop": drop, "covariates": covariates}.items():
        if isinstance(names, str):
            raise TypeError(f"{argument} must be a list of names, got the single string {names!r}.")
    if labels_file is not None and label is None and group is None and not covariates:
        raise ValueError("labels_file needs label= or group=, the column to take from it; got neither.")
    for name, value in {"label": label, "group": group}.items():
        if value is not None and not isinstance(value, str):
            raise TypeError(f"{name} must be the name of a column, a string; got {value!r}.")
    return [name for name in (label, group, *covariates, *drop, MARK) if name is not None]


def _check_dtype(dtype: Any) -> np.dtype:
    if np.dtype(dtype) not in (np.float32, np.float64):
        raise TypeError(f"dtype must be numpy.float32 or numpy.float64, got {dtype!r}.")
    return np.dtype(dtype)
