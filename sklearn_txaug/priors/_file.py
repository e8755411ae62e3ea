"""Priors in files: one .npz of numbers and strings, checked when it is read."""

from __future__ import annotations

import zipfile
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..utils.files import replacing
from ._low_rank import LowRank

if TYPE_CHECKING:
    from ._expression_prior import ExpressionPrior


class FileKind(NamedTuple):
    """What a file says it is.

    Parameters
    ----------
    label : str
        Stored in the file.
    version : int
        The newest that this package reads.
    name : str
        For messages.
    """

    label: str
    version: int
    name: str


_PRIOR = FileKind("sklearn_txaug.ExpressionPrior", 1, "ExpressionPrior")
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
    """Write a fitted prior."""
    write_arrays(path, _PRIOR, prior_arrays(prior))


def read_prior(path: str | PathLike, cls: type[ExpressionPrior]) -> ExpressionPrior:
    """Read a file written by `write_prior`."""
    return prior_from(read_arrays(path, _PRIOR), Path(path).name, cls)


def write_arrays(path: str | PathLike, kind: FileKind, arrays: dict[str, np.ndarray]) -> None:
    """Write arrays to a file of some kind."""
    header = {"format": np.array(kind.label), "version": np.array(kind.version)}
    with replacing(Path(path)) as new, new.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **header, **arrays)


def read_arrays(path: str | PathLike, kind: FileKind) -> dict[str, np.ndarray]:
    """Return the arrays of a file, and refuse one of another kind or a newer version."""
    name = Path(path).name
    try:
        with Path(path).open("rb") as file, np.load(file, allow_pickle=False) as stored:
            arrays = {key: stored[key] for key in stored.files}
    except (ValueError, TypeError, zipfile.BadZipFile, EOFError, AttributeError) as error:
        raise ValueError(f"{name} is not a saved {kind.name}: {error}") from error
    if str(arrays.get("format")) != kind.label:
        raise ValueError(f"{name} is not a saved {kind.name}")
    version = arrays.get("version", np.array(0))
    if version.shape or version.dtype.kind not in "iu" or not 1 <= version <= kind.version:
        raise ValueError(
            f"{name} has version {version} of the format, and this package reads versions up to {kind.version}; "
            "update the package"
        )
    return arrays


def prior_arrays(prior: ExpressionPrior) -> dict[str, np.ndarray]:
    """Return what is stored; covariances in half precision, which costs less than their sampling error."""
    return {
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


def prior_from(arrays: dict[str, Any], name: str, cls: type[ExpressionPrior]) -> ExpressionPrior:
    """Return the prior of some arrays, which are checked; `name` is that of their file."""
    _check(arrays, name)
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


def _check(arrays: dict[str, Any], name: str) -> None:
    """Refuse arrays that are missing, of another kind, or do not match."""
    for key, (kind, ndim) in _ARRAYS.items():
        if key not in arrays or arrays[key].dtype.kind != kind or arrays[key].ndim != ndim:
            raise ValueError(f"{name} is damaged: {key!r} is missing or of another kind")
    _check_shapes(arrays, name)
    # Genes that an aligned prior does not know
    unknown = np.isnan(arrays["means"]) & np.isnan(arrays["scales"])
    for key, (kind, _) in _ARRAYS.items():
        known = arrays[key][~unknown] if key in ("means", "scales") else arrays[key]
        if kind == "f" and not np.isfinite(known).all():
            raise ValueError(f"{name} is damaged: {key!r} holds NaN or infinity")


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
