"""The command ``augment``: a file with synthetic rows below its own."""

from __future__ import annotations

import argparse
import ast
import sys
import time
from pathlib import Path
from typing import Any


def add_augment(commands: Any) -> None:
    """Add the command to those of the command line."""
    parser = commands.add_parser(
        "augment",
        help="add synthetic rows to a file",
        description="Train a sampler on a file and write the file with synthetic rows below, marked by the column "
        "is_synthetic. Files: h5ad, csv, tsv, gct or parquet, on a log scale. From h5ad to h5ad all annotations are "
        "kept, and every h5ad tells in uns['sklearn_txaug'] how its rows were made.",
    )
    parser.add_argument("input", type=Path, help="the rows to learn from")
    parser.add_argument("--label", help="column of the class labels; h5ad: uns['label'] names one")
    parser.add_argument("--group", help="column of the patients or donors, for samplers that leave rows out")
    parser.add_argument("--labels-file", type=Path, help="second table with --label and --group")
    parser.add_argument("--layer", help="layer of an h5ad file, instead of X")
    parser.add_argument("--drop", default="", help="columns that are no genes, comma-separated")
    parser.add_argument("--sampler", default="flow", help="its name (flow); a wrong one lists all")
    parser.add_argument(
        "--n-synthetic",
        type=_amount,
        help="500 rows in all, 0.5 of the real rows, or 'liver=50,brain=20'; default: fill every class up to the "
        "largest",
    )
    parser.add_argument(
        "--param",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="parameter of the sampler, for example max_epochs=50 or sampler__lr=1e-4; may be repeated",
    )
    parser.add_argument("--seed", type=int, default=0, help="decides training and rows (0)")
    parser.add_argument("--synthetic-only", action="store_true", help="leave the real rows out of the output")
    parser.add_argument("--quiet", action="store_true", help="no progress bar")
    parser.add_argument(
        "-o", "--output", type=Path, required=True, help="file to write, in the format of its name"
    )
    parser.set_defaults(run=_augment)


def _amount(text: str) -> Any:
    if "=" in text:
        pairs = [part.rpartition("=") for part in text.split(",")]
        amounts = {
            label.strip(): int(count) for label, _, count in pairs if label and count.strip().isdigit()
        }
        if len(amounts) == len(pairs):
            return amounts
        raise argparse.ArgumentTypeError(f"{text!r} is not label=rows pairs, each label once")
    try:
        number = float(text)
        rows = text.strip().isdigit() or ("e" in text.lower() and number.is_integer())  # 1e3 is no share
        return int(number) if rows else number
    except ValueError:
        message = f"{text!r} is not a number of rows, a share, or label=rows pairs"
        raise argparse.ArgumentTypeError(message) from None


def _augment(arguments: argparse.Namespace) -> int:
    from ..datasets._formats import check_output, table_suffix

    if arguments.output.resolve() == arguments.input.resolve():
        raise ValueError("--output is the input; choose another file")
    check_output(arguments.output)
    sampler = make_sampler(arguments.sampler, arguments.param, arguments.seed, not arguments.quiet)
    table = _read(arguments)
    amount = arguments.n_synthetic
    if isinstance(amount, dict):
        classes = {str(label): label for label in table.target_names}
        amount = {classes.get(name, name): rows for name, rows in amount.items()}
    if amount is not None:
        sampler.set_params(n_synthetic=amount)
    start = time.perf_counter()
    write = _write_h5ad if table_suffix(arguments.output) == ".h5ad" else _write_table
    n_real, n_new, n_genes = write(arguments, table, sampler)
    seconds = time.perf_counter() - start
    print(
        f"{arguments.output}: {n_real} real and {n_new} synthetic rows of {n_genes} genes, classes by "
        f"{table.target.name!r} ({arguments.sampler}, seed {arguments.seed}, {seconds:.0f} s); is_synthetic marks "
        "the synthetic ones"
    )
    return 0


