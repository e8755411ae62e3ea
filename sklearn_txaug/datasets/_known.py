"""Columns and rows that are known to be neither samples nor genes, as common tools write them beside the values."""

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ._cells import few
from ._orient import looks_like_gene

# Patterns of names as `plain_name` returns them
_ABOUT_GENES = re.compile(
    r"(hugo|hgnc|gene|ensembl|entrez|ncbi|probe|locus|accession|transcript|refseq)"
    r"(_(gene|stable))?(_(id|ids|id_s|symbol|name|type|biotype|title|description|assignment|start|end|length|version))?"
    r"|geneid|genename|genesymbol|genetype|entrezgene(_id)?|symbol|biotype|description|feature_type"
    r"|composite_element_ref|chr|chrom|chromosome|seqname|cytoband|band|strand|start|end|(start|end)_position"
    r"|length|(eff|effective|transcript)_length"
    r"|base_mean|(log2|log)_?(fold_change|fc)|lfc_se|stat|p_?value|p_?adj|adj_p_val|fdr|ave_?expr|log_cpm",
)
_ONE_SAMPLE = re.compile(
    r"(est|expected)_counts?|num_reads|iso_pct|(tpm|rpkm|fpkm|fpkm_uq)(_unstranded)?|unstranded|stranded_(first|second)"
)
_STATISTICS = re.compile(r"f|t|b|z|lr|score|direction|significant|regulation")  # of tests, beside those above
_MUTATIONS = frozenset(["variant_classification", "tumor_sample_barcode"])
_COUNTERS = re.compile(
    r"__(no_feature|ambiguous|too_low_aQual|not_aligned|alignment_not_unique)|no_feature|too_low_aQual"
    r"|alignment_not_unique|N_(unmapped|multimapping|noFeature|ambiguous)|Unassigned_\w+",
)
_CLINICAL = re.compile(
    r"(patient_|donor_|subject_)?age(_(at|in)_\w+|_(years|yrs|y|days))?|\w+_at_(diagnosis|surgery|index|collection)"
    r"|(os|pfs|dfs|dss|pfi|dfi|rfs|efs|ttp|survival|overall_survival)_(time|status|event|months|days|years|cr)|os|pfs"
    r"|dfs|pfi|(days|time|months|years)_(to|since|from|until)_\w+|(survival|follow_?up|event|vital)(_\w+)?"
    r"|sex|gender|race|ethnicity|bmi|body_mass_index|height(_cm)?|weight(_kg)?|(year|date)_of_\w+|(tumou?r_)?stage"
    r"|(tumou?r_)?grade|batch(_id)?|plate(_id)?|rin|rna_integrity_number|(tumou?r_)?purity|ploidy|library_size"
    r"|lib_size|sequencing_depth|total_counts|n_counts|n_genes|pack_years(_\w+)?|smoking(_\w+)?|tobacco(_\w+)?"
    r"|post_?mortem_interval|(pct|percent)_(mt|mito|counts)\w*|ischemi[ac]\w*|size_factors?|vital_status|status|time"
)
_UNNAMED = ("", "---")
_PLACEHOLDERS = frozenset(
    ["NA", "N/A", "#N/A", "nan", "NaN", "null", "NULL", "None", "-", "--", "?", ".", "unknown"]
)
_DATES = re.compile(
    r"\d{1,2}[-./ ]+(jan|feb|mar|mrz|mär|apr|may|mai|jun|jul|aug|sept?|oct|okt|nov|dec|dez)[a-z]*\.?([- ]\d{2,4})?"
    r"|(jan|feb|mar|mrz|mär|apr|may|mai|jun|jul|aug|sept?|oct|okt|nov|dec|dez)[a-z]*[- ]\d{1,2}"
    r"|\d{4}-\d\d-\d\d( 00:00:00)?|\d{1,2}/\d{1,2}/\d{2,4}|\d[.,]\d+E\+\d+",
    re.I,
)


