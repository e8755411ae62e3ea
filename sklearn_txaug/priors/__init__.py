"""Priors: what a reference cohort says about classes that it does not contain."""

from ._classifier import HierarchicalGaussianClassifier
from ._expression_flow import ExpressionFlow
from ._expression_prior import ExpressionPrior
from ._load import load_prior

__all__ = ["ExpressionFlow", "ExpressionPrior", "HierarchicalGaussianClassifier", "load_prior"]
