"""Dimensions of variation, and class effects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..metrics import differential_expression_agreement, pca_variance
from ..metrics._biology import class_effect
from ..metrics._validation import check_labelled_pair
from ._style import REAL, SYNTHETIC, FromSampler, axes_for, legend_beside, scaled_pair, style


class PCAVarianceDisplay(FromSampler):
    """Cumulative variance of the principal components of both sets.

    Make it with `from_data` or `from_estimator`.

    Parameters
    ----------
    variance : PCAVariance
        What :func:`~sklearn_txaug.metrics.pca_variance` returned.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    """

    def __init__(self, variance: Any) -> None:
        self.variance = variance

    @classmethod
    def from_data(
        cls,
        X_real: Any,
        X_synthetic: Any,
        y_real: Any = None,
        y_synthetic: Any = None,
        *,
        scale: bool = True,
        random_state: Any = 0,
        ax: Any = None,
    ) -> PCAVarianceDisplay:
        """Compute and draw; the larger set is cut to the size of the smaller.

        Parameters
        ----------
        X_real, X_synthetic : array-like of shape (n, d) and (m, d)
            Samples in rows.
        y_real, y_synthetic : ignored
            Accepted so that all displays are called alike.
        scale : bool, default=True
            Standardise the genes by the real rows.
        random_state : int, default=0
            Draws rows where the sizes differ.
        ax : matplotlib Axes, default=None
            None makes a figure.

        Returns
        -------
        display : PCAVarianceDisplay
        """
        return cls(pca_variance(*scaled_pair(X_real, X_synthetic, scale), random_state=random_state)).plot(ax)

    def plot(self, ax: Any = None) -> PCAVarianceDisplay:
        """Draw.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            None makes a figure.

        Returns
        -------
        display : PCAVarianceDisplay
        """
        self.ax_ = axes_for(ax)
        self.figure_ = self.ax_.figure
        v = self.variance
        for values, rank, label, look in (
            (v.real, v.effective_rank_real, "real", {"color": REAL}),
            (v.synthetic, v.effective_rank_synthetic, "synthetic", {"color": SYNTHETIC, "linestyle": "--"}),
        ):
            steps = np.arange(1, len(values) + 1)
            self.ax_.plot(steps, values, linewidth=2, label=f"{label}: effective rank {rank:.1f}", **look)
        self.ax_.set(xlabel="number of principal components", ylim=(0, 1.03))
        self.ax_.set_ylabel("cumulative share of the variance")
        self.ax_.set_xscale("log")
        self.ax_.xaxis.set_major_formatter("{x:.0f}")
        self.ax_.legend(loc="lower right", frameon=False)
        return self


class DifferentialExpressionDisplay(FromSampler):
    """Class effects of all genes, synthetic against real; a slope below 1 is attenuation.

    Make it with `from_data` or `from_estimator`.

    Parameters
    ----------
    effects : dict of label to pair of ndarray
        Log-fold changes in real and in synthetic rows, by class.
    slopes : dict of label to float
        Slopes through them.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    """

    def __init__(
        self, effects: Mapping[Any, tuple[np.ndarray, np.ndarray]], slopes: Mapping[Any, float]
    ) -> None:
        self.effects, self.slopes = dict(effects), dict(slopes)

    @classmethod
    def from_data(
        cls,
        X_real: Any,
        X_synthetic: Any,
        y_real: Any,
        y_synthetic: Any,
        *,
        classes: Any = None,
        ax: Any = None,
    ) -> DifferentialExpressionDisplay:
        """Compute and draw.

        Parameters
        ----------
        X_real, X_synthetic : array-like of shape (n, d) and (m, d)
            Samples in rows, on a log scale.
        y_real, y_synthetic : array-like of shape (n,) and (m,)
            Their labels.
        classes : sequence of labels, default=None
            Which classes to show; None is all that both sets have.
        ax : matplotlib Axes, default=None
            None makes a figure.

        Returns
        -------
        display : DifferentialExpressionDisplay
        """
        sets = check_labelled_pair(X_real, X_synthetic, y_real, y_synthetic)
        real, synthetic, y_real, y_synthetic = sets
        agreement = differential_expression_agreement(*sets)
        slopes = dict(zip(agreement.classes.tolist(), agreement.slopes.tolist(), strict=True))
        wanted = [c for c in slopes if c in set(y_synthetic.tolist())] if classes is None else list(classes)
        effects = {
            c: (class_effect(real, y_real == c)[0], class_effect(synthetic, y_synthetic == c)[0])
            for c in wanted
        }
        return cls(effects, {c: slopes[c] for c in wanted}).plot(ax)

    def plot(self, ax: Any = None) -> DifferentialExpressionDisplay:
        """Draw.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            None makes a figure.

        Returns
        -------
        display : DifferentialExpressionDisplay
        """
        self.ax_ = axes_for(ax, (7.4, 4.8))
        self.figure_ = self.ax_.figure
        self.ax_.axline((0, 0), slope=1, color="0.35", linewidth=1.2, zorder=3, label="equal (slope 1)")
        spread = [np.std(synthetic) for _, synthetic in self.effects.values()]
        for i, (label, (real, synthetic)) in enumerate(self.effects.items()):
            text = f"{label} (slope {self.slopes[label]:.2f})"
            self.ax_.scatter(
                real,
                synthetic,
                s=9,
                alpha=0.6,
                linewidths=0,
                label=text,
                zorder=2 - spread[i] / (sum(spread) or 1),
                **style(i),
            )
        self.ax_.set(
            xlabel="log-fold change, class against the rest: real rows",
            ylabel="log-fold change: synthetic rows",
        )
        legend_beside(self.ax_, markerscale=2)
        return self
