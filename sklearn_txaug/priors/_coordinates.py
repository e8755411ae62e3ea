"""Coordinates in which the covariances between and within classes are both diagonal."""

from __future__ import annotations

import numpy as np

from ._low_rank import LowRank

_FEWEST = 0.1  # of its length: a direction that the genes of a cohort hardly show is left out


def class_coordinates(within: LowRank, between: LowRank, n_components: int) -> tuple[np.ndarray, np.ndarray]:
    """Return directions of unit variance within classes, uncorrelated within and between them.

    With genes divided by the root of their noise within classes, both covariances differ from a diagonal matrix in
    the span of their factors only, so that a small generalised eigenproblem is left (Ioffe 2006).

    Parameters
    ----------
    within, between : LowRank
        Covariances of the same genes.
    n_components : int
        Most directions; those with the largest variance between classes are kept.

    Returns
    -------
    loadings : ndarray of shape (n_components, n_features)
        The change of the genes for a step of one along each direction.
    variances : ndarray of shape (n_components,)
        Variances between classes, in units of those within them, in descending order.
    """
    noise = np.sqrt(within.noise)
    inner, outer = within.scaled(1 / noise), between.scaled(1 / noise)
    span = np.linalg.qr(np.concatenate([inner.factor, outer.factor]).T)[0]
    values, turn = np.linalg.eigh(span.T @ inner.apply(span.T).T)
    whiten, colour = turn / np.sqrt(values) @ turn.T, turn * np.sqrt(values) @ turn.T
    variances, directions = np.linalg.eigh(whiten @ (span.T @ outer.apply(span.T).T) @ whiten)
    widest = np.argsort(-variances, kind="stable")[:n_components]
    loadings = directions[:, widest].T @ colour @ span.T * noise
    return loadings, variances[widest].clip(min=0)


def encoder_of(loadings: np.ndarray, noise: np.ndarray, known: np.ndarray | None = None) -> np.ndarray:
    """Return the matrix, of shape (n_features, n_components), that gives the coordinates of rows.

    Parameters
    ----------
    loadings : ndarray of shape (n_components, n_features)
        As from `class_coordinates`.
    noise : ndarray of shape (n_features,)
        Variance of each gene on its own within classes.
    known : ndarray of shape (n_features,), default=None
        Genes that a cohort has; the coordinates are their weighted least squares fit. With all genes it is exact.
    """
    weights = 1 / np.sqrt(noise)
    scaled = loadings * weights
    values, turn = np.linalg.eigh(scaled @ scaled.T)
    shorten = turn / np.sqrt(values) @ turn.T  # directions of length 1, if all genes are known
    unit = shorten @ (scaled if known is None else np.where(known, scaled, 0))
    return weights[:, None] * np.linalg.pinv(unit, rcond=_FEWEST) @ shorten
