"""What a reference cohort teaches about classes that it does not have."""

from ._expression_prior import ExpressionPrior
from ._load import load_prior

__all__ = ["ExpressionPrior", "load_prior"]
