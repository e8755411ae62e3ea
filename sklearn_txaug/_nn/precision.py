"""The precision of matrix products on a GPU."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Literal

import torch

Precision = Literal["tf32", "float32", "bfloat16"]

_lock = Lock()
_n_users = 0
_former = "highest"


@contextmanager
def matrix_products(precision: Precision, device: torch.device | str) -> Iterator[None]:
    """Multiply matrices with this precision inside the ``with`` block, if the device is a GPU.

    ``"float32"`` has 24 significant bits; ``"tf32"`` has 11 and is several times faster on cards that know it, with
    sums and all else in 32-bit floats; ``"bfloat16"``, automatic mixed precision, has 8 and is twice as fast again.
    """
    if torch.device(device).type != "cuda" or precision == "float32":
        yield
    elif precision == "bfloat16":
        with torch.autocast("cuda", torch.bfloat16, cache_enabled=False):
            yield
    else:
        _begin_tf32()
        try:
            yield
        finally:
            _end_tf32()


def _begin_tf32() -> None:
    """Switch TF32 on for the process: threads that train at the same time switch it off once, when all are done."""
    global _n_users, _former
    with _lock:
        if _n_users == 0:
            _former = torch.get_float32_matmul_precision()
            torch.set_float32_matmul_precision("high")
        _n_users += 1


def _end_tf32() -> None:
    global _n_users
    with _lock:
        _n_users -= 1
        if _n_users == 0:
            torch.set_float32_matmul_precision(_former)
