"""How many synthetic rows each class gets."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from numbers import Integral, Real
from typing import Any

import numpy as np


def is_number(value: Any) -> bool:
    """Tell numbers from booleans and everything else."""
    return isinstance(value, Real) and not isinstance(value, bool | np.bool_)


def class_amounts(n_synthetic: Any, sampling_strategy: Any, labels: np.ndarray) -> dict[Any, int]:
    """Return the synthetic rows of each class of `labels` that a sampler's two parameters ask for."""
    from imblearn.utils import check_sampling_strategy  # late: the command line reads amounts without it

    classes, counts = np.unique(labels, return_counts=True)
    if n_synthetic is None or len(classes) == 1:  # one class raises imbalanced-learn's error
        return check_sampling_strategy(sampling_strategy, labels, "over-sampling")
    return synthetic_counts(n_synthetic, classes, counts)


def rows_of_each(amount: Any) -> int | None:
    """Return 200 for ``"200c"``, which is 200 rows of each class, and None for anything else.

    Examples
    --------
    >>> rows_of_each("200c"), rows_of_each(200)
    (200, None)
    """
    found = re.fullmatch(r"([0-9]+)c", amount) if isinstance(amount, str) else None
    return int(found[1]) if found else None


def total_weight(weight: Any, labels: np.ndarray) -> float:
    """Return the weight of synthetic rows relative to all real ones; ``"20c"`` is 20 real rows of each class."""
    each = rows_of_each(weight)
    return float(weight) if each is None else each * len(np.unique(labels)) / len(labels)


def several(amounts: Any) -> list[Any]:
    """Return a sequence of amounts, or one amount, as a list.

    Examples
    --------
    >>> import numpy as np
    >>> several((20, 0.5)), several(np.array([20, 40])), several("20c"), several(None)
    ([20, 0.5], [20, 40], ['20c'], [None])
    """
    if hasattr(amounts, "tolist"):  # arrays and series
        amounts = amounts.tolist()
    return list(amounts) if isinstance(amounts, Sequence) and not isinstance(amounts, str) else [amounts]


def spread(total: int, weights: np.ndarray) -> np.ndarray:
    """Spread `total` rows over classes in proportion to `weights`, by the largest remainder.

    Ties go to the class that comes first, so that the result is deterministic.

    Examples
    --------
    >>> import numpy as np
    >>> spread(10, np.array([3, 3, 1])).tolist()
    [4, 4, 2]
    """
    quotas = float(total) * weights / weights.sum()
    counts = np.floor(quotas).astype(int)
    largest = np.argsort(counts - quotas, kind="stable")[: total - counts.sum()]
    counts[largest] += 1
    return counts


def synthetic_counts(n_synthetic: Any, classes: np.ndarray, class_counts: np.ndarray) -> dict[Any, int]:
    """Turn an int (total), a float (share of the training rows), ``"200c"`` or a dict into rows of each class."""
    if isinstance(n_synthetic, Mapping):
        return _counts_by_class(n_synthetic, classes)
    if (each := rows_of_each(n_synthetic)) is not None:
        return _positive((label, each) for label in classes)
    if not is_number(n_synthetic) or not 0 <= n_synthetic < np.inf:
        raise ValueError(
            "n_synthetic must be an int >= 0 (rows in all), a float >= 0 (share of the training rows), a text such "
            f"as '20c' (rows of each class) or a dict {{class: rows}}, got {n_synthetic!r}"
        )
    if isinstance(n_synthetic, Integral):
        total = int(n_synthetic)
    else:
        total = round(float(n_synthetic) * int(class_counts.sum()))
    if total > 2**53:  # beyond, shares are no whole rows
        raise ValueError(f"n_synthetic={n_synthetic!r} asks for {total} rows, more than can be counted")
    return _positive(zip(classes, spread(total, class_counts), strict=True))


def _counts_by_class(n_synthetic: Mapping, classes: np.ndarray) -> dict[Any, int]:
    unknown = [label for label in n_synthetic if label not in classes.tolist()]
    if unknown:
        raise ValueError(
            f"n_synthetic names classes {unknown} that y does not have; y has {classes.tolist()}"
        )
    for label, count in n_synthetic.items():
        if not isinstance(count, Integral) or isinstance(count, bool) or count < 0:
            raise ValueError(f"n_synthetic[{label!r}] must be a number of rows, an int >= 0, got {count!r}")
    return _positive(n_synthetic.items())


def _positive(counts: Any) -> dict[Any, int]:
    return {label: int(count) for label, count in counts if count > 0}
