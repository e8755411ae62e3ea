"""Blocks of a table, so that what is computed on the way takes little memory beside the table."""

from __future__ import annotations

from collections.abc import Iterator

BLOCK = 2**20  # entries: 8 MiB in double precision


def blocks(length: int, width: int, size: int = BLOCK) -> Iterator[slice]:
    """Yield slices of `length` rows, or columns, that have `size` entries at most if each has `width`."""
    step = max(1, size // max(1, width))
    for start in range(0, length, step):
        yield slice(start, min(start + step, length))
