"""The gate: a sampler that augments only where cross-validation on the training rows shows a gain."""

from __future__ import annotations

from dataclasses import field
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from imblearn.over_sampling import SMOTE, RandomOverSampler
from sklearn.exceptions import NotFittedError
from sklearn.metrics import check_scoring, get_scorer_names
from sklearn.utils._param_validation import StrOptions

from ..over_sampling._gaussian import GaussianSampler
from ..over_sampling._wrapper import WrapperSampler
from ..utils.amounts import class_amounts, several
from ..utils.classifier import default_classifier
from ..utils.constraints import Amounts, Classifier, CrossValidator, PositiveInt, Samplers, Verbosity
from ..utils.declaration import estimator
from ..utils.progress import Trainings
from ..utils.splits import TooFewRows, mean_sizes, splits
from ..utils.typing import ArrayLike, RandomState
from ..utils.warnings import warn
from ._comparison import CandidateComparison, named_samplers
from ._engine import AmountScorer
from ._selection import NONE, Option, Selection

SELECT = 3  # a random stream in addition to those of `base`


@estimator
class SelectiveSampler(WrapperSampler):
    """Choose generator and amount by cross-validation on the training rows, and augment only if that helps.

    Each candidate is trained once on the training rows of each fold and sampled at every amount; `estimator` is
    trained with and without the synthetic rows, and scored on the held-out rows of the fold. Candidates are compared
    by their difference from no augmentation, paired by fold, with the standard error of Nadeau and Bengio [1]_, which
    allows for the overlap of the training rows. ``fit_resample`` returns only the real rows if no candidate gains
    enough.

    Parameters
    ----------
    candidates : sampler, list or dict of samplers
        Samplers of this package, or over-samplers of imbalanced-learn, cheapest first; a dict gives them names. Their
        own amounts are not used. None is `RandomOverSampler`, `SMOTE` and `GaussianSampler`, which train in no time;
        deep generators are worth a try, ``[SMOTE(), GaussianSampler(), FlowMatchingSampler()]``, if you can wait
        for one training per fold. A `FrozenSampler` must come from another cohort: one that was trained on these rows
        has seen the held-out rows of the folds, and looks better than it is.
    n_synthetic : sequence of amounts, or one amount
        Amounts to choose among, in addition to no augmentation. An int is the total number of rows, a float a
        share of the training rows, ``"20c"`` 20 rows of each class, a dict the rows of each class, None what
        `sampling_strategy` says.
    sampling_strategy : float, str, dict or callable
        Meaning of the amount None, as in imbalanced-learn. ``"auto"``, the same as ``"not majority"``, fills every
        class up to the largest; ``"minority"``, ``"not minority"`` and ``"all"`` name other classes to fill.
    estimator : classifier
        The classifier that should gain; use the one that follows in your pipeline. None is a logistic regression on
        standardised features.
    scoring : str or callable
        A scorer of scikit-learn, greater is better.
    cv : int, splitter or iterable
        An int is the number of folds, stratified by class; if `fit` gets `groups`, no group is split. A class whose
        rows would all be held out stays in training.
    n_repeats : int
        Repetitions of the folds, if `cv` is an int; more repetitions make the choice more reliable on small cohorts.
    rule : {"one_se", "strict", "best", "always"}
        ``"one_se"`` augments only if an option gains more than one standard error; among such options within one
        standard error of the best, it takes the first candidate at its smallest amount. ``"strict"`` raises the bar
        with the number of options, so that the best of them exceeds it by chance as rarely as a single one exceeds
        one standard error [2]_. ``"best"`` takes the highest mean score, including that of no augmentation,
        ``"always"`` the highest among augmentations.
    n_jobs : int or None
        Number of trainings in parallel, with one thread each; the result does not depend on it.
    verbose : int
        1 shows on a terminal or in a notebook how many trainings are left, which run now, and how far they are.
    scaler : transformer, "passthrough" or None
        Fitted on the training rows; candidates work on scaled rows. None leaves scaling to the candidates.
    random_state : int, RandomState instance or None
        Determines folds, trainings and draws, including those of the candidates and of `estimator`; global random
        states are neither used nor changed.

    Attributes
    ----------
    decision_ : str
        What was decided and why, in a sentence.
    best_candidate_ : str
        Name of the chosen candidate; ``"none"`` is no augmentation.
    best_n_synthetic_ : int, float, str, dict or None
        The chosen amount; 0 is no augmentation.
    best_index_ : int
        Its position in `cv_results_`; 0 is no augmentation.
    cv_results_ : dict of ndarray
        As in `GridSearchCV`, one entry for each option, the first of them no augmentation: ``params``,
        ``param_candidate``, ``param_n_synthetic``, ``split0_test_score`` and so on, ``mean_test_score``,
        ``std_test_score``, ``rank_test_score``; and ``mean_difference``, the gain over no augmentation, with its
        ``standard_error``. A candidate that cannot be trained has NaN and is never chosen. Without a comparison (too
        few rows, or one option under ``rule="always"``) all scores are NaN.
    required_gain_ : float
        Number of standard errors that an option had to gain; above 1 only under ``rule="strict"``.
    n_splits_ : int
        Number of splits compared; splits in which the score of no augmentation is not defined are dropped.
    sampler_ : sampler
        The trained generator: the chosen one or, if `fit` chose no augmentation, the best of the others.
    sampling_strategy_ : dict
        Synthetic rows of each class.

    Notes
    -----
    Folds share training rows, so their results are not independent. With 2 x 5 folds the corrected standard error is
    1.9 times the naive one, so a cohort of 40 rows can show only large gains. Even so, one standard error is a low
    bar: the best of several options may pass it by luck, and its gain looks larger than it is, because it was chosen
    for its gain. ``"strict"`` allows for the choice; cross-validate the whole pipeline to see what the gate is worth.

    Use `fit` and `sample` if you want rows in any case: they train and draw from the best candidate even if no
    augmentation was chosen. ``fit_resample`` follows the choice; if it was no augmentation, `sample` raises
    `NotFittedError` afterwards.

    In a Pipeline, groups are passed by scikit-learn's metadata routing, and imbalanced-learn needs two requests:
    ``gate.set_fit_request(groups=True).set_fit_resample_request(groups=True)``.

    References
    ----------
    .. [1] C. Nadeau, Y. Bengio, "Inference for the generalization error", Machine Learning 52, 239-281, 2003.
    .. [2] V. Chernozhukov, D. Chetverikov, K. Kato, "Gaussian approximations and multiplier bootstrap for maxima of
       sums of high-dimensional random vectors", Annals of Statistics 41, 2786-2819, 2013.

    Examples
    --------
    >>> from sklearn_txaug.datasets import load_tissue_expression
    >>> from sklearn_txaug.model_selection import SelectiveSampler
    >>> from sklearn_txaug.over_sampling import GaussianSampler
    >>> X, y = load_tissue_expression(return_X_y=True)
    >>> sampler = SelectiveSampler(GaussianSampler(), n_synthetic=0.5, n_repeats=1, random_state=0)
    >>> X_res, y_res = sampler.fit_resample(X[::4], y[::4])
    >>> print(sampler.decision_)
    No augmentation: the best option, GaussianSampler with 24 synthetic rows (n_synthetic=0.5), changed balanced
    accuracy on held-out rows from 0.893 to 0.893 (+0.000, standard error 0.000, 5 splits), which is no gain.
    """

    candidates: Samplers = field(default=None, kw_only=False)
    n_synthetic: Amounts | list | tuple | np.ndarray = (0.5, 1.0, None)
    estimator: Classifier | None = None
    scoring: Annotated[Any, StrOptions(set(get_scorer_names())), callable] = "balanced_accuracy"
    cv: CrossValidator = 5
    n_repeats: PositiveInt = 2
    rule: Literal["one_se", "strict", "best", "always"] = "one_se"
    n_jobs: int | None = None
    verbose: Verbosity = 0

    _drawing: ClassVar[frozenset[str]] = frozenset(["quantile_mapping", "nonnegative", "memory", "n_jobs"])

    def _check(self, X: Any, y: Any, groups: Any) -> tuple[np.ndarray, np.ndarray]:
        if self._covariates is not None:
            raise TypeError(
                "SelectiveSampler takes no covariates: its candidates are compared without. Leave them out, or use "
                "the chosen sampler by itself"
            )
        given = default_candidates() if self.candidates is None else self.candidates
        self._samplers = named_samplers(given)
        rows, codes = super()._check(X, y, groups)
        super()._check_rows(rows)
        self._select(self._named(rows), self.classes_[codes], groups)
        return rows, codes

    def _check_rows(self, rows: np.ndarray) -> None:
        """Checked before the selection."""

    def _fit_generator(self, *data: Any) -> None:
        with Trainings([self._favourite.candidate], "chosen", bool(self.verbose)) as trainings:
            trainings.watched(0, super()._fit_generator)(*data)

    def _inner(self) -> Any:
        return self._samplers[self._favourite.candidate]

    def sample(
        self,
        n_samples: int = 1,
        *,
        y: ArrayLike = None,
        covariates: Any = None,
        return_covariates: bool = False,
        random_state: RandomState = None,
    ) -> tuple[Any, ...]:
        try:
            return super().sample(
                n_samples,
                y=y,
                covariates=covariates,
                return_covariates=return_covariates,
                random_state=random_state,
            )
        except NotFittedError as error:
            raise NotFittedError(f"{error}. {getattr(self, 'decision_', '')}".strip()) from None

    sample.__doc__ = WrapperSampler.sample.__doc__

    # -- amounts

    def _count_synthetic(self, labels: np.ndarray) -> dict[Any, int]:
        """Return the rows of the largest amount, for the checks; the choice comes later."""
        counts = [class_amounts(0, self.sampling_strategy, labels)]
        counts += [
            class_amounts(amount, self.sampling_strategy, labels) for amount in several(self.n_synthetic)
        ]
        return max(counts, key=lambda rows: sum(rows.values()))

    # -- the choice

    def _select(self, X: Any, y: np.ndarray, groups: Any) -> None:
        strategies = [class_amounts(n, self.sampling_strategy, y) for n in several(self.n_synthetic)]
        amounts = [
            (n, rows)
            for n, rows in zip(several(self.n_synthetic), strategies, strict=True)
            if any(rows.values())
        ]
        options = [Option(NONE, 0, {})] + [
            Option(name, n, rows) for name in self._samplers for n, rows in amounts
        ]
        scores = np.full((len(options), 0), np.nan)
        n_train, n_test = 1.0, 1.0
        needed = len(options) > 1 + (self.rule == "always")
        if needed:
            try:
                pairs = splits(self.cv, y, groups, seed=self._seed, n_repeats=self.n_repeats)
            except TooFewRows:
                needed = False
        if needed:
            chosen_from = [n for n, _ in amounts]
            scores = self._comparison().scores(
                X, y, groups, pairs, chosen_from, self.n_jobs, bool(self.verbose)
            )
            n_train, n_test = mean_sizes(pairs)
        rng = np.random.default_rng((self._seed, SELECT))
        selection = Selection(options, scores, n_train, n_test, self.rule, _score_name(self.scoring), rng)
        if self.rule == "always" and selection.scores.size and not len(selection.valid):
            raise ValueError("candidates: all of them fail, and rule='always' leaves no other choice")
        if selection.n_undefined:
            warn(
                f"{selection.n_undefined} of {scores.shape[1]} splits do not count: {selection.scoring} is not "
                "defined for their held-out rows"
            )
        self._keep(selection)

    def _keep(self, selection: Selection) -> None:
        chosen = selection.options[selection.best]
        self.best_index_, self.best_candidate_, self.best_n_synthetic_ = selection.best, *chosen[:2]
        self.cv_results_, self.decision_ = selection.results(), selection.sentence()
        self.required_gain_, self.n_splits_ = selection.required, selection.scores.shape[1]
        self.sampling_strategy_ = dict(chosen.rows)
        first = Option(next(iter(self._samplers)), 0, {})
        self._favourite = (
            first if len(selection.options) == 1 else selection.options[selection.best or selection.leader]
        )

    def _comparison(self) -> CandidateComparison:
        estimator = self.estimator
        if estimator is None:
            estimator = default_classifier()
        scorer = AmountScorer(estimator, check_scoring(estimator, self.scoring), self.sampling_strategy)
        space = {"scaler": self.scaler, "nonnegative": self.nonnegative}
        return CandidateComparison(self._samplers, scorer, space, (self._seed, SELECT))


def default_candidates() -> list[Any]:
    """Return the candidates that None stands for."""
    return [RandomOverSampler(), SMOTE(), GaussianSampler()]


def _score_name(scoring: Any) -> str:
    return scoring.replace("_", " ") if isinstance(scoring, str) else "the score"
