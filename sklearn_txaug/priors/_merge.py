"""One prior from several references."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sklearn.utils.validation import check_is_fitted

from ._genes import find_genes_of, take_genes
from ._low_rank import LowRank

if TYPE_CHECKING:
    from ._expression_prior import ExpressionPrior


def merged(priors: list[ExpressionPrior]) -> ExpressionPrior:
    """Return the prior of the genes that all references have, weighted by degrees of freedom."""
    for prior in priors:
        check_is_fitted(prior)
    first, *others = _common_genes(priors)
    everyone = [first, *others]
    rows = np.array([prior.class_counts_.sum() for prior in everyone])
    classes = np.array([len(prior.classes_) for prior in everyone])
    within = _average([prior.within_ for prior in everyone], rows - classes)
    between = _average([prior.between_ for prior in everyone], classes - 1)
    first.within_, first.between_ = within.compressed(first.rank), between.compressed(first.rank)
    first.class_counts_ = np.concatenate([prior.class_counts_ for prior in everyone])
    first.classes_ = np.array([str(label) for prior in everyone for label in prior.classes_])
    groups = [prior.groups_ for prior in everyone if prior.groups_ is not None]
    first.groups_ = np.unique(np.concatenate(groups)) if groups else None
    first.description_ = "\n\n".join(prior.description_ for prior in everyone if prior.description_)
    return first


def _common_genes(priors: list[ExpressionPrior]) -> list[ExpressionPrior]:
    named = [hasattr(prior, "feature_names_in_") for prior in priors]
    if not any(named):
        numbers = sorted({prior.n_features_in_ for prior in priors})
        if len(numbers) > 1:
            raise ValueError(
                f"others: priors without gene names need the same number of genes, got {numbers}"
            )
        everywhere = np.arange(numbers[0])
        return [take_genes(prior, everywhere, None) for prior in priors]
    if not all(named):
        raise ValueError("others: some priors have gene names and others not; fit all on DataFrames")
    names = priors[0].feature_names_in_
    places = [find_genes_of(prior, names) for prior in priors]
    common = np.all([place >= 0 for place in places], axis=0)
    if not common.any():
        raise ValueError(
            f"others: the references have no gene in common ({', '.join(map(str, names[:3]))}, ... against "
            f"{', '.join(map(str, priors[1].feature_names_in_[:3]))}, ...); use identifiers of one kind"
        )
    return [
        take_genes(prior, place[common], names[common]) for prior, place in zip(priors, places, strict=True)
    ]


def _average(covariances: list[LowRank], weights: np.ndarray) -> LowRank:
    total = covariances[0].times(weights[0] / weights.sum())
    for covariance, weight in zip(covariances[1:], weights[1:], strict=True):
        total = total.plus(covariance.times(weight / weights.sum()))
    return total
