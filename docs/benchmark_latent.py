"""Each deep sampler as it is and in the latent space of `LatentSampler`: the table in docs/benchmarks_quality.md.

python docs/benchmark_latent.py ../shared/data/tcga_paired11.h5ad
"""

from _quality import chosen, cohort_of, print_quality, quality_parser, read_table

from sklearn_txaug.datasets import match_landmarks
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
    arguments = quality_parser(__doc__, "benchmark/latent").parse_args()
    table = read_table(arguments)
    cohort = cohort_of(arguments, table, table.data.loc[:, match_landmarks(table.feature_names).mask])
    samplers = {f"latent {name}": LatentSampler(sampler=sampler) for name, sampler in SAMPLERS.items()}
    print_quality(arguments, cohort, chosen(arguments, samplers))


if __name__ == "__main__":
    main()
