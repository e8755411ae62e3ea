"""Jobs: one generator trained on one subset with one seed, and every classifier and amount that follows from it."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from joblib import Parallel, cpu_count, delayed
from sklearn.metrics import accuracy_score, balanced_accuracy_score, f1_score
from tqdm import tqdm

from .._amounts import spread
from .._estimators import seeded
from .._torch import one_thread
from ._cohort import Cohort, fingerprint, most_variable, split, subset
from ._indicators import COSTS, INDICATORS, indicators, n_parameters
from ._methods import make_classifiers, make_samplers
from ._store import ResultStore, Row

SCORES = {
    "accuracy": accuracy_score,
    "balanced_accuracy": balanced_accuracy_score,
    "f1_macro": lambda y, predicted: f1_score(y, predicted, average="macro"),
}
PROTOCOLS = ("honest", "oracle")
REFERENCE = "real"


class Job(NamedTuple):
    """What one generator has to give: scores of (classifier, n_synthetic) pairs, and perhaps its indicators."""

    protocol: str
    sampler: str
    n_real: int
    seed: int
    pairs: tuple[tuple[str, int], ...]
    indicators: bool


def benchmark(
    cohort: Cohort,
    *,
    samplers: Mapping[str, Any] | None = None,
    classifiers: Mapping[str, Any] | None = None,
    n_real: Sequence[int],
    n_synthetic: Sequence[int],
    seeds: int = 3,
    protocol: str = "honest",
    output: str | Path = "benchmark",
    settings: Mapping[str, Any] | None = None,
    n_jobs: int | None = None,
    verbose: bool = True,
) -> list[Row]:
    """Compare samplers on a cohort, by the classifiers they help and by the quality of their rows.

    A third of the rows, or of the groups, is held out for each seed. A generator is trained once for each
    subset and seed, and sampled at every amount; each seed trains anew. Finished rows are appended to
    ``results.csv`` and never computed again.

    Parameters
    ----------
    cohort : Cohort
        Made by `make_cohort`.
    samplers, classifiers : dict of estimators, default=None
        By name; None are all that the library names. The sampler None is no augmentation.
    n_real : sequence of int
        Training rows of the classifier.
    n_synthetic : sequence of int
        Synthetic rows, spread over the classes as the training labels are.
    seeds : int, default=3
        Repetitions, each with its own split, subset and training.
    protocol : {"honest", "oracle"}, default="honest"
        ``"honest"`` trains the generator on the rows that the classifier sees, ``"oracle"`` on all rows that are
        not held out.
    output : path, default="benchmark"
        Folder of ``results.csv``.
    settings : dict, default=None
        What else must be equal for rows of two runs to stand in one file.
    n_jobs : int or None, default=None
        Trainings at a time, of one thread each; None is one for each CPU core.
    verbose : bool, default=True
        Show a progress bar.

    Returns
    -------
    rows : list of Row
        All rows of the results file that belong to this comparison.
    """
    samplers = make_samplers() if samplers is None else dict(samplers)
    classifiers = make_classifiers() if classifiers is None else dict(classifiers)
    _check_amounts(n_real, n_synthetic, seeds)
    if protocol not in PROTOCOLS:
        raise ValueError(f"protocol must be one of {PROTOCOLS}, got {protocol!r}")
    for seed in range(seeds):
        pool = split(cohort, seed).pool
        for amount in n_real:
            subset(cohort, pool, amount)  # an impossible amount is an error before any training
    methods = {**samplers, **classifiers}.items()
    named = {f"{cohort.name} {name}": str(method and method.get_params()) for name, method in methods}
    named[f"{cohort.name} data"] = fingerprint(cohort)
    store = ResultStore(Path(output), {**named, **(settings or {})})
    wanted = _wanted(samplers, classifiers, n_real, n_synthetic, seeds, protocol)
    jobs = _missing(wanted, [row for row in store.rows if row.dataset == cohort.name])
    work = Parallel(n_jobs=n_jobs or cpu_count(), return_as="generator_unordered")(
        delayed(run_job)(job, cohort, samplers.get(job.sampler), classifiers) for job in jobs
    )
    for rows in tqdm(work, total=len(jobs), desc=f"benchmark {cohort.name}", unit="job", disable=not verbose):
        store.append(rows)
    keys = {key for job in wanted for key in _keys(job)}
    return [row for row in store.rows if row.dataset == cohort.name and _key(row) in keys]


def _check_amounts(n_real: Sequence[int], n_synthetic: Sequence[int], seeds: int) -> None:
    if seeds < 1:
        raise ValueError(f"seeds must be 1 or more, got {seeds}")
    if not n_real:
        raise ValueError("n_real names no number of training rows")
    if not n_synthetic or min(n_synthetic) < 0:
        raise ValueError(f"n_synthetic must be numbers of rows, each 0 or more; got {list(n_synthetic)}")


def run_job(job: Job, cohort: Cohort, sampler: Any, classifiers: Mapping[str, Any]) -> list[Row]:
    """Train the job's generator on one thread, and score what it asks for."""
    with one_thread():
        pool, test = split(cohort, job.seed)
        cohort = most_variable(cohort, pool)
        real = subset(cohort, pool, job.n_real)
        seen = real if job.protocol == "honest" else pool
        start = time.perf_counter()
        if sampler is not None:
            sampler = seeded(sampler, job.seed).fit(cohort.X[seen], cohort.y[seen])
        seconds = time.perf_counter() - start
        rows = _Rows(cohort.name, job)
        for classifier, amount in job.pairs:
            rows.add(
                classifier, amount, _scores(cohort, real, test, sampler, amount, classifiers[classifier], job)
            )
        if job.indicators:
            values = indicators(cohort, pool, real, seen, test, sampler)
            costs = dict(zip(COSTS, (seconds, n_parameters(sampler)), strict=True))
            rows.add("", len(test), {**values, **costs})
    return rows.rows


