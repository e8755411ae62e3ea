"""Training loops, loader, callbacks, devices: what a user notices when they break."""

import pickle
import signal
import sys

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from imblearn.pipeline import make_pipeline
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB
from skorch.callbacks import Callback, EarlyStopping
from torch import nn
from torch.utils.data import TensorDataset

from sklearn_txaug._nn import aligned
from sklearn_txaug._nn.callbacks import EMA
from sklearn_txaug._nn.device import resolve_device
from sklearn_txaug._nn.layers import Player
from sklearn_txaug._nn.loader import ResidentLoader, WeightedLoader
from sklearn_txaug._nn.nets import GenerativeModule, LossNet
from sklearn_txaug._nn.random import Dropout, SeededInit, lend_rng, torch_generator
from sklearn_txaug.callbacks import KeepInterrupted
from sklearn_txaug.neural_network import MLPNetClassifier
from sklearn_txaug.over_sampling import DDPMSampler, TabDDPMSampler, VAESampler, WGANGPSampler

SMALL = {
    "generator_hidden_layer_sizes": (8,),
    "critic_hidden_layer_sizes": (8,),
    "latent_dim": 4,
    "n_critic": 2,
    "device": "cpu",
    "random_state": 0,
}


@pytest.fixture
def data():
    rng = np.random.default_rng(0)
    return rng.normal(size=(60, 5)), np.arange(60) % 2


class Quadratic(GenerativeModule):
    """Loss |w - x|^2: a net whose course is known."""

    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.zeros(1))
        self.seen = None

    def prepare(self, x, y):
        self.seen = x.mean()

    def forward(self, x, y):
        return (self.w - x).square().mean()


def fit_quadratic(**kwargs):
    rows = TensorDataset(torch.ones(20, 1), torch.zeros(20, dtype=torch.long))
    settings = {"max_epochs": 5, "lr": 0.1, "batch_size": 10, "optimizer": torch.optim.SGD} | kwargs
    return LossNet(Quadratic(), **settings).fit(rows)


def test_loss_net_minimises_and_records_once_an_epoch():
    net = fit_quadratic(max_epochs=200)
    assert net.module_.w.item() == pytest.approx(1, abs=1e-3)
    assert net.module_.seen == 1
    losses = net.history[:, "train_loss"]
    assert len(losses) == 200
    assert losses[-1] < 1e-6 < losses[0]


def test_ema_is_the_average_of_the_course():
    decay, w, average = 0.9, 0.0, 0.0
    for step in range(1, 11):  # five epochs of two batches; gradient 2 (w - 1)
        w -= 0.1 * 2 * (w - 1)
        d = min(decay, (step - 1) / (9 + step))
        average = d * average + (1 - d) * w
    net = fit_quadratic(callbacks=[EMA(decay)])
    assert net.module_.w.item() == pytest.approx(average, rel=1e-5)
    assert average < w


def test_sampling_uses_the_average_and_the_critic_keeps_its_last_weights(data):
    plain = WGANGPSampler(max_epochs=5, ema_decay=None, **SMALL).fit(*data)
    averaged = WGANGPSampler(max_epochs=5, ema_decay=0.9, **SMALL).fit(*data)
    assert not torch.equal(plain.module_.generator.output.weight, averaged.module_.generator.output.weight)
    assert torch.equal(plain.module_.critic.output.weight, averaged.module_.critic.output.weight)


class Interrupt(Callback):
    """Ctrl-C in the middle of an epoch."""

    def on_batch_end(self, net, **kwargs):
        if len(net.history) == 3:
            raise KeyboardInterrupt


@pytest.mark.parametrize("fit", ["fit", "fit_resample"])
def test_ctrl_c_leaves_fit(data, fit):
    sampler = WGANGPSampler(max_epochs=50, n_synthetic=10, callbacks=[Interrupt()], **SMALL)
    with pytest.raises(KeyboardInterrupt, match="interrupted in epoch 3 of 50"):
        getattr(sampler, fit)(*data)
    with pytest.raises(NotFittedError):
        sampler.sample(1)


class Signal(Callback):
    """Ctrl-C from outside while a callback computes, as a signal delivers it."""

    def on_epoch_end(self, net, **kwargs):
        if len(net.history) == 3:
            signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background ignores it
            signal.raise_signal(signal.SIGINT)


@pytest.mark.parametrize("estimator", [WGANGPSampler, MLPNetClassifier])
def test_a_signal_inside_a_callback_is_no_early_stop(data, estimator):
    small = SMALL if estimator is WGANGPSampler else {"device": "cpu"}
    with pytest.raises(KeyboardInterrupt):
        estimator(max_epochs=50, callbacks=[Signal()], **small).fit(*data)


