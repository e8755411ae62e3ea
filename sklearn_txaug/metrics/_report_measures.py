"""What the report computes for a pair of sets: each indicator once, the distances shared."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression

from ..neural_network import MLPNetClassifier
from ._adversarial import adversarial_accuracy, adversarial_accuracy_of
from ._biology import differential_expression_agreement, pca_variance
from ._copies import authenticity, authenticity_of, closest_record_of, distance_to_closest_record
from ._correlation import correlation_error, correlation_score
from ._discriminative import discriminative_score
from ._distances import Neighbours
from ._manifold import density_coverage, density_coverage_of, precision_recall_f1, precision_recall_of
from ._marginal import ks_distance_genes, sliced_wasserstein, wasserstein_distance_genes
from ._modules import module_preservation
from ._multivariate import _kernel_width, energy_distance, frechet_distance, mmd
from ._utility import label_preservation, reverse_validation
from ._validation import check_neighbours, equal_sizes

FAMILIES = ("fidelity", "manifold", "copies", "utility", "biology")


class Settings(NamedTuple):
    """What all comparisons of one report have in common."""

    k: int
    estimator: Any
    device: str
    seed: int


class Part(NamedTuple):
    """Rows in the common space, and their labels."""

    X: np.ndarray
    y: np.ndarray

    def draw(self, size: int, seed: int) -> Part:
        """Draw `size` rows without replacement."""
        rows = np.sort(np.random.default_rng(seed).choice(len(self.X), size, replace=False))
        return Part(self.X[rows], self.y[rows])


class Pair:
    """Real rows and the rows compared with them; neighbours are searched for when first needed."""

    def __init__(self, real: Part, other: Part, settings: Settings) -> None:
        self.real, self.other, self.settings = real, other, settings

    @property
    def rows(self) -> tuple[np.ndarray, np.ndarray]:
        return self.real.X, self.other.X

    @property
    def rows_and_labels(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        return self.real.X, self.other.X, self.real.y, self.other.y

    @cached_property
    def neighbours(self) -> Neighbours:
        return Neighbours(*self.rows, self.settings.device)

    @property
    def balls(self) -> tuple[Neighbours, int]:
        """The neighbours, where there are enough rows for the k-th one."""
        for X, name in zip(self.rows, ("the real part", "the compared part"), strict=True):
            check_neighbours(self.settings.k, X, name)
        return self.neighbours, self.settings.k

    @cached_property
    def equal_neighbours(self) -> Neighbours:
        if len(self.real.X) == len(self.other.X):
            return self.neighbours
        real, other = equal_sizes(*self.rows, random_state=self.settings.seed)
        return Neighbours(real, other, self.settings.device)

    @property
    def gamma(self) -> float:
        """Width of the kernel from the real rows alone, so that value and reference share it."""
        return _kernel_width(self.real.X, self.real.X, "median", self.settings.seed)

    @property
    def classifier(self) -> Any:
        given = self.settings.estimator
        return LogisticRegression(max_iter=1000) if given is None else given


class Measure(NamedTuple):
    """An indicator as the report shows it.

    `two_sided` marks an indicator whose best value is that of other real rows, neither more nor less.
    """

    family: str
    indicator: Callable[..., Any]
    fields: tuple[str, ...]
    compute: Callable[[Pair], Any]
    two_sided: bool = False
    variant: str = ""

    @property
    def name(self) -> str:
        return self.indicator.__name__ + (f" ({self.variant})" if self.variant else "")


def _reverse_validation_of(variant: str, make_classifier: Callable[[int], Any]) -> Measure:
    return Measure(
        "utility",
        reverse_validation,
        ("accuracy", "balanced_accuracy", "f1_macro"),
        lambda p: reverse_validation(*p.rows_and_labels, estimator=make_classifier(p.settings.seed)),
        variant=variant,
    )


MEASURES = [
    Measure(
        "fidelity",
        correlation_score,
        (),
        lambda p: correlation_score(*p.rows, device=p.settings.device),
    ),
    Measure(
        "fidelity",
        correlation_error,
        (),
        lambda p: correlation_error(*p.rows, device=p.settings.device),
    ),
    Measure("fidelity", wasserstein_distance_genes, ("mean",), lambda p: wasserstein_distance_genes(*p.rows)),
    Measure("fidelity", ks_distance_genes, ("mean",), lambda p: ks_distance_genes(*p.rows)),
    Measure(
        "fidelity",
        frechet_distance,
        (),
        lambda p: frechet_distance(*p.rows, random_state=p.settings.seed),
    ),
    Measure("fidelity", mmd, (), lambda p: mmd(*p.rows, gamma=p.gamma, device=p.settings.device)),
    Measure("fidelity", energy_distance, (), lambda p: energy_distance(*p.rows, device=p.settings.device)),
    Measure(
        "fidelity",
        sliced_wasserstein,
        (),
        lambda p: sliced_wasserstein(*p.rows, random_state=p.settings.seed),
    ),
    Measure(
        "manifold",
        precision_recall_f1,
        ("precision", "recall", "f1"),
        lambda p: precision_recall_of(*p.balls),
    ),
    Measure("manifold", density_coverage, ("coverage",), lambda p: density_coverage_of(*p.balls)),
    Measure(
        "manifold",
        density_coverage,
        ("density",),
        lambda p: density_coverage_of(*p.balls),
        two_sided=True,
    ),
    Measure(
        "manifold",
        adversarial_accuracy,
        ("accuracy", "real_half", "synthetic_half"),
        lambda p: adversarial_accuracy_of(p.equal_neighbours),
    ),
    Measure(
        "manifold",
        discriminative_score,
        ("accuracy", "auc"),
        lambda p: discriminative_score(*p.rows, random_state=p.settings.seed),
    ),
    Measure("copies", authenticity, (), lambda p: authenticity_of(p.neighbours), two_sided=True),
    Measure(
        "copies",
        distance_to_closest_record,
        ("ratio", "share_closer"),
        lambda p: closest_record_of(p.neighbours),
        two_sided=True,
    ),
    Measure(
        "utility",
        reverse_validation,
        ("accuracy", "balanced_accuracy", "f1_macro"),
        lambda p: reverse_validation(*p.rows_and_labels, estimator=p.classifier),
    ),
    _reverse_validation_of(
        "mlp", lambda seed: MLPNetClassifier(max_epochs=30, random_state=seed, device="cpu")
    ),
    _reverse_validation_of("random forest", lambda seed: RandomForestClassifier(random_state=seed)),
    Measure(
        "utility",
        label_preservation,
        ("accuracy", "balanced_accuracy", "f1_macro"),
        lambda p: label_preservation(*p.rows_and_labels, estimator=p.classifier),
        two_sided=True,
    ),
    Measure(
        "biology",
        differential_expression_agreement,
        ("correlation", "slope", "top_overlap"),
        lambda p: differential_expression_agreement(*p.rows_and_labels),
    ),
    Measure(
        "biology",
        module_preservation,
        ("connectivity", "density_ratio", "adjusted_rand", "cophenetic"),
        lambda p: module_preservation(*p.rows),
    ),
    Measure(
        "biology",
        pca_variance,
        ("effective_rank_ratio",),
        lambda p: pca_variance(*p.rows, random_state=p.settings.seed),
    ),
]
