"""The choice among augmentations and no augmentation, from scores paired by split."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from scipy.stats import rankdata

from ..utils.containers import objects
from ..utils.statistics import chance_of_the_best, corrected_standard_error

NONE = "none"


class Option(NamedTuple):
    """A candidate, its amount as given, and the synthetic rows of each class."""

    candidate: str
    n_synthetic: Any
    rows: dict[Any, int]


class Selection:
    """The choice that `rule` makes; the first option is no augmentation.

    Parameters
    ----------
    options : sequence of Option
        Simpler ones first.
    scores : ndarray of shape (n_options, n_splits)
        Held-out scores; no splits, if nothing was compared. Splits in which the score of no augmentation is not
        finite (ROC AUC of one class) are dropped.
    n_train, n_test : float
        Training and test rows of a split.
    rule : {"one_se", "strict", "best", "always"}
        As in `SelectiveSampler`.
    scoring : str
        Name of the score, for messages.
    rng : numpy.random.Generator
        For the bar that the best of many options has to pass under the strict rule.
    """

    def __init__(
        self,
        options: Sequence[Option],
        scores: np.ndarray,
        n_train: float,
        n_test: float,
        rule: str,
        scoring: str,
        rng: np.random.Generator,
    ):
        self.options = options
        self.rule = rule
        self.scoring = scoring
        defined = np.isfinite(scores[0])
        self.scores, self.n_undefined = scores[:, defined], int(np.sum(~defined))
        self._n_train, self._n_test = n_train, n_test
        self.gains = self._mean(self.differences)
        self.errors = self._error(self.differences)
        strict = rule == "strict"
        self.required = chance_of_the_best(self.differences[self.valid], rng) if strict else 1.0
        valid = self.valid
        self.leader = int(valid[np.argmax(self.gains[valid])]) if len(valid) else min(1, len(options) - 1)
        self.best = self._choose()

    @property
    def differences(self) -> np.ndarray:
        """Differences from no augmentation, of shape (n_options, n_splits)."""
        return self.scores - self.scores[:1]

    @cached_property
    def valid(self) -> np.ndarray:
        """Positions of the augmentations that have a score in every split."""
        compared = np.isfinite(self.scores).all(axis=1) & (self.scores.shape[1] > 0)
        return 1 + np.flatnonzero(compared[1:])

    def _choose(self) -> int:
        if self.rule == "always":
            return self.leader
        if self.rule == "best":
            return self.leader if self.gains[self.leader] > 0 else 0
        passing = self.valid[self.gains[self.valid] > self.required * self.errors[self.valid]]
        return self._simplest(passing) if len(passing) else 0

    def _simplest(self, passing: np.ndarray) -> int:
        """Return, of the options within one standard error of the best, the first candidate's smallest amount."""
        behind = self.scores[passing[np.argmax(self.gains[passing])]] - self.scores[passing]
        near = passing[self._mean(behind) <= self._error(behind)]
        first = self.options[near[0]].candidate
        amounts = [i for i in near if self.options[i].candidate == first]
        return int(min(amounts, key=lambda i: sum(self.options[i].rows.values())))

    def _mean(self, values: np.ndarray) -> np.ndarray:
        return values.mean(axis=1) if values.shape[1] else np.full(len(values), np.nan)

    def _error(self, values: np.ndarray) -> np.ndarray:
        return np.asarray(corrected_standard_error(values, self._n_train, self._n_test, axis=1))

    # -- results for the user

    def results(self) -> dict[str, np.ndarray]:
        """Return the comparison in the form of `GridSearchCV.cv_results_`."""
        n = len(self.options)
        results = {
            "params": [{"candidate": o.candidate, "n_synthetic": o.n_synthetic} for o in self.options],
            "param_candidate": objects([option.candidate for option in self.options]),
            "param_n_synthetic": objects([option.n_synthetic for option in self.options]),
            "n_rows": np.array([sum(option.rows.values()) for option in self.options]),
            **{f"split{k}_test_score": scores for k, scores in enumerate(self.scores.T)},
            "mean_test_score": self._mean(self.scores),
            "std_test_score": self.scores.std(axis=1) if self.scores.shape[1] else np.full(n, np.nan),
            "mean_difference": self.gains,
            "standard_error": self.errors,
        }
        order = np.nan_to_num(-results["mean_test_score"], nan=np.inf)
        results["rank_test_score"] = rankdata(order, method="min").astype(np.int32)
        return results

    def sentence(self) -> str:
        """Return the decision and its reason in words."""
        if len(self.options) == 1:
            return "No augmentation: no amount of n_synthetic is above 0 for these labels."
        if not self.scores.shape[1]:
            if self.best:
                return f"Augmentation by {_name(self.options[self.best])}, without comparison."
            return f"No augmentation: {self._why_not_compared()}, so no gain can be shown."
        if not len(self.valid):
            return "No augmentation: every candidate failed."
        what = f"{self.scoring} on held-out rows {self._change()}"
        if self.best:
            why = f", more than {self._bar()}" if self.rule in ("one_se", "strict") else ""
            return f"Augmentation by {_name(self.options[self.best])}, which changed {what}{why}."
        why = self._why_not() if self.gains[self.leader] > 0 else "which is no gain"
        return f"No augmentation: the best option, {_name(self.options[self.leader])}, changed {what}, {why}."

    def _why_not_compared(self) -> str:
        if self.n_undefined:
            return f"{self.scoring} is not defined in any split"
        return "too few rows or groups to hold any out"

    def _change(self) -> str:
        i, n = self.best or self.leader, self.scores.shape[1]
        error = f"standard error {self.errors[i]:.3f}, {n} splits" if n > 1 else "1 split"
        undefined = f"; not defined in {self.n_undefined} more" if self.n_undefined else ""
        before, after = (self.scores[k].mean() for k in (0, i))
        return f"from {before:.3f} to {after:.3f} ({self.gains[i]:+.3f}, {error}{undefined})"

    def _why_not(self) -> str:
        if self.scores.shape[1] < 2:
            return "and one split has no standard error"
        return f"not more than {self._bar()}"

    def _bar(self) -> str:
        if self.required == 1:
            return "one standard error"
        return f"{self.required:.1f} standard errors, the bar for the best of {len(self.valid)} options"


def _name(option: Option) -> str:
    n_rows = sum(option.rows.values())
    return f"{option.candidate} with {n_rows} synthetic rows (n_synthetic={option.n_synthetic})"
