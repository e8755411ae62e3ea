"""From landmark genes to the whole transcriptome."""

from ._reconstructor import LandmarkReconstructor

__all__ = ["LandmarkReconstructor"]
