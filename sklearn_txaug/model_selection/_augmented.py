"""A classifier on real and synthetic rows, with a weight for the synthetic ones."""

from __future__ import annotations

from dataclasses import field
from typing import Any, Literal

import numpy as np
from sklearn import config_context
from sklearn.base import _fit_context
from sklearn.metrics import log_loss
from sklearn.pipeline import Pipeline
from sklearn.utils import _safe_indexing
from sklearn.utils.validation import has_fit_parameter

from ..over_sampling import GaussianSampler
from ..over_sampling._wrapper import SamplerAdapter
from ..utils.amounts import total_weight
from ..utils.checks import groups_for
from ..utils.constraints import (
    Classifier,
    CrossValidator,
    NonNegativeFloat,
    PositiveInt,
    Resampler,
    RowsOfEachClass,
    Seed,
    Verbosity,
)
from ..utils.containers import identifiers, stack
from ..utils.declaration import estimator
from ..utils.progress import Trainings
from ..utils.random import draw_seed, seeded
from ..utils.splits import TooFewRows, splits
from ..utils.threads import one_thread
from ..utils.typing import ArrayLike, MatrixLike
from ..utils.warnings import few_rows_of_a_class, warn
from ._wrapped import WrappedClassifier

WEIGHTS = (0.0, 0.1, 0.25, 0.5, 1.0)


