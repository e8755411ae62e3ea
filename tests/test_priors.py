"""Priors: the formulas against dense algebra, files, genes, merging, bad input, and the samplers that take one."""

import shlex
import tracemalloc

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.covariance import ledoit_wolf
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.utils.estimator_checks import parametrize_with_checks

from sklearn_txaug.datasets import read_expression, write_expression
from sklearn_txaug.over_sampling import (
    CopulaSampler,
    DDIMSampler,
    DDPMSampler,
    FlowMatchingSampler,
    GaussianSampler,
    LandmarkSampler,
    LatentSampler,
    TabDDPMSampler,
)
from sklearn_txaug.priors import ExpressionPrior, HierarchicalGaussianClassifier, load_prior
from sklearn_txaug.priors._hierarchical import HierarchicalGaussian, Reference
from sklearn_txaug.priors._low_rank import LowRank, covariance_of

from .commands import run

pd = pytest.importorskip("pandas")

N_GENES = 12
GENES = [f"GENE{i}" for i in range(N_GENES)]
DENOISER = {"max_epochs": 2, "hidden_layer_sizes": (16,), "n_sampling_steps": 4, "device": "cpu"}
SAMPLERS = [
    GaussianSampler(random_state=0),
    CopulaSampler(random_state=0),
    FlowMatchingSampler(random_state=0, **DENOISER),
    DDPMSampler(random_state=0, **DENOISER),
    DDIMSampler(random_state=0, **DENOISER),
    TabDDPMSampler(random_state=0, **DENOISER),
]
each_sampler = pytest.mark.parametrize("sampler", SAMPLERS, ids=lambda sampler: type(sampler).__name__)


def dense(covariance):
    return covariance.factor.T @ covariance.factor + np.diag(covariance.noise)


def simulate(n_classes, n_rows, seed=0):
    """Return rows of classes whose means and rows differ in the same few directions, whatever the seed."""
    shape = np.random.default_rng(42)
    within = shape.normal(size=(3, N_GENES))
    between = 2 * shape.normal(size=(4, N_GENES))
    rng = np.random.default_rng(seed)
    y = np.repeat(np.arange(n_classes), n_rows)
    means = 8 + rng.normal(size=(n_classes, 4)) @ between
    X = means[y] + rng.normal(size=(len(y), 3)) @ within + 0.3 * rng.normal(size=(len(y), N_GENES))
    return pd.DataFrame(X, columns=GENES), np.array([f"class {label}" for label in y])


@pytest.fixture(scope="module")
def prior():
    return ExpressionPrior(rank=5).fit(*simulate(30, 20))


@parametrize_with_checks([ExpressionPrior()])
def test_scikit_learn_checks(estimator, check):
    check(estimator)


# -- the algebra


def test_low_rank_algebra_is_that_of_dense_matrices():
    rng = np.random.default_rng(0)
    a = LowRank(rng.normal(size=(3, 7)), rng.uniform(0.1, 1, 7))
    b = LowRank(rng.normal(size=(2, 7)), rng.uniform(0.1, 1, 7))
    rows, scale = rng.normal(size=(5, 7)), rng.uniform(1, 2, 7)
    np.testing.assert_allclose(dense(a.plus(b)), dense(a) + dense(b))
    np.testing.assert_allclose(dense(a.times(0.3)), 0.3 * dense(a))
    np.testing.assert_allclose(dense(a.scaled(scale)), np.diag(scale) @ dense(a) @ np.diag(scale))
    np.testing.assert_allclose(a.apply(rows), rows @ dense(a))
    np.testing.assert_allclose(a.solve(rows), rows @ np.linalg.inv(dense(a)))
    np.testing.assert_allclose(a.variances(), np.diag(dense(a)))
    np.testing.assert_allclose(a.compressed(1).variances(), np.diag(dense(a)))
    np.testing.assert_allclose(np.cov(a.draw(50_000, rng).T), dense(a), atol=0.15)


