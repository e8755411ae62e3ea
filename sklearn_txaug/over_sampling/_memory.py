"""One training, many uses: trained generators in a cache."""

from __future__ import annotations

import hashlib
import os
import pickle
from pathlib import Path
from typing import Any, NamedTuple

import joblib
import numpy as np
import torch
from sklearn.utils.validation import check_memory

from .. import __version__
from ..utils.own_code import own_code
from ..utils.warnings import warn
from ._conditioned import given
from ._covariates import CovariateRows


def train(
    sampler: Any,
    X: np.ndarray,
    codes: np.ndarray,
    rng: np.random.Generator,
    groups: Any,
    covariates: CovariateRows | None,
) -> None:
    """Train the generator of a sampler, or take it from `sampler.memory`, where an equal training has left it.

    Equal are trainings of one class of samplers, in one version of this package and of torch, on the same rows,
    classes, groups, covariates and names of features, with the same seed and parameters. Parameters in
    `sampler._drawing`, which training does not use, do not count, unless there are callbacks, which may draw rows; of
    files, their content counts. So does the code of classes that are not installed, such as your own sampler.

    Parameters
    ----------
    sampler : GenerativeSampler
        What is known before training has been set: labels, seed, amounts.
    X : ndarray of shape (n_samples, n_features)
        Rows of the innermost space.
    codes : ndarray of shape (n_samples,)
        Class codes.
    rng : Generator
        Randomness of the training.
    groups : array-like of shape (n_samples,) or None
        Patient or donor of each row.
    covariates : CovariateRows or None
        Covariates of the rows.
    """
    location = sampler.memory
    memory = check_memory(os.fspath(location) if isinstance(location, os.PathLike) else location)
    cached = memory.cache(_learnt, ignore=["learn"])
    learn = _Learn(sampler, X, codes, rng, groups, covariates)
    key = joblib.hash(_key(learn))
    entry = cached(key, learn)
    if not _is_whole(entry):
        warn(f"The trained {type(sampler).__name__} in the cache is damaged; it is trained again.")
        cached.cache_validation_callback = _never
        entry = cached(key, learn)
    payload, _ = entry
    sampler.__dict__.update(pickle.loads(payload))
    sampler._recalled()


class _Learn(NamedTuple):
    """A training; joblib puts its arguments into messages, and rows have no place there."""

    sampler: Any
    X: np.ndarray
    codes: np.ndarray
    rng: np.random.Generator
    groups: Any
    covariates: CovariateRows | None

    def __repr__(self) -> str:
        return f"training of {type(self.sampler).__name__}"

    def __call__(self) -> dict[str, Any]:
        """Train, and return the attributes that training has set."""
        sampler, *data, covariates = self
        before, missing = dict(vars(sampler)), object()
        sampler._fit_generator(*data, **given(covariates))
        return {
            name: value for name, value in vars(sampler).items() if before.get(name, missing) is not value
        }


def _learnt(key: str, learn: _Learn) -> tuple[bytes, str]:
    """Train, and return what was learnt, pickled, and its digest."""
    payload = pickle.dumps(learn())
    return payload, _digest(payload)


def _key(learn: _Learn) -> tuple[Any, ...]:
    """Return all that decides what is learnt."""
    sampler = learn.sampler
    drawing = sampler._unseen if getattr(sampler, "callbacks", None) else sampler._drawing
    params = {k: v for k, v in sampler.get_params(deep=False).items() if k not in drawing}
    params.pop("random_state")  # its state may have moved on; the seed drawn from it counts
    return (
        f"{type(sampler).__module__}.{type(sampler).__qualname__}",
        (__version__, torch.__version__, own_code([sampler, *sampler.get_params().values()], typed_in=True)),
        params,
        (learn.X, learn.codes, None if learn.groups is None else np.asarray(learn.groups).tolist()),
        (np.asarray(sampler.classes_).tolist(), list(getattr(sampler, "feature_names_in_", ()))),
        getattr(sampler, "_layout", ()),
        (_files(sampler), getattr(sampler, "_reference", None)),
        (sampler._seed, learn.rng.bit_generator.state),
        *([] if learn.covariates is None else [learn.covariates.values, learn.covariates.design]),
    )


def _files(sampler: Any) -> dict[str, str]:
    """Return the digest of each file that a parameter names, such as that of a prior."""
    given = {k: v for k, v in sampler.get_params().items() if isinstance(v, str | os.PathLike)}
    return {name: _digest(Path(path).read_bytes()) for name, path in given.items() if Path(path).is_file()}


def _digest(payload: bytes) -> str:
    return hashlib.sha256(payload).hexdigest()


def _is_whole(entry: Any) -> bool:
    """Tell whether an entry is what `_learnt` returned."""
    kinds = [type(part) for part in entry] if isinstance(entry, tuple) else []
    return kinds == [bytes, str] and _digest(entry[0]) == entry[1]


def _never(metadata: Any) -> bool:
    """Refuse what is in the cache."""
    return False
