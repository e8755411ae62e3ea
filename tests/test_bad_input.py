"""Bad input is refused before anything is trained, by argument, value and remedy; extreme but valid data are not."""

import re
from inspect import isfunction, signature

import numpy as np
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.utils import get_tags

from sklearn_txaug import metrics
from sklearn_txaug.graphs import coexpression_graph
from sklearn_txaug.model_selection import (
    AugmentedClassifier,
    PriorAdjustedClassifier,
    SelectiveClassifier,
    SelectiveSampler,
    augmentation_curve,
)
from sklearn_txaug.neural_network import MLPNetClassifier, MLPNetRegressor
from sklearn_txaug.over_sampling import FrozenSampler, GaussianSampler, PrivateGaussianSampler
from sklearn_txaug.priors import ExpressionFlow, ExpressionPrior, HierarchicalGaussianClassifier
from sklearn_txaug.reconstruction import LandmarkReconstructor

from .samplers import SAMPLERS

DEEP = [sampler for sampler in SAMPLERS if hasattr(sampler, "callbacks")]
each_sampler = pytest.mark.parametrize("sampler", SAMPLERS, ids=lambda s: type(s).__name__)
each_deep = pytest.mark.parametrize("sampler", DEEP, ids=lambda s: type(s).__name__)


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    y = np.repeat(["a", "b"], [14, 10])
    return rng.normal(size=(24, 6)) + (y == "a")[:, None], y


@pytest.fixture
def untrained(monkeypatch):
    """Fail where a generator is trained."""
    for sampler in SAMPLERS:
        monkeypatch.setattr(type(sampler), "_fit_generator", lambda *args, **kwargs: pytest.fail("trained"))


@each_sampler
@pytest.mark.parametrize("X", [None, 3, "abc", {"gene": [1.0]}])
def test_what_is_no_table(sampler, data, X, untrained):
    with pytest.raises(ValueError, match="X must have a row for each sample.*got " + re.escape(repr(X))):
        clone(sampler).fit(X, data[1])


@each_sampler
@pytest.mark.parametrize("y", [3, "ab", {"a": 1}])
def test_what_are_no_labels(sampler, data, y, untrained):
    with pytest.raises(ValueError, match="y must have one label for each row of X, got"):
        clone(sampler).fit(data[0], y)


@each_sampler
@pytest.mark.parametrize("groups", [3, "x", True, np.zeros((24, 2))])
def test_what_are_no_groups(sampler, data, groups, untrained):
    with pytest.raises(ValueError, match="groups must have one group for each of the 24 rows of X, got"):
        clone(sampler).fit(*data, groups=groups)


@each_sampler
def test_values_that_overflow_are_named(sampler, data, untrained):
    pd = pytest.importorskip("pandas")
    X = pd.DataFrame(data[0].copy(), columns=["A2M", "TP53", "TTN", "XIST", "YY1", "ZFX"])
    X.loc[3, "TP53"] = -1e200
    with pytest.raises(ValueError, match=r"X has values as large as 1e\+200 in the column 'TP53'.*leave"):
        clone(sampler).fit(X, data[1])


ESTIMATORS = [
    *SAMPLERS,
    *(
        AugmentedClassifier(),
        SelectiveClassifier(),
        PriorAdjustedClassifier(),
        HierarchicalGaussianClassifier(),
    ),
    *(MLPNetClassifier(), LandmarkReconstructor(landmarks=["A2M"]), ExpressionPrior()),
]


@pytest.mark.parametrize("value", [np.nan, -np.inf])
@pytest.mark.parametrize("kind", ["pandas", "polars", "array", "sparse"])
@pytest.mark.parametrize("model", ESTIMATORS, ids=lambda model: type(model).__name__)
def test_values_that_are_not_finite_are_named(model, data, kind, value, untrained):
    names = ["A2M", "TP53", "TTN", "XIST", "YY1", "ZFX"]
    X = data[0].copy()
    X[3, 1] = value
    if kind == "sparse":
        X = sparse.csr_array(X)
    elif kind != "array":
        X = pytest.importorskip(kind).DataFrame(dict(zip(names, X.T, strict=True)))
    named = hasattr(X, "columns")
    if isinstance(model, LandmarkReconstructor) and not named:
        pytest.skip("landmarks are names")
    if kind == "sparse" and not get_tags(model).input_tags.sparse:
        pytest.skip("takes no sparse rows")
    what = "NaN" if np.isnan(value) else "infinity"
    given = () if isinstance(model, LandmarkReconstructor) else (data[1],)
    with pytest.raises(ValueError, match=f"X contains {what} in the column {'.TP53.' if named else 1}[.]"):
        clone(model).fit(X, *given)


