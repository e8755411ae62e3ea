"""The comparison: honest splits, resuming after a kill at any moment, the command line."""

import csv
import re
from pathlib import Path

import numpy as np
import pytest
from imblearn.over_sampling import ADASYN, SMOTE, RandomOverSampler
from scipy import stats
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import NearestNeighbors
from skorch.callbacks import Callback

from sklearn_txaug import __main__ as command_line
from sklearn_txaug import __version__
from sklearn_txaug.benchmark import (
    Row,
    benchmark,
    draw_summary,
    format_quality,
    format_summary,
    make_classifiers,
    make_cohort,
)
from sklearn_txaug.benchmark._cohort import most_variable, split, subset, undivided
from sklearn_txaug.benchmark._compare import compare, holm, paired
from sklearn_txaug.benchmark._memory import PeakMemory
from sklearn_txaug.benchmark._row_amounts import AmountOrder, labels_to_draw, real_amount, synthetic_amount
from sklearn_txaug.benchmark._store import ResultStore, class_of, read_rows, recall_of
from sklearn_txaug.model_selection import SelectiveSampler
from sklearn_txaug.over_sampling import GaussianSampler, VAESampler
from sklearn_txaug.over_sampling._wrapper import Interpolation


@pytest.fixture(scope="module")
def cohort():
    rng = np.random.default_rng(0)
    y = np.repeat(["brain", "kidney", "liver"], [60, 45, 30])
    X = rng.normal(size=(135, 12)) + np.eye(3, 12)[np.unique(y, return_inverse=True)[1]] * 4
    return make_cohort("toy", X, y, groups=np.arange(135) // 2)[0]


SAMPLERS = {"none": None, "smote": Interpolation(SMOTE()), "gaussian": GaussianSampler()}
CLASSIFIERS = {"logistic": LogisticRegression(max_iter=500)}
SETUP = {
    "n_real": [12, 18],
    "n_synthetic": [20],
    "seeds": 2,
    "classifiers": CLASSIFIERS,
    "n_jobs": 1,
    "verbose": False,
    "quality": False,
}


@pytest.fixture(scope="module")
def compared(cohort, tmp_path_factory):
    """Return the folder and the rows of a comparison with indicators."""
    folder = tmp_path_factory.mktemp("compared")
    return folder, benchmark(cohort, samplers=SAMPLERS, **{**SETUP, "quality": True}, output=folder)


def test_splits_keep_groups_whole_and_subsets_are_nested(cohort):
    pool, test = split(cohort, 0)
    assert not set(cohort.groups[pool]) & set(cohort.groups[test])
    small, large = subset(cohort, pool, 12), subset(cohort, pool, 30)
    assert set(small) < set(large) <= set(pool)
    assert np.unique(cohort.y[subset(cohort, pool, 6)], return_counts=True)[1].tolist() == [2, 2, 2]
    shares = np.unique(cohort.y[large], return_counts=True)[1] / 30
    np.testing.assert_allclose(shares, [60 / 135, 45 / 135, 30 / 135], atol=0.07)
    assert not np.array_equal(split(cohort, 1).test, test)


def test_generator_sees_the_rows_of_its_protocol(cohort, tmp_path):
    class Spy(GaussianSampler):
        rows = []

        def fit(self, X, y, *, groups=None):
            Spy.rows.append(X)
            return super().fit(X, y)

    for protocol in ("honest", "oracle"):
        Spy.rows.clear()
        benchmark(
            cohort, samplers={"spy": Spy()}, **{**SETUP, "seeds": 1}, protocol=protocol, output=tmp_path
        )
        pool, test = split(cohort, 0)
        sizes = [12, 18] if protocol == "honest" else [len(pool)]
        assert [len(X) for X in Spy.rows] == sizes, "one training of an oracle serves all subsets"
        for X in Spy.rows:
            assert not (X[:, None] == cohort.X[test]).all(axis=2).any()


def test_genes_are_chosen_on_the_training_rows(cohort):
    pool, test = split(cohort, 0)
    X = cohort.X.copy()
    X[test, 11] *= 1000  # varies most, but only where nobody may look
    X[pool, 5] *= 100
    kept = most_variable(cohort._replace(X=X, n_genes=3), pool).X
    assert kept.shape == (len(X), 3)
    np.testing.assert_array_equal(X[:, 5], kept[:, np.ptp(kept[pool], axis=0).argmax()])
    assert np.abs(kept[test]).max() < np.abs(X[test, 11]).max()


def test_rows_are_tidy_and_complete(compared):
    folder, rows = compared
    with (folder / "results.csv").open() as file:
        written = list(csv.DictReader(file))
    assert list(written[0]) == [
        "dataset", "protocol", "sampler", "classifier", "n_real", "n_synthetic", "seed", "metric", "value"
    ]  # fmt: skip
    assert len(written) == len(rows) == 4 * (3 * 11 + 3 * 17)
    assert {row.metric for row in rows if row.classifier} == {
        *("accuracy", "balanced_accuracy", "f1_macro", "real_rows", "synthetic_rows"),
        *("recall[brain]", "recall[kidney]", "recall[liver]"),
        *("neg_log_loss", "neg_brier_score", "neg_calibration_error"),
    }
    table = {(c.setting.n_real, c.sampler, c.n_synthetic): c for c in compare(rows, "accuracy")}
    assert table[12, "none", 0].difference is None
    scores = {
        row.seed: row.value
        for row in rows
        if row[2:6] == ("smote", "logistic", 12, 20) and row[7] == "accuracy"
    }
    base = {
        row.seed: row.value
        for row in rows
        if row[2:6] == ("none", "logistic", 12, 0) and row[7] == "accuracy"
    }
    expected = np.mean([scores[seed] - base[seed] for seed in (0, 1)])
    assert table[12, "smote", 20].difference.mean == pytest.approx(expected)


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="only Linux tells")
def test_memory_of_a_training_is_its_peak_not_what_was_there_before():
    before = np.ones(2**22)
    with PeakMemory() as memory:
        during = np.ones(2**23)  # 64 MB
        del during
        after = np.ones(2**20)
    assert 60 < memory.megabytes < 80, (before.nbytes, after.nbytes)


