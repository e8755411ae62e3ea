"""augment_anndata and ``python -m sklearn_txaug augment``: real rows untouched, provenance, every format."""

import argparse
import json

import numpy as np
import pytest
from imblearn.over_sampling import SMOTE
from imblearn.under_sampling import RandomUnderSampler
from scipy import sparse

from sklearn_txaug import __main__ as command_line
from sklearn_txaug._cli.amounts import amount as read_amount
from sklearn_txaug.datasets import augment_anndata, read_expression
from sklearn_txaug.over_sampling import GaussianSampler

anndata = pytest.importorskip("anndata")
pd = pytest.importorskip("pandas")

N = 40


@pytest.fixture
def adata():
    rng = np.random.default_rng(0)
    tissue = np.array(["brain", "kidney", "liver"])[np.arange(N) % 3]
    names = [f"TCGA-{i:02}" for i in range(N)]
    made = anndata.AnnData(
        (rng.normal(size=(N, 6)) + 3 * (tissue == "liver")[:, None] + 6).astype(np.float32),
        obs=pd.DataFrame(
            {
                "tissue": pd.Categorical(tissue, ["liver", "kidney", "brain", "never seen"]),
                "patient": [f"P{i // 2}" for i in range(N)],
                "age": np.arange(N),
                "smokes": np.arange(N) % 2 == 0,
                "weight": np.linspace(50, 90, N),
            },
            index=names,
        ),
        var=pd.DataFrame({"chromosome": list("112233")}, index=[f"GENE{i}" for i in range(6)]),
    )
    made.layers["counts"] = rng.integers(0, 99, (N, 6))
    made.layers["sparse"] = sparse.csr_matrix(made.X)
    made.obsm["pca"] = rng.normal(size=(N, 2)).astype(np.float32)
    made.obsm["scores"] = pd.DataFrame({"score": np.arange(N)}, index=names)
    made.varm["loadings"] = rng.normal(size=(6, 2))
    made.obsp["neighbours"] = sparse.eye_array(N, format="csr")
    made.uns["source"] = "simulated"
    return made


def sampler(**parameters):
    return GaussianSampler(**{"n_synthetic": 10, "random_state": 0, **parameters})


def test_real_rows_come_first_and_stay(adata):
    before = adata.copy()
    augmented = augment_anndata(adata, sampler(), "tissue", group_key="patient")
    assert augmented.shape == (50, 6)
    assert augmented.obs_names.tolist() == [*adata.obs_names, *(f"synthetic_{k}" for k in range(10))]
    mask = augmented.obs["is_synthetic"].to_numpy()
    assert mask.dtype == bool
    assert mask.tolist() == [False] * N + [True] * 10
    for container in (augmented.X, augmented.layers["sparse"], augmented.obsm["pca"]):
        assert container.dtype == np.float32
    real = augmented[~mask]
    np.testing.assert_array_equal(real.X, adata.X)
    for key in adata.layers:
        np.testing.assert_array_equal(dense(real.layers[key]), dense(adata.layers[key]))
    np.testing.assert_array_equal(real.obsm["pca"], adata.obsm["pca"])
    for column in adata.obs:
        assert real.obs[column].tolist() == adata.obs[column].tolist()
    pd.testing.assert_frame_equal(augmented.var, adata.var)
    np.testing.assert_array_equal(augmented.varm["loadings"], adata.varm["loadings"])
    assert augmented.uns["source"] == "simulated"
    pd.testing.assert_frame_equal(adata.obs, before.obs)
    assert "sklearn_txaug" not in adata.uns


def test_synthetic_rows_have_what_is_known(adata):
    augmented = augment_anndata(adata, sampler(), "tissue")
    new = augmented[augmented.obs["is_synthetic"].to_numpy()]
    assert np.isfinite(new.X).all()
    assert augmented.obs["tissue"].cat.categories.tolist() == ["liver", "kidney", "brain", "never seen"]
    assert set(new.obs["tissue"]) == {"brain", "kidney", "liver"}
    for column in ("patient", "age", "smokes", "weight"):
        assert new.obs[column].isna().all()
    assert augmented.obs["age"].dtype == "Int64"
    assert np.isnan(dense(new.layers["counts"])).all()
    assert np.isnan(dense(new.layers["sparse"])).all()
    assert np.isnan(new.obsm["pca"]).all()
    assert not augmented.obsp
    expected, _ = sampler().fit_resample(adata.X, adata.obs["tissue"].to_numpy())
    np.testing.assert_array_equal(new.X, expected[N:])


