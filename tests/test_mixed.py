"""Tables of numeric and categorical columns: the way there and back, missing values, joint distributions."""

import itertools
import pickle

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder
from torch import nn

from sklearn_txaug import __main__ as command_line
from sklearn_txaug.model_selection import (
    AugmentedClassifier,
    PriorAdjustedClassifier,
    SelectiveClassifier,
    SelectiveSampler,
    augmentation_curve,
)
from sklearn_txaug.over_sampling import (
    CopulaSampler,
    CTGANSampler,
    DDPMSampler,
    GaussianSampler,
    TabDDPMSampler,
    TVAESampler,
    WGANGPSampler,
)
from sklearn_txaug.over_sampling._categories import Categories
from sklearn_txaug.over_sampling._latent_categories import LatentCategories
from sklearn_txaug.over_sampling._multinomial import noised_probabilities, posterior_logs
from sklearn_txaug.over_sampling._table_encoder import TableEncoder
from sklearn_txaug.persistence import load_sampler

pd = pytest.importorskip("pandas")

FAST = {"random_state": 0, "device": "cpu", "max_epochs": 2}
SMALL_GAN = {"generator_hidden_layer_sizes": (16,), "critic_hidden_layer_sizes": (16,), "latent_dim": 4}
SAMPLERS = [
    CopulaSampler(random_state=0),
    TVAESampler(**FAST, hidden_layer_sizes=(16,), latent_dim=4),
    CTGANSampler(**FAST, **SMALL_GAN),
    TabDDPMSampler(**FAST, hidden_layer_sizes=(16,), n_sampling_steps=4),
]
TRAINED = [
    CopulaSampler(random_state=0),
    TabDDPMSampler(
        hidden_layer_sizes=(64,), dropout=0.0, lr=5e-3, max_epochs=40, batch_size=64, n_sampling_steps=20,
        random_state=0, device="cpu",
    ),
    TVAESampler(
        hidden_layer_sizes=(64,), latent_dim=4, lr=5e-3, max_epochs=100, batch_size=64, ema_decay=0.95,
        random_state=0, device="cpu",
    ),
    CTGANSampler(
        generator_hidden_layer_sizes=(64,), critic_hidden_layer_sizes=(64,), latent_dim=8, gradient_penalty=1.0,
        lr=2e-3, max_epochs=100, batch_size=64, ema_decay=0.98, random_state=0, device="cpu",
    ),
]  # fmt: skip
each_sampler = pytest.mark.parametrize("sampler", SAMPLERS, ids=lambda s: type(s).__name__)
each_trained = pytest.mark.parametrize("sampler", TRAINED, ids=lambda s: type(s).__name__)


