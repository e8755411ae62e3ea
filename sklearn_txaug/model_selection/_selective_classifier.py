"""The gate of a classifier: it changes the training only where held-out rows show a gain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field
from os import PathLike
from typing import Any, Literal

import numpy as np
from joblib import Parallel, delayed
from sklearn.base import _fit_context

from ..over_sampling._gaussian import GaussianSampler
from ..priors import ExpressionPrior
from ..priors._reference import checked_prior
from ..utils.amounts import is_number, rows_of_each, several, total_weight
from ..utils.checks import groups_for
from ..utils.constraints import (
    CrossValidator,
    NonNegativeFloat,
    PositiveInt,
    ProbabilisticClassifier,
    RowsOfEachClass,
    Samplers,
    Seed,
)
from ..utils.containers import gene_names
from ..utils.declaration import estimator
from ..utils.random import draw_seed, seeded
from ..utils.splits import TooFewRows, mean_sizes, splits
from ..utils.statistics import chance_of_the_best, corrected_standard_error
from ..utils.typing import ArrayLike, MatrixLike
from ..utils.warnings import warn
from ._augmented import AugmentedClassifier
from ._comparison import named_samplers
from ._recipes import (
    REAL_ROWS_OF_A_PRIOR,
    WITH_PRIOR,
    WITHOUT_ROWS,
    Recipe,
    drawn_rows,
    fold_scores,
    recipes,
    with_prior,
)
from ._wrapped import WrappedClassifier

_WEIGHTS = (0.1, 0.25, 1.0)
# As 20 real rows of a class where there are five; the probabilities are worse under heavier rows
_LARGEST_WEIGHT = 4.0
_FEW = 3  # rows of a class up to which any gain of a prior will do


@estimator
class SelectiveClassifier(WrappedClassifier):
    """Train a classifier plainly, or in another way if cross-validation on the training rows shows a gain.

    The other ways are class weights, probabilities adjusted for the class frequencies (both only if classes are
    unequal), and synthetic rows of each sampler in each weight; with a `prior` also of each sampler that takes one.
    They are compared by log loss on held-out rows, which tells ways apart on fewer rows than accuracy does. One is
    taken if it gains more than one standard error [1]_ and does not lower balanced accuracy there.

    Up to three rows of each class tell too little for that, but a prior of the same kind of data helped wherever it
    was measured. So its rows, in the weight of the real ones, are taken there if log loss gains at all and balanced
    accuracy does not fall by more than one standard error.

    Parameters
    ----------
    classifier : classifier or None
        With `predict_proba`. Ways that it does not allow are left out: class weights need a `class_weight`, synthetic
        rows a `fit` that takes `sample_weight`. None is a logistic regression on standardised features.
    prior : ExpressionPrior, path, "tcga" or None
        What a reference cohort of other classes and other patients teaches (`sklearn_txaug.priors`). If no class has
        more than three rows, any gain will do for the last sampler with the prior, in weight 1, the nearest below or
        the least of all. If no row can be held out, because each class has one row or there is one patient, it is
        used untested, in the largest weight: no other way can help then.
    samplers : sampler, list or dict of samplers, or None
        Samplers of this package, or over-samplers of imbalanced-learn, each with its own amount of rows. With a
        prior, one of them has to take it, and one that only fills up classes draws 200 rows of each, of more than 30
        classes 6,000 in all, since few rows are a matter of chance. None is a `GaussianSampler` that draws as many
        with and without the prior.
    synthetic_weights : sequence of float >= 0 or str, one of them, or None
        Total weights of the synthetic rows to choose among, with that of the real rows as 1; ``"20c"`` lets all of
        them together count as 20 real rows of each class. 0 is always among them. None is 0.1, 0.25 and 1, and with
        the prior also ``"20c"``, if that is more, but at most 4: 4 if there are one to five real rows of each class,
        2 if there are ten.
    cv : int, splitter or iterable
        An int is the number of folds, stratified by class; if `fit` gets `groups`, no group is split. A class whose
        rows would all be held out stays in training. A sampler is trained once in each fold, for all weights.
    n_repeats : int
        Repetitions of the folds, if `cv` is an int.
    rule : {"one_se", "strict", "best"}
        ``"one_se"`` takes the best of those that gain more than one standard error, ``"strict"`` raises that bar with
        the number of ways, also for few rows with a prior, ``"best"`` takes the best of those that gain.
    n_jobs : int or None
        Number of folds in parallel, with one thread each; the result does not depend on it.
    random_state : int, RandomState instance or None
        Determines folds, trainings and draws, including those of samplers and classifier that have none of their own.

    Attributes
    ----------
    classifier_ : classifier
        The fitted classifier, trained in the chosen way.
    best_way_ : str
        ``"none"`` (plainly), ``"weighted"``, ``"half_adjusted"``, ``"adjusted"``, or the name of a sampler,
        followed by ``"+prior"`` if it has the prior.
    best_weight_ : float
        Weight of its synthetic rows; 0 if there are none.
    decision_ : str
        What was decided and why, in a sentence.
    cv_results_ : dict of ndarray
        One entry for each way, the plain one first: ``param_way``, ``param_synthetic_weight``,
        ``split0_test_score`` and so on (negative log loss), ``mean_test_score``, ``mean_difference`` from the plain
        way, its ``standard_error``, and ``mean_balanced_accuracy``. NaN where a way failed or nothing was compared.
    classes_ : ndarray of shape (n_classes,)
        Class labels.
    n_features_in_ : int
        Number of features seen in `fit`.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the features, if the column names of `X` are strings.

    See Also
    --------
    SelectiveSampler : The gate for any pipeline; its rows all weigh the same.
    AugmentedClassifier : One sampler in one weight.

    References
    ----------
    .. [1] C. Nadeau, Y. Bengio, "Inference for the generalization error", Machine Learning 52, 239-281, 2003.

    Examples
    --------
    >>> from sklearn_txaug.datasets import load_tissue_expression
    >>> from sklearn_txaug.model_selection import SelectiveClassifier
    >>> X, y = load_tissue_expression(return_X_y=True)
    >>> model = SelectiveClassifier(synthetic_weights=[1.0], cv=2, n_repeats=1, random_state=0).fit(X[::4], y[::4])
    >>> model.best_way_ in ("none", "weighted", "half_adjusted", "adjusted", "GaussianSampler")
    True
    """

    classifier: ProbabilisticClassifier | None = field(default=None, kw_only=False)
    prior: ExpressionPrior | str | PathLike | None = None
    samplers: Samplers = None
    synthetic_weights: NonNegativeFloat | RowsOfEachClass | list | tuple | np.ndarray | None = None
    cv: CrossValidator = 5
    n_repeats: PositiveInt = 2
    rule: Literal["one_se", "strict", "best"] = "one_se"
    n_jobs: int | None = None
    random_state: Seed = None

    @_fit_context(prefer_skip_nested_validation=False)
    def fit(self, X: MatrixLike, y: ArrayLike, *, groups: ArrayLike = None) -> SelectiveClassifier:
        """Choose, and train the classifier.

        Parameters
        ----------
        X : {array-like, DataFrame, sparse matrix} of shape (n_samples, n_features)
            Expression on a log scale, samples in rows.
        y : array-like of shape (n_samples,)
            Class labels.
        groups : array-like of shape (n_samples,), default=None
            Patient or donor of each row: no group is split when rows are held out, and samplers and a classifier that
            accept groups get them; each synthetic row is a group of its own.

        Returns
        -------
        self : object
            The fitted classifier.

        Raises
        ------
        ValueError
            If a weight is below 0, a sampler has the name of another way, no sampler takes the prior, `y` has one
            class only, the genes of the prior do not match, patients are also in its reference, or the input is
            refused.
        TypeError
            If one of `samplers` is not a sampler.
        """
        X, labels = self._checked(X, y, groups)
        if self.prior is not None:  # a way that fails is left out, but a prior that does not fit is an error
            checked_prior(self.prior, gene_names(X), self.n_features_in_, groups, self.classes_)
        ways = self._ways(labels)
        seed = draw_seed(self.random_state)
        scores, sizes = self._compare(ways, X, labels, groups, seed)
        few = np.unique(labels, return_counts=True)[1].max() <= _FEW
        best = self._choose(ways, scores, sizes, seed, few)
        self.best_way_, self.best_weight_ = ways[best].name, ways[best].weight
        model = seeded(ways[best].estimator, seed, unset_only=True)  # no change is the classifier as it is
        self.classifier_ = model.fit(X, labels, **groups_for(model, groups))
        return self

    # -- parts

    def _ways(self, y: np.ndarray) -> list[Recipe]:
        classifier, samplers = self._given_classifier(), self._weighted_samplers(y)
        try:
            AugmentedClassifier(classifier=classifier)._check_weights()
        except ValueError as error:
            if samplers:
                warn(f"{', '.join(samplers)} cannot be chosen. {error}")
            samplers = {}
        unequal = bool(np.ptp(np.unique(y, return_counts=True)[1]))
        return recipes(classifier, samplers, unequal)

    def _weighted_samplers(self, y: np.ndarray) -> dict[str, tuple[Any, tuple[float, ...]]]:
        """Return samplers, without and with the prior, and the weights of their rows."""
        weights = _WEIGHTS if self.synthetic_weights is None else self._given_weights(y)
        if not weights:
            return {}
        default = [GaussianSampler(n_synthetic=drawn_rows(len(self.classes_)))]
        samplers = named_samplers(default if self.samplers is None else self.samplers, "samplers")
        taken = [name for name in samplers if name in WITHOUT_ROWS or name.endswith(WITH_PRIOR)]
        if taken:
            raise ValueError(f"samplers: {taken} are names of other ways; give these samplers other names")
        plain = {name: (one, weights) for name, one in samplers.items()}
        if self.prior is None:
            return plain
        largest = min(total_weight(f"{REAL_ROWS_OF_A_PRIOR}c", y), _LARGEST_WEIGHT)
        if self.synthetic_weights is None and largest > weights[-1]:
            weights = (*weights, largest)
        informed = {
            f"{name}{WITH_PRIOR}": (with_prior(one, self.prior, len(self.classes_)), weights)
            for name, one in samplers.items()
            if "prior" in one.get_params(deep=False)
        }
        if not informed:
            raise ValueError(
                f"prior is given, but of samplers none takes one ({', '.join(samplers)}); add a GaussianSampler, or "
                "leave out the prior"
            )
        return plain | informed

    def _given_weights(self, y: np.ndarray) -> tuple[float, ...]:
        given = several(self.synthetic_weights)
        known = [w for w in given if rows_of_each(w) is not None or is_number(w)]
        weights = {total_weight(w, y) for w in known}
        if not given or len(known) < len(given) or not all(0 <= w < np.inf for w in weights):
            raise ValueError(
                "synthetic_weights must hold numbers of 0 or more, or texts such as '20c' (as 20 real rows of a "
                f"class), got {self.synthetic_weights!r}"
            )
        return tuple(sorted(weights - {0}))

    def _compare(
        self, ways: Sequence[Recipe], X: Any, y: np.ndarray, groups: Any, seed: int
    ) -> tuple[np.ndarray, tuple[float, float]]:
        """Return scores of shape (n_ways, n_splits, 2), and the numbers of rows on both sides of a split."""
        try:
            pairs = splits(self.cv, y, groups, seed=seed, n_repeats=self.n_repeats)
        except TooFewRows:
            return np.empty((len(ways), 0, 2)), (1.0, 1.0)
        found = Parallel(n_jobs=self.n_jobs)(
            delayed(fold_scores)(ways, X, y, groups, *pair, seed + fold) for fold, pair in enumerate(pairs)
        )
        for name, error in {name: error for _, errors in found for name, error in errors.items()}.items():
            warn(f"{name} cannot be chosen because it fails: {error}")
        return np.stack([scores for scores, _ in found], axis=1), mean_sizes(pairs)

    def _choose(
        self, ways: Sequence[Recipe], scores: np.ndarray, sizes: tuple[float, float], seed: int, few: bool
    ) -> int:
        differences, tested = scores - scores[:1], scores.shape[1] > 0
        means = spreads = np.full((len(ways), 2), np.nan)
        if tested:
            means = differences.mean(axis=1)
            spreads = np.asarray(corrected_standard_error(differences, *sizes, axis=1))
        (gains, accuracy), errors = means.T, spreads[:, 0]
        valid = 1 + np.flatnonzero(np.isfinite(gains[1:]))
        bar = {"best": 0.0, "one_se": 1.0}.get(self.rule)
        if bar is None:
            bar = chance_of_the_best(differences[valid, :, 0], np.random.default_rng(seed))
        passing = [i for i in valid if gains[i] > _needed(bar, errors[i]) and accuracy[i] >= 0]
        best = int(max(passing, key=lambda i: gains[i])) if passing else 0
        known = self._ways_with_prior(ways)
        if known and not tested:
            best = known[-1]
        elif known and few and self.rule != "strict":
            i = max([i for i in known if ways[i].weight <= 1], default=known[0])
            best = i if gains[i] > 0 and accuracy[i] + np.nan_to_num(spreads[i, 1]) >= 0 else best
        self.cv_results_ = _results(ways, scores, gains, errors)
        self.decision_ = _sentence(ways, scores, gains, errors, best, bar)
        return best

    def _ways_with_prior(self, ways: Sequence[Recipe]) -> list[int]:
        """Return the ways of the last sampler with the prior, by weight."""
        known = [i for i, way in enumerate(ways) if way.name.endswith(WITH_PRIOR) and self.prior is not None]
        return [i for i in known if ways[i].name == ways[known[-1]].name]


def _results(
    ways: Sequence[Recipe], scores: np.ndarray, gains: np.ndarray, errors: np.ndarray
) -> dict[str, np.ndarray]:
    means = scores.mean(axis=1) if scores.shape[1] else np.full((len(ways), 2), np.nan)
    return {
        "param_way": np.array([way.name for way in ways], dtype=object),
        "param_synthetic_weight": np.array([way.weight for way in ways], dtype=float),
        **{f"split{k}_test_score": column for k, column in enumerate(scores[:, :, 0].T)},
        "mean_test_score": means[:, 0],
        "mean_difference": gains,
        "standard_error": errors,
        "mean_balanced_accuracy": means[:, 1],
    }


def _needed(bar: float, error: float) -> float:
    """Return the gain that so many standard errors ask for; with one split there is none, and no gain is enough."""
    return bar * np.nan_to_num(error, nan=np.inf) if bar else 0.0


def _sentence(
    ways: Sequence[Recipe],
    scores: np.ndarray,
    gains: np.ndarray,
    errors: np.ndarray,
    best: int,
    bar: float,
) -> str:
    """Return the decision and its reason in words."""
    if not scores.shape[1]:
        reason = "no row can be held out, so nothing can be tested"
        return f"{ways[best]}, untested: {reason}." if best else f"No change: {reason}."
    if len(ways) == 1:
        return "No change: there is no other way."
    if not np.isfinite(gains[1:]).any():
        return "No change: every other way failed."
    shown = best or int(1 + np.nanargmax(gains[1:]))
    means = scores.mean(axis=1)
    n_splits = scores.shape[1]
    error = f"standard error {errors[shown]:.3f}, {n_splits} splits" if n_splits > 1 else "1 split"
    what = (
        f"log loss on held-out rows from {-means[0, 0]:.3f} to {-means[shown, 0]:.3f} (gain {gains[shown]:+.3f}, "
        f"{error}) and balanced accuracy from {means[0, 1]:.3f} to {means[shown, 1]:.3f}"
    )
    if best:
        passed = gains[best] > _needed(bar, errors[best]) and means[best, 1] >= means[0, 1]
        why = "" if passed else "; with so few rows any gain of a prior will do"
        return f"{ways[best]}, which changed {what}{why}."
    why = f"which is not more than {bar:.1f} standard errors"
    if gains[shown] > _needed(bar, errors[shown]):
        why = "which lowers balanced accuracy"
    elif n_splits == 1:
        why = "and one split has no standard error"
    return f"No change: the best other way, {ways[shown]}, changed {what}, {why}."
