"""Factors of scatter matrices of many features, and the shrinkage of their sum: linear in rows and features."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

_ROTATED = 256  # rows at a time
_SAMPLED = 2048  # rows


def factor(rows: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return F, in single precision, with ``F.T @ F == rows.T @ rows`` and at most n_features rows.

    Up to n_features rows are turned, 256 at a time, by a random rotation: each row of F is a mixture of many. The
    time is that of reading the rows; a triangular factor takes the square of their number. The factor takes the place
    of rows in single precision.
    """
    n, d = rows.shape
    if n > d:
        return np.asarray(np.linalg.qr(rows.astype(np.float64), mode="r"), dtype=np.float32)
    turned = rows if rows.dtype == np.float32 else np.empty((n, d), dtype=np.float32)
    for start in range(0, n, _ROTATED):
        part = slice(start, min(start + _ROTATED, n))
        turn = np.linalg.qr(rng.standard_normal((part.stop - start, part.stop - start)))[0]
        turned[part] = turn.astype(np.float32) @ rows[part].astype(np.float32, copy=False)
    return turned


def shrinkage(factors: Sequence[np.ndarray], lengths: np.ndarray, rng: np.random.Generator) -> float:
    """Return the Ledoit-Wolf shrinkage of the covariance about 0 of rows with these factors.

    The formula has one term that is quadratic in the rows, the squared norm of the covariance. It is a sum over rows,
    of which 2,048 are drawn if there are more.

    Parameters
    ----------
    factors : sequence of ndarray of shape (n_k, n_features)
        The scatter matrix of the rows is the sum of all ``F.T @ F``.
    lengths : ndarray of shape (n_rows,)
        Euclidean norms of the rows.
    rng : numpy.random.Generator
        Draws rows.
    """
    n, d = len(lengths), factors[0].shape[1]
    trace = np.square(lengths).sum() / n
    norm = _squared_norm(factors, rng) / n**2
    distance = norm - trace**2 / d
    error = (np.sum(lengths**4) / n - norm) / n
    return float(np.clip(error / distance, 0, 1)) if distance > 0 and error > 0 else 0.0


def _squared_norm(factors: Sequence[np.ndarray], rng: np.random.Generator) -> float:
    """Return the sum of the squared entries of the scatter matrix, from the products of rows of the factors."""
    ends = np.cumsum([len(part) for part in factors])
    n = int(ends[-1])
    drawn = np.arange(n) if n <= _SAMPLED else np.sort(rng.choice(n, _SAMPLED, replace=False))
    total = 0.0
    rows = [
        part
        if len(drawn) == n
        else part[drawn[(drawn >= end - len(part)) & (drawn < end)] - (end - len(part))]
        for part, end in zip(factors, ends, strict=True)
    ]
    for part in factors:
        products = np.concatenate([some @ part.T for some in rows])
        total += np.square(products, dtype=np.float64).sum()
    return float(total) * n / len(drawn)
