"""Flows in files: the arrays of a prior and the weights of a network, checked when they are read."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from ._context_flow import ContextFlow
from ._coordinates import encoder_of
from ._expression_prior import ExpressionPrior
from ._file import FileKind, prior_arrays, prior_from, read_arrays, write_arrays

if TYPE_CHECKING:
    from ._expression_flow import ExpressionFlow

_KIND = FileKind("sklearn_txaug.ExpressionFlow", 1, "ExpressionFlow")
_WEIGHT = "network "  # before the name of a weight


def write_flow(path: str | PathLike, flow: ExpressionFlow) -> None:
    """Write a fitted flow."""
    weights = {f"{_WEIGHT}{name}": tensor.numpy() for name, tensor in flow.module_.state_dict().items()}
    write_arrays(
        path,
        _KIND,
        {
            **prior_arrays(flow.prior_),
            "loadings": flow.loadings_.astype(np.float32),
            "hidden": np.array(flow.hidden_layer_sizes, dtype=np.int64),
            **weights,
        },
    )


def read_flow(path: str | PathLike, cls: type[ExpressionFlow]) -> ExpressionFlow:
    """Read a file written by `write_flow`."""
    name = Path(path).name
    if not Path(path).is_file():
        raise ValueError(f"reference: there is no file {str(path)!r}")
    arrays = read_arrays(path, _KIND)
    prior = prior_from(arrays, name, ExpressionPrior)
    loadings, hidden = arrays.get("loadings"), arrays.get("hidden")
    if loadings is None or loadings.dtype.kind != "f" or loadings.shape[1:] != (prior.n_features_in_,):
        raise ValueError(f"{name} is damaged: 'loadings' is missing or not for {prior.n_features_in_} genes")
    if not np.isfinite(loadings).all():
        raise ValueError(f"{name} is damaged: 'loadings' holds NaN or infinity")
    if hidden is None or hidden.dtype.kind != "i" or hidden.ndim != 1 or not 0 < hidden.size < 100:
        raise ValueError(f"{name} is damaged: 'hidden' is missing or of another kind")
    weights = {
        key.removeprefix(_WEIGHT): torch.tensor(value)
        for key, value in arrays.items()
        if key.startswith(_WEIGHT)
    }
    flow = cls(
        rank=prior.rank,
        shrinkage=prior.shrinkage,
        n_components=len(loadings),
        hidden_layer_sizes=tuple(hidden.tolist()),
    )
    flow.prior_, flow.loadings_ = prior, loadings.astype(np.float64)
    flow.encoder_ = encoder_of(flow.loadings_, prior.within_)
    flow.module_ = ContextFlow(np.ones(len(loadings)).tolist(), hidden.tolist(), 0.0).eval()
    try:
        flow.module_.load_state_dict(weights)
    except RuntimeError as error:
        raise ValueError(f"{name} is damaged: the weights do not fit the network") from error
    if not all(weight.isfinite().all() for weight in weights.values()):
        raise ValueError(f"{name} is damaged: the weights hold NaN or infinity")
    flow.n_features_in_ = prior.n_features_in_
    if hasattr(prior, "feature_names_in_"):
        flow.feature_names_in_ = prior.feature_names_in_
    return flow
