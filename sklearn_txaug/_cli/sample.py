"""The command ``sample``: rows of a saved sampler, for whoever has no other file."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from .amounts import amount, class_rows, join_amounts
from .options import FILE_ENDINGS, seed_option
from .output import check_output


def add_command(commands: Any) -> None:
    """Add the command to those of the command line."""
    parser = commands.add_parser(
        "sample",
        help="draw rows from a saved sampler",
        description="Draw synthetic rows from a sampler that train, or save, has written; nothing is trained and no "
        f"other file is needed. Rows are in the units that the sampler was trained in. Files: {FILE_ENDINGS}.",
        parents=[seed_option()],
    )
    add = parser.add_argument
    add("model", type=Path, help="the saved sampler")
    add("-o", "--output", type=Path, required=True, help="the file to write")
    add(
        "--n-synthetic",
        type=amount,
        action="append",
        metavar="AMOUNT",
        required=True,
        help="500 rows in all, with classes as frequent as in training, 20c (of each class), or 'liver=50,brain=20', "
        "which may be repeated",
    )
    add("--label", metavar="COLUMN", help="name of the column of class labels; default: as in training")
    parser.set_defaults(run=_sample)


def _sample(arguments: argparse.Namespace) -> int:
    import numpy as np

    from ..persistence import load_sampler
    from ..utils.containers import as_pandas, synthetic_index
    from ..utils.optional import require

    pd = require("pandas", "sample")
    check_output(arguments.output)
    sampler = load_sampler(arguments.model)
    wanted = _wanted(join_amounts(arguments.n_synthetic), sampler.classes_)
    X, y, covariates = sampler.sample(**wanted, return_covariates=True, random_state=arguments.seed)
    label = arguments.label or getattr(y, "name", None) or "label"
    X, covariates, labels = as_pandas(X), as_pandas(covariates), np.asarray(y)
    if labels.ndim == 2:  # one against all
        labels = sampler.classes_[labels.argmax(axis=1)]
    names = list(synthetic_index(len(labels), pd.Index([])))
    _write(arguments.output, X, pd.Series(labels, getattr(X, "index", names), name=label), covariates, names)
    note = sampler.provenance_["note"]
    print(
        f"{arguments.output}: {len(names)} synthetic rows of {X.shape[1]} columns, classes by {label!r} "
        f"({arguments.model.name}{note and ': '}{note}, seed {arguments.seed})"
    )
    return 0


def _wanted(given: Any, classes: Any) -> dict[str, Any]:
    """Return the amount as `sample` takes it."""
    import numpy as np

    if isinstance(given, float):
        raise ValueError(
            f"--n-synthetic: {given:g}x is a share of real rows, of which there are none here; give a number of rows"
        )
    if isinstance(given, int) and given:
        return {"n_samples": given}
    if given == 0:
        raise ValueError("--n-synthetic asks for no rows")
    rows = class_rows(given, classes)
    if unknown := [label for label in rows if label not in classes.tolist()]:
        raise ValueError(f"--n-synthetic names {unknown}, but the classes are {classes.tolist()}")
    if not sum(rows.values()):
        raise ValueError("--n-synthetic asks for no rows")
    return {"y": np.repeat(np.array(list(rows), dtype=classes.dtype), list(rows.values()))}


def _write(path: Path, X: Any, y: Any, covariates: Any, names: list[str]) -> None:
    from ..datasets import write_expression
    from .mixed import write_mixed

    beside = X.select_dtypes(exclude="number") if hasattr(X, "select_dtypes") else None
    synthetic = [True] * len(y)
    if beside is None or not beside.shape[1]:
        write_expression(path, X, y, covariates=covariates, is_synthetic=synthetic, sample_names=names)
    else:
        genes = X.drop(columns=beside.columns)
        write_mixed(path, genes, beside, y, covariates=covariates, is_synthetic=synthetic, sample_names=names)
