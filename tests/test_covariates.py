"""Covariates: their effects, what is drawn with which label, missing values, containers, and messages."""

import pickle

import numpy as np
import pytest
import torch
from imblearn.over_sampling import SMOTE
from imblearn.pipeline import make_pipeline
from sklearn import config_context
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score

from sklearn_txaug import presets
from sklearn_txaug._nn.conditions import class_codes, covariate_columns, with_covariates
from sklearn_txaug._nn.layers import make_conditioning
from sklearn_txaug.callbacks import IndicatorCheckpoint
from sklearn_txaug.model_selection import SelectiveSampler
from sklearn_txaug.over_sampling import (
    AttGANSampler,
    CopulaSampler,
    DDPMSampler,
    FlowMatchingSampler,
    FrozenSampler,
    GANSampler,
    GaussianSampler,
    GMDASampler,
    LandmarkSampler,
    LatentSampler,
    TabDDPMSampler,
    TVAESampler,
    VAESampler,
    WGANGPSampler,
)
from sklearn_txaug.over_sampling._covariates import Covariates
from sklearn_txaug.over_sampling._wrapper import SamplerAdapter
from sklearn_txaug.persistence import load_sampler, training_rows_in

pd = pytest.importorskip("pandas")

N = 240
SLOPE = -0.06  # of gene g0, a year
SHIFT = 2.0  # of gene g1, men against women


@pytest.fixture(scope="module")
def cohort():
    """Class b is older than a; only women have class c; gene g2 tells the classes apart."""
    rng = np.random.default_rng(0)
    y = np.repeat(["a", "b", "c"], [100, 80, 60])
    age = np.where(y == "b", rng.uniform(40, 80, N), rng.uniform(20, 60, N)).round()
    sex = np.where(y == "c", "female", rng.choice(["female", "male"], N))
    X = rng.normal(scale=0.5, size=(N, 6))
    X[:, 0] += SLOPE * (age - 50)
    X[:, 1] += SHIFT * (sex == "male")
    X[:, 2] += 2.0 * (y == "b")
    names = [f"patient{k}" for k in range(N)]
    table = pd.DataFrame({"age": age, "sex": sex}, index=names)
    return pd.DataFrame(X, names, [f"g{k}" for k in range(6)]), pd.Series(y, names, name="stage"), table


SMALL = {"max_epochs": 60, "lr": 5e-3, "random_state": 0, "device": "cpu", "ema_decay": 0.9}
GAN = {"generator_hidden_layer_sizes": (32,), "critic_hidden_layer_sizes": (32,), "latent_dim": 8}
DENOISER = {"hidden_layer_sizes": (32,), "n_sampling_steps": 8, "n_components": 6, "label_dropout": 0.0}


@pytest.mark.parametrize(
    ("sampler", "tolerance"),
    [
        (GaussianSampler(random_state=0), 0.15),
        (CopulaSampler(random_state=0), 0.15),
        (FlowMatchingSampler(**DENOISER, **SMALL), 0.2),
        (DDPMSampler(**DENOISER, **SMALL), 0.2),
        (GMDASampler(hidden_layer_sizes=(32,), n_components=6, max_epochs=2, random_state=0), 0.3),
        (TabDDPMSampler(**DENOISER, **SMALL), 0.25),
        (TVAESampler(hidden_layer_sizes=(32,), latent_dim=4, **SMALL), 0.3),
        (VAESampler(hidden_layer_sizes=(32,), latent_dim=4, **SMALL), 0.35),
    ],
    ids=lambda value: type(value).__name__ if hasattr(value, "fit") else "",
)
def test_effects_are_recovered(cohort, sampler, tolerance):
    """Within `tolerance` of what 30 years and the sex do; other genes do not move more than that."""
    X, y, table = cohort
    sampler = clone(sampler).fit(X, y, covariates=table)
    old, young, men = (
        sampler.sample(y=["a"] * 400, covariates=given, random_state=1)[0].to_numpy()
        for given in (
            {"age": 55, "sex": "female"},
            {"age": 25, "sex": "female"},
            {"age": 25, "sex": "male"},
        )
    )
    aged, sexed = (old - young).mean(axis=0), (men - young).mean(axis=0)
    np.testing.assert_allclose(aged, [30 * SLOPE, 0, 0, 0, 0, 0], atol=tolerance)
    np.testing.assert_allclose(sexed, [0, SHIFT, 0, 0, 0, 0], atol=tolerance)
    assert np.all(young.std(axis=0) < 0.75)  # the spread within, .5, without that of ages and sexes


