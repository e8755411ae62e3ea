"""Displays in scikit-learn's manner: ``from_data`` or ``from_estimator`` draws, ``ax_`` and ``figure_`` stay."""

from ._attention import GeneGraphAttentionDisplay
from ._biology import DifferentialExpressionDisplay, PCAVarianceDisplay
from ._copies import MemorisationDisplay
from ._denoising import DenoisingPathDisplay
from ._embedding import EmbeddingDisplay
from ._genes import CorrelationDisplay, MarginalDisplay
from ._interpolation import InterpolationDisplay
from ._manifold import PrecisionRecallDisplay
from ._training import TrainingHistoryDisplay

__all__ = [
    "CorrelationDisplay",
    "DenoisingPathDisplay",
    "DifferentialExpressionDisplay",
    "EmbeddingDisplay",
    "GeneGraphAttentionDisplay",
    "InterpolationDisplay",
    "MarginalDisplay",
    "MemorisationDisplay",
    "PCAVarianceDisplay",
    "PrecisionRecallDisplay",
    "TrainingHistoryDisplay",
]
