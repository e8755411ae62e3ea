"""The contract of every sampler: both check suites, containers, amounts, determinism, persistence, bad input."""

import copy
import pickle
import re

import numpy as np
import pytest
import torch
from imblearn.pipeline import make_pipeline
from imblearn.utils.estimator_checks import (
    check_dataframe_column_names_consistency,
    check_param_validation,
)
from imblearn.utils.estimator_checks import (
    parametrize_with_checks as imblearn_checks,
)
from joblib import Parallel, delayed, parallel_config
from scipy import sparse
from sklearn import config_context
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.preprocessing import MinMaxScaler
from sklearn.utils.estimator_checks import parametrize_with_checks as sklearn_checks

from sklearn_txaug.over_sampling import PrivateGaussianSampler

from .samplers import SAMPLERS, three_classes

each_sampler = pytest.mark.parametrize("sampler", SAMPLERS, ids=lambda s: type(s).__name__)


@pytest.fixture(scope="module")
def data():
    return three_classes()


@sklearn_checks(list(map(clone, SAMPLERS)))
def test_scikit_learn_checks(estimator, check):
    check(estimator)


@imblearn_checks(list(map(clone, SAMPLERS)))
def test_imbalanced_learn_checks(estimator, check):
    check(estimator)


@each_sampler
@pytest.mark.parametrize("check", [check_param_validation, check_dataframe_column_names_consistency])
def test_further_imbalanced_learn_checks(sampler, check):
    check(type(sampler).__name__, clone(sampler))


# -- amounts


@each_sampler
@pytest.mark.parametrize(
    ("n_synthetic", "expected"),
    [
        (None, {"kidney": 27, "liver": 44}),  # sampling_strategy="auto" fills up to the majority
        (0, {}),
        (10, {"brain": 6, "kidney": 3, "liver": 1}),
        (1.0, {"brain": 53, "kidney": 26, "liver": 11}),
        ({"liver": 5, "brain": 0}, {"liver": 5}),
    ],
)
def test_amounts_are_rows_of_each_class_behind_the_real_ones(sampler, data, n_synthetic, expected):
    X, y = data
    counts = dict(zip(*np.unique(y, return_counts=True), strict=True))
    if n_synthetic is None:
        expected = {label: counts["brain"] - counts[label] for label in ("kidney", "liver")}
    if n_synthetic == 1.0:
        expected = counts
    sampler = clone(sampler).set_params(n_synthetic=n_synthetic)
    X_res, y_res = sampler.fit_resample(X, y)
    assert sampler.sampling_strategy_ == expected
    labels, n_rows = np.unique(y_res[sampler.is_synthetic_], return_counts=True)
    assert dict(zip(labels, n_rows, strict=True)) == expected
    np.testing.assert_array_equal(X_res[~sampler.is_synthetic_], X)
    np.testing.assert_array_equal(y_res[: len(y)], y)
    assert np.isfinite(X_res).all()


@each_sampler
def test_zero_trains_nothing(sampler, data):
    sampler = clone(sampler).set_params(n_synthetic=0)
    sampler.fit_resample(*data)
    assert not hasattr(sampler, "scaler_")
    with pytest.raises(NotFittedError, match="n_synthetic=0"):
        sampler.sample(1)
    X_new, y_new = sampler.fit(*data).sample(7)  # fit trains whatever the amount
    assert len(X_new) == len(y_new) == 7


@each_sampler
def test_no_stale_generator_after_an_empty_resampling(sampler, data):
    sampler = clone(sampler).fit(*data).set_params(n_synthetic=0)
    sampler.fit_resample(*data)
    with pytest.raises(NotFittedError):
        sampler.sample(1)


# -- sample


def _shared_rows(A, B):
    """Whether a row of one array is in the other; single values may be, at the ends of a class's range."""
    return (A[:, None] == B).all(axis=2).any()


@each_sampler
def test_sample_draws_new_rows_by_seed_and_label(sampler, data):
    X, y = data
    sampler = clone(sampler).set_params(n_synthetic=20)
    X_res, y_res = sampler.fit_resample(X, y)
    X_new, y_new = sampler.sample(20)
    assert sorted(y_new) == sorted(y_res[sampler.is_synthetic_])
    assert not _shared_rows(X_new, X_res), "sample repeats rows of fit_resample"
    np.testing.assert_array_equal(X_new, sampler.sample(20)[0])
    assert not _shared_rows(X_new, sampler.sample(20, random_state=1)[0])
    wanted = ["liver", "brain", "liver"]
    X_new, y_new = sampler.sample(y=wanted)
    assert X_new.shape == (3, 8)
    assert list(y_new) == wanted


