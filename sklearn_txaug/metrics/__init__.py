"""Indicators of the quality of synthetic transcriptomes, as functions of ``(X_real, X_synthetic, ...)``.

One line imports an indicator. It is then a public name, and a line of the report, of its page and of the docs, in
the order of the lines here; see ``_indicator.py`` for what its declaration says.
"""

# isort: off
from ._correlation import correlation_score as correlation_score
from ._correlation import correlation_error as correlation_error
from ._marginal import wasserstein_distance_genes as wasserstein_distance_genes
from ._marginal import ks_distance_genes as ks_distance_genes
from ._multivariate import frechet_distance as frechet_distance
from ._multivariate import mmd as mmd
from ._multivariate import energy_distance as energy_distance
from ._sliced import sliced_wasserstein as sliced_wasserstein
from ._manifold import precision_recall_f1 as precision_recall_f1
from ._manifold import density_coverage as density_coverage
from ._adversarial import adversarial_accuracy as adversarial_accuracy
from ._discriminative import discriminative_score as discriminative_score
from ._copies import authenticity as authenticity
from ._copies import distance_to_closest_record as distance_to_closest_record
from ._memorisation import memorisation as memorisation
from ._memorisation import privacy_loss as privacy_loss
from ._membership import membership_inference as membership_inference
from ._attribute import attribute_disclosure as attribute_disclosure
from ._utility import reverse_validation as reverse_validation
from ._utility import label_preservation as label_preservation
from ._biology import differential_expression_agreement as differential_expression_agreement
from ._modules import module_preservation as module_preservation
from ._dimensions import pca_variance as pca_variance
from ._blind_spots import coverage_report as coverage_report
# isort: on

from ._indicator import INDICATORS
from ._report import quality_report
from ._scorer import make_generation_scorer
from ._utility import per_class_accuracy

__all__ = ["make_generation_scorer", "per_class_accuracy", "quality_report"]
__all__ += sorted(indicator.name for indicator in INDICATORS)
