"""Can hidden genes of a training patient be predicted from the others, better than those of anybody else."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from ..utils.blocks import LARGE_BLOCK, blocks
from ..utils.typing import ArrayLike, MatrixLike, RandomState
from ._attack_success import group_numbers, interval, redrawn_weights
from ._distances import as_rows, nearest_between
from ._indicator import Field, indicator
from ._validation import check_three, generator, names_of

_PENALTIES = 10.0 ** np.arange(-3, 5)

Predict = Callable[[np.ndarray], np.ndarray]


class AttributeDisclosure(NamedTuple):
    """Gain of members over others with its interval, and the explained variance of both and of the baseline."""

    gain: float
    gain_low: float
    gain_high: float
    members: float
    others: float
    baseline: float


@indicator(
    0.0,
    family="privacy",
    question="Are hidden genes of training patients predicted better than those of others?",
    fields=[
        Field("gain", column="attribute_gain"),
        Field("members", shown=False),
        Field("others", shown=False),
    ],
    headline="gain",
    cost="O(d m min(d, m)) time for the regression and O(d n m) for the neighbours",
    reference="M. Giomi, F. Boenisch, C. Wehmeyer, B. Tasnadi (2023). A unified framework for quantifying privacy "
    "risk in synthetic data. PoPETs.",
    pitfall="High for others too: genes are correlated, and that is science, not disclosure. Read the gain.",
    prepare=lambda *sets, **settings: AttributeAttacks(*sets, **settings),
)
def attribute_disclosure(
    X_train: MatrixLike,
    X_test: MatrixLike,
    X_synthetic: MatrixLike,
    *,
    hidden: ArrayLike = None,
    groups_train: ArrayLike = None,
    groups_test: ArrayLike = None,
    device: str = "auto",
    random_state: RandomState = 0,
) -> AttributeDisclosure:
    r"""Predict a panel of hidden genes from the others with the synthetic rows: for members, and for others.

    The attacker knows all genes of a person but those of the panel, and learns from the synthetic rows to predict
    these in two ways: by ridge regression, and by the hidden values of the nearest synthetic row. The accuracy is the
    share of the variance explained, of all hidden genes together. What is as accurate for people who had no part in
    the training is knowledge about everybody. The *gain*, that of members minus that of others, is what the training
    rows gave away; it is that of the better of both ways. The *baseline* is the accuracy for members of the same
    attack with rows of others in place of the synthetic ones: who has such rows needs no synthetic ones.

    Range of the gain -1 to 1, ideal 0. Its 95 % interval is of percentiles over draws of whole patients with
    replacement. Rows are compared as they are: bring all to one scale first, as :func:`quality_report` does.

    Cost: {cost}.

    Parameters
    ----------
    {three_sets}
    hidden : array-like of int, bool or str, default=None
        Columns of the panel: their numbers, a mask, or names of columns of a data frame. None draws a tenth of the
        genes, at most 50.
    groups_train, groups_test : array-like of shape (n,) and (t,), default=None
        Patient or donor of each row; None: each row is one.
    {device}
    random_state : int, Generator, RandomState or None, default=0
        Draws the panel and the intervals.

    Returns
    -------
    result : AttributeDisclosure
        Named tuple of `gain`, `gain_low`, `gain_high`, `members`, `others` and `baseline`.

    Raises
    ------
    ValueError
        If a set has fewer than two rows, values are not finite, the genes differ, or the panel is empty, all genes,
        or names genes that are not there.

    References
    ----------
    {reference}

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_txaug.metrics import attribute_disclosure
    >>> rows = np.random.default_rng(0).normal(size=(80, 20))
    >>> copies = attribute_disclosure(rows[:40], rows[40:], rows[:40])
    >>> copies.members, copies.gain > 0.9
    (1.0, True)
    """
    hidden = _numbers_of(hidden, X_train)
    train, test, synthetic = check_three(X_train, X_test, X_synthetic)
    groups = {"groups_train": groups_train, "groups_test": groups_test}
    return AttributeAttacks(train, test, hidden=hidden, **groups, device=device, random_state=random_state)(
        synthetic
    )


class AttributeAttacks:
    """The attacks with what needs no synthetic rows done, for any synthetic rows of the same training.

    The parameters are those of `attribute_disclosure`.
    """

    def __init__(
        self,
        train: np.ndarray,
        test: np.ndarray,
        *,
        hidden: Any = None,
        groups_train: Any = None,
        groups_test: Any = None,
        device: str = "auto",
        random_state: RandomState = 0,
    ):
        self.train, self.test, self.device = train, test, device
        self._rng = generator(random_state)
        self.panel = _panel(hidden, train.shape[1], self._rng)
        self.members = group_numbers(groups_train, len(train), "groups_train", "X_train")
        self.others = group_numbers(groups_test, len(test), "groups_test", "X_test")
        self._centre = test[:, self.panel].mean(axis=0)  # what is guessed without any attack
        self._baselines = [
            float(_share(*self._explained(self._learn(test, way), train), np.ones(len(train))))
            for way in _WAYS
        ]

    def __call__(self, synthetic: np.ndarray) -> AttributeDisclosure:
        rng, results = copy.deepcopy(self._rng), []
        for way, baseline in zip(_WAYS, self._baselines, strict=True):
            predict = self._learn(synthetic, way)
            parts = self._explained(predict, self.train), self._explained(predict, self.test)
            results.append(_disclosure(parts, (self.members, self.others), baseline, rng))
        return max(results, key=lambda result: result.gain)

    def _learn(self, rows: np.ndarray, way: Any) -> Predict:
        return way(rows, self.panel, self.device)

    def _explained(self, predict: Predict, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the squared errors of the hidden values of each row, and of the guess."""
        error, total = rows[:, self.panel] - predict(rows), rows[:, self.panel] - self._centre
        return np.square(error).sum(axis=1), np.square(total).sum(axis=1)


