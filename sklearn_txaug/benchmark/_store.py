"""The results file: tidy rows, appended as they finish, intact after a kill at any moment."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, unquote

import numpy as np

from ..utils.files import replacing
from ._row_amounts import Amount

_POINTS = "embeddings"


class Row(NamedTuple):
    """One value; indicators have no classifier.

    `n_real` and `n_synthetic` are what was asked for: a number of rows, ``"5c"`` (rows of each class), ``"all"``,
    ``"0.5x"`` (share of the real rows) or ``"balance"``. The actual numbers are the metrics ``real_rows`` and
    ``synthetic_rows``.
    """

    dataset: str
    protocol: str
    sampler: str
    classifier: str
    n_real: Amount
    n_synthetic: Amount
    seed: int
    metric: str
    value: float


class ResultStore:
    """Rows in ``results.csv``, and in ``settings.json`` what must not change between two runs with one folder.

    Parameters
    ----------
    folder : Path
        Made if it does not exist.
    settings : dict
        Compared with those of the rows already there, and kept with the first rows that are added.
    """

    def __init__(self, folder: Path, settings: dict[str, Any]):
        if folder.exists() and not folder.is_dir():
            raise ValueError(f"output must be a folder, but {folder} is a file")
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / "results.csv"
        self._settings_path = folder / "settings.json"
        self._settings = settings
        self._check_settings()
        self.rows: list[Row] = []
        self._known: set[tuple] = set()
        self._remember(read_rows(folder))
        self._replace(self.path, _as_csv([Row._fields, *self.rows]))  # drops a line torn by a kill

    def append(self, rows: Iterable[Row]) -> None:
        """Add the rows of one finished job at once, except those already there."""
        rows = [row for row in rows if row[:-1] not in self._known]
        known = self._known_settings()
        if not self._settings.items() <= known.items():
            self._replace(self._settings_path, json.dumps({**known, **self._settings}, indent=1))
        with self.path.open("ab") as file:
            file.write(_as_csv(rows).encode())
            file.flush()
            os.fsync(file.fileno())
        self._remember(rows)

    def embedded(self, dataset: str) -> set[tuple]:
        """Return (protocol, sampler, n_real) of the stored points."""
        return {where[1:] for where in read_points(self.path.parent) if where[0] == dataset}

    def save_points(self, dataset: str, where: tuple, points: dict[str, Any]) -> None:
        """Keep the points of one generator's rows, completely or not at all."""
        name = "-".join(quote(str(part), safe="").replace("-", "%2D") for part in (dataset, *where))
        path = self.path.parent / _POINTS / f"{name}.npz"
        path.parent.mkdir(exist_ok=True)
        with replacing(path) as new:
            np.savez_compressed(new, **points)

    def _remember(self, rows: list[Row]) -> None:
        self.rows += rows
        self._known.update(row[:-1] for row in rows)

    def _known_settings(self) -> dict[str, Any]:
        path = self._settings_path
        return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}

    def _check_settings(self) -> None:
        known = self._known_settings()
        for name in self._settings.keys() & known.keys():
            if known[name] != self._settings[name]:
                raise ValueError(
                    f"{self.path.parent} holds results with {name}={known[name]!r}, not {self._settings[name]!r}; "
                    "choose another output folder"
                )

    @staticmethod
    def _replace(path: Path, text: str) -> None:
        with replacing(path) as new:
            new.write_text(text, encoding="utf-8", newline="\n")


def described(method: Any) -> str:
    """Return a sampler or classifier with its parameters as text, the same in every process.

    What has no repr of its own, as most callbacks, is written with its address in memory otherwise.
    """
    text = str(method if method is None else method.get_params())
    return re.sub(r" at 0x[0-9a-fA-F]+", "", text)


def recall_of(label: Any) -> str:
    """Return the metric that holds the recall of a class."""
    text = str(label).replace("\\", r"\\").replace("\n", r"\n").replace("\r", r"\r")  # a row is one line
    return f"recall[{text}]"


def class_of(metric: str) -> str | None:
    """Return the class whose recall a metric holds, if any."""
    if not metric.startswith("recall["):
        return None
    return re.sub(r"\\(.)", lambda found: {"n": "\n", "r": "\r"}.get(found[1], found[1]), metric[7:-1])


def read_rows(folder: Path) -> list[Row]:
    """Return the rows of a results folder, even an incomplete one; rows that two runs both wrote count once."""
    path = folder / "results.csv"
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8").split("\n")[:-1]  # a line without its end was torn
    records = list(csv.reader(lines))[1:]
    rows = [_parse(record) for record in records if len(record) == len(Row._fields)]
    return list({row[:-1]: row for row in rows}.values())


def read_points(folder: Path) -> dict[tuple, Path]:
    """Return the files of points by (dataset, protocol, sampler, n_real)."""
    files = {}
    for path in sorted((folder / _POINTS).glob("*.npz")):
        parts = [unquote(part) for part in path.stem.split("-")]
        if len(parts) != 4:
            continue
        dataset, protocol, sampler, n_real = parts
        files[dataset, protocol, sampler, int(n_real) if n_real.isdigit() else n_real] = path
    return files


def _parse(record: list[str]) -> Row:
    dataset, protocol, sampler, classifier, n_real, n_synthetic, seed, metric, value = record
    real, synthetic = (int(size) if size.isdigit() else size for size in (n_real, n_synthetic))
    return Row(dataset, protocol, sampler, classifier, real, synthetic, int(seed), metric, float(value))


def _as_csv(records: Iterable[tuple]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(records)
    return text.getvalue()