def test_the_covariance_of_the_gaussian_is_that_of_the_residuals(cohort):
    X, y, table = cohort
    sampler = GaussianSampler(random_state=0)
    spread = sampler.fit(X, y).sample(y=["a"] * 2000)[0].std()
    residual = sampler.fit(X, y, covariates=table).sample(
        y=["a"] * 2000, covariates={"age": 40, "sex": "male"}
    )[0]
    assert spread["g0"] > 0.8
    assert spread["g1"] > 0.9
    np.testing.assert_allclose(residual.std()[["g0", "g1"]], 0.5, atol=0.06)


# -- what is drawn


def test_pairs_that_do_not_occur_are_never_drawn(cohort):
    X, y, table = cohort
    sampler = GaussianSampler(n_synthetic={"a": 250, "c": 150}, random_state=0)
    X_res, y_res = sampler.fit_resample(X, y, covariates=table)
    drawn, labels = sampler.covariates_, y_res[sampler.is_synthetic_]
    assert drawn.index.equals(X_res.index[sampler.is_synthetic_])
    assert drawn.dtypes.equals(table.dtypes)
    pairs = set(zip(y, table["age"], table["sex"], strict=True))
    assert set(zip(labels, drawn["age"], drawn["sex"], strict=True)) <= pairs
    counts = drawn[labels == "a"].value_counts()
    # 250 of 100 rows: each twice or thrice
    assert (counts / table[y == "a"].value_counts()).between(2, 3).all()


def test_drawn_covariates_and_rows_belong_together(cohort):
    X, y, table = cohort
    sampler = GaussianSampler(n_synthetic=400, random_state=0)
    X_res, _ = sampler.fit_resample(X, y, covariates=table)
    new, drawn = X_res[sampler.is_synthetic_], sampler.covariates_
    male = drawn["sex"] == "male"
    assert new["g1"][male].mean() - new["g1"][~male].mean() == pytest.approx(SHIFT, abs=0.2)
    assert np.polyfit(drawn["age"], new["g0"], 1)[0] == pytest.approx(SLOPE, abs=0.01)


def test_the_others_are_drawn_from_rows_that_have_those_given(cohort):
    X, y, table = cohort
    sampler = GaussianSampler(random_state=0).fit(X, y, covariates=table)
    _, labels, drawn = sampler.sample(300, covariates={"sex": "male"}, return_covariates=True)
    assert set(drawn["sex"]) == {"male"}
    assert set(labels) == {"a", "b"}  # no man has class c
    ages = {c: set(table["age"][(y == c) & (table["sex"] == "male")]) for c in "ab"}
    assert all(age in ages[c] for c, age in zip(labels, drawn["age"], strict=True))
    _, _, drawn = sampler.sample(y=["b"] * 50, covariates={"age": 75.5}, return_covariates=True)
    assert set(drawn["age"]) == {75.5}
    nearest = (table["age"][y == "b"] - 75.5).abs().sort_values().index[:10]
    assert set(drawn["sex"]) <= set(table["sex"][nearest])
    for values in ({"age": [30, 50, 70]}, pd.DataFrame({"age": [30, 50, 70]})):
        _, _, drawn = sampler.sample(y=["a", "b", "a"], covariates=values, return_covariates=True)
        assert drawn["age"].tolist() == [30, 50, 70]


def test_numbers_beyond_those_of_training_are_pointed_out(cohort, recwarn):
    X, y, table = cohort
    sampler = GaussianSampler(random_state=0).fit(X, y, covariates=table)
    sampler.sample(2, covariates={"age": 50})
    sampler.sample(2, covariates={"age": table["age"].max()})
    assert not recwarn
    for value in (900, [50, 900]):
        with pytest.warns(
            UserWarning, match=r"\['age'\] is 900 in rows to draw, but from \d+.* extrapolated"
        ):
            sampler.sample(y=["a", "a"], covariates={"age": value})


