"""A Gaussian learned under differential privacy: what it draws tells little about whether a patient took part."""

from __future__ import annotations

from os import PathLike
from typing import Any, ClassVar

import numpy as np
from sklearn.preprocessing import StandardScaler

from ..priors import ExpressionPrior
from ..priors._low_rank import LowRank
from ..priors._reference import check_others, resolve_prior, with_genes
from ..utils.constraints import ArrayOrList, NonNegativeInt, OpenShare, PositiveFloat, PositiveInt
from ..utils.declaration import estimator
from ..utils.privacy import signal_of
from ..utils.splits import sortable
from ._private_classes import PrivateClasses
from .base import GenerativeSampler
from .spaces import Space


class PublicScale(Space):
    """Standardised features, by means and deviations that are public; nothing is learned."""

    def __init__(self, means: np.ndarray, deviations: np.ndarray):
        self.scaler = StandardScaler().fit(np.stack([means - deviations, means + deviations]))

    def encode(self, X: np.ndarray) -> np.ndarray:
        return np.asarray(self.scaler.transform(X))

    def decode(self, Z: np.ndarray, codes: np.ndarray | None, rng: np.random.Generator) -> np.ndarray:
        return np.asarray(self.scaler.inverse_transform(Z))


@estimator
class PrivateGaussianSampler(GenerativeSampler):
    """Draw from Gaussians that are learned under differential privacy.

    Sizes and sums of the classes, and second moments within them, are released with Gaussian noise, and each patient
    (of `groups`; without them each row) has a limited part in them. Whatever is done with them afterwards, such as
    drawing any number of rows, keeps the guarantee: with and without any one patient, the probability of any result
    differs by a factor of at most ``exp(epsilon)``, but for a probability of `delta`. The accounting is exact
    (`privacy_`).

    All else is public knowledge from a `prior`, a reference cohort of other patients: scales of genes, the covariance
    within classes that the rows correct, directions, and how far classes are apart. Class means are posterior means,
    given the noise that was added. Without a prior, genes are assumed to vary alike and independently within
    `feature_range`; this serves tens of genes, not hundreds.

    The guarantee holds for what `sample` returns and for a saved sampler; `fit_resample` returns the real rows too,
    and `sampling_strategy_` follows their exact numbers. Labels that occur, names of genes, prior and the amounts
    asked for are taken as public.
    `random_state` decides only what is drawn afterwards: the noise is new in each fit, whatever it is, so two fits of
    the same rows differ. Attacks on the rounding of noise are not defended against.

    With few patients in a class the noise drowns the means: see the curves in the documentation before relying on it.

    Parameters
    ----------
    epsilon : float > 0
        Bound of the loss of privacy. 1 is strong; above about 10 the guarantee means little.
    delta : float between 0 and 1
        Probability that the bound does not hold; well below 1 divided by the number of patients.
    prior : ExpressionPrior, path, "tcga" or None
        What a public reference cohort teaches. None of the patients may be in it.
    feature_range : pair of float
        Range of the features, from public knowledge; used without a `prior`.
    n_directions : int
        Directions in which classes are told apart, the widest of the prior. More tell more, under more noise.
    noise_seed : int >= 0 or None
        None draws the noise from the operating system. **Whoever knows or guesses an integer can take the noise
        away**: use one in tests alone, where two fits have to be the same.
    scaler : "passthrough" or None
        No other: a scaler learns from the rows. Genes are standardised by public figures.
    quantile_mapping : False
        Refused if true: quantiles are values of the rows.

    Attributes
    ----------
    privacy_ : dict
        The accountant's figures: `epsilon`, `delta`, `mu` (sensitivity over noise), `rho` of zero-concentrated
        differential privacy; `unit`, "group" or "row"; and `noise`, "secret" or "reproducible".
    means_ : ndarray of shape (n_classes, n_features)
        Class means in the scaled space.
    counts_ : ndarray of shape (n_classes,)
        Sizes of the classes, with noise. A patient with rows in k classes counts as a k-th root in each.

    See Also
    --------
    GaussianSampler : The same without a guarantee.
    sklearn_txaug.metrics.membership_inference : What attacks find in rows.

    References
    ----------
    .. [1] B. Balle, Y.-X. Wang, "Improving the Gaussian mechanism for differential privacy: analytical calibration
       and optimal denoising", ICML 2018.
    .. [2] M. Bun, T. Steinke, "Concentrated differential privacy: simplifications, extensions, and lower bounds",
       TCC 2016.

    Examples
    --------
    >>> from sklearn_txaug.datasets import load_tissue_expression
    >>> from sklearn_txaug.over_sampling import PrivateGaussianSampler
    >>> from sklearn_txaug.priors import ExpressionPrior
    >>> X, y = load_tissue_expression(return_X_y=True, as_frame=True)
    >>> public = y.isin(["liver", "kidney", "hippocampus"])
    >>> prior = ExpressionPrior(rank=16).fit(X[public], y[public])
    >>> sampler = PrivateGaussianSampler(epsilon=4, prior=prior).fit(X[~public], y[~public])
    >>> X_new, y_new = sampler.sample(100)
    >>> {name: round(value, 5) for name, value in sampler.privacy_.items() if name in ("epsilon", "delta", "mu")}
    {'epsilon': 4.0, 'delta': 1e-05, 'mu': 0.92493}
    """

    epsilon: PositiveFloat = 1.0
    delta: OpenShare = 1e-5
    prior: ExpressionPrior | str | PathLike | None = None
    feature_range: ArrayOrList = (0.0, 16.0)
    n_directions: PositiveInt = 200
    noise_seed: NonNegativeInt | None = None

    _classes_kind: ClassVar[type[PrivateClasses]] = PrivateClasses
    # They tell exact sizes.
    _unsaved: ClassVar[dict[str, Any]] = {"sampling_strategy_": None, "is_synthetic_": None}

    def _train(self, rows: np.ndarray, codes: np.ndarray, groups: Any) -> None:
        self._check_private()
        self._public = self._public_prior(groups)
        self.privacy_ = self._guarantee(groups)
        super()._train(rows, codes, groups)

    def _make_spaces(self) -> list[Space]:
        return [PublicScale(self._public.means_, self._public.scales_)]

    def _fit_generator(self, X: np.ndarray, codes: np.ndarray, rng: np.random.Generator, groups: Any) -> None:
        units = np.arange(len(X)) if groups is None else sortable(groups)
        _, unit = np.unique(units, return_inverse=True)
        model = self._classes_kind(self._public.within_, self._public.between_, self.n_directions)
        self._model = model.fit(X, codes, unit, self.privacy_["mu"], np.random.default_rng(self.noise_seed))
        self.means_, self.counts_ = model.means_, model.counts_
        self._recalled()

    def _recalled(self) -> None:
        """Forget the exact sizes of the classes: `sample` spreads rows by those that were released."""
        self._labels.counts = np.maximum(1, np.rint(self.counts_).astype(int))

    def _generate(self, codes: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        return self._model.draw(codes, rng)

    def _guarantee(self, groups: Any) -> dict[str, Any]:
        mu = signal_of(self.epsilon, self.delta)
        return {
            "epsilon": float(self.epsilon),
            "delta": float(self.delta),
            "mu": mu,
            "rho": mu**2 / 2,
            "unit": "row" if groups is None else "group",
            "noise": "secret" if self.noise_seed is None else "reproducible",
        }

    def _check_private(self) -> None:
        """Refuse what would learn from the rows without noise."""
        if self.quantile_mapping:
            raise ValueError("quantile_mapping=True gives rows values of training rows; leave it out")
        if self.scaler is not None and self.scaler != "passthrough":
            raise ValueError(f"scaler={self.scaler!r} would learn from the rows without noise; leave it out")

    def _public_prior(self, groups: Any) -> Any:
        """Return the prior for the genes of the rows; it knows nothing of the rows themselves."""
        names = getattr(self, "feature_names_in_", None)
        if self.prior is None:
            return _uninformed(self.feature_range, self.n_features_in_)
        prior = resolve_prior(self.prior)
        check_others(prior, groups, self.classes_, "prior")
        prior = with_genes(prior, names, self.n_features_in_, "prior")
        unknown = np.flatnonzero(np.isnan(prior.scales_))
        if len(unknown):
            raise ValueError(
                f"prior does not know {len(unknown)} of {self.n_features_in_} genes, so their scales would have to "
                "come from the rows; leave them out, or use a reference that has them"
            )
        return prior


class _Uninformed:
    """Public knowledge of a range alone, in the terms of a prior: all features are alike and independent."""

    def __init__(self, low: float, high: float, n_features: int):
        means = np.full(n_features, (low + high) / 2)
        scales = np.full(n_features, (high - low) / 4)
        self.means_, self.scales_, self.range_ = means, scales, np.array([low, high])
        half = np.full(n_features, 0.5)
        self.within_ = self.between_ = LowRank(np.zeros((0, n_features)), half)


def _uninformed(feature_range: Any, n_features: int) -> _Uninformed:
    low, high = map(float, feature_range)
    if not low < high:
        raise ValueError(f"feature_range must be a lower and a higher number; got {feature_range!r}")
    return _Uninformed(low, high, n_features)
