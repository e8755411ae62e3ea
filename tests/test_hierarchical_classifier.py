"""The model of a prior as a classifier: its densities against dense algebra, and what a prior is worth to it."""

import numpy as np
import pytest
from scipy.special import log_softmax
from scipy.stats import multivariate_normal
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.neighbors import KNeighborsClassifier
from sklearn.utils.estimator_checks import parametrize_with_checks

from sklearn_txaug.priors import ExpressionPrior, HierarchicalGaussianClassifier

from .test_priors import dense, simulate


@parametrize_with_checks([HierarchicalGaussianClassifier()])
def test_scikit_learn_checks(estimator, check):
    check(estimator)


@pytest.mark.parametrize("prior_rows", [0.0, 10.0, 1e9])
def test_probabilities_are_those_of_the_posterior_predictive_gaussians(prior_rows):
    X, y = simulate(20, 10)
    prior = ExpressionPrior(rank=5).fit(X, y)
    few, labels = simulate(4, 5, seed=1)
    kept = [0, 5, 6, 10, 11, 12, 15, 16, 17, 18]  # 1 to 4 rows of a class
    few, labels = few.iloc[kept], labels[kept]
    model = HierarchicalGaussianClassifier(prior, prior_rows=prior_rows).fit(few, labels)
    W, B = dense(model._model.within), dense(model._model.between)
    test, _ = simulate(4, 3, seed=2)
    expected = []
    for c, k in enumerate([1, 2, 3, 4]):
        predictive = W + B - B @ np.linalg.inv(B + W / k) @ B
        density = multivariate_normal.logpdf(test, model.means_[c], predictive)
        expected.append(np.log(k / 10) + density)
    np.testing.assert_allclose(
        model.predict_log_proba(test), log_softmax(model.trust_ * np.array(expected).T, axis=1), atol=1e-6
    )


def test_what_densities_are_trusted_with_follows_the_prior_and_then_the_rows_held_out():
    prior = ExpressionPrior(rank=5).fit(*simulate(30, 20))
    B = dense(prior.between_)
    directions = np.trace(B) ** 2 / np.trace(B @ B)
    X, y = simulate(5, 40, seed=9)
    X = X + 3 * np.random.default_rng(0).normal(size=X.shape)  # which the reference does not have
    losses, trusts = [], []
    for k in (1, 2, 20):
        few = X.groupby(y).head(k)
        rest = X.drop(few.index)
        model = HierarchicalGaussianClassifier(prior).fit(few, y[few.index])
        shares, truth = model.predict_log_proba(rest), np.searchsorted(model.classes_, y[rest.index])
        untempered = model._model.log_shares(rest.to_numpy())
        np.testing.assert_array_equal(shares.argmax(axis=1), untempered.argmax(axis=1))
        both = [-s[np.arange(len(truth)), truth].mean() for s in (shares, log_softmax(untempered, axis=1))]
        losses.append(both)
        trusts.append(model.trust_)
    assert trusts[0] == pytest.approx(directions / X.shape[1])
    assert len(set(trusts)) == 3
    assert all(tempered < plain for tempered, plain in losses)


def test_rows_of_one_patient_do_not_vouch_for_each_other():
    X = np.repeat(np.random.default_rng(0).normal(size=(40, 12)), 2, axis=0)
    patients = np.repeat(np.arange(40), 2)
    y = patients % 4  # of which X knows nothing
    model = HierarchicalGaussianClassifier(prior_rows=0.0)
    apart = model.fit(X, y, groups=patients).trust_
    assert apart < model.fit(X, y).trust_ / 2


def test_a_prior_is_worth_rows():
    prior = ExpressionPrior(rank=5).fit(*simulate(30, 20))
    X, y = simulate(10, 60, seed=9)
    one = X.groupby(y).head(1)
    rest = X.drop(one.index)
    nearest = KNeighborsClassifier(1).fit(one, y[one.index]).score(rest, y[rest.index])
    model = HierarchicalGaussianClassifier(prior).fit(one, y[one.index])
    assert model.score(rest, y[rest.index]) > nearest + 0.05


def test_many_rows_need_no_prior():
    X, y = simulate(5, 200, seed=3)
    test, truth = X[1::2], y[1::2]
    model = HierarchicalGaussianClassifier().fit(X[::2], y[::2])
    lda = LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto").fit(X[::2], y[::2])
    assert model.score(test, truth) > lda.score(test, truth) - 0.02


@pytest.mark.parametrize(
    ("rows", "options", "message"),
    [
        (slice(0, 1), {}, "one class only"),
        (slice(0, None, 5), {}, "prior is None and y has one row of each class"),
        (slice(None), {"prior": "nowhere.npz"}, "prior: there is no file 'nowhere.npz'"),
    ],
)
def test_bad_input(rows, options, message):
    X, y = simulate(4, 5)
    with pytest.raises(ValueError, match=message):
        HierarchicalGaussianClassifier(**options).fit(X[rows], y[rows])


def test_patients_of_the_reference_and_missing_names_are_refused():
    X, y = simulate(4, 5)
    prior = ExpressionPrior(rank=3).fit(X, y, groups=np.arange(20))
    with pytest.raises(ValueError, match="groups: 20 of them are in the prior's reference"):
        HierarchicalGaussianClassifier(prior).fit(X, y, groups=np.arange(20))
    with pytest.raises(ValueError, match="prior has gene names, but X has none"):
        HierarchicalGaussianClassifier(prior).fit(X.to_numpy(), y)


@pytest.mark.parametrize("value", [0.0, 0.1, 7.3])  # the last two have a deviation of 1e-17, by rounding
def test_genes_that_do_not_vary_are_no_obstacle(value):
    X, y = simulate(4, 5)
    X = X.assign(GENE0=value)
    model = HierarchicalGaussianClassifier().fit(X, y)
    assert np.isfinite(model.predict_proba(X.assign(GENE0=2.0))).all()
    test, truth = simulate(4, 20, seed=0)
    assert model.score(test.assign(GENE0=value), truth) > 0.9
    assert ExpressionPrior().fit(X, y).scales_[0] == 0
