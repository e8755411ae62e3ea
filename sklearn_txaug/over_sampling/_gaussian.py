"""Class-conditional Gaussian with shrunk covariance: the baseline that a deep generator has to beat."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ..priors._hierarchical import HierarchicalGaussian, Reference
from ..utils.blocks import put_rows
from ..utils.constraints import NonNegativeOrInfinite
from ..utils.declaration import estimator
from ..utils.statistics import class_centres
from ._borrowed import BorrowedCorrelation
from ._covariates import CovariateRows
from ._linear_effects import LinearEffects
from ._prior import PriorSampler
from ._scatter import factor, shrinkage


@estimator
class GaussianSampler(PriorSampler):
    """Draw from a Gaussian around each class mean, with a shrunk low-rank covariance and real radii.

    The covariance of class c, with n_c rows, is ``w S_c + (1 - w) S`` with ``w = n_c / (n_c + prior_rows)``; S_c is
    the class's own covariance and S the pooled within-class covariance under Ledoit-Wolf shrinkage. The distances
    of the rows from their class mean are then mapped, quantile by quantile, to those of the training rows. No
    matrix of n_features x n_features is formed: 20,000 genes and 500 rows need no more memory than the rows.

    Covariates are regressors: their effects are linear, the same in all classes, and added to the class mean; the
    covariance is that of the residuals.

    Parameters
    ----------
    prior_rows : float >= 0, or infinity
        Number of rows at which a class's own covariance and the pooled one have equal weight; 0 uses only the
        class's own. With a `prior`, also the rows of all classes at which their pooled covariance and that of the
        prior weigh the same; infinity takes from the prior alone which genes go together. Of the training rows the
        sampler then keeps means and standard deviations of each class only, which hardly give a patient away, unless
        `quantile_mapping` keeps their values.
    prior : ExpressionPrior, path, "tcga" or None
        What a reference cohort of other classes and other patients teaches: a fitted
        `~sklearn_txaug.priors.ExpressionPrior`, the file of one, or the name of one that `load_prior` knows. It helps
        where classes have a few rows. Genes are found by the column names of a DataFrame, unless the reference had
        no names either. Class means are posterior means then, unless `prior_rows` is infinite, and rows are drawn
        with the doubt about them, in pairs that mirror each other: each row is a draw, and the pair adds nothing to
        the mean. None learns from the training rows alone.

    Attributes
    ----------
    means_ : ndarray of shape (n_classes, n_features)
        Class means in the scaled space; posterior means with a `prior`.
    shrinkage_ : float in [0, 1]
        Ledoit-Wolf shrinkage of the pooled covariance towards a multiple of the identity; 1 if that is not learned.

    See Also
    --------
    WGANGPSampler : Deep generator with the same interface.
    sklearn_txaug.priors.ExpressionPrior : What a reference cohort teaches.

    References
    ----------
    .. [1] O. Ledoit, M. Wolf, "A well-conditioned estimator for large-dimensional covariance matrices",
       Journal of Multivariate Analysis 88, 365-411, 2004.

    Examples
    --------
    >>> from sklearn_txaug.datasets import load_tissue_expression
    >>> from sklearn_txaug.over_sampling import GaussianSampler
    >>> X, y = load_tissue_expression(return_X_y=True)
    >>> X_res, y_res = GaussianSampler(n_synthetic=100, random_state=0).fit_resample(X, y)
    >>> X.shape, X_res.shape
    ((189, 500), (289, 500))
    """

    prior_rows: NonNegativeOrInfinite = 50.0

    def _take_reference(
        self, reference: Reference, rows: np.ndarray, codes: np.ndarray, groups: Any
    ) -> tuple[np.ndarray, np.ndarray, Any]:
        self._reference = reference
        return rows, codes, groups

    def _fit_generator(
        self,
        X: np.ndarray,
        codes: np.ndarray,
        rng: np.random.Generator,
        groups: Any,
        covariates: CovariateRows | None = None,
    ) -> None:
        self._effects: LinearEffects | None = None
        if covariates is None:
            self._fit_rows(X, codes, rng)
        else:
            self._fit_rows(self._without_effects(X, codes, covariates.design), codes, rng, covariates.design)

    def _generate(
        self, codes: np.ndarray, rng: np.random.Generator, covariates: CovariateRows | None = None
    ) -> np.ndarray:
        if self._effects is None or covariates is None:
            return self._draw_rows(codes, rng)
        rows = self._draw_rows(codes, rng, covariates.design)
        rows[:, : self._effects.coef_.shape[1]] += self._effects.of(codes, covariates.design)
        return rows

    def _without_effects(self, X: np.ndarray, codes: np.ndarray, design: np.ndarray) -> np.ndarray:
        """Learn the effects of covariates, and return the rows without them."""
        effects = self._effects = LinearEffects().fit(X, codes, design)
        return X - effects.of(codes, design)

    def _fit_rows(
        self, X: np.ndarray, codes: np.ndarray, rng: np.random.Generator, design: np.ndarray | None = None
    ) -> None:
        """Learn the classes, from rows without the effects of covariates."""
        if self.prior is not None and np.isinf(self.prior_rows):
            self._model: Any = BorrowedCorrelation().fit(X, codes, self._reference)
            self.means_, self.shrinkage_ = class_centres(X, codes).astype(X.dtype), 1.0
        elif self.prior is not None:
            model = HierarchicalGaussian(self._reference, self.prior_rows)
            self._fit_gaussian(X, codes, rng, model.fit(X, codes, rng))
        else:
            self._fit_gaussian(X, codes, rng, None)

    def _fit_gaussian(
        self, X: np.ndarray, codes: np.ndarray, rng: np.random.Generator, model: HierarchicalGaussian | None
    ) -> None:
        self._model = model
        self._counts = counts = np.bincount(codes)
        repeated = counts > 1
        self._weights = np.where(repeated, counts / (counts + self.prior_rows), 0.0)
        self.means_ = class_centres(X, codes).astype(X.dtype, copy=False)
        lengths = np.empty(len(X))
        self._factors = []
        for c, (n_rows, residuals) in enumerate(zip(counts, _by_class(X, codes, counts), strict=True)):
            # corrected for the degree of freedom that the mean took
            residuals -= self.means_[c]
            residuals *= np.sqrt(n_rows / max(n_rows - 1, 1))
            lengths[codes == c] = np.sqrt(np.einsum("ij,ij->i", residuals, residuals, dtype=np.float64))
            self._factors.append(
                factor(residuals, rng) if n_rows > 1 else np.zeros((0, X.shape[1]), np.float32)
            )
        self._radii = [
            lengths[codes == c] if repeated[c] else lengths[repeated[codes]] for c in range(len(counts))
        ]
        self._fit_pooled(lengths[repeated[codes]], rng)
        if model is not None:
            self.means_ = model.means_
        n_draws = min(4096, max(256, 2**18 // X.shape[1]))
        pooled = self._pooled_draws(n_draws, rng)
        self._norms = [
            np.sort(np.linalg.norm(self._blended(c, pooled.copy(), rng), axis=1)) for c in range(len(counts))
        ]

    def _fit_pooled(self, lengths: np.ndarray, rng: np.random.Generator) -> None:
        self.shrinkage_, self._noise, self._share = 1.0, 0.0, 0.0
        if not lengths.any():  # every class has one row, or copies of one
            return
        self.shrinkage_ = shrinkage(self._factors, lengths, rng)
        variance = np.square(lengths).mean() / self.means_.shape[1]
        self._noise = float(np.sqrt(self.shrinkage_ * variance))
        self._share = (1 - self.shrinkage_) / len(lengths)

    def _draw_rows(
        self, codes: np.ndarray, rng: np.random.Generator, design: np.ndarray | None = None
    ) -> np.ndarray:
        """Return rows without the effects of covariates."""
        Z = self.means_[codes]
        if isinstance(self._model, BorrowedCorrelation):
            draw = self._model.draw
        else:
            draw = self._residuals if self._model is None else self._mirrored
        for c in np.unique(codes):
            Z[codes == c] += draw(c, int(np.sum(codes == c)), rng)
        return Z

    def _mirrored(self, c: int, n_rows: int, rng: np.random.Generator) -> np.ndarray:
        """Return rows around the mean of class c, in pairs that mirror each other, with the doubt about the mean."""
        half = np.full(-(-n_rows // 2), c)
        draw = self._residuals(c, len(half), rng) + self._model.draw_errors(half, rng)
        return np.concatenate([draw, -draw])[:n_rows]

    def _residuals(self, c: int, n_rows: int, rng: np.random.Generator) -> np.ndarray:
        draw = self._draws(c, n_rows, rng)
        norms = np.linalg.norm(draw, axis=1)
        if len(self._radii[c]) and norms.all():
            # Quantile by quantile, so that the longest draws, along the widest directions, remain the longest.
            shares = np.interp(norms, self._norms[c], np.linspace(0, 1, len(self._norms[c])))
            radii = np.quantile(self._radii[c], shares)
            if self._model is not None:  # which knows the radii before the class has shown many
                radii = self._weights[c] * radii + (1 - self._weights[c]) * norms
            draw *= (radii / norms)[:, None]
        return draw

    def _draws(self, c: int, n_rows: int, rng: np.random.Generator) -> np.ndarray:
        """Return rows of the blended Gaussian around the mean of class c."""
        return self._blended(c, self._pooled_draws(n_rows, rng), rng)

    def _pooled_draws(self, n_rows: int, rng: np.random.Generator) -> np.ndarray:
        """Return rows of the pooled Gaussian, of low rank and noise."""
        # With F a factor of a covariance, F.T @ F, rows z @ F of standard normal z have that covariance. Those of
        # several add up, each scaled by the root of its share.
        if self._model is not None:
            return self._model.within_.draw(n_rows, rng)
        draw = rng.standard_normal((n_rows, self.means_.shape[1]), dtype=np.float32)
        draw *= self._noise
        for own in self._factors:
            draw += _normal(n_rows, len(own), np.sqrt(self._share), rng) @ own
        return draw

    def _blended(self, c: int, pooled: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return draws of the pooled Gaussian, changed in place, blended with as many of the class's own."""
        own, weight = self._factors[c], self._weights[c]
        pooled *= np.sqrt(1 - weight)
        pooled += _normal(len(pooled), len(own), np.sqrt(weight / self._counts[c]), rng) @ own
        return pooled


def _by_class(X: np.ndarray, codes: np.ndarray, counts: np.ndarray) -> Iterator[np.ndarray]:
    """Yield the rows of each class, to be overwritten: those of X itself, in order, if factors take their place.

    No factor does that of a class with more rows than genes, or of rows in double precision.
    """
    if X.dtype != np.float32 or counts.max() > X.shape[1]:
        yield from (X[codes == c] for c in range(len(counts)))
        return
    put_rows(X, np.argsort(codes, kind="stable"))
    for end, n_rows in zip(np.cumsum(counts), counts, strict=True):
        yield X[end - n_rows : end]


def _normal(n_rows: int, width: int, scale: float, rng: np.random.Generator) -> np.ndarray:
    """Return normal noise in single precision."""
    noise = rng.standard_normal((n_rows, width), dtype=np.float32)
    noise *= scale
    return noise
