"""Ways to train a classifier, and their scores on held-out rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np
from sklearn.base import clone
from sklearn.metrics import log_loss, recall_score
from sklearn.utils import _safe_indexing

from ..utils.checks import groups_for
from ..utils.random import seeded
from ..utils.threads import one_thread
from ..utils.warnings import few_rows_of_a_class
from ._adjusted import PriorAdjustedClassifier
from ._augmented import AugmentedClassifier
from ._selection import NONE

WITHOUT_ROWS = ("weighted", "half_adjusted", "adjusted")  # ways that add no rows
WITH_PRIOR = "+prior"  # after the name of a sampler
REAL_ROWS_OF_A_PRIOR = 20  # as many real rows of each class as the rows that it draws count
_DRAWN_ROWS = 200  # of each class, so that chance in drawing them hardly shows
_MOST_ROWS = 6000


class Recipe(NamedTuple):
    """A way to train a classifier; `weight` is that of the synthetic rows, 0 if there are none."""

    name: str
    weight: float
    estimator: Any

    def __str__(self) -> str:
        return f"{self.name} with weight {self.weight:g}" if self.weight else self.name


def recipes(
    classifier: Any, samplers: Mapping[str, tuple[Any, Sequence[float]]], unequal: bool
) -> list[Recipe]:
    """Return all ways, the plain one first; those for unequal classes only if classes are unequal.

    Samplers are given with the weights of their rows.
    """
    ways = [Recipe(NONE, 0, classifier)]
    if unequal:
        half, whole = (PriorAdjustedClassifier(classifier, tau=tau) for tau in (0.5, 1.0))
        changed = zip(WITHOUT_ROWS, (balanced(classifier), half, whole), strict=True)
        ways += [Recipe(name, 0, model) for name, model in changed if model is not None]
    for name, (sampler, weights) in samplers.items():
        for weight in weights:
            augmented = AugmentedClassifier(sampler, classifier, synthetic_weight=weight)
            ways.append(Recipe(name, weight, augmented))
    return ways


def balanced(classifier: Any) -> Any:
    """Return a clone of a classifier, or pipeline, with balanced class weights; None if it takes none."""
    names = [name for name in classifier.get_params() if name.split("__")[-1] == "class_weight"]
    return clone(classifier).set_params(**dict.fromkeys(names, "balanced")) if names else None


def drawn_rows(n_classes: int) -> str:
    """Return the amount that the gate draws: 200 rows of each class, fewer if classes are many."""
    return f"{max(REAL_ROWS_OF_A_PRIOR, min(_DRAWN_ROWS, _MOST_ROWS // n_classes))}c"


def with_prior(sampler: Any, prior: Any, n_classes: int) -> Any:
    """Return a sampler with a prior; one that only fills up classes draws rows of each (`drawn_rows`)."""
    own = sampler.get_params(deep=False)
    fills = own.get("n_synthetic") is None and own.get("sampling_strategy") == "auto"
    amount = {"n_synthetic": drawn_rows(n_classes)} if fills else {}
    return clone(sampler).set_params(prior=prior, **amount)


def fold_scores(
    ways: Sequence[Recipe],
    X: Any,
    y: np.ndarray,
    groups: Any,
    train: np.ndarray,
    test: np.ndarray,
    seed: int,
) -> tuple[np.ndarray, dict[str, str]]:
    """Return negative log loss and balanced accuracy on held-out rows, (n_ways, 2), and errors by name.

    A sampler is trained once for all weights. What fails has NaN.
    """
    X_test, found, errors = _safe_indexing(X, test), [], {}
    with one_thread(), few_rows_of_a_class():
        for name, same in groupby(ways, key=lambda way: way.name):
            several = list(same)
            try:
                models = _trained(several, X, y, groups, train, seed)
                found += [_scores(model, X_test, y[test]) for model in models]
            except Exception as error:
                if name == NONE:
                    raise
                errors[name] = f"{type(error).__name__}: {error}"
                found += [(np.nan, np.nan)] * len(several)
    return np.array(found), errors


def _trained(
    ways: Sequence[Recipe], X: Any, y: np.ndarray, groups: Any, train: np.ndarray, seed: int
) -> list[Any]:
    first = ways[0].estimator
    if not ways[0].weight:
        # Seeds as with synthetic rows, and as those of the training in the end
        model = seeded(first, seed, unset_only=True)
        return [model.fit(_safe_indexing(X, train), y[train], **groups_for(model, groups, train))]
    _, added = first._synthetic(X, y, groups, train, seed)
    return [first._fitted(X, y, groups, train, added, way.weight, seed) for way in ways]


def _scores(model: Any, X: Any, y: np.ndarray) -> tuple[float, float]:
    shares = model.predict_proba(X)
    predicted = model.classes_[shares.argmax(axis=1)]
    recalls = recall_score(y, predicted, labels=np.unique(y), average="macro", zero_division=0)
    return -log_loss(y, shares, labels=model.classes_), float(recalls)
