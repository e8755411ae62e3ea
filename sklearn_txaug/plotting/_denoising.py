"""What becomes of noise on its way to rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..metrics._validation import labels_of
from ..utils.typing import ArrayLike, Axes, MatrixLike, RandomState, SamplerLike
from ._display import shared_texts
from ._embedding import embed_pair
from ._style import check_has, legend_columns, name_text, one_each, pyplot, scaled_pair, style


class DenoisingPathDisplay:
    """Rows after some of the steps of a denoising sampler, a panel each, among the real rows.

    Make it with `from_data` or `from_estimator`.

    Parameters
    ----------
    real : ndarray of shape (n, 2)
        Points of the real rows.
    path : ndarray of shape (m, 2)
        Points of the rows on the way.
    y_path : ndarray of shape (m,)
        Their labels.
    steps : ndarray of shape (m,)
        The steps taken of each.
    n_steps : int, default=None
        Steps from noise to rows; None is the last one shown.
    axis_names : tuple of str
        Labels of the axes.

    Attributes
    ----------
    axes_ : ndarray of matplotlib Axes
        A panel for each step.
    figure_ : matplotlib Figure

    Examples
    --------
    >>> from sklearn_txaug.datasets import load_tissue_expression
    >>> from sklearn_txaug.over_sampling import DDIMSampler
    >>> from sklearn_txaug.plotting import DenoisingPathDisplay
    >>> X, y = load_tissue_expression(return_X_y=True)
    >>> sampler = DDIMSampler(max_epochs=20, random_state=0).fit(X, y)
    >>> display = DenoisingPathDisplay.from_estimator(sampler, X, y, [0, 20, 50], n_samples=30)
    >>> [ax.get_title() for ax in display.axes_]
    ['noise', 'step 20 of 50', 'rows']
    """

    def __init__(
        self,
        real: np.ndarray,
        path: np.ndarray,
        y_path: np.ndarray,
        steps: np.ndarray,
        n_steps: int | None = None,
        axis_names: tuple[str, str] = ("dimension 1", "dimension 2"),
    ) -> None:
        self.real = real
        self.path = path
        self.y_path = y_path
        self.steps = steps
        self.n_steps = n_steps
        self.axis_names = axis_names

    @classmethod
    @shared_texts
    def from_data(
        cls,
        X_real: MatrixLike,
        X_path: MatrixLike,
        y_path: ArrayLike,
        steps: ArrayLike,
        *,
        n_steps: int | None = None,
        method: Any = "pca",
        scale: bool = True,
        random_state: int = 0,
        axes: Sequence[Axes] | None = None,
    ) -> DenoisingPathDisplay:
        """Embed and draw.

        Parameters
        ----------
        X_real : array-like of shape (n, d)
            Real rows.
        X_path, y_path, steps : array-like of shape (m, d), (m,) and (m,)
            What ``sampler.denoising_path`` returned.
        n_steps : int, default=None
            Steps from noise to rows; None is the last one shown.
        method : "pca", "umap" or transformer, default="pca"
            As in :class:`EmbeddingDisplay`; "umap" is fitted on the real rows and those of all steps together.
        {scale}
        random_state : int, default=0
            For UMAP.
        axes : sequence of matplotlib Axes, default=None
            One for each step; None makes a figure.

        Returns
        -------
        display : DenoisingPathDisplay
        """
        real, path = scaled_pair(X_real, X_path, scale)
        labels = labels_of(y_path, path, "y_path", "X_path")
        taken = one_each(steps, path, "steps", "X_path")
        shown, followed, names = embed_pair(real, path, method, random_state)
        return cls(shown, followed, labels, taken, n_steps, names).plot(axes)

    @classmethod
    def from_estimator(
        cls,
        sampler: SamplerLike,
        X: MatrixLike,
        y: ArrayLike,
        steps: Sequence[int] | None = None,
        *,
        n_samples: int = 200,
        random_state: RandomState = None,
        **kwargs: Any,
    ) -> DenoisingPathDisplay:
        """Follow rows of a fitted sampler and draw them.

        Parameters
        ----------
        sampler : sampler
            A fitted one that has `denoising_path`.
        X : array-like of shape (n_samples, n_features)
            Real rows.
        y : array-like of shape (n_samples,)
            Their labels; rows are followed in their shares.
        steps : sequence of int, default=None
            As in ``sampler.denoising_path``.
        n_samples : int, default=200
            Rows to follow.
        random_state : int, RandomState or None, default=None
            Passed to ``sampler.denoising_path``.
        **kwargs
            As in `from_data`.

        Returns
        -------
        display : DenoisingPathDisplay
        """
        check_has(sampler, "denoising_path")
        drawn = np.linspace(0, len(y) - 1, n_samples).round().astype(int)
        labels = np.sort(np.asarray(y))[drawn]
        path = sampler.denoising_path(steps, y=labels, random_state=random_state)
        return cls.from_data(X, *path, n_steps=sampler.n_sampling_steps, **kwargs)

    def plot(self, axes: Sequence[Axes] | None = None) -> DenoisingPathDisplay:
        """Draw.

        Parameters
        ----------
        axes : sequence of matplotlib Axes, default=None
            One for each step; None makes a figure.

        Returns
        -------
        display : DenoisingPathDisplay
        """
        shown = np.unique(self.steps)
        self.axes_ = self._new_axes(len(shown)) if axes is None else np.asarray(axes, dtype=object).ravel()
        if len(self.axes_) != len(shown):
            raise ValueError(f"axes must be one for each of the {len(shown)} steps; got {len(self.axes_)}.")
        self.figure_ = self.axes_[0].figure
        for ax, step in zip(self.axes_, shown, strict=True):
            self._draw(ax, step)
        handles, labels = self.axes_[0].get_legend_handles_labels()
        look: dict[str, Any] = {"frameon": False, "fontsize": "small", "ncols": legend_columns(labels)}
        self.figure_.legend(handles, labels, loc="outside right upper", **look)
        return self

    def _new_axes(self, n_panels: int) -> np.ndarray:
        n_columns = min(3, n_panels)
        n_rows = -(-n_panels // n_columns)
        size = (2.6 * n_columns + 1.6, 2.5 * n_rows + 0.4)
        grid: dict[str, Any] = {
            "sharex": True,
            "sharey": True,
            "squeeze": False,
            "layout": "constrained",
            "figsize": size,
        }
        figure, axes = pyplot().subplots(n_rows, n_columns, **grid)
        for ax in axes.ravel()[n_panels:]:
            ax.remove()
        figure.supxlabel(self.axis_names[0], fontsize="medium")
        figure.supylabel(self.axis_names[1], fontsize="medium")
        return axes.ravel()[:n_panels]

    def _draw(self, ax: Any, step: int) -> None:
        ax.scatter(*self.real.T, s=8, color="0.82", linewidths=0, label="real rows", zorder=0)
        for i, label in enumerate(np.unique(self.y_path)):
            points = self.path[(self.steps == step) & (self.y_path == label)]
            ax.scatter(*points.T, s=12, linewidths=0, alpha=0.85, label=name_text(label), **style(i))
        n_steps = self.steps.max() if self.n_steps is None else self.n_steps
        ax.set_title({0: "noise", n_steps: "rows"}.get(step, f"step {step} of {n_steps}"), fontsize="medium")
