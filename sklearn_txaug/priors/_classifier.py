"""The model of a prior as a classifier: the posterior predictive Gaussian of each class."""

from __future__ import annotations

import warnings
from dataclasses import field
from os import PathLike
from typing import Any

import numpy as np
from scipy.special import log_softmax
from sklearn.base import BaseEstimator, ClassifierMixin, _fit_context
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from ..utils.checks import check_order, plain_labels
from ..utils.constraints import NonNegativeOrInfinite, Share
from ..utils.containers import for_sklearn
from ..utils.declaration import estimator
from ..utils.typing import ArrayLike, MatrixLike
from ._expression_prior import ExpressionPrior
from ._hierarchical import HierarchicalGaussian, Reference
from ._learning import FLOATS, class_means, read_rows
from ._low_rank import LowRank
from ._reference import make_reference


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
    genes. With thousands of genes the probabilities are too near to 0 and 1.

    References
    ----------
    .. [1] S. Ioffe, "Probabilistic linear discriminant analysis", ECCV 2006.
    .. [2] S. J. D. Prince, J. H. Elder, "Probabilistic linear discriminant analysis for inferences about identity",
       ICCV 2007.

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
        check_classification_targets(labels)
        self.classes_, codes = np.unique(labels, return_inverse=True)
        self._counts = np.bincount(codes)
        if len(self.classes_) < 2:
            raise ValueError(
                f"y has one class only ({self.classes_.tolist()[0]!r}); a classifier needs 2 or more"
            )
        reference = self._reference(rows, codes, groups)
        model = HierarchicalGaussian(reference, self.prior_rows).fit(rows, codes, np.random.default_rng(0))
        self.class_frequencies_ = self._counts / len(codes)
        model.within_ = _shrunk(model.within_, model.scale_, self.shrinkage)
        self._within, self._between = model.within_, model.between_
        means = class_means(rows, codes, len(self.classes_))
        self._centre = means.mean(axis=0)
        self._offsets = means - self._centre
        self.means_ = self._centre + model.shrunk(self._offsets, self._counts)
        return self

    def predict_log_proba(self, X: MatrixLike) -> np.ndarray:
        """Return the logarithm of the probability of each class, an array of shape (n_samples, n_classes)."""
        check_is_fitted(self)
        rows = validate_data(self, for_sklearn(X), reset=False, dtype=FLOATS)
        densities = self._log_densities(rows - self._centre)
        return log_softmax(np.log(self.class_frequencies_) + densities, axis=1)

    def predict_proba(self, X: MatrixLike) -> np.ndarray:
        """Return the probability of each class, an array of shape (n_samples, n_classes)."""
        return np.exp(self.predict_log_proba(X))

    def predict(self, X: MatrixLike) -> np.ndarray:
        """Return the most probable class of each row, an array of shape (n_samples,)."""
        places = self.predict_log_proba(X).argmax(axis=1)
        return self.classes_[places]

    # -- parts

    def _reference(self, rows: np.ndarray, codes: np.ndarray, groups: Any) -> Reference:
        if self.prior is not None:
            names = getattr(self, "feature_names_in_", None)
            return make_reference(self.prior, rows, names, groups, self.classes_)
        if self._counts.max() < 2:
            raise ValueError(
                "prior is None and y has one row of each class, so that nothing says how rows of a class differ; "
                "give a prior, or two rows of a class"
            )
        with warnings.catch_warnings():
            # Both sides are the same rows
            warnings.filterwarnings("ignore", "X has values up to", UserWarning)
            own = ExpressionPrior().fit(rows, codes)
        return make_reference(own, rows, None, None, ())

    def _log_densities(self, rows: np.ndarray) -> np.ndarray:
        """Return the log density of rows, relative to the centre, in each class, up to a number for each row.

        A row x beside the k rows of a class with mean m has the density of their common mean, (k m + x) / (k + 1),
        and of x - m, which are independent, divided by the density of m: three Gaussians of low rank, instead of one
        for each class.
        """
        offsets = self._offsets
        apart = _squared_lengths(self._within, rows, offsets, 1.0, -1.0)
        densities = np.empty_like(apart)
        for k in np.unique(self._counts):
            some = self._counts == k
            alone, together = (self._between.plus(self._within.times(1 / n)) for n in (k, k + 1))
            alike = _squared_lengths(together, rows, offsets[some], 1 / (k + 1), k / (k + 1))
            before = (alone.solve(offsets[some]) * offsets[some]).sum(axis=1)
            volume = together.log_determinant() - alone.log_determinant() + rows.shape[1] * np.log1p(1 / k)
            densities[:, some] = -(apart[:, some] / (1 + 1 / k) + alike - before + volume) / 2
        return densities


def _shrunk(covariance: LowRank, scale: np.ndarray, shrinkage: float) -> LowRank:
    """Return a covariance with a share of a multiple of the identity, in units of `scale`."""
    mean = np.mean(covariance.variances() / np.square(scale))
    kept = covariance.times(1 - shrinkage)
    return LowRank(kept.factor, kept.noise + shrinkage * mean * np.square(scale))


def _squared_lengths(
    covariance: LowRank, rows: np.ndarray, offsets: np.ndarray, a: float, b: float
) -> np.ndarray:
    """Return the squared Mahalanobis length of ``a * row + b * offset`` for each pair."""
    solved = covariance.solve(offsets)
    of_rows = (covariance.solve(rows) * rows).sum(axis=1)
    of_offsets = (solved * offsets).sum(axis=1)
    return a**2 * of_rows[:, None] + 2 * a * b * (rows @ solved.T) + b**2 * of_offsets
