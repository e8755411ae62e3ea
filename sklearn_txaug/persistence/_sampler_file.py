"""Trained samplers in files."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import Any

from imblearn.base import SamplerMixin
from sklearn.utils.validation import check_is_fitted

from ._file import read_object, write_object
from ._rows import check_no_rows, training_rows_in

_KIND = "sampler"


def save_sampler(sampler: Any, path: str | PathLike, *, note: str = "", sharing: bool = False) -> None:
    """Write a trained sampler; see `GenerativeSampler.save`."""
    rows = training_rows_in(sampler)
    if sharing:
        check_no_rows(rows, type(sampler).__name__)
    header = {
        "class": type(sampler).__name__,
        "note": str(note),
        "n_rows": int(sampler._labels.counts.sum()),
        "training_rows": [item._asdict() for item in rows],
        "privacy": getattr(sampler, "privacy_", None),
    }
    write_object(path, _KIND, sampler, header)


def load_sampler(path: str | PathLike, *, trusted: Sequence[str] = ()) -> Any:
    """Load a sampler from a file written by its `save`; no code in the file is run.

    The file is one zip of JSON, of arrays in the format of safetensors, and of objects of scikit-learn in the format
    of skops. Nothing in it is a pickle. Only classes of this package, of scikit-learn and of imbalanced-learn are
    made. The sampler draws the rows that the saved one draws from the same seed.

    Parameters
    ----------
    path : path
        The file.
    trusted : sequence of str, default=()
        Names of further classes that may be made, such as ``"my_package.MyScaler"``; their modules are imported.

    Returns
    -------
    sampler : sampler
        Trained. Its `provenance_` says what wrote it, from how many rows, what it contains of them, and the
        guarantee of privacy, if it has any.

    Raises
    ------
    OSError
        If the file cannot be read.
    ValueError
        If a byte of the file is not as it was written, if it is not the file of a sampler, if another minor version
        of this package (or of scikit-learn or imbalanced-learn, if it contains objects of theirs) wrote it, if it
        contains a class that is not trusted, or if its parts do not match.
    ImportError
        If safetensors or skops is not installed.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from sklearn_txaug.datasets import load_tissue_expression
    >>> from sklearn_txaug.over_sampling import GaussianSampler
    >>> from sklearn_txaug.persistence import load_sampler
    >>> X, y = load_tissue_expression(return_X_y=True)
    >>> sampler = GaussianSampler(random_state=0).fit(X, y)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     sampler.save(pathlib.Path(folder) / "tissues.txaug")
    ...     loaded = load_sampler(pathlib.Path(folder) / "tissues.txaug")
    >>> bool((loaded.sample(5)[0] == sampler.sample(5)[0]).all())
    True
    """
    sampler, header = read_object(path, _KIND, trusted)
    name = Path(path).name
    if not isinstance(sampler, SamplerMixin) or not hasattr(sampler, "sample"):
        raise ValueError(
            f"{name} cannot be loaded: it contains a {type(sampler).__name__}, which is no sampler"
        )
    _check_parts(sampler, name)
    sampler.provenance_ = header
    return sampler


def _check_parts(sampler: Any, name: str) -> None:
    """Refuse a sampler whose parts do not match each other."""
    try:
        check_is_fitted(sampler)
        n_features, n_classes = sampler.n_features_in_, len(sampler.classes_)
        names = getattr(sampler, "feature_names_in_", range(n_features))
        counts = sampler._labels.counts
        n_numeric = n_features - len(getattr(sampler, "categorical_features_", ()))
        scaled = getattr(sampler.scaler_, "n_features_in_", n_numeric)
        matches = (n_features, n_numeric) == (len(names), scaled) and n_classes == len(counts) == len(
            sampler._labels.classes
        )
    except (AttributeError, TypeError, ValueError) as error:
        raise ValueError(f"{name} cannot be loaded: {error}") from error
    if not matches:
        raise ValueError(f"{name} cannot be loaded: its numbers of genes or of classes do not match")
