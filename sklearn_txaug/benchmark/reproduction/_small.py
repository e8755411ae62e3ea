"""The small scale: the same steps with fewer rows, genes and neighbours, narrow networks and short trainings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.pipeline import Pipeline

from ...graphs import GeneGraph
from ._study import Study

_ROWS, _GENES = 1000, 1200
_LEAST = 6  # rows of a class that are kept, as far as it has them
_STEPS = 7000  # rows shown in a training: the same number for cohorts of any size
_MORE = 6  # times as many for a denoiser, whose steps are cheap, and which with fewer draws rows far from all others
_PROBED_EPOCHS, _CODED_EPOCHS = 150, 100
# Least learning rates: at the published ones, in this time, players and probes leave all rows alike.
_PLAYERS_LR, _PROBED_LR = 5e-3, 3e-3
_LIMITS = {
    "batch_size": 60,
    "n_critic": 2,
    "n_sampling_steps": 100,
    "n_probes": 50,
    "max_iter": 20,
    "patience": 5,
}
_WIDTH = 64


def shrunk(settings: Mapping[str, Any], n_train: int, players_epochs: int = 50) -> dict[str, Any]:
    """Return settings of a sampler or a net for a short training on `n_train` rows.

    `players_epochs` are those of two players, who learn from each other and therefore late.
    """
    is_denoiser = "n_diffusion_steps" in settings
    epochs, least_lr = _training(settings, n_train, players_epochs)
    limits = {"max_epochs": epochs, **_LIMITS}
    changed: dict[str, Any] = {k: min(settings[k], most) for k, most in limits.items() if k in settings}
    for name, widths in settings.items():
        if name.endswith("hidden_layer_sizes") and widths is not None:
            changed[name] = tuple(min(width, _WIDTH) for width in widths)
    if is_denoiser:  # whose narrow layers cannot pass the noise of many genes on
        changed |= {"preconditioning": "gaussian"}
        changed |= {"conditioning": "embedding"} if "conditioning" in settings else {}
    changed |= {rate: max(settings[rate], least_lr) for rate in ("lr", "critic_lr") if settings.get(rate)}
    if isinstance(settings.get("scaler"), Pipeline):
        changed["scaler"] = clone(settings["scaler"]).set_params(quantile__n_quantiles=50)
    return {**settings, **changed}


def _training(settings: Mapping[str, Any], n_train: int, players_epochs: int) -> tuple[int, float]:
    """Return the number of epochs and the least learning rate."""
    if "n_critic" in settings:
        return players_epochs, _PLAYERS_LR
    if "n_probes" in settings:
        return _PROBED_EPOCHS, _PROBED_LR
    if "latent_dim" in settings:
        return _CODED_EPOCHS, 0.0
    return (_MORE if "n_diffusion_steps" in settings else 1) * max(2, min(20, _STEPS // n_train)), 0.0


def small_k(k: int, n_train: int) -> int:
    """Return a number of neighbours for a few rows."""
    return min(k, max(2, n_train // 15))


def small_net(estimator: Any, n_train: int) -> Any:
    """Return a classifier or regressor for a short training."""
    settings = estimator.get_params(deep=False)
    changed = shrunk(settings, n_train)
    return clone(estimator).set_params(**{k: v for k, v in changed.items() if v is not settings[k]})


def small(paper: Any, n_train: int) -> Any:
    """Return the paper with systems, classifiers and parts that are quick on `n_train` rows; nothing is judged."""

    def nets(known: Mapping[str, Any]) -> dict[str, Any]:
        return {name: small_net(estimator, n_train) for name, estimator in known.items()}

    return paper._replace(
        k=small_k(paper.k, n_train),
        unjudged=("",),
        claims=(),
        parts=[part.small(n_train) for part in paper.parts],
        classifiers=nets(paper.classifiers),
        embedders=nets(paper.embedders),
        systems={
            name: system._replace(settings=shrunk(system.settings, n_train, paper.players_epochs))
            for name, system in paper.systems.items()
        },
    )


def small_study(study: Study) -> tuple[Study, list[str]]:
    """Return about 1,000 rows and at most 1,200 genes of a cohort, and what was left out in words.

    Landmark genes come first, then the most variable, whichever systems are chosen.
    """
    cohort, (n_rows, n_genes) = study.cohort, study.cohort.X.shape
    rows, genes = _some_rows(cohort.y), _some_genes(study)
    if rows.all() and len(genes) == n_genes:
        return study, []
    ppi = None if study.ppi is None else _renumbered(study.ppi, genes)
    groups, covariates = (None if x is None else x[rows] for x in (cohort.groups, study.covariates))
    fewer = study._replace(
        cohort=cohort._replace(X=cohort.X[rows][:, genes], y=cohort.y[rows], groups=groups),
        landmarks=None if study.landmarks is None else study.landmarks[genes],
        ppi=ppi,
        covariates=covariates,
    )
    graph = "" if study.ppi is None else f" ({0 if ppi is None else ppi.n_genes} of the protein graph)"
    taken = f"{rows.sum():,} of {n_rows:,} rows and {len(genes):,} of {n_genes:,} genes{graph}"
    return fewer, [f"Scale small takes {taken}."]


def _renumbered(ppi: GeneGraph, genes: np.ndarray) -> GeneGraph | None:
    """Return the part of a graph that lies in some columns, numbered as these, None if there is none."""
    if not np.isin(ppi.genes, genes).any():
        return None
    part = ppi.align(genes)
    return GeneGraph(part.adjacency, np.searchsorted(genes, part.genes))


def _some_rows(y: np.ndarray) -> np.ndarray:
    """Return the mask of rows that keep the classes' proportions."""
    share, rng = min(1.0, _ROWS / len(y)), np.random.default_rng(0)
    kept = np.zeros(len(y), dtype=bool)
    for label in np.unique(y):
        rows = rng.permutation(np.flatnonzero(y == label))
        kept[rows[: max(_LEAST, round(share * len(rows)))]] = True
    return kept


def _some_genes(study: Study) -> np.ndarray:
    X = study.cohort.X
    wanted = np.zeros(X.shape[1], dtype=bool) if study.landmarks is None else study.landmarks.copy()
    return np.sort(np.lexsort((-X.var(axis=0), ~wanted))[:_GENES])
