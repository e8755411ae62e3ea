"""Curves over the amount of synthetic and of real rows, with one training of the generator for all amounts."""

from __future__ import annotations

from typing import Any

from ..utils.amounts import several
from ..utils.docs import with_texts
from ._curve_jobs import CurveJobs
from ._result import CurveResult

_documented = with_texts(
    {
        "trains": """\
    In each split a generator is trained once and sampled at every amount. The classifier has one seed per
    split, so that differences are paired; their standard error is that of Nadeau and Bengio [1]_.""",
        "common": """estimator : classifier
        Trained with and without synthetic rows.
    X : {array-like, DataFrame, sparse matrix} of shape (n_samples, n_features)
        Expression on a log scale, samples in rows.
    y : array-like of shape (n_samples,)
        Class labels.""",
        "splitting": """cv : int, splitter or iterable, default=5
        An int is the number of folds, stratified by class; with `groups`, no group is split. A class whose rows
        would all be held out stays in training.
    n_repeats : int, default=1
        Number of repetitions with different folds, if `cv` is an int.
    groups : array-like of shape (n_samples,), default=None
        Patient or donor of each row; all rows of a group stay on one side of a split.
    scoring : str, callable or None, default="balanced_accuracy"
        A scorer of scikit-learn, greater is better.
    protocol : {"honest", "oracle", "transfer"}, default="honest"
        ``"honest"`` trains the generator on the rows that the classifier sees, ``"oracle"`` on all rows that are not
        held out: how much a generator of a larger cohort helps a small one, as in [2]_. ``"transfer"`` is
        ``"honest"`` with a reference.
    reference : ExpressionPrior, path, "tcga", (X, y), (X, y, groups) or None, default=None
        With ``protocol="transfer"``, what the sampler also learns from, through its parameter `prior` or `reference`:
        rows of other classes and other patients, or what was learned from them.
    n_jobs : int or None, default=None
        Number of trainings in parallel, with one thread each; the result does not depend on it.
    verbose : int, default=0
        1 shows on a terminal or in a notebook how many trainings are left, which run now, and how far they are.
    random_state : int, RandomState instance or None, default=None
        Determines splits, trainings and draws, including those of `sampler` and `estimator`.""",
        "warns": """Warns
    -----
    UserWarning
        If splits are dropped because the score is not defined for their held-out rows, such as ROC AUC without rows
        of some class.""",
        "raises": """Raises
    ------
    ValueError
        If `protocol` is unknown, ``"oracle"`` is combined with all real rows, the reference shares classes or groups
        with the rows, an amount cannot be met, nothing can be held out, a splitter divides groups, or the score is
        not defined in any split.
    TypeError
        If `sampler` is not a sampler.""",
        "references": """References
    ----------
    .. [1] C. Nadeau, Y. Bengio, "Inference for the generalization error", Machine Learning 52, 239-281, 2003.
    .. [2] A. Lacan, M. Sebag, B. Hanczar, "GAN-based data augmentation for transcriptomics: survey and comparative
       assessment", Bioinformatics 39, i111-i120, 2023.""",
    }
)


@_documented
def augmentation_curve(
    sampler: Any,
    estimator: Any,
    X: Any,
    y: Any,
    *,
    n_synthetic: Any = (0.5, 1.0, 2.0),
    n_real: int | float | None = None,
    cv: Any = 5,
    n_repeats: int = 1,
    groups: Any = None,
    scoring: Any = "balanced_accuracy",
    protocol: str = "honest",
    reference: Any = None,
    n_jobs: int | None = None,
    verbose: int = 0,
    random_state: Any = None,
) -> CurveResult:
    """Score a classifier on held-out rows with increasing amounts of synthetic rows, against none.

    {trains}

    Parameters
    ----------
    sampler : sampler
        One of this package, or an over-sampler of imbalanced-learn. Its own amounts are not used.
    {common}
    n_synthetic : sequence of amounts, or one amount, default=(0.5, 1.0, 2.0)
        An int is the total number of rows, a float a share of the classifier's real rows, ``"20c"`` 20 rows of each
        class, a dict the rows of each class; None fills every class up to the largest. No augmentation is always
        compared, so 0 is dropped.
    n_real : int, float or None, default=None
        Real training rows of the classifier, as in `low_data_curve`; None is all rows that are not held out.
    {splitting}

    Returns
    -------
    result : CurveResult
        One point for each amount.

    {warns}

    {raises}

    See Also
    --------
    low_data_curve : The gain over the number of real rows.
    AugmentationCurveDisplay : Draws the curve.
    sklearn_txaug.model_selection.SelectiveSampler : Chooses the amount inside a pipeline.

    {references}

    Examples
    --------
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> from sklearn_txaug.datasets import load_tissue_expression
    >>> from sklearn_txaug.model_selection import augmentation_curve
    >>> from sklearn_txaug.over_sampling import GaussianSampler
    >>> X, y = load_tissue_expression(return_X_y=True)
    >>> curve = augmentation_curve(
    ...     GaussianSampler(), KNeighborsClassifier(3), X[::4], y[::4], n_synthetic=[20, 100], cv=3, random_state=0
    ... )
    >>> curve.differences.shape, curve.standard_error.shape
    ((2, 3), (2,))
    """
    return CurveJobs(
        sampler, estimator, X, y, groups, scoring, protocol, cv, n_repeats, random_state, reference
    ).result([1.0 if n_real is None else n_real], several(n_synthetic), n_jobs, bool(verbose))


@_documented
def low_data_curve(
    sampler: Any,
    estimator: Any,
    X: Any,
    y: Any,
    *,
    n_real: Any,
    n_synthetic: Any = 1.0,
    cv: Any = 5,
    n_repeats: int = 1,
    groups: Any = None,
    scoring: Any = "balanced_accuracy",
    protocol: str = "honest",
    reference: Any = None,
    n_jobs: int | None = None,
    verbose: int = 0,
    random_state: Any = None,
) -> CurveResult:
    """Score a classifier on held-out rows with increasing numbers of real rows, with and without synthetic ones.

    {trains}

    Parameters
    ----------
    sampler : sampler
        One of this package, or an over-sampler of imbalanced-learn. Its own amounts are not used.
    {common}
    n_real : sequence of int or float, or one of them
        Real training rows of the classifier: ints are numbers of rows, floats shares of those not held out. Smaller
        sets are subsets of larger ones, and each has at least two rows of each class.
    n_synthetic : int, float, str, dict or None, default=1.0
        Synthetic rows: an int is the total number, a float a share of the real rows, a dict the rows of each class;
        None fills every class up to the largest.
    {splitting}

    Returns
    -------
    result : CurveResult
        One point for each `n_real`.

    {warns}

    {raises}

    See Also
    --------
    augmentation_curve : The gain over the number of synthetic rows.
    LowDataCurveDisplay : Draws the curve.

    {references}

    Examples
    --------
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> from sklearn_txaug.datasets import load_tissue_expression
    >>> from sklearn_txaug.model_selection import low_data_curve
    >>> from sklearn_txaug.over_sampling import GaussianSampler
    >>> X, y = load_tissue_expression(return_X_y=True)
    >>> curve = low_data_curve(
    ...     GaussianSampler(), KNeighborsClassifier(3), X, y, n_real=[14, 28], protocol="oracle", cv=3, random_state=0
    ... )
    >>> curve.n_real, curve.n_synthetic
    (array([14., 28.]), array([14., 28.]))
    """
    return CurveJobs(
        sampler, estimator, X, y, groups, scoring, protocol, cv, n_repeats, random_state, reference
    ).result(several(n_real), [n_synthetic], n_jobs, bool(verbose))
