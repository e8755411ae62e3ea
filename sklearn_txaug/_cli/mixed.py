"""Clinical columns and categories beside the genes of a table: read, drawn with them, and written."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any


def check_clinical(arguments: argparse.Namespace, sampler: Any) -> None:
    """Refuse ``--clinical`` and ``--categorical`` where the files, the sampler or other options do not suit it.

    Raises
    ------
    ValueError
        With what does.
    """
    from .cohort import is_anndata
    from .sampler import samplers_with

    if "categorical_features" not in sampler.get_params(deep=False):
        raise ValueError(
            f"--clinical: {type(sampler).__name__} takes no categories; choose from "
            f"{samplers_with('categorical_features')}"
        )
    if is_anndata(arguments.input) or is_anndata(arguments.output):
        raise ValueError("--clinical: columns beside the genes are in tables, csv, tsv, txt or parquet")
    if arguments.transform != "none":
        raise ValueError(
            "--clinical: --transform is for tables of genes alone; bring the genes to a log scale first"
        )
    beside = [*arguments.clinical, *arguments.categorical]
    others = [arguments.label, arguments.group, "is_synthetic", *arguments.drop, *arguments.covariates]
    taken = set(beside).intersection(others) | {name for name in beside if beside.count(name) > 1}
    if taken:
        raise ValueError(f"--clinical: {sorted(taken)} are named twice, or by other options too")


def read_clinical(arguments: argparse.Namespace, table: Any) -> Any:
    """Return the columns beside the genes, for the rows of a table that was read without them.

    A clinical column of numbers is one of numbers; any other, and all that ``--categorical`` names, are categories.
    """
    from ..datasets._alerts import covariate_alerts
    from ..datasets._annotations import get_annotation
    from ..datasets._base import ReadOptions
    from ..datasets._formats import find_format
    from ..utils.optional import require
    from ..utils.warnings import warn

    pd = require("pandas", "augment")
    named = [table.target.name, None if table.groups is None else table.groups.name]
    wanted = [*arguments.clinical, *arguments.categorical]
    names = [name for name in [*named, *wanted, *arguments.drop, "is_synthetic"] if name]
    source = find_format(arguments.input).open(arguments.input, ReadOptions(arguments.samples_in, names))
    columns = {
        name: get_annotation(option, name, source, None)
        for option in ("clinical", "categorical")
        for name in getattr(arguments, option)
    }
    frame = pd.DataFrame({name: column.to_numpy(dtype=object) for name, column in columns.items()})
    for name in arguments.clinical:
        known = frame[name].dropna().infer_objects()
        if pd.api.types.is_numeric_dtype(known) and not pd.api.types.is_bool_dtype(known):
            frame[name] = pd.to_numeric(frame[name])
    for alert in covariate_alerts(frame[arguments.clinical]):
        warn(f"{arguments.input.name}: {alert}")
    frame.index = pd.Index(list(source.samples))
    if frame.index.has_duplicates:
        raise ValueError("--clinical: several rows have one name; give each its own")
    return frame.loc[table.data.index].infer_objects()


def mixed_rows(
    sampler: Any, table: Any, beside: Any, categorical: Sequence[str]
) -> tuple[Any, Any, Any, Any]:
    """Train a sampler on the genes of a table and the columns beside them.

    Returns
    -------
    genes, columns : DataFrame
        Of new rows. Columns whose numbers are whole stay whole.
    labels : ndarray
        Their classes.
    covariates : DataFrame or None
        Their covariates, if the table has any.
    """
    import numpy as np

    from ..over_sampling._wrapper import fit_keywords
    from ..utils.optional import require

    pd = require("pandas", "augment")
    numeric = beside.select_dtypes("number", exclude="bool").columns.difference(categorical, sort=False)
    sampler.set_params(categorical_features=[name for name in beside.columns if name not in set(numeric)])
    genes, real = table.data.columns, pd.concat([table.data, beside], axis=1)
    given = fit_keywords(sampler, table.groups, table.covariates)
    X, y = sampler.fit_resample(real, np.asarray(table.target), **given)
    new = X.iloc[len(real) :].copy()
    numbers = real[[*genes, *numeric]]
    whole = numbers.columns[((numbers % 1 == 0) | numbers.isna()).all()]
    new[whole] = new[whole].round()
    covariates = None if table.covariates is None else sampler.covariates_.set_axis(new.index)
    return new[genes], new[beside.columns], np.asarray(y)[len(real) :], covariates


def write_mixed(
    path: Path,
    genes: Any,
    beside: Any,
    y: Any,
    *,
    groups: Any = None,
    covariates: Any = None,
    is_synthetic: Any = None,
    sample_names: Sequence[str] | None = None,
) -> None:
    """Write a table as `write_expression` does, with the columns `beside` the genes behind the labels."""
    from ..datasets._formats import find_format
    from ..datasets._write import _frame, _with_annotations
    from ..utils.files import replacing
    from ..utils.optional import require

    pd = require("pandas", "augment")
    table = _with_annotations(_frame(genes, None, sample_names), y, groups, covariates, is_synthetic)
    beside = _as_text(beside.set_axis(table.annotations.index))
    if taken := [str(name) for name in beside.columns if name in table.annotations.columns]:
        raise ValueError(
            f"columns {taken} beside the genes are also those of labels, groups, covariates or marks"
        )
    table = table._replace(annotations=pd.concat([table.annotations, beside], axis=1))
    with replacing(path) as new:
        find_format(path).write(new, table, "auto")


def _as_text(columns: Any) -> Any:
    """Return the columns that are not of numbers or booleans as text, empty where it is missing."""
    plain = columns.convert_dtypes()
    text: Sequence[str] = [name for name, dtype in plain.dtypes.items() if dtype in ("string", "object")]
    for name in text:
        plain[name] = plain[name].astype(object).where(plain[name].notna(), "")
    return plain
