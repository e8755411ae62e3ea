"""The report: every indicator beside its reference, verdicts that find the known faults, a page to read."""

import pickle
import re
from html.parser import HTMLParser
from types import SimpleNamespace

import numpy as np
import pytest

from sklearn_txaug import metrics
from sklearn_txaug.metrics import quality_report
from sklearn_txaug.metrics._indicator import FAMILIES, reported_indicators
from sklearn_txaug.metrics._report_answer import answers, explanation
from sklearn_txaug.metrics._report_verdict import judge

pd = pytest.importorskip("pandas")


def cohort(n, seed, d=12, spread=1.0):
    rng = np.random.default_rng(seed)
    y = np.repeat(["brain", "kidney", "liver"], [n // 2, n // 3, n - n // 2 - n // 3])
    common = rng.normal(size=(n, 3)).repeat(d // 3, axis=1)
    return spread * (rng.normal(size=(n, d)) + common) + 4 * np.eye(3, d)[
        np.unique(y, return_inverse=True)[1]
    ], y


@pytest.fixture(scope="module")
def parts():
    return {
        "train": cohort(120, 0),
        "test": cohort(90, 1),
        "fresh": cohort(150, 2),
        "narrow": cohort(150, 3, spread=0.5),
    }


def report(parts, synthetic, **settings):
    return quality_report(*parts["train"], *synthetic, *parts["test"], **settings)


def verdict(table, indicator, field="", against="test"):
    chosen = table.query("indicator == @indicator and field == @field and against == @against")
    assert len(chosen) == 1
    return chosen["verdict"].item()


@pytest.fixture(scope="module")
def fresh(parts):
    return report(parts, parts["fresh"])


def test_every_indicator_has_a_value_and_a_reference_on_both_sides(fresh):
    in_report = {indicator.name for indicator in reported_indicators()}
    elsewhere = {"coverage_report", "per_class_accuracy", "make_generation_scorer", "quality_report"}
    assert in_report == set(metrics.__all__) - elsewhere
    assert not fresh[["value", "reference"]].isna().any().any()
    assert set(fresh["family"]) == set(FAMILIES)
    assert fresh.groupby("against").size().to_dict() == {"test": 41, "test - train": 5, "train": 41}
    assert not fresh.duplicated(["indicator", "field", "against"]).any()


def test_values_are_those_of_the_functions_in_the_space_of_the_training_rows(parts, fresh):
    mean, deviation = parts["train"][0].mean(axis=0), parts["train"][0].std(axis=0)
    train, test, new = ((parts[name][0] - mean) / deviation for name in ("train", "test", "fresh"))
    new = new[np.sort(np.random.default_rng(_seed(0)).choice(150, 120, replace=False))]
    row = (
        fresh.set_index(["indicator", "field", "against"])
        .sort_index()
        .loc["precision_recall_f1", "recall", "test"]
    )
    assert row["value"] == pytest.approx(metrics.precision_recall_f1(test, new).recall)
    row = fresh.query("indicator == 'energy_distance' and against == 'test'")
    assert row["value"].item() == pytest.approx(metrics.energy_distance(test, new))
    assert row["reference"].item() == pytest.approx(metrics.energy_distance(test, train))
    assert row["n_compared"].item() == 120


def _seed(random_state):
    return int(np.random.default_rng(random_state).integers(2**31 - 1))


def test_fresh_real_rows_are_like_real(fresh):
    on_test = fresh[fresh["against"] == "test"]
    assert (on_test["verdict"] == "far from real").mean() < 0.1
    assert verdict(fresh, "memorisation", "gap", "test - train") != "far from real"


def test_copies_are_found(parts):
    table = report(parts, parts["train"], families=["manifold", "copies"])
    assert verdict(table, "memorisation", "gap", "test - train") == "far from real"
    assert verdict(table, "adversarial_accuracy", "accuracy", "train") == "far from real"
    assert verdict(table, "authenticity", against="train") == "far from real"
    assert verdict(table, "precision_recall_f1", "f1", "test") in ("like real", "near real")


def test_narrow_rows_are_found(parts):
    table = report(parts, parts["narrow"], families=["fidelity", "manifold", "copies"])
    assert verdict(table, "precision_recall_f1", "recall") == "far from real"
    assert verdict(table, "wasserstein_distance_genes", "mean") == "far from real"
    assert verdict(table, "adversarial_accuracy", "synthetic_half") == "far from real"
    assert verdict(table, "density_coverage", "density") == "far from real"


def test_a_class_that_is_missing_shows_in_the_tables_by_class(parts):
    X, y = parts["fresh"]
    table = report(parts, (X[y != "liver"], y[y != "liver"]), families="utility")
    classes = table.classes.set_index("class")
    assert (
        classes.loc["liver", "reverse_validation"] == 0 < classes.loc["liver", "reference_reverse_validation"]
    )
    spots = table.blind_spots.set_index(["grouping", "group"])
    assert spots.loc[("class", "liver"), "covered_by_class"] == 0
    assert verdict(table, "reverse_validation", "balanced_accuracy") == "far from real"


def test_without_held_out_rows_half_of_the_training_rows_is_the_reference(parts):
    table = quality_report(*parts["train"], *parts["fresh"])
    assert set(table["against"]) == {"train", "test - train"}
    assert (table["n_real"] + table["n_compared"])[table["against"] == "train"].eq(120).all()
    memory = table[table["against"] == "test - train"]
    assert memory["value"].isna().all()
    assert memory["note"].str.contains("X_test").all()
    assert memory["verdict"].eq("not computed").all()


def test_groups_stay_whole_where_rows_are_halved(parts, monkeypatch):
    seen = []
    module = __import__("sklearn_txaug.metrics._report_input", fromlist=["holdout"])
    original = module.holdout
    monkeypatch.setattr(
        module, "holdout", lambda y, groups, *a: seen.append(original(y, groups, *a)) or seen[-1]
    )
    groups = np.arange(120) // 4
    quality_report(*parts["train"], *parts["fresh"], groups_train=groups, families="fidelity")
    ((a, b),) = seen
    assert not set(groups[a]) & set(groups[b])


@pytest.mark.parametrize("n", [4, 7, 12])
def test_few_rows_give_reasons_and_not_errors(n):
    (X, y), (Z, z), (T, t) = cohort(n, 0), cohort(n, 1), cohort(n, 2)
    for table in (quality_report(X, y, Z, z), quality_report(X, y, Z, z, T, t)):
        missing = table[table["value"].isna()]
        assert (missing["note"] != "").all()
        if n < 12:
            assert "k=10" in missing.set_index("indicator").loc["precision_recall_f1", "note"].iloc[0]
        assert "<html" in table.to_html()


def test_one_class_and_constant_genes(parts):
    X, _ = parts["train"]
    X = X.copy()
    X[:, 3] = 7.0
    y = np.zeros(len(X), dtype=int)
    table = quality_report(X, y, X + 0.1, y, X - 0.1, y)
    effects = table[table["indicator"] == "differential_expression_agreement"]
    assert effects["value"].isna().all()
    assert effects["note"].str.contains("one class").all()


def test_remarks_on_what_a_reader_has_to_know(parts, fresh):
    assert [remark.split("?")[0] for remark in fresh.remarks] == ["May these rows be shared"]
    X, y = parts["fresh"]
    settings = {
        "families": ["copies"],
        "groups_train": np.arange(120),
        "groups_test": np.arange(100, 190).astype(str),
    }
    table = report(parts, (X[y != "liver"], y[y != "liver"]), **settings)
    leak, missing, shares = table.remarks
    assert leak.startswith("20 of the groups")
    assert "liver" in missing
    assert shares.startswith("The shares of the classes differ: 17%")
    assert "not unseen" in table.to_html()
    assert "Without held-out rows" in quality_report(*parts["train"], X, y, families=["copies"]).remarks[0]


def test_labels_of_another_kind_are_refused(parts):
    X, y = parts["fresh"]
    with pytest.raises(ValueError, match="no class of y_real"):
        report(parts, (X, np.unique(y, return_inverse=True)[1]))


def test_data_frames_and_seeds(parts):
    names = [f"G{i}" for i in range(12)]
    frames = [pd.DataFrame(parts[part][0], columns=names) for part in ("train", "fresh", "test")]
    labels = [pd.Series(parts[part][1]) for part in ("train", "fresh", "test")]
    arguments = frames[0], labels[0], frames[1][names[::-1]], labels[1], frames[2], labels[2]
    one = quality_report(*arguments, families=["fidelity"], random_state=3)
    two = quality_report(*arguments, families=["fidelity"], random_state=3)
    other = quality_report(*arguments, families=["fidelity"], random_state=4)
    pd.testing.assert_frame_equal(one, two)
    assert not one["value"].equals(other["value"])


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"families": ["beauty"]}, "families must be some of"),
        ({"families": []}, "families must be some of"),
        ({"scaler": "log"}, "scaler must be"),
        ({"y_test": None}, "Give both X_test and y_test"),
    ],
)
def test_bad_arguments_are_named(parts, settings, message):
    given = dict(zip(("X_test", "y_test"), parts["test"], strict=True)) | settings
    with pytest.raises(ValueError, match=message):
        quality_report(*parts["train"], *parts["fresh"], **given)


