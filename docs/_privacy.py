"""What the scripts of the privacy tables share: cohorts of members and others, attacks, and results that stay."""

import argparse
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from sklearn.preprocessing import StandardScaler

from sklearn_txaug._cli.options import positive
from sklearn_txaug.datasets import match_landmarks, read_expression
from sklearn_txaug.metrics import (
    attribute_disclosure,
    membership_inference,
    precision_recall_f1,
    reverse_validation,
)
from sklearn_txaug.utils.checks import groups_for
from sklearn_txaug.utils.files import replacing
from sklearn_txaug.utils.random import seeded
from sklearn_txaug.utils.splits import holdout
from sklearn_txaug.utils.threads import one_thread

ATTACKS = ("distance", "density", "classifier")


class Table(NamedTuple):
    """Rows of patients, at most a few of each, and of classes that have six rows or more."""

    X: np.ndarray
    y: np.ndarray
    groups: np.ndarray
    genes: np.ndarray


class Split(NamedTuple):
    """Rows of a table that train, and those of other patients, of the same classes."""

    members: np.ndarray
    others: np.ndarray


def privacy_parser(description: str, output: str) -> argparse.ArgumentParser:
    """Return a parser of the data, its columns, the seeds, and the folder of results."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("data", type=Path)
    parser.add_argument("--label")
    parser.add_argument("--group")
    parser.add_argument("--genes", default="landmarks", help="landmarks, or how many of the most variable")
    parser.add_argument("--rows-each", type=positive, default=3, help="at most so many rows of a patient")
    parser.add_argument("--seeds", type=positive, default=1, help="splits of the patients, and trainings")
    parser.add_argument("--jobs", type=positive, default=1, help="processes, of one thread each")
    parser.add_argument("--output", type=Path, default=Path(output))
    return parser


def read_table(arguments: argparse.Namespace) -> Table:
    """Return the rows of the data file."""
    table = read_expression(arguments.data, label=arguments.label, group=arguments.group)
    X, y = table.data.to_numpy().astype(float), np.asarray(table.target).astype(str)
    groups = np.asarray(table.data.index if table.groups is None else table.groups).astype(str)
    genes = np.asarray(table.feature_names, dtype=object)
    if arguments.genes == "landmarks":
        landmarks = match_landmarks(table.feature_names).mask
        X, genes = X[:, landmarks], genes[landmarks]
    kept = few_rows_each(groups, arguments.rows_each)
    classes, counts = np.unique(y[kept], return_counts=True)
    kept = kept[np.isin(y[kept], classes[counts >= 6])]
    return Table(X[kept], y[kept], groups[kept], genes)


def few_rows_each(groups: np.ndarray, n_rows: int) -> np.ndarray:
    """Return at most `n_rows` rows of each patient."""
    drawn = np.random.default_rng(0).permutation(len(groups))
    rank = pd.Series(drawn).groupby(groups[drawn]).cumcount().to_numpy()
    return np.sort(drawn[rank < n_rows])


def split(table: Table, genes: str, seed: int) -> tuple[Table, Split]:
    """Halve the patients; the most variable genes, if they are wanted, are those of the members."""
    members, others = holdout(table.y, table.groups, 0.5, seed)
    if genes != "landmarks":
        most = np.sort(np.argsort(-table.X[members].var(axis=0), kind="stable")[: int(genes)])
        table = table._replace(X=table.X[:, most], genes=table.genes[most])
    return table, Split(members, others[np.isin(table.y[others], table.y[members])])


def usefulness(Z: np.ndarray, table: Table, rows: Split, new: np.ndarray, y_new: np.ndarray) -> dict:
    """Return F1 and reverse validation on the other patients' rows."""
    real, y = Z[rows.others], table.y[rows.others]
    return {
        "F1": precision_recall_f1(real, new, device="cpu").f1,
        "reverse validation": reverse_validation(real, new, y, y_new).balanced_accuracy,
    }


