"""Interpolation between condition vectors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..utils.checks import check_count

METHODS = ("lerp", "slerp")


def check_path(weights: Sequence[float], n_samples: int, method: str) -> np.ndarray:
    """Return the weights as an array, or raise an error that names the wrong argument of `interpolate`."""
    try:
        steps = np.atleast_1d(np.asarray(weights, dtype=float))
    except (TypeError, ValueError):
        steps = np.empty(0)
    if steps.ndim != 1 or not len(steps) or not np.isfinite(steps).all():
        raise ValueError(f"weights must be a sequence of finite numbers, got {weights!r}")
    check_count(n_samples, "n_samples")
    if method not in METHODS:
        raise ValueError(f"method must be one of {METHODS}, got {method!r}")
    return steps


def check_ends(covariates: Any) -> tuple[dict, dict] | None:
    """Return covariates at both ends of a path, those of the second with those that only the first names."""
    if covariates is None:
        return None
    pair = (covariates, covariates) if isinstance(covariates, Mapping) else tuple(covariates)
    if len(pair) != 2 or not all(isinstance(end, Mapping) for end in pair):
        raise ValueError(
            f"covariates must be two mappings, of the covariates at both ends, or one for both, got {covariates!r}"
        )
    return dict(pair[0]), {**pair[0], **pair[1]}


def between(a: Tensor, b: Tensor, weight: float, method: str = "lerp") -> Tensor:
    """Return `a` at weight 0, `b` at weight 1, and otherwise a vector between them on a line or an arc.

    Collinear vectors define no arc; they are interpolated on the line.

    Examples
    --------
    >>> import torch
    >>> a, b = torch.tensor([1.0, 0.0]), torch.tensor([0.0, 1.0])
    >>> between(a, b, 0.5), between(a, b, 0.5, "slerp")
    (tensor([0.5000, 0.5000]), tensor([0.7071, 0.7071]))
    """
    if method == "slerp":
        cosine = torch.nn.functional.cosine_similarity(a, b, dim=0).clamp(-1, 1)
        angle = torch.arccos(cosine)
        if torch.sin(angle) > 1e-4:
            return (torch.sin((1 - weight) * angle) * a + torch.sin(weight * angle) * b) / torch.sin(angle)
    return torch.lerp(a, b, weight)
