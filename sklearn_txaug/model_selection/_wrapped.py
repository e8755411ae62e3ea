"""What the classifiers that train another classifier have in common."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin
from sklearn.utils import get_tags
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted, column_or_1d, validate_data

from ..utils.checks import check_groups, check_labels, check_order, check_table
from ..utils.classifier import default_classifier
from ..utils.containers import as_container
from ..utils.typing import MatrixLike


def _classifier_has(name: str) -> Any:
    def check(self: WrappedClassifier) -> bool:
        return hasattr(getattr(self, "classifier_", self._given_classifier()), name)

    return available_if(check)


class WrappedClassifier(ClassifierMixin, MetaEstimatorMixin, BaseEstimator):
    """Base class: predicts as `classifier_` does."""

    classifier: Any

    @_classifier_has("predict")
    def predict(self, X: MatrixLike) -> np.ndarray:
        """Return the class of each row, an array of shape (n_samples,)."""
        return self._fitted_classifier(X).predict(X)

    @_classifier_has("predict_proba")
    def predict_proba(self, X: MatrixLike) -> np.ndarray:
        """Return the probability of each class, an array of shape (n_samples, n_classes)."""
        return self._fitted_classifier(X).predict_proba(X)

    @_classifier_has("predict_log_proba")
    def predict_log_proba(self, X: MatrixLike) -> np.ndarray:
        """Return the logarithm of the probability of each class, an array of shape (n_samples, n_classes)."""
        return self._fitted_classifier(X).predict_log_proba(X)

    @_classifier_has("decision_function")
    def decision_function(self, X: MatrixLike) -> np.ndarray:
        """Return the classifier's scores, an array of shape (n_samples, n_classes) or (n_samples,)."""
        return self._fitted_classifier(X).decision_function(X)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = get_tags(self._given_classifier()).input_tags.sparse
        return tags

    def _given_classifier(self) -> Any:
        """Return the classifier that is trained, or its default."""
        return default_classifier() if self.classifier is None else self.classifier

    def _fitted_classifier(self, X: Any) -> Any:
        check_is_fitted(self)
        validate_data(self, X, reset=False, accept_sparse=["csr", "csc"])
        return self.classifier_

    def _checked(self, X: Any, y: Any, groups: Any) -> tuple[Any, np.ndarray]:
        """Return rows that can be indexed and their labels, and set `classes_`."""
        if y is None:
            validate_data(self, X, y)  # says that y is required
        check_order(X, y=y, groups=groups)
        X, y = as_container(X), as_container(y)
        if getattr(y, "shape", ())[1:] == (1,):
            y = column_or_1d(y, warn=True)
        labels = np.asarray(check_labels(y)[0])
        check_table(X, len(labels))
        checked, _ = validate_data(self, X, labels, accept_sparse=["csr", "csc"])
        X = checked if sparse.issparse(X) else X  # a sparse format whose rows can be indexed
        check_groups(groups, len(labels))
        self.classes_ = np.unique(labels)
        return X, labels
