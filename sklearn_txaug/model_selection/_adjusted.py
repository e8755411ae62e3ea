"""A classifier whose probabilities forget, in part, how frequent the classes were in training."""

from __future__ import annotations

from dataclasses import field
from typing import Any

import numpy as np
from scipy.special import softmax
from sklearn.base import _fit_context, clone
from sklearn.linear_model import LogisticRegression

from ..utils.checks import groups_for
from ..utils.constraints import NonNegativeFloat, ProbabilisticClassifier
from ..utils.containers import readable
from ..utils.declaration import estimator
from ..utils.typing import ArrayLike, MatrixLike
from ._wrapped import MetaClassifier


@estimator
class PriorAdjustedClassifier(MetaClassifier):
    """Divide the probabilities of a classifier by a power of the class frequencies (logit adjustment).

    Trained on unequal classes, a classifier prefers the frequent ones. Dividing its probabilities by
    ``frequency ** tau`` takes that preference back, without synthetic rows and without training: with `tau` 1 it
    aims at balanced accuracy, at the price of accuracy and calibration; 0.5 is a compromise. What a sampler gains by
    balancing should be compared with this.

    Parameters
    ----------
    classifier : classifier or None
        With `predict_proba`; cloned. None is a logistic regression.
    tau : float >= 0
        Power of the class frequencies; 0 changes nothing.

    Attributes
    ----------
    classifier_ : classifier
        The fitted classifier.
    class_frequencies_ : ndarray of shape (n_classes,)
        Share of each class among the training rows.
    classes_ : ndarray of shape (n_classes,)
        Class labels.
    n_features_in_ : int
        Number of features seen in `fit`.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the features, if `X` had string column names.

    References
    ----------
    .. [1] A. K. Menon et al., "Long-tail learning via logit adjustment", ICLR 2021.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_txaug.model_selection import PriorAdjustedClassifier
    >>> rng = np.random.default_rng(0)
    >>> y = np.repeat([0, 1], [950, 50])
    >>> X = rng.normal(size=(1000, 1)) + 1.5 * y[:, None]
    >>> [int(PriorAdjustedClassifier(tau=tau).fit(X, y).predict(X).sum()) for tau in (0, 0.5, 1)]
    [3, 48, 300]
    """

    classifier: ProbabilisticClassifier | None = field(default=None, kw_only=False)
    tau: NonNegativeFloat = 1.0

    @_fit_context(prefer_skip_nested_validation=False)
    def fit(self, X: MatrixLike, y: ArrayLike, *, groups: ArrayLike = None) -> PriorAdjustedClassifier:
        """Train the classifier.

        Parameters
        ----------
        X : {array-like, DataFrame, sparse matrix} of shape (n_samples, n_features)
            Rows.
        y : array-like of shape (n_samples,)
            Class labels.
        groups : array-like of shape (n_samples,), default=None
            Patient or donor of each row, passed on to a classifier that takes them.

        Returns
        -------
        self : object
            The fitted classifier.
        """
        X, labels = self._checked(X, y, groups)
        _, counts = np.unique(labels, return_counts=True)
        self.class_frequencies_ = counts / counts.sum()
        model = clone(self._given_classifier())
        self.classifier_ = model.fit(X, labels, **groups_for(model, groups))
        return self

    def predict_proba(self, X: MatrixLike) -> np.ndarray:
        """Return the adjusted probability of each class, an array of shape (n_samples, n_classes)."""
        model, X = self._fitted_classifier(X)
        with np.errstate(divide="ignore"):
            logits = np.log(model.predict_proba(X))
        return softmax(logits - self.tau * np.log(self.class_frequencies_), axis=1)

    def predict(self, X: MatrixLike) -> np.ndarray:
        """Return the class of the highest adjusted probability of each row, an array of shape (n_samples,)."""
        places = self.predict_proba(X).argmax(axis=1)
        return self.classes_[places]

    def _given_classifier(self) -> Any:
        return LogisticRegression(max_iter=1000) if self.classifier is None else self.classifier

    def _readable(self, X: Any) -> Any:
        return readable(X)
