"""Print what every sampler and the report cost: CPU seconds on one core, and peak memory.

``python docs/measure_costs.py [GENESxROWS ... [NAME ...]]``. Each runs in a process of its own. Memory is the peak
that it adds to a process which has the rows, divided by the size of the rows in single precision; before them, a
tiny training has loaded all code. The report compares three sets of a third of the rows.

Trainings of nets are not run to their end: the seconds are those of one epoch, and of the others as many times those
of an epoch among five more.
"""

import subprocess
import sys

SAMPLERS = {
    "GaussianSampler": "GaussianSampler()",
    "CopulaSampler": "CopulaSampler()",
    "LatentSampler": "LatentSampler(GaussianSampler())",
    "LandmarkSampler": "LandmarkSampler(GaussianSampler(), landmarks=range(0, n_genes, max(2, n_genes // 500)))",
    "VAESampler": "VAESampler(device='cpu')",
    "FlowMatchingSampler": "FlowMatchingSampler(device='cpu')",
    "DDPMSampler": "DDPMSampler(device='cpu')",
    "GMDASampler": "GMDASampler(device='cpu')",
    "WGANGPSampler": "WGANGPSampler(device='cpu')",
    "CTGANSampler": "CTGANSampler(device='cpu')",
    "TVAESampler": "TVAESampler(device='cpu')",
    "TabDDPMSampler": "TabDDPMSampler(device='cpu')",
}
REPORT = "quality_report"
SIZES = ["1000x500", "5000x1000"]
AMOUNTS = (100, 1000)

START = """
import time, warnings
import numpy as np
warnings.simplefilter("ignore")
from sklearn_txaug.over_sampling import *
from sklearn_txaug.benchmark._memory import PeakMemory
from sklearn_txaug.metrics import quality_report

def measured(do, *args, **kwargs):
    with PeakMemory() as memory:
        start = time.process_time()
        kept = do(*args, **kwargs)
        seconds = time.process_time() - start
    return kept, memory.megabytes / size, seconds

def data(n_genes, n_rows):
    rng, y = np.random.default_rng(0), np.arange(n_rows) % 5
    X = rng.standard_normal((n_rows, 20), dtype=np.float32) @ rng.standard_normal((20, n_genes), dtype=np.float32)
    X += 3 * rng.standard_normal((n_rows, n_genes), dtype=np.float32)
    X += 2 * rng.standard_normal((5, n_genes), dtype=np.float32)[y]
    return X, y
"""

SAMPLER = """
def epochs_of(sampler):
    if not hasattr(sampler, "max_epochs"):
        return 0
    return sampler.max_epochs or sampler._epochs_of(sampler._default_steps(n_rows), n_rows)

def make(n_epochs):
    sampler = {sampler}.set_params(random_state=0)
    return sampler.set_params(max_epochs=n_epochs) if hasattr(sampler, "max_epochs") else sampler

for n_genes, n_rows in {sizes}:
    X, y = data(50, 60)
    n_genes, all_genes = 50, n_genes
    make(1).fit(X, y).sample(5)
    n_genes = all_genes
    X, y = data(n_genes, n_rows)
    size = X.nbytes / 2**20
    n_epochs = epochs_of({sampler})
    sampler, peak, seconds = measured(make(1).fit, X, y)
    if n_epochs:
        del sampler
        sampler, peak, further = measured(make(6).fit, X, y)
        seconds += (n_epochs - 1) * (further - seconds) / 5
    net = sum(p.numel() for p in sampler.module_.parameters()) * 4 / 2**20 if n_epochs else 0
    draws = [measured(sampler.sample, n) for n in {amounts}]
    cells = [f"{{n_genes:,}}x{{n_rows:,}}", f"{{seconds:.1f}}", f"{{peak:.1f}}"]
    cells += [f"{{draw[k]:.1f}}" for k in (2, 1) for draw in draws] + [f"{{net / size:.2f}}" if net else ""]
    print("| {name} | " + " | ".join(cells) + " |", flush=True)
    del sampler, draws, X
"""

REPORTING = """
for n_genes, n_rows in {sizes}:
    parts = []
    for X, y in (data(50, 60), data(n_genes, n_rows)):
        size = X.nbytes / 2**20
        thirds = [part for k in range(3) for part in (X[k::3].copy(), y[k::3])]
        del X
        report, peak, seconds = measured(quality_report, *thirds)
    print(f"| {name} | {{n_genes:,}}x{{n_rows:,}} | {{seconds:.0f}} | {{peak:.1f}} | | | | | |", flush=True)
"""


def measure(name, sizes):
    code = REPORTING if name == REPORT else SAMPLER
    code = code.format(name=name, sampler=SAMPLERS.get(name), sizes=sizes, amounts=AMOUNTS)
    done = subprocess.run(
        [sys.executable, "-c", START + code], stderr=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        print(f"| {name} | {done.stderr.strip().splitlines()[-1]} |", flush=True)


def main(*asked):
    sizes = [word for word in asked if word[0].isdigit()] or SIZES
    names = [word for word in asked if not word[0].isdigit()] or [*SAMPLERS, REPORT]
    draws = " | ".join(f"draw {n:,}, {unit}" for unit in ("s", "memory") for n in AMOUNTS)
    print(f"| | genes x rows | fit, s | fit, memory | {draws} | net |\n|" + "---|" * 9, flush=True)
    for name in names:
        measure(name, [tuple(map(int, size.split("x"))) for size in sizes])


if __name__ == "__main__":
    main(*sys.argv[1:])