@estimator
class AugmentedClassifier(WrappedClassifier):
    """Train a classifier on real rows and on synthetic rows that count less, or not at all.

    A pipeline of sampler and classifier gives every row the same weight, because imbalanced-learn's pipelines
    cannot pass weights on. But synthetic rows are a model's opinion: how much they should count depends on how good
    the model is and how few the real rows are, and the best weight may be 0 [1]_. Here the synthetic rows together
    weigh `synthetic_weight` times as much as the real rows together, however many they are.

    Parameters
    ----------
    sampler : sampler or None
        Trained on the rows that `fit` gets; its `n_synthetic` or `sampling_strategy` sets the number of synthetic
        rows. One of this package or an over-sampler of imbalanced-learn; None is a `GaussianSampler`.
    classifier : classifier or None
        Its `fit`, or that of the last step of a pipeline, must take `sample_weight`. None is a logistic regression
        on standardised features.
    synthetic_weight : float >= 0, str or "cv"
        Total weight of the synthetic rows, with that of the real rows as 1. 0 trains on the real rows alone; a text
        such as ``"20c"`` lets all of them together count as 20 real rows of each class. ``"cv"`` chooses among 0,
        0.1, 0.25, 0.5 and 1 the one with the lowest log loss on held-out real rows.
    cv : int, splitter or iterable
        How ``"cv"`` holds out rows. An int is the number of folds, stratified by class; if `fit` gets `groups`, no
        group is split. A class whose rows would all be held out stays in training. The sampler is trained once per
        fold.
    n_repeats : int
        Repetitions of the folds, if `cv` is an int.
    n_jobs : int or None
        Number of folds in parallel, with one thread each; the result does not depend on it.
    verbose : int
        1 shows on a terminal or in a notebook how many trainings are left, which run now, and how far they are.
    random_state : int, RandomState instance or None
        Determines folds, trainings and draws, including those of `sampler` and `classifier` that have none of their
        own.

    Attributes
    ----------
    classifier_ : classifier
        The fitted classifier.
    sampler_ : sampler
        The fitted sampler; None if the chosen weight is 0.
    synthetic_weight_ : float
        The given or chosen total weight.
    cv_results_ : dict of ndarray
        With ``synthetic_weight="cv"``: ``param_synthetic_weight``, ``split0_test_score`` and so on (negative log
        loss), ``mean_test_score`` and ``std_test_score``.
    classes_ : ndarray of shape (n_classes,)
        Class labels.
    n_features_in_ : int
        Number of features seen in `fit`.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the features, if the column names of `X` are strings.

    See Also
    --------
    SelectiveSampler : Chooses sampler and amount, for any pipeline.

    Notes
    -----
    ``"cv"`` minimises log loss because it takes the probabilities into account; differences in accuracy between
    weights are mostly too small to show in a small cohort.

    References
    ----------
    .. [1] A. Jain, A. Montanari, E. Sasoglu, "Scaling laws for learning with real and surrogate data", NeurIPS 2024.

    Examples
    --------
    >>> from sklearn_txaug.datasets import load_tissue_expression
    >>> from sklearn_txaug.model_selection import AugmentedClassifier
    >>> from sklearn_txaug.over_sampling import GaussianSampler
    >>> X, y = load_tissue_expression(return_X_y=True)
    >>> model = AugmentedClassifier(GaussianSampler(n_synthetic=1.0), synthetic_weight="cv", cv=3, random_state=0)
    >>> model.fit(X[::3], y[::3]).synthetic_weight_ in (0, 0.1, 0.25, 0.5, 1)
    True
    >>> bool(model.score(X[1::3], y[1::3]) > 0.9)
    True
    """

    sampler: Resampler | None = field(default=None, kw_only=False)
    classifier: Classifier | None = field(default=None, kw_only=False)
    synthetic_weight: NonNegativeFloat | RowsOfEachClass | Literal["cv"] = 1.0
    cv: CrossValidator = 5
    n_repeats: PositiveInt = 1
    n_jobs: int | None = None
    verbose: Verbosity = 0
    random_state: Seed = None

    @_fit_context(prefer_skip_nested_validation=False)
    def fit(self, X: MatrixLike, y: ArrayLike, *, groups: ArrayLike = None) -> AugmentedClassifier:
        """Train the sampler, choose the weight if asked to, and train the classifier.

        Parameters
        ----------
        X : {array-like, DataFrame, sparse matrix} of shape (n_samples, n_features)
            Expression on a log scale, samples in rows.
        y : array-like of shape (n_samples,)
            Class labels.
        groups : array-like of shape (n_samples,), default=None
            Patient or donor of each row: no group is split when rows are held out, and a sampler and a classifier
            that accept groups get them; each synthetic row is a group of its own.

        Returns
        -------
        self : object
            The fitted classifier.

        Warns
        -----
        UserWarning
            If the sampler adds no rows.

        Raises
        ------
        ValueError
            If `y` has one class only, the classifier does not accept `sample_weight`, nothing can be held out for
            ``"cv"``, or the sampler refuses the rows.
        """
        X, labels = self._checked(X, y, groups)
        self._check_classifier()
        self.__dict__.pop("cv_results_", None)  # of an earlier fit
        seed, rows = draw_seed(self.random_state), np.arange(len(labels))
        given = self.synthetic_weight
        weight = self._choose(X, labels, groups, seed) if given == "cv" else total_weight(given, labels)
        with Trainings(["all rows"], type(self).__name__, bool(self.verbose)) as trainings:
            self.sampler_, self.classifier_ = trainings.watched(0, self._train)(
                X, labels, groups, rows, seed, weight
            )
        self.synthetic_weight_ = weight
        return self

    # -- parts

    def _given_sampler(self) -> Any:
        return GaussianSampler() if self.sampler is None else self.sampler

    def _warn_of_no_rows(self) -> None:
        warn(
            f"sampler: {type(self._given_sampler()).__name__} adds no rows to classes of these sizes, and the "
            "classifier is trained on the real rows alone; set its amount, for instance n_synthetic='20c'"
        )

    def _check_classifier(self) -> None:
        classifier = self._given_classifier()
        if self.synthetic_weight == "cv" and not hasattr(classifier, "predict_proba"):
            raise ValueError(
                f"classifier: {type(classifier).__name__} has no predict_proba, and synthetic_weight='cv' compares "
                "probabilities; choose another classifier, or give synthetic_weight as a number"
            )
        self._check_weights()

    def _check_weights(self) -> None:
        """Refuse a classifier that takes no weights of rows."""
        last, _ = _last_step(self._given_classifier())
        adding = _adds_rows(self._given_classifier())
        if adding:
            raise ValueError(
                f"classifier: its step {adding} adds rows, for which there are no weights; leave it out, the rows of "
                "the sampler are added in its stead"
            )
        if not has_fit_parameter(last, "sample_weight"):
            raise ValueError(
                f"classifier: {type(last).__name__}.fit has no sample_weight, so synthetic rows cannot weigh "
                "less; choose another classifier, or put sampler and classifier into an imbalanced-learn pipeline"
            )

    def _train(
        self, X: Any, y: np.ndarray, groups: Any, rows: np.ndarray, seed: int, weight: float
    ) -> tuple[Any, Any]:
        """Return the sampler and the classifier, trained on some rows."""
        if weight == 0:
            return None, self._fitted(X, y, groups, rows, None, weight, seed)
        sampler, added = self._synthetic(X, y, groups, rows, seed)
        if not len(added[1]):
            self._warn_of_no_rows()
        return sampler, self._fitted(X, y, groups, rows, added, weight, seed)

    def _synthetic(
        self, X: Any, y: np.ndarray, groups: Any, rows: np.ndarray, seed: int
    ) -> tuple[Any, tuple[Any, np.ndarray]]:
        """Return the sampler trained on some rows, and the rows and labels that it adds to them."""
        sampler = seeded(self._given_sampler(), seed, unset_only=True)
        if not hasattr(sampler, "sample"):  # those of imbalanced-learn fail on classes of a few rows
            strategy = getattr(sampler, "sampling_strategy", "auto")
            sampler = SamplerAdapter(sampler, sampling_strategy=strategy, random_state=seed)
        given = groups_for(sampler, groups, rows)
        X_all, y_all = sampler.fit_resample(_safe_indexing(X, rows), y[rows], **given)
        new = np.arange(len(rows), len(y_all))
        return sampler, (_safe_indexing(X_all, new), np.asarray(y_all)[new])

    def _fitted(
        self, X: Any, y: np.ndarray, groups: Any, rows: np.ndarray, added: Any, weight: float, seed: int
    ) -> Any:
        """Return the classifier trained on some rows and on what was added to them."""
        X_real, y_real = _safe_indexing(X, rows), y[rows]
        model = seeded(self._given_classifier(), seed, unset_only=True)
        given = groups_for(model, groups, rows)
        if weight == 0 or not len(added[1]):
            return model.fit(X_real, y_real, **given)
        X_new, y_new = added
        if given:  # each synthetic row is a group of its own
            new = [f"synthetic {k}" for k in range(len(y_new))]
            given = {"groups": np.concatenate([identifiers(given["groups"]), new])}
        sample_weight = np.repeat([1.0, weight * len(rows) / len(y_new)], [len(rows), len(y_new)])
        _, prefix = _last_step(model)
        X_fit, y_fit = stack(X_real, X_new), np.concatenate([y_real, y_new])
        with config_context(enable_metadata_routing=False):  # under which pipelines refuse names of this kind
            return model.fit(X_fit, y_fit, **{f"{prefix}sample_weight": sample_weight}, **given)

    def _choose(self, X: Any, y: np.ndarray, groups: Any, seed: int) -> float:
        """Return the weight with the lowest mean log loss on held-out rows; in a tie, the smallest."""
        try:
            pairs = splits(self.cv, y, groups, seed=seed, n_repeats=self.n_repeats)
        except TooFewRows as error:
            raise TooFewRows(f"synthetic_weight='cv': {error}; give synthetic_weight as a number") from None
        given = [(self, X, y, groups, *pair, seed + fold) for fold, pair in enumerate(pairs)]
        names = [f"fold {fold}" for fold in range(1, len(pairs) + 1)]
        with Trainings(names, "synthetic_weight", bool(self.verbose)) as trainings:
            found = trainings.run(_fold_losses, given, self.n_jobs)
        if not any(n_added for _, n_added in found):
            self._warn_of_no_rows()
        losses = np.array([of_fold for of_fold, _ in found]).T
        self.cv_results_ = {
            "param_synthetic_weight": np.array(WEIGHTS),
            **{f"split{k}_test_score": -scores for k, scores in enumerate(losses.T)},
            "mean_test_score": -losses.mean(axis=1),
            "std_test_score": losses.std(axis=1),
        }
        return WEIGHTS[int(losses.mean(axis=1).argmin())]


