"""The results file: tidy rows, appended as they finish by any number of processes, intact after a kill."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, unquote

import numpy as np
from filelock import FileLock

from .. import __version__
from ..utils.files import replacing
from ._claims import Claims
from ._row_amounts import Amount, check_amount

RESULTS, SETTINGS, _POINTS = "results.csv", "settings.json", "embeddings"
_OURS = "sklearn_txaug"  # the setting that tells our folders from others
_WRITTEN = (RESULTS, "summary.png", "report.html", "comparisons.csv", _POINTS)


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

    Several processes may share a folder: each takes pieces of work from `claims`, and sees the rows of the others
    when it calls `refresh`.

    Parameters
    ----------
    folder : Path
        Made if it does not exist. One with files that only look like those of a comparison is refused.
    settings : dict
        Compared with those of the rows already there, and kept with the first rows that are added.
    """

    def __init__(self, folder: Path, settings: dict[str, Any]):
        if folder.exists() and not folder.is_dir():
            raise ValueError(f"output must be a folder, but {folder} is a file")
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.path = folder, folder / RESULTS
        self.claims = Claims(folder / ".claims")
        self._settings = {_OURS: __version__, **settings}
        _check_ours(folder)
        self._check_settings()
        self.rows: list[Row] = []
        self._known: set[tuple] = set()
        self._size = 0  # of the file, when it was last read
        self.refresh()

    def refresh(self) -> bool:
        """Add the rows that other processes have written meanwhile; tell whether there may be any."""
        with self._lock():
            return self._read()

    def append(self, rows: Iterable[Row]) -> None:
        """Add the rows of one finished job at once, except those already there."""
        with self._lock():
            known = self._check_settings()
            if not self._settings.items() <= known.items():
                with replacing(self.folder / SETTINGS) as new:
                    new.write_text(json.dumps({**known, **self._settings}, indent=1), encoding="utf-8")
            self._read()
            self._write([row for row in rows if row[:-1] not in self._known])

    def embedded(self, dataset: str) -> set[tuple]:
        """Return (protocol, sampler, n_real) of the stored points."""
        return {where[1:] for where in read_points(self.folder) if where[0] == dataset}

    def save_points(self, dataset: str, where: tuple, points: dict[str, Any]) -> None:
        """Keep the points of one generator's rows, completely or not at all."""
        name = "-".join(quote(str(part), safe="").replace("-", "%2D") for part in (dataset, *where))
        path = self.folder / _POINTS / f"{name}.npz"
        path.parent.mkdir(exist_ok=True)
        with replacing(path) as new:
            np.savez_compressed(new, **points)

    def _lock(self) -> FileLock:
        """Return a lock that no two processes, and no two threads, hold at a time."""
        return FileLock(self.folder / ".lock")

    def _read(self) -> bool:
        size = self.path.stat().st_size if self.path.exists() else 0
        if size == self._size:
            return False
        self._remember(read_rows(self.folder))
        self._size = size
        return True

    def _write(self, rows: list[Row]) -> None:
        with self.path.open("a+b") as file:
            file.seek(0)
            whole = len(_whole_lines(file.read()))
            file.truncate(whole)
            header = [] if whole else [Row._fields]
            file.write(_as_csv([*header, *rows]).encode())
            file.flush()
            os.fsync(file.fileno())
            self._size = file.tell()
        self._remember(rows)

    def _remember(self, rows: list[Row]) -> None:
        new = [row for row in rows if row[:-1] not in self._known]
        self.rows += new
        self._known.update(row[:-1] for row in new)

    def _check_settings(self) -> dict[str, Any]:
        """Return the settings of the rows already there, with which ours must agree."""
        known = read_settings(self.folder)
        for name in self._settings:  # the version first, which explains all others
            if name in known and known[name] != self._settings[name]:
                theirs, ours = _apart(str(known[name]), str(self._settings[name]))
                raise ValueError(
                    f"{self.folder} holds results with {name}: {theirs}, not {ours}; choose another output folder"
                )
        return known


def _apart(theirs: str, ours: str, width: int = 60) -> tuple[str, str]:
    """Return two texts, cut to some characters around the first in which they differ."""
    start = max(0, len(os.path.commonprefix([theirs, ours])) - width // 2)
    if max(len(theirs), len(ours)) <= 2 * width:
        return theirs, ours

    def cut(text: str) -> str:
        return "... " * (start > 0) + text[start : start + width] + " ..." * (len(text) > start + width)

    return cut(theirs), cut(ours)


def _check_ours(folder: Path) -> None:
    """Refuse a folder whose files are not those of a comparison, so that none of them is lost."""
    remedy = "so it is not of sklearn_txaug; choose another output folder"
    settings = read_settings(folder)
    if settings and _OURS not in settings:
        raise ValueError(f"{folder / SETTINGS} has no entry {_OURS!r}, {remedy}")
    there = [name for name in _WRITTEN if (folder / name).exists()]
    if there and not settings:
        raise ValueError(f"{folder} has a {there[0]} and no {SETTINGS} that says what it is of, {remedy}")
    read_rows(folder)


def read_settings(folder: Path) -> dict[str, Any]:
    """Return the settings of a results folder, none if there are none."""
    path = folder / SETTINGS
    if not path.exists():
        return {}
    try:
        settings = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise ValueError(f"{path}, line {error.lineno}, is no JSON: {error.msg}") from error
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is no text: {error}") from error
    if not isinstance(settings, dict):
        raise ValueError(f"{path}, line 1, must begin an object of settings; got {settings!r:.40}")
    return settings


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
    """Return the rows of a results folder, even an incomplete one; rows that two runs both wrote count once.

    A last line without its end is that of a process that was killed, and is left out.
    """
    path = folder / RESULTS
    if not path.exists():
        return []
    records = _records(path, _whole_lines(path.read_bytes()))
    if (header := next(records, None)) is not None and tuple(header[1]) != Row._fields:
        raise ValueError(
            f"{path}, line 1, must be {','.join(Row._fields)!r}; got {','.join(header[1])!r:.60}, so these are no "
            "results of sklearn_txaug; choose another output folder"
        )
    rows = [_parse(record, f"{path}, line {line}") for line, record in records]
    return list({row[:-1]: row for row in rows}.values())


def _whole_lines(content: bytes) -> bytes:
    return content[: content.rfind(b"\n") + 1]


def _records(path: Path, content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Yield number and fields of each line."""
    try:
        reader = csv.reader(content.decode().split("\n")[:-1], strict=True)
        for record in reader:
            yield reader.line_num, record
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ValueError(f"{path}, line {line}, is not in UTF-8") from error
    except csv.Error as error:
        raise ValueError(f"{path}, line {reader.line_num}, is broken: {error}") from error


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


def _parse(record: list[str], place: str) -> Row:
    try:
        dataset, protocol, sampler, classifier, n_real, n_synthetic, seed, metric, value = record
        real, synthetic = (int(size) if size.isdigit() else size for size in (n_real, n_synthetic))
        check_amount(real)
        check_amount(synthetic)
        return Row(dataset, protocol, sampler, classifier, real, synthetic, int(seed), metric, float(value))
    except (ValueError, IndexError) as error:
        raise ValueError(
            f"{place}, is not a row of {', '.join(Row._fields)}: {','.join(record)!r:.80} ({error}); remove the line "
            "to have its job done again"
        ) from error


def _as_csv(records: Iterable[tuple]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(records)
    return text.getvalue()
