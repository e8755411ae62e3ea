"""What a caller should know about a table that was read."""

from typing import Any

import numpy as np

from ._annotations import Sheet
from ._base import Source
from ._cells import few, is_missing, is_number
from ._genes import GeneColumns


def notes_of(sheet: Sheet) -> list[str]:
    return [f"labels_file {sheet.path.name}: {note}" for note in sheet.notes]


def table_alerts(
    source: Source, keep: np.ndarray, genes: GeneColumns, duplicates: str, index: Any
) -> list[str]:
    """What the caller should know about."""
    alerts = []
    if source.orientation.guess:
        alerts.append(
            f"samples are taken to be in {source.orientation.samples_in}, a guess: "
            f"{source.orientation.reason}. Say samples_in='rows' or samples_in='columns' to be sure."
        )
    if source.left_out:
        alerts.append(
            f"columns that describe genes and are no samples were left out: {few(source.left_out)}."
        )
    if not keep.all():
        names = [str(sample) for sample, kept in zip(source.samples, keep, strict=True) if not kept]
        alerts.append(
            f"{len(names)} of {len(keep)} samples have no label or group and were left out: {few(names, 3)}. "
            "In text files, a class called NA, None or null has to stand in quotes."
        )
    if not index.is_unique:
        repeats = index[index.duplicated()]
        alerts.append(f"{len(repeats)} sample names repeat an earlier one, {repeats[0]!r} for instance.")
    if genes.repeated:
        alerts.append(
            f"{len(genes.repeated)} gene names occur more than once ({', '.join(genes.repeated[:5])}) and "
            f"were merged by duplicates={duplicates!r}."
        )
    if genes.n_missing:
        alerts.append(
            f"{genes.n_missing} values are missing (NaN) or infinite; impute them or leave out their genes before a "
            "fit."
        )
    return alerts


def label_alerts(target: Any) -> list[str]:
    """What looks wrong with the labels: spellings that differ by little, names of samples, missing values."""
    if target is None:
        return []
    labels, alerts = target.unique().tolist(), []
    texts = [label for label in labels if isinstance(label, str)]
    spellings: dict[str, list[str]] = {}
    for text in texts:
        spellings.setdefault(" ".join(text.split()).casefold(), []).append(text)
    if alike := [few(group) for group in spellings.values() if len(group) > 1]:
        alerts.append(
            f"labels differ by blanks or letter case only, and are taken for different classes: {'; '.join(alike)}."
        )
    if blank := [text for text in texts if is_missing(text)]:
        alerts.append(f"the label {few(blank)} is taken for a class; empty the cells if it stands for none.")
    if len(labels) == len(target) > 10:
        alerts.append(
            f"every sample has a label of its own in {target.name!r}: is it the column of their names?"
        )
    return alerts


def covariate_alerts(covariates: Any) -> list[str]:
    """What looks wrong with covariates: text most of which are numbers, such as ages with ``--`` for missing ones."""
    alerts = []
    for name, column in ({} if covariates is None else covariates).items():
        texts = [value for value in column if isinstance(value, str)]
        others = [text for text in texts if not is_number(text.replace(",", "."))]
        if len(set(texts)) > 10 and len(others) <= len(texts) / 2:
            example = f", {others[0]!r} for instance is none" if others else ""
            alerts.append(
                f"{name!r} is text, so its values are taken for categories, though {len(texts) - len(others)} of "
                f"them are numbers{example}. Leave cells without a value empty, and store numbers as such, in text "
                "files without quotes."
            )
    return alerts