def test_parts_that_are_left_out_are_named(adata):
    adata.raw = adata.copy()
    with pytest.warns(UserWarning, match=r"adata: raw, obsp\['neighbours'\] cannot be extended"):
        assert augment_anndata(adata, sampler(), "tissue").raw is None


@pytest.mark.parametrize("kind", [sparse.csr_matrix, sparse.csc_matrix, sparse.csr_array])
def test_sparse_stays_sparse(adata, kind):
    values = kind(adata.X)
    adata.X = values
    augmented = augment_anndata(adata, sampler(), "tissue")
    assert isinstance(augmented.X, kind)
    np.testing.assert_array_equal(augmented.X[:N].toarray(), values.toarray())
    assert (augmented.X[N:].toarray() != 0).all()


def test_a_layer_is_augmented_in_the_place_of_x(adata):
    augmented = augment_anndata(adata, sampler(), "tissue", layer="sparse")
    assert isinstance(augmented.layers["sparse"], sparse.csr_matrix)
    assert np.isfinite(augmented.layers["sparse"].toarray()).all()
    assert np.isnan(augmented.X[N:]).all()
    np.testing.assert_array_equal(augmented.X[:N], adata.X)


def test_written_read_and_concatenated(adata, tmp_path):
    augmented = augment_anndata(adata, sampler(), "tissue", group_key="patient")
    augmented.write_h5ad(tmp_path / "augmented.h5ad")
    back = anndata.read_h5ad(tmp_path / "augmented.h5ad")
    np.testing.assert_array_equal(back.X, augmented.X)
    assert back.obs["is_synthetic"].tolist() == augmented.obs["is_synthetic"].tolist()
    assert back.obs["tissue"].tolist() == augmented.obs["tissue"].tolist()
    assert back.uns["sklearn_txaug"] == augmented.uns["sklearn_txaug"]
    both = anndata.concat({"a": augmented, "b": back}, index_unique="-", join="outer", uns_merge="same")
    assert both.shape == (100, 6)
    assert both.obs["is_synthetic"].sum() == 20
    assert "sklearn_txaug" in both.uns


def test_provenance(adata):
    made = augment_anndata(adata, sampler(), "tissue", group_key="patient").uns["sklearn_txaug"]
    assert made["sampler"] == "GaussianSampler"
    assert json.loads(made["parameters"])["prior_rows"] == 50
    assert made["random_state"] == "0"
    assert (made["label_key"], made["layer"], made["group_key"]) == ("tissue", "X", "patient")
    assert (made["n_real"], made["n_synthetic"]) == (N, 10)
    assert made["versions"]["sklearn_txaug"]
    digest = made["training_rows_sha256"]
    same = augment_anndata(adata.copy(), sampler(), "tissue").uns["sklearn_txaug"]
    assert same["training_rows_sha256"] == digest
    adata.X[3, 2] += 1
    other = augment_anndata(adata, sampler(), "tissue").uns["sklearn_txaug"]
    assert other["training_rows_sha256"] != digest


def test_lazy_values_are_computed(adata):
    array = pytest.importorskip("dask.array")
    expected = augment_anndata(adata, GaussianSampler(n_synthetic=5, random_state=0), "tissue").X
    lazy = adata.copy()
    lazy.X = array.from_array(dense(adata.X), chunks=(10, -1)).map_blocks(sparse.csr_matrix)
    found = augment_anndata(lazy, GaussianSampler(n_synthetic=5, random_state=0), "tissue").X
    np.testing.assert_array_equal(dense(found), dense(expected))


def test_other_samplers_backed_files_and_nothing_to_add(adata, tmp_path):
    adata.write_h5ad(tmp_path / "real.h5ad")
    backed = anndata.read_h5ad(tmp_path / "real.h5ad", backed="r")
    augmented = augment_anndata(backed, SMOTE(k_neighbors=3, random_state=0), "tissue", group_key="patient")
    assert augmented.obs["tissue"].value_counts().tolist() == [14, 14, 14, 0]
    assert augmented.obs_names[-1] == "synthetic_1"
    same = augment_anndata(adata, sampler(n_synthetic=0), "tissue")
    np.testing.assert_array_equal(same.X, adata.X)
    assert same.obs["age"].dtype == adata.obs["age"].dtype
    assert not same.obs["is_synthetic"].any()


