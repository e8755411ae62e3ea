"""Are the samples of a table in its rows or in its columns?"""

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import NamedTuple

from ._cells import is_number
from ._landmarks import landmark_genes

_GENE_ID = re.compile(
    r"ENS[A-Z]*[GT]\d{11}(\.\d+)?(_PAR_Y)?|[^|]+\|\d+|AFFX-.*|.+_at|ILMN_\d+|[NX][MR]_\d+(\.\d+)?|LOC\d+|gene_?\d+",
    re.I,
)
_SAMPLE_ID = re.compile(
    r"(TCGA[-.]\w\w[-.]\w{4}|GTEX[-.]\w|TARGET[-.]\d|GSM\d|[SED]RR\d|synthetic_\d).*"
    r"|(sample|patient|donor|subject|control|normal|tumou?r)[-_. ]?\d+",
    re.I,
)
_SYMBOL = re.compile(r"[A-Z][A-Z0-9]+([-.][A-Z0-9]+)*|C\d+orf\d+")
_GENE_CORNER = re.compile(r".*(gene|symbol|ensembl|entrez|probe|id_ref|transcript).*", re.I)
_SAMPLE_CORNER = re.compile(r".*(sample|patient|donor|subject|barcode|individual).*", re.I)
_ID_CORNER = re.compile(r".*(id|index|name|unnamed.*)|", re.I)


class Orientation(NamedTuple):
    """Where the samples are, how that is known, and whether it is a guess from the shape only."""

    samples_in: str
    reason: str
    guess: bool = False


def has_row_names(corner: str, first_column: Sequence[str], names: Collection[str]) -> bool:
    """Tell whether the first column of a table holds identifiers rather than data.

    Parameters
    ----------
    corner : str
        Header of the first column.
    first_column : sequence of str
        Its cells.
    names : collection of str
        Columns that the caller asked for as label, group or to be dropped.
    """
    if corner in names:
        return False
    first_column = [cell.replace(",", ".") for cell in first_column]  # a decimal comma
    known = any(pattern.fullmatch(corner) for pattern in (_ID_CORNER, _GENE_CORNER, _SAMPLE_CORNER))
    return known or not all(is_number(cell) for cell in first_column)


def looks_like_gene(name: str) -> bool:
    """Tell whether a name is an identifier or could be a human symbol of a gene."""
    return bool(_GENE_ID.fullmatch(name) or _SYMBOL.fullmatch(name))


def find_samples(
    columns: Sequence[str],
    rows: Sequence[str] | None,
    corner: str,
    names: Iterable[str] = (),
    sample_ids: Collection[str] = (),
) -> Orientation:
    """Decide where the samples of a table are.

    Parameters
    ----------
    columns : sequence of str
        Names of the columns, without that of the identifiers.
    rows : sequence of str or None
        Names of the rows; None if the table has none.
    corner : str
        Header of the column of identifiers.
    names : iterable of str
        Names of the label, the group and what to drop.
    sample_ids : collection of str
        Identifiers known to be samples, from a second file.

    Returns
    -------
    orientation : Orientation
        The first of these that decides: no row names; `names`; `sample_ids`; identifiers that look like genes
        or samples; the corner of the table; the share of names that could be gene symbols; the shape.
    """
    if rows is None:
        return Orientation("rows", "the rows have no names")
    for name in names:
        if (name in columns) != (name in rows):
            side, where = ("rows", "header") if name in columns else ("columns", "first column")
            return Orientation(side, f"{name!r} is in the {where}")
    known = frozenset(sample_ids)
    genes = frozenset(landmark_genes(as_frame=False)["symbol"].tolist())
    return (
        _compare(columns, rows, known.__contains__, None, "samples of labels_file")
        or _compare(columns, rows, _SAMPLE_ID.fullmatch, _GENE_ID.fullmatch, "identifiers")
        or _compare(columns, rows, None, genes.__contains__, "gene symbols")
        or _from_corner(corner)
        or _compare(columns, rows, None, _SYMBOL.fullmatch, "names like gene symbols")
        or _from_shape(len(columns), len(rows))
    )


def _compare(
    columns: Sequence[str],
    rows: Sequence[str],
    is_sample: Callable[[str], object] | None,
    is_gene: Callable[[str], object] | None,
    what: str,
) -> Orientation | None:
    """Compare the evidence for either side; None unless one is three times the other and not tiny."""

    def share(test: Callable[[str], object] | None, names: Sequence[str]) -> float:
        return sum(map(bool, map(test, names))) / max(len(names), 1) if test else 0.0

    in_rows = share(is_sample, rows) + share(is_gene, columns)
    in_columns = share(is_sample, columns) + share(is_gene, rows)
    if max(in_rows, in_columns) < 0.01 or max(in_rows, in_columns) <= 3 * min(in_rows, in_columns):
        return None
    side = "rows" if in_rows > in_columns else "columns"
    return Orientation(side, f"{what} in the rows and the columns")


def _from_corner(corner: str) -> Orientation | None:
    if _GENE_CORNER.fullmatch(corner):
        return Orientation("columns", f"the first column is called {corner!r}")
    if _SAMPLE_CORNER.fullmatch(corner):
        return Orientation("rows", f"the first column is called {corner!r}")
    return None


def _from_shape(n_columns: int, n_rows: int) -> Orientation:
    reason = f"there are {n_rows} rows and {n_columns} columns, and mostly fewer samples than genes"
    return Orientation("rows" if n_rows <= n_columns else "columns", reason, guess=True)