@each_sampler
def test_classes_keep_their_conditioning(sampler):
    centres = np.array([[-6.0, 0, 0, 0], [6, 0, 0, 0]])
    rng = np.random.default_rng(0)
    y = np.arange(200) % 2
    X = centres[y] + rng.normal(size=(200, 4))
    if hasattr(sampler, "max_epochs"):
        sampler = clone(sampler).set_params(max_epochs=60, lr=2e-3)
    X_new, y_new = clone(sampler).fit(X, y).sample(200)
    assert np.mean((X_new[:, 0] > 0) == (y_new == 1)) > 0.95


@each_sampler
@pytest.mark.parametrize("labels", [[0, 1], [True, False], ["a", "b"], np.array(["a", "b"], dtype=object)])
def test_label_types(sampler, labels):
    X = np.random.default_rng(0).normal(size=(20, 3))
    y = np.repeat(np.asarray(labels), [19, 1])  # a class with a single row works
    X_res, y_res = clone(sampler).fit_resample(X, y)
    assert y_res.dtype == y.dtype
    assert len(X_res) == 38


@each_sampler
def test_one_vs_all_labels(sampler, data):
    X, y = data
    indicator = (y[:, None] == np.unique(y)).astype(int)
    _, y_res = clone(sampler).fit_resample(X, indicator)
    assert y_res.shape[1] == 3
    np.testing.assert_array_equal(y_res.sum(axis=1), 1)
    assert len(set(y_res.sum(axis=0))) == 1


@each_sampler
def test_one_vs_all_frames_and_lists(sampler, data):
    pd = pytest.importorskip("pandas")
    indicator = pd.get_dummies(pd.Series(data[1]))
    for given in (indicator, indicator.astype("uint8"), indicator.astype(int).to_numpy().tolist()):
        sampler = clone(sampler).set_params(n_synthetic=4)
        _, y_res = sampler.fit_resample(data[0], given)
        assert type(y_res) is type(given)
        if not isinstance(given, list):
            assert y_res.dtypes.equals(given.dtypes)
        wanted = given[:2] if isinstance(given, list) else given.iloc[:2]
        _, y_new = sampler.sample(y=wanted)
        np.testing.assert_array_equal(y_new, wanted)


# -- containers


@each_sampler
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64])
@pytest.mark.parametrize("kind", [np.asarray, list, sparse.csr_matrix, sparse.csc_array])
def test_containers_come_back_as_they_went_in(sampler, data, dtype, kind):
    X = (10 * data[0]).astype(dtype)
    given = X.tolist() if kind is list else kind(X)
    X_res, _ = clone(sampler).fit_resample(given, data[1])
    assert type(X_res) is type(given)
    if kind is list:
        assert X_res[: len(X)] == given
        return
    assert X_res.dtype == dtype
    dense = X_res.toarray() if sparse.issparse(X_res) else X_res
    np.testing.assert_array_equal(dense[: len(X)], X)


@each_sampler
def test_dataframe_keeps_names_and_types(sampler, data):
    pd = pytest.importorskip("pandas")
    barcodes = pd.Index([f"TCGA-{i:02}" for i in range(len(data[0]))], name="barcode")
    X = pd.DataFrame(data[0], index=barcodes, columns=list("ABCDEFGH")).astype({"A": np.float32})
    X["B"] = (10 * X["B"]).round().astype("int64")
    y = pd.Series(data[1], index=barcodes, name="tissue", dtype="category")
    X_before, y_before = X.copy(), y.copy()
    sampler = clone(sampler)
    X_res, y_res = sampler.fit_resample(X, y)
    pd.testing.assert_frame_equal(X_res[~sampler.is_synthetic_], X)
    pd.testing.assert_series_equal(y_res[~sampler.is_synthetic_], y)
    assert X_res.index[sampler.is_synthetic_].tolist() == [
        f"synthetic_{k}" for k in range(len(X_res) - len(X))
    ]
    assert X_res.index.equals(y_res.index)
    X_new, y_new = sampler.sample(2)
    assert X_new.dtypes.equals(X.dtypes)
    assert y_new.dtype == y.dtype
    pd.testing.assert_frame_equal(X, X_before)
    pd.testing.assert_series_equal(y, y_before)
    again, _ = clone(sampler).set_params(n_synthetic=3).fit_resample(X_res, y_res)
    assert again.index.is_unique


