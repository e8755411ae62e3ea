"""Multilayer perceptrons trained by skorch: the classifiers and regressors of the published comparisons."""

from __future__ import annotations

from numbers import Real
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
import torch
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin, _fit_context
from sklearn.preprocessing import StandardScaler
from sklearn.utils import _safe_indexing, compute_class_weight
from sklearn.utils.validation import _check_sample_weight, check_is_fitted
from skorch.callbacks import EarlyStopping
from skorch.utils import noop
from torch import Tensor, nn
from torch.utils.data import TensorDataset

from ._nn.estimator import NetEstimator, as_rows
from ._nn.loader import WeightedLoader
from ._nn.mlp import MLP, CrossEntropy
from .utils.blocks import fit_scaler
from .utils.checks import (
    check_groups,
    check_magnitude,
    check_matrix,
    check_order,
    check_targets,
    plain_labels,
    validated,
)
from .utils.constraints import Interval, NonNegativeFloat, PositiveInt, Seed, ShareBelowOne, Widths
from .utils.containers import dense
from .utils.declaration import estimator
from .utils.random import draw_seed
from .utils.splits import TooFewRows, holdout, keep_classes
from .utils.typing import ArrayLike, MatrixLike

__all__ = ["MLPNetClassifier", "MLPNetRegressor"]


