"""Labels and groups of samples: from the table itself or from a second file, joined by sample."""

import re
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from ..utils.optional import require
from ._base import Source
from ._cells import few, find_header, parse_cells, parse_covariate, raw_fields, records, unquote
from ._textfile import TextFile

MARK = "is_synthetic"  # column or row that marks synthetic samples

_OF_NAMES = ("label", "group", "categorical")
_SYNTHETIC = ("true", "1", "1.0", "yes", "t", "y")
_REAL = ("false", "0", "0.0", "no", "f", "n", "")


def marked(column: Any) -> Any:
    """Tell which cells of a column `MARK` say that a row is synthetic; missing ones do not.

    Booleans, 1 and 0, yes and no, or their text; anything else is a ValueError.
    """
    texts = column.astype(object).where(column.notna(), "").astype(str).str.strip().str.lower()
    unknown = ~texts.isin([*_SYNTHETIC, *_REAL])
    if unknown.any():
        raise ValueError(
            f"{MARK!r} holds {few(column[unknown.to_numpy()].unique(), 3)}, which is neither True nor False."
        )
    return texts.isin(_SYNTHETIC).to_numpy(dtype=bool)


class Sheet:
    """A second file with one row a sample: identifiers in one column, labels and groups in others.

    Parameters
    ----------
    path : Path
        A text file with a header, plain or compressed.

    Attributes
    ----------
    path : Path
        The file.
    frame : DataFrame of shape (n_rows, n_columns)
        All cells, as text.
    notes : list of str
        What the reader should know about its encoding.
    """

    def __init__(self, path: Path) -> None:
        pd = require("pandas", "read_expression")
        file = TextFile(path)
        self.path, self.notes = path, file.notes
        with file.open() as opened:
            header = find_header(enumerate(opened), path)
            self._separator = separator = header.separator
            names = [unquote(name) for name in raw_fields(header.line, separator)]
            try:
                cells = [raw_fields(line, separator) for _, line in records(header.lines, separator)]
            except ValueError as error:
                raise ValueError(f"labels_file {path.name}: {error}") from error
        if cells and len(cells[0]) == len(names) + 1:
            names = [*names, ""] if cells[0][-1] == "" else ["", *names]
        wrong = [number for number, row in enumerate(cells, start=1) if len(row) != len(names)]
        if wrong:
            raise ValueError(
                f"labels_file {path.name}: row {wrong[0]} has {len(cells[wrong[0] - 1])} fields where the header "
                f"has {len(names)}."
            )
        self._fields = pd.DataFrame(cells, columns=names, dtype=object)
        self.frame = self._fields.map(unquote)

    @property
    def identifiers(self) -> set[str]:
        """Every cell of the file: only the table tells which column holds the identifiers."""
        return set(self.frame.to_numpy().ravel().tolist())

    def annotation(self, name: str, samples: Sequence[Any]) -> Any:
        """Return column `name` for the given samples, None where a sample is absent or its cell is empty."""
        return parse_cells(self._cells(name, samples))

    def covariate(self, name: str, samples: Sequence[Any]) -> Any:
        """Return column `name` likewise, of numbers if all cells are, also with decimal commas."""
        return parse_covariate(self._cells(name, samples), self._separator)

    def _cells(self, name: str, samples: Sequence[Any]) -> list[str]:
        """Return the cells of column `name` for the given samples, with their quotes."""
        pd = require("pandas", "read_expression")
        self._check_once(name)
        keys, hits, normalise = self._best_spelling(samples)
        if not max(hits, default=0):
            raise ValueError(
                f"labels_file {self.path.name} has none of the samples: they are called "
                f"{few(samples, 3)}, and its first column holds {few(self.frame.iloc[:, 0], 3)}."
            )
        wanted = [normalise(sample) for sample in samples]
        ids = keys.iloc[:, hits.index(max(hits))]
        pairs = pd.DataFrame({"id": ids, "value": self._fields[name]}).drop_duplicates()
        pairs = pairs[pairs["id"].isin(wanted)]
        if pairs["id"].duplicated().any():
            twice = pairs.loc[pairs["id"].duplicated(), "id"]
            raise ValueError(
                f"labels_file {self.path.name} gives several values of {name!r} for {few(twice, 3)}."
            )
        values = dict(zip(pairs["id"], pairs["value"], strict=True))
        return [values.get(sample, "") for sample in wanted]

    def _best_spelling(self, samples: Sequence[Any]) -> tuple[Any, list[int], Callable[[Any], str]]:
        """Return all cells in the spelling in which most samples are found, the hits of each column, and it."""
        best: Any = None
        for normalise in (str, _stripped, _dashes):
            wanted = {normalise(sample) for sample in samples}
            keys = self.frame.map(normalise)
            hits = [int(keys.iloc[:, i].isin(wanted).sum()) for i in range(keys.shape[1])]
            if best is None or max(hits, default=0) > max(best[1], default=0):
                best = keys, hits, normalise
            if max(hits, default=0) >= len(wanted):
                break
        return best

    def _check_once(self, name: str) -> None:
        if (self.frame.columns == name).sum() > 1:
            raise ValueError(f"labels_file {self.path.name} has several columns {name!r}; rename the others.")


def get_annotation(argument: str, name: str, source: Source, sheet: Sheet | None) -> Any:
    """Find a column in the second file or else in the table.

    Parameters
    ----------
    argument : str
        What names it, for the message. Cells of labels, groups and categories are names, others may be numbers.
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
    of_names = argument in _OF_NAMES
    if sheet is not None and name in sheet.frame:
        return (sheet.annotation if of_names else sheet.covariate)(name, source.samples)
    if name in source.annotations:
        return (source.annotation if of_names else source.covariate)(name)
    available = list(source.annotations)
    has = few(available) or "no such columns"
    message = f"{argument}={name!r} was not found in {source.path.name}, which has {has}"
    if sheet is not None:
        message += f"; nor in {sheet.path.name}, which has {few(sheet.frame.columns)}"
    close = get_close_matches(name, available + (list(sheet.frame.columns) if sheet is not None else []), n=1)
    raise ValueError(message + "." + (f" Did you mean {close[0]!r}?" if close else ""))


def _stripped(name: Any) -> str:
    return str(name).strip()


def _dashes(name: Any) -> str:
    return re.sub(r"[._]", "-", str(name).strip())
