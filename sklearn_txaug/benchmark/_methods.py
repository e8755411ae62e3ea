"""What is compared: samplers and classifiers by the names that the command line uses."""

from __future__ import annotations

from typing import Any

from imblearn.over_sampling import SMOTE, BorderlineSMOTE, RandomOverSampler
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from .._estimators import Interpolation
from ..neural_network import MLPNetClassifier
from ..over_sampling import (
    AttGANSampler,
    CopulaSampler,
    DDIMSampler,
    DDPMSampler,
    FlowMatchingSampler,
    GANSampler,
    GaussianSampler,
    GMDASampler,
    LatentSampler,
    VAESampler,
    WGANGPSampler,
)


def make_samplers() -> dict[str, Any]:
    """Return the samplers by name; None is no augmentation."""
    return {
        "none": None,
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
        "latent": LatentSampler(),
    }


def make_classifiers() -> dict[str, Any]:
    """Return the classifiers by name."""
    return {
        "mlp": MLPNetClassifier(),
        "logistic": make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)),
    }
