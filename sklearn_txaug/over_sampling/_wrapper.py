"""Any sampler behind the interface of this package: containers, a scaler, one seed."""

from __future__ import annotations

import warnings
from abc import abstractmethod
from dataclasses import field
from inspect import signature
from numbers import Integral
from typing import Any, ClassVar

import numpy as np
from imblearn.over_sampling import RandomOverSampler
from imblearn.over_sampling.base import BaseOverSampler
from sklearn.base import BaseEstimator, clone
from sklearn.utils.validation import has_fit_parameter

from ..utils.checks import groups_for, is_fitted
from ..utils.constraints import Trainable
from ..utils.containers import dense
from ..utils.declaration import estimator
from ..utils.random import draw_integer, with_seed
from ..utils.scales import passthrough
from ._covariate_tables import take_columns
from ._covariates import CovariateRows
from .base import GenerativeSampler


@estimator
class WrapperSampler(GenerativeSampler):
    """Base class: trains a clone of the sampler that `_inner` returns and draws from it.

    Unless a `scaler` is given, the inner sampler gets the rows unscaled, with the names of their features.

    Attributes
    ----------
    sampler_ : sampler
        The trained sampler.
    """

    @abstractmethod
    def _inner(self) -> Any:
        """Return the sampler to clone and train, of this package or of imbalanced-learn."""

    def _fit_generator(
        self,
        X: np.ndarray,
        codes: np.ndarray,
        rng: np.random.Generator,
        groups: Any,
        covariates: CovariateRows | None = None,
    ) -> None:
        sampler = with_seed(with_sample(self._inner()), draw_integer(rng))
        given = fit_keywords(sampler, groups, self._table(covariates))
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "X looks like", UserWarning)  # warned already
            self.sampler_ = sampler.fit(self._named(X), self.classes_[codes], **given)

    def _generate(
        self, codes: np.ndarray, rng: np.random.Generator, covariates: CovariateRows | None = None
    ) -> np.ndarray:
        return draw_rows(self.sampler_, self.classes_[codes], rng, self._table(covariates))

    def _default_scaler(self) -> Any:
        return passthrough()

    def _named(self, rows: np.ndarray) -> Any:
        """Return a data frame if the features have names: graphs and trained samplers match genes by name."""
        if not hasattr(self, "feature_names_in_"):
            return rows
        try:
            import pandas as pd
        except ImportError:
            return rows
        return pd.DataFrame(rows, columns=self.feature_names_in_)


@estimator
class SamplerAdapter(WrapperSampler):
    """One given sampler; its own amounts are not used.

    Parameters
    ----------
    sampler : sampler
        One of this package, or an over-sampler of imbalanced-learn.
    """

    sampler: Trainable = field(default=None, kw_only=False)

    def _inner(self) -> Any:
        return self.sampler

    def _check_rows(self, rows: np.ndarray) -> None:
        """Leave the warning to the caller."""


def draw_rows(
    sampler: Any, labels: np.ndarray, rng: np.random.Generator, covariates: Any = None
) -> np.ndarray:
    """Draw a row for each label from a fitted sampler of any library, under a seed if it takes one.

    If columns of its rows are covariates, they are left out.

    Raises
    ------
    ValueError
        If it returns another number of rows.
    """
    takes_seed = "random_state" in signature(sampler.sample).parameters
    seed = {"random_state": draw_integer(rng)} if takes_seed else {}
    given = {} if covariates is None else {"covariates": covariates}
    rows, _ = sampler.sample(y=labels, **given, **seed)
    own = getattr(sampler, "covariate_features", None)
    if own is not None:
        rows, _ = take_columns(rows, list(own))
    rows = np.asarray(dense(rows))
    if rows.dtype != np.float32:
        rows = rows.astype(np.float64, copy=False)
    if len(rows) != len(labels):
        raise ValueError(
            f"sampler: {type(sampler).__name__}.sample returned {len(rows)} rows for {len(labels)} labels"
        )
    return rows


def fit_keywords(sampler: Any, groups: Any, covariates: Any) -> dict[str, Any]:
    """Return the keywords for the `fit` of an inner sampler: groups if it takes any, covariates if there are any.

    Raises
    ------
    TypeError
        If there are covariates and it takes none.
    """
    given = groups_for(sampler, groups)
    if covariates is None:
        return given
    if not has_fit_parameter(sampler, "covariates"):
        inner = sampler.sampler if isinstance(sampler, Interpolation) else sampler
        raise TypeError(
            f"covariates: {type(inner).__name__} takes none; leave them out, or use a sampler of sklearn_txaug"
        )
    return {**given, "covariates": covariates}


