"""Published experiments: figures that add up, ours under the same names, and the same rows after a kill."""

import re

import numpy as np
import pytest

from sklearn_txaug import __main__ as command_line
from sklearn_txaug._cli.main import make_parser
from sklearn_txaug._cli.study import _tables
from sklearn_txaug.benchmark import Row
from sklearn_txaug.benchmark.reproduction import (
    PAPERS,
    REAL,
    Split,
    answer,
    available,
    compare,
    format_reproduction,
    make_study,
    reproduce,
    small,
    small_study,
    write_page,
)
from sklearn_txaug.benchmark.reproduction import _run as run
from sklearn_txaug.benchmark.reproduction._comparison import distance, judged_claims
from sklearn_txaug.benchmark.reproduction._noise import NoisyCopies
from sklearn_txaug.benchmark.reproduction._paper import TEST, TRAIN, Claim, place
from sklearn_txaug.benchmark.reproduction._study import training_rows
from sklearn_txaug.graphs import GeneGraph

ALL = {f"{paper}-{cohort}": table for paper, cohorts in PAPERS.items() for cohort, table in cohorts.items()}
each_paper = pytest.mark.parametrize("paper", ALL.values(), ids=ALL)
GRAPH = GeneGraph.from_edges([(0, 1, 1.0), (1, 2, 1.0), (3, 4, 1.0)])


def labels():
    return np.repeat(["brain", "kidney", "liver"], 30)


def rows():
    y = labels()
    return (
        np.random.default_rng(0).normal(size=(90, 12))
        + np.eye(3, 12)[np.unique(y, return_inverse=True)[1]] * 4
    )


@pytest.fixture(scope="module")
def study():
    binary = np.where(np.arange(90) % 3, "tumour", "normal")
    landmarks = np.arange(12) < 6
    return make_study(
        "toy", rows(), labels(), np.arange(90) // 2, binary=binary, landmarks=landmarks, ppi=GRAPH
    )[0]


@pytest.fixture(scope="module")
def one_task(study):
    """The same without tumour or normal."""
    return study._replace(tasks={"": study.tasks[""]})


def quick(paper, n_train):
    """The small experiment with trainings of a second."""
    paper = small(paper, n_train)
    systems = {
        name: system._replace(settings={**system.settings, "max_epochs": 2})
        for name, system in paper.systems.items()
        if "scale" not in system.settings
    }
    noisy = {name: system for name, system in paper.systems.items() if "scale" in system.settings}

    def short(nets):
        return {name: net.set_params(max_epochs=2) for name, net in nets.items()}

    return paper._replace(
        systems=noisy | systems, classifiers=short(paper.classifiers), embedders=short(paper.embedders)
    )


@each_paper
def test_published_figures_and_settings(paper):
    assert not any("," in name for name in paper.systems)  # --systems is divided by commas
    for system in paper.systems.values():
        made = system.sampler(**system.settings)
        if hasattr(made, "_validate_params"):
            made._validate_params()
        figures = system.figures
        if {"precision", "recall", "f1"} <= figures.keys() and "f1" not in paper.unjudged:
            p, r = figures["precision"], figures["recall"]
            if f1 := 2 * p * r / (p + r):
                assert figures["f1"] == pytest.approx(f1, abs=0.004)  # the published F1 is of rounded figures
    for figures in (paper.real, *(system.figures for system in paper.systems.values())):
        shares = {k: v for k, v in figures.items() if not re.search("distance|seconds|minutes|parameters", k)}
        for value in shares.values():
            low, high = value if isinstance(value, tuple) else (value, value)
            assert 0 <= low <= high <= 1
    for net in (*paper.classifiers.values(), *paper.embedders.values()):
        net._validate_params()


@each_paper
def test_claims_hold_of_the_published_figures(paper):
    published = [
        Row("", "", name, TRAIN, 0, 0, 0, figure, float(np.mean(value)))
        for name in (REAL, *paper.systems)
        for figure, value in paper.figures(name).items()
    ]
    compared = compare(published, paper)
    claims = judged_claims(compared, paper)
    assert len(claims) == len(paper.claims)
    assert all(holds for *_, holds in claims)
    assert all(c.difference == pytest.approx(0, abs=1e-9) for c in compared)


