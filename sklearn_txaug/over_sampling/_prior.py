"""Samplers that learn from a reference cohort too: the parameter `prior`, and what it is checked for."""

from __future__ import annotations

from os import PathLike
from typing import Any

import numpy as np

from ..priors import ExpressionPrior
from ..priors._hierarchical import HierarchicalGaussian, Reference
from ..priors._reference import make_reference
from ..utils.declaration import estimator
from ..utils.statistics import constant_columns
from .base import GenerativeSampler

_PRIOR = 3  # the random stream of the rows that a prior adds
_ROWS = 50  # for each class


@estimator
class PriorSampler(GenerativeSampler):
    """Base class of the samplers that take a prior.

    Parameters
    ----------
    prior : ExpressionPrior, path, "tcga" or None
        What a reference cohort of other classes and other patients teaches: a fitted `ExpressionPrior`, the file of
        one, or the name of one that `load_prior` knows. It helps where classes have a few rows. Genes are found by
        the column names of a DataFrame, unless the reference had no names either. The generator learns from 50 rows
        more of each class, drawn from the Gaussian that the prior and the training rows make together. None learns
        from the training rows alone.
    """

    prior: ExpressionPrior | str | PathLike | None = None

    def _train(self, rows: np.ndarray, codes: np.ndarray, groups: Any) -> None:
        if self.prior is not None:
            if self._covariates is not None:
                raise ValueError(
                    "covariates cannot be combined with a prior, which knows none of its rows; leave out one of them"
                )
            names = getattr(self, "feature_names_in_", None)
            reference = make_reference(self.prior, rows, names, groups, self.classes_)
            rows, codes, groups = self._take_reference(reference, rows, codes, groups)
        super()._train(rows, codes, groups)

    def _take_reference(
        self, reference: Reference, rows: np.ndarray, codes: np.ndarray, groups: Any
    ) -> tuple[np.ndarray, np.ndarray, Any]:
        """Return what to train on."""
        return self._with_drawn_rows(reference, rows, codes, groups)

    def _with_drawn_rows(
        self, reference: Reference, rows: np.ndarray, codes: np.ndarray, groups: Any
    ) -> tuple[np.ndarray, np.ndarray, Any]:
        """Return the rows, and rows of the Gaussian that they and the reference make together."""
        rng = np.random.default_rng((self._seed, _PRIOR))
        model = HierarchicalGaussian(reference).fit(rows, codes, rng)
        half = np.repeat(np.arange(len(self.classes_)), _ROWS // 2)
        drawn, added = model.draw_pairs(half, rng), np.tile(half, 2)
        constant = constant_columns(rows)  # as a gene that no row expresses
        drawn[:, constant] = rows[0, constant]
        if groups is not None:
            groups = [*map(str, np.asarray(groups)), *(f"prior {row}" for row in range(len(added)))]
        return np.concatenate([rows, drawn.astype(rows.dtype)]), np.concatenate([codes, added]), groups
