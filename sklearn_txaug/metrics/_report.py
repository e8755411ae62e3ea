"""All indicators at once, each beside what other real rows reach."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from ..utils.optional import require
from ._adversarial import privacy_loss
from ._blind_spots import coverage_report
from ._copies import memorisation
from ._indicator import describe
from ._report_input import check_families, common_space, halves_of, remarks_on
from ._report_measures import FAMILIES, MEASURES, Pair, Part, Settings
from ._report_verdict import judge
from ._utility import per_class_accuracy
from ._validation import generator

if TYPE_CHECKING:
    from ._report_frame import QualityReport


def quality_report(
    X_train: Any,
    y_train: Any,
    X_synthetic: Any,
    y_synthetic: Any,
    X_test: Any = None,
    y_test: Any = None,
    *,
    groups_train: Any = None,
    groups_test: Any = None,
    families: Iterable[str] = FAMILIES,
    scaler: Any = None,
    estimator: Any = None,
    k: int = 10,
    device: str = "auto",
    random_state: Any = 0,
) -> QualityReport:
    r"""Compute all indicators in one common space, each beside its real-against-real reference.

    All rows are brought into the space of a scaler that is fitted on the real training rows. The synthetic rows
    are compared with the training rows (what was learnt, and what was copied) and with the held-out rows (what
    holds in the population). Each value stands beside a *reference*: the same indicator with real rows in the
    place of the synthetic ones, as many of them. Against the training rows these are held-out rows, against the
    held-out rows they are training rows. Without `X_test`, half of the training rows stand for the population
    and the other half for the reference; such a report cannot tell whether rows were memorised.

    The *verdict* compares the error of the value with that of the reference. The error is the distance to the
    best value; for indicators whose best value is that of real rows (density, authenticity, closest record, label
    preservation), the distance to the reference. Where the best value is 0 and the scale is open, an error up to
    1.25 times the reference's is "like real" and up to twice "near real"; elsewhere up to 0.05 and
    0.15 more (0.1 and 0.2 where real rows are best).
    A value that is better than the reference by as much is "beyond real": on training rows the mark of
    copies, on held-out rows of samples that are too typical. Random draws of small cohorts move by more than this:
    repeat with other seeds.

    Parameters
    ----------
    X_train, X_synthetic : array-like or sparse matrix of shape (n, d) and (m, d)
        The rows that the generator was trained on, and synthetic rows.
    y_train, y_synthetic : array-like of shape (n,) and (m,)
        Their labels.
    X_test, y_test : array-like of shape (t, d) and (t,), default=None
        Rows that the generator has never seen, and their labels.
    groups_train, groups_test : array-like, default=None
        Patient or donor of each row; where a part is halved, groups stay whole.
    families : iterable of str, default=("fidelity", "manifold", "copies", "utility", "biology")
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
        table by class; `blind_spots`, the coverage of real rows by class, rarity and outlyingness; `remarks`,
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
    seed = int(generator(random_state).integers(2**31 - 1))
    settings = Settings(k, estimator, device, seed)
    train, synthetic, test = common_space(X_train, y_train, X_synthetic, y_synthetic, X_test, y_test, scaler)
    if test is None:
        a, b = halves_of(train, groups_train, seed)
        sides = [("train", a, b)]
    else:
        sides = [("train", train, test), ("test", test, train)]
    rows = []
    for against, real, other in sides:
        rows += _compare(against, real, other, synthetic, settings, families)
    if "copies" in families:
        rows += _memory(train, test, groups_test, synthetic, settings)
    report = _frame(rows, sides[-1], synthetic, settings)
    report.remarks = remarks_on(train, synthetic, test, groups_train, groups_test)
    return report


