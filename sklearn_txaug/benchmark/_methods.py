"""What is compared: samplers and classifiers by the names that the command line uses."""

from __future__ import annotations

from typing import Any

import numpy as np
from imblearn.over_sampling import SMOTE, BorderlineSMOTE, RandomOverSampler
from sklearn.base import BaseEstimator, clone
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

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


class Interpolation(BaseEstimator):
    """imbalanced-learn's sampler behind the `fit` and `sample` of ours, one class at a time.

    Its neighbours are at most the class's other rows; a class with one row gets copies of it. It may return
    fewer rows than asked for (BorderlineSMOTE finds none where no row is near another class).
    """

    def __init__(self, sampler: Any = None, random_state: Any = None):
        self.sampler = sampler
        self.random_state = random_state

    def fit(self, X: np.ndarray, y: np.ndarray) -> Interpolation:
        self.X_, self.y_ = X, y
        return self

    def sample(self, *, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        amounts = zip(*np.unique(y, return_counts=True), strict=True)
        drawn = [self._rows_of(label, int(n_rows)) for label, n_rows in amounts]
        return np.concatenate([X for X, _ in drawn]), np.concatenate([labels for _, labels in drawn])

    def _rows_of(self, label: Any, n_rows: int) -> tuple[np.ndarray, np.ndarray]:
        available = int(np.sum(self.y_ == label))
        sampler = clone(self.sampler) if available > 1 else RandomOverSampler()
        sampler.set_params(sampling_strategy={label: available + n_rows}, random_state=self.random_state)
        if "k_neighbors" in sampler.get_params():
            sampler.set_params(k_neighbors=min(5, available - 1))
        X, y = sampler.fit_resample(self.X_, self.y_)
        return X[len(self.X_) :], y[len(self.y_) :]


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


def seeded(estimator: Any, seed: int) -> Any:
    """Return a clone whose every `random_state` is `seed`."""
    estimator = clone(estimator)
    names = [name for name in estimator.get_params() if name.split("__")[-1] == "random_state"]
    return estimator.set_params(**dict.fromkeys(names, seed))