def test_parts_are_apart_and_groups_whole(study):
    groups = study.cohort.groups
    split = Split(study, PAPERS["lacan2026"]["gtex"], 0)
    parts = [split.train, split.validation, split.test]
    for i, part in enumerate(parts):
        for other in parts[i + 1 :]:
            assert not set(groups[part]) & set(groups[other])
    assert len(split.test) == pytest.approx(90 * 2 / 7, abs=5)
    assert len(split.train) == pytest.approx(90 * 5 / 7 * 4 / 5, abs=6)
    assert set(split.train) != set(Split(study, PAPERS["lacan2026"]["gtex"], 1).train)


def test_diffusion_is_trained_on_validation_rows_too(study):
    paper = PAPERS["lacan2026"]["tcga"]
    split = Split(study, paper, 0)
    both = np.union1d(split.train, split.validation)
    for name, system in paper.systems.items():
        expected = both if name in ("DDIM", "DDPM") else split.train
        np.testing.assert_array_equal(training_rows(split, system), expected)


def test_both_tasks_are_of_the_same_rows(study):
    conditions = study.cohort.y
    assert study.labels("", conditions).tolist() == labels().tolist()
    assert study.labels("cancer", conditions)[:4].tolist() == ["normal", "tumour", "tumour", "normal"]
    assert len(np.unique(conditions)) == 6
    with pytest.raises(ValueError, match="--cancer must have two values"):
        make_study("toy", rows(), labels(), binary=labels())


def measured(paper, study, tmp_path, names=None):
    paper, missing = available(paper, study)
    paper = quick(paper, 60)
    if names:
        paper = paper._replace(systems={name: paper.systems[name] for name in names})
    return reproduce(study, paper, seeds=1, output=tmp_path, verbose=False), paper, missing


def families(names):
    return {place(name)[0] if place(name) else name for name in names}


def test_ours_have_the_names_of_the_published_figures(study, tmp_path):
    names = ["noisy copies", "WGAN-GP", "AttGAN PPI + co-expression", "RandAttGAN PPI + co-expression"]
    found, paper, missing = measured(PAPERS["lacan2023"]["tcga"], study, tmp_path, names)
    assert missing == ["age and sex as conditions: no columns of them (--covariates)"]
    ours = families(row.metric for row in found)
    assert families(name for system in (REAL, *names) for name in paper.figures(system)) <= ours
    assert {row.metric for row in found if row.sampler == REAL} >= {"reverse_validation_cancer"}
    per_class = {row.metric for row in found if "of a class" in row.metric}
    assert "accuracy of a class by synthetic rows [liver]: 60" in per_class
    assert not [
        row for row in found if row.sampler == REAL and row.classifier == TRAIN and row.metric == "f1"
    ]


def test_landmark_and_whole_genes(one_task, tmp_path):
    found, paper, missing = measured(PAPERS["lacan2026"]["tcga"], one_task, tmp_path)
    assert not missing
    ours = families(row.metric for row in found)
    assert families(name for system in (REAL, *paper.systems) for name in paper.figures(system)) <= ours
    values = {(row.sampler, row.metric, row.classifier): row.value for row in found}
    shared = [values[name, "training_minutes", ""] for name in ("DDIM", "DDPM")]
    assert shared[0] == shared[1]  # one training, drawn from with and without fresh noise
    assert values["DDIM", "precision", TRAIN] is not None
    assert values["DDIM", "frechet_distance", TRAIN] != values["DDPM", "frechet_distance", TRAIN]
    assert values["WGAN-GP", "parameters", ""] < values["WGAN-GP (all genes)", "parameters", ""]
    assert values[REAL, "recall of reconstruction: LR", TEST] <= 1
    whole = {row.metric for row in found if row.sampler == "VAE (all genes)"}
    assert not [name for name in whole if "from landmarks" in name]


def test_a_large_cohort_is_cut_for_the_small_scale(study):
    assert small_study(study) == (study, [])
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(1500, 1300)) * np.linspace(1, 2, 1300), np.repeat(["a", "b"], [1493, 7])
    covariates = pytest.importorskip("pandas").DataFrame({"row": np.arange(1500)})
    large, _ = make_study(
        "large",
        X,
        y,
        landmarks=np.arange(1300) < 6,
        ppi=GeneGraph.from_edges([(8, 500, 1.0), (500, 900, 1.0)]),
        covariates=covariates,
    )
    cut, notes = small_study(large)
    assert notes == [
        "Scale small takes 1,001 of 1,500 rows and 1,200 of 1,300 genes (2 of the protein graph)."
    ]
    assert (cut.cohort.y == "b").sum() == 6
    assert cut.landmarks[:6].all()
    assert cut.landmarks.sum() == 6
    chosen = cut.covariates["row"].to_numpy()
    np.testing.assert_array_equal(cut.cohort.X[:, cut.ppi.genes], X[chosen][:, [500, 900]])
    assert X[chosen[0], 8] not in cut.cohort.X[0]  # the least variable are left out


