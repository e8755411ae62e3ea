"""Do the genes of the synthetic rows correlate as those of the real rows do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from ..utils.blocks import blocks
from ..utils.typing import MatrixLike
from ._distances import BLOCK, double_device
from ._indicator import Field, indicator
from ._validation import check_pair

if TYPE_CHECKING:
    from ._sets import ComparedSets

_COST = "O(d² (n + m)) time, in blocks: no d x d matrix is kept"


@indicator(
    "max",
    family="fidelity",
    question="Do genes vary together as in real rows?",
    fields=[Field(column="correlation_score")],
    cost=_COST,
    compute=lambda sets: _shared_comparison(sets)[0],
    reference="R. Viñas, H. Andrés-Terré, P. Liò, K. Bryson (2022). Adversarial generation of gene expression data. "
    "Bioinformatics 38(3), 730-737.",
    pitfall="Dominated by differences between classes: a generator of class means alone scores high. Few rows lower "
    "it for real rows too.",
)
def correlation_score(X_real: MatrixLike, X_synthetic: MatrixLike, *, device: str = "auto") -> float:
    r"""Agreement of the gene-gene distances :math:`1 - \mathrm{corr}` of real and synthetic rows.

    With :math:`D^X` and :math:`D^Z` the matrices of Pearson distances between genes, the score is the Pearson
    correlation of their upper triangles,

    .. math:: \Gamma(D^X, D^Z) = \mathrm{corr}\big((D^X_{ij})_{i<j},\; (D^Z_{ij})_{i<j}\big).

    Range -1 to 1, higher is better; identical sets give 1. A gene that is constant in a set has correlation
    0 with all others in that set. Where one of the triangles does not vary at all the score is 1 if both
    are equal, else 0. Finite samples lower it: compare with the score of two real sets of the same sizes.

    Cost: {cost}.

    Parameters
    ----------
    {rows}, two or more in each set, and two genes or more.
    {device}

    Returns
    -------
    score : float

    Raises
    ------
    ValueError
        If a set has fewer than two rows or genes, values that are not finite, or other genes than the other
        set.

    References
    ----------
    {reference}

    Examples
    --------
    >>> from sklearn_txaug.metrics import correlation_score
    >>> X = [[0, 0, 1], [1, 2, 0], [2, 1, 5], [3, 3, 1]]
    >>> round(correlation_score(X, X), 3)
    1.0
    """
    return _compare(X_real, X_synthetic, device)[0]


def _shared_comparison(sets: ComparedSets) -> tuple[float, float]:
    """Return score and error, computed once for both, and for the same sets the other way round."""
    X, Z = sorted(sets.rows, key=id)
    return sets.shared.once("correlations", [X, Z], lambda: _compare(X, Z, sets.settings.device))


def _compare(X_real: MatrixLike, X_synthetic: MatrixLike, device: str) -> tuple[float, float]:
    """Return the score and the error."""
    real, synthetic = _standardised_pair(X_real, X_synthetic, device)
    d = real.shape[1]
    pairs = d * (d - 1) / 2
    # Viñas et al. 2022: Pearson's correlation over the pairs i < j, summed block by block around the known means;
    # that of the distances 1 - corr is that of the correlations.
    mean_x, mean_z = _mean_correlation(real), _mean_correlation(synthetic)
    xx = 0.0
    zz = 0.0
    xz = 0.0
    difference = 0.0
    error = 0.0
    for start, x, z in _correlation_blocks(real, synthetic):
        error += (x - z).abs_().sum().item()
        upper = torch.ones_like(x, dtype=torch.bool).triu_(start + 1)
        x, z = x[upper] - mean_x, z[upper] - mean_z
        xx += x.dot(x).item()
        zz += z.dot(z).item()
        xz += x.dot(z).item()
        difference = max(difference, (x - z).abs().max().item() if len(x) else 0.0)
    error /= 2 * d**2
    if min(xx, zz) <= pairs * 1e-24:
        return float(difference + abs(mean_x - mean_z) < 1e-12), error
    return float(np.clip(xz / np.sqrt(xx * zz), -1, 1)), error


@indicator(
    "min",
    family="fidelity",
    question="How much do gene-gene correlations differ?",
    fields=[Field(column="correlation_error")],
    cost=_COST,
    reference="The published indicator of the GMDA generator (generative modelling by density alignment).",
    pitfall="Most pairs of genes hardly correlate, so errors in the few that do weigh little. Few rows raise it "
    "for real rows too.",
)
def correlation_error(X_real: MatrixLike, X_synthetic: MatrixLike, *, device: str = "auto") -> float:
    r"""Mean absolute difference of the gene-gene correlations, halved.

    .. math:: \frac{1}{2 d^2} \sum_{i,j} \left| \mathrm{corr}(X)_{ij} - \mathrm{corr}(Z)_{ij} \right|

    Range 0 to 1, lower is better; identical sets give 0. A gene that is constant in a set has correlation 0
    with all genes, itself included, in that set, so a gene that only the generator froze is counted as an
    error.

    Cost: {cost}.

    Parameters
    ----------
    {rows}, two or more in each set, and two genes or more.
    {device}

    Returns
    -------
    error : float

    Raises
    ------
    ValueError
        If a set has fewer than two rows or genes, values that are not finite, or other genes than the other
        set.

    References
    ----------
    {reference}

    Examples
    --------
    Perfect against opposite correlation of two genes: half of the four entries differ by 2.

    >>> from sklearn_txaug.metrics import correlation_error
    >>> round(correlation_error([[0, 0], [1, 1]], [[0, 1], [1, 0]]), 3)
    0.5
    """
    return _compare(X_real, X_synthetic, device)[1]


def _standardised_pair(X_real: MatrixLike, X_synthetic: MatrixLike, device: str) -> tuple[Tensor, Tensor]:
    real, synthetic = check_pair(X_real, X_synthetic, min_rows=2)
    if real.shape[1] < 2:
        raise ValueError("X_real has one gene; correlations need two or more.")
    where = double_device(device)
    return unit_columns(real, where), unit_columns(synthetic, where)


def unit_columns(X: np.ndarray, device: torch.device) -> Tensor:
    """Centre each gene and scale it to norm 1, so that products are correlations; constant genes become 0."""
    Z = torch.tensor(X, dtype=torch.float64, device=device)
    constant = Z.amax(dim=0) == Z.amin(dim=0)
    Z -= Z.mean(dim=0)
    Z[:, constant] = 0.0
    return Z.div_(torch.linalg.vector_norm(Z, dim=0).clamp_(min=torch.finfo(torch.float64).tiny))


def _mean_correlation(Z: Tensor) -> float:
    """Mean of the correlations of distinct genes: the norm of the sum of all columns holds their total."""
    d = Z.shape[1]
    # 1'Z'Z1 - tr(Z'Z): all products of columns without those of a column with itself
    total = Z.sum(dim=1).square().sum() - Z.square().sum()
    return total.item() / (d * (d - 1))


def _correlation_blocks(real: Tensor, synthetic: Tensor) -> Iterator[tuple[int, Tensor, Tensor]]:
    """Yield the first gene and a few rows of both correlation matrices."""
    for part in blocks(real.shape[1], real.shape[1], BLOCK):
        yield part.start, real[:, part].T @ real, synthetic[:, part].T @ synthetic


def varies(x: np.ndarray) -> bool:
    """Whether the values differ by more than rounding."""
    return bool(np.ptp(x) > 1e-12 * np.abs(x).max())


def pearson(x: np.ndarray, y: np.ndarray) -> float:
    """Pearson correlation; where one side does not vary, 1 if both are equal and else 0."""
    if not (varies(x) and varies(y)):
        return float(np.allclose(x, y, rtol=1e-12, atol=1e-12))
    a, b = x - x.mean(), y - y.mean()
    return float(np.clip(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)), -1, 1))
