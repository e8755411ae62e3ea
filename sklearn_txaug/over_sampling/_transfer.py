"""Rows of classes that a deep generator never saw, from a few of their rows."""

from __future__ import annotations

from copy import copy
from dataclasses import field
from os import PathLike
from typing import Any

import numpy as np
import torch

from .._nn.estimator import as_rows
from ..priors import ExpressionFlow
from ..priors._hierarchical import HierarchicalGaussian
from ..priors._reference import check_others, with_genes
from ..priors._scales import reference_for
from ..utils.checks import is_fitted
from ..utils.constraints import NonNegativeOrInfinite, PositiveInt
from ..utils.declaration import estimator
from ..utils.random import draw_integer
from ..utils.statistics import class_centres
from ..utils.warnings import warn
from .base import GenerativeSampler

_MEAN_PAIRS = 100  # that the mean of a class under the flow is taken from
_REFERENCE = 3  # the random stream of a flow that is trained here


@estimator
class TransferFlowSampler(GenerativeSampler):
    """Flow matching for classes it never saw: a network trained on a reference cohort is given a few rows of each.

    The flow of the reference (`~sklearn_txaug.priors.ExpressionFlow`) turns noise into rows of a class that it knows
    by the centroid of its rows alone, so that `fit` trains nothing. The mean of each class, and the directions that
    the flow leaves out, are those of `GaussianSampler` with the prior of the same reference; from 2 rows of a class
    on, the covariance of the rows themselves is blended in. Rows are drawn in pairs from mirrored noise.

    Parameters
    ----------
    reference : ExpressionFlow, path, (X, y), (X, y, groups) or None
        A fitted `ExpressionFlow`, the file of one, or a cohort of other classes and other patients, on which one is
        trained at each fit. Genes are found by the column names of a DataFrame, unless the reference had no names
        either. None, or a flow that is not fitted, learns from the training rows themselves.
    prior_rows : float >= 0, or infinity
        Number of rows of all classes at which their pooled covariance and that of the reference weigh the same;
        infinity is that of the reference alone.
    n_sampling_steps : int
        Number of steps of the solver, of second order.

    Attributes
    ----------
    flow_ : ExpressionFlow
        The flow, for the genes of the training rows.
    means_ : ndarray of shape (n_classes, n_features)
        Posterior means of the classes in the scaled space, which are also those of the rows drawn.

    See Also
    --------
    GaussianSampler : With a `prior`, the same without a network; the one to begin with.
    sklearn_txaug.priors.ExpressionFlow : Train once, save, and use for any target.

    References
    ----------
    .. [1] H. Edwards, A. Storkey, "Towards a neural statistician", ICLR 2017.
    .. [2] X. Liu, C. Gong, Q. Liu, "Flow straight and fast: learning to generate and transfer data with rectified
       flow", ICLR 2023.

    Examples
    --------
    >>> from sklearn_txaug.datasets import load_tissue_expression
    >>> from sklearn_txaug.over_sampling import TransferFlowSampler
    >>> from sklearn_txaug.priors import ExpressionFlow
    >>> X, y = load_tissue_expression(return_X_y=True, as_frame=True)
    >>> new = y.isin(["liver", "kidney"])
    >>> flow = ExpressionFlow(rank=16, max_epochs=1, random_state=0).fit(X[~new], y[~new])
    >>> few = X[new].groupby(y[new]).head(1)
    >>> sampler = TransferFlowSampler(flow, n_synthetic=40, random_state=0)
    >>> X_res, y_res = sampler.fit_resample(few, y[few.index])
    >>> X_res.shape
    (42, 500)
    """

    reference: ExpressionFlow | str | PathLike | tuple | None = field(default=None, kw_only=False)
    prior_rows: NonNegativeOrInfinite = 50.0
    n_sampling_steps: PositiveInt = 10

    def _train(self, rows: np.ndarray, codes: np.ndarray, groups: Any) -> None:
        self.flow_ = self._make_flow(rows, codes, groups)
        self._reference = reference_for(self.flow_.prior_, rows)
        super()._train(rows, codes, groups)

    def _make_flow(self, rows: np.ndarray, codes: np.ndarray, groups: Any) -> ExpressionFlow:
        """Return a fitted flow for the genes of the rows."""
        seed = draw_integer(np.random.default_rng((self._seed, _REFERENCE)))
        flow = self.reference
        if isinstance(flow, tuple):
            flow = _trained_on(flow, seed)
        elif isinstance(flow, str | PathLike):
            flow = ExpressionFlow.load(flow)
        if flow is None or not is_fitted(flow):
            return self._own_flow(flow, rows, codes, seed)
        check_others(flow.prior_, groups, self.classes_, "reference")
        return with_genes(flow, getattr(self, "feature_names_in_", None), rows.shape[1], "reference")

    def _own_flow(
        self, flow: ExpressionFlow | None, rows: np.ndarray, codes: np.ndarray, seed: int
    ) -> ExpressionFlow:
        if flow is not None:
            warn("reference is not fitted, so TransferFlowSampler trains it on the given rows")
        flow = ExpressionFlow() if flow is None else copy(flow)
        return _fitted(flow.set_params(random_state=seed), rows, codes)

    def _fit_generator(self, X: np.ndarray, codes: np.ndarray, rng: np.random.Generator, groups: Any) -> None:
        model = HierarchicalGaussian(self._reference, self.prior_rows).fit(X, codes, rng)
        self._scale = model.scale_
        self._within = self._reference.within.scaled(self._scale)
        centroids = class_centres(X, codes)
        offsets = self._encode(centroids - centroids.mean(axis=0))
        self._contexts = as_rows(np.column_stack([offsets, model.counts_]))
        self._model = model
        self.means_ = model.means_
        self._flow_means = [self._flow_rows(c, _MEAN_PAIRS, rng).mean(axis=0) for c in range(len(offsets))]

    def _encode(self, offsets: np.ndarray) -> np.ndarray:
        """Return the coordinates of differences between rows of the scaled space."""
        return offsets / self._scale @ self.flow_.encoder_

    def _generate(self, codes: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        rows = np.empty((len(codes), self.means_.shape[1]))
        for c in np.unique(codes):
            some = codes == c
            rows[some] = self.means_[c] + self._offsets(c, int(some.sum()), rng)
        return rows

    def _offsets(self, c: int, n_rows: int, rng: np.random.Generator) -> np.ndarray:
        """Return rows of class c without its posterior mean."""
        model, half = self._model, np.full(-(-n_rows // 2), c)
        share = np.sqrt(1 - model.weight_)
        gaussian = _mirrored(model.draw_errors(half, rng) + share * self._within.draw(len(half), rng))
        own = _mirrored(np.sqrt(model.weight_) * model.own_.draw(len(half), rng))
        drawn = self._flow_rows(c, len(half), rng) - self._flow_means[c]
        change = share * drawn - self._encode(gaussian)
        return (gaussian + change @ self.flow_.loadings_ * self._scale + own)[:n_rows]

    @torch.no_grad()
    def _flow_rows(self, c: int, n_pairs: int, rng: np.random.Generator) -> np.ndarray:
        """Return rows of class c from mirrored noise, in coordinates."""
        module: Any = self.flow_.module_
        contexts = self._contexts[c].expand(2 * n_pairs, -1)
        noise = as_rows(_mirrored(rng.standard_normal((n_pairs, len(module.variances)))))
        return module.carry(noise, contexts, self.n_sampling_steps).numpy()


def _mirrored(rows: np.ndarray) -> np.ndarray:
    return np.concatenate([rows, -rows])


def _trained_on(reference: tuple, seed: int) -> ExpressionFlow:
    if len(reference) not in (2, 3):
        raise ValueError(
            f"reference: a tuple must be (X, y) or (X, y, groups), got {len(reference)} entries; or pass a fitted "
            "ExpressionFlow, or the path of one"
        )
    return _fitted(ExpressionFlow(random_state=seed), *reference)


def _fitted(flow: ExpressionFlow, *cohort: Any) -> ExpressionFlow:
    try:
        return flow.fit(*cohort)
    except ValueError as error:
        raise ValueError(f"reference: {error}") from error
