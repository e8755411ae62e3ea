"""The way from one class to another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.utils import _safe_indexing

from ..metrics._validation import labels_of
from ..utils.typing import ArrayLike, Axes, MatrixLike, RandomState, SamplerLike
from ._display import Display, shared_texts
from ._style import check_has, colour, ink, legend_beside, name_text, one_each, scaled_pair, two_components


@shared_texts
class InterpolationDisplay(Display):
    """Rows on the way from one class to another, among the real rows of both, on two principal components.

    Make it with `from_data` or `from_estimator`.

    Parameters
    ----------
    real : ndarray of shape (n, 2)
        Points of the real rows.
    y_real : ndarray of shape (n,)
        Their labels.
    path : ndarray of shape (m, 2)
        Points of the synthetic rows.
    weights : ndarray of shape (m,)
        Weight of each.
    axis_names : tuple of str
        Labels of the axes.

    Attributes
    ----------
    {axes}

    Examples
    --------
    >>> from sklearn_txaug.datasets import load_tissue_expression
    >>> from sklearn_txaug.over_sampling import WGANGPSampler
    >>> from sklearn_txaug.plotting import InterpolationDisplay
    >>> X, y = load_tissue_expression(return_X_y=True)
    >>> sampler = WGANGPSampler(max_epochs=2, random_state=0).fit(X, y)
    >>> display = InterpolationDisplay.from_estimator(sampler, X, y, "kidney", "liver", n_samples=5)
    >>> display.path.shape
    (25, 2)
    """

    def __init__(
        self,
        real: np.ndarray,
        y_real: np.ndarray,
        path: np.ndarray,
        weights: np.ndarray,
        axis_names: tuple[str, str] = ("dimension 1", "dimension 2"),
    ) -> None:
        self.real = real
        self.y_real = y_real
        self.path = path
        self.weights = weights
        self.axis_names = axis_names

    @classmethod
    @shared_texts
    def from_data(
        cls,
        X_real: MatrixLike,
        y_real: ArrayLike,
        X_path: MatrixLike,
        weights: ArrayLike,
        *,
        scale: bool = True,
        ax: Axes = None,
    ) -> InterpolationDisplay:
        """Project and draw.

        Parameters
        ----------
        X_real : array-like of shape (n, d)
            Real rows of the two classes; the components are theirs.
        y_real : array-like of shape (n,)
            Their labels.
        X_path : array-like of shape (m, d)
            Synthetic rows, as `interpolate` returns them.
        weights : array-like of shape (m,)
            Weight of each.
        {scale}
        {ax}

        Returns
        -------
        display : InterpolationDisplay
        """
        real, path = scaled_pair(X_real, X_path, scale)
        pca, names = two_components(real)
        labels = labels_of(y_real, real, "y_real", "X_real")
        steps = one_each(weights, path, "weights", "X_path")
        return cls(pca.transform(real), labels, pca.transform(path), steps, names).plot(ax)

    @classmethod
    @shared_texts
    def from_estimator(
        cls,
        sampler: SamplerLike,
        X: MatrixLike,
        y: ArrayLike,
        label_a: Any,
        label_b: Any,
        weights: Sequence[float] = (0, 0.25, 0.5, 0.75, 1),
        *,
        n_samples: int = 50,
        method: str = "lerp",
        random_state: RandomState = None,
        **kwargs: Any,
    ) -> InterpolationDisplay:
        """Interpolate with a fitted sampler and draw the path.

        Parameters
        ----------
        sampler : sampler
            A fitted one that has `interpolate`.
        X : array-like of shape (n_samples, n_features)
            Real rows; those of the two classes are shown.
        y : array-like of shape (n_samples,)
            Their labels.
        label_a, label_b, weights, n_samples, method, random_state
            As in ``sampler.interpolate``.
        **kwargs
            As in `from_data`.

        Returns
        -------
        display : InterpolationDisplay
        """
        check_has(sampler, "interpolate")
        path, steps = sampler.interpolate(
            label_a, label_b, weights, n_samples=n_samples, method=method, random_state=random_state
        )
        labels = np.asarray(y)
        shown = np.isin(labels, [label_a, label_b])
        return cls.from_data(_safe_indexing(X, np.flatnonzero(shown)), labels[shown], path, steps, **kwargs)

    def _figure_size(self) -> tuple[float, float]:
        return 7.4, 4.8

    def _draw(self) -> None:
        for k, label in enumerate(np.unique(self.y_real)):
            points = self.real[self.y_real == label]
            look = {"c": "none", "edgecolors": colour(k), "marker": "s^"[k % 2]}
            self.ax_.scatter(*points.T, s=22, label=f"real {name_text(label)}", **look)
        drawn = self.ax_.scatter(*self.path.T, c=self.weights, s=14, cmap="viridis", label="synthetic")
        steps = np.unique(self.weights)
        means = np.array([self.path[self.weights == step].mean(axis=0) for step in steps])
        self.ax_.plot(*means.T, "-o", color=ink(), ms=5, label="mean of each weight")
        self.figure_.colorbar(drawn, ax=self.ax_, label="weight", location="bottom", shrink=0.6)
        self.ax_.set(xlabel=self.axis_names[0], ylabel=self.axis_names[1])
        legend_beside(self.ax_)