@each_sampler
def test_narrow_columns_hold_the_nearest_value(sampler, data):
    pd = pytest.importorskip("pandas")
    X = pd.DataFrame(data[0], columns=list("ABCDEFGH"))
    X["A"], X["B"], X["C"] = X.A > 0, (X.B > 0).astype("boolean"), (X.C > 0).astype("Int64")
    X["D"] = (40 * X.D).clip(0, 255).astype("uint8")
    y = data[1]
    X_res, _ = clone(sampler).set_params(n_synthetic=200).fit_resample(X, y)
    assert X_res.dtypes.equals(X.dtypes)
    assert 0.2 < X_res["A"].iloc[90:].mean() < 0.8
    one, _ = clone(sampler).set_params(n_synthetic=200).fit_resample((data[0] > 0), y)
    assert 0.2 < one[90:].mean() < 0.8


@each_sampler
def test_no_training_row_or_name_in_a_fitted_sampler(sampler, data):
    pd = pytest.importorskip("pandas")
    X = pd.DataFrame(data[0], columns=list("ABCDEFGH"))
    names = [f"PATIENT{i}" for i in range(len(X))]
    for index in (pd.MultiIndex.from_arrays([names, names]), pd.CategoricalIndex(names), pd.Index(names)):
        fitted = clone(sampler).fit(X.set_axis(index), pd.Series(data[1], index=index))
        assert b"PATIENT1" not in pickle.dumps(fitted)
    assert clone(sampler).fit(*data)._X_template.base is None  # a view would keep all rows alive


# -- one random_state, one result


@each_sampler
def test_without_a_seed_draws_differ_and_global_state_stays(sampler, data):
    state = np.random.get_state()[1].copy()  # noqa: NPY002 - the global state is what must stay as it is
    for random_state in (None, np.random.RandomState(0)):  # noqa: NPY002
        fitted = clone(sampler).set_params(random_state=random_state).fit(*data)
        assert not _shared_rows(fitted.sample(3)[0], fitted.sample(3)[0])
    np.testing.assert_array_equal(np.random.get_state()[1], state)  # noqa: NPY002


def _rows(sampler, X, y):
    return clone(sampler).fit_resample(X, y)[0]


@each_sampler
def test_same_rows_serial_in_threads_and_in_processes(sampler, data):
    expected = _rows(sampler, *data)
    torch.manual_seed(7)
    np.random.seed(7)  # noqa: NPY002 - the global state is what must stay as it is
    states = torch.get_rng_state(), np.random.get_state()[1].copy()  # noqa: NPY002
    np.testing.assert_array_equal(_rows(sampler, *data), expected)
    assert torch.equal(torch.get_rng_state(), states[0])
    np.testing.assert_array_equal(np.random.get_state()[1], states[1])  # noqa: NPY002
    for backend in ("threading", "loky"):
        with parallel_config(backend, n_jobs=2):
            for rows in Parallel()(delayed(_rows)(sampler, *data) for _ in range(4)):
                np.testing.assert_array_equal(rows, expected)


@each_sampler
def test_memory_layout_does_not_matter(sampler, data):
    X, y = data
    X = np.column_stack([X, X[:, :3] @ np.ones((3, 2))])  # of deficient rank, where factors are least stable
    np.testing.assert_array_equal(_rows(sampler, X, y), _rows(sampler, np.asfortranarray(X), y))


@each_sampler
def test_another_seed_gives_other_rows(sampler, data):
    first = _rows(sampler, *data)
    second = _rows(clone(sampler).set_params(random_state=1), *data)
    assert not np.array_equal(first, second)


@each_sampler
def test_scores_are_the_same_with_two_jobs(sampler, data):
    pipeline = make_pipeline(sampler, LogisticRegression(max_iter=1000))
    one, two = (cross_val_score(pipeline, *data, cv=3, n_jobs=jobs) for jobs in (1, 2))
    np.testing.assert_array_equal(one, two)


@each_sampler
def test_grid_search_over_amounts(sampler, data):
    pipeline = make_pipeline(sampler, LogisticRegression(max_iter=1000))
    name = type(sampler).__name__.lower()
    search = GridSearchCV(pipeline, {f"{name}__n_synthetic": [0, 10, 0.5]}, cv=3).fit(*data)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


