"""Commands on files as people have them: amounts, labels of another type, scales, names, parameters."""

import numpy as np
import pytest

from sklearn_txaug._cli.amounts import amount, check_amount, join_amounts
from sklearn_txaug._cli.main import make_parser
from sklearn_txaug._cli.messages import in_options
from sklearn_txaug.datasets import read_expression, write_expression
from sklearn_txaug.utils.scales import from_log, library_sizes, to_log

from .cohorts import GENES, LABELS, three_kinds
from .commands import augment, run

pd = pytest.importorskip("pandas")


@pytest.fixture
def frame():
    return three_kinds()


# ---- amounts


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1_000", 1000),
        ("+500", 500),
        ("0.5x", 0.5),
        ("500x", 500.0),
        ("3", 3),
        ("0", 0),
        ("20c", "20c"),
        ("a, b=1_000", {"a, b": 1000}),
    ],
)
def test_whole_numbers_are_rows_and_shares_are_said(text, value):
    assert amount(text) == value
    assert type(amount(text)) is type(value)


@pytest.mark.parametrize("text", ["500.0", "10.5", "nan", "-3", "inf", "1,000", "a=", "=3", "a=1,a=2"])
def test_amounts_that_could_be_two_things_or_none(text):
    with pytest.raises(Exception, match="rows"):
        amount(text)


def test_amounts_of_classes_add_up_and_much_is_asked_back():
    assert join_amounts([{"a, b": 1}, {"c": 2}]) == {"a, b": 1, "c": 2}
    with pytest.raises(ValueError, match="'c'"):
        join_amounts([{"c": 1}, {"c": 2}])
    with pytest.raises(ValueError, match="several times"):
        join_amounts([3, {"c": 2}])
    labels = pd.Series([1, 2, 2])
    assert check_amount({"2": 5}, labels, sure=False) == {2: 5}
    assert check_amount({"1": 5, "2.0": 4}, labels.astype(float), sure=False) == {1.0: 5, 2.0: 4}
    with pytest.raises(
        ValueError, match=r"asks for 60,000 synthetic rows, 20,000 for each of the 3 real.*--yes"
    ):
        check_amount(60_000, labels, sure=False)
    assert check_amount(60_000, labels, sure=True) == 60_000
    with pytest.raises(ValueError, match="asks for 60,000 synthetic rows"):
        check_amount("30000c", labels, sure=False)


def test_names_with_commas(frame, tmp_path, few_indicators):
    table = frame.assign(**{"age, years": 40.0, "weight": 70.0, "height": 1.7})
    table.insert(0, "kind", LABELS)
    table.to_csv(tmp_path / "real.csv", index_label="id")
    amounts = ["--n-synthetic", "liver, left=3", "--n-synthetic", "heart=2,brain=1"]
    drop = ["--drop", "age, years", "--drop", "weight,height"]
    assert augment(tmp_path / "real.csv", tmp_path / "new.csv", *amounts, *drop, "--synthetic-only") == 0
    new = read_expression(tmp_path / "new.csv", label="kind")
    assert new.target.value_counts().to_dict() == {"liver, left": 3, "heart": 2, "brain": 1}
    assert new.feature_names == GENES
    files = [tmp_path / "real.csv", tmp_path / "new.csv"]  # the second has none of the dropped columns
    assert run("evaluate", *files, "--label", "kind", *drop, "-o", tmp_path / "out") == 0


# ---- marks, groups and labels


def test_marked_rows_without_a_group_are_refused_as_real(frame, tmp_path, capsys, few_indicators):
    y, groups = pd.Series(LABELS, frame.index, name="kind"), pd.Series(range(45), frame.index, name="donor")
    write_expression(tmp_path / "real.csv", frame, y, groups=groups)
    both = tmp_path / "both.csv"
    assert augment(tmp_path / "real.csv", both, "--group", "donor", "--n-synthetic", 12) == 0
    options = ["--label", "kind", "--group", "donor", "-o", tmp_path / "out"]
    for command in (
        ["benchmark", "--data", both],
        ["evaluate", both, both],
        ["reproduce", "gmda2024", "--data", both],
    ):
        extra = ["--cohort", "gtex"] if command[0] == "reproduce" else []
        assert run(*command, *options, *extra) == 2
        assert "both.csv has 12 synthetic rows (is_synthetic)" in capsys.readouterr().err
    assert run("evaluate", tmp_path / "real.csv", both, *options) == 0


def test_labels_of_another_type_are_the_same(frame, tmp_path, few_indicators):
    anndata = pytest.importorskip("anndata")
    leiden = pd.Categorical((np.arange(45) % 3).astype(str))
    anndata.AnnData(frame, obs=pd.DataFrame({"kind": leiden}, frame.index)).write_h5ad(tmp_path / "real.h5ad")
    frame.assign(kind=np.arange(45) % 3).to_csv(tmp_path / "new.csv", index_label="id")  # integers
    files = [tmp_path / "real.h5ad", tmp_path / "new.csv"]
    assert run("evaluate", *files, "--label", "kind", "-o", tmp_path / "out") == 0
    assert augment(tmp_path / "real.h5ad", tmp_path / "both.csv", "--n-synthetic", 9) == 0
    with pytest.warns(UserWarning, match="9 of 54"):
        assert read_expression(tmp_path / "both.csv", label="kind").target_names == ["0", "1", "2"]


