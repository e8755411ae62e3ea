"""Hold-outs that keep the share of the classes and never split a patient or donor."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

ROWS_PER_CLASS = 2  # the least that every training subset has


def holdout(y: np.ndarray, groups: Any, fraction: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows to train on and the rows to hold out, about `fraction` of all.

    Parameters
    ----------
    y : ndarray of shape (n_samples,)
        Class labels; classes keep their shares as far as their sizes allow.
    groups : array-like of shape (n_samples,) or None
        Rows of one group stay together.
    fraction : float in (0, 0.5]
        Share held out, rounded to one over an integer.
    seed : int
        Decides the split.
    """
    n_splits = max(2, round(1 / fraction))
    if groups is None:
        _, counts = np.unique(y, return_counts=True)
        if counts.max() < 2:
            raise ValueError("y has one row of each class only: nothing can be held out")
        splitter: Any = StratifiedKFold(min(n_splits, max(2, counts.max())), shuffle=True, random_state=seed)
    else:
        n_splits = min(n_splits, len(np.unique(groups)))
        if n_splits < 2:
            raise ValueError("groups has one group only: nothing can be held out")
        splitter = StratifiedGroupKFold(n_splits, shuffle=True, random_state=seed)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The least populated class", UserWarning)
        return next(splitter.split(np.zeros(len(y)), y, groups))


def holdout_for(callbacks: Any, y: np.ndarray, groups: Any, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Hold out the rows that the callbacks ask for with a `validation_fraction`: none if none does.

    A class whose rows would all be held out keeps them.
    """
    wanted = [
        getattr(c[-1] if isinstance(c, tuple) else c, "validation_fraction", None) for c in callbacks or []
    ]
    fractions = [fraction for fraction in wanted if fraction is not None]
    if not fractions:
        return np.arange(len(y)), np.arange(0)
    if not all(0 < fraction <= 0.5 for fraction in fractions):
        raise ValueError(f"validation_fraction must be above 0 and at most 0.5; got {fractions}")
    train, held = keep_classes(*holdout(y, groups, max(fractions), seed), y, groups)
    if len(held) < 2:
        raise ValueError(
            "validation_fraction leaves fewer than 2 of the rows to hold out: there are too few rows"
        )
    return train, held


def keep_classes(
    train: np.ndarray, held: np.ndarray, y: np.ndarray, groups: Any
) -> tuple[np.ndarray, np.ndarray]:
    """Give back to `train` the classes, with the groups of their rows, that would all be held out."""
    back = held[~np.isin(y[held], y[train])]
    if groups is not None:
        back = held[np.isin(np.asarray(groups)[held], np.asarray(groups)[back])]
    return np.union1d(train, back), np.setdiff1d(held, back)


def stratified_order(y: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Order rows so that every beginning has each class in proportion, after two rows of each class."""
    shuffled = rng.permutation(len(y))
    share, first = np.empty(len(y)), np.zeros(len(y), dtype=bool)
    for label in np.unique(y):
        rows = shuffled[y[shuffled] == label]
        share[rows] = (np.arange(len(rows)) + rng.uniform(size=len(rows))) / len(rows)
        first[rows[:ROWS_PER_CLASS]] = True
    return np.lexsort((share, ~first))