def make_sampler(name: str, parameters: list[str], seed: int, progress: bool) -> Any:
    """Return the sampler of that name, with parameters given as ``name=value``."""
    from ..benchmark import make_samplers
    from ..over_sampling import FlowMatchingSampler, LandmarkSampler
    from ..over_sampling.base import GenerativeSampler
    from ..utils.random import seeded

    known = {key: item for key, item in make_samplers().items() if isinstance(item, GenerativeSampler)}
    known.setdefault("landmark", LandmarkSampler(sampler=FlowMatchingSampler()))
    if name not in known:
        raise ValueError(f"--sampler: {name!r} is not known; choose from {', '.join(known)}")
    values = dict(map(_parameter, parameters))
    if any(key.split("__")[-1] == "random_state" for key in values):
        raise ValueError("--param: random_state is set by --seed")
    sampler = known[name].set_params(**values)
    bars = [key for key in sampler.get_params() if key.split("__")[-1] == "verbose"]
    sampler.set_params(**{key: int(progress) for key in bars if key not in values})
    return seeded(sampler, seed)


def _parameter(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise ValueError(f"--param: {text!r} is not name=value")
    try:
        return name.strip(), ast.literal_eval(value)
    except (ValueError, SyntaxError):
        return name.strip(), value.strip()


def _read(arguments: argparse.Namespace) -> Any:
    from ..datasets import read_expression

    drop = [name.strip() for name in arguments.drop.split(",") if name.strip()]
    table = read_expression(
        arguments.input,
        label=arguments.label,
        group=arguments.group,
        labels_file=arguments.labels_file,
        layer=arguments.layer,
        drop=drop,
    )
    if table.target is None:
        raise ValueError(f"--label is needed: the column of the class labels of {arguments.input.name}")
    if table.is_synthetic is not None and table.is_synthetic.any():
        raise ValueError(
            f"{arguments.input.name} has {table.is_synthetic.sum()} synthetic rows (is_synthetic); a sampler learns "
            "from real rows only"
        )
    return table


def _write_table(arguments: argparse.Namespace, table: Any, sampler: Any) -> tuple[int, int, int]:
    """Write labels, groups and the mask beside the rows; groups are empty in synthetic rows."""
    from ..datasets import write_expression
    from ..utils.optional import require

    pd = require("pandas", "augment")
    X, y = sampler.fit_resample(table.data, table.target, groups=table.groups)
    mask, groups = sampler.is_synthetic_, table.groups
    if groups is not None:
        groups = pd.Series(
            [*groups, *[None] * int(mask.sum())], index=X.index, name=groups.name, dtype=object
        )
    if arguments.synthetic_only:
        X, y, mask, groups = X[mask], y[mask], mask[mask], None
    write_expression(arguments.output, X, y, groups=groups, is_synthetic=mask)
    return int((~mask).sum()), int(mask.sum()), X.shape[1]


def _write_h5ad(arguments: argparse.Namespace, table: Any, sampler: Any) -> tuple[int, int, int]:
    from ..datasets import augment_anndata

    adata, layer = _as_anndata(arguments, table)
    group = None if table.groups is None else table.groups.name
    augmented = augment_anndata(adata, sampler, table.target.name, layer=layer, group_key=group)
    augmented.uns["label"] = table.target.name
    augmented.uns.pop("group", None)  # by which readers would leave out the synthetic rows, of no patient
    if arguments.synthetic_only:
        augmented = augmented[augmented.obs["is_synthetic"].to_numpy()].copy()
    augmented.write_h5ad(arguments.output, compression="gzip")
    n_new = int(augmented.obs["is_synthetic"].sum())
    return augmented.n_obs - n_new, n_new, augmented.n_vars


def _as_anndata(arguments: argparse.Namespace, table: Any) -> tuple[Any, str | None]:
    """Return the file with all its annotations if it is .h5ad and keeps its rows and genes, else the table."""
    from ..utils.optional import require

    anndata = require("anndata", "augment with an .h5ad file")
    columns = [column for column in (table.target, table.groups) if column is not None]
    if arguments.input.suffix.lower() == ".h5ad":
        adata = anndata.read_h5ad(arguments.input)
        adata = adata[adata.obs_names.isin(table.data.index)]
        if adata.shape == table.data.shape:
            adata = adata.copy()
            if arguments.labels_file is not None:
                adata.obs = adata.obs.assign(**{column.name: column.to_numpy() for column in columns})
            return adata, arguments.layer
        print("genes of one name were merged: other annotations of the file are left out", file=sys.stderr)
    pd = require("pandas", "augment")
    obs = pd.DataFrame({column.name: column for column in columns}, index=table.data.index)
    return anndata.AnnData(table.data, obs=obs), None
