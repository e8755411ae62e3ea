"""Seconds of many fits, one by one and together.

    python tests/benchmarks/fit_many.py flow 100x200 --fits 5 10 25 --steps 40

Fits are seeds of one sampler on one simulated cohort, with the default sizes of its nets and a given number of steps.
All seconds are of processor time in one thread, so that what else the machine does counts little; with --device cuda
they are those of the clock. Columns: sampler, rows x genes, steps, fits, seconds one by one, seconds together, their
ratio (two processes on two cores reach 2 at best), and the largest difference between the losses of the fits,
relative to the largest loss.
"""

import argparse
import time
import warnings

import numpy as np
import torch
from sklearn.base import clone

from sklearn_txaug._nn.loader import default_batch_size, n_batches
from sklearn_txaug.datasets import make_expression
from sklearn_txaug.model_selection import fit_many
from sklearn_txaug.neural_network import MLPNetClassifier
from sklearn_txaug.over_sampling import (
    DDPMSampler,
    FlowMatchingSampler,
    GANSampler,
    VAESampler,
    WGANGPSampler,
)

ESTIMATORS = {
    "flow": FlowMatchingSampler(),
    "ddpm": DDPMSampler(),
    "vae": VAESampler(),
    "gan": GANSampler(),
    "wgangp": WGANGPSampler(),
    "mlp": MLPNetClassifier(),
}


def cohort(size: str):
    """Return as many rows and genes as "800x450" says, with a class for about 70 rows, at least two."""
    n_rows, n_genes = map(int, size.split("x"))
    return make_expression(n_rows, n_genes, n_classes=max(2, n_rows // 70), random_state=0)


def seconds_of(device: str) -> float:
    """Return the seconds that a device has worked so far."""
    if device == "cpu":
        return time.process_time()
    torch.cuda.synchronize()
    return time.perf_counter()


def fit(model, X, y):
    """Fit a model and return it and the seconds that this took."""
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    start = seconds_of(model.device)
    model.fit(X, y)
    return model, seconds_of(model.device) - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("estimator", choices=ESTIMATORS)
    parser.add_argument("size", help="rows x genes, for example 800x450")
    parser.add_argument("--fits", type=int, nargs="+", default=[5, 10, 25])
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--device", default="cpu")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")

    X, y = cohort(arguments.size)
    estimator = clone(ESTIMATORS[arguments.estimator]).set_params(device=arguments.device, max_epochs=1)
    batches = n_batches(len(X), default_batch_size(len(X)))
    estimator.set_params(max_epochs=max(1, arguments.steps // batches))
    first = clone(estimator).set_params(max_epochs=1)
    fit(clone(first), X, y)  # what is loaded at first
    fit_many(first, [(X, y)] * 2)
    for n_fits in arguments.fits:
        models = [clone(estimator).set_params(random_state=seed) for seed in range(n_fits)]
        alone, seconds = zip(*[fit(clone(model), X, y) for model in models], strict=True)
        start = seconds_of(arguments.device)
        together = fit_many(models, [(X, y)] * n_fits)
        stacked = seconds_of(arguments.device) - start
        losses = [
            np.array([model.history_[:, "train_loss"] for model in of]) for of in (together, list(alone))
        ]
        error = np.max(np.abs(losses[0] - losses[1])) / np.abs(losses[1]).max()
        print(
            f"| {arguments.estimator} | {arguments.size} | {arguments.steps} | {n_fits} | {sum(seconds):.1f} "
            f"| {stacked:.1f} | {sum(seconds) / stacked:.2f} | {error:.0e} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