def attack(table: Table, rows: Split, drawn: np.ndarray, y_new: np.ndarray) -> dict[str, float]:
    """Return what attacks find in synthetic rows, and of what use these are."""
    members, others = rows
    scaler = StandardScaler().fit(table.X[members])
    Z, new = scaler.transform(table.X), scaler.transform(drawn)
    patients = {"groups_train": table.groups[members], "groups_test": table.groups[others]}
    found = membership_inference(Z[members], Z[others], new, device="cpu", **patients)
    gained = attribute_disclosure(Z[members], Z[others], new, device="cpu", **patients)
    return {
        **{name: getattr(found, name).auc for name in ATTACKS},
        "found at 1 %": max(getattr(found, name).tpr for name in ATTACKS),
        "gain": gained.gain,
        **equal_shares(table.X[members], drawn),
        **usefulness(Z, table, rows, new, y_new),
    }


def equal_shares(real: np.ndarray, new: np.ndarray) -> dict[str, float]:
    """Return the shares of values that equal a training value, and one of a single training row."""
    equal, of_one = np.zeros(new.shape, bool), np.zeros(new.shape, bool)
    for j in range(real.shape[1]):
        values, counts = np.unique(real[:, j], return_counts=True)
        place = np.searchsorted(values, new[:, j]).clip(0, len(values) - 1)
        equal[:, j] = values[place] == new[:, j]
        of_one[:, j] = equal[:, j] & (counts[place] == 1)
    return {"equal": equal.mean(), "of one": of_one.mean()}


def measure(setting: str, sampler: Any, table: Table, genes: str, seed: int) -> dict[str, Any]:
    """Train a sampler on half of the patients and attack it; None are the training rows themselves."""
    with one_thread():
        table, rows = split(table, genes, seed)
        X, y = table.X[rows.members], table.y[rows.members]
        if sampler is None:
            Z = StandardScaler().fit(X).transform(table.X)
            return {"setting": setting, "seed": seed, **usefulness(Z, table, rows, Z[rows.members], y)}
        frame = pd.DataFrame(X, columns=table.genes)
        sampler = seeded(sampler, seed).fit(frame, y, **groups_for(sampler, table.groups[rows.members]))
        drawn, y_new = sampler.sample(y=y)
        return {"setting": setting, "seed": seed, **attack(table, rows, np.asarray(drawn), y_new)}


def measured(
    samplers: dict[str, Any],
    table: Table,
    arguments: argparse.Namespace,
    name: str,
    measure: Callable[..., dict[str, Any]] = measure,
) -> pd.DataFrame:
    """Return the figures of all samplers and seeds; a file in the output folder has those measured before.

    A run that was killed continues where it stopped. `samplers` come in the order in which they start: the slowest
    first, so that none of them runs alone at the end. `measure` returns the figures of one.
    """
    folder = arguments.output / name
    folder.mkdir(parents=True, exist_ok=True)
    wanted = [(setting, seed) for seed in range(arguments.seeds) for setting in samplers]
    files = {key: folder / f"{key[0]}_{key[1]}.json" for key in wanted}
    left = [key for key in wanted if not files[key].exists()]
    work = Parallel(n_jobs=arguments.jobs, return_as="generator_unordered")(
        delayed(measure)(setting, samplers[setting], table, arguments.genes, seed) for setting, seed in left
    )
    for figures in _shown(work, len(left)):
        with replacing(files[figures["setting"], figures["seed"]]) as new:
            new.write_text(json.dumps(figures))
    return pd.DataFrame([json.loads(files[key].read_text()) for key in wanted])


def _shown(work: Iterator[dict], n_jobs: int) -> Iterator[dict]:
    for k, figures in enumerate(work, 1):
        values = {name: f"{v:.3f}" for name, v in figures.items() if isinstance(v, float)}
        print(f"{k} of {n_jobs}:", figures["setting"], figures["seed"], values, flush=True)
        yield figures


def as_markdown(results: pd.DataFrame, order: Sequence[str]) -> str:
    """Return a table of the means over seeds, with their standard errors if there are several."""
    by_setting = results.drop(columns="seed").groupby("setting", sort=False)
    mean, error = by_setting.mean().loc[list(order)], by_setting.sem().loc[list(order)]
    text = mean.map(lambda value: "" if np.isnan(value) else f"{value:.3f}")
    if error.notna().to_numpy().any():
        text = text.where(mean.isna(), text + error.map(lambda value: f" ± {value:.3f}"))
    return text.to_markdown(disable_numparse=True)