def test_impossible_pairs_are_refused_unless_all_is_given(cohort):
    X, y, table = cohort
    sampler = GaussianSampler(random_state=0).fit(X, y, covariates=table)
    with pytest.raises(
        ValueError, match=r"no training row of class c has sex='male'.*give all of \['age', 'sex'\]"
    ):
        sampler.sample(y=["a", "c"], covariates={"sex": "male"})
    rows, _ = sampler.sample(y=["c"] * 300, covariates={"sex": "male", "age": 50})
    assert rows["g1"].mean() == pytest.approx(SHIFT, abs=0.2)


@pytest.mark.parametrize(
    ("kwargs", "message"),
    [
        ({"covariates": {"sex": "other"}}, r"\['sex'\] has values \['other'\] that were not seen.*female"),
        ({"covariates": {"sex": None}}, r"\['sex'\] has values \['missing ones'\]"),
        ({"covariates": {"age": np.nan}, "y": ["a"]}, r"\['age'\] is missing for 1 rows"),
        ({"covariates": {"age": "old"}, "y": ["a"]}, r"\['age'\] holds numbers; got 'old'"),
        (
            {"covariates": {"height": 170}},
            r"\['height'\], but those of the training rows are \['age', 'sex'\]",
        ),
        ({"covariates": {"age": [1, 2]}, "y": ["a"]}, "has 2 values, but 1 rows"),
        ({"covariates": {"age": [1, 2]}}, "y is needed"),
        ({"covariates": [[40.0]], "y": ["a", "a"]}, "has"),
    ],
)
def test_wrong_covariates_to_draw(cohort, kwargs, message):
    X, y, table = cohort
    sampler = GaussianSampler(random_state=0).fit(X, y, covariates=table)
    with pytest.raises(ValueError, match=message):
        sampler.sample(1, **kwargs)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (lambda table: table[:-1], ValueError, "covariates has 239 rows but X has 240"),
        (lambda table: table[::-1], ValueError, "in another order"),
        (lambda table: table.assign(age=np.nan), ValueError, r"\['age'\] is missing for all rows"),
        (lambda table: table.assign(age=np.inf), ValueError, r"\['age'\] has infinite"),
        (
            lambda table: table.assign(age=1e200 * table["age"]),
            ValueError,
            "covariates has values as large as",
        ),
        (
            lambda table: table.assign(patient=table.index),
            ValueError,
            r"\['patient'\] has 240 categories.*groups",
        ),
        (lambda table: table.assign(age=["old", 3] * 120), TypeError, r"\['age'\] must hold .*'int', 'str'"),
        (lambda table: table.assign(day=pd.Timestamp("2026-01-01")), TypeError, r"\['day'\] must hold"),
        (lambda table: {"age": 3}, TypeError, "got a mapping"),
        (
            lambda table: table.set_axis(["age", "age"], axis=1),
            ValueError,
            "covariates has several columns of one name",
        ),
    ],
)
def test_wrong_covariates_to_learn_from(cohort, change, error, message):
    X, y, table = cohort
    with pytest.raises(error, match=message):
        GaussianSampler(n_synthetic=0).fit_resample(X, y, covariates=change(table))


def test_a_missing_value_is_a_state_of_its_own():
    rng = np.random.default_rng(0)
    y = np.arange(300) % 2
    stage = np.where(rng.random(300) < 0.3, None, rng.choice(["I", "II"], 300))
    age = np.where(rng.random(300) < 0.3, np.nan, rng.uniform(30, 70, 300))
    X = rng.normal(scale=0.5, size=(300, 3))
    X[:, 0] += 3.0 * np.array([value is None for value in stage])
    X[:, 1] += np.where(np.isnan(age), 4.0, 0.05 * (age - 50))
    table = pd.DataFrame({"stage": stage, "age": age})
    sampler = GaussianSampler(random_state=0).fit(X, y, covariates=table)
    unknown, _ = sampler.sample(y=[0] * 500, covariates={"stage": None, "age": np.nan})
    known, _, drawn = sampler.sample(
        y=[0] * 500, covariates={"stage": "I", "age": 50.0}, return_covariates=True
    )
    np.testing.assert_allclose(unknown.mean(axis=0) - known.mean(axis=0), [3, 4, 0], atol=0.15)
    assert set(drawn["stage"]) == {"I"}
    _, _, drawn = sampler.sample(500, return_covariates=True)
    assert 0.2 < drawn["stage"].isna().mean() < 0.4
    assert 0.2 < drawn["age"].isna().mean() < 0.4
    _, _, drawn = sampler.sample(y=[1] * 50, covariates={"age": None}, return_covariates=True)
    assert drawn["age"].isna().all()
    assert len(drawn["stage"].unique()) == 3


