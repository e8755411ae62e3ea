"""The commands that train a sampler into a file and draw rows from it."""

import numpy as np
import pytest

from sklearn_txaug.over_sampling import (
    CopulaSampler,
    GaussianSampler,
)
from sklearn_txaug.persistence import load_sampler

from .commands import run

pytest.importorskip("safetensors")
pytest.importorskip("skops")


@pytest.fixture
def table(tmp_path):
    pd = pytest.importorskip("pandas")
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(8, 1, size=(30, 6)), columns=[f"GENE{k}" for k in range(6)])
    frame.insert(0, "tissue", np.array(["brain", "liver"])[np.arange(30) % 2])
    frame.index = [f"S{k}" for k in range(30)]
    frame.to_csv(tmp_path / "cohort.csv")
    return tmp_path / "cohort.csv"


def test_train_and_augment_from_the_model(table, tmp_path, capsys):
    model, new = tmp_path / "model.txaug", tmp_path / "new.csv"
    small = ["--param", "max_epochs=1", "--quiet", "--label", "tissue", "--checkpoint", tmp_path / "states"]
    assert run("train", table, "-o", model, "--sampler", "flow", "--note", "mine", *small) == 0
    printed = capsys.readouterr().out
    assert "contains the values of each gene in each class, sorted (30 rows)" in printed
    assert "FlowMatchingSampler of 30 rows and 6 genes, classes by 'tissue'" in printed
    assert len(list((tmp_path / "states").glob("*.checkpoint"))) == 1
    assert load_sampler(model).provenance_["note"] == "txaug train cohort.csv; mine"
    assert run("augment", table, "--model", model, "--n-synthetic", 8, "-o", new, "--label", "tissue") == 0
    assert "30 real and 8 synthetic rows of 6 genes" in capsys.readouterr().out
    assert run("augment", table, "--model", model, "--sampler", "vae", "-o", new, "--label", "tissue") == 2
    assert "--sampler: the sampler of --model is trained already" in capsys.readouterr().err
    model.write_bytes(model.read_bytes()[:-1])
    assert run("augment", table, "--model", model, "-o", new, "--label", "tissue") == 2
    assert "model.txaug" in capsys.readouterr().err


def test_rows_of_a_model_need_no_other_file(table, tmp_path, capsys):
    pd, model, new = pytest.importorskip("pandas"), tmp_path / "model.txaug", tmp_path / "new.csv"
    assert run("train", table, "-o", model, "--sampler", "gaussian", "--label", "tissue", "--quiet") == 0
    table.unlink()
    for amount, brain, liver in (("8", 4, 4), ("3c", 3, 3), ("liver=5", 0, 5)):
        assert run("sample", model, "--n-synthetic", amount, "-o", new) == 0
        written = pd.read_csv(new, index_col=0)
        assert ((written["tissue"] == "brain").sum(), (written["tissue"] == "liver").sum()) == (brain, liver)
    drawn = load_sampler(model).sample(y=["liver"] * 5, random_state=0)[0]
    np.testing.assert_allclose(written[drawn.columns], drawn)
    refused = {
        "0.5x": "share of real rows",
        "colon=5": "colon",
        "0": "asks for no rows",
        "liver=0": "no rows",
    }
    for amount, message in refused.items():
        assert run("sample", model, "--n-synthetic", amount, "-o", new) == 2
        assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("y", "one"),
    [(np.repeat([True, False], 10), "True"), (np.repeat([1.0, 2.0], 10), "1"), (np.eye(2)[[0, 1] * 10], "1")],
)
def test_labels_of_a_model_are_found_by_name(y, one, tmp_path, capsys):
    pd, X = pytest.importorskip("pandas"), np.random.default_rng(0).normal(8, 1, (20, 3))
    GaussianSampler().fit(X, y).save(tmp_path / "model.txaug")
    asked = [tmp_path / "model.txaug", "-o", tmp_path / "new.csv", "--n-synthetic"]
    assert run("sample", *asked, f"{one}=4") == 0
    written = pd.read_csv(tmp_path / "new.csv", index_col=0)
    assert written["label"].astype(int).tolist() == [1] * 4
    assert written.index.tolist() == [f"synthetic_{k}" for k in range(4)]
    assert run("sample", *asked, "other=4") == 2
    assert "names ['other'], but the classes are" in capsys.readouterr().err