def test_covariance_of_blocks_is_that_of_ledoit_and_wolf():
    rows = np.random.default_rng(0).normal(size=(60, 8)) @ np.random.default_rng(1).normal(size=(8, 8))
    found = covariance_of(lambda: np.array_split(rows, 7), rank=8, rng=np.random.default_rng(0))
    expected, _ = ledoit_wolf(rows, assume_centered=True)
    np.testing.assert_allclose(dense(found), expected, rtol=1e-4, atol=1e-4)


def test_posterior_means_and_blend_are_those_of_the_formulas():
    rng = np.random.default_rng(0)
    within, between = (LowRank(rng.normal(size=(2, 5)), rng.uniform(0.2, 1, 5)) for _ in range(2))
    codes = np.repeat([0, 1, 2, 3], [1, 4, 2, 1])
    X = rng.normal(size=(8, 5)) * [1, 2, 3, 4, 5]
    spread = rng.uniform(0.5, 2, 5)
    model = HierarchicalGaussian(Reference(within, between, spread), prior_rows=10).fit(X, codes, rng)

    scale = np.diag(X.std(axis=0) * spread)
    means = np.stack([X[codes == c].mean(axis=0) for c in range(4)])
    residuals = (X - means[codes])[1:7] * np.sqrt(np.repeat([4 / 3, 2], [4, 2]))[:, None]
    weight = 4 / 14
    W = (1 - weight) * scale @ dense(within) @ scale + weight * ledoit_wolf(residuals, assume_centered=True)[
        0
    ]
    B, centre = scale @ dense(between) @ scale, means.mean(axis=0)
    np.testing.assert_allclose(dense(model.within_), W, rtol=1e-3, atol=1e-3)
    for c, k in enumerate([1, 4, 2, 1]):
        gain = B @ np.linalg.inv(B + W / k)
        np.testing.assert_allclose(model.means_[c], centre + gain @ (means[c] - centre), rtol=1e-3)
    errors = model.draw_errors(np.full(100_000, 2), rng)
    posterior = B - B @ np.linalg.inv(B + W / 2) @ B
    assert np.abs(np.cov(errors.T) - posterior).max() < 0.03 * np.abs(posterior).max()


def test_a_simulated_hierarchy_is_recovered(prior):
    shape = np.random.default_rng(42)
    loadings = shape.normal(size=(3, N_GENES))
    expected = loadings.T @ loadings + 0.09 * np.eye(N_GENES)
    found = dense(prior.within_) * np.outer(prior.scales_, prior.scales_)
    assert np.linalg.norm(found - expected) < 0.15 * np.linalg.norm(expected)


def test_posterior_means_are_nearer_to_the_class_means(prior):
    X, y = simulate(8, 200, seed=5)
    truth = X.groupby(y).mean().to_numpy()
    one = X.groupby(y).head(1)
    sampler = GaussianSampler(prior=prior, scaler="passthrough", random_state=0).fit(one, y[one.index])
    assert np.linalg.norm(sampler.means_ - truth) < 0.8 * np.linalg.norm(one.to_numpy() - truth)


def test_20000_genes_need_no_square_matrix():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(300, 20_000)).astype(np.float32), np.arange(300) % 2
    tracemalloc.start()
    prior = ExpressionPrior(rank=4).fit(X, y)
    GaussianSampler(prior=prior, n_synthetic=10, random_state=0).fit_resample(X[:10], y[:10])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20_000**2 * 4 / 8  # an eighth of one d x d matrix of 32-bit floats


def test_blocks_of_rows_and_sparse_rows_change_nothing(monkeypatch):
    from scipy import sparse

    from sklearn_txaug.priors import _learning

    X, y = simulate(5, 10)
    whole = ExpressionPrior(rank=3).fit(X, y)
    monkeypatch.setattr(_learning, "_BLOCK", 50)
    for rows in (X, sparse.csr_matrix(X.to_numpy())):
        blocks = ExpressionPrior(rank=3).fit(rows, y)
        np.testing.assert_allclose(dense(blocks.within_), dense(whole.within_), rtol=1e-5, atol=1e-7)
        np.testing.assert_allclose(blocks.scales_, whole.scales_)


# -- files


