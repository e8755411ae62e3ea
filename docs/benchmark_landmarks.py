"""Landmark genes and the rest: the two tables in docs/benchmarks_quality.md.

python docs/benchmark_landmarks.py ../shared/data/tcga_paired11.h5ad
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
import torch
from _quality import chosen, cohort_of, print_quality, quality_parser, read_table
from sklearn.base import clone
from sklearn.cross_decomposition import PLSRegression
from sklearn.dummy import DummyRegressor
from sklearn.linear_model import LinearRegression
from threadpoolctl import threadpool_limits

from sklearn_txaug.benchmark import Cohort
from sklearn_txaug.benchmark._cohort import split, subset
from sklearn_txaug.benchmark._memory import PeakMemory
from sklearn_txaug.benchmark._summary import markdown_table
from sklearn_txaug.datasets import match_landmarks
from sklearn_txaug.over_sampling import (
    DDIMSampler,
    FlowMatchingSampler,
    GaussianSampler,
    LandmarkSampler,
    WGANGPSampler,
)
from sklearn_txaug.reconstruction import LandmarkReconstructor
from sklearn_txaug.utils.random import seeded

RECONSTRUCTORS = {
    "mean": DummyRegressor(),
    "least squares": LinearRegression(),
    "ridge, rows left out": "ridge",
    "ridge, patients left out": "ridge",
    "pls, 40 components": PLSRegression(40, scale=False, tol=1e-4),
    "pls, 80 components": PLSRegression(80, scale=False, tol=1e-4),
    "mlp, 1024": "mlp",
}


def make_samplers(landmarks: np.ndarray) -> dict:
    """Return generators of all genes, and of landmarks with each way to restore the variance, by name."""
    generators = {
        "gaussian": GaussianSampler(),
        "wgangp": WGANGPSampler(),
        "ddim": DDIMSampler(),
        "flow": FlowMatchingSampler(),
    }
    samplers: dict = dict(generators)
    for name, generator in generators.items():
        for residual in ("none", "gaussian", "resample"):
            samplers[f"{name} landmarks {residual}"] = LandmarkSampler(
                sampler=generator, landmarks=landmarks, residual=residual
            )
    samplers["flow landmarks resample mlp"] = LandmarkSampler(
        landmarks=landmarks, reconstructor=LandmarkReconstructor(estimator="mlp"), residual="resample"
    )
    return samplers


def shortened(sampler: object, max_epochs: int | None) -> object:
    """Set every `max_epochs` of a sampler, for a trial run or to measure memory."""
    names = [name for name in sampler.get_params() if name.split("__")[-1] == "max_epochs"]
    return sampler.set_params(**dict.fromkeys(names, max_epochs)) if max_epochs else sampler


def reconstruct(cohort: Cohort, landmarks: np.ndarray, name: str, n_real: int, seed: int) -> dict[str, float]:
    """Return the error on held-out rows, its share of badly predicted genes, and the seconds of training."""
    pool, test = split(cohort, seed)
    rows = subset(cohort, pool, n_real)
    groups = None if "rows" in name else cohort.groups[rows]
    model = LandmarkReconstructor(landmarks=landmarks, estimator=RECONSTRUCTORS[name], random_state=seed)
    start = time.perf_counter()
    model.fit(cohort.X[rows], groups=groups)
    seconds = time.perf_counter() - start
    errors = model.mae_per_gene(cohort.X[test])
    return {"mae": errors.mean(), "worst tenth": np.quantile(errors, 0.9), "fit seconds": seconds}


def peak_memory(cohort: Cohort, sampler: object, n_real: int) -> float:
    """Return the MiB that training and drawing add to the process, for two epochs and the first seed."""
    pool, test = split(cohort, 0)
    rows = subset(cohort, pool, n_real)
    with threadpool_limits(1), PeakMemory() as memory:
        fitted = shortened(seeded(sampler, 0), 2).fit(cohort.X[rows], cohort.y[rows])
        fitted.sample(y=cohort.y[test])
    return memory.megabytes


class Cache:
    """Values by name in a JSON file, so that a run that was killed continues."""

    def __init__(self, path: Path):
        self.path = path
        self.values = json.loads(path.read_text()) if path.exists() else {}

    def get(self, name: str, compute) -> object:
        """Return the value of that name, computed if it is not there yet."""
        if name not in self.values:
            self.values[name] = compute()
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.write_text(json.dumps(self.values, indent=1))
        return self.values[name]


def main() -> None:
    """Run what is not in the output folder yet and print the tables."""
    parser = quality_parser(__doc__, "benchmark/landmarks")
    parser.add_argument("--max-epochs", type=int, help="for a trial run")
    arguments = parser.parse_args()
    torch.set_num_threads(1)

    table = read_table(arguments)
    landmarks = match_landmarks(table.feature_names).mask
    cohort = cohort_of(arguments, table, table.data)
    print(f"{landmarks.sum()} landmarks among {len(landmarks)} genes, {arguments.n_real} training rows\n")
    print_reconstructors(cohort, landmarks, arguments)
    print_samplers(cohort, landmarks, arguments)


def print_reconstructors(cohort: Cohort, landmarks: np.ndarray, arguments: argparse.Namespace) -> None:
    """Print the first table: mean over the seeds."""
    cache, body = Cache(arguments.output / "reconstruction.json"), []
    for name in RECONSTRUCTORS:
        with threadpool_limits(1):
            by_seed = [
                cache.get(
                    f"{name}, {arguments.n_real} rows, seed {seed}",
                    lambda name=name, seed=seed: reconstruct(cohort, landmarks, name, arguments.n_real, seed),
                )
                for seed in range(arguments.seeds)
            ]
        columns = list(by_seed[0])
        body.append([name, *(f"{np.mean([values[c] for values in by_seed]):.3f}" for c in columns)])
    print(markdown_table(["reconstructor", *columns], body) + "\n")


def print_samplers(cohort: Cohort, landmarks: np.ndarray, arguments: argparse.Namespace) -> None:
    """Print the second table, and the memory of each sampler."""
    samplers = chosen(arguments, make_samplers(landmarks))
    trials = {name: shortened(clone(sampler), arguments.max_epochs) for name, sampler in samplers.items()}
    print_quality(arguments, cohort, trials)
    body = [[name, f"{peak_memory(cohort, one, arguments.n_real):.0f}"] for name, one in samplers.items()]
    print("\n" + markdown_table(["sampler", "peak MiB"], body))


if __name__ == "__main__":
    main()
