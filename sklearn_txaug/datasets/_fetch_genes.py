"""Which genes of a public data set to keep, and in what order."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

from ._landmarks import ENSEMBL, landmark_genes, landmark_identifiers, match_landmarks, plain_identifier


class Genes:
    """The genes that a caller wants.

    Parameters
    ----------
    genes : {"landmarks"}, None or iterable of str
        The L1000 landmark genes, all genes, or Ensembl identifiers (a version is ignored), Entrez identifiers or
        symbols, whichever the file has.
    renamed : mapping
        New names of identifiers in the file.

    Attributes
    ----------
    key : str
        Name of the choice, for the cache.
    example : str
        An identifier in the last file read, for messages.
    """

    def __init__(self, genes: Any, renamed: Mapping[str, str] = MappingProxyType({})) -> None:
        self.example, self.renamed = "", renamed
        self._listed: list[str] | None = None
        if genes is None:
            self.key, self._wanted = "all", None
            return
        if isinstance(genes, str):
            if genes != "landmarks":
                raise ValueError(f"genes must be 'landmarks', None or a list of genes, got {genes!r}.")
            self.key, self._wanted = "landmarks", set(landmark_identifiers(landmark_genes(as_frame=False)))
            return
        self._listed = list(
            dict.fromkeys(plain_identifier(renamed.get(str(gene), str(gene))) for gene in genes)
        )
        if not self._listed:
            raise ValueError("genes is an empty list; None keeps all genes.")
        self._wanted = set(self._listed)
        digest = hashlib.sha256("\n".join(sorted(self._wanted)).encode()).hexdigest()
        self.key = f"list-{digest[:12]}"

    def wants(self, id: str, symbol: str) -> bool:
        """Tell whether to keep a gene. Landmarks are matched by identifier: several genes may share a symbol."""
        self.example = id
        if self._wanted is None or plain_identifier(id) in self._wanted:
            return True
        return self._listed is not None and symbol in self._wanted

    def order(self, ids: Sequence[str], symbols: Sequence[str]) -> tuple[np.ndarray, list[str]]:
        """Return the positions of the genes, in the order requested, and the names of missing ones.

        If several genes have the same name, the first is taken.
        """
        if self.key == "landmarks":
            match = match_landmarks(ids)
            return match.index[match.index >= 0], match.missing
        by_id: dict[str, int] = {}
        for position, id in enumerate(ids):
            by_id.setdefault(plain_identifier(id), position)
        if self._listed is None:
            return np.array(list(by_id.values())), []
        by_name = {symbol: position for position, symbol in reversed(list(enumerate(symbols)))} | by_id
        found = {by_name[name]: None for name in self._listed if name in by_name}
        return np.array(list(found), dtype=int), [name for name in self._listed if name not in by_name]


def feature_names(ids: Iterable[str]) -> np.ndarray:
    """Return identifiers without the version that Ensembl appends."""
    matches = ((id, ENSEMBL.fullmatch(id)) for id in ids)
    return np.array([match[1] if match else id for id, match in matches], dtype=str)


def gene_symbols(names: np.ndarray, symbols: np.ndarray) -> np.ndarray:
    """Return the symbols in a file; where it has none, those of the landmark genes, or the name itself.

    Ensembl identifiers of genes other than landmarks get ``""``.
    """
    if symbols.astype(bool).any():
        return symbols
    table = landmark_genes(as_frame=False)
    known = dict(zip(table["ensembl"].tolist(), table["symbol"].tolist(), strict=True))
    return np.array(
        [
            known.get(name, "") if name.startswith("ENSG") else name.partition("|")[0]
            for name in names.tolist()
        ],
        dtype=str,
    )