def _values(rows):
    """What must not depend on when and where a row was computed."""
    return {(*row[:-1], repr(row.value)) for row in rows if not row.metric.startswith("fit_")}


class _Killed(BaseException):
    pass


class _Dying(GaussianSampler):
    """Ends the run in its third training, as a kill would."""

    trainings = 0

    def fit(self, X, y, *, groups=None):
        _Dying.trainings += 1
        if _Dying.trainings == 3:
            raise _Killed
        return super().fit(X, y)


@pytest.fixture(scope="module")
def whole(cohort, tmp_path_factory):
    """Return the rows of a run that nothing ends."""
    folder = tmp_path_factory.mktemp("whole")
    return benchmark(cohort, samplers={"dying": GaussianSampler()}, **SETUP, output=folder)


@pytest.mark.parametrize(
    "torn", ["", "toy,honest,gaussian,logis", "toy,honest,gaussian,logistic,12,20,0,accuracy,0."]
)
def test_a_killed_run_continues(cohort, whole, tmp_path, torn):
    _Dying.trainings = 0
    setup = {"samplers": {"dying": _Dying()}, **SETUP, "output": tmp_path / "killed"}
    with pytest.raises(_Killed):
        benchmark(cohort, **setup)
    path = tmp_path / "killed" / "results.csv"
    finished = path.read_text()
    path.write_text(finished + torn)
    resumed = benchmark(cohort, **setup)
    assert _Dying.trainings == 3 + 2  # two were finished; the third and the fourth were not
    assert path.read_text().startswith(finished)
    assert _values(resumed) == _values(whole)
    assert len(resumed) == len(whole)


class _Failing(GaussianSampler):
    """Cannot be trained on this cohort, as ADASYN cannot on some."""

    def fit(self, X, y, *, groups=None):
        raise ValueError("no neighbours of another class")


