"""Reproduction of a published table on a cohort: each job trains one system once; results survive a kill."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from tqdm import tqdm

from .. import __version__, metrics, over_sampling
from .._nn.checkpoint import with_checkpoint
from ..model_selection._engine import fit_and_score, fit_generator
from ..neural_network import MLPNetClassifier
from ..utils.splits import holdout
from ._cohort import Cohort, Holdout, fingerprint
from ._indicators import n_parameters
from ._published import REAL, Published
from ._store import ResultStore, Row

TRAIN, TEST = "training rows", "held-out rows"
_ADVERSARIAL = 2048  # rows of each kind
_LAST = "fit_seconds"  # the last of a job's rows: a job that has it is complete


def small(table: Published, n_train: int) -> Published:
    """Return the table with narrow networks, short trainings and smaller neighbourhoods, for `n_train` rows."""
    return table._replace(
        k=min(table.k, max(2, n_train // 15)),
        n_generated=table.n_generated and 2 * n_train,
        classifier=_shrunk(table.classifier, n_train),
        embedder=_shrunk(table.embedder, n_train),
        systems={
            name: system._replace(settings=_shrunk(system.settings, n_train))
            for name, system in table.systems.items()
        },
        n_real=tuple(n for n in (25, 50) if table.n_real and n < n_train),
    )


def _shrunk(settings: Mapping[str, Any], n_train: int) -> dict[str, Any]:
    epochs = max(2, min(100, 12_000 // n_train))  # the same number of optimiser steps for any number of rows
    limits = {"max_epochs": epochs, "batch_size": 64, "n_sampling_steps": 100, "n_probes": 100}
    changed: dict[str, Any] = {k: min(settings[k], most) for k, most in limits.items() if k in settings}
    for name, widths in settings.items():
        if name.endswith("hidden_layer_sizes"):
            changed[name] = tuple(min(width, 128) for width in widths)
    if isinstance(settings.get("scaler"), Pipeline):
        changed["scaler"] = clone(settings["scaler"]).set_params(quantile__n_quantiles=50)
    return {**settings, **changed}


def split_parts(cohort: Cohort, table: Published, seed: int) -> Holdout:
    """Hold out test rows, and validation rows that nobody sees, as the papers did."""
    groups = cohort.groups
    rest, test = holdout(cohort.y, groups, table.shares[0], seed)
    within = None if groups is None else groups[rest]
    train, _ = holdout(cohort.y[rest], within, table.shares[1], seed)
    train = rest[train]
    return Holdout(train, test[np.isin(cohort.y[test], cohort.y[train])])


def reproduce(
    cohort: Cohort,
    table: Published,
    *,
    seeds: int = 5,
    output: Path,
    settings: Mapping[str, Any] | None = None,
    checkpoint: Path | None = None,
    verbose: bool = True,
) -> list[Row]:
    """Train every system of the table with every seed, and measure it as published and on held-out rows.

    With the folder `checkpoint`, a training that was killed goes on where it stopped.

    Returns
    -------
    rows : list of Row
        `sampler` is the name of the system, `classifier` what the indicator was measured on, `n_synthetic` the
        synthetic rows drawn for it.
    """
    if seeds < 1:
        raise ValueError(f"seeds must be 1 or more, got {seeds}")
    named = {f"{cohort.name} {name}": str(system) for name, system in table.systems.items()}
    named |= {
        "sklearn_txaug": __version__,
        f"{cohort.name} data": fingerprint(cohort),
        f"{cohort.name} table": f"{table.source}; k={table.k}; {table.classifier}; {table.embedder}",
    }
    store = ResultStore(output, {**named, **(settings or {})})
    finished = {
        (row.sampler, row.seed) for row in store.rows if row.dataset == cohort.name and row.metric == _LAST
    }
    jobs = [(name, seed) for seed in range(seeds) for name in (REAL, *table.systems)]
    left = [job for job in jobs if job not in finished]
    for name, seed in tqdm(left, desc="reproduce", unit="training", disable=not verbose):
        values = _measure(cohort, table, name, seed, checkpoint)
        n_train = len(split_parts(cohort, table, seed).pool)
        store.append(
            Row(cohort.name, "oracle", name, where, n_train, n_new, seed, metric, value)
            for (where, metric), (n_new, value) in values.items()
        )
    return [row for row in store.rows if row.dataset == cohort.name and (row.sampler, row.seed) in set(jobs)]


Values = dict[tuple[str, str], tuple[int, float]]


def _measure(
    cohort: Cohort, table: Published, name: str, seed: int, checkpoint: Path | None = None
) -> Values:
    """Return (synthetic rows, value) by (what it was measured on, indicator)."""
    X, y = cohort.X, cohort.y
    train, test = split_parts(cohort, table, seed)
    start, sampler = time.perf_counter(), None
    if name != REAL:
        system = table.systems[name]
        sampler = getattr(over_sampling, system.sampler)(**system.settings, random_state=seed)
        sampler = fit_generator(with_checkpoint(sampler, checkpoint), X, y, None, train)
    seconds = time.perf_counter() - start
    embedder = MLPNetClassifier(**table.embedder, random_state=seed).fit(X[train], y[train])
    values: Values = {}
    for where, rows in ((TRAIN, train), (TEST, test)):
        if sampler is not None:
            X_new, y_new = sampler.sample(y=y[rows], random_state=seed)
        elif where == TEST:
            drawn = np.random.default_rng(seed).permutation(train)[: len(test)]
            X_new, y_new = X[drawn], y[drawn]
        else:
            continue  # real training rows against themselves are uninformative
        found = _indicators(X[train], X[rows], X_new, table.k, embedder, seed)
        if sampler is not None:
            found["label_preservation"] = float(np.mean(embedder.predict(X_new) == y_new))
        values |= {(where, metric): (len(X_new), value) for metric, value in found.items()}
    values |= _utility(cohort, table, train, test, sampler, seed)
    values["", "parameters"] = 0, float(n_parameters(sampler))
    values["", _LAST] = 0, seconds
    return values


def _indicators(
    X_train: np.ndarray, X_real: np.ndarray, X_new: np.ndarray, k: int, embedder: Any, seed: int
) -> dict[str, float]:
    scaler = StandardScaler().fit(X_train)
    real, new = scaler.transform(X_real), scaler.transform(X_new)
    k = min(k, len(real) - 1, len(new) - 1)
    manifold = metrics.precision_recall_f1(real, new, k=k)
    order = np.random.default_rng(seed).permutation(min(len(real), len(new)))[:_ADVERSARIAL]
    return {
        "correlation_score": float(metrics.correlation_score(real, new)),
        **{name: float(getattr(manifold, name)) for name in ("precision", "recall", "f1")},
        "adversarial_accuracy": float(metrics.adversarial_accuracy(real[order], new[order]).accuracy),
        "frechet_distance": float(metrics.frechet_distance(X_real, X_new, embedding=embedder.embed)),
    }


def _utility(
    cohort: Cohort, table: Published, train: np.ndarray, test: np.ndarray, sampler: Any, seed: int
) -> Values:
    """Return reverse validation and, if the table has it, the gain from many synthetic rows with few real ones."""
    X, y = cohort.X, cohort.y
    if sampler is None:
        X_new, y_new = X[train], y[train]
    elif table.n_generated is None:
        X_new, y_new = sampler.sample(y=y[train], random_state=seed)
    else:
        X_new, y_new = sampler.sample(table.n_generated, random_state=seed)

    def accuracy(classifier: Mapping[str, Any], X_fit: np.ndarray, y_fit: np.ndarray) -> float:
        return fit_and_score(
            MLPNetClassifier(**classifier), seed, (X_fit, y_fit), (X[test], y[test]), MLPNetClassifier.score
        )

    n_new = 0 if sampler is None else len(X_new)
    values = {(TEST, "reverse_validation"): (len(X_new), accuracy(table.classifier, X_new, y_new))}
    rows = np.random.default_rng(seed).permutation(train)
    for n in table.n_real:
        if n >= len(train):
            continue
        few = rows[:n]
        X_fit, y_fit = X[few], y[few]
        if sampler is not None:
            X_fit, y_fit = np.concatenate([X_fit, X_new]), np.concatenate([y_fit, y_new])
        score = accuracy(table.embedder, X_fit, y_fit) if len(np.unique(y_fit)) > 1 else np.nan
        values[TEST, f"accuracy with {n} real rows"] = n_new, score
    return values
