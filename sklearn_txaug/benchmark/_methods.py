"""The samplers and classifiers compared, by the names that the command line uses."""

from __future__ import annotations

from typing import Any

from imblearn.over_sampling import SMOTE, BorderlineSMOTE, RandomOverSampler
from sklearn.base import BaseEstimator
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier

from ..model_selection import PriorAdjustedClassifier, SelectiveClassifier, SelectiveSampler
from ..model_selection._recipes import balanced
from ..neural_network import MLPNetClassifier
from ..over_sampling import (
    AttGANSampler,
    CopulaSampler,
    CTGANSampler,
    DDIMSampler,
    DDPMSampler,
    FlowMatchingSampler,
    GANSampler,
    GaussianSampler,
    GMDASampler,
    LatentSampler,
    TabDDPMSampler,
    TVAESampler,
    VAESampler,
    WGANGPSampler,
)
from ..over_sampling._wrapper import Interpolation
from ..priors import HierarchicalGaussianClassifier
from ..utils.classifier import default_classifier
from ._transfer import plain

HIERARCHICAL = "hierarchical"


class ClassWeighting(BaseEstimator):
    """In the place of a sampler: no synthetic rows, but classes weigh the inverse of their frequency."""

    def change(self, classifier: Any) -> Any:
        """Return a clone of the classifier, or pipeline, with balanced class weights."""
        weighted = balanced(classifier)
        if weighted is None:
            raise ValueError(f"{type(classifier).__name__} takes no class_weight")
        return weighted


class PriorAdjustment(BaseEstimator):
    """In the place of a sampler: no synthetic rows, but probabilities divided by a power of the class frequency."""

    def __init__(self, tau: float = 1.0):
        self.tau = tau

    def change(self, classifier: Any) -> Any:
        """Return the classifier with adjusted probabilities."""
        return PriorAdjustedClassifier(classifier, tau=self.tau)


class PriorModel(BaseEstimator):
    """In the place of a sampler: no synthetic rows, and instead of the classifier the model of the prior itself."""

    def __init__(self, prior: Any = None):
        self.prior = prior

    def change(self, classifier: Any) -> Any:
        """Return the model of the prior, whatever the classifier."""
        return HierarchicalGaussianClassifier(self.prior)


class ClassifierGate(BaseEstimator):
    """In the place of a sampler: cross-validation chooses class weights, adjustment, or weighted synthetic rows."""

    def __init__(self, prior: Any = None):
        self.prior = prior

    def change(self, classifier: Any) -> Any:
        """Return the classifier behind the gate."""
        return SelectiveClassifier(classifier, prior=self.prior)


def changes_classifier(sampler: Any) -> bool:
    """Tell whether what stands in the place of a sampler adds no rows, but changes the classifier."""
    return hasattr(plain(sampler), "change")


def make_samplers() -> dict[str, Any]:
    """Return the samplers, and what is compared with them, by name; None is no augmentation.

    The gate chooses for each classifier whether to augment, how much, and by which of its candidates, by balanced
    accuracy.
    """
    return {
        "none": None,
        "weighted": ClassWeighting(),
        "adjusted": PriorAdjustment(),
        "half_adjusted": PriorAdjustment(tau=0.5),
        HIERARCHICAL: PriorModel(),
        "random": Interpolation(RandomOverSampler()),
        "smote": Interpolation(SMOTE()),
        "borderline": Interpolation(BorderlineSMOTE()),
        "gaussian": GaussianSampler(),
        "copula": CopulaSampler(),
        "vae": VAESampler(),
        "gan": GANSampler(),
        "wgangp": WGANGPSampler(),
        "attgan": AttGANSampler(),
        "ddpm": DDPMSampler(),
        "ddim": DDIMSampler(),
        "flow": FlowMatchingSampler(),
        "gmda": GMDASampler(),
        "tvae": TVAESampler(),
        "ctgan": CTGANSampler(),
        "tabddpm": TabDDPMSampler(),
        "latent": LatentSampler(),
        "gate": SelectiveSampler(),
        "classifier_gate": ClassifierGate(),
    }


def make_classifiers() -> dict[str, Any]:
    """Return the classifiers by name; the boosted trees are small and see a twentieth of the genes at each split.

    With scikit-learn's own settings (20 rows in a leaf, all genes) boosting cannot learn from a few rows a class,
    and takes minutes for many classes and genes.
    """
    return {
        "mlp": MLPNetClassifier(),
        "logistic": default_classifier(),
        "lda": LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto"),
        "forest": RandomForestClassifier(n_estimators=300),
        "boosting": HistGradientBoostingClassifier(
            max_iter=100,
            learning_rate=0.1,
            max_leaf_nodes=8,
            min_samples_leaf=2,
            l2_regularization=1.0,
            max_features=0.05,
            max_bins=32,
            early_stopping=False,
        ),
    }


def is_gate(sampler: Any) -> bool:
    """Tell whether a sampler chooses its amount by itself, for a classifier."""
    return isinstance(plain(sampler), SelectiveSampler)
