"""Effects of age and sex put into real rows, and what a sampler recovers: a table in docs/benchmarks_quality.md.

python docs/benchmark_covariates.py ../shared/data/tcga_paired11.h5ad --label cancer_type
"""

from typing import Any

import numpy as np
import pandas as pd
from _quality import chosen, quality_parser, read_table
from sklearn.base import BaseEstimator

from sklearn_txaug.benchmark._summary import markdown_table
from sklearn_txaug.datasets import match_landmarks
from sklearn_txaug.over_sampling import GaussianSampler, WGANGPSampler

N_GENES, N_CHANGED = 100, 10
SAMPLERS = {
    "gaussian": GaussianSampler(random_state=0),
    "wgangp": WGANGPSampler(
        generator_hidden_layer_sizes=(128, 128),
        critic_hidden_layer_sizes=(128, 128),
        max_epochs=140,
        device="cpu",
        random_state=0,
    ),
}


def simulated(table: Any, n_rows: int) -> tuple[pd.DataFrame, np.ndarray, pd.DataFrame]:
    """Return standardised rows in which ten genes fall by 1 in 30 years and ten others are 1 higher in men."""
    X = table.data.loc[:, match_landmarks(table.feature_names).mask].iloc[:, :N_GENES]
    rng = np.random.default_rng(0)
    kept = rng.permutation(len(X))[:n_rows]
    X, y = X.iloc[kept], np.asarray(table.target)[kept]
    Z = (X - X.mean()) / X.std()
    older = pd.factorize(y)[0] % 3 * 5.0  # some classes by 5 or 10 years
    age = (rng.uniform(30, 80, len(Z)) + older).round()
    sex = rng.choice(["female", "male"], len(Z))
    values = Z.to_numpy().copy()
    values[:, :N_CHANGED] -= ((age - 55) / 30)[:, None]
    values[:, N_CHANGED : 2 * N_CHANGED] += (sex == "male")[:, None]
    return pd.DataFrame(values, columns=X.columns), y, pd.DataFrame({"age": age, "sex": sex})


def effects(sampler: BaseEstimator, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return what 30 years, and being a man, change in the mean of each gene; each averaged over the other."""
    means = {
        (sex, age): sampler.sample(y=np.repeat(y, 2), covariates={"sex": sex, "age": age}, random_state=1)[0]
        .to_numpy()
        .mean(axis=0)
        for sex in ("female", "male")
        for age in (35, 65)
    }
    aged = np.mean([means[sex, 65] - means[sex, 35] for sex in ("female", "male")], axis=0)
    return aged, np.mean([means["male", age] - means["female", age] for age in (35, 65)], axis=0)


def cells(effect: np.ndarray, changed: slice) -> list[str]:
    """Return mean and range of the effect in the genes changed, and its root mean square in the others."""
    there, others = effect[changed], np.delete(effect, changed)
    range_ = f"{there.min():+.2f} to {there.max():+.2f}"
    return [f"{there.mean():+.2f}", range_, f"{np.sqrt(np.square(others).mean()):.2f}"]


def main() -> None:
    """Train, draw and print the table."""
    arguments = quality_parser(__doc__, "benchmark/covariates").parse_args()
    X, y, covariates = simulated(read_table(arguments), arguments.n_real)
    body = [["put in", "-1.00", "", "0.00", "+1.00", "", "0.00"]]
    for name, sampler in chosen(arguments, SAMPLERS).items():
        aged, male = effects(sampler.fit(X, y, covariates=covariates), y)
        body.append([name, *cells(aged, slice(N_CHANGED)), *cells(male, slice(N_CHANGED, 2 * N_CHANGED))])
    head = ["30 years", "by gene", "other genes", "men", "by gene", "other genes"]
    print(markdown_table(["sampler", *head], body))


if __name__ == "__main__":
    main()
