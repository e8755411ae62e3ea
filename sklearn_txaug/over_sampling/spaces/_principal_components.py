"""Principal components, and the local noise that decoding has to restore."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from sklearn.decomposition import PCA
from sklearn.neighbors import NearestNeighbors
from sklearn.utils.extmath import svd_flip

from ...utils.blocks import LARGE_BLOCK, blocks
from ...utils.containers import giving_arrays
from ._space import Space


class ResidualNoise:
    """The residuals that a decoder loses, resampled from nearby training rows.

    The noise at a latent point is a random combination of the residuals of its nearest training rows, so it has their
    covariance: it is larger where rows decode badly, and correlated between genes as the residuals are.

    Parameters
    ----------
    n_neighbors : int
        Number of training rows that each draw combines.
    """

    _kept_rows: ClassVar[dict[str, str]] = {
        "residuals_": "rows less their decoding, which adds up to the rows",
        "points_": "the training rows in the latent space",
    }

    def __init__(self, n_neighbors: int = 15):
        self.n_neighbors = n_neighbors

    def fit(self, Z: np.ndarray, residuals: np.ndarray, n_fitted: int | None = None) -> ResidualNoise:
        """Keep `residuals` of shape (n_samples, n_features), scaled in place, at `Z`, (n_samples, n_components).

        `n_fitted` is the number of components fitted on these same rows; None is all.
        """
        # Components fitted on n rows leave smaller residuals there than on new rows: correct the degrees of freedom.
        n, r = len(Z), Z.shape[1] if n_fitted is None else n_fitted
        self.residuals_ = np.asarray(residuals, dtype=np.float32)
        self.residuals_ *= np.sqrt(n / max(n - r, n / 4))
        self.points_ = Z
        return self

    def draw(self, Z: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return noise of shape (len(Z), n_features)."""
        noise = np.zeros((len(Z), self.residuals_.shape[1]), dtype=np.float32)
        self.add(noise, Z, rng)
        return noise

    def add(
        self,
        X: np.ndarray,
        Z: np.ndarray,
        rng: np.random.Generator,
        scale: float = 1.0,
        columns: np.ndarray | None = None,
    ) -> None:
        """Add noise, times `scale`, to rows in place, or to some of their columns."""
        neighbors = NearestNeighbors(n_neighbors=min(self.n_neighbors, len(self.points_))).fit(self.points_)
        nearest = neighbors.kneighbors(Z, return_distance=False)
        weights = rng.standard_normal(nearest.shape) / np.sqrt(nearest.shape[1])
        for rows in blocks(len(Z), self.residuals_.shape[1] * nearest.shape[1], 2**21):  # 8 MiB at a time
            noise = np.einsum("nk,nkd->nd", weights[rows].astype(np.float32), self.residuals_[nearest[rows]])
            noise *= scale
            if columns is None:
                X[rows] += noise
            else:
                X[rows, columns] += noise


class PrincipalComponents(Space):
    """Principal components, rotated so that they are uncorrelated within the classes, with one global scale.

    Parameters
    ----------
    n_components : int
        Number of components; limited to a quarter of the rows and to the number of features.
    n_neighbors : int
        Number of training rows that the noise of a decoded row combines; 0 decodes without noise.
    noise_scale : float
        Standard deviation of that noise; 1 restores the variance.
    """

    def __init__(self, n_components: int, n_neighbors: int = 15, noise_scale: float = 1.0):
        self.n_components = n_components
        self.n_neighbors = n_neighbors
        self.noise_scale = noise_scale

    def fit(self, X: np.ndarray, codes: np.ndarray, rng: np.random.Generator) -> PrincipalComponents:
        n, d = X.shape
        rank = max(1, min(self.n_components, d, max(n // 4, min(d, 8, n - 1))))
        pca = giving_arrays(PCA(rank, random_state=int(rng.integers(2**31))))
        with np.errstate(invalid="ignore"):  # constant rows have no variance to explain
            pca.fit(X)
        scores = pca.transform(X)
        centres = np.stack([scores[codes == c].mean(axis=0) for c in range(codes.max() + 1)])
        _, _, turn = np.linalg.svd(scores - centres[codes], full_matrices=len(X) < rank)
        _, turn = svd_flip(None, turn, u_based_decision=False)
        self.mean_ = pca.mean_
        self.components_ = turn @ pca.components_
        self.scale_ = float(np.sqrt(pca.explained_variance_.mean())) or 1.0
        within = np.square((scores - centres[codes]) @ turn.T).mean(axis=0)[:, None] * self.components_**2
        self.shares_ = within / np.maximum(within.sum(axis=0), 1e-12)  # of a feature's variance, by component
        self.noise_ = None
        if self.n_neighbors and rank < d:
            Z, residuals = self.encode(X), np.empty(X.shape, dtype=np.float32)
            for rows in blocks(n, d, LARGE_BLOCK):
                residuals[rows] = X[rows] - self.mean(Z[rows])
            self.noise_ = ResidualNoise(self.n_neighbors).fit(Z, residuals)
        return self

    def encode(self, X: np.ndarray) -> np.ndarray:
        Z = np.empty((len(X), len(self.components_)), dtype=self.components_.dtype)
        for rows in blocks(len(X), X.shape[1], LARGE_BLOCK):
            Z[rows] = (X[rows] - self.mean_) @ self.components_.T / self.scale_
        return Z

    def mean(self, Z: np.ndarray) -> np.ndarray:
        """Return the rows that `Z` stands for, without noise."""
        rows = self.scale_ * Z @ self.components_
        rows += self.mean_
        return rows

    def decode(self, Z: np.ndarray, codes: np.ndarray | None, rng: np.random.Generator) -> np.ndarray:
        if self.noise_ is None:
            return self.mean(Z)
        X = self.mean(Z)
        self.noise_.add(X, Z, rng, self.noise_scale)
        return X
