"""One thread a process: bit-for-bit results are promised for one thread count."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import matplotlib as mpl
import torch
from hypothesis import settings

# The same examples in every run; `--hypothesis-profile=default` draws others.
settings.register_profile("same", derandomize=True)
settings.load_profile("same")

torch.set_num_threads(1)
mpl.use("agg")
