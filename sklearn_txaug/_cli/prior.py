"""The command ``prior``: what a reference cohort teaches, in one file."""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path
from typing import Any

from .cohort import check_options, is_anndata, read_cohort
from .options import (
    FILE_ENDINGS,
    class_size_option,
    cohort_options,
    names,
    positive,
    seed_option,
)
from .output import check_writable


def add_command(commands: Any) -> None:
    """Add the command to those of the command line."""
    parser = commands.add_parser(
        "prior",
        help="learn from a reference cohort what helps with classes of a few rows",
        description="Learn from a reference cohort how classes, and the rows of one class, differ, and write it to "
        "a file for augment --prior and for the parameter prior of samplers. Its classes and patients must not be "
        f"those of rows that a classifier is tested on. Files: {FILE_ENDINGS}; on a log scale.",
        parents=[cohort_options(), class_size_option(), seed_option()],
    )
    add = parser.add_argument
    add("input", type=Path, help="the reference cohort")
    add("-o", "--output", type=Path, required=True, help="the file to write, .npz")
    add("--rank", type=positive, default=64, help="directions in which rows of one class differ (64)")
    add(
        "--leave-out",
        type=names,
        default=[],
        metavar="CLASSES",
        help="classes not to learn from, comma-separated",
    )
    add(
        "--flow",
        action="store_true",
        help="train the network of the sampler transfer too; such a file is for it alone",
    )
    add("--note", default="", help="source and licence, kept in the file")
    parser.set_defaults(run=_prior)


def _prior(arguments: argparse.Namespace) -> int:
    from ..priors import ExpressionFlow, ExpressionPrior

    if arguments.output.suffix != ".npz":
        raise ValueError(f"--output: {str(arguments.output)!r} must end in .npz")
    check_writable(arguments.output)
    check_options(arguments, [arguments.input])
    table = read_cohort(arguments.input, arguments)
    kept = _kept_classes(table.target, arguments)
    groups = None if table.groups is None else table.groups[kept]
    learned: ExpressionFlow | ExpressionPrior = ExpressionPrior(rank=arguments.rank)
    if arguments.flow:
        learned = ExpressionFlow(rank=arguments.rank, random_state=arguments.seed)
    learned.fit(table.data[kept], table.target[kept], groups=groups)
    prior = learned.prior_ if isinstance(learned, ExpressionFlow) else learned
    prior.description_ = _description(arguments, table, prior)
    learned.save(arguments.output)
    print(prior.description_)
    print(f"{arguments.output}: {arguments.output.stat().st_size / 1000:.0f} kB")
    return 0


def _kept_classes(target: Any, arguments: argparse.Namespace) -> Any:
    """Return the mask of the rows to learn from."""
    counts = target.astype(str).value_counts()
    unknown = [label for label in arguments.leave_out if label not in counts]
    if unknown:
        raise ValueError(
            f"--leave-out: there are no classes {unknown}; the classes are {', '.join(counts.index)}"
        )
    rare = counts.index[counts < arguments.min_class_size]
    kept = ~target.astype(str).isin([*rare, *arguments.leave_out]).to_numpy()
    if not kept.any():
        raise ValueError(
            f"--min-class-size: no class has {arguments.min_class_size} rows and is not left out; the largest has "
            f"{counts.max()}"
        )
    return kept


def _description(arguments: argparse.Namespace, table: Any, prior: Any) -> str:
    """Return where a prior comes from and how it was made."""
    from .. import __version__

    groups = "" if prior.groups_ is None else f" of {len(prior.groups_)} {table.groups.name}s"
    learned = (
        f"Learned by sklearn_txaug {__version__} from {arguments.input.name}: {prior.class_counts_.sum()} rows"
        f"{groups}, {len(prior.classes_)} classes by {table.target.name}, {prior.n_features_in_} genes, "
        f"rank {arguments.rank}."
    )
    return "\n".join([learned, _command(arguments, table), *([arguments.note] if arguments.note else [])])


def _command(arguments: argparse.Namespace, table: Any) -> str:
    """Return the command that learns the same, whatever the defaults of its options are."""
    group = None if table.groups is None else table.groups.name
    labels_file = None if arguments.labels_file is None else arguments.labels_file.name
    given = {
        "--label": [table.target.name],
        "--group": [group],
        "--labels-file": [labels_file],
        "--layer": [arguments.layer],
        "--drop": arguments.drop,
        "--samples-in": [None if is_anndata(arguments.input) else table.samples_in],
        "--transform": [None if arguments.transform == "none" else arguments.transform],
        "--leave-out": [",".join(arguments.leave_out) or None],
        "--min-class-size": [arguments.min_class_size],
        "--rank": [arguments.rank],
    }
    words = ["python", "-m", "sklearn_txaug", "prior", arguments.input.name]
    for option, values in given.items():
        for value in values:
            words += [] if value is None else [option, str(value)]
    words += ["--flow", "--seed", str(arguments.seed)] if arguments.flow else []
    return f"Command: {shlex.join(words)}"
