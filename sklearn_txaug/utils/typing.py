"""Names for what public functions accept. They state the intent; containers of many libraries are accepted."""

from __future__ import annotations

from typing import Any, TypeAlias

ArrayLike: TypeAlias = Any  # array, list, Series or index with one entry per row
MatrixLike: TypeAlias = Any  # array, list of lists, data frame or sparse matrix, samples in rows
DataFrame: TypeAlias = Any  # pandas.DataFrame, which is imported only where a table is made
RandomState: TypeAlias = Any  # int, numpy.random.RandomState or None; the indicators take a Generator too
EstimatorLike: TypeAlias = Any  # scikit-learn estimator, or None for a default
SamplerLike: TypeAlias = Any  # has `fit_resample`; a fitted generator has `sample` too
Axes: TypeAlias = Any  # matplotlib Axes; None makes a figure
