"""Print the peak memory of every sampler and of the report.

``python docs/measure_memory.py [n_genes n_rows [name ...]]``. Each runs in a process of its own. Figures are the peak
that it adds to a process which has the rows, divided by the size of the rows in single precision. Half as many
rows are drawn as are trained on. The report compares three sets of a third of the rows.
"""

import subprocess
import sys

SAMPLERS = {
    "GaussianSampler": "GaussianSampler()",
    "GaussianSampler, mapped": "GaussianSampler(quantile_mapping=True)",
    "CopulaSampler": "CopulaSampler()",
    "LatentSampler": "LatentSampler(GaussianSampler())",
    "LandmarkSampler": "LandmarkSampler(GaussianSampler(), landmarks=range(900))",
    "VAESampler": "VAESampler(max_epochs=2, device='cpu')",
    "FlowMatchingSampler": "FlowMatchingSampler(max_epochs=2, device='cpu')",
    "DDPMSampler": "DDPMSampler(max_epochs=2, n_sampling_steps=5, device='cpu')",
    "GMDASampler": "GMDASampler(max_epochs=2, device='cpu')",
    "WGANGPSampler": "WGANGPSampler(max_epochs=1, device='cpu')",
    "CTGANSampler": "CTGANSampler(max_epochs=1, device='cpu')",
    "TVAESampler": "TVAESampler(max_epochs=2, device='cpu')",
    "TabDDPMSampler": "TabDDPMSampler(max_epochs=2, n_sampling_steps=5, device='cpu')",
}
REPORT = "quality_report"

DATA = """
import ctypes, re, sys, time, warnings
from pathlib import Path
import numpy as np
warnings.simplefilter("ignore")
from sklearn_txaug.over_sampling import *
from sklearn_txaug.metrics import quality_report
status = lambda field: int(re.findall(field + r":\\s+(\\d+) kB", Path("/proc/self/status").read_text())[0]) / 2**10
def peak(do, *args):
    ctypes.CDLL(None).malloc_trim(0)
    Path("/proc/self/clear_refs").write_text("5")
    start, cpu = status("VmRSS"), time.process_time()
    kept = do(*args)
    return (status("VmHWM") - start) / size, time.process_time() - cpu
n_genes, n_rows = %d, %d
rng, y = np.random.default_rng(0), np.arange(n_rows) %% 5
X = rng.standard_normal((n_rows, 20), dtype=np.float32) @ rng.standard_normal((20, n_genes), dtype=np.float32)
X += 3 * rng.standard_normal((n_rows, n_genes), dtype=np.float32)
X += 2 * rng.standard_normal((5, n_genes), dtype=np.float32)[y]
size = X.nbytes / 2**20
GaussianSampler(random_state=0).fit(X[:50, :50], y[:50]).sample(5)
VAESampler(max_epochs=2, device="cpu", random_state=0).fit(X[:50, :50], y[:50]).sample(5)
"""

SAMPLER = """
sampler = %s.set_params(random_state=0)
fit, cpu = peak(sampler.fit, X, y)
draw, _ = peak(sampler.sample, n_rows // 2)
del sampler
both, _ = peak(%s.set_params(random_state=0, n_synthetic=n_rows // 2).fit_resample, X, y)
print(f"{fit:.1f} | {draw:.1f} | {both:.1f} | {cpu:.0f}")
"""

REPORTING = """
a, b, c = (slice(k, None, 3) for k in range(3))
sets = X[a].copy(), y[a], X[b].copy(), y[b], X[c].copy(), y[c]
del X
made, cpu = peak(quality_report, *sets)
print(f"{made:.1f} | | | {cpu:.0f}")
"""


def measure(code):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else done.stderr.strip().splitlines()[-1]


def main(n_genes=20_000, n_rows=2_000, *names):
    data = DATA % (int(n_genes), int(n_rows))
    print(f"Times {int(n_genes) * int(n_rows) * 4 / 2**20:.0f} MiB, {n_rows} rows of {n_genes} genes\n")
    print("| | fit | sample | fit_resample | CPU s of fit |\n|---|---|---|---|---|")
    for name, sampler in SAMPLERS.items():
        if not names or name in names:
            print(f"| {name} | {measure(data + SAMPLER % (sampler, sampler))} |", flush=True)
    if not names or REPORT in names:
        print(f"| {REPORT} | {measure(data + REPORTING)} |", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
