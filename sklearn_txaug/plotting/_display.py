"""What all displays are: a ``plot`` that keeps its axes, and the texts that the docstrings of their methods share."""

from __future__ import annotations

from typing import Any, Self

from ..utils.docs import with_texts
from ..utils.typing import ArrayLike, Axes, MatrixLike, RandomState, SamplerLike
from ._style import axes_for

SETS = """\
        X_real, X_synthetic : array-like of shape (n, d) and (m, d)
            Samples in rows"""

UNUSED_LABELS = """\
        y_real, y_synthetic : ignored
            Accepted so that all displays are called alike."""

SCALE = """\
        scale : bool, default=True
            Standardise the genes by the real rows first."""

AX = """\
        ax : matplotlib Axes, default=None
            None makes a figure. The legend stands beside the axes if the layout of their figure makes room for it
            (``plt.subplots(layout="constrained")``), else inside."""

SAMPLER = """\
        sampler : sampler
            A fitted one."""

DRAWN_BY = """\
        random_state : int, RandomState or None, default=None
            Passed to ``sample``.
        **kwargs
            As in `from_data`."""

AXES = """\
    ax_ : matplotlib Axes
        What was drawn on.
    figure_ : matplotlib Figure
        Its figure."""

shared_texts = with_texts(
    {
        "sets": SETS,
        "unused_labels": UNUSED_LABELS,
        "scale": SCALE,
        "ax": AX,
        "sampler": SAMPLER,
        "drawn_by": DRAWN_BY,
        "axes": AXES,
    }
)


class Display:
    """Base of the displays; a display overrides `_draw`, and `_figure_size` if it needs another one."""

    ax_: Axes
    figure_: Any

    @shared_texts
    def plot(self, ax: Axes = None) -> Self:
        """Draw.

        Parameters
        ----------
        {ax}

        Returns
        -------
        display : object of this class
        """
        self.ax_ = axes_for(ax, self._figure_size())
        self.figure_ = self.ax_.figure
        self._draw()
        return self

    def _figure_size(self) -> tuple[float, float]:
        """Return width and height of a new figure, in inches."""
        return 6.4, 4.8

    def _draw(self) -> None:
        """Draw on `ax_`."""
        raise NotImplementedError


class FromSampler(Display):
    """Base of the displays that compare real with synthetic rows."""

    from_data: Any

    @classmethod
    @shared_texts
    def from_estimator(
        cls,
        sampler: SamplerLike,
        X: MatrixLike,
        y: ArrayLike,
        *,
        random_state: RandomState = None,
        **kwargs: Any,
    ) -> Self:
        """Draw one synthetic row for each label of `y` and show the two sets.

        Parameters
        ----------
        {sampler}
        X : array-like of shape (n_samples, n_features)
            Real rows; prefer rows that the sampler has not seen.
        y : array-like of shape (n_samples,)
            Their labels.
        {drawn_by}

        Returns
        -------
        display : object of this class
            Drawn.
        """
        X_new, y_new = sampler.sample(y=y, random_state=random_state)
        return cls.from_data(X, X_new, y, y_new, **kwargs)
