"""The jobs of a comparison, divided among the processes that are at work in one folder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ._jobs import Job, missing
from ._store import ResultStore


class SharedWork:
    """Jobs that are not done: this process takes some of them, and others take others.

    As a context manager, it leaves to others what it has taken and not done.

    Parameters
    ----------
    wanted : list of Job
        All jobs.
    store : ResultStore
        Where their rows are.
    dataset : str
        The name of the cohort.
    embeddings : bool
        See `missing`.

    Attributes
    ----------
    jobs : list of Job
        Those that are not done at the beginning; methods take their positions in it.
    """

    def __init__(self, wanted: Sequence[Job], store: ResultStore, dataset: str, embeddings: bool):
        self._store, self._dataset, self._embeddings = store, dataset, embeddings
        self.jobs = list(self._missing(wanted))
        self._here: set[Job] = set()  # done, or tried, by this process

    def __enter__(self) -> SharedWork:
        return self

    def __exit__(self, *error: Any) -> None:
        self._store.claims.drop_all()

    def rounds(self) -> Iterator[Iterator[tuple[int, Job]]]:
        """Yield, until all jobs are done, those that nobody does: position, and what is left of the job.

        All that were yielded in a round must be done before the next, which takes what another process has left.
        """
        while left := [job for job in self._missing(self.jobs) if job not in self._here]:
            n_before = len(self._here)
            yield self._take(left)
            if len(self._here) == n_before:
                self._store.claims.take(self._name(left[0]), wait=True)

    def done(self, k: int) -> None:
        """Say that the results of a job are in the store."""
        self._store.claims.drop(self._name(self.jobs[k]))

    def _take(self, jobs: Sequence[Job]) -> Iterator[tuple[int, Job]]:
        left = self._missing(jobs)
        for job in jobs:
            if not self._store.claims.take(self._name(job)):
                continue
            if self._store.refresh():
                left = self._missing(jobs)
            if job in left:
                self._here.add(job)
                yield self.jobs.index(job), left[job]
            else:
                self._store.claims.drop(self._name(job))

    def _missing(self, jobs: Sequence[Job]) -> dict[Job, Job]:
        self._store.refresh()
        rows = [row for row in self._store.rows if row.dataset == self._dataset]
        return missing(jobs, rows, self._store.embedded(self._dataset), self._embeddings)

    def _name(self, job: Job) -> tuple:
        """Return what two processes call the same job, also if they measure other amounts."""
        return self._dataset, job.protocols, job.sampler, job.seed, tuple(task.n_real for task in job.tasks)
