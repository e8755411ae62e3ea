"""How many synthetic rows each class gets."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Integral, Real
from typing import Any

import numpy as np
from imblearn.utils import check_sampling_strategy


def class_amounts(n_synthetic: Any, sampling_strategy: Any, labels: np.ndarray) -> dict[Any, int]:
    """Return the synthetic rows of each class of `labels` that a sampler's two parameters ask for."""
    classes, counts = np.unique(labels, return_counts=True)
    if n_synthetic is None or len(classes) == 1:  # one class raises imbalanced-learn's error
        return check_sampling_strategy(sampling_strategy, labels, "over-sampling")
    return synthetic_counts(n_synthetic, classes, counts)


def spread(total: int, weights: np.ndarray) -> np.ndarray:
    """Spread `total` rows over classes in proportion to `weights`, by the largest remainder.

    Ties go to the class that comes first, so that the result is deterministic.

    Examples
    --------
    >>> import numpy as np
    >>> spread(10, np.array([3, 3, 1])).tolist()
    [4, 4, 2]
    """
    quotas = total * weights / weights.sum()
    counts = np.floor(quotas).astype(int)
    largest = np.argsort(counts - quotas, kind="stable")[: total - counts.sum()]
    counts[largest] += 1
    return counts


def synthetic_counts(n_synthetic: Any, classes: np.ndarray, class_counts: np.ndarray) -> dict[Any, int]:
    """Turn an int (total rows), float (share of the training rows) or dict into rows for each class."""
    if isinstance(n_synthetic, Mapping):
        return _counts_by_class(n_synthetic, classes)
    accepted = "an int >= 0 (rows in all), a float >= 0 (share of the training rows) or a dict {class: rows}"
    number = isinstance(n_synthetic, Real) and not isinstance(n_synthetic, bool | np.bool_)
    if not number or not 0 <= n_synthetic < np.inf:
        raise ValueError(f"n_synthetic must be {accepted}, got {n_synthetic!r}")
    if isinstance(n_synthetic, Integral):
        total = int(n_synthetic)
    else:
        total = round(float(n_synthetic) * int(class_counts.sum()))
    if total > np.iinfo(np.int64).max // 2:
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