def test_several_columns_that_are_not_finite_are_named():
    X = np.arange(12.0).reshape(4, 3)
    X[0, 1:] = np.nan
    with pytest.raises(ValueError, match=r"X contains NaN in 2 columns: \[1, 2\]"):
        GaussianSampler().fit(X, [0, 1, 0, 1])
    with pytest.raises(ValueError, match=r"X_synthetic contains NaN in 2 columns: \[1, 2\]"):
        metrics.energy_distance(np.ones((4, 3)), X)


@pytest.mark.parametrize(
    "model",
    [
        *(AugmentedClassifier(), AugmentedClassifier(synthetic_weight=0), SelectiveClassifier()),
        *(PriorAdjustedClassifier(), HierarchicalGaussianClassifier()),
    ],
    ids=str,
)
def test_one_class_only(model, data):
    with pytest.raises(ValueError, match="y has one class only .'a'.; a classifier needs 2 or more"):
        clone(model).fit(data[0], ["a"] * 24)


@each_sampler
@pytest.mark.parametrize(
    ("scaler", "message"),
    [
        (StandardScaler, "'scaler' parameter"),
        ("standard", "'scaler' parameter"),
        (FunctionTransformer(lambda X: X[:, :3]), "rows of 6 columns came back as rows of 3"),
        (FunctionTransformer(np.log, np.exp), "transform gives NaN or infinity"),
    ],
)
def test_scalers_that_cannot_be_undone(sampler, data, scaler, message, untrained):
    if isinstance(sampler, FrozenSampler | PrivateGaussianSampler | SelectiveSampler):
        pytest.skip("leaves scaling to others")
    with pytest.raises(ValueError, match=message), np.errstate(all="ignore"):
        clone(sampler).set_params(scaler=scaler).fit(*data)


@each_sampler
def test_a_scaler_whose_inverse_overflows(sampler, data):
    if isinstance(sampler, FrozenSampler | PrivateGaussianSampler | SelectiveSampler):
        pytest.skip("leaves scaling to others")
    scaler = FunctionTransformer(lambda X: X / 1e4, lambda X: np.where(np.abs(X) < 1e-3, 1e4 * X, np.inf))
    with pytest.raises(FloatingPointError, match="inverse_transform gives NaN or infinity"):
        clone(sampler).set_params(scaler=scaler, quantile_mapping=False).fit(1e2 * data[0], data[1]).sample(
            50
        )


@each_deep
@pytest.mark.parametrize(
    ("parameter", "value", "message"),
    [
        ("callbacks", [1], r"list of skorch callbacks or None. Got \[1\]"),
        ("callbacks", ["EMA"], r"list of skorch callbacks or None. Got \['EMA'\]"),
        ("lr", True, "'lr' .* Got True"),
        ("max_epochs", True, "'max_epochs' .* Got True"),
        ("batch_size", True, "'batch_size' .* Got True"),
        ("net_params", {1: 2}, r"net_params must map names .* got \{1: 2\}"),
        (
            "net_params",
            {"optimizer": "adam"},
            "'optimizer': 'adam'} must be a class, as torch.optim.Adam is one",
        ),
        (
            "net_params",
            {"optimizer__bogus": 1},
            "'optimizer__bogus': 1}: Adam.* has no 'bogus'; it has .*betas",
        ),
        ("net_params", {"optimizer__weight_decay": -1}, "does not accept .*weight_decay.*Invalid"),
        ("net_params", {"patience": 3}, "'patience': 3}: .*Net has no 'patience'; it has .*optimizer__..."),
        ("net_params", {"iterator_train__sorted": 1}, "Loader has no 'sorted'; it has batch_size"),
        ("net_params", {"callbacks__divergenc__n_retries": 0}, "no 'divergenc'; did you mean 'divergence'"),
        ("net_params", {"callbacks__epoch_timer": None}, "the net needs its 'epoch_timer'"),
        (
            "net_params",
            {"callbacks__divergence": 3},
            "'callbacks__divergence': 3} must be a callback, or None",
        ),
        ("net_params", {"callbacks__divergence__n_tries": 0}, "no 'n_tries'; did you mean 'n_retries'"),
        ("net_params", {"precision": "half"}, "'precision': 'half'} must be a str among"),
        ("n_synthetic", 10**18, "more than can be counted"),
        ("n_synthetic", [], r"'n_synthetic' .* Got \[\]"),
    ],
)
def test_wrong_parameters_of_trainings_are_named(sampler, data, parameter, value, message):
    with pytest.raises(ValueError, match=message):
        clone(sampler).set_params(**{parameter: value}).fit(*data)


