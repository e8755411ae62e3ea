"""A cohort and its splits: held-out groups, and nested training subsets."""

from __future__ import annotations

import hashlib
from typing import Any, NamedTuple

import numpy as np

from ..utils.splits import ROWS_PER_CLASS, holdout, stratified_order
from ._row_amounts import ALL, Amount, first_rows

TEST_SHARE = 1 / 3


class Cohort(NamedTuple):
    """Expression, labels and, if there are any, the groups that a split must not divide.

    With `n_genes`, each seed keeps the genes that are most variable in its training rows.
    """

    name: str
    X: np.ndarray
    y: np.ndarray
    groups: np.ndarray | None = None
    n_genes: int | None = None


class Holdout(NamedTuple):
    """One seed's rows: `pool` is what a classifier may train on, best first, `test` what it never sees."""

    pool: np.ndarray
    test: np.ndarray


def make_cohort(
    name: str,
    X: Any,
    y: Any,
    groups: Any = None,
    *,
    min_class_size: int = 6,
    n_genes: int | None = None,
) -> tuple[Cohort, list]:
    """Return the cohort without classes of fewer than `min_class_size` rows, and the classes dropped."""
    X, y = np.asarray(X), np.asarray(y)
    if not np.isfinite(X).all():
        raise ValueError(
            f"{name} holds {np.sum(~np.isfinite(X))} values that are NaN or infinite; "
            "impute them or drop their genes"
        )
    classes, counts = np.unique(y, return_counts=True)
    rare = classes[counts < min_class_size]
    kept = ~np.isin(y, rare)
    if len(classes) - len(rare) < 2:
        raise ValueError(
            f"label has {len(classes)} classes, and fewer than 2 of them have at least {min_class_size} rows; "
            "choose another label column or a smaller min_class_size"
        )
    groups = None if groups is None else np.asarray(groups)[kept]
    return Cohort(name, X[kept], y[kept], groups, n_genes), rare.tolist()


def undivided(cohort: Cohort) -> list:
    """Return the classes whose rows all belong to one group, so that no split can both train on and hold them out."""
    if cohort.groups is None:
        return []
    y, groups = cohort.y, cohort.groups
    return [label for label in np.unique(y).tolist() if len(np.unique(groups[y == label])) < 2]


def fingerprint(cohort: Cohort) -> str:
    """Return a digest of the cohort's rows, labels and groups, which tells apart files of the same name."""
    digest = hashlib.sha256(np.ascontiguousarray(cohort.X).data)
    for labels in (cohort.y, cohort.groups):
        digest.update(repr(None if labels is None else labels.tolist()).encode())
    return f"{cohort.X.shape[0]} rows x {cohort.X.shape[1]} genes, {digest.hexdigest()[:16]}"


def split(cohort: Cohort, seed: int) -> Holdout:
    """Hold out a third of the groups, stratified by class; the same seed gives the same split."""
    pool, test = holdout(cohort.y, cohort.groups, TEST_SHARE, seed)
    pool = pool[stratified_order(cohort.y[pool], np.random.default_rng(seed))]
    return Holdout(pool, test[np.isin(cohort.y[test], cohort.y[pool])])


def subset(cohort: Cohort, pool: np.ndarray, n_real: Amount) -> np.ndarray:
    """Return the first rows of the pool, in total (stratified) or of each class; subsets are nested."""
    if n_real == ALL:
        return pool
    if isinstance(n_real, str):
        return pool[first_rows(cohort.y[pool], int(n_real[:-1]))]
    least = ROWS_PER_CLASS * len(np.unique(cohort.y[pool]))
    if not least <= n_real <= len(pool):
        raise ValueError(
            f"n_real={n_real} is not between {least} ({ROWS_PER_CLASS} rows a class) and {len(pool)}, "
            f"the training rows of {cohort.name}"
        )
    return pool[:n_real]


def most_variable(cohort: Cohort, rows: np.ndarray) -> Cohort:
    """Return the cohort with the `n_genes` genes that are most variable over `rows`, in their original order."""
    if cohort.n_genes is None or cohort.n_genes >= cohort.X.shape[1]:
        return cohort
    genes = np.sort(np.argsort(-cohort.X[rows].var(axis=0), kind="stable")[: cohort.n_genes])
    return cohort._replace(X=cohort.X[:, genes])
