"""This package beside others, each in an environment of its own: seconds, memory and quality on the same rows.

    python3 -m venv ../ctgan && ../ctgan/bin/pip install torch==2.13.0 ctgan==0.12.1
    python3 -m venv ../syng && ../syng/bin/pip install torch==2.13.0 syng-bts==3.6.1
    cd tests/benchmarks
    python peers.py DATA --ctgan ../../../ctgan/bin/python --syng ../../../syng/bin/python

Each training is a process with one thread. Rows are landmark genes of 800 rows, as in `training_speed.py`; held-out
rows of other patients are compared with as many new rows of the same classes. `syng-bts` knows two groups at most: it
is trained once for each class of ten rows or more, and held-out rows of other classes are left out for it.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from training_speed import QUALITY, _mean, cohort, quality

OURS = """
from imblearn import over_sampling as theirs
from sklearn_txaug import over_sampling as ours
maker = getattr(ours, name, None) or getattr(theirs, name)
if hasattr(ours, name):
    sampler = maker(random_state=seed, n_synthetic=counts).fit(X, y)
    X_new, y_new = sampler.sample(y=np.repeat(list(counts), list(counts.values())))
else:
    have = dict(zip(*np.unique(y, return_counts=True)))
    total = {label: have[label] + n for label, n in counts.items()}
    X_new, y_new = maker(sampling_strategy=total, random_state=seed, **parameters).fit_resample(X, y)
    X_new, y_new = X_new[len(X):], y_new[len(X):]
"""

CTGAN = """
import pandas as pd
from ctgan import CTGAN, TVAE
frame = pd.DataFrame(X, columns=[f"g{i}" for i in range(X.shape[1])]).assign(label=y)
model = {"CTGAN": CTGAN, "TVAE": TVAE}[name]()
model.set_random_state(seed)
model.fit(frame, ["label"])
drawn = []  # a label cannot be asked for by name in both: rows are drawn until there are enough of each
for _ in range(50):
    drawn.append(model.sample(4 * sum(counts.values())))
    table = pd.concat(drawn)
    if all((table.label == label).sum() >= n for label, n in counts.items()):
        break
table = pd.concat([table[table.label == label].head(n) for label, n in counts.items()])
X_new, y_new = table.drop(columns="label").to_numpy(float), table.label.to_numpy()
"""

SYNG = """
import pandas as pd
from syng_bts import generate
X_new, y_new = [], []
for label, n in counts.items():
    rows = pd.DataFrame(X[y == label], columns=[f"g{i}" for i in range(X.shape[1])])
    if len(rows) >= 10:
        made = generate(rows, new_size=n, model=name, apply_log=False, random_seed=seed, verbose="silent")
        X_new.append(made.generated_data.to_numpy(float)[:n])
        y_new.append(np.repeat(label, len(X_new[-1])))
X_new, y_new = np.concatenate(X_new), np.concatenate(y_new)
"""

FRAME = """
import resource, sys, time, warnings
import numpy as np
import torch
warnings.simplefilter("ignore")
torch.set_num_threads(1)
source, target, name, seed = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
given = np.load(source)
X, y, counts = given["X"], given["y"], dict(zip(given["labels"].tolist(), given["counts"].tolist()))
parameters = {"k_neighbors": 2} if name == "SMOTE" else {}
start, before = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
%s
seconds, peak = time.process_time() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
np.savez(target, X=np.asarray(X_new, float), y=np.asarray(y_new, str), seconds=seconds, peak=peak / 1024)
"""

PEERS = {
    "imbalanced-learn": (OURS, ("RandomOverSampler", "SMOTE")),
    "sklearn_txaug": (
        OURS,
        (
            "GaussianSampler",
            "CopulaSampler",
            "VAESampler",
            "FlowMatchingSampler",
            "WGANGPSampler",
            "TVAESampler",
            "CTGANSampler",
        ),
    ),
    "ctgan": (CTGAN, ("TVAE", "CTGAN")),
    "syng-bts": (SYNG, ("VAE1-10", "WGANGP", "maf")),
}


class Drawn:
    """Rows that are there already, in the manner of a fitted sampler."""

    def __init__(self, X, y):
        self.X, self.y = X, y

    def sample(self, *, y):
        """Return the rows of the labels, in their order."""
        at = {label: list(np.flatnonzero(self.y == label)) for label in np.unique(self.y)}
        order = [at[label].pop() for label in y]
        return self.X[order], self.y[order]


def run(python: str, code: str, name: str, rows, seed: int) -> dict:
    """Train one model in another process; return its seconds, its memory (MiB) and the quality of its rows."""
    X, y, X_test, y_test = rows
    keep = np.isin(y_test, np.unique(y))
    labels, counts = np.unique(y_test[keep], return_counts=True)
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "given.npz"), Path(folder, "made.npz")
        np.savez(source, X=X.astype(np.float64), y=y.astype(str), labels=labels.astype(str), counts=counts)
        environment = {**os.environ, "OMP_NUM_THREADS": "1"}
        command = [python, "-c", FRAME % code, source, target, name, str(seed)]
        subprocess.run(command, check=True, env=environment, cwd=folder, stdout=subprocess.DEVNULL)
        made = np.load(target)
        X_new, y_new, seconds, peak = (made[key] for key in ("X", "y", "seconds", "peak"))
    there = np.zeros(len(y_test), bool)  # held-out rows of which the model has as many rows as there are
    for label in labels:
        if (y_new == label).sum() >= (y_test == label).sum():
            there |= y_test == label
    found = quality(X, y.astype(str), X_test[there], y_test[there].astype(str), Drawn(X_new, y_new))
    return {"seconds": float(seconds), "peak": float(peak), "rows": int(there.sum()), **found}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data")
    parser.add_argument("--ctgan", help="Python with ctgan; left out without")
    parser.add_argument("--syng", help="Python with syng-bts; left out without")
    parser.add_argument("--only", nargs="+", default=list(PEERS), choices=PEERS)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--rows", type=int, default=800)
    arguments = parser.parse_args()
    pythons = {"ctgan": arguments.ctgan, "syng-bts": arguments.syng}
    print(
        f"{Path(arguments.data).name}, {arguments.rows} rows, {arguments.seeds} seeds: mean +- standard error\n"
    )
    print("| package | model | CPU s | MiB | held-out rows |" + "".join(f" {name} |" for name in QUALITY))
    print("|---|---|---:|---:|---:|" + "---|" * len(QUALITY), flush=True)
    cohorts = [cohort(arguments.data, seed, arguments.rows) for seed in range(arguments.seeds)]
    for package in arguments.only:
        python = pythons.get(package, sys.executable)
        code, models = PEERS[package]
        for model in models if python else ():
            found = [run(python, code, model, rows, seed) for seed, rows in enumerate(cohorts)]
            cost = " | ".join(
                f"{np.median([f[key] for f in found]):.0f}" for key in ("seconds", "peak", "rows")
            )
            print(
                f"| {package} | {model} | {cost} | " + " ".join(f"{_mean(found, key)} |" for key in QUALITY),
                flush=True,
            )


if __name__ == "__main__":
    main()
