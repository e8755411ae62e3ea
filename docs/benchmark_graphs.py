"""GAN, WGAN-GP, AttGAN and RandAttGAN on landmark genes with a STRING graph: the table in docs/benchmarks.md.

python docs/benchmark_graphs.py ../shared/data/tcga_paired11.h5ad ../shared/data/string_human_v11.5_score700.tsv.gz
"""

import argparse

import numpy as np

from sklearn_txaug.benchmark import benchmark, format_quality, make_cohort
from sklearn_txaug.datasets import match_landmarks, read_expression
from sklearn_txaug.graphs import GeneGraph
from sklearn_txaug.over_sampling import AttGANSampler, GANSampler, WGANGPSampler


def make_samplers(ppi: GeneGraph) -> dict:
    """Return the models of the published comparison by name; the graph's genes are column numbers."""
    lesion = ppi.permuted(0)
    samplers = {
        "gan": GANSampler(),
        "wgangp": WGANGPSampler(),
        "att ppi": AttGANSampler(graphs=ppi),
        "att ppi gamma 1": AttGANSampler(graphs=ppi, gamma=1.0),
        "att coexpression": AttGANSampler(),
        "att coexpression gamma 1": AttGANSampler(gamma=1.0),
        "att both": AttGANSampler(graphs=[ppi, "coexpression"]),
        "att both gamma 1": AttGANSampler(graphs=[ppi, "coexpression"], gamma=1.0),
        "rand ppi": AttGANSampler(graphs=lesion),
        "rand both": AttGANSampler(graphs=[lesion, "random"]),
    }
    # As published: with the margins of the training rows the models would differ less.
    return {name: sampler.set_params(quantile_mapping=False) for name, sampler in samplers.items()}


def main() -> None:
    """Run what is not in the output folder yet and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data")
    parser.add_argument("graph")
    parser.add_argument("--label", default="cancer_and_type")
    parser.add_argument("--group", default="patient")
    parser.add_argument("--samplers", help="comma-separated; default: all")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--output", default="benchmark/graphs")
    arguments = parser.parse_args()

    table = read_expression(arguments.data, label=arguments.label, group=arguments.group)
    X = table.data.loc[:, match_landmarks(table.feature_names).mask]
    graph = GeneGraph.from_edges(arguments.graph).align(X.columns)
    column_of = {gene: k for k, gene in enumerate(X.columns)}
    ppi = GeneGraph(graph.adjacency, np.array([column_of[gene] for gene in graph.genes]))
    print(f"protein interactions among the landmark genes: {ppi.n_genes} genes, {ppi.n_edges} edges")
    cohort, _ = make_cohort("tcga_paired11", X, table.target, table.groups)
    samplers = make_samplers(ppi)
    names = arguments.samplers.split(",") if arguments.samplers else list(samplers)
    rows = benchmark(
        cohort,
        samplers={name: samplers[name] for name in names},
        classifiers={},
        n_real=[600],
        n_synthetic=[0],
        seeds=arguments.seeds,
        output=arguments.output,
    )
    print(format_quality(rows, names))


if __name__ == "__main__":
    main()
