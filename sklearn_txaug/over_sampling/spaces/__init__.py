"""Spaces between the units of X and those in which a generator works."""

from ._atoms import AtomicSpace
from ._class_quantiles import ClassQuantiles
from ._mixed_columns import MixedColumns, NumericColumns
from ._principal_components import PrincipalComponents, ResidualNoise
from ._space import ScaledSpace, Space

__all__ = [
    "AtomicSpace",
    "ClassQuantiles",
    "MixedColumns",
    "NumericColumns",
    "PrincipalComponents",
    "ResidualNoise",
    "ScaledSpace",
    "Space",
]
