"""The reference of the protocol `transfer`: other classes and other patients, for the genes of the cohort."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..priors import ExpressionPrior, load_prior
from ..priors._genes import find_genes, take_genes
from ..priors._reference import check_other_groups, with_genes
from ..priors._scales import reference_for
from ..utils.containers import identifiers, in_both
from ..utils.warnings import warn

if TYPE_CHECKING:
    from ._cohort import Cohort

TRANSFER = "transfer"


class ReferenceRows(NamedTuple):
    """Expression, labels and, if they are known, groups of a reference, for the genes of the cohort."""

    X: np.ndarray
    y: np.ndarray
    groups: np.ndarray | None = None


def attach(cohort: Cohort, names: Sequence[Any] | None, reference: Any) -> Cohort:
    """Return the cohort with a reference, for the genes of both, or raise ValueError.

    Parameters
    ----------
    cohort : Cohort
        The target.
    names : sequence of str of length n_genes, or None
        Its genes.
    reference : (X, y), (X, y, groups), ExpressionPrior, path or "tcga"
        As given by the user.
    """
    if isinstance(reference, ExpressionPrior | str | PathLike):
        cohort = cohort._replace(reference=_checked_prior(cohort, names, reference))
    else:
        cohort = _with_rows(cohort, names, *reference)
    reference_for(reference_prior(cohort, 0), cohort.X)  # warns about other units
    return cohort


def held_out_rows(cohort: Cohort, seed: int) -> np.ndarray:
    """Return the rows of the target: those of the classes that this seed holds out, or all."""
    if cohort.hold_out_classes is None:
        return np.arange(len(cohort.y))
    classes = np.random.default_rng(seed).permutation(np.unique(cohort.y))[: cohort.hold_out_classes]
    return np.flatnonzero(np.isin(cohort.y, classes))


def reference_rows(cohort: Cohort, seed: int) -> ReferenceRows | None:
    """Return the rows of the reference; None if only a prior is known.

    Where classes are held out, all other rows, except those of their patients.
    """
    if cohort.hold_out_classes is None:
        return cohort.reference if isinstance(cohort.reference, ReferenceRows) else None
    kept = np.ones(len(cohort.y), dtype=bool)
    target = held_out_rows(cohort, seed)
    kept[target] = False
    if cohort.groups is None:
        return ReferenceRows(cohort.X[kept], cohort.y[kept])
    kept &= ~np.isin(cohort.groups, cohort.groups[target])
    return ReferenceRows(cohort.X[kept], cohort.y[kept], cohort.groups[kept])


def reference_prior(cohort: Cohort, seed: int) -> ExpressionPrior:
    """Return what the reference teaches."""
    if isinstance(cohort.reference, ExpressionPrior):
        return cohort.reference
    return ExpressionPrior().fit(*(reference_rows(cohort, seed) or ()))


def has_reference(cohort: Cohort) -> bool:
    """Tell whether a cohort has a reference, of its own or by holding out classes."""
    return cohort.reference is not None or cohort.hold_out_classes is not None


def of_genes(reference: Any, genes: np.ndarray) -> Any:
    """Return a reference for some of the genes, by position."""
    if isinstance(reference, ReferenceRows):
        return reference._replace(X=reference.X[:, genes])
    return None if reference is None else take_genes(reference, genes, None)


def check_hold_out(n_held: Any, name: str, y: np.ndarray) -> None:
    """Refuse a number of classes that leaves too few on either side."""
    n_classes = len(np.unique(y))
    if not 2 <= n_held <= n_classes - 2:
        raise ValueError(
            f"hold_out_classes={n_held}: {name} has {n_classes} classes; hold out 2 or more, and leave 2 or more as "
            "the reference"
        )


def check_teaches(reference: ReferenceRows | None, name: str) -> None:
    """Refuse a reference that says nothing about the differences between classes, or between their rows."""
    if reference is None:
        return
    n_classes, n_rows = len(np.unique(reference.y)), len(reference.y)
    if n_classes < 2:
        raise ValueError(
            f"reference: {n_classes} of its classes are neither classes nor patients of {name}, and 2 or more are "
            "needed, to learn how classes differ; use another reference, or another label column of it"
        )
    if n_rows <= n_classes:
        raise ValueError(
            f"reference has {n_rows} rows for {n_classes} classes; it needs classes of 2 rows or more, to learn how "
            "rows of a class differ"
        )


def _checked_prior(cohort: Cohort, names: Sequence[Any] | None, given: Any) -> ExpressionPrior:
    prior = given if isinstance(given, ExpressionPrior) else load_prior(given)
    prior = with_genes(prior, names, cohort.X.shape[1], "prior")
    check_other_groups(prior, cohort.groups)
    shared = in_both(prior.classes_, cohort.y)
    if shared:
        raise ValueError(
            f"prior: its reference has the classes {shared[:5]} of {cohort.name}; learn it without them (the command "
            "prior has --leave-out for this)"
        )
    prior = take_genes(prior, np.arange(prior.n_features_in_), None)
    prior.__dict__.pop("feature_names_in_", None)  # genes are found by position from here on
    return prior


def _with_rows(cohort: Cohort, names: Sequence[Any] | None, X: Any, y: Any, groups: Any = None) -> Cohort:
    here, there = _common_genes(cohort, names, X)
    y = np.asarray(y)
    reference = ReferenceRows(np.asarray(X)[:, there], y, None if groups is None else np.asarray(groups))
    if not np.isfinite(reference.X).all():
        raise ValueError("reference holds values that are NaN or infinite; impute them or drop their genes")
    cohort = cohort._replace(X=cohort.X[:, here])
    shared = in_both(y, cohort.y)
    if shared:
        warn(f"reference: its classes {shared} are left out, because {cohort.name} has them too")
        kept = ~np.isin(identifiers(y), shared)
        groups = None if reference.groups is None else reference.groups[kept]
        reference = ReferenceRows(reference.X[kept], y[kept], groups)
    check_teaches(reference, cohort.name)
    _check_others(cohort, reference)
    return cohort._replace(reference=reference)


def _common_genes(cohort: Cohort, names: Sequence[Any] | None, X: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return the positions of the genes that both have, in the cohort and in the reference."""
    theirs, n_here = getattr(X, "columns", None), cohort.X.shape[1]
    if names is None or theirs is None:
        if np.shape(X)[1] != n_here:
            raise ValueError(
                f"reference has {np.shape(X)[1]} genes and {cohort.name} has {n_here}, and not both have names to "
                "match them by; give both as DataFrames with genes as columns"
            )
        return np.arange(n_here), np.arange(n_here)
    places = find_genes(names, theirs)
    here = np.flatnonzero(places >= 0)
    if 2 * len(here) < n_here:
        lacking = [str(name) for name, place in zip(names, places, strict=True) if place < 0]
        raise ValueError(
            f"reference has {len(here)} of the {n_here} genes of {cohort.name}, fewer than half: "
            f"{', '.join(lacking[:3])}, ... are missing; use a reference with these genes, or identifiers of the "
            f"same kind (it has {', '.join(map(str, theirs[:3]))}, ...)"
        )
    return here, places[here]


def _check_others(cohort: Cohort, reference: ReferenceRows) -> None:
    """Refuse a reference with patients of the cohort, known by their groups or by equal rows."""
    if cohort.groups is not None and reference.groups is not None:
        shared = in_both(cohort.groups, reference.groups)
        if len(shared):
            raise ValueError(
                f"reference: {len(shared)} of its patients (groups) are in {cohort.name} too "
                f"({', '.join(shared[:3])}, ...); leave their rows out of the reference"
            )
    ours, theirs = ({row.tobytes() for row in X.astype(np.float32)} for X in (cohort.X, reference.X))
    if ours & theirs:
        raise ValueError(
            f"reference: {len(ours & theirs)} of its rows are rows of {cohort.name} too; leave them out of the "
            "reference"
        )
