"""Can the training rows be told from other rows of the same source, given the synthetic rows."""

from __future__ import annotations

import copy
from typing import Any, NamedTuple

import numpy as np

from ..utils.containers import in_both
from ..utils.typing import ArrayLike, MatrixLike, RandomState, SamplerLike
from ._attack_success import AttackSuccess, Scores, attack_success, group_numbers
from ._attacks import (
    Compared,
    ShadowAttack,
    ShadowGenerator,
    gaussian_shadow,
    interpolating_shadow,
    sampler_shadow,
)
from ._indicator import Field, indicator
from ._validation import check_three, generator, labels_of

_N_SPLITS = 4
_FEWEST = 8  # patients held out: four are the others, and four the reference, of whom two train a shadow


class MembershipInference(NamedTuple):
    """The success of three attacks; `auc`, `tpr` and `attack` are those of the one with the largest area."""

    distance: AttackSuccess
    density: AttackSuccess
    classifier: AttackSuccess

    @property
    def attack(self) -> str:
        """Name of the strongest attack."""
        return max(self._fields, key=lambda name: getattr(self, name).auc)

    @property
    def strongest(self) -> AttackSuccess:
        """Success of the strongest attack."""
        return getattr(self, self.attack)

    @property
    def auc(self) -> float:
        """Area under the curve of the strongest attack."""
        return self.strongest.auc

    @property
    def tpr(self) -> float:
        """Share of the members that the strongest attack finds with 1 % false positives."""
        return self.strongest.tpr


@indicator(
    0.5,
    family="privacy",
    question="Do attacks tell training patients from others (area under the curve)?",
    fields=[
        Field("auc", column="membership_auc"),
        Field(
            "tpr",
            "How many training patients are found with 1 % false alarms?",
            0.01,
            column="membership_tpr",
        ),
    ],
    headline="auc",
    cost="O(d n (n + m)) time for the distances, O(d m²) for the densities, and for a shadow as long as it trains",
    reference="B. van Breugel, H. Sun, Z. Qian, M. van der Schaar (2023). Membership inference attacks against "
    "synthetic data through overfitting detection. AISTATS.",
    pitfall="Attacks that fail prove nothing: others may succeed. Needs unseen rows of the same source.",
    prepare=lambda *sets, **settings: MembershipAttacks(*sets, **settings),
)
def membership_inference(
    X_train: MatrixLike,
    X_test: MatrixLike,
    X_synthetic: MatrixLike,
    *,
    y_test: ArrayLike = None,
    groups_train: ArrayLike = None,
    groups_test: ArrayLike = None,
    shadow: SamplerLike = None,
    device: str = "auto",
    random_state: RandomState = 0,
) -> MembershipInference:
    r"""Attack the synthetic rows: which rows trained the generator, and which did not?

    The attacker holds the synthetic rows, reference rows of the same source, and the rows of people of whom they want
    to know whether they were among the training rows (the members). Half of the patients of `X_test` are the
    others, who were not, and half are the reference; then they change places, and the results are averaged.

    * *distance*: the distance to the nearest synthetic row, relative to that to the nearest reference row.
    * *density*: the density of the synthetic rows divided by that of the reference rows, both Gaussian with a
      shrunk covariance (as the attack of van Breugel et al., whose densities are other ones). It finds what a
      generator of means and covariances gives away, which no distance does.
    * *classifier*: logistic regression on these and on the relative distance to ten neighbours. It learns from
      shadows: generators that the attacker trains on some of the reference rows and so knows the members of
      (Stadler et al. 2022).

    Each has its area under the ROC curve (.5 is a guess, 1 finds all), and its true-positive rate at 1 % false
    positives: who is found almost surely (Carlini et al. 2022). By chance, the largest of three areas is somewhat
    above .5. The 95 % intervals are percentiles over draws of whole patients with replacement.

    Rows are compared as they are: bring all to one scale first, as :func:`quality_report` does.

    Cost: {cost}.

    Parameters
    ----------
    {three_sets}
        `X_test` needs eight patients.
    y_test : array-like of shape (t,), default=None
        Labels of the test rows; needed with a `shadow`.
    groups_train, groups_test : array-like of shape (n,) and (t,), default=None
        Patient or donor of each row; None: each row is one.
    shadow : sampler, default=None
        What the attacker trains as shadows: the sampler that was used, if they know it. None stands for two simple
        ones, a Gaussian and interpolation between neighbours, for who does not.
    {device}
    random_state : int, Generator, RandomState or None, default=0
        Draws splits, shadows and intervals.

    Returns
    -------
    result : MembershipInference
        Named tuple of `distance`, `density` and `classifier`, each with `auc`, `auc_low`, `auc_high`, `tpr`,
        `tpr_low` and `tpr_high`. Its properties `attack`, `strongest`, `auc` and `tpr` are those of the attack with
        the largest area.

    Raises
    ------
    ValueError
        If a set has fewer than two rows, `X_test` has fewer than eight patients, values are not finite, the genes
        differ, a patient is in both sets, or labels are missing for a `shadow`.

    References
    ----------
    {reference}
    T. Stadler, B. Oprisanu, C. Troncoso (2022). Synthetic data - anonymisation groundhog day. USENIX Security.
    N. Carlini, S. Chien, M. Nasr, S. Song, A. Terzis, F. Tramer (2022). Membership inference attacks from first
    principles. IEEE Symposium on Security and Privacy.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_txaug.metrics import membership_inference
    >>> rows = np.random.default_rng(0).normal(size=(80, 20))
    >>> copies = membership_inference(rows[:40], rows[40:], rows[:40])
    >>> copies.distance.auc, copies.distance.tpr
    (1.0, 1.0)
    """
    train, test, synthetic = check_three(X_train, X_test, X_synthetic)
    known = {"groups_train": groups_train, "groups_test": groups_test, "y_test": y_test}
    return MembershipAttacks(train, test, **known, shadow=shadow, device=device, random_state=random_state)(
        synthetic
    )


