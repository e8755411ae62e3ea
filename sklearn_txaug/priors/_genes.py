"""Match the genes of two data sets by symbol, Ensembl or Entrez identifier, and take those of a prior."""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from typing import TYPE_CHECKING, Any

import numpy as np

from ..datasets._landmarks import gene_keys
from ._learning import columns_of

if TYPE_CHECKING:
    from ._expression_prior import ExpressionPrior


def find_genes(wanted: Iterable[Any], known: Iterable[Any]) -> np.ndarray:
    """Return the position of each requested gene among the known ones; -1 if it is unknown.

    Names are the same if `gene_keys` are. A gene that is known twice is found at its first position.
    """
    places: dict[Any, int] = {}
    for place, key in enumerate(gene_keys(known)):
        places.setdefault(key, place)
    return np.array([places.get(key, -1) for key in gene_keys(wanted)], dtype=int)


def find_genes_of(prior: ExpressionPrior, wanted: Iterable[Any]) -> np.ndarray:
    """Return the position of each requested gene among those that a prior knows; -1 if it does not know it."""
    places = find_genes(wanted, prior.feature_names_in_)
    names_only = np.isnan(prior.means_)  # genes of an aligned prior
    return np.where(names_only[places], -1, places)


def take_genes(prior: ExpressionPrior, places: np.ndarray, names: np.ndarray | None) -> ExpressionPrior:
    """Return the prior of the genes at `places`; -1 stands for an unknown gene."""
    known = places >= 0
    taken = copy(prior)
    taken.means_ = np.where(known, prior.means_[places], np.nan)
    taken.scales_ = np.where(known, prior.scales_[places], np.nan)
    taken.within_ = columns_of(prior.within_, places)
    taken.between_ = columns_of(prior.between_, places)
    taken.n_features_in_ = len(places)
    if names is not None:
        taken.feature_names_in_ = names
    return taken
