"""How far synthetic rows fill the place of the real ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..metrics import precision_recall_f1
from ..utils.typing import ArrayLike, Axes, MatrixLike, RandomState, SamplerLike
from ._display import Display, shared_texts
from ._style import check_named, ink, legend_beside, name_text, scaled_pair, style


@shared_texts
class PrecisionRecallDisplay(Display):
    """Precision against recall of several generators, with the Pareto front.

    Make it with `from_data` or `from_estimator`.

    Parameters
    ----------
    precision, recall : dict of str to float
        By name of the generator.
    reference : tuple of float, default=None
        Precision and recall of other real rows.
    k : int, default=None
        Neighbours that they were measured with, which the axes name.

    Attributes
    ----------
    {axes}
    front_ : list of str
        The generators that no other one beats in both.

    Examples
    --------
    >>> from sklearn_txaug.plotting import PrecisionRecallDisplay
    >>> precision, recall = {"a": 0.9, "b": 0.5, "c": 0.4}, {"a": 0.3, "b": 0.8, "c": 0.7}
    >>> PrecisionRecallDisplay(precision, recall).plot().front_
    ['a', 'b']
    """

    def __init__(
        self,
        precision: Mapping[str, float],
        recall: Mapping[str, float],
        reference: tuple[float, float] | None = None,
        k: int | None = None,
    ) -> None:
        self.precision = dict(precision)
        self.recall = dict(recall)
        self.reference = reference
        self.k = k

    @classmethod
    @shared_texts
    def from_data(
        cls,
        X_real: MatrixLike,
        X_synthetic: Mapping[str, MatrixLike],
        *,
        X_reference: MatrixLike = None,
        k: int = 10,
        scale: bool = True,
        device: str = "auto",
        ax: Axes = None,
    ) -> PrecisionRecallDisplay:
        """Compute and draw.

        Parameters
        ----------
        X_real : array-like of shape (n, d)
            Real rows; prefer rows that the generators have not seen.
        X_synthetic : dict of str to array-like of shape (m, d)
            Synthetic rows of each generator.
        X_reference : array-like of shape (r, d), default=None
            Other real rows, for instance the training rows: what a perfect generator reaches.
        k : int, default=10
            As in :func:`~sklearn_txaug.metrics.precision_recall_f1`.
        scale : bool, default=True
            Standardise the genes by `X_real`.
        device : str, default="auto"
            Torch device.
        {ax}

        Returns
        -------
        display : PrecisionRecallDisplay
        """
        check_named(X_synthetic, "X_synthetic", "{'flow': X_new}")

        def measure(X: MatrixLike) -> Any:
            return precision_recall_f1(*scaled_pair(X_real, X, scale), k=k, device=device)

        values = {str(name): measure(X) for name, X in X_synthetic.items()}
        return cls(
            {name: value.precision for name, value in values.items()},
            {name: value.recall for name, value in values.items()},
            None if X_reference is None else measure(X_reference)[:2],
            k,
        ).plot(ax)

    @classmethod
    @shared_texts
    def from_estimator(
        cls,
        samplers: Mapping[str, SamplerLike],
        X: MatrixLike,
        y: ArrayLike,
        *,
        random_state: RandomState = None,
        **kwargs: Any,
    ) -> PrecisionRecallDisplay:
        """Draw one row for each label of `y` from each fitted sampler, and show them.

        Parameters
        ----------
        samplers : dict of str to sampler
            Fitted ones.
        X : array-like of shape (n_samples, n_features)
            Real rows.
        y : array-like of shape (n_samples,)
            Their labels.
        {drawn_by}

        Returns
        -------
        display : PrecisionRecallDisplay
        """
        check_named(samplers, "samplers", "{'flow': sampler}")
        drawn = {name: s.sample(y=y, random_state=random_state)[0] for name, s in samplers.items()}
        return cls.from_data(X, drawn, **kwargs)

    def _figure_size(self) -> tuple[float, float]:
        return 7.2, 4.8

    def _draw(self) -> None:
        low, high = self._limits()
        self._draw_f1(low, high)
        points = np.array([(self.recall[name], self.precision[name]) for name in self.precision])
        self.front_ = [
            name for name, point in zip(self.precision, points, strict=True) if not _beaten(point, points)
        ]
        front = np.array(sorted((self.recall[name], self.precision[name]) for name in self.front_))
        if len(front) > 1:
            self.ax_.plot(
                *front.T, color="0.35", linestyle="--", linewidth=1.2, zorder=1, label="Pareto front"
            )
        for i, (name, point) in enumerate(zip(self.precision, points, strict=True)):
            self.ax_.scatter(
                *point, s=70, zorder=3, edgecolors="white", linewidths=0.8, label=name_text(name), **style(i)
            )
        if self.reference is not None:
            look = {"marker": "*", "s": 160, "facecolors": "none", "edgecolors": ink(), "zorder": 2}
            self.ax_.scatter(self.reference[1], self.reference[0], label="real rows (reference)", **look)
        neighbours = "" if self.k is None else f" (k = {self.k})"
        self.ax_.set(
            xlabel=f"recall: share of real rows covered{neighbours}",
            ylabel=f"precision: share of plausible rows{neighbours}",
            xlim=(low[0], high[0]),
            ylim=(low[1], high[1]),
        )
        legend_beside(self.ax_)

    def _limits(self) -> np.ndarray:
        """Return the ends, in rows, of recall and precision: of the points and a margin, hardly beyond 0 and 1."""
        points = [(self.recall[name], self.precision[name]) for name in self.precision]
        if self.reference is not None:
            points.append(self.reference[::-1])
        low, high = np.min(points, axis=0), np.max(points, axis=0)
        margin = np.maximum(0.1 * (high - low), 0.04)
        return np.stack(
            [np.maximum(low - margin, -0.15 * margin), np.minimum(high + margin, 1 + 0.15 * margin)]
        )

    def _draw_f1(self, low: np.ndarray, high: np.ndarray) -> None:
        """Draw lines of equal F1, named where they leave the axes: at the top, on the right or at the bottom."""
        from matplotlib.ticker import MaxNLocator

        corners = [2 * x * y / (x + y) for x, y in np.clip([low, high], 1e-3, 1)]
        width, height = high - low
        for f1 in MaxNLocator(5).tick_values(*corners):
            if not corners[0] < f1 < corners[1]:
                continue
            recall = np.linspace(max(f1 / (2 - f1), low[0]), min(1.0, high[0]), 400)
            precision = f1 * recall / (2 * recall - f1)
            shown = (precision >= low[1]) & (precision <= high[1])
            recall, precision = recall[shown], precision[shown]
            if not len(recall):
                continue
            self.ax_.plot(recall, precision, color="0.82", linewidth=0.8, zorder=0)
            end = 0 if recall[0] > low[0] + 0.1 * width else -1  # at the top, if its name has room there
            at_bottom = end == -1 and precision[-1] < low[1] + 0.05 * height
            beside = at_bottom and recall[-1] < high[0] - 0.1 * width
            look: dict[str, Any] = {
                "ha": "left" if beside else "right",
                "va": "bottom" if at_bottom else "top",
            }
            look |= {"color": "0.4", "fontsize": "x-small", "clip_on": True}
            down = 0.0 if at_bottom else 0.015 * height
            self.ax_.text(recall[end], precision[end] - down, f"F1 {f1:.2g}", **look)


def _beaten(point: np.ndarray, points: np.ndarray) -> bool:
    return bool(((points >= point).all(axis=1) & (points > point).any(axis=1)).any())
