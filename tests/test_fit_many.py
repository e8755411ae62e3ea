"""Fits that train together give what they give alone."""

import signal
import threading

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose
from sklearn.base import clone

from sklearn_txaug._nn import meeting, stacked
from sklearn_txaug._nn.loader import ResidentLoader
from sklearn_txaug.model_selection import fit_many
from sklearn_txaug.neural_network import MLPNetClassifier
from sklearn_txaug.over_sampling import (
    CTGANSampler,
    DDPMSampler,
    FlowMatchingSampler,
    GANSampler,
    GaussianSampler,
    LatentSampler,
    VAESampler,
    WGANGPSampler,
)

from .samplers import SMALL_DENOISER, SMALL_GAN

SHORT = {"max_epochs": 3, "device": "cpu"}
STACKED = [
    FlowMatchingSampler(**{**SMALL_DENOISER, **SHORT}),
    DDPMSampler(**{**SMALL_DENOISER, **SHORT}),
    VAESampler(hidden_layer_sizes=(16,), latent_dim=4, **SHORT),
    GANSampler(**SMALL_GAN, **SHORT),
    WGANGPSampler(**SMALL_GAN, critic_lr=5e-4, **SHORT),
    WGANGPSampler(generator_norm="batch", **SMALL_GAN, critic_lr=5e-4, **SHORT),
    MLPNetClassifier(hidden_layer_sizes=(16,), **SHORT),
    MLPNetClassifier(hidden_layer_sizes=(16,), class_weight={"a": 3}, **SHORT),
]


@pytest.fixture
def trained(monkeypatch):
    """For each time nets wait for each other, which of them trained as one."""
    answers = []

    def train(trainings):
        answers.append(stacked.train_alike(trainings))
        return answers[-1]

    monkeypatch.setattr(stacked, "Meeting", lambda _: meeting.Meeting(train))
    return answers


def _folds(*n_rows, seed=0):
    rng = np.random.default_rng(seed)
    return [
        (rng.normal(size=(n, 12)) + np.arange(n)[:, None] % 2, np.array(["a", "b"])[np.arange(n) % 2])
        for n in n_rows
    ]


def _check_alike(fitted, alone):
    assert_allclose(fitted.history_[:, "train_loss"], alone.history_[:, "train_loss"], rtol=1e-3)
    for name, tensor in alone.module_.state_dict().items():
        assert_allclose(fitted.module_.state_dict()[name], tensor, atol=1e-3, err_msg=name)


@pytest.mark.parametrize("estimator", STACKED, ids=lambda e: type(e).__name__)
def test_same_as_alone(estimator, trained):
    models = [clone(estimator).set_params(random_state=seed) for seed in range(3)]
    datasets = _folds(40, 40, 40)
    fitted = fit_many(models, datasets)
    assert trained == [[True] * 3]
    for model, fit, (X, y) in zip(models, fitted, datasets, strict=True):
        _check_alike(fit, model.fit(X, y))


def test_folds_of_equal_size_train_as_one(trained):
    model = VAESampler(hidden_layer_sizes=(16,), latent_dim=4, random_state=0, **SHORT)
    datasets = _folds(40, 41, 40, 41, 50)
    fitted = fit_many(model, datasets)
    assert trained == [[True, True, True, True, False]]
    for fit, (X, y) in zip(fitted, datasets, strict=True):
        _check_alike(fit, clone(model).fit(X, y))


def test_without_a_static_step_each_trains_alone(trained):
    model = CTGANSampler(random_state=0, **SMALL_GAN, **SHORT)
    datasets = _folds(40, 40)
    fitted = fit_many(model, datasets)
    assert trained == [[False, False]]
    for fit, (X, y) in zip(fitted, datasets, strict=True):
        np.testing.assert_array_equal(fit.sample(3)[0], clone(model).fit(X, y).sample(3)[0])


