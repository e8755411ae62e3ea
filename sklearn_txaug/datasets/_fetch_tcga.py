"""The Cancer Genome Atlas: bulk RNA-seq of tumours and adjacent normal tissue."""

from collections.abc import Iterable, Mapping
from os import PathLike
from typing import Any

import numpy as np

from ..utils.optional import require
from ._fetch_download import Store
from ._fetch_genes import Genes
from ._fetch_matrix import get_matrix
from ._fetch_result import documented, make_result, read_annotations

# Lacan et al. 2023: 33 cohorts, 24 tissues.
TISSUES = {
    "ACC": "adrenal", "BLCA": "bladder", "BRCA": "breast", "CESC": "cervical", "CHOL": "liver", "COAD": "colon",
    "DLBC": "blood", "ESCA": "esophagus", "GBM": "brain", "HNSC": "head", "KICH": "kidney", "KIRC": "kidney",
    "KIRP": "kidney", "LAML": "blood", "LGG": "brain", "LIHC": "liver", "LUAD": "lung", "LUSC": "lung",
    "MESO": "lung", "OV": "ovary", "PAAD": "pancreas", "PCPG": "kidney", "PRAD": "prostate", "READ": "rectum",
    "SARC": "soft-tissues", "SKCM": "skin", "STAD": "stomach", "TGCT": "testes", "THCA": "thyroid",
    "THYM": "thymus", "UCEC": "uterus", "UCS": "uterus", "UVM": "eye",
}  # fmt: skip

# Landmark genes that have an earlier symbol (HGNC) in TCGA, and their symbol in `landmark_genes`.
RENAMED = {
    "ADCK3": "COQ8A", "B3GNT1": "B4GAT1", "BRP44": "MPC2", "CAMSAP1L1": "CAMSAP2", "CCDC90A": "MCUR1",
    "CD97": "ADGRE5", "CDC45L": "CDC45", "CHP": "CHP1", "CTSL1": "CTSL", "ERO1L": "ERO1A", "FAM63A": "MINDY1",
    "GPER": "GPER1", "GPR56": "ADGRG1", "KIAA0196": "WASHC5", "KIAA0494": "EFCAB14", "KIAA0528": "C2CD5",
    "KIAA1033": "WASHC4", "LRRC16A": "CARMIL1", "MTERFD1": "MTERF3", "MYST3": "KAT6A", "MYST4": "KAT6B",
    "ORC1L": "ORC1", "PHF15": "JADE2", "PRUNE": "PRUNE1", "PTPLAD1": "HACD3", "RAGE": "MOK",
    "TOMM70A": "TOMM70", "TUSC4": "NPRL2", "WDR67": "TBC1D31",
}  # fmt: skip

_UNIONS = ("STES", "COADREAD", "KIPAN", "GBMLGG")  # cohorts made of other cohorts

_SAMPLE_TYPES = {
    "01": "primary tumour", "02": "recurrent tumour", "03": "blood cancer, blood", "04": "recurrent blood cancer",
    "05": "additional primary tumour", "06": "metastasis", "07": "additional metastasis",
    "09": "blood cancer, marrow", "10": "normal blood", "11": "normal tissue", "12": "normal buccal cells",
    "14": "normal marrow",
}  # fmt: skip

_LABELS = ("tissue", "cohort", "sample_type", "cancer")


