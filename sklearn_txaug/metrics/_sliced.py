"""Comparison along random directions."""

from __future__ import annotations

from numbers import Real

import numpy as np

from ..utils.blocks import map_rows
from ..utils.checks import check_count
from ..utils.typing import MatrixLike, RandomState
from ._indicator import indicator
from ._marginal import wasserstein_columns
from ._validation import check_pair, generator


@indicator(
    "min",
    family="fidelity",
    question="Do the distributions along random directions agree?",
    cost="O(L (n + m) (d + log(n + m))) for L directions",
    reference="N. Bonneel, J. Rabin, G. Peyré, H. Pfister (2015). Sliced and Radon Wasserstein barycenters of "
    "measures. Journal of Mathematical Imaging and Vision 51.",
    pitfall="Mostly means and large variances; insensitive in many dimensions.",
)
def sliced_wasserstein(
    X_real: MatrixLike,
    X_synthetic: MatrixLike,
    *,
    p: float = 2.0,
    n_projections: int = 200,
    random_state: RandomState = 0,
) -> float:
    r"""Wasserstein distance averaged over random directions.

    .. math:: SW_p = \Big( \frac{1}{L} \sum_{l=1}^{L} W_p^p(X \theta_l, Z \theta_l) \Big)^{1/p}

    with :math:`\theta_l` uniform on the unit sphere. Range 0 and up, in the unit of the values, lower is
    better; identical sets give 0.

    Cost: {cost}.

    Parameters
    ----------
    {rows}.
    p : float, default=2.0
        Order, 1 or more.
    n_projections : int, default=200
        Number of directions L.
    random_state : int, Generator, RandomState or None, default=0
        Decides the directions.

    Returns
    -------
    distance : float

    Raises
    ------
    ValueError
        If `p` or `n_projections` is below 1, values are not finite, or the genes differ.

    References
    ----------
    {reference}

    Examples
    --------
    >>> from sklearn_txaug.metrics import sliced_wasserstein
    >>> sliced_wasserstein([[0.0], [1.0]], [[2.0], [3.0]])
    2.0
    """
    real, synthetic = check_pair(X_real, X_synthetic, min_rows=1)
    if isinstance(p, bool) or not isinstance(p, Real) or not 1 <= p < np.inf:
        raise ValueError(f"p must be a finite number of 1 or more; got {p!r}.")
    check_count(n_projections, "n_projections")
    directions = generator(random_state).normal(size=(real.shape[1], n_projections))
    directions /= np.linalg.norm(directions, axis=0)
    projected = (map_rows(lambda rows: rows @ directions, X, np.dtype(np.float64)) for X in (real, synthetic))
    powers = wasserstein_columns(*projected, p)
    return float(np.mean(powers) ** (1 / p))