def test_a_sampler_that_fails_ends_its_own_job_only(cohort, tmp_path):
    samplers = {"none": None, "failing": _Failing(), "gaussian": GaussianSampler()}
    with pytest.warns(
        UserWarning, match="sampler failing has no results.*ValueError: no neighbours of another"
    ):
        rows = benchmark(cohort, samplers=samplers, **SETUP, output=tmp_path)
    assert {row.sampler for row in rows} == {"none", "gaussian"}
    assert "failing" not in format_summary(rows, list(samplers))
    draw_summary(rows, list(samplers), tmp_path / "summary.png")


def test_a_classifier_that_fails_without_augmentation_ends_the_run(cohort, tmp_path):
    class Wrong(GaussianNB):
        def fit(self, X, y):
            raise ValueError("cannot be fitted")

    setup = {**SETUP, "classifiers": {"wrong": Wrong()}}
    with pytest.raises(ValueError, match="cannot be fitted"):
        benchmark(cohort, samplers={"none": None}, **setup, output=tmp_path)


class _Plain(Callback):
    """Has no repr of its own: its text holds an address, which differs between processes."""


def test_callbacks_without_a_repr_do_not_keep_a_run_from_continuing(cohort, tmp_path):
    def run():
        sampler = VAESampler(max_epochs=1, device="cpu", callbacks=[_Plain()], hidden_layer_sizes=(8,))
        return benchmark(cohort, samplers={"none": None, "vae": sampler}, **SETUP, output=tmp_path)

    assert " at 0x" in str(VAESampler(callbacks=[_Plain()]).get_params())
    assert _values(run()) == _values(run())


def test_a_block_torn_between_two_lines_is_completed(cohort, tmp_path):
    setup = {
        "samplers": {"gaussian": GaussianSampler()},
        **SETUP,
        "n_real": [12],
        "quality": True,
        "output": tmp_path,
    }
    whole = benchmark(cohort, **setup)
    path = tmp_path / "results.csv"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:-4]))
    again = benchmark(cohort, **setup)
    assert sorted(r[:-1] for r in again) == sorted(r[:-1] for r in whole)


def test_more_amounts_train_again_but_keep_rows(cohort, tmp_path):
    setup = {"samplers": {"gaussian": GaussianSampler()}, **SETUP, "output": tmp_path}
    first = benchmark(cohort, **setup)
    more = benchmark(cohort, **{**setup, "n_synthetic": [20, 40]})
    assert _values(first) < _values(more)
    assert {row.n_synthetic for row in more if row.classifier} == {20, 40}


def test_other_settings_need_another_folder(cohort, tmp_path):
    setup = {**SETUP, "output": tmp_path}
    benchmark(cohort, samplers={"gaussian": GaussianSampler()}, **setup)
    with pytest.raises(
        ValueError, match=r"\.\.\. .*'prior_rows': 1.*; choose another output folder"
    ) as refused:
        benchmark(cohort, samplers={"gaussian": GaussianSampler(prior_rows=1)}, **setup)
    assert len(str(refused.value)) < 300 + len(str(tmp_path))
    settings = tmp_path / "settings.json"
    settings.write_text(settings.read_text().replace(f'"{__version__}"', '"0.1.0"'))
    message = f"holds results with sklearn_txaug: 0.1.0, not {__version__}; choose another"
    with pytest.raises(ValueError, match=re.escape(message)):
        benchmark(cohort, samplers={"gaussian": GaussianSampler(prior_rows=1)}, **setup)


def test_another_file_of_the_same_name_needs_another_folder(cohort, tmp_path):
    setup = {**SETUP, "samplers": {"none": None}, "output": tmp_path}
    benchmark(cohort, **setup)
    for other in (cohort._replace(X=cohort.X + 1), cohort._replace(groups=np.arange(135))):
        with pytest.raises(ValueError, match="toy data: .*choose another output folder"):
            benchmark(other, **setup)


def test_two_jobs_give_the_same_values(cohort, tmp_path):
    one, two = (
        benchmark(
            cohort,
            samplers=SAMPLERS,
            **{**SETUP, "n_real": [12], "n_jobs": jobs},
            output=tmp_path / str(jobs),
        )
        for jobs in (1, 2)
    )
    assert _values(one) == _values(two)


