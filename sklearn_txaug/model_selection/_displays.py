"""Plots of the curves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from numbers import Integral
from typing import Any, ClassVar

import numpy as np

from ..plotting._style import axes_for, ink, legend_beside, name_text, style
from ..utils.random import draw_seed
from ..utils.splits import splits
from ._curves import augmentation_curve, low_data_curve
from ._result import CurveResult

KINDS = ("difference", "score")


class _CurveDisplay:
    _compute: ClassVar[Callable[..., CurveResult]]
    _x: ClassVar[str]
    _x_label: ClassVar[str]

    def __init__(self, curves: Mapping[str, CurveResult], kind: str = "difference") -> None:
        if kind not in KINDS:
            raise ValueError(f"kind must be one of {KINDS}, got {kind!r}")
        if not curves:
            raise ValueError("curves is empty: nothing to draw")
        scorings = {curve.scoring for curve in curves.values()}
        if len(scorings) > 1:
            raise ValueError(f"curves have different scores: {', '.join(sorted(scorings))}")
        baselines = [self._baseline_of(curve) for curve in curves.values()]
        if kind == "score" and not all(np.array_equal(baselines[0], other) for other in baselines):
            raise ValueError(
                "kind='score' needs curves of the same splits and real rows; use kind='difference'"
            )
        self.curves, self.kind = dict(curves), kind

    @classmethod
    def from_data(cls, curves: Any, *, kind: str = "difference", ax: Any = None) -> Any:
        """Draw curves that have already been computed.

        Parameters
        ----------
        curves : CurveResult, list or dict of CurveResult
            A dict gives them names; otherwise each is named after its sampler, with the protocol if there are two.
        kind : {"difference", "score"}, default="difference"
            Gains over no augmentation, or the scores with and without.
        ax : matplotlib Axes, default=None
            None makes a figure.

        Returns
        -------
        display : object of this class
            Drawn.
        """
        return cls(_named(curves), kind).plot(ax)

    @classmethod
    def from_estimator(
        cls,
        sampler: Any,
        estimator: Any,
        X: Any,
        y: Any,
        *,
        kind: str = "difference",
        ax: Any = None,
        **kwargs: Any,
    ) -> Any:
        """Compute the curve of a sampler, or of each one in a dict, and draw.

        Parameters
        ----------
        sampler : sampler, or dict of samplers
            Unfitted; a dict gives them names.
        estimator : classifier
            Trained with and without synthetic rows.
        X : array-like of shape (n_samples, n_features)
            Expression on a log scale, samples in rows.
        y : array-like of shape (n_samples,)
            Class labels.
        kind : {"difference", "score"}, default="difference"
            Gains over no augmentation, or the scores with and without.
        ax : matplotlib Axes, default=None
            None makes a figure.
        **kwargs
            Passed to the function that computes the curve. All samplers use the same splits.

        Returns
        -------
        display : object of this class
            Drawn.
        """
        samplers = sampler if isinstance(sampler, Mapping) else {type(sampler).__name__: sampler}
        random_state, cv = kwargs.get("random_state"), kwargs.get("cv", 5)
        if not isinstance(random_state, Integral):
            kwargs["random_state"] = draw_seed(random_state)
        if not isinstance(cv, Integral):
            kwargs["cv"] = splits(cv, np.asarray(y), kwargs.get("groups"))
        curves = {name: cls._compute(one, estimator, X, y, **kwargs) for name, one in samplers.items()}
        return cls(curves, kind).plot(ax)

    def plot(self, ax: Any = None) -> Any:
        """Draw.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            None makes a figure.

        Returns
        -------
        display : object of this class
        """
        self.ax_ = axes_for(ax, (7.2, 4.4))
        self.figure_ = self.ax_.figure
        self._set_x_scale()
        self._baseline()
        for i, (name, curve) in enumerate(self.curves.items()):
            values = curve.differences if self.kind == "difference" else curve.scores
            self._line(
                i - (len(self.curves) - 1) / 2, curve, values, label=name_text(name), capsize=3, **style(i)
            )
        first = next(iter(self.curves.values()))
        what = f"gain in {first.scoring}" if self.kind == "difference" else first.scoring
        protocols = " and ".join(dict.fromkeys(curve.protocol for curve in self.curves.values()))
        self.ax_.set(xlabel=self._x_label, ylabel=f"{what}\n(mean and standard error)")
        settings = " or ".join(dict.fromkeys(map(self._setting, self.curves.values())))
        self.ax_.set_title(f"{settings}, protocol: {protocols}", fontsize="medium")
        legend_beside(self.ax_)
        return self

    def _set_x_scale(self) -> None:
        self._ticks = np.unique(np.concatenate([getattr(curve, self._x) for curve in self.curves.values()]))
        if len(self._ticks) > 2 and self._ticks[0] > 0 and self._ticks[-1] / self._ticks[0] >= 4:
            self.ax_.set_xscale("log")
            self.ax_.set_xticks(self._ticks, [f"{value:g}" for value in self._ticks])
            self.ax_.minorticks_off()

    def _baseline(self) -> None:
        first = next(iter(self.curves.values()))
        less = first.baseline_scores if self.kind == "difference" else 0
        for name, line in zip(first.alternatives, (":", "-.", (0, (5, 1))), strict=False):
            looks = {"label": name.replace("_", " "), "color": "0.6", "linestyle": line, "elinewidth": 0}
            self._line(0, first, first.alternatives[name] - less, **looks)
        if self.kind == "difference":
            self.ax_.axhline(0, color=ink(), linewidth=1, linestyle="--", label="no augmentation")
            return
        looks = {"label": "no augmentation", "color": ink(), "linestyle": "--", "capsize": 3}
        self._line(0, first, first.baseline_scores, **looks)

    def _line(self, offset: float, curve: CurveResult, values: np.ndarray, **looks: Any) -> None:
        """Draw means and standard errors, shifted a little so that samplers do not overlap."""
        x, order = getattr(curve, self._x), np.argsort(getattr(curve, self._x))
        if self.ax_.get_xscale() == "log":
            x = x * (self._ticks[-1] / self._ticks[0]) ** (0.012 * offset)
        else:
            x = x + 0.012 * offset * np.ptp(self._ticks)
        self.ax_.errorbar(
            x[order], values.mean(axis=1)[order], np.nan_to_num(curve.error_of(values))[order], **looks
        )

    def _setting(self, curve: CurveResult) -> str:
        raise NotImplementedError

    def _baseline_of(self, curve: CurveResult) -> np.ndarray:
        """Return the scores of no augmentation, which the curves of one plot share."""
        raise NotImplementedError


class AugmentationCurveDisplay(_CurveDisplay):
    """Gain over no augmentation against the number of synthetic rows.

    Make it with `from_data` or `from_estimator`.

    Parameters
    ----------
    curves : dict of str to CurveResult
        What :func:`augmentation_curve` returned, by name.
    kind : {"difference", "score"}, default="difference"
        Gains over no augmentation, or the scores with and without.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure

    Examples
    --------
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> from sklearn_txaug.datasets import load_tissue_expression
    >>> from sklearn_txaug.model_selection import AugmentationCurveDisplay
    >>> from sklearn_txaug.over_sampling import GaussianSampler
    >>> X, y = load_tissue_expression(return_X_y=True)
    >>> display = AugmentationCurveDisplay.from_estimator(
    ...     GaussianSampler(), KNeighborsClassifier(3), X[::4], y[::4], n_synthetic=[20, 100], cv=2, random_state=0
    ... )
    >>> display.ax_.get_xlabel()
    'synthetic rows'
    """

    _compute = staticmethod(augmentation_curve)
    _x = "n_synthetic"
    _x_label = "synthetic rows"

    def _setting(self, curve: CurveResult) -> str:
        return f"{curve.n_real[0]:.0f} real rows"

    def _baseline_of(self, curve: CurveResult) -> np.ndarray:
        return curve.baseline_scores[0]


class LowDataCurveDisplay(_CurveDisplay):
    """Gain over no augmentation against the number of real rows.

    Make it with `from_data` or `from_estimator`.

    Parameters
    ----------
    curves : dict of str to CurveResult
        What :func:`low_data_curve` returned, by name.
    kind : {"difference", "score"}, default="difference"
        Gains over no augmentation, or the scores with and without.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure

    Examples
    --------
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> from sklearn_txaug.datasets import load_tissue_expression
    >>> from sklearn_txaug.model_selection import LowDataCurveDisplay
    >>> from sklearn_txaug.over_sampling import GaussianSampler
    >>> X, y = load_tissue_expression(return_X_y=True)
    >>> display = LowDataCurveDisplay.from_estimator(
    ...     GaussianSampler(), KNeighborsClassifier(3), X, y, n_real=[14, 42], cv=2, random_state=0
    ... )
    >>> display.ax_.get_xlabel()
    'real rows'
    """

    _compute = staticmethod(low_data_curve)
    _x = "n_real"
    _x_label = "real rows"

    def _setting(self, curve: CurveResult) -> str:
        shares = curve.n_synthetic / curve.n_real
        if np.allclose(shares, shares[0], rtol=0.05):
            return f"{shares[0]:.3g} synthetic for each real row"
        least, most = (f"{rows:.0f}" for rows in (curve.n_synthetic.min(), curve.n_synthetic.max()))
        return f"{least if least == most else f'{least} to {most}'} synthetic rows"

    def _baseline_of(self, curve: CurveResult) -> np.ndarray:
        return curve.baseline_scores


def _named(curves: Any) -> dict[str, CurveResult]:
    if isinstance(curves, Mapping):
        return dict(curves)
    if isinstance(curves, CurveResult):
        return {curves.sampler: curves}
    if not isinstance(curves, Iterable):
        raise TypeError(f"curves must be a CurveResult, or a list or dict of them, got {curves!r}")
    curves = list(curves)
    one_protocol = len({curve.protocol for curve in curves}) < 2
    named: dict[str, CurveResult] = {}
    for curve in curves:
        name = curve.sampler if one_protocol else f"{curve.sampler}, {curve.protocol}"
        name = name if name not in named else f"{name} {len(named) + 1}"
        named[name] = curve
    return named
