"""Distances between the joint distributions of real and synthetic rows."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from sklearn.decomposition import PCA

from ..utils.blocks import map_rows
from ..utils.checks import check_count
from ..utils.typing import MatrixLike, RandomState
from ._distances import as_rows, mean_over_pairs
from ._indicator import Field, indicator
from ._kernel import GaussianKernel, kernel_width
from ._validation import check_pair, check_rows, generator

if TYPE_CHECKING:
    from ._sets import ComparedSets

_COST = "O(d (n + m)²) time, O((n + m) d) memory and a few blocks of 32 MiB"


@indicator(
    "min",
    family="fidelity",
    question="Do mean and covariance agree (50 principal components)?",
    fields=[Field(column="frechet_distance")],
    cost="O((n + m) e² + e³) for e embedded dimensions (at most n or m), and the embedding",
    reference="M. Heusel, H. Ramsauer, T. Unterthiner, B. Nessler, S. Hochreiter (2017). GANs trained by a two "
    "time-scale update rule converge to a local Nash equilibrium. NeurIPS.",
    pitfall="The scale is that of the embedding: compare within one embedding, with equal numbers of rows.",
)
def frechet_distance(
    X_real: MatrixLike,
    X_synthetic: MatrixLike,
    *,
    embedding: Any = "pca",
    n_components: int = 50,
    random_state: RandomState = 0,
) -> float:
    r"""Fréchet distance of two normal distributions fitted to embedded real and synthetic rows.

    .. math::
        \lVert \mu_X - \mu_Z \rVert^2
        + \mathrm{tr}\big(\Sigma_X + \Sigma_Z - 2 (\Sigma_X \Sigma_Z)^{1/2}\big)

    Range 0 and up, lower is better; identical sets give 0. The scale depends on the embedding, so values are
    comparable within one embedding only; two finite real sets are not at 0 either: compare with their
    distance. The trace of the root is taken from the singular values of a product of the centred rows,
    which needs no matrix root and holds for singular covariances (fewer rows than dimensions) too.

    Cost: {cost}.

    Parameters
    ----------
    {rows}, two or more in each set.
    embedding : "pca", None, transformer or callable, default="pca"
        "pca": the leading principal components of `X_real` (what the synthetic rows do outside of them is
        not seen). None: the rows as they are. A fitted transformer: its `transform`. A callable: its
        result, for instance `MLPNetClassifier.embed` of a fitted classifier, the published choice.
    n_components : int, default=50
        Most components that "pca" keeps.
    random_state : int, RandomState or None, default=0
        For the randomised solver that "pca" takes on large sets.

    Returns
    -------
    distance : float

    Raises
    ------
    {few_rows}
    TypeError
        If `embedding` is none of the above.

    References
    ----------
    {reference}

    Examples
    --------
    >>> from sklearn_txaug.metrics import frechet_distance
    >>> round(frechet_distance([[0.0], [2.0]], [[3.0], [5.0]]), 6)
    9.0
    """
    real, synthetic = check_pair(X_real, X_synthetic, min_rows=2)
    check_count(n_components, "n_components")
    real, synthetic = _embed(real, synthetic, embedding, n_components, random_state)
    means = real.mean(axis=0) - synthetic.mean(axis=0)
    A, B = _root_of_covariance(real), _root_of_covariance(synthetic)
    # With S = A'A and T = B'B, tr (S T)^(1/2) = tr (AB' BA')^(1/2): the sum of the singular values of AB'.
    overlap = np.linalg.svd(A @ B.T, compute_uv=False).sum()
    return max(0.0, float(means @ means + np.sum(A**2) + np.sum(B**2) - 2 * overlap))


def _embed(
    real: np.ndarray, synthetic: np.ndarray, embedding: Any, n_components: int, random_state: RandomState
) -> tuple[np.ndarray, np.ndarray]:
    if embedding is None:
        return real.astype(np.float64), synthetic.astype(np.float64)
    if isinstance(embedding, str) and embedding == "pca":
        if isinstance(random_state, np.random.Generator) or random_state is None:
            random_state = int(generator(random_state).integers(2**31 - 1))
        with np.errstate(invalid="ignore"):  # constant rows have no variance to explain
            pca = PCA(min(n_components, *real.shape), copy=False, random_state=random_state)
            pca.fit(real.astype(np.float64))
        embed = partial(map_rows, pca.transform, dtype=np.dtype(np.float64))
    elif hasattr(embedding, "transform"):
        embed = embedding.transform
    elif callable(embedding):
        embed = embedding
    else:
        raise TypeError(f'embedding must be "pca", None, a transformer or a callable; got {embedding!r}.')
    names = ("embedding of X_real", "embedding of X_synthetic")
    return check_rows(embed(real), names[0], 2), check_rows(embed(synthetic), names[1], 2)


def _root_of_covariance(X: np.ndarray) -> np.ndarray:
    """Return a matrix A with A'A the covariance, with no more rows than columns."""
    X = X.astype(np.float64)
    A = (X - X.mean(axis=0)) / np.sqrt(len(X) - 1)
    return np.asarray(np.linalg.qr(A, mode="r")) if A.shape[0] > A.shape[1] else A