def test_rows_of_given_covariates_are_mapped_by_their_ranks_among_all(cohort):
    """Quantile mapping must not undo what covariates do, nor leave the range of the class."""
    X, y, table = cohort
    sampler = LatentSampler(GaussianSampler(), random_state=0).fit(X, y, covariates=table)
    men, women = (
        sampler.sample(y=["a"] * 200, covariates={"sex": sex})[0]["g1"] for sex in ("male", "female")
    )
    assert men.mean() - women.mean() == pytest.approx(SHIFT, abs=0.4)
    real = X["g1"][y == "a"]
    assert real.min() - 0.3 < women.min()
    assert men.max() < real.max() + 0.3


# -- containers


def test_the_covariates_of_synthetic_rows_have_the_types_of_the_real_ones(cohort):
    X, y, _ = cohort
    rng = np.random.default_rng(0)
    table = pd.DataFrame(
        {
            "grade": pd.Categorical(rng.choice([1, 2, 3], N), categories=[3, 2, 1], ordered=True),
            "smoker": pd.array(np.where(rng.random(N) < 0.2, None, rng.random(N) < 0.5), dtype="boolean"),
            "children": pd.array(np.where(rng.random(N) < 0.2, None, rng.integers(0, 4, N)), dtype="Int64"),
            "batch": pd.array(rng.choice(["x", "y"], N), dtype="string"),
            "dose": rng.random(N).astype(np.float32),
            "year": rng.integers(2000, 2010, N),
            "treated": rng.random(N) < 0.5,
        },
        index=X.index,
    )
    sampler = GaussianSampler(n_synthetic=50, random_state=0)
    sampler.fit_resample(X, y, covariates=table)
    assert sampler.covariates_.dtypes.equals(table.dtypes)
    _, _, drawn = sampler.sample(5, return_covariates=True)
    assert drawn.dtypes.equals(table.dtypes)
    _, _, drawn = sampler.sample(y=["a"], covariates={"year": 2001.5, "grade": 3}, return_covariates=True)
    assert drawn["year"].tolist() == [2001.5]
    assert drawn["grade"].tolist() == [3]


def test_series_arrays_and_lists(cohort):
    X, y, table = cohort
    array = np.column_stack([table["age"], table["sex"] == "male"])
    made = []
    for given in (table["age"], table["age"].to_numpy(), array, array.tolist()):
        sampler = GaussianSampler(n_synthetic=20, random_state=0)
        made.append(sampler.fit_resample(X, y, covariates=given)[0])
        assert type(sampler.covariates_) is type(given)
        if not isinstance(given, list):
            assert sampler.covariates_.shape[1:] == given.shape[1:]
    np.testing.assert_array_equal(made[0], made[1])
    np.testing.assert_array_equal(made[2], made[3])
    sampler.sample(3, covariates={1: 1.0})


def test_covariates_of_polars_are_those_of_pandas(cohort):
    pl = pytest.importorskip("polars")
    X, y, table = cohort
    frame, covariates = pl.DataFrame(X.to_dict("list")), pl.DataFrame(table.to_dict("list"))
    sampler = GaussianSampler(n_synthetic=20, random_state=0)
    X_res, _ = sampler.fit_resample(frame, y.to_list(), covariates=covariates)
    assert sampler.covariates_.schema == covariates.schema
    expected, _ = clone(sampler).fit_resample(X, y, covariates=table)
    np.testing.assert_array_equal(X_res.to_numpy(), expected.to_numpy())
    both = frame.with_columns(covariates.get_columns())
    X_res, _ = clone(sampler).set_params(covariate_features=["age", "sex"]).fit_resample(both, y.to_list())
    assert X_res.schema == both.schema
    np.testing.assert_array_equal(X_res[:, :6].to_numpy(), expected.to_numpy())