def test_saved_and_loaded(prior, tmp_path):
    prior = clone(prior)
    prior.description_ = "Simulated."
    prior.save(tmp_path / "prior.npz")
    for loaded in (ExpressionPrior.load(tmp_path / "prior.npz"), load_prior(str(tmp_path / "prior.npz"))):
        np.testing.assert_allclose(dense(loaded.within_), dense(prior.within_), atol=2e-3)
        np.testing.assert_allclose(dense(loaded.between_), dense(prior.between_), atol=2e-3)
        np.testing.assert_allclose(loaded.means_, prior.means_, rtol=1e-6)
        assert list(loaded.feature_names_in_) == GENES
        assert loaded.description_ == "Simulated."
        assert loaded.get_params() == prior.get_params()
    X, y = simulate(3, 2, seed=1)
    X_res, _ = GaussianSampler(prior=tmp_path / "prior.npz", n_synthetic=4, random_state=0).fit_resample(X, y)
    assert len(X_res) == 10


def test_a_file_of_64_directions_and_1000_genes_is_small(tmp_path):
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(200, 1000)), columns=[f"G{i}" for i in range(1000)])
    ExpressionPrior().fit(X, np.arange(200) % 10).save(tmp_path / "prior.npz")
    assert (tmp_path / "prior.npz").stat().st_size < 170_000


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": np.array("another")}, "not a saved ExpressionPrior"),
        ({"version": np.array(99)}, "version 99"),
        ({"means": np.full(N_GENES, np.nan)}, "'means' holds NaN"),
        ({"scales": np.full(N_GENES, np.inf)}, "'scales' holds NaN or infinity"),
        ({"means": np.zeros(3)}, "for 12 genes, not 3"),
        ({"within_noise": -np.ones(N_GENES)}, "'within_noise' has values below 0"),
        ({"genes": np.array(["A"])}, "names of genes"),
        ({"classes": np.arange(30)}, "'classes' is missing or of another kind"),
        ({"genes": np.array([{}], dtype=object)}, "not a saved ExpressionPrior"),
    ],
)
def test_tampered_files_are_refused(prior, tmp_path, change, message):
    prior.save(tmp_path / "prior.npz")
    with np.load(tmp_path / "prior.npz") as stored:
        arrays = dict(stored) | change
    np.savez(tmp_path / "prior.npz", **arrays)
    with pytest.raises(ValueError, match=message):
        load_prior(tmp_path / "prior.npz")


def test_files_of_other_kinds_are_refused(tmp_path):
    (tmp_path / "prior.npz").write_text("no archive")
    with pytest.raises(ValueError, match="not a saved ExpressionPrior"):
        load_prior(tmp_path / "prior.npz")
    with pytest.raises(ValueError, match="no file 'gtex', and the embedded priors are"):
        load_prior("gtex")


def test_embedded_prior():
    prior = load_prior("tcga")
    assert prior.n_features_in_ == 3556
    assert prior.class_counts_.sum() == 1204
    assert prior.class_counts_.min() >= 32
    assert len(prior.within_.factor) < 1204 / 50  # far from a direction for each row
    assert "TCGA Research Network" in prior.description_
    assert "--rank 16" in prior.description_


# -- genes


def test_genes_are_found_by_identifier():
    X, y = simulate(4, 5)
    X.columns = ["INSIG1", "ENSG00000003056.7", "1001", "CDH3|999", *GENES[4:]]
    prior = ExpressionPrior(rank=3).fit(X, y)
    aligned = prior.align(["GENE5", "3638", "ENSG00000003056", "GENE4"])
    np.testing.assert_allclose(aligned.means_, prior.means_[[5, 0, 1, 4]])
    np.testing.assert_allclose(
        dense(aligned.within_), dense(prior.within_)[np.ix_([5, 0, 1, 4], [5, 0, 1, 4])]
    )
    assert aligned.n_features_in_ == 4
    assert prior.n_features_in_ == N_GENES