@each_deep
@pytest.mark.parametrize("value", [(True,), (0,), 8, "8", ()])
def test_wrong_widths_are_named(sampler, data, value):
    for name in [name for name in sampler.get_params() if name.endswith("hidden_layer_sizes")]:
        changed = clone(sampler).set_params(**{name: value})
        if value == ():
            try:
                changed.fit(*data)  # a network without hidden layers, or
            except ValueError as error:
                assert "one or more positive integers" in str(error)  # noqa: PT017
        else:
            with pytest.raises(ValueError, match=f"'{name}' .*positive integers"):
                changed.fit(*data)


@pytest.mark.parametrize("model", [MLPNetClassifier(max_epochs=1), MLPNetRegressor(max_epochs=1)])
def test_networks_refuse_the_same(model, data):
    X, y = data[0], np.arange(24) % 2
    for bad in (None, 3, {"gene": [1.0]}):
        with pytest.raises(ValueError, match="X must have a row for each sample"):
            clone(model).fit(bad, y)
        with pytest.raises(ValueError, match="X must have a row for each sample"):
            clone(model).fit(X, y).predict(bad)
    with pytest.raises(ValueError, match="values as large as 1e\\+200 in the column 2"):
        clone(model).fit(np.where(np.arange(6) == 2, 1e200, X), y)
    with pytest.raises(ValueError, match="values as large as 1e\\+200 in the column 2"):
        clone(model).fit(X, y).predict(np.where(np.arange(6) == 2, 1e200, X))
    with pytest.raises(ValueError, match="groups must have one group"):
        clone(model).fit(X, y, groups=3)


@pytest.mark.parametrize(
    "model", [MLPNetClassifier(), HierarchicalGaussianClassifier(), PriorAdjustedClassifier()], ids=str
)
def test_classifiers_take_no_missing_label_for_a_class(model, data):
    for missing in (np.nan, None):
        with pytest.raises(ValueError, match="y contains NaN: 1 labels are missing"):
            clone(model).fit(data[0], [missing, *data[1][1:]])


def test_reconstructors_refuse_the_same(data):
    model = LandmarkReconstructor(landmarks=[0, 1])
    with pytest.raises(ValueError, match="X must have a row for each sample"):
        model.fit(None)
    with pytest.raises(ValueError, match="as large as 1e\\+200 in the column 4"):
        model.fit(np.where(np.arange(6) == 4, 1e200, data[0]))


def _parameters(function):
    return signature(function).parameters


INDICATORS = {
    name: function
    for name, function in vars(metrics).items()
    if isfunction(function) and "X_synthetic" in _parameters(function)
}


def _arguments(function, data):
    X, y = data
    known = {"X_real": X, "X_train": X, "X_test": X + 0.1, "X_synthetic": X[::-1] + 0.2}
    known |= {"y_real": y, "y_train": y, "y_test": y, "y_synthetic": y[::-1]}
    return {name: known[name] for name in _parameters(function) if name in known}