def test_covariates_may_be_columns_of_x(cohort):
    X, y, table = cohort
    both = X.assign(**table)[["age", "g0", "sex", *X.columns[1:]]]
    before = both.copy()
    sampler = GaussianSampler(n_synthetic=30, covariate_features=["age", "sex"], random_state=0)
    X_res, _ = sampler.fit_resample(both, y)
    pd.testing.assert_frame_equal(X_res[~sampler.is_synthetic_], both)
    pd.testing.assert_frame_equal(both, before)
    assert X_res.dtypes.equals(both.dtypes)
    new = X_res[sampler.is_synthetic_]
    pd.testing.assert_frame_equal(new[["age", "sex"]], sampler.covariates_)
    expected = GaussianSampler(n_synthetic=30, random_state=0)
    pd.testing.assert_frame_equal(new[X.columns], expected.fit_resample(X, y, covariates=table)[0][N:])
    assert sampler.feature_names_in_.tolist() == X.columns.tolist()
    rows, _ = sampler.sample(3, covariates={"age": 33})
    assert rows["age"].tolist() == [33] * 3
    assert rows.columns.tolist() == both.columns.tolist()
    nothing = clone(sampler).set_params(n_synthetic=0)
    pd.testing.assert_frame_equal(nothing.fit_resample(both, y)[0], both)


def test_wrong_columns_of_x(cohort):
    X, y, table = cohort
    sampler = GaussianSampler(covariate_features=["age"])
    with pytest.raises(ValueError, match=r"X has no columns \['age'\]"):
        sampler.fit(X, y)
    with pytest.raises(TypeError, match="X must be a data frame"):
        sampler.fit(X.to_numpy(), y)
    with pytest.raises(ValueError, match="names all columns of X"):
        sampler.fit(table[["age"]], y)
    with pytest.raises(ValueError, match="cannot both be given"):
        sampler.fit(X.assign(**table), y, covariates=table)


def test_no_names_of_rows_in_a_fitted_sampler(cohort):
    X, y, table = cohort
    assert b"patient1" not in pickle.dumps(GaussianSampler().fit(X, y, covariates=table))
    sampler = GaussianSampler(covariate_features=["age", "sex"]).fit(X.assign(**table), y)
    copied = pickle.loads(pickle.dumps(sampler))
    assert b"patient1" not in pickle.dumps(sampler)
    pd.testing.assert_frame_equal(copied.sample(5, random_state=0)[0], sampler.sample(5, random_state=0)[0])


# -- in pipelines


def test_covariates_are_routed_and_cut_with_the_folds(cohort):
    X, y, table = cohort
    seen = []

    class Spy(GaussianSampler):
        def _fit_rows(self, rows, codes, rng, design=None):
            seen.append(len(self._covariates.training))
            super()._fit_rows(rows, codes, rng, design)

    with config_context(enable_metadata_routing=True):
        sampler = Spy(n_synthetic=30, random_state=0)
        sampler.set_fit_request(covariates=True).set_fit_resample_request(covariates=True)
        pipeline = make_pipeline(sampler, LogisticRegression(max_iter=1000))
        scores = cross_val_score(pipeline, X, y, cv=3, params={"covariates": table})
    assert seen == [160, 160, 160]
    assert scores.shape == (3,)


# -- nets


def test_labels_with_covariates_are_integers_and_exact():
    columns = np.random.default_rng(0).normal(size=(5, 3))
    y = with_covariates(torch.arange(5), columns)
    assert not y.is_floating_point()
    assert class_codes(y).tolist() == [0, 1, 2, 3, 4]
    np.testing.assert_allclose(covariate_columns(y, 3), columns, atol=1e-6)
    assert class_codes(torch.arange(3)).tolist() == [0, 1, 2]


@pytest.mark.parametrize(("kind", "width"), [("embedding", 3 + 8 + 1 + 2 + 8), ("paper", 6 + 1 + 4)])
def test_categories_are_coded_as_the_label_is(kind, width):
    table = Covariates(pd.DataFrame({"sex": ["f", "m", "f"], "age": [1.0, 2.0, 3.0]}))
    layer = make_conditioning(kind, 3, table.layout)
    condition = layer(with_covariates(torch.arange(3), table.training.design))
    assert condition.shape == (3, width)
    assert layer.width == width
    numeric = {"embedding": 11, "paper": 6}[kind]
    np.testing.assert_allclose(condition[:, numeric].detach(), [-(1.5**0.5), 0, 1.5**0.5], atol=1e-5)
    if kind == "embedding":
        np.testing.assert_allclose(condition[:, layer.columns].detach(), table.training.design, atol=1e-5)
    assert torch.equal(layer(condition), condition)


