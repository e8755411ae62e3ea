"""What a trained sampler contains of the rows it was trained on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from torch import Tensor, nn

from ._classes import is_ours
from ._kinds_objects import unsaved

# Of a class of so few rows, mean, spread and distances from the mean give the rows away, or nearly.
_FEW_ROWS = 6
_KEPT_BY_OTHERS = {  # attributes in which estimators of scikit-learn and other libraries keep training rows
    "_fit_X": "the rows it was fitted on",
    "X_": "the rows it was fitted on",
    "X_fit_": "the rows it was fitted on",
    "X_train_": "the rows it was fitted on",
    "support_vectors_": "some of the rows it was fitted on",
    "quantiles_": "quantiles, which are values of the rows if there are few rows",
}


class TrainingRows(NamedTuple):
    """Something in a trained sampler that gives training rows away.

    Parameters
    ----------
    where : str
        Path of the attribute.
    what : str
        What it is.
    n_rows : int
        Number of training rows that it concerns.
    """

    where: str
    what: str
    n_rows: int


def training_rows_in(sampler: Any) -> list[TrainingRows]:
    """List what a trained sampler contains of its training rows.

    A trained sampler may keep rows as they are, or what gives them back: the values of a class in each gene, or rows
    and what their decoding loses. Each class says so of its own attributes. Of a class of fewer than 6 rows even
    means and spreads give the rows away, or nearly, and it is listed for that.

    An empty list does not say that the rows are private: what a model has learned may still tell them from others.
    It says that no row is in the file.

    Parameters
    ----------
    sampler : sampler
        Trained.

    Returns
    -------
    rows : list of TrainingRows
        Empty if there are none.

    Examples
    --------
    >>> from sklearn_txaug import presets
    >>> from sklearn_txaug.datasets import load_tissue_expression
    >>> from sklearn_txaug.over_sampling import FlowMatchingSampler
    >>> from sklearn_txaug.persistence import training_rows_in
    >>> X, y = load_tissue_expression(return_X_y=True)
    >>> sampler = FlowMatchingSampler(max_epochs=2, random_state=0).fit(X, y)
    >>> for rows in training_rows_in(sampler):
    ...     print(f"{rows.where}: {rows.what} ({rows.n_rows} rows)")
    spaces_[0].sorted_: the values of each gene in each class, sorted (189 rows)
    spaces_[2].noise_.residuals_: rows less their decoding, which adds up to the rows (189 rows)
    spaces_[2].noise_.points_: the training rows in the latent space (189 rows)
    >>> sampler.set_params(**presets.SHARING["FlowMatchingSampler"]).fit(X, y)
    FlowMatchingSampler(...)
    >>> training_rows_in(sampler)
    []
    """
    return list(_walk(sampler, "", set()))


def check_no_rows(rows: Sequence[TrainingRows], name: str) -> None:
    """Refuse to share a sampler that contains training rows."""
    if not rows:
        return
    listed = "; ".join(f"{item.where} has {item.what} ({item.n_rows} rows)" for item in rows)
    raise ValueError(
        f"sharing=True: this {name} contains training rows: {listed}. Train it, and any sampler inside it, with "
        f"**presets.SHARING[{name!r}] if there is such an entry, on classes of {_FEW_ROWS} rows or more"
    )


def _walk(value: Any, path: str, seen: set[int]) -> Iterator[TrainingRows]:
    """Yield what objects inside a value say of themselves, each object once."""
    if (
        id(value) in seen
        or value is None
        or isinstance(value, str | bytes | int | float | np.ndarray | Tensor)
    ):
        return
    seen.add(id(value))
    for where, part in _parts(value, path):
        yield from _walk(part, where, seen)
    cls = type(value)
    if isinstance(value, list | dict) or not hasattr(value, "__dict__") or isinstance(value, type):
        return
    kept = _declared(cls) if is_ours(cls) else _KEPT_BY_OTHERS
    for name, what in kept.items():
        n_rows = _length(getattr(value, name, None))
        if n_rows:
            yield TrainingRows(f"{path}.{name}".lstrip("."), what, n_rows)
    yield from _few(value, path)


def _parts(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        yield from ((f"{path}[{key!r}]", item) for key, item in value.items())
    elif isinstance(value, list | tuple):
        yield from ((f"{path}[{k}]", item) for k, item in enumerate(value))
    elif isinstance(value, nn.Module):
        yield from ((f"{path}.{name}", part) for name, part in value.named_children())
    elif hasattr(value, "__dict__") and not isinstance(value, type):
        left_out = unsaved(type(value))
        yield from (
            (f"{path}.{name}".lstrip("."), v) for name, v in vars(value).items() if name not in left_out
        )


def _declared(cls: type) -> dict[str, str]:
    """Return the attributes in which a class says that it keeps training rows, and what they are."""
    found: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        found.update(vars(base).get("_kept_rows", {}))
    return found


def _length(value: Any) -> int:
    if isinstance(value, list | tuple):
        return sum(map(_length, value))
    return int(np.shape(value)[0]) if np.ndim(value) else 0


def _few(value: Any, path: str) -> Iterator[TrainingRows]:
    """Yield small classes of a sampler that has learned from them itself, and not by another sampler in it."""
    counts = getattr(getattr(value, "_labels", None), "counts", None)
    if counts is None or hasattr(value, "sampler_") or not hasattr(value, "spaces_"):
        return
    privacy = getattr(value, "privacy_", None)
    if privacy is not None:  # means and spreads have noise
        if privacy["noise"] != "secret":
            what = "noise that protects the rows, and the noise_seed that gives it back"
            yield TrainingRows(path or type(value).__name__, what, int(counts.sum()))
        return
    few = int(counts[counts < _FEW_ROWS].sum())
    if few:
        where = path or type(value).__name__
        what = f"means and spreads of classes of fewer than {_FEW_ROWS} rows, which are nearly these rows"
        yield TrainingRows(where, what, few)
