"""The cohort of a published experiment: from a file, the embedded data, or points that are made."""

from __future__ import annotations

import argparse
from typing import Any

from .cohort import choose_genes, column_names, read_cohort
from .options import changed

TOYS = ("circles", "moons", "swissroll")
_BRAIN = ("cerebellum", "hippocampus")  # stands for one of two labels in the embedded data


def read_study(
    arguments: argparse.Namespace, paper: Any, name: str, scale: str
) -> tuple[Any, list[str], dict[str, Any]]:
    """Return the cohort of an experiment, what of it differs from the paper, and the columns that it came from.

    Parameters
    ----------
    arguments : Namespace
        Of the command ``reproduce``.
    paper : Paper
        The experiment.
    name : str
        Whose figures are reproduced: one of the cohorts of the paper.
    scale : {"small", "full"}
        A small one needs no protein graph.
    """
    from ..benchmark.reproduction import make_study

    if name in TOYS:
        return make_study(name, *_toy(name), min_class_size=1)[0], [], {}
    table, binary, notes = _tables(arguments, paper)
    masks = _landmarks(arguments, table, paper)
    ppi, more = _interactions(arguments, table, paper, scale)
    study, rare = make_study(
        table.name,
        table.data,
        table.target,
        table.groups,
        binary=binary,
        landmarks=masks,
        ppi=ppi,
        covariates=table.get("covariates"),
        min_class_size=arguments.min_class_size,
    )
    if rare:
        notes.append(
            f"Classes of fewer than {arguments.min_class_size} rows are left out: {', '.join(map(str, rare))}."
        )
    columns = {**column_names(table), "cancer": arguments.cancer, "graph": str(arguments.graph)}
    if arguments.transform != "none":
        columns["transform"] = arguments.transform
    return study, [*notes, *more], columns


def _tables(arguments: argparse.Namespace, paper: Any) -> tuple[Any, Any, list[str]]:
    """Return the cohort's table, the labels of the second task, and what stands in for something."""
    import numpy as np

    if arguments.data is None:
        if arguments.covariates:
            raise ValueError("--covariates: the embedded data have none; give a cohort by --data")
        table = read_cohort(None, arguments)
        if not paper.binary:
            return table, None, []
        binary = np.where(np.isin(table.target, _BRAIN), "brain", "other")
        return (
            table,
            binary,
            ["The embedded data have no tumours: brain or other stands for tumour or normal."],
        )
    if arguments.cancer is None:
        return read_cohort(arguments.data, arguments), None, []
    own = changed(arguments, covariates=[*arguments.covariates, arguments.cancer])
    try:
        table = read_cohort(arguments.data, own)
    except ValueError as error:
        name = repr(arguments.cancer)
        raise ValueError(str(error).replace(f"covariates={name}", f"cancer={name}")) from error
    binary = table.covariates[arguments.cancer]
    if arguments.cancer not in arguments.covariates:
        further = table.covariates.drop(columns=arguments.cancer)
        table.covariates = further if arguments.covariates else None
    known = binary.notna().to_numpy()
    for part in ("data", "target", "groups", "covariates"):
        table[part] = None if table[part] is None else table[part][known]
    unknown = f"{(~known).sum()} rows without a value of {arguments.cancer} are left out."
    return table, binary[known].to_numpy(), [] if known.all() else [unknown]


def _landmarks(arguments: argparse.Namespace, table: Any, paper: Any) -> Any:
    """Return the mask of the landmark genes, None if systems generate all genes."""
    from ..datasets import match_landmarks

    if not paper.landmarks or arguments.genes == "all":
        return None
    mask = match_landmarks(table.feature_names).mask
    if arguments.genes == "landmarks" or arguments.data is not None:
        kept = choose_genes(table, arguments.genes or "auto").shape[1]
        return mask if kept == mask.sum() < len(mask) else None
    return mask


def _interactions(arguments: argparse.Namespace, table: Any, paper: Any, scale: str) -> tuple[Any, list[str]]:
    """Return the protein graph with column numbers as genes; small, a random one stands in for it."""
    import numpy as np

    from ..graphs import GeneGraph

    if not any(system.graphs for system in paper.systems.values()):
        return None, []
    genes = np.asarray(table.feature_names)
    if arguments.graph is not None:
        graph = GeneGraph.from_edges(arguments.graph).threshold(0.995).align(genes)
        column_of = {gene: i for i, gene in enumerate(genes.tolist())}
        columns = np.array([column_of[gene] for gene in graph.genes.tolist()])
        found = f"{graph.n_genes} genes and {graph.n_edges} edges (published: 4,670 and 29,928)"
        return GeneGraph(graph.adjacency, columns), [f"The protein graph has {found}."]
    if scale != "small":
        return None, []
    ends = np.random.default_rng(0).integers(len(genes), size=(2, len(genes)))
    edges = [(int(a), int(b), 1.0) for a, b in ends.T if a != b]
    return GeneGraph.from_edges(edges), ["There is no --graph: a random one stands for protein interactions."]


def _toy(name: str) -> tuple[Any, Any]:
    import numpy as np
    from sklearn import datasets

    options: dict[str, Any] = {"noise": 0.05, "random_state": 0}
    if name == "circles":
        return datasets.make_circles(3000, factor=0.5, **options)
    if name == "moons":
        return datasets.make_moons(3000, **options)
    points, along = datasets.make_swiss_roll(3000, **options)
    return points[:, [0, 2]], np.searchsorted(np.quantile(along, [0.25, 0.5, 0.75]), along)
