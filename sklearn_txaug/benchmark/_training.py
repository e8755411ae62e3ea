"""One job of the comparison: its generator is trained, and its tasks are measured."""

from __future__ import annotations

import time
import warnings
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
from sklearn.base import clone

from ..model_selection._engine import fit_and_score, fit_generator, with_synthetic
from ..utils.progress import part
from ..utils.random import seeded
from ..utils.threads import one_thread
from ._cohort import Cohort, most_variable, split, subset
from ._indicators import COSTS, embed, indicators, n_parameters
from ._jobs import Job, Task
from ._memory import PeakMemory
from ._methods import changes_classifier, is_gate
from ._row_amounts import CHOSEN, Amount, labels_to_draw
from ._scores import classifier_scores
from ._store import Row
from ._transfer import WithReference


class Trained(NamedTuple):
    """A generator, its job and cohort, the rows it was trained on and those of its seed, and its cost."""

    generator: Any
    job: Job
    cohort: Cohort
    pool: np.ndarray
    seen: np.ndarray
    test: np.ndarray
    costs: dict[str, float]


class Finished(NamedTuple):
    """The yield of a job: rows, points of its synthetic rows by (protocol, sampler, n_real), and an error, if any."""

    rows: list[Row]
    points: dict[tuple, dict[str, np.ndarray]]
    error: str = ""


def run_job(job: Job, cohort: Cohort, sampler: Any, classifiers: Mapping[str, Any]) -> Finished:
    """Train the job's generator on one thread, and measure its tasks.

    A sampler that cannot be trained, or drawn from, on this cohort ends its job, not the comparison.
    """
    done = Finished([], {})
    with one_thread(), warnings.catch_warnings():
        # It was said of all rows
        warnings.filterwarnings("ignore", "X seems to be of other units", UserWarning)
        try:
            n_parts = 1 + len(job.tasks)
            with part(0, n_parts):
                trained = _train(job, cohort, sampler)
            for k, task in enumerate(job.tasks, 1):
                with part(k, n_parts):
                    done.rows.extend(_rows(trained, task, classifiers))
                if task.embedding:
                    where = (job.protocols[0], job.sampler, task.n_real)
                    real = subset(trained.cohort, trained.pool, task.n_real)
                    done.points[where] = embed(trained.cohort, real, trained.test, trained.generator)
        except Exception as error:
            if sampler is None:
                raise
            return done._replace(error=f"{type(error).__name__}: {error}")
    return done


def _train(job: Job, cohort: Cohort, sampler: Any) -> Trained:
    pool, test = split(cohort, job.seed)
    cohort = most_variable(cohort, pool)
    if isinstance(sampler, WithReference):
        sampler = sampler.taught(cohort, job.seed)
    seen = pool if job.protocols == ("oracle",) else subset(cohort, pool, job.tasks[0].n_real)
    with PeakMemory() as memory:
        start = time.perf_counter()
        if not (sampler is None or is_gate(sampler) or changes_classifier(sampler)):
            sampler = fit_generator(seeded(sampler, job.seed), cohort.X, cohort.y, cohort.groups, seen)
        seconds = time.perf_counter() - start
    costs = dict(zip(COSTS, (seconds, memory.megabytes, n_parameters(sampler)), strict=True))
    return Trained(sampler, job, cohort, pool, seen, test, costs)


def _rows(trained: Trained, task: Task, classifiers: Mapping[str, Any]) -> Iterator[Row]:
    """Yield the rows of a task, for each protocol they belong to."""
    cohort = trained.cohort
    job = trained.job
    test = trained.test
    real = subset(cohort, trained.pool, task.n_real)
    measured: list[tuple[str, Amount, dict[str, float]]] = []
    for k, (name, amount) in enumerate(task.pairs):
        with part(k, len(task.pairs)):
            measured.append((name, amount, _scores(trained, real, amount, classifiers[name])))
    if task.indicators:
        values = indicators(cohort, trained.pool, real, trained.seen, test, trained.generator)
        measured.append(("", len(test), {**values, **trained.costs}))
    for protocol in job.protocols:
        for classifier, amount, values in measured:
            prefix = (cohort.name, protocol, job.sampler, classifier, task.n_real, amount, job.seed)
            yield from (Row(*prefix, metric, float(value)) for metric, value in values.items())


def _scores(trained: Trained, real: np.ndarray, amount: Amount, classifier: Any) -> dict[str, float]:
    """Train the classifier on real and synthetic rows, and test it.

    The scores come last: by them `missing` knows that all of it is there.
    """
    cohort, seed = trained.cohort, trained.job.seed
    groups = None
    if changes_classifier(trained.generator):
        classifier = trained.generator.change(classifier)
        groups = cohort.groups_of(real)
    train = _training_rows(trained, real, amount, classifier)
    test = cohort.X[trained.test], cohort.y[trained.test]
    return {
        "real_rows": len(real),
        "synthetic_rows": len(train[1]) - len(real),
        **fit_and_score(classifier, seed, train, test, classifier_scores, groups),
    }


def _training_rows(
    trained: Trained, real: np.ndarray, amount: Amount, classifier: Any
) -> tuple[Any, np.ndarray]:
    """Return the real rows followed by the synthetic ones."""
    cohort = trained.cohort
    X, y = cohort.X[real], cohort.y[real]
    if amount == CHOSEN:
        groups = cohort.groups_of(real)
        gate = clone(trained.generator).set_params(estimator=classifier)
        return seeded(gate, trained.job.seed).fit_resample(X, y, groups=groups)
    return with_synthetic(X, y, trained.generator, labels_to_draw(y, amount))
