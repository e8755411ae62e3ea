"""The decimal mark of a text table, and the mark between thousands."""

import re
from typing import NamedTuple

_WITH_COMMA = r"[-+]?\d[\d.]*,\d[\d.,]*(?:[eE][-+]?\d+)?"
_THOUSANDS = re.compile(r"[-+]?[1-9]\d{0,2}((,\d{3}){2,}|(,\d{3})+\.\d+)")
_DECIMAL = re.compile(r"[-+]?(\d+|\d{1,3}(\.\d{3})+),\d+([eE][-+]?\d+)?")
_EITHER = re.compile(r"[-+]?[1-9]\d{0,2},\d{3}")


class Marks(NamedTuple):
    """How a table writes numbers; `doubt` is a cell that can be read in two ways, and stands for no number."""

    decimal: str = "."
    thousands: str | None = None
    doubt: str = ""

    def plain(self, cell: str) -> str:
        """Return a cell with a decimal point and without marks between thousands."""
        return cell.replace(self.thousands or "\0", "").replace(self.decimal, ".")


class MarkFinder:
    """Looks at the cells of a table, line by line, without its first column, which may hold names.

    Parameters
    ----------
    separator : str
        What separates the fields. Cells with a comma have to be quoted if it is one.
    """

    def __init__(self, separator: str) -> None:
        sep, quotes = re.escape(separator), '"' if separator == "," else '"?'
        self._separator = separator
        end = rf" *(?=[{sep}\r\n]|\Z)"
        self._commas = re.compile(rf"{sep} *{quotes}({_WITH_COMMA}){quotes}{end}")
        self._points = re.compile(rf'{sep} *"?[-+]?\d*\.\d+(?:[eE][-+]?\d+)?"?{end}')
        self._n_comma_lines = self._n_point_lines = 0
        # Each is a cell that is written so.
        self._decimal = ""
        self._thousands = ""
        self._either = ""
        self._grouped = False

    def see(self, line: str) -> None:
        """Take notice of the numbers in a line."""
        may_have = "," in line and (self._separator != "," or '"' in line)
        cells = self._commas.findall(line) if may_have else []
        n_points = self._count_points(line, all_of_them=bool(cells))
        if cells and (len(cells) >= n_points or any(map(_THOUSANDS.fullmatch, cells))):
            self._n_comma_lines += 1
            for cell in cells:
                self._take(cell)
        elif n_points:
            self._n_point_lines += 1

    def _count_points(self, line: str, all_of_them: bool) -> int:
        """Return how many cells have a decimal point and no comma, or just whether one has."""
        if "." not in line:
            return 0
        if self._separator == "," and '"' in line:
            line = re.sub(r'"[^"]*,[^"]*"', "", line)
        return len(self._points.findall(line)) if all_of_them else bool(self._points.search(line))

    def _take(self, cell: str) -> None:
        if _EITHER.fullmatch(cell):
            self._either = cell
        elif _THOUSANDS.fullmatch(cell):
            self._thousands = cell
        elif _DECIMAL.fullmatch(cell):
            self._decimal, self._grouped = cell, self._grouped or "." in cell

    def marks(self) -> Marks:
        """Decide by the cells that can be read in one way only, then by what goes with the separator."""
        if self._n_comma_lines == 0:
            return Marks()
        if self._decimal and self._thousands:
            return Marks(doubt=self._decimal)
        if self._thousands or (self._either and not self._decimal and self._separator == ","):
            return Marks(thousands=",")
        if self._n_point_lines > self._n_comma_lines:
            return Marks(thousands="," if self._either and not self._decimal else None)
        if self._decimal or (self._either and self._separator == ";"):
            return Marks(",", "." if self._grouped else None)
        return Marks(doubt=self._either)