def test_narrow_denoisers_correct_a_linear_guess():
    """Without it, 64 hidden units cannot pass on the noise of more genes, and rows are hundreds of times too wide."""
    for cohort in ("gtex", "tcga"):
        settings = small(PAPERS["lacan2026"][cohort], 100).systems["DDIM"].settings
        assert (settings["preconditioning"], settings["conditioning"]) == ("gaussian", "embedding")


def test_generators_of_the_small_scale_have_time_to_learn():
    """At the published rates, after five epochs, they draw much the same row again and again."""
    for paper, name, epochs, rate in (
        ("lacan2023", "WGAN-GP", 25, 5e-3),
        ("lacan2026", "WGAN-GP", 50, 5e-3),
        ("gmda2024", "GMDA", 150, 3e-3),
    ):
        settings = small(PAPERS[paper]["tcga"], 700).systems[name].settings
        assert settings["max_epochs"] == epochs
        assert min(settings["lr"], settings.get("critic_lr", 1)) >= rate


def test_what_a_cohort_lacks_is_left_out(one_task):
    bare = one_task._replace(landmarks=None, ppi=None)
    paper, missing = available(PAPERS["lacan2023"]["tcga"], bare)
    assert list(paper.systems) == ["noisy copies", "GAN", "WGAN-GP", "AttGAN co-expression"]
    assert "AttGAN PPI: no protein interactions (--graph)" in missing
    assert any("--cancer" in line for line in missing)
    paper, missing = available(PAPERS["lacan2026"]["gtex"], bare)
    assert list(paper.systems) == ["VAE", "WGAN-GP", "DDIM", "DDPM"]
    assert any("all genes stand in" in line for line in missing)


def test_rows_are_the_same_after_a_kill(one_task, tmp_path, monkeypatch):
    def again(folder):
        return measured(PAPERS["lacan2026"]["gtex"], one_task, tmp_path / folder, ["DDIM", "DDPM"])[0]

    whole, path = again("whole"), tmp_path / "killed" / "results.csv"
    again("killed")
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-9])[:-5])  # torn within a line
    trained = []
    train = run._train
    monkeypatch.setattr(
        run, "_train", lambda split, name, *args: trained.append(name) or train(split, name, *args)
    )
    resumed = again("killed")
    assert trained == ["DDIM"]
    clock = re.compile("minutes|seconds|megabytes")

    def values(found):
        return {row[:8]: row.value for row in found if not clock.search(row.metric)}

    assert values(resumed) == values(whole)
    assert {row.sampler for row in whole} == {REAL, "DDIM", "DDPM"}


def test_judgement_and_answer():
    paper = PAPERS["lacan2023"]["tcga"]._replace(
        real={}, claims=[Claim("A beats B.", ("GAN", "recall"), ("WGAN-GP", "recall"))]
    )

    def row(name, metric, value, seed=0, where=TRAIN):
        return Row("toy", "oracle", name, where, 60, 60, seed, metric, value)

    found = [
        row("WGAN-GP", "precision", 0.98),
        row("WGAN-GP", "recall", 0.60),
        row("WGAN-GP", "recall", 0.70, seed=1),
        row("WGAN-GP", "frechet_distance", 900.0),
        row("GAN", "recall", 0.1),
        row("AttGAN co-expression", "recall", 0.5),
    ]
    compared = {(c.system, c.name): c for c in compare(found, paper)}
    assert compared["WGAN-GP", "precision"].agrees  # .9921 within .02
    recall = compared["WGAN-GP", "recall"]
    assert recall.difference == pytest.approx(0.65 - 0.4932)
    assert not recall.agrees  # .157 is more than two standard deviations of .0707
    assert compared["WGAN-GP", "frechet_distance"].agrees is None
    assert compared["AttGAN co-expression", "recall"].difference == 0  # inside its published range
    assert distance(0.55, (0.47, 0.53)) == pytest.approx(0.02)
    said = " ".join(answer(list(compared.values()), paper, "full"))
    assert "2 of 4 published figures agree" in said
    assert "the largest is WGAN-GP, recall: published 0.4932, ours 0.650" in said
    assert "0 of 1 claims" in said


