"""How the experiments of a paper are declared: its systems, what is measured of them, and the published figures.

A figure has a name: that of an indicator (``f1``), or ``family: point`` where one quantity is measured at several
points (``accuracy by real rows: 50``), with a line in brackets where a family has several (``family [line]: point``).
The parts of an experiment give ours under the same names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

#: A published value, or the two ends between which it was read off a plot.
Figure = float | tuple[float, float]

REAL = "real rows"
TRAIN, TEST = "training rows", "held-out rows"
CANCER = "cancer"  # the second task: tumour or normal

#: Ours, with the synthetic rows drawn for it, by what it was measured on and its name.
Values = dict[tuple[str, str], tuple[int, float]]


class System(NamedTuple):
    """A sampler with its published settings, and its published figures by name.

    `with_validation` trains it on validation rows too; `all_genes` on the whole transcriptome where the others
    generate landmark genes. `graphs` are attention heads: "ppi", "coexpression", "random ppi" or "random". `like`
    names the system whose training it shares; the attributes `sampling` of the trained module are changed then.
    """

    sampler: Any
    settings: Mapping[str, Any]
    figures: Mapping[str, Figure]
    with_validation: bool = False
    all_genes: bool = False
    graphs: tuple[str, ...] = ()
    like: str = ""
    sampling: Mapping[str, Any] = {}


class Part(Protocol):
    """A table or figure of a paper: what it measures of a trained system, or of the real rows."""

    def measure(self, trained: Any) -> Values:
        """Return ours by (what it was measured on, name)."""

    def small(self, n_train: int) -> Part:
        """Return the same with numbers that suit `n_train` rows and a short time."""


class Claim(NamedTuple):
    """What a paper says of two figures, (system, name) each: the first is higher, or they are `within` so much."""

    text: str
    first: tuple[str, str]
    second: tuple[str, str]
    within: float | None = None


class Paper(NamedTuple):
    """An experiment of a paper: systems, figures of the real rows, parts, and the protocol.

    The cohort is cut into `folds` parts, of which `held` are the test rows; one in five of the others are validation
    rows. `classifiers` are those of reverse validation and `embedders` those of the Frechet distance and of
    augmentation, by task: "" is the label, "cancer" tumour or normal; with the suffix ``", all genes"`` they are
    for whole transcriptomes. `covariates` are what generators are conditioned on besides. `unjudged` are beginnings
    of names whose published figures are of other conditions. `players_epochs` are the epochs of adversarial systems
    at the small scale: fewer in a paper of many. `known` are mistakes and peculiarities of the published figures,
    `notes` what the reproduction does differently.
    """

    source: str
    systems: Mapping[str, System]
    real: Mapping[str, Figure]
    parts: Sequence[Part]
    classifiers: Mapping[str, Any]
    embedders: Mapping[str, Any]
    k: int
    folds: int
    held: int
    landmarks: bool = False
    binary: bool = False
    covariates: Sequence[str] = ()
    claims: Sequence[Claim] = ()
    unjudged: Sequence[str] = ()
    players_epochs: int = 50
    known: Sequence[str] = ()
    notes: Sequence[str] = ()

    def figures(self, name: str) -> Mapping[str, Figure]:
        """Return the published figures of a system, or of the real rows."""
        return self.real if name == REAL else self.systems[name].figures


def task_name(name: str, task: str) -> str:
    """Return the name of an indicator for a task: that of the label has none."""
    return f"{name}_{task}" if task else name


def series(family: str, points: Mapping[Any, Figure]) -> dict[str, Figure]:
    """Return figures of one family by name: ``series("recall by steps", {50: .82})``."""
    return {f"{family}: {point}": value for point, value in points.items()}


def place(name: str) -> tuple[str, str, str] | None:
    """Return family, line and point of a figure; None for one that stands alone."""
    family, separator, point = name.rpartition(": ")
    if not separator:
        return None
    family, _, line = family.partition(" [")
    return family, line.removesuffix("]"), point


#: Figures of no rows.
COSTS = ("parameters", "training_minutes", "megabytes")

NAMES = ("correlation_score", "precision", "recall", "f1", "adversarial_accuracy", "frechet_distance")


def row(*values: float, **further: Figure) -> dict[str, Figure]:
    """Return the row of a table in the order of `NAMES`; the first five are printed in per cent."""
    shares = [round(value / 100, 6) for value in values[:5]]
    return {**dict(zip(NAMES, [*shares, *values[5:]], strict=False)), **further}


#: Notes of every paper, and of every paper on gene expression.
EVERYWHERE = (
    "Splits never divide a patient or donor, if a group is given; the papers split by sample.",
    "All indicators are computed in one space, standardised by the real training rows; the papers evaluated each "
    "model in the space it was trained in.",
    "Every seed has its own split and training; the published spread is over draws from one training.",
    "Real rows are training rows in the place of synthetic ones, against held-out rows.",
)
OF_GENES = (
    *EVERYWHERE,
    "Values are used as they are in the file; the published pipelines take no logarithm.",
)
