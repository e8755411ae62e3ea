"""The model of a prior as a classifier: the posterior predictive Gaussian of each class."""

from __future__ import annotations

import warnings
from dataclasses import field
from os import PathLike

import numpy as np
from scipy.special import log_softmax
from sklearn.base import BaseEstimator, ClassifierMixin, _fit_context
from sklearn.utils.validation import check_is_fitted

from ..utils.checks import check_classes, check_order, check_targets, plain_labels, validated
from ..utils.constraints import NonNegativeOrInfinite, Share
from ..utils.declaration import estimator
from ..utils.typing import ArrayLike, MatrixLike
from ._expression_prior import ExpressionPrior
from ._hierarchical import Reference
from ._learning import FLOATS, read_rows
from ._predictive import Predictive, trust
from ._reference import checked_prior
from ._scales import reference_for


@estimator
class HierarchicalGaussianClassifier(ClassifierMixin, BaseEstimator):
    """Classify by the posterior predictive Gaussian of each class (probabilistic linear discriminant analysis).

    The mean of a class is a draw of covariance B around the centre of the classes, a row is a draw of covariance W
    around the mean of its class. Given the k training rows of a class, a new row of it has a Gaussian distribution
    around the posterior mean, whose covariance is W plus that of the doubt about the mean. B and W come from a
    reference cohort, and W goes over to that of the training rows as these become many. This is the model that
    samplers with a `prior` draw from: with perfect use of their rows, a classifier can reach it and not much more.

    Parameters
    ----------
    prior : ExpressionPrior, path, "tcga" or None
        What a reference cohort of other classes and other patients teaches: a fitted `ExpressionPrior`, the file of
        one, or the name of one that `load_prior` knows. Genes are found by the column names of a DataFrame, unless
        the reference had no names either. None learns B and W from the training rows alone, of which some class needs
        two.
    prior_rows : float >= 0, or infinity
        Number of training rows, less one for each class, at which their covariance and that of the prior weigh the
        same.
    shrinkage : float in [0, 1]
        Share of independent genes of equal variance in W. Directions that hardly vary in the reference vary more in
        other classes, and a classifier that trusts them errs.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Class labels.
    class_frequencies_ : ndarray of shape (n_classes,)
        Share of each class among the training rows, its probability before its expression is seen.
    means_ : ndarray of shape (n_classes, n_features)
        Posterior means of the classes.
    trust_ : float in (0, 1]
        What the logarithms of the densities are multiplied by.
    n_features_in_ : int
        Number of features seen in `fit`.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the features, if the column names of `X` are strings.

    See Also
    --------
    ExpressionPrior : Learns from a reference cohort.
    sklearn_txaug.over_sampling.GaussianSampler : Draws rows of the same model, for any classifier.

    Notes
    -----
    Covariances are kept as a few directions and a variance for each gene, so that time and memory are linear in
    genes.

    No class has exactly the covariance W, and the errors of many genes add up, so that densities claim too much.
    Their logarithms, with those of the frequencies, are multiplied by `trust_`, which changes no prediction [3]_.
    Before any row is held out it is the number of directions in which classes of the reference differ,
    ``trace(B) ** 2 / trace(B @ B)`` for genes of unit variance, divided by the number of genes. Rows held out in
    five folds say more the more of them there are; for them, `fit` learns five times more.

    References
    ----------
    .. [1] S. Ioffe, "Probabilistic linear discriminant analysis", ECCV 2006.
    .. [2] S. J. D. Prince, J. H. Elder, "Probabilistic linear discriminant analysis for inferences about identity",
       ICCV 2007.
    .. [3] C. C. Holmes, S. G. Walker, "Assigning a value to a power likelihood in a general Bayesian model",
       Biometrika 104, 497-503, 2017.

    Examples
    --------
    >>> from sklearn_txaug.datasets import load_tissue_expression
    >>> from sklearn_txaug.priors import ExpressionPrior, HierarchicalGaussianClassifier
    >>> X, y = load_tissue_expression(return_X_y=True, as_frame=True)
    >>> new = y.isin(["liver", "kidney", "placenta"])
    >>> prior = ExpressionPrior(rank=16).fit(X[~new], y[~new])
    >>> one = X[new].groupby(y[new]).head(1)
    >>> model = HierarchicalGaussianClassifier(prior).fit(one, y[one.index])
    >>> rest = X[new].drop(one.index)
    >>> bool(model.score(rest, y[rest.index]) > 0.9)
    True
    """

    prior: ExpressionPrior | str | PathLike | None = field(default=None, kw_only=False)
    prior_rows: NonNegativeOrInfinite = 50.0
    shrinkage: Share = 0.5

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: MatrixLike, y: ArrayLike, *, groups: ArrayLike = None) -> HierarchicalGaussianClassifier:
        """Learn the classes.

        Parameters
        ----------
        X : {array-like, DataFrame} of shape (n_samples, n_features)
            Expression on a log scale, samples in rows.
        y : array-like of shape (n_samples,)
            Class labels.
        groups : array-like of shape (n_samples,), default=None
            Patient or donor of each row, which must not be one of the prior's reference.

        Returns
        -------
        self : object
            The fitted classifier.

        Raises
        ------
        ValueError
            If `y` has one class only, genes do not match the prior, rows share groups with its reference, or there is
            no prior and no class has two rows.
        """
        check_order(X, y=y, groups=groups)
        rows, labels = read_rows(self, X, plain_labels(y), groups)
        check_targets(labels)
        self.classes_, codes = np.unique(labels, return_inverse=True)
        check_classes(self.classes_)
        self.class_frequencies_ = np.bincount(codes) / len(codes)
        names = getattr(self, "feature_names_in_", None)
        prior = self.prior
        if prior is not None:
            prior = checked_prior(prior, names, rows.shape[1], groups, self.classes_)
        reference = _reference(prior, rows, codes)
        self._model = self._learned(reference, rows, codes)
        self.means_ = self._model.means
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # of the same rows
            self.trust_ = trust(
                lambda *some: self._learned(_reference(prior, *some), *some),
                rows,
                codes,
                groups,
                min(1.0, reference.between.n_directions() / rows.shape[1]),
            )
        return self

    def predict_log_proba(self, X: MatrixLike) -> np.ndarray:
        """Return the logarithm of the probability of each class, an array of shape (n_samples, n_classes)."""
        check_is_fitted(self)
        rows = validated(self, X, reset=False, dtype=FLOATS)
        return log_softmax(self.trust_ * self._model.log_shares(rows), axis=1)

    def predict_proba(self, X: MatrixLike) -> np.ndarray:
        """Return the probability of each class, an array of shape (n_samples, n_classes)."""
        return np.exp(self.predict_log_proba(X))

    def predict(self, X: MatrixLike) -> np.ndarray:
        """Return the most probable class of each row, an array of shape (n_samples,)."""
        places = self.predict_log_proba(X).argmax(axis=1)
        return self.classes_[places]

    def _learned(self, reference: Reference, rows: np.ndarray, codes: np.ndarray) -> Predictive:
        return Predictive(reference, rows, codes, self.prior_rows, self.shrinkage)


def _reference(prior: ExpressionPrior | None, rows: np.ndarray, codes: np.ndarray) -> Reference:
    """Return what a prior says about rows, or what they say themselves."""
    if prior is not None:
        return reference_for(prior, rows)
    if np.bincount(codes).max() < 2:
        raise ValueError(
            "prior is None and y has one row of each class, so that nothing says how rows of a class differ; give a "
            "prior, or two rows of a class"
        )
    with warnings.catch_warnings():
        # Both sides are the same rows
        warnings.filterwarnings("ignore", "X has values up to", UserWarning)
        own = ExpressionPrior().fit(rows, codes)
    return reference_for(own, rows)
