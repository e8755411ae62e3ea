"""Match the genes of two data sets by symbol, Ensembl or Entrez identifier."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from ..datasets._landmarks import landmark_genes, landmark_identifiers, plain_identifier


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


def _key(name: Any, landmarks: dict[str, tuple[str, int]]) -> Any:
    plain = plain_identifier(str(name))
    return landmarks[plain][1] if plain in landmarks else plain
