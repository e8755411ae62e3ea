"""Reproduction of a paper on a cohort: each job trains one system once; results survive a kill."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from ... import __version__
from ..._nn.checkpoint import with_checkpoint
from ...model_selection._engine import fit_generator
from .._cohort import fingerprint
from .._indicators import embed, n_parameters
from .._memory import PeakMemory
from .._store import ResultStore, Row, described
from ._paper import REAL, Paper, System, Values
from ._study import Split, Study, Trained, training_rows, with_sampling

_PROTOCOL = "oracle"  # the generator sees all training rows, few of them the classifier
_LAST = "job_seconds"  # the last of a job's rows: a job that has it is complete


def available(paper: Paper, study: Study) -> tuple[Paper, list[str]]:
    """Return the paper with the systems that the cohort allows, and what is left out and why."""
    missing = []
    systems = dict(paper.systems)
    for name, system in paper.systems.items():
        if study.ppi is None and any("ppi" in graph for graph in system.graphs):
            missing.append(f"{name}: no protein interactions (--graph)")
        elif system.all_genes and study.landmarks is None:
            missing.append(f"{name}: the cohort's landmark genes are not known")
        else:
            continue
        del systems[name]
    if paper.landmarks and study.landmarks is None:
        missing.append("landmark genes, and what is reconstructed from them: all genes stand in for them")
    if paper.binary and len(study.tasks) < 2:
        missing.append("tumour or normal: no column of them (--cancer)")
    if paper.covariates and study.covariates is None:
        missing.append(f"{' and '.join(paper.covariates)} as conditions: no columns of them (--covariates)")
    return paper._replace(systems=systems), missing


def reproduce(
    study: Study,
    paper: Paper,
    *,
    seeds: int = 5,
    output: Path,
    settings: Mapping[str, Any] | None = None,
    checkpoint: Path | None = None,
    verbose: bool = True,
) -> list[Row]:
    """Train every system of the paper with every seed, and measure its parts.

    Parameters
    ----------
    study : Study
        The cohort.
    paper : Paper
        The experiment, with the systems that are `available`.
    seeds : int, default=5
        Trainings of each system, each with its own split.
    output : Path
        Folder of the results; those that are there already are kept.
    settings : dict, default=None
        What must not change between two runs with one folder, beside what is known here.
    checkpoint : Path, default=None
        Folder for the states of trainings: one that was killed goes on where it stopped.
    verbose : bool, default=True
        Show a progress bar.

    Returns
    -------
    rows : list of Row
        `sampler` is the name of the system, `classifier` what was measured on, `n_synthetic` the synthetic rows
        drawn for it.
    """
    if seeds < 1:
        raise ValueError(f"seeds must be 1 or more, got {seeds}")
    store = ResultStore(output, {**_identity(study, paper), **(settings or {})})
    finished = {(row.sampler, row.seed) for row in store.rows if row.metric == _LAST}
    jobs = [(name, seed) for seed in range(seeds) for name in (REAL, *paper.systems)]
    own = [(name, seed) for name, seed in jobs if not _sharing(paper, name)]
    left = [job for job in own if job not in finished]
    split = None
    for name, seed in tqdm(left, desc="reproduce", unit="training", disable=not verbose):
        if split is None or split.seed != seed:
            split = Split(study, paper, seed)
        start = time.perf_counter()
        trained = _train(split, name, checkpoint)
        rows = [row for variant in _variants(trained) for row in _measure(variant)]
        last = rows[-1]._replace(sampler=name, classifier="", n_synthetic=0, metric=_LAST)
        if trained.sampler is not None and seed == 0:
            _keep_points(store, trained)
        store.append([*rows, last._replace(value=time.perf_counter() - start)])
    return [row for row in store.rows if (row.sampler, row.seed) in set(jobs) and row.metric != _LAST]


def _identity(study: Study, paper: Paper) -> dict[str, str]:
    name = study.cohort.name
    models = {**paper.classifiers, **{f"embedder {task}": net for task, net in paper.embedders.items()}}
    return {
        "sklearn_txaug": __version__,
        f"{name} data": fingerprint(study.cohort),
        f"{name} genes": "all" if study.landmarks is None else f"{study.landmarks.sum()} landmarks",
        f"{name} covariates": "none" if study.covariates is None else ", ".join(study.covariates),
        f"{name} paper": f"{paper.source}; {paper.folds}; {paper.held}",
        **{f"{name} {task or 'label'}": described(model) for task, model in models.items()},
        **{f"{name} {type(part).__name__}": _text(part) for part in paper.parts},
        **{f"{name} {system}": str(_without_figures(it)) for system, it in paper.systems.items()},
    }


def _text(part: Any) -> str:
    fields = part._asdict()
    for name, models in fields.items():
        if isinstance(models, Mapping):
            fields[name] = {key: described(model) for key, model in models.items()}
    return str(fields)


def _without_figures(system: System) -> tuple:
    return system._replace(figures={}, sampler=system.sampler.__name__)


def _sharing(paper: Paper, name: str) -> bool:
    """Tell whether a system shares the training of another one that is here."""
    return name != REAL and paper.systems[name].like in paper.systems


def _train(split: Split, name: str, checkpoint: Path | None = None) -> Trained:
    if name == REAL:
        return Trained(split, None, None, {}, REAL)
    system, study = split.paper.systems[name], split.study
    X = study.cohort.X[:, study.columns(system.all_genes)]
    settings = {**system.settings, **_graphs(study, system, split.seed)}
    sampler = system.sampler(**settings, random_state=split.seed)
    with PeakMemory() as memory:
        start = time.perf_counter()
        sampler = with_checkpoint(sampler, checkpoint)
        rows = training_rows(split, system)
        sampler = fit_generator(sampler, X, study.cohort.y, None, rows, study.covariates)
        minutes = (time.perf_counter() - start) / 60
    costs = {
        "parameters": float(n_parameters(sampler)),
        "training_minutes": minutes,
        "megabytes": memory.megabytes,
    }
    return Trained(split, system, sampler, costs, name)


def _graphs(study: Study, system: System, seed: int) -> dict[str, Any]:
    if not system.graphs:
        return {}
    ppi = study.ppi
    known = {"ppi": ppi, "random ppi": ppi and ppi.permuted(seed)}
    return {"graphs": [known.get(graph, graph) for graph in system.graphs]}


def _variants(trained: Trained) -> Iterator[Trained]:
    """Yield the trained system, and those that draw with its weights in another way."""
    yield trained
    for name, system in trained.paper.systems.items():
        if trained.sampler is not None and system.like == trained.name:
            sampler = with_sampling(trained.sampler, system.sampling)
            yield Trained(trained.split, system, sampler, trained.costs, name)


def _measure(trained: Trained) -> list[Row]:
    values: Values = {}
    for part in trained.paper.parts:
        values |= part.measure(trained)
    dataset, n_train = trained.study.cohort.name, len(trained.rows)
    return [
        Row(dataset, _PROTOCOL, trained.name, where, n_train, n_new, trained.seed, name, value)
        for (where, name), (n_new, value) in values.items()
    ]


def _keep_points(store: ResultStore, trained: Trained) -> None:
    """Keep held-out and synthetic rows of the first seed on the main axes of the held-out rows."""
    cohort = trained.study.cohort
    genes = cohort._replace(X=cohort.X[:, trained.study.columns(trained.all_genes)])
    if np.ptp(genes.X[trained.split.test], axis=0).any():
        points = embed(genes, trained.split.train, trained.split.test, trained.sampler)
        store.save_points(cohort.name, (_PROTOCOL, trained.name, len(trained.rows)), points)
