"""Tabular denoising diffusion: a plain multilayer perceptron on normal quantiles."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from scipy.special import ndtri
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from ..utils.constraints import Widths
from ..utils.declaration import estimator
from ._diffusion import DDPMSampler, Diffusion
from ._mixed import MixedSampler
from ._multinomial import MixedDiffusion
from .spaces import AtomicSpace, ScaledSpace


class NormalQuantiles(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Give each feature a standard normal distribution by its quantiles, with linear extrapolation beyond them.

    `sklearn.preprocessing.QuantileTransformer` sends the extreme values of the training rows to +-5.2, far outside
    all others, and never returns a value beyond them. Here the quantiles end half a step before the extremes,
    and beyond them both directions of the map are linear, with the slope of one standard deviation.

    Parameters
    ----------
    n_quantiles : int
        Maximum number of quantiles of a feature, also limited by the number of rows.
    """

    _kept_rows: ClassVar[dict[str, str]] = {"quantiles_": "quantiles, which are values if there are few rows"}

    def __init__(self, n_quantiles: int = 100):
        self.n_quantiles = n_quantiles

    def fit(self, X: np.ndarray, y: Any = None) -> NormalQuantiles:
        """Store the quantiles of each column of `X`, of shape (n_samples, n_features)."""
        n = min(self.n_quantiles, len(X))
        levels = (np.arange(n) + 0.5) / n
        self.scores_ = ndtri(levels)
        self.quantiles_ = np.quantile(X, levels, axis=0)
        self.scale_ = np.maximum(X.std(axis=0), 1e-12)
        self.n_features_in_ = X.shape[1]
        return self

    def transform(self, X: np.ndarray) -> np.ndarray:
        """Return normal scores; a value equal to several quantiles gets the mean of the first and last score."""
        check_is_fitted(self)
        past = (X - X.clip(self.quantiles_[0], self.quantiles_[-1])) / self.scale_
        last = self._interpolate(X, self.quantiles_, self.scores_)
        first = -self._interpolate(-X, -self.quantiles_[::-1], -self.scores_[::-1])
        return (first + last) / 2 + past

    def inverse_transform(self, X: np.ndarray) -> np.ndarray:
        """Return values in the units of the training rows."""
        check_is_fitted(self)
        past = (X - X.clip(self.scores_[0], self.scores_[-1])) * self.scale_
        return self._interpolate(X, self.scores_, self.quantiles_) + past

    def _interpolate(self, X: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        columns = range(X.shape[1])
        each_x, each_y = (
            a if a.ndim == 2 else np.broadcast_to(a[:, None], (len(a), len(columns))) for a in (x, y)
        )
        return np.column_stack([np.interp(X[:, j], each_x[:, j], each_y[:, j]) for j in columns])


@estimator
class TabDDPMSampler(MixedSampler, DDPMSampler):
    """Denoising diffusion with the network and the scaling of TabDDPM.

    A row is projected, time and class are added, and plain layers predict the noise. Each gene is first given a
    normal distribution by its quantiles, unless `scaler` is given. By default rows are generated in principal
    components, where a Gaussian for each class is the starting point that the network corrects. The published form,
    which predicts the noise of all columns without such a start, is under ``presets.KOTELNIKOV2023_WILT``;
    it suits tables of about ten columns: with hundreds of genes the network is narrower than a row and cannot pass on
    its noise.

    Parameters
    ----------
    hidden_layer_sizes : tuple of int
        Widths of the layers; the published networks have 2 to 8 layers of width 128 to 1024.
    network : {"mlp", "film", "paper"}
        ``"mlp"`` is the network of TabDDPM; the others are those of `DDPMSampler`.

    See Also
    --------
    DDPMSampler : Diffusion with a network made for expression.

    References
    ----------
    .. [1] A. Kotelnikov, D. Baranchuk, I. Rubachev, A. Babenko, "TabDDPM: modelling tabular data with diffusion
       models", ICML 2023.

    Examples
    --------
    >>> from sklearn_txaug.datasets import load_tissue_expression
    >>> from sklearn_txaug.over_sampling import TabDDPMSampler
    >>> X, y = load_tissue_expression(return_X_y=True)
    >>> X_res, y_res = TabDDPMSampler(n_synthetic=20, max_epochs=2, random_state=0).fit_resample(X, y)
    >>> X_res.shape
    (209, 500)
    """

    hidden_layer_sizes: Widths = (512, 512)
    network = "mlp"
    lr_schedule = "linear"

    _n_steps_large: ClassVar[int | None] = 10_000

    def _default_scaler(self) -> NormalQuantiles:
        return NormalQuantiles()

    def _make_scaled_space(self) -> ScaledSpace:
        kind = AtomicSpace if self.scaler is None else ScaledSpace
        return kind(self._make_scaler())

    def _make_module(self, n_features: int, n_classes: int) -> Diffusion:
        if not self._sizes:
            return super()._make_module(n_features, n_classes)
        return MixedDiffusion(n_features, n_classes, self._sizes, **self._diffusion_parameters())
