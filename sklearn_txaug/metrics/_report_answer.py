"""The report in four sentences: plausible, varied, copies, and what to do."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ._report_lines import DIFFERENCE
from ._report_verdict import BEYOND, FAR, LIKE, NEAR, NONE

_WORDS = {LIKE: "Yes", NEAR: "Nearly", FAR: "Not enough", BEYOND: "Yes, more than real rows are"}


class Answers(NamedTuple):
    """Three sentences, the verdict, and whether it is ``"good"``, ``"unsure"`` or ``"bad"``."""

    plausible: str
    varied: str
    copies: str
    verdict: str
    kind: str


def answers(report: Any) -> Answers:
    """Answer from a report whether rows are plausible, varied and new, each beside other real rows."""
    side = "test" if (report["against"] == "test").any() else "train"
    plausible = _line(report, "precision_recall_f1", "precision", side)
    varied = _line(report, "precision_recall_f1", "recall", side)
    copied, copies = _copies(report)
    verdict, kind = _verdict(plausible, varied, copied)
    return Answers(
        _sentence("Plausible?", plausible, "of the synthetic rows lie among real ones"),
        _sentence("Varied?", varied, "of the real rows lie among synthetic ones"),
        copies,
        verdict,
        kind,
    )


def _line(report: Any, indicator: str, field: str, against: str) -> Any:
    """Return a line of the report, or None if it is not there or has no verdict."""
    chosen = report[
        (report["indicator"] == indicator) & (report["field"] == field) & (report["against"] == against)
    ]
    return chosen.iloc[0] if len(chosen) else None


def _known(line: Any) -> bool:
    return line is not None and line["verdict"] != NONE


def _why(line: Any) -> str:
    return f": {line['note'].removesuffix('.')}" if line is not None and line["note"] else ""


def _sentence(question: str, line: Any, what: str) -> str:
    if not _known(line):
        return f"{question} Not computed{_why(line)}."
    return (
        f"{question} {_WORDS[line['verdict']]}: {line['value']:.0%} {what} "
        f"(other real rows: {line['reference']:.0%})."
    )


def _copies(report: Any) -> tuple[str, str]:
    """Return ``"yes"``, ``"perhaps"``, ``"no"`` or ``"unknown"``, and the sentence."""
    gap = _line(report, "memorisation", "gap", DIFFERENCE)
    if _known(gap):
        word = {FAR: "yes", NEAR: "perhaps"}.get(gap["verdict"], "no") if gap["value"] > 0 else "no"
        return word, (
            f"Copies? {_copy_word(word)}: {_points(gap['value'])} of 100 rows more lie close to a training row than "
            f"to a held-out row (other real rows: {_points(gap['reference'])})."
        )
    new = _line(report, "authenticity", "", "train")
    if not _known(new):
        return "unknown", f"Copies? Not computed{_why(gap)}."
    fewer = new["value"] < new["reference"]
    word = {FAR: "yes", NEAR: "perhaps"}.get(new["verdict"], "unknown") if fewer else "unknown"
    return word, (
        f"Copies? {_copy_word(word)}: {1 - new['value']:.0%} of the rows are close to a training row (other real "
        f"rows: {1 - new['reference']:.0%}); to tell for sure needs held-out rows."
    )


def _copy_word(word: str) -> str:
    return {"yes": "Yes", "perhaps": "Perhaps", "no": "None found", "unknown": "No sign"}[word]


def _points(share: float) -> str:
    return f"{100 * share:.0f}".replace("-", "\N{MINUS SIGN}")


def _verdict(plausible: Any, varied: Any, copied: str) -> tuple[str, str]:
    """Return what to do, and of which kind it is."""
    if copied == "yes":
        return (
            "Do not use or share these rows: they repeat training rows. Train a smaller model or fewer epochs, or "
            "give it more real rows.",
            "bad",
        )
    if not (_known(plausible) and _known(varied)):
        return "Undecided: there are too few rows, or indicators were left out.", "unsure"
    if plausible["verdict"] == FAR:
        return (
            "Do not use these rows as they are: too many are unlike any real row. Train longer, check that both "
            "files are on one scale, or try another sampler.",
            "bad",
        )
    if varied["verdict"] == FAR:
        return (
            "Use these rows only beside real ones, not in their place: kinds of real rows are missing (see Blind "
            "spots). Train longer or try another sampler.",
            "unsure",
        )
    nearly = NEAR in (plausible["verdict"], varied["verdict"]) or copied == "perhaps"
    shown = "Nearly as good as other real rows" if nearly else "As good as other real rows"
    return (
        f"{shown} by these three. Whether they help a classifier is for the command benchmark to say; whether they "
        "may be shared, no distance can say.",
        "unsure" if nearly else "good",
    )


def explanation(line: Any) -> str:
    """Say why a value can be better than that of real rows, or below chance; empty for others.

    Parameters
    ----------
    line : Series or named tuple
        A line of the report.
    """
    if line.best == "0.5" and np.isfinite(line.value) and line.value < 0.45:
        if line.indicator == "discriminative_score":
            return (
                "Below 0.5: the classifier takes real rows for synthetic and the reverse, as it does where a row has "
                "a near-copy in the other set, which it has learnt under the other name."
            )
        if line.field == "accuracy":
            return "Below 0.5: the nearest row is mostly one of the other set, as it is with near-copies."
        return "Below 0.5: the nearest row of most of these is one of the other set."
    if line.verdict != BEYOND:
        return ""
    if line.against == "train":
        return "Better than other real rows: the synthetic rows are closer to the training rows than new rows can be."
    return (
        "Better than other real rows: the synthetic rows are more typical than real ones, or the real rows beside "
        "them are of another kind (other patients, fewer rows)."
    )