def clinical(n=80, seed=0, share=0.2):
    """Return a clinical table with 20 genes, of every type of column, and a label."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(rng.normal(5, 1, (n, 20)), columns=[f"GENE{k}" for k in range(20)])
    frame.index = [f"TCGA-{k:03}" for k in range(n)]
    stage = np.take(["I", "II", "III"], rng.choice(3, n, p=[0.5, 0.3, 0.2]))
    frame.insert(0, "age", rng.integers(30, 85, n))
    frame.insert(1, "stage", pd.Categorical(stage, ["0", "I", "II", "III", "IV"], ordered=True))
    frame["sex"] = np.where(rng.random(n) < 0.5, "female", "male")
    frame["smoker"] = pd.array(np.where(rng.random(n) < share, None, rng.random(n) < 0.3), dtype="boolean")
    frame["relapse"] = rng.random(n) < 0.3
    frame["bmi"] = np.where(rng.random(n) < share, np.nan, rng.normal(26, 3, n)).astype("float32")
    frame["visits"] = pd.array(np.where(rng.random(n) < share, None, rng.integers(0, 9, n)), dtype="Int64")
    frame["site"] = pd.Categorical(
        np.where(rng.random(n) < share, None, np.take(["x", "y"], rng.integers(0, 2, n)))
    )
    frame["note"] = pd.array(np.take(["ok", "late"], rng.integers(0, 2, n)), dtype="string")
    return frame, np.where(rng.random(n) < 0.4, "tumour", "normal")


# -- there and back


@each_sampler
def test_frame_in_frame_out(sampler):
    X, y = clinical()
    sampler = clone(sampler).set_params(n_synthetic=60)
    X_res, _ = sampler.fit_resample(X, y)
    pd.testing.assert_frame_equal(X_res[~sampler.is_synthetic_], X)
    new = X_res[sampler.is_synthetic_]
    assert new.index[0] == "synthetic_0"
    assert set(new["stage"]) <= {"I", "II", "III"}  # a category without rows is kept, and is not drawn
    assert set(new["sex"]) <= {"female", "male"}
    assert set(new["smoker"].dropna()) <= {True, False}
    assert set(new["visits"].dropna()) <= set(range(9))
    assert new["age"].between(30, 85).all()
    assert not new.drop(columns=["smoker", "bmi", "visits", "site"]).isna().any(axis=None)
    assert sampler.categorical_features_.tolist() == [1, 22, 23, 24, 27, 28]
    assert sampler.feature_names_in_.tolist() == X.columns.tolist()
    again = pickle.loads(pickle.dumps(sampler))
    pd.testing.assert_frame_equal(again.sample(5)[0], sampler.sample(5)[0])
    assert again.sample(5)[0].dtypes.equals(X.dtypes)
    assert b"TCGA-001" not in pickle.dumps(sampler)


@each_sampler
def test_shares_of_missing_values(sampler):
    X, y = clinical(300)
    fitted = (
        clone(sampler).set_params(**({"max_epochs": 30} if hasattr(sampler, "max_epochs") else {})).fit(X, y)
    )
    new = fitted.sample(2000)[0]
    for name in ("smoker", "bmi", "visits", "site"):
        assert new[name].isna().mean() == pytest.approx(X[name].isna().mean(), abs=0.12)


_COLUMNS = {
    "category": lambda rng, n: pd.Categorical(
        np.take(["b", "a", "c"], rng.integers(0, 3, n)), ["c", "b", "a", "z"]
    ),
    "ordered": lambda rng, n: pd.Categorical(rng.integers(1, 4, n), [3, 2, 1, 0], ordered=True),
    "text": lambda rng, n: np.take(["yes", "no"], rng.integers(0, 2, n)).astype(object),
    "string": lambda rng, n: pd.array(np.take(["yes", "no"], rng.integers(0, 2, n)), dtype="string"),
    "bool": lambda rng, n: rng.random(n) < 0.5,
    "boolean": lambda rng, n: pd.array(rng.random(n) < 0.5, dtype="boolean"),
    "int8": lambda rng, n: rng.integers(-3, 4, n).astype("int8"),
    "Int64": lambda rng, n: pd.array(rng.integers(0, 90, n), dtype="Int64"),
    "float32": lambda rng, n: rng.normal(size=n).astype("float32"),
    "float": lambda rng, n: rng.normal(size=n),
    "constant": lambda rng, n: pd.Categorical(["only"] * n),
    "constant number": lambda rng, n: np.full(n, 2.5),
}
_WITHOUT_MISSING = {"bool", "int8", "ordered", "constant", "constant number"}


@settings(max_examples=25, deadline=None)
@given(
    kinds=st.lists(st.sampled_from(sorted(_COLUMNS)), min_size=1, max_size=6),
    n=st.integers(8, 40),
    share=st.sampled_from([0.0, 0.1, 0.6]),
    seed=st.integers(0, 2**16),
)
def test_any_table_comes_back(kinds, n, share, seed):
    rng = np.random.default_rng(seed)
    X = pd.DataFrame({f"c{k}": _COLUMNS[kind](rng, n) for k, kind in enumerate(kinds)})
    for k, kind in enumerate(kinds):
        if kind not in _WITHOUT_MISSING:
            X.loc[rng.random(n) < share, f"c{k}"] = pd.NA if X.dtypes.iloc[k].kind != "f" else np.nan
    categorical = [f"c{k}" for k, kind in enumerate(kinds) if "int" not in kind.lower() and "float" not in kind
                   and kind != "constant number"]  # fmt: skip
    encoder = TableEncoder(categorical).fit(X)
    pd.testing.assert_frame_equal(encoder.decode(encoder.encode(X), X.iloc[:0], X.index).set_axis(X.index), X)
    y = np.arange(n) % 2
    sampler = CopulaSampler(n_synthetic=10, categorical_features=categorical, random_state=0)
    X_res, _ = sampler.fit_resample(X, y)
    assert X_res.dtypes.equals(X.dtypes)
    for name in categorical:
        assert set(X_res[name].dropna()) == set(X[name].dropna())
    assert not (X_res.isna().any() & ~X.isna().any()).any()


@each_sampler
def test_arrays_of_objects_and_lists(sampler):
    rng = np.random.default_rng(0)
    rows = [
        [int(rng.integers(20, 80)), str(rng.choice(["f", "m"])), float(rng.normal()), None] for _ in range(40)
    ]
    for k, row in enumerate(rows):
        row[3] = True if k % 3 else None
        row[2] = row[2] if k % 5 else np.nan
    y = np.arange(40) % 2
    for given_rows in (rows, np.array(rows, dtype=object)):
        X_res, _ = clone(sampler).set_params(n_synthetic=30).fit_resample(given_rows, y)
        assert type(X_res) is type(given_rows)
        assert len(X_res) == 70
        for age, sex, value, flag in X_res[40:]:
            assert type(age) is int
            assert sex in ("f", "m")
            assert isinstance(value, float)
            assert flag in (True, None)


@each_sampler
def test_numeric_arrays_with_named_columns(sampler):
    rng = np.random.default_rng(0)
    X = np.column_stack([rng.normal(size=60), rng.choice([0, 3, 7], 60), rng.normal(size=60)])
    for chosen in ([1], [-2], [False, True, False]):
        X_res, _ = clone(sampler).set_params(n_synthetic=30, categorical_features=chosen).fit_resample(
            X, np.arange(60) % 2
        )  # fmt: skip
        assert X_res.dtype == X.dtype
        assert set(X_res[60:, 1]) <= {0, 3, 7}


def test_mixed_tables_of_polars_keep_their_schema():
    pl = pytest.importorskip("polars")
    pytest.importorskip("narwhals")
    X, y = clinical(60)
    frame = pl.from_pandas(X.reset_index(drop=True)).with_columns(
        pl.col("stage").cast(pl.Enum(["0", "I", "II", "III", "IV"]))
    )
    sampler = CopulaSampler(n_synthetic=20, random_state=0)
    X_res, _ = sampler.fit_resample(frame, y)
    assert X_res.schema == frame.schema
    assert X_res.head(60).equals(frame)
    assert sampler.feature_names_in_.tolist() == X.columns.tolist()
    assert X_res["bmi"].is_nan().sum() + X_res["bmi"].null_count() > 0


@each_sampler
@pytest.mark.parametrize("kind", ["no numeric column", "no categorical column", "all rows missing"])
def test_one_kind_of_columns(sampler, kind):
    X, y = clinical()
    sampler = clone(sampler).set_params(n_synthetic=20)
    if kind == "no numeric column":
        X = X[["stage", "sex", "smoker"]]
    elif kind == "no categorical column":
        X = X[["age", "bmi", "visits", "GENE0", "GENE1"]]
        sampler.set_params(categorical_features=[])
    else:
        X = X.assign(bmi=np.nan, site=pd.Categorical([None] * len(X), ["x"]))
    X_res, _ = sampler.fit_resample(X, y)
    assert X_res.dtypes.equals(X.dtypes)
    if kind == "all rows missing":
        assert X_res[["bmi", "site"]].isna().all(axis=None)


def test_mapping_and_clipping_are_for_numeric_columns():
    X, y = clinical(60)
    X["GENE0"] -= 5
    sampler = TabDDPMSampler(**FAST, hidden_layer_sizes=(16,), n_sampling_steps=4, nonnegative=True)
    new = sampler.fit(X, y).sample(200)[0]
    assert new["GENE0"].min() == 0
    assert sampler.clipped_share_ > 0
    mapped = sampler.set_params(nonnegative=False).fit(X, y).sample(200)[0]
    # A little beyond the ends, so that none is a row's own value
    low, second, *_, last, high = np.sort(X["GENE0"])
    assert mapped["GENE0"].between(2 * low - second, 2 * high - last).all()


def test_paths_of_mixed_rows():
    X, y = clinical(60)
    sampler = TabDDPMSampler(**FAST, hidden_layer_sizes=(16,), n_sampling_steps=4).fit(X, y)
    rows, _, steps = sampler.denoising_path([0, 2, 4], n_samples=5)
    assert rows.dtypes.equals(X.dtypes)
    assert len(rows) == len(steps) == 15
    assert sampler.interpolate("normal", "tumour", n_samples=3)[0].dtypes.equals(X.dtypes)


# -- what is refused


@pytest.mark.parametrize(
    ("change", "parameters", "message"),
    [
        (lambda X: X, {"categorical_features": ["stage"]}, r"not numeric: \['sex', .*categorical_features"),
        (lambda X: X, {"categorical_features": ["grade"]}, r"X does not have: \['grade'\]"),
        (lambda X: X, {"categorical_features": [99]}, r"X does not have: \[99\]"),
        (lambda X: X, {"categorical_features": [True]}, "mask of 1 entries, but X has 29 columns"),
        (lambda X: X.assign(day=pd.Timestamp("2020-01-01")), {}, r"columns of dates: \['day'\]"),
        (lambda X: X.assign(day=pd.Timedelta(1)), {}, r"columns of dates: \['day'\]"),
        (
            lambda X: X.assign(kinds=[["a"]] * len(X)),
            {},
            r"columns of lists or other containers: \['kinds'\]",
        ),
        (lambda X: X.assign(kinds=[("a", 1)] * len(X)), {}, "columns of lists or other containers"),
        (lambda X: X.assign(GENE3=np.inf), {}, "infinity in the column 'GENE3'"),
        (lambda X: X.rename(columns={"sex": "age"}), {}, r"one name: \['age'\]"),
        (lambda X: X, {"prior": "tcga"}, "prior knows genes alone"),
    ],
)
def test_tables_that_are_refused(change, parameters, message):
    X, y = clinical()
    with pytest.raises(ValueError, match=message):
        CopulaSampler(**parameters).fit(change(X), y)


def test_sparse_tables_have_no_categories():
    from scipy import sparse

    with pytest.raises(TypeError, match="toarray"):
        CopulaSampler(categorical_features=[0]).fit(sparse.eye(6, format="csr"), [0, 1] * 3)


@pytest.mark.parametrize("sampler", [GaussianSampler(), DDPMSampler(), WGANGPSampler()])
def test_other_samplers_name_text_columns_and_who_takes_them(sampler):
    X, y = clinical()
    with pytest.raises(ValueError, match=r"not numeric: \['stage', .*or use .*TVAESampler.*CopulaSampler"):
        sampler.fit(X, y)
    rows = np.array([[1.0, "a"], [2.0, "b"]] * 5, dtype=object)
    with pytest.raises(ValueError, match=r"not numeric: \[1\]"):
        sampler.fit(rows, [0, 1] * 5)


def test_missing_numbers_of_a_table_of_numbers_are_pointed_out():
    X = np.random.default_rng(0).normal(size=(20, 3))
    X[0, 0] = np.nan
    with pytest.raises(ValueError, match=r"X contains NaN(.|\n)*categorical_features=\[\]"):
        CopulaSampler().fit(X, np.arange(20) % 2)


# -- joint distributions


@pytest.fixture(scope="module")
def joint():
    """A category that decides the level of a gene and of another category, with other shares in each class."""
    rng = np.random.default_rng(0)
    y = np.arange(300) % 2
    kind = np.where(rng.random(300) < np.take([0.3, 0.7], y), "high", "low")
    flag = np.where(rng.random(300) < np.where(kind == "high", 0.9, 0.1), "yes", "no")
    gene = rng.normal(0, 0.5, 300) + 4 * (kind == "high")
    return pd.DataFrame({"gene": gene, "kind": kind, "flag": flag, "noise": rng.normal(size=300)}), y


@each_trained
def test_a_category_that_decides_a_level(sampler, joint):
    X, y = joint
    new, y_new = clone(sampler).fit(X, y).sample(4000)
    for c in (0, 1):
        real, drawn = X[y == c], new[y_new == c]
        assert (drawn["kind"] == "high").mean() == pytest.approx((real["kind"] == "high").mean(), abs=0.15)
        high, low = (drawn[drawn["kind"] == kind] for kind in ("high", "low"))
        assert high["gene"].mean() - low["gene"].mean() > 2.4  # of 4
        assert (high["flag"] == "yes").mean() - (low["flag"] == "yes").mean() > 0.4  # of 0.8


def test_unordered_categories_in_a_copula():
    rng = np.random.default_rng(0)
    y = np.arange(1000) % 2
    kind = np.where(y == 1, rng.choice(3, 1000, p=[0.2, 0.6, 0.2]), rng.choice(3, 1000, p=[0.5, 0.1, 0.4]))
    X = pd.DataFrame(
        {"gene": np.take([0.0, 4.0, -4.0], kind) + rng.normal(size=1000), "kind": np.take(list("abc"), kind)}
    )
    new, y_new = CopulaSampler(prior_rows=0, random_state=0).fit(X, y).sample(4000)
    for c in (0, 1):
        shares = new["kind"][y_new == c].value_counts(normalize=True)
        expected = X["kind"][y == c].value_counts(normalize=True)
        np.testing.assert_allclose(shares[expected.index], expected, atol=0.05)
    levels = new.groupby("kind")["gene"].mean()
    assert levels["c"] < levels["a"] - 1.5 < levels["b"] - 3


def test_latent_variables_have_the_correlation_behind_the_cuts():
    rng = np.random.default_rng(0)
    z = rng.multivariate_normal([0, 0], [[1, 0.7], [0.7, 1]], size=3000)
    states = np.column_stack([z[:, 0] > 0.5, np.searchsorted([-1, 0.3], z[:, 1])]).astype(float)
    categories = LatentCategories([2, 3], [True, True], prior_rows=0).fit(
        states, np.zeros(3000, dtype=int), 1
    )
    latent = categories.draw(states, np.zeros(3000, dtype=int), np.empty((3000, 0)), rng)
    assert np.corrcoef(latent.T)[0, 1] == pytest.approx(0.7, abs=0.06)
    np.testing.assert_array_equal(categories.states(0, latent), states)


# -- multinomial diffusion


def test_multinomial_forward_and_posterior_are_the_closed_forms():
    """Against products of the transition matrices, and Bayes' rule over every start and way."""
    k, betas = 3, np.array([0.1, 0.3, 0.6])
    steps = [(1 - beta) * np.eye(k) + beta / k for beta in betas]
    alpha_bar = np.cumprod(1 - betas)
    for t, s in itertools.combinations(range(3), 2):
        reach_s, reach_t = np.linalg.multi_dot([np.eye(k), *steps[: t + 1]]), np.eye(k)
        for step in steps[: s + 1]:
            reach_t = reach_t @ step
        between = np.eye(k)
        for step in steps[t + 1 : s + 1]:
            between = between @ step
        for start, noisy in itertools.product(range(k), range(k)):
            x_0, x_t = (torch.eye(k, dtype=torch.float64)[[i]] for i in (start, noisy))
            later, earlier = (torch.tensor([[alpha_bar[i]]]) for i in (s, t))
            np.testing.assert_allclose(noised_probabilities(x_0, later)[0], reach_t[start], atol=1e-12)
            bayes = reach_s[start] * between[:, noisy] / reach_t[start, noisy]
            np.testing.assert_allclose(posterior_logs(x_t, x_0, later, earlier).exp()[0], bayes, atol=1e-12)
    last = posterior_logs(
        x_t, torch.tensor([[0.2, 0.3, 0.5]]), torch.tensor([[0.4]]), torch.ones(1, 1)
    ).exp()[0]
    expected = np.array([0.2, 0.3, 0.5]) * ((1 - 0.4) / 3 + 0.4 * x_t[0].numpy())
    np.testing.assert_allclose(last, expected / expected.sum(), atol=1e-6)


