"""The indicators of a benchmark's row: synthetic against held-out rows, in the space of the training rows."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler

from .. import metrics  # noqa: F401  (declares the indicators)
from ..metrics._indicator import Indicator, reported_indicators
from ..metrics._sets import ComparedSets, LabelledRows, Settings
from ..neural_network import MLPNetClassifier
from ..utils.classifier import default_classifier
from ..utils.containers import giving_arrays
from ._cohort import Cohort

K = 10  # neighbours of precision and recall; fewer in a cohort of fewer rows
COSTS = ("fit_seconds", "fit_megabytes", "parameters")


def indicator_columns() -> tuple[str, ...]:
    """Return the columns of the indicators, in the order of the quality report."""
    return tuple(column for indicator in reported_indicators() for column in indicator.columns)


INDICATORS = indicator_columns()


def indicators(
    cohort: Cohort, pool: np.ndarray, real: np.ndarray, seen: np.ndarray, test: np.ndarray, sampler: Any
) -> dict[str, float]:
    """Compare held-out rows with as many synthetic rows of the same labels, or with other real rows if no sampler."""
    if sampler is None:
        X_new, y_new = cohort.X[pool[: len(test)]], cohort.y[pool[: len(test)]]
    else:
        X_new, y_new = sampler.sample(y=cohort.y[test])
    scaler = giving_arrays(StandardScaler()).fit(cohort.X[real])
    X_test, X_new = scaler.transform(cohort.X[test]), scaler.transform(X_new)
    X_seen = None if sampler is None else scaler.transform(cohort.X[seen])
    if len(X_new) < len(X_test) / 2 or len(np.unique(y_new)) < 2:
        return dict.fromkeys(indicator_columns(), np.nan)  # BorderlineSMOTE found too few rows to interpolate
    held_out, new = LabelledRows(X_test, cohort.y[test]), LabelledRows(X_new, y_new)
    sets = ComparedSets(held_out, new, _settings(held_out, new))
    patients = {} if cohort.groups is None else _patients(cohort.groups, seen, test)
    values: dict[str, float] = {}
    for indicator in reported_indicators():
        values |= _values(indicator, sets, X_seen, patients)
    return values


def _patients(groups: np.ndarray, seen: np.ndarray, test: np.ndarray) -> dict[str, np.ndarray]:
    return {"groups_train": groups[seen], "groups_test": groups[test]}


def _settings(held_out: LabelledRows, new: LabelledRows) -> Settings:
    return Settings(
        k=min(K, len(held_out.X) - 1, len(new.X) - 1),
        estimator=default_classifier(),
        device="cpu",
        seed=0,
        detector=MLPNetClassifier(hidden_layer_sizes=(64,), max_epochs=30, random_state=0, device="cpu"),
        detector_splits=2,
    )


def _values(
    indicator: Indicator, sets: ComparedSets, X_seen: np.ndarray | None, patients: dict[str, np.ndarray]
) -> dict[str, float]:
    """Return the columns of one indicator; real rows (`X_seen` is None) cannot memorise."""
    result = None
    if indicator.columns and not indicator.needs_held_out:
        result = indicator.compute(sets)
    elif indicator.columns and X_seen is not None:
        held_out, new = sets.rows
        result = indicator.against(X_seen, held_out, device=sets.settings.device, **patients)(new)
    return {column: field.value(result) for column, field in indicator.columns.items()}


def embed(cohort: Cohort, real: np.ndarray, test: np.ndarray, sampler: Any) -> dict[str, np.ndarray]:
    """Return held-out rows and as many synthetic ones on the two main axes of the held-out rows."""
    X_new, y_new = sampler.sample(y=cohort.y[test])
    scaler = giving_arrays(StandardScaler()).fit(cohort.X[real])
    X_test = scaler.transform(cohort.X[test])
    axes = giving_arrays(PCA(2, svd_solver="full")).fit(X_test)
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
