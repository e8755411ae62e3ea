"""What the classifiers that train another classifier have in common."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin
from sklearn.utils import get_tags
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted, column_or_1d, validate_data

from ..over_sampling._table_encoder import holds_categories
from ..utils.checks import (
    check_classes,
    check_groups,
    check_has_rows,
    check_labels,
    check_order,
    check_table,
    validated,
)
from ..utils.classifier import default_classifier
from ..utils.containers import as_container, readable
from ..utils.typing import MatrixLike

_REMEDY = ", or give a classifier that takes them, such as a pipeline that begins with a ColumnTransformer"


def takes_categories(classifier: Any, X: Any) -> bool:
    """Tell whether a table has columns that are not numeric, and a given classifier, not the default, for them."""
    return classifier is not None and holds_categories(X)


def validated_for(model: Any, X: Any, *labels: Any, reset: bool = True) -> Any:
    """Validate rows, and labels, for a model around a classifier; categories are left to the classifier."""
    mixed = takes_categories(model.classifier, X)
    checks = {} if mixed else {"accept_sparse": ["csr", "csc"]}
    return validated(model, X, *labels, reset=reset, skip_check_array=mixed, **checks)


class MetaClassifier(ClassifierMixin, MetaEstimatorMixin, BaseEstimator):
    """Base class: trains `classifier`, and keeps it as `classifier_`."""

    classifier: Any

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = self.classifier is None or get_tags(self.classifier).input_tags.sparse
        return tags

    def _given_classifier(self) -> Any:
        """Return the classifier that is trained, or its default."""
        return default_classifier() if self.classifier is None else self.classifier

    def _fitted_classifier(self, X: Any) -> tuple[Any, Any]:
        """Return the fitted classifier, and rows as it takes them."""
        check_is_fitted(self)
        validated_for(self, X, reset=False)
        return self.classifier_, self._readable(X)

    def _readable(self, X: Any) -> Any:
        """Return rows for the classifier: the default one centres them, so that they are dense."""
        return readable(X, keep_sparse=self.classifier is not None)

    def _checked(self, X: Any, y: Any, groups: Any) -> tuple[Any, np.ndarray]:
        """Return rows that can be indexed and their labels, and set `classes_`."""
        if y is None:
            validate_data(self, X, y)  # says that y is required
        check_order(X, y=y, groups=groups)
        check_has_rows(X)
        X, y = as_container(X), as_container(y)
        if getattr(y, "shape", ())[1:] == (1,):
            y = column_or_1d(y, warn=True)
        labels = np.asarray(check_labels(y)[0])
        check_table(X, len(labels), takes_categories(self.classifier, X), _REMEDY)
        checked, _ = validated_for(self, X, labels)
        X = self._readable(checked if sparse.issparse(X) else X)  # a sparse format whose rows can be indexed
        check_groups(groups, len(labels))
        self.classes_ = np.unique(labels)
        check_classes(self.classes_)
        return X, labels


def _classifier_has(name: str) -> Any:
    def check(self: WrappedClassifier) -> bool:
        return hasattr(getattr(self, "classifier_", self._given_classifier()), name)

    return available_if(check)


class WrappedClassifier(MetaClassifier):
    """Base class: predicts as `classifier_` does."""

    @_classifier_has("predict")
    def predict(self, X: MatrixLike) -> np.ndarray:
        """Return the class of each row, an array of shape (n_samples,)."""
        model, X = self._fitted_classifier(X)
        return model.predict(X)

    @_classifier_has("predict_proba")
    def predict_proba(self, X: MatrixLike) -> np.ndarray:
        """Return the probability of each class, an array of shape (n_samples, n_classes)."""
        model, X = self._fitted_classifier(X)
        return model.predict_proba(X)

    @_classifier_has("predict_log_proba")
    def predict_log_proba(self, X: MatrixLike) -> np.ndarray:
        """Return the logarithm of the probability of each class, an array of shape (n_samples, n_classes)."""
        model, X = self._fitted_classifier(X)
        return model.predict_log_proba(X)

    @_classifier_has("decision_function")
    def decision_function(self, X: MatrixLike) -> np.ndarray:
        """Return the classifier's scores, an array of shape (n_samples, n_classes) or (n_samples,)."""
        model, X = self._fitted_classifier(X)
        return model.decision_function(X)
