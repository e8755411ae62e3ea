"""The declaration of an indicator: what report, page, benchmark and docs take from it."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from sklearn_txaug import metrics
from sklearn_txaug.benchmark import make_cohort
from sklearn_txaug.benchmark._indicators import indicator_columns, indicators
from sklearn_txaug.metrics import _indicator
from sklearn_txaug.metrics._indicator import FAMILIES, INDICATORS, Field, indicator

DOCS = Path(__file__).parents[1] / "docs"


@pytest.fixture
def mean_gap(monkeypatch):
    """An indicator as a file of its own would declare it; the lists are as before after the test."""
    monkeypatch.setattr(_indicator, "INDICATORS", [*INDICATORS])

    @indicator(
        "min",
        family="fidelity",
        question="Are the means where they belong?",
        fields=[Field(column="mean_gap")],
        cost="O((n + m) d)",
        reference="C. F. Gauss (1809). Theoria motus.",
    )
    def mean_gap(X_real, X_synthetic):
        """Give the largest difference of two means.

        Cost: {cost}.

        References
        ----------
        {reference}
        """
        return np.abs(X_real.mean(axis=0) - X_synthetic.mean(axis=0)).max()

    return mean_gap


def test_a_new_indicator_is_in_the_report_and_on_its_page(mean_gap):
    pytest.importorskip("pandas")
    X, y = np.random.default_rng(0).normal(size=(40, 4)), np.repeat(["a", "b"], 20)
    report = metrics.quality_report(X[::2], y[::2], X[::2] + 1, y[::2], X[1::2], y[1::2], families="fidelity")
    line = report.query("indicator == 'mean_gap' and against == 'train'")
    assert line["value"].item() == pytest.approx(1 / X[::2].std(axis=0).min())
    assert line["verdict"].item() == "far from real"
    assert "Are the means where they belong?" in report.to_html()


def test_a_new_indicator_is_a_column_of_the_benchmark(mean_gap):
    X, y = np.random.default_rng(0).normal(size=(60, 4)), np.tile(["a", "b"], 30)
    cohort, _ = make_cohort("toy", X, y)
    rows = np.arange(60)
    values = indicators(cohort, rows[:40], rows[:40], rows[:40], rows[40:], None)
    assert values["mean_gap"] > 0
    assert list(values) == list(indicator_columns())


def test_a_new_indicator_is_a_scorer_and_documents_itself(mean_gap):
    assert metrics.make_generation_scorer(mean_gap)
    assert "Cost: O((n + m) d)." in mean_gap.__doc__
    assert "Theoria motus." in mean_gap.__doc__


def test_an_unknown_family_is_refused():
    with pytest.raises(ValueError, match=r"family must be one of \['fidelity'.*got 'biologie'"):
        indicator("max", family="biologie")


@pytest.mark.parametrize("declared", INDICATORS, ids=lambda declared: declared.name)
def test_every_indicator_says_what_a_reader_needs(declared):
    assert getattr(metrics, declared.name) is declared.function
    assert declared.family in {*FAMILIES, None}
    assert all(declared.question_of(field).endswith("?") for field in declared.fields if field.shown)
    assert declared.cost in declared.function.__doc__
    assert declared.reference.split(".")[0] in declared.function.__doc__
    assert declared.pitfall
    assert declared.field(declared.headline) in declared.fields
    assert "{" not in declared.function.__doc__.replace("\\frac{", "").split("Parameters")[1]


def test_the_columns_of_the_benchmark_keep_their_names():
    assert set(indicator_columns()) == {
        "precision",
        "recall",
        "f1",
        "adversarial_real_half",
        "adversarial_synthetic_half",
        "correlation_score",
        "correlation_error",
        "frechet_distance",
        "discriminative_score",
        "reverse_validation",
        "memorisation_gap",
        "membership_auc",
        "membership_tpr",
        "attribute_gain",
    }


def test_the_page_of_the_indicators_is_as_declared():
    spec = importlib.util.spec_from_file_location("write_indicators", DOCS / "write_indicators.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    message = "run: python docs/write_indicators.py"
    assert script.page() == (DOCS / "indicators.md").read_text(encoding="utf-8"), message
