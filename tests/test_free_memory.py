"""What does not fit into memory is refused before any work."""

import tracemalloc

import numpy as np
import pytest
import torch
from scipy import sparse

from sklearn_txaug.over_sampling import (
    GaussianSampler,
    LandmarkSampler,
    LatentSampler,
    VAESampler,
    WGANGPSampler,
    torch_base,
)
from sklearn_txaug.utils import memory

N_ROWS, N_GENES = 40, 50
TRAINING = N_ROWS * N_GENES * 12


@pytest.fixture
def data():
    return np.random.default_rng(0).normal(size=(N_ROWS, N_GENES)), np.arange(N_ROWS) % 2


@pytest.fixture
def free(monkeypatch):
    def set_to(n_bytes):
        monkeypatch.setattr(memory, "available_memory", lambda: n_bytes)

    return set_to


@pytest.fixture
def no_training(monkeypatch):
    def refuse(*arguments):
        raise AssertionError("trained")

    monkeypatch.setattr(GaussianSampler, "_train", refuse)


def test_training_rows_that_do_not_fit(data, free, no_training):
    free(TRAINING - 1)
    with pytest.raises(ValueError, match="training on 40 rows, of 50 features, need about"):
        GaussianSampler().fit(*data)


def test_synthetic_rows_that_do_not_fit(data, free, no_training):
    free(10**6)
    with pytest.raises(
        ValueError, match="100,000 synthetic rows after training on 40, of 50 features, need about"
    ):
        GaussianSampler(n_synthetic=100_000).fit_resample(*data)


def test_rows_to_draw_that_do_not_fit(data, free):
    sampler = GaussianSampler(random_state=0).fit(*data)
    free(10**6)
    with pytest.raises(ValueError, match="10,000,000 synthetic rows, of 50 features, need about"):
        sampler.sample(10_000_000)
    with pytest.raises(ValueError, match="1,000,000,000,000 synthetic rows, of 50 features, need about"):
        sampler.sample(10**12)  # whose labels alone do not fit
    assert sampler.sample(10)[0].shape == (10, 50)


def test_a_sparse_matrix_counts_as_the_array_that_it_becomes(free, no_training):
    X = sparse.random_array((N_ROWS, N_GENES), density=0.01, format="csr", rng=0)
    free(TRAINING + X.shape[0] * X.shape[1] * 8 - 1)
    with pytest.raises(ValueError, match="training on 40 rows"):
        GaussianSampler().fit(X, np.arange(N_ROWS) % 2)


def test_free_memory_is_that_of_the_container(tmp_path, monkeypatch):
    for name, text in {
        "memory.max": "5000000\n",
        "memory.current": "3000000\n",
        "memory.stat": "anon 7\ninactive_file 200000\nactive_file 100000\nactive_anon 3\n",
    }.items():
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(memory, "_CONTAINER", tmp_path)
    assert memory.available_memory() == 2_300_000
    (tmp_path / "memory.max").write_text("max\n")
    assert memory.available_memory() > 5_000_000


@pytest.mark.parametrize(
    "sampler",
    [
        GaussianSampler(),
        LatentSampler(GaussianSampler()),
        LandmarkSampler(GaussianSampler(), landmarks=range(50)),
    ],
    ids=lambda sampler: type(sampler).__name__,
)
def test_the_estimate_covers_what_a_training_takes(sampler):
    X, y = np.random.default_rng(0).normal(size=(600, 6000)).astype(np.float32), np.arange(600) % 5
    sampler.set_params(random_state=0)
    tracemalloc.start()
    try:
        sampler.fit(X, y)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    blocks = 20 * 2**20
    assert peak < 4 * X.shape[1] * sampler._held_rows(len(X)) + blocks


@pytest.mark.parametrize("make", [VAESampler, WGANGPSampler])
def test_the_estimate_counts_the_weights_of_wide_nets(make):
    X, y = np.random.default_rng(0).normal(size=(40, 3000)).astype(np.float32), np.arange(40) % 2
    sampler = make(max_epochs=1, random_state=0, device="cpu").fit(X, y)
    weights = sum(weight.numel() for weight in sampler.module_.parameters())
    assert 0.8 < sampler._gene_width() * X.shape[1] / weights < 1.05


def test_a_net_on_a_card_needs_no_memory_here(monkeypatch):
    sampler = WGANGPSampler(generator_hidden_layer_sizes=(64, 4096))
    here = sampler.set_params(device="cpu")._held_rows(100)
    monkeypatch.setattr(torch_base, "resolve_device", lambda device: torch.device("cuda"))
    assert sampler._held_rows(100) < here / 3
