"""
Scaling out with dask
=====================

Trainings that do not depend on each other, such as folds, seeds and sizes, run on all machines of a dask cluster.
Here it is two processes on this machine, one of which dies on the way: nothing is lost but its time.
"""

# %%
# Jobs
# ----
#
# Each job trains one sampler on a few rows of each tissue, and a classifier with its rows. It returns the score and,
# for the picture, when and where it ran. One of them kills its process, as a machine that fails would.
from __future__ import annotations

import os
import signal
import tempfile
import time
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from distributed import Client, LocalCluster
from joblib import Parallel, delayed, parallel_config
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

from sklearn_txaug.datasets import load_tissue_expression
from sklearn_txaug.over_sampling import FlowMatchingSampler, GaussianSampler, VAESampler

X, y = load_tissue_expression(return_X_y=True)
X = X[:, :200]
SAMPLERS = {
    "gaussian": GaussianSampler(n_synthetic=300),
    "vae": VAESampler(n_synthetic=300, max_epochs=15),
    "flow": FlowMatchingSampler(n_synthetic=300, max_epochs=15),
}
N_ROWS = [20, 40, 80]
mark = Path(tempfile.mkdtemp()) / "died"


def job(name: str, n_rows: int, seed: int, may_die: bool) -> tuple:
    """Return the name, the number of rows, the score, the process, and the seconds when it began and ended."""
    start = time.time()
    X_train, X_test, y_train, y_test = train_test_split(
        X, y, train_size=n_rows, stratify=y, random_state=seed
    )
    sampler = (
        SAMPLERS[name].set_params(random_state=seed, device="cpu") if name != "gaussian" else SAMPLERS[name]
    )
    X_new, y_new = sampler.fit_resample(X_train, y_train)
    if may_die and not mark.exists():
        mark.write_text(f"{os.getpid()} {start} {time.time()}")
        os.kill(os.getpid(), signal.SIGKILL)
    score = LogisticRegression(max_iter=300).fit(X_new, y_new).score(X_test, y_test)
    return name, n_rows, score, os.getpid(), start, time.time()


jobs = [(name, n_rows, seed) for seed in range(3) for name in SAMPLERS for n_rows in N_ROWS]


# %%
# On the cluster
# --------------
#
# Whatever runs through joblib goes to the cluster inside ``parallel_config("dask")``: this list of jobs, but also
# ``cross_validate``, ``GridSearchCV``, the curves of ``sklearn_txaug.model_selection`` and the benchmark. On a
# compute centre, ``SLURMCluster`` of dask-jobqueue takes the place of ``LocalCluster``; nothing else changes.
def run_jobs() -> list[tuple]:
    """Return the results of all jobs."""
    settings = {"threads_per_worker": 1, "dashboard_address": None, "silence_logs": 50}
    calls = (delayed(job)(*given, may_die=k == 8) for k, given in enumerate(jobs))
    with (
        LocalCluster(n_workers=2, **settings) as cluster,
        Client(cluster) as client,
        parallel_config("dask", client=client),
    ):
        return Parallel()(calls)


# %%
# What happened
# -------------
#
# Each line is a process. The one that died took the job it was at with it (hatched). The scheduler gave that job to
# another process and starts a new one in its place; the scores on the right lack nothing.
COLORS = dict(zip(SAMPLERS, ("#9aa5b1", "#e08e45", "#2f6f9f"), strict=True))


def draw_processes(ax: plt.Axes, found: list[tuple]) -> None:
    """Draw a line of jobs for each process."""
    pid_died, *lost = map(float, mark.read_text().split())
    times = [(pid, start, end, COLORS[name]) for name, _, _, pid, start, end in found]
    times.append((int(pid_died), *lost, "none"))
    times.sort(key=lambda one: one[1])
    zero = times[0][1]
    lines = list(dict.fromkeys(pid for pid, *_ in times))
    for pid, start, end, color in times:
        looks = {"edgecolor": "#b3261e", "hatch": "////"} if color == "none" else {"edgecolor": "white"}
        ax.barh(lines.index(pid), end - start, left=start - zero, color=color, lw=0.5, **looks)
    ax.plot(lost[1] - zero, lines.index(int(pid_died)), marker="X", color="#b3261e", markersize=11)
    ax.set_yticks(range(len(lines)), [f"process {k + 1}" for k in range(len(lines))])
    ax.invert_yaxis()
    ax.set(xlabel="seconds", title="Who trained what, when")
    marks = [Patch(color=color, label=name) for name, color in COLORS.items()]
    marks.append(Line2D([], [], marker="X", color="#b3261e", ls="", markersize=9, label="killed"))
    ax.legend(handles=marks, ncols=4, loc="upper center", bbox_to_anchor=(0.5, -0.18), frameon=False)


def draw_scores(ax: plt.Axes, found: list[tuple]) -> None:
    """Draw the mean score of each sampler by the number of rows."""
    for name, color in COLORS.items():
        scores = np.array([[one[2] for one in found if one[:2] == (name, n)] for n in N_ROWS])
        error = scores.std(1) / np.sqrt(scores.shape[1])
        ax.errorbar(N_ROWS, scores.mean(1), error, color=color, marker="o", capsize=3)
    ax.set_xscale("log", base=2)
    ax.set_xticks(N_ROWS, N_ROWS)
    ax.set(xlabel="real training rows", ylabel="accuracy on held-out rows", title="All results are there")


# %%
# The processes of a cluster import this script, so what starts the cluster stands behind the usual guard.
if __name__ == "__main__":
    found = run_jobs()
    print(f"{len(found)} of {len(jobs)} results; a process died: {mark.exists()}")
    figure, axes = plt.subplots(1, 2, figsize=(11, 3.8), width_ratios=[2, 1], layout="constrained")
    draw_processes(axes[0], found)
    draw_scores(axes[1], found)
    for ax in axes:
        ax.spines[["top", "right"]].set_visible(False)
