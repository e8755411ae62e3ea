"""GAN, WGAN-GP, AttGAN and RandAttGAN on landmark genes with a STRING graph: the table in docs/benchmarks_quality.md.

python docs/benchmark_graphs.py ../shared/data/tcga_paired11.h5ad ../shared/data/string_human_v11.5_score700.tsv.gz
"""

import numpy as np
from _quality import chosen, cohort_of, print_quality, quality_parser, read_table

from sklearn_txaug.datasets import match_landmarks
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
    # As published: with the marginals of the training rows the models would differ less.
    return {name: sampler.set_params(quantile_mapping=False) for name, sampler in samplers.items()}


def main() -> None:
    """Run what is not in the output folder yet and print the table."""
    parser = quality_parser(__doc__, "benchmark/graphs")
    parser.add_argument("graph")
    arguments = parser.parse_args()

    table = read_table(arguments)
    X = table.data.loc[:, match_landmarks(table.feature_names).mask]
    graph = GeneGraph.from_edges(arguments.graph).align(X.columns)
    column_of = {gene: k for k, gene in enumerate(X.columns)}
    ppi = GeneGraph(graph.adjacency, np.array([column_of[gene] for gene in graph.genes]))
    print(f"protein interactions among the landmark genes: {ppi.n_genes} genes, {ppi.n_edges} edges")
    print_quality(arguments, cohort_of(arguments, table, X), chosen(arguments, make_samplers(ppi)))


if __name__ == "__main__":
    main()
