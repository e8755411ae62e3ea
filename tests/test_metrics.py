"""Indicators against small cases done by hand and against other implementations."""

import numpy as np
import ot
import pytest
import scipy.linalg
import scipy.stats
from prdc import compute_prdc
from scipy.spatial.distance import cdist
from sklearn.decomposition import PCA
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score, f1_score, pairwise_distances
from sklearn.metrics.pairwise import rbf_kernel

from sklearn_txaug import metrics
from sklearn_txaug.metrics import _distances, _neighbours


def two_sets(n=60, m=45, d=12, shift=0.3, dtype=np.float64):
    rng = np.random.default_rng(0)
    mixing = rng.normal(size=(d, d))
    return (rng.normal(size=(n, d)) @ mixing).astype(dtype), (
        rng.normal(size=(m, d)) @ mixing + shift
    ).astype(dtype)


@pytest.fixture(params=[2**22, 100], ids=["one_block", "many_blocks"])
def blocks(request, monkeypatch):
    monkeypatch.setattr(_distances, "BLOCK", request.param)


# correlations


def test_correlation_score_is_pearson_of_the_upper_triangles():
    X, Z = two_sets()
    upper = np.triu_indices(12, 1)
    expected = np.corrcoef(1 - np.corrcoef(X.T)[upper], 1 - np.corrcoef(Z.T)[upper])[0, 1]
    assert metrics.correlation_score(X, Z) == pytest.approx(expected, abs=1e-12)


def test_correlation_error_is_half_the_mean_difference():
    X, Z = two_sets()
    expected = np.abs(np.corrcoef(X.T) - np.corrcoef(Z.T)).mean() / 2
    assert metrics.correlation_error(X, Z) == pytest.approx(expected, abs=1e-12)


def test_correlations_in_blocks_are_those_of_the_whole(monkeypatch):
    X, Z = two_sets()
    whole = metrics.correlation_score(X, Z), metrics.correlation_error(X, Z)
    monkeypatch.setattr("sklearn_txaug.metrics._correlation._N_GENES", 3)
    assert (metrics.correlation_score(X, Z), metrics.correlation_error(X, Z)) == pytest.approx(
        whole, abs=1e-12
    )


def test_correlation_of_constant_genes_is_zero():
    X, Z = two_sets()
    frozen = Z.copy()
    frozen[:, :3] = 0.1  # not a binary fraction: the mean is off by rounding
    C, D = np.corrcoef(X.T), np.corrcoef(Z.T)
    D[:3] = D[:, :3] = 0
    assert metrics.correlation_error(X, frozen) == pytest.approx(np.abs(C - D).mean() / 2, abs=1e-12)
    upper = np.triu_indices(12, 1)
    assert metrics.correlation_score(X, frozen) == pytest.approx(
        np.corrcoef(C[upper], D[upper])[0, 1], abs=1e-12
    )
    assert metrics.correlation_score(X, np.ones_like(Z)) == 0.0
    assert metrics.correlation_score(np.ones_like(X), np.ones_like(Z)) == 1.0


# neighbours


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("k", [1, 5])
@pytest.mark.usefixtures("blocks")
def test_manifolds_agree_with_prdc(dtype, k):
    X, Z = two_sets(dtype=dtype)
    expected = compute_prdc(X.astype(float), Z.astype(float), k)
    pr, dc = metrics.precision_recall_f1(X, Z, k=k), metrics.density_coverage(X, Z, k=k)
    assert pr.precision == pytest.approx(expected["precision"])
    assert pr.recall == pytest.approx(expected["recall"])
    assert pr.f1 == pytest.approx(scipy.stats.hmean([pr.precision, pr.recall]))
    assert dc.density == pytest.approx(expected["density"])
    assert dc.coverage == pytest.approx(expected["coverage"])


