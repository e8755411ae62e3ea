"""The small scale: the same steps with narrow networks, short trainings and fewer neighbours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sklearn.base import clone
from sklearn.pipeline import Pipeline

_STEPS = 4000  # rows shown in a training: the same number for cohorts of any size
_MORE = 10  # times as many for a denoiser, whose steps are cheap, and which with fewer draws rows far from all others
_LIMITS = {
    "batch_size": 60,
    "n_critic": 2,
    "n_sampling_steps": 100,
    "n_probes": 50,
    "max_iter": 20,
    "patience": 5,
}
_WIDTH = 64


def shrunk(settings: Mapping[str, Any], n_train: int) -> dict[str, Any]:
    """Return settings of a sampler or a net for a short training on `n_train` rows."""
    times = _MORE if "n_diffusion_steps" in settings else 1
    limits = {"max_epochs": times * max(2, min(20, _STEPS // n_train)), **_LIMITS}
    changed: dict[str, Any] = {k: min(settings[k], most) for k, most in limits.items() if k in settings}
    for name, widths in settings.items():
        if name.endswith("hidden_layer_sizes") and widths is not None:
            changed[name] = tuple(min(width, _WIDTH) for width in widths)
    if isinstance(settings.get("scaler"), Pipeline):
        changed["scaler"] = clone(settings["scaler"]).set_params(quantile__n_quantiles=50)
    return {**settings, **changed}


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
        k=min(paper.k, max(2, n_train // 15)),
        unjudged=("",),
        claims=(),
        parts=[part.small(n_train) for part in paper.parts],
        classifiers=nets(paper.classifiers),
        embedders=nets(paper.embedders),
        systems={
            name: system._replace(settings=shrunk(system.settings, n_train))
            for name, system in paper.systems.items()
        },
    )
