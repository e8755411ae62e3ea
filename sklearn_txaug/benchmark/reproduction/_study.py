"""A cohort as a paper's experiment needs it, the split of one seed with its classifiers, and a trained system."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from ...graphs import GeneGraph
from ...model_selection._engine import fit_and_score
from ...reconstruction import LandmarkReconstructor
from ...utils.random import seeded
from ...utils.splits import keep_classes, splits
from .._cohort import Cohort, make_cohort
from ._paper import CANCER, Paper, System


class Study(NamedTuple):
    """A cohort whose labels are what generators are conditioned on, and what these labels mean for each task.

    `landmarks` is the mask of the landmark genes, None if there are none; `ppi` is a graph whose genes are column
    numbers; `covariates` is a table of what generators are conditioned on besides.
    """

    cohort: Cohort
    tasks: Mapping[str, Mapping[Any, Any]]
    landmarks: np.ndarray | None = None
    ppi: GeneGraph | None = None
    covariates: Any = None

    def labels(self, task: str, y: np.ndarray) -> np.ndarray:
        """Return the labels of a task of rows with these conditions."""
        meaning = self.tasks[task]
        return np.array([meaning[label] for label in y.tolist()])

    def columns(self, all_genes: bool) -> np.ndarray | slice:
        """Return the genes that systems generate."""
        return slice(None) if all_genes or self.landmarks is None else np.flatnonzero(self.landmarks)


def make_study(
    name: str,
    X: Any,
    y: Any,
    groups: Any = None,
    *,
    binary: Any = None,
    landmarks: np.ndarray | None = None,
    ppi: GeneGraph | None = None,
    covariates: Any = None,
    min_class_size: int = 6,
) -> tuple[Study, list]:
    """Return the study without classes of fewer than `min_class_size` rows, and the classes dropped.

    With a `binary` label (tumour or normal), generators are conditioned on the pairs of both labels that occur.
    """
    y = np.asarray(y)
    cohort, rare = make_cohort(name, X, y, groups, min_class_size=min_class_size)
    kept = ~np.isin(y, rare)
    covariates = None if covariates is None else covariates[kept]
    if binary is None:
        tasks = {"": {c: c for c in np.unique(cohort.y).tolist()}}
        return Study(cohort, tasks, landmarks, ppi, covariates), rare
    second = np.asarray(binary)[kept]
    if len(np.unique(second)) != 2:
        raise ValueError(
            f"--cancer must have two values, tumour and normal; it has {np.unique(second).tolist()}"
        )
    pairs = list(zip(cohort.y.tolist(), second.tolist(), strict=True))
    conditions = [f"{a}, {b}" for a, b in pairs]
    tasks = {
        task: {condition: pair[i] for condition, pair in zip(conditions, pairs, strict=True)}
        for i, task in enumerate(("", CANCER))
    }
    return Study(cohort._replace(y=np.array(conditions)), tasks, landmarks, ppi, covariates), rare


class Split:
    """One seed's training, validation and test rows, and what is trained once for all systems.

    Test rows have conditions that some training row has.
    """

    def __init__(self, study: Study, paper: Paper, seed: int):
        self.study, self.paper, self.seed = study, paper, seed
        y, groups = study.cohort.y, study.cohort.groups
        folds = splits(paper.folds, y, groups, seed=seed)
        test = np.sort(np.concatenate([test for _, test in folds[: paper.held]]))
        rest, test = keep_classes(np.setdiff1d(np.arange(len(y)), test), test, y, groups)
        train, validation = splits(5, y[rest], study.cohort.groups_of(rest), seed=seed)[0]
        self.train, self.validation = rest[train], rest[validation]
        self.test = test[np.isin(y[test], y[self.train])]
        self._embedders: dict[tuple[str, bool], Any] = {}
        self._reconstructors: dict[str, Any] = {}

    def embedder(self, task: str, all_genes: bool) -> Any:
        """Return the classifier of a task, trained on real training rows."""
        whole = f"{task}, all genes"
        name = whole if all_genes and whole in self.paper.embedders else task
        if (name, all_genes) not in self._embedders:
            X = self.study.cohort.X[self.train][:, self.study.columns(all_genes)]
            labels = self.study.labels(task, self.study.cohort.y[self.train])
            self._embedders[name, all_genes] = seeded(self.paper.embedders[name], self.seed).fit(X, labels)
        return self._embedders[name, all_genes]

    def reconstructor(self, name: str, regressor: Any) -> LandmarkReconstructor:
        """Return a regression of all genes on landmark genes, trained on real training rows."""
        if name not in self._reconstructors:
            assert self.study.landmarks is not None
            model = LandmarkReconstructor(
                landmarks=self.study.landmarks, estimator=regressor, random_state=self.seed
            )
            cohort = self.study.cohort
            self._reconstructors[name] = model.fit(cohort.X[self.train], groups=cohort.groups_of(self.train))
        return self._reconstructors[name]


class Trained:
    """A system after its training with one seed, or the real rows (`system` is None); what parts ask of it."""

    def __init__(
        self, split: Split, system: System | None, sampler: Any, costs: Mapping[str, float], name: str = ""
    ):
        self.split, self.system, self.sampler, self.costs, self.name = split, system, sampler, costs, name
        self.study, self.paper, self.seed = split.study, split.paper, split.seed
        self.all_genes = system is not None and system.all_genes
        self.y = self.study.cohort.y

    @property
    def rows(self) -> np.ndarray:
        """The rows it was trained on."""
        return training_rows(self.split, self.system)

    def real(self, rows: np.ndarray) -> np.ndarray:
        """Return real rows, of the genes that it generates."""
        return self.study.cohort.X[rows][:, self.study.columns(self.all_genes)]

    def draw(self, y: np.ndarray) -> np.ndarray:
        """Return a synthetic row for each condition; of the real rows, training rows in any order."""
        if self.sampler is None:
            return self.real(np.random.default_rng(self.seed).permutation(self.rows)[: len(y)])
        return self.sampler.sample(y=y, random_state=self.seed)[0]

    @cached_property
    def on_training_rows(self) -> np.ndarray:
        """A synthetic row for each training row."""
        return self.draw(self.y[self.rows])

    def generated(self, n: int | None) -> tuple[np.ndarray, np.ndarray]:
        """Return `n` rows in any order (None: one for each training row) and their conditions."""
        if self.sampler is None:
            return self.real(self.rows), self.y[self.rows]
        if n is None:
            return self.on_training_rows, self.y[self.rows]
        X_new, y_new = self.sampler.sample(n, random_state=self.seed)
        order = np.random.default_rng(self.seed).permutation(len(y_new))
        return X_new[order], np.asarray(y_new)[order]

    def classifier(self, kind: Mapping[str, Any], task: str) -> Any:
        """Return the paper's classifier of a task, not trained."""
        whole = f"{task}, all genes"
        return kind[whole if self.all_genes and whole in kind else task]

    def score(
        self, estimator: Any, X: np.ndarray, y: np.ndarray, task: str, score: Any, X_test: Any = None
    ) -> Any:
        """Train a classifier of a task on rows with these conditions, and score it on held-out rows."""
        test = self.split.test
        X_test = self.real(test) if X_test is None else X_test
        labels, true = self.study.labels(task, y), self.study.labels(task, self.y[test])
        if len(np.unique(labels)) < 2:
            return None
        return fit_and_score(estimator, self.seed, (X, labels), (X_test, true), score)


def training_rows(split: Split, system: System | None) -> np.ndarray:
    """Return the rows that a paper trains a system on."""
    if system is None or not system.with_validation:
        return split.train
    return np.sort(np.concatenate([split.train, split.validation]))


def with_sampling(sampler: Any, attributes: Mapping[str, Any]) -> Any:
    """Return a trained sampler that draws with other attributes of its module, and shares the weights."""
    changed = copy.copy(sampler)
    changed.module_ = copy.copy(sampler.module_)
    for name, value in attributes.items():
        setattr(changed.module_, name, value)
    return changed