# ---- scales


@pytest.mark.parametrize("suffix", [".csv", ".h5ad"])
@pytest.mark.parametrize("transform", ["none", "log2cpm", "log2p1"])
def test_synthetic_counts_are_counts(frame, tmp_path, capsys, few_indicators, suffix, transform):
    if suffix == ".h5ad":
        pytest.importorskip("anndata")
    counts = np.rint(2**frame * 50)
    write_expression(tmp_path / f"real{suffix}", counts, pd.Series(LABELS, frame.index, name="kind"))
    real, new = tmp_path / f"real{suffix}", tmp_path / f"new{suffix}"
    assert augment(real, new, "--n-synthetic", 90, "--transform", transform) == 0
    assert ("give --transform log2cpm" in capsys.readouterr().err) == (transform == "none")
    table = read_expression(new, label="kind")
    np.testing.assert_array_equal(table.data.iloc[:45], counts)
    rows = table.data.iloc[45:].to_numpy()
    assert rows.min() >= 0
    assert not np.mod(rows, 1).any()
    if transform == "log2cpm":
        sizes = counts.sum(axis=1).to_numpy()
        assert all(np.abs(sizes - size).min() <= len(GENES) for size in rows.sum(axis=1))
    options = ["--label", "kind", "--transform", transform, "-o", tmp_path / "out"]
    if transform != "none" and suffix == ".csv":
        assert run("evaluate", real, new, *options) == 0
        assert "X looks like" not in capsys.readouterr().err


def test_log_scales_and_back(frame):
    counts = np.rint(2 ** frame.to_numpy() * 50)
    for transform in ("log2cpm", "log2p1"):
        back = from_log(to_log(counts, transform), transform, library_sizes(counts), whole=True)
        np.testing.assert_array_equal(back, counts)
    for wrong, message in ((counts - 1e6, "0 or more"), (counts * np.eye(45, 8), "no counts at all")):
        with pytest.raises(ValueError, match=message):
            to_log(wrong, "log2cpm")
    with pytest.warns(UserWarning, match="as on a log scale"):
        to_log(frame.to_numpy(), "log2p1")
    with pytest.raises(ValueError, match="transform must be one of"):
        to_log(counts, "log")


# ---- names and genes


@pytest.mark.parametrize("name", ["HiSeqV2.gz", "HiSeqV2", "geneExp.xena.gz"])
def test_tables_of_xena_have_no_suffix(frame, tmp_path, name):
    write_expression(tmp_path / "table.tsv.gz" if name.endswith("gz") else tmp_path / "table.tsv", frame)
    next(tmp_path.iterdir()).rename(tmp_path / name)
    found = read_expression(tmp_path / name).data
    pd.testing.assert_frame_equal(found, frame, check_names=False, check_dtype=False)
    with pytest.raises(ValueError, match="unknown format"):
        write_expression(tmp_path / "new", frame)


def test_genes_mean_the_same_in_augment_and_evaluate(frame, tmp_path, capsys, few_indicators):
    kind = pd.Series(LABELS, frame.index, name="kind")
    write_expression(tmp_path / "real.csv", frame.assign(MYC=7.0), kind)
    assert augment(tmp_path / "real.csv", tmp_path / "few.csv", "--n-synthetic", 30, "--genes", 7) == 0
    table = read_expression(tmp_path / "few.csv", label="kind")
    assert list(table.feature_names) == [gene for gene in GENES if gene != "MYC"], (
        "the most variable, in their order"
    )
    command = [
        "evaluate",
        tmp_path / "real.csv",
        tmp_path / "few.csv",
        "--label",
        "kind",
        "-o",
        tmp_path / "out",
    ]
    assert run(*command, "--genes", 7) == 0
    capsys.readouterr()
    assert run(*command, "--genes", 8) == 2
    assert "--genes 8: few lacks 1 of the 8 genes, such as 'MYC'" in capsys.readouterr().err
    assert augment(tmp_path / "real.csv", tmp_path / "out.csv", "--genes", "landmarks") == 0


# ---- parameters and words


