"""Synthetic rows in the units of the real ones."""

from typing import Any

import numpy as np
from sklearn.utils.validation import has_fit_parameter

from ..utils.checks import groups_for
from ..utils.containers import synthetic_index
from ..utils.optional import require
from ..utils.random import draw_seed
from ..utils.scales import from_log, is_linear, is_whole, library_sizes, to_log
from ..utils.warnings import warn


def synthetic_rows(
    sampler: Any, real: Any, labels: Any, groups: Any = None, covariates: Any = None, transform: str = "none"
) -> tuple[Any, np.ndarray, Any]:
    """Train a sampler on real rows and return synthetic ones.

    Parameters
    ----------
    sampler : sampler
        Trained by its `fit_resample`.
    real : DataFrame of shape (n_samples, n_genes)
        In the units of a file.
    labels : array-like of shape (n_samples,)
        Classes.
    groups : array-like of shape (n_samples,), default=None
        Patients or donors, given to samplers that take them.
    covariates : DataFrame of shape (n_samples, n_covariates), default=None
        Covariates.
    transform : {"none", "log2cpm", "log2p1"}, default="none"
        What brings the real rows to a log scale, on which the sampler learns. The library sizes of synthetic counts
        are drawn from the real ones of the same class.

    Returns
    -------
    rows : DataFrame of shape (n_synthetic, n_genes)
        Named ``synthetic_0`` and so on; in the units of `real`: without negative values, and whole numbers, where
        those are counts.
    new_labels : ndarray of shape (n_synthetic,)
        Their classes.
    new_covariates : DataFrame of shape (n_synthetic, n_covariates) or None
        Their covariates, if there are any.

    Raises
    ------
    TypeError
        If the sampler takes no covariates and there are some.
    """
    pd = require("pandas", "synthetic rows")
    values, labels = real.to_numpy(), np.asarray(labels)
    frame = real
    if transform != "none":
        frame = pd.DataFrame(to_log(values, transform), real.index, real.columns)
    given = groups_for(sampler, groups)
    if covariates is not None:
        if not has_fit_parameter(sampler, "covariates"):
            raise TypeError(f"covariates: {type(sampler).__name__} takes none; leave them out")
        given["covariates"] = covariates
    X, y = sampler.fit_resample(frame, labels, **given)
    new_labels = np.asarray(y)[len(real) :]
    new = X.iloc[len(real) :].to_numpy()
    if transform == "none":
        new = _within_counts(new, values)
    else:
        rng = np.random.default_rng((draw_seed(getattr(sampler, "random_state", None)), 3))
        new = from_log(new, transform, _draw_sizes(values, labels, new_labels, rng), is_whole(values))
    index = synthetic_index(len(new), real.index)
    rows = pd.DataFrame(new.astype(values.dtype, copy=False), index, real.columns)
    return rows, new_labels, None if covariates is None else sampler.covariates_.set_axis(index)


def _within_counts(new: np.ndarray, real: np.ndarray) -> np.ndarray:
    """Return rows without negative values if the real ones are on a linear scale, whole if those are counts."""
    if not is_linear(real):
        return new
    n_negative = int((new < 0).sum())
    if n_negative:
        warn(
            f"{n_negative / new.size:.1%} of the synthetic values were negative, which counts cannot be, and were "
            "set to 0; choose a transform, such as transform='log2cpm'."
        )
    new = new.clip(min=0)
    return np.rint(new) if is_whole(real) else new


def _draw_sizes(
    real: np.ndarray, labels: np.ndarray, new_labels: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Draw the library size of each new row from those of the real rows of its class."""
    sizes, drawn = library_sizes(real), np.empty(len(new_labels))
    for label in np.unique(new_labels):
        here = new_labels == label
        drawn[here] = rng.choice(sizes[labels == label], size=int(here.sum()))
    return drawn
