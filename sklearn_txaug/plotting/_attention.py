"""Attention along gene graphs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..utils.typing import Axes, DataFrame, RandomState, SamplerLike
from ._display import Display, shared_texts
from ._style import SYNTHETIC, check_has, ink, legend_beside, name_text, paper


@shared_texts
class GeneGraphAttentionDisplay(Display):
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
    {axes}

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
        self.edges = edges
        self.attention = attention
        self.null = null
        self.null_std = null_std
        self.title = title

    @classmethod
    @shared_texts
    def from_data(
        cls, table: DataFrame, *, label: Any = None, graph: int = 0, n_edges: int = 20, ax: Axes = None
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
        {ax}

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
    @shared_texts
    def from_estimator(
        cls, sampler: SamplerLike, *, n_samples: int = 100, random_state: RandomState = None, **kwargs: Any
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
        check_has(sampler, "attention")
        return cls.from_data(sampler.attention(n_samples, random_state=random_state), **kwargs)

    def _figure_size(self) -> tuple[float, float]:
        return 6.4, 1.2 + 0.22 * len(self.edges)

    def _draw(self) -> None:
        place = np.arange(len(self.edges))[::-1]
        self.ax_.hlines(place, self.null, self.attention, color="0.8", zorder=0)
        self.ax_.errorbar(
            self.null,
            place,
            xerr=self.null_std,
            fmt="o",
            mfc=paper(),
            color=ink(),
            ms=5,
            label="genes shuffled",
        )
        self.ax_.plot(self.attention, place, "o", color=SYNTHETIC, ms=6, label="as trained")
        self.ax_.set_yticks(place, [name_text(edge) for edge in self.edges], fontsize="small")
        self.ax_.set(
            xlabel="mean attention",
            ylabel="target ← source",
            title=name_text(self.title) if self.title else "",
        )
        self.ax_.spines[["top", "right"]].set_visible(False)
        legend_beside(self.ax_)