def test_rows_of_a_model_with_covariates_stand_behind_their_label(tmp_path):
    pd, rng = pytest.importorskip("pandas"), np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(8, 1, (40, 3)), columns=["A", "B", "C"])
    y, new = np.repeat(["brain", "liver"], 20), tmp_path / "new.csv"
    ages = pd.DataFrame({"age": rng.uniform(20, 80, 40)})
    GaussianSampler().fit(X, y, covariates=ages).save(tmp_path / "aged.txaug")
    assert run("sample", tmp_path / "aged.txaug", "--n-synthetic", 6, "-o", new, "--label", "organ") == 0
    assert pd.read_csv(new, index_col=0).columns.tolist() == ["organ", "age", "is_synthetic", "A", "B", "C"]


def test_rows_of_a_model_with_covariates_and_categories(tmp_path, capsys):
    pd, rng = pytest.importorskip("pandas"), np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(8, 1, (40, 3)), columns=["A", "B", "C"]).assign(sex=["f", "m"] * 20)
    ages = pd.DataFrame({"age": rng.uniform(20, 80, 40)})
    CopulaSampler().fit(X, np.repeat(["brain", "liver"], 20), covariates=ages).save(tmp_path / "model.txaug")
    asked = [tmp_path / "model.txaug", "--n-synthetic", 6, "-o", tmp_path / "new.csv"]
    assert run("sample", *asked) == 0
    written = pd.read_csv(tmp_path / "new.csv", index_col=0)
    assert set(written.columns) == {"label", "age", "is_synthetic", "sex", "A", "B", "C"}
    assert set(written["sex"]) <= {"f", "m"}
    assert run("sample", *asked, "--label", "sex") == 2  # a name of two columns
    assert "['sex']" in capsys.readouterr().err


@pytest.mark.parametrize("beside", [{}, {"sex": ["f", "m"] * 10}])
def test_rows_of_a_model_of_polars_have_its_names(tmp_path, beside):
    pd, pl = pytest.importorskip("pandas"), pytest.importorskip("polars")
    A, B = np.random.default_rng(0).normal(8, 1, (2, 20))
    CopulaSampler().fit(pl.DataFrame({"A": A, "B": B, **beside}), [0, 1] * 10).save(tmp_path / "model.txaug")
    assert run("sample", tmp_path / "model.txaug", "--n-synthetic", 6, "-o", tmp_path / "new.csv") == 0
    written = pd.read_csv(tmp_path / "new.csv", index_col=0)
    assert set(written.columns) == {"label", "is_synthetic", "A", "B", *beside}
    assert written.index[0].startswith("synthetic")
    assert written[["A", "B"]].notna().all(axis=None)


@pytest.mark.parametrize("sampler", ["private", "private_copula"])
def test_train_with_a_guarantee(table, tmp_path, capsys, sampler):
    model, new = tmp_path / "model.txaug", tmp_path / "new.csv"
    options = ["--sampler", sampler, "--param", "epsilon=3", "--label", "tissue", "--quiet", "--sharing"]
    assert run("train", table, "-o", model, *options) == 0
    assert "it contains no training rows" in capsys.readouterr().out
    privacy = load_sampler(model).provenance_["privacy"]
    assert (privacy["epsilon"], privacy["noise"]) == (3.0, "secret")  # whatever the seed of the command
    only_new = ["--synthetic-only", "--n-synthetic", 8, "-o", new, "--label", "tissue"]
    assert run("augment", table, "--model", model, *only_new) == 0
    assert "0 real and 8 synthetic rows" in capsys.readouterr().out


def test_train_for_sharing(table, tmp_path, capsys):
    model = tmp_path / "model.txaug"
    options = ["-o", model, "--label", "tissue", "--quiet", "--sharing"]
    assert run("train", table, *options, "--sampler", "gaussian") == 0
    assert "it contains no training rows" in capsys.readouterr().out
    assert run("train", table, *options, "--sampler", "copula") == 2
    assert "--sharing: CopulaSampler cannot be trained without keeping rows" in capsys.readouterr().err
    assert run("train", table, *options, "--sampler", "gaussian", "--checkpoint", tmp_path / "states") == 2
    assert "--checkpoint: GaussianSampler trains no net" in capsys.readouterr().err
    given = ["--sampler", "gaussian", "--param", "quantile_mapping=True"]
    assert run("train", table, *options, *given) == 2
    assert "--param: quantile_mapping is set by --sharing" in capsys.readouterr().err
