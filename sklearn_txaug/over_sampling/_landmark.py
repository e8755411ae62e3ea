"""Generate landmark genes, reconstruct the others, and restore the variance that regression loses."""

from __future__ import annotations

from dataclasses import field
from typing import Any, Literal

import numpy as np
from sklearn.base import clone
from sklearn.utils.extmath import randomized_svd

from ..reconstruction import LandmarkReconstructor
from ..reconstruction._landmark_columns import landmark_columns
from ..utils.constraints import ArrayOrList, Sampler
from ..utils.declaration import estimator
from ..utils.random import draw_integer, with_seed
from ._covariates import CovariateRows
from ._flow import FlowMatchingSampler
from ._wrapper import check_draws_labels, check_needs_no_genes, draw_rows, fit_keywords
from .base import GenerativeSampler
from .spaces import ResidualNoise

_RANK = 128  # directions that correlate the Gaussian residuals


@estimator
class LandmarkSampler(GenerativeSampler):
    """Train a sampler on the landmark genes alone and reconstruct the whole transcriptome of its rows.

    A regression predicts means, so reconstructed genes vary less than real ones and are more alike. `residual`
    restores what is missing: noise in the shape of the errors that the reconstructor makes on training rows it has
    not seen, with the variance that these reconstructions lack in each gene. Quantile mapping then gives all genes of
    the finished rows, including landmarks, the marginal distributions of the training rows of their class.

    Parameters
    ----------
    sampler : sampler or None
        Trained on the standardised landmarks and their labels; None is a `FlowMatchingSampler`. Its own amounts
        are not used.
    landmarks : "l1000", list of str, list of int or boolean mask
        The landmark genes: the L1000 genes among the columns, which must have names; names; column numbers;
        or a mask of all columns.
    reconstructor : LandmarkReconstructor or None
        Cloned; its `landmarks` are replaced by those of the sampler. None is ridge regression.
    residual : {"resample", "gaussian", "none"}
        ``"resample"`` adds random combinations of the errors of the 15 nearest training rows, so that the noise
        differs between classes; it keeps the errors of all training rows in memory. ``"gaussian"`` adds the same
        Gaussian noise to all rows, whose covariance has the 128 widest directions of the errors and the
        variance of each gene. ``"none"`` keeps the reconstructed means, as published if
        ``quantile_mapping=False``; with mapping, genes then have the right variance but are too much alike.

    Attributes
    ----------
    landmarks_ : ndarray of shape (n_landmarks,), int
        Columns of the landmarks.
    sampler_ : sampler
        The fitted sampler of landmarks.
    reconstructor_ : LandmarkReconstructor
        The fitted reconstructor, in the space of the scaled rows.
    variance_ratio_ : float
        Variance of reconstructions of unseen rows divided by that of the training rows, mean over the reconstructed
        genes, before noise and mapping. Set if `residual` is not ``"none"``.

    See Also
    --------
    sklearn_txaug.reconstruction.LandmarkReconstructor : The regression.
    LatentSampler : Any sampler in a latent space.

    Notes
    -----
    With `groups`, rows of a patient or donor are held out together wherever the reconstructor holds out rows.
    The errors on unseen rows have a closed form for ridge regression; any other regressor is fitted five times more.
    They take a few arrays of the size of the training rows.

    References
    ----------
    .. [1] Lacan, Andre, Sebag, Hanczar, BMC Bioinformatics, 2026, doi:10.1186/s12859-026-06470-8.

    Examples
    --------
    >>> from sklearn_txaug.datasets import load_tissue_expression
    >>> from sklearn_txaug.over_sampling import GaussianSampler, LandmarkSampler
    >>> X, y = load_tissue_expression(return_X_y=True)
    >>> sampler = LandmarkSampler(
    ...     GaussianSampler(), landmarks=range(50), n_synthetic=20, random_state=0
    ... )
    >>> X_res, y_res = sampler.fit_resample(X, y)
    >>> X_res.shape, sampler.variance_ratio_ < 1
    ((209, 500), True)
    """

    sampler: Sampler | None = field(default=None, kw_only=False)
    landmarks: ArrayOrList | Literal["l1000"] = "l1000"
    reconstructor: LandmarkReconstructor | None = None
    residual: Literal["none", "gaussian", "resample"] = "resample"
    quantile_mapping = True

    def _fit_generator(
        self,
        X: np.ndarray,
        codes: np.ndarray,
        rng: np.random.Generator,
        groups: Any,
        covariates: CovariateRows | None = None,
    ) -> None:
        names = getattr(self, "feature_names_in_", None)
        self.landmarks_ = landmark_columns(self.landmarks, X.shape[1], names)
        self._set_parts(rng)
        given = fit_keywords(self.sampler_, groups, self._table(covariates))
        self.reconstructor_.fit(X, groups=groups)
        Z = np.ascontiguousarray(X[:, self.landmarks_])
        self._noise = None if self.residual == "none" else self._fit_noise(X, Z, groups, rng)
        self.sampler_.fit(Z, codes, **given)

    def _generate(
        self, codes: np.ndarray, rng: np.random.Generator, covariates: CovariateRows | None = None
    ) -> np.ndarray:
        Z = draw_rows(self.sampler_, codes, rng, self._table(covariates))
        rows = self.reconstructor_.predict(Z)
        if self._noise is not None:
            self._noise.add(rows, Z, rng, columns=self.reconstructor_.targets_)
        return rows

    def _inner(self) -> Any:
        """Return the sampler that is trained, or its default."""
        return FlowMatchingSampler() if self.sampler is None else self.sampler

    def _set_parts(self, rng: np.random.Generator) -> None:
        check_draws_labels(self._inner())
        check_needs_no_genes(self._inner())
        self.sampler_ = with_seed(self._inner(), draw_integer(rng))
        made = LandmarkReconstructor() if self.reconstructor is None else clone(self.reconstructor)
        self.reconstructor_ = made.set_params(landmarks=self.landmarks_, random_state=draw_integer(rng))

    def _fit_noise(self, X: np.ndarray, Z: np.ndarray, groups: Any, rng: np.random.Generator) -> Any:
        """Learn the noise from the errors on unseen rows, with the variance that their reconstructions lack."""
        errors = np.empty((len(X), len(self.reconstructor_.targets_)), dtype=X.dtype)
        variance, kept, spread = np.empty((3, errors.shape[1]), dtype=X.dtype)
        for columns, Y, predicted in self.reconstructor_.left_out(X, groups):
            variance[columns], kept[columns] = Y.var(axis=0), predicted.var(axis=0)
            errors[:, columns] = Y - predicted
            spread[columns] = np.square(errors[:, columns]).mean(axis=0)
        varies = variance > 0
        self.variance_ratio_ = float(np.mean(kept[varies] / variance[varies])) if varies.any() else 1.0
        lacking = np.maximum(variance - kept, 0) / np.where(spread > 0, spread, 1)
        errors *= np.sqrt(lacking) * self.reconstructor_.scaler_.scale_[self.reconstructor_.targets_]
        if self.residual == "resample":
            return ResidualNoise().fit(Z, errors, n_fitted=0)
        return GaussianNoise().fit(errors, draw_integer(rng))


class GaussianNoise:
    """Gaussian noise of low rank plus a variance for each gene."""

    def fit(self, errors: np.ndarray, seed: int) -> GaussianNoise:
        """Keep the widest directions of `errors`, (n_samples, n_features), and the variance left in each gene."""
        n, d = errors.shape
        rank = min(_RANK, n, d)
        _, s, V = randomized_svd(errors, rank, n_iter=2, random_state=seed)
        self.factor_ = (s[:, None] * V / np.sqrt(n)).astype(np.float32)
        left = np.square(errors).mean(axis=0) - np.square(self.factor_).sum(axis=0)
        self.scale_ = np.sqrt(np.maximum(left, 0))
        return self

    def add(self, X: np.ndarray, Z: np.ndarray, rng: np.random.Generator, columns: np.ndarray) -> None:
        """Add noise to some columns of rows in place; it does not depend on `Z`."""
        noise = rng.standard_normal((len(Z), len(self.factor_))) @ self.factor_
        X[:, columns] += noise + self.scale_ * rng.standard_normal(noise.shape)
