"""Genotype-Tissue Expression: bulk RNA-seq of normal tissue."""

from collections.abc import Iterable, Mapping
from numbers import Integral
from os import PathLike
from typing import Any

import numpy as np

from ..utils.optional import require
from ._fetch_download import Store
from ._fetch_genes import Genes
from ._fetch_matrix import get_matrix
from ._fetch_result import documented, make_result, read_annotations

_SAMPLE_COLUMNS = {
    "SAMPID": "sample",
    "SMTS": "tissue",
    "SMTSD": "tissue_detail",
    "SMNABTCH": "batch",
    "SMRIN": "rin",
    "SMTSISCH": "ischemic_minutes",
}
_SUBJECT_COLUMNS = {"SUBJID": "donor", "AGE": "age", "SEX": "sex", "DTHHRDY": "death"}
_SEX = {"1": "male", "2": "female"}


@documented
def fetch_gtex(
    *,
    genes: str | Iterable[str] | None = "landmarks",
    label: str = "tissue",
    min_class_size: int = 100,
    data_home: str | PathLike[str] | None = None,
    download_if_missing: bool = True,
    keep: bool = True,
    urls: Mapping[str, str] | None = None,
    verbose: bool = True,
    return_X_y: bool = False,
    as_frame: bool = False,
) -> Any:
    """Load RNA-seq profiles of GTEx v8 (classification), downloaded on the first call.

    Normal tissue of about a thousand donors, one row per sample, on the scale log2(TPM + 1). Most donors gave many
    samples: split by `groups`. The default `min_class_size` gives the 17,244 samples of 26 tissues of
    [1]_.

    Parameters
    ----------
    genes : {"landmarks"}, None or list of str, default="landmarks"
        The L1000 landmark genes in the order of :func:`landmark_genes` (974 of them are available), all 56,200
        genes, or those of a list, Ensembl identifiers (a version is ignored) or symbols.
    label : {"tissue", "tissue_detail"}, default="tissue"
        The covariate that is the target.
    min_class_size : int >= 1, default=100
        Drop labels with fewer samples.
    data_home : str or path, default=None
        Folder of downloads and caches, which go into its subfolder ``sklearn_txaug/gtex_v8``; None is that of
        scikit-learn, which the environment variable ``SCIKIT_LEARN_DATA`` sets.
    download_if_missing : bool, default=True
        If False, raise an OSError rather than download.
    keep : bool, default=True
        Keep the downloaded matrix (1.5 GB), so that other genes can be read without another download. False
        deletes it once the genes are in the cache.
    urls : dict, default=None
        Other addresses, such as a mirror, for ``"gtex_tpm"``, ``"gtex_samples"`` and ``"gtex_subjects"``. Checksums
        apply to them too.
    {returned}

    Returns
    -------
    data : :class:`~sklearn.utils.Bunch`
        With the attributes

        data : ndarray or DataFrame of shape (n_samples, n_genes), float32
            Expression, log2(TPM + 1), not negative.
        target : ndarray or Series of shape (n_samples,)
            The label.
        groups : ndarray or Series of shape (n_samples,)
            Donor of each sample.
        covariates : DataFrame of shape (n_samples, 9)
            ``donor``, ``tissue`` (SMTS), ``tissue_detail`` (SMTSD), ``batch`` (SMNABTCH), ``rin`` (SMRIN),
            ``ischemic_minutes`` (SMTSISCH), ``age`` (decade, ``"60-69"``), ``sex``, ``death`` (Hardy scale).
        feature_names, gene_symbols : ndarray of shape (n_genes,)
            Ensembl identifiers without version, and symbols; symbols may repeat.
        target_names : ndarray
            The distinct labels, sorted.
        sample_names : ndarray of shape (n_samples,)
            Names of the samples in GTEx.
        {described}

    Warns
    -----
    UserWarning
        If genes of a list are missing from the data.

    Raises
    ------
    {not_fetched}
    ValueError
        If an argument is not accepted, none of `genes` is available, {damaged}

    See Also
    --------
    fetch_tcga : Tumours and adjacent normal tissue.
    read_expression : Read your own files.

    Notes
    -----
    {reading} [1]_ used the
    18,691 protein-coding genes: pass their identifiers as `genes`.

    References
    ----------
    .. [1] Lacan, André, Sebag, Hanczar, BMC Bioinformatics, 2026, doi:10.1186/s12859-026-06470-8.
    .. [2] The GTEx Consortium, Science 369, 2020, doi:10.1126/science.aaz1776.

    Examples
    --------
    >>> from sklearn_txaug.datasets import fetch_gtex
    >>> gtex = fetch_gtex(genes=["TP53", "ENSG00000136997"], as_frame=True)  # doctest: +SKIP
    >>> gtex.data.rename(columns=dict(zip(gtex.feature_names, gtex.gene_symbols)))  # doctest: +SKIP
    """
    if label not in ("tissue", "tissue_detail"):
        raise ValueError(f"label must be 'tissue' or 'tissue_detail', got {label!r}.")
    if not isinstance(min_class_size, Integral) or min_class_size < 1:
        raise ValueError(f"min_class_size must be an integer of at least 1, got {min_class_size!r}.")
    wanted = Genes(genes)
    store = Store("gtex_v8", data_home, urls, download_if_missing, verbose)
    annotations = _read_annotations(store)
    matrix = get_matrix(store, "gtex_tpm", wanted, _to_log, gct=True, keep=keep)
    notes: list[str] = []
    samples = _choose(matrix.samples.tolist(), annotations, label, int(min_class_size), notes)
    return make_result(
        matrix, wanted, samples, label=label, group="donor", drop_missing=False, notes=notes,
        description="gtex_v8.rst", folder=store.folder, as_frame=as_frame, return_X_y=return_X_y,
    )  # fmt: skip


