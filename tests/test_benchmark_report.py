"""The report: true words, whole pages, pictures that say what they show."""

import csv
from html.parser import HTMLParser

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from sklearn_txaug.benchmark import Row, benchmark, format_summary, make_cohort, write_report
from sklearn_txaug.benchmark._answer import answer, best_intervals, nothing_added
from sklearn_txaug.benchmark._compare import best, compare, without_empty
from sklearn_txaug.benchmark._findings import (
    deep_findings,
    deep_samplers,
    duels,
    findings,
    gate_findings,
    power,
)
from sklearn_txaug.benchmark._pareto import pareto_front
from sklearn_txaug.benchmark._pictures import main_amount
from sklearn_txaug.benchmark._row_amounts import AmountOrder
from sklearn_txaug.model_selection import SelectiveSampler
from sklearn_txaug.over_sampling import GaussianSampler, VAESampler

VOID = {"meta", "img", "wbr", "br"}


class Page(HTMLParser):
    """Fails on tags that are not closed in order, and collects what the page holds."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.attributes, self.texts = [], [], [], []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]
        assert len({name for name, _ in attrs}) == len(attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    rng = np.random.default_rng(0)
    y = np.repeat(["a <b>", "c & d"], [40, 20])
    X = rng.normal(size=(60, 8)) + np.eye(2, 8)[np.repeat([0, 1], [40, 20])] * 3
    from sklearn.linear_model import LogisticRegression

    path = tmp_path_factory.mktemp("report")
    rows = benchmark(
        make_cohort("toy", X, y)[0],
        samplers={
            "none": None,
            "gaussian": GaussianSampler(),
            "vae": VAESampler(max_epochs=2, latent_dim=2),
            "gate": SelectiveSampler(candidates=GaussianSampler(), n_synthetic=0.5, cv=2, n_repeats=1),
        },
        classifiers={"logistic": LogisticRegression()},
        n_real=["3c", "all"],
        n_synthetic=["1x", "balance"],
        seeds=2,
        protocol=["honest", "oracle"],
        output=path,
        n_jobs=1,
        verbose=False,
    )
    write_report(rows, ["none", "gaussian", "vae", "gate"], path)
    return path


def test_page_is_whole_and_self_contained(folder):
    text = (folder / "report.html").read_text(encoding="utf-8")
    page = Page(text)
    assert text.startswith("<!DOCTYPE html>")
    assert not {"script", "link", "iframe"} & set(page.tags)
    links = [value for _, name, value in page.attributes if name in ("src", "href", "srcset")]
    assert links
    assert all(link.startswith("data:image/png;base64,") for link in links)
    assert "url(" not in text
    assert "http" not in text
    n_alt = sum(name == "alt" and len(value) > 20 for tag, name, value in page.attributes if tag == "img")
    # The answer, gains by real and by synthetic rows, embedding and costs of each protocol
    assert n_alt == page.tags.count("img") == 10
    shown = " ".join(page.texts).replace("\N{NO-BREAK SPACE}", " ")
    for words in (
        "toy, protocol honest",
        "as many as real",
        "3 rows a class",
        "toy, protocol oracle",
        "against gaussian",
        "a <b>",
        "megabytes",
    ):
        assert words in shown
    lines = list(csv.DictReader((folder / "comparisons.csv").open()))
    assert {line["protocol"] for line in lines} == {"honest", "oracle"}
    assert {"3c", "all"} == {line["n_real"] for line in lines}


def test_points_are_kept_and_made_again_only_where_they_are_missing(folder, tmp_path):
    names = {path.name for path in (folder / "embeddings").iterdir()}
    assert names == {
        f"toy-{protocol}-{sampler}-all.npz"
        for protocol in ("honest", "oracle")
        for sampler in ("gaussian", "vae")
    }
    with np.load(folder / "embeddings" / "toy-honest-vae-all.npz") as points:
        assert points["real"].shape == points["synthetic"].shape == (20, 2)


def _rows(scores, parameters, dataset="toy"):
    for (sampler, amount), values in scores.items():
        for seed, value in enumerate(values):
            yield Row(dataset, "honest", sampler, "mlp", "5c", amount, seed, "accuracy", value)
    for sampler, value in parameters.items():
        yield Row(dataset, "honest", sampler, "", "5c", 30, 0, "parameters", value)


def test_words_say_who_loses():
    base = np.array([0.5, 0.6, 0.7, 0.65, 0.55])
    jitter = np.array([0, 1, 0, -1, 0]) / 1000
    scores = {
        ("none", 0): base,
        ("smote", "1x"): base + 0.1 + jitter,
        ("gan", "1x"): base - 0.2 - jitter,
    }
    rows = list(_rows(scores, {"smote": 0, "gan": 1000}))
    deep = deep_samplers(rows)
    assert deep == ["gan"]
    table = {duel.cheap: duel for duel in duels(rows, "accuracy", deep)}
    assert table["smote"].mean == pytest.approx(-0.3)
    assert (table["none"].n, table["none"].n_lower, table["none"].established_lower) == (1, 1, 1)
    said = " ".join(deep_findings(list(table.values())))
    assert "(gan) lose to no augmentation" in said
    assert "lose to smote: mean difference −0.300" in said
    comparisons = compare(rows, "accuracy")
    said = " ".join(findings(comparisons))
    assert "highest mean score in 1 of 1 settings" in said
    assert "Established losses against no augmentation: gan" in said
    said = answer(comparisons, "accuracy")
    assert said.word == "Yes"
    assert said.sentences == [
        "Yes: use smote with as many synthetic rows as real ones (accuracy +0.100, interval +0.098 to +0.102)."
    ]


def test_an_established_gain_counts_though_another_sampler_has_the_higher_mean():
    base = np.array([0.5, 0.6, 0.7, 0.65, 0.55])
    scores = {
        ("none", 0): base,
        ("steady", "1x"): base + 0.02 + np.array([0, 1, 0, -1, 0]) / 1000,
        ("erratic", "1x"): base + [0.3, -0.2, 0.3, -0.2, 0.0],
    }
    comparisons = compare(_rows(scores, {}), "accuracy")
    assert [c.sampler for c in best(comparisons).values()] == ["erratic"]
    assert answer(comparisons, "accuracy").sentences[0].startswith("Yes: use steady")
    (shown,) = best_intervals(comparisons).values()
    assert shown.comparison.sampler == "steady"
    assert 0 < shown.low < 0.02 < shown.high
    assert "A gain is established in 1 of them" in findings(comparisons)[0]


def test_the_page_says_how_large_an_established_difference_is():
    base = np.array([0.5, 0.6, 0.7])
    comparisons = compare(_rows({("none", 0): base, ("smote", 9): base + 0.1}, {}), "accuracy")
    assert power(comparisons).startswith("With 3 seeds")
    assert "if it exceeds 4.3 times its standard error: more seeds" in power(comparisons)
    other = comparisons[0].setting._replace(n_real="9c")
    two = [comparisons[1]._replace(setting=other, sampler=name) for name in ("gan", "vae")]
    assert "exceeds 4.3 to 6.2 times its standard error" in power([*comparisons, *two])


def test_settings_without_comparison_do_not_count():
    base = np.array([0.5, 0.6, 0.7])
    comparisons = compare(_rows({("none", 0): base, ("smote", 9): base + 0.1}, {}), "accuracy")
    alone = comparisons[0]._replace(setting=comparisons[0].setting._replace(n_real="9c"))
    said = findings([*comparisons, alone])
    assert "in 1 of 1 settings" in said[0]
    assert "In 1 more there is nothing to compare" in " ".join(said)


def test_no_needs_intervals_that_exclude_a_gain():
    base = np.array([0.5, 0.6, 0.7, 0.65, 0.55])
    jitter = np.array([2, 1, 0, -1, -2]) / 1000
    comparisons = compare(_rows({("none", 0): base, ("gan", 9): base - 0.01 + jitter}, {}), "accuracy")
    said = answer(comparisons, "accuracy").sentences[0]
    assert said == "No: no sampler and no amount gains more than 0.01 in accuracy."
    comparisons = compare(_rows({("none", 0): base, ("gan", 9): base - 0.01 + 40 * jitter}, {}), "accuracy")
    said = answer(comparisons, "accuracy")
    assert said.word == "Undecided"
    # t of 4 degrees of freedom, and the corrected error of differences with a standard deviation of .0632
    assert said.sentences[0] == "Undecided: differences in accuracy below 0.15 cannot be seen with 5 seeds."
    assert "gan with 9\N{NO-BREAK SPACE}synthetic rows" in said.sentences[1]
    same = _rows({("none", 0): base, ("gan", 9): base + 40 * jitter, ("vae", 9): base, ("gmda", 9): base}, {})
    first = answer(compare(same, "accuracy"), "accuracy").sentences[0]
    assert "differences in accuracy below 0.2" in first, first  # of the one that changed anything


def test_no_share_is_said_to_differ_by_more_than_1():
    rows = _rows({("none", 0): np.array([0.3, 0.6]), ("vae", 9): np.array([0.5, 0.52])}, {})
    first = answer(compare(rows, "accuracy"), "accuracy").sentences[0]
    assert first == "Undecided: 2 seeds are too few to see any difference in accuracy."


def test_differences_that_are_the_same_with_each_seed_have_no_width():
    rows = _rows({("none", 0): np.array([0.5, 0.6]), ("vae", 9): np.array([0.52, 0.62])}, {})
    first = answer(compare(rows, "accuracy"), "accuracy").sentences[0]
    assert first == "Undecided: 2 seeds that show the same difference in accuracy do not tell its error."


def test_amounts_that_add_nothing_are_named():
    rows = [
        Row("toy", "honest", sampler, "mlp", n_real, "balance", 0, "synthetic_rows", added)
        for sampler in ("smote", "vae")
        for n_real, added in (("5c", 0), ("all", 30))
    ]
    assert nothing_added(rows) == [
        "Classes filled up: no row to add to 5\N{NO-BREAK SPACE}rows\N{NO-BREAK SPACE}a\N{NO-BREAK SPACE}class "
        "(smote, vae), so it is left out there."
    ]


def test_the_page_says_amounts_in_words_and_begins_with_the_answer(folder):
    text = (folder / "report.html").read_text(encoding="utf-8")
    page = Page(text)
    shown = " ".join(page.texts)
    assert not {"1x", "0.5x", "3c"} & set(shown.replace(",", " ").split())
    assert shown.index("score") < shown.index("Findings in sentences")
    before = text[: text.index("<details")]
    assert before.count("<img") == 1
    assert 'data-label="verdict"' in before


def test_one_seed_establishes_nothing():
    rows = list(_rows({("none", 0): [0.5], ("smote", 9): [0.9]}, {}))
    assert "With one seed" in " ".join(findings(compare(rows, "accuracy")))
    assert answer(compare(rows, "accuracy"), "accuracy").sentences[0].startswith("Undecided: one seed")
    assert all(c.verdict == "" for c in compare(rows, "accuracy"))


def test_without_the_baseline_the_page_claims_nothing():
    comparisons = compare(_rows({("smote", 9): [0.9, 0.8], ("vae", 9): [0.5, 0.6]}, {"vae": 10}), "accuracy")
    assert answer(comparisons, "accuracy").sentences == [
        "Undecided: the sampler 'none' was not run, so gains and losses are unknown."
    ]
    assert findings(comparisons) == ["The sampler 'none' was not run, so gains and losses are unknown."]


def test_equal_scores_are_no_win_of_augmentation():
    comparisons = compare(_rows({("gate", "chosen"): [0.9, 0.8], ("none", 0): [0.9, 0.8]}, {}), "accuracy")
    assert [c.sampler for c in best(comparisons).values()] == ["none"]
    alone = [c for c in comparisons if c.sampler == "none"]
    assert findings(alone) == ["No sampler added a row, so there is nothing to compare."]


def test_words_say_how_often_the_gate_declined():
    rows = [
        Row("toy", "honest", "gate", "mlp", "all", "chosen", seed, "synthetic_rows", n)
        for seed, n in enumerate([0, 30, 0])
    ]
    assert "added rows in 1 of 3 trainings" in gate_findings(rows)[0]
    assert not gate_findings([row._replace(sampler="smote", n_synthetic="1x") for row in rows])


def test_augmentation_without_rows_is_left_out_but_not_that_of_the_gate():
    def row(sampler, amount, seed, added):
        return Row("toy", "honest", sampler, "mlp", 9, amount, seed, "synthetic_rows", added)

    rows = [row("none", 0, 0, 0), row("smote", "balance", 0, 0), row("smote", "balance", 1, 3)]
    rows += [row("vae", "balance", 0, 0), row("gate", "chosen", 0, 0)]
    assert [r.sampler for r in without_empty(rows)] == ["none", "smote", "smote", "gate"]


def test_equals_share_the_front_and_the_largest_amount_is_the_main_one():
    assert pareto_front([1, 2, 3, 4], [0.5, 0.4, np.nan, 0.9]) == [0, 3]
    assert pareto_front([1, 1], [0.5, 0.7]) == [1]
    assert pareto_front([0, 0, 0], [0.7, 0.5, 0.7]) == [0, 2], "equals stand on it together"
    assert pareto_front([0, 1], [0.7, 0.7]) == [0], "as good for less"
    assert pareto_front([np.nan, 1], [0.9, 0.7]) == [1], "memory is not known everywhere"
    assert main_amount([0, "0.5x", "2x", "balance", "chosen"], AmountOrder([])) == "2x"
    assert main_amount([0, "balance"], AmountOrder([])) == "balance"


def test_amounts_are_in_the_order_of_the_rows_that_they_are(tmp_path):
    X, y = np.random.default_rng(0).normal(size=(80, 4)), np.repeat(["a", "b", "c", "d"], 20)
    rows = benchmark(
        make_cohort("toy", X, y)[0],
        samplers={"none": None, "gaussian": GaussianSampler()},
        classifiers={"lr": LogisticRegression()},
        n_real=["9c", 12, "all"],
        n_synthetic=["200c", 30, "2x", "5c", "balance"],
        seeds=2,
        quality=False,
        output=tmp_path,
        verbose=False,
        n_jobs=1,
    )
    added = [c.n_synthetic for c in compare(rows) if c.sampler == "gaussian" and c.setting.n_real == 12]
    assert added == ["5c", 30, "2x", "200c", "balance"]  # 20, 30, 24 to 106 and 800 rows
    assert list(dict.fromkeys(c.setting.n_real for c in compare(rows))) == [12, "9c", "all"]
    order = AmountOrder(rows)
    assert main_amount({row.n_synthetic for row in rows}, order) == "200c"
    header = next(
        line for line in format_summary(rows, ["none", "gaussian"]).splitlines() if "classifier" in line
    )
    assert header.index("12") < header.index("9") < header.index("all training rows")


def test_a_report_needs_scores(tmp_path):
    with pytest.raises(ValueError, match="no classifier score named 'auc'"):
        write_report(list(_rows({("none", 0): [0.5]}, {})), ["none"], tmp_path, "auc")