def test_impossible_amounts(cohort, tmp_path):
    for n_real in (5, 1000):
        with pytest.raises(ValueError, match=f"n_real={n_real} is not between 6"):
            benchmark(cohort, samplers=SAMPLERS, **{**SETUP, "n_real": [n_real]}, output=tmp_path)
    for change, message in (
        ({"seeds": 0}, "seeds must be 1"),
        ({"n_real": []}, "n_real must hold at least one"),
        ({"n_synthetic": []}, "n_synthetic must be"),
        ({"n_synthetic": [20, -5]}, "n_synthetic must be.*-5"),
        ({"samplers": {"gate": SelectiveSampler()}, "protocol": "oracle"}, "'oracle' has no gate"),
    ):
        with pytest.raises(ValueError, match=message):
            benchmark(cohort, **{"samplers": SAMPLERS, **SETUP, **change}, output=tmp_path)
    with pytest.raises(ValueError, match="toy holds 1 values that are NaN"):
        make_cohort("toy", np.concatenate([cohort.X[:-1], [[np.nan] + [0] * 11]]), cohort.y)
    with pytest.raises(ValueError, match="protocol"):
        benchmark(cohort, samplers=SAMPLERS, **SETUP, protocol="fair", output=tmp_path)
    with pytest.raises(ValueError, match="label has 135 classes"):
        make_cohort("toy", cohort.X, np.arange(135))


@pytest.mark.parametrize("sampler", [RandomOverSampler(), SMOTE()])
def test_interpolation_copes_with_small_classes(sampler):
    X, y = np.arange(8.0).reshape(4, 2), np.array(["a", "a", "a", "b"])
    X_new, y_new = Interpolation(sampler, random_state=0).fit(X, y).sample(y=["a", "b", "b"])
    assert y_new.tolist() == ["a", "b", "b"]
    np.testing.assert_array_equal(X_new[1:], X[[3, 3]])


@pytest.mark.parametrize("sampler", [ADASYN(), SMOTE(k_neighbors=NearestNeighbors(n_neighbors=2))])
def test_interpolation_in_small_classes_with_neighbours_of_any_kind(sampler):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(23, 2)), np.array(["a"] * 20 + ["b"] * 3)
    X_new, y_new = Interpolation(sampler, random_state=0, fill=True).fit(X, y).sample(y=["b"] * 9)
    assert y_new.tolist() == ["b"] * 9
    rare = X[20:]
    assert ((rare.min(axis=0) <= X_new) & (X_new <= rare.max(axis=0))).all()


def test_a_cohort_of_a_few_dozen_rows_has_indicators(cohort, tmp_path):
    rows = np.concatenate([np.flatnonzero(cohort.y == label)[:9] for label in np.unique(cohort.y)])
    small = make_cohort("small", cohort.X[rows], cohort.y[rows])[0]
    setup = {**SETUP, "quality": True, "n_real": ["3c"], "seeds": 1, "classifiers": {}}
    found = benchmark(small, samplers={"gaussian": GaussianSampler()}, **setup, output=tmp_path)
    assert all(np.isfinite(row.value) for row in found if row.metric in ("precision", "recall"))


def test_the_summary_has_scores_differences_and_a_picture(compared, tmp_path):
    _, rows = compared
    text = format_summary(rows, list(SAMPLERS))
    header = ["classifier", "sampler", "synthetic rows", "12 rows", "18 rows"]
    lines = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if "|" in line]
    assert lines[0] == header
    line = next(line for line in lines if line[:3] == ["logistic", "smote", "20 rows"])
    c = next(c for c in compare(rows) if c.sampler == "smote" and c.setting.n_real == 18)
    assert line[4] == f"{c.score:.4f} ({c.difference.mean:+.4f} +- {c.difference.error:.4f})"
    assert format_quality(rows, list(SAMPLERS)) in text
    draw_summary(rows, list(SAMPLERS), tmp_path / "summary.png")
    assert (tmp_path / "summary.png").stat().st_size > 10_000