@pytest.mark.parametrize("name", INDICATORS)
@pytest.mark.parametrize("X", [None, 3, "abc"])
def test_indicators_refuse_what_is_no_table(name, data, X):
    function = INDICATORS[name]
    with pytest.raises(ValueError, match="X_synthetic must have a row for each sample"):
        function(**{**_arguments(function, data), "X_synthetic": X})


@pytest.mark.parametrize("name", INDICATORS)
def test_indicators_refuse_values_that_overflow(name, data):
    function = INDICATORS[name]
    X = np.where(np.arange(6) == 2, 1e200, data[0])
    with pytest.raises(ValueError, match="X_synthetic has values as large as 1e\\+200 in the column 2"):
        function(**{**_arguments(function, data), "X_synthetic": X})


COUNTS = ("k", "n_top", "n_components", "n_modules", "max_genes", "n_projections", "n_splits")


@pytest.mark.parametrize("name", INDICATORS)
@pytest.mark.parametrize("value", [0, -1, 2.5, True, "two", [], np.nan])
def test_indicators_refuse_what_is_no_count(name, data, value):
    function = INDICATORS[name]
    for parameter in set(COUNTS) & set(_parameters(function)):
        with pytest.raises(ValueError, match=f"{parameter} must be an integer of . or more; got"):
            function(**_arguments(function, data), **{parameter: value})


@pytest.mark.parametrize("name", INDICATORS)
@pytest.mark.parametrize("value", [-1, 2.5, "zero"])
def test_indicators_refuse_what_is_no_seed(name, data, value):
    function = INDICATORS[name]
    if "random_state" in _parameters(function) and name != "frechet_distance":
        with pytest.raises(ValueError, match="random_state must be an integer of 0 or more"):
            function(**_arguments(function, data), random_state=value)


# -- extreme, but valid


def extreme(name):
    rng = np.random.default_rng(0)
    y = np.repeat(["a", "b", "c"], [20, 10, 4])
    X = rng.normal(size=(34, 8)) + 2 * (y == "a")[:, None]
    if name == "a gene a million times larger":
        X[:, 3] *= 1e6
    elif name == "a gene of zeros":
        X[:, 3] = 0
    elif name == "a gene that varies by rounding":
        X[:, 3] = np.where(np.arange(34) % 2, 0.1, 0.3 - 0.2)
    elif name == "a gene of denormal numbers":
        X[:, 3] *= 1e-310
    elif name == "two rows that are the same":
        X[1] = X[0]
    elif name == "a class of equal rows":
        X[y == "c"] = X[-1]
    elif name == "tiny values":
        X *= 1e-9
    elif name == "far from zero":
        X += 1e6
    return X, y


@each_sampler
@pytest.mark.parametrize(
    "name",
    [
        "a gene a million times larger",
        "a gene of zeros",
        "a gene that varies by rounding",
        "a gene of denormal numbers",
        "two rows that are the same",
        "a class of equal rows",
        "tiny values",
        "far from zero",
    ],
)
@pytest.mark.filterwarnings("ignore:X looks like")
@pytest.mark.filterwarnings("ignore:.*is not fitted")
def test_rows_of_extreme_genes_stay_near_them(sampler, name):
    X, y = extreme(name)
    X_new, y_new = clone(sampler).fit(X, y).sample(60)
    assert np.isfinite(X_new).all()
    if isinstance(sampler, PrivateGaussianSampler):  # which says no more of one gene than its reference does
        return
    for gene in range(8):
        centre, reach = X[:, gene].mean(), np.ptp(X[:, gene])
        assert np.abs(X_new[:, gene] - centre).max() <= 4 * reach, gene


@each_sampler
def test_classes_of_one_repeated_row_give_finite_rows(sampler):
    """Each class is one row, several times: what is generated is a number, or the sampler says what it lacks."""
    X = np.repeat(np.random.default_rng(0).normal(size=(2, 5)), 6, axis=0)
    y = np.repeat([0, 1], 6)
    try:
        X_new = clone(sampler).fit(X, y).sample(20)[0]
    except ValueError as error:
        assert re.match(r"reference: |X ", str(error))  # noqa: PT017
        return
    assert np.isfinite(X_new).all()
    assert np.abs(X_new).max() < 10


