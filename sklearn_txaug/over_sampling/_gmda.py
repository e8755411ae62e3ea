"""Generative modelling with density alignment: the generator fills boxes as full as the real rows do."""

from __future__ import annotations

from numbers import Integral
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
import torch
from torch.utils.data import TensorDataset

from .._nn.callbacks import LearningRate
from .._nn.estimator import as_rows
from .._nn.nets import LossNet
from ..utils.constraints import (
    Interval,
    NonNegativeFloat,
    PositiveFloat,
    PositiveInt,
    Share,
    ShareAboveZero,
    Widths,
)
from ..utils.declaration import estimator
from ._components import ComponentsSampler
from ._covariates import CovariateRows
from ._gmda_modules import GMDA, UnbiasedGMDA
from ._linear_effects import LinearEffects
from ._probes import probe_bounds
from .spaces import PrincipalComponents


@estimator
class GMDASampler(ComponentsSampler):
    """Generative modelling with density alignment: no critic, but probes.

    A probe is a soft box in up to `n_probe_dims` features around a real row. The share of synthetic rows of a
    class in each box is to equal that of the real rows.

    The published objective compares the shares of one batch in all classes, absolutely and relative to their size.
    With some twenty rows a class in a batch these shares are noisy, and the loss can be lower for rows of half the
    variance than for Gaussian rows of the full one; for copies it is far lower than for fresh real rows
    (docs/benchmarks_quality.md). By default, therefore, all real rows of a class are compared with many synthetic
    ones, the row in the middle of the box does not count, and the loss is an unbiased estimate of the squared
    difference: in expectation, no rows drawn independently of the training rows have a lower one than fresh real
    rows. Also by default, the generator works in principal components and corrects a Gaussian for each class.

    The published form, in gene space and from nothing, is under ``presets.LACAN2024_GTEX`` and its like. It needs its
    length: on TCGA 10,000 steps reach an F1 of precision and recall of .785 where 2,500 reach .406 (published: .799).
    Under it, the boxes in which shares differ most are kept for the next step, the others are drawn anew, and one
    more probe is the dark, the space outside all boxes.

    Both objectives compare classes. Covariates are therefore regressors, as in `GaussianSampler`: their linear
    effects are taken out of the rows before training and added to what is drawn.

    Parameters
    ----------
    hidden_layer_sizes : tuple of int
        Widths of the generator's hidden layers.
    latent_dim : int
        Width of the noise vector, if `preconditioning` is ``"none"``; otherwise it is that of the rows.
    preconditioning : {"gaussian", "none"}
        ``"gaussian"`` lets the generator correct a Gaussian for each class, with its covariance in up to 512
        dimensions and its variances in more; ``"none"`` is as published.
    objective : {"unbiased", "published"}
        Loss, as above.
    n_fakes : int >= 2
        Synthetic rows of each class in a step, if `objective` is ``"unbiased"``.
    n_probes : int
        Number of probes; with ``objective="unbiased"`` at most the rows of a batch.
    n_probe_dims : int
        Features of a probe.
    delta : float in (0, 1]
        Half the share of a class that lies between the bounds of a probe, in each of its features.
    sharpness : float > 0
        Slope of the soft bounds, in the space of the probes; with ``objective="unbiased"``, in standard deviations of
        the class.
    persistence : float in [0, 1]
        Share of the probes that the worst of the last step keep, if `objective` is ``"published"``.
    dark_weight : float >= 0
        Weight of the space outside all probes, if `objective` is ``"published"``.
    lr_schedule : {"cosine", "constant"}
        Course of the learning rate.
    batch_size : int or None
        Rows a batch: densities within classes need large ones.

    Attributes
    ----------
    probe_importances_ : ndarray of shape (n_classes, n_features)
        Mean loss, late in the training, of the probes that a feature takes part in: where synthetic rows of a
        class are hardest to align. From principal components it is carried over to the features by the shares
        of their variance.

    References
    ----------
    .. [1] A. Lacan, B. Hanczar, M. Sebag, "Frugal generative modeling for tabular data", ECML PKDD 2024.

    Examples
    --------
    >>> from sklearn_txaug.datasets import load_tissue_expression
    >>> from sklearn_txaug.over_sampling import GMDASampler
    >>> X, y = load_tissue_expression(return_X_y=True)
    >>> sampler = GMDASampler(n_synthetic=20, max_epochs=2, random_state=0)
    >>> X_res, y_res = sampler.fit_resample(X, y)
    >>> X_res.shape, sampler.probe_importances_.shape
    ((209, 500), (7, 500))
    """

    hidden_layer_sizes: Widths = (128, 128)
    latent_dim: PositiveInt = 32
    preconditioning: Literal["gaussian", "none"] = "gaussian"
    objective: Literal["unbiased", "published"] = "unbiased"
    n_fakes: Annotated[int, Interval(Integral, 2, None, closed="left")] = 48
    n_probes: PositiveInt = 128
    n_probe_dims: PositiveInt = 3
    delta: ShareAboveZero = 0.25
    sharpness: PositiveFloat = 4.0
    persistence: Share = 0.2
    dark_weight: NonNegativeFloat = 1.0
    lr_schedule: Literal["cosine", "constant"] = "cosine"
    n_components = 96
    batch_size = 512

    _n_steps: ClassVar[int] = 400
    # Full noise costs more precision on held-out rows than it gains recall (docs/benchmarks_quality.md).
    _unmapped_noise_scale: ClassVar[float] = 0.7

    @property
    def probe_importances_(self) -> np.ndarray:
        module: Any = self.module_
        means, space = module.mean_losses().numpy(), self.spaces_[-1]
        return means @ space.shares_ if isinstance(space, PrincipalComponents) else means

    def _fit_generator(
        self,
        X: np.ndarray,
        codes: np.ndarray,
        rng: np.random.Generator,
        groups: Any,
        covariates: CovariateRows | None = None,
    ) -> None:
        effects = None
        if covariates is not None:
            effects = LinearEffects().fit(X, codes, covariates.design)
            X = X - effects.of(codes, covariates.design)
        super()._fit_generator(X, codes, rng, groups)
        module: Any = self.module_
        if effects is not None:
            module.add_effects(effects)

    def _training_rows(self, X: np.ndarray, codes: np.ndarray) -> TensorDataset:
        bounds = map(as_rows, probe_bounds(X, codes, self.delta))
        return TensorDataset(as_rows(X), torch.from_numpy(codes), *bounds)

    def _make_module(self, n_features: int, n_classes: int) -> GMDA:
        own = {"n_fakes": self.n_fakes} if self.objective == "unbiased" else {}
        make: Any = UnbiasedGMDA if self.objective == "unbiased" else GMDA
        return make(
            n_features,
            n_classes,
            hidden_layer_sizes=self.hidden_layer_sizes,
            latent_dim=self.latent_dim,
            preconditioning=self.preconditioning,
            n_probes=self.n_probes,
            n_probe_dims=self.n_probe_dims,
            persistence=self.persistence,
            sharpness=self.sharpness,
            dark_weight=self.dark_weight,
            **own,
        )

    def _keep(self, net: LossNet) -> None:
        net.module.release()
        super()._keep(net)

    def _default_callbacks(self) -> list[Any]:
        return [LearningRate(self.lr_schedule), *super()._default_callbacks()]
