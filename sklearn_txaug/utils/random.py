"""Seeds, and estimators with a given seed."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.utils import check_random_state


def draw_seed(random_state: Any) -> int:
    """Draw one integer seed from a `random_state` as in scikit-learn, except that None never uses global state."""
    try:
        rng = np.random.RandomState() if random_state is None else check_random_state(random_state)  # noqa: NPY002
    except ValueError as error:
        raise ValueError(
            f"random_state must be an integer from 0 to 2**32 - 1, a RandomState or None, got {random_state!r}"
        ) from error
    return int(rng.randint(np.iinfo(np.int32).max))


def seeded(estimator: Any, seed: int, *, unset_only: bool = False) -> Any:
    """Return a clone in which every `random_state`, or every one that is None, is `seed`.

    Those of objects that the clone shares are left: a frozen sampler shares the trained sampler with its clones, and
    that one must stay as it is.
    """
    given, copy = estimator.get_params(), clone(estimator)
    parameters = copy.get_params()
    names = []
    for name in parameters:
        owner, _, last = name.rpartition("__")
        is_shared = owner and parameters[owner] is given.get(owner)
        if last == "random_state" and not is_shared and not (unset_only and parameters[name] is not None):
            names.append(name)
    return copy.set_params(**dict.fromkeys(names, seed))


def with_seed(estimator: Any, seed: int) -> Any:
    """Return a clone whose own `random_state`, if it has one, is `seed`."""
    estimator = clone(estimator)
    if "random_state" in estimator.get_params(deep=False):
        estimator.set_params(random_state=seed)
    return estimator


def draw_integer(rng: np.random.Generator) -> int:
    """Draw a seed that every library accepts."""
    return int(rng.integers(2**31))