def test_the_path_between_two_ages(cohort):
    X, y, table = cohort
    sampler = FlowMatchingSampler(quantile_mapping=False, **DENOISER, **SMALL).fit(X, y, covariates=table)
    ends = ({"age": 30, "sex": "female"}, {"age": 80})
    path, weights = sampler.interpolate("b", "b", [0, 0.5, 1], covariates=ends, n_samples=40, random_state=1)
    means = [path["g0"][weights == w].mean() for w in (0, 0.5, 1)]
    np.testing.assert_allclose(np.diff(means), 25 * SLOPE, atol=0.3)
    start, _ = sampler.sample(y=["b"] * 40, covariates=ends[0], random_state=1)
    np.testing.assert_allclose(path[weights == 0], start, atol=1e-5)
    path, _ = sampler.interpolate("a", "c", [0, 1], n_samples=5, random_state=1)  # drawn, at both ends
    start, _ = sampler.sample(y=["a"] * 5, random_state=1)
    np.testing.assert_allclose(path[:5], start, atol=1e-5)
    with pytest.raises(ValueError, match="must be two mappings"):
        sampler.interpolate("a", "b", covariates=[1, 2, 3])
    with pytest.raises(ValueError, match="fitted without any"):
        clone(sampler).fit(X, y).interpolate("a", "b", covariates={"age": 3})


def test_the_rest_stays_the_same_along_a_path_within_a_class(cohort):
    X, y, table = cohort
    sampler = GMDASampler(n_components=6, **{**SMALL, "max_epochs": 1}).fit(X, y, covariates=table)
    path, weights = sampler.interpolate(
        "a", "a", [0, 1], covariates=({"age": 30}, {"age": 60}), n_samples=60, random_state=0
    )
    first, last = (path["g1"][weights == w].to_numpy() for w in (0, 1))
    assert np.abs(first - last).max() < 1  # a row that changed its sex would move by 2


def test_denoising_paths_and_attention_have_covariates(cohort):
    X, y, table = cohort
    one = {**SMALL, "max_epochs": 1}
    sampler = DDPMSampler(**DENOISER, **one).fit(X, y, covariates=table)
    path, labels, steps = sampler.denoising_path([0, 8], y=["a", "b"], covariates={"age": 50})
    assert len(path) == len(labels) == len(steps) == 4
    sampler = AttGANSampler(coexpression_threshold=0.01, **GAN, **{**one, "max_epochs": 2})
    assert len(sampler.fit(X, y, covariates=table).attention(5)) > 0


def test_held_out_rows_keep_their_covariates(cohort):
    X, y, table = cohort
    checkpoint = IndicatorCheckpoint(every=1)
    sampler = GANSampler(callbacks=[checkpoint], **GAN, **{**SMALL, "max_epochs": 2})
    sampler.fit(X, y, covariates=table)
    assert np.isfinite(sampler.history_[:, "energy_distance_score"]).all()


def test_counts_given_covariates(cohort):
    X, y, table = cohort
    counts = np.random.default_rng(0).poisson(np.exp(1 + X.to_numpy().clip(max=3)))
    sampler = VAESampler(
        likelihood="negative_binomial", hidden_layer_sizes=(16,), **{**SMALL, "max_epochs": 2}
    )
    rows, _ = sampler.fit(counts, y, covariates=table).sample(y=["a"] * 20, covariates={"sex": "male"})
    assert (rows == np.rint(rows)).all()


def test_the_published_settings_of_2023_take_covariates(cohort):
    X, y, table = cohort
    settings = {**presets.LACAN2023_TCGA["WGANGPSampler"], "max_epochs": 1, "device": "cpu"}
    sampler = WGANGPSampler(**settings, random_state=0).fit(X, y, covariates=table)
    widths = [len(vector) for vector in sampler.module_.condition(with_covariates(*_two_labels(sampler)))]
    assert widths == [3 + 8 + 1 + 2 + 8] * 2  # class, age, sex


def _two_labels(sampler):
    return torch.arange(2), sampler._covariates.training.design[:2]


# -- kept