def test_balls_are_closed_unlike_prdc():
    X = np.repeat([[0.0], [3.0]], 4, axis=0)  # every ball has radius 0
    assert compute_prdc(X, X, 2)["precision"] == 0
    assert metrics.precision_recall_f1(X, X, k=2) == (1, 1, 1)
    assert metrics.density_coverage(X, X, k=2) == (2, 1)
    on_the_rim = metrics.precision_recall_f1([[0.0], [1.0]], [[2.0], [4.0]], k=1)
    assert on_the_rim == pytest.approx((0.5, 1, 2 / 3))


@pytest.mark.parametrize("k", [2, 3, 5])
@pytest.mark.parametrize("copied", [0, 4])
@pytest.mark.usefixtures("blocks")
def test_balls_of_duplicated_rows(k, copied):
    """Each real row three times: at k = 2 its ball is a point. Rows that are no copies agree with prdc."""
    X, Z = two_sets()
    X = np.repeat(X, 3, axis=0) + 1e4
    Z = np.concatenate([X[: 3 * copied : 3], Z + 1e4])
    between, within = cdist(X, Z), [np.sort(cdist(A, A), axis=1)[:, k] for A in (X, Z)]
    inside = between <= within[0][:, None]
    pr, dc = metrics.precision_recall_f1(X, Z, k=k), metrics.density_coverage(X, Z, k=k)
    assert pr.precision == inside.any(axis=0).mean()
    assert pr.recall == (between <= within[1][None]).any(axis=1).mean()
    assert dc == (inside.sum() / k / len(Z), inside.any(axis=1).mean())
    if k == 2:
        assert pr.precision == copied / len(Z)
    if not copied:
        assert (*pr[:2], *dc) == pytest.approx(tuple(compute_prdc(X, Z, k).values()))


@pytest.mark.parametrize("offset", [0, 1e6])
@pytest.mark.usefixtures("blocks")
def test_duplicates_are_at_distance_zero_and_near_rows_are_exact(offset):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(40, 30)) * 100 + offset
    Z = X.copy()
    Z[20:] += 1e-3
    neighbours = _neighbours.Neighbours(X, Z)
    nearest = neighbours.nearest
    assert (nearest.real_distance[:20] == 0).all()
    assert (nearest.synthetic_index == np.arange(40)).all()
    expected = np.linalg.norm(X[20:] - Z[20:], axis=1)
    np.testing.assert_allclose(nearest.real_distance[20:], expected, rtol=1e-6)
    within = np.sort(cdist(X, X), axis=1)[:, 3]
    np.testing.assert_allclose(neighbours.radii("real", 3), within, rtol=1e-9)


def test_neighbours_keep_what_they_know(monkeypatch):
    X, Z = two_sets()
    neighbours = _neighbours.Neighbours(X, Z)
    fifth, first = neighbours.radii("real", 5), neighbours.radii("real", 1)
    monkeypatch.setattr(_neighbours, "distance_blocks", None)
    np.testing.assert_array_equal(neighbours.radii("real", 5), fifth)
    assert (first < fifth).all()


def test_two_tight_clusters_far_apart():
    rng = np.random.default_rng(1)
    X = rng.normal(size=(40, 5)) * 1e-4 + np.repeat([[0.0], [1e5]], 20, axis=0)
    Z = rng.normal(size=(30, 5)) * 1e-4 + np.repeat([[0.0], [1e5]], 15, axis=0)
    between = cdist(X, Z)
    radii, new_radii = np.sort(cdist(X, X), axis=1)[:, 3], np.sort(cdist(Z, Z), axis=1)[:, 3]
    result = metrics.precision_recall_f1(X, Z, k=3)
    assert result.precision == (between <= radii[:, None]).any(axis=0).mean()
    assert result.recall == (between <= new_radii).any(axis=1).mean()
    assert result.precision < 1


# adversarial accuracy, copies


