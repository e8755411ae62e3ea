"""A trained sampler that is never trained again."""

from __future__ import annotations

from dataclasses import field
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.preprocessing import StandardScaler

from ..utils.checks import is_fitted
from ..utils.constraints import Sampler
from ..utils.declaration import estimator
from ..utils.random import draw_integer, with_seed
from ..utils.scales import passthrough
from ..utils.warnings import warn
from ._covariate_tables import columns_of
from ._covariates import CovariateRows
from ._gaussian import GaussianSampler
from ._wrapper import check_draws_labels, draw_rows, fit_keywords
from .base import GenerativeSampler

_AWAY = 3.0  # standard deviations of the rows of the training, in the median gene
_WIDE = 3.0  # times their spread
_NARROW = 20.0  # classes that are alike vary less


@estimator
class FrozenSampler(GenerativeSampler):
    """Draw from a sampler that is already trained; fitting, cloning and cross-validation do not change it.

    This is the oracle protocol, in which a generator that saw a larger cohort augments a small one, and the way to
    use a generator trained on a public cohort with your own. Genes are matched by name where both sides have names.

    Parameters
    ----------
    sampler : fitted sampler or None
        The sampler to draw from. If it is not fitted, a clone is trained on the given rows, with a warning; None is
        an unfitted `GaussianSampler`.

    Attributes
    ----------
    is_frozen_ : bool
        Whether `sampler` was already trained.
    sampler_ : sampler
        The sampler that rows are drawn from: `sampler` itself if it was already trained.

    Notes
    -----
    Synthetic rows have the units of the rows that `sampler` was trained on; `scaler` is not used. If the given rows
    seem to have others, a warning says so.

    Examples
    --------
    >>> from sklearn_txaug.datasets import load_tissue_expression
    >>> from sklearn_txaug.over_sampling import FrozenSampler, GaussianSampler
    >>> X, y = load_tissue_expression(return_X_y=True)
    >>> trained = GaussianSampler(random_state=0).fit(X, y)
    >>> few = slice(None, None, 4)
    >>> X_res, y_res = FrozenSampler(trained, n_synthetic=100, random_state=0).fit_resample(X[few], y[few])
    >>> X[few].shape, X_res.shape
    ((48, 500), (148, 500))
    """

    sampler: Sampler | None = field(default=None, kw_only=False)

    def __sklearn_clone__(self) -> FrozenSampler:
        parameters = self.get_params(deep=False)
        sampler = parameters.pop("sampler")
        copies = {name: clone(value, safe=False) for name, value in parameters.items()}
        return type(self)(sampler if _is_frozen(sampler) else clone(sampler, safe=False), **copies)

    def _fit_generator(
        self,
        X: np.ndarray,
        codes: np.ndarray,
        rng: np.random.Generator,
        groups: Any,
        covariates: CovariateRows | None = None,
    ) -> None:
        self.is_frozen_ = _is_frozen(self.sampler)
        table = self._table(covariates)
        if self.is_frozen_:
            self._check_covariates(table)
            self.sampler_ = self.sampler
            self._columns = self._match_columns()
            self._check_classes()
            self._check_units(X)
            return
        self.sampler_ = with_seed(
            GaussianSampler() if self.sampler is None else self.sampler, draw_integer(rng)
        )
        warn(f"{type(self.sampler_).__name__} is not fitted, so FrozenSampler trains it on the given rows")
        self.sampler_.fit(X, self.classes_[codes], **fit_keywords(self.sampler_, groups, table))
        self._columns = np.arange(X.shape[1])

    def _generate(
        self, codes: np.ndarray, rng: np.random.Generator, covariates: CovariateRows | None = None
    ) -> np.ndarray:
        rows = draw_rows(self.sampler_, self.classes_[codes], rng, self._table(covariates))
        return rows[:, self._columns]

    def _check_covariates(self, table: Any) -> None:
        """Refuse covariates that the trained sampler cannot condition on."""
        if table is None:
            return
        known = getattr(self.sampler, "_covariates", None)
        if known is None:
            raise ValueError(
                "covariates: the trained sampler has none; leave them out, or train it with them"
            )
        unknown = [name for name in columns_of(table) if name not in known.names]
        if unknown:
            raise ValueError(f"covariates has {unknown}, but the trained sampler has {known.names}")

    def _check_rows(self, rows: np.ndarray) -> None:
        if self.sampler is not None:
            check_draws_labels(self.sampler)
        if not _is_frozen(self.sampler):  # otherwise nothing is learned from these rows
            super()._check_rows(rows)

    def _make_scaler(self) -> Any:
        return passthrough()

    def _match_columns(self) -> np.ndarray:
        """Return the positions of the genes of `X` among those of the trained sampler."""
        n_here = self.n_features_in_
        n_trained = getattr(self.sampler, "n_features_in_", n_here)
        names, here = (getattr(sampler, "feature_names_in_", None) for sampler in (self.sampler, self))
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

    def _check_units(self, X: np.ndarray) -> None:
        """Warn about rows that are far from the level or the spread of those that the sampler was trained on."""
        scaler = getattr(self.sampler, "scaler_", None)
        if not isinstance(scaler, StandardScaler) or not hasattr(scaler, "mean_"):
            return
        means, scales = scaler.mean_[self._columns], scaler.scale_[self._columns]
        level, deviation = X.mean(axis=0, dtype=np.float64), X.std(axis=0, dtype=np.float64)
        away, spread = np.median(np.abs(level - means) / scales), np.median(deviation / scales)
        if away > _AWAY or spread > _WIDE or 0 < spread < 1 / _NARROW:
            warn(
                f"X seems to be of other units than the rows that {type(self.sampler).__name__} was trained on: the "
                f"median gene has a mean of {np.median(level):.3g} and varies by {np.median(deviation):.2g}, there "
                f"{np.median(means):.3g} and {np.median(scales):.2g}; synthetic rows have the "
                "units of those. Bring both to one scale, such as log2(x + 1)"
            )

    def _check_classes(self) -> None:
        known = np.asarray(getattr(self.sampler, "classes_", self.classes_)).tolist()
        unknown = set(self.classes_.tolist()) - set(known)
        if unknown:
            raise ValueError(
                f"y has classes {sorted(unknown, key=str)} that the trained sampler does not have; it has {known}"
            )


def _is_frozen(sampler: Any) -> bool:
    """Tell whether a sampler must not be trained: it is trained already, or it cannot be cloned."""
    return sampler is not None and (is_fitted(sampler) or not hasattr(sampler, "get_params"))
