"""The scores of a classifier on held-out rows, all of which are better if they are higher."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.metrics import accuracy_score, balanced_accuracy_score, f1_score, log_loss, recall_score

from ..utils.docs import with_texts
from ._store import recall_of

SCORES = (
    "accuracy",
    "balanced_accuracy",
    "f1_macro",
    "neg_log_loss",
    "neg_brier_score",
    "neg_calibration_error",
)
with_metric = with_texts(
    {
        "metric": f"""\
    metric : str, default="balanced_accuracy"
        Score of the classifiers: {", ".join(f'``"{name}"``' for name in SCORES[:-1])} or ``"{SCORES[-1]}"``."""
    }
)
_N_BINS = (
    15  # of the calibration error, as in Guo et al., "On calibration of modern neural networks", ICML 2017
)


def classifier_scores(model: Any, X: np.ndarray, y: np.ndarray) -> dict[str, float]:
    """Return the recall of each class, and the scores, NaN where they need probabilities that `model` lacks."""
    predicted, classes = model.predict(X), np.unique(y)
    recalls = recall_score(y, predicted, labels=classes, average=None, zero_division=0)
    return {
        **{recall_of(label): value for label, value in zip(classes, recalls, strict=True)},
        "accuracy": accuracy_score(y, predicted),
        "balanced_accuracy": balanced_accuracy_score(y, predicted),
        "f1_macro": f1_score(y, predicted, average="macro"),
        **_probability_scores(model, X, y),
    }


def _probability_scores(model: Any, X: np.ndarray, y: np.ndarray) -> dict[str, float]:
    if not hasattr(model, "predict_proba"):
        return dict.fromkeys(SCORES[3:], np.nan)
    shares = model.predict_proba(X)
    truth = y[:, None] == model.classes_
    return {
        "neg_log_loss": -log_loss(y, shares, labels=model.classes_),
        "neg_brier_score": -float(np.square(shares - truth).sum(axis=1).mean()),
        "neg_calibration_error": -calibration_error(shares, truth),
    }


def calibration_error(shares: np.ndarray, truth: np.ndarray) -> float:
    """Return the expected calibration error: confidence against accuracy, in bins of equal width.

    Parameters
    ----------
    shares : ndarray of shape (n_samples, n_classes)
        Predicted probabilities.
    truth : ndarray of bool of shape (n_samples, n_classes)
        Which class each row has.

    Examples
    --------
    >>> import numpy as np
    >>> shares = np.tile([0.8, 0.2], (10, 1))
    >>> truth = np.arange(10)[:, None] < [6, 0]
    >>> truth[:, 1] = ~truth[:, 0]
    >>> round(calibration_error(shares, truth), 3)  # 60 % are right where 80 % are claimed
    0.2
    """
    rows = np.arange(len(shares))
    chosen = shares.argmax(axis=1)
    confidence, correct = shares[rows, chosen], truth[rows, chosen]
    bins = np.minimum((confidence * _N_BINS).astype(int), _N_BINS - 1)
    gaps = np.bincount(bins, confidence - correct, minlength=_N_BINS)
    return float(np.abs(gaps).sum() / len(shares))