def test_adversarial_accuracy_by_brute_force():
    X, Z = two_sets(n=50, m=50)
    TT, SS, TS = pairwise_distances(X), pairwise_distances(Z), pairwise_distances(X, Z)
    np.fill_diagonal(TT, np.inf)
    np.fill_diagonal(SS, np.inf)
    halves = (TS.min(axis=1) > TT.min(axis=1)).mean(), (TS.min(axis=0) > SS.min(axis=0)).mean()
    result = metrics.adversarial_accuracy(X, Z)
    assert result == pytest.approx((np.mean(halves), *halves))
    assert metrics.adversarial_accuracy(X, X).accuracy == 0
    assert metrics.adversarial_accuracy(X, Z + 1000).accuracy == 1


def test_adversarial_accuracy_draws_rows_with_the_given_seed():
    X, Z = two_sets(n=80, m=50)
    first = metrics.adversarial_accuracy(X, Z, random_state=1)
    assert first == metrics.adversarial_accuracy(X, Z, random_state=1)
    others = {metrics.adversarial_accuracy(X, Z, random_state=seed) for seed in range(5)}
    assert len(others) > 1


def test_copies_of_training_rows_are_found():
    rng = np.random.default_rng(0)
    train, test, fresh = rng.normal(size=(3, 100, 5))
    copies = train[rng.integers(100, size=100)]
    assert metrics.authenticity(train, copies) == 0
    assert 0.4 < metrics.authenticity(train, fresh) < 0.9
    assert metrics.distance_to_closest_record(train, copies)[:2] == (0, 0)
    assert metrics.distance_to_closest_record(train, copies).share_closer == 1
    assert metrics.distance_to_closest_record(train, fresh).ratio == pytest.approx(1, abs=0.2)
    assert metrics.distance_to_closest_record(train, fresh).share_closer < 0.3
    assert metrics.memorisation(train, test, copies).train == 1
    assert metrics.memorisation(train, test, copies).gap > 0.5
    assert abs(metrics.memorisation(train, test, fresh).gap) < 0.2
    assert metrics.privacy_loss(train, test, copies).privacy_loss > 0.2
    assert abs(metrics.privacy_loss(train, test, fresh).privacy_loss) < 0.15


def test_closest_record_of_duplicated_real_rows():
    X = np.repeat([[0.0], [5.0]], 3, axis=0)
    assert metrics.distance_to_closest_record(X, X).ratio == 1
    assert metrics.distance_to_closest_record(X, X + 1).ratio == np.inf


# one gene at a time, and random directions


@pytest.mark.parametrize("m", [45, 60])
def test_gene_distances_agree_with_scipy(m, monkeypatch):
    X, Z = (np.round(A, 1) for A in two_sets(m=m))  # rounded: ties
    monkeypatch.setattr("sklearn_txaug.metrics._marginal.CHUNK", 500)
    w1 = [scipy.stats.wasserstein_distance(x, z) for x, z in zip(X.T, Z.T, strict=True)]
    ks = [scipy.stats.ks_2samp(x, z).statistic for x, z in zip(X.T, Z.T, strict=True)]
    for result, expected in [
        (metrics.wasserstein_distance_genes(X, Z), w1),
        (metrics.ks_distance_genes(X, Z), ks),
    ]:
        np.testing.assert_allclose(result.per_gene, expected, atol=1e-12)
        assert result[:3] == pytest.approx((np.mean(expected), np.median(expected), np.max(expected)))


@pytest.mark.parametrize("p", [1, 2])
@pytest.mark.parametrize("m", [45, 60])
def test_sliced_wasserstein_agrees_with_pot(p, m):
    X, Z = two_sets(m=m)
    directions = np.random.default_rng(3).normal(size=(12, 20))
    directions /= np.linalg.norm(directions, axis=0)
    expected = ot.sliced_wasserstein_distance(X, Z, projections=directions, p=p)
    assert metrics.sliced_wasserstein(X, Z, p=p, n_projections=20, random_state=3) == pytest.approx(expected)


# joint distributions


