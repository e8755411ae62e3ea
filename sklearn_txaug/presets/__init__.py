"""Published hyper-parameters: one dict for each paper and data set, keyed by estimator; and one for sharing.

The published ones were chosen for the named cohorts, with thousands of rows, and for training times of up to several
hours on a GPU; the samplers' own defaults suit smaller cohorts. Under `SHARING` a trained sampler keeps none of its
training rows: ``FlowMatchingSampler(**presets.SHARING["FlowMatchingSampler"])``.

Examples
--------
>>> from sklearn_txaug import presets
>>> from sklearn_txaug.over_sampling import WGANGPSampler
>>> WGANGPSampler(**presets.LACAN2026_GTEX["WGANGPSampler"]).generator_hidden_layer_sizes
(128, 1024, 4096)
"""

from ._chen2016 import CHEN2016_GEO, CHEN2016_GTEX
from ._lacan2023 import LACAN2023_TCGA
from ._lacan2024 import (
    LACAN2024_CIRCLES,
    LACAN2024_DIABETES,
    LACAN2024_GESTURE,
    LACAN2024_GTEX,
    LACAN2024_MAGIC,
    LACAN2024_MOONS,
    LACAN2024_SWISS_ROLL,
    LACAN2024_TCGA,
    LACAN2024_WILT,
)
from ._lacan2026 import LACAN2026_GTEX, LACAN2026_TCGA
from ._sharing import SHARING
from ._tabular import (
    KOTELNIKOV2023_DIABETES,
    KOTELNIKOV2023_GESTURE,
    KOTELNIKOV2023_MINIBOONE,
    KOTELNIKOV2023_WILT,
    XU2019,
)

__all__ = [
    "CHEN2016_GEO",
    "CHEN2016_GTEX",
    "KOTELNIKOV2023_DIABETES",
    "KOTELNIKOV2023_GESTURE",
    "KOTELNIKOV2023_MINIBOONE",
    "KOTELNIKOV2023_WILT",
    "LACAN2023_TCGA",
    "LACAN2024_CIRCLES",
    "LACAN2024_DIABETES",
    "LACAN2024_GESTURE",
    "LACAN2024_GTEX",
    "LACAN2024_MAGIC",
    "LACAN2024_MOONS",
    "LACAN2024_SWISS_ROLL",
    "LACAN2024_TCGA",
    "LACAN2024_WILT",
    "LACAN2026_GTEX",
    "LACAN2026_TCGA",
    "SHARING",
    "XU2019",
]
