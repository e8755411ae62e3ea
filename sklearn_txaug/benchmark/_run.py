"""The comparison: jobs run in parallel, and their rows are appended as they finish."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from joblib import Parallel, cpu_count, delayed
from sklearn.base import clone
from sklearn.metrics import accuracy_score, balanced_accuracy_score, f1_score, recall_score
from sklearn.utils.validation import has_fit_parameter
from tqdm import tqdm

from .. import __version__
from ..model_selection import SelectiveSampler
from ..utils.random import seeded
from ..utils.threads import one_thread
from ._cohort import Cohort, fingerprint, most_variable, split, subset
from ._indicators import COSTS, embed, indicators, n_parameters
from ._jobs import PROTOCOLS, Job, Plan, Task, key, keys, missing
from ._memory import PeakMemory
from ._methods import make_classifiers, make_samplers
from ._sizes import CHOSEN, Size, labels_to_draw, real_size, synthetic_size
from ._store import ResultStore, Row, recall_of


def benchmark(
    cohort: Cohort,
    *,
    samplers: Mapping[str, Any] | None = None,
    classifiers: Mapping[str, Any] | None = None,
    n_real: Sequence[Size],
    n_synthetic: Sequence[Size],
    seeds: int = 3,
    protocol: str | Sequence[str] = "honest",
    output: str | Path = "benchmark",
    settings: Mapping[str, Any] | None = None,
    embeddings: bool = False,
    n_jobs: int | None = None,
    verbose: bool = True,
) -> list[Row]:
    """Compare samplers on a cohort, by the classifiers they help and by the quality of their rows.

    A third of the rows, or of the groups, is held out for each seed. A generator is trained once for each
    subset and seed (in the oracle protocol once for each seed), and sampled at every amount; each seed trains
    anew. Finished rows are appended to ``results.csv`` and never computed again.

    Parameters
    ----------
    cohort : Cohort
        Made by `make_cohort`.
    samplers, classifiers : dict of estimators, default=None
        By name; None are all that the library names. The sampler None is no augmentation. A `SelectiveSampler`
        chooses for each classifier, in the honest protocol only.
    n_real : sequence of int or str
        Training rows of the classifier: a number, ``"5c"`` for 5 rows of each class (a class with fewer gives
        what it has) or ``"all"``. Subsets are nested.
    n_synthetic : sequence of int or str
        Synthetic rows: a number or a share of the real rows (``"0.5x"``), spread over the classes as the
        training labels are, or ``"balance"``: each class up to the size of the largest.
    seeds : int, default=3
        Repetitions, each with its own split, subset and training.
    protocol : {"honest", "oracle"} or sequence of them, default="honest"
        ``"honest"`` trains the generator on the rows that the classifier sees, ``"oracle"`` on all rows that are
        not held out.
    output : path, default="benchmark"
        Folder of ``results.csv``.
    settings : dict, default=None
        What else must be equal for rows of two runs to stand in one file.
    embeddings : bool, default=False
        Train again where the points of the first seed's synthetic rows, which the report shows, are not in the
        folder. They are kept whenever that seed is trained.
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
    plan = make_plan(cohort, samplers, classifiers, n_real, n_synthetic, seeds, protocol)
    store = open_store(cohort, samplers, classifiers, output, settings)
    wanted = plan.jobs()
    finished = [row for row in store.rows if row.dataset == cohort.name]
    jobs = missing(wanted, finished, store.embedded(cohort.name), embeddings)
    work = Parallel(n_jobs=n_jobs or cpu_count(), return_as="generator_unordered")(
        delayed(run_job)(job, cohort, samplers.get(job.sampler), classifiers) for job in jobs
    )
    for done in tqdm(work, total=len(jobs), desc=f"benchmark {cohort.name}", unit="job", disable=not verbose):
        for where, points in done.points.items():
            store.save_points(cohort.name, where, points)
        store.append(done.rows)
    belongs = keys(wanted)
    return [row for row in store.rows if row.dataset == cohort.name and key(row) in belongs]


def open_store(
    cohort: Cohort,
    samplers: Mapping[str, Any],
    classifiers: Mapping[str, Any],
    output: str | Path,
    settings: Mapping[str, Any] | None,
) -> ResultStore:
    """Return the store of results, if those that are there come from the same data, methods and settings."""
    named = {
        f"{cohort.name} {name}": str(method if method is None else method.get_params())
        for name, method in {**samplers, **classifiers}.items()
    }
    data = {f"{cohort.name} data": fingerprint(cohort), "sklearn_txaug": __version__}
    return ResultStore(Path(output), {**named, **data, **(settings or {})})


