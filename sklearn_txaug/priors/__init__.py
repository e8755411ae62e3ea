"""Priors: what a reference cohort says about classes that it does not contain."""

from ._expression_prior import ExpressionPrior
from ._load import load_prior

__all__ = ["ExpressionPrior", "load_prior"]
