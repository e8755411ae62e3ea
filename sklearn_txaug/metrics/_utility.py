"""Does a classifier learn from the synthetic rows what it would have learnt from real ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import f1_score, recall_score

from ..neural_network import MLPNetClassifier
from ..utils.optional import require
from ..utils.typing import ArrayLike, DataFrame, EstimatorLike, MatrixLike
from ._classifier import fit_classifier
from ._indicator import Field, indicator
from ._texts import shared_texts
from ._validation import check_labelled_pair

if TYPE_CHECKING:
    from ._sets import ComparedSets


class ClassificationScores(NamedTuple):
    """How well the labels were predicted."""

    accuracy: float
    balanced_accuracy: float
    f1_macro: float


@indicator(
    "max",
    family="utility",
    question="Trained on synthetic rows: are real rows recognised?",
    fields=[
        Field("accuracy"),
        Field("balanced_accuracy", column="reverse_validation"),
        Field("f1_macro"),
    ],
    headline="balanced_accuracy",
    cost="one fit of the classifier on m rows of d genes",
    reference="C. Esteban, S. L. Hyland, G. Rätsch (2017). Real-valued (medical) time series generation with "
    'recurrent conditional GANs: there called "train on synthetic, test on real".',
    pitfall="Easy tasks are at the ceiling for any generator. Accuracy hides rare classes: read balanced accuracy.",
    compute=lambda sets: _scores(sets.real.y, sets.predicted(True)),
    variants={
        "mlp": lambda sets: _scores(sets.real.y, sets.predicted(True, "mlp", _mlp(sets))),
        "random forest": lambda sets: _scores(sets.real.y, sets.predicted(True, "forest", _forest(sets))),
    },
)
def reverse_validation(
    X_real: MatrixLike,
    X_synthetic: MatrixLike,
    y_real: ArrayLike,
    y_synthetic: ArrayLike,
    *,
    estimator: EstimatorLike = None,
) -> ClassificationScores:
    r"""Train a classifier on the synthetic rows alone and test it on the real rows.

    Range 0 to 1, higher is better. The ceiling is the same classifier trained on as many real rows. The
    real rows should be ones that the generator has never seen. Balanced accuracy (mean recall) and macro-F1
    average over the classes of `y_real`; a class that the synthetic part lacks is never predicted and
    counts with recall 0.

    Nothing is learnt from the real rows: the default classifier standardises with the means and deviations
    of the synthetic rows, which are all it is given. Where the rows are scaled already, as they are in
    :func:`make_generation_scorer`, `estimator=LogisticRegression()` uses them as they come.

    Cost: {cost}.

    Parameters
    ----------
    {rows}.
    {labels}.
    {classifier}

    Returns
    -------
    result : ClassificationScores
        Named tuple of `accuracy`, `balanced_accuracy` and `f1_macro`.

    Raises
    ------
    {bad_labels}

    References
    ----------
    {reference}

    Examples
    --------
    >>> from sklearn_txaug.metrics import reverse_validation
    >>> reverse_validation([[0.1], [1.2], [2.1]], [[0], [1], [2], [3]], list("aab"), list("aabb"))
    ClassificationScores(accuracy=1.0, balanced_accuracy=1.0, f1_macro=1.0)
    """
    X_real, X_synthetic, y_real, y_synthetic = check_labelled_pair(X_real, X_synthetic, y_real, y_synthetic)
    return _scores(y_real, _predict(estimator, X_synthetic, y_synthetic, X_real))


@indicator(
    "max",
    family="utility",
    question="Trained on real rows: are synthetic rows recognised?",
    fields=[Field("accuracy"), Field("balanced_accuracy"), Field("f1_macro")],
    headline="balanced_accuracy",
    two_sided=True,
    cost="one fit of the classifier on n rows of d genes",
    reference="A. Lacan, M. Sebag, B. Hanczar (2023). GAN-based data augmentation for transcriptomics: survey and "
    "comparative assessment. Bioinformatics 39, i111-i120.",
    pitfall="Above the score on held-out rows: too typical, variety is lost.",
    compute=lambda sets: _scores(sets.other.y, sets.predicted(False)),
)
def label_preservation(
    X_real: MatrixLike,
    X_synthetic: MatrixLike,
    y_real: ArrayLike,
    y_synthetic: ArrayLike,
    *,
    estimator: EstimatorLike = None,
) -> ClassificationScores:
    r"""Train a classifier on the real rows and test it on the synthetic rows.

    Do the rows show the label that they were given?

    Range 0 to 1, higher is better up to the score of the same classifier on held-out real rows. Above that
    score, the synthetic rows are more typical of their class than real ones are: a sign of lost diversity.
    Averages are over the classes of `y_synthetic`.

    Cost: {cost}.

    Parameters
    ----------
    {rows}.
    {labels}.
    {classifier}

    Returns
    -------
    result : ClassificationScores
        Named tuple of `accuracy`, `balanced_accuracy` and `f1_macro`.

    Raises
    ------
    {bad_labels}

    References
    ----------
    {reference}

    Examples
    --------
    >>> from sklearn_txaug.metrics import label_preservation
    >>> label_preservation([[0], [1], [2], [3]], [[0.1], [1.2], [0.3]], list("aabb"), list("aab"))
    ClassificationScores(accuracy=0.66..., balanced_accuracy=0.5, f1_macro=0.4)
    """
    X_real, X_synthetic, y_real, y_synthetic = check_labelled_pair(X_real, X_synthetic, y_real, y_synthetic)
    return _scores(y_synthetic, _predict(estimator, X_real, y_real, X_synthetic))


@shared_texts
def per_class_accuracy(
    X_real: MatrixLike,
    X_synthetic: MatrixLike,
    y_real: ArrayLike,
    y_synthetic: ArrayLike,
    *,
    estimator: EstimatorLike = None,
) -> DataFrame:
    """Tabulate, class by class, reverse validation and label preservation.

    Parameters
    ----------
    {rows}.
    {labels}.
    {classifier}

    Returns
    -------
    table : pandas.DataFrame
        One row a class of either part, and columns `n_real`, `n_synthetic`, `reverse_validation` (share of
        the real rows of the class that a classifier trained on synthetic rows recognises) and
        `label_preservation` (the other way round). NaN where the part that is tested has no row of the class.

    Raises
    ------
    ImportError
        If pandas is not installed.
    {bad_labels}

    Examples
    --------
    >>> from sklearn_txaug.metrics import per_class_accuracy
    >>> table = per_class_accuracy([[0], [1], [2], [3]], [[0.1], [0.3], [2]], list("aabb"), list("aab"))
    >>> table["reverse_validation"].tolist()
    [1.0, 1.0]
    """
    require("pandas", "per_class_accuracy")
    X_real, X_synthetic, y_real, y_synthetic = check_labelled_pair(X_real, X_synthetic, y_real, y_synthetic)
    on_real = _predict(estimator, X_synthetic, y_synthetic, X_real)
    on_synthetic = _predict(estimator, X_real, y_real, X_synthetic)
    return accuracy_by_class(y_real, on_real, y_synthetic, on_synthetic)


def accuracy_by_class(
    y_real: np.ndarray, on_real: np.ndarray, y_synthetic: np.ndarray, on_synthetic: np.ndarray
) -> Any:
    """Return the table of `per_class_accuracy` of labels and predictions of both sets."""
    import pandas

    classes = sorted(set(y_real.tolist()) | set(y_synthetic.tolist()))
    columns = {
        "n_real": [int((y_real == label).sum()) for label in classes],
        "n_synthetic": [int((y_synthetic == label).sum()) for label in classes],
        "reverse_validation": [_recall(y_real, on_real, label) for label in classes],
        "label_preservation": [_recall(y_synthetic, on_synthetic, label) for label in classes],
    }
    return pandas.DataFrame(columns, index=pandas.Index(classes, name="class"))


def _mlp(sets: ComparedSets) -> MLPNetClassifier:
    return MLPNetClassifier(max_epochs=30, random_state=sets.settings.seed, device="cpu")


def _forest(sets: ComparedSets) -> RandomForestClassifier:
    return RandomForestClassifier(random_state=sets.settings.seed)


def _predict(
    estimator: EstimatorLike, X_train: np.ndarray, y_train: np.ndarray, X_test: np.ndarray
) -> np.ndarray:
    return np.asarray(fit_classifier(estimator, X_train, y_train).predict(X_test))


def _scores(y_true: np.ndarray, y_predicted: np.ndarray) -> ClassificationScores:
    how = {"labels": np.unique(y_true), "average": "macro", "zero_division": 0}
    return ClassificationScores(
        float(np.mean(y_true == y_predicted)),
        float(recall_score(y_true, y_predicted, **how)),
        float(f1_score(y_true, y_predicted, **how)),
    )


def _recall(y_true: np.ndarray, y_predicted: np.ndarray, label: Any) -> float:
    rows = y_true == label
    return float((y_predicted[rows] == label).mean()) if rows.any() else float("nan")
