"""Linear effects of covariates on each feature."""

from __future__ import annotations

import numpy as np


class LinearEffects:
    """What covariates add to the class mean of each feature: linear, and the same in all classes.

    The regression is within classes, so the class mean stays that of its rows, at the mean of their covariates. Ridge
    regression with a penalty of 1, one row more without any effect, also settles columns that depend on each other.

    Attributes
    ----------
    coef_ : ndarray of shape (n_columns, n_features)
        Change of a feature with each column.
    centres_ : ndarray of shape (n_classes, n_columns)
        Means of the columns in each class.
    """

    def fit(self, X: np.ndarray, codes: np.ndarray, columns: np.ndarray) -> LinearEffects:
        """Learn from rows (n_samples, n_features), class codes and columns (n_samples, n_columns)."""
        members = [codes == c for c in range(codes.max() + 1)]
        self.centres_ = np.stack([columns[rows].mean(axis=0) for rows in members])
        deviations = columns - self.centres_[codes]
        penalised = deviations.T @ deviations + np.eye(columns.shape[1])
        # Deviations sum to zero in each class, so the class means of X drop out.
        self.coef_ = np.linalg.solve(penalised, deviations.T @ X)
        return self

    def of(self, codes: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """Return what the covariates add to the class means, of shape (n_rows, n_features)."""
        return (columns - self.centres_[codes]) @ self.coef_