class MembershipAttacks:
    """Attacks that have learnt what they can without synthetic rows, for any synthetic rows of the same training.

    The parameters are those of `membership_inference`.
    """

    def __init__(
        self,
        train: np.ndarray,
        test: np.ndarray,
        *,
        y_test: Any = None,
        groups_train: Any = None,
        groups_test: Any = None,
        shadow: Any = None,
        device: str = "auto",
        random_state: RandomState = 0,
    ):
        self.train, self.test = train, test
        self.members = group_numbers(groups_train, len(train), "groups_train", "X_train")
        self.others = others = group_numbers(groups_test, len(test), "groups_test", "X_test")
        _check_apart(groups_train, groups_test)
        if len(np.unique(others)) < _FEWEST:
            raise ValueError(f"X_test has {len(np.unique(others))} patients; the attacks need {_FEWEST}.")
        self._rng = rng = generator(random_state)
        labels = None if shadow is None else labels_of(y_test, test, "y_test", "X_test")
        self._parts = []
        for rest, reference in _halves(others, rng):
            attack = ShadowAttack(_shadows(shadow, labels, reference), _N_SPLITS)
            attack.fit(test[reference], others[reference], device, rng)
            compared = Compared(np.concatenate([train, test[rest]]), test[reference], device)
            self._parts.append((rest, compared, attack))

    def __call__(self, synthetic: np.ndarray) -> MembershipInference:
        rng = copy.deepcopy(self._rng)
        scores: dict[str, list[Scores]] = {name: [] for name in MembershipInference._fields}
        for rest, compared, classifier in self._parts:
            measured = compared.measure(np.concatenate([self.train, self.test[rest]]), synthetic)
            for name, score in zip(
                scores, (measured[:, 0], measured[:, 2], classifier(measured)), strict=True
            ):
                of_members, of_others = np.split(score, [len(self.train)])
                scores[name].append(Scores(of_members, of_others, self.members, self.others[rest]))
        return MembershipInference(**{name: attack_success(parts, rng) for name, parts in scores.items()})


def _check_apart(groups_train: Any, groups_test: Any) -> None:
    if groups_train is None or groups_test is None:
        return
    shared = in_both(groups_train, groups_test)
    if shared:
        raise ValueError(
            f"groups_test has patients of groups_train, among them {shared[:3]}: their rows are not those of others. "
            "Hold out whole patients."
        )


def _halves(groups: np.ndarray, rng: np.random.Generator) -> list[tuple[np.ndarray, np.ndarray]]:
    """Halve the rows, with patients whole, both ways round."""
    order = rng.permutation(np.unique(groups))
    first = np.isin(groups, order[::2])
    halves = np.flatnonzero(first), np.flatnonzero(~first)
    return [halves, halves[::-1]]


def _shadows(shadow: Any, labels: np.ndarray | None, reference: np.ndarray) -> list[ShadowGenerator]:
    if labels is None:
        return [gaussian_shadow, interpolating_shadow]
    return [sampler_shadow(shadow, labels[reference])]
