"""LandmarkReconstructor: the statistics of the real rows, landmarks untouched, the penalty, bad input."""

import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.cross_decomposition import PLSRegression
from sklearn.linear_model import Ridge
from sklearn.model_selection import GroupKFold, KFold, cross_val_predict, cross_val_score
from sklearn.utils.estimator_checks import parametrize_with_checks

from sklearn_txaug.datasets import landmark_genes
from sklearn_txaug.neural_network import MLPNetRegressor
from sklearn_txaug.reconstruction import LandmarkReconstructor
from sklearn_txaug.reconstruction._ridge import LeaveOutRidge

LANDMARKS = [4, 0, 7]


@pytest.fixture(scope="module")
def X():
    rng = np.random.default_rng(0)
    Z = rng.normal(size=(80, 3))
    rows = 5 + rng.normal(size=(80, 12)) * 0.3 + Z @ rng.normal(size=(3, 12)) * np.geomspace(0.5, 4, 12)
    rows[:, LANDMARKS] = 3 + Z * [1, 2, 5]
    return rows


@pytest.fixture(scope="module")
def frame(X):
    pd = pytest.importorskip("pandas")
    names = [f"gene{i}" for i in range(12)]
    return pd.DataFrame(X, columns=names, index=[f"patient{i}" for i in range(len(X))])


MLP = MLPNetRegressor(hidden_layer_sizes=(8,), max_epochs=2, device="cpu")


@parametrize_with_checks(
    [LandmarkReconstructor(landmarks=[0])],
    expected_failed_checks=lambda estimator: {
        "check_n_features_in_after_fitting": "predict takes the landmarks alone, here one column",
        "check_dataframe_column_names_consistency": "genes are matched by name, in any order",
    },
)
def test_scikit_learn_checks(estimator, check):
    check(estimator)


@pytest.mark.parametrize("estimator", ["ridge", MLP, PLSRegression(2, scale=False)], ids=lambda e: str(e)[:5])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_landmarks_pass_bit_for_bit(X, estimator, dtype):
    X = X.astype(dtype)
    reconstructor = LandmarkReconstructor(landmarks=LANDMARKS, estimator=estimator, random_state=0).fit(
        X[:60]
    )
    full = reconstructor.predict(X[60:, LANDMARKS])
    assert full.dtype == dtype
    assert full.shape == (20, 12)
    np.testing.assert_array_equal(full[:, LANDMARKS], X[60:, LANDMARKS])
    np.testing.assert_array_equal(full, reconstructor.predict(X[60:]))  # whole rows are taken too
    assert np.isfinite(full).all()


def test_the_scale_is_that_of_the_training_rows(X):
    """The published script standardised synthetic rows with their own statistics, which hides their errors."""
    reconstructor = LandmarkReconstructor(landmarks=LANDMARKS).fit(X)
    Z = X[:, LANDMARKS]
    expected = reconstructor.predict(Z)
    np.testing.assert_allclose(reconstructor.predict(Z[:1]), expected[:1])
    shifted = reconstructor.predict(3 * Z + 2)  # a linear map sees the shift and the spread
    targets = reconstructor.targets_
    np.testing.assert_allclose(shifted[:, targets].std(axis=0), 3 * expected[:, targets].std(axis=0))
    assert np.abs(shifted[:, targets].mean(axis=0) - expected[:, targets].mean(axis=0)).max() > 0.5
    np.testing.assert_allclose(reconstructor.scaler_.mean_, X.mean(axis=0))
    np.testing.assert_allclose(reconstructor.scaler_.scale_, X.std(axis=0))


def test_data_frames_go_by_name(frame):
    names = [frame.columns[i] for i in LANDMARKS]
    reconstructor = LandmarkReconstructor(landmarks=names).fit(frame)
    assert reconstructor.landmark_names_.tolist() == names
    few = frame[names[::-1]].iloc[:5]
    full = reconstructor.predict(few)
    assert full.columns.tolist() == frame.columns.tolist()
    assert full.index.tolist() == few.index.tolist()
    np.testing.assert_array_equal(full[few.columns], few)
    np.testing.assert_allclose(full, reconstructor.predict(frame[names].to_numpy()[:5]))
    np.testing.assert_allclose(full, reconstructor.predict(frame.assign(age=1).iloc[:5]))
    errors = reconstructor.mae_per_gene(frame)
    assert errors.index.tolist() == [name for name in frame.columns if name not in names]
    with pytest.raises(ValueError, match=r"X lacks 1 of the landmarks .*gene7"):
        reconstructor.predict(frame.drop(columns="gene7"))