def test_genes_that_the_prior_does_not_know_are_independent(prior):
    aligned = prior.align(["GENE1", "NEW", "GENE2"])
    covariance = dense(aligned.within_)
    assert covariance[1, 0] == covariance[1, 2] == 0
    assert covariance[1, 1] == pytest.approx(prior.within_.variances().mean())
    X, y = simulate(3, 2, seed=1)
    X = X[GENES[:8]].assign(NEW=np.arange(6.0))
    X_new, _ = GaussianSampler(prior=prior, random_state=0).fit(X, y).sample(20)
    assert X_new["NEW"].std() > 0


def test_a_gene_that_is_unknown_remains_so(prior, tmp_path):
    aligned = prior.align([*GENES[:3], "NEW"])
    aligned.save(tmp_path / "prior.npz")
    loaded = ExpressionPrior.load(tmp_path / "prior.npz")
    assert np.isnan(loaded.means_).tolist() == np.isnan(loaded.scales_).tolist() == [False] * 3 + [True]
    np.testing.assert_allclose(dense(loaded.within_), dense(aligned.within_), atol=2e-3)
    for known in (aligned, loaded):
        with pytest.raises(ValueError, match="does not know 2 of 3 genes"):
            known.align(["GENE1", "NEW", "OTHER"])
        assert list(known.merge([known]).feature_names_in_) == GENES[:3]
        X, y = simulate(3, 2, seed=1)
        X_new, _ = GaussianSampler(prior=known).fit(X[GENES[:3]].assign(NEW=np.arange(6.0)), y).sample(3)
        assert np.isfinite(X_new.to_numpy()).all()
    with pytest.raises(ValueError, match="gene_names is empty"):
        prior.align([])


def test_too_few_genes_in_common_is_an_error_that_counts(prior):
    with pytest.raises(ValueError, match=r"does not know 3 of 4 genes \(A, B, C, "):
        prior.align(["GENE1", "A", "B", "C"])


def test_merge_weighs_by_degrees_of_freedom():
    (X, y), (other, labels) = simulate(6, 10), simulate(11, 4, seed=3)
    other = other[GENES[::-1]].iloc[:, :9]
    first, second = ExpressionPrior(rank=12).fit(X, y), ExpressionPrior(rank=12).fit(other, labels)
    both = first.merge([second])
    assert list(both.feature_names_in_) == GENES[3:]
    here, there = dense(first.align(GENES[3:]).within_), dense(second.align(GENES[3:]).within_)
    np.testing.assert_allclose(np.diag(dense(both.within_)), np.diag(54 * here + 33 * there) / 87, rtol=1e-6)
    here, there = dense(first.align(GENES[3:]).between_), dense(second.align(GENES[3:]).between_)
    np.testing.assert_allclose(dense(both.between_), (5 * here + 10 * there) / 15, atol=1e-6)
    with pytest.raises(ValueError, match="no gene in common"):
        first.merge([ExpressionPrior().fit(X.add_prefix("other "), y)])


# -- bad input


@pytest.mark.parametrize(
    ("labels", "message"),
    [(["a"] * 6, "y has one class only"), (list("abcdef"), "6 classes for 6 rows")],
)
def test_references_that_teach_nothing(labels, message):
    with pytest.raises(ValueError, match=message):
        ExpressionPrior().fit(np.random.default_rng(0).normal(size=(6, 3)), labels)


def test_entrez_numbers_as_columns_are_names():
    X, y = simulate(6, 4)
    X.columns = [2 * place + 1000 for place in range(N_GENES)]
    prior = ExpressionPrior(rank=5).fit(X.iloc[:, ::-1], y)
    np.testing.assert_allclose(prior.align(X.columns).means_, X.mean())
    sampler = GaussianSampler(prior=prior, n_synthetic=6, random_state=0)
    assert sampler.fit_resample(X, y)[0].columns.tolist() == X.columns.tolist()
    with pytest.raises(ValueError, match="prior does not know 12 of 12 genes"):
        sampler.fit(X.set_axis(X.columns + 1, axis=1), y)
    assert not hasattr(ExpressionPrior(rank=5).fit(pd.DataFrame(X.to_numpy()), y), "feature_names_in_")


