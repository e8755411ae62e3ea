"""Kill a training at random moments until it is done, 20 times over: the rows must be those of a training left alone.

Usage: ``python docs/trust_kills.py [N] [SEED]``; needs a system with ``fork``.
"""

import os
import signal
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from sklearn_txaug.datasets import load_tissue_expression
from sklearn_txaug.over_sampling import CTGANSampler, FlowMatchingSampler, LatentSampler, WGANGPSampler

SETTINGS = {"random_state": 0, "device": "cpu"}


def samplers(folder: str | None) -> list:
    """Return the samplers to kill; the third trains one net in the components of another."""
    return [
        FlowMatchingSampler(max_epochs=12, checkpoint=folder, **SETTINGS),
        WGANGPSampler(max_epochs=10, checkpoint=folder, **SETTINGS),
        LatentSampler(FlowMatchingSampler(max_epochs=12, checkpoint=folder, device="cpu"), random_state=0),
        CTGANSampler(n_modes=1, max_epochs=5, checkpoint=folder, **SETTINGS),
    ]


def train_in_child(sampler: object, rows: Path, after: float | None) -> bool:
    """Train in a process of its own, killed after some seconds; return whether it was done before."""
    X, y = load_tissue_expression(return_X_y=True)
    child = os.fork()
    if child == 0:
        np.save(rows, sampler.fit(X[::2, :40], y[::2]).sample(50)[0])
        os._exit(0)
    if after is not None:
        time.sleep(after)
        os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def main(n_chains: int = 20, seed: int = 0) -> None:
    """Print for each chain the number of kills, and whether the rows are the same."""
    rng = np.random.default_rng(seed)
    n_same, n_kills, whole = 0, 0, {}
    with tempfile.TemporaryDirectory() as folder:
        for k in range(n_chains):
            states, rows = f"{folder}/{k}", Path(folder) / "rows.npy"
            place = k % len(samplers(None))
            if place not in whole:
                start = time.monotonic()
                train_in_child(samplers(None)[place], rows, None)
                whole[place] = np.load(rows), time.monotonic() - start
            expected, seconds = whole[place]
            rows.unlink()
            kills = 0
            while not train_in_child(
                samplers(states)[place], rows, rng.uniform(0.2, 1) * seconds if kills < 20 else None
            ):
                kills += 1
            same = bool((np.load(rows) == expected).all())
            name = type(samplers(None)[place]).__name__
            print(
                f"{name}: {kills} kills, {seconds:.1f} s without, rows {'identical' if same else 'DIFFER'}",
                flush=True,
            )
            n_same, n_kills = n_same + same, n_kills + kills
    print(f"{n_chains} trainings, {n_kills} kills: {n_same} with identical rows")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
