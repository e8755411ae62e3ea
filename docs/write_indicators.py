"""Write the tables of ``docs/indicators.md`` from the declarations of the indicators.

``python docs/write_indicators.py`` puts tables and sources between the marks of the page. They are committed, because
people read the page where the code is hosted, without a build; a test compares them with the declarations.
"""

import re
from pathlib import Path

from sklearn_txaug import metrics  # noqa: F401  (declares the indicators)
from sklearn_txaug.metrics._indicator import FAMILIES, INDICATORS

PAGE = Path(__file__).with_name("indicators.md")
TITLES = {**FAMILIES, None: "Row by row: who is missed?"}
HEAD = "| question | indicator | best | pitfall | cost |\n|---|---|---|---|---|"


def page():
    """Return the page with what is declared between its marks."""
    text = PAGE.read_text(encoding="utf-8")
    for name, content in {"tables": tables(), "sources": sources()}.items():
        start, end = f"<!-- {name}: python docs/write_indicators.py -->", f"<!-- end of {name} -->"
        pattern = re.escape(start) + ".*?" + re.escape(end)
        text = re.sub(pattern, lambda _, new=f"{start}\n\n{content}\n\n{end}": new, text, flags=re.DOTALL)
    return text


def tables():
    """Return a table for each family."""
    parts = []
    for family, title in TITLES.items():
        rows = [row(indicator) for indicator in INDICATORS if indicator.family == family]
        parts.append("\n".join([f"### {title}\n", HEAD, *rows]))
    return "\n\n".join(parts)


def sources():
    """Return the numbered list of references."""
    return "\n".join(f"{number}. {reference}" for reference, number in numbered().items())


def numbered():
    """Number the references as they come in the tables."""
    ordered = [indicator for family in TITLES for indicator in INDICATORS if indicator.family == family]
    references = dict.fromkeys(indicator.reference for indicator in ordered)
    return {reference: number for number, reference in enumerate(references, start=1)}


def row(indicator):
    """Return the line of one indicator."""
    shown = [field for field in indicator.fields if field.shown]
    questions = dict.fromkeys(indicator.question_of(field) for field in shown)
    best = [best_value(indicator, field) for field in shown]
    if len(set(best)) > 1:
        best = [f"{field.name} {value}" for field, value in zip(shown, best, strict=True)]
    name = f"`{indicator.name}` [{numbered()[indicator.reference]}]"
    cells = "<br>".join(questions), name, ", ".join(dict.fromkeys(best)), indicator.pitfall, indicator.cost
    return f"| {' | '.join(cells)} |"


def best_value(indicator, field):
    """Say which value is the best."""
    if indicator.is_two_sided(field):
        return "as real rows"
    direction = indicator.direction_of(field)
    return {"max": "1", "min": "0"}.get(direction) or f"{direction:g}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