def test_the_command_prints_its_answer_and_continues(tmp_path, capsys, cohort):
    pd = pytest.importorskip("pandas")
    table = pd.DataFrame(cohort.X, columns=[f"G{i}" for i in range(12)], index=[f"S{i}" for i in range(135)])
    table["tissue"], table["patient"] = cohort.y, [f"P{g}" for g in cohort.groups]
    table.to_csv(tmp_path / "toy.tsv", sep="\t")
    command = (
        f"benchmark --data {tmp_path}/toy.tsv --label tissue --group patient --samplers none,gaussian "
        f"--classifiers logistic --n-real 12 --n-synthetic 20 --seeds 2 --jobs 1 --output {tmp_path}/out"
    ).split()
    assert command_line.main(command) == 0
    printed = capsys.readouterr()
    assert "| gaussian" in printed.out
    assert "Does augmentation help?\nUndecided: differences" in printed.out
    assert not set("\r\x1b") & set(printed.out + printed.err), "no control characters in a log file"
    assert (tmp_path / "out" / "summary.png").exists()
    finished = (tmp_path / "out" / "results.csv").read_text()
    assert command_line.main(command) == 0
    assert (tmp_path / "out" / "results.csv").read_text() == finished
    assert command_line.main([*command, "--label", "organ"]) == 2
    assert "organ" in capsys.readouterr().err
    assert command_line.main([*command, "--samplers", "wgan"]) == 2
    assert "wgangp" in capsys.readouterr().err
    assert command_line.main([*command, "--classifiers", ","]) == 2
    assert "--classifiers names none" in capsys.readouterr().err
    assert command_line.main([*command, "--genes", "landmarks"]) == 2
    assert "none of the L1000" in capsys.readouterr().err
    assert command_line.main([*command, "--output", str(tmp_path / "toy.tsv")]) == 2
    assert "toy.tsv' is a file" in capsys.readouterr().err
    for bad in (["--n-real", "many"], ["--genes", "1"], ["--seeds", "0"], ["--jobs", "0"]):
        with pytest.raises(SystemExit):
            command_line.main(["benchmark", *bad])


def test_amounts_are_read_written_and_sorted():
    assert [real_amount(text) for text in ("20", "05c", "all", 7)] == [20, "5c", "all", 7]
    assert [synthetic_amount(text) for text in ("0.50x", "1x", "0x", "balance", "30", "05c", "0c")] == [
        "0.5x", "1x", 0, "balance", 30, "5c", 0
    ]  # fmt: skip
    written = AmountOrder([])
    assert sorted(["all", 100, "10c", "2c", 30], key=written.real) == ["2c", "10c", 30, 100, "all"]
    shuffled = [5, "balance", "7c", "2x", 0, "0.5x"]
    assert sorted(shuffled, key=written.synthetic) == [0, "7c", 5, "0.5x", "2x", "balance"]
    for read, wrong in (
        (real_amount, "0c"),
        (real_amount, "2x"),
        (synthetic_amount, "5cc"),
        (synthetic_amount, "-1"),
    ):
        with pytest.raises(ValueError, match=f"got '{wrong}'"):
            read(wrong)
    y = np.array(list("aaaabb"))
    assert labels_to_draw(y, "0.5x").tolist() == ["a", "a", "b"]
    assert labels_to_draw(y, "balance").tolist() == ["b", "b"]
    assert labels_to_draw(y, "2c").tolist() == ["a", "a", "b", "b"]


def test_rows_a_class_are_nested_and_a_small_class_gives_what_it_has(cohort):
    pool, _ = split(cohort, 0)
    few, more = subset(cohort, pool, "2c"), subset(cohort, pool, "25c")
    assert set(few) < set(more) < set(subset(cohort, pool, "all"))
    assert np.unique(cohort.y[few], return_counts=True)[1].tolist() == [2, 2, 2]
    counts = np.unique(cohort.y[more], return_counts=True)[1]
    assert counts[:2].tolist() == [25, 25]
    assert counts[2] == np.sum(cohort.y[pool] == "liver") < 25


