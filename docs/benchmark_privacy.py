"""What attacks find in the rows of each sampler: the privacy tables in docs/benchmarks.md.

python docs/benchmark_privacy.py ../shared/data/tcga_paired11.h5ad --genes landmarks --training 0.33

Half of the patients train the samplers; the others are attacked as well, and serve as reference. As many rows as
were trained on are drawn, with the same labels, and attacked as `metrics.membership_inference` and
`metrics.attribute_disclosure` say, in the units of the training rows' deviations. "equal" is the share of values
that are those of a training row, "of one" that of values which only one training row has. Reverse validation and F1
are measured on the other patients' rows, and so are the real training rows in the place of synthetic ones ("real").
Fitted samplers are kept in the output folder and used again: load none from there that you do not trust.
"""

import argparse
import pickle
import time
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.preprocessing import StandardScaler

from sklearn_txaug._cli.methods import pick
from sklearn_txaug._cli.options import names
from sklearn_txaug._nn.estimator import NetEstimator
from sklearn_txaug._nn.loader import n_batches
from sklearn_txaug.benchmark._methods import changes_classifier, is_gate, make_samplers
from sklearn_txaug.datasets import match_landmarks, read_expression
from sklearn_txaug.metrics import (
    attribute_disclosure,
    membership_inference,
    precision_recall_f1,
    reverse_validation,
)
from sklearn_txaug.over_sampling import LatentSampler, WGANGPSampler
from sklearn_txaug.utils.random import seeded
from sklearn_txaug.utils.splits import holdout
from sklearn_txaug.utils.threads import one_thread

ATTACKS = ("distance", "density", "classifier")


def candidates():
    """Return the samplers that generate rows, and the latent one with transport."""
    methods = make_samplers()
    kept = {
        n: s for n, s in methods.items() if s is not None and not changes_classifier(s) and not is_gate(s)
    }
    kept.pop("borderline")  # draws no rows of some classes
    return kept | {"transport": LatentSampler(decoder="transport")}


