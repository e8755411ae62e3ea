"""Command line: ``python -m sklearn_txaug`` or ``txaug``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ._evaluate import add_evaluate


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status."""
    parser = argparse.ArgumentParser(prog="txaug", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    _add_benchmark(commands)
    add_evaluate(commands)
    arguments = parser.parse_args(argv)
    try:
        return arguments.run(arguments)
    except (ValueError, ImportError, OSError) as error:
        print(f"txaug {arguments.command}: {error}", file=sys.stderr)
        return 2


def _add_benchmark(commands: Any) -> None:
    parser = commands.add_parser(
        "benchmark",
        help="compare samplers by the classifiers they help and by the quality of their rows",
        description="Compare samplers on held-out rows. Without --data: the embedded tissue expression data. "
        "A run that was killed continues where it stopped when the same command is given again.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--data", type=Path, help="h5ad, csv, tsv, gct or parquet file")
    parser.add_argument("--label", help="column of the class labels")
    parser.add_argument("--group", help="column of the patients or donors that no split may cut")
    parser.add_argument("--samplers", type=_names, default="none,random,smote,borderline,gaussian,wgangp")
    parser.add_argument("--classifiers", type=_names, default="mlp,logistic")
    parser.add_argument("--n-real", type=_integers, default="20", help="training rows, comma-separated")
    parser.add_argument(
        "--n-synthetic", type=_integers, default="200", help="synthetic rows, comma-separated"
    )
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--protocol", choices=["honest", "oracle"], default="honest")
    parser.add_argument("--min-class-size", type=int, default=6, help="leave out classes with fewer rows")
    parser.add_argument("--output", type=Path, default=Path("benchmark"))
    parser.add_argument("--jobs", type=int, help="trainings at a time; default: one for each CPU core")
    parser.set_defaults(run=_benchmark)


def _benchmark(arguments: argparse.Namespace) -> int:
    from .benchmark import (
        benchmark,
        draw_summary,
        format_summary,
        make_classifiers,
        make_cohort,
        make_samplers,
    )

    name, X, y, groups = _read(arguments)
    cohort, rare = make_cohort(name, X, y, groups, arguments.min_class_size)
    if rare:
        print(f"left out, fewer than {arguments.min_class_size} rows: {', '.join(map(str, rare))}")
    samplers = _pick(make_samplers(), arguments.samplers, "--samplers")
    rows = benchmark(
        cohort,
        samplers=samplers,
        classifiers=_pick(make_classifiers(), arguments.classifiers, "--classifiers"),
        n_real=arguments.n_real,
        n_synthetic=arguments.n_synthetic,
        seeds=arguments.seeds,
        protocol=arguments.protocol,
        output=arguments.output,
        settings={
            f"{name} label": arguments.label,
            f"{name} group": arguments.group,
            f"{name} min_class_size": arguments.min_class_size,
        },
        n_jobs=arguments.jobs,
    )
    draw_summary(rows, list(samplers), arguments.output / "summary.png")
    print("\n" + format_summary(rows, list(samplers)) + "\n")
    print(f"rows: {arguments.output / 'results.csv'}, picture: {arguments.output / 'summary.png'}")
    return 0


def _read(arguments: argparse.Namespace) -> tuple[str, Any, Any, Any]:
    if arguments.data is None:
        from .datasets import load_tissue_expression

        return ("tissue_expression", *load_tissue_expression(return_X_y=True), None)
    from .datasets import read_expression

    table = read_expression(arguments.data, label=arguments.label, group=arguments.group)
    if table.target is None:
        raise ValueError("--label is needed: the column of the class labels")
    return arguments.data.name.split(".")[0], table.data, table.target, table.groups


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _integers(text: str) -> list[int]:
    try:
        return [int(part) for part in _names(text)]
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a comma-separated list of integers") from None


def _pick(known: dict[str, Any], names: Sequence[str], option: str) -> dict[str, Any]:
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ValueError(f"{option}: {unknown} are not known; choose from {', '.join(known)}")
    return {name: known[name] for name in names}


if __name__ == "__main__":
    sys.exit(main())
