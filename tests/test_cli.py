"""What all commands share: options, one line for an error or a warning, exit statuses, samplers by path."""

import argparse
import sys
import warnings

import numpy as np
import pytest

from sklearn_txaug import __main__ as command_line
from sklearn_txaug import __version__
from sklearn_txaug._cli import main as cli
from sklearn_txaug._cli.benchmark import METRICS
from sklearn_txaug._cli.options import FILE_ENDINGS
from sklearn_txaug.benchmark._scores import SCORES
from sklearn_txaug.datasets import _formats, read_expression, write_expression

pd = pytest.importorskip("pandas")

COMMANDS = ("augment", "benchmark", "evaluate", "prior", "reproduce", "train")
SHARED = ("--label", "--group", "--labels-file", "--layer", "--drop", "--samples-in", "--traceback")

MODULE = """
from imblearn.over_sampling import SMOTE
from sklearn_txaug.over_sampling import GaussianSampler

class MySampler(GaussianSampler):
    pass

def two_neighbours():
    return SMOTE(k_neighbors=2)

ready = GaussianSampler(prior_rows=7)

class NoEstimator:
    pass

class NeedsDepth:
    def __init__(self, depth):
        self.depth = depth

number = 3
"""

FAILING = """
from sklearn_txaug.over_sampling import GaussianSampler

class Sampler(GaussianSampler):
    def fit(self, X, y, *, groups=None):
        raise RuntimeError("cannot be trained")
"""


