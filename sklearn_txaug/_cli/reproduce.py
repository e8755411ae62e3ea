"""The command ``reproduce``: a published table measured on the user's cohort, beside the published figures."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .cohort import check_options, choose_genes, column_names, read_cohort
from .methods import pick
from .options import (
    FILE_ENDINGS,
    add_traceback,
    checkpoint_option,
    class_size_option,
    cohort_options,
    names,
    positive,
    quiet_option,
)
from .output import check_folder

_PAPERS = ("lacan2023", "lacan2026", "gmda2024")


def add_reproduce(commands: Any) -> None:
    """Add the command to those of the command line."""
    parser = commands.add_parser(
        "reproduce",
        help="measure a published table on your cohort, beside the published figures",
        description="Train the systems of a published table with their published settings, and print the same "
        "indicators beside the published ones. Published settings take hours on a GPU; --scale small runs the same "
        "steps with narrow networks in about a minute. Without --data: the embedded tissue expression data, small. "
        "A run that was killed continues where it stopped when the same command is given again.",
        parents=[cohort_options(), class_size_option(), checkpoint_option(), quiet_option()],
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("paper", choices=_PAPERS)
    add("--data", type=Path, metavar="FILE", help=f"your cohort ({FILE_ENDINGS})")
    add("-o", "--output", type=Path, default=Path("reproduce"), help="folder of the results (%(default)s)")
    add("--cohort", choices=["tcga", "gtex"], help="whose table and settings; default: by the file's name")
    add(
        "--genes", choices=["landmarks", "all"], help="default: landmarks if the table and the file have them"
    )
    add("--graph", type=Path, help="table of protein interactions for the AttGAN, beside co-expression")
    add(
        "--systems", type=names, default="", help="some of the table's systems, comma-separated; default: all"
    )
    add("--scale", choices=["small", "full"], help="default: full with --data, small without")
    add("--seeds", type=positive, help="trainings of each system; default: 5, small 2")
    add_traceback(parser)
    parser.set_defaults(run=_reproduce)


def _reproduce(arguments: argparse.Namespace) -> int:
    from ..benchmark import make_cohort
    from ..benchmark._reproduction import reproduce, small, split_parts

    check_folder(arguments.output)
    table = _table(arguments)
    genes = arguments.genes or ("auto" if table.landmarks and arguments.data else "all")
    check_options(arguments, [arguments.data])
    cohort_table = read_cohort(arguments.data, arguments)
    name = cohort_table.name
    X = choose_genes(cohort_table, genes)
    groups = cohort_table.groups
    cohort, rare = make_cohort(name, X, cohort_table.target, groups, min_class_size=arguments.min_class_size)
    if rare:
        print(f"left out, fewer than {arguments.min_class_size} rows: {', '.join(map(str, rare))}")
    scale = arguments.scale or ("full" if arguments.data else "small")
    n_train = len(split_parts(cohort, table, 0).pool)
    if scale == "small":
        table = small(table, n_train)
    elif table.k >= n_train:
        raise ValueError(f"the table takes {table.k} neighbours, and {name} has {n_train} training rows")
    print(
        f"{name}: {cohort.X.shape[0]} rows, {cohort.X.shape[1]} genes, {len(set(cohort.y.tolist()))} classes, "
        f"{n_train} training rows{'' if groups is not None else ', no groups: split by row'}; scale {scale}"
    )
    options = {**column_names(cohort_table), "genes": genes}
    if arguments.transform != "none":
        options["transform"] = arguments.transform
    folder = arguments.output / f"{arguments.paper}-{_cohort_name(arguments)}-{scale}"
    rows = reproduce(
        cohort,
        table,
        seeds=arguments.seeds or (2 if scale == "small" else 5),
        output=folder,
        checkpoint=arguments.checkpoint,
        settings={f"{name} {option}": value for option, value in options.items()},
        verbose=not arguments.quiet,
    )
    print("\n" + format_reproduction(rows, table, scale))
    print(f"\nrows: {folder / 'results.csv'}")
    return 0


def _cohort_name(arguments: argparse.Namespace) -> str:
    from ..benchmark._published import PUBLISHED

    cohorts = PUBLISHED[arguments.paper]
    chosen = arguments.cohort
    if chosen is None:
        file = "" if arguments.data is None else arguments.data.name.lower()
        chosen = next((name for name in cohorts if name in file), None)
        chosen = "tcga" if chosen is None and (len(cohorts) == 1 or arguments.data is None) else chosen
    if chosen is None:
        raise ValueError("--cohort is needed: the file's name says neither tcga nor gtex")
    if chosen not in cohorts:
        raise ValueError(f"--cohort: {arguments.paper} has tables of {', '.join(cohorts)}, not of {chosen}")
    return chosen


def _table(arguments: argparse.Namespace) -> Any:
    """Return the published table with the systems that were asked for."""
    from ..benchmark._published import PUBLISHED

    table = PUBLISHED[arguments.paper][_cohort_name(arguments)]
    systems = pick(dict(table.systems), arguments.systems or list(table.systems), "--systems")
    if arguments.graph is not None:
        systems = {name: _with_graph(system, arguments.graph) for name, system in systems.items()}
    return table._replace(systems=systems)


def _with_graph(system: Any, path: Path) -> Any:
    if system.sampler != "AttGANSampler":
        return system
    from ..graphs import GeneGraph

    graphs = [GeneGraph.from_edges(path), "coexpression"]
    return system._replace(settings={**system.settings, "graphs": graphs})


def format_reproduction(rows: Sequence[Any], table: Any, scale: str = "full") -> str:
    """Return the published figures and ours as text, also valid as Markdown."""
    from ..benchmark._published import REAL
    from ..benchmark._summary import markdown_table

    values: dict[tuple[str, str, str], list[float]] = {}
    for row in rows:
        values.setdefault((row.sampler, row.metric, row.classifier), []).append(row.value)
    order = list(dict.fromkeys(metric for _, metric, where in values if where))
    body = []
    for name in (REAL, *table.systems):
        published = table.real if name == REAL else table.systems[name].figures
        for metric in order:
            ours = [_mean(values.get((name, metric, where))) for where in ("training rows", "held-out rows")]
            if any(ours) or metric in published:
                shown = f"{published[metric]:,.4g}" if metric in published else ""
                body.append([name, metric.replace("_", " "), shown, *ours])
    seeds = len({row.seed for row in rows})
    header = ["system", "indicator", "published", "ours, training rows", "ours, held-out rows"]
    lines = [
        f"Published: {table.source}",
        f"Ours: mean and standard deviation of {seeds} training(s), k = {table.k}; real rows: training rows in the "
        "place of synthetic ones. The papers took precision to Frechet distance on training rows.",
        "",
        markdown_table(header, body),
        "",
        "What differs from the paper:",
    ]
    notes = list(table.notes)
    if scale == "small":
        notes.insert(
            0,
            "Scale small: narrow networks, short trainings, fewer neighbours: figures are no measure of it.",
        )
    return "\n".join([*lines, *(f"* {note}" for note in notes)])


def _mean(values: Sequence[float] | None) -> str:
    import numpy as np

    if not values:
        return ""
    spread = f" +- {np.std(values, ddof=1):.3g}" if len(values) > 1 else ""
    return f"{np.mean(values):.4g}{spread}"
