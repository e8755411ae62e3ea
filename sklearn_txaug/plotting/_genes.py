"""How genes correlate, and how single genes are distributed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.cluster.hierarchy import leaves_list, linkage
from scipy.spatial.distance import squareform
from scipy.stats import gaussian_kde

from ..metrics import correlation_score, ks_distance_genes
from ..metrics._modules import correlations
from ..metrics._validation import check_count, check_pair
from ..utils.typing import ArrayLike, Axes, MatrixLike
from ._display import FromSampler, shared_texts
from ._style import REAL, SYNTHETIC, gene_names, ink, legend_above, name_text, paper

_LONGEST_TICK = 16  # characters, so that names do not overlap


@shared_texts
class CorrelationDisplay(FromSampler):
    """Gene-gene correlations: real rows below the diagonal, synthetic rows above.

    Make it with `from_data` or `from_estimator`.

    Parameters
    ----------
    real, synthetic : ndarray of shape (g, g)
        Correlations of the genes shown, in one order.
    score : float
        :func:`~sklearn_txaug.metrics.correlation_score` of these genes.

    Attributes
    ----------
    {axes}

    Examples
    --------
    >>> from sklearn_txaug.datasets import load_tissue_expression
    >>> from sklearn_txaug.over_sampling import GaussianSampler
    >>> from sklearn_txaug.plotting import CorrelationDisplay
    >>> X, y = load_tissue_expression(return_X_y=True)
    >>> sampler = GaussianSampler(random_state=0).fit(X[::2], y[::2])
    >>> display = CorrelationDisplay.from_estimator(sampler, X[1::2], y[1::2], max_genes=50)
    >>> display.real.shape
    (50, 50)
    """

    def __init__(self, real: np.ndarray, synthetic: np.ndarray, score: float) -> None:
        self.real = real
        self.synthetic = synthetic
        self.score = score

    @classmethod
    @shared_texts
    def from_data(
        cls,
        X_real: MatrixLike,
        X_synthetic: MatrixLike,
        y_real: ArrayLike = None,
        y_synthetic: ArrayLike = None,
        *,
        max_genes: int = 200,
        ax: Axes = None,
    ) -> CorrelationDisplay:
        """Correlate and draw.

        Parameters
        ----------
        {sets}.
        {unused_labels}
        max_genes : int, default=200
            Genes shown: those that vary most in the real rows, clustered by their real correlations.
        {ax}

        Returns
        -------
        display : CorrelationDisplay
        """
        real, synthetic = check_pair(X_real, X_synthetic, min_rows=2)
        check_count(max_genes, "max_genes", 2)
        genes = np.argsort(-real.var(axis=0), kind="stable")[:max_genes]
        score = correlation_score(real[:, genes], synthetic[:, genes], device="cpu")  # refuses a single gene
        A, B = correlations(real[:, genes]), correlations(synthetic[:, genes])
        distance = 1 - A
        np.fill_diagonal(distance, 0)
        order = leaves_list(linkage(squareform(distance, checks=False), "average"))
        return cls(A[np.ix_(order, order)], B[np.ix_(order, order)], score).plot(ax)

    def _figure_size(self) -> tuple[float, float]:
        return 6.2, 5.2

    def _draw(self) -> None:
        both = np.tril(self.real, -1) + np.triu(self.synthetic, 1)
        np.fill_diagonal(both, np.nan)
        image = self.ax_.imshow(both, cmap="RdBu_r", vmin=-1, vmax=1, interpolation="nearest")
        self.figure_.colorbar(image, ax=self.ax_, label="Pearson correlation of two genes")
        n = len(both)
        look = {"bbox": {"facecolor": paper(), "alpha": 0.85, "edgecolor": "none", "pad": 2}}
        look |= {"transform": self.ax_.transAxes}
        self.ax_.text(0.02, 0.02, "real", ha="left", va="bottom", **look)
        self.ax_.text(0.98, 0.98, "synthetic", ha="right", va="top", **look)
        self.ax_.set(
            xticks=[], yticks=[], xlabel=f"{n} genes, clustered by the real rows", ylabel="the same genes"
        )
        self.ax_.set_title(f"correlation score {self.score:.3f}", fontsize="medium")


@shared_texts
class MarginalDisplay(FromSampler):
    """Distributions of single genes: real on the left of each line, synthetic on the right.

    Make it with `from_data` or `from_estimator`.

    Parameters
    ----------
    real, synthetic : ndarray of shape (n, g) and (m, g)
        Values of the genes shown.
    names : sequence of str
        Their names.
    distances : ndarray of shape (g,)
        Their Kolmogorov-Smirnov distances.

    Attributes
    ----------
    {axes}

    Examples
    --------
    >>> from sklearn_txaug.datasets import load_tissue_expression
    >>> from sklearn_txaug.over_sampling import GaussianSampler
    >>> from sklearn_txaug.plotting import MarginalDisplay
    >>> X, y = load_tissue_expression(return_X_y=True)
    >>> sampler = GaussianSampler(random_state=0).fit(X[::2], y[::2])
    >>> display = MarginalDisplay.from_estimator(sampler, X[1::2], y[1::2], genes=[0, 7])
    >>> display.names
    ['gene 0', 'gene 7']
    """

    def __init__(
        self, real: np.ndarray, synthetic: np.ndarray, names: Sequence[str], distances: np.ndarray
    ) -> None:
        self.real = real
        self.synthetic = synthetic
        self.names = names
        self.distances = distances

    @classmethod
    @shared_texts
    def from_data(
        cls,
        X_real: MatrixLike,
        X_synthetic: MatrixLike,
        y_real: ArrayLike = None,
        y_synthetic: ArrayLike = None,
        *,
        genes: Any = 6,
        ax: Axes = None,
    ) -> MarginalDisplay:
        """Choose genes and draw.

        Parameters
        ----------
        {sets}.
        {unused_labels}
        genes : int, or sequence of int or str, default=6
            Which columns; a number of genes takes them evenly from the best fit to the worst.
        {ax}

        Returns
        -------
        display : MarginalDisplay
        """
        real, synthetic = check_pair(X_real, X_synthetic, min_rows=2)
        names = gene_names(X_real)
        distances = ks_distance_genes(real, synthetic).per_gene
        if isinstance(genes, int | float | np.number):
            check_count(genes, "genes")
            places = np.linspace(0, len(names) - 1, min(int(genes), len(names))).round().astype(int)
            columns = np.argsort(distances, kind="stable")[places]
        else:
            columns = _columns([genes] if isinstance(genes, str) else list(genes), names)
        shown = [names[i] for i in columns]
        return cls(real[:, columns], synthetic[:, columns], shown, distances[columns]).plot(ax)

    def _figure_size(self) -> tuple[float, float]:
        widest = min(max(map(len, self.names)), _LONGEST_TICK)
        return max(4.8, max(1.2, 0.1 * widest) * len(self.names)), 4.2

    def _draw(self) -> None:
        for X, side, colour, hatch, label in (
            (self.real, -1, REAL, None, "real"),
            (self.synthetic, 1, SYNTHETIC, "///", "synthetic"),
        ):
            for i, values in enumerate(X.T.astype(np.float64)):
                height, width = _density(values)
                self.ax_.fill_betweenx(
                    height, i, i + side * 0.42 * width, facecolor=colour, edgecolor=colour, alpha=0.55, hatch=hatch,
                    linewidth=0.6, label=label if i == 0 else None,
                )  # fmt: skip
                self.ax_.plot([i, i + side * 0.3], [np.median(values)] * 2, color=ink(), linewidth=1.5)
        names = [name_text(name, _LONGEST_TICK) for name in self.names]
        ticks = [f"{name}\nKS {distance:.2f}" for name, distance in zip(names, self.distances, strict=True)]
        self.ax_.set_xticks(range(len(ticks)), ticks, fontsize="small")
        self.ax_.set(
            xlabel="gene", ylabel="expression (unit of X); bar: median", xlim=(-0.6, len(ticks) - 0.4)
        )
        handles, labels = self.ax_.get_legend_handles_labels()
        legend_above(self.ax_, handles, labels, ncols=2)


def _columns(genes: list[Any], names: Sequence[str]) -> np.ndarray:
    """Return the columns of genes given by name or number."""
    columns = [names.index(g) if isinstance(g, str) and g in names else g for g in genes]
    odd = [g for g in columns if not isinstance(g, int | np.integer) or not 0 <= g < len(names)]
    if odd or not columns:
        raise ValueError(
            f"genes must be names or numbers of columns of X_real, or how many; got {(odd or genes)[:5]!r}."
        )
    return np.array(columns, dtype=int)


def _density(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return heights and relative widths of a smooth outline; a thin line for a constant gene."""
    low, high = values.min(), values.max()
    if high - low <= 1e-9 * max(abs(high), 1.0):
        return np.array([low - 1e-3, high + 1e-3]), np.array([1.0, 1.0])
    height = np.linspace(low, high, 120)
    width = gaussian_kde(values)(height)
    return height, width / width.max()