@pytest.fixture
def table(tmp_path):
    rng = np.random.default_rng(0)
    y = np.array(["brain", "kidney", "liver"])[np.arange(45) % 3]
    X = rng.normal(size=(45, 8)) + 3 * np.eye(3, 8)[np.arange(45) % 3] + 6
    frame = pd.DataFrame(X, columns=[f"GENE{i}" for i in range(8)], index=[f"s{i}" for i in range(45)])
    write_expression(tmp_path / "real.csv", frame, pd.Series(y, frame.index, name="tissue"))
    return tmp_path / "real.csv"


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Put a module into the current directory, which is not on the path."""
    (tmp_path / "my_samplers.py").write_text(MODULE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if entry not in ("", str(tmp_path))])
    yield
    sys.modules.pop("my_samplers", None)


def augment(table, *extra, name="gaussian"):
    output = table.with_name("new.csv")
    command = ["augment", table, "--label", "tissue", "--sampler", name, "--n-synthetic", 6, "--quiet"]
    return command_line.main([str(part) for part in [*command, "-o", output, *extra]])


def test_alone_it_prints_help(capsys):
    assert command_line.main([]) == 0
    printed = capsys.readouterr().out
    assert all(command in printed for command in (*COMMANDS, "fetch", "sample", "--version"))


def test_version(capsys):
    with pytest.raises(SystemExit) as done:
        command_line.main(["--version"])
    assert done.value.code == 0
    assert capsys.readouterr().out == f"txaug {__version__}\n"


def test_shared_options_have_one_text(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    helps = {}
    for command in COMMANDS:
        with pytest.raises(SystemExit):
            command_line.main([command, "--help"])
        helps[command] = capsys.readouterr().out.splitlines()
    for option in SHARED:
        lines = {
            next(line.strip() for line in lines if line.strip().startswith(option))
            for lines in helps.values()
        }
        assert len(lines) == 1


def test_help_names_every_format():
    for file_format in _formats.FORMATS:
        assert all(suffix.removeprefix(".") in FILE_ENDINGS for suffix in file_format.suffixes)


def test_the_benchmark_can_show_every_score():
    assert set(METRICS) == set(SCORES)


def test_an_option_is_not_taken_for_another(capsys):
    with pytest.raises(SystemExit):
        command_line.main(["benchmark", "--seed", "3"])  # --seeds is the number of repetitions
    assert "--seed" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "status", "line"),
    [
        (ValueError("several\n  lines"), 2, "several lines"),
        (TypeError("no list"), 2, "no list"),
        (ImportError("needs pandas"), 2, "needs pandas"),
        (OSError(28, "No space left on device", "new.csv"), 2, "new.csv: No space left on device"),
        (MemoryError("Unable to allocate 9 GiB"), 2, "not enough memory (Unable to allocate 9 GiB)"),
        (MemoryError(), 2, "not enough memory; try fewer genes or fewer rows"),
        (FloatingPointError("training diverged. Lower lr"), 1, "training diverged. Lower lr"),
        (KeyError("x"), 1, "KeyError: 'x' (--traceback shows where)"),
        (KeyboardInterrupt(), 130, "interrupted"),
    ],
)
def test_errors_are_one_line(monkeypatch, table, capsys, error, status, line):
    def fail(*_, **__):
        raise error

    monkeypatch.setattr("sklearn_txaug._cli.augment.read_cohort", fail)
    assert augment(table) == status
    printed = capsys.readouterr().err
    assert printed.startswith(f"txaug augment: {line}")
    assert printed.count("\n") == 1
    for command in (["--traceback"], []):
        arguments = [*command, "augment", str(table), "-o", str(table.with_name("new.csv"))]
        with pytest.raises(type(error)):
            command_line.main([*arguments, *([] if command else ["--traceback"])])


def test_a_training_that_diverges_is_a_failed_run(table, capsys):
    assert augment(table, "--param", "lr=1e9", "--param", "max_epochs=30", name="wgangp") == 1
    printed = capsys.readouterr().err
    assert printed.startswith("txaug augment: ")
    assert "diverged" in printed
    assert "Traceback" not in printed
    assert not table.with_name("new.csv").exists()


def test_warnings_are_one_line_each_and_once(monkeypatch, capsys):
    def warn(arguments):
        for _ in range(3):
            warnings.warn("first\n  second", UserWarning, stacklevel=1)
        return 0

    parser = cli.make_parser()
    monkeypatch.setattr(cli, "make_parser", lambda: parser)
    monkeypatch.setattr(parser, "parse_args", lambda argv: argparse.Namespace(command="augment", run=warn))
    shown, filters = warnings.showwarning, list(warnings.filters)
    assert command_line.main([]) == 0
    assert capsys.readouterr().err == "txaug augment: warning: first second\n"
    assert warnings.showwarning is shown
    assert warnings.filters == filters


@pytest.mark.parametrize(
    "name",
    [
        "my_samplers.MySampler",
        "my_samplers.two_neighbours",
        "my_samplers.ready",
        "imblearn.over_sampling.SMOTE",
        "sklearn_txaug.over_sampling.GaussianSampler",
    ],
)
def test_a_sampler_of_the_user_augments(package, table, capsys, name):
    assert augment(table, name=name) == 0, capsys.readouterr().err
    with pytest.warns(UserWarning, match="6 of 51 samples are synthetic"):
        back = read_expression(table.with_name("new.csv"), label="tissue")
    np.testing.assert_allclose(back.data.iloc[:45], read_expression(table, label="tissue").data)
    assert back.target[back.is_synthetic].value_counts().tolist() == [2, 2, 2]


def test_parameters_and_seed_reach_a_sampler_of_the_user(package, table):
    rows = []
    for extra in ((), ("--param", "k_neighbors=1"), ("--seed", 1)):
        assert augment(table, *extra, name="my_samplers.two_neighbours") == 0
        rows.append(pd.read_csv(table.with_name("new.csv")).iloc[45:])
    assert not rows[0].equals(rows[1])
    assert not rows[0].equals(rows[2])


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("magic", "'magic' is not known"),
        ("nowhere.Sampler", "there is no module 'nowhere'"),
        ("my_samplers.Absent", "module my_samplers has no 'Absent'"),
        ("my_samplers.NoEstimator", "has no get_params"),
        ("my_samplers.NeedsDepth", "cannot be made without arguments"),
        ("my_samplers.number", "is int, not a class"),
        ("sklearn.svm.SVC", "is not a sampler"),
        ("imblearn.under_sampling.RandomUnderSampler", "is not a sampler"),
    ],
)
def test_what_is_not_a_sampler_is_refused(package, table, capsys, name, message):
    assert augment(table, name=name) == 2
    printed = capsys.readouterr().err
    assert printed.startswith("txaug augment: --sampler: ")
    assert message in printed


def test_benchmark_takes_samplers_and_classifiers_by_path(package, table, tmp_path, capsys):
    sizes = ["--n-real", "12", "--n-synthetic", "6", "--seeds", "1", "--jobs", "1", "--quiet"]
    command = ["benchmark", "--data", str(table), "--label", "tissue", "-o", str(tmp_path / "out"), *sizes]
    names = ["--samplers", "none,my_samplers.MySampler,my_samplers.two_neighbours"]
    classifiers = ["--classifiers", "sklearn.neighbors.KNeighborsClassifier"]
    assert command_line.main([*command, *names, *classifiers]) == 0
    printed = capsys.readouterr()
    for name in ("| my_samplers.MySampler ", "| my_samplers.two_neighbours ", "KNeighborsClassifier"):
        assert name in printed.out
    assert "job/s" not in printed.err
    assert command_line.main([*command, "--classifiers", "sklearn.svm.SVR"]) == 2
    assert "--classifiers: sklearn.svm.SVR is not a classifier" in capsys.readouterr().err


def test_one_way_to_read_a_cohort(table, tmp_path, capsys):
    """A second table, columns to drop and the orientation serve every command that reads real rows."""
    frame = pd.read_csv(table, index_col=0)
    labels = frame.pop("tissue").rename_axis("barcode").rename("organ")
    labels.to_csv(tmp_path / "labels.tsv", sep="\t")
    frame.assign(age=40.0).T.to_csv(tmp_path / "wide.tsv", sep="\t", index_label="id")
    options = ["--label", "organ", "--labels-file", tmp_path / "labels.tsv", "--samples-in", "columns"]
    real = [tmp_path / "wide.tsv", *options, "--drop", "age"]
    new = tmp_path / "new.csv"
    sizes = ["--n-real", 9, "--n-synthetic", 3, "--seeds", 1, "--jobs", 1, "--samplers", "none"]
    for command in (
        ["augment", *real, "--sampler", "gaussian", "--n-synthetic", 6, "-o", new],
        ["benchmark", "--data", *real, *sizes, "--classifiers", "logistic", "-o", tmp_path / "bench"],
    ):
        assert command_line.main([str(part) for part in command]) == 0, capsys.readouterr().err
    for command in (
        ["benchmark", "--data", new],
        ["evaluate", new, new],
        ["reproduce", "gmda2024", "--data", new],
    ):
        extra = ["--cohort", "gtex"] if command[0] == "reproduce" else []
        status = command_line.main([str(part) for part in [*command, "--label", "organ", *extra]])
        assert status == 2
        assert "new.csv has 6 synthetic rows (is_synthetic)" in capsys.readouterr().err


def test_evaluate_takes_the_marked_rows(table, tmp_path, capsys, few_indicators):
    augment(table)
    new = table.with_name("new.csv")
    out = ["-o", str(tmp_path / "out")]
    assert command_line.main(["evaluate", str(table), str(new), "--label", "tissue", *out]) == 0
    marked = pd.read_csv(new)
    assert "--neighbors 10 needs 11 rows" in capsys.readouterr().out  # the 6 rows that are marked
    marked[~marked["is_synthetic"]].to_csv(new, index=False)
    assert command_line.main(["evaluate", str(table), str(new), "--label", "tissue", *out]) == 2
    assert "new.csv has no synthetic rows" in capsys.readouterr().err


@pytest.mark.parametrize("command", COMMANDS)
def test_options_that_no_file_can_use(table, capsys, command):
    files = {
        "augment": [table, "-o", table.with_name("new.csv")],
        "evaluate": [table, table],
        "prior": [table, "-o", table.with_name("new.npz")],
        "train": [table, "-o", table.with_name("new.txaug")],
    }
    given = files.get(command, ["--data", table])
    paper = ["gmda2024", "--cohort", "gtex"] if command == "reproduce" else []
    arguments = [str(part) for part in [command, *paper, *given, "--layer", "counts"]]
    assert command_line.main(arguments) == 2
    assert f"txaug {command}: --layer: layers are in h5ad files" in capsys.readouterr().err
    if "--data" in given:  # the embedded data
        for option, value in (("--group", "donor"), ("--transform", "log2cpm"), ("--samples-in", "rows")):
            assert command_line.main([command, *(paper and ["lacan2026"]), option, value]) == 2
            assert f"txaug {command}: {option}: there is no file" in capsys.readouterr().err


def test_an_h5ad_names_its_own_columns(table, tmp_path, capsys, few_indicators):
    pytest.importorskip("anndata")
    cohort = read_expression(table, label="tissue")
    write_expression(tmp_path / "real.h5ad", cohort.data, cohort.target)
    write_expression(tmp_path / "new.csv", cohort.data, cohort.target)
    out = str(tmp_path / "out")
    files = [str(tmp_path / name) for name in ("real.h5ad", "new.csv")]
    assert command_line.main(["evaluate", *files, "-o", out]) == 0, capsys.readouterr().err
    assert command_line.main(["evaluate", *files, "-o", out, "--drop", "age"]) == 2
    assert "drop names ['age'], which new.csv does not have" in capsys.readouterr().err


def test_a_module_of_the_user_that_cannot_be_read_is_wrong_input(package, table, capsys):
    (table.with_name("broken.py")).write_text("def fit(:\n")
    for name in ("broken.MySampler", ".broken.MySampler"):
        assert augment(table, name=name) == 2
        assert "cannot be imported" in capsys.readouterr().err


def test_a_density_without_labels_is_wrong_input_to_the_benchmark(table, capsys):
    sampler = "sklearn.mixture.GaussianMixture"
    status = command_line.main(
        ["benchmark", "--data", str(table), "--label", "tissue", "--samplers", sampler]
    )
    assert status == 2
    assert "its sample takes no y" in capsys.readouterr().err


@pytest.mark.filterwarnings("ignore:.*has no results")
def test_a_benchmark_in_which_no_sampler_can_be_trained_is_a_failed_run(package, table, tmp_path):
    (tmp_path / "failing.py").write_text(FAILING)
    command = ["benchmark", "--data", str(table), "--label", "tissue", "--samplers", "failing.Sampler"]
    sizes = ["--classifiers", "logistic", "--n-real", "9", "--seeds", "1", "--quiet", "--jobs", "1"]
    assert command_line.main([*command, *sizes, "--output", str(tmp_path / "out")]) == 1