def test_patients_are_the_same_as_numbers_of_any_kind_and_as_text():
    X, y = simulate(6, 4)
    prior = ExpressionPrior(rank=5).fit(X, y, groups=pd.Series(["A", *range(1, 24)], dtype=object))
    for patients in (np.arange(24.0), np.arange(24), np.arange(24).astype(str)):
        with pytest.raises(ValueError, match="23 of them are in the prior's reference"):
            GaussianSampler(prior=prior, n_synthetic=6).fit(X, y, groups=patients)


def test_patients_in_both_are_an_error():
    X, y = simulate(4, 5)
    prior = ExpressionPrior(rank=3).fit(X, y, groups=np.arange(20))
    with pytest.raises(ValueError, match="groups: 2 of them are in the prior's reference too"):
        GaussianSampler(prior=prior, random_state=0).fit(X[:3], ["a", "a", "b"], groups=[18, 19, 20])
    GaussianSampler(prior=prior, random_state=0).fit(X[:3], ["a", "a", "b"], groups=[20, 21, 22])


def test_classes_in_both_are_pointed_out_unless_they_are_numbers(recwarn):
    X, y = simulate(4, 5)
    prior = ExpressionPrior(rank=3).fit(X, y)
    few = X[:3]
    for model in (GaussianSampler(prior=prior), HierarchicalGaussianClassifier(prior)):
        with pytest.warns(UserWarning, match=r"prior: its reference has the classes \['class 1'\] of y too"):
            model.fit(few, ["class 1", "class 1", "other"])
    prior = ExpressionPrior(rank=3).fit(X, np.unique(y, return_inverse=True)[1])
    GaussianSampler(prior=prior).fit(few, [1, 1, 7])
    assert not recwarn


@pytest.mark.parametrize("change", [lambda X: 2**X, lambda X: (X - X.mean()) / X.std(), lambda X: X / 100])
def test_other_units_are_pointed_out_and_harmless(prior, change):
    X, y = simulate(6, 3, seed=2)
    message = (
        r"other units than the prior's reference: its values go from .*; in the reference they go from -"
    )
    with pytest.warns(UserWarning, match=message):
        X_new, _ = GaussianSampler(prior=prior, random_state=0).fit(change(X), y).sample(60)
    ratio = X_new.std() / change(X).std()
    assert 0.3 < ratio.min() < ratio.max() < 3


def test_the_same_units_are_not(prior, recwarn):
    for seed in range(5):
        X, _ = simulate(2, 1, seed=seed)
        GaussianSampler(prior=prior, random_state=0).fit(X, ["new", "other"])
    assert not recwarn


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (np.ones((4, N_GENES)), "prior has gene names, but X has none"),
        (pd.DataFrame(np.ones((4, 3)), columns=list("abc")), "does not know 3 of 3 genes"),
    ],
)
def test_genes_that_cannot_be_found(prior, rows, message):
    with pytest.raises(ValueError, match=message):
        GaussianSampler(prior=prior).fit(rows, [0, 0, 1, 1])


@pytest.mark.parametrize(
    "make", [lambda s: LatentSampler(s, reducer=PCA(6)), lambda s: LandmarkSampler(s, landmarks=range(6))]
)
def test_latent_rows_are_no_genes(make):
    X, y = simulate(6, 4)
    unnamed = ExpressionPrior(rank=2).fit(X.to_numpy()[:, :6], y)  # as many genes as there are components
    with pytest.raises(ValueError, match="the prior of GaussianSampler is about genes.*leave out the prior"):
        make(GaussianSampler(prior=unnamed)).fit(X, y)


def test_priors_without_names_need_the_same_number_of_genes():
    X, y = simulate(4, 5)
    prior = ExpressionPrior(rank=3).fit(X.to_numpy(), y)
    assert GaussianSampler(prior=prior, n_synthetic=3).fit_resample(X.to_numpy(), y)[0].shape == (23, N_GENES)
    with pytest.raises(ValueError, match="prior has 12 genes without names, but X has 5 features"):
        GaussianSampler(prior=prior).fit(X.to_numpy()[:, :5], y)