@pytest.mark.parametrize("n_sampling_steps", [1, 7, 250])
def test_the_shares_of_a_class_are_drawn_for_any_number_of_steps(n_sampling_steps):
    """A network without output leaves the Gaussians and the shares of the classes."""
    sampler = TabDDPMSampler(n_sampling_steps=n_sampling_steps)
    sampler._labels, sampler._sizes = None, (3, 2)
    sampler.hidden_layer_sizes = (8,)
    torch.manual_seed(0)
    sampler._labels = type("Labels", (), {"counts": np.array([10, 10])})
    module = sampler._make_module(4, 2).eval()
    rng = np.random.default_rng(0)
    y = torch.arange(400) % 2
    states = np.column_stack([rng.choice(3, 400, p=[0.6, 0.3, 0.1]), y])
    numbers = rng.normal(2, 3, (400, 2))
    module.prepare(torch.from_numpy(np.hstack([numbers, states])).float(), y)
    with torch.no_grad():
        rows = module.sample(torch.arange(800) % 2, torch.Generator().manual_seed(0)).numpy()
    np.testing.assert_allclose(np.bincount(rows[:, 2].astype(int)) / 800, [0.6, 0.3, 0.1], atol=0.06)
    assert np.mean(rows[:, 3] == np.arange(800) % 2) > 0.98
    if n_sampling_steps == 250:  # with few, DDPM's own steps lose variance
        np.testing.assert_allclose(rows[:, :2].std(axis=0), 3, atol=0.4)


