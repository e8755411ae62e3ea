"""GMDA's objectives with known rows as the generator's, and GMDA beside the Gaussian: docs/benchmarks_quality.md.

python docs/benchmark_gmda.py ../shared/data/tcga_paired11.h5ad --label cancer_and_type --group patient
"""

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from sklearn.base import clone
from sklearn.model_selection import GroupShuffleSplit
from sklearn.preprocessing import StandardScaler

from sklearn_txaug._nn.estimator import as_rows
from sklearn_txaug.benchmark._summary import markdown_table
from sklearn_txaug.datasets import match_landmarks, read_expression
from sklearn_txaug.metrics import precision_recall_f1
from sklearn_txaug.over_sampling import GaussianSampler, GMDASampler
from sklearn_txaug.over_sampling._components import CorrelatedGaussians
from sklearn_txaug.over_sampling._gmda_modules import GMDA, UnbiasedGMDA
from sklearn_txaug.over_sampling._probes import probe_bounds
from sklearn_txaug.over_sampling.spaces import PrincipalComponents

KNOWN_ROWS = ["fresh real rows", "Gaussian", "Gaussian, half the variance", "copies"]
OBJECTIVES = [
    ("published", GMDA, 0.05, 2),
    ("published", GMDA, 0.15, 5),
    ("published", GMDA, 0.5, 5),
    ("unbiased", UnbiasedGMDA, 0.25, 4),
]
SAMPLERS = {
    "Gaussian": GaussianSampler(),
    "GMDA, untrained": GMDASampler(lr=1e-12, max_epochs=1, ema_decay=None),
    "GMDA": GMDASampler(),
}
Rows = tuple[np.ndarray, np.ndarray]


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--label", required=True)
    parser.add_argument("--group", required=True)
    parser.add_argument("--seeds", type=int, default=3, help="0 prints the first table alone")
    parser.add_argument("--max-genes", type=int, default=1000, help="of highest variance, without landmarks")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    table = read_expression(arguments.data, label=arguments.label, group=arguments.group)
    X, y = np.asarray(table.data, dtype=float), np.asarray(table.target)
    landmarks = match_landmarks(table.feature_names).mask
    if landmarks.any():
        X = X[:, landmarks]
    splits = [cut(X, y, table.groups, seed, arguments.max_genes) for seed in range(max(1, arguments.seeds))]
    print_objectives(splits[0][0])
    if arguments.seeds:
        print_quality(splits)


def cut(X: np.ndarray, y: np.ndarray, groups: np.ndarray, seed: int, max_genes: int) -> tuple[Rows, Rows]:
    """Return 70 % of the groups to train on and the others, in the classes with five training rows."""
    train, test = next(GroupShuffleSplit(1, test_size=0.3, random_state=seed).split(X, y, groups))
    labels, counts = np.unique(y[train], return_counts=True)
    train, test = (rows[np.isin(y[rows], labels[counts >= 5])] for rows in (train, test))
    genes = np.sort(X[train].var(axis=0).argsort()[-max_genes:])
    return (X[np.ix_(train, genes)], y[train]), (X[np.ix_(test, genes)], y[test])


def print_objectives(train: Rows, n_repeats: int = 20) -> None:
    """Print the mean loss of known rows and, in errors of the paired difference, how far it is from fresh rows."""
    X, y = StandardScaler().fit_transform(train[0]), np.unique(train[1], return_inverse=True)[1]
    Z = PrincipalComponents(64, 0).fit(X, y, np.random.default_rng(0)).encode(X)
    body = []
    for name, make, delta, sharpness in OBJECTIVES:
        drawn = [list(losses(make, delta, sharpness, Z, y, seed)) for seed in range(n_repeats)]
        means, differences = np.mean(drawn, axis=0), np.subtract(drawn, np.array(drawn)[:, :1])
        errors = differences.std(axis=0, ddof=1) / n_repeats**0.5
        cells = [f"{means[0]:.4f}"]
        cells += [f"{means[k]:.4f} ({differences[:, k].mean() / errors[k]:+.1f})" for k in (1, 2, 3)]
        body.append([name, str(delta), str(sharpness), *cells])
    print(markdown_table(["objective", "delta", "sharpness", *KNOWN_ROWS], body) + "\n")