def _fold_losses(
    model: AugmentedClassifier,
    X: Any,
    y: np.ndarray,
    groups: Any,
    train: np.ndarray,
    test: np.ndarray,
    seed: int,
) -> tuple[list[float], int]:
    """Return the log loss on held-out rows under each weight, after one training of the sampler, and its rows."""
    with one_thread(), few_rows_of_a_class():
        _, added = model._synthetic(X, y, groups, train, seed)
        fitted = [model._fitted(X, y, groups, train, added, weight, seed) for weight in WEIGHTS]
        X_test = _safe_indexing(X, test)
        losses = [log_loss(y[test], each.predict_proba(X_test), labels=each.classes_) for each in fitted]
        return losses, len(added[1])


def _adds_rows(classifier: Any) -> str:
    """Return the class of the first step of a pipeline that resamples rows, if there is one."""
    steps = [step for _, step in getattr(classifier, "steps", ())]
    found = [_adds_rows(step) or type(step).__name__ * hasattr(step, "fit_resample") for step in steps]
    return next(filter(None, found), "")


def _last_step(classifier: Any) -> tuple[Any, str]:
    """Return the estimator that takes the weights, and the prefix of its parameters."""
    if not isinstance(classifier, Pipeline):
        return classifier, ""
    name, last = classifier.steps[-1]
    inner, prefix = _last_step(last)
    return inner, f"{name}__{prefix}"
