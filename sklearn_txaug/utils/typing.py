"""Names for what public functions accept. They say what is meant; containers of many libraries fit."""

from __future__ import annotations

from typing import Any, TypeAlias

ArrayLike: TypeAlias = Any  # array, list, Series or index with one entry a row
MatrixLike: TypeAlias = Any  # array, list of lists, data frame or sparse matrix, samples in rows
RandomState: TypeAlias = Any  # int, numpy.random.RandomState or None
