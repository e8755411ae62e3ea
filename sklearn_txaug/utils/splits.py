"""Hold-outs that keep the share of the classes and never split a patient or donor."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral
from typing import Any

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold, check_cv

from .containers import identifiers
from .warnings import few_rows_of_a_class

ROWS_PER_CLASS = 2  # the minimum in every training subset


def holdout(y: np.ndarray, groups: Any, fraction: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows to train on and the rows to hold out, about `fraction` of all.

    Parameters
    ----------
    y : ndarray of shape (n_samples,)
        Class labels; the shares of the classes are kept as closely as their sizes allow.
    groups : array-like of shape (n_samples,) or None
        Rows of one group stay together.
    fraction : float in (0, 0.5]
        Share held out, rounded to one over an integer.
    seed : int
        Determines the split.
    """
    groups = sortable(groups)
    with few_rows_of_a_class():
        return next(_k_fold(max(2, round(1 / fraction)), y, groups, seed).split(np.zeros(len(y)), y, groups))


class TooFewRows(ValueError):
    """Nothing can be held out."""


def splits(
    cv: Any, y: np.ndarray, groups: Any = None, *, seed: int = 0, n_repeats: int = 1
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return the rows to train on and to hold out, for each split.

    Parameters
    ----------
    cv : int, splitter, iterable or None
        An int is the number of folds, shuffled and stratified by class, without splitting groups; at most the number
        of rows of the largest class, and the number of groups. None is 5.
    y : ndarray of shape (n_samples,)
        Class labels. A class whose rows would all be held out, with the groups of its rows, stays in training.
    groups : array-like of shape (n_samples,), default=None
        Rows of one group stay together.
    seed : int, default=0
        Determines the folds.
    n_repeats : int, default=1
        Number of repetitions with different folds, if `cv` is an int.

    Raises
    ------
    TooFewRows
        A ValueError, if nothing can be held out.
    ValueError
        If a splitter puts rows of one group on both sides.
    """
    cv, groups = 5 if cv is None else cv, sortable(groups)
    whole = isinstance(cv, Integral)
    splitters = (
        [_k_fold(int(cv), y, groups, seed + repeat) for repeat in range(n_repeats)]
        if whole
        else [check_cv(cv, y, classifier=True)]
    )
    with few_rows_of_a_class():
        pairs = [pair for splitter in splitters for pair in splitter.split(np.zeros(len(y)), y, groups)]
    pairs = [keep_classes(train, test, y, groups) for train, test in pairs]
    pairs = [(train, test) for train, test in pairs if len(test)]
    if not pairs:
        raise TooFewRows("y has too few rows per class, or groups too few groups: nothing can be held out")
    if groups is not None and not whole:
        groups = np.asarray(groups)
        if any(np.isin(groups[test], groups[train]).any() for train, test in pairs):
            raise ValueError(
                f"cv={cv!r} puts rows of one group on both sides; use a splitter by groups, or an int"
            )
    return pairs


def mean_sizes(pairs: Sequence[Sequence[Any]]) -> tuple[float, float]:
    """Return how many rows the splits train on, and hold out, on average."""
    n_train, n_test = (float(np.mean([len(rows) for rows in side])) for side in zip(*pairs, strict=True))
    return n_train, n_test


def sortable(groups: Any) -> Any:
    """Return groups whose types are mixed, or that are text, as text."""
    given = np.asarray(groups)
    return identifiers(given) if given.dtype.kind == "O" and given.ndim == 1 else groups


def _k_fold(n_splits: int, y: np.ndarray, groups: Any, seed: int) -> Any:
    """Return a stratified, shuffled splitter of at most `n_splits` folds."""
    _, counts = np.unique(y, return_counts=True)
    if counts.max() < 2:
        raise TooFewRows("y has only one row of each class: nothing can be held out")
    n_splits = min(n_splits, max(2, counts.max()))
    if groups is None:
        return StratifiedKFold(n_splits, shuffle=True, random_state=seed)
    n_groups = len(np.unique(groups))
    if n_groups < 2:
        raise TooFewRows("groups has only one group: nothing can be held out")
    return StratifiedGroupKFold(min(n_splits, n_groups), shuffle=True, random_state=seed)


def holdout_for(callbacks: Any, y: np.ndarray, groups: Any, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Hold out the rows that callbacks request by a `validation_fraction`, if any does.

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
        raise ValueError("validation_fraction would hold out fewer than 2 rows: there are too few rows")
    return train, held


def keep_classes(
    train: np.ndarray, held: np.ndarray, y: np.ndarray, groups: Any
) -> tuple[np.ndarray, np.ndarray]:
    """Move back to `train` the classes that would be held out entirely, with the groups of their rows."""
    back = held[~np.isin(y[held], y[train])]
    if groups is not None:
        back = held[np.isin(np.asarray(groups)[held], np.asarray(groups)[back])]
    return np.union1d(train, back), np.setdiff1d(held, back)


def stratified_order(y: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Order rows so that, after two rows of each class, every prefix has the classes in proportion."""
    shuffled = rng.permutation(len(y))
    share, first = np.empty(len(y)), np.zeros(len(y), dtype=bool)
    for label in np.unique(y):
        rows = shuffled[y[shuffled] == label]
        share[rows] = (np.arange(len(rows)) + rng.uniform(size=len(rows))) / len(rows)
        first[rows[:ROWS_PER_CLASS]] = True
    return np.lexsort((share, ~first))
