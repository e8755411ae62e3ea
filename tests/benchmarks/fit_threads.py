"""Seconds of a training with one thread and with several, by genes and batch.

    python tests/benchmarks/fit_threads.py WGANGPSampler FlowMatchingSampler --threads 1,2

Each training runs twice with each number of threads, in turn; the faster counts. Run it on an idle machine.
"""

import argparse
import time

import numpy as np
from joblib import parallel_config

from sklearn_txaug import over_sampling
from sklearn_txaug.datasets import make_expression


def numbers(text: str) -> list[int]:
    """Return the integers of a list with commas."""
    return [int(number) for number in text.split(",")]


def seconds(name: str, X: np.ndarray, y: np.ndarray, batch: int, n_steps: int, n_threads: int) -> float:
    """Return the seconds of about `n_steps` steps, and of what a training does before and after them."""
    epochs = max(1, n_steps * batch // len(X))
    sampler = getattr(over_sampling, name)(batch_size=batch, max_epochs=epochs, device="cpu", random_state=0)
    start = time.perf_counter()
    with parallel_config("threading", n_jobs=n_threads):
        sampler.fit(X, y)
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("samplers", nargs="+")
    parser.add_argument("--threads", type=numbers, default=[1, 2])
    parser.add_argument("--genes", type=numbers, default=[1000, 10_000])
    parser.add_argument("--batches", type=numbers, default=[64, 128, 512])
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--steps", type=int, default=50)
    options = parser.parse_args()
    print("| sampler | genes | batch |" + "".join(f" {n} threads, s |" for n in options.threads) + " ratio |")
    print("|---|---:|---:|" + "---:|" * (len(options.threads) + 1), flush=True)
    for n_genes in options.genes:
        X, y, *_ = make_expression(options.rows, n_features=n_genes, n_classes=5, random_state=0)
        X = X.astype(np.float32)
        for name in options.samplers:
            for batch in options.batches:
                found = {
                    n: [seconds(name, X, y, batch, options.steps, n) for _ in range(2)]
                    for n in options.threads
                }
                best = [min(times) for times in found.values()]
                shown = "".join(f" {time:.1f} |" for time in best)
                print(f"| {name} | {n_genes} | {batch} |{shown} {best[0] / best[-1]:.2f} |", flush=True)


if __name__ == "__main__":
    main()
