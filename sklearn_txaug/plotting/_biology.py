"""Dimensions of variation, and class effects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..metrics import differential_expression_agreement, pca_variance
from ..metrics._biology import class_effect
from ..metrics._validation import check_labelled_pair
from ..utils.typing import ArrayLike, Axes, MatrixLike, RandomState
from ._display import FromSampler, shared_texts
from ._style import REAL, SYNTHETIC, legend_beside, name_text, scaled_pair, style


@shared_texts
class PCAVarianceDisplay(FromSampler):
    """Cumulative variance of the principal components of both sets.

    Make it with `from_data` or `from_estimator`.

    Parameters
    ----------
    variance : PCAVariance
        What :func:`~sklearn_txaug.metrics.pca_variance` returned.

    Attributes
    ----------
    {axes}

    Examples
    --------
    >>> from sklearn_txaug.datasets import load_tissue_expression
    >>> from sklearn_txaug.over_sampling import GaussianSampler
    >>> from sklearn_txaug.plotting import PCAVarianceDisplay
    >>> X, y = load_tissue_expression(return_X_y=True)
    >>> sampler = GaussianSampler(random_state=0).fit(X[::2], y[::2])
    >>> display = PCAVarianceDisplay.from_estimator(sampler, X[1::2], y[1::2])
    >>> display.ax_.get_xlabel()
    'number of principal components'
    """

    def __init__(self, variance: Any) -> None:
        self.variance = variance

    @classmethod
    @shared_texts
    def from_data(
        cls,
        X_real: MatrixLike,
        X_synthetic: MatrixLike,
        y_real: ArrayLike = None,
        y_synthetic: ArrayLike = None,
        *,
        scale: bool = True,
        random_state: RandomState = 0,
        ax: Axes = None,
    ) -> PCAVarianceDisplay:
        """Compute and draw; the larger set is cut to the size of the smaller.

        Parameters
        ----------
        {sets}.
        {unused_labels}
        {scale}
        random_state : int, default=0
            Draws rows where the sizes differ.
        {ax}

        Returns
        -------
        display : PCAVarianceDisplay
        """
        return cls(pca_variance(*scaled_pair(X_real, X_synthetic, scale), random_state=random_state)).plot(ax)

    def _draw(self) -> None:
        v = self.variance
        for values, rank, label, look in (
            (v.real, v.effective_rank_real, "real", {"color": REAL}),
            (v.synthetic, v.effective_rank_synthetic, "synthetic", {"color": SYNTHETIC, "linestyle": "--"}),
        ):
            steps = np.arange(1, len(values) + 1)
            look["marker"] = "o" if len(values) == 1 else ""  # of which there is no line
            self.ax_.plot(steps, values, linewidth=2, label=f"{label}: effective rank {rank:.1f}", **look)
        self.ax_.set(xlabel="number of principal components", ylim=(0, 1.03))
        self.ax_.set_ylabel("cumulative share of the variance")
        self.ax_.set_xscale("log")
        self.ax_.xaxis.set_major_formatter("{x:.0f}")
        self.ax_.legend(loc="lower right", frameon=False)


@shared_texts
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
    {axes}

    Examples
    --------
    >>> from sklearn_txaug.datasets import load_tissue_expression
    >>> from sklearn_txaug.over_sampling import GaussianSampler
    >>> from sklearn_txaug.plotting import DifferentialExpressionDisplay
    >>> X, y = load_tissue_expression(return_X_y=True)
    >>> sampler = GaussianSampler(random_state=0).fit(X[::2], y[::2])
    >>> display = DifferentialExpressionDisplay.from_estimator(
    ...     sampler, X[1::2], y[1::2], classes=["kidney", "liver"], random_state=0
    ... )
    >>> all(0.5 < slope < 1.5 for slope in display.slopes.values())
    True
    """

    def __init__(
        self, effects: Mapping[Any, tuple[np.ndarray, np.ndarray]], slopes: Mapping[Any, float]
    ) -> None:
        self.effects, self.slopes = dict(effects), dict(slopes)

    @classmethod
    @shared_texts
    def from_data(
        cls,
        X_real: MatrixLike,
        X_synthetic: MatrixLike,
        y_real: ArrayLike,
        y_synthetic: ArrayLike,
        *,
        classes: Any = None,
        ax: Axes = None,
    ) -> DifferentialExpressionDisplay:
        """Compute and draw.

        Parameters
        ----------
        {sets}, on a log scale.
        y_real, y_synthetic : array-like of shape (n,) and (m,)
            Their labels.
        classes : sequence of labels, default=None
            Which classes to show; None is all that both sets have.
        {ax}

        Returns
        -------
        display : DifferentialExpressionDisplay
        """
        sets = check_labelled_pair(X_real, X_synthetic, y_real, y_synthetic)
        real, synthetic, y_real, y_synthetic = sets
        agreement = differential_expression_agreement(*sets)
        slopes = dict(zip(agreement.classes.tolist(), agreement.slopes.tolist(), strict=True))
        wanted = _classes_shown(classes, list(slopes), y_synthetic)
        effects = {
            c: (class_effect(real, y_real == c)[0], class_effect(synthetic, y_synthetic == c)[0])
            for c in wanted
        }
        return cls(effects, {c: slopes[c] for c in wanted}).plot(ax)

    def _figure_size(self) -> tuple[float, float]:
        return 7.4, 4.8

    def _draw(self) -> None:
        self.ax_.axline((0, 0), slope=1, color="0.35", linewidth=1.2, zorder=3, label="equal (slope 1)")
        spread = [np.std(synthetic) for _, synthetic in self.effects.values()]
        for i, (label, (real, synthetic)) in enumerate(self.effects.items()):
            text = f"{name_text(label)} (slope {self.slopes[label]:.2f})"
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


def _classes_shown(classes: Any, known: list[Any], y_synthetic: np.ndarray) -> list[Any]:
    """Return the classes asked for, or all with an effect in the synthetic rows, which have to have others too."""
    found = set(y_synthetic.tolist())
    if len(found) < 2:
        raise ValueError("y_synthetic has one class; class effects need two or more.")
    if classes is None:
        return [label for label in known if label in found]
    wanted = [classes] if np.ndim(classes) == 0 else list(classes)
    absent = [label for label in wanted if label not in known or label not in found]
    if absent or not wanted:
        both = [label for label in known if label in found]
        raise ValueError(f"classes must be some of those of both sets, {both}; got {classes!r}.")
    return wanted