def test_a_cached_training_is_one_with_the_same_covariates(cohort, tmp_path):
    X, y, table = cohort
    sampler = LatentSampler(GaussianSampler(), memory=tmp_path, random_state=0)
    given = {"y": ["a"] * 5, "covariates": {"age": 50, "sex": "male"}}
    first = sampler.fit(X, y, covariates=table).sample(**given)[0]
    other = sampler.fit(X, y, covariates=table.assign(age=table["age"][::-1].to_numpy())).sample(**given)[0]
    assert not np.array_equal(first, other)
    pd.testing.assert_frame_equal(sampler.fit(X, y, covariates=table).sample(**given)[0], first)
    pd.testing.assert_frame_equal(
        clone(sampler).set_params(memory=None).fit(X, y, covariates=table).sample(**given)[0], first
    )
    sampler.fit(X, y).sample(3)


def test_saved_samplers_keep_their_covariates_and_say_so(cohort, tmp_path):
    pytest.importorskip("safetensors")
    pytest.importorskip("skops")
    X, y, table = cohort
    table = table.assign(smoker=pd.array(np.where(table["age"] > 40, None, True), dtype="boolean"))
    sampler = GaussianSampler(random_state=0).fit(X, y, covariates=table)
    sampler.save(tmp_path / "sampler.txaug")
    loaded = load_sampler(tmp_path / "sampler.txaug")
    for one, other in zip(
        sampler.sample(9, return_covariates=True), loaded.sample(9, return_covariates=True), strict=True
    ):
        assert one.equals(other)
    assert "covariates of the training rows" in str(training_rows_in(sampler))
    with pytest.raises(ValueError, match="covariates of the training rows"):
        sampler.save(tmp_path / "shared.txaug", sharing=True)


# -- wrappers


@pytest.mark.parametrize(
    "sampler",
    [
        LatentSampler(GaussianSampler(), residual=False, quantile_mapping=False, random_state=0),
        LandmarkSampler(
            GaussianSampler(), landmarks=["g0", "g1", "g2"], quantile_mapping=False, random_state=0
        ),
    ],
    ids=lambda sampler: type(sampler).__name__,
)
def test_wrappers_pass_covariates_on(cohort, sampler):
    X, y, table = cohort
    sampler = clone(sampler).fit(X, y, covariates=table)
    men, women = (
        sampler.sample(y=["a"] * 300, covariates={"sex": sex, "age": 40})[0] for sex in ("male", "female")
    )
    assert men["g1"].mean() - women["g1"].mean() == pytest.approx(SHIFT, abs=0.35)


def test_a_frozen_sampler_takes_the_covariates_that_it_was_trained_with(cohort):
    X, y, table = cohort
    trained = GaussianSampler(random_state=0).fit(X, y, covariates=table)
    few = slice(None, None, 4)
    frozen = FrozenSampler(trained, n_synthetic=50, random_state=0)
    frozen.fit_resample(X[few], y[few], covariates=table[few])
    assert set(frozen.covariates_["age"]) <= set(table["age"][few])
    men, _ = frozen.sample(y=["a"] * 200, covariates={"sex": "male", "age": 40})
    assert men["g1"].mean() == pytest.approx(SHIFT, abs=0.2)
    frozen.fit_resample(X[few], y[few])  # its own
    with pytest.raises(ValueError, match=r"\['height'\], but the trained sampler has \['age', 'sex'\]"):
        frozen.fit(X[few], y[few], covariates=table[few].assign(height=170.0))
    with pytest.raises(ValueError, match="the trained sampler has none"):
        FrozenSampler(GaussianSampler().fit(X, y)).fit(X, y, covariates=table)
    within = GaussianSampler(covariate_features=["age", "sex"], random_state=0).fit(X.assign(**table), y)
    assert FrozenSampler(within).fit(X, y).sample(3)[0].shape == (3, 6)


def test_what_cannot_take_covariates_says_so(cohort):
    X, y, table = cohort
    with pytest.raises(TypeError, match="SMOTE takes none"):
        SamplerAdapter(sampler=SMOTE()).fit(X, y, covariates=table)
    with pytest.raises(TypeError, match="SelectiveSampler takes no covariates"):
        SelectiveSampler([GaussianSampler()]).fit_resample(X, y, covariates=table)
    with pytest.raises(ValueError, match="cannot be combined with a prior"):
        GaussianSampler(prior="tcga").fit(X, y, covariates=table)
    with pytest.raises(ValueError, match="fitted without any"):
        GaussianSampler().fit(X, y).sample(3, covariates={"age": 40})
