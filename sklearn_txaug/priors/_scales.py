"""The scale of a reference in the units of a cohort."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..utils.warnings import warn
from ._hierarchical import Reference

if TYPE_CHECKING:
    from ._expression_prior import ExpressionPrior

_LIKE = 2.0  # cohorts whose genes spread more differently, in the median, are taken to be of other units


def reference_for(prior: ExpressionPrior, rows: np.ndarray) -> Reference:
    """Return what a prior says about rows of the same genes, (n_samples, n_features), in their units.

    A few rows tell the scale of a gene worse than the reference does, so that its scales are kept, unless all of them
    are of another unit: then they are multiplied by the median ratio, and the user is warned.
    """
    own, scales = rows.std(axis=0, dtype=np.float64), prior.scales_
    varies = (own > 0) & (scales > 0)  # the scales of genes that the prior does not know are NaN
    ratio = float(np.median(own[varies] / scales[varies])) if varies.any() else 1.0
    if 1 / _LIKE <= ratio <= _LIKE:
        ratio = 1.0
    else:
        low, high = prior.range_
        warn(
            f"X seems to be of other units than the prior's reference: its values go from {rows.min():.3g} to "
            f"{rows.max():.3g} and genes vary {ratio:.2g} times as much; those of the reference go from {low:.3g} to "
            f"{high:.3g}. The prior is rescaled; bring both to one scale, such as log2(x + 1)"
        )
    spread = np.ones_like(own)
    spread[varies] = ratio * scales[varies] / own[varies]
    return Reference(prior.within_, prior.between_, spread)
