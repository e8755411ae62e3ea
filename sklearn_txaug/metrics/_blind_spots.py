"""Which real rows does the generator not reach."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..utils.optional import require
from ..utils.typing import ArrayLike, MatrixLike
from ._distances import count_in_balls
from ._indicator import Field, indicator
from ._neighbours import Neighbours
from ._validation import check_labelled_pair, check_neighbours, check_pair


class CoverageReport(NamedTuple):
    """Shares of real rows that are covered and recalled, a table by row, and a table by group of rows."""

    covered: float
    recalled: float
    samples: Any
    groups: Any


@indicator(
    "max",
    question="Which patients are missed?",
    fields=[Field("covered"), Field("recalled")],
    headline="covered",
    cost="O(d (n + m)²) time, O((n + m) d) memory and a few blocks of 32 MiB",
    reference="The question, which real samples generators miss, is that of Alsamadi et al. (2024); the balls are "
    "those of density_coverage and precision_recall_f1.",
    pitfall="Groups of few rows move by chance.",
)
def coverage_report(
    X_real: MatrixLike,
    X_synthetic: MatrixLike,
    y_real: ArrayLike = None,
    y_synthetic: ArrayLike = None,
    *,
    k: int = 10,
    device: str = "auto",
) -> CoverageReport:
    r"""Tell, for each real row, whether the synthetic rows reach it; and for which kinds of rows they do not.

    A real row is *covered* if a synthetic row lies in the closed ball around it that has its k-th nearest
    other real row on the rim (the share is the coverage of :func:`density_coverage`), and *recalled* if it
    lies in such a ball around a synthetic row (the share is the recall of :func:`precision_recall_f1`).
    Outlying rows have wide balls of their own, so `recalled` is the harder test for them.

    Shares range from 0 to 1, higher is better; identical sets give 1.

    Cost: {cost}.

    Parameters
    ----------
    {rows}, more than `k` in each set. Held-out real rows show what the generator misses,
        training rows what it did not learn.
    y_real, y_synthetic : array-like of shape (n,) and (m,), default=None
        Their labels: both or none.
    k : int, default=10
        Which neighbour is on the rim.
    {device}

    Returns
    -------
    result : CoverageReport
        Named tuple of the shares `covered` and `recalled` and two :class:`pandas.DataFrame`:

        `samples`, one line a real row (with the index of `X_real`): `covered`, `recalled`, `n_in_ball`
        (synthetic rows in its ball), `nearest` (distance to the nearest synthetic row), `radius` (of its
        ball), `outlyingness` (radius over the median radius); with labels also `class`, `class_size` and
        `covered_by_class` (a synthetic row of its own class lies in its ball; False for a class that the
        synthetic part lacks).

        `groups`, tidy: `grouping` ("all", "class", "rarity", "outlyingness"), `group`, `n_real`, `covered`,
        `recalled` and, with labels, `covered_by_class`. Rarity splits the classes at the terciles of their
        sizes, outlyingness the rows at the quartiles.

    Raises
    ------
    ImportError
        If pandas is not installed.
    ValueError
        If a set has no more than `k` rows, one of the labels is missing, or labels or genes do not fit.

    References
    ----------
    {reference}

    Examples
    --------
    >>> from sklearn_txaug.metrics import coverage_report
    >>> report = coverage_report([[0], [1], [9], [11]], [[0.2], [1.5]], list("aabb"), list("aa"), k=1)
    >>> report.covered, report.samples["covered"].tolist()
    (0.5, [True, True, False, False])
    >>> report.groups.query("grouping == 'class'")[["group", "n_real", "covered"]].values.tolist()
    [['a', 2, 1.0], ['b', 2, 0.0]]
    """
    require("pandas", "coverage_report")
    if (y_real is None) != (y_synthetic is None):
        raise ValueError("Give both y_real and y_synthetic, or neither.")
    labels = None
    if y_real is None:
        real, synthetic = check_pair(X_real, X_synthetic)
    else:
        real, synthetic, *labels = check_labelled_pair(X_real, X_synthetic, y_real, y_synthetic)
    check_neighbours(k, real, "X_real")
    check_neighbours(k, synthetic, "X_synthetic")
    index = X_real.index if hasattr(X_real, "iloc") else None  # polars has none
    return coverage_of(Neighbours(real, synthetic, device), k, labels, index)


def coverage_of(neighbours: Neighbours, k: int, labels: Any = None, index: Any = None) -> CoverageReport:
    """Return the report of neighbours that are known already, and of the labels of both sets."""
    import pandas

    columns = _by_sample(neighbours, k) | (_by_label(neighbours, k, *labels) if labels else {})
    samples = pandas.DataFrame(columns, index=index)
    groups = _by_group(pandas, samples)
    return CoverageReport(
        float(samples["covered"].mean()), float(samples["recalled"].mean()), samples, groups
    )


def _by_sample(neighbours: Neighbours, k: int) -> dict[str, np.ndarray]:
    balls, radius = neighbours.balls(k), neighbours.radii("real", k)
    median = np.median(radius)
    return {
        "covered": balls.synthetic_in_real_ball > 0,
        "recalled": balls.synthetic_balls_around_real > 0,
        "n_in_ball": balls.synthetic_in_real_ball,
        "nearest": neighbours.nearest.real_distance,
        "radius": radius,
        "outlyingness": radius / median if median else np.where(radius > 0, np.inf, 0.0),
    }


def _by_label(
    neighbours: Neighbours, k: int, y_real: np.ndarray, y_synthetic: np.ndarray
) -> dict[str, np.ndarray]:
    classes, codes, sizes = np.unique(y_real, return_inverse=True, return_counts=True)
    radius, own = neighbours.radii("real", k), np.zeros(len(y_real), dtype=bool)
    for code, label in enumerate(classes):
        rows, new = np.flatnonzero(codes == code), np.flatnonzero(y_synthetic == label)
        if len(new):
            own[rows] = (
                count_in_balls(neighbours.real.take(rows), neighbours.synthetic.take(new), radius[rows]) > 0
            )
    return {"class": y_real, "class_size": sizes[codes], "covered_by_class": own}


def _by_group(pandas: Any, samples: Any) -> Any:
    """Average the shares over all rows, and by class, rarity of the class, and outlyingness."""
    groupings = {"all": np.full(len(samples), "all")}
    if "class" in samples:
        groupings |= {"class": samples["class"].to_numpy(), "rarity": _rarity(samples)}
    groupings["outlyingness"] = _quartile(samples["outlyingness"].to_numpy())
    shares = [name for name in ("covered", "recalled", "covered_by_class") if name in samples]
    tables = []
    for grouping, group in groupings.items():
        table = samples[shares].groupby(group).mean()
        table.insert(0, "n_real", samples.groupby(group).size())
        tables.append(table.rename_axis("group").reset_index().assign(grouping=grouping))
    return pandas.concat(tables, ignore_index=True)[["grouping", "group", "n_real", *shares]]


def _rarity(samples: Any) -> np.ndarray:
    sizes = samples.drop_duplicates("class")["class_size"]
    cuts = np.quantile(sizes, [1 / 3, 2 / 3])
    names = np.array(["1 rare", "2 medium", "3 common"])
    return names[np.searchsorted(cuts, samples["class_size"].to_numpy(), side="left")]


def _quartile(values: np.ndarray) -> np.ndarray:
    names = np.array(["1 central", "2 inner", "3 outer", "4 outlying"])
    return names[np.searchsorted(np.quantile(values, [0.25, 0.5, 0.75]), values, side="left")]