def _compare(
    against: str, real: Part, other: Part, synthetic: Part, settings: Settings, families: list[str]
) -> list[dict[str, Any]]:
    size = min(len(other.X), len(synthetic.X))
    new = Pair(real, synthetic.draw(size, settings.seed), settings)
    old = Pair(real, other.draw(size, settings.seed), settings)
    rows = []
    for measure in MEASURES:
        if measure.family not in families:
            continue
        names = measure.fields or (None,)
        (value, why), (reference, why_not) = (_attempt(measure.compute, pair) for pair in (new, old))
        for field in names:
            direction = describe(measure.indicator, field).direction
            rows.append(
                {
                    "family": measure.family,
                    "indicator": measure.name,
                    "field": field or "",
                    "against": against,
                    **judge(_field(value, field), _field(reference, field), direction, measure.two_sided),
                    "n_real": len(real.X),
                    "n_compared": size,
                    "note": why or (f"reference: {why_not}" if why_not else ""),
                }
            )
    return rows


def _attempt(compute: Any, *arguments: Any, **settings: Any) -> tuple[Any, str]:
    """Compute, or tell why that cannot be: too few rows, one class, no gene that varies."""
    try:
        return compute(*arguments, **settings), ""
    except ValueError as error:
        return None, str(error).splitlines()[0]


def _field(result: Any, field: str | None) -> float:
    if result is None:
        return float("nan")
    return float(result if field is None else getattr(result, field))


def _memory(
    train: Part, test: Part | None, groups: Any, synthetic: Part, settings: Settings
) -> list[dict[str, Any]]:
    """Compare closeness to training rows with that to held-out rows; other held-out rows are the reference."""
    halves, why = None, "needs held-out rows (X_test)"
    if test is not None:
        halves, why = _attempt(halves_of, test, groups, settings.seed)
    rows = []
    for function in (memorisation, privacy_loss):
        field, direction, _ = describe(function)
        values: list[float] = []
        references: list[float] = []
        note, size = why, 0
        for half, rest in (halves, halves[::-1]) if halves else ():
            size = min(len(rest.X), len(synthetic.X))
            for part, found in ((synthetic, values), (rest, references)):
                compared = part.draw(size, settings.seed).X
                result, why_not = _attempt(function, train.X, half.X, compared, device=settings.device)
                found.append(_field(result, field))
                note = note or why_not
        value, reference = _mean(values), _mean(references)  # below 0 nothing is remembered
        rows.append(
            judge(np.maximum(value, 0), np.maximum(reference, 0), direction, False)
            | {"family": "copies", "indicator": function.__name__, "field": field, "against": "test - train"}
            | {"value": value, "reference": reference}
            | {"n_real": len(train.X), "n_compared": size, "note": note}
        )
    return rows


def _mean(values: list[float]) -> float:
    return float(np.mean(values)) if values else float("nan")


def _frame(
    rows: list[dict[str, Any]], side: tuple[str, Part, Part], synthetic: Part, settings: Settings
) -> QualityReport:
    from ._report_frame import COLUMNS, QualityReport

    report = QualityReport(rows, columns=COLUMNS)
    _, real, other = side
    size = min(len(other.X), len(synthetic.X))
    pairs = [Pair(real, part.draw(size, settings.seed), settings) for part in (synthetic, other)]
    report.classes = _with_reference(_classes, pairs, ["reverse_validation", "label_preservation"])
    report.blind_spots = _with_reference(_blind_spots, pairs, ["covered", "recalled", "covered_by_class"])
    return report


def _classes(pair: Pair) -> Any:
    return per_class_accuracy(*pair.rows_and_labels, estimator=pair.classifier)


def _blind_spots(pair: Pair) -> Any:
    groups = coverage_report(*pair.rows_and_labels, k=pair.settings.k, device=pair.settings.device).groups
    return groups.set_index(["grouping", "group"])


def _with_reference(tabulate: Any, pairs: list[Pair], columns: list[str]) -> Any:
    """Tabulate the synthetic rows, with the columns of the reference beside; None where that cannot be."""
    (table, _), (reference, _) = (_attempt(tabulate, pair) for pair in pairs)
    if table is None or reference is None:
        return table
    return table.join(reference[columns].add_prefix("reference_")).reset_index()