@pytest.mark.parametrize(("n", "d"), [(60, 12), (8, 12)], ids=["tall", "wide"])
def test_frechet_distance_agrees_with_the_matrix_root(n, d):
    X, Z = two_sets(n=n, m=45, d=d)
    S, T = np.cov(X.T), np.cov(Z.T)
    # the eigenvalues of a product of two covariances are real; a singular one defeats scipy's sqrtm
    root = np.sqrt(np.maximum(scipy.linalg.eigvals(S @ T).real, 0)).sum()
    expected = ((X.mean(0) - Z.mean(0)) ** 2).sum() + np.trace(S) + np.trace(T) - 2 * root
    assert metrics.frechet_distance(X, Z, embedding=None) == pytest.approx(expected, rel=1e-5)
    if n > d:
        exact = np.trace(S + T - 2 * scipy.linalg.sqrtm(S @ T).real) + ((X.mean(0) - Z.mean(0)) ** 2).sum()
        assert metrics.frechet_distance(X, Z, embedding=None) == pytest.approx(exact)


def test_frechet_distance_in_an_embedding_of_the_user():
    X, Z = two_sets()
    pca = PCA(4, svd_solver="full").fit(X)
    expected = metrics.frechet_distance(pca.transform(X), pca.transform(Z), embedding=None)
    assert metrics.frechet_distance(X, Z, embedding=pca) == pytest.approx(expected)
    assert metrics.frechet_distance(X, Z, embedding=pca.transform) == pytest.approx(expected)
    assert metrics.frechet_distance(X, Z, n_components=4) == pytest.approx(expected)
    with pytest.raises(TypeError, match="embedding must be"):
        metrics.frechet_distance(X, Z, embedding="tsne")


@pytest.mark.parametrize(("gamma", "width"), [(0.01, 0.01), ("scale", None), ("median", None)])
@pytest.mark.usefixtures("blocks")
def test_mmd_agrees_with_the_kernel_matrices(gamma, width):
    X, Z = two_sets()
    if gamma == "scale":
        width = 1 / (12 * X.var())
    if gamma == "median":
        pooled = pairwise_distances(np.concatenate([X, Z]))
        width = 1 / (2 * np.median(pooled[np.triu_indices(len(pooled), 1)]) ** 2)
    XX, ZZ, XZ = rbf_kernel(X, gamma=width), rbf_kernel(Z, gamma=width), rbf_kernel(X, Z, gamma=width)
    assert metrics.mmd(X, Z, gamma=gamma) == pytest.approx(XX.mean() + ZZ.mean() - 2 * XZ.mean())
    off = [K[~np.eye(len(K), dtype=bool)].mean() for K in (XX, ZZ)]
    assert metrics.mmd(X, Z, gamma=gamma, unbiased=True) == pytest.approx(sum(off) - 2 * XZ.mean())


def test_energy_distance_agrees_with_scipy_and_brute_force():
    X, Z = two_sets()
    expected = scipy.stats.energy_distance(X[:, 0], Z[:, 0])
    assert metrics.energy_distance(X[:, :1], Z[:, :1]) == pytest.approx(expected)
    XX, ZZ, XZ = pairwise_distances(X), pairwise_distances(Z), pairwise_distances(X, Z)
    expected = np.sqrt(2 * XZ.mean() - XX.mean() - ZZ.mean())
    assert metrics.energy_distance(X, Z) == pytest.approx(expected)


# classifiers


def labelled_sets(n=90, m=60, classes=("colon", "liver", "lung")):
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(len(classes), 8))
    y, z = np.arange(n) % len(classes), np.arange(m) % len(classes)
    X, Z = centres[y] + rng.normal(size=(n, 8)) * 0.8, centres[z] + rng.normal(size=(m, 8)) * 0.8
    return X, Z, np.array(classes)[y], np.array(classes)[z]


