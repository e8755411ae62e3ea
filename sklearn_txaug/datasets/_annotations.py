"""Labels and groups of samples: from the table itself or from a second file, joined by sample."""

import re
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from ..utils.optional import require
from ._base import Source
from ._cells import few, find_separator, open_text, parse_cells, split_fields

MARK = "is_synthetic"  # column or row that marks synthetic samples


def marked(column: Any) -> Any:
    """Tell which cells of a column `MARK` say that a row is synthetic: booleans, or their text."""
    return column.isin([True, "True", "TRUE", "true"]).to_numpy(dtype=bool)


class Sheet:
    """A second file with one row a sample: identifiers in one column, labels and groups in others.

    Parameters
    ----------
    path : Path
        A .csv, .tsv or .txt file with a header, plain or gzipped.
    """

    def __init__(self, path: Path) -> None:
        pd = require("pandas", "read_expression")
        self.path = path
        with open_text(path) as file:
            rows = [line for line in file if line.strip() and not line.startswith("#")]
        separator = find_separator(rows[0] if rows else "", path)
        header, *cells = (split_fields(line, separator) for line in rows)
        if cells and len(cells[0]) == len(header) + 1:
            header = ["", *header]
        wrong = [number for number, row in enumerate(cells, start=1) if len(row) != len(header)]
        if wrong:
            raise ValueError(
                f"labels_file {path.name}: row {wrong[0]} has {len(cells[wrong[0] - 1])} fields where the header "
                f"has {len(header)}."
            )
        self.frame = pd.DataFrame(cells, columns=header, dtype=object)

    @property
    def identifiers(self) -> set[str]:
        """Every cell of the file: only the table tells which column holds the identifiers."""
        return set(self.frame.to_numpy().ravel().tolist())

    def annotation(self, name: str, samples: Sequence[Any]) -> Any:
        """Return column `name` for the given samples, None where a sample is absent or its cell is empty."""
        pd = require("pandas", "read_expression")
        for normalise in (str, _dashes):
            wanted = [normalise(sample) for sample in samples]
            keys = self.frame.map(normalise)
            hits = [int(keys.iloc[:, i].isin(wanted).sum()) for i in range(keys.shape[1])]
            if max(hits):
                break
        else:
            raise ValueError(
                f"labels_file {self.path.name} has none of the samples: they are called "
                f"{few(samples, 3)}, and its first column holds {few(self.frame.iloc[:, 0], 3)}."
            )
        ids = keys.iloc[:, hits.index(max(hits))]
        pairs = pd.DataFrame({"id": ids, "value": self.frame[name]}).drop_duplicates()
        pairs = pairs[pairs["id"].isin(wanted)]
        if pairs["id"].duplicated().any():
            twice = pairs.loc[pairs["id"].duplicated(), "id"]
            raise ValueError(
                f"labels_file {self.path.name} gives several values of {name!r} for {few(twice, 3)}."
            )
        values = dict(zip(pairs["id"], pairs["value"], strict=True))
        return parse_cells([values.get(sample, "") for sample in wanted])


def get_annotation(argument: str, name: str, source: Source, sheet: Sheet | None) -> Any:
    """Find the column that `label` or `group` names, in the second file or else in the table.

    Parameters
    ----------
    argument : {"label", "group"}
        For the message.
    name : str
        The column.
    source : Source
        The table.
    sheet : Sheet or None
        The second file.

    Returns
    -------
    column : Series of length n_samples
        Its cells.
    """
    if sheet is not None and name in sheet.frame:
        return sheet.annotation(name, source.samples)
    if name in source.annotations:
        return source.annotation(name)
    available = list(source.annotations)
    has = few(available) or "no such columns"
    message = f"{argument}={name!r} was not found in {source.path.name}, which has {has}"
    if sheet is not None:
        message += f"; nor in {sheet.path.name}, which has {few(sheet.frame.columns)}"
    close = get_close_matches(name, available + (list(sheet.frame.columns) if sheet is not None else []), n=1)
    raise ValueError(message + "." + (f" Did you mean {close[0]!r}?" if close else ""))


def _dashes(name: Any) -> str:
    return re.sub(r"[._]", "-", str(name))
