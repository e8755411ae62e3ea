"""Which generators have to be trained, and what each has to yield; finished work is skipped."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from ._indicators import COSTS, INDICATORS
from ._methods import changes_classifier, is_gate
from ._reference import TRANSFER
from ._row_amounts import CHOSEN, Amount
from ._scores import SCORES
from ._store import Row
from ._transfer import WithReference

PROTOCOLS = ("honest", "oracle", TRANSFER)
REFERENCE = "real"


class Task(NamedTuple):
    """What is measured for one subset: scores of (classifier, n_synthetic) pairs, and the generator's rows."""

    n_real: Amount
    pairs: tuple[tuple[str, Amount], ...]
    indicators: bool = False
    embedding: bool = False


class Job(NamedTuple):
    """One generator, trained with one seed. Without training, a job is the same in all protocols."""

    protocols: tuple[str, ...]
    sampler: str
    seed: int
    tasks: tuple[Task, ...]


class Plan(NamedTuple):
    """The comparison to run; `largest` of the numbers of real rows is the one whose rows are shown."""

    samplers: Mapping[str, Any]
    classifiers: Collection[str]
    n_real: Sequence[Amount]
    largest: Amount
    n_synthetic: Sequence[Amount]
    seeds: int
    protocols: tuple[str, ...]
    quality: bool = True

    def jobs(self) -> list[Job]:
        """Return all trainings; deep samplers, which are last in a table, come first because they take longest."""
        names = [*reversed(list(self.samplers)), *([REFERENCE] if self.quality else [])]
        return [job for seed in range(self.seeds) for name in names for job in self._of(name, seed)]

    def _of(self, name: str, seed: int) -> list[Job]:
        tasks = [self._task(name, seed, size) for size in self.n_real]
        if isinstance(self.samplers.get(name), WithReference):
            return [Job((TRANSFER,), name, seed, (task,)) for task in tasks if TRANSFER in self.protocols]
        if self._trains_nothing(name):
            return [Job(self.protocols, name, seed, (task,)) for task in tasks]
        own_rows = tuple(protocol for protocol in self.protocols if protocol != "oracle")
        honest = [Job(own_rows, name, seed, (task,)) for task in tasks if own_rows]
        if "oracle" not in self.protocols or is_gate(self.samplers[name]):
            return honest  # the gate chooses by the rows it is given, so it has no oracle protocol
        return [*honest, Job(("oracle",), name, seed, tuple(tasks))]

    def _trains_nothing(self, name: str) -> bool:
        sampler = self.samplers.get(name)
        return sampler is None or changes_classifier(sampler)

    def _task(self, name: str, seed: int, n_real: Amount) -> Task:
        if name == REFERENCE:
            return Task(n_real, (), indicators=True)
        fixed: Amount | None = None
        if self._trains_nothing(name):
            fixed = 0
        elif is_gate(self.samplers[name]):
            fixed = CHOSEN
        amounts = [size for size in self.n_synthetic if size] if fixed is None else [fixed]
        pairs = tuple((classifier, size) for classifier in self.classifiers for size in amounts)
        shown = seed == 0 and n_real == self.largest
        drawn = self.quality and fixed is None
        return Task(n_real, pairs, indicators=drawn, embedding=shown and drawn)


def keys(jobs: Sequence[Job]) -> set[tuple]:
    """Return the keys of all rows that the jobs yield."""
    return {
        (protocol, job.sampler, job.seed, task.n_real, classifier, n_synthetic)
        for job in jobs
        for protocol in job.protocols
        for task in job.tasks
        for classifier, n_synthetic in [*task.pairs, *([("", 0)] if task.indicators else [])]
    }


def key(row: Row) -> tuple:
    """Return the key of a row, as in `keys`; indicators have no amount."""
    amount = row.n_synthetic if row.classifier else 0
    return row.protocol, row.sampler, row.seed, row.n_real, row.classifier, amount


def missing(
    jobs: Sequence[Job], rows: Sequence[Row], embedded: Collection[tuple], require_embeddings: bool = False
) -> dict[Job, Job]:
    """Return the jobs that are not done, and for each the same without the tasks whose rows are all there.

    Parameters
    ----------
    jobs : list of Job
        All jobs of the comparison.
    rows : list of Row
        Finished rows of the same data set.
    embedded : set of (protocol, sampler, n_real)
        Embeddings that exist.
    require_embeddings : bool, default=False
        Train again for missing embeddings.
    """
    metrics: dict[tuple, set[str]] = defaultdict(set)
    for row in rows:
        metrics[key(row)].add(row.metric)

    def lacks(job: Job, task: Task, classifier: str, amount: Amount, needed: Collection[str]) -> bool:
        have = (
            metrics[protocol, job.sampler, job.seed, task.n_real, classifier, amount]
            for protocol in job.protocols
        )
        return not all(names >= set(needed) for names in have)

    left = {}
    for job in jobs:
        tasks = []
        for task in job.tasks:
            pairs = tuple(pair for pair in task.pairs if lacks(job, task, *pair, SCORES))
            indicators = task.indicators and lacks(job, task, "", 0, INDICATORS + COSTS)
            new = task.embedding and (job.protocols[0], job.sampler, task.n_real) not in embedded
            if pairs or indicators or (new and require_embeddings):
                tasks.append(task._replace(pairs=pairs, indicators=indicators, embedding=new))
        if tasks:
            left[job] = job._replace(tasks=tuple(tasks))
    return left
