"""All genes from landmark genes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import numpy as np
from sklearn.base import BaseEstimator, _fit_context
from sklearn.model_selection import GroupKFold, KFold
from sklearn.preprocessing import StandardScaler
from sklearn.utils import check_array, gen_batches
from sklearn.utils.validation import check_is_fitted

from ..neural_network import MLPNetRegressor
from ..utils.blocks import blocks
from ..utils.checks import check_groups, check_magnitude, check_matrix, groups_for, validated
from ..utils.constraints import ArrayOrList, Classifier, Seed
from ..utils.containers import readable
from ..utils.declaration import estimator
from ..utils.random import draw_seed, with_seed
from ..utils.splits import sortable
from ._landmark_columns import find_landmarks, landmark_columns
from ._ridge import LeaveOutRidge

_ROWS = 1024  # rows at a time
_COLUMNS = 256  # targets at a time
_N_FOLDS = 5


@estimator
class LandmarkReconstructor(BaseEstimator):
    """Predict all genes from landmark genes.

    Both in `fit` and in `predict`, landmarks and other genes are standardised with the statistics of the
    training rows, so rows with another mean or variance, such as synthetic ones, keep it.

    Parameters
    ----------
    landmarks : "l1000", list of str, list of int or boolean mask
        The genes to predict from: the L1000 genes among the columns, which must have names; names; column
        numbers; or a mask of all columns.
    estimator : {"ridge", "mlp"} or regressor
        ``"ridge"`` is ridge regression of all genes from one factorisation, with the one penalty that best
        predicts left-out rows, or left-out groups if `fit` gets `groups`. ``"mlp"`` is an
        :class:`~sklearn_txaug.neural_network.MLPNetRegressor` of one hidden layer of 1,024 units with early
        stopping. A multi-output regressor is cloned and sees standardised values.
    alphas : sequence of float > 0 or None
        Penalties per training row that ``"ridge"`` chooses from; None is 13 values from 1e-4 to 100.
    random_state : int, RandomState instance or None
        Passed on to the estimator, if it has one.

    Attributes
    ----------
    landmarks_ : ndarray of shape (n_landmarks,), int
        Columns of the landmarks, in the order in which `predict` expects them.
    targets_ : ndarray of shape (n_targets,), int
        The other columns.
    landmark_names_ : ndarray of shape (n_landmarks,)
        Names of the landmarks, if `X` had string column names.
    scaler_ : StandardScaler
        Scaler of all genes, fitted on the training rows.
    estimator_ : regressor
        The fitted estimator. With ``"ridge"`` it has `alpha_`, `errors_` and `coef_`.
    n_features_in_ : int
        Number of genes seen in `fit`.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Their names, if the column names of `X` are strings.

    See Also
    --------
    sklearn_txaug.over_sampling.LandmarkSampler : Generate landmarks and reconstruct the other genes.
    sklearn_txaug.datasets.match_landmarks : Find the L1000 genes by symbol, Entrez or Ensembl identifier.

    References
    ----------
    .. [1] Y. Chen, Y. Li, R. Narayan, A. Subramanian, X. Xie, "Gene expression inference with deep learning",
       Bioinformatics 32, 1832-1839, 2016.
    .. [2] Lacan, Andre, Sebag, Hanczar, BMC Bioinformatics, 2026, doi:10.1186/s12859-026-06470-8.

    Examples
    --------
    >>> from sklearn_txaug.datasets import load_tissue_expression
    >>> from sklearn_txaug.reconstruction import LandmarkReconstructor
    >>> X, _ = load_tissue_expression(return_X_y=True)
    >>> reconstructor = LandmarkReconstructor(landmarks=range(50)).fit(X[::2])
    >>> reconstructor.predict(X[1::2, :50]).shape
    (94, 500)
    >>> bool(reconstructor.score(X[1::2]) > -0.5)  # mean absolute error in standard deviations
    True
    """

    landmarks: ArrayOrList | Literal["l1000"] = "l1000"
    estimator: Classifier | Literal["ridge", "mlp"] = "ridge"
    alphas: ArrayOrList | None = None
    random_state: Seed = None

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Any, y: Any = None, *, groups: Any = None) -> LandmarkReconstructor:
        """Learn the other genes from the landmarks.

        Parameters
        ----------
        X : {array-like, DataFrame} of shape (n_samples, n_features)
            Expression of all genes on a log scale, samples in rows.
        y : None
            Ignored.
        groups : array-like of shape (n_samples,), default=None
            Patient or donor of each row; rows of one group are left out together.

        Returns
        -------
        self : object
            The fitted reconstructor.

        Raises
        ------
        ValueError
            If `landmarks` are not among the columns or are all of them, if `X` contains NaN or infinity or has
            duplicate column names, if `alphas` are not all above 0, or if `groups` has the wrong length, missing
            entries or only one group.
        """
        check_matrix(X)
        X = np.ascontiguousarray(validated(self, X, dtype=(np.float64, np.float32), ensure_min_samples=2))
        check_groups(groups, len(X))
        names = getattr(self, "feature_names_in_", None)
        check_magnitude(X, names)
        groups = None if groups is None else sortable(groups)
        if groups is not None and len(np.unique(groups)) < 2:
            raise ValueError("groups has only one group: nothing can be left out")
        self.landmarks_ = landmark_columns(self.landmarks, X.shape[1], names)
        self.targets_ = np.setdiff1d(np.arange(X.shape[1]), self.landmarks_)
        if names is not None:
            self.landmark_names_ = names[self.landmarks_]
        self.scaler_ = StandardScaler()
        for rows in gen_batches(len(X), _ROWS):  # a whole float32 matrix would be copied as float64
            self.scaler_.partial_fit(X[rows])
        Z, Y = (self._standardise(X, columns) for columns in (self.landmarks_, self.targets_))
        self._seed = draw_seed(self.random_state)
        self.estimator_ = self._fit_estimator(Z, Y, groups)
        return self

    def predict(self, X: Any) -> Any:
        """Return all genes of rows whose landmarks are known.

        Parameters
        ----------
        X : {array-like, DataFrame} of shape (n_rows, n_landmarks) or (n_rows, n_features)
            In a DataFrame, landmarks are found by name, in any order, and other columns are ignored. The version of
            an Ensembl identifier does not matter, and an L1000 gene may be named by its symbol, Entrez or Ensembl
            identifier, whichever `fit` saw. An array has the landmarks in the order of `landmarks_`, or all genes in
            the order of `fit`.

        Returns
        -------
        X_full : ndarray or DataFrame of shape (n_rows, n_features)
            All genes in the order of `fit`, landmarks unchanged bit for bit. A DataFrame if `X` is one.

        Raises
        ------
        ValueError
            If `X` has the wrong number of columns, lacks a landmark or has it twice, or contains NaN or infinity.
        """
        check_is_fitted(self, "estimator_")
        rows = self._landmark_rows(X)
        full = np.empty((len(rows), self.n_features_in_), dtype=rows.dtype)
        full[:, self.landmarks_] = rows
        mean, scale = self.scaler_.mean_, self.scaler_.scale_
        for part in gen_batches(len(rows), _ROWS):
            Z = (rows[part] - mean[self.landmarks_]) / scale[self.landmarks_]
            Y = self.estimator_.predict(Z).reshape(len(Z), -1)
            for some in blocks(*Y.shape):
                place = slice(part.start + some.start, part.start + some.stop)
                full[place, self.targets_] = Y[some] * scale[self.targets_] + mean[self.targets_]
        if not hasattr(X, "columns"):
            return full
        import pandas as pd

        return pd.DataFrame(full, index=X.index, columns=getattr(self, "feature_names_in_", None))

    def mae_per_gene(self, X: Any) -> Any:
        """Return the mean absolute error of each reconstructed gene, in its standard deviations.

        Parameters
        ----------
        X : {array-like, DataFrame} of shape (n_rows, n_features)
            Rows with all genes, preferably rows that `fit` has not seen.

        Returns
        -------
        errors : ndarray or Series of shape (n_targets,)
            In the order of `targets_`; a Series indexed by gene if `X` is a DataFrame with names. The error of a
            gene that did not vary in `fit` is in the gene's own units.

        Raises
        ------
        ValueError
            If `X` does not have the columns of `fit` in the same order, or contains NaN or infinity.
        """
        check_is_fitted(self, "estimator_")
        rows = validated(self, X, reset=False, dtype=(np.float64, np.float32))
        total = np.zeros(len(self.targets_))
        for part in gen_batches(len(rows), _ROWS):
            Y, Z = (self._standardise(rows[part], columns) for columns in (self.targets_, self.landmarks_))
            total += np.abs(self.estimator_.predict(Z).reshape(len(Z), -1) - Y).sum(axis=0)
        errors = total / len(rows)
        if not (hasattr(X, "iloc") and hasattr(self, "feature_names_in_")):
            return errors
        import pandas as pd

        return pd.Series(errors, index=self.feature_names_in_[self.targets_], name="mae")

    def score(self, X: Any, y: Any = None) -> float:
        """Return the negative mean absolute error over the reconstructed genes, in standard deviations.

        Parameters
        ----------
        X : {array-like, DataFrame} of shape (n_rows, n_features)
            Rows with all genes, preferably rows that `fit` has not seen.
        y : None
            Ignored.

        Returns
        -------
        score : float
            At most 0. Predicting the mean of each gene gives about -0.8.
        """
        return -float(np.mean(self.mae_per_gene(X)))

    def left_out(self, X: np.ndarray, groups: Any) -> Iterator[tuple[slice, np.ndarray, np.ndarray]]:
        """Yield the targets of the training rows, and their predictions by a fit without these rows.

        Some targets at a time, if the estimator allows that.
        Computed in closed form for ``"ridge"``, from five folds for any other estimator.

        Parameters
        ----------
        X : ndarray of shape (n_samples, n_features)
            The rows of `fit`.
        groups : array-like of shape (n_samples,) or None
            Their patients or donors; rows of one group are left out together.

        Yields
        ------
        columns : slice
            Which targets.
        targets, predicted : ndarray of shape (n_samples, n_columns)
            Standardised.
        """
        Z = self._standardise(X, self.landmarks_)
        if isinstance(self.estimator_, LeaveOutRidge):
            predict = self.estimator_.leave_out(Z, groups)
            for columns in gen_batches(len(self.targets_), _COLUMNS):
                part = self._standardise(X, self.targets_[columns])
                yield columns, part, predict(part)
            return
        Y = self._standardise(X, self.targets_)
        predicted = np.empty_like(Y)
        for train, held in _folds(Z, groups, self._seed):
            fold = self._fit_estimator(
                Z[train], Y[train], None if groups is None else np.asarray(groups)[train]
            )
            predicted[held] = fold.predict(Z[held]).reshape(len(held), -1)
        yield slice(0, Y.shape[1]), Y, predicted

    def _fit_estimator(self, Z: np.ndarray, Y: np.ndarray, groups: Any) -> Any:
        regressor = self._make_estimator()
        return regressor.fit(Z, Y, **groups_for(regressor, groups))

    def _make_estimator(self) -> Any:
        if self.estimator == "ridge":
            return LeaveOutRidge(self.alphas)
        if self.estimator == "mlp":
            return MLPNetRegressor(hidden_layer_sizes=(1024,), early_stopping=True, random_state=self._seed)
        return with_seed(self.estimator, self._seed)

    def _standardise(self, X: np.ndarray, columns: np.ndarray) -> np.ndarray:
        part = X[:, columns]
        part -= self.scaler_.mean_[columns]
        part /= self.scaler_.scale_[columns]
        return part

    def _landmark_rows(self, X: Any) -> np.ndarray:
        """Return the landmarks of `X`, in the order of `landmarks_`."""
        X = readable(X)
        if hasattr(X, "columns") and hasattr(self, "landmark_names_"):
            X = X.iloc[:, find_landmarks(self.landmark_names_, X.columns)]
            X.columns = self.landmark_names_
        check_matrix(X)
        rows = check_array(X, dtype=(np.float64, np.float32), estimator=self, input_name="X")
        if rows.shape[1] == len(self.landmarks_):
            return rows
        if rows.shape[1] == self.n_features_in_:
            return rows[:, self.landmarks_]
        raise ValueError(
            f"X has {rows.shape[1]} features, but LandmarkReconstructor is expecting {self.n_features_in_} "
            f"features as input, or the {len(self.landmarks_)} landmarks"
        )


def _folds(Z: np.ndarray, groups: Any, seed: int) -> Any:
    n = len(Z) if groups is None else len(np.unique(groups))
    kind = KFold if groups is None else GroupKFold
    return kind(min(_N_FOLDS, n), shuffle=True, random_state=seed).split(Z, groups=groups)