def test_a_prior_that_is_not_fitted():
    X, y = simulate(3, 2)
    with pytest.raises(ValueError, match="prior is an ExpressionPrior that is not fitted"):
        GaussianSampler(prior=ExpressionPrior()).fit(X, y)


# -- samplers with a prior


@each_sampler
def test_one_row_a_class_works(sampler, prior):
    X, y = simulate(4, 1, seed=7)
    sampler = clone(sampler).set_params(prior=prior, n_synthetic=dict.fromkeys(y, 5))
    X_res, y_res = sampler.fit_resample(X, y)
    assert X_res.shape == (24, N_GENES)
    pd.testing.assert_frame_equal(X_res[:4], X, check_index_type=False)
    assert np.isfinite(X_res.to_numpy()).all()
    spread = X_res[4:].groupby(y_res[4:]).std()
    within = prior.scales_ * np.sqrt(prior.within_.variances())
    assert (spread.median() / within).median() > 0.5  # rows of a class differ as those of the reference do


@each_sampler
@pytest.mark.parametrize("value", [0.0, 0.1])
def test_a_gene_that_no_row_expresses_is_expressed_by_no_synthetic_one(sampler, prior, value):
    X, y = simulate(3, 2, seed=9)
    X = X.assign(GENE3=value)
    X_res, _ = (
        clone(sampler).set_params(prior=prior, n_synthetic="5c").fit_resample(X, np.char.add(y, " of ours"))
    )
    assert (X_res["GENE3"] == value).all()
    assert X_res["GENE4"].nunique() == len(X_res)


@each_sampler
def test_clones_keep_the_prior_and_the_seed_decides(sampler, prior):
    X, y = simulate(3, 3, seed=7)
    sampler = clone(sampler).set_params(prior=prior)
    first, again = (clone(sampler).fit(X, y, groups=np.arange(9)).sample(7)[0] for _ in range(2))
    pd.testing.assert_frame_equal(first, again)
    without = clone(sampler).set_params(prior=None).fit(X, y).sample(7)[0]
    assert not np.allclose(first, without)
    refitted = sampler.fit(X, y).set_params(prior=None).fit(X, y).sample(7)[0]
    pd.testing.assert_frame_equal(without, refitted)


def test_rows_mirror_each_other_around_the_mean(prior):
    X, y = simulate(3, 4, seed=7)
    sampler = GaussianSampler(prior=prior, scaler="passthrough", random_state=0).fit(X, y)
    X_new, _ = sampler.sample(y=["class 1"] * 10)
    np.testing.assert_allclose(X_new.mean(), sampler.means_[1])
    assert len(sampler.sample(y=["class 1"] * 3)[0]) == 3


def test_infinite_prior_rows_draw_classes_of_their_own_means_and_deviations(prior):
    X, y = simulate(3, 40, seed=7)
    wide = np.where(
        np.arange(X.shape[1]) % 2, 3.0, 0.3
    )  # other scales than in the reference, and in each class
    factor = pd.Series(y, X.index).map({"class 0": 1.0, "class 1": 0.7, "class 2": 1.4})
    centres = X.groupby(y).transform("mean")
    X = centres + ((X - centres) * wide).mul(factor, axis=0)
    sampler = GaussianSampler(prior=prior, prior_rows=np.inf, random_state=0).fit(X, y)
    for label in np.unique(y):
        drawn, real = sampler.sample(y=[label] * 4000)[0], X[y == label]
        np.testing.assert_allclose(drawn.mean(), real.mean(), atol=1e-9)
        assert np.median(drawn.std() / real.std()) == pytest.approx(1, abs=0.15)
        assert np.log(drawn.std() / real.std()).std() < 0.15


def test_infinite_prior_rows_keep_means_and_scales_of_the_rows_alone(prior):
    X, y = simulate(3, 12, seed=7)
    other, rng = X.copy(), np.random.default_rng(0)
    for gene in X:  # the same means and scales, but no gene goes with another
        other[gene] = X.groupby(y)[gene].transform(lambda rows: rng.permutation(rows.to_numpy()))
    for prior_rows, same in ((np.inf, True), (50, False)):
        sampler = GaussianSampler(prior=prior, prior_rows=prior_rows, random_state=0)
        drawn = [sampler.fit(rows, y).sample(30)[0].to_numpy() for rows in (X, other)]
        assert np.allclose(*drawn) == same


