"""Options that mean the same in every command, and the types of arguments."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

WORDS = {"y": "--label", "groups": "--group"}  # parameters of functions that options call otherwise
# Written out, since --help must be quick
FILE_ENDINGS = "h5ad, parquet, csv, tsv, txt or gct, the last four also with .gz, .bz2 or .xz"


class Parser(argparse.ArgumentParser):
    """A parser of the command line or of a command: options are written in full, and one is ``--traceback``.

    The commands of a parser are parsers of this class too, so that the option stands before or behind a command.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(allow_abbrev=False, **kwargs)
        self.add_argument(
            "--traceback",
            action="store_true",
            default=argparse.SUPPRESS,
            help="show where in the code an error came from",
        )


def changed(arguments: argparse.Namespace, **options: Any) -> argparse.Namespace:
    """Return a copy of the arguments with other values of some options."""
    return argparse.Namespace(**{**vars(arguments), **options})


def cohort_options() -> argparse.ArgumentParser:
    """Return a parent parser of the options that say how to read a file of expression."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.set_defaults(words=WORDS)
    group = parser.add_argument_group("reading the files")
    add = group.add_argument
    add("--label", metavar="COLUMN", help="class labels; default: what an h5ad names in uns['label']")
    add(
        "--group",
        metavar="COLUMN",
        help="patients or donors of the real rows, which no split cuts; default: what an h5ad names in uns['group']",
    )
    add(
        "--labels-file",
        type=Path,
        metavar="FILE",
        help="second table with --label and --group of the real rows, joined by sample",
    )
    add("--layer", help="layer of the h5ad files, instead of X")
    add(
        "--drop",
        action="append",
        default=[],
        metavar="COLUMNS",
        help="columns of the tables that are not genes, comma-separated; may be repeated, and a name with a comma "
        "stands alone",
    )
    add(
        "--samples-in",
        choices=["auto", "rows", "columns"],
        default="auto",
        help="where the tables have their samples; default: auto, which recognises names of genes and samples",
    )
    add(
        "--transform",
        choices=["none", "log2cpm", "log2p1"],
        default="none",
        help="to the log scale that generators need: log2cpm for raw counts, log2p1 for TPM or FPKM; default: none, "
        "for files on a log scale. augment writes synthetic rows in the units of its input",
    )
    return parser


def genes_option() -> argparse.ArgumentParser:
    """Return a parent parser of ``--genes``; `choose_genes` takes its value."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument(
        "--genes",
        type=_genes,
        help="'landmarks' (L1000), 'all', or how many of the most variable genes of the real rows; default: all",
    )
    return parser


def _genes(text: str) -> int | str | None:
    if text in ("landmarks", "all"):
        return None if text == "all" else text
    if text.isdigit() and int(text) > 1:
        return int(text)
    raise argparse.ArgumentTypeError(
        f"{text!r} is none of 'landmarks', 'all' and a number of genes, 2 or more"
    )


def quiet_option() -> argparse.ArgumentParser:
    """Return a parent parser of ``--quiet``."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--quiet", action="store_true", help="no progress bars")
    return parser


def seed_option() -> argparse.ArgumentParser:
    """Return a parent parser of ``--seed``."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--seed", type=int, default=0, help="the same seed gives the same result (0)")
    return parser


def checkpoint_option() -> argparse.ArgumentParser:
    """Return a parent parser of ``--checkpoint``."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument(
        "--checkpoint",
        type=Path,
        metavar="DIR",
        help="folder for the states of trainings that last long: the same command goes on within one that was killed",
    )
    return parser


def class_size_option() -> argparse.ArgumentParser:
    """Return a parent parser of ``--min-class-size``."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument(
        "--min-class-size", type=positive, default=6, help="leave out classes with fewer rows (6)"
    )
    return parser


def positive(text: str) -> int:
    """Read a number of 1 or more."""
    if text.isdigit() and int(text) > 0:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a number of 1 or more")


def names(text: str) -> list[str]:
    """Split a comma-separated argument."""
    return [name.strip() for name in text.split(",") if name.strip()]
