"""The report: one page that says in text, tables and figures whether augmentation helped."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from html import escape
from pathlib import Path

from ..utils.html import document, figure
from . import _pictures as pictures
from ._compare import Comparison, compare, mean_and_error, without_empty
from ._findings import deep_findings, deep_samplers, duels, findings, gate_findings, headline, plus_minus
from ._jobs import REFERENCE
from ._pareto import pareto
from ._row_amounts import amount_order, describe_real
from ._store import Row, read_points
from ._summary import parts_of
from ._tables import all_comparisons, duel_table, per_class, quality, winners, write_comparisons

_CSS = """
.wide{overflow-x:auto}.wide table{width:auto;min-width:60%}.gain{background:#e3f1fa}.loss{background:#fbe6da}
tr.gain td:last-child,tr.loss td:last-child{font-weight:600}b.top{color:#0072b2}details{margin:.6rem 0}
summary{cursor:pointer;font-weight:600}caption{max-width:60rem}h2{border-top:2px solid #555;padding-top:1rem}
h3{margin-top:1.8rem}li{margin:.25rem 0}
"""
_PROTOCOLS = {
    "honest": "the generator is trained on exactly the rows that the classifier is trained on",
    "oracle": "the generator is trained on all rows that are not held out, more than the classifier sees: its gains "
    "come from the information in those rows, not from augmentation",
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
    metric : {"balanced_accuracy", "f1_macro", "accuracy"}, default="balanced_accuracy"
        Score of the classifiers.

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
    rows = sorted(
        without_empty(rows), key=lambda row: rank.get(row.sampler, len(rank))
    )  # none first wins a tie
    comparisons = compare(rows, metric)
    if not comparisons:
        raise ValueError(f"rows contain no classifier score named {metric!r}")
    folder = Path(folder)
    write_comparisons(comparisons, metric, folder / "comparisons.csv")
    parts = parts_of(rows)
    deep = [name for name in deep_samplers(rows) if name in order]
    body = ["<h1>Does augmentation help?</h1>", _introduction(rows, metric), "<h2>In short</h2>"]
    for protocol in dict.fromkeys(c.setting.protocol for c in comparisons):
        answer = headline([c for c in comparisons if c.setting.protocol == protocol], deep)
        body.append(f'<p class="remark"><b>{escape(answer)}</b></p>')
    body += [_in_short(part, metric, deep) for part in parts]
    for dataset in dict.fromkeys(row.dataset for row in rows):
        body += _dataset(dataset, [p for p in parts if p[0].dataset == dataset], order, folder, metric, deep)
    body.append(f"<h2>How it was done</h2><p>{escape(_METHOD)}</p>")
    path = folder / "report.html"
    path.write_text(document("Does augmentation help?", body, _CSS), encoding="utf-8")
    return path


def _introduction(rows: Sequence[Row], metric: str) -> str:
    def listed(field: str) -> str:
        return ", ".join(
            str(value) for value in dict.fromkeys(getattr(row, field) for row in rows) if value != ""
        )

    scored = [row for row in rows if row.classifier]
    sizes = sorted({row.n_real for row in scored}, key=amount_order)
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


def _in_short(part: Sequence[Row], metric: str, deep: Sequence[str]) -> str:
    lines = [
        *findings(compare(part, metric)),
        *gate_findings(part),
        *deep_findings(duels(part, metric, deep)),
    ]
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return f"<h3>{escape(part[0].dataset)}, protocol {part[0].protocol}</h3><ul>{items}</ul>"


def _dataset(
    name: str,
    parts: Sequence[Sequence[Row]],
    order: Sequence[str],
    folder: Path,
    metric: str,
    deep: Sequence[str],
) -> list[str]:
    comparisons = [c for part in parts for c in compare(part, metric)]
    body = [f"<h2>{escape(name)}</h2>"]
    for part in parts:
        body += [winners(part, metric, deep), duel_table(part, metric, deep)]
    if any(c.difference for c in comparisons):
        added = pictures.describe_main({c.n_synthetic for c in comparisons})
        caption = f"{name}: gain over no augmentation by training rows, {added} (corrected errors)"
        body.append(figure(caption, pictures.draw_low_data(comparisons, order, metric), _spoken(comparisons)))
    for part in parts:
        body += _details(part, order, folder, metric)
    return body


def _details(part: Sequence[Row], order: Sequence[str], folder: Path, metric: str) -> list[str]:
    """Return the figures and long tables of one data set and protocol."""
    dataset, protocol = part[0].dataset, part[0].protocol
    where, comparisons = f"{dataset}, protocol {protocol}", compare(part, metric)
    body = [f"<h3>{escape(where)}</h3>"]
    if len({c.n_synthetic for c in comparisons if c.difference}) > 1:
        picture = pictures.draw_amounts(comparisons, order, metric)
        caption = f"{where}: gain over no augmentation by synthetic rows (corrected errors)"
        body.append(figure(caption, picture, _spoken(comparisons)))
    body += _embeddings(part, order, folder)
    body += pareto(part, where, order)
    return [*body, per_class(part, order), quality(part, order), all_comparisons(comparisons, order)]


def _embeddings(part: Sequence[Row], order: Sequence[str], folder: Path) -> list[str]:
    dataset, protocol = part[0].dataset, part[0].protocol
    sizes = {row.n_real for row in part}
    files = {
        w[2:]: path
        for w, path in read_points(folder).items()
        if w[:2] == (dataset, protocol) and w[3] in sizes
    }
    if not files:
        return []
    largest = max((n_real for _, n_real in files), key=amount_order)
    chosen = {name: files[name, largest] for name in order if (name, largest) in files}
    seen = "all training rows" if protocol == "oracle" else describe_real(largest)
    caption = (
        f"{dataset}, protocol {protocol}: held-out rows and as many synthetic ones, generators trained on {seen}, "
        "first seed; points outside the frame are not shown"
    )
    return [figure(caption, pictures.draw_embeddings(chosen))] if chosen else []


def _spoken(comparisons: Sequence[Comparison]) -> str:
    """Describe a figure of gains, for those who cannot see it."""
    means: dict[str, list[float]] = defaultdict(list)
    for c in comparisons:
        if c.difference:
            means[c.sampler].append(c.difference.mean)
    listed = (f"{name} {plus_minus(*mean_and_error(values))}" for name, values in means.items())
    return "Mean gain over no augmentation, over all settings: " + ", ".join(listed)