@indicator(
    "min",
    family="fidelity",
    question="Do the joint distributions agree (Gaussian kernel)?",
    cost=_COST,
    reference="A. Gretton, K. M. Borgwardt, M. J. Rasch, B. Schölkopf, A. Smola (2012). A kernel two-sample test. "
    "JMLR 13.",
    pitfall="Mostly means and large variances; insensitive in many dimensions. Depends on the width of the kernel: "
    "fix `gamma` to compare.",
    compute=lambda sets: mmd_of(sets),
)
def mmd(
    X_real: MatrixLike,
    X_synthetic: MatrixLike,
    *,
    gamma: float | str = "median",
    unbiased: bool = False,
    device: str = "auto",
    random_state: RandomState = 0,
) -> float:
    r"""Squared maximum mean discrepancy with a Gaussian kernel.

    .. math::
        \mathrm{MMD}^2 = \overline{k(X, X)} + \overline{k(Z, Z)} - 2\, \overline{k(X, Z)}, \qquad
        k(x, z) = e^{-\gamma \lVert x - z \rVert^2},

    with means over all pairs of rows. Range 0 to 2, lower is better; identical sets give 0. The unbiased
    estimate leaves a row's pair with itself out, has expectation 0 for two samples of one distribution and
    can be negative.

    Cost: {cost}.

    Parameters
    ----------
    {rows}.
    gamma : "median", "scale" or float, default="median"
        Width of the kernel. "median": 1 / (2 median squared distance of the pooled rows, of 2,000 drawn
        rows at most). "scale": 1 / (d times the variance of all values of `X_real`). Fix a number to
        compare generators.
    unbiased : bool, default=False
        Which estimate to give.
    {device}
    random_state : int, Generator, RandomState or None, default=0
        Draws the rows of the median.

    Returns
    -------
    mmd2 : float

    Raises
    ------
    ValueError
        If `gamma` is not one of the above, values are not finite, the genes differ, or one row is given and
        `unbiased` is set.

    References
    ----------
    {reference}

    Examples
    --------
    >>> from sklearn_txaug.metrics import mmd
    >>> round(mmd([[0.0]], [[1.0]], gamma=1.0), 4)  # 2 - 2 / e
    1.2642
    """
    real, synthetic = check_pair(X_real, X_synthetic, min_rows=2 if unbiased else 1)
    width = kernel_width(real, synthetic, gamma, random_state)
    A, B = as_rows(real, synthetic, device=device)
    kernel = GaussianKernel(width)
    # Gretton et al. 2012, eq. 5 (biased) and, without the pairs of a row with itself, eq. 3 (unbiased)
    within_a, within_b = mean_over_pairs(A, A, kernel), mean_over_pairs(B, B, kernel)
    between = mean_over_pairs(A, B, kernel)
    if unbiased:
        within_a, within_b = (
            (X.n_rows * mean - 1) / (X.n_rows - 1) for X, mean in ((A, within_a), (B, within_b))
        )
        return within_a + within_b - 2 * between
    return max(0.0, within_a + within_b - 2 * between)


def mmd_of(sets: ComparedSets) -> float:
    """Return the biased estimate, from distances that indicators share."""
    neighbours, kernel = sets.neighbours, GaussianKernel(sets.shared.width(sets.real.X))
    within = [neighbours.within[which].mean(kernel) for which in ("real", "synthetic")]
    return max(0.0, sum(within) - 2 * neighbours.mean(kernel))


@indicator(
    "min",
    family="fidelity",
    question="Do the joint distributions agree (distances)?",
    cost=_COST,
    reference="G. J. Székely, M. L. Rizzo (2013). Energy statistics: a class of statistics based on distances. "
    "Journal of Statistical Planning and Inference 143.",
    pitfall="Mostly means and large variances; insensitive in many dimensions.",
    compute=lambda sets: energy_of(
        sum(sets.neighbours.within[which].mean(torch.sqrt) for which in ("real", "synthetic")),
        sets.neighbours.mean(torch.sqrt),
    ),
)
def energy_distance(X_real: MatrixLike, X_synthetic: MatrixLike, *, device: str = "auto") -> float:
    r"""Energy distance of real and synthetic rows.

    .. math::
        \Big( 2\, \overline{\lVert x - z \rVert} - \overline{\lVert x - x' \rVert}
        - \overline{\lVert z - z' \rVert} \Big)^{1/2}

    with means over all pairs of rows. Range 0 and up, lower is better; identical sets give 0. It has no
    setting to choose, and one gene gives the same value as :func:`scipy.stats.energy_distance`.

    Cost: {cost}.

    Parameters
    ----------
    {rows}.
    {device}

    Returns
    -------
    distance : float

    Raises
    ------
    {empty}

    References
    ----------
    {reference}

    Examples
    --------
    >>> from sklearn_txaug.metrics import energy_distance
    >>> energy_distance([[0.0]], [[2.0]])
    2.0
    """
    A, B = as_rows(*check_pair(X_real, X_synthetic), device=device)
    within = mean_over_pairs(A, A, torch.sqrt) + mean_over_pairs(B, B, torch.sqrt)
    return energy_of(within, mean_over_pairs(A, B, torch.sqrt))


def energy_of(within: float, between: float) -> float:
    """Return the energy distance of the sum of the mean distances within the sets, and that between them."""
    gap = 2 * between - within  # Székely and Rizzo 2013: 2 E|X - Z| - E|X - X'| - E|Z - Z'|
    return float(np.sqrt(gap)) if gap > 2e-13 * between else 0.0  # below that it is rounding
