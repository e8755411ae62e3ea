"""Which columns are landmarks, in all the ways that reconstructor and sampler accept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import numpy as np

from ..datasets import match_landmarks
from ..datasets._landmarks import gene_keys


def landmark_columns(landmarks: Any, n_features: int, names: np.ndarray | None) -> np.ndarray:
    """Return the column numbers that `landmarks` refers to, in the order of ``X[:, landmarks]``.

    Parameters
    ----------
    landmarks : "l1000", list of str, list of int or boolean mask
        As for `LandmarkReconstructor`.
    n_features : int
        Number of columns.
    names : ndarray of shape (n_features,) or None
        Their names, if any.

    Returns
    -------
    columns : ndarray of shape (n_landmarks,), int
        At least one column, and not all of them.
    """
    if isinstance(landmarks, str):
        columns = _l1000_columns(names)
    else:
        given = np.asarray(landmarks)
        if given.ndim != 1 or given.dtype.kind not in "biuOUST":
            raise ValueError(
                "landmarks must be 'l1000', names of genes, column numbers or a boolean mask; got "
                f"{landmarks!r}"
            )
        if given.dtype.kind == "b":
            columns = _masked_columns(given, n_features)
        else:
            columns = (
                _numbered_columns(given, n_features) if given.dtype.kind in "iu" else _named(given, names)
            )
    if len(columns) == n_features:
        raise ValueError(
            f"X has n_features = {n_features} and all of them are landmarks: nothing is left to reconstruct"
        )
    return columns


def find_landmarks(landmarks: Iterable[str], names: Iterable[Any]) -> list[int]:
    """Return the position among `names` of each landmark: its name, or else another identifier of the same gene.

    Parameters
    ----------
    landmarks : iterable of str
        Names seen in `fit`.
    names : iterable of str or int
        Names of the columns, in any order.

    Returns
    -------
    positions : list of int
        One for each landmark.

    Raises
    ------
    ValueError
        If a landmark is missing or occurs more than once.
    """
    landmarks, names = list(landmarks), list(map(str, names))
    by_name, by_gene = defaultdict(list), defaultdict(list)
    for position, (name, gene) in enumerate(zip(names, gene_keys(names), strict=True)):
        by_name[name].append(position)
        by_gene[gene].append(position)
    wanted = zip(landmarks, gene_keys(landmarks), strict=True)
    found = {name: by_name.get(name) or by_gene.get(gene, []) for name, gene in wanted}
    for wrong, text in ((0, "lacks {} of the landmarks"), (2, "has several columns for {} of the landmarks")):
        which = [name for name, positions in found.items() if min(len(positions), 2) == wrong]
        if which:
            raise ValueError(f"X {text.format(len(which))} that were seen at fit: {which[:5]}")
    return [position for (position,) in found.values()]


def _l1000_columns(names: np.ndarray | None) -> np.ndarray:
    if names is None:
        raise ValueError(
            "landmarks='l1000' needs the names of the genes, and X has none: pass a DataFrame with gene names as "
            "columns, or landmarks as column numbers or a boolean mask"
        )
    columns = np.flatnonzero(match_landmarks(names).mask)
    if not len(columns):
        raise ValueError(
            f"landmarks='l1000', but none of the 978 L1000 genes is among the columns {names[:3].tolist()}...; "
            "they are matched by symbol, Entrez or Ensembl identifier. Otherwise name your own landmarks"
        )
    return columns


def _masked_columns(mask: np.ndarray, n_features: int) -> np.ndarray:
    if len(mask) != n_features:
        raise ValueError(f"landmarks is a mask of {len(mask)} columns, but X has n_features = {n_features}")
    if not mask.any():
        raise ValueError("landmarks is a mask without any True: at least one landmark is needed")
    return np.flatnonzero(mask)


def _numbered_columns(columns: np.ndarray, n_features: int) -> np.ndarray:
    outside = columns[(columns < 0) | (columns >= n_features)]
    if len(outside):
        raise ValueError(f"landmarks has columns {outside[:5].tolist()}, but X has n_features = {n_features}")
    if len(np.unique(columns)) < len(columns) or not len(columns):
        raise ValueError(f"landmarks must be one or more distinct columns; got {columns.tolist()}")
    return columns.astype(int)


def _named(landmarks: np.ndarray, names: np.ndarray | None) -> np.ndarray:
    if names is None:
        raise ValueError(f"landmarks={landmarks[:3].tolist()}... are names, but the columns of X have none")
    column_of = {name: k for k, name in enumerate(names)}
    missing = [name for name in landmarks.tolist() if name not in column_of]
    if missing:
        raise ValueError(f"landmarks has {len(missing)} names that X does not have: {missing[:5]}")
    return _numbered_columns(np.array([column_of[name] for name in landmarks], dtype=int), len(names))
