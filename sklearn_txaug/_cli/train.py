"""The command ``train``: a trained sampler in one file that is safe to open."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

from .cohort import check_options, read_cohort
from .options import (
    FILE_ENDINGS,
    checkpoint_option,
    cohort_options,
    quiet_option,
    seed_option,
)
from .output import check_writable
from .sampler import make_sampler, sampler_options


def add_command(commands: Any) -> None:
    """Add the command to those of the command line."""
    parser = commands.add_parser(
        "train",
        help="train a sampler and save it",
        description="Train a sampler on a file and save it, for the commands sample and augment --model. What is "
        "saved runs no code when it is opened, and any change to it is noticed. A trained sampler may contain "
        f"training rows: the command says which, and --sharing refuses to write them. Files: {FILE_ENDINGS}; on a "
        "log scale.",
        parents=[cohort_options(), sampler_options(), checkpoint_option(), seed_option(), quiet_option()],
    )
    add = parser.add_argument
    add("input", type=Path, help="the rows to learn from")
    add("-o", "--output", type=Path, required=True, help="the file to write")
    add(
        "--sharing",
        action="store_true",
        help="train under the sharing preset, which keeps no training rows, and refuse to write any",
    )
    add("--note", default="", help="source and licence of the rows, kept in the file")
    parser.set_defaults(run=_train)


def _train(arguments: argparse.Namespace) -> int:
    from .._nn.checkpoint import with_checkpoint
    from ..over_sampling._wrapper import fit_keywords
    from ..persistence import training_rows_in

    check_writable(arguments.output)
    check_options(arguments, [arguments.input])
    sampler = make_sampler(arguments)
    if arguments.sharing:
        _set_sharing(sampler, arguments.param)
    if arguments.checkpoint is not None:
        plain, sampler = sampler, with_checkpoint(sampler, arguments.checkpoint)
        if sampler is plain:
            raise ValueError(
                f"--checkpoint: {type(sampler).__name__} trains no net, so there is nothing to resume"
            )
    table = read_cohort(arguments.input, arguments)
    start = time.perf_counter()
    sampler.fit(table.data, table.target, **fit_keywords(sampler, table.groups, table.covariates))
    seconds = time.perf_counter() - start
    sampler.save(arguments.output, note=_note(arguments), sharing=arguments.sharing)
    kept = training_rows_in(sampler)
    for rows in kept:
        print(f"contains {rows.what} ({rows.n_rows} rows)")
    print(
        f"{arguments.output}: {type(sampler).__name__} of {len(table.data)} rows and {table.data.shape[1]} genes, "
        f"classes by {table.target.name!r} (seed {arguments.seed}, {seconds:.0f} s, "
        f"{arguments.output.stat().st_size / 1e6:.1f} MB); it contains {'' if kept else 'no '}training rows"
    )
    return 0


def _set_sharing(sampler: Any, parameters: list[str]) -> None:
    """Give a sampler the settings of the sharing preset."""
    from ..presets import SHARING
    from ..utils.random import seeded

    name = type(sampler).__name__
    if name not in SHARING:
        raise ValueError(
            f"--sharing: {name} cannot be trained without keeping rows; {', '.join(SHARING)} can"
        )
    given = {text.partition("=")[0].strip() for text in parameters}
    taken = sorted(given & SHARING[name].keys())
    if taken:
        raise ValueError(f"--param: {', '.join(taken)} is set by --sharing")
    sampler.set_params(**SHARING[name])
    if hasattr(sampler, "_inner"):
        sampler.set_params(sampler=seeded(sampler._inner(), sampler.random_state))
        _set_sharing(sampler.sampler, [])


def _note(arguments: argparse.Namespace) -> str:
    """Return where the rows come from, and on which scale they are."""
    scale = "" if arguments.transform == "none" else f", after {arguments.transform}"
    return f"txaug train {arguments.input.name}{scale}" + (f"; {arguments.note}" if arguments.note else "")