@pytest.mark.parametrize("fit", [GaussianSampler().fit, ExpressionPrior().fit, AugmentedClassifier().fit])
def test_labels_and_groups_in_another_order_than_the_rows(data, fit):
    pd = pytest.importorskip("pandas")
    X = pd.DataFrame(data[0], index=[f"sample {k}" for k in range(24)])
    y = pd.Series(data[1], index=X.index)
    with pytest.raises(ValueError, match=r"y has the rows of X in another order; use y.loc\[X.index\]"):
        fit(X, y[::-1])
    with pytest.raises(ValueError, match="groups has the rows of X in another order"):
        fit(X, y, groups=pd.Series(np.arange(24), index=X.index)[::-1])
    with pytest.raises(ValueError, match="y has the row 'sample 1' of X at another place"):
        fit(X, y.set_axis([f"sample {k + 1}" for k in range(24)]))  # of other rows, by a slip
    repeated = X.set_axis(["one", "two"] * 12)
    with pytest.raises(ValueError, match="the names of both are not the same, each once.*reset_index"):
        fit(repeated, y.set_axis(["one"] * 12 + ["two"] * 12))
    fit(X, pd.Series(data[1]))
    fit(repeated, y.set_axis(repeated.index))
    numbers = pd.Series(data[1])
    fit(X.reset_index(drop=True), numbers.set_axis(range(20, 44)))
    with pytest.raises(ValueError, match=r"y has the rows of X in another order.*y.set_axis\(X.index\)"):
        fit(X.reset_index(drop=True), numbers[::-1])


def test_nets_and_covariates_in_another_order_than_the_rows(data):
    pd = pytest.importorskip("pandas")
    X, y = pd.DataFrame(data[0]), pd.Series(data[1])
    for model in (MLPNetClassifier(max_epochs=1), PriorAdjustedClassifier()):
        with pytest.raises(ValueError, match="y has the rows of X in another order"):
            model.fit(X, y[::-1])
    with pytest.raises(ValueError, match="y has the rows of X in another order"):
        MLPNetRegressor(max_epochs=1).fit(X, X[[0, 1]][::-1])
    with pytest.raises(ValueError, match="covariates has the rows of X in another order"):
        GaussianSampler().fit(X, y, covariates=pd.DataFrame({"age": range(24)})[::-1])


@pytest.mark.parametrize("dtype", ["category", "boolean", object])
def test_booleans_and_numbers_in_types_of_pandas_stay_what_they_are(data, dtype):
    pd = pytest.importorskip("pandas")
    y = pd.Series(data[1] == "a").astype(dtype)
    sampler = GaussianSampler(n_synthetic=4, random_state=0)
    _, y_res = sampler.fit_resample(data[0], y)
    assert y_res.dtype == y.dtype
    assert y_res[-4:].tolist() == [False, False, True, True]
    assert sampler.classes_.dtype == bool
    for model in (HierarchicalGaussianClassifier(), PriorAdjustedClassifier()):
        assert model.fit(data[0], y).predict(data[0]).dtype == bool
    numbers = pd.Series(data[1] == "a").astype(int).astype(object if dtype is object else "Int64")
    assert GaussianSampler().fit(data[0], numbers).classes_.dtype == int


def test_labels_of_other_types_are_named(data):
    for label in (("a", 1), 3 + 1j):
        y = np.empty(24, dtype=object)
        y[:] = [label] * 24
        with pytest.raises(
            ValueError, match=f"y holds objects of the type {type(label).__name__}; labels are"
        ):
            GaussianSampler().fit(data[0], y)


def test_masked_values_are_not_taken_for_numbers(data):
    X = np.ma.masked_array(data[0], mask=data[0] < -1)
    with pytest.raises(ValueError, match=f"X has {X.mask.sum()} masked values; fill them in"):
        GaussianSampler().fit(X, data[1])


def test_seeds_of_draws_are_named(data):
    for seed in (-1, np.random.default_rng(0)):
        with pytest.raises(ValueError, match="random_state must be an integer from 0"):
            GaussianSampler(random_state=0).fit(*data).sample(random_state=seed)


