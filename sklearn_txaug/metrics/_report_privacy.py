"""What attacks find in the synthetic rows, beside what they find in those of simple samplers."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import partial
from typing import Any

import numpy as np
from imblearn.over_sampling import SMOTE, RandomOverSampler

from ..over_sampling._gaussian import GaussianSampler
from ..over_sampling._wrapper import Interpolation
from ._attribute import attribute_disclosure
from ._indicator import Field, Indicator, reported_indicators
from ._membership import MembershipInference, membership_inference
from ._report_lines import DIFFERENCE, PRIVACY, Line, attempt
from ._report_verdict import judge
from ._sets import LabelledRows, Settings

THESE = "these rows"
_CLEAR_AREA, _CLEAR_SHARE = 0.7, 0.1


class Attacked:
    """All indicators of privacy, for the synthetic rows and for rows of simple samplers with their labels."""

    def __init__(
        self,
        train: LabelledRows,
        test: LabelledRows | None,
        groups_train: Any,
        groups_test: Any,
        synthetic: LabelledRows,
        settings: Settings,
    ) -> None:
        self.sizes = {"n_real": len(train.X), "n_compared": len(synthetic.X)}
        self.results: dict[str, dict[str, Any]] = {}
        self.notes: dict[str, str] = {}
        offered = {"groups_train": groups_train, "groups_test": groups_test, "device": settings.device}
        offered["random_state"] = settings.seed
        for indicator in _attacks():
            found: dict[str, Any] = {}
            attack, why = None, "needs held-out rows (X_test)"
            if test is not None:
                attack, why = attempt(partial(indicator.against, **offered), train.X, test.X)
            if attack is not None:
                found[THESE], why = attempt(attack, synthetic.X)
                for name, rows in self._simple(train, synthetic, settings.seed):
                    found[name], _ = attempt(attack, rows)
            self.results[indicator.name], self.notes[indicator.name] = found, why

    def _simple(
        self, train: LabelledRows, synthetic: LabelledRows, seed: int
    ) -> Iterator[tuple[str, np.ndarray]]:
        """Yield as many rows of simple samplers, with the labels of the synthetic rows that are known."""
        y = synthetic.y[np.isin(synthetic.y, train.y)]
        samplers = {
            "random over-sampling": Interpolation(RandomOverSampler(), random_state=seed),
            "SMOTE": Interpolation(SMOTE(), random_state=seed),
            "Gaussian": GaussianSampler(random_state=seed),
        }
        for name, sampler in samplers.items():
            rows, _ = attempt(lambda model: model.fit(train.X, train.y).sample(y=y)[0], sampler)
            if rows is not None:
                yield name, rows

    def lines(self) -> list[Line]:
        """Return the lines of the report; the reference is a guess, which is all that rows of nobody allow."""
        shown = [(indicator, field) for indicator in _attacks() for field in indicator.fields if field.shown]
        return [self._line(indicator, field) for indicator, field in shown]

    def _line(self, indicator: Indicator, field: Field) -> Line:
        guess = float(indicator.direction_of(field))
        value = field.value(self.results[indicator.name].get(THESE))
        return {
            **judge(float(np.maximum(value, guess)), guess, guess, False),
            "family": PRIVACY,
            "indicator": indicator.name,
            "field": field.name or "",
            "against": DIFFERENCE,
            "value": value,
            **self.sizes,
            "note": self.notes[indicator.name],
        }

    def table(self) -> list[dict[str, Any]]:
        """Return the success of each attack, these rows first."""
        areas, gains = (self.results[f.__name__] for f in (membership_inference, attribute_disclosure))
        return [
            {"rows": name}
            | {attack: getattr(found, attack).auc for attack in found._fields}
            | {
                "low": found.strongest.auc_low,
                "high": found.strongest.auc_high,
                "found_at_1_percent": found.tpr,
            }
            | {"attribute_gain": gains[name].gain if gains.get(name) else np.nan}
            for name, found in areas.items()
            if found is not None
        ]

    def answer(self) -> str:
        """Answer in one sentence whether the rows may be shared; empty if nothing was attacked."""
        found: MembershipInference | None = self.results[membership_inference.__name__].get(THESE)
        if found is None:
            return ""
        best = found.strongest
        success = (
            f"the strongest of three attacks ({found.attack}) tells training patients from others with an area under "
            f"the curve of {best.auc:.2f} [{best.auc_low:.2f}, {best.auc_high:.2f}] (0.5 is a guess) and finds "
            f"{best.tpr:.0%} of them with 1 % false alarms"
        )
        if best.auc >= _CLEAR_AREA or best.tpr >= _CLEAR_SHARE:
            return f"May these rows be shared? Not more freely than the training rows: {success}."
        if best.auc_low > 0.5:
            return f"May these rows be shared? Only under an agreement: {success}."
        return f"May these rows be shared? Nothing found here speaks against it, which is no guarantee: {success}."


def _attacks() -> list[Indicator]:
    return [found for found in reported_indicators() if found.family == PRIVACY]


def attacked(families: Collection[str], *arguments: Any) -> Attacked | None:
    """Attack, if the family is asked for."""
    return Attacked(*arguments) if PRIVACY in families else None
