"""What `MLPNetClassifier` makes of held-out rows after so many optimiser steps.

    python tests/benchmarks/classifier_steps.py ../shared/data/tcga_paired11.h5ad

One training for each number of rows and seed is looked at on its way: without a schedule of the learning rate, its
weights after 500 steps are those of a training of 500 steps. Differences are those from the last look, one for
each seed. The cohorts are those of `training_speed.py`.
"""

import argparse
import time
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from sklearn.metrics import balanced_accuracy_score, log_loss
from sklearn.preprocessing import StandardScaler
from skorch.callbacks import Callback
from training_speed import cohort

from sklearn_txaug import datasets
from sklearn_txaug._nn.loader import default_batch_size, n_batches
from sklearn_txaug.neural_network import MLPNetClassifier

STEPS = (200, 300, 500, 750, 1000, 1500)


class AtEpochs(Callback):
    """Call a function with the steps, the CPU seconds and the net after some epochs."""

    def __init__(self, steps_of: dict[int, int], look: Callable):
        self.steps_of, self.look = steps_of, look

    def on_train_begin(self, net, **kwargs):
        self.start_ = time.process_time()

    def on_epoch_end(self, net, **kwargs):
        if (epoch := len(net.history)) in self.steps_of:
            now = time.process_time()
            self.look(self.steps_of[epoch], now - self.start_, net.module_.eval())
            self.start_ += time.process_time() - now  # looking is not training


def measure(path: str, n_rows: int, seed: int) -> np.ndarray:
    """Return CPU seconds, balanced accuracy and log loss after each of `STEPS`."""
    X, y, X_test, y_test = cohort(path, seed, n_rows)
    known = np.isin(y_test, y)
    X_test, y_test, classes = StandardScaler().fit(X).transform(X_test[known]), y_test[known], np.unique(y)
    rows, found = torch.from_numpy(X_test.astype(np.float32)), []

    @torch.no_grad()
    def look(steps, seconds, module):
        p = torch.softmax(module.predict(rows).double(), dim=1).numpy()
        accuracy = balanced_accuracy_score(y_test, classes[p.argmax(axis=1)])
        found.append((seconds, accuracy, log_loss(y_test, p, labels=classes)))

    batches = n_batches(len(X), default_batch_size(len(X)))
    steps_of = {-(-steps // batches): steps for steps in STEPS}
    MLPNetClassifier(
        max_epochs=max(steps_of), callbacks=[AtEpochs(steps_of, look)], random_state=seed, device="cpu"
    ).fit(X, y)
    return np.array(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", nargs="+")
    parser.add_argument("--rows", type=int, nargs="+", default=[100, 800])
    parser.add_argument("--seeds", type=int, default=3)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    datasets.read_expression = lru_cache(None)(datasets.read_expression)
    print(f"mean over {arguments.seeds} seeds, and differences by seed\n")
    print("| cohort | rows | steps | CPU s | balanced accuracy | difference | log loss | difference |")
    print("|---|---:|---:|---:|---|---|---|---|", flush=True)
    for path in arguments.data:
        for n_rows in arguments.rows:
            found = np.stack([measure(path, n_rows, seed) for seed in range(arguments.seeds)])
            for k, steps in enumerate(STEPS):
                cells = [f"{found[:, k, 0].mean():.1f}"]
                for metric in (1, 2):
                    differences = found[:, k, metric] - found[:, -1, metric]
                    cells += [
                        f"{found[:, k, metric].mean():.3f}",
                        ", ".join(f"{d:+.3f}" for d in differences),
                    ]
                print(f"| {Path(path).stem} | {n_rows} | {steps} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
