"""Linear layers whose products are fast on a GPU for any widths: zeros fill these up to multiples of eight."""

from __future__ import annotations

import torch
from torch import Tensor, nn

_MULTIPLE = 8  # numbers of 16 bits in the 16 bytes that fast kernels read at a time
_MANY_ROWS = 512  # from which a faster product is worth the copies


def side_by_side(*parts: Tensor) -> Tensor:
    """Return the columns of all parts; where it pays, columns of zeros follow that `AlignedLinear` does not count."""
    missing = -sum(part.shape[1] for part in parts) % _MULTIPLE
    zeros = [parts[0].new_zeros(len(parts[0]), missing)] if missing and _pays(parts[0]) else []
    return torch.cat([*parts, *zeros], dim=1)


class AlignedLinear(nn.Linear):
    """A linear layer that also takes rows of `side_by_side`."""

    def forward(self, x: Tensor) -> Tensor:
        if not _pays(x):
            return super().forward(x)
        x = _filled(x, -x.shape[1] % _MULTIPLE, dim=1)
        missing = -self.out_features % _MULTIPLE
        weight, bias = _filled(self.aligned_weight(x), missing), _filled(self.bias, missing)
        return nn.functional.linear(x, weight, bias)[:, : self.out_features]

    def aligned_weight(self, x: Tensor) -> Tensor:
        """Return the weight with as many columns as such rows, in the precision of products with them."""
        if not _pays(x):
            return self.weight
        weight = self.weight
        if torch.is_autocast_enabled("cuda"):
            weight = weight.to(torch.get_autocast_dtype("cuda"))  # the copy that autocast would make
        return _filled(weight, -self.in_features % _MULTIPLE, dim=1)


def _pays(rows: Tensor) -> bool:
    return rows.is_cuda and len(rows) >= _MANY_ROWS


def _filled(values: Tensor, missing: int, dim: int = 0) -> Tensor:
    """Return values with so many zeros behind them."""
    if not missing:
        return values
    shape = [missing if k == dim else length for k, length in enumerate(values.shape)]
    return torch.cat([values, values.new_zeros(shape)], dim=dim)