def test_ctrl_c_ends_searches(data):
    pipeline = make_pipeline(WGANGPSampler(callbacks=[Interrupt()], **SMALL), GaussianNB())
    with pytest.raises(KeyboardInterrupt):
        GridSearchCV(pipeline, {"wgangpsampler__n_synthetic": [5, 10]}, cv=2).fit(*data)


def test_weights_of_an_interrupted_training_are_kept_if_asked_for(data):
    callbacks = [KeepInterrupted(), Interrupt()]
    sampler = WGANGPSampler(max_epochs=50, n_synthetic=10, callbacks=callbacks, **SMALL)
    with pytest.warns(UserWarning, match="interrupted in epoch 3 of 50"):
        X_res, _ = sampler.fit_resample(*data)
    assert X_res.shape == (70, 5)
    assert len(pickle.loads(pickle.dumps(sampler)).sample(4)[0]) == 4


@pytest.mark.filterwarnings("error")
def test_a_callback_that_stops_early_is_no_interruption(data):
    stop = EarlyStopping(monitor="train_loss", patience=1, threshold=1e9, sink=lambda text: None)
    sampler = WGANGPSampler(max_epochs=50, callbacks=[stop], **SMALL).fit(*data)
    assert len(sampler.history_) < 50


def test_progress_bar_on_a_terminal(data, capsys, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(sys.stderr, "isatty", lambda: True)
        WGANGPSampler(max_epochs=3, verbose=1, **SMALL).fit(*data)
    err = capsys.readouterr().err
    assert "WGANGPSampler" in err
    assert "3/3" in err
    WGANGPSampler(max_epochs=3, **SMALL).fit(*data)
    assert capsys.readouterr().err == ""
    WGANGPSampler(max_epochs=3, verbose=1, **SMALL).fit(*data)
    assert capsys.readouterr().err == "", "a log file has no bars"


def test_net_params_reach_the_net_and_another_optimizer_drops_our_settings(data):
    params = {"optimizer": torch.optim.RMSprop, "optimizer__alpha": 0.5}
    sampler = WGANGPSampler(max_epochs=1, net_params=params, **SMALL).fit(*data)
    assert len(sampler.history_) == 1
    with pytest.raises((TypeError, ValueError), match="nonsense"):
        WGANGPSampler(max_epochs=1, net_params={"nonsense": 1}, **SMALL).fit(*data)


def test_divergence_is_a_clear_error(data):
    sampler = WGANGPSampler(max_epochs=3, lr=1e30, ema_decay=None, **SMALL)
    with pytest.raises(FloatingPointError, match="WGANGPSampler: training diverged with lr=1e.30.*Lower lr"):
        sampler.set_params(n_synthetic=5).fit_resample(*data)


@pytest.mark.parametrize("n_rows", [1, 9, 10, 14, 15, 100])
def test_loader_gives_each_row_once_in_even_batches(n_rows):
    rows = TensorDataset(torch.arange(n_rows), torch.arange(n_rows))
    loader = ResidentLoader(rows, batch_size=10, rng=torch_generator(0))
    passes = [[batch[0] for batch in loader] for _ in range(2)]
    assert len(loader) == len(passes[0])
    for batches in passes:
        assert sorted(torch.cat(batches).tolist()) == list(range(n_rows))
        sizes = [len(batch) for batch in batches]
        assert max(sizes) - min(sizes) <= 1
    if n_rows > 9:
        assert torch.cat(passes[0]).tolist() != torch.cat(passes[1]).tolist()


@given(
    weights=st.lists(st.floats(0, 100), min_size=1, max_size=40).filter(lambda weights: sum(weights) > 1e-3),
    seed=st.integers(0, 2**32),
)
def test_loader_shows_rows_as_often_as_their_weights_say(weights, seed):
    weights = torch.tensor(weights)
    rows = TensorDataset(torch.arange(len(weights)), weights)
    loader = WeightedLoader(rows, batch_size=10, rng=torch_generator(seed))
    shown = torch.cat([batch for (batch,) in loader]).bincount(minlength=len(weights))
    expected = weights * len(weights) / weights.sum()
    assert shown.sum() == len(weights)
    assert torch.all((shown - expected).abs() < 1 + 1e-4)  # rounded up or down
    assert not shown[weights == 0].any()


def test_loader_rounds_without_favour():
    weights = torch.tensor([3.0, 1.0, 0.7, 0.3])
    loader = WeightedLoader(TensorDataset(torch.arange(4), weights), 10, rng=torch_generator(0))
    shown = torch.cat([batch for _ in range(4000) for (batch,) in loader]).bincount() / 4000
    torch.testing.assert_close(shown, weights * 4 / 5, atol=0.05, rtol=0)


def test_modules_are_initialised_from_their_own_stream():
    def build():
        with SeededInit(torch_generator(3)):
            return nn.ModuleList([nn.Linear(4, 4), nn.Embedding(5, 2), nn.LayerNorm(3), nn.Bilinear(2, 2, 2)])

    state = torch.get_rng_state()
    first = build().state_dict()
    torch.rand(1)
    second = build().state_dict()
    torch.set_rng_state(state)
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert first["0.weight"].std() > 0


def test_dropout_keeps_the_mean_and_rests_in_eval_mode():
    dropout = Dropout(0.4)
    lend_rng(dropout, torch_generator(0))
    x = torch.ones(100, 100)
    dropped = dropout(x)
    assert dropped.mean().item() == pytest.approx(1, abs=0.03)
    assert (dropped == 0).float().mean().item() == pytest.approx(0.4, abs=0.02)
    assert torch.equal(dropout.eval()(x), x)


def test_devices_that_are_not_there_are_named(data):
    assert resolve_device("cpu").type == "cpu"
    assert resolve_device("auto").type in {"cuda", "mps", "cpu"}
    with pytest.raises(ValueError, match="device='gpu' is not a torch device"):
        resolve_device("gpu")
    if not torch.cuda.is_available():
        with pytest.raises(ValueError, match="device='cuda' was requested.*device='auto'"):
            WGANGPSampler(**{**SMALL, "device": "cuda"}).fit(*data)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs CUDA")
def test_a_sampler_trained_on_cuda_lives_on_the_cpu(data):
    sampler = WGANGPSampler(max_epochs=2, **{**SMALL, "device": "cuda"}).fit(*data)
    assert {weight.device.type for weight in sampler.module_.parameters()} == {"cpu"}
    assert b"cuda" not in pickle.dumps(sampler.module_)
    on_cpu = pickle.loads(pickle.dumps(sampler)).set_params(device="cpu")
    assert np.isfinite(on_cpu.sample(10)[0]).all()


def test_zeros_that_fill_up_widths_change_nothing(monkeypatch):
    """What only a GPU does with many rows, done here with few."""
    x, condition = torch.randn(6, 5, requires_grad=True), torch.randn(6, 2)
    network = Player(5, 3, 4, (9, 16), norm="none", conditioning="paper")
    y = torch.tensor([0, 1, 2, 3, 3, 0])

    def gradients():
        condition = network.condition(y)
        first = network.first_linear(x, condition)
        penalty = network.input_gradient(first.detach(), condition).square().sum()
        loss = network.from_first_linear(first, condition).square().sum() + penalty
        return loss, *torch.autograd.grad(loss, [x, *network.parameters()])

    plain = gradients()
    monkeypatch.setattr(aligned, "_pays", lambda rows: True)
    assert aligned.side_by_side(x, condition).shape == (6, 8)
    for filled, expected in zip(gradients(), plain, strict=True):
        torch.testing.assert_close(filled, expected)


@pytest.mark.parametrize("kind", [DDPMSampler, TabDDPMSampler, VAESampler, WGANGPSampler])
def test_cohorts_of_1500_rows_train_longer_unless_epochs_are_given(kind):
    def epochs(n_rows, **settings):
        net = kind(device="cpu", **settings)._make_net(
            lambda: nn.Linear(1, 1), n_rows, np.random.default_rng(0)
        )
        return net.max_epochs

    assert epochs(1499) < epochs(1500)
    assert epochs(1499, max_epochs=3) == epochs(1500, max_epochs=3) == 3


class LengthWithHeldOutRows(Callback):
    """Holds out rows, records the length of the training and ends it."""

    validation_fraction = 0.2

    def on_train_begin(self, net, **kwargs):
        net.history.planned = net.max_epochs
        net.max_epochs = 1


def test_width_and_length_of_a_training_go_by_all_rows_held_out_or_not():
    X = np.random.default_rng(0).normal(size=(1500, 3))
    sampler = DDPMSampler(callbacks=[LengthWithHeldOutRows()], device="cpu", random_state=0)
    sampler.fit(X, np.arange(1500) % 2)
    assert sampler.module_.network.input.out_features == 256
    assert sampler.history_.planned == sampler._epochs_of(5000, 1200)