@each_sampler
def test_groups_reach_the_sampler_in_a_pipeline(sampler, data, monkeypatch):
    seen = []
    monkeypatch.setattr(
        type(sampler), "_fit_generator", lambda self, X, codes, rng, groups: seen.append(groups)
    )

    def generate(self, codes, rng):
        rows = np.zeros((len(codes), 8))
        for space in self.spaces_:
            rows = space.encode(rows)
        return rows

    monkeypatch.setattr(type(sampler), "_generate", generate)
    groups = np.arange(90) // 2
    with config_context(enable_metadata_routing=True):
        sampler = clone(sampler).set_fit_request(groups=True).set_fit_resample_request(groups=True)
        make_pipeline(sampler, LogisticRegression()).fit(*data, groups=groups)
    np.testing.assert_array_equal(seen[0], groups)


@each_sampler
def test_torchs_default_dtype_changes_nothing(sampler, data):
    expected = clone(sampler).set_params(n_synthetic=5).fit_resample(*data)[0]
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        fitted = clone(sampler).set_params(n_synthetic=5)
        np.testing.assert_array_equal(fitted.fit_resample(*data)[0], expected)
        assert torch.get_default_dtype() == torch.float64
    finally:
        torch.set_default_dtype(before)


# -- covariates

NO_COVARIATES = {"PrivateCopulaSampler", "PrivateGaussianSampler", "SelectiveSampler", "TransferFlowSampler"}


@each_sampler
def test_covariates_are_taken_or_refused(sampler, data):
    X, y = data
    rng = np.random.default_rng(0)
    covariates = np.array(
        [[number, label == "brain"] for number, label in zip(rng.normal(size=90), y, strict=True)], object
    )
    covariates[:5, 0] = None
    sampler = clone(sampler).set_params(n_synthetic=12)
    if type(sampler).__name__ in NO_COVARIATES:
        with pytest.raises(TypeError, match=f"{type(sampler).__name__} takes no covariates"):
            sampler.fit_resample(X, y, covariates=covariates)
        return
    X_res, y_res = sampler.fit_resample(X, y, covariates=covariates)
    assert X_res.shape == (102, 8)
    assert np.isfinite(X_res).all()
    np.testing.assert_array_equal(sampler.covariates_[:, 1], y_res[90:] == "brain")  # never another pair
    first = sampler.sample(y=["liver"] * 3, covariates={0: 1.0, 1: False})[0]
    np.testing.assert_array_equal(first, sampler.sample(y=["liver"] * 3, covariates={0: 1.0, 1: False})[0])
    copied = pickle.loads(pickle.dumps(sampler))
    np.testing.assert_array_equal(first, copied.sample(y=["liver"] * 3, covariates={0: 1.0, 1: False})[0])
    with pytest.raises(ValueError, match="no training row of class kidney has 1=True"):
        sampler.sample(y=["kidney"], covariates={1: True})
    without = sampler.fit_resample(X, y)[0]  # nothing is left of them
    np.testing.assert_array_equal(without, clone(sampler).fit_resample(X, y)[0])
    with pytest.raises(ValueError, match="fitted without any"):
        sampler.fit(X, y).sample(y=["liver"], covariates={0: 1.0})


# -- persistence


@each_sampler
def test_pickle_copy_clone(sampler, data):
    fitted = clone(sampler).fit(*data)
    expected = fitted.sample(5)[0]
    for copied in (pickle.loads(pickle.dumps(fitted)), copy.deepcopy(fitted)):
        np.testing.assert_array_equal(copied.sample(5)[0], expected)
    with pytest.raises(NotFittedError):
        clone(fitted).sample(5)


# -- space


@each_sampler
def test_spaces_give_rows_in_the_units_and_limits_of_the_genes(sampler, data):
    X, y = np.abs(data[0]), data[1]
    X[:, 2] = 1.5  # a gene that never varies
    sampler = clone(sampler).set_params(nonnegative=True, scaler=MinMaxScaler())
    if isinstance(sampler, PrivateGaussianSampler):  # which learns no scale from the rows
        with pytest.raises(ValueError, match="scaler=.* would learn from the rows"):
            sampler.fit(X, y)
        return
    X_res, _ = sampler.fit_resample(X, y)
    assert X_res.min() >= 0
    assert 0 <= sampler.clipped_share_ <= 1
    np.testing.assert_array_equal(X_res[:, 2], 1.5)
    raw = clone(sampler).set_params(scaler="passthrough").fit(X, y)
    np.testing.assert_array_equal(raw.scaler_.transform(X), X)


# -- bad input