def test_a_prior_helps_a_classifier_on_classes_it_never_saw(prior):
    X, y = simulate(10, 60, seed=9)
    gains = []
    for draw in range(5):
        some = (
            X.sample(frac=1, random_state=draw).groupby(y[X.sample(frac=1, random_state=draw).index]).head(1)
        )
        sampler = GaussianSampler(prior=prior, n_synthetic=200, random_state=draw)
        rest = X.drop(some.index)
        none, with_prior = (
            LogisticRegression(max_iter=500).fit(*rows).score(rest, y[rest.index])
            for rows in [(some, y[some.index]), sampler.fit_resample(some, y[some.index])]
        )
        gains.append(with_prior - none)
    assert np.mean(gains) > 0.01


# -- the command line


@pytest.fixture
def files(tmp_path):
    """Write a reference of 6 classes and 60 patients, and a cohort of two classes of one row."""
    (X, y), (few, _) = simulate(6, 10), simulate(2, 1, seed=1)
    write_expression(tmp_path / "reference.csv", X, pd.Series(y, X.index, name="tissue"))
    write_expression(tmp_path / "cohort.csv", few, pd.Series(["new a", "new b"], few.index, name="tissue"))
    return tmp_path


def test_commands_prior_and_augment(files, capsys):
    made = ("prior", files / "reference.csv", "--label", "tissue", "--rank", 3, "-o", files / "prior.npz")
    assert run(*made, "--leave-out", "class 5", "--note", "Simulated.") == 0
    assert "50 rows, 5 classes by tissue, 12 genes, rank 3" in capsys.readouterr().out
    prior = load_prior(files / "prior.npz")
    assert prior.description_.endswith("Simulated.")
    again = shlex.split(prior.description_.splitlines()[1])[
        5:
    ]  # behind "Command: python -m sklearn_txaug prior"
    assert again[:3] == ["reference.csv", "--label", "tissue"]
    assert run("prior", files / again[0], *again[1:], "-o", files / "again.npz") == 0
    assert load_prior(files / "again.npz").description_ == prior.description_.removesuffix("\nSimulated.")
    assert "class 5" not in prior.classes_
    cohort = (
        "augment",
        files / "cohort.csv",
        "--label",
        "tissue",
        "--n-synthetic",
        "new a=4,new b=4",
        "--quiet",
    )
    with_prior = (
        *cohort,
        "--sampler",
        "gaussian",
        "--prior",
        files / "prior.npz",
        "-o",
        files / "augmented.csv",
    )
    assert run(*with_prior) == 0
    assert read_expression(files / "augmented.csv", label="tissue").data.shape == (10, N_GENES)
    assert run(*cohort, "--sampler", "vae", "--prior", "tcga", "-o", files / "augmented.csv") == 2
    assert "--prior: VAESampler takes none" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["-o", "prior.txt"], "must end in .npz"),
        (["-o", "prior.npz", "--leave-out", "class 9"], "there are no classes"),
        (["-o", "prior.npz", "--min-class-size", 99], "--min-class-size"),
    ],
)
def test_commands_that_cannot_be_done(files, capsys, monkeypatch, options, message):
    monkeypatch.chdir(files)
    assert run("prior", "reference.csv", "--label", "tissue", *options) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("others", ["tcga", 3, ["tcga"], None])
def test_what_cannot_be_merged(prior, others):
    with pytest.raises(TypeError, match="others must be a list of fitted priors, got"):
        prior.merge(others)
    with pytest.raises(TypeError, match="others must be a list"):
        prior.merge(prior)


def test_an_array_is_no_prior(tmp_path):
    np.save(tmp_path / "prior.npy", np.ones(3))
    with pytest.raises(ValueError, match="prior.npy is not a saved ExpressionPrior"):
        ExpressionPrior.load(tmp_path / "prior.npy")
