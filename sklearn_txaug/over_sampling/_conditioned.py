"""What a sampler does with covariates: take them over, draw them with the labels, give them back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from inspect import signature
from typing import Any

import numpy as np

from ..utils.checks import check_count
from ..utils.containers import no_rows
from ..utils.memory import check_memory
from ._covariate_tables import check_rows, join_columns, take_columns
from ._covariates import CovariateRows, Covariates
from ._labels import ClassLabels

_COVARIATES = 4  # the random stream in which covariates are drawn


class Conditioned:
    """Mixin of `GenerativeSampler`: its covariates, None without any."""

    classes_: np.ndarray
    n_features_in_: int
    _itemsize: int
    spaces_: list[Any]
    _labels: ClassLabels
    _sample_stream: Callable[[Any], tuple[int, int]]
    _generate: Callable[..., np.ndarray]
    _decode: Callable[..., np.ndarray]
    _covariates: Covariates | None = None
    _learnt: Sequence[str] = ()  # names of the attributes that training has set
    _columns_given: Any  # X without rows, if some of its columns are covariates

    def _set_covariates(self, X: Any, covariates: Any) -> Any:
        """Take over covariates before anything is learned; return X without those among its columns."""
        self._forget()
        names: Any = getattr(self, "covariate_features", None)
        self._covariates = self._columns_given = None
        if names is not None and len(names):
            if covariates is not None:
                raise ValueError(
                    "covariates and covariate_features cannot both be given; put all into one of them"
                )
            self._columns_given = no_rows(X)
            X, covariates = take_columns(X, list(names))
        if covariates is None:
            return X
        for hook in ("_fit_generator", "_generate"):
            if "covariates" not in signature(getattr(self, hook)).parameters:
                raise TypeError(f"{type(self).__name__} takes no covariates; leave them out")
        check_rows(covariates, X)
        self._covariates = Covariates(covariates)
        return X

    def _forget(self) -> None:
        """Drop what an earlier fit has left, of which nothing must pass for this one's."""
        for name in ("spaces_", "covariates_", *self._learnt):
            self.__dict__.pop(name, None)

    def _learned_covariates(self, codes: np.ndarray) -> CovariateRows | None:
        """Learn which covariates the rows of each class have, and return them."""
        return None if self._covariates is None else self._covariates.learn(codes)

    def _conditions(self, codes: np.ndarray, given: Any, stream: tuple[int, ...]) -> CovariateRows | None:
        """Return covariates for each class code: those given, the others drawn."""
        if self._covariates is None:
            return None
        rng = np.random.default_rng((*stream, _COVARIATES))
        if given is None:
            return self._covariates.draw(codes, rng)
        return self._covariates.complete(given, codes, self.classes_, rng)

    def _class_sizes(self, given: Any) -> np.ndarray | None:
        """Return the sizes of the classes among training rows that have the categories given, None for all rows."""
        if given is None:
            return None
        return self._check_has_covariates().counts(given)

    def _asked(
        self, n_samples: int, y: Any, covariates: Any, random_state: Any
    ) -> tuple[np.ndarray, CovariateRows | None, tuple[int, int]]:
        """Return class codes, covariates and seed of the rows that a user asked for."""
        if covariates is not None:
            self._check_has_covariates()
        if y is not None:
            codes = self._labels.codes_of(y)
        else:
            check_count(n_samples, "n_samples")
            check_memory(0, int(n_samples), self.n_features_in_, self._itemsize)
            codes = self._labels.spread(int(n_samples), self._class_sizes(covariates))
        stream = self._sample_stream(random_state)
        return codes, self._conditions(codes, covariates, stream), stream

    def _check_has_covariates(self) -> Covariates:
        if self._covariates is None:
            raise ValueError(
                f"covariates: this {type(self).__name__} was fitted without any; give them to fit or fit_resample too"
            )
        return self._covariates

    def _rows_against(
        self,
        place: int,
        codes: np.ndarray,
        rng: np.random.Generator,
        covariates: CovariateRows,
    ) -> np.ndarray:
        """Return rows of given covariates, which the space at a place ranks among rows whose covariates are drawn."""
        outer, space, inner = self.spaces_[:place], self.spaces_[place], self.spaces_[place + 1 :]
        reference = space.reference(codes)
        everything = self._padded(covariates, reference, rng)
        both = np.concatenate([codes, reference])
        Z = self._decode(self._generate(both, rng, **given(everything)), None, rng, inner)
        mapped = space.map_against(Z[: len(codes)], codes, Z[len(codes) :], reference, rng)
        return self._decode(mapped, codes, rng, outer)

    def _padded(self, rows: CovariateRows, codes: np.ndarray, rng: np.random.Generator) -> CovariateRows:
        """Return covariates followed by those drawn for some more class codes."""
        return rows.followed_by(self._check_has_covariates().draw(codes, rng))

    def _table(self, rows: CovariateRows | None, X_new: Any = None) -> Any:
        """Return covariates as those of the training rows came, with the names of the rows of X."""
        if self._covariates is None or rows is None:
            return None
        return self._covariates.like_given(rows, getattr(X_new, "index", None))

    def _with_columns(self, X_new: Any, table: Any) -> Any:
        """Put covariates back among the columns of X, if they were there."""
        return X_new if self._columns_given is None else join_columns(X_new, table, self._columns_given)


def given(covariates: CovariateRows | None) -> dict[str, CovariateRows]:
    """Return the keyword of a sampler's hooks: nothing without covariates."""
    return {} if covariates is None else {"covariates": covariates}