def test_parameters_of_samplers_in_a_benchmark(frame, tmp_path, capsys):
    write_expression(tmp_path / "real.csv", frame, pd.Series(LABELS, frame.index, name="kind"))
    command = ["benchmark", "--data", tmp_path / "real.csv", "--label", "kind", "--samplers", "gaussian"]
    for given, message in (
        ("flow.max_epochs=3", "must begin with one of the samplers, gaussian"),
        ("gaussian.depth=3", "--param: Invalid parameter 'depth'"),
        ("gaussian.random_state=3", "random_state is set by --seeds"),
        ("prior_rows", "is not name=value"),
    ):
        assert run(*command, "--param", given, "-o", tmp_path / "out") == 2
        assert message in capsys.readouterr().err
    sizes = [
        "--n-real",
        12,
        "--n-synthetic",
        6,
        "--seeds",
        1,
        "--jobs",
        1,
        "--classifiers",
        "logistic",
        "--quiet",
    ]
    assert run(*command, *sizes, "--param", "gaussian.prior_rows=7", "-o", tmp_path / "out") == 0
    # They are not the parameters of the stored rows
    assert run(*command, *sizes, "-o", tmp_path / "out") == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("label='a' was not found", "--label 'a' was not found"),
        (
            "Name them as label=, group= or in drop=[...]; or set samples_in= if",
            "Name them as --label, --group or in --drop; or set --samples-in if",
        ),
        (
            "Say samples_in='rows' or samples_in='columns'.",
            "Say --samples-in 'rows' or --samples-in 'columns'.",
        ),
        ("labels_file x.csv: row 2", "--labels-file x.csv: row 2"),
        ("were merged by duplicates='mean'.", "were merged to their mean."),
        ("--label is needed", "--label is needed"),
        ("drop=['a'] names columns that", "--drop ['a'] names columns that"),
        ("reference: 3 of its classes", "--reference: 3 of its classes"),
        ("reference has 3 rows", "--reference has 3 rows"),
        ("hold_out_classes=9: a.csv has 7", "--hold-out-classes 9: a.csv has 7"),
        ("y has one class only ('a')", "--label has one class only ('a')"),
        (
            "n_synthetic names classes ['c'] that y does not have; y has ['y']",
            "--n-synthetic names classes ['c'] that --label does not have; --label has ['y']",
        ),
        (
            "columns 'y', 'n_real' and data of groups; pass prior=None",
            "columns 'y', 'n_real' and data of groups; pass prior=None",
        ),
        (
            "The target 'y' needs to have more than 1 class. Got 1 class instead",
            "--label gives one class only; give",
        ),
        ("Unknown label type: continuous. Maybe you", "--label holds fractional numbers"),
        (
            "label has 1 class, and a smaller min_class_size",
            "--label has 1 class, and a smaller --min-class-size",
        ),
        ("n_real=10 is not between 20", "--n-real 10 is not between 20"),
        ("groups has 3 rows, and y has 4", "--group has 3 rows, and --label has 4"),
        ("pass X.reset_index(drop=True)", "pass X.reset_index(drop=True)"),
    ],
)
def test_messages_speak_of_options(text, said):
    assert in_options(text, make_parser().parse_args(["benchmark"])).startswith(said)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("y_synthetic has no class of y_real", "the synthetic file has no class of the real file"),
        (
            "k=9 needs 10 rows or more, but X_test has 8",
            "--neighbors 9 needs 10 rows or more, but the file of --test has 8",
        ),
        ("n_real=10 is not between 20", "n_real=10 is not between 20"),  # no option of this command
        ("the file '/labels_file/min_class_size/a' does", "the file '/labels_file/min_class_size/a' does"),
        ("labels_file.csv: labels_file a.csv", "labels_file.csv: --labels-file a.csv"),
    ],
)
def test_messages_speak_of_what_a_command_calls_otherwise(text, said):
    assert in_options(text, make_parser().parse_args(["evaluate", "a.csv", "b.csv"])) == said


def test_a_message_of_the_command_line_itself_stays_as_it_is():
    with pytest.raises(ValueError) as raised:
        join_amounts([{"a": 3}, 5])
    text = str(raised.value)
    assert in_options(text, make_parser().parse_args(["augment", "a.csv", "-o", "b.csv"])) == text


def test_evaluate_draws_names_as_text_and_goes_on_without_a_picture(frame, tmp_path, capsys, few_indicators):
    labels = np.where(np.arange(len(frame)) % 2 == 0, r"$\alpha^$", "_b")
    frame.assign(tissue=labels).to_csv(tmp_path / "real.csv")
    frame.assign(tissue="_b").to_csv(tmp_path / "new.csv")
    files = [str(tmp_path / name) for name in ("real.csv", "new.csv")]
    given = ["evaluate", *files, "--label", "tissue", "--neighbors", "2", "-o", str(tmp_path / "out")]
    assert run(*given) == 0
    assert "no picture 'class_effects': y_synthetic has one class" in capsys.readouterr().out
    assert run(*given, "--neighbors", "500") == 0
    assert "Plausible? Not computed: --neighbors 500 needs 501 rows or more" in capsys.readouterr().out
    gene = frame.columns[-1]
    frame.assign(**{gene: np.nan}, tissue=labels).to_csv(files[0])
    assert run(*given) == 2
    said = capsys.readouterr().err
    assert "Input the real file contains NaN" in said
    assert "linear scale" not in said
