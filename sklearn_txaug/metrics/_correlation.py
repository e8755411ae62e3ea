"""Do the genes of the synthetic rows correlate as those of the real rows do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from ..utils.blocks import blocks
from ..utils.typing import MatrixLike
from ._distances import as_tensor, double_device
from ._indicator import Field, indicator
from ._validation import check_pair

if TYPE_CHECKING:
    from ._sets import ComparedSets

_COST = "O(d² (n + m)) time, in blocks: no d x d matrix is kept"
_N_GENES = 512  # of a block, which has 2 MiB


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
    d = real.n_genes
    # Viñas et al. 2022: Pearson's correlation over the pairs i < j, summed block by block around the known means;
    # that of the distances 1 - corr is that of the correlations.
    mean_x, mean_z = real.mean_correlation(), synthetic.mean_correlation()
    xx = 0.0
    zz = 0.0
    xz = 0.0
    largest = 0.0
    error = 0.0
    for x, z, on_diagonal in _correlation_blocks(real, synthetic):
        gaps = (x - z).abs_()
        error += gaps.sum().item() * (
            1 if on_diagonal else 2
        )  # the others stand for those below the diagonal too
        largest = max(largest, gaps.max().item())
        if on_diagonal:
            upper = torch.ones_like(x, dtype=torch.bool).triu_(1)
            x, z = x[upper], z[upper]
        x, z = x.sub_(mean_x).flatten(), z.sub_(mean_z).flatten()
        xx += x.dot(x).item()
        zz += z.dot(z).item()
        xz += x.dot(z).item()
    error /= 2 * d**2
    if min(xx, zz) <= d * (d - 1) / 2 * 1e-24:
        return float(largest < 1e-12), error
    return float(np.clip(xz / np.sqrt(xx * zz), -1, 1)), error


@indicator(
    "min",
    family="fidelity",
    question="How much do gene-gene correlations differ?",
    fields=[Field(column="correlation_error")],
    cost=_COST,
    compute=lambda sets: _shared_comparison(sets)[1],
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


def _standardised_pair(
    X_real: MatrixLike, X_synthetic: MatrixLike, device: str
) -> tuple[UnitGenes, UnitGenes]:
    real, synthetic = check_pair(X_real, X_synthetic, min_rows=2)
    if real.shape[1] < 2:
        raise ValueError("X_real has one gene; correlations need two or more.")
    where = double_device(device)
    return UnitGenes(real, where), UnitGenes(synthetic, where)


class UnitGenes:
    """Genes that are centred and scaled to norm 1, so that products are correlations; constant genes are 0.

    The values stay as they are, and some genes at a time are brought to double precision.

    Parameters
    ----------
    X : ndarray of shape (n_rows, n_genes)
    device : torch.device
    """

    def __init__(self, X: np.ndarray, device: torch.device):
        self.n_genes = X.shape[1]
        self._values = as_tensor(X).to(device)
        self._mean, self._scale = torch.empty(2, self.n_genes, dtype=torch.float64, device=device)
        for genes in blocks(self.n_genes, len(X)):
            values = self._values[:, genes]
            varies = values.amax(dim=0) != values.amin(dim=0)
            self._mean[genes] = values.mean(dim=0, dtype=torch.float64)
            norms = torch.linalg.vector_norm(values - self._mean[genes], dim=0)
            self._scale[genes] = varies / norms.clamp_(min=torch.finfo(torch.float64).tiny)

    def take(self, genes: slice = slice(None)) -> Tensor:
        """Return some genes, of shape (n_rows, n_taken)."""
        return (self._values[:, genes] - self._mean[genes]).mul_(self._scale[genes])

    def mean_correlation(self) -> float:
        """Return the mean of the correlations of distinct genes, from the norm of the sum of all genes."""
        total = self._mean.new_zeros(len(self._values))
        norms = 0.0
        for genes in blocks(self.n_genes, len(self._values)):
            part = self.take(genes)
            total += part.sum(dim=1)
            norms += part.square_().sum().item()
        # 1'Z'Z1 - tr(Z'Z): all products of genes without those of a gene with itself
        return (total.square().sum().item() - norms) / (self.n_genes * (self.n_genes - 1))


def _correlation_blocks(real: UnitGenes, synthetic: UnitGenes) -> Iterator[tuple[Tensor, Tensor, bool]]:
    """Yield square blocks of both correlation matrices, on the diagonal and above, and which of the two it is."""
    parts = list(blocks(real.n_genes, 1, _N_GENES))
    for k, rows in enumerate(parts):
        A, B = real.take(rows).T, synthetic.take(rows).T
        for columns in parts[k:]:
            yield A @ real.take(columns), B @ synthetic.take(columns), columns is rows


def varies(x: np.ndarray) -> bool:
    """Whether the values differ by more than rounding."""
    return bool(np.ptp(x) > 1e-12 * max(-x.min(), x.max()))


def pearson(x: np.ndarray, y: np.ndarray) -> float:
    """Pearson correlation; where one side does not vary, 1 if both are equal and else 0."""
    if not (varies(x) and varies(y)):
        return float(np.allclose(x, y, rtol=1e-12, atol=1e-12))
    a, b, products = x.mean(), y.mean(), np.zeros((2, 2))
    for part in blocks(len(x), 1):
        both = np.stack([x[part] - a, y[part] - b])
        products += both @ both.T
    return float(np.clip(products[0, 1] / np.sqrt(products[0, 0] * products[1, 1]), -1, 1))