def test_reverse_validation_and_label_preservation_by_hand():
    X, Z, y, z = labelled_sets()
    classifier = LogisticRegression()
    predicted = classifier.fit(Z, z).predict(X)
    assert metrics.reverse_validation(X, Z, y, z, estimator=classifier) == pytest.approx(
        (
            np.mean(predicted == y),
            balanced_accuracy_score(y, predicted),
            f1_score(y, predicted, average="macro"),
        )
    )
    predicted = classifier.fit(X, y).predict(Z)
    assert metrics.label_preservation(X, Z, y, z, estimator=classifier) == pytest.approx(
        (
            np.mean(predicted == z),
            balanced_accuracy_score(z, predicted),
            f1_score(z, predicted, average="macro"),
        )
    )
    forest = RandomForestClassifier(10, random_state=0)
    assert metrics.reverse_validation(X, Z, y, z, estimator=forest).accuracy > 0.7
    assert not hasattr(forest, "classes_")  # a clone was fitted


def test_per_class_accuracy_averages_to_the_balanced_accuracies():
    X, Z, y, z = labelled_sets()
    table = metrics.per_class_accuracy(X, Z, y, z)
    assert table.index.tolist() == ["colon", "liver", "lung"]
    assert table["n_real"].tolist() == [30] * 3
    assert table["n_synthetic"].tolist() == [20] * 3
    expected = metrics.reverse_validation(X, Z, y, z).balanced_accuracy
    assert table["reverse_validation"].mean() == pytest.approx(expected)
    expected = metrics.label_preservation(X, Z, y, z).balanced_accuracy
    assert table["label_preservation"].mean() == pytest.approx(expected)


def test_the_detector_tells_shifted_rows_and_no_copies():
    X, Z = two_sets(n=80, m=120, shift=0)
    assert metrics.discriminative_score(X, Z).accuracy == pytest.approx(0.5, abs=0.12)
    assert metrics.discriminative_score(X, Z + 30) == pytest.approx((1, 1))
    copies = metrics.discriminative_score(X, X)
    assert copies.accuracy == pytest.approx(0.5, abs=0.02)
    assert copies.auc == pytest.approx(0.5, abs=0.02)
    forest = RandomForestClassifier(10, random_state=0)
    assert metrics.discriminative_score(X, Z + 30, estimator=forest) == (1, 1)
    assert metrics.discriminative_score(np.ones((6, 2)), np.ones((6, 2))) == (0.5, 0.5)
    assert metrics.discriminative_score(np.ones((6, 2)), np.zeros((6, 2))).accuracy == 1


# biology


def test_differential_expression_by_hand():
    X, Z, y, z = labelled_sets()
    result = metrics.differential_expression_agreement(X, Z, y, z, n_top=3)
    inside, new_inside = y == "liver", z == "liver"
    lfc = X[inside].mean(0) - X[~inside].mean(0)
    new_lfc = Z[new_inside].mean(0) - Z[~new_inside].mean(0)
    line = scipy.stats.linregress(lfc, new_lfc)
    assert (result.correlations[1], result.slopes[1]) == pytest.approx((line.rvalue, line.slope))
    s = lfc / scipy.stats.ttest_ind(X[inside], X[~inside]).statistic
    t = lfc / (s + np.median(s))
    top = set(np.argsort(-abs(t))[:3])
    s = new_lfc / scipy.stats.ttest_ind(Z[new_inside], Z[~new_inside]).statistic
    new_t = new_lfc / (s + np.median(s))
    assert result.top_overlaps[1] == len(top & set(np.argsort(-abs(new_t))[:3])) / 3
    assert result.correlation == pytest.approx(result.correlations.mean())
    assert result.classes.tolist() == ["colon", "liver", "lung"]


def test_attenuated_effects_have_a_small_slope():
    X, _, y, _ = labelled_sets()
    half = metrics.differential_expression_agreement(X, X / 2, y, y)
    assert half[:3] == pytest.approx((1, 0.5, 1))


