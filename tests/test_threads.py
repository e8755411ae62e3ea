"""How many threads a fit uses, what it leaves behind, and that its rows do not depend on it."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import torch
from threadpoolctl import ThreadpoolController

from sklearn_txaug.utils.threads import one_thread


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
            inside = n_threads()
        return inside

    with ThreadPoolExecutor(2) as pool:
        a, b = pool.submit(first), pool.submit(second)
        a.result()
        assert b.result() == {1}
    assert n_threads() == {2}


def test_limits_nest_and_end_with_an_error(two_threads):
    with pytest.raises(ZeroDivisionError), one_thread(), one_thread():
        assert n_threads() == {1}
        raise ZeroDivisionError
    assert n_threads() == {2}