def test_landmarks_go_by_any_identifier_in_new_rows(X):
    pd = pytest.importorskip("pandas")
    genes = landmark_genes(as_frame=False)[:3]
    names = [f"ENSG9{i:010}.1" for i in range(12)]
    for column, gene in zip(LANDMARKS, genes, strict=True):
        names[column] = f"{gene['ensembl']}.4"
    frame = pd.DataFrame(X, columns=names)
    reconstructor = LandmarkReconstructor().fit(frame)
    expected = reconstructor.predict(X[:5])
    order = [7, 4, 0]  # of LANDMARKS, as the three names below
    for kind, write in (("ensembl", "{}.11"), ("ensembl", "{}"), ("symbol", "{}"), ("entrez", "{}")):
        few = frame.iloc[:5, order].set_axis([write.format(gene[kind]) for gene in genes[[2, 0, 1]]], axis=1)
        full = reconstructor.predict(few)
        np.testing.assert_array_equal(full, expected)
        assert full.columns.tolist() == names
    few = frame.iloc[:5, [4, 0, 7]].set_axis(genes["entrez"].tolist(), axis=1)
    np.testing.assert_array_equal(reconstructor.predict(few), expected)
    twice = pd.concat([few, few.iloc[:, [1]]], axis=1)
    with pytest.raises(ValueError, match="several columns for 1 of the landmarks"):
        reconstructor.predict(twice)
    others = LandmarkReconstructor(landmarks=names[1:3]).fit(frame)
    few = frame.iloc[:5, 1:3].set_axis([name.replace(".1", ".2") for name in names[1:3]], axis=1)
    np.testing.assert_array_equal(others.predict(few), others.predict(frame.iloc[:5]))


def test_l1000_genes_are_found_by_any_identifier(X):
    pd = pytest.importorskip("pandas")
    genes = landmark_genes(as_frame=False)
    names = [f"other{i}" for i in range(12)]
    names[3], names[5], names[9] = (
        str(genes["symbol"][0]),
        f"{genes['ensembl'][1]}.7",
        str(genes["entrez"][2]),
    )
    reconstructor = LandmarkReconstructor().fit(pd.DataFrame(X, columns=names))
    assert reconstructor.landmarks_.tolist() == [3, 5, 9]


@pytest.mark.parametrize("as_mask", [True, False])
def test_mask_and_columns_agree(X, as_mask):
    landmarks = np.isin(np.arange(12), LANDMARKS) if as_mask else sorted(LANDMARKS)
    reconstructor = LandmarkReconstructor(landmarks=landmarks).fit(X)
    np.testing.assert_array_equal(reconstructor.landmarks_, sorted(LANDMARKS))
    np.testing.assert_array_equal(reconstructor.targets_, np.setdiff1d(np.arange(12), LANDMARKS))


def test_error_in_standard_deviations(X):
    reconstructor = LandmarkReconstructor(landmarks=LANDMARKS).fit(X[:60])
    targets = reconstructor.targets_
    errors = np.abs(reconstructor.predict(X[60:]) - X[60:])[:, targets].mean(axis=0)
    expected = errors / X[:60, targets].std(axis=0)
    np.testing.assert_allclose(reconstructor.mae_per_gene(X[60:]), expected)
    np.testing.assert_allclose(reconstructor.score(X[60:]), -expected.mean())
    assert -0.5 < cross_val_score(clone(reconstructor), X, cv=3).mean() < 0


def test_a_gene_that_never_varies(X):
    X = X.copy()
    X[:, [2, 4]] = 1.5  # a target and a landmark
    full = LandmarkReconstructor(landmarks=LANDMARKS).fit(X).predict(X[:5])
    np.testing.assert_allclose(full[:, [2, 4]], 1.5)


