"""Can a classifier tell real from synthetic rows."""

from __future__ import annotations

from hashlib import blake2b
from typing import NamedTuple

import numpy as np
from sklearn.metrics import balanced_accuracy_score, roc_auc_score
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from ..utils.checks import check_count
from ..utils.typing import EstimatorLike, MatrixLike, RandomState
from ._classifier import fit_classifier
from ._indicator import Field, indicator
from ._validation import check_pair, generator


class DiscriminativeScore(NamedTuple):
    """Balanced accuracy and area under the ROC curve of a real-or-synthetic classifier."""

    accuracy: float
    auc: float


@indicator(
    0.5,
    family="manifold",
    question="Does a classifier tell real from synthetic?",
    fields=[Field("accuracy", column="discriminative_score"), Field("auc")],
    headline="accuracy",
    cost="`n_splits` fits of the classifier on n + m rows of d genes",
    reference="D. Lopez-Paz, M. Oquab (2017). Revisiting classifier two-sample tests. ICLR.",
    pitfall="A stronger classifier sees more: compare only with the same one. Small cohorts fall below 0.5.",
    settings=lambda sets: {
        "estimator": sets.settings.detector,
        "n_splits": sets.settings.detector_splits,
    },
)
def discriminative_score(
    X_real: MatrixLike,
    X_synthetic: MatrixLike,
    *,
    estimator: EstimatorLike = None,
    n_splits: int = 5,
    random_state: RandomState = 0,
) -> DiscriminativeScore:
    r"""Cross-validated accuracy of a classifier that tells real from synthetic rows.

    Range 0 to 1, ideal 0.5: indistinguishable for this classifier. It is the balanced accuracy of the
    out-of-fold predictions, so unequal sizes do not matter. All copies of a row that both sets hold are
    kept in one fold; otherwise a copy with the other label among the training rows would pull the score
    below 0.5. A stronger classifier sees more: compare generators with one classifier, and with the score
    of two real sets.

    Cost: {cost}.

    Parameters
    ----------
    {rows}, at least `n_splits` in each set.
    {classifier}
    n_splits : int, default=5
        Number of folds.
    random_state : int, Generator, RandomState or None, default=0
        Shuffles the rows into folds.

    Returns
    -------
    result : DiscriminativeScore
        Named tuple of `accuracy` (balanced) and `auc`.

    Raises
    ------
    ValueError
        If a set has fewer than `n_splits` rows, values are not finite, or the genes differ.

    References
    ----------
    {reference}

    Examples
    --------
    >>> from sklearn_txaug.metrics import discriminative_score
    >>> discriminative_score([[0], [1], [2], [3]], [[10], [11], [12], [13]], n_splits=2)
    DiscriminativeScore(accuracy=1.0, auc=1.0)
    """
    check_count(n_splits, "n_splits", 2)
    real, synthetic = check_pair(X_real, X_synthetic, min_rows=int(n_splits))
    # the classifier two-sample test of Lopez-Paz and Oquab 2017, cross-validated, with balanced accuracy
    is_real = np.repeat([1, 0], [len(real), len(synthetic)])
    groups = _shared_rows(real, synthetic)
    n_splits = min(int(n_splits), len(np.unique(groups)))
    if n_splits < 2:  # every row is one and the same
        return DiscriminativeScore(0.5, 0.5)
    seed = int(generator(random_state).integers(2**31 - 1))
    plain = len(np.unique(groups)) == len(is_real)
    splitter = StratifiedKFold if plain else StratifiedGroupKFold
    splits = splitter(n_splits, shuffle=True, random_state=seed)
    folds = splits.split(is_real, is_real, None if plain else groups)
    scores, labels = np.empty(len(is_real)), np.empty(len(is_real), dtype=int)
    for train, test in folds:
        if len(test):
            classifier = fit_classifier(estimator, _rows(real, synthetic, train), is_real[train], own=True)
            rows = _rows(real, synthetic, test)
            labels[test], scores[test] = classifier.predict(rows), _confidence(classifier, rows)
    return DiscriminativeScore(
        float(balanced_accuracy_score(is_real, labels)), float(roc_auc_score(is_real, scores))
    )


def _rows(real: np.ndarray, synthetic: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    """Return some rows of both sets, by ascending numbers, those of the synthetic ones behind those of the real."""
    n = np.searchsorted(numbers, len(real))
    rows = np.empty((len(numbers), real.shape[1]), dtype=np.result_type(real, synthetic))
    rows[:n], rows[n:] = real[numbers[:n]], synthetic[numbers[n:] - len(real)]
    return rows


def _shared_rows(real: np.ndarray, synthetic: np.ndarray) -> np.ndarray:
    """Number the rows, with one number for all copies of a row that is both real and synthetic."""
    # + 0.0 makes -0.0 equal to 0.0; a digest has 16 bytes where a row has many kB
    keys = [blake2b((row + 0.0).tobytes(), digest_size=16).digest() for X in (real, synthetic) for row in X]
    shared = set(keys[: len(real)]) & set(keys[len(real) :])
    first: dict[bytes, int] = {}
    return np.array([first.setdefault(key, i) if key in shared else i for i, key in enumerate(keys)])


def _confidence(classifier: EstimatorLike, X: np.ndarray) -> np.ndarray:
    """How strongly the classifier takes each row for a real one."""
    if list(classifier.classes_) == [0] or list(classifier.classes_) == [1]:
        return np.full(len(X), float(classifier.classes_[0]))
    if hasattr(classifier, "decision_function"):
        return np.asarray(classifier.decision_function(X))
    if hasattr(classifier, "predict_proba"):
        return np.asarray(classifier.predict_proba(X))[:, 1]
    return np.asarray(classifier.predict(X), dtype=float)