@pytest.mark.parametrize(
    ("value", "reference", "direction", "two_sided", "word"),
    [
        (0.90, 0.94, "max", False, "like real"),
        (0.80, 0.94, "max", False, "near real"),
        (0.10, 0.94, "max", False, "far from real"),
        (1.00, 0.94, "max", False, "beyond real"),
        (1.2, 1.0, "min", False, "like real"),
        (2.0, 1.0, "min", False, "near real"),
        (3.0, 1.0, "min", False, "far from real"),
        (0.1, 1.0, "min", False, "beyond real"),
        (0.0, 0.0, "min", False, "like real"),
        (0.1, 0.0, "min", False, "far from real"),
        (0.5, 0.1, 0.5, False, "like real"),
        (0.1, 0.5, 0.5, False, "far from real"),
        (1.0, 0.7, "max", True, "far from real"),
        (np.nan, 0.7, "max", False, "not computed"),
        (0.7, np.nan, "min", False, "not computed"),
        (0.7, np.nan, 0.5, False, "not computed"),
        (np.inf, 1.0, 1.0, True, "far from real"),
        (np.inf, np.inf, 1.0, True, "like real"),
    ],
)
def test_verdicts_compare_with_the_reference(value, reference, direction, two_sided, word):
    assert judge(value, reference, direction, two_sided)["verdict"] == word