# -- the penalty


def data(n, p, q, seed=0):
    rng = np.random.default_rng(seed)
    Z = rng.normal(size=(n, p))
    Y = Z @ rng.normal(size=(p, q)) / np.sqrt(p) + rng.normal(size=(n, q))
    return Z - Z.mean(axis=0), Y - Y.mean(axis=0)


@pytest.mark.parametrize("shape", [(40, 5, 7), (20, 30, 7)])
@pytest.mark.parametrize("grouped", [True, False])
def test_left_out_rows_are_those_of_refitting(shape, grouped):
    Z, Y = data(*shape)
    groups = np.arange(len(Z)) // 2 if grouped else None
    model = LeaveOutRidge(alphas=[0.01, 0.3, 10.0]).fit(Z, Y, groups)
    errors, predictions = [], []
    for alpha in (0.01, 0.3, 10.0):
        predicted = np.empty_like(Y)
        for train, held in (
            GroupKFold(len(Z) // 2).split(Z, groups=groups) if grouped else KFold(len(Z)).split(Z)
        ):
            ridge = Ridge(alpha * len(Z)).fit(Z[train], Y[train])  # the penalty is that of all rows
            predicted[held] = ridge.predict(Z[held])
        predictions.append(predicted)
        errors.append(np.mean((Y - predicted) ** 2))
    np.testing.assert_allclose(model.errors_, errors)
    assert model.alpha_ == [0.01, 0.3, 10.0][np.argmin(errors)]
    np.testing.assert_allclose(model.leave_out(Z, groups)(Y), predictions[np.argmin(errors)])
    np.testing.assert_allclose(model.coef_, Ridge(model.alpha_ * len(Z)).fit(Z, Y).coef_.T)


def test_noise_asks_for_a_larger_penalty():
    Z, Y = data(60, 40, 30)
    noise = np.random.default_rng(1).normal(size=Y.shape)
    fits = [LeaveOutRidge().fit(Z, Z @ np.ones((40, 30)) + amount * noise) for amount in (0.01, 100.0)]
    assert fits[0].alpha_ < fits[1].alpha_


def test_patients_are_left_out_together():
    """Rows of a patient share what no gene explains, so that leaving out one row alone asks for no penalty."""
    rng = np.random.default_rng(0)
    patients = np.repeat(np.arange(30), 3)
    Z = rng.normal(size=(30, 60))[patients] + 0.1 * rng.normal(size=(90, 60))
    Y = rng.normal(size=(30, 20))[patients] + 0.1 * rng.normal(size=(90, 20))
    X = np.column_stack([Z, Y])
    alone = LandmarkReconstructor(landmarks=range(60)).fit(X)
    together = LandmarkReconstructor(landmarks=range(60)).fit(X, groups=patients)
    assert together.estimator_.alpha_ > 10 * alone.estimator_.alpha_


def test_more_targets_than_a_chunk():
    Z, Y = data(30, 5, 1100)
    model = LeaveOutRidge(alphas=[0.5]).fit(Z, Y.astype(np.float32))
    assert model.coef_.dtype == np.float32
    np.testing.assert_allclose(model.coef_, Ridge(0.5 * 30).fit(Z, Y).coef_.T, atol=1e-6)


# -- other estimators


def test_mlp_learns_what_is_not_linear():
    rng = np.random.default_rng(0)
    Z = rng.normal(size=(600, 2))
    X = np.column_stack([Z, np.abs(Z[:, :1]) + 0.05 * rng.normal(size=(600, 8))])
    mlp = MLPNetRegressor(hidden_layer_sizes=(32,), dropout=0, lr=1e-2, max_epochs=30, device="cpu")
    scores = {
        name: LandmarkReconstructor(landmarks=[0, 1], estimator=e, random_state=0).fit(X[:400]).score(X[400:])
        for name, e in {"ridge": "ridge", "mlp": mlp}.items()
    }
    assert scores["mlp"] > 0.5 * scores["ridge"]


def test_random_state_decides_the_mlp(X):
    models = [
        LandmarkReconstructor(landmarks=LANDMARKS, estimator=MLP, random_state=seed).fit(X)
        for seed in (0, 0, 1)
    ]
    first, same, other = (model.predict(X) for model in models)
    np.testing.assert_array_equal(first, same)
    assert not np.array_equal(first, other)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(models[0])).predict(X), first)


