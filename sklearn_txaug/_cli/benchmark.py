"""The command ``benchmark``: samplers compared on held-out rows of one or more cohorts."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

_MANY_LANDMARKS = 300  # of 978: with fewer, all genes say more
METRICS = ("balanced_accuracy", "f1_macro", "accuracy")


def add_benchmark(commands: Any) -> None:
    """Add the command to those of the command line."""
    parser = commands.add_parser(
        "benchmark",
        help="compare samplers by the classifiers they help and by the quality of their rows",
        description="Compare samplers on held-out rows. Without --data: the embedded tissue expression data. "
        "A run that was killed continues where it stopped when the same command is given again.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    add = parser.add_argument
    add("--data", type=Path, nargs="+", help="h5ad, csv, tsv, gct or parquet files, each a cohort")
    add(
        "--label", help="column of the class labels; default: the one that an h5ad file names in uns['label']"
    )
    add("--group", help="column of the patients or donors that no split may cut; default: uns['group']")
    add("--genes", type=_genes, help="'landmarks' (L1000), or how many of the most variable genes")
    add("--samplers", type=names, default="none,random,smote,borderline,gaussian,wgangp")
    add("--classifiers", type=names, default="mlp,logistic", help="of mlp, logistic, forest, boosting")
    add(
        "--n-real",
        type=_sizes("real_size"),
        default="20",
        help="training rows: 100, 5c (of each class) or all",
    )
    add(
        "--n-synthetic",
        type=_sizes("synthetic_size"),
        default="200",
        help="synthetic rows: 200, 0.5x (share of the real rows) or balance (each class up to the largest)",
    )
    add("--seeds", type=positive, default=3)
    add(
        "--protocol",
        type=names,
        default="honest",
        help="honest: the generator sees the rows that the classifier sees; oracle: all that are not held out",
    )
    add(
        "--metric",
        choices=METRICS,
        default=METRICS[0],
        help="score of tables and pictures; all are kept, and the gate chooses by the first",
    )
    add("--min-class-size", type=int, default=6, help="leave out classes with fewer rows")
    add("--report", action="store_true", help="write one HTML page with words, tables and pictures")
    add("--output", type=Path, default=Path("benchmark"))
    add("--jobs", type=positive, help="trainings at a time; default: one for each CPU core")
    parser.set_defaults(run=_benchmark)


def _benchmark(arguments: argparse.Namespace) -> int:
    from ..benchmark import benchmark, draw_summary, format_summary, make_classifiers, make_samplers
    from ..benchmark._run import make_plan, open_store

    samplers = pick(make_samplers(), arguments.samplers, "--samplers")
    classifiers = pick(make_classifiers(), arguments.classifiers, "--classifiers")
    sizes = arguments.n_real, arguments.n_synthetic, arguments.seeds, arguments.protocol
    cohorts = _cohorts(arguments)
    for cohort, settings in cohorts:  # an error in the last file comes before hours in the first
        make_plan(cohort, samplers, classifiers, *sizes)
        open_store(cohort, samplers, classifiers, arguments.output, settings)
    rows = []
    for cohort, settings in cohorts:
        rows += benchmark(
            cohort,
            samplers=samplers,
            classifiers=classifiers,
            n_real=arguments.n_real,
            n_synthetic=arguments.n_synthetic,
            seeds=arguments.seeds,
            protocol=arguments.protocol,
            output=arguments.output,
            settings=settings,
            embeddings=arguments.report,
            n_jobs=arguments.jobs,
        )
    output, shown = arguments.output, (rows, list(samplers))
    draw_summary(*shown, output / "summary.png", arguments.metric)
    print("\n" + format_summary(*shown, arguments.metric) + "\n")
    print(f"rows: {output / 'results.csv'}, picture: {output / 'summary.png'}")
    if arguments.report:
        from ..benchmark import write_report

        print(f"page: {write_report(*shown, output, arguments.metric)}")
    return 0


def _cohorts(arguments: argparse.Namespace) -> list[tuple[Any, dict[str, Any]]]:
    """Return each cohort, and what must be equal for rows of another run to stand beside its own."""
    from ..benchmark import make_cohort
    from ..benchmark._cohort import undivided

    paths, least = arguments.data or [None], arguments.min_class_size
    cohorts = []
    for path in paths:
        name, X, y, groups, columns = read_cohort(path, arguments.label, arguments.group, arguments.genes)
        n_genes = arguments.genes if isinstance(arguments.genes, int) else None
        cohort, rare = make_cohort(name, X, y, groups, min_class_size=least, n_genes=n_genes)
        if alone := undivided(cohort):
            print(f"{name}: never held out, rows of one group only: {', '.join(map(str, alone))}")
        if rare:
            print(f"{name}: left out, fewer than {least} rows: {', '.join(map(str, rare))}")
        options = {**columns, "genes": arguments.genes, "min_class_size": least}
        cohorts.append((cohort, {f"{name} {option}": value for option, value in options.items()}))
    known = [cohort.name for cohort, _ in cohorts]
    if len(set(known)) < len(known):
        raise ValueError(f"--data: two files have one name ({', '.join(known)}); rename one")
    return cohorts


def read_cohort(
    path: Path | None, label: str | None, group: str | None, genes: int | str | None = None
) -> tuple[str, Any, Any, Any, dict[str, Any]]:
    """Return name, rows, labels, groups and the columns that these came from; no path: the embedded data.

    `genes` is ``"landmarks"``, ``"auto"`` for the landmark genes if there are many, or anything else for all.
    """
    from ..datasets import load_tissue_expression, match_landmarks, read_expression

    if path is None:
        table: Any = load_tissue_expression()
        name, groups, X = "tissue_expression", None, table.data
    else:
        table = read_expression(path, label=label, group=group)
        name, groups, X = path.name.split(".")[0], table.groups, table.data.to_numpy()
        if table.target is None:
            raise ValueError(f"--label is needed: the column of the class labels of {path.name}")
        label, group = table.target.name, None if groups is None else groups.name
    if genes in ("landmarks", "auto"):
        mask = match_landmarks(table.feature_names).mask
        if genes == "landmarks" and not mask.any():
            raise ValueError(f"--genes landmarks: {name} has none of the L1000 landmark genes")
        if genes == "landmarks" or mask.sum() >= _MANY_LANDMARKS:
            X = X[:, mask]
        else:
            print(f"{name}: {mask.sum()} landmark genes are too few, so all genes are taken")
    return name, X, table.target, groups, {"label": label, "group": group}


def _genes(text: str) -> int | str:
    if text == "landmarks" or (text.isdigit() and int(text) > 1):
        return text if text == "landmarks" else int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is neither 'landmarks' nor a number of genes, 2 or more")


def positive(text: str) -> int:
    """Read a number of 1 or more."""
    if text.isdigit() and int(text) > 0:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a number of 1 or more")


def names(text: str) -> list[str]:
    """Split a comma-separated argument."""
    return [name.strip() for name in text.split(",") if name.strip()]


def _sizes(parser: str) -> Callable[[str], list]:
    def parse(text: str) -> list:
        from ..benchmark import _sizes

        try:
            return [getattr(_sizes, parser)(part) for part in names(text)]
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return parse


def pick(known: dict[str, Any], chosen: Sequence[str], option: str) -> dict[str, Any]:
    """Return those that are chosen, by name; a name that is not known, or none at all, is an error."""
    unknown = [name for name in chosen if name not in known]
    if unknown:
        raise ValueError(f"{option}: {unknown} are not known; choose from {', '.join(known)}")
    if not chosen:
        raise ValueError(f"{option} names none; choose from {', '.join(known)}")
    return {name: known[name] for name in chosen}
