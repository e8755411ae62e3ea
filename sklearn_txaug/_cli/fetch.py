"""The command ``fetch``: public data sets into the cache, and into a file."""

from __future__ import annotations

import argparse
import os
import warnings
from pathlib import Path
from typing import Any

from .options import FILE_ENDINGS, names, quiet_option
from .output import check_output, check_writable


def add_command(commands: Any) -> None:
    """Add the command to those of the command line."""
    parser = commands.add_parser(
        "fetch",
        help="download a public data set",
        description="Download TCGA, GTEx v8 or the STRING graph, keep the genes asked for in a cache and write "
        "them to a file if -o is given; an h5ad or a GCT has what else is known of the samples too. An interrupted "
        "download resumes when the command is given again.",
    )
    parser.set_defaults(run=_fetch)
    sets = parser.add_subparsers(dest="data_set", required=True)
    tcga = _add(sets, "tcga", "tumours and adjacent normal tissue, The Cancer Genome Atlas")
    tcga.add_argument("--source", default="pancan", choices=["pancan", "toil"], help="matrix (pancan)")
    tcga.add_argument("--label", default="tissue", choices=["tissue", "cohort", "sample_type", "cancer"])
    tcga.add_argument(
        "--missing",
        default="drop",
        choices=["drop", "keep"],
        help="what to do with samples without age or sex, and with genes that lack values (drop)",
    )
    gtex = _add(sets, "gtex", "normal tissue, GTEx v8")
    gtex.add_argument("--label", default="tissue", choices=["tissue", "tissue_detail"])
    gtex.add_argument(
        "--min-class-size", type=int, default=100, help="leave out labels with fewer samples (100)"
    )
    string = _add(sets, "string", "human protein associations, STRING v12")
    string.add_argument("--threshold", type=float, default=0.7, help="least score of an edge, 0 to 1 (0.7)")
    for cohort in (tcga, gtex):
        cohort.add_argument(
            "--genes",
            type=_genes,
            default="landmarks",
            help="landmarks (L1000), all, a comma-separated list, or a text file with one gene a line",
        )


def _add(sets: Any, name: str, text: str) -> Any:
    parser = sets.add_parser(name, help=text, description=f"Download {text}.", parents=[quiet_option()])
    parser.add_argument("--data-home", type=Path, help="folder of the cache; default: that of scikit-learn")
    parser.add_argument("--delete-download", action="store_true", help="keep the cache only")
    parser.add_argument(
        "--url", type=_url, action="append", default=[], metavar="NAME=URL", help="another address of a file"
    )
    formats = "tsv or csv, also with .gz, .bz2 or .xz" if name == "string" else FILE_ENDINGS
    parser.add_argument("-o", "--output", type=Path, help=f"file to write ({formats})")
    return parser


def _genes(text: str) -> Any:
    if text in ("landmarks", "all"):
        return text if text == "landmarks" else None
    if os.path.isfile(text):  # false for a list that is too long for a name
        return Path(text).read_text("utf-8-sig").split()
    return names(text)


def _url(text: str) -> tuple[str, str]:
    name, equals, url = text.partition("=")
    if not equals or not url:
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form NAME=URL")
    return name, url


def _fetch(arguments: argparse.Namespace) -> int:
    options: dict[str, Any] = {
        "data_home": arguments.data_home,
        "keep": not arguments.delete_download,
        "urls": dict(arguments.url),
        "verbose": not arguments.quiet,
    }
    if arguments.data_set == "string":
        _fetch_graph(arguments, options)
    else:
        _fetch_cohort(arguments, options)
    if arguments.output is not None:
        print(f"written: {arguments.output}")
    return 0


def _fetch_cohort(arguments: argparse.Namespace, options: dict[str, Any]) -> None:
    from ..datasets import fetch_gtex, fetch_tcga, write_expression
    from ..datasets._base import AnnDataFormat
    from ..datasets._formats import find_format
    from ..datasets._gct import GctFormat

    if arguments.output is not None:
        check_output(arguments.output)  # before the download
    options |= {"genes": arguments.genes, "label": arguments.label, "as_frame": True}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # the notes say the same
        if arguments.data_set == "tcga":
            data = fetch_tcga(source=arguments.source, missing=arguments.missing, **options)
        else:
            data = fetch_gtex(min_class_size=arguments.min_class_size, **options)
    print("\n".join(data.notes))
    counts = data.target.value_counts()
    print(f"{arguments.label}: " + ", ".join(f"{name} {count}" for name, count in counts.items()))
    print(f"cache: {data.filename}")
    if arguments.output is not None:
        apart = isinstance(find_format(arguments.output), AnnDataFormat | GctFormat)
        further = data.covariates.drop(columns=[data.target.name, data.groups.name]) if apart else None
        write_expression(arguments.output, data.data, data.target, groups=data.groups, covariates=further)


def _fetch_graph(arguments: argparse.Namespace, options: dict[str, Any]) -> None:
    from ..datasets import fetch_string_graph
    from ..datasets._fetch_download import Store
    from ..datasets._text import TextFormat

    if arguments.output is not None:
        if TextFormat().suffix(arguments.output) not in (".tsv", ".csv"):
            raise ValueError(
                f"--output: {arguments.output.name!r} must end in .tsv or .csv, also with .gz, .bz2 or .xz"
            )
        check_writable(arguments.output)
    graph = fetch_string_graph(threshold=arguments.threshold, **options)
    print(f"{graph.n_genes} genes, {graph.n_edges} edges with a score of at least {arguments.threshold}")
    print(f"cache: {Store('string_v12', arguments.data_home, None, False, False).folder}")
    if arguments.output is not None:
        _write_edges(arguments.output, graph)


def _write_edges(path: Path, graph: Any) -> None:
    """Write a table that ``GeneGraph.from_edges`` reads."""
    from ..datasets._text import TextFormat
    from ..datasets._textfile import create_text
    from ..utils.files import replacing

    separator = "," if TextFormat().suffix(path) == ".csv" else "\t"
    edges = graph.adjacency.tocoo()
    upper = edges.row < edges.col
    with replacing(path) as new, create_text(new) as file:
        file.write(separator.join(("source", "target", "weight")) + "\n")
        for i, j, weight in zip(edges.row[upper], edges.col[upper], edges.data[upper].round(3), strict=True):
            file.write(separator.join((graph.genes[i], graph.genes[j], str(weight))) + "\n")
