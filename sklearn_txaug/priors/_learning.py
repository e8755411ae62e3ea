"""What a prior learns from rows: means of classes, covariances between and within them, in blocks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ..utils.blocks import blocks
from ..utils.checks import check_groups, check_labels, check_matrix, check_order, validated
from ..utils.containers import dense
from ._low_rank import LowRank

FLOATS = (np.float64, np.float32)
_BLOCK = 2**22  # values of a block of rows


def read_reference(estimator: Any, X: Any, y: Any, groups: Any) -> tuple[Any, np.ndarray]:
    """Return the checked rows, which may be sparse, and labels of a reference; `estimator` learns its genes."""
    check_order(X, y=y, groups=groups)
    return read_rows(estimator, X, y if y is None else check_labels(y)[0], groups, accept_sparse="csr")


def read_rows(estimator: Any, X: Any, labels: Any, groups: Any, **accepted: Any) -> tuple[Any, np.ndarray]:
    """Return the checked rows and labels of a cohort; `estimator` learns its genes."""
    check_matrix(X)
    rows, labels = validated(estimator, X, labels, dtype=FLOATS, **accepted)
    check_groups(groups, len(labels))
    return rows, labels


def class_means(rows: Any, codes: np.ndarray, n_classes: int) -> np.ndarray:
    sums = np.zeros((n_classes, rows.shape[1]))
    for block, some in blocks_of(rows, codes):
        sums += np.eye(n_classes, dtype=block.dtype)[some].T @ block
    return sums / np.bincount(codes)[:, None]


def blocks_of(rows: Any, codes: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Return dense blocks of rows, and their class codes."""
    for some in blocks(len(codes), rows.shape[1], _BLOCK):
        yield dense(rows[some]), codes[some]


def between_classes(centres: np.ndarray, shrinkage: float, rank: int) -> LowRank:
    """Return the covariance of class means, of shape (n_classes, n_features) and mean 0, shrunk."""
    _, values, directions = np.linalg.svd(centres / np.sqrt(len(centres) - 1), full_matrices=False)
    kept = slice(0, min(rank, len(centres) - 1))
    factor = np.sqrt(1 - shrinkage) * values[kept, None] * directions[kept]
    variance = np.square(values).sum() / centres.shape[1]
    return LowRank(factor, np.full(centres.shape[1], shrinkage * variance))


def columns_of(covariance: LowRank, places: np.ndarray) -> LowRank:
    known = places >= 0
    factor = np.where(known, covariance.factor[:, places], 0)
    noise = np.where(known, covariance.noise[places], covariance.variances().mean())
    return LowRank(factor, noise)