def test_left_out_predictions_of_any_estimator(X):
    reconstructor = LandmarkReconstructor(landmarks=LANDMARKS, estimator=Ridge(1e-3), random_state=0).fit(X)
    ((_, Y, predicted),) = reconstructor.left_out(X, None)
    scaled = reconstructor.scaler_.transform(X)
    folds = KFold(5, shuffle=True, random_state=reconstructor._seed)
    expected = cross_val_predict(
        Ridge(1e-3), scaled[:, LANDMARKS], scaled[:, reconstructor.targets_], cv=folds
    )
    np.testing.assert_allclose(Y, scaled[:, reconstructor.targets_])
    np.testing.assert_allclose(predicted, expected)


def test_groups_reach_an_estimator_that_takes_them(X):
    class Grouped(Ridge):
        def fit(self, X, y, groups=None):
            self.groups_ = groups
            return super().fit(X, y)

    groups = np.arange(80) // 2
    fitted = LandmarkReconstructor(landmarks=LANDMARKS, estimator=Grouped()).fit(X, groups=groups)
    np.testing.assert_array_equal(fitted.estimator_.groups_, groups)


# -- bad input


@pytest.mark.parametrize(
    ("landmarks", "message"),
    [
        ("l1000", "landmarks='l1000' needs the names of the genes"),
        (["TP53"], "are names, but the columns of X have none"),
        ([0, 12], r"landmarks has columns \[12\], but X has n_features = 12"),
        ([-1], r"landmarks has columns \[-1\]"),
        ([1, 1], "must be one or more distinct columns"),
        ([], "landmarks must"),
        ([0.5], "landmarks must be 'l1000', names"),
        ([True, False], "a mask of 2 columns, but X has n_features = 12"),
        ([False] * 12, "without any True"),
        ([True] * 12, "nothing is left to reconstruct"),
        ("l999", "landmarks"),
    ],
)
def test_bad_landmarks(X, landmarks, message):
    with pytest.raises(ValueError, match=message):
        LandmarkReconstructor(landmarks=landmarks).fit(X)


def test_bad_landmarks_of_a_frame(frame):
    with pytest.raises(ValueError, match="none of the 978 L1000 genes"):
        LandmarkReconstructor().fit(frame)
    with pytest.raises(ValueError, match=r"1 names that X does not have: \['TP53'\]"):
        LandmarkReconstructor(landmarks=["gene1", "TP53"]).fit(frame)
    with pytest.raises(ValueError, match=r"several columns of one name: \['gene1'\]"):
        LandmarkReconstructor(landmarks=["gene1"]).fit(frame.rename(columns={"gene2": "gene1"}))


def test_bad_values(X):
    for groups, message in (
        (np.arange(79), "groups has 79"),
        (np.zeros(80), "only one group"),
        ([None, np.nan, *"ab" * 39], "groups is missing for 2 rows"),
        ([np.nan, *range(79)], "groups is missing for 1 rows"),
    ):
        with pytest.raises(ValueError, match=message):
            LandmarkReconstructor(landmarks=LANDMARKS).fit(X, groups=groups)
    with pytest.raises(ValueError, match="alphas must be one or more penalties above 0"):
        LandmarkReconstructor(landmarks=LANDMARKS, alphas=[0.1, 0]).fit(X)
    with pytest.raises(ValueError, match="alphas must be one or more penalties above 0"):
        LandmarkReconstructor(landmarks=LANDMARKS, alphas=["a"]).fit(X)
    with pytest.raises(ValueError, match="X contains NaN"):
        LandmarkReconstructor(landmarks=LANDMARKS).fit(np.where(X > 9, np.nan, X))
    fitted = LandmarkReconstructor(landmarks=LANDMARKS).fit(X)
    with pytest.raises(ValueError, match="X has 5 features, but LandmarkReconstructor is expecting 12"):
        fitted.predict(X[:, :5])
