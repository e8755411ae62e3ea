"""Real and synthetic rows from files, as the shared options say."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import Any

MANY_LANDMARKS = 300  # of 978: with fewer, all genes say more


def read_cohort(path: Path | None, arguments: argparse.Namespace) -> Any:
    """Read real rows with their labels.

    Parameters
    ----------
    path : path or None
        The file; None is the embedded tissue expression data.
    arguments : Namespace
        Of a parser with `cohort_options`.

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
    table = _read(path, arguments, arguments.group, arguments.drop)
    if table.is_synthetic is not None and table.is_synthetic.any():
        raise ValueError(
            f"{path.name} has {table.is_synthetic.sum()} synthetic rows (is_synthetic), where only real rows may be"
        )
    return table


def read_synthetic(path: Path, arguments: argparse.Namespace, real: Any) -> Any:
    """Read synthetic rows: those that are marked if the file marks any, else all.

    They bring their labels in their own file, in the column of the real ones, and are of no group: a column of
    that name is ignored.
    """
    from ..datasets._base import AbsentColumnError

    group = None if real.groups is None else real.groups.name
    own = argparse.Namespace(**{**vars(arguments), "label": real.target.name, "labels_file": None})
    try:
        table = _read(path, own, None, [*arguments.drop, *([] if group is None else [group])])
    except AbsentColumnError:
        table = _read(path, own, None, arguments.drop)
    if table.is_synthetic is None:
        return table
    if not table.is_synthetic.any():
        raise ValueError(f"{path.name} has no synthetic rows: is_synthetic is false in all of them")
    table.data, table.target = table.data[table.is_synthetic], table.target[table.is_synthetic]
    return table


def column_names(table: Any) -> dict[str, str | None]:
    """Return the columns that labels and groups came from; None for the embedded data and for no groups."""
    return {"label": getattr(table.target, "name", None), "group": getattr(table.groups, "name", None)}


def check_options(arguments: argparse.Namespace, paths: Iterable[Path | None]) -> None:
    """Refuse ``--layer`` if no file has layers and ``--drop`` if none is a table."""
    from ..datasets._base import AnnDataFormat
    from ..datasets._formats import find_format

    formats = [find_format(path) for path in paths if path is not None]
    with_layers = [isinstance(file_format, AnnDataFormat) for file_format in formats]
    if arguments.layer is not None and not any(with_layers):
        raise ValueError("--layer: layers are in h5ad files, and none was given")
    if arguments.drop and all(with_layers):
        raise ValueError(
            "--drop: columns can be left out of tables, and none was given; an h5ad needs no --drop"
        )
    for option, value in {"--label": arguments.label, "--labels-file": arguments.labels_file}.items():
        if value is not None and not formats:
            raise ValueError(
                f"{option}: there is no file to read it with; the embedded data have their own labels"
            )


def choose_genes(table: Any, genes: int | str | None) -> Any:
    """Return rows x genes: "landmarks", "auto" for the landmark genes if there are many, else all."""
    import numpy as np

    from ..datasets import match_landmarks

    X = np.asarray(table.data)
    if genes not in ("landmarks", "auto"):
        return X
    mask = match_landmarks(table.feature_names).mask
    if genes == "landmarks" and not mask.any():
        raise ValueError(f"--genes landmarks: {table.name} has none of the L1000 landmark genes")
    if genes == "landmarks" or mask.sum() >= MANY_LANDMARKS:
        return X[:, mask]
    print(f"{table.name}: only {mask.sum()} landmark genes, so all genes are used")
    return X


def _read(path: Path, arguments: argparse.Namespace, group: str | None, drop: list[str]) -> Any:
    """Read a file; ``--layer`` goes to AnnData files and ``--drop`` to tables."""
    from ..datasets import read_expression
    from ..datasets._base import AnnDataFormat
    from ..datasets._formats import find_format

    is_anndata = isinstance(find_format(path), AnnDataFormat)
    table = read_expression(
        path,
        label=arguments.label,
        group=group,
        labels_file=arguments.labels_file,
        layer=arguments.layer if is_anndata else None,
        drop=() if is_anndata else drop,
        samples_in="auto" if is_anndata else arguments.samples_in,
    )
    if table.target is None:
        raise ValueError(f"--label is needed: the column with the class labels of {path.name}")
    table.name = path.name.split(".")[0]
    return table


def _embedded_cohort() -> Any:
    from ..datasets import load_tissue_expression

    table = load_tissue_expression()
    table.update(name="tissue_expression", groups=None, is_synthetic=None)
    return table
