"""Any sampler behind the contract of ours: other containers, a scaler, one seed."""

from __future__ import annotations

import warnings
from abc import abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from imblearn.over_sampling.base import BaseOverSampler
from sklearn.base import clone
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils._param_validation import HasMethods
from sklearn.utils.validation import has_fit_parameter

from .._containers import dense
from .._estimators import Interpolation
from ..base import GenerativeSampler


@dataclass(kw_only=True, eq=False, repr=False)
class HoldsSampler(GenerativeSampler):
    """Base class: trains a clone of the sampler that `_inner` returns and draws from it.

    Unless a `scaler` is given the inner sampler gets the rows as they are, under the names of their features.
    """

    @abstractmethod
    def _inner(self) -> Any:
        """Return the sampler to clone and train: one of ours, or of imbalanced-learn."""

    def _fit_generator(self, X: np.ndarray, codes: np.ndarray, rng: np.random.Generator, groups: Any) -> None:
        sampler = with_sample(clone(self._inner()))
        if "random_state" in sampler.get_params(deep=False):
            sampler.set_params(random_state=int(rng.integers(2**31)))
        routed = {} if groups is None or not has_fit_parameter(sampler, "groups") else {"groups": groups}
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "X looks like", UserWarning)  # said once, about the rows given
            self.sampler_ = sampler.fit(self._named(X), self.classes_[codes], **routed)

    def _generate(self, codes: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        rows, _ = self.sampler_.sample(y=self.classes_[codes], random_state=int(rng.integers(2**31)))
        return np.asarray(dense(rows), dtype=np.float64)

    def _make_scaler(self) -> Any:
        return FunctionTransformer() if self.scaler is None else super()._make_scaler()

    def _named(self, rows: np.ndarray) -> Any:
        """Return a data frame if the features have names: graphs and trained samplers go by them."""
        if not hasattr(self, "feature_names_in_"):
            return rows
        try:
            import pandas as pd
        except ImportError:
            return rows
        return pd.DataFrame(rows, columns=self.feature_names_in_)


@dataclass(kw_only=True, eq=False, repr=False)
class AnySampler(HoldsSampler):
    """One given sampler; its own amounts are not used."""

    sampler: Any = None

    _parameter_constraints: ClassVar[dict] = {
        **GenerativeSampler._parameter_constraints,
        "sampler": [HasMethods(["fit"])],
    }

    def _inner(self) -> Any:
        return self.sampler

    def _check_scale(self, rows: np.ndarray) -> None:
        """Leave the warning to whoever holds this sampler."""


def with_sample(sampler: Any) -> Any:
    """Return a sampler that has `fit` and `sample`: itself, or an over-sampler of imbalanced-learn wrapped.

    Raises
    ------
    TypeError
        If it is neither.
    """
    if hasattr(sampler, "fit") and hasattr(sampler, "sample"):
        return sampler
    if isinstance(sampler, BaseOverSampler):
        return Interpolation(sampler, fill=True)
    raise TypeError(
        f"{sampler!r} is neither a sampler with fit and sample nor an imbalanced-learn over-sampler"
    )
