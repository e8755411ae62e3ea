"""Episodes: tasks like those of a user, a few classes of a few rows, drawn from a reference cohort."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

_TARGETS = 4  # rows of a class that an episode asks for
_FEWEST_CLASSES = 3


class Examples(NamedTuple):
    """Rows to predict, and the context that each is predicted from.

    Parameters
    ----------
    rows : ndarray of shape (n, n_components)
        Offsets of rows from the mean of the class centroids of their episode.
    centroids : ndarray of shape (n, n_components)
        Offsets of the centroids of their context rows, of the same class and other groups.
    counts : ndarray of shape (n,)
        Numbers of context rows.
    """

    rows: np.ndarray
    centroids: np.ndarray
    counts: np.ndarray


def draw_episodes(
    Z: np.ndarray,
    codes: np.ndarray,
    groups: np.ndarray,
    n_examples: int,
    context_sizes: Sequence[int],
    rng: np.random.Generator,
) -> Examples:
    """Return at least `n_examples` examples, from as many episodes as that takes.

    An episode is a random number of classes with k rows of context, k being one of `context_sizes`, or as many as
    a class has to spare. Rows of the groups in the context are no targets.

    Raises
    ------
    ValueError
        If no class has rows of two groups.
    """
    members = [np.flatnonzero(codes == c) for c in np.unique(codes)]
    if not has_targets(codes, groups):
        raise ValueError(
            "groups: no class has rows of two groups, so none can be predicted from another; use a reference with "
            "several patients a class"
        )
    groups = np.unique(groups, return_inverse=True)[1]
    drawn: list[Examples] = []
    n_drawn = 0
    while n_drawn < n_examples:
        n_classes = rng.integers(min(_FEWEST_CLASSES, len(members)), len(members) + 1)
        chosen = [members[i] for i in rng.permutation(len(members))[:n_classes]]
        drawn.append(_episode(Z, chosen, groups, int(rng.choice(context_sizes)), rng))
        n_drawn += len(drawn[-1].rows)
    return Examples(*(np.concatenate(parts) for parts in zip(*drawn, strict=True)))


def has_targets(codes: np.ndarray, groups: np.ndarray) -> bool:
    """Tell whether a class has rows of two groups."""
    return any(len(np.unique(groups[codes == c])) > 1 for c in np.unique(codes))


def _episode(
    Z: np.ndarray, members: list[np.ndarray], groups: np.ndarray, size: int, rng: np.random.Generator
) -> Examples:
    """Draw one episode; groups are numbers from 0."""
    centroids, counts, targets = [], [], []
    for some in members:
        order = rng.permutation(some)
        context = order[: min(size, max(1, len(order) - 1))]
        others = order[len(context) :]
        taken = np.zeros(len(groups), dtype=bool)
        taken[groups[context]] = True
        targets.append(others[~taken[groups[others]]][:_TARGETS])
        centroids.append(Z[context].mean(axis=0))
        counts.append(len(context))
    centre = np.mean(centroids, axis=0)
    repeats = [len(rows) for rows in targets]
    return Examples(
        Z[np.concatenate(targets)] - centre,
        np.repeat(np.stack(centroids) - centre, repeats, axis=0),
        np.repeat(counts, repeats),
    )
