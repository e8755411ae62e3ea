"""Match the genes of two data sets by symbol, Ensembl or Entrez identifier, and take those of a prior."""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from typing import TYPE_CHECKING, Any

import numpy as np

from ..datasets._landmarks import landmark_genes, landmark_identifiers, plain_identifier
from ._learning import columns_of

if TYPE_CHECKING:
    from ._expression_prior import ExpressionPrior


def find_genes(wanted: Iterable[Any], known: Iterable[Any]) -> np.ndarray:
    """Return the position of each requested gene among the known ones; -1 if it is unknown.

    Names are the same if they are equal without the version of an Ensembl identifier, or if they are two identifiers
    of one L1000 landmark gene. A gene that is known twice is found at its first position.
    """
    landmarks = landmark_identifiers(landmark_genes(as_frame=False))
    places: dict[Any, int] = {}
    for place, name in enumerate(known):
        places.setdefault(_key(name, landmarks), place)
    return np.array([places.get(_key(name, landmarks), -1) for name in wanted], dtype=int)


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


def _key(name: Any, landmarks: dict[str, tuple[str, int]]) -> Any:
    plain = plain_identifier(str(name))
    return landmarks[plain][1] if plain in landmarks else plain