def test_mistakes_are_named(adata):
    for arguments, message in (
        ({"label_key": "tisue"}, r"label_key='tisue' is not in adata.obs.*Did you mean 'tissue'"),
        ({"group_key": "donor"}, "group_key='donor' is not in adata.obs"),
        ({"layer": "log"}, r"layer='log' is not in adata.layers, which has \['counts', 'sparse'\]"),
    ):
        with pytest.raises(ValueError, match=message):
            augment_anndata(adata, sampler(), **{"label_key": "tissue", **arguments})
    with pytest.raises(TypeError, match="adata must be an AnnData, got ndarray"):
        augment_anndata(adata.X, sampler(), "tissue")
    with pytest.raises(TypeError, match="label_key must be the name of a column"):
        augment_anndata(adata, sampler(), ["tissue"])
    with pytest.raises(TypeError, match="sampler must be an over-sampler"):
        augment_anndata(adata, RandomUnderSampler(), "tissue")
    again = augment_anndata(adata, sampler(), "tissue")
    with pytest.raises(ValueError, match="marks 10 rows as synthetic"):
        augment_anndata(again, sampler(), "tissue")
    adata.obs.loc["TCGA-03", "tissue"] = None
    with pytest.raises(ValueError, match="label_key='tissue' is missing for 1 rows"):
        augment_anndata(adata, sampler(), "tissue")


@pytest.mark.parametrize("dtype", ["category", "object", "Int64", "boolean"])
def test_labels_that_are_no_strings(adata, dtype):
    codes = np.arange(N) % 2 == 0 if dtype == "boolean" else np.arange(N) % 3
    adata.obs["code"] = pd.Series(codes, index=adata.obs_names).astype(dtype)
    augmented = augment_anndata(adata, sampler(), "code")
    assert augmented.obs["code"].dtype == adata.obs["code"].dtype
    assert augmented.obs["code"].iloc[:N].tolist() == codes.tolist()
    assert set(augmented.obs["code"].iloc[N:]) == set(codes.tolist())


def test_names_go_on_from_those_that_are_there(adata):
    adata.obs_names = [f"synthetic_{k}" for k in range(N)]
    augmented = augment_anndata(adata, SMOTE(k_neighbors=3, random_state=0), "tissue")
    assert augmented.obs_names.is_unique


def test_marks_as_text_are_marks(adata):
    adata.obs["is_synthetic"] = pd.Categorical(["True"] * 3 + ["False"] * (N - 3))
    with pytest.raises(ValueError, match="marks 3 rows as synthetic"):
        augment_anndata(adata, sampler(), "tissue")


def dense(values):
    return values.toarray() if sparse.issparse(values) else values


# -- the command


@pytest.fixture
def table(adata, tmp_path):
    frame = pd.DataFrame(adata.X, index=adata.obs_names, columns=adata.var_names)
    frame = frame.assign(tissue=adata.obs["tissue"].astype(str), patient=adata.obs["patient"])
    frame.to_csv(tmp_path / "real.tsv", sep="\t", index_label="sample")
    return tmp_path / "real.tsv"


def run(*command):
    return command_line.main(
        [str(part) for part in ("augment", *command, "--sampler", "gaussian", "--quiet")]
    )


@pytest.mark.parametrize(
    "name", ["new.csv", "new.tsv.gz", "new.gct", "new.gct.gz", "new.parquet", "new.h5ad"]
)
@pytest.mark.filterwarnings("ignore:.*synthetic|.*no label or group")
def test_augmented_files_of_every_format_have_the_real_rows_first(table, adata, tmp_path, capsys, name):
    if name.endswith("parquet"):
        pytest.importorskip("pyarrow")
    path = tmp_path / name
    done = run(table, "--label", "tissue", "--group", "patient", "--n-synthetic", 10, "-o", path)
    printed = capsys.readouterr()
    assert done == 0, printed.err
    assert "40 real and 10 synthetic rows of 6 genes, classes by 'tissue' (gaussian, seed 0" in printed.out
    back = read_expression(path, label="tissue", drop=[] if name.endswith("h5ad") else ["patient"])
    assert back.is_synthetic.tolist() == [False] * N + [True] * 10
    np.testing.assert_allclose(back.data.iloc[:N], adata.X, rtol=1e-6)
    assert back.target.iloc[:N].tolist() == adata.obs["tissue"].tolist()
    expected, _ = sampler().fit_resample(adata.X, adata.obs["tissue"].to_numpy())
    np.testing.assert_allclose(back.data.iloc[N:], expected[N:], rtol=1e-5)
    patients = read_expression(path, label="tissue", group="patient").groups
    assert patients.tolist() == adata.obs["patient"].tolist()  # synthetic rows are of no patient