def test_text_and_page_have_both_figures(study, tmp_path):
    found, paper, missing = measured(PAPERS["lacan2023"]["tcga"], study, tmp_path, ["WGAN-GP"])
    text = format_reproduction(found, paper, "small", missing)
    assert re.search(r"\| WGAN-GP +\| recall +\| 0.4932 ", text)
    assert re.search(r"\| real rows +\| reverse validation +\| 0.9469 ", text)
    assert re.search(r"\| WGAN-GP +\| 50 real +\| published +\| +\| 0.723", text)
    assert "the papers split by sample" in text
    assert "Scale small" in text
    page = write_page(found, paper, tmp_path, scale="small", facts={"Cohort": "toy <b>"})
    html = page.read_text()
    assert "toy &lt;b&gt;" in html
    assert html.count("<img") == 4
    for name in ("precision_recall", "agreement", "series", "rows"):
        assert (tmp_path / f"{name}.png").read_bytes().startswith(b"\x89PNG")


def test_generators_are_conditioned_on_covariates(study, tmp_path):
    pd = pytest.importorskip("pandas")
    paper = PAPERS["lacan2023"]["tcga"]
    assert any("age and sex as conditions" in line for line in available(paper, study)[1])
    study = study._replace(covariates=pd.DataFrame({"age": np.arange(90) + 20.0, "sex": list("fm") * 45}))
    assert not any("age" in line for line in available(paper, study)[1])
    paper = quick(paper, 60)
    split = Split(study, paper, 0)
    sampler = run._train(split, "WGAN-GP").sampler
    assert sampler.sample(1, covariates={"age": 90, "sex": "f"})[0].shape == (1, 6)
    *_, drawn = sampler.sample(300, return_covariates=True)
    assert set(drawn["age"]) == set(split.train + 20.0)
    assert run._train(split, "noisy copies").draw(study.cohort.y[:5]).shape == (5, 6)
    paper = paper._replace(systems={"WGAN-GP": paper.systems["WGAN-GP"]})
    reproduce(study, paper, seeds=1, output=tmp_path, verbose=False)
    with pytest.raises(ValueError, match="covariates"):
        reproduce(study._replace(covariates=None), paper, seeds=1, output=tmp_path, verbose=False)


def test_noisy_copies_lie_at_the_given_distance():
    X, y = rows(), labels()
    copies, drawn = NoisyCopies(scale=0.1).fit(X, y).sample(y=["liver"] * 500, random_state=0)
    nearest = np.linalg.norm(copies[:, None] - X[None, y == "liver"], axis=2).min(axis=1)
    expected = 0.1 * np.sqrt((X.std(axis=0) ** 2).sum())
    assert nearest.mean() == pytest.approx(expected, rel=0.1)
    assert set(drawn) == {"liver"}


@pytest.fixture
def file(tmp_path):
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(rows(), columns=[f"G{i}" for i in range(12)], index=[f"S{i}" for i in range(90)])
    donors = [f"D{i // 4}" for i in range(90)]
    path = tmp_path / "toy.csv"
    columns = {
        "tissue": labels(),
        "cancer": np.arange(90) // 2 % 2,
        "donor": donors,
        "age": np.arange(90) + 20,
    }
    frame.assign(**columns)[::2].to_csv(path)
    return path


