"""How close synthetic rows come to single real rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..metrics import memorisation
from ..metrics._neighbours import Neighbours
from ..metrics._validation import equal_sizes
from ..utils.typing import ArrayLike, Axes, MatrixLike, RandomState, SamplerLike
from ._display import Display, shared_texts
from ._style import REAL, SYNTHETIC, ink, legend_beside, scaled_pair


@shared_texts
class MemorisationDisplay(Display):
    """Distances of synthetic rows to the closest training row and to the closest held-out row.

    The two curves lie on each other unless the generator remembers its training rows.
    Make it with `from_data` or `from_estimator`.

    Parameters
    ----------
    distances : dict of str to ndarray
        Distances by what is measured, in the order drawn.
    shares : Memorisation
        What :func:`~sklearn_txaug.metrics.memorisation` returned.

    Attributes
    ----------
    {axes}

    Examples
    --------
    >>> from sklearn_txaug.datasets import load_tissue_expression
    >>> from sklearn_txaug.over_sampling import GaussianSampler
    >>> from sklearn_txaug.plotting import MemorisationDisplay
    >>> X, y = load_tissue_expression(return_X_y=True)
    >>> sampler = GaussianSampler(random_state=0).fit(X[::2], y[::2])
    >>> display = MemorisationDisplay.from_estimator(sampler, X[::2], X[1::2], y[1::2], random_state=0)
    >>> display.shares.train > display.shares.test
    True
    """

    def __init__(self, distances: Mapping[str, np.ndarray], shares: Any) -> None:
        self.distances, self.shares = dict(distances), shares

    @classmethod
    @shared_texts
    def from_data(
        cls,
        X_train: MatrixLike,
        X_test: MatrixLike,
        X_synthetic: MatrixLike,
        *,
        scale: bool = True,
        device: str = "auto",
        random_state: RandomState = 0,
        ax: Axes = None,
    ) -> MemorisationDisplay:
        """Compute and draw; training and held-out rows are cut to one size, since more rows are closer.

        Parameters
        ----------
        X_train, X_test, X_synthetic : array-like of shape (n, d), (t, d) and (m, d)
            The generator's training rows, rows that it has not seen, synthetic rows.
        scale : bool, default=True
            Standardise the genes by the training rows.
        device : str, default="auto"
            Torch device.
        random_state : int, default=0
            Draws rows where the sizes differ.
        {ax}

        Returns
        -------
        display : MemorisationDisplay
        """
        train, test = scaled_pair(X_train, X_test, scale)
        _, synthetic = scaled_pair(X_train, X_synthetic, scale)
        shares = memorisation(train, test, synthetic, device=device)
        train, test = equal_sizes(train, test, random_state=random_state)
        distances = {
            "synthetic to training rows": Neighbours(train, synthetic, device).nearest.synthetic_distance,
            "synthetic to held-out rows": Neighbours(test, synthetic, device).nearest.synthetic_distance,
            "held-out to training rows\n(reference)": Neighbours(
                train, test, device
            ).nearest.synthetic_distance,
        }
        return cls(distances, shares).plot(ax)

    @classmethod
    @shared_texts
    def from_estimator(
        cls,
        sampler: SamplerLike,
        X_train: MatrixLike,
        X_test: MatrixLike,
        y_test: ArrayLike,
        *,
        random_state: RandomState = None,
        **kwargs: Any,
    ) -> MemorisationDisplay:
        """Draw one row for each label of `y_test` from a fitted sampler, and show them.

        Parameters
        ----------
        {sampler}
        X_train, X_test : array-like of shape (n, d) and (t, d)
            Its training rows, and held-out rows.
        y_test : array-like of shape (t,)
            Labels of the held-out rows.
        {drawn_by}

        Returns
        -------
        display : MemorisationDisplay
        """
        X_new, _ = sampler.sample(y=y_test, random_state=random_state)
        return cls.from_data(X_train, X_test, X_new, **kwargs)

    def _figure_size(self) -> tuple[float, float]:
        return 8.4, 4.4

    def _draw(self) -> None:
        looks = [(SYNTHETIC, "-"), (REAL, "--"), (ink(), ":")]
        for (label, values), (colour, line) in zip(self.distances.items(), looks, strict=True):
            steps = np.arange(1, len(values) + 1) / len(values)
            self.ax_.step(
                np.sort(values), steps, where="post", color=colour, linestyle=line, linewidth=2, label=label
            )
        self.ax_.set(xlabel="distance to the closest row (Euclidean, standardised genes)", ylim=(0, 1.02))
        self.ax_.set_ylabel("share of rows that are at least as close")
        self.ax_.set_title(
            f"crowding training rows {self.shares.train:.2f}, held-out rows {self.shares.test:.2f}, "
            f"gap {self.shares.gap:+.2f}",
            fontsize="medium",
        )
        legend_beside(self.ax_)
