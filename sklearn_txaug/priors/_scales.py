"""The scale of a reference in the units of a cohort."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..utils.statistics import deviations
from ..utils.warnings import warn
from ._hierarchical import Reference

if TYPE_CHECKING:
    from ._expression_prior import ExpressionPrior

_FAR = 3.0  # times the scale of the reference, in the median gene
_AWAY = 2.0  # standard deviations from its level, in the median gene


def reference_for(prior: ExpressionPrior, rows: np.ndarray) -> Reference:
    """Return what a prior says about rows of the same genes, (n_samples, n_features).

    A few rows determine the scale of a gene less well than the reference does, so its scales are used, unless the
    rows have other units: then each side is standardised by itself, and the user is warned.
    """
    own, scales = deviations(rows), prior.scales_
    varies = (own > 0) & (scales > 0)  # the scales of genes that the prior does not know are NaN
    spread = np.ones_like(own)
    if varies.any() and not _other_units(prior, rows, own, varies):
        spread[varies] = scales[varies] / own[varies]
    return Reference(prior.within_, prior.between_, spread)


def _other_units(prior: ExpressionPrior, rows: np.ndarray, own: np.ndarray, varies: np.ndarray) -> bool:
    """Tell whether spread or level of the rows does not fit the units of the reference, and warn if so."""
    scales = prior.scales_[varies]
    most = np.median(own[varies] / scales)
    # That is if classes are alike.
    least = np.median(own[varies] / np.sqrt(prior.within_.variances()[varies]) / scales)
    away = np.median(np.abs(rows.mean(axis=0, dtype=np.float64) - prior.means_)[varies] / scales)
    if least >= 1 / _FAR and most <= _FAR and away <= _AWAY:
        return False
    low, high = prior.range_
    warn(
        f"X seems to be of other units than the prior's reference: its values go from {rows.min():.3g} to "
        f"{rows.max():.3g} and a gene varies by {np.median(own[varies]):.2g}; in the reference they go from "
        f"{low:.3g} to {high:.3g} and it varies by {np.median(scales):.2g}. Genes are standardised on each side; "
        "bring both to one scale, such as log2(x + 1)"
    )
    return True