@each_sampler
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda X, y: (np.where(X > 2, np.nan, X), y), "X contains NaN"),
        (lambda X, y: (np.where(X > 2, np.inf, X), y), "X contains infinity"),
        (lambda X, y: (X, np.full(len(y), "brain")), "more than 1 class"),
        (lambda X, y: (X, y[:-1]), "X has 90 rows but y has 89 labels"),
        (lambda X, y: (X[:, 0], y), "Expected 2D array"),
        (lambda X, y: (X, None), "y cannot be None|target y is None"),
        (lambda X, y: (X, np.arange(len(y)) / 7), "continuous"),
    ],
)
@pytest.mark.parametrize("n_synthetic", [None, 5])
def test_bad_data(sampler, data, change, message, n_synthetic):
    X, y = change(*data)
    with pytest.raises(ValueError, match=message):
        clone(sampler).set_params(n_synthetic=n_synthetic).fit_resample(X, y)


@each_sampler
@pytest.mark.parametrize(
    ("n_synthetic", "message"),
    [
        (-1, "n_synthetic must be .*got -1"),
        (-0.5, "n_synthetic must be .*got -0.5"),
        (np.nan, "n_synthetic must be .*got nan"),
        (True, "n_synthetic must be .*got True"),
        (10**13, "10,000,000,000,000 synthetic rows"),
        (10**30, "n_synthetic="),
        ("many", "n_synthetic"),
        ({"heart": 5}, re.escape("n_synthetic names classes ['heart']")),
        ({"brain": -5}, re.escape("n_synthetic['brain']")),
        ({"brain": 0.5}, re.escape("n_synthetic['brain']")),
    ],
)
def test_bad_amounts(sampler, data, n_synthetic, message):
    with pytest.raises(ValueError, match=message):
        clone(sampler).set_params(n_synthetic=n_synthetic).fit_resample(*data)


@each_sampler
def test_bad_samples(sampler, data):
    fitted = clone(sampler).fit(*data)
    with pytest.raises(ValueError, match=re.escape("y has labels ['heart']")):
        fitted.sample(y=["heart", "brain"])
    for y in ("brain", [["heart", "brain"]]):
        with pytest.raises(ValueError, match="one label for each row"):
            fitted.sample(y=y)
    for n_samples in (0, -1, 1.5):
        with pytest.raises(ValueError, match="n_samples must be an integer of 1 or more"):
            fitted.sample(n_samples)
    with pytest.raises(ValueError, match="groups has 3 entries"):
        clone(sampler).fit(*data, groups=[1, 2, 3])


@each_sampler
@pytest.mark.parametrize(
    ("label", "error", "message"),
    [(None, ValueError, "1 labels are missing"), (np.nan, ValueError, "1 labels"), (3, TypeError, "y mixes")],
)
def test_bad_labels(sampler, data, label, error, message):
    y = data[1].astype(object)
    y[0] = label
    with pytest.raises(error, match=message):
        clone(sampler).fit(data[0], y)


@each_sampler
def test_columns_of_one_name(sampler, data):
    pd = pytest.importorskip("pandas")
    with pytest.raises(ValueError, match=r"several columns of one name: \['A'\]"):
        clone(sampler).fit(pd.DataFrame(data[0], columns=list("AACDEFGH")), data[1])


@each_sampler
def test_a_column_of_text_is_named(sampler, data):
    pd = pytest.importorskip("pandas")
    X = pd.DataFrame(data[0]).assign(barcode=pd.Series([f"TCGA-{i}" for i in range(90)], dtype="string"))
    X.columns = X.columns.astype(str)
    with pytest.raises(ValueError, match="barcode"):
        clone(sampler).fit(X, data[1])


@each_sampler
def test_raw_counts_are_pointed_out(sampler, data):
    counts = np.random.default_rng(0).poisson(500, size=data[0].shape)
    with pytest.warns(UserWarning, match="raw counts.*log2"):
        clone(sampler).fit(counts, data[1])
    with pytest.warns(UserWarning, match="linear scale") as caught:
        clone(sampler).fit(counts + 0.5, data[1])
    assert caught[0].filename == __file__


@each_sampler
def test_what_scikit_learn_gives_for_arrays_changes_nothing(sampler, data, recwarn):
    pytest.importorskip("pandas")
    expected = clone(sampler).fit_resample(*data)[0]
    recwarn.clear()
    with config_context(transform_output="pandas"):
        found = clone(sampler).fit_resample(*data)[0]
    np.testing.assert_array_equal(found, expected)
    assert not [str(w.message) for w in recwarn if "set_output" in str(w.message)]
