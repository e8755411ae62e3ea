"""CTGAN after equal numbers of steps: presets and defaults of this package beside the package `ctgan`.

    python3 -m venv ../ctgan && ../ctgan/bin/pip install torch==2.13.0 ctgan==0.12.1
    python tests/benchmarks/ctgan_steps.py --ctgan ../ctgan/bin/python --steps 300 1000 --seeds 2

Rows are those of four tissues, of the 60 genes that vary most: fewer than a published batch, so that an epoch is a
step. Each training draws ten tables of as many rows as it was trained on; reverse validation is their mean and their
standard deviation, which is what a single table cannot tell apart. The label of a row is the one that was asked for
or, under `generated`, the one that `ctgan` generates beside the genes; `kept` is how often these are the same.
`preserved` is how often a classifier of real rows finds the label that was asked for, `correlation` the score of the
correlations between genes.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

DRAWS = 10

CTGAN = """
import sys, time
import numpy as np
import pandas as pd
import torch
from ctgan import CTGAN
torch.set_num_threads(1)
source, target, steps, seed, draws = *sys.argv[1:3], *map(int, sys.argv[3:])
given = np.load(source)
frame = pd.DataFrame(given["X"], columns=[f"g{i}" for i in range(given["X"].shape[1])]).assign(label=given["y"])
model = CTGAN(epochs=steps)
model.set_random_state(seed)
start = time.process_time()
model.fit(frame, ["label"])
seconds = time.process_time() - start
asked, counts = np.unique(given["y"], return_counts=True)
tables = [
    model.sample(int(n), condition_column="label", condition_value=label)
    for _ in range(draws) for label, n in zip(asked, counts)
]
table = pd.concat(tables)
np.savez(target, X=table.drop(columns="label").to_numpy(float), made=table.label.to_numpy(str),
         asked=np.tile(np.repeat(asked, counts), draws), seconds=seconds)
"""


def rows():
    """Return training and held-out rows with their labels."""
    from sklearn.model_selection import train_test_split

    from sklearn_txaug.datasets import load_tissue_expression

    X, y = load_tissue_expression(return_X_y=True)
    labels, counts = np.unique(y, return_counts=True)
    kept = np.isin(y, labels[np.argsort(-counts)[:4]])
    X, y = X[kept], y[kept].astype(str)
    X = X[:, np.argsort(-X.var(axis=0))[:60]]
    return train_test_split(X, y, stratify=y, test_size=0.4, random_state=0)


def theirs(python, X, y, steps, seed):
    """Return rows of the package `ctgan`, the labels asked for and generated, and the seconds of its training."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "rows.npz"), Path(folder, "made.npz")
        np.savez(source, X=X, y=y)
        subprocess.run(
            [python, "-c", CTGAN, source, target, *map(str, (steps, seed, DRAWS))],
            check=True,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": ""},
        )
        made = np.load(target)
        return made["X"], made["asked"], made["made"], float(made["seconds"])


def ours(settings, X, y, steps, seed):
    """Return the same of this package, whose labels are those that were asked for."""
    from sklearn_txaug._nn.loader import default_batch_size, n_batches
    from sklearn_txaug.over_sampling import CTGANSampler

    per_epoch = n_batches(len(X), settings.get("batch_size", default_batch_size(len(X))))
    settings = {**settings, "max_epochs": max(1, steps // per_epoch)}
    start = time.process_time()
    sampler = CTGANSampler(**settings, random_state=seed, device="cpu").fit(X, y)
    seconds = time.process_time() - start
    asked = np.tile(np.sort(y), DRAWS)
    return sampler.sample(y=asked)[0], asked, asked, seconds


def report(name, steps, seed, found, X, y, X_test, y_test):
    """Print one line for a training."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import balanced_accuracy_score
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    from sklearn_txaug.metrics import correlation_score

    made, asked, generated, seconds = found

    def trained(rows, labels):
        return make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)).fit(rows, labels)

    def reverse(labels):
        tables = np.arange(len(made)).reshape(-1, len(X)) if len(made) > len(X) else [np.arange(len(made))]
        return [balanced_accuracy_score(y_test, trained(made[t], labels[t]).predict(X_test)) for t in tables]

    preserved = (trained(X, y).predict(made) == asked).mean()
    by_asked, by_generated = reverse(asked), reverse(generated)
    print(
        f"{name:8} {steps:6} {seed:4} {np.mean(by_asked):7.3f} +- {np.std(by_asked):5.3f} "
        f"{np.mean(by_generated):9.3f} "
        f"{(asked == generated).mean():6.3f} {preserved:10.3f} {correlation_score(X, made):12.3f} {seconds:8.0f}",
        flush=True,
    )


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--ctgan", help="python of an environment with the package; default: ours alone")
    parser.add_argument("--steps", type=int, nargs="+", default=[300, 1000])
    parser.add_argument("--seeds", type=int, default=2)
    options = parser.parse_args()

    import torch

    from sklearn_txaug import presets

    torch.set_num_threads(1)
    X, X_test, y, y_test = rows()
    print("name      steps seed  reverse validation generated   kept  preserved  correlation  seconds")
    report("real", 0, 0, (X, y, y, 0), X, y, X_test, y_test)
    for steps in options.steps:
        for seed in range(options.seeds):
            for name, settings in (("default", {}), ("XU2019", presets.XU2019["CTGANSampler"])):
                report(name, steps, seed, ours(settings, X, y, steps, seed), X, y, X_test, y_test)
            if options.ctgan:
                report("ctgan", steps, seed, theirs(options.ctgan, X, y, steps, seed), X, y, X_test, y_test)


if __name__ == "__main__":
    sys.exit(main())
