"""One thread a process: bit-for-bit results are promised for one thread count."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import matplotlib as mpl
import torch

torch.set_num_threads(1)
mpl.use("agg")
