"""Differential privacy: the accounting, the sensitivity of what is released, and what a sampler tells beside it."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from sklearn_txaug.datasets import load_tissue_expression
from sklearn_txaug.over_sampling import (
    PrivateCopulaSampler,
    PrivateGaussianSampler,
    _private_classes,
    _private_marginals,
)
from sklearn_txaug.over_sampling._private_marginals import bounded_waves
from sklearn_txaug.over_sampling._private_sums import bounded_moments, bounded_sums, noisy
from sklearn_txaug.persistence import load_sampler, training_rows_in
from sklearn_txaug.priors import ExpressionPrior
from sklearn_txaug.utils.privacy import delta_of, signal_of

each_kind = pytest.mark.parametrize("kind", [PrivateGaussianSampler, PrivateCopulaSampler])


@pytest.fixture(scope="module")
def tissues():
    """Return a prior, and rows and labels of other tissues."""
    X, y = load_tissue_expression(return_X_y=True, as_frame=True)
    X = X.iloc[:, :60]
    public = y.isin(["liver", "hippocampus", "placenta"])
    return ExpressionPrior(rank=16).fit(X[public], y[public]), X[~public], y[~public]


def test_published_values_of_the_gaussian_mechanism():
    # Gaussian differential privacy of 1 is (1, .1269)-privacy (Dong, Roth and Su 2022, corollary 1).
    assert delta_of(1.0, 1.0) == pytest.approx(0.12693674)
    # The noise of the classical bound, sqrt(2 log(1.25 / delta)) / epsilon, is more than is needed.
    assert 1 / signal_of(0.5, 1e-5) < np.sqrt(2 * np.log(1.25e5)) / 0.5


@pytest.mark.parametrize("epsilon", [0.01, 0.5, 4.0, 100.0, 1e6])
@pytest.mark.parametrize("delta", [1e-12, 1e-5, 0.1])
def test_signal_is_the_inverse_of_delta(epsilon, delta):
    assert delta_of(signal_of(epsilon, delta), epsilon) == pytest.approx(delta, rel=1e-6)


def test_no_patient_moves_a_sum_by_more_than_the_bound():
    rng = np.random.default_rng(0)
    rows, codes = rng.normal(size=(40, 5)), np.arange(40) % 3
    patients = rng.integers(8, size=40)
    patients[:3] = 7  # so that without a patient all classes remain

    def released(left):
        X, c, p = rows[left], codes[left], patients[left]
        return bounded_sums(X, c, p, 2.0), bounded_moments(X, p, 2.0), bounded_waves(X, p, 0.5, 2.0)

    everything = released(patients >= 0)
    for patient in range(7):
        for total, without in zip(everything, released(patients != patient), strict=True):
            assert np.linalg.norm(total - without) <= 2.0 + 1e-9


@each_kind
def test_all_noise_together_is_that_of_the_guarantee(tissues, kind, monkeypatch):
    prior, X, y = tissues
    signals = []

    def spy(sums, bound, mu, rng):
        signals.append(mu)
        drawn = noisy(np.zeros(100_000), bound, mu, np.random.default_rng(0))
        assert drawn.std() == pytest.approx(bound / mu, rel=0.01)
        return noisy(sums, bound, mu, rng)

    for module in (_private_classes, _private_marginals):
        monkeypatch.setattr(module, "noisy", spy)
    sampler = kind(prior=prior, epsilon=2).fit(X, y)
    assert len(signals) == {PrivateGaussianSampler: 2, PrivateCopulaSampler: 3}[kind]
    assert np.square(signals).sum() == pytest.approx(signal_of(2, 1e-5) ** 2)
    assert sampler.privacy_["rho"] == pytest.approx(np.square(signals).sum() / 2)


@pytest.mark.filterwarnings("ignore:X looks like:UserWarning")
@each_kind
def test_what_is_released_has_the_promised_noise(tissues, kind):
    """Sums of two data sets that differ in one patient are told apart as well as the accountant says, not better."""
    from scipy.stats import norm

    _, X, y = tissues
    extreme = X.to_numpy()[:, :12].copy()
    extreme[0] += 1e3  # one row, as far as may be
    sizes = []
    for some in (slice(None), slice(1, None)):
        fits = [
            kind(epsilon=8, noise_seed=seed, random_state=0).fit(extreme[some], y[some]) for seed in range(50)
        ]
        sizes.append(np.array([np.append(s.means_, s.counts_) for s in fits]))
    # The best linear test that is learned on half of the fits, on the other half.
    (inside, outside), half = sizes, 25
    direction = (inside[:half].mean(axis=0) - outside[:half].mean(axis=0)) / inside[:half].var(axis=0).clip(
        1e-12
    )
    scores = np.concatenate([inside[half:] @ direction, outside[half:] @ direction])
    found = roc_auc_score(np.repeat([1, 0], half), scores)
    assert found < norm.cdf(signal_of(8, 1e-5) / np.sqrt(2)) + 0.05


@each_kind
def test_exact_sizes_are_forgotten(tissues, tmp_path, kind):
    prior, X, y = tissues
    sampler = kind(prior=prior, epsilon=0.5).fit(X, y)
    sampler.save(tmp_path / "private", sharing=True, note="tissues")
    loaded = load_sampler(tmp_path / "private")
    exact = y.value_counts().reindex(sampler.classes_).to_numpy()
    assert not np.array_equal(loaded._labels.counts, exact)
    np.testing.assert_array_equal(loaded._labels.counts, np.maximum(1, np.rint(sampler.counts_)))
    assert loaded.sampling_strategy_ is None
    assert loaded.provenance_["privacy"] == sampler.privacy_
    assert loaded.provenance_["n_rows"] == loaded._labels.counts.sum()


@each_kind
def test_the_noise_is_new_each_time_whatever_the_random_state(tissues, kind):
    prior, X, y = tissues
    sampler = kind(prior=prior, random_state=0)
    one, other = sampler.fit(X, y).means_, sampler.fit(X, y).means_
    assert not np.isclose(one, other).any(axis=1).all()
    assert training_rows_in(sampler) == []
    np.testing.assert_array_equal(sampler.sample(5)[0], sampler.sample(5)[0])
    (listed,) = training_rows_in(sampler.set_params(noise_seed=0).fit(X, y))
    assert "noise_seed" in listed.what
    assert sampler.privacy_["noise"] == "reproducible"


def test_patients_are_the_units(tissues):
    prior, X, y = tissues
    sampler = PrivateGaussianSampler(prior=prior, noise_seed=0).fit(X, y, groups=np.zeros(len(X), dtype=int))
    assert sampler.privacy_["unit"] == "group"
    # One patient, whatever their number of rows
    assert sampler.counts_.sum() < 2 * len(sampler.classes_) * 30


def test_usefulness_grows_with_epsilon(tissues):
    prior, X, y = tissues

    def error(epsilon):
        sampler = PrivateGaussianSampler(prior=prior, epsilon=epsilon, noise_seed=0).fit(X, y)
        means = sampler.scaler_.inverse_transform(sampler.means_)
        return np.abs(means - X.groupby(y).mean().loc[sampler.classes_].to_numpy()).mean()

    weak, strong = error(1e5), error(1.0)
    assert weak < 0.25 < strong


def test_skewed_genes_and_their_dependence_are_recovered():
    rng = np.random.default_rng(0)
    scores = rng.normal(size=(600, 3))
    scores[:, 1] = 0.8 * scores[:, 0] + 0.6 * scores[:, 1]
    X, y = np.exp(0.5 * scores) + 1, np.arange(600) % 2
    shares = [0.05, 0.25, 0.5, 0.75, 0.95]

    def draw(kind, epsilon=1e6):
        sampler = kind(epsilon=epsilon, feature_range=(0, 6), noise_seed=0, random_state=0)
        return sampler.fit(X, y).sample(5000)[0]

    def error(drawn):
        return np.abs(np.quantile(drawn, shares, axis=0) - np.quantile(X, shares, axis=0)).max()

    assert error(draw(PrivateCopulaSampler, 4)) < error(draw(PrivateGaussianSampler, 4)) / 2
    drawn = draw(PrivateCopulaSampler)
    assert error(drawn) < 0.15 < 0.3 < error(draw(PrivateGaussianSampler))
    assert np.corrcoef(drawn.T)[0, 1:] == pytest.approx(np.corrcoef(X.T)[0, 1:], abs=0.1)


@pytest.mark.parametrize("n_rows", [2, 5])
def test_heavy_noise_and_classes_of_one_row_give_rows_in_the_public_range(n_rows):
    X, y = np.random.default_rng(0).normal(8, 30, size=(n_rows, 7)), np.arange(n_rows) == 0
    for epsilon in (1e-6, 1.0, 1e6):
        drawn, _ = PrivateCopulaSampler(epsilon=epsilon, feature_range=(1, 15)).fit(X, y).sample(40)
        assert np.isfinite(drawn).all()
        assert 1 <= drawn.min() <= drawn.max() <= 15


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"quantile_mapping": True}, "quantile_mapping=True gives rows values of training rows"),
        ({"feature_range": (5.0, 5.0)}, "feature_range must be a lower and a higher number"),
        ({"delta": 0.0}, "'delta' parameter"),
        ({"epsilon": 0.0}, "'epsilon' parameter"),
    ],
)
def test_parameters_that_break_the_promise_are_refused(tissues, parameters, message):
    _, X, y = tissues
    with pytest.raises(ValueError, match=message):
        PrivateGaussianSampler(**parameters).fit(X, y)


def test_patients_of_the_reference_and_genes_without_a_scale_are_refused(tissues):
    prior, X, y = tissues
    with pytest.raises(ValueError, match="prior does not know 1 of 61 genes"):
        PrivateGaussianSampler(prior=prior).fit(X.assign(unheard_of=1.0), y)
    mine = ExpressionPrior(rank=4).fit(X, y, groups=np.arange(len(X)))
    with pytest.raises(ValueError, match="are in the prior's reference too"):
        PrivateGaussianSampler(prior=mine).fit(X, y, groups=np.arange(len(X)))
