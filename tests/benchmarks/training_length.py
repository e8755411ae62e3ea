"""Quality of rows after trainings of several lengths, with and without quantile mapping, on a large cohort.

    python tests/benchmarks/training_length.py ../shared/data/gtex_v6_train_donors.h5ad WGANGP --steps 960 2500 6000

Rows are 3,600 of two thirds of the patients, with their most variable genes; of the others as many are held out. With
--jobs several trainings run at a time, each in a process of one thread that takes the GPU if there is one. Other
settings are tried with --parameters '{"lr": 2e-3}'; Gaussian has no steps.
"""

import argparse
import json
import tempfile
import time
import warnings

import numpy as np
from joblib import Parallel, delayed
from patients import apart
from sklearn.preprocessing import StandardScaler

from sklearn_txaug import metrics, over_sampling
from sklearn_txaug._nn.estimator import NetEstimator
from sklearn_txaug.datasets import read_expression
from sklearn_txaug.utils.threads import one_thread


def cohort(path: str, seed: int, n_rows: int, n_genes: int):
    """Return training rows and labels, and those of other patients, of classes with twenty rows or more."""
    table = read_expression(path)
    X, y = table.data.to_numpy(), np.asarray(table.target)
    patients = np.arange(len(X)) if table.groups is None else np.asarray(table.groups)
    inside, outside = apart(y, patients, seed, n_rows, least=20)
    genes = np.sort(np.argsort(-X[inside].var(axis=0), kind="stable")[:n_genes])
    return X[np.ix_(inside, genes)], y[inside], X[np.ix_(outside, genes)], y[outside]


def make(name: str, n_rows: int, steps: int | None, parameters: dict):
    """Return a sampler, or the latent one around it, whose training takes so many steps."""
    if name.startswith("Latent"):
        inner = make(name.removeprefix("Latent"), n_rows, steps, parameters)
        return over_sampling.LatentSampler(sampler=inner)
    sampler = getattr(over_sampling, f"{name}Sampler")(**parameters)
    if steps and isinstance(sampler, NetEstimator):
        sampler.set_params(max_epochs=sampler._epochs_of(steps, n_rows))
    return sampler


def train(path: str, name: str, seed: int, arguments, steps: int | None) -> dict:
    """Train a sampler and return its seconds and its quality, of unmapped and of mapped rows."""
    warnings.simplefilter("ignore")
    X, y, X_test, y_test = cohort(path, seed, arguments.rows, arguments.genes)
    scaler = StandardScaler().fit(X)
    real, found = scaler.transform(X_test), {}
    with one_thread(), tempfile.TemporaryDirectory() as memory:
        sampler = make(name, len(X), steps, arguments.parameters).set_params(random_state=seed)
        if "memory" in sampler.get_params():
            sampler.set_params(memory=memory)  # the mapping does not train again
        start = time.perf_counter()
        for mapped in (False, True):
            sampler.set_params(quantile_mapping=mapped).fit(X, y)
            found.setdefault("s", time.perf_counter() - start)
            rows, labels = sampler.sample(y=y_test, random_state=seed)
            near = metrics.precision_recall_f1(real, scaler.transform(rows))
            for score in ("f1", "precision", "recall"):
                found[f"{score}, mapped" if mapped else score] = getattr(near, score)
        new = scaler.transform(rows)
        found["reverse validation"] = metrics.reverse_validation(real, new, y_test, labels)[0]
        found["detector"] = metrics.discriminative_score(real, new)[0]
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data")
    parser.add_argument("samplers", nargs="+", help="names such as VAE, WGANGP or LatentWGANGP")
    parser.add_argument("--steps", type=int, nargs="+", default=[None], help="default: those of the sampler")
    parser.add_argument("--parameters", type=json.loads, default={})
    parser.add_argument("--rows", type=int, default=3600)
    parser.add_argument("--genes", type=int, default=1000)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--jobs", type=int, default=1)
    arguments = parser.parse_args()
    jobs = [
        (name, steps, seed)
        for name in arguments.samplers
        for steps in arguments.steps
        for seed in range(arguments.seeds)
    ]
    results = Parallel(n_jobs=arguments.jobs)(
        delayed(train)(arguments.data, name, seed, arguments, steps) for name, steps, seed in jobs
    )
    columns = list(results[0])
    print("| sampler | steps |" + "".join(f" {column} |" for column in columns))
    print("|---" * (len(columns) + 2) + "|")
    for k in range(0, len(jobs), arguments.seeds):
        means = (np.mean([found[c] for found in results[k : k + arguments.seeds]]) for c in columns)
        print(f"| {jobs[k][0]} | {jobs[k][1] or ''} |" + "".join(f" {mean:.3f} |" for mean in means))


if __name__ == "__main__":
    main()