def plain_name(name: str) -> str:
    """Return a name in lower case with single underscores, as the lists of this module have it."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return re.sub(r"[^a-z0-9]+", "_", apart.lower()).strip("_")


def check_header(path: Path, corner: str) -> None:
    """Refuse a table whose first line is one of STAR's counters, since it has no names of columns."""
    if _COUNTERS.fullmatch(corner):
        raise ValueError(
            f"{path.name} has no header: its first line begins with {corner!r}, a counter of reads."
        )


def split_columns(path: Path, columns: Sequence[str]) -> tuple[list[int], list[str]]:
    """Tell samples from columns that describe the genes beside them.

    Parameters
    ----------
    path : Path
        The file, for messages.
    columns : sequence of str
        Names of the columns of a table with genes in rows.

    Returns
    -------
    samples : list of int
        Positions of the samples.
    left_out : list of str
        Names of the others.

    Raises
    ------
    ValueError
        If the table is one of mutations, has no samples, or is what a quantifier wrote for a single sample.
    """
    plain = list(map(plain_name, columns))
    if _MUTATIONS.issubset(plain):
        raise ValueError(f"{path.name} is a table of mutations (MAF), not of expression.")
    samples = [i for i, name in enumerate(plain) if not _ABOUT_GENES.fullmatch(name)]
    left_out = [columns[i] for i, name in enumerate(plain) if _ABOUT_GENES.fullmatch(name)]
    if left_out and all(_STATISTICS.fullmatch(plain[i]) for i in samples):
        raise ValueError(
            f"{path.name} has no columns of samples, only some that describe genes: {few(left_out)}. Is it the "
            "result of a test for differential expression?"
        )
    if left_out and all(_ONE_SAMPLE.fullmatch(plain[i]) for i in samples):
        raise ValueError(
            f"{path.name} holds one sample, as quantifiers write it ({few(columns)}); join the files of all samples, "
            "a column for each."
        )
    return samples, left_out


def check_genes(names: Sequence[str], samples_in: str) -> tuple[np.ndarray, list[str]]:
    """Find names that are no genes.

    Parameters
    ----------
    names : sequence of str
        What is taken for genes.
    samples_in : {"rows", "columns"}
        Where the samples are, for messages.

    Returns
    -------
    is_gene : ndarray of bool of shape (n_names,)
        False for counters of reads, known clinical variables, probes without a gene, and repeated names that stand
        for different genes.
    alerts : list of str
        What was left out, and which other names are doubtful.
    """
    kind = "columns" if samples_in == "rows" else "rows"
    times = Counter(names)
    dates = [name for name in times if _DATES.fullmatch(name)]
    reasons = {
        "counters of reads": [name for name in times if _COUNTERS.fullmatch(name)],
        "clinical or technical variables": [name for name in times if _CLINICAL.fullmatch(plain_name(name))],
        "probes without the name of a gene": [
            name for name in times if name in _UNNAMED or (name in _PLACEHOLDERS and times[name] > 1)
        ],
        "different genes whose names Excel has turned into one date or number": [
            name for name in dates if times[name] > 1
        ],
    }
    alerts = [
        f"{sum(times[name] for name in found)} {kind} that are {reason} were left out: {few(found)}."
        for reason, found in reasons.items()
        if found
    ]
    left_out = {name for found in reasons.values() for name in found}
    if changed := [name for name in dates if name not in left_out]:
        alerts.append(f"{len(changed)} names of genes look as if Excel had changed them: {few(changed)}.")
    is_gene = np.array([name not in left_out for name in names], dtype=bool)
    alerts += _strangers([name for name in names if name not in left_out], kind)
    return is_gene, alerts


def _strangers(names: Sequence[str], kind: str) -> list[str]:
    """Hint at a few names at either end that do not look like genes where the others do."""
    like = [looks_like_gene(name) for name in names]
    n_others = like.count(False)
    if not 0 < n_others <= 5 or like.count(True) < max(8, 3 * n_others):
        return []
    first, last = like.index(True), len(like) - like[::-1].index(True)
    others = [*names[:first], *names[last:]]
    if len(others) < n_others or any(_DATES.fullmatch(name) for name in others):
        return []
    return [
        f"the {kind} {few(others)} are taken for genes, though they are not named like the others; name them in "
        "drop=[...] if they are none."
    ]
