"""What the fit and the draw of a sampler consist of: the generator's hooks, and the steps around them."""

from __future__ import annotations

from abc import abstractmethod
from numbers import Integral
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.preprocessing import StandardScaler

from ..utils.amounts import class_amounts
from ..utils.blocks import all_finite
from ..utils.checks import check_groups, check_magnitude, check_order, check_table, validated
from ..utils.containers import as_container, dense, no_rows, rows_like
from ..utils.memory import check_memory
from ..utils.random import draw_seed
from ..utils.scales import passthrough, warn_if_not_log
from ..utils.threads import given_threads
from ._conditioned import Conditioned, given
from ._covariates import CovariateRows
from ._labels import ClassLabels
from ._memory import train
from .spaces import ClassQuantiles, ScaledSpace, Space

FIT = 0  # the random streams of one random_state, each independent of the others
FIT_RESAMPLE = 1
SAMPLE = 2


class GeneratorSteps(Conditioned):
    """Mixin of `GenerativeSampler`: from `X` to rows of the innermost space, to the generator, and back."""

    n_features_in_: int
    sampling_strategy: Any
    n_synthetic: Any
    scaler: Any
    quantile_mapping: bool
    nonnegative: bool
    memory: Any
    random_state: Any

    # -- the generator's own part

    @abstractmethod
    def _fit_generator(self, X: np.ndarray, codes: np.ndarray, rng: np.random.Generator, groups: Any) -> None:
        """Learn from rows (n_samples, n_features) of the innermost space and class codes 0..n_classes-1.

        The rows are the generator's own: it may overwrite them.

        If this and `_generate` have a further parameter `covariates`, they are given the `CovariateRows` of the rows,
        or nothing without any. A sampler that lacks it refuses covariates.
        """

    @abstractmethod
    def _generate(self, codes: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return one row of the innermost space for each class code."""

    def _recalled(self) -> None:
        """Give a generator from the cache the parameters of drawing, if it has any of them."""

    def _make_spaces(self) -> list[Space]:
        """Return the spaces, not fitted, between the units of X and those of the generator, outermost first."""
        quantiles: list[Space] = [ClassQuantiles()] if self.quantile_mapping else []
        return [*quantiles, self._make_scaled_space()]

    def _make_scaled_space(self) -> ScaledSpace:
        """Return the space of the scaler."""
        return ScaledSpace(self._make_scaler())

    def _make_scaler(self) -> Any:
        if self.scaler is None:
            return self._default_scaler()
        return passthrough() if isinstance(self.scaler, str) else clone(self.scaler)

    def _default_scaler(self) -> Any:
        """Return what ``scaler=None`` stands for."""
        return StandardScaler()

    def _check_rows(self, rows: np.ndarray) -> None:
        """Warn about rows, or refuse them, before training starts."""
        warn_if_not_log(rows)

    def _held_rows(self, n_rows: int) -> float:
        """Return how many rows, in single precision, a training on `n_rows` rows holds at most, for their memory.

        Of these rows there are the generator's own, the sorted ones of a quantile mapping or the factors of
        covariances, and one more copy while something is computed; `docs/measure_costs.py` measures it.
        """
        return 3 * n_rows

    # -- the steps of a fit and of a draw

    def _check(self, X: Any, y: Any, groups: Any) -> tuple[np.ndarray, np.ndarray]:
        """Validate, encode the labels and determine the amounts; nothing is trained."""
        check_order(X, y=y, groups=groups)
        labels = None  # validate_data says that y is required
        if y is not None:
            self._labels = ClassLabels(y)
            labels = self._labels.values
        rows, labels = self._read(X, labels)
        check_groups(groups, rows.shape[0])
        self.sampling_strategy_ = self._count_synthetic(labels)
        self._itemsize = rows.dtype.itemsize
        n_new = sum(self.sampling_strategy_.values())
        n_rows, n_features = rows.shape
        check_memory(
            n_rows,
            n_new,
            n_features,
            self._itemsize,
            held=self._held_rows(n_rows),
            n_drawn=max(n_new, n_rows) if self.quantile_mapping else n_new,
            dense=isinstance(rows, np.ndarray),
        )
        # One memory layout: summing in another order changes the last bits, and with them the rows drawn.
        rows = np.ascontiguousarray(dense(rows))
        check_magnitude(rows, getattr(self, "feature_names_in_", None))
        codes = self._labels.encode(labels)
        self.classes_ = self._labels.classes
        self._seed = draw_seed(self.random_state)
        self._X_template = no_rows(as_container(X))
        return rows, codes

    def _read(self, X: Any, labels: Any) -> tuple[np.ndarray, np.ndarray]:
        """Return the rows and labels, validated; names and number of the features are stored."""
        if labels is not None:
            check_table(X, len(labels))
        return validated(
            self,
            X,
            labels,
            reset=True,
            accept_sparse=["csr", "csc"],
            dtype=(np.float64, np.float32),
        )

    def _rows_like(self, template: Any, rows: np.ndarray, real_index: Any = ()) -> Any:
        """Return rows in the units of X in a container like `template`."""
        return rows_like(template, rows, real_index)

    def _count_synthetic(self, labels: np.ndarray) -> dict[Any, int]:
        return class_amounts(self.n_synthetic, self.sampling_strategy, labels)

    def _train(self, rows: np.ndarray, codes: np.ndarray, groups: Any) -> None:
        self._check_rows(rows)
        rng = np.random.default_rng((self._seed, FIT))
        spaces = self._make_spaces()
        conditions = self._learned_covariates(codes)
        with given_threads():
            last: list[tuple[Space, np.ndarray]] = []
            for space in spaces:
                if space.learns_last:
                    last.append((space, rows))
                else:
                    rows = space.fit(rows, codes, rng).encode(rows)
            before = set(vars(self))
            try:
                if self.memory is None:
                    self._fit_generator(rows, codes, rng, groups, **given(conditions))
                else:
                    train(self, rows, codes, rng, groups, conditions)
            finally:
                self._learnt = sorted(set(vars(self)) - before)
            del rows  # which the generator had; what it needs of them it has kept
            for space, outer in last:
                space.fit(outer, codes, rng)
        self.scaler_ = next(space.scaler for space in spaces if hasattr(space, "scaler"))
        self.spaces_ = spaces  # set last: a sampler with spaces_ counts as trained

    def _draw(
        self, codes: np.ndarray, stream: tuple[int, int], covariates: CovariateRows | None = None
    ) -> np.ndarray:
        """Return a row in the units of X for each class code."""
        if not len(codes):
            return np.empty((0, self.n_features_in_))
        with given_threads():
            return self._clip(self._rows_for(codes, np.random.default_rng(stream), covariates))

    def _rows_for(
        self, codes: np.ndarray, rng: np.random.Generator, covariates: CovariateRows | None
    ) -> np.ndarray:
        """Return rows in the units of X."""
        ranking = [place for place, space in enumerate(self.spaces_) if space.ranks]
        if covariates is not None and covariates.given and ranking:
            return self._rows_against(ranking[0], codes, rng, covariates)
        drawn = self._with_pad(codes)
        if covariates is not None:
            covariates = self._padded(covariates, drawn[len(codes) :], rng)
        return self._decode(self._generate(drawn, rng, **given(covariates)), drawn, rng)[: len(codes)]

    def _with_pad(self, codes: np.ndarray) -> np.ndarray:
        """Return the class codes of all rows that must be drawn for rows of `codes`, which come first."""
        for space in self.spaces_:
            codes = space.pad(codes)
        return codes

    def _decode(
        self,
        Z: np.ndarray,
        codes: np.ndarray | None,
        rng: np.random.Generator,
        spaces: list[Space] | None = None,
    ) -> np.ndarray:
        """Bring what the generator drew back to the units of X, or through some of the spaces."""
        if not all_finite(Z):
            raise FloatingPointError(
                f"{type(self).__name__} generated NaN or infinity: its training diverged. "
                "Lower lr, train for fewer epochs, or check the scale of X."
            )
        for space in reversed(self.spaces_ if spaces is None else spaces):
            Z = space.decode(Z, codes, rng)
        return Z

    def _clip(self, X: np.ndarray) -> np.ndarray:
        if self.nonnegative:
            self.clipped_share_ = float(np.mean(X < 0))
            X = np.maximum(X, 0, out=X)
        return X

    def _sample_stream(self, random_state: Any) -> tuple[int, int]:
        """Return the seed of a draw: that of the fit only if the sampler's `random_state` is an integer."""
        if random_state is None and isinstance(self.random_state, Integral):
            return self._seed, SAMPLE
        return draw_seed(self.random_state if random_state is None else random_state), SAMPLE
