"""Coordinates in which the covariances between and within classes are both diagonal."""

from __future__ import annotations

import numpy as np

from ._low_rank import LowRank

_FEWEST = 0.1  # of what all genes tell of a direction: one that those of a cohort hardly show is left out


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


def encoder_of(loadings: np.ndarray, within: LowRank) -> np.ndarray:
    """Return the matrix, of shape (n_features, n_components), that gives the coordinates of rows.

    They are the generalised least squares fit of `loadings` under the covariance within classes: what rows have in
    other directions does not count.

    Parameters
    ----------
    loadings : ndarray of shape (n_components, n_features)
        As from `class_coordinates`, of the genes that a cohort has; 0 for genes that the reference does not have.
    within : LowRank
        Covariance of these genes within classes.
    """
    solved = within.solve(loadings)
    values, turn = np.linalg.eigh(loadings @ solved.T)  # all are 1 if the genes are those of the reference
    seen = turn[:, values > _FEWEST]
    return solved.T @ (seen / values[values > _FEWEST]) @ seen.T
