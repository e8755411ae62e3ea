"""The command ``benchmark``: samplers compared on held-out rows of a cohort."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any


def add_benchmark(commands: Any) -> None:
    """Add the command to those of the command line."""
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
    parser.add_argument(
        "--genes", type=_genes, help="'landmarks' (L1000), or how many of the most variable genes"
    )
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
    n_genes = arguments.genes if isinstance(arguments.genes, int) else None
    cohort, rare = make_cohort(name, X, y, groups, min_class_size=arguments.min_class_size, n_genes=n_genes)
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
            f"{name} genes": arguments.genes,
            f"{name} min_class_size": arguments.min_class_size,
        },
        n_jobs=arguments.jobs,
    )
    draw_summary(rows, list(samplers), arguments.output / "summary.png")
    print("\n" + format_summary(rows, list(samplers)) + "\n")
    print(f"rows: {arguments.output / 'results.csv'}, picture: {arguments.output / 'summary.png'}")
    return 0


def _read(arguments: argparse.Namespace) -> tuple[str, Any, Any, Any]:
    from .datasets import load_tissue_expression, match_landmarks, read_expression

    if arguments.data is None:
        table: Any = load_tissue_expression()
        name, groups, X = "tissue_expression", None, table.data
    else:
        table = read_expression(arguments.data, label=arguments.label, group=arguments.group)
        name, groups, X = arguments.data.name.split(".")[0], table.groups, table.data.to_numpy()
    if table.target is None:
        raise ValueError("--label is needed: the column of the class labels")
    if arguments.genes == "landmarks":
        X = X[:, match_landmarks(table.feature_names).mask]
        if not X.shape[1]:
            raise ValueError(f"--genes landmarks: {name} has none of the L1000 landmark genes")
    return name, X, table.target, groups


def _genes(text: str) -> int | str:
    if text == "landmarks" or (text.isdigit() and int(text) > 0):
        return text if text == "landmarks" else int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is neither 'landmarks' nor a number of genes")


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