def with_sample(sampler: Any) -> Any:
    """Return a sampler that has `fit` and `sample`: itself, or a wrapped over-sampler of imbalanced-learn.

    Raises
    ------
    TypeError
        If it is neither.
    """
    if hasattr(sampler, "fit") and hasattr(sampler, "sample"):
        check_draws_labels(sampler)
        return sampler
    if isinstance(sampler, BaseOverSampler):
        return Interpolation(sampler, fill=True)
    raise TypeError(
        f"{sampler!r} is neither a sampler with fit and sample nor an imbalanced-learn over-sampler"
    )


def check_draws_labels(sampler: Any) -> None:
    """Refuse densities such as `GaussianMixture`, whose `sample` cannot draw rows of given labels.

    Raises
    ------
    TypeError
        If `sample` takes no `y`.
    """
    parameters = signature(sampler.sample).parameters.values()
    if not any(p.name == "y" or p.kind == p.VAR_KEYWORD for p in parameters):
        raise TypeError(
            f"sampler: {type(sampler).__name__} cannot draw rows of given labels, because its sample takes no y; "
            "it needs fit(X, y) and sample(y=labels), which returns rows and labels"
        )


def check_needs_no_genes(sampler: Any) -> None:
    """Refuse an inner sampler that looks for genes of a reference in rows that are none, or are on another scale.

    Raises
    ------
    ValueError
        If it has a prior, or a reference that is fitted.
    """
    own = sampler.get_params(deep=False) if hasattr(sampler, "get_params") else {}
    for name in ("prior", "reference"):
        given = own.get(name)
        if given is not None and (is_fitted(given) or not hasattr(given, "fit")):
            raise ValueError(
                f"sampler: the {name} of {type(sampler).__name__} is about genes in their own units, and it is given "
                f"other columns here; leave out the {name}"
            )


class Interpolation(BaseEstimator):
    """A sampler of imbalanced-learn with `fit` and `sample`, which draws one class at a time.

    The number of neighbours is at most that of the class's other rows; a class with one row gets copies of it. It may
    return fewer rows than asked for (BorderlineSMOTE finds none where no row is near another class), unless `fill` is
    true: then copies of real rows make up the number.
    """

    _kept_rows: ClassVar[dict[str, str]] = {"X_": "the training rows"}

    def __init__(self, sampler: Any = None, random_state: Any = None, fill: bool = False):
        self.sampler = sampler
        self.random_state = random_state
        self.fill = fill

    def fit(self, X: Any, y: Any) -> Interpolation:
        self.X_, self.y_ = np.asarray(X), np.asarray(y)
        return self

    def sample(self, *, y: Any, random_state: Any = None) -> tuple[np.ndarray, np.ndarray]:
        """Return rows for the labels `y`, in their order unless some are missing."""
        y = np.asarray(y)
        seed = self.random_state if random_state is None else random_state
        labels, counts = np.unique(y, return_counts=True)
        drawn = [self._rows_of(label, int(n), seed) for label, n in zip(labels, counts, strict=True)]
        if sum(len(part[1]) for part in drawn) < len(y):
            X_new, y_new = (np.concatenate(parts) for parts in zip(*drawn, strict=True))
            return X_new, y_new
        X_new = np.empty((len(y), *drawn[0][0].shape[1:]), dtype=drawn[0][0].dtype)
        y_new = np.empty(len(y), dtype=drawn[0][1].dtype)
        for label, part in zip(labels, drawn, strict=True):
            X_new[y == label], y_new[y == label] = part
        return X_new, y_new

    def _rows_of(self, label: Any, n_rows: int, seed: Any) -> tuple[np.ndarray, np.ndarray]:
        X_new, y_new = self._resample(self.sampler, label, n_rows, seed)
        missing = n_rows - len(y_new)
        if missing > 0 and self.fill:
            copies = self._resample(RandomOverSampler(), label, missing, seed)
            X_new, y_new = np.concatenate([X_new, copies[0]]), np.concatenate([y_new, copies[1]])
        return X_new[:n_rows], y_new[:n_rows]

    def _resample(self, sampler: Any, label: Any, n_rows: int, seed: Any) -> tuple[np.ndarray, np.ndarray]:
        available = int(np.sum(self.y_ == label))
        sampler = clone(sampler) if available > 1 else RandomOverSampler()
        sampler.set_params(sampling_strategy={label: available + n_rows}, random_state=seed)
        for name in ("k_neighbors", "n_neighbors"):
            neighbours = sampler.get_params(deep=False).get(name)
            if isinstance(neighbours, Integral):
                sampler.set_params(**{name: min(neighbours, available - 1)})
        X, y = sampler.fit_resample(self.X_, self.y_)
        return X[len(self.X_) :].copy(), y[len(self.y_) :]  # a view would keep the real rows