def test_multinomial_loss_is_least_at_the_true_shares():
    sampler = TabDDPMSampler(
        n_components=None, preconditioning="none", hidden_layer_sizes=(8,), label_dropout=0.0
    )
    sampler._sizes, sampler._labels = (3,), type("Labels", (), {"counts": np.array([10, 10])})
    module = sampler._make_module(1, 2)

    class Shares(nn.Module):
        logits = torch.zeros(3)

        def forward(self, x, time, condition):
            return self.logits.expand(len(x), 3)

    module.network = Shares()
    x = torch.repeat_interleave(torch.arange(3.0), torch.tensor([600, 300, 100]))[:, None].repeat(5, 1)
    losses = {}
    for name, shares in {"true": [0.6, 0.3, 0.1], "equal": [1, 1, 1], "off": [0.4, 0.4, 0.2]}.items():
        module.network.logits = torch.tensor(shares).float().log()
        module.rng = torch.Generator().manual_seed(0)
        losses[name] = module(x, torch.zeros(len(x), dtype=torch.long)).item()
    assert losses["true"] < min(losses["off"], losses["equal"])
    entropy = -np.sum([0.6, 0.3, 0.1] * np.log([0.6, 0.3, 0.1]))
    # The bound of the likelihood, from random steps
    assert losses["true"] == pytest.approx(entropy, rel=0.35)


