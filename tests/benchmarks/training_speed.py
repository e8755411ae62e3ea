"""CPU seconds and quality of trainings, before and after a change, in one run.

    git worktree add ../before COMMIT
    python tests/benchmarks/training_speed.py --before ../before ../shared/data/tcga_paired11.h5ad wgangp --seeds 3

Each training is a process of its own with one thread, with the package of the one folder or the other, in turn. Rows
are landmark genes, or the 500 most variable genes, of 800 rows; the rest of the patients are held out. Other defaults
are tried with ``--before . --parameters '{"lr": 1e-3, "max_epochs": 100}'``.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from patients import apart

SAMPLERS = {
    "wgangp": "WGANGPSampler",
    "attgan": "AttGANSampler",
    "vae": "VAESampler",
    "flow": "FlowMatchingSampler",
    "ddpm": "DDPMSampler",
    "ddim": "DDIMSampler",
    "gan": "GANSampler",
    "ctgan": "CTGANSampler",
}
QUALITY = ("f1", "precision", "recall", "reverse_validation", "detector", "correlation_error")


def cohort(path: str, seed: int, n_rows: int):
    """Return training rows and labels, and those of other patients."""
    from sklearn_txaug.datasets import match_landmarks, read_expression

    tcga = "tcga" in Path(path).name
    label, group = ("cancer_and_type", "patient") if tcga else ("tissue", "donor")
    table = read_expression(path, label=label, group=group)
    X, y, groups = table.data, np.asarray(table.target), np.asarray(table.groups)
    if tcga:
        X = X.loc[:, match_landmarks(table.feature_names).mask]
    else:
        X = X.iloc[:, np.sort(np.argsort(X.to_numpy().var(axis=0))[-500:])]
    train, test = apart(y, groups, seed, n_rows, least=30)
    return X.to_numpy()[train], y[train], X.to_numpy()[test], y[test]


def quality(X, X_test, y_test, sampler) -> dict:
    """Compare held-out rows with as many new ones of their labels, standardised by the training rows."""
    from sklearn.preprocessing import StandardScaler

    from sklearn_txaug import metrics

    X_new, y_new = sampler.sample(y=y_test)
    scaler = StandardScaler().fit(X)
    A, B = scaler.transform(X_test), scaler.transform(X_new)
    near = metrics.precision_recall_f1(A, B)
    return {
        "f1": near.f1,
        "precision": near.precision,
        "recall": near.recall,
        "reverse_validation": metrics.reverse_validation(A, B, y_test, y_new)[0],
        "detector": metrics.discriminative_score(A, B)[0],
        "correlation_error": metrics.correlation_error(A, B),
    }


def train(name: str, path: str, seed: int, n_rows: int, parameters: dict) -> dict:
    """Train one sampler and return its CPU seconds and its quality."""
    import torch

    from sklearn_txaug import over_sampling

    torch.set_num_threads(1)
    X, y, X_test, y_test = cohort(path, seed, n_rows)
    make = getattr(over_sampling, SAMPLERS[name])
    make(max_epochs=1, random_state=0, device="cpu").fit(X, y)  # what a first training imports is not timed
    start = time.process_time()
    sampler = make(random_state=seed, device="cpu", **parameters).fit(X, y)
    seconds = time.process_time() - start
    return {"seconds": seconds, **quality(X, X_test, y_test, sampler)}


def elsewhere(folder: Path, *arguments: object) -> dict:
    """Train in a process that imports the package from a folder."""
    environment = {**os.environ, "PYTHONPATH": str(folder), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, __file__, "--worker", *map(json.dumps, arguments)]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True, cwd=folder)
    return json.loads(done.stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data")
    parser.add_argument("samplers", nargs="+", choices=SAMPLERS)
    parser.add_argument("--before", type=Path, required=True, help="a checkout of the former version")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--rows", type=int, default=800)
    parser.add_argument("--parameters", type=json.loads, default={}, help="of the samplers after the change")
    arguments = parser.parse_args()
    path, here = str(Path(arguments.data).resolve()), Path(__file__).resolve().parents[2]
    folders = {"before": (arguments.before.resolve(), {}), "after": (here, arguments.parameters)}
    print(f"{Path(path).name}, {arguments.rows} rows, {arguments.seeds} seeds: mean +- standard error\n")
    print("| sampler | version | CPU s | ratio |" + "".join(f" {name} |" for name in QUALITY))
    print("|---|---|---:|---:|" + "---|" * len(QUALITY), flush=True)
    for name in arguments.samplers:
        runs = {version: [] for version in folders}
        for seed in range(arguments.seeds):
            for version, (folder, parameters) in folders.items():
                runs[version].append(elsewhere(folder, name, path, seed, arguments.rows, parameters))
        ratio = np.mean([b["seconds"] / a["seconds"] for a, b in zip(*runs.values(), strict=True)])
        for version, found in runs.items():
            values = [f"{_mean(found, key)} |" for key in QUALITY]
            share = f"{ratio:.2f}" if version == "after" else ""
            seconds = np.mean([run["seconds"] for run in found])
            print(f"| {name} | {version} | {seconds:.1f} | {share} | " + " ".join(values), flush=True)


def _mean(found: list[dict], key: str) -> str:
    values = np.array([run[key] for run in found])
    error = f" +- {values.std(ddof=1) / np.sqrt(len(values)):.3f}" if len(values) > 1 else ""
    return f"{values.mean():.3f}{error}"


if __name__ == "__main__":
    if sys.argv[1:2] == ["--worker"]:
        print(json.dumps(train(*map(json.loads, sys.argv[2:]))))
    else:
        main()