def make_plan(
    cohort: Cohort,
    samplers: Mapping[str, Any],
    classifiers: Mapping[str, Any],
    n_real: Sequence[Size],
    n_synthetic: Sequence[Size],
    seeds: int,
    protocol: str | Sequence[str],
) -> Plan:
    """Check what is asked for before any training; what is impossible is an error that names it."""
    protocols = (protocol,) if isinstance(protocol, str) else tuple(dict.fromkeys(protocol))
    if seeds < 1:
        raise ValueError(f"seeds must be 1 or more, got {seeds}")
    if not n_real:
        raise ValueError("n_real names no number of training rows")
    if not n_synthetic:
        raise ValueError("n_synthetic must be numbers of rows, each 0 or more; got none")
    if not protocols or set(protocols) - set(PROTOCOLS):
        raise ValueError(f"protocol must be one or both of {PROTOCOLS}, got {protocol!r}")
    if protocols == ("oracle",) and any(
        isinstance(sampler, SelectiveSampler) for sampler in samplers.values()
    ):
        raise ValueError(
            "protocol='oracle' has no gate, which chooses by the rows that it is given; add 'honest'"
        )
    real = list(dict.fromkeys(map(real_size, n_real)))
    synthetic = list(dict.fromkeys(map(synthetic_size, n_synthetic)))
    for seed in range(seeds):
        pool, test = split(cohort, seed)
        if len(np.unique(cohort.y[test])) < 2:
            raise ValueError(
                f"{cohort.name}: with seed {seed} fewer than 2 classes have rows to train on and rows to hold out; "
                "each class needs rows of 2 groups or more (another group column, or none)"
            )
        for size in real:
            subset(cohort, pool, size)
    return Plan(samplers, classifiers, real, synthetic, seeds, protocols)


class Finished(NamedTuple):
    """Rows of a job, and points of its synthetic rows by (protocol, sampler, n_real)."""

    rows: list[Row]
    points: dict[tuple, dict[str, np.ndarray]]


def run_job(job: Job, cohort: Cohort, sampler: Any, classifiers: Mapping[str, Any]) -> Finished:
    """Train the job's generator on one thread, and score what it asks for."""
    with one_thread():
        pool, test = split(cohort, job.seed)
        cohort = most_variable(cohort, pool)
        seen = pool if job.protocols == ("oracle",) else subset(cohort, pool, job.tasks[0].n_real)
        with PeakMemory() as memory:
            start = time.perf_counter()
            if not (sampler is None or isinstance(sampler, SelectiveSampler)):
                sampler = _fit(seeded(sampler, job.seed), cohort, seen)
            seconds = time.perf_counter() - start
        done = Finished([], {})
        for task in job.tasks:
            real = subset(cohort, pool, task.n_real)
            for classifier, amount in task.pairs:
                values = _scores(cohort, real, test, sampler, amount, classifiers[classifier], job.seed)
                _add(done, cohort.name, job, task, classifier, amount, values)
            if task.indicators:
                costs = dict(zip(COSTS, (seconds, memory.megabytes, n_parameters(sampler)), strict=True))
                values = indicators(cohort, pool, real, seen, test, sampler)
                _add(done, cohort.name, job, task, "", len(test), {**values, **costs})
            if task.embedding:
                where = (job.protocols[0], job.sampler, task.n_real)
                done.points[where] = embed(cohort, real, test, sampler)
    return done


def _fit(sampler: Any, cohort: Cohort, rows: np.ndarray) -> Any:
    groups = {}
    if cohort.groups is not None and has_fit_parameter(sampler, "groups"):
        groups = {"groups": cohort.groups[rows]}
    return sampler.fit(cohort.X[rows], cohort.y[rows], **groups)


def _resample(
    cohort: Cohort, rows: np.ndarray, sampler: Any, amount: Size, classifier: Any, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the real rows with the synthetic ones below them."""
    X, y = cohort.X[rows], cohort.y[rows]
    if amount == CHOSEN:
        groups = None if cohort.groups is None else cohort.groups[rows]
        return seeded(clone(sampler).set_params(estimator=classifier), seed).fit_resample(X, y, groups=groups)
    labels = labels_to_draw(y, amount)
    if sampler is None or not len(labels):
        return X, y
    X_new, y_new = sampler.sample(y=labels)
    return np.concatenate([X, X_new]), np.concatenate([y, y_new])


def _add(
    done: Finished,
    dataset: str,
    job: Job,
    task: Task,
    classifier: str,
    n_synthetic: Size,
    values: Mapping[str, float],
) -> None:
    for protocol in job.protocols:
        prefix = (dataset, protocol, job.sampler, classifier, task.n_real, n_synthetic, job.seed)
        done.rows.extend(Row(*prefix, metric, float(value)) for metric, value in values.items())


def _scores(
    cohort: Cohort,
    real: np.ndarray,
    test: np.ndarray,
    sampler: Any,
    amount: Size,
    classifier: Any,
    seed: int,
) -> dict[str, float]:
    """Train the classifier on real and synthetic rows, and test it. The scores stand last: see `missing`."""
    X, y = _resample(cohort, real, sampler, amount, classifier, seed)
    truth, predicted = cohort.y[test], seeded(classifier, seed).fit(X, y).predict(cohort.X[test])
    classes = np.unique(truth)
    recalls = recall_score(truth, predicted, labels=classes, average=None, zero_division=0)
    return {
        "real_rows": len(real),
        "synthetic_rows": len(y) - len(real),
        **{recall_of(label): value for label, value in zip(classes, recalls, strict=True)},
        "accuracy": accuracy_score(truth, predicted),
        "balanced_accuracy": balanced_accuracy_score(truth, predicted),
        "f1_macro": f1_score(truth, predicted, average="macro"),
    }
