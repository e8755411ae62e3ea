"""The flow of a reference cohort, and the sampler that continues new classes with it."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.utils.estimator_checks import parametrize_with_checks

from sklearn_txaug.datasets import read_expression, write_expression
from sklearn_txaug.over_sampling import TransferFlowSampler
from sklearn_txaug.priors import ExpressionFlow, ExpressionPrior
from sklearn_txaug.priors._coordinates import class_coordinates, encoder_of
from sklearn_txaug.priors._episodes import draw_episodes
from sklearn_txaug.priors._hierarchical import HierarchicalGaussian, Reference
from sklearn_txaug.priors._low_rank import LowRank

from .commands import run
from .test_priors import GENES, N_GENES, dense, simulate

pd = pytest.importorskip("pandas")

SMALL = {"rank": 5, "hidden_layer_sizes": (16,), "device": "cpu", "random_state": 0}


@pytest.fixture(scope="module")
def reference():
    return simulate(30, 20)


@pytest.fixture(scope="module")
def flow(reference):
    return ExpressionFlow(max_epochs=2, **SMALL).fit(*reference, groups=np.arange(600))


@parametrize_with_checks([ExpressionFlow(max_epochs=1, batch_size=2500, hidden_layer_sizes=(4,))])
def test_scikit_learn_checks(estimator, check):
    check(estimator)


# -- coordinates and episodes


@pytest.mark.parametrize("n_components", [6, 2])  # all that differ from noise, and some
def test_coordinates_make_both_covariances_diagonal(n_components):
    rng = np.random.default_rng(0)
    within, between = (LowRank(rng.normal(size=(3, 9)), rng.uniform(0.2, 1, 9)) for _ in range(2))
    loadings, variances = class_coordinates(within, between, n_components)
    encoder = encoder_of(loadings, within)
    np.testing.assert_allclose(loadings @ encoder, np.eye(n_components), atol=1e-10)
    np.testing.assert_allclose(encoder.T @ dense(within) @ encoder, np.eye(n_components), atol=1e-10)
    np.testing.assert_allclose(encoder.T @ dense(between) @ encoder, np.diag(variances), atol=1e-10)
    assert (np.diff(variances) <= 0).all()
    np.testing.assert_allclose(class_coordinates(within, between, 6)[0][:n_components], loadings)


def test_some_of_the_genes_give_the_coordinates_nearly():
    rng = np.random.default_rng(0)
    within = LowRank(3 * rng.normal(size=(2, 40)), np.full(40, 0.01))
    loadings, _ = class_coordinates(within, LowRank(3 * rng.normal(size=(2, 40)), np.full(40, 0.01)), 4)
    few = np.arange(40) < 30
    known = np.where(few, loadings, 0)
    encoder = encoder_of(known, LowRank(np.where(few, within.factor, 0), within.noise))
    coordinates = rng.normal(size=(5, 4))
    np.testing.assert_allclose(coordinates @ known @ encoder, coordinates, atol=1e-8)
    assert (encoder[30:] == 0).all()


def test_episodes_predict_rows_from_other_patients_of_their_class():
    codes, patients = np.repeat(np.arange(6), 8), np.tile(np.arange(4), 12)
    Z = np.column_stack([codes, patients, np.arange(48)]).astype(float)
    examples = draw_episodes(Z, codes, patients, 500, [1], np.random.default_rng(0))
    difference = examples.rows - examples.centroids  # the centre of the episode cancels
    assert len(examples.rows) >= 500
    assert (difference[:, 0] == 0).all()
    assert (difference[:, 1] != 0).all()
    assert set(examples.counts) == {1}
    more = draw_episodes(Z, codes, patients, 500, [5], np.random.default_rng(0))
    assert set(more.counts) == {5}
    few = draw_episodes(Z[:14], codes[:14], np.arange(14), 50, [100], np.random.default_rng(0))
    assert set(few.counts) == {5, 7}  # all rows but one


# -- a known distribution


@pytest.mark.parametrize("n_components", [64, 3])
def test_rows_of_a_new_class_of_one_row_have_the_right_mean_and_covariance(reference, n_components):
    flow = ExpressionFlow(max_epochs=4, n_components=n_components, **SMALL).fit(*reference)
    X, y = simulate(6, 1, seed=5)
    sampler = TransferFlowSampler(flow, scaler="passthrough", random_state=0).fit(X, y)
    X_new, _ = sampler.sample(y=["class 3"] * 8000)

    scales, prior = flow.prior_.scales_, flow.prior_
    B, W = (dense(covariance.scaled(scales)) for covariance in (prior.between_, prior.within_))
    gain, centre = B @ np.linalg.inv(B + W), X.to_numpy().mean(axis=0)
    mean = centre + gain @ (X.to_numpy()[3] - centre)
    assert np.linalg.norm(X_new.mean() - mean) < 0.05 * np.linalg.norm(mean - centre)
    covariance = W + B - gain @ B
    assert np.linalg.norm(np.cov(X_new.T) - covariance) < 0.15 * np.linalg.norm(covariance)


def test_a_class_of_many_rows_has_the_covariance_of_its_rows(flow):
    X, y = simulate(2, 400, seed=3)
    X = X[GENES] + np.random.default_rng(0).normal(size=(800, 1)) * 3  # a direction that the reference lacks
    X_new, y_new = TransferFlowSampler(flow, prior_rows=1, random_state=0).fit(X, y).sample(2000)
    real, drawn = (
        np.cov((rows - rows.groupby(labels).transform("mean")).T) for rows, labels in [(X, y), (X_new, y_new)]
    )
    assert np.linalg.norm(drawn - real) < 0.2 * np.linalg.norm(real)


def test_own_covariance_blended_in_is_that_of_the_model():
    rng = np.random.default_rng(0)
    X, codes = rng.normal(size=(20, 4)), np.arange(20) // 10
    identity = LowRank(np.zeros((1, 4)), np.ones(4))
    model = HierarchicalGaussian(Reference(identity, identity, np.ones(4)), 18).fit(X, codes, rng)
    assert model.weight_ == 0.5
    blend = 0.5 * dense(model.own_) + 0.5 * np.diag(X.var(axis=0))
    np.testing.assert_allclose(dense(model.within_), blend)


# -- training happens once


def test_fit_trains_nothing_and_clones_share_the_flow(flow):
    weights = {name: tensor.clone() for name, tensor in flow.module_.state_dict().items()}
    X, y = simulate(3, 2, seed=1)
    sampler = clone(TransferFlowSampler(flow, random_state=0)).fit(X, y)
    assert sampler.flow_.module_ is flow.module_
    assert all((tensor == weights[name]).all() for name, tensor in flow.module_.state_dict().items())


def test_saved_and_loaded(flow, tmp_path):
    flow.save(tmp_path / "flow.npz")
    X, y = simulate(3, 2, seed=1)
    first, again = (
        TransferFlowSampler(given, random_state=0).fit(X, y).sample(9)[0]
        for given in (flow, str(tmp_path / "flow.npz"))
    )
    np.testing.assert_allclose(first, again, atol=0.05)  # half precision
    loaded = ExpressionFlow.load(tmp_path / "flow.npz")
    assert list(loaded.feature_names_in_) == GENES
    assert loaded.prior_.groups_ is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": np.array("sklearn_txaug.ExpressionPrior")}, "not a saved ExpressionFlow"),
        ({"version": np.array(99)}, "version 99"),
        ({"loadings": np.zeros((2, 3))}, "'loadings' is missing or not for 12 genes"),
        ({"loadings": np.full((10, N_GENES), np.inf)}, "'loadings' holds NaN or infinity"),
        ({"hidden": np.array([7])}, "weights do not fit"),
        ({"network output.weight": np.zeros(1)}, "weights do not fit|'network"),
        ({"means": np.full(N_GENES, np.nan)}, "'means' holds NaN"),
    ],
)
def test_tampered_files_are_refused(flow, tmp_path, change, message):
    flow.save(tmp_path / "flow.npz")
    with np.load(tmp_path / "flow.npz") as stored:
        arrays = dict(stored) | change
    np.savez(tmp_path / "flow.npz", **arrays)
    with pytest.raises(ValueError, match=message):
        ExpressionFlow.load(tmp_path / "flow.npz")


def test_the_cohort_itself_as_reference(reference):
    X, y = reference
    some = np.isin(y, ["class 1", "class 2", "class 3"])
    few, labels = simulate(2, 1, seed=1)
    X_new, _ = TransferFlowSampler((X[some], y[some]), random_state=0).fit(few, labels).sample(4)
    assert X_new.shape == (4, N_GENES)


# -- genes


def test_genes_are_found_by_name(flow):
    X, y = simulate(3, 2, seed=1)
    sampler = TransferFlowSampler(flow, random_state=0)
    spread = sampler.fit(X[GENES[::-1]], y).sample(y=["class 1"] * 2000)[0][GENES].std()
    np.testing.assert_allclose(spread, sampler.fit(X, y).sample(y=["class 1"] * 2000)[0].std(), rtol=0.1)
    X = X[GENES[:9]].assign(NEW=np.arange(6.0))
    assert np.isfinite(sampler.fit(X, y).sample(5)[0].to_numpy()).all()


def test_a_flow_for_some_of_the_genes_is_saved_and_aligned_again(flow, tmp_path):
    genes = [*GENES[6:], "NEW"]  # 6 genes do not determine 10 coordinates
    aligned = flow.align(genes)
    aligned.save(tmp_path / "flow.npz")
    loaded = ExpressionFlow.load(tmp_path / "flow.npz")
    for again in (aligned.align(genes), loaded, loaded.align(genes)):
        assert list(again.feature_names_in_) == genes
        np.testing.assert_allclose(again.encoder_, aligned.encoder_, atol=2e-3)  # half precision
    np.testing.assert_allclose(aligned.align(GENES[7:]).encoder_, flow.align(GENES[7:]).encoder_)
    X, y = simulate(3, 2, seed=1)
    X_new, _ = (
        TransferFlowSampler(aligned, random_state=0).fit(X[GENES[6:]].assign(NEW=X.mean(axis=1)), y).sample(5)
    )
    assert np.isfinite(X_new.to_numpy()).all()


# -- bad input


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ((1,), "a tuple must be"),
        ((np.ones((4, 3)), ["a"] * 4), "reference: y has one class only"),
        ((np.arange(12.0).reshape(4, 3), list("abcd")), "reference: y has 4 classes for 4 rows"),
        ("none.npz", "reference: there is no file 'none.npz'"),
        ("tcga", "reference: there is no file 'tcga'"),
        (ExpressionPrior(), "The 'reference' parameter of TransferFlowSampler must be"),
    ],
)
def test_references_that_cannot_be_used(given, message):
    with pytest.raises(ValueError, match=message):
        TransferFlowSampler(given).fit(*simulate(3, 2))


def test_a_saved_prior_is_no_flow(flow, tmp_path):
    flow.prior_.save(tmp_path / "prior.npz")
    with pytest.raises(ValueError, match=r"prior.npz is not a saved ExpressionFlow"):
        TransferFlowSampler(tmp_path / "prior.npz").fit(*simulate(3, 2))


def test_patients_in_both_are_an_error(flow):
    X, y = simulate(3, 2, seed=1)
    with pytest.raises(ValueError, match="groups: 2 of them are in the prior's reference too"):
        TransferFlowSampler(flow).fit(X, y, groups=range(598, 604))
    TransferFlowSampler(flow).fit(X, y, groups=range(600, 606))


def test_one_patient_a_class_predicts_no_other(reference):
    X, y = reference
    with pytest.raises(ValueError, match="no class has rows of two groups"):
        ExpressionFlow(**SMALL).fit(X, y, groups=y)
    numbers = np.unique(y, return_inverse=True)[1].astype(object)
    numbers[::2] = numbers[::2].astype(str)  # 7 and "7" are one patient
    with pytest.raises(ValueError, match="no class has rows of two groups"):
        ExpressionFlow(**SMALL).fit(X, y, groups=numbers)


def test_other_units_and_other_genes_are_pointed_out(flow):
    X, y = simulate(3, 3, seed=1)
    with pytest.warns(UserWarning, match="other units than the prior's reference"):
        X_new, _ = TransferFlowSampler(flow, random_state=0).fit(X / 100, y).sample(20)
    assert X_new.to_numpy().max() < 1
    with pytest.raises(ValueError, match="does not know 12 of 12 genes"):
        TransferFlowSampler(flow).fit(X.add_prefix("other "), y)
    with pytest.raises(ValueError, match="reference has gene names, but X has none"):
        TransferFlowSampler(flow).fit(X.to_numpy(), y)


def test_a_flow_that_is_not_fitted_learns_from_the_rows():
    with pytest.warns(UserWarning, match="reference is not fitted"):
        TransferFlowSampler(ExpressionFlow(max_epochs=1, **SMALL), random_state=0).fit(*simulate(3, 5))


# -- the command line


def test_commands_prior_and_augment(tmp_path, capsys):
    (X, y), (few, _) = simulate(6, 10), simulate(2, 1, seed=1)
    write_expression(tmp_path / "reference.csv", X, pd.Series(y, X.index, name="tissue"))
    write_expression(tmp_path / "cohort.csv", few, pd.Series(["new a", "new b"], few.index, name="tissue"))

    made = (
        "prior",
        tmp_path / "reference.csv",
        "--label",
        "tissue",
        "--rank",
        3,
        "-o",
        tmp_path / "flow.npz",
    )
    assert run(*made, "--flow", "--seed", 1) == 0
    assert "--flow --seed 1" in ExpressionFlow.load(tmp_path / "flow.npz").prior_.description_
    augment = ("augment", tmp_path / "cohort.csv", "--label", "tissue", "--sampler", "transfer", "--quiet")
    amount, output = ("--n-synthetic", "new a=4,new b=4"), ("-o", tmp_path / "augmented.csv")
    assert run(*augment, "--prior", tmp_path / "flow.npz", *amount, *output) == 0
    assert read_expression(tmp_path / "augmented.csv", label="tissue").data.shape == (10, N_GENES)
    assert run(*augment, "--prior", tmp_path / "cohort.csv", *amount, *output) == 2
    asked = ("augment", tmp_path / "reference.csv", *augment[2:], "--n-synthetic", 4, *output)
    assert run(*asked, "--prior", tmp_path / "flow.npz") == 0
    assert "warning: --prior: its reference has the classes" in capsys.readouterr().err
