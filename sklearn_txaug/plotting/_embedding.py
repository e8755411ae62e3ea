"""Where the rows lie."""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from ..metrics._validation import labels_of
from ..utils.typing import ArrayLike, Axes, MatrixLike
from ._display import FromSampler, shared_texts
from ._style import REAL, SYNTHETIC, legend_beside, name_text, scaled_pair, style, two_components


@shared_texts
class EmbeddingDisplay(FromSampler):
    """Real and synthetic rows in two dimensions.

    Make it with `from_data` or `from_estimator`.

    Parameters
    ----------
    real, synthetic : ndarray of shape (n, 2) and (m, 2)
        Points.
    y_real, y_synthetic : ndarray of shape (n,) and (m,), or None
        Labels.
    axis_names : tuple of str
        Labels of the axes.

    Attributes
    ----------
    {axes}

    Examples
    --------
    >>> from sklearn_txaug.datasets import load_tissue_expression
    >>> from sklearn_txaug.over_sampling import GaussianSampler
    >>> from sklearn_txaug.plotting import EmbeddingDisplay
    >>> X, y = load_tissue_expression(return_X_y=True)
    >>> sampler = GaussianSampler(random_state=0).fit(X[::2], y[::2])
    >>> display = EmbeddingDisplay.from_estimator(sampler, X[1::2], y[1::2])
    >>> display.ax_.get_xlabel()
    'PC 1 (21 % of the real variance)'
    """

    def __init__(
        self,
        real: np.ndarray,
        synthetic: np.ndarray,
        y_real: ArrayLike = None,
        y_synthetic: ArrayLike = None,
        axis_names: tuple[str, str] = ("dimension 1", "dimension 2"),
    ) -> None:
        self.real, self.synthetic = real, synthetic
        self.y_real, self.y_synthetic = y_real, y_synthetic
        self.axis_names = axis_names

    @classmethod
    @shared_texts
    def from_data(
        cls,
        X_real: MatrixLike,
        X_synthetic: MatrixLike,
        y_real: ArrayLike = None,
        y_synthetic: ArrayLike = None,
        *,
        method: Any = "pca",
        scale: bool = True,
        random_state: int = 0,
        ax: Axes = None,
        color_by: str | None = None,
    ) -> EmbeddingDisplay:
        """Embed and draw.

        Parameters
        ----------
        {sets}.
        y_real, y_synthetic : array-like of shape (n,) and (m,), default=None
            Labels, of both sets or of none.
        method : "pca", "umap" or transformer, default="pca"
            "pca": two components of the real rows. "umap" (needs umap-learn): fitted on both sets together; it
            shows gross faults, but good and very good look alike. A fitted transformer with two outputs.
        {scale}
        random_state : int, default=0
            For UMAP.
        {ax}
        color_by : {"class", "origin"} or None, default=None
            See `plot`.

        Returns
        -------
        display : EmbeddingDisplay
        """
        real, synthetic = scaled_pair(X_real, X_synthetic, scale)
        shown, new, names = embed_pair(real, synthetic, method, random_state)
        if y_real is not None or y_synthetic is not None:
            y_real = labels_of(y_real, real, "y_real", "X_real")
            y_synthetic = labels_of(y_synthetic, synthetic, "y_synthetic", "X_synthetic")
        return cls(shown, new, y_real, y_synthetic, names).plot(ax, color_by=color_by)

    @shared_texts
    def plot(self, ax: Axes = None, *, color_by: str | None = None) -> Self:
        """Draw.

        Parameters
        ----------
        {ax}
        color_by : {"class", "origin"} or None, default=None
            "class": a colour and mark for each class, open for real and filled for synthetic rows. "origin":
            real against synthetic. None: by class where there are labels.

        Returns
        -------
        display : EmbeddingDisplay
        """
        color_by = color_by or ("origin" if self.y_real is None else "class")
        if color_by not in ("class", "origin"):
            raise ValueError(f'color_by must be "class" or "origin"; got {color_by!r}.')
        if color_by == "class" and self.y_real is None:
            raise ValueError('color_by="class" needs y_real and y_synthetic, the labels of both sets.')
        self._color_by = color_by
        return super().plot(ax)

    def _figure_size(self) -> tuple[float, float]:
        return 7.4, 4.8

    def _draw(self) -> None:
        if self._color_by == "origin":
            self._draw_origin()
        else:
            self._draw_classes()
        self.ax_.set(xlabel=self.axis_names[0], ylabel=self.axis_names[1])
        legend_beside(self.ax_)

    def _draw_origin(self) -> None:
        kwargs = {"s": 20, "linewidths": 0.8, "alpha": 0.8}
        self.ax_.scatter(
            *self.real.T,
            marker="o",
            facecolors="none",
            edgecolors=REAL,
            label=f"real ({len(self.real)})",
            **kwargs,
        )
        self.ax_.scatter(
            *self.synthetic.T,
            marker="x",
            color=SYNTHETIC,
            label=f"synthetic ({len(self.synthetic)})",
            **kwargs,
        )

    def _draw_classes(self) -> None:
        classes = sorted(set(self.y_real.tolist()) | set(self.y_synthetic.tolist()), key=str)
        for i, label in enumerate(classes):
            look = style(i)
            open_marks = {"facecolors": "none", "edgecolors": look["color"], "marker": look["marker"]}
            self.ax_.scatter(*self.real[self.y_real == label].T, s=26, linewidths=0.9, **open_marks)
            self.ax_.scatter(
                *self.synthetic[self.y_synthetic == label].T,
                s=18,
                linewidths=0,
                alpha=0.75,
                label=name_text(label),
                **look,
            )
        self.ax_.scatter([], [], s=26, facecolors="none", edgecolors="0.35", label="open: real")
        self.ax_.scatter([], [], s=26, color="0.35", label="filled: synthetic")


def embed_pair(
    real: np.ndarray, synthetic: np.ndarray, method: Any, random_state: int
) -> tuple[np.ndarray, np.ndarray, tuple[str, str]]:
    """Return the points of real and synthetic rows in two dimensions, and the names of these."""
    if isinstance(method, str) and method == "pca":
        pca, names = two_components(real)
        return pca.transform(real), pca.transform(synthetic), names
    if isinstance(method, str) and method == "umap":
        return *_umap(real, synthetic, random_state), ("UMAP 1", "UMAP 2")
    if hasattr(method, "transform"):
        return method.transform(real), method.transform(synthetic), ("dimension 1", "dimension 2")
    raise ValueError(f'method must be "pca", "umap" or a fitted transformer; got {method!r}.')


def _umap(real: np.ndarray, synthetic: np.ndarray, random_state: int) -> tuple[np.ndarray, np.ndarray]:
    try:
        from umap import UMAP
    except ImportError as error:
        raise ImportError('method="umap" needs umap-learn: python -m pip install umap-learn') from error
    points = UMAP(random_state=random_state, n_jobs=1).fit_transform(np.concatenate([real, synthetic]))
    return points[: len(real)], points[len(real) :]
