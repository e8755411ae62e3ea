"""Any sampler inside a latent space, and three ways back to genes."""

from __future__ import annotations

from dataclasses import field
from typing import Any, ClassVar, Literal

import numpy as np
from scipy.spatial.distance import cdist
from scipy.special import logsumexp
from sklearn.decomposition import PCA

from ..utils.constraints import Sampler, Transformer
from ..utils.declaration import estimator
from ..utils.random import draw_integer, with_seed
from ._covariates import CovariateRows
from ._wgan_gp import WGANGPSampler
from ._wrapper import check_draws_labels, check_needs_no_genes, draw_rows, fit_keywords
from .base import GenerativeSampler
from .spaces import ResidualNoise


@estimator
class LatentSampler(GenerativeSampler):
    """Train a sampler in the space of a reducer and bring its rows back to genes.

    ``decoder="inverse"`` applies the reducer's `inverse_transform`. ``decoder="transport"`` needs no decoder: an
    entropic optimal-transport plan couples the generated latent rows with those of the real rows of their class,
    and each becomes the mean of its real rows under the plan. Both lose variance, which ``residual=True`` restores
    from the residuals of nearby training rows; after a transport these are scaled to the missing variance.

    Do not share rows of ``decoder="transport"``: each is a mean of few training rows, and an attack by distances
    finds nearly all of these. Use them where the training rows may be used.

    Parameters
    ----------
    sampler : sampler or None
        Trained on the latent rows and their labels; None is a `WGANGPSampler`. Its own amounts are not used.
    reducer : transformer or None
        Fitted on the scaled training rows; needs `inverse_transform` if `decoder` is ``"inverse"``. None is a `PCA`
        of at most 64 components and a quarter of the rows.
    decoder : {"inverse", "transport"}
        How latent rows are turned into genes.
    residual : bool
        Restore the variance that decoding loses.

    Attributes
    ----------
    sampler_ : sampler
        The fitted sampler of latent rows.
    reducer_ : transformer
        The fitted reducer.
    variance_ratio_ : float
        Within-class variance of synthetic rows, before residuals are added, divided by that of the training rows.

    See Also
    --------
    FlowMatchingSampler : Has a latent space of its own.

    References
    ----------
    .. [1] G. Peyre, M. Cuturi, "Computational optimal transport", Foundations and Trends in Machine Learning 11,
       355-607, 2019.

    Examples
    --------
    >>> from sklearn_txaug.datasets import load_tissue_expression
    >>> from sklearn_txaug.over_sampling import GaussianSampler, LatentSampler
    >>> X, y = load_tissue_expression(return_X_y=True)
    >>> sampler = LatentSampler(GaussianSampler(), decoder="transport", n_synthetic=20, random_state=0)
    >>> X_res, y_res = sampler.fit_resample(X, y)
    >>> X_res.shape, sampler.variance_ratio_ < 1
    ((209, 500), True)
    """

    sampler: Sampler | None = field(default=None, kw_only=False)
    reducer: Transformer | None = None
    decoder: Literal["inverse", "transport"] = "inverse"
    residual: bool = True
    quantile_mapping = True

    _kept_rows: ClassVar[dict[str, str]] = {
        "_real": "the training rows, scaled",
        "_latent": "the training rows in the latent space",
    }

    def _fit_generator(
        self,
        X: np.ndarray,
        codes: np.ndarray,
        rng: np.random.Generator,
        groups: Any,
        covariates: CovariateRows | None = None,
    ) -> None:
        self._set_parts(X, rng)
        if self.decoder == "inverse" and not hasattr(self.reducer_, "inverse_transform"):
            raise ValueError(
                f"reducer={self.reducer_!r} has no inverse_transform; use decoder='transport' or another reducer"
            )
        table = self._table(covariates)
        given = fit_keywords(self.sampler_, groups, table)
        Z = np.asarray(self.reducer_.fit(X).transform(X))
        self.sampler_.fit(Z, codes, **given)
        keep = self.decoder == "transport"  # the other decoder needs no rows, and keeps none
        self._real: Any = X if keep else None
        self._latent: Any = Z if keep else None
        self._real_codes: Any = codes if keep else None
        self._noise = ResidualNoise().fit(Z, self._lost(X, Z, codes)) if self.residual else None
        self._measure_spread(X, codes, rng, table)

    def _lost(self, X: np.ndarray, Z: np.ndarray, codes: np.ndarray) -> np.ndarray:
        """Return rows less what their latent rows decode to, which transport couples with whole classes."""
        residuals = np.empty(X.shape, dtype=np.float32)
        for c in np.unique(codes):
            rows = np.flatnonzero(codes == c)
            part = X[rows]
            part -= self._to_genes(Z[rows], codes[rows])
            residuals[rows] = part
        return residuals

    def _measure_spread(self, X: np.ndarray, codes: np.ndarray, rng: np.random.Generator, table: Any) -> None:
        """Set the variance ratio, and the scale of the noise that restores the variance transport loses."""
        Z = draw_rows(self.sampler_, codes, rng, table)
        members = [codes == c for c in np.unique(codes)]
        variance = max(sum(_spread(X[rows]) for rows in members) / len(X), 1e-12)
        decoded = sum(_spread(np.array(self._to_genes(Z[rows], codes[rows]))) for rows in members)
        self.variance_ratio_ = decoded / len(X) / variance
        self._noise_scale = 1.0
        if self.decoder == "transport" and self._noise is not None:
            noise = max(np.square(self._noise.draw(Z, rng)).sum() / len(Z), 1e-12)
            self._noise_scale = float(np.sqrt(max(0.0, 1 - self.variance_ratio_) * variance / noise))

    def _generate(
        self, codes: np.ndarray, rng: np.random.Generator, covariates: CovariateRows | None = None
    ) -> np.ndarray:
        Z = draw_rows(self.sampler_, codes, rng, self._table(covariates))
        rows = self._to_genes(Z, codes)
        if self._noise is not None:
            rows = np.require(rows, requirements="W")
            self._noise.add(rows, Z, rng, self._noise_scale)
        return rows

    def _inner(self) -> Any:
        """Return the sampler that is trained, or its default."""
        return WGANGPSampler() if self.sampler is None else self.sampler

    def _set_parts(self, X: np.ndarray, rng: np.random.Generator) -> None:
        rank = max(1, min(64, len(X) // 4, X.shape[1]))
        check_draws_labels(self._inner())
        check_needs_no_genes(self._inner())
        self.sampler_ = with_seed(self._inner(), draw_integer(rng))
        self.reducer_ = with_seed(PCA(rank) if self.reducer is None else self.reducer, draw_integer(rng))

    def _to_genes(self, Z: np.ndarray, codes: np.ndarray) -> np.ndarray:
        if self.decoder == "inverse":
            return np.asarray(self.reducer_.inverse_transform(Z))
        rows = np.empty((len(Z), self._real.shape[1]), dtype=self._real.dtype)
        for c in np.unique(codes):
            real = self._real_codes == c
            rows[codes == c] = transport_plan(Z[codes == c], self._latent[real]) @ self._real[real]
        return rows


def transport_plan(A: np.ndarray, B: np.ndarray, epsilon: float = 0.05, n_iter: int = 200) -> np.ndarray:
    """Return the entropic optimal-transport plan between two clouds, with rows that sum to 1.

    Parameters
    ----------
    A, B : ndarray of shape (n_a, n_dims) and (n_b, n_dims)
        Points of equal weight.
    epsilon : float
        Regularisation, as a share of the median squared distance.
    n_iter : int
        Sinkhorn iterations.

    Returns
    -------
    plan : ndarray of shape (n_a, n_b)
        Share of each point of `B` in each point of `A`.
    """
    cost = cdist(A, B, "sqeuclidean")
    scaled = -cost / max(epsilon * np.median(cost), 1e-12)
    rows, columns = np.zeros(len(A)), np.zeros(len(B))
    # Sinkhorn's iterations on the logarithms of the scalings (Peyre and Cuturi, section 4.4)
    for _ in range(n_iter):
        columns = -np.log(len(B)) - logsumexp(scaled + rows[:, None], axis=0)
        rows = -np.log(len(A)) - logsumexp(scaled + columns, axis=1)
    return np.exp(scaled + rows[:, None] + columns) * len(A)


def _spread(rows: np.ndarray) -> float:
    """Return the sum of squares around the mean; the rows are overwritten."""
    rows -= rows.mean(axis=0)
    return float(np.square(rows, out=rows).sum())
