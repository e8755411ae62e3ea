"""Many fits at once: nets of one shape train as one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from sklearn.base import clone

from .._nn.stacked import together


def fit_many(estimators: Any, datasets: Sequence[tuple]) -> list[Any]:
    """Fit an estimator to each of many data sets, training nets of one shape as one.

    A small net leaves most of a core idle between its operations. Folds, seeds and repeats of one configuration have
    nets of one shape, whose weights are stacked: one operation then does the work of all. Each fit keeps its scaler,
    its random numbers, its moving average and its guard against divergence, and gives what it would give alone, up to
    rounding in 32-bit floats.

    Nets train as one if they are alike in everything but weights and seeds, and have equally many training rows: of
    folds that differ in size by a row, those of each size. Any other net trains alone. The nets of
    `FlowMatchingSampler`, `DDPMSampler`, `DDIMSampler`, `VAESampler`, `GANSampler`, `WGANGPSampler` and
    `MLPNetClassifier` can train as one, also inside a pipeline or a `LatentSampler`, unless they have callbacks, an
    optimiser or a loader of yours, early stopping, a `checkpoint`, ``verbose > 0`` or more than a million weights. A
    net that diverges is trained again alone.

    All fits are in memory at once, and run in one process, with one thread.

    Parameters
    ----------
    estimators : estimator, or list of estimators
        What is fitted: a clone of one estimator for each data set, or a clone of one of several each. Samplers,
        classifiers, pipelines.
    datasets : sequence of tuples
        What `fit` gets, one ``(X, y)`` for each fit, or ``(X, y, params)`` with a dict of further arguments such as
        ``{"groups": groups}``.

    Returns
    -------
    fitted : list of estimators
        A fitted clone for each data set.

    Raises
    ------
    ValueError
        If there is not one estimator, nor one for each data set, or a data set is no such tuple. What a fit raises
        comes through, and ends the others.

    Examples
    --------
    Five folds:

    >>> from sklearn.model_selection import StratifiedKFold
    >>> from sklearn_txaug.datasets import load_tissue_expression
    >>> from sklearn_txaug.model_selection import fit_many
    >>> from sklearn_txaug.over_sampling import FlowMatchingSampler
    >>> X, y = load_tissue_expression(return_X_y=True)
    >>> folds = [(X[train], y[train]) for train, _ in StratifiedKFold(5).split(X, y)]
    >>> samplers = fit_many(FlowMatchingSampler(max_epochs=2, random_state=0), folds)
    >>> [sampler.sample(10)[0].shape for sampler in samplers]
    [(10, 500), (10, 500), (10, 500), (10, 500), (10, 500)]

    Five seeds:

    >>> seeds = [FlowMatchingSampler(max_epochs=2, random_state=seed) for seed in range(5)]
    >>> len(fit_many(seeds, [(X, y)] * 5))
    5
    """
    datasets = list(datasets)
    for k, given in enumerate(datasets):
        if not isinstance(given, tuple | list) or len(given) not in (2, 3):
            raise ValueError(f"datasets[{k}] must be (X, y) or (X, y, params), got {type(given).__name__}")
        if len(given) == 3 and not isinstance(given[2], Mapping | None):
            raise ValueError(
                f"datasets[{k}]: params must be a dict such as {{'groups': groups}}, got {type(given[2]).__name__}"
            )
    several = isinstance(estimators, list | tuple)
    models = [clone(estimator) for estimator in (estimators if several else [estimators] * len(datasets))]
    if len(models) != len(datasets):
        raise ValueError(
            f"got {len(models)} estimators for {len(datasets)} data sets: give one, or one for each"
        )
    return together([partial(_fit, model, *given) for model, given in zip(models, datasets, strict=True)])


def _fit(model: Any, X: Any, y: Any, params: Any = None) -> Any:
    return model.fit(X, y, **(params or {}))
