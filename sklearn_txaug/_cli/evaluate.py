"""The command ``evaluate``: all indicators of a file of synthetic rows, as a table, pictures and one page."""

from __future__ import annotations

import argparse
from io import BytesIO
from pathlib import Path
from typing import Any

from .cohort import check_options, column_names, keep_genes, like_labels, read_cohort, read_synthetic
from .messages import in_options
from .options import FILE_ENDINGS, WORDS, changed, cohort_options, genes_option, positive, seed_option
from .output import check_folder

_WORDS = {  # what the functions call otherwise
    **dict.fromkeys(("X_real", "X_train", "y_real", "y_train"), "the real file"),
    **dict.fromkeys(("X_synthetic", "y_synthetic"), "the synthetic file"),
    **dict.fromkeys(("X_test", "y_test"), "the file of --test"),
    **dict.fromkeys(("groups_train", "groups_test"), "--group"),
    "k": "--neighbors",
    **WORDS,
}


def add_command(commands: Any) -> None:
    """Add the command to those of the command line."""
    parser = commands.add_parser(
        "evaluate",
        help="measure how good synthetic rows are",
        description="Compute all indicators of the synthetic rows, each beside what other real rows reach. Give "
        "--test to see what holds for rows that the generator has not seen, and whether it remembers its training "
        f"rows. Files: {FILE_ENDINGS}; with the same genes, on a log scale.",
        parents=[cohort_options(), genes_option(), seed_option()],
    )
    add = parser.add_argument
    add("real", type=Path, help="the rows that the generator was trained on")
    add("synthetic", type=Path, help="synthetic rows; in the output of augment those marked by is_synthetic")
    add("--test", type=Path, metavar="FILE", help="real rows that the generator has not seen")
    add("-o", "--output", type=Path, default=Path("evaluation"), help="folder of the results (%(default)s)")
    add("--neighbors", type=positive, default=10, help="k of precision, recall and coverage (%(default)s)")
    add("--device", default="auto", help="torch device of the distances (%(default)s)")
    parser.set_defaults(run=_evaluate, words=_WORDS)


def _evaluate(arguments: argparse.Namespace) -> int:
    from ..metrics import quality_report
    from ..utils.scales import warn_if_not_log

    check_folder(arguments.output)
    _check_ours(arguments.output)
    check_options(arguments, [arguments.real, arguments.synthetic, arguments.test])
    real = read_cohort(arguments.real, arguments)
    synthetic = read_synthetic(arguments.synthetic, arguments, real)
    test = None
    if arguments.test is not None:
        test = read_cohort(arguments.test, changed(arguments, **column_names(real)))
        test.target = like_labels(test.target, real.target)
    tables = [table for table in (real, synthetic, test) if table is not None]
    keep_genes(tables, arguments)
    for table in tables:
        warn_if_not_log(table.data.to_numpy())
    held_out: dict[str, Any] = {}
    if test is not None:
        held_out = {"X_test": test.data, "y_test": test.target, "groups_test": test.groups}
    report = quality_report(
        *(real.data, real.target, synthetic.data, synthetic.target),
        **held_out,
        groups_train=real.groups,
        k=arguments.neighbors,
        device=arguments.device,
        random_state=arguments.seed,
    )
    print(in_options(format_report(report), arguments))
    pictures = draw(real, synthetic, test, arguments.device)
    title = f"{arguments.synthetic.name} against {arguments.real.name}"
    _write(report, pictures, title + (f" and {arguments.test.name}" if test else ""), arguments.output)
    print(f"all figures: {arguments.output / 'report.html'}, tables and pictures beside it")
    return 0


def _check_ours(folder: Path) -> None:
    """Refuse a folder whose files have the names of a report and are none."""
    table = folder / "report.csv"
    if table.is_file() and table.read_bytes().startswith(b"family,indicator,"):
        return
    names = ("report.csv", "report.html", "classes.csv", "blind_spots.csv", "privacy.csv")
    if there := [name for name in names if (folder / name).exists()]:
        raise ValueError(
            f"--output: {str(folder / there[0])!r} is not of an earlier report and would be replaced; choose another "
            "folder"
        )


def format_report(report: Any) -> str:
    """Return the report as text for one screen of a terminal."""
    from ..metrics._report_answer import answers
    from ..metrics._report_html import SIDES

    said = answers(report)
    lines = [said.plausible, said.varied, said.copies, f"Verdict: {said.verdict}"]
    lines += [f"Note: {remark}" for remark in report.remarks]
    for side, title in SIDES.items():
        part = report[report["against"] == side]
        if len(part):
            lines += [
                "",
                title,
                *map(_family_line, (part[part["family"] == f] for f in part["family"].unique())),
            ]
    return "\n".join(lines)