def test_both_protocols_in_one_run(cohort, tmp_path):
    setup = {
        **SETUP, "samplers": SAMPLERS, "n_real": ["2c", "all"], "n_synthetic": ["1x", "balance"],
        "protocol": ("honest", "oracle"), "seeds": 2, "output": tmp_path,
    }  # fmt: skip
    rows = benchmark(cohort, **setup)
    values = {row[:8]: row.value for row in rows}
    assert {row.protocol for row in rows} == {"honest", "oracle"}
    same = [key for key in values if key[1] == "honest" and key[2] == "none"]
    assert all(values[key] == values[key[0], "oracle", *key[2:]] for key in same), "nothing was trained"
    assert values["toy", "honest", "smote", "logistic", "2c", "1x", 0, "synthetic_rows"] == 6
    assert values["toy", "honest", "smote", "logistic", "2c", "balance", 0, "synthetic_rows"] == 0
    added = values["toy", "honest", "smote", "logistic", "all", "balance", 0, "synthetic_rows"]
    _, counts = np.unique(cohort.y[split(cohort, 0).pool], return_counts=True)
    assert added == (counts.max() - counts).sum()
    text = format_summary(rows, list(SAMPLERS), "f1_macro")
    assert text.index("protocol honest") < text.index("protocol oracle")
    assert "f1_macro: mean" in text
    lines = (tmp_path / "results.csv").read_text()
    assert _values(benchmark(cohort, **setup)) == _values(rows)
    assert (tmp_path / "results.csv").read_text() == lines


def test_every_classifier_learns_from_few_rows(cohort, tmp_path):
    classifiers = {name: model for name, model in make_classifiers().items() if name != "mlp"}
    setup = {**SETUP, "classifiers": classifiers, "n_real": ["3c"], "seeds": 1, "output": tmp_path}
    rows = benchmark(cohort, samplers={"none": None}, **setup)
    scores = {row.classifier: row.value for row in rows if row.metric == "balanced_accuracy"}
    assert scores.keys() == {"logistic", "lda", "forest", "boosting"}
    assert min(scores.values()) > 0.55  # chance is 0.33


def test_the_gate_chooses_for_each_classifier(cohort, tmp_path):
    gate = SelectiveSampler(candidates=GaussianSampler(), n_synthetic=0.5, cv=2, n_repeats=1)
    setup = {**SETUP, "n_real": ["6c"], "protocol": ("honest", "oracle"), "output": tmp_path}
    rows = benchmark(cohort, samplers={"none": None, "gate": gate}, **setup)
    chosen = [row for row in rows if row.sampler == "gate"]
    assert {(row.protocol, row.n_synthetic) for row in chosen} == {("honest", "chosen")}
    assert {row.value for row in chosen if row.metric == "synthetic_rows"} <= {0, 9}
    assert len([c for c in compare(rows) if c.sampler == "gate" and c.difference]) == 1


def test_equal_differences_of_few_seeds_establish_nothing():
    def scores(*values):
        return dict(enumerate(values))

    twice = paired(scores(0.1 + 0.2, 0.6), scores(0.2, 0.5))
    assert twice.error == pytest.approx(0, abs=1e-9)
    assert twice.p == 0.5
    assert paired(scores(*[0.6] * 6), scores(*[0.5] * 6)).p == pytest.approx(2 / 64)
    assert paired(scores(0.7, 0.6), scores(0.7, 0.6)).p == 1


def test_differences_have_corrected_errors_and_holm_p_values():
    def rows(sampler, amount, scores):
        return [
            Row("toy", "honest", sampler, "mlp", 10, amount, i, "accuracy", s) for i, s in enumerate(scores)
        ]

    table = compare(
        rows("none", 0, [0.5, 0.6, 0.7]) + rows("a", 5, [0.6, 0.7, 0.9]) + rows("b", 5, [0.51, 0.61, 0.71]),
        "accuracy",
    )
    assert [c.sampler for c in table] == ["none", "a", "b"]
    mean, error, p = table[1].difference
    sd = np.std([0.1, 0.1, 0.2], ddof=1)
    assert (mean, error) == pytest.approx((0.4 / 3, sd * np.sqrt(1 / 3 + 1 / 2)))
    assert p == pytest.approx(2 * stats.t.sf(mean / error, 2))
    assert table[2].difference.p == 0.25  # the same difference with each of three seeds
    assert table[1].p_adjusted == pytest.approx(2 * p)
    assert table[1].verdict == table[2].verdict == ""
    sure = compare(rows("none", 0, [0.5, 0.6, 0.7]) + rows("a", 5, [0.7, 0.81, 0.9]), "accuracy")[1]
    assert sure.p_adjusted == sure.difference.p < 0.05
    assert sure.verdict == "gain"
    assert holm([0.04, np.nan, 0.01, 0.03])[0] == pytest.approx(0.06)


