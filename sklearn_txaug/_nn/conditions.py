"""Labels and covariates as the condition of a net."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

# Labels are integers, and condition vectors are not: covariates beside labels have a fixed point
_UNIT = 2**20


class CovariateLayout(NamedTuple):
    """The columns of numbers that the covariates of a row are.

    Attributes
    ----------
    n_columns : int
        Number of columns.
    categories : tuple of (int, int)
        First column, and the one behind the last, of the one-hot code of each categorical covariate.
    """

    n_columns: int
    categories: tuple[tuple[int, int], ...]


def with_covariates(y: Tensor, columns: Any) -> Tensor:
    """Return labels of rows with covariates: class codes, (n,), and columns of numbers, (n, k), as (n, 1 + k).

    They stay integers, as class codes are, since a floating dtype says that something is a condition vector.
    """
    fixed = (torch.as_tensor(columns, dtype=torch.float64, device="cpu") * _UNIT).round().long()
    return torch.cat([y[:, None], fixed.to(y.device)], dim=1)


def class_codes(y: Tensor) -> Tensor:
    """Return the class codes, (n,), of labels with or without covariates."""
    return y if y.dim() == 1 else y[:, 0]


def covariate_columns(y: Tensor, n_columns: int, dtype: torch.dtype = torch.float32) -> Tensor:
    """Return the columns of numbers, (n, k), of labels; 0 where they have no covariates."""
    if y.dim() == 1:
        return torch.zeros(len(y), n_columns, dtype=dtype, device=y.device)
    return y[:, 1:].to(dtype) / _UNIT


class JointCondition(nn.Module):
    """The condition vector of a class, followed by the columns of numeric covariates and the codes of categories.

    Parameters
    ----------
    embed : callable
        Returns, for a number of classes or categories, the module that codes one of them; that of the classes too.
    n_classes : int
        Number of classes.
    layout : CovariateLayout
        The columns of the covariates.

    Attributes
    ----------
    width : int
        Width of the condition vectors.
    columns : list of int
        Where the columns of the covariates are in a condition vector, if the codes begin with the one-hot code.
    """

    numeric: Tensor

    def __init__(self, embed: Callable[[int], Any], n_classes: int, layout: CovariateLayout):
        super().__init__()
        self.label = embed(n_classes)
        self.categories = layout.categories
        self.n_covariate_columns = layout.n_columns
        self.embeddings: Any = nn.ModuleList(embed(end - start) for start, end in layout.categories)
        coded = {k for start, end in layout.categories for k in range(start, end)}
        numeric = [k for k in range(layout.n_columns) if k not in coded]
        self.register_buffer("numeric", torch.tensor(numeric, dtype=torch.long), persistent=False)
        self.width = self.label.width + len(numeric)
        place = {k: self.label.width + i for i, k in enumerate(numeric)}
        for (start, end), embedding in zip(layout.categories, self.embeddings, strict=True):
            place.update({k: self.width + k - start for k in range(start, end)})
            self.width += embedding.width
        self.columns = [place[k] for k in range(layout.n_columns)]

    def forward(self, y: Tensor) -> Tensor:
        if y.is_floating_point():
            return y
        label = self.label(class_codes(y))
        columns = covariate_columns(y, self.n_covariate_columns, label.dtype)
        codes = [
            embedding(columns[:, start:end].argmax(dim=1))
            for (start, end), embedding in zip(self.categories, self.embeddings, strict=True)
        ]
        return torch.cat([label, columns[:, self.numeric], *codes], dim=1)


def takes_covariates(module: nn.Module) -> bool:
    """Tell whether a generator has a condition that covariates are part of."""
    return any(getattr(part, "n_covariate_columns", 0) for part in module.modules())