def test_h5ad_keeps_its_annotations(adata, tmp_path):
    adata.uns |= {"label": "tissue", "group": "patient"}
    adata.write_h5ad(tmp_path / "real.h5ad")
    assert run(tmp_path / "real.h5ad", "--n-synthetic", 0.25, "-o", tmp_path / "new.h5ad") == 0
    back = anndata.read_h5ad(tmp_path / "new.h5ad")
    assert back.shape == (50, 6)
    assert "weight" in back.obs
    assert "counts" in back.layers
    assert back.uns["sklearn_txaug"]["group_key"] == "patient"


def test_covariates_of_obs_are_filled_in(adata, tmp_path):
    adata.obs["sex"] = pd.Categorical(np.where(adata.obs["tissue"] == "liver", "female", "male"))
    covariates = ["age", "smokes", "sex"]
    augmented = augment_anndata(adata, sampler(), "tissue", covariates=covariates)
    obs = augmented.obs
    assert obs[covariates].dtypes.equals(adata.obs[covariates].dtypes)
    assert obs["weight"].isna().sum() == 10
    assert ((obs["sex"] == "female") == (obs["tissue"] == "liver")).all()
    assert augmented.uns["sklearn_txaug"]["covariates"] == "age,smokes,sex"
    adata.uns["label"] = "tissue"
    adata.write_h5ad(tmp_path / "real.h5ad")
    path = tmp_path / "new.h5ad"
    assert run(tmp_path / "real.h5ad", "--covariates", "age,sex", "--n-synthetic", 10, "-o", path) == 0
    back = anndata.read_h5ad(path)
    assert not back.obs[["age", "sex"]].isna().any().any()
    with pytest.raises(ValueError, match="covariates='ages' is not in adata.obs.*Did you mean 'age'"):
        augment_anndata(adata, sampler(), "tissue", covariates=["ages"])
    with pytest.raises(ValueError, match="'tissue' is the label already"):
        augment_anndata(adata, sampler(), "tissue", covariates=["tissue"])
    with pytest.raises(TypeError, match="SMOTE takes none"):
        augment_anndata(adata, SMOTE(k_neighbors=3), "tissue", covariates=["age"])


@pytest.mark.parametrize("name", ["new.csv", "new.h5ad", "new.gct"])
def test_covariates_of_a_second_file(table, adata, tmp_path, capsys, name):
    sheet = adata.obs[["age", "smokes"]].assign(
        sex=np.where(adata.obs["tissue"] == "liver", "female", "male")
    )
    sheet.loc[sheet.index[:4], "age"] = None
    sheet.assign(tissue=adata.obs["tissue"]).to_csv(tmp_path / "clinical.csv", index_label="sample")
    command = ["--labels-file", tmp_path / "clinical.csv", "--label", "tissue", "--drop", "patient"]
    path = tmp_path / name
    done = run(table, *command, "--covariates", "age,sex", "--n-synthetic", 12, "-o", path)
    assert done == 0, capsys.readouterr().err
    back = read_expression(path, label="tissue", covariates=["age", "sex"])
    assert back.data.shape == (52, 6)
    assert ((back.covariates["sex"] == "female") == (back.target == "liver")).all()
    assert back.covariates["age"][:4].isna().all()
    assert set(back.covariates["age"][N:].dropna()) <= set(range(4, N))
    assert run(table, *command, "--covariates", "tissue", "-o", path) == 2
    assert "'tissue' is the label already" in capsys.readouterr().err
    assert run(table, *command, "--covariates", "height", "-o", path) == 2
    assert "--covariates 'height' was not found" in capsys.readouterr().err