# -- columns of categories


def test_categories_keep_their_order():
    stages = Categories(np.array(["b", "a"], dtype=object), ["c", "b", "a"], ordered=True)
    assert stages.values.tolist() == ["b", "a"]
    assert stages.ordered
    mixed = Categories(np.array([1, "x", None, 2.5], dtype=object))
    assert mixed.decode(mixed.encode(np.array(["x", None, 1], dtype=object))).tolist() == ["x", None, 1]
    with pytest.raises(ValueError, match=r"\['z'\] are new"):
        stages.encode(np.array(["z"], dtype=object))


# -- files


def test_augment_with_clinical_columns(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    X, y = clinical(60)
    X = X.assign(grade=np.arange(60) % 3 + 1, diagnosis=y)
    written = X["bmi"].map("{:.2f}".format, na_action="ignore")  # 22.50 is a number too
    X.assign(bmi=written).to_csv("table.csv", index_label="sample")
    command = ["augment", "table.csv", "-o", "new.csv", "--label", "diagnosis", "--n-synthetic", "30"]
    assert command_line.main([*command, "--sampler", "copula"]) == 2
    assert "name them as --clinical" in capsys.readouterr().err
    assert (
        command_line.main([*command, "--sampler", "copula", "--clinical", "sex,weight", "--drop", "bmi"]) == 2
    )
    assert (
        "--clinical or --categorical names ['weight'], which table.csv does not have"
        in capsys.readouterr().err
    )
    clinical_columns = "age,bmi,visits,stage,sex,smoker,relapse,site,note"
    assert command_line.main([*command, "--clinical", clinical_columns]) == 2
    assert "FlowMatchingSampler takes no categories; choose from copula" in capsys.readouterr().err
    options = ["--sampler", "copula", "--clinical", clinical_columns, "--categorical", "grade"]
    assert command_line.main([*command, *options]) == 0
    rows = pd.read_csv("new.csv", index_col="sample")
    new = rows[rows["is_synthetic"]]
    assert len(new) == 30
    assert set(new["sex"]) <= {"female", "male"}
    assert set(new["grade"]) <= {1, 2, 3}
    for name in ("age", "visits"):
        assert (new[name].dropna() % 1 == 0).all()
    assert rows["bmi"][:60].fillna(0).tolist() == written.astype(float).fillna(0).tolist()
    assert not new["bmi"].dropna().isin(rows["bmi"][:60]).any()
    assert command_line.main([*command, *options, "--drop", "age"]) == 2
    assert "['age'] are named twice" in capsys.readouterr().err


def test_augment_with_clinical_columns_and_covariates(tmp_path, capsys):
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(60, 8)), columns=[f"gene_{i}" for i in range(8)])
    X["age"] = np.arange(60) + 20
    X["sex"] = np.where(np.arange(60) % 3, "female", "male")
    X["diagnosis"] = np.where(np.arange(60) % 2, "a", "b")
    X.to_csv(tmp_path / "table.csv", index_label="sample")
    command = ["augment", tmp_path / "table.csv", "-o", tmp_path / "new.csv", "--label", "diagnosis"]
    command += ["--n-synthetic", 30, "--sampler", "copula", "--clinical", "sex", "--covariates"]
    assert command_line.main([*map(str, command), "age"]) == 0
    rows = pd.read_csv(tmp_path / "new.csv", index_col="sample")
    new = rows[rows["is_synthetic"]]
    assert len(new) == 30
    assert rows["age"][:60].tolist() == X["age"].tolist()
    assert set(new["age"]) <= set(X["age"])
    assert set(new["sex"]) <= {"female", "male"}
    assert command_line.main([*map(str, command), "sex"]) == 2
    assert "['sex'] are named twice" in capsys.readouterr().err


