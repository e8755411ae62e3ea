"""A Gaussian copula learned under differential privacy: its genes have distributions of their own."""

from __future__ import annotations

import numpy as np

from ..utils.declaration import estimator
from ._private import PrivateGaussianSampler
from ._private_marginals import PrivateMarginals
from .spaces import Space

_MARGINALS = 0.1  # share of the squared signal that the distributions of the genes get


class PublicRange(Space):
    """The rows themselves; values beyond a range that is public are brought to its ends."""

    def __init__(self, low: float, high: float):
        self.low, self.high = low, high

    def encode(self, X: np.ndarray) -> np.ndarray:
        return X.clip(self.low, self.high)

    def decode(self, Z: np.ndarray, codes: np.ndarray | None, rng: np.random.Generator) -> np.ndarray:
        return Z.clip(self.low, self.high)


@estimator
class PrivateCopulaSampler(PrivateGaussianSampler):
    """Draw from Gaussians of normal scores, both learned under differential privacy.

    The distribution of each gene over all classes is released with noise, as a change of the normal distribution that
    the public scale says. It turns values into normal scores, from which a `PrivateGaussianSampler` learns; its rows
    are mapped back. What is released of distributions is smooth, 16 numbers a gene, and shrunk by as much as noise
    explains. Values stay in the public range, that of the reference of `prior`, or `feature_range`.

    Everything said there about the guarantee holds here: the distributions, the means and the covariance are three
    releases whose squared signals over noise add up to that of `privacy_`.

    See Also
    --------
    PrivateGaussianSampler : The same with normal distributions.
    CopulaSampler : A copula without a guarantee.

    Notes
    -----
    All rows of a patient together move the vector of what is released about distributions, over all genes, by a fixed
    length at most, to which their own is shortened: its noise is in proportion to that, which grows with the root of
    the number of genes. What follows from the released numbers, such as the scores of a row, depends on no other
    patient, so means and covariance are released as if scores had been measured [1]_.

    References
    ----------
    .. [1] C. Dwork, A. Roth, "The algorithmic foundations of differential privacy", Foundations and Trends in
       Theoretical Computer Science 9, 211-407, 2014.
    .. [2] J. Dong, A. Roth, W. J. Su, "Gaussian differential privacy", Journal of the Royal Statistical Society B 84,
       3-37, 2022.

    Examples
    --------
    >>> from sklearn_txaug.datasets import load_tissue_expression
    >>> from sklearn_txaug.over_sampling import PrivateCopulaSampler
    >>> from sklearn_txaug.priors import ExpressionPrior
    >>> X, y = load_tissue_expression(return_X_y=True, as_frame=True)
    >>> public = y.isin(["liver", "kidney", "hippocampus"])
    >>> prior = ExpressionPrior(rank=16).fit(X[public], y[public])
    >>> sampler = PrivateCopulaSampler(epsilon=4, prior=prior).fit(X[~public], y[~public])
    >>> X_new, y_new = sampler.sample(100)
    >>> X_new.shape, round(sampler.privacy_["epsilon"], 5)
    ((100, 500), 4.0)
    """

    def _make_spaces(self) -> list[Space]:
        return [PublicRange(*map(float, self._public.range_)), *super()._make_spaces()]

    def _release(
        self, X: np.ndarray, codes: np.ndarray, unit: np.ndarray, mu: float, noise: np.random.Generator
    ) -> None:
        self._marginals = PrivateMarginals().fit(X, unit, mu * np.sqrt(_MARGINALS), noise)
        super()._release(self._marginals.scores(X), codes, unit, mu * np.sqrt(1 - _MARGINALS), noise)

    def _generate(self, codes: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        return self._marginals.values(super()._generate(codes, rng))
