"""How many threads a fit uses, what it leaves behind, and that its rows do not depend on it."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import joblib
import numpy as np
import pytest
import torch
from joblib import Parallel, delayed, parallel_config
from sklearn.base import clone
from threadpoolctl import ThreadpoolController

from sklearn_txaug.datasets import make_expression
from sklearn_txaug.over_sampling import (
    CopulaSampler,
    DDPMSampler,
    FlowMatchingSampler,
    GaussianSampler,
    GMDASampler,
    LatentSampler,
    VAESampler,
    WGANGPSampler,
)
from sklearn_txaug.utils.threads import given_threads, one_thread


@pytest.fixture
def two_threads():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    with ThreadpoolController().limit(limits=2):
        yield
    torch.set_num_threads(before)


def n_threads():
    return {library["num_threads"] for library in ThreadpoolController().info()} | {torch.get_num_threads()}


def test_overlapping_limits_leave_the_threads_as_they_were(two_threads):
    """The one that begins first ends first, so that the second must not restore what it found."""
    steps = [Barrier(2) for _ in range(3)]

    def first():
        with one_thread():
            steps[0].wait()
            steps[1].wait()
        steps[2].wait()
        return n_threads()

    def second():
        steps[0].wait()
        with one_thread():
            steps[1].wait()
            steps[2].wait()
            return n_threads()

    with ThreadPoolExecutor(2) as pool:
        a, b = pool.submit(first), pool.submit(second)
        a.result()
        assert b.result() == {1}
    assert n_threads() == {2}


def fail_inside():
    with one_thread(), one_thread():
        assert n_threads() == {1}
        raise ZeroDivisionError


def test_limits_nest_and_end_with_an_error(two_threads):
    with pytest.raises(ZeroDivisionError):
        fail_inside()
    assert n_threads() == {2}


def n_given():
    with given_threads():
        return n_threads()


def test_threads_are_given_by_joblib_to_a_fit_that_is_alone():
    """Jobs have one each, and so has everything beside a part that must have one."""
    assert n_given() == {1}
    with parallel_config("loky", n_jobs=2):
        assert n_given() == {1}
    with parallel_config("threading", n_jobs=2):
        assert n_given() == {min(2, joblib.cpu_count())}
        assert Parallel()(delayed(n_given)() for _ in range(2)) == [{1}, {1}]
        with one_thread():
            assert n_given() == {1}


SAMPLERS = [
    GaussianSampler(),
    CopulaSampler(),
    LatentSampler(GaussianSampler()),
    LatentSampler(GaussianSampler(), decoder="transport"),
    FlowMatchingSampler(max_epochs=4, n_sampling_steps=4, device="cpu"),
    DDPMSampler(max_epochs=4, n_sampling_steps=4, device="cpu"),
    GMDASampler(max_epochs=4, device="cpu"),
    VAESampler(max_epochs=2, device="cpu"),
    WGANGPSampler(max_epochs=2, device="cpu"),
]


@pytest.mark.parametrize("sampler", SAMPLERS, ids=lambda sampler: type(sampler).__name__)
def test_rows_depend_on_values_and_seed_alone(sampler, two_threads):
    """Not on the threads that a process may use, on the precision that the values come in, or on their order."""
    X, y, *_ = make_expression(200, n_features=1000, n_classes=3, random_state=0)
    X = X.astype(np.float32)

    def rows(X):
        return clone(sampler).set_params(n_synthetic=30, random_state=0).fit_resample(X, y)[0][200:]

    expected = rows(X)
    with one_thread():
        np.testing.assert_array_equal(rows(X), expected)
    in_double = rows(np.asfortranarray(X, dtype=np.float64))
    assert in_double.dtype == np.float64
    np.testing.assert_allclose(in_double, expected, rtol=1e-5, atol=1e-5)