def test_modules_that_differ_in_an_array_train_alone(trained, monkeypatch):
    make, n_made = VAESampler._make_module, iter(range(9))

    def with_mask(self, *args, **kwargs):
        module = make(self, *args, **kwargs)
        module.mask = np.arange(2000) == 1000 + next(n_made)  # of the same repr
        return module

    monkeypatch.setattr(VAESampler, "_make_module", with_mask)
    fit_many(VAESampler(hidden_layer_sizes=(16,), latent_dim=4, random_state=0, **SHORT), _folds(40, 40))
    assert trained == [[False, False]]


def test_one_that_diverges_trains_again_alone(trained, monkeypatch):
    look, seeds = stacked.DivergenceGuard.on_epoch_end, {}

    def diverge(guard, net, **kwargs):
        if guard.n_retries == 0 and seeds.setdefault(net.seed, len(seeds)) == 1:
            raise FloatingPointError
        look(guard, net, **kwargs)

    monkeypatch.setattr(stacked.DivergenceGuard, "on_epoch_end", diverge)
    models = [FlowMatchingSampler(random_state=k, **{**SMALL_DENOISER, **SHORT}) for k in range(3)]
    datasets = _folds(40, 40, 40)
    fitted = fit_many(models, datasets)
    assert trained == [[True, False, True]]
    for model, fit, (X, y) in zip(models, fitted, datasets, strict=True):
        _check_alike(fit, model.fit(X, y))


def test_nets_inside_other_estimators_and_estimators_without(trained):
    inside = LatentSampler(sampler=FlowMatchingSampler(**{**SMALL_DENOISER, **SHORT}), random_state=0)
    fitted = fit_many([inside, GaussianSampler(), inside], _folds(40, 40, 40))
    assert [True, True] in trained
    assert [type(model) for model in fitted] == [LatentSampler, GaussianSampler, LatentSampler]


def test_error_of_one_fit_comes_through():
    (X, y), other = _folds(40, 40)
    with pytest.raises(ValueError, match="NaN"):
        fit_many(FlowMatchingSampler(**{**SMALL_DENOISER, **SHORT}), [other, (np.full_like(X, np.nan), y)])
    with pytest.raises(ValueError, match=r"datasets\[1\] must be \(X, y\)"):
        fit_many(GaussianSampler(), [other, X])
    with pytest.raises(ValueError, match="got 1 estimators for 2 data sets"):
        fit_many([GaussianSampler()], [other, other])


class _ByTwos(ResidentLoader):
    def __iter__(self):
        return (tuple(part[:2] for part in batch) for batch in super().__iter__())


class _Interrupting(GaussianSampler):
    """Is trained when somebody presses Ctrl-C."""

    def fit(self, X, y, *, groups=None):
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
        return super().fit(X, y)


def test_an_interrupt_ends_all_fits():
    models = [_Interrupting(), *(MLPNetClassifier(max_epochs=10**6, device="cpu") for _ in range(2))]
    with pytest.raises(KeyboardInterrupt):
        fit_many(models, _folds(40, 41, 42))


@pytest.mark.parametrize("change", [{"optimizer": torch.optim.Adafactor}, {"iterator_train": _ByTwos}])
def test_what_may_mix_nets_trains_alone(trained, change):
    model = MLPNetClassifier(hidden_layer_sizes=(6,), random_state=0, net_params=change, **SHORT)
    fitted = fit_many(model, _folds(40, 40))
    assert trained == [[False, False]]
    for fit, (X, y) in zip(fitted, _folds(40, 40), strict=True):
        np.testing.assert_array_equal(fit.predict_proba(X), clone(model).fit(X, y).predict_proba(X))


def test_params_that_are_no_dict():
    with pytest.raises(ValueError, match=r"datasets\[0\]: params must be a dict such as .*, got ndarray"):
        fit_many(GaussianSampler(), [(np.eye(4), [0, 0, 1, 1], np.arange(4))])


def test_groups_reach_fit():
    (X, y), other = _folds(40, 40)
    model = MLPNetClassifier(hidden_layer_sizes=(4,), early_stopping=True, **SHORT)
    assert fit_many(model, [(X, y, {"groups": np.arange(40) // 2}), other])[0].predict(X).shape == (40,)