@estimator
class _MLPNet(NetEstimator, BaseEstimator):
    """Base class of classifier and regressor.

    Parameters
    ----------
    hidden_layer_sizes : tuple of int
        Widths of the hidden layers.
    activation : {"relu", "tanh"}
        Activation of the hidden units.
    norm : {"none", "batch"}
        Normalisation before each activation.
    dropout : float in [0, 1)
        Share of hidden units dropped at each step.
    weight_decay : float >= 0
        Weight decay of AdamW.
    early_stopping : bool
        Hold out rows, stop when their loss no longer falls, and keep the best weights.
    validation_fraction : float in (0, 0.5]
        Share of the rows held out, stratified by class; if `fit` gets `groups`, no group is split.
    patience : int
        Epochs without a better held-out loss before early stopping.
    random_state : int, RandomState instance or None
        Determines weights, batches, dropout and held-out rows; global random states are neither used nor changed.

    Attributes
    ----------
    scaler_ : StandardScaler
        Scaler fitted on the training rows.
    n_features_in_ : int
        Number of features seen in `fit`.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the features, if the column names of `X` are strings.
    """

    hidden_layer_sizes: Widths = (256,)
    activation: Literal["relu", "tanh"] = "relu"
    norm: Literal["none", "batch"] = "none"
    dropout: ShareBelowOne = 0.3
    weight_decay: NonNegativeFloat = 1e-4
    early_stopping: bool = False
    validation_fraction: Annotated[float, Interval(Real, 0, 0.5, closed="right")] = 0.2
    patience: PositiveInt = 10
    random_state: Seed = None

    _n_steps: ClassVar[int] = 1500

    def _net_defaults(self) -> dict[str, Any]:
        return {**super()._net_defaults(), "optimizer__weight_decay": self.weight_decay}

    def _default_callbacks(self) -> list[Any]:
        if not self.early_stopping:
            return super()._default_callbacks()
        stop = EarlyStopping("valid_loss", patience=self.patience, load_best=True, sink=noop)
        return [stop, *super()._default_callbacks()]

    def _fit_mlp(
        self,
        X: np.ndarray,
        targets: Tensor,
        n_out: int,
        strata: np.ndarray,
        groups: Any,
        loss: nn.Module,
        weight: np.ndarray | None = None,
    ) -> None:
        """Standardise by the training rows, hold out some of them for early stopping if requested, and train."""
        check_groups(groups, len(X))
        check_magnitude(X, getattr(self, "feature_names_in_", None))
        X = np.ascontiguousarray(X)  # summing in another order changes the last bits
        seed = draw_seed(self.random_state)
        train, held = self._split(strata, groups, seed)
        kept = train if len(held) else slice(None)  # all rows without a copy of them
        self.scaler_ = StandardScaler()
        fit_scaler(self.scaler_, X[kept], None if weight is None else weight[kept])
        tensors, loader = [as_rows(self.scaler_.transform(X)), targets], {}
        if weight is not None:
            shares = np.empty(len(weight))
            for rows in filter(len, (train, held)):
                shares[rows] = weight[rows] / weight[rows].mean()
            tensors.append(as_rows(shares))
            loader = {"iterator_train": WeightedLoader}
        net = self._make_net(
            lambda: self._make_module(X.shape[1], n_out, loss),
            len(train),
            np.random.default_rng(seed),
            TensorDataset(*(tensor[held] for tensor in tensors)) if self.early_stopping else None,
            **loader,
        )
        net.fit(TensorDataset(*(tensor[kept] for tensor in tensors)))
        self._keep(net)
        if not all(weight.isfinite().all() for weight in self.module_.parameters()):
            raise FloatingPointError("Training diverged to NaN or infinity: lower lr or check the weights")

    def _split(self, strata: np.ndarray, groups: Any, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the rows to train on, and those to hold out."""
        if not self.early_stopping:
            return np.arange(len(strata)), np.arange(0)
        try:
            split = holdout(strata, groups, self.validation_fraction, seed)
        except TooFewRows as error:
            raise ValueError(f"early_stopping=True: {error}; use early_stopping=False") from None
        train, held = keep_classes(*split, strata, groups)
        if not len(held):
            raise ValueError(
                "early_stopping=True would hold out every row of some class: there are too few groups; use "
                "early_stopping=False"
            )
        return train, held

    def _make_module(self, n_in: int, n_out: int, loss: nn.Module) -> MLP:
        return MLP(n_in, n_out, self.hidden_layer_sizes, self.dropout, loss, self.activation, self.norm)

    def embed(self, X: MatrixLike) -> np.ndarray:
        """Return the last hidden layer before its activation.

        For the published Frechet distances: ``frechet_distance(X_real, X_synthetic, embedding=model.embed)``.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        embedded : ndarray of shape (n_samples, hidden_layer_sizes[-1])
            The standardised rows themselves, if there is no hidden layer.
        """
        return self._forward(X, "embed")

    def _forward(self, X: Any, output: str = "predict") -> np.ndarray:
        check_is_fitted(self, "module_")
        check_matrix(X)
        X = validated(self, X, reset=False, accept_sparse="csr", dtype=(np.float64, np.float32))
        X = dense(X)
        check_magnitude(X, getattr(self, "feature_names_in_", None))
        chunks = as_rows(self.scaler_.transform(X)).split(4096)
        with self._module_on_device() as (module, device):
            parts = [getattr(module, output)(chunk.to(device)).float().cpu() for chunk in chunks]
        return torch.cat(parts).numpy()

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags


@estimator
class MLPNetClassifier(ClassifierMixin, _MLPNet):
    """Multilayer perceptron with dropout, trained on the cross-entropy by a skorch net.

    Rows are standardised inside `fit`. ``max_epochs=None`` is 750 optimiser steps whatever the number of rows, so
    that augmented and plain training sets get the same training. Batches draw rows in proportion to their weights,
    rather than weighting their losses: a few rows of large weight would make the steps of a training noisy.

    Parameters
    ----------
    label_smoothing : float in [0, 1)
        Share of each target spread over all classes.
    class_weight : dict, "balanced" or None
        Weight of each row of a class; ``"balanced"`` gives all classes the same total weight.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Class labels.

    Examples
    --------
    >>> from sklearn.model_selection import cross_val_score
    >>> from sklearn_txaug.datasets import load_tissue_expression
    >>> from sklearn_txaug.neural_network import MLPNetClassifier
    >>> X, y = load_tissue_expression(return_X_y=True)
    >>> scores = cross_val_score(MLPNetClassifier(max_epochs=20, random_state=0), X, y, cv=3)
    >>> bool(scores.mean() > 0.9)
    True
    """

    label_smoothing: ShareBelowOne = 0.0
    class_weight: dict | Literal["balanced"] | None = None

    _n_steps: ClassVar[int] = 750

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(
        self, X: MatrixLike, y: ArrayLike, sample_weight: ArrayLike = None, *, groups: ArrayLike = None
    ) -> MLPNetClassifier:
        """Train the classifier.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Rows.
        y : array-like of shape (n_samples,)
            Class labels.
        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each row in the batches, the standardisation and the loss of held-out rows; only ratios matter,
            and a row of weight 0 is as none.
        groups : array-like of shape (n_samples,), default=None
            Patient or donor of each row; early stopping holds out whole groups.

        Returns
        -------
        self : object
            The fitted classifier.
        """
        check_matrix(X)
        check_order(X, y=y, sample_weight=sample_weight, groups=groups)
        y = plain_labels(y)
        X, y = validated(self, X, y, accept_sparse="csr", dtype=(np.float64, np.float32))
        check_targets(y)
        self.classes_, codes = np.unique(y, return_inverse=True)
        check_groups(groups, len(y))
        weight = self._row_weights(X, codes, sample_weight)
        counting = np.flatnonzero(weight)
        if not len(counting):
            raise ValueError("sample_weight and class_weight leave no row with a weight above 0")
        X = dense(X)
        if len(counting) < len(y):  # a row without weight is as none, also for early stopping
            X, codes, weight = X[counting], codes[counting], weight[counting]
            groups = None if groups is None else _safe_indexing(groups, counting)
        loss = CrossEntropy(label_smoothing=self.label_smoothing)
        targets, n_out = torch.from_numpy(codes), len(self.classes_)
        self._fit_mlp(X, targets, n_out, codes, groups, loss, weight if np.ptp(weight) else None)
        return self

    def _row_weights(self, X: Any, codes: np.ndarray, sample_weight: ArrayLike) -> np.ndarray:
        """Return the weight of each row times that of its class, both as shares of the largest."""
        weight = _check_sample_weight(sample_weight, X, ensure_non_negative=True)
        if not weight.any():
            return weight
        weight = weight / weight.max()
        if self.class_weight == "balanced":
            totals = np.bincount(codes, weight)
            of_class = totals[totals > 0].min() / np.where(totals > 0, totals, np.inf)
        else:
            of_class = compute_class_weight(self.class_weight, classes=self.classes_, y=self.classes_)
        if not (np.isfinite(of_class).all() and of_class.min() >= 0 < of_class.max()):
            raise ValueError(
                "class_weight must give each class a number of 0 or more, and some class more than 0, got "
                f"{self.class_weight!r}"
            )
        return weight * (of_class / of_class.max())[codes]

    def predict_proba(self, X: MatrixLike) -> np.ndarray:
        """Return the probability of each class, an array of shape (n_samples, n_classes)."""
        return torch.softmax(torch.from_numpy(self._forward(X)).double(), dim=1).numpy()

    def predict(self, X: MatrixLike) -> np.ndarray:
        """Return the most probable class of each row, an array of shape (n_samples,)."""
        codes = self._forward(X).argmax(axis=1)
        return self.classes_[codes]


@estimator
class MLPNetRegressor(RegressorMixin, _MLPNet):
    """Multilayer perceptron with dropout, trained on the squared error by a skorch net, for one or many targets.

    Rows and targets are standardised inside `fit`.

    Parameters
    ----------
    validation_fraction : float in (0, 0.5]
        Share of the rows held out; if `fit` gets `groups`, no group is split.

    Attributes
    ----------
    target_scaler_ : StandardScaler
        Scaler fitted on all targets.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_txaug.neural_network import MLPNetRegressor
    >>> X = np.random.default_rng(0).normal(size=(200, 3))
    >>> model = MLPNetRegressor(dropout=0, random_state=0).fit(X, X[:, :2] @ [[1, 0], [2, 1]])
    >>> model.predict(X).shape, bool(model.score(X, X[:, :2] @ [[1, 0], [2, 1]]) > 0.9)
    ((200, 2), True)
    """

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: MatrixLike, y: ArrayLike, *, groups: ArrayLike = None) -> MLPNetRegressor:
        """Train the regressor.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Rows.
        y : array-like of shape (n_samples,) or (n_samples, n_targets)
            Targets.
        groups : array-like of shape (n_samples,), default=None
            Patient or donor of each row; early stopping holds out whole groups.

        Returns
        -------
        self : object
            The fitted regressor.
        """
        check_matrix(X)
        check_order(X, y=y, groups=groups)
        X, y = validated(
            self,
            X,
            y,
            accept_sparse="csr",
            dtype=(np.float64, np.float32),
            multi_output=True,
            y_numeric=True,
        )
        self._one_target = y.ndim == 1
        y = np.ascontiguousarray(y.reshape(len(y), -1))
        check_magnitude(y.astype(np.float64), name="y")
        self.target_scaler_ = StandardScaler().fit(y)
        targets = as_rows(self.target_scaler_.transform(y))
        self._fit_mlp(dense(X), targets, y.shape[1], np.zeros(len(y)), groups, nn.MSELoss())
        return self

    def predict(self, X: MatrixLike) -> np.ndarray:
        """Return the targets of each row, an array of shape (n_samples,) or (n_samples, n_targets)."""
        rows = self._forward(X).astype(np.float64)
        targets = self.target_scaler_.inverse_transform(rows)
        return targets[:, 0] if self._one_target else targets

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
