"""A cohort and its splits: held-out groups, and nested training subsets."""

from __future__ import annotations

import hashlib
from typing import Any, NamedTuple

import numpy as np

from ..priors import ExpressionPrior
from ..utils.amounts import rows_of_each
from ..utils.checks import check_targets, plain_labels
from ..utils.splits import ROWS_PER_CLASS, holdout, sortable, stratified_order
from ._reference import ReferenceRows, attach, check_hold_out, held_out_rows, of_genes
from ._row_amounts import ALL, Amount, first_rows

TEST_SHARE = 1 / 3


class Cohort(NamedTuple):
    """Expression, labels and, if there are any, the groups that a split must not divide.

    With `n_genes`, each seed keeps the genes that are most variable in its training rows. For the protocol
    `transfer` it has a `reference` of other classes, or each seed holds out `hold_out_classes` of its classes,
    and the others are the reference.
    """

    name: str
    X: np.ndarray
    y: np.ndarray
    groups: np.ndarray | None = None
    n_genes: int | None = None
    reference: ReferenceRows | ExpressionPrior | None = None
    hold_out_classes: int | None = None

    def groups_of(self, rows: np.ndarray) -> np.ndarray | None:
        """Return the groups of some rows, None if the cohort has none."""
        return None if self.groups is None else self.groups[rows]


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
    reference: Any = None,
    hold_out_classes: int | None = None,
) -> tuple[Cohort, list]:
    """Return the cohort without classes of fewer than `min_class_size` rows, and the classes dropped.

    Parameters
    ----------
    name : str
        Of the data set.
    X : array-like or DataFrame of shape (n_samples, n_genes)
        Expression on a log scale.
    y : array-like of shape (n_samples,)
        Class labels.
    groups : array-like of shape (n_samples,), default=None
        Patient or donor of each row.
    min_class_size : int, default=6
        Rows that a class needs.
    n_genes : int, default=None
        Each seed keeps this many of the genes that are most variable in its training rows.
    reference : (X, y), (X, y, groups), ExpressionPrior, path or "tcga", default=None
        For the protocol `transfer`: rows of other classes and other patients, or what was learned from them. Genes
        are matched by name if both are DataFrames, and the cohort keeps those that both have.
    hold_out_classes : int, default=None
        For the protocol `transfer`, instead of a reference: each seed draws this many classes as the target, and the
        other classes, without the target's patients, are its reference.

    Raises
    ------
    ValueError
        If values are missing, fewer than two classes are left, or the reference shares patients or rows with the
        cohort, has fewer than half of its genes, or has no two other classes.
    """
    names = getattr(X, "columns", None)
    X, y = np.asarray(X), np.asarray(y)
    if not np.isfinite(X).all():
        raise ValueError(
            f"{name} holds {np.sum(~np.isfinite(X))} values that are NaN or infinite; "
            "impute them or drop their genes"
        )
    check_targets(plain_labels(y))
    classes, counts = np.unique(y, return_counts=True)
    rare = classes[counts < min_class_size]
    kept = ~np.isin(y, rare)
    if len(classes) - len(rare) < 2:
        noun = "class" if len(classes) == 1 else "classes"
        raise ValueError(
            f"label has {len(classes)} {noun}, and fewer than 2 of them have at least {min_class_size} rows; "
            "choose another label column or a smaller min_class_size"
        )
    groups = None if groups is None else np.asarray(sortable(groups))[kept]
    cohort = Cohort(name, X[kept], y[kept], groups, n_genes, hold_out_classes=hold_out_classes)
    if hold_out_classes is not None:
        if reference is not None:
            raise ValueError("reference and hold_out_classes exclude each other: give one of them")
        check_hold_out(hold_out_classes, name, cohort.y)
    return cohort if reference is None else attach(cohort, names, reference), rare.tolist()


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
    if isinstance(cohort.reference, ReferenceRows):
        digest.update(np.ascontiguousarray(cohort.reference.X).data)
        digest.update(repr([part.tolist() for part in cohort.reference[1:] if part is not None]).encode())
    elif cohort.reference is not None:
        digest.update(np.ascontiguousarray(cohort.reference.within_.factor).data)
    if cohort.hold_out_classes is not None:
        digest.update(f"hold out {cohort.hold_out_classes}".encode())
    return f"{cohort.X.shape[0]} rows x {cohort.X.shape[1]} genes, {digest.hexdigest()[:16]}"


def split(cohort: Cohort, seed: int) -> Holdout:
    """Hold out a third of the groups, stratified by class; the same seed gives the same split."""
    rows = held_out_rows(cohort, seed)
    sides = holdout(cohort.y[rows], cohort.groups_of(rows), TEST_SHARE, seed)
    pool, test = (rows[side] for side in sides)
    pool = pool[stratified_order(cohort.y[pool], np.random.default_rng(seed))]
    return Holdout(pool, test[np.isin(cohort.y[test], cohort.y[pool])])


def subset(cohort: Cohort, pool: np.ndarray, n_real: Amount) -> np.ndarray:
    """Return the first rows of the pool, in total (stratified) or of each class; subsets are nested."""
    if n_real == ALL:
        return pool
    if (each := rows_of_each(n_real)) is not None:
        return pool[first_rows(cohort.y[pool], each)]
    n_rows, least = int(n_real), ROWS_PER_CLASS * len(np.unique(cohort.y[pool]))
    if not least <= n_rows <= len(pool):
        raise ValueError(
            f"n_real={n_real} is not between {least} ({ROWS_PER_CLASS} rows a class) and {len(pool)}, "
            f"the training rows of {cohort.name}"
        )
    return pool[:n_rows]


def most_variable(cohort: Cohort, rows: np.ndarray) -> Cohort:
    """Return the cohort with the `n_genes` genes that are most variable over `rows`, in their original order."""
    if cohort.n_genes is None or cohort.n_genes >= cohort.X.shape[1]:
        return cohort
    genes = np.sort(np.argsort(-cohort.X[rows].var(axis=0), kind="stable")[: cohort.n_genes])
    return cohort._replace(X=cohort.X[:, genes], reference=of_genes(cohort.reference, genes))