def test_modules_are_found_and_lost():
    rng = np.random.default_rng(0)
    X = np.repeat(rng.normal(size=(300, 4)), 6, axis=1) + rng.normal(size=(300, 24)) * 0.5
    fresh = np.repeat(rng.normal(size=(300, 4)), 6, axis=1) + rng.normal(size=(300, 24)) * 0.5
    same = metrics.module_preservation(X, fresh, n_modules=4)
    assert sorted(np.bincount(same.modules)[1:]) == [6, 6, 6, 6]
    assert same.adjusted_rand == 1
    assert same.density_ratio == pytest.approx(1, abs=0.05)
    assert same.cophenetic > 0.95
    noise = metrics.module_preservation(X, rng.normal(size=(300, 24)), n_modules=4)
    assert noise.density_ratio == pytest.approx(0, abs=0.1)
    assert noise.adjusted_rand < 0.3
    assert noise.connectivity < 0.7


def test_module_genes_are_the_most_variable():
    X, Z = two_sets()
    result = metrics.module_preservation(X, Z, max_genes=5)
    assert result.genes.tolist() == sorted(np.argsort(-X.var(axis=0))[:5])


@pytest.mark.parametrize(("n", "d"), [(60, 12), (8, 12)], ids=["tall", "wide"])
def test_pca_variance_agrees_with_pca(n, d):
    X, Z = two_sets(n=n, m=n, d=d)
    result = metrics.pca_variance(X, Z)
    rank = min(n - 1, d)
    for cumulative, A in ((result.real, X), (result.synthetic, Z)):
        shares = PCA().fit(A).explained_variance_ratio_[:rank]
        np.testing.assert_allclose(cumulative, np.cumsum(shares), atol=1e-9)
    shares = PCA().fit(X).explained_variance_ratio_[:rank]
    assert result.effective_rank_real == pytest.approx(np.exp(scipy.stats.entropy(shares)))
    pca = PCA(rank).fit(X)
    expected = pca.transform(Z).var(axis=0, ddof=1) / pca.explained_variance_
    np.testing.assert_allclose(result.projected, expected, rtol=1e-6)


# blind spots


def test_coverage_report_agrees_with_the_shares_and_names_the_lost_class():
    X, Z, y, z = labelled_sets()
    kept = z != "liver"
    report = metrics.coverage_report(X, Z[kept], y, z[kept], k=5)
    assert report.covered == metrics.density_coverage(X, Z[kept], k=5).coverage
    assert report.recalled == metrics.precision_recall_f1(X, Z[kept], k=5).recall
    shares = report.groups.query("grouping == 'class'").set_index("group")
    assert shares.loc["liver", "covered_by_class"] == 0
    assert shares.loc["liver", "covered"] < shares.loc["lung", "covered"]
    assert report.groups.query("grouping == 'outlyingness'")["n_real"].sum() == len(X)
    samples = report.samples
    assert (samples["covered_by_class"] <= samples["covered"]).all()
    assert ((samples["n_in_ball"] > 0) == samples["covered"]).all()
    assert ((samples["nearest"] <= samples["radius"]) == samples["covered"]).all()


def test_coverage_report_keeps_the_index_and_needs_no_labels():
    pandas = pytest.importorskip("pandas")
    X, Z, *_ = labelled_sets()
    frame = pandas.DataFrame(X, index=[f"TCGA-{i}" for i in range(len(X))])
    report = metrics.coverage_report(frame, Z)
    assert report.samples.index.tolist() == frame.index.tolist()
    assert set(report.groups["grouping"]) == {"all", "outlyingness"}
    with pytest.raises(ValueError, match="both y_real and y_synthetic"):
        metrics.coverage_report(X, Z, np.zeros(len(X)))


def test_coverage_report_splits_classes_by_rarity():
    X, Z, *_ = labelled_sets(n=60)
    y = np.repeat(["a", "b", "c"], [8, 20, 32])
    table = metrics.coverage_report(X, Z, y, y).groups.query("grouping == 'rarity'")
    assert table[["group", "n_real"]].values.tolist() == [["1 rare", 8], ["2 medium", 20], ["3 common", 32]]
