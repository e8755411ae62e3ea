"""The classifiers of the indicators."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.dummy import DummyClassifier

from ..utils.blocks import fit_scaler
from ..utils.classifier import default_classifier
from ..utils.typing import EstimatorLike


def fit_classifier(estimator: EstimatorLike, X: np.ndarray, y: np.ndarray, *, own: bool = False) -> Any:
    """Fit a clone, or the default classifier; a single class is predicted everywhere.

    With `own`, X may be overwritten.
    """
    if len(np.unique(y)) == 1:
        estimator = DummyClassifier()
    elif estimator is None:
        return _fit_default(X, y, own)
    elif not hasattr(estimator, "fit") or isinstance(estimator, type):
        raise TypeError(f"estimator must be a classifier or None; got {estimator!r}.")
    return clone(estimator).fit(X, y)


def _fit_default(X: np.ndarray, y: np.ndarray, own: bool) -> Any:
    """Fit the default classifier as it fits itself, with fewer copies of the rows."""
    model = default_classifier()
    scaler, classifier = (step for _, step in model.steps)
    fit_scaler(scaler, X)
    scaler.copy = not own
    classifier.fit(scaler.transform(X), y)
    scaler.copy = True
    return model
