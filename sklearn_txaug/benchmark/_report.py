"""The report: one page that says in text, tables and figures whether augmentation helped."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

from ..utils.files import replacing
from ..utils.html import answer as box
from ..utils.html import document, figure, fold
from . import _pictures as pictures
from ._answer import NO, YES, answer, best_intervals, nothing_added
from ._compare import compare, without_empty
from ._details import details, spoken
from ._jobs import REFERENCE
from ._reference import TRANSFER
from ._row_amounts import AmountOrder, describe_real
from ._scores import with_metric
from ._store import Row
from ._summary import name_of, parts_of
from ._tables import winners, write_comparisons
from ._worth import reference_worth

_CSS = """
.gain{background:#e3f1fa}.loss{background:#fbe6da}tr.gain td:last-child,tr.loss td:last-child{font-weight:600}
b.top{color:#0072b2}caption{max-width:60rem}
"""
_PROTOCOLS = {
    "honest": "the generator is trained on exactly the rows that the classifier is trained on",
    "oracle": "the generator is trained on all rows that are not held out, more than the classifier sees: its gains "
    "come from the information in those rows, not from augmentation",
    TRANSFER: "as honest, and samplers marked +prior or +reference also learn from rows of other classes and other "
    "patients; hierarchical+prior is what they learn, used as the classifier",
}
_METHOD = (
    "Each seed holds out a third of the rows (of the patients or donors, where they are known), draws its training "
    "rows and trains every generator and classifier on them. Differences are paired by seed. Their standard error is "
    "corrected for the overlap of the splits (Nadeau and Bengio 2003: variance times 1/J + 1/2 for J seeds), and a "
    "difference is called established if its p value stays below 0.05 after Holm's correction for all samplers and "
    "amounts of the setting. The best of many methods looks better than it is, because it was chosen on these rows. "
    "Seconds and memory are those of the training; memory is the peak that it adds to the process (to the GPU, if "
    "there is one)."
)


@with_metric
def write_report(
    rows: Sequence[Row], order: Sequence[str], folder: str | Path, metric: str = "balanced_accuracy"
) -> Path:
    """Write the page and the table of all comparisons into the folder of the results.

    Parameters
    ----------
    rows : list of Row
        Results of any number of data sets and protocols.
    order : sequence of str
        The samplers in the order of tables and legends.
    folder : path
        Receives ``report.html``, which is self-contained, and ``comparisons.csv``. Embedded rows are read from its
        folder ``embeddings``, if it exists.
    {metric}

    Returns
    -------
    path : Path
        Path of the page.

    Raises
    ------
    ValueError
        If there are no scores of that name in `rows`.

    Examples
    --------
    >>> import tempfile
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn_txaug.benchmark import benchmark, make_cohort, make_samplers, write_report
    >>> from sklearn_txaug.datasets import load_tissue_expression
    >>> cohort, rare = make_cohort("tissues", *load_tissue_expression(return_X_y=True), n_genes=20)
    >>> samplers = {name: make_samplers()[name] for name in ("none", "random")}
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     rows = benchmark(cohort, samplers=samplers, classifiers={"logistic": LogisticRegression()},
    ...                      n_real=["3c"], n_synthetic=["1x"], seeds=2, output=folder, verbose=False, n_jobs=1)
    ...     write_report(rows, list(samplers), folder).name
    'report.html'
    """
    rank = {name: i for i, name in enumerate(order)}
    all_rows = sorted(rows, key=lambda row: rank.get(row.sampler, len(rank)))  # none first wins a tie
    rows = without_empty(all_rows)
    comparisons = compare(rows, metric)
    if not comparisons:
        raise ValueError(f"rows contain no classifier score named {metric!r}")
    folder = Path(folder)
    write_comparisons(comparisons, metric, folder / "comparisons.csv")
    parts = parts_of(rows)
    body = ["<h1>Does augmentation help?</h1>"]
    for k, part in enumerate(parts):
        body += _part(part, all_rows, order, folder, metric, named=len(parts) > 1, first=k == 0)
    body.append(fold("What was compared", _introduction(rows, metric)))
    body.append(fold("How it was done", f"<p>{escape(_METHOD)}</p>"))
    path = folder / "report.html"
    with replacing(path) as new:
        new.write_text(document("Does augmentation help?", body, _CSS), encoding="utf-8")
    return path


def answers(rows: Sequence[Row], metric: str) -> list[str]:
    """Return the first sentence of the answer for each data set and protocol, named if there are several."""
    parts = parts_of(without_empty(rows))
    said = [(name_of(part), answer(compare(part, metric), metric).sentences[0]) for part in parts]
    return [sentence if len(said) == 1 else f"{where}: {sentence}" for where, sentence in said]


def _part(
    part: Sequence[Row],
    all_rows: Sequence[Row],
    order: Sequence[str],
    folder: Path,
    metric: str,
    *,
    named: bool,
    first: bool,
) -> list[str]:
    """Return the answer for one data set and protocol, its picture and its winners, and the rest folded."""
    comparisons = compare(part, metric)
    word, sentences = answer(comparisons, metric)
    protocol = part[0].protocol
    if protocol != "honest":
        worth = reference_worth(part, metric)
        sentences = [*sentences, *worth, f"Protocol {protocol}: {_PROTOCOLS[protocol]}."]
    body = [f"<h2>{escape(name_of(part))}</h2>"] if named else []
    body.append(box(sentences, {YES: "", NO: "bad"}.get(word, "unsure")))
    best = best_intervals(comparisons)
    if best:
        caption = "The clearest gain over no augmentation in each setting, or else the highest mean"
        body.append(figure(caption, pictures.draw_answer(best, metric), spoken(comparisons), width=640))
    body.append(winners(part, metric))
    own = [row for row in all_rows if (row.dataset, row.protocol) == (part[0].dataset, protocol)]
    body += [f'<p class="note">{escape(line)}</p>' for line in nothing_added(own)]
    return body + details(part, order, folder, metric)


def _introduction(rows: Sequence[Row], metric: str) -> str:
    def listed(field: str) -> str:
        return ", ".join(
            str(value) for value in dict.fromkeys(getattr(row, field) for row in rows) if value != ""
        )

    scored = [row for row in rows if row.classifier]
    sizes = sorted({row.n_real for row in scored}, key=AmountOrder(scored).real)
    samplers = ", ".join(name for name in dict.fromkeys(row.sampler for row in rows) if name != REFERENCE)
    facts = {
        "Data sets": listed("dataset"),
        "Score": metric.replace("_", " ") + " on held-out rows",
        "Samplers": samplers,
        "Classifiers": listed("classifier"),
        "Training rows": ", ".join(describe_real(size) for size in sizes),
        "Seeds": str(len({row.seed for row in rows})),
        **{f"Protocol {name}": _PROTOCOLS[name] for name in dict.fromkeys(row.protocol for row in rows)},
    }
    return "<dl>" + "".join(f"<dt>{k}</dt><dd>{escape(v)}</dd>" for k, v in facts.items()) + "</dl>"
