"""The precision of matrix products on a GPU."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any, Literal

import torch

from ..utils.process_setting import ProcessSetting

Precision = Literal["tf32", "float32", "bfloat16"]


class _Precision(ProcessSetting):
    """That of 32-bit products, in the words of torch."""

    def _keep(self) -> None:
        self._former = torch.get_float32_matmul_precision()

    def _put(self, least: str) -> None:
        torch.set_float32_matmul_precision(least)

    def _restore(self) -> None:
        torch.set_float32_matmul_precision(self._former)


_PRECISION = _Precision()


def matrix_products(precision: Precision, device: torch.device | str) -> AbstractContextManager[Any]:
    """Multiply matrices with this precision inside the ``with`` block, if the device is a GPU.

    ``"float32"`` has 24 significant bits; ``"tf32"`` has 11 and is several times faster on cards that know it, with
    sums and all else in 32-bit floats; ``"bfloat16"``, automatic mixed precision, has 8 and is twice as fast again.
    """
    if torch.device(device).type != "cuda" or precision == "float32":
        return nullcontext()
    if precision == "bfloat16":
        return torch.autocast("cuda", torch.bfloat16, cache_enabled=False)
    return _PRECISION.used("high")
