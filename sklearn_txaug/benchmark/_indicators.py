"""The indicators of a benchmark's row: synthetic against held-out rows, in the space of the training rows."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler

from .. import metrics
from ..neural_network import MLPNetClassifier
from ._cohort import Cohort

INDICATORS = (
    "precision",
    "recall",
    "f1",
    "adversarial_real_half",
    "adversarial_synthetic_half",
    "correlation_score",
    "correlation_error",
    "frechet_distance",
    "discriminative_score",
    "reverse_validation",
    "memorisation_gap",
)
K = 10  # neighbours of precision and recall, fewer where a cohort has not as many rows
COSTS = ("fit_seconds", "fit_megabytes", "parameters")


def indicators(
    cohort: Cohort, pool: np.ndarray, real: np.ndarray, seen: np.ndarray, test: np.ndarray, sampler: Any
) -> dict[str, float]:
    """Compare held-out rows with as many synthetic rows of the same labels; no sampler: with other real rows."""
    if sampler is None:
        X_new, y_new = cohort.X[pool[: len(test)]], cohort.y[pool[: len(test)]]
    else:
        X_new, y_new = sampler.sample(y=cohort.y[test])
    scaler = StandardScaler().fit(cohort.X[real])
    X_test, X_new, X_seen = (scaler.transform(X) for X in (cohort.X[test], X_new, cohort.X[seen]))
    if len(X_new) < len(X_test) / 2 or len(np.unique(y_new)) < 2:
        return dict.fromkeys(INDICATORS, np.nan)  # BorderlineSMOTE found too few rows to interpolate
    k = min(K, len(X_test) - 1, len(X_new) - 1)
    manifold = metrics.precision_recall_f1(X_test, X_new, k=k, device="cpu")
    adversarial = metrics.adversarial_accuracy(X_test, X_new, device="cpu")
    detector = MLPNetClassifier(hidden_layer_sizes=(64,), max_epochs=30, random_state=0, device="cpu")
    return {
        "precision": manifold.precision,
        "recall": manifold.recall,
        "f1": manifold.f1,
        "adversarial_real_half": adversarial.real_half,
        "adversarial_synthetic_half": adversarial.synthetic_half,
        "correlation_score": metrics.correlation_score(X_test, X_new, device="cpu"),
        "correlation_error": metrics.correlation_error(X_test, X_new, device="cpu"),
        "frechet_distance": metrics.frechet_distance(X_test, X_new),
        "discriminative_score": metrics.discriminative_score(
            X_test, X_new, estimator=detector, n_splits=2
        ).accuracy,
        "reverse_validation": metrics.reverse_validation(
            X_test, X_new, cohort.y[test], y_new
        ).balanced_accuracy,
        "memorisation_gap": np.nan
        if sampler is None
        else metrics.memorisation(X_seen, X_test, X_new, device="cpu").gap,
    }


def embed(cohort: Cohort, real: np.ndarray, test: np.ndarray, sampler: Any) -> dict[str, np.ndarray]:
    """Return held-out rows and as many synthetic ones on the two main axes of the held-out rows."""
    X_new, y_new = sampler.sample(y=cohort.y[test])
    scaler = StandardScaler().fit(cohort.X[real])
    X_test = scaler.transform(cohort.X[test])
    axes = PCA(2, svd_solver="full").fit(X_test)
    return {
        "real": axes.transform(X_test).astype(np.float32),
        "synthetic": axes.transform(scaler.transform(X_new)).astype(np.float32)
        if len(X_new)
        else X_new[:, :2],
        "y_real": cohort.y[test].astype(str),
        "y_synthetic": np.asarray(y_new).astype(str),
        "variance": axes.explained_variance_ratio_,
    }


def n_parameters(sampler: Any) -> float:
    """Number of trained weights, 0 for a sampler without a torch module."""
    module = getattr(getattr(sampler, "sampler_", sampler), "module_", None)
    return sum(weight.numel() for weight in module.parameters()) if module is not None else 0
