"""The estimator that learns from a reference cohort how to continue a class from a few of its rows."""

from __future__ import annotations

from copy import copy
from os import PathLike
from typing import Any, ClassVar

import numpy as np
from sklearn.base import BaseEstimator, _fit_context
from sklearn.utils.validation import check_is_fitted
from torch.utils.data import TensorDataset

from .._nn.callbacks import EMA, KeepBest, LearningRate
from .._nn.estimator import NetEstimator, as_rows
from ..utils.constraints import PositiveInt, Seed, Share, ShareBelowOne, Widths
from ..utils.containers import identifiers
from ..utils.declaration import estimator
from ..utils.random import draw_seed
from ..utils.typing import ArrayLike, MatrixLike
from ._context_flow import ContextFlow
from ._coordinates import class_coordinates, encoder_of
from ._episodes import draw_episodes, has_targets
from ._expression_prior import ExpressionPrior
from ._flow_file import read_flow, write_flow
from ._genes import find_genes_of
from ._learning import blocks_of, read_reference

_CONTEXT_SIZES = (1, 2, 5, 10)
_N_EXAMPLES = 5_000
_N_HELD_OUT = 2_000
_HELD_OUT = 4  # one class of so many


@estimator
class ExpressionFlow(NetEstimator, BaseEstimator):
    """A flow that continues a class from a few of its rows, learned from a reference cohort of other classes.

    An `ExpressionPrior` of the reference says how rows of a class vary around its mean, and class means around their
    centre, as Gaussians. In the coordinates in which both have diagonal covariances, a network learns what this
    leaves out. It is trained in episodes, tasks like those of a user: some classes of the reference are known by the
    centroids of 1, 2, 5 or 10 of their rows, and other rows of these classes, of other patients, are to be drawn. A
    `~sklearn_txaug.over_sampling.TransferFlowSampler` then gives it the rows of new classes. It is trained once for
    all targets.

    A quarter of the classes, if there are four or more, is held out, and the weights that predict their rows best
    are kept: if the network gains nothing there, those of the beginning, with which the flow is the Gaussian.

    Parameters
    ----------
    rank : int
        Directions of the covariance within classes.
    shrinkage : float in [0, 1]
        Share of the identity in the covariance between classes.
    n_components : int
        Most coordinates of the flow; other directions stay those of the Gaussian.
    hidden_layer_sizes : tuple of int
        Width of each residual block.
    dropout : float in [0, 1)
        Dropout in each block.
    ema_decay : float in [0, 1) or None
        Decay of the moving average of the weights that is kept; None keeps the last weights.
    max_epochs : int or None
        Passes over 5,000 rows to predict. None is about 300 optimiser steps.
    batch_size : int or None
        Rows per batch. None is 128.
    random_state : int, RandomState instance or None
        Determines episodes and training; global random states are neither used nor changed.

    Attributes
    ----------
    prior_ : ExpressionPrior
        The prior of the reference, for samplers that take one.
    loadings_ : ndarray of shape (n_coordinates, `n_features_in_`)
        Change of the standardised genes for a step of one along each coordinate.
    encoder_ : ndarray of shape (`n_features_in_`, n_coordinates)
        Coordinates of standardised genes are their product with it.
    n_features_in_ : int
        Number of genes.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Their names, if the reference had names.

    See Also
    --------
    ExpressionPrior : The Gaussian part alone.
    sklearn_txaug.over_sampling.TransferFlowSampler : Draws rows of new classes.

    Notes
    -----
    A clone of a fitted flow is fitted, so that a sampler can be cloned without training it again.

    References
    ----------
    .. [1] S. Ioffe, "Probabilistic linear discriminant analysis", ECCV 2006.
    .. [2] H. Edwards, A. Storkey, "Towards a neural statistician", ICLR 2017.
    .. [3] Y. Lipman et al., "Flow matching for generative modeling", ICLR 2023.

    Examples
    --------
    >>> from sklearn_txaug.datasets import load_tissue_expression
    >>> from sklearn_txaug.over_sampling import TransferFlowSampler
    >>> from sklearn_txaug.priors import ExpressionFlow
    >>> X, y = load_tissue_expression(return_X_y=True, as_frame=True)
    >>> new = y.isin(["liver", "kidney"])
    >>> flow = ExpressionFlow(rank=16, max_epochs=1, random_state=0).fit(X[~new], y[~new])
    >>> few = X[new].groupby(y[new]).head(2)
    >>> sampler = TransferFlowSampler(flow, n_synthetic=40, random_state=0)
    >>> X_res, y_res = sampler.fit_resample(few, y[few.index])
    >>> X_res.shape
    (44, 500)
    """

    rank: PositiveInt = 64
    shrinkage: Share = 0.5
    n_components: PositiveInt = 64
    hidden_layer_sizes: Widths = (128, 128)
    dropout: ShareBelowOne = 0.1
    ema_decay: ShareBelowOne | None = 0.98
    lr = 2e-3
    random_state: Seed = None

    _n_steps: ClassVar[int] = 300

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: MatrixLike, y: ArrayLike, groups: ArrayLike = None) -> ExpressionFlow:
        """Learn from a reference cohort.

        Parameters
        ----------
        X : {array-like, DataFrame, sparse matrix} of shape (n_samples, n_features)
            Expression on a log scale, samples in rows.
        y : array-like of shape (n_samples,)
            Class labels.
        groups : array-like of shape (n_samples,), default=None
            Patient or donor of each row. Rows are predicted from those of other groups, and a sampler refuses to use
            the flow with rows of the same groups.

        Returns
        -------
        self : object
            The fitted flow.

        Raises
        ------
        ValueError
            If the input contains NaN or infinity, if `y` has only one class, or if no class has two rows, of two
            groups.
        """
        rows, labels = read_reference(self, X, y, groups)
        self.prior_ = ExpressionPrior(rank=self.rank, shrinkage=self.shrinkage).fit(X, labels, groups)
        rng = np.random.default_rng(draw_seed(self.random_state))
        self.loadings_, variances = class_coordinates(
            self.prior_.within_, self.prior_.between_, self.n_components
        )
        self.encoder_ = encoder_of(self.loadings_, self.prior_.within_)
        codes = np.unique(labels, return_inverse=True)[1]
        groups = np.arange(len(codes)) if groups is None else identifiers(groups)
        self._train(self._encode(rows, codes), codes, groups, variances, rng)
        return self

    def align(self, gene_names: Any) -> ExpressionFlow:
        """Return the flow for other genes, found by identifier as `ExpressionPrior.align` does.

        Parameters
        ----------
        gene_names : sequence of str of length n_genes
            The requested genes, in order.

        Returns
        -------
        flow : ExpressionFlow
            A new flow; coordinates of rows are fitted to the genes that both have.

        Raises
        ------
        ValueError
            If this flow has no gene names, or knows fewer than half of the genes.
        """
        check_is_fitted(self)
        aligned = copy(self)
        aligned.prior_ = self.prior_.align(gene_names)
        places = find_genes_of(self.prior_, aligned.prior_.feature_names_in_)
        aligned.loadings_ = np.where(places >= 0, self.loadings_[:, places], 0)
        aligned.encoder_ = encoder_of(aligned.loadings_, aligned.prior_.within_)
        aligned.n_features_in_ = len(places)
        aligned.feature_names_in_ = aligned.prior_.feature_names_in_
        return aligned

    def save(self, path: str | PathLike) -> None:
        """Write the flow to an ``.npz`` file of numbers and strings.

        It holds what `ExpressionPrior.save` writes, and the weights of the network; no rows, and no groups.

        Parameters
        ----------
        path : path
            The file; the ending .npz is not added.
        """
        check_is_fitted(self)
        write_flow(path, self)

    @classmethod
    def load(cls, path: str | PathLike) -> ExpressionFlow:
        """Read a file written by `save`; no code in it is run.

        Parameters
        ----------
        path : path
            The file.

        Returns
        -------
        flow : ExpressionFlow
            The fitted flow.

        Raises
        ------
        ValueError
            If there is no such file, it is not of this kind or of a newer version, or its arrays do not match.
        """
        return read_flow(path, cls)

    def __sklearn_clone__(self) -> ExpressionFlow:
        """Return a copy, fitted if this one is: pipelines and searches clone samplers together with their flow."""
        return copy(self)

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "module_")

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        tags.input_tags.sparse = True
        return tags

    def _encode(self, rows: Any, codes: np.ndarray) -> np.ndarray:
        """Return the coordinates of rows."""
        unit = np.where(self.prior_.scales_ > 0, self.prior_.scales_, 1)
        matrix = self.encoder_ / unit[:, None]
        return np.concatenate([(block - self.prior_.means_) @ matrix for block, _ in blocks_of(rows, codes)])

    def _train(
        self,
        Z: np.ndarray,
        codes: np.ndarray,
        groups: np.ndarray,
        variances: np.ndarray,
        rng: np.random.Generator,
    ) -> None:
        """Train the network on some classes, and keep the weights that are best on the others."""
        n_classes = codes.max() + 1
        held = np.isin(codes, rng.permutation(n_classes)[: n_classes // _HELD_OUT])
        self._held_out = None
        if has_targets(codes[held], groups[held]) and has_targets(codes[~held], groups[~held]):
            self._held_out = _examples(Z[held], codes[held], groups[held], _N_HELD_OUT, rng)
        else:
            held = np.zeros(len(codes), dtype=bool)
        examples = _examples(Z[~held], codes[~held], groups[~held], _N_EXAMPLES, rng)

        def make_module() -> ContextFlow:
            return ContextFlow(variances.tolist(), self.hidden_layer_sizes, self.dropout)

        net = self._make_net(make_module, len(examples), rng)
        net.fit(examples)
        self._keep(net)
        del self._held_out

    def _default_callbacks(self) -> list[Any]:
        average = [EMA(self.ema_decay)] if self.ema_decay is not None else []
        best = [KeepBest(self._held_out)] if self._held_out is not None else []
        return [LearningRate("cosine", 50), *average, *best, *super()._default_callbacks()]


def _examples(
    Z: np.ndarray, codes: np.ndarray, groups: np.ndarray, n_examples: int, rng: np.random.Generator
) -> TensorDataset:
    """Return rows to predict, and their contexts, from episodes."""
    drawn = draw_episodes(Z, codes, groups, n_examples, _CONTEXT_SIZES, rng)
    return TensorDataset(as_rows(drawn.rows), as_rows(np.column_stack([drawn.centroids, drawn.counts])))
