"""The results file: tidy rows, appended as they finish, whole after a kill at any moment."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple


class Row(NamedTuple):
    """One value; indicators have no classifier, and training times no amount."""

    dataset: str
    protocol: str
    sampler: str
    classifier: str
    n_real: int
    n_synthetic: int
    seed: int
    metric: str
    value: float


class ResultStore:
    """Rows in ``results.csv``, and in ``settings.json`` what must not change between two runs into one folder.

    Parameters
    ----------
    folder : Path
        Made if it does not exist.
    settings : dict
        Compared with those of the rows already there.
    """

    def __init__(self, folder: Path, settings: dict[str, Any]):
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / "results.csv"
        self._check_settings(folder / "settings.json", settings)
        self.rows: list[Row] = []
        self._known: set[tuple] = set()
        self._remember(self._read())
        self._replace(self.path, _as_csv([Row._fields, *self.rows]))  # drops a line torn by a kill

    def append(self, rows: Iterable[Row]) -> None:
        """Add the rows of one finished job at once, but for those that are there already."""
        rows = [row for row in rows if row[:-1] not in self._known]
        with self.path.open("ab") as file:
            file.write(_as_csv(rows).encode())
            file.flush()
            os.fsync(file.fileno())
        self._remember(rows)

    def _remember(self, rows: list[Row]) -> None:
        self.rows += rows
        self._known.update(row[:-1] for row in rows)

    def _check_settings(self, path: Path, settings: dict[str, Any]) -> None:
        known = json.loads(path.read_text()) if path.exists() else {}
        for name in settings.keys() & known.keys():
            if known[name] != settings[name]:
                raise ValueError(
                    f"{path.parent} holds results with {name}={known[name]!r}, not {settings[name]!r}; "
                    "choose another output folder"
                )
        self._replace(path, json.dumps({**known, **settings}, indent=1))

    def _read(self) -> list[Row]:
        if not self.path.exists():
            return []
        lines = self.path.read_text().split("\n")[:-1]  # a line without its end was torn
        records = list(csv.reader(lines))[1:]
        return [_parse(record) for record in records if len(record) == len(Row._fields)]

    @staticmethod
    def _replace(path: Path, text: str) -> None:
        new = path.with_name(path.name + ".new")
        new.write_text(text)
        os.replace(new, path)


def _parse(record: list[str]) -> Row:
    dataset, protocol, sampler, classifier, n_real, n_synthetic, seed, metric, value = record
    amounts = int(n_real), int(n_synthetic), int(seed)
    return Row(dataset, protocol, sampler, classifier, *amounts, metric, float(value))


def _as_csv(records: Iterable[tuple]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(records)
    return text.getvalue()