def shortened(sampler, n_rows, share):
    """Return the sampler with a share of its default epochs."""
    if isinstance(sampler, LatentSampler):
        inner = WGANGPSampler() if sampler.sampler is None else sampler.sampler
        return sampler.set_params(sampler=shortened(inner, n_rows, share))
    if isinstance(sampler, NetEstimator) and share < 1:
        batch_size = sampler.batch_size or min(128, max(16, n_rows // 8))
        epochs = -(-sampler._default_steps(n_rows) // n_batches(n_rows, batch_size))
        return sampler.set_params(max_epochs=max(1, round(share * epochs)))
    return sampler


def few_rows_each(groups, n_rows):
    """Return at most `n_rows` rows of each patient."""
    drawn = np.random.default_rng(0).permutation(len(groups))
    rank = pd.Series(drawn).groupby(groups[drawn]).cumcount().to_numpy()
    return np.sort(drawn[rank < n_rows])


def cohort(arguments):
    """Return rows, labels and patients, and which rows train and which are others'."""
    table = read_expression(arguments.data, label=arguments.label, group=arguments.group)
    X, y = table.data.to_numpy().astype(float), np.asarray(table.target).astype(str)
    groups = np.asarray(table.groups).astype(str)
    if arguments.genes == "landmarks":
        X = X[:, match_landmarks(table.feature_names).mask]
    kept = few_rows_each(groups, arguments.rows_each)
    classes, counts = np.unique(y[kept], return_counts=True)
    kept = kept[np.isin(y[kept], classes[counts >= 6])]
    X, y, groups = X[kept], y[kept], groups[kept]
    members, others = holdout(y, groups, 0.5, arguments.seed)
    if arguments.genes != "landmarks":
        most = np.argsort(-X[members].var(axis=0), kind="stable")[: int(arguments.genes)]
        X = X[:, np.sort(most)]
    return X, y, groups, members, others[np.isin(y[others], y[members])]


def equal_shares(real, new):
    """Return the shares of values that equal a training value, and one of a single training row."""
    equal, of_one = np.zeros(new.shape, bool), np.zeros(new.shape, bool)
    for j in range(real.shape[1]):
        values, counts = np.unique(real[:, j], return_counts=True)
        place = np.searchsorted(values, new[:, j]).clip(0, len(values) - 1)
        equal[:, j] = values[place] == new[:, j]
        of_one[:, j] = equal[:, j] & (counts[place] == 1)
    return {"equal": equal.mean(), "of one": of_one.mean()}


def usefulness(Z, y, others, new, y_new):
    """Return F1 and reverse validation on the other patients' rows."""
    return {
        "F1": precision_recall_f1(Z[others], new, device="cpu").f1,
        "reverse validation": reverse_validation(Z[others], new, y[others], y_new).balanced_accuracy,
    }


def measure(sampler, X, y, groups, members, others):
    """Return the figures of one fitted sampler."""
    scaler = StandardScaler().fit(X[members])
    Z = scaler.transform(X)
    drawn, y_new = sampler.sample(y=y[members])
    new = scaler.transform(drawn)
    patients = {"groups_train": groups[members], "groups_test": groups[others]}
    attacked = membership_inference(Z[members], Z[others], new, device="cpu", **patients)
    figures = {}
    for name in ATTACKS:
        found = getattr(attacked, name)
        figures[name] = f"{found.auc:.2f} [{found.auc_low:.2f}, {found.auc_high:.2f}]"
    gained = attribute_disclosure(Z[members], Z[others], new, device="cpu", **patients)
    return {
        **figures,
        "found at 1 %": f"{max(getattr(attacked, name).tpr for name in ATTACKS):.2f}",
        "gain": f"{gained.gain:.2f} [{gained.gain_low:.2f}, {gained.gain_high:.2f}]",
        **equal_shares(X[members], drawn),
        **usefulness(Z, y, others, new, y_new),
    }


def fitted(name, sampler, X, y, folder, seed):
    """Return the fitted sampler, from the folder if it is there."""
    file = folder / f"{name}.pkl"
    if file.exists():
        return pickle.loads(file.read_bytes())
    start = time.process_time()
    sampler = seeded(sampler, seed).fit(X, y)
    print(f"{name}: {time.process_time() - start:.0f} s", flush=True)
    file.write_bytes(pickle.dumps(sampler))
    return sampler


def main():
    """Train what is not there yet, attack it, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--label")
    parser.add_argument("--group")
    parser.add_argument("--genes", default="landmarks", help="landmarks, or how many of the most variable")
    parser.add_argument("--rows-each", type=int, default=3, help="at most so many rows of a patient")
    parser.add_argument("--training", type=float, default=1.0, help="share of the default epochs")
    parser.add_argument("--samplers", type=names)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--output", type=Path, default=Path("benchmark/privacy"))
    arguments = parser.parse_args()
    X, y, groups, members, others = cohort(arguments)
    print(
        f"{len(members)} rows of {len(set(groups[members]))} patients, {len(others)} of {len(set(groups[others]))}"
    )
    folder = arguments.output / f"{arguments.data.stem}_{arguments.seed}_{arguments.training:g}"
    folder.mkdir(parents=True, exist_ok=True)
    Z = StandardScaler().fit(X[members]).transform(X)
    rows = {"real": usefulness(Z, y, others, Z[members], y[members])}
    samplers = candidates()
    with one_thread():
        for name, sampler in pick(samplers, arguments.samplers or list(samplers), "--samplers").items():
            sampler = shortened(sampler, len(members), arguments.training)
            sampler = fitted(name, sampler, X[members], y[members], folder, arguments.seed)
            rows[name] = measure(sampler, X, y, groups, members, others)
            print(name, *rows[name].values(), flush=True)
    table = pd.DataFrame(rows).T.astype(object)
    print(table.map(lambda v: f"{v:.3f}" if isinstance(v, float) else v).fillna("").to_markdown())


if __name__ == "__main__":
    main()
