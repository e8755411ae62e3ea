"""STRING: functional associations between human proteins, as a graph of genes."""

from collections.abc import Iterator, Mapping
from itertools import islice
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from ..utils.files import replacing
from ..utils.warnings import warn
from ._fetch_download import DamagedFileError, Store
from ._fetch_matrix import open_lines
from ._fetch_result import documented, read_annotations

if TYPE_CHECKING:
    from ..graphs import GeneGraph

_ROWS = 1 << 18  # lines parsed at a time


@documented
def fetch_string_graph(
    *,
    threshold: float = 0.7,
    data_home: str | PathLike[str] | None = None,
    download_if_missing: bool = True,
    keep: bool = True,
    urls: Mapping[str, str] | None = None,
    verbose: bool = True,
) -> "GeneGraph":
    """Load the human protein associations of STRING v12 as a graph of gene symbols, downloaded on the first call.

    Parameters
    ----------
    threshold : float in [0, 1], default=0.7
        Minimum combined score of an edge, divided by 1000. STRING lists none below 0.15.
    data_home : str or path, default=None
        Folder of downloads and caches, which go into its subfolder ``sklearn_txaug/string_v12``; None is that of
        scikit-learn, which the environment variable ``SCIKIT_LEARN_DATA`` sets.
    download_if_missing : bool, default=True
        If False, raise an OSError rather than download.
    keep : bool, default=True
        Keep the downloaded links (80 MB), which are not needed again.
    urls : dict, default=None
        Other addresses, such as a mirror, for ``"string_links"`` and ``"string_info"``. Checksums apply to them too.
    verbose : bool, default=True
        Show progress bars.

    Returns
    -------
    graph : GeneGraph
        Genes are symbols (STRING's preferred names), sorted; weights are scores from `threshold` to 0.999. Each
        pair counts once; if proteins share a symbol, the largest score counts, and pairs among them are dropped.

    Warns
    -----
    UserWarning
        If links name proteins without a symbol; these links are dropped.

    Raises
    ------
    {not_fetched}
    ValueError
        If `threshold` is out of range, {damaged}

    See Also
    --------
    sklearn_txaug.graphs.GeneGraph.from_edges : Read a table of your own.

    Notes
    -----
    The links are read line by line into a cache that later calls read. Download once before you start processes that
    fetch at the same time.

    References
    ----------
    Szklarczyk et al., Nucleic Acids Research 51, 2023, doi:10.1093/nar/gkac1000. The data are under CC BY 4.0.

    Examples
    --------
    >>> from sklearn_txaug.datasets import fetch_string_graph
    >>> graph = fetch_string_graph(threshold=0.9)  # doctest: +SKIP
    >>> graph.align(X.columns)  # doctest: +SKIP
    """
    from ..graphs import GeneGraph

    if not 0 <= threshold <= 1:
        raise ValueError(f"threshold must be between 0 and 1 (STRING's score / 1000), got {threshold!r}.")
    store = Store("string_v12", data_home, urls, download_if_missing, verbose)
    cache = store.folder / "edges.npz"
    if not cache.exists():
        _write(cache, *_read_edges(store, keep))
    with np.load(cache, allow_pickle=False) as edges:
        scores, genes = edges["scores"], edges["genes"]
        kept = scores >= threshold * 1000 - 1e-6
        ends = edges["first"][kept], edges["second"][kept]
    shape = (len(genes), len(genes))
    return GeneGraph(sparse.coo_array((scores[kept] / 1000, ends), shape=shape), genes)


def _read_edges(store: Store, keep: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the symbols, ends (2, n_edges) with first < second, and the largest score of each edge."""
    with store.file("string_info") as path:
        info = read_annotations(path, {"#string_protein_id": "protein", "preferred_name": "symbol"}).dropna()
    genes, numbers = np.unique(info["symbol"].to_numpy(dtype=str), return_inverse=True)
    codes = dict(zip(info["protein"].str.encode("utf-8"), numbers.tolist(), strict=True))
    keys = [np.empty(0, np.int64)]
    scores = [np.empty(0, np.int16)]
    n_unknown = 0
    with store.file("string_links", keep) as path, open_lines(path, store.verbose) as lines:
        for first, second, score in _chunks(lines, path, codes):
            unknown = (first < 0) | (second < 0)
            n_unknown += int(unknown.sum())
            use = ~unknown & (first != second)
            low, high = np.minimum(first, second)[use], np.maximum(first, second)[use]
            key, score = _largest(low * len(genes) + high, score[use])
            keys.append(key)
            scores.append(score)
    if n_unknown:
        warn(f"{n_unknown} links name a protein without a symbol and were dropped")
    key, score = _largest(np.concatenate(keys), np.concatenate(scores))
    return genes, np.stack(np.divmod(key, len(genes))), score


def _chunks(lines: Iterator[bytes], path: Path, codes: dict[bytes, int]) -> Iterator[tuple[np.ndarray, ...]]:
    """Yield the numbers of both genes (-1 if unknown) and the scores."""
    header = next(lines, b"").split()
    if header != [b"protein1", b"protein2", b"combined_score"]:
        raise DamagedFileError(f"{path.name} is not a table of links: its header starts with {header[:5]!r}.")
    while batch := list(islice(lines, _ROWS)):
        fields = b"".join(batch).split()
        if len(fields) != 3 * len(batch):
            raise DamagedFileError(f"{path.name} has lines without three fields.")
        first, second = ([codes.get(name, -1) for name in fields[i::3]] for i in (0, 1))
        try:
            scores = np.array(list(map(int, fields[2::3])), dtype=np.int16)
        except (ValueError, OverflowError) as error:
            raise DamagedFileError(f"{path.name}: {error}.") from error
        yield np.array(first), np.array(second), scores


def _largest(key: np.ndarray, score: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return each key once, with its largest score."""
    order = np.lexsort((-score, key))
    key, score = key[order], score[order]
    first = np.ones(len(key), dtype=bool)
    first[1:] = key[1:] != key[:-1]
    return key[first], score[first]


def _write(cache: Path, genes: np.ndarray, ends: np.ndarray, scores: np.ndarray) -> None:
    first, second = ends.astype(np.int32)
    with replacing(cache) as new:
        np.savez(new, genes=genes, first=first, second=second, scores=scores)