@pytest.mark.parametrize("label", ["subtype", "tissue"])
def test_labels_of_a_second_file_go_before_those_of_the_h5ad(adata, tmp_path, capsys, label):
    adata.write_h5ad(tmp_path / "real.h5ad")
    subtypes = [f"type {i % 2}" for i in range(N)]
    sheet = pd.DataFrame(
        {"sample": adata.obs_names, label: subtypes, "donor": [f"D{i // 2}" for i in range(N)]}
    )
    sheet.iloc[:30].to_csv(tmp_path / "labels.tsv", sep="\t", index=False)
    command = [tmp_path / "real.h5ad", "--labels-file", tmp_path / "labels.tsv", "--label", label]
    path = tmp_path / "new.h5ad"
    assert run(*command, "--group", "donor", "--n-synthetic", 4, "-o", path) == 0
    assert "txaug augment: warning: real.h5ad: 10 of 40 samples have no label" in capsys.readouterr().err
    back = anndata.read_h5ad(path)
    assert back.obs[label].iloc[:30].tolist() == subtypes[:30]
    assert set(back.obs[label].iloc[30:]) == {"type 0", "type 1"}
    assert "counts" in back.layers


@pytest.mark.parametrize(
    ("text", "amount"),
    [("500", 500), ("1e3", 1000), ("0.5", 0.5), ("2.0", 2.0), ("a=b=3,c=0", {"a=b": 3, "c": 0})],
)
def test_amounts_on_the_command_line_are_read(text, amount):
    assert read_amount(text) == amount
    assert type(read_amount(text)) is type(amount)


@pytest.mark.parametrize("text", ["many", "liver=3,liver=5", "liver=few"])
def test_amounts_that_are_none(text):
    with pytest.raises(argparse.ArgumentTypeError, match=text):
        read_amount(text)


def test_amounts_parameters_and_synthetic_rows_only(table, tmp_path):
    path = tmp_path / "new.csv"
    command = [table, "--label", "tissue", "--drop", "patient", "-o", path, "--synthetic-only"]
    assert run(*command, "--n-synthetic", "liver=3,brain=2", "--param", "prior_rows=0") == 0
    back = read_expression(path, label="tissue")
    assert back.target.value_counts().to_dict() == {"liver": 3, "brain": 2}
    assert back.is_synthetic.all()
    assert run(*command, "--n-synthetic", "liver=3,brain=2", "--param", "prior_rows=0", "--seed", 1) == 0
    assert not np.isclose(read_expression(path, label="tissue").data, back.data).any()
    assert run(*command[:-1]) == 0  # balances the classes
    with pytest.warns(UserWarning, match="2 of 42 samples are synthetic"):
        filled = read_expression(path, label="tissue")
    assert filled.target.value_counts().tolist() == [14, 14, 14]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (["--label", "organ"], "organ"),
        (["--sampler", "magic"], "'magic' is not known; choose from gaussian"),
        (["--param", "depth=3"], "Invalid parameter 'depth'"),
        (["--param", "depth"], "'depth' is not name=value"),
        (["--n-synthetic", "heart=3"], "heart"),
        (["--param", "random_state=3"], "random_state is set by --seed"),
        (["--sampler", "latent", "--param", "reducer__k=3"], "reducer of LatentSampler has no parameters"),
        (["-o", "folder.csv"], "'folder.csv' is a folder"),
        (["-o", "new.xlsx"], "new.xlsx"),
        (["-o", "nowhere/new.csv"], "there is no folder 'nowhere'"),
    ],
)
def test_command_names_mistakes(table, tmp_path, capsys, monkeypatch, change, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.csv").mkdir()
    command = ["augment", str(table), "--label", "tissue", "--drop", "patient", "--sampler", "gaussian"]
    assert command_line.main([*command, "-o", "new.csv", *change]) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "new.csv").exists()


def test_parameters_of_what_a_sampler_trains_by_default(table, tmp_path):
    command = [
        "augment",
        str(table),
        "--label",
        "tissue",
        "--drop",
        "patient",
        "--quiet",
        "--sampler",
        "latent",
    ]
    given = ["--param", "sampler__max_epochs=1", "--n-synthetic", "3", "-o", str(tmp_path / "new.csv")]
    assert command_line.main([*command, *given]) == 0


def test_augmented_files_are_not_learnt_from(table, tmp_path, capsys):
    run(table, "--label", "tissue", "--drop", "patient", "--n-synthetic", 5, "-o", tmp_path / "one.csv")
    assert run(tmp_path / "one.csv", "--label", "tissue", "-o", tmp_path / "two.csv") == 2
    assert "one.csv has 5 synthetic rows" in capsys.readouterr().err
    assert run(table, "--label", "tissue", "--drop", "patient", "-o", table) == 2
    assert "--output is the input" in capsys.readouterr().err