def _family_line(part: Any) -> str:
    """Count the verdicts of a family, and name an indicator that is far from real."""
    from ..metrics._report_verdict import BEYOND, FAR, LIKE, NEAR, NONE
    from ..utils.html import number

    counts = part["verdict"].value_counts()
    words = ", ".join(f"{counts[word]} {word}" for word in (LIKE, NEAR, FAR, BEYOND, NONE) if word in counts)
    far = part[part["verdict"] == FAR]
    shown = ""
    if len(far):
        row = far.iloc[0]
        name = f"{row['indicator']} {row['field']}".strip()
        shown = f"; {name} {number(row['value'])}, real rows {number(row['reference'])}"
    return f"  {part['family'].iloc[0]:9} {words}{shown}"


def draw(real: Any, synthetic: Any, test: Any, device: str) -> dict[str, tuple[str, bytes]]:
    """Return file name and PNG of each picture that can be drawn, by caption."""
    from .. import plotting as p

    shown, kind = (real, "training rows") if test is None else (test, "held-out rows")
    rows = shown.data, synthetic.data, shown.target, synthetic.target
    plan: list[tuple[str, str, Any, tuple[float, float]]] = [
        (f"Classes, {kind} and synthetic rows", "classes", p.EmbeddingDisplay, (8.4, 5)),
        (f"Origin, {kind} and synthetic rows", "origin", _by_origin, (8.4, 5)),
        (
            f"Correlations of the genes, {kind} below the diagonal",
            "correlations",
            p.CorrelationDisplay,
            (6.4, 5.2),
        ),
        ("Single genes, from the best fit to the worst", "genes", p.MarginalDisplay, (8.4, 4.4)),
        ("Dimensions of the variation", "dimensions", p.PCAVarianceDisplay, (6.4, 4.4)),
        ("Class effects", "class_effects", p.DifferentialExpressionDisplay, (8.4, 5)),
    ]
    pictures: dict[str, tuple[str, bytes]] = {}
    for caption, name, display, size in plan:
        pictures |= _picture(caption, name, size, getattr(display, "from_data", display), *rows)
    if test is not None:
        sets = real.data, test.data, synthetic.data
        caption, memory = "Closest rows: nearer to the training rows?", p.MemorisationDisplay.from_data
        pictures |= _picture(caption, "memorisation", (8.8, 4.4), memory, *sets, device=device)
    return pictures


def _by_origin(X: Any, X_new: Any, *_: Any, ax: Any) -> Any:
    from ..plotting import EmbeddingDisplay

    return EmbeddingDisplay.from_data(X, X_new, ax=ax)


def _picture(
    caption: str, name: str, size: tuple[float, float], display: Any, *arguments: Any, **settings: Any
) -> dict[str, tuple[str, bytes]]:
    from matplotlib.figure import Figure

    figure, file = Figure(figsize=size, layout="constrained"), BytesIO()
    try:
        display(*arguments, ax=figure.add_subplot(), **settings)
    except ValueError as error:  # too few rows, one class
        print(f"no picture {name!r}: {error}")
        return {}
    figure.savefig(file, dpi=120, format="png")
    return {caption: (name, file.getvalue())}


def _without_formulas(table: Any) -> Any:
    """Return a table whose names of classes and genes spreadsheets do not run."""
    from ..datasets._cells import no_formula

    text = table.select_dtypes("object")
    return table.assign(
        **{
            name: column.map(no_formula, na_action="ignore")
            for name, column in text.items()
            if column.map(type).eq(str).all()
        }
    )


def _write(report: Any, pictures: dict[str, tuple[str, bytes]], title: str, folder: Path) -> None:
    from ..utils.files import replacing

    folder.mkdir(parents=True, exist_ok=True)
    tables = {"report": report, "classes": report.classes, "blind_spots": report.blind_spots}
    tables["privacy"] = getattr(report, "privacy", None)
    for name, table in tables.items():
        if table is not None:
            with replacing(folder / f"{name}.csv") as new:
                _without_formulas(table).to_csv(new, index=False)
    for name, png in pictures.values():
        with replacing(folder / f"{name}.png") as new:
            new.write_bytes(png)
    inline = {caption: png for caption, (_, png) in pictures.items()}
    with replacing(folder / "report.html") as new:
        report.to_html(new, title=title, pictures=inline)
