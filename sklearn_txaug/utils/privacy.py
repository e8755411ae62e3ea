"""Differential privacy of the Gaussian mechanism: what noise pays for, and how much noise a guarantee needs."""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq
from scipy.stats import norm


def delta_of(mu: float, epsilon: float) -> float:
    """Return the smallest delta at which Gaussian mechanisms of total signal `mu` are (epsilon, delta)-private.

    `mu` is the sensitivity divided by the standard deviation of the noise; that of several mechanisms, each of which
    may depend on the results before it, is the root of the sum of squares [2]_. The relation is exact [1]_. In terms
    of zero-concentrated differential privacy, rho is ``mu**2 / 2``.

    Parameters
    ----------
    mu : float > 0
        Sensitivity over noise.
    epsilon : float > 0
        Bound of the logarithm of the ratio of probabilities.

    References
    ----------
    .. [1] B. Balle, Y.-X. Wang, "Improving the Gaussian mechanism for differential privacy: analytical calibration
       and optimal denoising", ICML 2018.
    .. [2] J. Dong, A. Roth, W. J. Su, "Gaussian differential privacy", Journal of the Royal Statistical Society B 84,
       3-37, 2022.

    Examples
    --------
    >>> from sklearn_txaug.utils.privacy import delta_of
    >>> round(delta_of(1.0, 1.0), 4)
    0.1269
    """
    beyond = norm.logcdf(-epsilon / mu - mu / 2) + epsilon
    return float(norm.cdf(mu / 2 - epsilon / mu) - np.exp(beyond))


def signal_of(epsilon: float, delta: float) -> float:
    """Return the largest signal over noise at which Gaussian mechanisms are (epsilon, delta)-private.

    Parameters
    ----------
    epsilon : float > 0
        Bound of the logarithm of the ratio of probabilities.
    delta : float between 0 and 1
        Probability that the bound does not hold.

    Examples
    --------
    >>> from sklearn_txaug.utils.privacy import signal_of
    >>> [round(signal_of(epsilon, 1e-5), 3) for epsilon in (1.0, 8.0)]
    [0.268, 1.666]
    """
    low, high = np.log(1e-6), np.log(2 * np.sqrt(epsilon) + 20)  # in which delta grows from 0 to nearly 1
    return float(np.exp(brentq(lambda mu: delta_of(np.exp(mu), epsilon) - delta, low, high, xtol=1e-12)))