@documented
def fetch_tcga(
    *,
    source: str = "pancan",
    genes: str | Iterable[str] | None = "landmarks",
    label: str = "tissue",
    missing: str = "drop",
    data_home: str | PathLike[str] | None = None,
    download_if_missing: bool = True,
    keep: bool = True,
    urls: Mapping[str, str] | None = None,
    verbose: bool = True,
    return_X_y: bool = False,
    as_frame: bool = False,
) -> Any:
    """Load RNA-seq profiles of The Cancer Genome Atlas (classification), downloaded on the first call.

    Tumours of 33 cohorts and adjacent normal tissue, one row per sample, on the scale log2(x + 1). Several samples
    may come from one patient: split by `groups`. The labels are those of [1]_, except that the cohort STES, which
    repeats the samples of STAD and ESCA, is never among them.

    Parameters
    ----------
    source : {"pancan", "toil"}, default="pancan"
        ``"pancan"`` is the matrix of the PanCanAtlas [2]_: 20,531 genes by symbol, RSEM normalised counts (the
        genes and the quantification of [1]_) after batch correction across all samples; a few hundred MB.
        ``"toil"`` is the recomputation with GTEx [3]_: 60,498 genes by Ensembl identifier, TPM, no missing values,
        no batch correction, comparable with GTEx; 1.3 GB.
    genes : {"landmarks"}, None or list of str, default="landmarks"
        The L1000 landmark genes in the order of :func:`landmark_genes`, all genes, or those of a list (symbols
        for ``"pancan"``, Ensembl identifiers for ``"toil"``).
    label : {"tissue", "cohort", "sample_type", "cancer"}, default="tissue"
        The covariate that is the target.
    missing : {"drop", "keep"}, default="drop"
        ``"drop"`` drops samples of unknown age or sex, as in [1]_, and genes that lack the value of a
        sample (batch correction removed some). ``"keep"`` returns both with NaN.
    data_home : str or path, default=None
        Folder of downloads and caches, which go into its subfolder ``sklearn_txaug/tcga``; None is that of
        scikit-learn, which the environment variable ``SCIKIT_LEARN_DATA`` sets.
    download_if_missing : bool, default=True
        If False, raise an OSError rather than download.
    keep : bool, default=True
        Keep the downloaded matrix, so that other genes can be read without another download. False deletes it
        once the genes are in the cache.
    urls : dict, default=None
        Other addresses, such as a mirror, for ``"tcga_pancan"``, ``"tcga_toil"``, ``"tcga_toil_phenotype"`` and
        ``"tcga_clinical"``. Checksums apply to them too.
    {returned}

    Returns
    -------
    data : :class:`~sklearn.utils.Bunch`
        With the attributes

        data : ndarray or DataFrame of shape (n_samples, n_genes), float32
            Expression, log2(x + 1), not negative.
        target : ndarray or Series of shape (n_samples,)
            The label.
        groups : ndarray or Series of shape (n_samples,)
            Patient of each sample, the first 12 characters of its barcode.
        covariates : DataFrame of shape (n_samples, 7)
            ``patient``, ``cohort``, ``tissue``, ``sample_type``, ``cancer`` (bool), ``age`` (years), ``sex``.
        feature_names : ndarray of shape (n_genes,)
            Symbols as in TCGA (numbers where it has none), except that landmark genes renamed since then are named
            as in :func:`landmark_genes`; or Ensembl identifiers without version.
        gene_symbols : ndarray of shape (n_genes,)
            Symbols; for ``"toil"`` only those of the landmark genes, else ``""``.
        target_names : ndarray
            The distinct labels, sorted.
        sample_names : ndarray of shape (n_samples,)
            Barcodes, 15 characters.
        {described}

    Warns
    -----
    UserWarning
        If genes of a list are missing from the data, or genes lack values.

    Raises
    ------
    {not_fetched}
    ValueError
        If an argument is not accepted, none of `genes` is available, {damaged}

    See Also
    --------
    fetch_gtex : Normal tissue of many donors.
    read_expression : Read your own files.

    Notes
    -----
    {reading}

    References
    ----------
    .. [1] Lacan, Sebag, Hanczar, Bioinformatics 39(S1), 2023, doi:10.1093/bioinformatics/btad239.
    .. [2] Hoadley et al., Cell 173, 2018, doi:10.1016/j.cell.2018.03.022.
    .. [3] Vivian et al., Nature Biotechnology 35, 2017, doi:10.1038/nbt.3772.

    Examples
    --------
    >>> from sklearn_txaug.datasets import fetch_tcga
    >>> tcga = fetch_tcga(genes=["TP53", "MYC", "EGFR"])  # doctest: +SKIP
    >>> from sklearn.model_selection import GroupShuffleSplit
    >>> split = GroupShuffleSplit(n_splits=1).split(tcga.data, tcga.target, tcga.groups)  # doctest: +SKIP
    """
    for name, value, accepted in (
        ("source", source, ("pancan", "toil")),
        ("label", label, _LABELS),
        ("missing", missing, ("drop", "keep")),
    ):
        if value not in accepted:
            raise ValueError(f"{name} must be one of {accepted}, got {value!r}.")
    wanted = Genes(genes, RENAMED if source == "pancan" else {})
    store = Store("tcga", data_home, urls, download_if_missing, verbose)
    clinical = _read_clinical(store, source)
    matrix = get_matrix(store, f"tcga_{source}", wanted, _from_toil if source == "toil" else _clip, keep=keep)
    notes: list[str] = []
    samples = _choose(matrix.samples.tolist(), clinical, missing == "drop", notes)
    return make_result(
        matrix, wanted, samples, label=label, group="patient", drop_missing=missing == "drop", notes=notes,
        description="tcga.rst", folder=store.folder, as_frame=as_frame, return_X_y=return_X_y,
    )  # fmt: skip