def test_a_setting_of_the_last_file_is_checked_before_the_first_is_computed(tmp_path, capsys, cohort):
    pd = pytest.importorskip("pandas")
    for name in ("one", "two"):
        table = pd.DataFrame(cohort.X).add_prefix("G").assign(tissue=cohort.y)
        table.to_csv(tmp_path / f"{name}.tsv", sep="\t")
    command = (
        f"--label tissue --samplers none --classifiers logistic --seeds 1 --output {tmp_path}/out".split()
    )
    assert command_line.main(["benchmark", *command, "--data", f"{tmp_path}/two.tsv"]) == 0
    before = (tmp_path / "out" / "results.csv").read_text()
    both = ["--data", f"{tmp_path}/one.tsv", f"{tmp_path}/two.tsv", "--genes", "5"]
    assert command_line.main(["benchmark", *command, *both]) == 2
    assert "two genes: None, not 5" in capsys.readouterr().err
    assert (tmp_path / "out" / "results.csv").read_text() == before
    assert command_line.main(["benchmark", *command, *both[:-2]]) == 0, "a refused run leaves nothing behind"


def test_groups_that_hold_whole_classes_are_named_before_training(cohort, tmp_path):
    groups = np.where(cohort.y == "liver", "one", cohort.groups.astype(str))
    assert undivided(cohort._replace(groups=groups)) == ["liver"]
    assert undivided(cohort) == undivided(cohort._replace(groups=None)) == []
    whole = cohort._replace(groups=cohort.y)
    with pytest.raises(ValueError, match="each class needs rows of 2 groups"):
        benchmark(whole, samplers=SAMPLERS, **SETUP, output=tmp_path)


def test_classes_that_differ_in_white_space_stay_apart(tmp_path):
    labels = ["a b", "a  b", "a\nb", r"a\nb"]
    rows = [Row("toy", "honest", "none", "mlp", 9, 0, 0, recall_of(label), 0.5) for label in labels]
    store = ResultStore(tmp_path, {})
    store.append(rows)
    assert read_rows(tmp_path) == rows
    assert len({row.metric for row in rows}) == 4
    assert [class_of(row.metric) for row in rows] == labels
    assert class_of("accuracy") is None


def test_rows_that_two_runs_have_written_count_once(tmp_path):
    row = Row("toy", "honest", "none", "mlp", 9, 0, 0, "accuracy", 0.5)
    one, other = ResultStore(tmp_path, {}), ResultStore(tmp_path, {})
    one.append([row])
    other.append([row])
    assert read_rows(tmp_path) == [row]


def test_several_files_with_their_own_labels(tmp_path, capsys, cohort):
    anndata, pd = pytest.importorskip("anndata"), pytest.importorskip("pandas")
    for name, column in (("one", "tissue"), ("two", "cancer")):
        table = anndata.AnnData(cohort.X, obs=pd.DataFrame({column: cohort.y}, index=map(str, range(135))))
        table.uns["label"] = column
        table.write_h5ad(tmp_path / f"{name}.h5ad")
    command = (
        f"benchmark --data {tmp_path}/one.h5ad {tmp_path}/two.h5ad --samplers none,random --classifiers logistic "
        f"--n-real 3c --n-synthetic 1x --seeds 1 --protocol honest,oracle --jobs 1 --no-quality --report "
        f"--output {tmp_path}/out"
    ).split()
    assert command_line.main(command) == 0
    printed = capsys.readouterr().out
    for words in ("one, protocol honest", "two, protocol oracle", "report.html"):
        assert words in printed
    assert command_line.main([*command, "--data", f"{tmp_path}/one.h5ad", f"{tmp_path}/one.h5ad"]) == 2
    assert "two files have one name" in capsys.readouterr().err
    assert command_line.main([*command, "--protocol", "fair"]) == 2
    for bad in (["--n-real", "0c"], ["--n-synthetic", "lots"]):
        with pytest.raises(SystemExit):
            command_line.main(["benchmark", *bad])
