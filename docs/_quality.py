"""What the scripts behind docs/benchmarks_quality.md share: their arguments, and the table of synthetic rows."""

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sklearn_txaug._cli.methods import pick
from sklearn_txaug._cli.options import names, positive
from sklearn_txaug.benchmark import Cohort, Row, benchmark, format_quality, make_cohort
from sklearn_txaug.datasets import read_expression


def quality_parser(description: str, output: str) -> argparse.ArgumentParser:
    """Return a parser of the data, its columns, the rows and seeds, and the folder of results."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("data", type=Path)
    parser.add_argument("--label", default="cancer_and_type")
    parser.add_argument("--group", default="patient")
    parser.add_argument("--samplers", type=names, help="comma-separated; default: all")
    parser.add_argument("--n-real", type=int, default=600)
    parser.add_argument("--seeds", type=positive, default=3)
    parser.add_argument("--jobs", type=positive, help="trainings at a time; default: one for each CPU core")
    parser.add_argument("--output", type=Path, default=Path(output))
    return parser


def read_table(arguments: argparse.Namespace) -> Any:
    """Return the expression table of the data file."""
    return read_expression(arguments.data, label=arguments.label, group=arguments.group)


def cohort_of(arguments: argparse.Namespace, table: Any, X: Any) -> Cohort:
    """Return the cohort of all or some of the table's genes, named by the data file."""
    return make_cohort(arguments.data.name.split(".")[0], X, table.target, table.groups)[0]


def chosen(arguments: argparse.Namespace, samplers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the samplers that the command names."""
    return pick(dict(samplers), arguments.samplers or list(samplers), "--samplers")


def print_quality(arguments: argparse.Namespace, cohort: Cohort, samplers: Mapping[str, Any]) -> list[Row]:
    """Train what is not in the output folder yet, print the table, and return its rows."""
    rows = benchmark(
        cohort,
        samplers=samplers,
        classifiers={},
        n_real=[arguments.n_real],
        n_synthetic=[0],
        seeds=arguments.seeds,
        output=arguments.output,
        n_jobs=arguments.jobs,
    )
    print(format_quality(rows, list(samplers)))
    return rows
