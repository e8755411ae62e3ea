"""Each deep sampler as it is and inside the principal components of `LatentSampler`: the table in docs/benchmarks.md.

python docs/benchmark_latent.py ../shared/data/tcga_paired11.h5ad
"""

import argparse

from sklearn_txaug.benchmark import benchmark, format_quality, make_cohort
from sklearn_txaug.datasets import match_landmarks, read_expression
from sklearn_txaug.over_sampling import (
    DDIMSampler,
    FlowMatchingSampler,
    GANSampler,
    GMDASampler,
    LatentSampler,
    VAESampler,
    WGANGPSampler,
)

# Samplers with components of their own generate in those of the LatentSampler instead.
SAMPLERS = {
    "vae": VAESampler(),
    "gan": GANSampler(),
    "wgangp": WGANGPSampler(),
    "ddim": DDIMSampler(n_components=None),
    "flow": FlowMatchingSampler(n_components=None),
    "gmda": GMDASampler(n_components=None),
}


def main() -> None:
    """Run what is not in the output folder yet and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data")
    parser.add_argument("--label", default="cancer_and_type")
    parser.add_argument("--group", default="patient")
    parser.add_argument("--n-real", type=int, default=600)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--jobs", type=int)
    parser.add_argument("--output", default="benchmark/latent")
    arguments = parser.parse_args()

    table = read_expression(arguments.data, label=arguments.label, group=arguments.group)
    X = table.data.loc[:, match_landmarks(table.feature_names).mask]
    cohort, _ = make_cohort("tcga_paired11", X, table.target, table.groups)
    samplers = {f"latent {name}": LatentSampler(sampler=sampler) for name, sampler in SAMPLERS.items()}
    rows = benchmark(
        cohort,
        samplers=samplers,
        classifiers={},
        n_real=[arguments.n_real],
        n_synthetic=[0],
        seeds=arguments.seeds,
        output=arguments.output,
        n_jobs=arguments.jobs,
    )
    print(format_quality(rows, list(samplers)))


if __name__ == "__main__":
    main()
