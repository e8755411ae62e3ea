"""Texts that the docstrings of the indicators share."""

from __future__ import annotations

from ..utils.docs import with_texts

ROWS = """\
    X_real, X_synthetic : array-like or sparse matrix of shape (n, d) and (m, d)
        Samples in rows"""

THREE_SETS = """\
    X_train, X_test, X_synthetic : array-like or sparse matrix of shape (n, d), (t, d) and (m, d)
        The generator's training rows, rows it has not seen, and synthetic rows; two or more in each."""

LABELS = """\
    y_real, y_synthetic : array-like of shape (n,) and (m,)
        Their labels, of the same kind"""

CLASSIFIER = """\
    estimator : classifier, default=None
        Cloned before it is fitted. None: standardisation and logistic regression."""

DEVICE = """\
    device : str, default="auto"
        Torch device; "auto" is CUDA where there is one, else the CPU."""

DRAWS = """\
    random_state : int, Generator, RandomState or None, default=0
        Draws rows where the sizes differ."""

EMPTY = """\
    ValueError
        If values are not finite, a set is empty, or the genes differ."""

FEW_ROWS = """\
    ValueError
        If a set has fewer than two rows, values are not finite, or the genes differ."""

FEW_NEIGHBOURS = """\
    ValueError
        If a set has no more than `k` rows, values are not finite, or the genes differ."""

BAD_LABELS = """\
    ValueError
        If the labels do not fit the rows, no class is common to both sets, or the genes differ."""

shared_texts = with_texts(
    {
        "rows": ROWS,
        "three_sets": THREE_SETS,
        "labels": LABELS,
        "classifier": CLASSIFIER,
        "device": DEVICE,
        "draws": DRAWS,
        "empty": EMPTY,
        "few_rows": FEW_ROWS,
        "few_neighbours": FEW_NEIGHBOURS,
        "bad_labels": BAD_LABELS,
    }
)
