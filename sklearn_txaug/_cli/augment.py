"""The command ``augment``: a file with synthetic rows below its own."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any

from .amounts import MANY, amount, check_amount, join_amounts
from .cohort import check_options, keep_genes, read_cohort
from .mixed import check_clinical, mixed_rows, read_clinical, write_mixed
from .options import (
    FILE_ENDINGS,
    changed,
    cohort_options,
    genes_option,
    names,
    quiet_option,
    seed_option,
)
from .output import check_output
from .sampler import make_sampler, name_of, sampler_options


def add_command(commands: Any) -> None:
    """Add the command to those of the command line."""
    parser = commands.add_parser(
        "augment",
        help="add synthetic rows to a file",
        description="Train a sampler on a file and write the file with synthetic rows below, marked by the column "
        f"is_synthetic. Files: {FILE_ENDINGS}; on a log scale. From h5ad to h5ad all annotations are kept, and every "
        "h5ad records in uns['sklearn_txaug'] how its rows were made.",
        parents=[cohort_options(), genes_option(), sampler_options(), seed_option(), quiet_option()],
    )
    add = parser.add_argument
    add("input", type=Path, help="the rows to learn from")
    add("-o", "--output", type=Path, required=True, help="file to write, in the format of its name")
    add(
        "--model",
        type=Path,
        metavar="FILE",
        help="draw from a trained sampler, a file of the command train, instead of training one",
    )
    _add_amount(add)
    add(
        "--clinical",
        type=names,
        default=[],
        metavar="COLUMNS",
        help="columns of a table beside the genes that synthetic rows get too, such as age,sex,stage; numbers or "
        "categories, which may be missing; copula, tvae, ctgan and tabddpm draw them",
    )
    add(
        "--categorical",
        type=names,
        default=[],
        metavar="COLUMNS",
        help="the same for categories that are written as numbers, such as a grade",
    )
    add("--synthetic-only", action="store_true", help="leave the real rows out of the output")
    parser.set_defaults(run=_augment)


def _add_amount(add: Any) -> None:
    add(
        "--n-synthetic",
        type=amount,
        action="append",
        metavar="AMOUNT",
        help="500 rows in all, 20c (of each class), 0.5x the real rows, or 'liver=50,brain=20', which may be "
        "repeated, for a class with a comma in its name; default: fill every class up to the largest",
    )
    add("--yes", action="store_true", help=f"more than {MANY:,} synthetic rows for each real one are meant")


def _augment(arguments: argparse.Namespace) -> int:
    from ..datasets._base import AnnDataFormat
    from ..datasets._formats import find_format
    from ..utils.files import replacing

    if arguments.output.resolve() == arguments.input.resolve():
        raise ValueError("--output is the input; choose another file")
    check_output(arguments.output)
    check_options(arguments, [arguments.input])
    sampler, origin = _chosen_sampler(arguments)
    wanted = join_amounts(arguments.n_synthetic)
    if arguments.clinical or arguments.categorical:
        check_clinical(arguments, sampler)
    table = _read(arguments)
    keep_genes([table], arguments)
    if table.target.name in arguments.covariates:
        raise ValueError(f"--covariates: {table.target.name!r} is the label already")
    if wanted is not None:
        sampler.set_params(n_synthetic=check_amount(wanted, table.target, arguments.yes))
    start = time.perf_counter()
    file_format = find_format(arguments.output)
    if isinstance(file_format, AnnDataFormat):
        adata = _augmented_anndata(arguments, table, sampler)
        with replacing(arguments.output) as new:
            file_format.write_anndata(new, adata)
        n_new, n_rows = int(adata.obs["is_synthetic"].sum()), adata.n_obs
    else:
        n_new, n_rows = _write_table(arguments, table, sampler)
    seconds = time.perf_counter() - start
    print(
        f"{arguments.output}: {n_rows - n_new} real and {n_new} synthetic rows of {table.data.shape[1]} genes, "
        f"classes by {table.target.name!r} ({origin}, seed {arguments.seed}, {seconds:.0f} s); "
        "is_synthetic marks the synthetic ones"
    )
    return 0


def _chosen_sampler(arguments: argparse.Namespace) -> tuple[Any, str]:
    """Return the sampler that is to be trained, or the trained one of a file, and what to call it."""
    if arguments.model is None:
        return make_sampler(arguments), name_of(arguments)
    given = {"--sampler": arguments.sampler, "--param": arguments.param, "--prior": arguments.prior}
    for option, value in given.items():
        if value:
            raise ValueError(f"{option}: the sampler of --model is trained already; give one or the other")
    from ..over_sampling import FrozenSampler
    from ..persistence import load_sampler

    trained = load_sampler(arguments.model)
    return FrozenSampler(
        trained, random_state=arguments.seed
    ), f"{arguments.model.name}: {trained.provenance_['note']}"


def _read(arguments: argparse.Namespace) -> Any:
    """Read the rows, without the clinical columns, which come on their own."""
    from ..datasets._base import AbsentColumnError, NotNumbersError

    beside = [*arguments.clinical, *arguments.categorical]
    own = changed(arguments, drop=[*arguments.drop, *beside])
    try:
        return read_cohort(arguments.input, own, as_written=True)
    except AbsentColumnError as error:
        absent = [name for name in error.names if name in beside]
        if not absent:
            raise
        raise ValueError(
            f"--clinical or --categorical names {absent}, which {arguments.input.name} does not have"
        ) from None
    except NotNumbersError as error:
        raise ValueError(f"{error} If they are clinical, such as sex, name them as --clinical.") from None


def _write_table(arguments: argparse.Namespace, table: Any, sampler: Any) -> tuple[int, int]:
    """Write labels, groups and the mask beside the rows; return the numbers of synthetic rows and of all."""
    from ..datasets import write_expression
    from ..datasets._synthesis import synthetic_rows
    from ..utils.optional import require

    pd = require("pandas", "augment")
    real, target, covariates = table.data, table.target, table.covariates
    mixed = [*arguments.clinical, *arguments.categorical]
    for name in (target.name, *arguments.covariates, *mixed, "is_synthetic"):
        if name in real.columns:
            raise ValueError(
                f"{name!r} is a gene too, so there can be no such column in {arguments.output.name}"
            )
    if mixed:
        beside = read_clinical(arguments, table)
        X, new, y, drawn = mixed_rows(sampler, table, beside, arguments.categorical)
    else:
        X, y, drawn = synthetic_rows(sampler, real, target, table.groups, covariates, arguments.transform)
    y, groups = pd.Series(y, X.index, name=target.name), None
    mask = [True] * len(X)
    if not arguments.synthetic_only:
        if table.groups is not None:  # of synthetic rows they are empty
            groups = pd.Series([*table.groups, *[None] * len(X)], name=table.groups.name, dtype=object)
        mask = [False] * len(real) + mask
        X, y = pd.concat([real, X]), pd.concat([target, y])
        drawn = None if covariates is None else pd.concat([covariates, drawn])
        new = pd.concat([beside, new]) if mixed else None
    annotations = {"groups": groups, "covariates": drawn, "is_synthetic": mask}
    if mixed:
        write_mixed(arguments.output, X, new, y, **annotations)
    else:
        write_expression(arguments.output, X, y, **annotations)
    return sum(mask), len(X)


def _augmented_anndata(arguments: argparse.Namespace, table: Any, sampler: Any) -> Any:
    from ..datasets import augment_anndata

    adata, layer = _as_anndata(arguments, table)
    group = None if table.groups is None else table.groups.name
    augmented = augment_anndata(
        adata,
        sampler,
        table.target.name,
        layer=layer,
        group_key=group,
        covariates=arguments.covariates,
        transform=arguments.transform,
    )
    augmented.uns["label"] = table.target.name
    augmented.uns.pop("group", None)  # by which readers would leave out the synthetic rows, of no patient
    if arguments.synthetic_only:
        augmented = augmented[augmented.obs["is_synthetic"].to_numpy()].copy()
    return augmented


def _as_anndata(arguments: argparse.Namespace, table: Any) -> tuple[Any, str | None]:
    """Return an AnnData file with all its annotations if it keeps its rows and genes, else the table."""
    from ..datasets._base import AnnDataFormat
    from ..datasets._formats import find_format
    from ..utils.optional import require

    anndata = require("anndata", "augment with an AnnData file")
    columns = [column for column in (table.target, table.groups) if column is not None]
    columns += [] if table.covariates is None else [column for _, column in table.covariates.items()]
    file_format = find_format(arguments.input)
    if isinstance(file_format, AnnDataFormat):
        adata = file_format.read_anndata(arguments.input)
        adata = adata[adata.obs_names.isin(table.data.index), adata.var_names.isin(table.feature_names)]
        if adata.shape == table.data.shape:
            adata = adata.copy()
            if arguments.labels_file is not None:
                adata.obs = adata.obs.assign(**{column.name: column.to_numpy() for column in columns})
            return adata, arguments.layer
        print(
            "samples or genes share a name, so the file's other annotations are left out",
            file=sys.stderr,
        )
    pd = require("pandas", "augment")
    obs = pd.DataFrame({column.name: column for column in columns}, index=table.data.index)
    return anndata.AnnData(table.data, obs=obs), None
