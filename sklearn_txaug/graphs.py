"""Gene graphs: protein interactions from a table, co-expression from training rows, and their lesion."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.utils import check_array, check_random_state

from .utils.checks import check_matrix
from .utils.containers import readable, with_text_names
from .utils.statistics import constant_columns

_COLUMNS = (("source", "target", "weight"), ("protein1", "protein2", "combined_score"))

__all__ = ["GeneGraph", "coexpression_graph"]


@dataclass(eq=False, repr=False, init=False)
class GeneGraph:
    """Undirected weighted graph of genes, each with at least one edge.

    Parameters
    ----------
    adjacency : sparse matrix or array of shape (n, n)
        Weights, 0 for no edge, for example scores or absolute correlations. If an edge is stored in both directions,
        the larger weight counts; edges from a gene to itself are dropped.
    genes : array-like of shape (n,), default=None
        Names of the genes, or their column numbers in X. None numbers them 0 to n - 1.

    Attributes
    ----------
    adjacency : csr_array of shape (n_genes, n_genes)
        The weights, symmetric, with an empty diagonal.
    genes : ndarray of shape (n_genes,)
        Names or column numbers of the genes that have an edge.
    n_genes, n_edges : int
        Numbers of genes and of edges, each edge counted once.

    Examples
    --------
    >>> from sklearn_txaug.graphs import GeneGraph
    >>> graph = GeneGraph.from_edges([("TP53", "MDM2", 0.99), ("TP53", "ATM", 0.95), ("ATM", "CHEK2", 0.7)])
    >>> graph
    GeneGraph(n_genes=4, n_edges=3)
    >>> graph.threshold(0.9).genes.tolist()
    ['ATM', 'MDM2', 'TP53']
    """

    adjacency: sparse.csr_array
    genes: np.ndarray

    def __init__(self, adjacency: Any, genes: Any = None):
        matrix = sparse.coo_array(adjacency)
        names = np.arange(matrix.shape[0]) if genes is None else _names(genes)
        if matrix.shape != (len(names), len(names)):
            raise ValueError(f"adjacency has shape {matrix.shape} but there are {len(names)} genes")
        if len(np.unique(names)) < len(names):
            raise ValueError("genes has duplicate names")
        _check_weights(matrix.data)
        full = matrix.tocsr().astype(float)
        full.setdiag(0)
        full = full.maximum(full.T).tocsr()
        full.eliminate_zeros()
        connected = np.flatnonzero(np.diff(full.indptr))
        self.adjacency = full[connected][:, connected]
        self.adjacency.sort_indices()
        self.genes = names[connected]

    @classmethod
    def from_edges(cls, edges: Any) -> GeneGraph:
        """Read a table of edges.

        Parameters
        ----------
        edges : str, path, DataFrame or iterable of tuples
            A text file (comma, tab or blank; also compressed) or DataFrame with the columns ``source``, ``target``
            and optionally ``weight``, or STRING's ``protein1``, ``protein2`` and ``combined_score``, which is
            divided by 1000; or tuples ``(source, target[, weight])``. Without weights, all are 1. If an edge occurs
            more than once, the largest weight counts.

        Returns
        -------
        graph : GeneGraph
            Its genes are sorted.
        """
        sources, targets, weights = _edge_columns(edges)
        _check_weights(weights)
        genes, index = np.unique(np.concatenate([sources, targets]), return_inverse=True)
        ends = np.sort(index.reshape(2, -1), axis=0)
        first, inverse = np.unique(ends, axis=1, return_inverse=True)
        largest = np.zeros(first.shape[1])
        np.maximum.at(largest, inverse.ravel(), weights)
        return cls(sparse.coo_array((largest, tuple(first)), shape=(len(genes), len(genes))), genes)

    @classmethod
    def from_networkx(cls, graph: Any, weight: str = "weight") -> GeneGraph:
        """Take the edges of a networkx graph; edges without the attribute `weight` have weight 1."""
        return cls.from_edges(graph.edges(data=weight, default=1.0))

    @property
    def n_genes(self) -> int:
        return len(self.genes)

    @property
    def n_edges(self) -> int:
        return self.adjacency.nnz // 2

    def __repr__(self) -> str:
        return f"GeneGraph(n_genes={self.n_genes}, n_edges={self.n_edges})"

    def threshold(self, tau: float, mode: str = "score") -> GeneGraph:
        """Keep the strongest edges.

        Parameters
        ----------
        tau : float in [0, 1]
            Threshold.
        mode : {"score", "quantile"}, default="score"
            ``"score"`` keeps weights of at least `tau`, ``"quantile"`` drops the share `tau` of the edges with the
            smallest weights (edges at the threshold stay).

        Returns
        -------
        graph : GeneGraph
            The remaining edges, and their genes.
        """
        if mode not in ("score", "quantile"):
            raise ValueError(f"mode must be 'score' or 'quantile', got {mode!r}")
        if not 0 <= tau <= 1:
            raise ValueError(f"tau must be between 0 and 1, got {tau!r}")
        kept = self.adjacency.copy()
        limit = np.quantile(kept.data, tau, method="higher") if mode == "quantile" and kept.nnz else tau
        kept.data[kept.data < limit] = 0
        return GeneGraph(kept, self.genes)

    def align(self, feature_names: Any) -> GeneGraph:
        """Return the part of the graph whose genes are among the features.

        Parameters
        ----------
        feature_names : array-like of shape (n_features,)
            Names, or numbers, of the columns of X. Genes given as column numbers take the names of their columns.

        Returns
        -------
        graph : GeneGraph
            The genes in X and the edges between them.

        Raises
        ------
        ValueError
            If no gene of the graph is among the features.
        """
        names = _names(feature_names)
        are_numbers, are_nameless = (values.dtype.kind in "iu" for values in (self.genes, names))
        if are_numbers and not are_nameless:
            if self.n_genes and self.genes.max() >= len(names):
                raise ValueError(
                    f"the graph's genes are numbers of columns up to {self.genes.max()}, but X has {len(names)} "
                    "columns; if they are Entrez identifiers, give them as text"
                )
            part = self.align(np.arange(len(names)))
            return GeneGraph(part.adjacency, names[part.genes])
        if are_nameless and not are_numbers and self.n_genes:
            raise ValueError(
                f"the graph's genes have names ({_first(self.genes)}) but X has no column names: pass X as a "
                "DataFrame whose columns are genes, or a graph whose genes are column numbers"
            )
        kept = np.isin(self.genes, names)
        if self.n_genes and not kept.any():
            raise ValueError(
                f"none of the graph's {self.n_genes} genes ({_first(self.genes)}) is among the {len(names)} "
                f"features ({_first(names)}); use the same identifiers"
            )
        return GeneGraph(self.adjacency[kept][:, kept], self.genes[kept])

    def permuted(self, random_state: Any = None, genes: Any = None) -> GeneGraph:
        """Return the lesion of the graph: the same edges and degrees between other genes.

        Parameters
        ----------
        random_state : int, RandomState instance or None, default=None
            Determines the shuffle.
        genes : array-like, default=None
            At least `n_genes` names to draw the new identities from; None shuffles the graph's own genes.

        Returns
        -------
        graph : GeneGraph
            Same `adjacency`, other `genes`.
        """
        names = self.genes if genes is None else _names(genes)
        if len(names) < self.n_genes:
            raise ValueError(f"genes has {len(names)} names for the graph's {self.n_genes} genes")
        return GeneGraph(self.adjacency, check_random_state(random_state).permutation(names)[: self.n_genes])


def coexpression_graph(X: Any, threshold: float = 0.9, *, chunk_size: int = 1024) -> GeneGraph:
    """Connect genes whose expression has an absolute Pearson correlation of at least `threshold`.

    The full correlation matrix is never in memory: 20,000 genes need `chunk_size` x 20,000 numbers at a time.

    Parameters
    ----------
    X : {array-like, DataFrame} of shape (n_samples, n_features)
        Expression on a log scale. Pass training rows only: a graph that saw the test rows leaks them.
    threshold : float in (0, 1], default=0.9
        Minimum absolute correlation.
    chunk_size : int, default=1024
        Number of genes correlated with all others at a time.

    Returns
    -------
    graph : GeneGraph
        Weights are the absolute correlations. Genes have the column names of a DataFrame, else column numbers.

    Examples
    --------
    >>> from sklearn_txaug.datasets import load_tissue_expression
    >>> from sklearn_txaug.graphs import coexpression_graph
    >>> X, y = load_tissue_expression(return_X_y=True)
    >>> coexpression_graph(X, 0.9)
    GeneGraph(n_genes=21, n_edges=16)
    """
    if not 0 < threshold <= 1:
        raise ValueError(f"threshold must be above 0 and at most 1, got {threshold!r}")
    check_matrix(X)
    rows = check_array(readable(X), dtype=(np.float64, np.float32))
    deviations = rows - rows.mean(axis=0)
    norms = np.linalg.norm(deviations, axis=0)
    unit = np.divide(deviations, norms, out=np.zeros_like(deviations), where=~constant_columns(rows))
    found = [_correlated(unit, start, chunk_size, threshold) for start in range(0, unit.shape[1], chunk_size)]
    i, j, weights = (np.concatenate(parts) for parts in zip(*found, strict=True))
    shape = (unit.shape[1], unit.shape[1])
    return GeneGraph(
        sparse.coo_array((weights, (i, j)), shape=shape), getattr(with_text_names(X), "columns", None)
    )


def _correlated(unit: np.ndarray, start: int, size: int, threshold: float) -> tuple[np.ndarray, ...]:
    """Return the pairs i < j, with i in the chunk, that reach the threshold, and their weights."""
    block = np.abs(unit[:, start : start + size].T @ unit[:, start:])
    i, j = np.nonzero(block >= threshold - 1e-9)
    upper = i < j
    i, j = i[upper], j[upper]
    return i + start, j + start, block[i, j]


def _names(genes: Any) -> np.ndarray:
    names = np.asarray(genes)
    return names.astype(str) if names.dtype == object else names


def _first(names: np.ndarray) -> str:
    return ", ".join(map(str, names[:3])) + (", ..." if len(names) > 3 else "")


def _check_weights(weights: np.ndarray) -> None:
    if not np.isfinite(weights).all() or (weights < 0).any():
        raise ValueError("edges must have finite weights >= 0; for correlations, pass absolute values")


def _edge_columns(edges: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    if isinstance(edges, str | Path):
        return _named_columns(_read_table(Path(edges)))
    if hasattr(edges, "columns"):
        return _named_columns({str(name): edges[name].to_numpy() for name in edges.columns})
    rows = [tuple(row) for row in edges]
    if any(len(row) not in (2, 3) for row in rows):
        raise ValueError("edges must be tuples (source, target) or (source, target, weight)")
    weights = np.array([row[2] if len(row) == 3 else 1.0 for row in rows], dtype=float)
    return np.array([row[0] for row in rows]), np.array([row[1] for row in rows]), weights


def _named_columns(columns: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    for source, target, weight in _COLUMNS:
        if source in columns and target in columns:
            weights = columns.get(weight, np.ones(len(columns[source]))).astype(float)
            return columns[source], columns[target], weights / 1000 if weight == "combined_score" else weights
    raise ValueError(
        f"edges has columns {list(columns)}; it needs source, target[, weight] or protein1, protein2, combined_score"
    )


def _read_table(path: Path) -> dict[str, np.ndarray]:
    from .datasets._textfile import TextFile

    with TextFile(path).open() as lines:
        header = next(lines, "")
        delimiter = next((mark for mark in "\t, " if mark in header), ",")
        names, *rows = csv.reader(chain([header], lines), delimiter=delimiter)
    short = next((k for k, row in enumerate(rows) if len(row) != len(names)), None)
    if short is not None:
        raise ValueError(
            f"line {short + 2} of {path.name} has {len(rows[short])} fields; its header has {len(names)}"
        )
    return dict(zip(names, np.array(rows).reshape(-1, len(names)).T, strict=True))