def test_saved_and_loaded(tmp_path):
    pytest.importorskip("safetensors")
    X, y = clinical(60)
    sampler = CopulaSampler(random_state=0).fit(X, y)
    sampler.save(tmp_path / "sampler")
    pd.testing.assert_frame_equal(load_sampler(tmp_path / "sampler").sample(5)[0], sampler.sample(5)[0])


@pytest.fixture(scope="module")
def conditioned():
    """A number that follows the age, a category that follows a treatment, one of three, and numbers that miss."""
    rng = np.random.default_rng(1)
    n, y = 400, np.arange(400) % 2
    table = pd.DataFrame({"age": rng.uniform(20, 80, n), "treated": rng.random(n) < 0.5})
    X = pd.DataFrame(
        {
            "score": rng.normal(0, 0.5, n) + 0.1 * (table["age"] - 50) + y,
            "sign": np.where(rng.random(n) < np.where(table["treated"], 0.9, 0.1), "yes", "no"),
            "stage": rng.choice(["I", "II", "III"], n, p=[0.6, 0.3, 0.1]),
            "dose": np.where(table["treated"], rng.normal(size=n), np.nan),
        }
    )
    return X, y, table


@each_trained
def test_covariates_move_numbers_and_categories(conditioned, sampler):
    X, y, table = conditioned
    sampler = clone(sampler).fit(X, y, covariates=table)
    drawn = {
        (age, treated): sampler.sample(y=[0] * 300, covariates={"age": age, "treated": treated})[0]
        for age in (30, 70)
        for treated in (False, True)
    }
    for (age, treated), rows in drawn.items():
        assert rows["score"].mean() == pytest.approx(0.1 * (age - 50), abs=0.8)
        assert (rows["sign"] == "yes").mean() == pytest.approx(0.9 if treated else 0.1, abs=0.15)
        assert rows["dose"].isna().mean() == pytest.approx(0 if treated else 1, abs=0.2)
    rows = sampler.sample(y=[0] * 600, return_covariates=True)[0]
    shares = rows["stage"].value_counts(normalize=True)
    np.testing.assert_allclose(shares[["I", "II", "III"]], [0.6, 0.3, 0.1], atol=0.12)


