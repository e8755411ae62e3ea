"""Published tables: figures that add up, and the same steps on other data, resumable."""

import numpy as np
import pytest

from sklearn_txaug import __main__ as command_line
from sklearn_txaug import over_sampling
from sklearn_txaug._cli.reproduce import format_reproduction
from sklearn_txaug.benchmark import _reproduction, make_cohort
from sklearn_txaug.benchmark._published import PUBLISHED, REAL
from sklearn_txaug.neural_network import MLPNetClassifier

TABLES = {
    f"{paper}-{cohort}": table for paper, cohorts in PUBLISHED.items() for cohort, table in cohorts.items()
}


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_published_figures_and_settings(table):
    for system in table.systems.values():
        getattr(over_sampling, system.sampler)(**system.settings)._validate_params()
        figures = system.figures
        if {"precision", "recall", "f1"} <= figures.keys():
            total = figures["precision"] + figures["recall"]
            expected = 2 * figures["precision"] * figures["recall"] / total if total else 0
            assert figures["f1"] == pytest.approx(
                expected, abs=0.004
            )  # the published F1 is of rounded figures
        shares = {name: value for name, value in figures.items() if name != "frechet_distance"}
        assert all(0 <= value <= 1 for value in shares.values())
    for classifier in (table.classifier, table.embedder):
        MLPNetClassifier(**classifier)._validate_params()
    assert 0 < table.real["reverse_validation"] < 1


@pytest.fixture(scope="module")
def cohort():
    rng = np.random.default_rng(0)
    y = np.repeat(["brain", "kidney", "liver"], 30)
    X = rng.normal(size=(90, 10)) + np.eye(3, 10)[np.unique(y, return_inverse=True)[1]] * 4
    return make_cohort("toy", X, y, groups=np.arange(90) // 2)[0]


def quick(table, n_train):
    """The small table with trainings of a second."""
    table = _small(table, n_train)
    systems = {
        name: system._replace(settings={**system.settings, "max_epochs": 2})
        for name, system in table.systems.items()
    }
    few = {"max_epochs": 3}
    return table._replace(
        systems=systems, classifier={**table.classifier, **few}, embedder={**table.embedder, **few}
    )


_small = _reproduction.small


def test_parts_are_apart_and_groups_whole(cohort):
    table = PUBLISHED["lacan2026"]["gtex"]
    train, test = _reproduction.split_parts(cohort, table, 0)
    assert not set(cohort.groups[train]) & set(cohort.groups[test])
    assert len(test) == pytest.approx(90 / 3, abs=3)
    assert len(train) == pytest.approx(90 * 2 / 3 * 4 / 5, abs=3)
    assert set(train) != set(_reproduction.split_parts(cohort, table, 1).pool)


def test_rows_are_the_same_after_a_kill(cohort, tmp_path, monkeypatch):
    table = quick(PUBLISHED["lacan2023"]["tcga"], 60)
    table = table._replace(systems={"WGAN-GP": table.systems["WGAN-GP"]})

    def run(folder):
        return _reproduction.reproduce(cohort, table, seeds=2, output=tmp_path / folder, verbose=False)

    whole = run("whole")
    path = tmp_path / "killed" / "results.csv"
    run("killed")
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-9])[:-5])  # torn within a line
    measured = []
    measure = _reproduction._measure
    monkeypatch.setattr(_reproduction, "_measure", lambda *args: measured.append(args[2:]) or measure(*args))
    again = run("killed")
    assert measured == [("WGAN-GP", 1)]

    def values(rows):
        return {row[:8]: row.value for row in rows if row.metric != "fit_seconds"}

    assert values(again) == values(whole)
    assert {row.sampler for row in whole} == {REAL, "WGAN-GP"}
    assert {row.metric for row in whole} >= {"reverse_validation", "accuracy with 25 real rows", "recall"}
    assert not [row for row in whole if row.sampler == REAL and row.classifier == "training rows"]
    text = format_reproduction(whole, table, "small")
    assert "| WGAN-GP   | recall                     | 0.4932    | " in text
    assert "| real rows | reverse validation         | 0.9469    |  " in text
    assert "the papers split by sample" in text
    assert "Scale small" in text


def test_command_line(cohort, tmp_path, capsys, monkeypatch):
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(cohort.X, columns=[f"G{i}" for i in range(10)], index=[f"S{i}" for i in range(90)])
    frame.assign(tissue=cohort.y, donor=[f"D{g}" for g in cohort.groups]).to_csv(tmp_path / "toy.csv")
    monkeypatch.setattr(_reproduction, "small", quick)
    command = (
        f"reproduce gmda2024 --data {tmp_path}/toy.csv --label tissue --group donor --cohort gtex --scale small "
        f"--systems GMDA --seeds 1 --output {tmp_path}/out"
    ).split()
    assert command_line.main(command) == 0
    printed = capsys.readouterr().out
    assert "GMDA), utility and F1" in printed
    assert "| GMDA      | f1                   | 0.7986 " in printed
    assert (tmp_path / "out" / "gmda2024-gtex-small" / "results.csv").exists()
    assert command_line.main([*command, "--systems", "CTGAN"]) == 2
    assert "--systems: ['CTGAN'] are not known" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        command_line.main([*command, "--seeds", "-1"])
    assert "'-1' is not a number of 1 or more" in capsys.readouterr().err
    assert (
        command_line.main(["reproduce", "gmda2024", "--data", f"{tmp_path}/toy.csv", "--label", "tissue"])
        == 2
    )
    assert "--cohort is needed" in capsys.readouterr().err
    assert command_line.main(["reproduce", "lacan2023", "--cohort", "gtex"]) == 2
    assert "has tables of tcga" in capsys.readouterr().err
