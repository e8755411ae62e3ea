"""Trainings that diverge are taken back and go on with a smaller step, or end in one clear error."""

import warnings

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from skorch.callbacks import Callback

from sklearn_txaug._nn.nets import LossNet
from sklearn_txaug.datasets import load_tissue_expression
from sklearn_txaug.neural_network import MLPNetClassifier
from sklearn_txaug.over_sampling import (
    DDPMSampler,
    FlowMatchingSampler,
    LandmarkSampler,
    LatentSampler,
    VAESampler,
    WGANGPSampler,
)

from .samplers import SAMPLERS, SMALL_DENOISER, SMALL_GAN

DEEP = [sampler for sampler in SAMPLERS if hasattr(sampler, "max_epochs")]
UNGUARDED = {"callbacks__divergence": None}

each_sampler = pytest.mark.parametrize("sampler", DEEP, ids=lambda s: type(s).__name__)


@pytest.fixture(scope="module")
def data():
    X, y = load_tissue_expression(return_X_y=True)
    return X[:, :30], y


def agreement(X, X_new):
    pairs = np.triu_indices(X.shape[1], 1)
    return np.corrcoef(np.corrcoef(X.T)[pairs], np.corrcoef(X_new.T)[pairs])[0, 1]


@each_sampler
def test_rows_are_those_without_the_guard_and_few_epochs_are_no_alarm(sampler, data):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        rows = clone(sampler).fit(*data).sample(20)[0]
    np.testing.assert_array_equal(
        rows, clone(sampler).set_params(net_params=UNGUARDED).fit(*data).sample(20)[0]
    )


@each_sampler
@pytest.mark.parametrize("lr", [1e2, 1e12])
def test_no_sampler_diverges_without_a_word(sampler, data, lr):
    sampler = clone(sampler).set_params(lr=lr, max_epochs=4, ema_decay=0.5, quantile_mapping=False)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            rows = sampler.fit(*data).sample(100)[0]
        except FloatingPointError as error:
            assert f"diverged with lr={lr:g}" in str(error)  # noqa: PT017 - either is right
            assert "Lower lr" in str(error)  # noqa: PT017
            return
    assert np.abs((rows - data[0].mean(axis=0)) / data[0].std(axis=0)).max() < 100
    told = [w for w in caught if issubclass(w.category, ConvergenceWarning)]
    assert told or agreement(data[0], rows) > 0.5
    assert all(w.filename == __file__ for w in told)


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3])
@each_sampler
def test_the_units_of_the_rows_are_no_alarm(sampler, data, scale):
    X, y = data
    sampler = clone(sampler).set_params(scaler="passthrough", max_epochs=1)
    with warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)
        sampler.fit(scale * (X + 50), y)


def test_a_training_goes_on_with_a_step_that_works(data):
    settings = {"random_state": 0, "device": "cpu", "max_epochs": 60, "n_critic": 2, **SMALL_GAN}
    with pytest.warns(ConvergenceWarning, match="diverged at lr=1 .*Set lr=0.01 or lower"):
        sampler = WGANGPSampler(lr=1.0, **settings).fit(*data)
    assert len(sampler.history_) == 60
    assert agreement(data[0], sampler.sample(y=data[1])[0]) > 0.7


def test_a_training_is_taken_back_to_its_last_good_weights(data):
    seen = []

    class Poison(Callback):
        """Spoil the weights in the twelfth epoch, once."""

        def on_epoch_begin(self, net, **kwargs):
            seen.append((len(net.history), net.optimizer_.param_groups[0]["lr"]))
            if len(net.history) == 12 and max(epoch for epoch, _ in seen[:-1]) < 12:
                for weight in net.module_.parameters():
                    weight.data.fill_(np.nan)

    sampler = VAESampler(
        hidden_layer_sizes=(16,),
        max_epochs=14,
        lr=1e-3,
        lr_schedule="constant",
        callbacks=[Poison()],
        device="cpu",
    )
    with pytest.warns(ConvergenceWarning, match="at lr=0.001 .* as with lr=0.0001"):
        sampler.fit(*data)
    epochs = [epoch for epoch, _ in seen]
    assert epochs[:12] == list(range(1, 13))
    assert 1 < epochs[12] <= 12  # not from the beginning
    assert epochs[12:] == list(range(epochs[12], 15))
    assert [rate for _, rate in seen[12:]] == pytest.approx([1e-4] * len(seen[12:]))
    assert len(sampler.history_) == 14
    assert np.isfinite(sampler.sample(20)[0]).all()


@pytest.mark.parametrize("schedule", ["cosine", "onecycle"])
def test_schedules_begin_lower(data, schedule):
    sampler = DDPMSampler(lr=1e6, lr_schedule=schedule, max_epochs=4, random_state=0, **SMALL_DENOISER)
    with pytest.raises(FloatingPointError, match=r"also with 100000, 10000, 1000\. Lower lr"):
        sampler.fit(*data)


@pytest.mark.parametrize("wrapper", [LatentSampler, LandmarkSampler])
def test_wrapped_samplers_name_the_one_that_diverged(data, wrapper):
    more = {"landmarks": range(10)} if wrapper is LandmarkSampler else {}
    inner = FlowMatchingSampler(lr=1e30, max_epochs=2, **SMALL_DENOISER)
    with pytest.raises(FloatingPointError, match="^FlowMatchingSampler: training diverged with lr=1e.30"):
        wrapper(inner, random_state=0, **more).fit(*data)


def test_retries_can_be_set(data):
    params = {"callbacks__divergence__n_retries": 0}
    sampler = WGANGPSampler(lr=1.0, max_epochs=2, net_params=params, random_state=0, **SMALL_GAN)
    with pytest.raises(FloatingPointError, match="diverged with lr=1 "):
        sampler.fit(*data)


def test_a_diverging_training_that_is_killed_resumes_to_the_same_rows(data, tmp_path, monkeypatch):
    pytest.importorskip("safetensors")
    sampler = WGANGPSampler(lr=1.0, max_epochs=6, random_state=0, device="cpu", **SMALL_GAN)
    run = LossNet.run_single_epoch

    def until(net, iterator, training, *args, **kwargs):
        if training and len(net.history) == 4:
            raise InterruptedError
        return run(net, iterator, training, *args, **kwargs)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        whole = clone(sampler).fit(*data).sample(20)[0]
        sampler.set_params(checkpoint=tmp_path)
        with monkeypatch.context() as patch:
            patch.setattr(LossNet, "run_single_epoch", until)
            with pytest.raises(InterruptedError):
                sampler.fit(*data)
        np.testing.assert_array_equal(sampler.fit(*data).sample(20)[0], whole)


def test_collapse_is_pointed_out(data):
    class Collapse(Callback):
        """Let the generator forget its noise."""

        def on_batch_end(self, net, **kwargs):
            for weight in net.module_.generator.parameters():
                weight.data.zero_()

    sampler = WGANGPSampler(max_epochs=15, ema_decay=None, callbacks=[Collapse()], device="cpu", **SMALL_GAN)
    with pytest.warns(ConvergenceWarning, match="collapsed: rows of a class have 0.0% of the spread"):
        sampler.fit(*data)


def test_networks_that_classify_are_taken_back_too(data):
    settings = {"hidden_layer_sizes": (8,), "max_epochs": 20, "random_state": 0, "device": "cpu"}
    with pytest.warns(ConvergenceWarning, match="MLPNetClassifier: training diverged at lr=300"):
        model = MLPNetClassifier(lr=300.0, dropout=0.0, **settings).fit(*data)
    assert model.score(*data) > 0.5
