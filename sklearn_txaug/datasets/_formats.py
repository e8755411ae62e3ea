"""The file formats that can be read and written: one entry each."""

import re
from collections.abc import Sequence
from pathlib import Path

from ._base import Format
from ._gct import GctFormat
from ._h5ad import H5adFormat
from ._parquet import ParquetFormat
from ._text import TextFormat
from ._textfile import COMPRESSIONS

FORMATS: list[Format] = [H5adFormat(), ParquetFormat(), TextFormat(), GctFormat()]


_TEXT_NAME = re.compile(r"[^.]+(\.xena)?(\.gz)?", re.IGNORECASE)  # UCSC Xena calls its tables HiSeqV2.gz


def find_format(path: Path) -> Format:
    """Return the format of a file by the suffix of its name, or raise a ValueError that lists those accepted.

    A file without a suffix is a text table if it exists: its content says how to read it.
    """
    for file_format in FORMATS:
        if file_format.matches(path):
            return file_format
    if _TEXT_NAME.fullmatch(path.name) and path.is_file():
        return TextFormat()
    raise ValueError(
        f"{path.name!r} is of an unknown format; accepted are {accepted_suffixes()}. Rename it if it is of one "
        "of them."
    )


def accepted_suffixes() -> str:
    """Return all suffixes as text, and which of them may be followed by that of a compression."""
    every = [suffix for file_format in FORMATS for suffix in file_format.suffixes]
    some = [suffix for file_format in FORMATS if file_format.compressed for suffix in file_format.suffixes]
    return f"{_either(every)} ({_either(some)} also with {_either(list(COMPRESSIONS))} behind)"


def _either(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}"
