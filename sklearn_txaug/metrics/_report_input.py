"""What the report is given: checked, in one space, and what a reader has to know about it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.preprocessing import StandardScaler

from ..utils.blocks import fit_scaler, map_rows
from ..utils.checks import check_order
from ..utils.containers import in_both
from ..utils.scales import passthrough
from ..utils.splits import holdout
from ._indicator import FAMILIES
from ._sets import LabelledRows
from ._validation import check_labelled_pair, check_pair, check_rows, labels_of


def check_families(families: Iterable[str]) -> list[str]:
    if not isinstance(families, Iterable):
        raise ValueError(f"families must be some of {tuple(FAMILIES)}; got {families!r}.")
    families = [families] if isinstance(families, str) else list(families)
    unknown = [name for name in families if name not in FAMILIES]
    if unknown or not families:
        raise ValueError(f"families must be some of {tuple(FAMILIES)}; got {families!r}.")
    return families


def common_space(
    X_train: Any, y_train: Any, X_new: Any, y_new: Any, X_test: Any, y_test: Any, scaler: Any
) -> tuple[LabelledRows, LabelledRows, LabelledRows | None]:
    check_order(X_train, "X_train", y_train=y_train)
    check_order(X_new, "X_synthetic", y_synthetic=y_new)
    check_order(X_test, "X_test", y_test=y_test)
    train, new = check_pair(X_train, X_new, min_rows=4, names=("X_train", "X_synthetic"))
    if scaler is None:
        scaler = StandardScaler()
    elif isinstance(scaler, str):
        if scaler != "passthrough":
            raise ValueError(f'scaler must be a transformer, "passthrough" or None; got {scaler!r}.')
        scaler = passthrough()
    elif not hasattr(scaler, "transform") or isinstance(scaler, type):
        raise ValueError(f'scaler must be a transformer, "passthrough" or None; got {scaler!r}.')
    scaler = clone(scaler)
    fit_scaler(scaler, train)

    def scaled(X: np.ndarray, y: Any, name: str) -> LabelledRows:
        rows = check_rows(map_rows(scaler.transform, X, X.dtype), f"scaled X_{name}")
        return LabelledRows(rows, labels_of(y, X, f"y_{name}", f"X_{name}"))

    parts = scaled(train, y_train, "train"), scaled(new, y_new, "synthetic")
    check_labelled_pair(parts[0].X, parts[1].X, parts[0].y, parts[1].y)
    if X_test is None:
        return *parts, None
    _, test = check_pair(X_train, X_test, min_rows=2, names=("X_train", "X_test"))
    test_part = scaled(test, y_test, "test")
    check_labelled_pair(parts[0].X, test_part.X, parts[0].y, test_part.y)
    return *parts, test_part


def halves_of(real: LabelledRows, groups: Any, seed: int) -> tuple[LabelledRows, LabelledRows]:
    """Halve real rows, by class and with groups whole as far as that goes."""
    try:
        rows = holdout(real.y, groups, 0.5, seed)
    except ValueError:  # classes of one row, or one group
        if groups is not None:
            raise
        order = np.random.default_rng(seed).permutation(len(real.y))
        rows = order[::2], order[1::2]
    a, b = (LabelledRows(real.X[r], real.y[r]) for r in rows)
    return a, b


def remarks_on(
    train: LabelledRows,
    synthetic: LabelledRows,
    test: LabelledRows | None,
    groups_train: Any,
    groups_test: Any,
) -> list[str]:
    """Say what makes the values mean something else than they seem to."""
    remarks = []
    if groups_train is not None and groups_test is not None:
        shared = len(in_both(groups_train, groups_test))
        if shared:
            remarks.append(
                f"{shared} of the groups (patients, donors) have both training and held-out rows: the held-out rows "
                "are not unseen."
            )
    classes = sorted(set(train.y.tolist()), key=str)
    missing = [str(c) for c in classes if c not in set(synthetic.y.tolist())]
    if missing:
        named = ", ".join(missing[:5]) + (" ..." if len(missing) > 5 else "")
        remarks.append(f"No synthetic row has the class {named}.")
    shares = [np.array([np.mean(part.y == c) for c in classes]) for part in (train, synthetic)]
    apart = float(np.abs(shares[0] - shares[1]).sum() / 2)
    if apart > 0.1:
        remarks.append(
            f"The shares of the classes differ: {apart:.0%} of the synthetic rows would need another class. "
            "Indicators that ignore labels count this as an error."
        )
    if test is None:
        remarks.append(
            "Without held-out rows, the report says nothing about rows that the generator has not seen."
        )
    return remarks
