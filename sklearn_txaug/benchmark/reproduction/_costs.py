"""What training and drawing cost, and what fewer sampling steps of diffusion change."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import NamedTuple

from ... import metrics
from ._paper import TRAIN, Values
from ._rows import manifold_of, standardised
from ._small import small_k
from ._study import Trained, with_sampling


class Costs(NamedTuple):
    """Parameters, minutes of training and peak memory."""

    def measure(self, trained: Trained) -> Values:
        return {("", name): (0, value) for name, value in trained.costs.items() if trained.sampler}

    def small(self, n_train: int) -> Costs:
        return self


class SamplingSteps(NamedTuple):
    """Recall, Frechet distance and seconds of drawing by the number of sampling steps, of diffusion models."""

    steps: Sequence[int]
    k: int = 10

    def measure(self, trained: Trained) -> Values:
        if not hasattr(getattr(trained.sampler, "module_", None), "n_diffusion_steps"):
            return {}
        rows, values = trained.rows, Values()
        X_real, y = trained.real(rows), trained.y[rows]
        for n in self.steps:
            sampler = with_sampling(trained.sampler, {"n_sampling_steps": n})
            start = time.perf_counter()
            X_new = sampler.sample(y=y, random_state=trained.seed)[0]
            seconds = time.perf_counter() - start
            real, new = standardised(trained.real(trained.split.train), X_real, X_new)
            embed = trained.split.embedder("", trained.all_genes).embed
            found = {
                "recall": manifold_of(real, new, self.k).recall,
                "frechet_distance": float(metrics.frechet_distance(X_real, X_new, embedding=embed)),
                "seconds": seconds,
            }
            values |= {(TRAIN, f"{name} by steps: {n}"): (len(y), value) for name, value in found.items()}
        return values

    def small(self, n_train: int) -> SamplingSteps:
        return SamplingSteps([n for n in self.steps if n <= 100], small_k(self.k, n_train))