def _to_log(tpm: np.ndarray) -> np.ndarray:
    return np.log2(np.maximum(tpm, 0) + 1)


def _read_annotations(store: Store) -> Any:
    """Return the covariates of all samples, by sample."""
    pd = require("pandas", "fetch_gtex")
    with store.file("gtex_samples") as path:
        samples = read_annotations(path, _SAMPLE_COLUMNS)
    with store.file("gtex_subjects") as path:
        subjects = read_annotations(path, _SUBJECT_COLUMNS)
    subjects = subjects.drop_duplicates("donor").set_index("donor")
    samples = samples.drop_duplicates("sample").set_index("sample")
    for name in ("rin", "ischemic_minutes"):
        samples[name] = pd.to_numeric(samples[name], errors="coerce")
    samples.insert(0, "donor", samples.index.str.extract(r"^(GTEX-[^-]+)-", expand=False))
    samples = samples.join(subjects, on="donor")
    samples["sex"] = samples["sex"].map(_SEX)
    return samples


def _choose(names: list[str], annotations: Any, label: str, min_size: int, notes: list[str]) -> Any:
    """Return position and covariates of the samples to use; note how many are dropped, and why."""
    pd = require("pandas", "fetch_gtex")
    index = pd.Index([name.replace(".", "-") for name in names], name="sample")
    table = pd.DataFrame({"position": np.arange(len(names))}, index=index)
    table = table[~index.duplicated()].join(annotations)
    known = table["donor"].notna() & table[label].notna()
    if not known.all():
        notes.append(f"{int((~known).sum())} samples dropped: donor or {label} not known")
    table = table[known]
    sizes = table[label].value_counts()
    small = sizes[sizes < min_size]
    if len(small):
        labels = ", ".join(f"{name} ({size})" for name, size in small.items())
        notes.append(
            f"{int(small.sum())} samples dropped: {label} with fewer than {min_size} samples, {labels}"
        )
    return table[~table[label].isin(small.index)]