@each_sampler
def test_covariates_beside_categories_alone(conditioned, sampler):
    X, y, table = conditioned
    sampler = clone(sampler).set_params(n_synthetic=10).fit(X[["sign", "stage"]], y, covariates=table)
    rows, _ = sampler.sample(20, covariates={"treated": True})
    assert set(rows["stage"]) <= {"I", "II", "III"}


def test_a_copula_of_categories_and_covariates_in_a_file(conditioned, tmp_path):
    pytest.importorskip("skops")
    X, y, table = conditioned
    sampler = CopulaSampler(random_state=0).fit(X, y, covariates=table)
    sampler.save(tmp_path / "sampler")
    loaded = load_sampler(tmp_path / "sampler")
    pd.testing.assert_frame_equal(loaded.sample(9)[0], sampler.sample(9)[0])


def test_classifiers_and_curves_pass_mixed_tables_on(conditioned):
    X, y, _ = conditioned
    labels = np.array(["a", "b"])[(X["sign"] == "yes").to_numpy().astype(int)]
    columns = make_column_transformer(
        (SimpleImputer(), make_column_selector(dtype_include=np.number)),
        (OneHotEncoder(handle_unknown="ignore"), make_column_selector(dtype_exclude=np.number)),
    )
    classifier = make_pipeline(columns, LogisticRegression())
    sampler = CopulaSampler(n_synthetic=50, random_state=0)
    for model in (
        AugmentedClassifier(sampler, classifier, random_state=0),
        AugmentedClassifier(sampler, classifier, synthetic_weight="cv", cv=2, random_state=0),
        SelectiveClassifier(classifier, samplers=sampler, cv=2, n_repeats=1, random_state=0),
        PriorAdjustedClassifier(classifier),
    ):
        assert model.fit(X, labels).score(X, labels) == 1
        with pytest.raises(ValueError, match="must be in the same order"):
            model.predict(X[X.columns[::-1]])
    curve = augmentation_curve(sampler, classifier, X, labels, n_synthetic=[20, 40], cv=2, random_state=0)
    assert curve.n_synthetic.tolist() == [20, 40]
    assert (curve.scores == 1).all()
    for model in (AugmentedClassifier(sampler), SelectiveClassifier()):
        with pytest.raises(
            ValueError, match="not numeric: .*give a classifier that takes them, such as a pipeline"
        ):
            model.fit(X, labels)
    with pytest.raises(
        ValueError, match="CopulaSampler, which take categories unless another sampler wraps them"
    ):
        SelectiveSampler([sampler]).fit_resample(X, labels)
