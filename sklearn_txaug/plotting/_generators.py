"""What generators do: attention along gene graphs, and the way from one class to another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler

from ._style import COLOURS, HELD_OUT, SYNTHETIC, axes_for, legend_beside


class GeneGraphAttentionDisplay:
    """The edges of a gene graph whose attention exceeds the null most.

    Edges shown were chosen for their excess, so some lie far above the null by chance; compare with the same
    display of a sampler trained on ``graph.permuted(0)`` before reading biology into them.

    Make it with `from_data` or `from_estimator`.

    Parameters
    ----------
    edges : sequence of str
        Names of the edges, from the most outstanding down.
    attention, null : ndarray of shape (n_edges,)
        Mean attention, and the same of the head when its genes come in a random order.
    null_std : ndarray of shape (n_edges,)
        Standard deviation of the latter over the orders.
    title : str, default=""
        Of the axes.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure

    Examples
    --------
    >>> from sklearn_txaug.datasets import load_tissue_expression
    >>> from sklearn_txaug.over_sampling import AttGANSampler
    >>> from sklearn_txaug.plotting import GeneGraphAttentionDisplay
    >>> X, y = load_tissue_expression(return_X_y=True, as_frame=True)
    >>> sampler = AttGANSampler(max_epochs=2, random_state=0).fit(X, y)
    >>> display = GeneGraphAttentionDisplay.from_estimator(sampler, n_samples=10, n_edges=5)
    >>> len(display.edges)
    5
    """

    def __init__(
        self,
        edges: Sequence[str],
        attention: np.ndarray,
        null: np.ndarray,
        null_std: np.ndarray,
        title: str = "",
    ) -> None:
        self.edges, self.attention, self.null, self.null_std, self.title = (
            edges,
            attention,
            null,
            null_std,
            title,
        )

    @classmethod
    def from_data(
        cls, table: Any, *, label: Any = None, graph: int = 0, n_edges: int = 20, ax: Any = None
    ) -> GeneGraphAttentionDisplay:
        """Draw what `AttGANSampler.attention` returned.

        Parameters
        ----------
        table : DataFrame
            Columns ``graph``, ``label``, ``target``, ``source``, ``attention``, ``null`` and ``null_std``.
        label : label, default=None
            The class; None averages over the classes.
        graph : int, default=0
            Position of the graph.
        n_edges : int, default=20
            Edges to show.
        ax : matplotlib Axes, default=None
            None makes a figure.

        Returns
        -------
        display : GeneGraphAttentionDisplay
        """
        rows = table[table["graph"] == graph]
        rows = rows if label is None else rows[rows["label"] == label]
        if rows.empty:
            raise ValueError(
                f"the table has no edge with graph={graph!r} and label={label!r}; it has the graphs "
                f"{table['graph'].unique().tolist()} and the labels {table['label'].unique().tolist()}"
            )
        means = rows.groupby(["target", "source"])[["attention", "null", "null_std"]].mean()
        top = means.loc[(means["null"] - means["attention"]).sort_values(kind="stable").index[:n_edges]]
        edges = [f"{target} ← {source}" for target, source in top.index]
        attention, null, null_std = top.to_numpy().T
        title = "mean over classes" if label is None else str(label)
        return cls(edges, attention, null, null_std, title).plot(ax)

    @classmethod
    def from_estimator(
        cls, sampler: Any, *, n_samples: int = 100, random_state: Any = None, **kwargs: Any
    ) -> GeneGraphAttentionDisplay:
        """Read the attention of a fitted sampler and draw it.

        Parameters
        ----------
        sampler : AttGANSampler
            A fitted one.
        n_samples : int, default=100
            Synthetic rows of each class to average over.
        random_state : int, RandomState or None, default=None
            Passed to ``sampler.attention``.
        **kwargs
            As in `from_data`.

        Returns
        -------
        display : GeneGraphAttentionDisplay
        """
        return cls.from_data(sampler.attention(n_samples, random_state=random_state), **kwargs)

    def plot(self, ax: Any = None) -> GeneGraphAttentionDisplay:
        """Draw.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            None makes a figure.

        Returns
        -------
        display : GeneGraphAttentionDisplay
        """
        self.ax_ = axes_for(ax, (6.4, 1.2 + 0.22 * len(self.edges)))
        self.figure_ = self.ax_.figure
        place = np.arange(len(self.edges))[::-1]
        self.ax_.hlines(place, self.null, self.attention, color="0.8", zorder=0)
        self.ax_.errorbar(
            self.null,
            place,
            xerr=self.null_std,
            fmt="o",
            mfc="white",
            color=HELD_OUT,
            ms=5,
            label="genes shuffled",
        )
        self.ax_.plot(self.attention, place, "o", color=SYNTHETIC, ms=6, label="as trained")
        self.ax_.set_yticks(place, self.edges, fontsize="small")
        self.ax_.set(xlabel="mean attention", ylabel="target ← source", title=self.title)
        self.ax_.spines[["top", "right"]].set_visible(False)
        legend_beside(self.ax_)
        return self


class InterpolationDisplay:
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
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure

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
        self.real, self.y_real, self.path, self.weights, self.axis_names = (
            real,
            y_real,
            path,
            weights,
            axis_names,
        )

    @classmethod
    def from_data(
        cls, X_real: Any, y_real: Any, X_path: Any, weights: Any, *, scale: bool = True, ax: Any = None
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
        scale : bool, default=True
            Standardise the genes by the real rows first.
        ax : matplotlib Axes, default=None
            None makes a figure.

        Returns
        -------
        display : InterpolationDisplay
        """
        scaler = StandardScaler(with_mean=scale, with_std=scale)
        real = scaler.fit_transform(np.asarray(X_real, dtype=float))
        pca = PCA(2, svd_solver="full").fit(real)
        shares = pca.explained_variance_ratio_
        names = (f"PC 1 ({100 * shares[0]:.0f} % of the real variance)", f"PC 2 ({100 * shares[1]:.0f} %)")
        path = pca.transform(scaler.transform(np.asarray(X_path, dtype=float)))
        return cls(pca.transform(real), np.asarray(y_real), path, np.asarray(weights), names).plot(ax)

    @classmethod
    def from_estimator(
        cls,
        sampler: Any,
        X: Any,
        y: Any,
        label_a: Any,
        label_b: Any,
        weights: Sequence[float] = (0, 0.25, 0.5, 0.75, 1),
        *,
        n_samples: int = 50,
        method: str = "lerp",
        random_state: Any = None,
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
        path, steps = sampler.interpolate(
            label_a, label_b, weights, n_samples=n_samples, method=method, random_state=random_state
        )
        labels = np.asarray(y)
        shown = np.isin(labels, [label_a, label_b])
        return cls.from_data(np.asarray(X)[shown], labels[shown], path, steps, **kwargs)

    def plot(self, ax: Any = None) -> InterpolationDisplay:
        """Draw.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            None makes a figure.

        Returns
        -------
        display : InterpolationDisplay
        """
        self.ax_ = axes_for(ax, (7.4, 4.8))
        self.figure_ = self.ax_.figure
        for k, label in enumerate(np.unique(self.y_real)):
            points = self.real[self.y_real == label]
            colour, marker = COLOURS[k % len(COLOURS)], "s^"[k % 2]
            self.ax_.scatter(
                *points.T, s=22, c="none", edgecolors=colour, marker=marker, label=f"real {label}"
            )
        drawn = self.ax_.scatter(*self.path.T, c=self.weights, s=14, cmap="viridis", label="synthetic")
        steps = np.unique(self.weights)
        means = np.array([self.path[self.weights == step].mean(axis=0) for step in steps])
        self.ax_.plot(*means.T, "-o", color=HELD_OUT, ms=5, label="mean of each weight")
        self.figure_.colorbar(drawn, ax=self.ax_, label="weight", location="bottom", shrink=0.6)
        self.ax_.set(xlabel=self.axis_names[0], ylabel=self.axis_names[1])
        legend_beside(self.ax_)
        return self
