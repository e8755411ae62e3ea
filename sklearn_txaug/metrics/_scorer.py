"""Indicators as scikit-learn scorers of a sampler."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ..utils.checks import check_count
from ..utils.typing import ArrayLike, MatrixLike, SamplerLike
from ._scoring import ScoredIndicator, name_of
from ._validation import check_pair, labels_of

Indicator = Callable[..., Any]


def make_generation_scorer(
    indicator: Indicator | Iterable[Indicator] | Mapping[str, Indicator],
    *,
    field: str | None = None,
    greater_is_better: bool | None = None,
    n_synthetic: int | None = None,
    random_state: int | None = None,
    **kwargs: Any,
) -> GenerationScorer:
    """Make an indicator usable as `scoring` over a sampler.

    The result is called as ``scorer(sampler, X, y)`` with the rows of a test fold. It draws synthetic rows
    from the fitted sampler, brings both sets into the space of the sampler's ``scaler_`` (learnt from its
    training rows; a sampler without one is scored in the space of `X`), and computes the indicator. More is
    better: an indicator of which less is better is negated, and one with an ideal value scores minus the
    distance to it.

    It works with `cross_val_score`, `cross_validate`, `GridSearchCV` and `HalvingGridSearchCV`; with several
    indicators all of them see the same synthetic rows, and the searches need `refit` to name one of them.
    Give the search a `StratifiedKFold`: scikit-learn stratifies by itself for classifiers only. In an
    imblearn pipeline whose last step is a sampler, the steps before it transform `X` first.

    Parameters
    ----------
    indicator : callable, iterable of callables or dict of callables
        Functions ``f(X_real, X_synthetic)``, or ``f(X_real, X_synthetic, y_real, y_synthetic)`` if there is a
        parameter `y_real`: those of this module or your own. Several give a scorer that returns a dict,
        with the dict's keys or the functions' names. :func:`functools.partial` fixes the settings of one of
        them.
    field : str, default=None
        Which field of a returned named tuple to use. None: the one that the indicator names as its headline.
        Only for a single indicator.
    greater_is_better : bool, default=None
        Use the value (True) or minus the value (False). None: as the indicator says, True for your own
        functions. Only for a single indicator.
    n_synthetic : int, default=None
        How many rows to draw. None: one for each test row, with that row's label.
    random_state : int, default=None
        Passed to ``sampler.sample``, and to indicators that take a `random_state`, so that all candidates
        of a search are drawn with the same noise. None leaves both as they are.
    **kwargs
        Settings of a single indicator, for instance ``k=5``.

    Returns
    -------
    scorer : callable
        ``scorer(sampler, X, y)`` gives a float, or a dict of floats. It pickles if the functions do.

    Raises
    ------
    TypeError
        If `indicator` is not callable, needs other sets of rows than these, or does not know a setting.

    Examples
    --------
    >>> from sklearn_txaug.metrics import make_generation_scorer, precision_recall_f1
    >>> make_generation_scorer(precision_recall_f1, field="recall", k=5)
    make_generation_scorer(precision_recall_f1, field='recall', k=5)
    """
    if callable(indicator):
        scored: Any = ScoredIndicator(indicator, field, greater_is_better, kwargs)
    else:
        if kwargs or field is not None or greater_is_better is not None:
            raise TypeError("Settings of several indicators are given one by one, with functools.partial.")
        scored = _several(indicator)
    if n_synthetic is not None:
        check_count(n_synthetic, "n_synthetic")
    return GenerationScorer(scored, n_synthetic, random_state)


def _several(indicators: Any) -> dict[str, ScoredIndicator]:
    if not isinstance(indicators, Iterable) or isinstance(indicators, str):
        raise TypeError(f"indicator must be a function, or a list or dict of functions; got {indicators!r}.")
    if not isinstance(indicators, Mapping):
        functions = list(indicators)
        indicators = {name_of(f): f for f in functions}
        if len(indicators) < len(functions):
            raise ValueError("Two indicators have the same name: give a dict that names them.")
    if not indicators:
        raise ValueError("indicator is empty: give at least one function.")
    return {name: ScoredIndicator(f, None, None, {}) for name, f in indicators.items()}


class GenerationScorer:
    """A callable ``scorer(sampler, X, y)``; made by :func:`make_generation_scorer`."""

    def __init__(
        self,
        indicators: ScoredIndicator | dict[str, ScoredIndicator],
        n_synthetic: int | None,
        random_state: int | None,
    ) -> None:
        self._indicators = indicators
        self._n_synthetic = n_synthetic
        self._random_state = random_state

    def __call__(self, sampler: SamplerLike, X: MatrixLike, y: ArrayLike) -> Any:
        """Draw synthetic rows and compare them with the real rows of a test fold."""
        if y is None:
            raise ValueError("y is needed: a sampler draws its rows for the labels of the test rows.")
        sampler, X = _last_step(sampler, X)
        sets = self._common_space(sampler, X, y)
        if isinstance(self._indicators, dict):
            return {name: indicator(sets, self._random_state) for name, indicator in self._indicators.items()}
        return self._indicators(sets, self._random_state)

    def _common_space(self, sampler: SamplerLike, X: MatrixLike, y: ArrayLike) -> tuple[Any, Any, Any, Any]:
        seed = {} if self._random_state is None else {"random_state": self._random_state}
        if self._n_synthetic is None:
            X_new, y_new = sampler.sample(y=y, **seed)
        else:
            X_new, y_new = sampler.sample(self._n_synthetic, **seed)
        X, X_new = check_pair(X, X_new)
        y, y_new = labels_of(y, X, "y", "X"), labels_of(y_new, X_new, "y_new", "X_new")
        scaler = getattr(sampler, "scaler_", None)
        if scaler is not None:
            X, X_new = scaler.transform(X), scaler.transform(X_new)
        return X, X_new, y, y_new

    def __repr__(self) -> str:
        indicators = self._indicators
        inner = "[" + ", ".join(indicators) + "]" if isinstance(indicators, dict) else repr(indicators)
        shown = {"n_synthetic": self._n_synthetic, "random_state": self._random_state}
        extra = "".join(f", {key}={value!r}" for key, value in shown.items() if value is not None)
        return f"make_generation_scorer({inner}{extra})"


def _last_step(sampler: SamplerLike, X: MatrixLike) -> tuple[SamplerLike, MatrixLike]:
    """Of a pipeline, give the sampler at its end and the rows as they reach it."""
    if hasattr(sampler, "steps"):
        for _, step in sampler.steps[:-1]:
            if hasattr(step, "transform"):
                X = step.transform(X)
        sampler = sampler.steps[-1][1]
    if not hasattr(sampler, "sample"):
        raise TypeError(f"{type(sampler).__name__} has no method `sample`; a generation scorer needs one.")
    return sampler, X
