"""One thread a process: bit-for-bit results are promised for one thread count."""

import gc
import os
from functools import partial

os.environ.setdefault("OMP_NUM_THREADS", "1")

import matplotlib as mpl
import pytest
import torch
from hypothesis import settings

# The same examples in every run; `--hypothesis-profile=default` draws others.
settings.register_profile("same", derandomize=True)
settings.load_profile("same")

torch.set_num_threads(1)
mpl.use("agg")


def pytest_collection_finish():
    """Leave what the imports made out of every collection of garbage, which would take most of its time."""
    import torch._dynamo  # noqa: F401 - the first optimiser imports it: hundreds of modules

    gc.collect()
    gc.freeze()


@pytest.fixture
def few_indicators(monkeypatch):
    """Let `evaluate` compute few indicators, for tests of what it reads: all of them take seconds."""
    from sklearn_txaug import metrics

    short = partial(metrics.quality_report, families=["fidelity", "manifold"])
    monkeypatch.setattr(metrics, "quality_report", short)
