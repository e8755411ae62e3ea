"""The command ``benchmark``: samplers compared on held-out rows of one or more cohorts."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .cohort import check_options, choose_genes, column_names, read_cohort
from .methods import pick_classifiers, pick_samplers, set_parameters
from .options import (
    FILE_ENDINGS,
    checkpoint_option,
    class_size_option,
    cohort_options,
    genes_option,
    names,
    positive,
    quiet_option,
)
from .output import check_folder
from .reference import add_reference, protocols_of, reference_options

METRICS = (
    "balanced_accuracy",
    "f1_macro",
    "accuracy",
    "neg_log_loss",
    "neg_brier_score",
    "neg_calibration_error",
)


def add_command(commands: Any) -> None:
    """Add the command to those of the command line."""
    parser = commands.add_parser(
        "benchmark",
        help="compare samplers by the classifiers they help and by the quality of their rows",
        description="Compare samplers on held-out rows. Without --data: the embedded tissue expression data. "
        "A run that was killed continues where it stopped when the same command is given again.",
        parents=[cohort_options(), genes_option(), class_size_option(), checkpoint_option(), quiet_option()],
    )
    _add_contenders(parser.add_argument)
    _add_design(parser.add_argument)
    add_reference(parser.add_argument_group("a reference, for the protocol transfer").add_argument)
    parser.set_defaults(run=_benchmark)


def _add_contenders(add: Callable[..., Any]) -> None:
    """Add the options that say what is compared, on which data."""
    add("--data", type=Path, nargs="+", metavar="FILE", help=f"files ({FILE_ENDINGS}), each a cohort")
    add("-o", "--output", type=Path, default=Path("benchmark"), help="folder of the results (%(default)s)")
    add(
        "--samplers",
        type=names,
        default="none,weighted,half_adjusted,adjusted,random,smote,borderline,gaussian,wgangp",
        help="comma-separated; a wrong name lists all, and my_package.MySampler is one of your own (%(default)s)",
    )
    add(
        "--param",
        action="append",
        default=[],
        metavar="SAMPLER.NAME=VALUE",
        help="parameter of one of the samplers, for example flow.max_epochs=200; may be repeated",
    )
    add(
        "--classifiers",
        type=names,
        default="mlp,logistic",
        help="of mlp, logistic, lda, forest, boosting, or sklearn.neighbors.KNeighborsClassifier (%(default)s)",
    )


def _add_design(add: Callable[..., Any]) -> None:
    """Add the options that say how it is compared."""
    add(
        "--n-real",
        type=_sizes("real_amount"),
        default="20",
        metavar="AMOUNTS",
        help="training rows: 100, 5c (of each class) or all (%(default)s)",
    )
    add(
        "--n-synthetic",
        type=_sizes("synthetic_amount"),
        default="200",
        metavar="AMOUNTS",
        help="synthetic rows: 200, 20c (of each class), 0.5x (share of the real rows) or balance (each class up to "
        "the largest) (%(default)s)",
    )
    add(
        "--seeds",
        type=positive,
        default=3,
        help="repetitions, each with its own split and trainings (%(default)s)",
    )
    add(
        "--protocol",
        type=names,
        help="honest: the generator sees the rows that the classifier sees; oracle: all that are not held out; "
        "transfer: honest, and beside it samplers that learn from a reference too; default: honest, or transfer with "
        "a reference",
    )
    add(
        "--metric",
        choices=METRICS,
        default=METRICS[0],
        help="score of tables and pictures; all are kept, and the gate chooses by the first (%(default)s)",
    )
    add(
        "--no-quality",
        action="store_true",
        help="compare classifiers only, not the synthetic rows: much faster",
    )
    add("--report", action="store_true", help="write one HTML page with words, tables and pictures")
    add("--jobs", type=positive, help="trainings at a time; default: one for each CPU core")
    add(
        "--dask",
        metavar="ADDRESS",
        help="scheduler of a dask cluster whose workers train, as tcp://10.0.0.1:8786; --jobs has no effect then",
    )


def _benchmark(arguments: argparse.Namespace) -> int:
    from ..benchmark import draw_summary, format_summary, make_classifiers, make_samplers
    from ..benchmark._report import answers
    from ..benchmark._run import contenders, make_plan, open_store
    from ..benchmark._worth import reference_worth

    check_folder(arguments.output)
    samplers = pick_samplers(make_samplers(), arguments.samplers, "--samplers")
    set_parameters(samplers, arguments.param)
    classifiers = pick_classifiers(make_classifiers(), arguments.classifiers, "--classifiers")
    arguments.protocol = protocols_of(arguments)
    sizes = arguments.n_real, arguments.n_synthetic, arguments.seeds, arguments.protocol
    cohorts = _cohorts(arguments)
    samplers = contenders(samplers, cohorts[0][0], arguments.protocol)
    for cohort, settings in cohorts:  # an error in the last file comes before hours in the first
        make_plan(cohort, samplers, classifiers, *sizes)
        open_store(cohort, samplers, classifiers, arguments.output, settings)
    with _engine(arguments.dask):
        rows = [row for one in cohorts for row in _compare(arguments, *one, samplers, classifiers)]
    output, shown = arguments.output, (rows, list(samplers))
    draw_summary(*shown, output / "summary.png", arguments.metric)
    print("\n" + format_summary(*shown, arguments.metric) + "\n")
    print("Does augmentation help?", *answers(rows, arguments.metric), sep="\n", end="\n\n")
    for line in reference_worth(rows, arguments.metric):
        print(line + "\n")
    print(f"rows: {output / 'results.csv'}, picture: {output / 'summary.png'}")
    if arguments.report:
        from ..benchmark import write_report

        print(f"page: {write_report(*shown, output, arguments.metric)}")
    return 0 if any(row.classifier for row in rows) else 1  # 1: no sampler could be trained


@contextmanager
def _engine(address: str | None) -> Iterator[None]:
    """Let trainings run on a dask cluster, or on this machine, inside the ``with`` block."""
    if address is None:
        yield
        return
    from joblib import parallel_config

    from ..utils.optional import require

    distributed = require("distributed", "--dask")
    try:
        client = distributed.Client(address, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ValueError(f"--dask: there is no scheduler at {address!r}: {error}") from error
    with client, parallel_config("dask", client=client):
        yield


def _compare(
    arguments: argparse.Namespace, cohort: Any, settings: dict[str, Any], samplers: Any, classifiers: Any
) -> list[Any]:
    from ..benchmark import benchmark

    return benchmark(
        cohort,
        samplers=samplers,
        classifiers=classifiers,
        n_real=arguments.n_real,
        n_synthetic=arguments.n_synthetic,
        seeds=arguments.seeds,
        protocol=arguments.protocol,
        output=arguments.output,
        settings=settings,
        embeddings=arguments.report and not arguments.no_quality,
        quality=not arguments.no_quality,
        n_jobs=arguments.jobs,
        checkpoint=arguments.checkpoint,
        verbose=not arguments.quiet,
    )


def _cohorts(arguments: argparse.Namespace) -> list[tuple[Any, dict[str, Any]]]:
    """Return each cohort, and what must be equal for rows of another run to stand beside its own."""
    from ..benchmark import make_cohort
    from ..benchmark._cohort import undivided

    paths, least = arguments.data or [None], arguments.min_class_size
    check_options(arguments, [*paths, *([] if arguments.reference is None else [arguments.reference])])
    reference, described = reference_options(arguments)
    cohorts = []
    for path in paths:
        table = read_cohort(path, arguments)
        name, X = table.name, choose_genes(table, arguments.genes)
        n_genes = arguments.genes if isinstance(arguments.genes, int) else None
        cohort, rare = make_cohort(
            name, X, table.target, table.groups, min_class_size=least, n_genes=n_genes, **reference
        )
        if lacking := X.shape[1] - cohort.X.shape[1]:
            print(f"{name}: {lacking} of {X.shape[1]} genes are not in the reference and were left out")
        if alone := undivided(cohort):
            print(f"{name}: never held out, rows of one group only: {', '.join(map(str, alone))}")
        if rare:
            print(f"{name}: left out, fewer than {least} rows: {', '.join(map(str, rare))}")
        options = {**column_names(table), "genes": arguments.genes, "min_class_size": least, **described}
        if arguments.transform != "none":
            options["transform"] = arguments.transform
        cohorts.append((cohort, {f"{name} {option}": value for option, value in options.items()}))
    known = [cohort.name for cohort, _ in cohorts]
    if len(set(known)) < len(known):
        raise ValueError(f"--data: two files have one name ({', '.join(known)}); rename one")
    return cohorts


def _sizes(parser: str) -> Callable[[str], list]:
    def parse(text: str) -> list:
        from ..benchmark import _row_amounts

        try:
            return [getattr(_row_amounts, parser)(part) for part in names(text)]
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return parse
