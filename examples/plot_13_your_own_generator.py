"""
Your own generator
==================

A generator is a torch module with a loss and a way to draw rows. Everything else, labels, amounts, scaling, quantile
mapping, containers, devices, seeds, comes with the base class.
"""

# %%
# In forty lines: each class has a few prototypes, and a row is a prototype with noise whose scale
# is learned. The loss is the negative log-likelihood.
from __future__ import annotations

import torch
from torch import Tensor, nn

from sklearn_txaug._nn.nets import GenerativeModule
from sklearn_txaug._nn.random import normal
from sklearn_txaug.over_sampling.torch_base import TorchSampler
from sklearn_txaug.utils.constraints import PositiveInt
from sklearn_txaug.utils.declaration import estimator


class Prototypes(GenerativeModule):
    """Prototypes of each class, with one scale for each gene."""

    def __init__(self, n_features: int, n_classes: int, n_prototypes: int):
        super().__init__()
        self.means = nn.Parameter(0.5 * torch.randn(n_classes, n_prototypes, n_features))
        self.log_scale = nn.Parameter(torch.zeros(n_features))

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        z = (x[:, None] - self.means[y]) / self.log_scale.exp()
        log_density = -z.square().sum(dim=2) / 2 - self.log_scale.sum()
        return -log_density.logsumexp(dim=1).mean()

    def sample(self, y: Tensor, rng: torch.Generator | None) -> Tensor:
        choice = torch.randint(self.means.shape[1], (len(y),), generator=rng, device=y.device)
        mean = self.means[y, choice]
        return mean + self.log_scale.exp() * normal(*mean.shape, like=mean, rng=rng)


@estimator
class PrototypeSampler(TorchSampler):
    """Prototypes of each class with Gaussian noise.

    Parameters
    ----------
    n_prototypes : int
        Prototypes of each class.
    """

    n_prototypes: PositiveInt = 3
    lr = 0.01

    def _make_module(self, n_features: int, n_classes: int) -> Prototypes:
        return Prototypes(n_features, n_classes, self.n_prototypes)


# %%
# It is a sampler like the others: it takes data frames, goes into pipelines and searches, can be frozen,
# cached and compared.
from sklearn_txaug.datasets import load_tissue_expression

X, y = load_tissue_expression(return_X_y=True, as_frame=True)
sampler = PrototypeSampler(n_synthetic=189, max_epochs=60, random_state=0)
X_res, y_res = sampler.fit_resample(X, y)
print(sampler)
X_res.iloc[[0, 1, -2, -1], :4].round(2)

# %%
# How good are the rows? Beside the simplest baseline, and with half of the real rows held out.
from sklearn.model_selection import train_test_split

from sklearn_txaug.metrics import precision_recall_f1
from sklearn_txaug.over_sampling import GaussianSampler

X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.5, stratify=y, random_state=0)
for candidate in (GaussianSampler(random_state=0), sampler):
    rows, _ = candidate.fit(X_train, y_train).sample(len(X_train), random_state=1)
    found = precision_recall_f1(X_test, rows, k=5)
    print(f"{type(candidate).__name__:16} precision {found.precision:.2f}  recall {found.recall:.2f}")

# %%
# The rows are as plausible, but cover less: three prototypes do not span a tissue. The pictures work for it as well.
from sklearn_txaug.plotting import EmbeddingDisplay

EmbeddingDisplay.from_estimator(sampler, X_test, y_test)

# %%
# ``python -m sklearn_txaug benchmark --samplers my_package.PrototypeSampler`` compares it with the others on
# any cohort.