def test_command_line(file, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("sklearn_txaug.benchmark.reproduction.small", quick)
    command = (
        f"reproduce lacan2023 --data {file} --label tissue --group donor --cancer cancer --covariates age "
        f"--scale small --quiet --systems WGAN-GP --seeds 1 --output {tmp_path}/out"
    ).split()
    assert command_line.main(command) == 0
    printed = capsys.readouterr().out
    assert re.search(
        "toy: 45 rows, 12 genes, 3 classes, 2 values of cancer, .* training rows, conditioned on age", printed
    )
    assert re.search(r"\| WGAN-GP +\| reverse validation, cancer +\| 0.9839 ", printed)
    folder = tmp_path / "out" / "lacan2023-tcga-small"
    assert (folder / "results.csv").exists()
    assert "12 genes" in (folder / "report.html").read_text()
    assert command_line.main([*command, "--systems", "CTGAN"]) == 2
    assert "--systems: ['CTGAN'] are not known" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        command_line.main([*command, "--seeds", "-1"])
    assert "'-1' is not a number of 1 or more" in capsys.readouterr().err


@pytest.mark.parametrize("label", ["tissue", None])
def test_rows_without_a_label_or_without_a_tumour_state_are_left_out(tmp_path, label):
    anndata, pd = pytest.importorskip("anndata"), pytest.importorskip("pandas")
    obs = pd.DataFrame({"tissue": labels(), "state": np.where(np.arange(90) % 3 < 2, "tumour", "normal")})
    obs = obs.set_axis([f"S{i}" for i in range(90)])
    expected = dict(zip(obs.index, obs["state"], strict=True))
    obs.loc["S3", "tissue"], obs.loc["S8", "state"] = None, None  # as many rows of each
    adata = anndata.AnnData(rows(), obs, uns={"label": "tissue"})
    adata.write_h5ad(tmp_path / "toy.h5ad")
    command = ["reproduce", "lacan2023", "--data", str(tmp_path / "toy.h5ad"), "--cancer", "state"]
    arguments = make_parser().parse_args([*command, *(["--label", label] if label else [])])
    with pytest.warns(UserWarning, match="1 of 90 samples have no label"):
        table, states, notes = _tables(arguments, PAPERS["lacan2023"]["tcga"])
    assert dict(zip(table.data.index, states, strict=True)) == {
        name: state for name, state in expected.items() if name not in ("S3", "S8")
    }
    assert len(table.target) == 88
    assert notes == ["1 rows without a value of state are left out."]


@pytest.mark.parametrize(
    ("covariates", "expected"), [([], None), (["age"], ["age"]), (["cancer", "age"], ["cancer", "age"])]
)
def test_tumour_or_normal_is_a_covariate_too_only_if_it_is_named(file, covariates, expected):
    arguments = make_parser().parse_args(["reproduce", "lacan2023", "--data", str(file), "--label", "tissue"])
    arguments.cancer, arguments.covariates, arguments.drop = "cancer", covariates, ["donor"]
    arguments.drop += [] if covariates else ["age"]
    table, states, _ = _tables(arguments, PAPERS["lacan2023"]["tcga"])
    assert set(states) == {0, 1}
    assert (None if table.covariates is None else list(table.covariates)) == expected


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("gmda2024 --data {file} --label tissue", "--cohort is needed"),
        ("lacan2023 --cohort gtex", "has tables of tcga"),
        ("gmda2024 --cohort wilt", "--cohort wilt: give its table by --data"),
        ("gmda2024 --cohort moons --data {file}", "its points are made"),
        ("lacan2026 --cancer sex", "--cancer: lacan2026 has no use for it"),
        (
            "lacan2023 --data {file} --label tissue --drop cancer,donor,age --cancer state --scale small",
            "--cancer 'state' was not found",
        ),
        (
            "lacan2023 --data {file} --label tissue --drop cancer,donor,age --scale full",
            "takes 50 neighbours",
        ),
    ],
)
def test_command_line_errors(options, message, file, tmp_path, capsys):
    command = f"reproduce {options} --output {tmp_path}/out".format(file=file).split()
    assert command_line.main(command) == 2
    assert message in capsys.readouterr().err


def test_gmda_on_a_table_and_on_a_toy(file, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("sklearn_txaug.benchmark.reproduction.small", small_trees)
    common = f"--scale small --quiet --output {tmp_path}/out".split()
    table = f"reproduce gmda2024 --cohort wilt --data {file} --label tissue --drop cancer,donor,age".split()
    assert command_line.main([*table, *common]) == 0
    printed = capsys.readouterr().out
    assert re.search(r"\| GMDA +\| reverse validation +\| 0.9129 ", printed)
    assert re.search(r"\| CTGAN +\| correlation error ", printed)
    toy = ["reproduce", "gmda2024", "--cohort", "swissroll", "--systems", "GMDA"]
    assert command_line.main([*toy, *common]) == 0
    assert "swissroll: 1000 rows, 2 genes, 4 classes" in capsys.readouterr().out
    assert (tmp_path / "out" / "gmda2024-swissroll-small" / "rows.png").exists()


def small_trees(paper, n_train):
    """The small experiment with trainings of a moment, whose classifier is not a net."""
    paper = small(paper, n_train)
    systems = {
        name: system._replace(settings={**system.settings, "max_epochs": 2})
        for name, system in paper.systems.items()
    }
    embedders = {name: net.set_params(max_epochs=2) for name, net in paper.embedders.items()}
    return paper._replace(systems=systems, embedders=embedders)
