"""Class-conditional Gaussian copula: the genes' own distributions with the dependence of a Gaussian."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from scipy.special import ndtr, ndtri
from scipy.stats import rankdata

from ..priors._hierarchical import Reference
from ..utils.blocks import blocks
from ..utils.declaration import estimator
from ..utils.quantiles import quantiles_between
from ..utils.statistics import class_centres
from ._gaussian import GaussianSampler
from ._latent_categories import LatentCategories
from ._linear_effects import LinearEffects
from ._mixed import MixedSampler
from .spaces import AtomicSpace, ScaledSpace

_LEVELS = (np.arange(256) + 0.5) / 256
_N_CALIBRATION = 2048  # rows of a class, drawn to find the shares of unordered categories


@estimator
class CopulaSampler(MixedSampler, GaussianSampler):
    """Draw normal scores from a `GaussianSampler` and give each gene its empirical distribution in the class.

    Within each class, the values of every gene become normal scores of their ranks; their dependence is the blended,
    shrunk, low-rank covariance of `GaussianSampler`. The quantile function of a gene in class c, with n_c rows, is
    ``w Q_c + (1 - w) (m_c + Q)`` with ``w = n_c / (n_c + prior_rows)``: Q_c are the class's own quantiles, m_c its
    mean and Q the pooled quantiles of the deviations from the class means. Time and memory grow with
    n_samples x n_features, so 20,000 genes are feasible. Covariates are regressors, as in `GaussianSampler`: all of
    this is then about the residuals of their linear effects.

    Parameters
    ----------
    prior_rows : float >= 0, or infinity
        Number of rows at which a class's own distribution and the pooled one have equal weight, in the covariance
        and in the quantiles; 0 uses only the class's own, infinity only the pooled one.
    prior : ExpressionPrior, path, "tcga" or None
        What a reference cohort of other classes and other patients teaches: a fitted `ExpressionPrior`, the file of
        one, or the name of one that `load_prior` knows. It helps where classes have a few rows. Genes are found by
        the column names of a DataFrame, unless the reference had no names either. The copula learns from 50 rows
        more of each class, drawn from the Gaussian that the prior and the training rows make together. None learns
        from the training rows alone.

    Attributes
    ----------
    shrinkage_ : float in [0, 1]
        Ledoit-Wolf shrinkage of the pooled correlation.

    See Also
    --------
    GaussianSampler : The same dependence with normal marginals.

    References
    ----------
    .. [1] R. B. Nelsen, "An introduction to copulas", Springer, 2006.

    Examples
    --------
    >>> from sklearn_txaug.datasets import load_tissue_expression
    >>> from sklearn_txaug.over_sampling import CopulaSampler
    >>> X, y = load_tissue_expression(return_X_y=True)
    >>> X_res, y_res = CopulaSampler(n_synthetic=100, random_state=0).fit_resample(X, y)
    >>> X_res.shape
    (289, 500)
    """

    _kept_rows: ClassVar[dict[str, str]] = {"_sorted": "the values of each gene in each class, sorted"}

    def _make_scaled_space(self) -> ScaledSpace:
        return AtomicSpace(self._make_scaler())

    def _take_reference(
        self, reference: Reference, rows: np.ndarray, codes: np.ndarray, groups: Any
    ) -> tuple[np.ndarray, np.ndarray, Any]:
        return self._with_drawn_rows(reference, rows, codes, groups)

    def _without_effects(self, X: np.ndarray, codes: np.ndarray, design: np.ndarray) -> np.ndarray:
        X, states = np.split(X, [X.shape[1] - len(self._sizes)], axis=1)
        return np.hstack([super()._without_effects(X, codes, design), states])

    def _fit_rows(
        self, X: np.ndarray, codes: np.ndarray, rng: np.random.Generator, design: np.ndarray | None = None
    ) -> None:
        classes = range(len(self.classes_))
        X, states = np.split(X, [X.shape[1] - len(self._sizes)], axis=1)
        self._centres = class_centres(X, codes).astype(X.dtype)
        counts = np.bincount(codes)
        self._sorted = [  # the quantiles of a class of one row weigh nothing
            X[codes == c] if counts[c] > 1 else X[:0].copy() for c in classes
        ]
        unbiased = np.sqrt(counts / np.maximum(counts - 1, 1))
        self._pooled = np.empty((len(_LEVELS), X.shape[1]), dtype=X.dtype)
        for j in blocks(X.shape[1], len(X)):
            deviations = (X[:, j] - self._centres[codes, j]) * unbiased[codes, None]
            self._pooled[:, j] = np.quantile(deviations, _LEVELS, axis=0)
            for c in classes:  # scores take the place of the rows
                X[codes == c, j] = _normal_scores(
                    self._sorted[c][:, j] if counts[c] > 1 else X[codes == c, j]
                )
        for own in self._sorted:
            own.sort(axis=0)
        if self._sizes:
            states = self._fit_categories(states, codes, X, rng, design)
        self._fit_gaussian(np.hstack([X, states]) if self._sizes else X, codes, rng, None)
        if self._sizes:
            for c in classes:
                drawn = super()._draw_rows(np.full(_N_CALIBRATION, c), rng)[:, X.shape[1] :]
                if design is not None:
                    like = np.resize(np.flatnonzero(codes == c), _N_CALIBRATION)
                    drawn = drawn + self._latent_effects.of(codes[like], design[like])
                self._categories.calibrate(c, drawn)

    def _fit_categories(
        self,
        states: np.ndarray,
        codes: np.ndarray,
        scores: np.ndarray,
        rng: np.random.Generator,
        design: np.ndarray | None,
    ) -> np.ndarray:
        """Return the latent variables of categories, of which each class has its own shares.

        Codes are no quantities: it is on the latent variables that covariates have a linear effect.
        """
        self._categories = LatentCategories(self._sizes, self._ordered, self.prior_rows)
        self._categories.fit(states, codes, len(self.classes_))
        if design is None:
            return self._categories.draw(states, codes, scores, rng)
        centred = design - class_centres(design, codes)[codes]
        latent = self._categories.draw(states, codes, scores, rng, centred)
        self._latent_effects = LinearEffects().fit(latent, codes, design)
        return latent - self._latent_effects.of(codes, design)

    def _draw_rows(
        self, codes: np.ndarray, rng: np.random.Generator, design: np.ndarray | None = None
    ) -> np.ndarray:
        drawn = super()._draw_rows(codes, rng)
        n = self._centres.shape[1]
        if self._sizes and design is not None:
            drawn[:, n:] += self._latent_effects.of(codes, design)
        states = np.empty((len(drawn), len(self._sizes)), dtype=drawn.dtype)
        for c in np.unique(codes):
            rows = np.flatnonzero(codes == c)
            for j in blocks(n, len(rows) + self._counts[c]):
                drawn[rows, j] = self._quantiles(c, ndtr(drawn[rows, j].astype(np.float64)), j)
            if self._sizes:
                states[rows] = self._categories.states(c, drawn[rows, n:])
        return np.hstack([drawn[:, :n], states]) if self._sizes else drawn

    def _quantiles(self, c: int, shares: np.ndarray, columns: slice) -> np.ndarray:
        """Return the quantiles of the blended distribution of class c at `shares`, for some genes."""
        own, weight = self._sorted[c][:, columns], self._weights[c]
        if weight == 1:
            return quantiles_between(own, shares)
        pooled = self._centres[c, columns] + quantiles_between(self._pooled[:, columns], shares)
        if not weight:
            return pooled
        return weight * quantiles_between(own, shares) + (1 - weight) * pooled


def _normal_scores(rows: np.ndarray) -> np.ndarray:
    """Return the normal scores of the ranks in each column; ties share their mean rank."""
    return ndtri((rankdata(rows, axis=0) - 0.5) / len(rows))
