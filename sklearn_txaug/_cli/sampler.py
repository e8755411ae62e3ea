"""The sampler that is to be trained: its options, and what they make."""

from __future__ import annotations

import argparse
from typing import Any

from .methods import load_sampler, parameter, set_given
from .options import WORDS, names


def sampler_options() -> argparse.ArgumentParser:
    """Return a parent parser of the options that choose and set a sampler."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.set_defaults(words={**WORDS, "reference": "--prior"})
    add = parser.add_argument
    add(
        "--sampler",
        help="its name (flow; a wrong one lists all), or one of your own: my_package.MySampler",
    )
    add(
        "--param",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="parameter of the sampler, for example max_epochs=50 or sampler__lr=1e-4; may be repeated",
    )
    add(
        "--prior",
        metavar="NAME|FILE",
        help="what a reference cohort teaches, for classes of a few rows: tcga, or a file of the command prior; for "
        "the sampler transfer, a file of prior --flow",
    )
    add(
        "--covariates",
        type=names,
        default=[],
        metavar="COLUMNS",
        help="columns of the file, or of --labels-file, that rows are conditioned on beside their class and that "
        "synthetic rows get too, for example age,sex",
    )
    return parser


def name_of(arguments: argparse.Namespace) -> str:
    """Return the name or path of the sampler."""
    return arguments.sampler or "flow"


def make_sampler(arguments: argparse.Namespace) -> Any:
    """Return the sampler of these options, ``--seed`` and ``--quiet``: one of ours, or any behind its contract."""
    from ..over_sampling._wrapper import SamplerAdapter
    from ..over_sampling.base import GenerativeSampler
    from ..utils.random import seeded

    name, values = name_of(arguments), dict(map(parameter, arguments.param))
    if any(key.split("__")[-1] == "random_state" for key in values):
        raise ValueError("--param: random_state is set by --seed")
    sampler = load_sampler(name, "--sampler") if "." in name else _known_sampler(name)
    set_given(sampler, values)
    bars = [key for key in sampler.get_params() if key.split("__")[-1] == "verbose"]
    sampler.set_params(**{key: int(not arguments.quiet) for key in bars if key not in values})
    if not isinstance(sampler, GenerativeSampler):
        sampler = SamplerAdapter(sampler=sampler)
    _set_prior(sampler, arguments.prior)
    return seeded(sampler, arguments.seed)


def samplers_with(*parameters: str) -> str:
    """Return the names of those samplers that have any of some parameters, as text."""
    known = _known_samplers()
    return ", ".join(
        name for name in known if not known[name].get_params(deep=False).keys().isdisjoint(parameters)
    )


def _known_samplers() -> dict[str, Any]:
    from ..benchmark import make_samplers
    from ..over_sampling import (
        FlowMatchingSampler,
        LandmarkSampler,
        PrivateCopulaSampler,
        PrivateGaussianSampler,
        TransferFlowSampler,
    )
    from ..over_sampling.base import GenerativeSampler

    known = {key: item for key, item in make_samplers().items() if isinstance(item, GenerativeSampler)}
    known.setdefault("landmark", LandmarkSampler(sampler=FlowMatchingSampler()))
    known.setdefault("transfer", TransferFlowSampler())
    known.setdefault("private", PrivateGaussianSampler())
    known.setdefault("private_copula", PrivateCopulaSampler())
    return known


def _known_sampler(name: str) -> Any:
    known = _known_samplers()
    if name not in known:
        raise ValueError(
            f"--sampler: {name!r} is not known; choose from {', '.join(known)}, or give the dotted path of a class, "
            "my_package.MySampler"
        )
    return known[name]


def _set_prior(sampler: Any, name: str | None) -> None:
    """Give a sampler the prior, or the flow, of this name or file, if there is one."""
    from ..priors import ExpressionFlow, load_prior

    if name is None:
        return
    takes = sampler.get_params(deep=False)
    if "prior" in takes:
        load_prior(name)  # a wrong name is said now
        sampler.set_params(prior=name)
    elif "reference" in takes:
        ExpressionFlow.load(name)
        sampler.set_params(reference=name)
    else:
        raise ValueError(
            f"--prior: {type(sampler).__name__} takes none; choose from {samplers_with('prior', 'reference')}"
        )
