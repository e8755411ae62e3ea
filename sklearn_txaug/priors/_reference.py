"""What a prior says about the rows of a cohort, after the checks of genes and patients."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

from ..utils.containers import in_both
from ..utils.warnings import warn
from ._expression_prior import ExpressionPrior
from ._hierarchical import Reference
from ._load import load_prior
from ._scales import reference_for


def make_reference(prior: Any, rows: np.ndarray, names: Any, groups: Any, classes: Any) -> Reference:
    """Return what a prior says about the genes of some rows.

    Parameters
    ----------
    prior : ExpressionPrior, path or name
        As given by the user.
    rows : ndarray of shape (n_samples, n_features)
        Training rows, in their own units.
    names : ndarray of str of shape (n_features,) or None
        Their genes.
    groups : array-like of shape (n_samples,) or None
        Their patients.
    classes : ndarray of shape (n_classes,)
        Their classes, which should not be among those of the reference.

    Raises
    ------
    ValueError
        If genes do not match, or rows share groups with the reference.
    """
    return reference_for(checked_prior(prior, names, rows.shape[1], groups, classes), rows)


def checked_prior(prior: Any, names: Any, n_features: int, groups: Any, classes: Any) -> ExpressionPrior:
    """Return a prior for the genes of a cohort; errors are those of `make_reference`."""
    prior = resolve_prior(prior)
    check_others(prior, groups, classes, "prior")
    return with_genes(prior, names, n_features, "prior")


def resolve_prior(prior: Any) -> ExpressionPrior:
    """Return the fitted prior that a user gave as such, by name, or by file."""
    if not isinstance(prior, ExpressionPrior):
        prior = load_prior(prior)
    check_is_fitted(
        prior, msg="prior is an ExpressionPrior that is not fitted: call its fit on a reference cohort"
    )
    return prior


def with_genes(prior: Any, names: Any, n_features: int, parameter: str) -> Any:
    """Return what was learned from a reference, for the genes of a cohort; `parameter` is its name in messages.

    Raises
    ------
    ValueError
        If genes do not match.
    """
    known = getattr(prior, "feature_names_in_", None)
    if known is not None and names is not None:
        return prior.align(names)
    if known is None and prior.n_features_in_ == n_features:
        return prior
    if known is None:
        raise ValueError(
            f"{parameter} has {prior.n_features_in_} genes without names, but X has {n_features} features"
        )
    raise ValueError(f"{parameter} has gene names, but X has none: pass a DataFrame with genes as columns")


def check_others(prior: ExpressionPrior, groups: Any, classes: Any, parameter: str) -> None:
    """Refuse rows of groups that are in the reference, and warn about classes that are; `parameter` is its name.

    Classes that are numbers have no meaning outside of their cohort.
    """
    check_other_groups(prior, groups)
    shared = in_both(prior.classes_, classes) if np.asarray(classes).dtype.kind in "OU" else []
    if shared:
        warn(
            f"{parameter}: its reference has the classes {shared[:5]} of y too, so what is measured on them flatters "
            "it; learn it from other classes (the command prior has --leave-out for this)"
        )


def check_other_groups(prior: ExpressionPrior, groups: Any) -> None:
    """Refuse rows of groups that are in the reference."""
    if groups is None or prior.groups_ is None:
        return
    shared = in_both(groups, prior.groups_)
    if len(shared):
        raise ValueError(
            f"groups: {len(shared)} of them are in the prior's reference too ({', '.join(shared[:3])}, ...); leave "
            "their rows out of the reference"
        )
