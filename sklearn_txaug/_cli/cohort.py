"""Real and synthetic rows from files, as the shared options say."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from .options import changed, names

MANY_LANDMARKS = 300  # of 978: with fewer, all genes say more


def read_cohort(path: Path | None, arguments: argparse.Namespace, *, as_written: bool = False) -> Any:
    """Read real rows with their labels.

    Parameters
    ----------
    path : path or None
        The file; None is the embedded tissue expression data.
    arguments : Namespace
        Of a parser with `cohort_options`.
    as_written : bool, default=False
        Leave the rows in the units of the file, whatever ``--transform`` says.

    Returns
    -------
    table : Bunch
        That of `read_expression`, with the attribute `name` besides.

    Raises
    ------
    ValueError
        If there are no labels, or rows that are marked as synthetic.
    """
    if path is None:
        return _embedded_cohort()
    table = _read(path, arguments, arguments.group)
    if table.n_synthetic:
        raise ValueError(
            f"{path.name} has {table.n_synthetic} synthetic rows (is_synthetic), where only real rows may be"
        )
    if not as_written:
        _transform(table, arguments)
    return table


def read_synthetic(path: Path, arguments: argparse.Namespace, real: Any) -> Any:
    """Read synthetic rows: those that are marked if the file marks any, else all.

    They bring their labels in their own file, in the column of the real ones, and are of no group: a column of
    that name is ignored. Labels that are written as those of the real rows are the same: 0 and ``"0"``.
    """
    own = changed(arguments, label=real.target.name, labels_file=None)
    may_lack = [] if real.groups is None else [real.groups.name]
    if not is_anndata(arguments.real):  # whose columns augment has left out of its output
        own.drop, may_lack = [], [*may_lack, *arguments.drop]
    table = _read(path, own, None, may_lack)
    if table.is_synthetic is not None:
        if not table.is_synthetic.any():
            raise ValueError(f"{path.name} has no synthetic rows: is_synthetic is false in all of them")
        table.data, table.target = table.data[table.is_synthetic], table.target[table.is_synthetic]
    table.target = like_labels(table.target, real.target)
    _transform(table, own)
    return table


def like_labels(labels: Any, real: Any) -> Any:
    """Return labels as those of the real rows that are written alike, whatever their type; others as they are."""
    from ..utils.containers import identifiers

    known = dict(zip(identifiers(real.unique()), real.unique(), strict=True))
    own = labels.unique()
    same = {label: known.get(name, label) for label, name in zip(own, identifiers(own), strict=True)}
    return labels.map(same).infer_objects()


def column_names(table: Any) -> dict[str, str | None]:
    """Return the columns that labels and groups came from; None for the embedded data and for no groups."""
    return {"label": getattr(table.target, "name", None), "group": getattr(table.groups, "name", None)}


def check_options(arguments: argparse.Namespace, paths: Iterable[Path | None]) -> None:
    """Refuse ``--layer`` if no file has layers, ``--drop`` if none is a table, and all that there is no file for."""
    with_layers = [is_anndata(path) for path in paths if path is not None]
    if arguments.layer is not None and not any(with_layers):
        raise ValueError("--layer: layers are in h5ad files, and none was given")
    if arguments.drop and all(with_layers):
        raise ValueError(
            "--drop: columns can be left out of tables, and none was given; an h5ad needs no --drop"
        )
    if with_layers:
        return
    for option in ("--label", "--group", "--labels-file", "--samples-in", "--transform"):
        if getattr(arguments, option.strip("-").replace("-", "_")) not in (None, "auto", "none"):
            raise ValueError(
                f"{option}: there is no file to read with it; the embedded data have their own labels, and are on a "
                "log scale"
            )


def choose_genes(table: Any, genes: int | str | None) -> Any:
    """Return rows x genes: "landmarks", "auto" for the landmark genes if there are many, else all.

    A data frame, unless the table has none.
    """
    from ..datasets import match_landmarks

    X = table.data
    if genes not in ("landmarks", "auto"):
        return X
    mask = match_landmarks(table.feature_names).mask
    if genes == "landmarks" and not mask.any():
        raise ValueError(f"--genes landmarks: {table.name} has none of the L1000 landmark genes")
    if genes == "landmarks" or mask.sum() >= MANY_LANDMARKS:
        return X.loc[:, mask] if hasattr(X, "loc") else X[:, mask]
    print(f"{table.name}: only {mask.sum()} landmark genes, so all genes are used")
    return X


def keep_genes(tables: Iterable[Any], arguments: argparse.Namespace) -> None:
    """Keep the genes that ``--genes`` names, which the first of the tables decides, in all of them."""
    if arguments.genes is None:
        return
    first, *others = tables
    genes = _wanted_genes(first, arguments)
    for table in (first, *others):
        absent = [gene for gene in genes if gene not in table.data.columns]
        if absent:
            raise ValueError(
                f"--genes {arguments.genes}: {table.name} lacks {len(absent)} of the {len(genes)} genes, such as "
                f"{absent[0]!r}"
            )
        table.data, table.feature_names = table.data[genes], genes


def _wanted_genes(table: Any, arguments: argparse.Namespace) -> list[str]:
    """Return the landmark genes of a table, or those most variable on the log scale, in their order."""
    import numpy as np

    from ..utils.scales import to_log

    if arguments.genes == "landmarks":
        return choose_genes(table, "landmarks").columns.tolist()
    values = table.data.to_numpy()
    if arguments.transform != "none" and not getattr(table, "is_log", False):
        values = to_log(values, arguments.transform)
    order = np.argsort(-values.var(axis=0), kind="stable")[: arguments.genes]
    return table.data.columns[np.sort(order)].tolist()


def _read(path: Path, arguments: argparse.Namespace, group: str | None, may_lack: Iterable[str] = ()) -> Any:
    """Read a file; ``--layer`` goes to AnnData files, ``--drop`` and columns that it `may_lack` to tables."""
    from ..datasets import read_expression

    options = {
        "label": arguments.label,
        "group": group,
        "labels_file": arguments.labels_file,
        "covariates": getattr(arguments, "covariates", ()),
    }
    if is_anndata(path):
        table = read_expression(path, **options, layer=arguments.layer)
    else:
        options["samples_in"] = arguments.samples_in
        table = _read_table(path, arguments.drop, may_lack, options)
    if table.target is None:
        raise ValueError(f"--label is needed: the column with the class labels of {path.name}")
    table.name = path.name.split(".")[0]
    return table


def _read_table(path: Path, drop: list[str], may_lack: Iterable[str], options: dict[str, Any]) -> Any:
    """Read a table without some columns: a name that it does not have is a list of names, divided by commas."""
    from ..datasets import read_expression
    from ..datasets._base import AbsentColumnError

    optional = set(may_lack)
    unwanted = [*drop, *optional]
    while True:
        try:
            return read_expression(path, drop=unwanted, **options)
        except AbsentColumnError as error:
            lists = {name: names(name) for name in error.names if len(names(name)) > 1}
            optional |= {part for name in lists if name in optional for part in lists[name]}
            needless = optional.intersection(error.names) - lists.keys()
            if not lists and not needless:
                raise
            unwanted = [part for name in unwanted if name not in needless for part in lists.get(name, [name])]


def is_anndata(path: Path) -> bool:
    """Tell whether a file, by its name, holds an AnnData."""
    from ..datasets._base import AnnDataFormat
    from ..datasets._formats import find_format

    return isinstance(find_format(path), AnnDataFormat)


def _transform(table: Any, arguments: argparse.Namespace) -> None:
    """Bring the rows of a table to the scale that ``--transform`` names."""
    from ..utils.scales import to_log

    if arguments.transform != "none":
        values = to_log(table.data.to_numpy(), arguments.transform).astype(table.data.dtypes.iloc[0])
        table.data, table.is_log = type(table.data)(values, table.data.index, table.data.columns), True


def _embedded_cohort() -> Any:
    from ..datasets import load_tissue_expression

    table = load_tissue_expression()
    table.update(name="tissue_expression", groups=None, is_synthetic=None, n_synthetic=0)
    return table
