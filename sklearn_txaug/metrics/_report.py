"""All indicators at once, each beside what other real rows reach."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from .._nn.device import resolve_device
from ..utils.checks import check_count
from ..utils.optional import require
from ..utils.typing import ArrayLike, DataFrame, EstimatorLike, MatrixLike, RandomState
from ._attack_success import patients
from ._blind_spots import coverage_of
from ._indicator import FAMILIES
from ._report_input import check_families, common_space, halves_of, remarks_on
from ._report_lines import Line, attempt, lines_against, memory_lines, with_reference
from ._report_privacy import Attacked, attacked
from ._sets import ComparedSets, LabelledRows, Settings, Shared
from ._utility import accuracy_by_class
from ._validation import generator

if TYPE_CHECKING:
    from ._report_frame import QualityReport


def quality_report(
    X_train: MatrixLike,
    y_train: ArrayLike,
    X_synthetic: MatrixLike,
    y_synthetic: ArrayLike,
    X_test: MatrixLike = None,
    y_test: ArrayLike = None,
    *,
    groups_train: ArrayLike = None,
    groups_test: ArrayLike = None,
    families: Iterable[str] = tuple(FAMILIES),
    scaler: EstimatorLike = None,
    estimator: EstimatorLike = None,
    k: int = 10,
    device: str = "auto",
    random_state: RandomState = 0,
) -> QualityReport:
    r"""Compute all indicators in one common space, each beside its real-against-real reference.

    All rows are brought into the space of a scaler that is fitted on the real training rows. The synthetic rows
    are compared with the training rows (what was learnt, and what was copied) and with the held-out rows (what
    holds in the population). Each value stands beside a *reference*: the same indicator of as many real rows in
    place of the synthetic ones. Against the training rows these are held-out rows, against the
    held-out rows they are training rows. Without `X_test`, half of the training rows stand for the population
    and the other half for the reference; such a report cannot tell whether rows were memorised.

    The *verdict* compares the error of the value with that of the reference. The error is the distance to the
    best value; for indicators whose best value is that of real rows (density, authenticity, closest record, label
    preservation), the distance to the reference. Where the best value is 0 and the scale is open, an error up to
    1.25 times the reference's is "like real" and up to twice "near real"; elsewhere up to 0.05 and
    0.15 more (0.1 and 0.2 where real rows are best).
    A value that is better than the reference by as much is "beyond real": on training rows a mark of copies, on
    held-out rows a mark of samples that are too typical. In small cohorts, values differ by more than
    this from draw to draw: repeat with other seeds.

    Parameters
    ----------
    X_train : array-like or sparse matrix of shape (n, d)
        The rows that the generator was trained on.
    y_train : array-like of shape (n,)
        Their labels.
    X_synthetic : array-like or sparse matrix of shape (m, d)
        Synthetic rows.
    y_synthetic : array-like of shape (m,)
        Their labels.
    X_test, y_test : array-like of shape (t, d) and (t,), default=None
        Rows that the generator has never seen, and their labels.
    groups_train, groups_test : array-like, default=None
        Patient or donor of each row; where a part is halved, groups stay whole.
    families : iterable of str, default=("fidelity", "manifold", "copies", "privacy", "utility", "biology")
        Which indicators to compute.
    scaler : transformer, "passthrough" or None, default=None
        Cloned and fitted on `X_train`. None is a `StandardScaler`.
    estimator : classifier, default=None
        For reverse validation, beside an MLP and a random forest, and for label preservation. None is logistic
        regression.
    k : int, default=10
        Neighbours of precision, recall, density and coverage: 10 for landmark genes, 50 for whole transcriptomes.
    device : str, default="auto"
        Torch device; "auto" is CUDA where there is one, else the CPU.
    random_state : int, Generator, RandomState or None, default=0
        Draws rows and splits.

    Returns
    -------
    report : QualityReport
        A :class:`pandas.DataFrame` with a row for each indicator and side, and the columns `family`,
        `indicator`, `field`, `against` ("train", "test", or "test - train" for differences of both), `value`,
        `reference`, `best` ("higher", "lower" or a number; "real" where the reference is best), `verdict`,
        `n_real`, `n_compared`, and `note`, which says why a value is missing (NaN). Attributes: `classes`, a
        table by class; `privacy`, the success of attacks beside that on rows of random over-sampling, SMOTE and the
        Gaussian; `blind_spots`, the coverage of real rows by class, rarity and outlyingness; `remarks`,
        sentences on what a reader has to know, such as patients on both sides. Its
        `to_html()` is a page for people.

    Raises
    ------
    ImportError
        If pandas is not installed.
    ValueError
        If the genes differ, values are not finite, labels do not fit the rows or have no class in
        common, one of `X_test` and `y_test` is missing, or a family is unknown.

    Examples
    --------
    >>> from sklearn_txaug.datasets import load_tissue_expression
    >>> from sklearn_txaug.metrics import quality_report
    >>> X, y = load_tissue_expression(return_X_y=True)
    >>> even, odd = slice(0, None, 2), slice(1, None, 2)
    >>> report = quality_report(X[even], y[even], X[even], y[even], X[odd], y[odd], families=["copies"])
    >>> report.query("indicator == 'memorisation'")[["value", "verdict"]].values.tolist()
    [[0.5, 'far from real']]
    """
    require("pandas", "quality_report")
    families = check_families(families)
    if (X_test is None) != (y_test is None):
        raise ValueError("Give both X_test and y_test, or neither.")
    check_count(k, "k")
    resolve_device(device)
    if y_train is not None:
        groups_train = patients(groups_train, len(y_train), "groups_train", "X_train")
    if y_test is not None:
        groups_test = patients(groups_test, len(y_test), "groups_test", "X_test")
    seed = int(generator(random_state).integers(2**31 - 1))
    settings = Settings(k, estimator, device, seed)
    train, synthetic, test = common_space(X_train, y_train, X_synthetic, y_synthetic, X_test, y_test, scaler)
    lines, tables = _compared(train, synthetic, test, groups_train, groups_test, families, settings)
    attacks = attacked(families, train, test, groups_train, groups_test, synthetic, settings)
    report = _frame(lines + (attacks.lines() if attacks else []), *tables)
    report.remarks = remarks_on(train, synthetic, test, groups_train, groups_test)
    if attacks and attacks.answer():
        report.privacy = _privacy(attacks)
        report.remarks.insert(0, attacks.answer())
    return report


def _compared(
    train: LabelledRows,
    synthetic: LabelledRows,
    test: LabelledRows | None,
    groups_train: Any,
    groups_test: Any,
    families: list[str],
    settings: Settings,
) -> tuple[list[Line], list[DataFrame]]:
    """Compare with training and held-out rows; return the lines, and the tables of classes and of blind spots."""
    if test is None:
        real, other = halves_of(train, groups_train, settings.seed)
        sides = {"train": (real, other)}
    else:
        sides = {"train": (train, test), "test": (test, train)}
    shared, lines = Shared(settings), []
    if "fidelity" in families:
        shared.plan_means([real.X for real, _ in sides.values()])
    for against, (real, other) in sides.items():
        new, old = with_reference(real, other, synthetic, shared)
        lines += lines_against(against, new, old, families)
    lines += memory_lines(train, test, groups_test, synthetic, shared, families)
    return lines, [
        _with_reference(_classes, new, old, ["reverse_validation", "label_preservation"]),
        _with_reference(_blind_spots, new, old, ["covered", "recalled", "covered_by_class"]),
    ]


def _privacy(attacks: Attacked) -> DataFrame:
    import pandas as pd

    return pd.DataFrame(attacks.table())


def _frame(lines: list[Line], classes: DataFrame, blind_spots: DataFrame) -> QualityReport:
    from ._report_frame import COLUMNS, QualityReport

    report = QualityReport(lines, columns=COLUMNS)
    report.classes, report.blind_spots = classes, blind_spots
    return report


def _classes(sets: ComparedSets) -> DataFrame:
    labels = sets.real.y, sets.predicted(True), sets.other.y, sets.predicted(False)
    return accuracy_by_class(*labels)


def _blind_spots(sets: ComparedSets) -> DataFrame:
    groups = coverage_of(*sets.neighbours_and_k, labels=(sets.real.y, sets.other.y)).groups
    return groups.set_index(["grouping", "group"])


def _with_reference(
    tabulate: Callable[[ComparedSets], DataFrame], new: ComparedSets, old: ComparedSets, columns: list[str]
) -> DataFrame:
    """Tabulate the synthetic rows, with the columns of the reference beside; None where that cannot be."""
    (table, _), (reference, _) = attempt(tabulate, new), attempt(tabulate, old)
    if table is None or reference is None:
        return table
    return table.join(reference[columns].add_prefix("reference_")).reset_index()
