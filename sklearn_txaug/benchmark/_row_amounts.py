"""Numbers of real and synthetic rows: in total, for each class, as a share of the real rows, or up to balance.

Real rows have a size, synthetic rows an amount, written as on the command line: ``20`` is rows in total, ``"5c"``
rows of each class, ``"all"`` every real training row; ``"0.5x"`` is half as many synthetic rows as real ones,
``"balance"`` as many as bring each class to the size of the largest.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import numpy as np

from ..utils.amounts import rows_of_each, spread

Amount = int | str
ALL, BALANCE = "all", "balance"
CHOSEN = "chosen"  # by the sampler itself
_REAL, _SYNTHETIC = "real_rows", "synthetic_rows"  # metrics of results


def real_amount(value: Any) -> Amount:
    """Return a number of real rows as it is written in results, or raise ValueError."""
    text = str(value).strip()
    if text == ALL:
        return ALL
    if each := rows_of_each(text):
        return f"{each}c"
    if re.fullmatch(r"\d+", text) and int(text) > 0:
        return int(text)
    raise ValueError(
        f"n_real must be a number of rows (100), of rows for each class (5c) or 'all'; got {value!r}"
    )


def synthetic_amount(value: Any) -> Amount:
    """Return a number of synthetic rows as it is written in results, or raise ValueError."""
    text = str(value).strip()
    if text == BALANCE:
        return BALANCE
    if re.fullmatch(r"\d+", text):
        return int(text)
    if (each := rows_of_each(text)) is not None:
        return f"{each}c" if each else 0
    if re.fullmatch(r"\d*\.?\d+x", text):
        return f"{float(text[:-1]):g}x" if float(text[:-1]) else 0
    raise ValueError(
        f"n_synthetic must be numbers of rows, each 0 or more (200), of rows for each class (20c), shares of the "
        f"real rows (0.5x) or 'balance'; got {value!r}"
    )


class AmountOrder:
    """The order of the amounts in results: none, by the rows that they are on average, and what depends on the data.

    Parameters
    ----------
    rows : iterable of Row
        Results of one data set. Amounts of which they have no number of rows come behind those that have one: rows
        for each class, rows in total, shares.
    """

    def __init__(self, rows: Iterable[Any]):
        self._numbers: dict[tuple[str, Amount], list[float]] = defaultdict(list)
        for row in rows:
            if row.metric in (_REAL, _SYNTHETIC):
                amount = row.n_real if row.metric == _REAL else row.n_synthetic
                self._numbers[row.metric, amount].append(row.value)

    def real(self, size: Amount) -> tuple[float, ...]:
        """Return the sort key of a number of real rows."""
        return self._key(_REAL, size)

    def synthetic(self, amount: Amount) -> tuple[float, ...]:
        """Return the sort key of an amount of synthetic rows."""
        return self._key(_SYNTHETIC, amount)

    def _key(self, metric: str, amount: Amount) -> tuple[float, ...]:
        numbers = self._numbers.get((metric, amount))
        if amount == 0 or amount in (ALL, BALANCE, CHOSEN) or not numbers:
            return _written_order(amount)
        return 1, float(np.mean(numbers)), *_written_order(amount)


def _written_order(amount: Amount) -> tuple[float, ...]:
    if isinstance(amount, int):
        return (0,) if amount == 0 else (3, amount)
    if amount in (ALL, BALANCE, CHOSEN):
        return 5, amount == CHOSEN
    each = rows_of_each(amount)
    return (4, _share(amount)) if each is None else (2, each)


def check_amount(amount: Amount) -> None:
    """Raise ValueError for what is no amount."""
    _written_order(amount)


def describe_real(size: Amount) -> str:
    """Return a number of real rows in words."""
    if size == ALL:
        return "all training rows"
    if each := rows_of_each(size):
        return f"{each} row{'' if each == 1 else 's'} a class".replace(" ", "\N{NO-BREAK SPACE}")
    return f"{size}\N{NO-BREAK SPACE}rows"


_TIMES = {1.0: "as many", 0.5: "half as many", 2.0: "twice as many"}


def describe_synthetic(size: Amount) -> str:
    """Return an amount of synthetic rows in words, to stand alone or behind "with"."""
    if size == CHOSEN:
        return "as many synthetic rows as the gate chose"
    if size == BALANCE:
        return "all classes filled up to the largest"
    if each := rows_of_each(size):
        return f"{each}\N{NO-BREAK SPACE}synthetic row{'' if each == 1 else 's'} of each class"
    if isinstance(size, str):
        return f"{_times(size)} synthetic rows as real ones"
    return f"{size}\N{NO-BREAK SPACE}synthetic row{'' if size == 1 else 's'}"


def short_synthetic(size: Amount) -> str:
    """Return an amount of synthetic rows in few words, for tables and axes."""
    if size == CHOSEN:
        return "as chosen"
    if size == BALANCE:
        return "classes filled up"
    if each := rows_of_each(size):
        return f"{each} of each class"
    if isinstance(size, str):
        return f"{_times(size)} as real"
    return f"{size}\N{NO-BREAK SPACE}rows"


def _times(size: str) -> str:
    share = _share(size)
    return _TIMES.get(share, f"{share:g} times as many")


def _share(size: str) -> float:
    """Return 0.5 for ``"0.5x"``."""
    return float(size.removesuffix("x"))


def first_rows(y: np.ndarray, n_per_class: int) -> np.ndarray:
    """Return, in order, the positions of the first rows of each class; all rows of a smaller class."""
    keep = np.zeros(len(y), dtype=bool)
    for label in np.unique(y):
        keep[np.flatnonzero(y == label)[:n_per_class]] = True
    return np.flatnonzero(keep)


def labels_to_draw(y: np.ndarray, size: Amount) -> np.ndarray:
    """Return the labels of the synthetic rows to add to training rows with labels `y`."""
    classes, counts = np.unique(y, return_counts=True)
    if size == BALANCE:
        return np.repeat(classes, counts.max() - counts)
    if (each := rows_of_each(size)) is not None:
        return np.repeat(classes, each)
    total = size if isinstance(size, int) else round(_share(size) * len(y))
    return np.repeat(classes, spread(total, counts))
