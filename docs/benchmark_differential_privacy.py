"""What a guarantee of privacy costs, the curves in docs/benchmarks_privacy.md: use and attacks against epsilon.

python docs/benchmark_differential_privacy.py ../shared/data/tcga_paired11.h5ad --seeds 3 --jobs 16
python docs/benchmark_differential_privacy.py ../shared/data/gtex_v6_train_donors.h5ad --genes 500 --seeds 3 --jobs 16
python docs/benchmark_differential_privacy.py ../shared/data/tcga_pancan_89genes.h5ad --genes 89 --seeds 3 --jobs 16

Each seed draws a third of the classes and a third of the patients: their rows are the public reference of the prior.
Of the other classes and patients, half of the patients train and the others are attacked, as in
`docs/benchmark_privacy.py`. A patient is the unit of privacy. A run that was killed continues where it stopped.
"""

from typing import Any

import numpy as np
import pandas as pd
from _privacy import Table, as_markdown, measure, measured, privacy_parser, read_table

from sklearn_txaug.over_sampling import GaussianSampler, PrivateCopulaSampler, PrivateGaussianSampler
from sklearn_txaug.priors import ExpressionPrior


def floats(text: str) -> list[float]:
    """Return the numbers of a comma-separated list."""
    return [float(part) for part in text.split(",")]


def public_part(table: Table, genes: str, share: float, seed: int) -> tuple[ExpressionPrior, Table]:
    """Return the prior of a share of the classes and patients, and the rows that are of neither."""
    rng = np.random.default_rng(seed)
    classes, patients = np.unique(table.y), np.unique(table.groups)
    known = np.isin(table.y, rng.permutation(classes)[: max(2, round(share * len(classes)))])
    given = np.isin(table.groups, rng.permutation(patients)[: round(share * len(patients))])
    X, names = table.X, table.genes
    if genes != "landmarks":
        most = np.sort(np.argsort(-X[known & given].var(axis=0), kind="stable")[: int(genes)])
        X, names = X[:, most], names[most]
    frame = pd.DataFrame(X[known & given], columns=names)
    prior = ExpressionPrior().fit(frame, table.y[known & given], table.groups[known & given])
    rest = ~known & ~given
    return prior, Table(X[rest], table.y[rest], table.groups[rest], names)


class Measure:
    """The figures of a sampler, which gets the prior of the seed if it wants one.

    Parameters
    ----------
    share : float
        Share of the classes, and of the patients, that are the public reference.
    """

    def __init__(self, share: float):
        self.share = share

    def __call__(self, setting: str, sampler: Any, table: Table, genes: str, seed: int) -> dict[str, Any]:
        """Return the figures of one sampler and seed."""
        prior, table = public_part(table, genes, self.share, seed)
        if sampler is not None and setting != "gaussian":
            sampler = sampler.set_params(prior=prior)
        if isinstance(sampler, PrivateGaussianSampler):
            sampler = sampler.set_params(noise_seed=seed)  # so that the table can be repeated
        figures = measure(setting, sampler, table, "landmarks", seed)
        return {**figures, "patients": float(len(np.unique(table.groups))) / 2}


def main() -> None:
    """Train and attack what is not there yet, and print the table."""
    parser = privacy_parser(__doc__, "benchmark/differential_privacy")
    parser.add_argument("--epsilon", type=floats, default=floats("0.5,1,2,4,8,16,32"))
    parser.add_argument("--delta", type=float, default=1e-5)
    parser.add_argument(
        "--public", type=float, default=1 / 3, help="share of classes and patients of the prior"
    )
    arguments = parser.parse_args()
    table = read_table(arguments)
    settings = {
        "real": None,
        "gaussian": GaussianSampler(),
        "gaussian with prior": GaussianSampler(),
        "correlations of the prior": GaussianSampler(prior_rows=np.inf),
    }
    for epsilon in arguments.epsilon:
        for kind, sampler in {"gaussian": PrivateGaussianSampler, "copula": PrivateCopulaSampler}.items():
            settings[f"{kind}, epsilon {epsilon:g}"] = sampler(epsilon=epsilon, delta=arguments.delta)
    name = f"{arguments.data.stem}_{arguments.genes}_{arguments.rows_each}_{arguments.delta:g}_{arguments.public:.2f}"
    results = measured(settings, table, arguments, name, Measure(arguments.public))
    columns = [
        "patients",
        "distance",
        "density",
        "classifier",
        "found at 1 %",
        "gain",
        "F1",
        "reverse validation",
    ]
    print(as_markdown(results[["setting", "seed", *columns]], list(settings)))


if __name__ == "__main__":
    main()
