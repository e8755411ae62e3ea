"""The command ``reproduce``: a published experiment on the user's cohort, each figure beside the published one."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from .cohort import check_options
from .methods import pick
from .options import (
    FILE_ENDINGS,
    checkpoint_option,
    class_size_option,
    cohort_options,
    names,
    positive,
    quiet_option,
)
from .output import check_folder
from .study import TOYS, read_study

_PAPERS = ("lacan2023", "lacan2026", "gmda2024")
_TABLES = ("diabetes", "gesture", "magic", "wilt")


def add_command(commands: Any) -> None:
    """Add the command to those of the command line."""
    parser = commands.add_parser(
        "reproduce",
        help="repeat a published experiment on your cohort, each figure beside the published one",
        description="Train the systems of a paper with their published settings, measure what its tables and figures "
        "show, and print and write as a page (report.html) ours beside theirs. Published settings take hours on a "
        "GPU; --scale small goes through the same steps with about 1,000 rows, at most 1,200 genes and narrow "
        "networks, in about two minutes. Without --data: the embedded tissue expression data, small; circles, moons "
        "and swissroll are made. A run that was killed continues where it stopped when the same command is given "
        "again.",
        parents=[cohort_options(), class_size_option(), checkpoint_option(), quiet_option()],
    )
    add = parser.add_argument
    add("paper", choices=_PAPERS)
    add("--data", type=Path, metavar="FILE", help=f"your cohort ({FILE_ENDINGS})")
    add("-o", "--output", type=Path, default=Path("reproduce"), help="folder of the results (%(default)s)")
    add(
        "--cohort",
        choices=["tcga", "gtex", *_TABLES, *TOYS],
        help="whose figures and settings; default: by the file's name",
    )
    add(
        "--genes",
        choices=["landmarks", "all"],
        help="what generators of landmark genes generate; default: landmarks if the paper and the file have them",
    )
    add(
        "--cancer",
        metavar="COLUMN",
        help="column of tumour or normal, for the second task of lacan2023: two values",
    )
    add(
        "--covariates",
        type=names,
        default=[],
        metavar="COLUMNS",
        help="columns that generators of lacan2023 are conditioned on besides: age,sex as published",
    )
    add("--graph", type=Path, help="table of protein interactions for the AttGAN, as of STRING")
    add(
        "--systems", type=names, default="", help="some of the paper's systems, comma-separated; default: all"
    )
    add("--scale", choices=["small", "full"], help="default: full with --data, small without")
    add("--seeds", type=positive, help="trainings of each system; default: 5, small 1")
    parser.set_defaults(run=_reproduce)


def _reproduce(arguments: argparse.Namespace) -> int:
    from ..benchmark.reproduction import (
        Split,
        available,
        format_reproduction,
        reproduce,
        small,
        small_study,
        write_page,
    )

    check_folder(arguments.output)
    name = _cohort_name(arguments)
    paper = _paper(arguments, name)
    check_options(arguments, [arguments.data])
    scale = arguments.scale or ("full" if arguments.data else "small")
    study, notes, columns = read_study(arguments, paper, name, scale)
    if scale == "small":
        study, fewer = small_study(study)
        notes = [*fewer, *notes]
    paper, missing = available(paper._replace(notes=(*notes, *paper.notes)), study)
    n_train = len(Split(study, paper, 0).train)
    if scale == "small":
        paper = small(paper, n_train)
    elif paper.k >= n_train:
        raise ValueError(
            f"{arguments.paper} takes {paper.k} neighbours, and {study.cohort.name} has {n_train} training rows; "
            "--scale small takes fewer"
        )
    facts = _facts(study, n_train, scale)
    for line in (*(f"{key}: {value}" for key, value in facts.items()), *(f"left out: {m}" for m in missing)):
        print(line)
    folder = arguments.output / f"{arguments.paper}-{name}-{scale}"
    rows = reproduce(
        study,
        paper,
        seeds=arguments.seeds or (1 if scale == "small" else 5),
        output=folder,
        checkpoint=arguments.checkpoint,
        settings={f"{study.cohort.name} {option}": value for option, value in columns.items()},
        verbose=not arguments.quiet,
    )
    page = write_page(rows, paper, folder, scale=scale, missing=missing, facts=facts)
    print("\n" + format_reproduction(rows, paper, scale, missing))
    print(f"\nrows: {folder / 'results.csv'}\npage: {page}")
    return 0


def _cohort_name(arguments: argparse.Namespace) -> str:
    from ..benchmark.reproduction import PAPERS

    cohorts = PAPERS[arguments.paper]
    chosen = arguments.cohort
    if chosen is None:
        file = "" if arguments.data is None else arguments.data.name.lower()
        chosen = next((name for name in cohorts if name in file), None)
        chosen = "tcga" if chosen is None and (len(cohorts) == 1 or arguments.data is None) else chosen
    if chosen is None:
        raise ValueError(f"--cohort is needed: the file's name says none of {', '.join(cohorts)}")
    if chosen not in cohorts:
        raise ValueError(f"--cohort: {arguments.paper} has tables of {', '.join(cohorts)}, not of {chosen}")
    if chosen in _TABLES and arguments.data is None:
        raise ValueError(
            f"--cohort {chosen}: give its table by --data, and the column of its classes by --label"
        )
    if chosen in TOYS and arguments.data is not None:
        raise ValueError(f"--cohort {chosen}: its points are made, so --data is not needed")
    return chosen


def _paper(arguments: argparse.Namespace, name: str) -> Any:
    """Return the experiment with the systems that were asked for."""
    from ..benchmark.reproduction import PAPERS

    paper = PAPERS[arguments.paper][name]
    for option, given, of_use in (
        ("--cancer", arguments.cancer, paper.binary),
        ("--covariates", arguments.covariates, paper.covariates),
        ("--graph", arguments.graph, any(system.graphs for system in paper.systems.values())),
    ):
        if given and not of_use:
            raise ValueError(f"{option}: {arguments.paper} has no use for it")
    chosen = pick(dict(paper.systems), arguments.systems or list(paper.systems), "--systems")
    return paper._replace(systems=chosen)


def _facts(study: Any, n_train: int, scale: str) -> dict[str, str]:
    """Return what stands above the figures."""
    import torch

    from .._nn.device import resolve_device

    cohort, tasks = study.cohort, study.tasks
    counts = [
        f"{len(set(meaning.values()))} {f'values of {task}' if task else 'classes'}"
        for task, meaning in tasks.items()
    ]
    genes = f"{cohort.X.shape[1]} genes"
    if study.landmarks is not None:
        genes += f", {study.landmarks.sum()} of them landmarks"
    given = "" if study.covariates is None else f", conditioned on {', '.join(study.covariates)}"
    device = resolve_device("auto")
    n_threads = torch.get_num_threads()
    threads = f"{n_threads} thread{'s' * (n_threads > 1)}"
    named = torch.cuda.get_device_name(device) if device.type == "cuda" else threads
    return {
        "Cohort": f"{cohort.name}: {len(cohort.y)} rows, {genes}, {', '.join(counts)}, {n_train} training rows"
        f"{given}{'' if cohort.groups is not None else ', no groups: split by row'}",
        "Scale": scale,
        "Device": f"{device.type}, {named}, torch {torch.__version__}",
    }
