"""Rows of some patients to train on, and of others to compare with."""

import numpy as np
from sklearn.model_selection import GroupShuffleSplit


def apart(y: np.ndarray, patients: np.ndarray, seed: int, n_rows: int, least: int):
    """Return rows of two thirds of the patients and rows of the others, of classes of at least so many rows.

    There are at most `n_rows` of each, and none of the others is of a class that the first lack.
    """
    names, counts = np.unique(y, return_counts=True)
    common = np.flatnonzero(np.isin(y, names[counts >= least]))
    split = GroupShuffleSplit(1, test_size=0.33, random_state=seed)
    inside, outside = next(split.split(common, y[common], patients[common]))
    rng = np.random.default_rng(seed)
    inside, outside = (common[rng.permutation(rows)[:n_rows]] for rows in (inside, outside))
    return inside, outside[np.isin(y[outside], y[inside])]