def _numbers_of(hidden: Any, X: Any) -> Any:
    """Return names of columns as their numbers, anything else unchanged."""
    wanted = np.asarray(hidden, dtype=object).ravel().tolist()
    if not all(isinstance(name, str) for name in wanted):
        return hidden
    known = {name: place for place, name in enumerate(names_of(X) or ())}
    unknown = [name for name in wanted if name not in known]
    if unknown:
        raise ValueError(
            f"hidden names {unknown[:5]}, which are no columns of X_train"
            f"{'' if known else ': it has no names, so give column numbers'}."
        )
    return np.array([known[name] for name in wanted], dtype=int)


def _panel(hidden: Any, n_genes: int, rng: np.random.Generator) -> np.ndarray:
    """Return the mask of the hidden genes."""
    if hidden is None:
        hidden = rng.choice(n_genes, min(50, max(1, n_genes // 10)), replace=False)
    hidden, mask = np.atleast_1d(hidden), np.zeros(n_genes, dtype=bool)
    fits = hidden.shape == (n_genes,) if hidden.dtype == bool else hidden.dtype.kind in "iu"
    if not fits or (
        hidden.dtype != bool and hidden.size and not (-n_genes <= hidden.min() <= hidden.max() < n_genes)
    ):
        raise ValueError(
            f"hidden must be column numbers below {n_genes}, or a mask of as many; got {hidden!r}."
        )
    mask[hidden] = True
    if not 0 < mask.sum() < n_genes:
        raise ValueError(f"hidden names {mask.sum()} of {n_genes} genes; some must be hidden and some known.")
    return mask


def _disclosure(
    parts: tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]],
    groups: tuple[np.ndarray, np.ndarray],
    baseline: float,
    rng: np.random.Generator,
) -> AttributeDisclosure:
    members, others = (float(_share(*part, np.ones(len(part[0])))) for part in parts)

    def gains() -> np.ndarray:
        drawn = (_share(*part, redrawn_weights(own, rng)) for part, own in zip(parts, groups, strict=True))
        return np.subtract(*drawn)

    low, high = interval(gains)
    return AttributeDisclosure(members - others, float(low), float(high), members, others, baseline)


def _share(errors: np.ndarray, totals: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the share of the variance that is explained, for rows with weights, or for several draws of them."""
    return 1 - (weights @ errors) / np.maximum(weights @ totals, 1e-300)


def _ridge(rows: np.ndarray, panel: np.ndarray, device: Any) -> Predict:
    """Learn ridge regression, with the penalty of the smallest error of each row left out."""
    centre, mean = (rows.mean(axis=0, dtype=np.float64)[genes] for genes in (~panel, panel))
    numbers, hidden = np.flatnonzero(~panel), rows[:, panel] - mean
    parts = list(blocks(len(numbers), len(rows), LARGE_BLOCK))

    def known(X: np.ndarray, part: slice) -> np.ndarray:
        return np.asarray(X[:, numbers[part]] - centre[part])

    # with K the known genes of the rows and V the vectors of the smaller product, Q is V of K K', or K V of K' K
    is_wide = len(rows) < len(numbers)
    if is_wide:
        values, V = np.linalg.eigh(sum(K @ K.T for K in (known(rows, part) for part in parts)))
        values = values.clip(min=0)
        Q = V * np.sqrt(values)
    else:
        K = known(rows, slice(None))
        values, V = np.linalg.eigh(K.T @ K)
        values = values.clip(min=0)
        Q = K @ V
    targets, squares = Q.T @ hidden, np.square(Q)
    best, chosen = np.inf, 1 / (values + _PENALTIES[-1])
    for penalty in _PENALTIES:
        shrunk = 1 / (values + penalty)
        residuals = hidden - Q @ (shrunk[:, None] * targets)
        left_out = residuals / np.maximum(1 - 1 / len(rows) - squares @ shrunk, 1e-6)[:, None]
        if np.square(left_out).sum() < best:
            best, chosen = np.square(left_out).sum(), shrunk
    # (not from the residuals divided by the penalty, which genes of other scales leave nothing but rounding)
    weights = V @ (chosen[:, None] * (V.T @ hidden if is_wide else targets))
    coefficients = np.concatenate([known(rows, part).T @ weights for part in parts]) if is_wide else weights
    return lambda X: (
        mean + sum(known(X, part) @ coefficients[part] for part in blocks(len(numbers), len(X), LARGE_BLOCK))
    )


def _nearest(rows: np.ndarray, panel: np.ndarray, device: Any) -> Predict:
    """Take the hidden values of the row that is nearest in the known genes."""

    def predict(X: np.ndarray) -> np.ndarray:
        A, B = as_rows(X[:, ~panel], rows[:, ~panel], device=device)
        _, nearest = nearest_between(A, B)
        return np.asarray(rows[:, panel][nearest[:, 0].cpu().numpy()])

    return predict


_WAYS = (_ridge, _nearest)