class _Balance(HTMLParser):
    VOID = frozenset(["meta", "img", "br", "wbr"])

    def __init__(self):
        super().__init__()
        self.open, self.tags = [], set()

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_page_stands_alone(fresh, tmp_path):
    fresh.to_html(tmp_path / "page.html", title="A <b> & c", pictures={"A picture": b"\x89PNG"})
    html = (tmp_path / "page.html").read_text(encoding="utf-8")
    parser = _Balance()
    parser.feed(html)
    assert parser.open == []
    assert not parser.tags & {"script", "link", "iframe"}
    assert not re.search(r"https?:|url\(|@import", html)
    assert "A &lt;b&gt; &amp; c" in html
    assert "data:image/png;base64,iVBORw==" in html
    for word in ("Against held-out rows", "like real", "Blind spots", "Class by class", "reference"):
        assert word in html


def test_the_page_begins_with_three_sentences_and_a_verdict(fresh, parts):
    said = answers(fresh)
    row = fresh.query("indicator == 'precision_recall_f1' and field == 'precision' and against == 'test'")
    assert said.plausible == (
        f"Plausible? Yes: {row['value'].item():.0%} of the synthetic rows lie among real ones "
        f"(other real rows: {row['reference'].item():.0%})."
    )
    assert said.varied.startswith("Varied? Yes")
    gap = fresh.query("indicator == 'memorisation'")["value"].item()
    assert f"{100 * gap:.0f} of 100 rows more lie close to a training row" in said.copies
    assert not said.copies.startswith("Copies? Yes")
    assert "as good as other real rows" in said.verdict.lower()
    html = fresh.to_html()
    places = [html.index(sentence) for sentence in (said.plausible, said.varied, said.copies, "<table")]
    assert places == sorted(places)
    use = html[html.index("Use: do classifiers") :]
    assert use.index("The same by other scores (10)") < use.index("<code>reverse_<wbr>validation accuracy")


@pytest.mark.parametrize(
    ("synthetic", "verdict", "kind"),
    [
        ("train", "Do not use or share these rows: they repeat training rows", "bad"),
        ("narrow", "Use these rows only beside real ones", "unsure"),
        ("wide", "Do not use these rows as they are: too many are unlike any real row", "bad"),
    ],
)
def test_the_verdict_says_what_to_do(parts, synthetic, verdict, kind):
    rows = cohort(150, 4, spread=3.0) if synthetic == "wide" else parts[synthetic]
    said = answers(report(parts, rows, families=["manifold", "copies"]))
    assert said.verdict.startswith(verdict)
    assert said.kind == kind


def test_without_held_out_rows_copies_are_not_denied(parts):
    said = answers(quality_report(*parts["train"], *parts["fresh"], families=["manifold", "copies"]))
    assert "needs held-out rows" in said.copies
    assert "None found" not in said.copies
    said = answers(quality_report(*parts["train"], *parts["fresh"], families="utility"))
    assert said.plausible == "Plausible? Not computed."
    few = quality_report(*parts["train"], *(part[:4] for part in parts["fresh"]), families="manifold")
    assert answers(few).plausible.endswith("give a smaller k.")
    assert not answers(few).plausible.endswith("..")


def test_what_is_better_than_real_rows_is_explained(parts):
    def line(indicator, field, value, **other):
        shown = {"against": "test", "best": "0.5", "verdict": "far from real", **other}
        return SimpleNamespace(indicator=indicator, field=field, value=value, **shown)

    assert "takes real rows for synthetic" in explanation(line("discriminative_score", "auc", 0.3))
    assert "near-copies" in explanation(line("adversarial_accuracy", "accuracy", 0.3))
    assert explanation(line("adversarial_accuracy", "accuracy", 0.7)) == ""
    beyond = {"best": "lower", "verdict": "beyond real"}
    assert "more typical" in explanation(line("mmd", "", 0.01, **beyond))
    assert "training rows" in explanation(line("mmd", "", 0.01, **beyond | {"against": "train"}))
    table = report(parts, parts["train"], families=["manifold"])
    row = table.query("indicator == 'adversarial_accuracy' and field == 'accuracy' and against == 'train'")
    assert explanation(next(row.itertuples())) in table.to_html()


def test_the_report_is_a_data_frame(fresh):
    part = fresh[fresh["against"] == "test"]
    assert "Against the training rows" not in part.to_html()
    assert part.classes is fresh.classes
    assert fresh[["indicator", "value"]].to_html().startswith("<table")
    assert fresh.to_html(index=False).startswith("<table")
    pd.testing.assert_frame_equal(pickle.loads(pickle.dumps(fresh)), fresh)
