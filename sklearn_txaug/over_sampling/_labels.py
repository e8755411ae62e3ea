"""Labels as class codes, and back in the container they were given in."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..utils.amounts import spread
from ..utils.checks import check_labels
from ..utils.containers import as_container, dense, no_rows, rows_like


class ClassLabels:
    """The classes of the training labels.

    Parameters
    ----------
    y : array-like of shape (n_samples,) or (n_samples, n_classes)
        Labels, or a one-vs-all indicator matrix, whose classes are its column numbers.

    Attributes
    ----------
    values : ndarray of shape (n_samples,)
        One label for each row.
    classes : ndarray of shape (n_classes,)
        The distinct labels, sorted.
    counts : ndarray of shape (n_classes,)
        Number of training rows of each class.
    codes : ndarray of shape (n_samples,)
        Position of each label in `classes`.
    """

    def __init__(self, y: Any):
        y = as_container(y)
        self.values, self._n_columns = check_labels(y)
        self._template = no_rows(y)

    def encode(self, values: np.ndarray) -> np.ndarray:
        """Learn the classes of validated labels and return their codes."""
        self.classes, codes = np.unique(values, return_inverse=True)
        self.counts = np.bincount(codes)
        del self.values
        return codes

    def codes_of(self, y: Any) -> np.ndarray:
        """Return the codes of the labels of rows to draw."""
        labels = np.asarray(dense(y))
        if self._n_columns and labels.shape[1:] == (self._n_columns,):
            if not (np.isin(labels, [0, 1]).all() and (labels.sum(axis=1) == 1).all()):
                raise ValueError(
                    "y has rows that do not name one class: each needs a single 1, and 0 elsewhere"
                )
            labels = labels.argmax(axis=1)
        if labels.ndim == 2 and labels.shape[1] == 1:
            labels = labels[:, 0]
        if labels.ndim != 1:
            raise ValueError(
                f"y must hold one label for each row to draw; got an array of shape {labels.shape}"
            )
        unknown = set(labels.tolist()) - set(self.classes.tolist())
        if unknown:
            raise ValueError(
                f"y has labels {sorted(unknown, key=str)} that were not seen in training; "
                f"the classes are {self.classes.tolist()}"
            )
        return np.searchsorted(self.classes, labels)

    def spread(self, n_samples: int, counts: np.ndarray | None = None) -> np.ndarray:
        """Return codes of `n_samples` rows, spread over the classes as the training labels are, or as `counts`."""
        counts = self.counts if counts is None else counts
        return np.repeat(np.arange(len(self.classes)), spread(n_samples, counts))

    def like_given(self, codes: np.ndarray, real: Any = None) -> Any:
        """Return the labels of codes in the container of `y`, named after those of the `real` rows."""
        labels = self.classes[codes]
        if self._n_columns:
            labels = np.eye(self._n_columns, dtype=int)[labels]
        else:
            labels = labels.reshape(-1, *getattr(self._template, "shape", (0,))[1:])
        return rows_like(self._template, labels, getattr(real, "index", ()))