class _Rows:
    def __init__(self, dataset: str, job: Job):
        self.dataset, self.job, self.rows = dataset, job, list[Row]()

    def add(self, classifier: str, n_synthetic: int, values: Mapping[str, float]) -> None:
        job = self.job
        prefix = (self.dataset, job.protocol, job.sampler, classifier, job.n_real, n_synthetic, job.seed)
        self.rows += [Row(*prefix, metric, float(value)) for metric, value in values.items()]


def _scores(
    cohort: Cohort, real: np.ndarray, test: np.ndarray, sampler: Any, amount: int, classifier: Any, job: Job
) -> dict[str, float]:
    X, y = cohort.X[real], cohort.y[real]
    if sampler is not None and amount:
        classes, counts = np.unique(y, return_counts=True)
        X_new, y_new = sampler.sample(y=np.repeat(classes, spread(amount, counts)))
        X, y = np.concatenate([X, X_new]), np.concatenate([y, y_new])
    predicted = seeded(classifier, job.seed).fit(X, y).predict(cohort.X[test])
    return {name: score(cohort.y[test], predicted) for name, score in SCORES.items()}


# -- which jobs are left


def _wanted(
    samplers: Mapping,
    classifiers: Mapping,
    n_real: Sequence,
    n_synthetic: Sequence,
    seeds: int,
    protocol: str,
) -> list[Job]:
    def job(sampler: str, n: int, seed: int) -> Job:
        if sampler == REFERENCE:
            return Job(protocol, sampler, n, seed, (), True)
        none = samplers[sampler] is None
        amounts = [0] if none else [amount for amount in n_synthetic if amount]
        pairs = tuple((classifier, amount) for classifier in classifiers for amount in amounts)
        return Job(protocol, sampler, n, seed, pairs, not none)

    # Longest first would need to know the costs; the deep samplers stand last in a table, so go backwards.
    names = [*reversed(samplers), REFERENCE]
    return [job(name, n, seed) for seed in range(seeds) for n in n_real for name in names]


def _key(row: Row) -> tuple:
    return (
        row.protocol,
        row.sampler,
        row.n_real,
        row.seed,
        row.classifier,
        row.n_synthetic * bool(row.classifier),
    )


def _keys(job: Job) -> list[tuple]:
    pairs = [*job.pairs, *([("", 0)] if job.indicators else [])]
    return [(job.protocol, job.sampler, job.n_real, job.seed, classifier, n) for classifier, n in pairs]


def _missing(jobs: Sequence[Job], rows: Sequence[Row]) -> list[Job]:
    """Return the jobs, each without what has all its rows already."""
    metrics: dict[tuple, set[str]] = defaultdict(set)
    for row in rows:
        metrics[_key(row)].add(row.metric)

    def is_missing(job: Job, classifier: str, n_synthetic: int) -> bool:
        key = (job.protocol, job.sampler, job.n_real, job.seed, classifier, n_synthetic)
        return not metrics[key] >= set(SCORES if classifier else INDICATORS + COSTS)

    trimmed = [
        job._replace(
            pairs=tuple(pair for pair in job.pairs if is_missing(job, *pair)),
            indicators=job.indicators and is_missing(job, "", 0),
        )
        for job in jobs
    ]
    return [job for job in trimmed if job.pairs or job.indicators]