READERS = {
    "MLPNetClassifier": MLPNetClassifier().fit,
    "MLPNetRegressor": lambda X, y: MLPNetRegressor().fit(X, y == "a"),
    "PriorAdjustedClassifier": PriorAdjustedClassifier().fit,
    "AugmentedClassifier": AugmentedClassifier().fit,
    "SelectiveClassifier": SelectiveClassifier(synthetic_weights=0, cv=2).fit,
    "HierarchicalGaussianClassifier": HierarchicalGaussianClassifier().fit,
    "ExpressionPrior": ExpressionPrior().fit,
    "LandmarkReconstructor": lambda X, y: LandmarkReconstructor(landmarks=[0]).fit(X),
    "coexpression_graph": lambda X, y: coexpression_graph(X),
    "mmd": lambda X, y: metrics.mmd(X, X),
}


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
def test_tables_that_are_no_table_of_genes(data, read):
    pd, torch = pytest.importorskip("pandas"), pytest.importorskip("torch")
    X, y = pd.DataFrame(data[0], columns=list("abcdef")), data[1]
    with pytest.raises(ValueError, match=r"has columns that are not numeric: \['sex'\]"):
        read(X.assign(sex="female"), y)
    with pytest.raises(ValueError, match=r"has several columns of one name: \['a'\]"):
        read(X.rename(columns={"b": "a"}), y)
    for odd in (torch.tensor(data[0]).bfloat16(), torch.tensor(data[0], requires_grad=True)):
        with pytest.raises(TypeError, match=r"is a tensor that cannot be read.*detach\(\).cpu\(\)"):
            read(odd, y)
    read(torch.tensor(data[0]), y)
    with pytest.raises(TypeError, match=r"is an AnnData; pass X\w*.to_df\(\), and labels"):
        read(pytest.importorskip("anndata").AnnData(data[0]), y)


@pytest.mark.parametrize("model", [ExpressionPrior(), ExpressionFlow(), HierarchicalGaussianClassifier()])
def test_rows_that_are_alike_in_each_class_teach_no_covariance(model):
    X, y = np.repeat([[1.0], [2.0]], 6, axis=0) * np.ones(4), np.repeat([0, 1], 6)
    for rows in (X, 0 * X, 1e-310 * X):
        with pytest.raises(ValueError, match="alike in each class, so that nothing says how"):
            model.fit(rows, y)


def test_rows_of_a_one_vs_all_matrix_name_one_class(data):
    y = np.eye(3, dtype=int)[np.arange(24) % 3]
    sampler = GaussianSampler().fit(data[0], y)
    for row in ([0, 0, 0], [1, 1, 0]):
        with pytest.raises(ValueError, match="rows that do not name one class"):
            sampler.sample(y=[row])
    y[:2] = 0
    with pytest.raises(ValueError, match="y has 2 rows without a 1, whose class is missing"):
        sampler.fit(data[0], y)


def test_curves_check_labels_as_samplers_do(data):
    pd = pytest.importorskip("pandas")
    X, y = pd.DataFrame(data[0]), pd.Series(data[1])
    for labels, message in (
        (y.where(y == "a"), "10 labels are missing"),
        (np.linspace(0, 1, 24), "Unknown label type: continuous"),
        (y.set_axis([f"sample {k}" for k in range(24)])[::-1], "y has the rows of X in another order"),
    ):
        with pytest.raises(ValueError, match=message):
            augmentation_curve(
                GaussianSampler(),
                LogisticRegression(),
                X.set_axis([f"sample {k}" for k in range(24)]),
                labels,
            )


@pytest.mark.parametrize(
    "fit",
    [
        PrivateGaussianSampler(epsilon=1e6, noise_seed=0).fit,
        lambda X, y, groups: LandmarkReconstructor(landmarks=[0]).fit(X, groups=groups),
        ExpressionFlow(max_epochs=1, batch_size=2500, hidden_layer_sizes=(4,), device="cpu").fit,
    ],
)
def test_patients_of_mixed_types_are_taken(data, fit):
    fit(*data, groups=np.array([7, "p"] * 12, dtype=object))
