"""Priors in files: one .npz of numbers and strings, checked when it is read."""

from __future__ import annotations

import zipfile
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..utils.files import replacing
from ._low_rank import LowRank

if TYPE_CHECKING:
    from ._expression_prior import ExpressionPrior

_FORMAT = "sklearn_txaug.ExpressionPrior"
_VERSION = 1
_ARRAYS = {  # name: kind of numbers, dimensions
    "means": ("f", 1),
    "scales": ("f", 1),
    "within_factor": ("f", 2),
    "within_noise": ("f", 1),
    "between_factor": ("f", 2),
    "between_noise": ("f", 1),
    "class_counts": ("i", 1),
    "range": ("f", 1),
    "classes": ("U", 1),
    "genes": ("U", 1),
    "description": ("U", 0),
    "shrinkage": ("f", 0),
}


def write_prior(path: str | PathLike, prior: ExpressionPrior) -> None:
    """Write a fitted prior; covariances in half precision, which costs less than their sampling error."""
    arrays = {
        "format": np.array(_FORMAT),
        "version": np.array(_VERSION),
        "means": prior.means_.astype(np.float32),
        "scales": prior.scales_.astype(np.float32),
        "within_factor": prior.within_.factor.astype(np.float16),
        "within_noise": prior.within_.noise.astype(np.float16),
        "between_factor": prior.between_.factor.astype(np.float16),
        "between_noise": prior.between_.noise.astype(np.float16),
        "class_counts": prior.class_counts_.astype(np.int64),
        "range": prior.range_.astype(np.float64),
        "classes": np.array([str(label) for label in prior.classes_]),
        "genes": np.array([str(name) for name in getattr(prior, "feature_names_in_", ())], dtype=np.str_),
        "description": np.array(prior.description_),
        "shrinkage": np.array(float(prior.shrinkage)),
    }
    with replacing(Path(path)) as new, new.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)


def read_prior(path: str | PathLike, cls: type[ExpressionPrior]) -> ExpressionPrior:
    """Read a file written by `write_prior`."""
    arrays = _read(Path(path))
    _check(arrays, Path(path).name)
    within = LowRank(_wide(arrays["within_factor"]), _wide(arrays["within_noise"]))
    between = LowRank(_wide(arrays["between_factor"]), _wide(arrays["between_noise"]))
    prior = cls(rank=max(1, len(within.factor)), shrinkage=float(arrays["shrinkage"]))
    prior.means_, prior.scales_ = _wide(arrays["means"]), _wide(arrays["scales"])
    prior.classes_, prior.class_counts_ = arrays["classes"], arrays["class_counts"]
    prior.range_ = arrays["range"]
    prior.description_ = str(arrays["description"])
    prior.groups_ = None
    prior.n_features_in_ = len(prior.means_)
    if len(arrays["genes"]):
        prior.feature_names_in_ = arrays["genes"].astype(object)
    prior.within_, prior.between_ = within, between
    return prior


def _read(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files}
    except (ValueError, zipfile.BadZipFile, EOFError, AttributeError) as error:
        raise ValueError(f"{path.name} is not a saved ExpressionPrior: {error}") from error


def _check(arrays: dict[str, Any], name: str) -> None:
    """Refuse a file of another kind, a newer version, or arrays that do not match."""
    if str(arrays.get("format")) != _FORMAT:
        raise ValueError(f"{name} is not a saved ExpressionPrior")
    version = arrays.get("version", np.array(0))
    if version.shape or version.dtype.kind not in "iu" or not 1 <= version <= _VERSION:
        raise ValueError(
            f"{name} has version {version} of the format, and this package reads versions up to {_VERSION}; "
            "update the package"
        )
    for key, (kind, ndim) in _ARRAYS.items():
        if key not in arrays or arrays[key].dtype.kind != kind or arrays[key].ndim != ndim:
            raise ValueError(f"{name} is damaged: {key!r} is missing or of another kind")
        if kind == "f" and not np.isfinite(arrays[key]).all():
            raise ValueError(f"{name} is damaged: {key!r} holds NaN or infinity")
    _check_shapes(arrays, name)


def _check_shapes(arrays: dict[str, Any], name: str) -> None:
    n_genes, n_classes = len(arrays["means"]), len(arrays["classes"])
    for key in ("scales", "within_noise", "between_noise", "within_factor", "between_factor"):
        if arrays[key].shape[-1] != n_genes:
            raise ValueError(
                f"{name} is damaged: {key!r} is for {arrays[key].shape[-1]} genes, not {n_genes}"
            )
    for key in ("scales", "within_noise", "between_noise", "class_counts"):
        if (arrays[key] < 0).any():
            raise ValueError(f"{name} is damaged: {key!r} has values below 0")
    if len(arrays["genes"]) not in (0, n_genes) or len(arrays["class_counts"]) != n_classes or n_classes < 2:
        raise ValueError(f"{name} is damaged: names of genes or classes are missing")
    if arrays["range"].shape != (2,) or not 0 <= arrays["shrinkage"] <= 1 or n_genes < 1:
        raise ValueError(f"{name} is damaged: 'range' or 'shrinkage' is not as it was written")


def _wide(array: np.ndarray) -> np.ndarray:
    return array.astype(np.float64)
