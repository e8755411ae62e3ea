"""The course of a training."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..utils.typing import Axes, SamplerLike
from ._display import Display, shared_texts
from ._style import colour, legend_above

_LINES = ("-", "--", "-.", ":")


@shared_texts
class TrainingHistoryDisplay(Display):
    """Losses, and an indicator if one was recorded, over the epochs.

    Make it with `from_data` or `from_estimator`.

    Parameters
    ----------
    losses : dict of str to (epochs, values)
        Losses by name.
    scores : dict of str to (epochs, values), default=None
        Scores on held-out rows, drawn on an axis of their own; the best one is marked.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Of the losses.
    score_ax_ : matplotlib Axes or None
        Of the scores.
    figure_ : matplotlib Figure

    Examples
    --------
    >>> from sklearn_txaug.plotting import TrainingHistoryDisplay
    >>> history = [{"epoch": 1, "train_loss": 2.0}, {"epoch": 2, "train_loss": 1.5}]
    >>> TrainingHistoryDisplay.from_data(history).ax_.get_xlabel()
    'epoch'
    """

    def __init__(self, losses: dict[str, Any], scores: dict[str, Any] | None = None) -> None:
        self.losses, self.scores = losses, scores or {}

    @classmethod
    @shared_texts
    def from_data(cls, history: Any, *, ax: Axes = None) -> TrainingHistoryDisplay:
        """Draw a history.

        Parameters
        ----------
        history : skorch.history.History, or list of dict
            One entry an epoch: `history_` of a fitted sampler. Keys that end in ``loss`` are losses, those that
            end in ``score`` come from :class:`~sklearn_txaug.callbacks.IndicatorCheckpoint`.
        {ax}

        Returns
        -------
        display : TrainingHistoryDisplay
        """
        losses, scores = _courses(list(history), "loss"), _courses(list(history), "score")
        if not losses:
            raise ValueError("history has no epoch with a loss: was anything trained?")
        return cls(losses, scores).plot(ax)

    @classmethod
    @shared_texts
    def from_estimator(cls, sampler: SamplerLike, *, ax: Axes = None) -> TrainingHistoryDisplay:
        """Draw the history of a fitted sampler or net estimator.

        Parameters
        ----------
        sampler : estimator with `history_`
            A fitted one.
        {ax}

        Returns
        -------
        display : TrainingHistoryDisplay
        """
        if not hasattr(sampler, "history_"):
            raise TypeError(
                f"{type(sampler).__name__} has no `history_`: it is not fitted, or trains no net."
            )
        return cls.from_data(sampler.history_, ax=ax)

    def _figure_size(self) -> tuple[float, float]:
        return 7.2, 4.2

    def _draw(self) -> None:
        self.score_ax_: Any = None
        for i, (name, course) in enumerate(self.losses.items()):
            look = {"color": colour(i), "linestyle": _LINES[i % len(_LINES)]}
            look["marker"] = "o" if len(course[0]) == 1 else ""  # of which there is no line
            self.ax_.plot(*course, linewidth=1.4, label=name.replace("_", " "), **look)
        self.ax_.set(xlabel="epoch", ylabel="loss")
        if self.scores:
            self._draw_scores()
        handles, labels = self.ax_.get_legend_handles_labels()
        if self.score_ax_ is not None:
            more = self.score_ax_.get_legend_handles_labels()
            handles, labels = handles + more[0], labels + more[1]
        legend_above(self.ax_, handles, labels, ncols=3)

    def _draw_scores(self) -> None:
        self.score_ax_ = self.ax_.twinx()
        for i, (name, (epochs, values)) in enumerate(self.scores.items()):
            best = int(np.argmax(values))
            look = {"color": colour(-1 - i), "marker": "o", "markersize": 3.5, "linewidth": 1.0}
            self.score_ax_.plot(epochs, values, label=name.replace("_", " "), **look)
            self.score_ax_.plot(
                epochs[best], values[best], marker="*", markersize=13, markeredgecolor="white", linestyle="",
                color=colour(-1 - i), label=f"best: epoch {epochs[best]}",
            )  # fmt: skip
        self.score_ax_.set_ylabel("score on held-out rows (more is better)")


def _courses(history: list[dict[str, Any]], ending: str) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return epochs and values under each key with this ending, without those that are NaN."""
    found: dict[str, list[tuple[int, float]]] = {}
    for row in history:
        for name, value in row.items():
            if name.endswith(ending) and not np.isnan(value):
                found.setdefault(name, []).append((row["epoch"], float(value)))
    columns = {name: zip(*course, strict=True) for name, course in found.items()}
    return {name: (np.array(epochs), np.array(values)) for name, (epochs, values) in columns.items()}
