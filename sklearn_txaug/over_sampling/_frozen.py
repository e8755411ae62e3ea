"""A trained sampler that is used as it is."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from sklearn.base import clone
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils._param_validation import HasMethods

from ..utils.checks import warn_if_not_log
from ..utils.docs import shared_parameters
from ._gaussian import GaussianSampler
from .base import GenerativeSampler


@shared_parameters
@dataclass(kw_only=True, eq=False, repr=False)
class FrozenSampler(GenerativeSampler):
    """Draw from a sampler that is already trained; fitting, cloning and cross-validation leave it as it is.

    This is the oracle protocol, in which a generator that saw a larger cohort augments a small one, and the way to
    carry a generator from a public cohort to one's own. Genes are matched by name where both sides have names.

    Parameters
    ----------
    sampler : fitted sampler or None, default=None
        Its rows are used. One that is not fitted is cloned and trained on the rows at hand, with a warning; None is
        such a `GaussianSampler`.
    {amounts}

    Attributes
    ----------
    is_frozen_ : bool
        Whether `sampler` was already trained.
    sampler_ : sampler
        What rows are drawn from: `sampler` itself if it was already trained.
    {fitted}

    Notes
    -----
    Synthetic rows have the units of the rows that `sampler` was trained on; `scaler` is not used.

    Examples
    --------
    >>> from sklearn_txaug.datasets import load_tissue_expression
    >>> from sklearn_txaug.over_sampling import FrozenSampler, GaussianSampler
    >>> X, y = load_tissue_expression(return_X_y=True)
    >>> trained = GaussianSampler(random_state=0).fit(X, y)
    >>> few = slice(None, None, 4)
    >>> X_res, y_res = FrozenSampler(sampler=trained, n_synthetic=100, random_state=0).fit_resample(X[few], y[few])
    >>> X[few].shape, X_res.shape
    ((48, 500), (148, 500))
    """

    sampler: Any = None

    _parameter_constraints: ClassVar[dict] = {
        **GenerativeSampler._parameter_constraints,
        "sampler": [HasMethods(["fit", "sample"]), None],
    }

    def __sklearn_clone__(self) -> FrozenSampler:
        parameters = self.get_params(deep=False)
        sampler = parameters.pop("sampler")
        copies = {name: clone(value, safe=False) for name, value in parameters.items()}
        return type(self)(sampler=sampler if _is_trained(sampler) else clone(sampler, safe=False), **copies)

    def _fit_generator(self, X: np.ndarray, codes: np.ndarray, rng: np.random.Generator, groups: Any) -> None:
        self.is_frozen_ = _is_trained(self.sampler)
        if self.is_frozen_:
            self.sampler_ = self.sampler
            self._columns = self._match_columns()
            self._check_classes()
            return
        self.sampler_ = GaussianSampler() if self.sampler is None else clone(self.sampler)
        warnings.warn(
            f"{type(self.sampler_).__name__} is not fitted, so FrozenSampler trains it on the rows at hand",
            stacklevel=4,
        )
        self.sampler_.set_params(random_state=int(rng.integers(2**31)))
        self.sampler_.fit(X, self.classes_[codes])
        self._columns = np.arange(X.shape[1])

    def _generate(self, codes: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        rows, _ = self.sampler_.sample(y=self.classes_[codes], random_state=int(rng.integers(2**31)))
        rows = rows.toarray() if hasattr(rows, "toarray") else np.asarray(rows, dtype=np.float64)
        return rows[:, self._columns]

    def _check_scale(self, rows: np.ndarray) -> None:
        if not _is_trained(self.sampler):  # otherwise the rows at hand are not learned from
            warn_if_not_log(rows)

    def _make_scaler(self) -> Any:
        return FunctionTransformer()

    def _match_columns(self) -> np.ndarray:
        """Return where the genes at hand are among those of the trained sampler."""
        n_trained, n_here = self.sampler.n_features_in_, self.n_features_in_
        names = getattr(self.sampler, "feature_names_in_", None)
        here = getattr(self, "feature_names_in_", None)
        if n_trained != n_here:
            raise ValueError(f"X has {n_here} features, but the trained sampler has {n_trained}")
        if names is None or here is None:
            return np.arange(n_here)
        missing = set(here) - set(names)
        if missing:
            raise ValueError(
                f"X has {len(missing)} features that the trained sampler does not have: {sorted(missing)[:5]}"
            )
        order = np.argsort(names)
        return order[np.searchsorted(names, here, sorter=order)]

    def _check_classes(self) -> None:
        unknown = set(self.classes_.tolist()) - set(self.sampler.classes_.tolist())
        if unknown:
            raise ValueError(
                f"y has classes {sorted(unknown, key=str)} that the trained sampler does not have; "
                f"it has {self.sampler.classes_.tolist()}"
            )


def _is_trained(sampler: Any) -> bool:
    return bool(getattr(sampler, "_is_trained", False))
