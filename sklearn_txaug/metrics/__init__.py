"""Indicators of the quality of synthetic transcriptomes, as functions of ``(X_real, X_synthetic, ...)``."""

from ._adversarial import adversarial_accuracy, privacy_loss
from ._biology import differential_expression_agreement, pca_variance
from ._blind_spots import coverage_report
from ._copies import authenticity, distance_to_closest_record, memorisation
from ._correlation import correlation_error, correlation_score
from ._discriminative import discriminative_score
from ._manifold import density_coverage, precision_recall_f1
from ._marginal import ks_distance_genes, sliced_wasserstein, wasserstein_distance_genes
from ._modules import module_preservation
from ._multivariate import energy_distance, frechet_distance, mmd
from ._report import quality_report
from ._scorer import make_generation_scorer
from ._utility import label_preservation, per_class_accuracy, reverse_validation

__all__ = [
    "adversarial_accuracy",
    "authenticity",
    "correlation_error",
    "correlation_score",
    "coverage_report",
    "density_coverage",
    "differential_expression_agreement",
    "discriminative_score",
    "distance_to_closest_record",
    "energy_distance",
    "frechet_distance",
    "ks_distance_genes",
    "label_preservation",
    "make_generation_scorer",
    "memorisation",
    "mmd",
    "module_preservation",
    "pca_variance",
    "per_class_accuracy",
    "precision_recall_f1",
    "privacy_loss",
    "quality_report",
    "reverse_validation",
    "sliced_wasserstein",
    "wasserstein_distance_genes",
]
