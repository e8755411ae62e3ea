"""The 978 landmark genes of the L1000 assay, and where they are in a data set."""

import re
from collections.abc import Iterable
from importlib import resources
from typing import Any

import numpy as np
from sklearn.utils import Bunch

from ..utils.optional import require

_COLUMNS = [("symbol", "U16"), ("entrez", "i8"), ("ensembl", "U15"), ("in_gtex974", "?")]
ENSEMBL = re.compile(r"(ENSG\d{11})(\.\d+)?")


def landmark_genes(*, as_frame: bool = True) -> Any:
    """Identifiers of the 978 landmark genes of the L1000 assay.

    The genes were chosen so that the rest of the transcriptome can be inferred from them [1]_; generators
    work in their space and a regression reconstructs the other genes [2]_.

    Parameters
    ----------
    as_frame : bool, default=True
        Return a pandas DataFrame; False gives a NumPy structured array, which needs no pandas.

    Returns
    -------
    genes : DataFrame of shape (978, 4) or structured ndarray of shape (978,)
        With the columns or fields

        symbol : str
            Gene symbol at the time of the assay; some have been renamed since.
        entrez : int
            NCBI Gene identifier.
        ensembl : str
            Ensembl gene identifier without version, ``""`` for the four genes outside the GTEx panel.
        in_gtex974 : bool
            Whether the gene is one of the 974 that map to GTEx v8.

    Raises
    ------
    ImportError
        If ``as_frame=True`` and pandas is not installed.

    See Also
    --------
    match_landmarks : Find the landmark genes among the columns of a data set.

    References
    ----------
    .. [1] Subramanian et al., "A Next Generation Connectivity Map: L1000 Platform and the First 1,000,000
       Profiles", Cell 171, 2017, doi:10.1016/j.cell.2017.10.049.
    .. [2] Lacan, André, Sebag, Hanczar, BMC Bioinformatics, 2026, doi:10.1186/s12859-026-06470-8.

    Examples
    --------
    >>> from sklearn_txaug.datasets import landmark_genes
    >>> genes = landmark_genes(as_frame=False)
    >>> len(genes), int(genes["in_gtex974"].sum())
    (978, 974)
    >>> print(genes["symbol"][0], genes["entrez"][0], genes["ensembl"][0])
    INSIG1 3638 ENSG00000186480
    """
    text = (resources.files(__package__) / "data" / "l1000_landmark_genes.tsv").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in text.splitlines()[1:]]
    genes = np.array([(symbol, int(e), ens, flag == "1") for e, symbol, ens, flag in rows], dtype=_COLUMNS)
    if not as_frame:
        return genes
    pd = require("pandas", "landmark_genes(as_frame=True)")
    return pd.DataFrame({name: genes[name].tolist() for name, _ in _COLUMNS})


def match_landmarks(var_names: Iterable[Any]) -> Bunch:
    """Find the L1000 landmark genes among the genes of a data set.

    A name is read as an Ensembl gene identifier (``ENSG00000186480``, a version suffix like ``.12`` is
    ignored), an Entrez identifier (``3638``, as a number or a string), the pair of both that TCGA's RSEM
    tables use (``INSIG1|3638``), or a gene symbol (case matters, so that mouse genes are not taken for human
    ones). One list may mix them.

    Parameters
    ----------
    var_names : iterable of str or int
        Names of the genes, for instance ``X.columns`` or ``adata.var_names``.

    Returns
    -------
    match : :class:`~sklearn.utils.Bunch`
        With the attributes

        index : ndarray of shape (978,), int
            Position in `var_names` of each landmark, in the order of :func:`landmark_genes`; -1 where it is
            absent.
        mask : ndarray of shape (n_genes,), bool
            True for the columns that hold a landmark, so ``X.loc[:, mask]`` is the landmark space.
        found : list of str
            Symbols of the landmarks that were found, in the order of :func:`landmark_genes`.
        missing : list of str
            Symbols of those that were not.
        duplicates : list of str
            Names that match a landmark which an earlier name had matched already; the earlier one is used.
        id_types : dict
            How many landmarks were matched by ``"symbol"``, ``"entrez"`` and ``"ensembl"``.

    Raises
    ------
    TypeError
        If `var_names` is a single string.

    See Also
    --------
    landmark_genes : The table of the landmark genes.

    Notes
    -----
    Only the symbols of the table are known, no aliases: prefer Entrez or Ensembl identifiers where a data set
    has them. Four landmarks have no Ensembl identifier in the table, so at most 974 match by it.

    Examples
    --------
    >>> from sklearn_txaug.datasets import match_landmarks
    >>> match = match_landmarks(["ENSG00000186480.12", "ACTB", "FOXO3", "CDH3|1001"])
    >>> match.found
    ['INSIG1', 'FOXO3', 'CDH3']
    >>> match.mask.tolist()
    [True, False, True, True]
    >>> match.id_types
    {'symbol': 1, 'entrez': 1, 'ensembl': 1}
    """
    if isinstance(var_names, (str, bytes)):
        raise TypeError(f"var_names must be a list of gene names, got the single string {var_names!r}.")
    genes = landmark_genes(as_frame=False)
    keys = landmark_identifiers(genes)
    names = [str(name) for name in var_names]
    index = np.full(len(genes), -1)
    id_types = dict.fromkeys(("symbol", "entrez", "ensembl"), 0)
    duplicates = []
    for position, name in enumerate(names):
        kind, row = keys.get(plain_identifier(name), ("", -1))
        if row < 0:
            continue
        if index[row] >= 0:
            duplicates.append(name)
            continue
        index[row] = position
        id_types[kind] += 1
    mask = np.zeros(len(names), dtype=bool)
    mask[index[index >= 0]] = True
    return Bunch(
        index=index,
        mask=mask,
        found=genes["symbol"][index >= 0].tolist(),
        missing=genes["symbol"][index < 0].tolist(),
        duplicates=duplicates,
        id_types=id_types,
    )


def gene_keys(names: Iterable[Any]) -> list[Any]:
    """Return a key for each name, which all names of a gene share.

    Names of one gene are equal without the version of an Ensembl identifier, or identifiers of one L1000 landmark.
    """
    landmarks = landmark_identifiers(landmark_genes(as_frame=False))
    plain = (plain_identifier(str(name)) for name in names)
    return [landmarks[name][1] if name in landmarks else name for name in plain]


def landmark_identifiers(genes: Any) -> dict[str, tuple[str, int]]:
    """Map every identifier of every landmark to its kind and its row."""
    kinds = ("symbol", "entrez", "ensembl")
    return {str(gene[kind]): (kind, row) for row, gene in enumerate(genes) for kind in kinds if gene[kind]}


def plain_identifier(name: str) -> str:
    """Strip the version of an Ensembl identifier, the symbol before ``|`` and the ``.0`` of a float."""
    name = name.strip().rpartition("|")[2]
    ensembl = ENSEMBL.fullmatch(name)
    if ensembl:
        return ensembl[1]
    return name[:-2] if re.fullmatch(r"\d+\.0", name) else name