def _clip(values: np.ndarray) -> np.ndarray:
    """Clip the values below zero that batch correction leaves."""
    return np.maximum(values, 0)


def _from_toil(values: np.ndarray) -> np.ndarray:
    """Turn log2(TPM + 0.001) into log2(TPM + 1)."""
    return np.log2(np.maximum(np.exp2(values) - 0.001, 0) + 1)


def _read_clinical(store: Store, source: str) -> Any:
    """Read cohort, age and sex of each patient; an unknown sex is filled in from Toil's own table."""
    pd = require("pandas", "fetch_tcga")
    columns = {
        "sample": "sample",
        "cancer type abbreviation": "cohort",
        "age_at_initial_pathologic_diagnosis": "age",
        "gender": "sex",
    }
    with store.file("tcga_clinical") as path:
        clinical = read_annotations(path, columns)
    clinical = _by_patient(clinical[~clinical["cohort"].isin(_UNIONS)])
    if source == "toil":
        with store.file("tcga_toil_phenotype") as path:
            toil = _by_patient(read_annotations(path, {"sample": "sample", "_gender": "sex"}))
        clinical["sex"] = clinical["sex"].fillna(toil["sex"])
    clinical["age"] = pd.to_numeric(clinical["age"], errors="coerce")
    clinical["sex"] = clinical["sex"].str.lower()
    return clinical


def _by_patient(table: Any) -> Any:
    """Return the first known value of each patient."""
    patients = table["sample"].str[:12].str.replace(".", "-", regex=False)
    return table.groupby(patients).first().drop(columns="sample")


def _choose(names: list[str], clinical: Any, complete: bool, notes: list[str]) -> Any:
    """Return position and covariates of the samples to use; note how many are dropped, and why."""
    pd = require("pandas", "fetch_tcga")
    table = pd.DataFrame({"barcode": [name.replace(".", "-")[:15] for name in names]})
    table["position"] = np.arange(len(table))

    def keep(mask: Any, reason: str) -> None:
        nonlocal table
        if not mask.all():
            notes.append(f"{int((~mask).sum())} samples dropped: {reason}")
            table = table[mask]

    keep(table["barcode"].str.fullmatch(r"TCGA-\w\w-\w{4}-[01]\d"), "no sample of a patient in TCGA")
    keep(~table["barcode"].duplicated(), "barcode occurs before")
    table = table.set_index("barcode")
    table["patient"] = table.index.str[:12]
    table["cohort"] = table["patient"].map(clinical["cohort"])
    keep(table["cohort"].notna(), f"cohort not known, or one that joins others ({', '.join(_UNIONS)})")
    table["tissue"] = table["cohort"].map(TISSUES)
    keep(table["tissue"].notna(), "of a cohort without tissue")
    code = table.index.str[13:15]
    table["sample_type"] = code.map(lambda c: _SAMPLE_TYPES.get(c, f"type {c}"))
    table["cancer"] = code.astype(int) < 10
    for name in ("age", "sex"):
        table[name] = table["patient"].map(clinical[name])
    if complete:
        keep(table[["age", "sex"]].notna().all(axis=1), "age or sex not known")
    return table.rename_axis("sample")
