"""The classifiers of the indicators."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from ..utils.typing import EstimatorLike


def fit_classifier(estimator: EstimatorLike, X: np.ndarray, y: np.ndarray) -> Any:
    """Fit a clone, or the default classifier; a single class is predicted everywhere."""
    if len(np.unique(y)) == 1:
        estimator = DummyClassifier()
    elif estimator is None:
        estimator = standardised_logistic_regression()
    elif not hasattr(estimator, "fit") or isinstance(estimator, type):
        raise TypeError(f"estimator must be a classifier or None; got {estimator!r}.")
    return clone(estimator).fit(X, y)


def standardised_logistic_regression() -> Pipeline:
    """Make the default classifier of the indicators."""
    return make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