def losses(
    make: type[GMDA], delta: float, sharpness: float, Z: np.ndarray, y: np.ndarray, seed: int
) -> Iterator[float]:
    """Give the losses: the real rows are a half of each class, the fresh rows and the Gaussian are of the other."""
    rng = np.random.default_rng(seed)
    first = np.zeros(len(y), dtype=bool)
    for c in np.unique(y):
        first[rng.permutation(np.flatnonzero(y == c))[: np.sum(y == c) // 2]] = True
    real, codes = Z[first], y[first]
    batch = [as_rows(real), torch.from_numpy(codes), *map(as_rows, probe_bounds(real, codes, delta))]
    for rows in known_rows(rng, real, codes, Z[~first], y[~first]):
        module = make_module(make, sharpness, Z.shape[1], int(y.max()) + 1)
        module.prepare(*batch)
        module.sample = lambda wanted, rng, rows=rows: as_rows(taken(rows, codes, wanted.numpy(), seed))
        yield module(*batch).item()


def make_module(make: type[GMDA], sharpness: float, n_features: int, n_classes: int) -> GMDA:
    """Return a module of the sampler's default settings."""
    objective = "unbiased" if make is UnbiasedGMDA else "published"
    sampler = GMDASampler(objective=objective, sharpness=sharpness, n_probes=512)
    module = sampler._make_module(n_features, n_classes)
    module.rng = torch.Generator().manual_seed(0)
    return module


def known_rows(
    rng: np.random.Generator, real: np.ndarray, codes: np.ndarray, fresh: np.ndarray, fresh_codes: np.ndarray
) -> Iterator[np.ndarray]:
    """Give a row for each real one: fresh, of the Gaussian, of half its variance, and copied."""
    module = CorrelatedGaussians(real.shape[1], int(codes.max()) + 1)
    module.fit(as_rows(fresh), torch.from_numpy(fresh_codes))
    one_hot = torch.nn.functional.one_hot(torch.from_numpy(codes)).float()
    noise = as_rows(rng.normal(size=real.shape))
    chosen, copies = np.empty_like(real), np.empty_like(real)
    for c in np.unique(codes):
        members, others = codes == c, rng.permutation(np.flatnonzero(fresh_codes == c))
        chosen[members] = fresh[np.resize(others, members.sum())]
        copies[members] = rng.choice(real[members], members.sum())
    return iter([chosen, module(noise, one_hot).numpy(), module(0.5**0.5 * noise, one_hot).numpy(), copies])


def taken(rows: np.ndarray, codes: np.ndarray, wanted: np.ndarray, seed: int) -> np.ndarray:
    """Return rows of the wanted classes, each row of a class as often as the others."""
    rng, result = np.random.default_rng(seed), np.empty((len(wanted), rows.shape[1]))
    for c in np.unique(wanted):
        members, n = rng.permutation(np.flatnonzero(codes == c)), int(np.sum(wanted == c))
        result[wanted == c] = rows[np.resize(members, n)]
    return result


def print_quality(splits: list[tuple[Rows, Rows]], n_draws: int = 3) -> None:
    """Print precision, recall and F1 on held-out rows, standardised by the training rows."""
    body = []
    for mapped in (False, True):
        for name, sampler in SAMPLERS.items():
            start = time.perf_counter()
            values = [
                quality(
                    clone(sampler).set_params(quantile_mapping=mapped, random_state=seed), *split, n_draws
                )
                for seed, split in enumerate(splits)
            ]
            seconds = (time.perf_counter() - start) / len(splits)
            f1 = " ".join(f"{value[2]:.3f}" for value in values)
            cells = [f"{value:.3f}" for value in np.mean(values, axis=0)]
            body.append([name, "yes" if mapped else "no", *cells, f1, f"{seconds:.0f}"])
    head = ["sampler", "quantile mapping", "precision", "recall", "F1", "F1 by seed", "seconds a seed"]
    print("\n" + markdown_table(head, body))


def quality(sampler: object, train: Rows, test: Rows, n_draws: int) -> np.ndarray:
    """Return the mean of some draws, one synthetic row for each held-out row."""
    fitted, scaler = sampler.fit(*train), StandardScaler().fit(train[0])
    draws = [fitted.sample(y=test[1], random_state=k)[0] for k in range(n_draws)]
    real = scaler.transform(test[0])
    return np.mean(
        [precision_recall_f1(real, scaler.transform(X), k=10, device="cpu") for X in draws], axis=0
    )


if __name__ == "__main__":
    main()
