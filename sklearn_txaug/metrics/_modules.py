"""Are the modules of co-expressed genes kept."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.cluster.hierarchy import cophenet, fcluster, linkage
from sklearn.metrics import adjusted_rand_score

from ..utils.blocks import blocks
from ..utils.checks import check_count
from ..utils.statistics import constant_columns
from ..utils.typing import MatrixLike
from ._correlation import UnitGenes, pearson
from ._distances import double_device
from ._indicator import Field, indicator
from ._validation import check_pair

_LINKAGES = ("single", "complete", "average", "weighted", "centroid", "median", "ward")


class ModulePreservation(NamedTuple):
    """Four agreements, then the module of each gene that was used (0: no module) and the genes' positions."""

    connectivity: float
    density_ratio: float
    adjusted_rand: float
    cophenetic: float
    modules: np.ndarray
    genes: np.ndarray


@indicator(
    "max",
    family="biology",
    question="Are hub genes of co-expression modules kept?",
    fields=[
        Field("connectivity"),
        Field("density_ratio", "Do modules hold together (below 1: come apart)?", direction=1.0),
        Field("adjusted_rand", "Are the same modules found?"),
        Field("cophenetic", "Do the gene trees agree?"),
    ],
    headline="connectivity",
    cost="O(g² (n + m) + g² log g) time and O(g²) memory for g genes used",
    reference="P. Langfelder, R. Luo, M. C. Oldham, S. Horvath (2011). Is my network module preserved and "
    "reproducible? PLoS Computational Biology 7.",
    pitfall="Needs many rows: in small cohorts the reference itself is well below 1.",
)
def module_preservation(
    X_real: MatrixLike,
    X_synthetic: MatrixLike,
    *,
    n_modules: int | None = None,
    max_genes: int = 2000,
    method: str = "average",
) -> ModulePreservation:
    r"""Preservation of the real rows' co-expression modules in the synthetic rows.

    Genes are clustered by the distance :math:`1 - \mathrm{corr}` of the real rows and the tree is cut into
    modules; modules of fewer than three genes are left out (if none is larger, all genes form one). Then

    * `connectivity`: for each gene, the sum of its correlations with its module; the Pearson correlation of
      real and synthetic sums, averaged over the modules: are the hub genes the same?
    * `density_ratio`: mean correlation within modules, synthetic over real; below 1 modules have come apart;
    * `adjusted_rand`: agreement of the modules with those found in the synthetic rows in the same way;
    * `cophenetic`: Pearson correlation of the two trees' cophenetic distances (the source uses complete
      linkage).

    Range -1 to 1 and, for the ratio, all numbers; ideal 1 for all four, and identical sets give 1. Small
    sets do not reach it: compare with two real sets of the same sizes.

    Cost: {cost}.

    Parameters
    ----------
    {rows}, two or more in each set.
    n_modules : int, default=None
        Most modules to cut. None: one for each 20 genes, between 2 and 50.
    max_genes : int, default=2000
        Genes used: those of the largest variance in the real rows.
    method : str, default="average"
        Linkage, as in :func:`scipy.cluster.hierarchy.linkage`: "average", "complete" or "single".

    Returns
    -------
    result : ModulePreservation
        Named tuple of `connectivity`, `density_ratio`, `adjusted_rand`, `cophenetic`, and the arrays
        `modules` (numbered from 1; 0 for genes without one) and `genes` (the columns used).

    Raises
    ------
    ValueError
        If there are fewer than three genes that vary in the real rows, a set has fewer than two rows, or
        the genes differ.

    References
    ----------
    {reference}

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_txaug.metrics import module_preservation
    >>> rng = np.random.default_rng(0)
    >>> X = np.repeat(rng.normal(size=(50, 2)), 4, axis=1) + rng.normal(size=(50, 8))
    >>> [round(value, 3) for value in module_preservation(X, X)[:4]]
    [1.0, 1.0, 1.0, 1.0]
    """
    real, synthetic = check_pair(X_real, X_synthetic, min_rows=2)
    if n_modules is not None:
        check_count(n_modules, "n_modules")
    check_count(max_genes, "max_genes", 3)
    if method not in _LINKAGES:
        raise ValueError(f"method must be one of {_LINKAGES}; got {method!r}.")
    genes = _variable_genes(real, max_genes)
    real, synthetic = real[:, genes], synthetic[:, genes]
    n_modules = max(2, min(50, len(genes) // 20)) if n_modules is None else n_modules
    tree, new_tree = (linkage(_distances(X), method) for X in (real, synthetic))
    found, new_found = (fcluster(t, n_modules, criterion="maxclust") for t in (tree, new_tree))
    modules = np.where(np.bincount(found)[found] >= 3, found, 0)
    if not modules.any():
        modules = np.ones_like(modules)
    connectivity, density, new_density = _within_modules(real, synthetic, modules)
    ratio = new_density / density if abs(density) > 1e-12 else float(abs(new_density) <= 1e-12)
    return ModulePreservation(
        connectivity,
        ratio,
        float(adjusted_rand_score(found, new_found)),
        pearson(cophenet(tree), cophenet(new_tree)),
        modules,
        genes,
    )


def _variable_genes(X: np.ndarray, max_genes: int) -> np.ndarray:
    variance = np.empty(X.shape[1])
    for some in blocks(X.shape[1], len(X)):
        part = X[:, some]
        variance[some] = np.where(constant_columns(part), 0.0, part.var(axis=0, dtype=np.float64))
    genes = np.sort(np.argsort(-variance, kind="stable")[:max_genes])
    genes = genes[variance[genes] > 0]
    if len(genes) < 3:
        raise ValueError(f"X_real has {len(genes)} genes in use that vary; modules need three or more.")
    return genes


def correlations(X: np.ndarray) -> np.ndarray:
    Z = UnitGenes(X, double_device("cpu")).take().numpy()
    C = Z.T @ Z
    return C.clip(-1, 1, out=C)


def _distances(X: np.ndarray) -> np.ndarray:
    """Return 1 - corr of the pairs of genes, in the order of scipy, which needs no matrix."""
    Z = UnitGenes(X, double_device("cpu")).take().numpy()
    n = Z.shape[1]
    pairs, start = np.empty(n * (n - 1) // 2), 0
    for genes in blocks(n, n):
        for k, row in enumerate(Z[:, genes].T @ Z[:, genes.start :]):
            part = slice(start, start + len(row) - k - 1)
            pairs[part], start = row[k + 1 :], part.stop
    pairs.clip(-1, 1, out=pairs)
    return np.subtract(1, pairs, out=pairs)


def _within_modules(
    real: np.ndarray, synthetic: np.ndarray, modules: np.ndarray
) -> tuple[float, float, float]:
    """Agreement of the connectivities, and mean correlation within modules in both sets.

    Of Langfelder et al. 2011: cor.kIM, the correlation of the intramodular connectivities, and the mean density, here
    of signed correlations.
    """
    rows = []
    for module in np.unique(modules[modules > 0]):
        # connectivity of a gene: its correlations with the rest of the module; their mean is the density
        old, new = (_connectivity(X[:, modules == module]) for X in (real, synthetic))
        rows.append((pearson(old, new), old.mean() / (len(old) - 1), new.mean() / (len(new) - 1)))
    connectivity, density, new_density = np.mean(rows, axis=0).tolist()
    return connectivity, density, new_density


def _connectivity(X: np.ndarray) -> np.ndarray:
    C = correlations(X)
    np.fill_diagonal(C, 0)
    return np.asarray(C.sum(axis=0))
