"""The options of ``benchmark`` that give the protocol `transfer` a reference."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .cohort import column_names, read_cohort
from .options import changed, positive

TRANSFER = "transfer"
_OF_THE_FILE = ("reference_label", "reference_group")


def add_reference(add: Callable[..., Any]) -> None:
    """Add the options."""
    add(
        "--reference",
        type=Path,
        metavar="FILE",
        help="a cohort of other classes and other patients, from which samplers of the protocol transfer learn",
    )
    add(
        "--reference-label",
        metavar="COLUMN",
        help="its class labels; default: --label, or what an h5ad names in uns['label']",
    )
    add(
        "--reference-group",
        metavar="COLUMN",
        help="its patients or donors; default: --group, or what an h5ad names in uns['group']",
    )
    add(
        "--hold-out-classes",
        type=positive,
        metavar="N",
        help="instead of a reference: each seed draws N classes, and all others, without the patients of these, are "
        "the reference",
    )
    add(
        "--prior",
        metavar="PRIOR",
        help="instead of a reference: what was learned from one, tcga or a file of the command prior",
    )


def protocols_of(arguments: argparse.Namespace) -> list[str]:
    """Return the protocols, by default `transfer` if there is a reference, else `honest`."""
    given = _given(arguments)
    for name in _OF_THE_FILE:
        if getattr(arguments, name) is not None and arguments.reference is None:
            raise ValueError(
                f"--{name.replace('_', '-')} is a column of the file of --reference, and none was given"
            )
    if len(given) > 1:
        raise ValueError(f"{' and '.join(given)} exclude each other: give one of them")
    if arguments.protocol is None:
        return [TRANSFER] if given else ["honest"]
    if given and TRANSFER not in arguments.protocol and given != ["--hold-out-classes"]:
        raise ValueError(f"{given[0]} is for the protocol transfer: add it to --protocol")
    if TRANSFER in arguments.protocol and not given:
        raise ValueError(
            "--protocol transfer needs a reference: give --reference FILE, --hold-out-classes N or --prior PRIOR"
        )
    return arguments.protocol


def reference_options(arguments: argparse.Namespace) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the reference as `make_cohort` takes it, and what must be equal for runs to share a folder."""
    if arguments.hold_out_classes is not None:
        n_held = arguments.hold_out_classes
        return {"hold_out_classes": n_held}, {"hold_out_classes": n_held}
    if arguments.prior is not None:
        return {"reference": arguments.prior}, {"prior": arguments.prior}
    if arguments.reference is None:
        return {}, {}
    own = changed(
        arguments,
        label=arguments.reference_label or arguments.label,
        group=arguments.reference_group or arguments.group,
        labels_file=None,
    )
    try:
        table = read_cohort(arguments.reference, own)
    except ValueError as error:
        hint = "" if arguments.reference_label else " (--reference-label names the column of its classes)"
        raise ValueError(f"--reference: {error}{hint}") from error
    columns = {f"reference {name}": value for name, value in column_names(table).items()}
    settings = {"reference": arguments.reference.name, **columns}
    return {"reference": (table.data, table.target, table.groups)}, settings


def _given(arguments: argparse.Namespace) -> list[str]:
    known = {
        "--reference": arguments.reference,
        "--hold-out-classes": arguments.hold_out_classes,
        "--prior": arguments.prior,
    }
    return [name for name, value in known.items() if value is not None]
