"""The comparison: jobs run in parallel, and their rows are appended as they finish."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from joblib import Parallel, cpu_count, delayed

from .. import __version__
from .._nn.checkpoint import with_checkpoint
from ..utils.progress import Trainings
from ..utils.warnings import warn
from ._cohort import Cohort, fingerprint, split, subset
from ._jobs import PROTOCOLS, Job, Plan, key, keys
from ._methods import (
    HIERARCHICAL,
    PriorModel,
    changes_classifier,
    is_gate,
    make_classifiers,
    make_samplers,
)
from ._reference import TRANSFER, check_teaches, has_reference, reference_rows
from ._row_amounts import ALL, Amount, real_amount, synthetic_amount
from ._sharing import SharedWork
from ._store import ResultStore, Row, described
from ._training import Finished, run_job
from ._transfer import MARK, PRIOR, WithReference, with_reference


def benchmark(
    cohort: Cohort,
    *,
    samplers: Mapping[str, Any] | None = None,
    classifiers: Mapping[str, Any] | None = None,
    n_real: Sequence[Amount],
    n_synthetic: Sequence[Amount],
    seeds: int = 3,
    protocol: str | Sequence[str] = "honest",
    output: str | Path = "benchmark",
    settings: Mapping[str, Any] | None = None,
    embeddings: bool = False,
    quality: bool = True,
    n_jobs: int | None = None,
    checkpoint: str | Path | None = None,
    verbose: bool = True,
) -> list[Row]:
    """Compare samplers on a cohort, by the classifiers they help and by the quality of their rows.

    A third of the rows, or of the groups, is held out for each seed. A generator is trained once for each
    subset and seed (in the oracle protocol once for each seed), and sampled at every amount; each seed has its own
    trainings. Finished rows are appended to ``results.csv`` and never computed again. Processes that are given the
    same folder at the same time, on one machine or on several that share it, divide the trainings among them.

    Parameters
    ----------
    cohort : Cohort
        Made by `make_cohort`.
    samplers, classifiers : dict of estimators, default=None
        By name; None is all methods that the package names. The sampler None is no augmentation. A `SelectiveSampler`
        chooses for each classifier, in the honest protocol only.
    n_real : sequence of int or str
        Training rows of the classifier: a number, ``"5c"`` for 5 rows of each class (all rows of a class with fewer)
        or ``"all"``. Subsets are nested.
    n_synthetic : sequence of int or str
        Synthetic rows: a number or a share of the real rows (``"0.5x"``), spread over the classes as the
        training labels are, or ``"balance"``: each class up to the size of the largest.
    seeds : int, default=3
        Repetitions, each with its own split, subset and training.
    protocol : {"honest", "oracle", "transfer"} or sequence of them, default="honest"
        ``"honest"`` trains the generator on the rows that the classifier sees, ``"oracle"`` on all rows that are
        not held out. ``"transfer"`` is ``"honest"``, and beside each sampler with a parameter `prior` or `reference`
        stands the same with the reference of the cohort (see `make_cohort`), as ``"gaussian+prior"``.
    output : path, default="benchmark"
        Folder of ``results.csv``.
    settings : dict, default=None
        Further settings that must be equal for two runs to share one file.
    embeddings : bool, default=False
        Train again where the points of the first seed's synthetic rows, which the report shows, are not in the
        folder. They are kept whenever that seed is trained.
    quality : bool, default=True
        Also compare the synthetic rows with held-out ones, which takes longer than to train a cheap sampler.
    n_jobs : int or None, default=None
        Number of trainings in parallel, with one thread each; None is one for each CPU core.
    checkpoint : path, default=None
        Folder for the states of trainings, so that one that was killed goes on where it stopped.
    verbose : bool, default=True
        Show on a terminal how many trainings are left, which run now, and how far they are.

    Returns
    -------
    rows : list of Row
        All rows of the results file that belong to this comparison.
    """
    samplers = make_samplers() if samplers is None else dict(samplers)
    classifiers = make_classifiers() if classifiers is None else dict(classifiers)
    samplers = contenders(samplers, cohort, protocol)
    plan = make_plan(cohort, samplers, classifiers, n_real, n_synthetic, seeds, protocol)._replace(
        quality=quality
    )
    store = open_store(cohort, samplers, classifiers, output, settings)
    samplers = {name: with_checkpoint(sampler, checkpoint) for name, sampler in samplers.items()}
    wanted = plan.jobs()
    work = SharedWork(wanted, store, cohort.name, embeddings)
    failed: dict[str, str] = {}
    with (
        work,
        Trainings([job.sampler for job in work.jobs], f"benchmark {cohort.name}", verbose) as trainings,
    ):
        for k, done in _finished(work, trainings, cohort, samplers, classifiers, n_jobs):
            for where, points in done.points.items():
                store.save_points(cohort.name, where, points)
            store.append(done.rows)
            work.done(k)
            if done.error:
                failed.setdefault(work.jobs[k].sampler, done.error)
    for name, error in failed.items():
        warn(f"{cohort.name}: sampler {name} has no results, or only some, because it fails: {error}")
    belongs = keys(wanted)
    return [row for row in store.rows if row.dataset == cohort.name and key(row) in belongs]


def contenders(samplers: Mapping[str, Any], cohort: Cohort, protocol: str | Sequence[str]) -> dict[str, Any]:
    """Return what is compared: in the protocol `transfer` also samplers with a reference, and its model itself."""
    protocols = (protocol,) if isinstance(protocol, str) else protocol
    if TRANSFER not in protocols or not has_reference(cohort):
        return dict(samplers)
    baselines = {name: one for name, one in samplers.items() if one is None or changes_classifier(one)}
    if HIERARCHICAL not in samplers:
        baselines[f"{HIERARCHICAL}{MARK}{PRIOR}"] = WithReference(PriorModel(), PRIOR)
    return with_reference({**baselines, **samplers}, cohort)


def open_store(
    cohort: Cohort,
    samplers: Mapping[str, Any],
    classifiers: Mapping[str, Any],
    output: str | Path,
    settings: Mapping[str, Any] | None,
) -> ResultStore:
    """Return the store of results, if existing results come from the same data, methods and settings."""
    named = {
        f"{cohort.name} {name}": described(method) for name, method in {**samplers, **classifiers}.items()
    }
    data = {f"{cohort.name} data": fingerprint(cohort), "sklearn_txaug": __version__}
    return ResultStore(Path(output), {**named, **data, **(settings or {})})


def make_plan(
    cohort: Cohort,
    samplers: Mapping[str, Any],
    classifiers: Mapping[str, Any],
    n_real: Sequence[Amount],
    n_synthetic: Sequence[Amount],
    seeds: int,
    protocol: str | Sequence[str],
) -> Plan:
    """Check the request before any training; an impossible one raises an error that says why."""
    protocols = (protocol,) if isinstance(protocol, str) else tuple(dict.fromkeys(protocol))
    if seeds < 1:
        raise ValueError(f"seeds must be 1 or more, got {seeds}")
    if not n_real:
        raise ValueError("n_real must hold at least one number of training rows; got none")
    if not n_synthetic:
        raise ValueError("n_synthetic must be numbers of rows, each 0 or more; got none")
    if not protocols or set(protocols) - set(PROTOCOLS):
        raise ValueError(f"protocol must be one or more of {PROTOCOLS}, got {protocol!r}")
    if TRANSFER in protocols and not has_reference(cohort):
        raise ValueError(
            f"protocol 'transfer' needs a reference, and {cohort.name} has none: give make_cohort a reference or "
            "hold_out_classes"
        )
    if protocols == ("oracle",) and any(map(is_gate, samplers.values())):
        raise ValueError(
            "protocol='oracle' has no gate, because a gate chooses by the rows it is given; add 'honest'"
        )
    real = list(dict.fromkeys(map(real_amount, n_real)))
    synthetic = list(dict.fromkeys(map(synthetic_amount, n_synthetic)))
    for seed in range(seeds):
        pool, test = split(cohort, seed)
        if len(np.unique(cohort.y[test])) < 2:
            raise ValueError(
                f"{cohort.name}: with seed {seed} fewer than 2 classes have rows to train on and rows to hold out; "
                "each class needs rows of 2 groups or more (use another group column, or none)"
            )
        if TRANSFER in protocols:
            check_teaches(reference_rows(cohort, seed), cohort.name)
        for size in real:
            subset(cohort, pool, size)
    pool, _ = split(cohort, 0)
    largest = max(real, key=lambda size: (len(subset(cohort, pool, size)), size == ALL))
    return Plan(samplers, classifiers, real, largest, synthetic, seeds, protocols)


def _finished(
    work: SharedWork,
    trainings: Trainings,
    cohort: Cohort,
    samplers: Mapping[str, Any],
    classifiers: Mapping[str, Any],
    n_jobs: int | None,
) -> Iterator[tuple[int, Finished]]:
    """Yield the number and the results of each job, but for those that other processes have done meanwhile."""
    for jobs in work.rounds():
        calls = (
            delayed(trainings.watched(k, _run))(k, job, cohort, samplers.get(job.sampler), classifiers)
            for k, job in jobs
        )
        # no more are taken than can run at once: the others are left to other processes
        parallel = Parallel(n_jobs or cpu_count(), return_as="generator_unordered", pre_dispatch="n_jobs")
        yield from parallel(calls)


def _run(k: int, job: Job, *given: Any) -> tuple[int, Finished]:
    return k, run_job(job, *given)
