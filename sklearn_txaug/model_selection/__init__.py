"""Does augmentation help? Held-out scores with and without synthetic rows, paired by split."""

from ._adjusted import PriorAdjustedClassifier
from ._augmented import AugmentedClassifier
from ._curves import augmentation_curve, low_data_curve
from ._displays import AugmentationCurveDisplay, LowDataCurveDisplay
from ._fit_many import fit_many
from ._result import CurveResult
from ._selective import SelectiveSampler
from ._selective_classifier import SelectiveClassifier

__all__ = [
    "AugmentationCurveDisplay",
    "AugmentedClassifier",
    "CurveResult",
    "LowDataCurveDisplay",
    "PriorAdjustedClassifier",
    "SelectiveClassifier",
    "SelectiveSampler",
    "augmentation_curve",
    "fit_many",
    "low_data_curve",
]
