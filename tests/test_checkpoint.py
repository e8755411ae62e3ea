"""Trainings that were stopped at any epoch resume to the same rows, and never from the state of another."""

import importlib
import sys

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import make_classification

from sklearn_txaug._nn import checkpoint
from sklearn_txaug._nn.nets import LossNet
from sklearn_txaug.callbacks import IndicatorCheckpoint
from sklearn_txaug.neural_network import MLPNetClassifier
from sklearn_txaug.over_sampling import (
    AttGANSampler,
    DDPMSampler,
    FlowMatchingSampler,
    GaussianSampler,
    GMDASampler,
    LandmarkSampler,
    LatentSampler,
    VAESampler,
    WGANGPSampler,
)

from .samplers import SAMPLERS, SMALL_DENOISER, SMALL_GAN

pytest.importorskip("safetensors")

N_EPOCHS = 4

DEEP = [sampler for sampler in SAMPLERS if hasattr(sampler, "checkpoint")]
OTHERS = {
    "latent": LatentSampler(FlowMatchingSampler(max_epochs=N_EPOCHS, **SMALL_DENOISER), random_state=0),
    "landmark": LandmarkSampler(
        WGANGPSampler(max_epochs=N_EPOCHS, **SMALL_GAN), landmarks=[0, 1, 2], random_state=0
    ),
    "published probes": GMDASampler(
        objective="published", n_components=None, hidden_layer_sizes=(16,), random_state=0, device="cpu"
    ),
    "best weights": VAESampler(
        hidden_layer_sizes=(16,), callbacks=[IndicatorCheckpoint(every=1)], random_state=0, device="cpu"
    ),
    "one cycle": DDPMSampler(lr_schedule="onecycle", random_state=0, **SMALL_DENOISER),
    "learned attention": AttGANSampler(
        coexpression_threshold=0.01, pretrain_epochs=1, random_state=0, device="cpu", **SMALL_GAN
    ),
    "counts": VAESampler(
        likelihood="negative_binomial", hidden_layer_sizes=(16,), random_state=0, device="cpu"
    ),
}
ALL = {**{type(sampler).__name__: sampler for sampler in DEEP}, **OTHERS}


class Killed(BaseException):
    pass


@pytest.fixture(scope="module")
def data():
    X, y = make_classification(
        60, 8, n_informative=6, n_classes=3, weights=[0.6, 0.3, 0.1], n_clusters_per_class=1, random_state=0
    )
    return X, y


@pytest.fixture(autouse=True)
def every_epoch(monkeypatch):
    monkeypatch.setattr(checkpoint, "_SHARE", 1.0)


@pytest.fixture
def kill(monkeypatch):
    """Return a function that ends trainings in an epoch, and a list of the epochs that were trained."""
    epochs, run = [], LossNet.run_single_epoch

    def in_epoch(last):
        def until(net, iterator, training, *args, **kwargs):
            if training:
                epochs.append(len(net.history))
                if len(net.history) == last:
                    raise Killed
            return run(net, iterator, training, *args, **kwargs)

        monkeypatch.setattr(LossNet, "run_single_epoch", until)
        return epochs

    return in_epoch


def with_checkpoints(sampler, folder):
    sampler = clone(sampler)
    names = [name for name in sampler.get_params() if name.split("__")[-1] in ("checkpoint", "max_epochs")]
    return sampler.set_params(**{n: str(folder) if n.endswith("checkpoint") else N_EPOCHS for n in names})


@pytest.mark.parametrize("name", ALL)
def test_a_killed_fit_resumes_to_the_same_rows(name, data, tmp_path, kill):
    X, y = data
    if name == "counts":
        X = np.round(10 + 3 * X).clip(0)
    epochs = kill(None)
    whole = with_checkpoints(ALL[name], tmp_path / "whole").fit(X, y)
    epochs.clear()
    for last in (2, 3):  # killed twice
        kill(last)
        with pytest.raises(Killed):
            with_checkpoints(ALL[name], tmp_path / "killed").fit(X, y)
    kill(None)
    resumed = with_checkpoints(ALL[name], tmp_path / "killed").fit(X, y)
    assert epochs == [1, 2, 2, 3, 3, 4]  # none is trained again
    np.testing.assert_array_equal(resumed.sample(30)[0], whole.sample(30)[0])
    again = with_checkpoints(ALL[name], tmp_path / "killed").fit(X, y)
    assert len(epochs) == 6
    np.testing.assert_array_equal(again.sample(30)[0], whole.sample(30)[0])


def test_checkpoints_change_no_row(data, tmp_path):
    sampler = WGANGPSampler(max_epochs=2, random_state=0, **SMALL_GAN)
    plain = clone(sampler).fit(*data).sample(9)[0]
    np.testing.assert_array_equal(
        with_checkpoints(sampler, tmp_path).set_params(max_epochs=2).fit(*data).sample(9)[0], plain
    )


def test_another_training_begins_anew(data, tmp_path, kill):
    X, y = data
    epochs = kill(None)
    first = with_checkpoints(WGANGPSampler(random_state=0, **SMALL_GAN), tmp_path)
    others = {
        "seed": (clone(first).set_params(random_state=1), X, y),
        "lr": (clone(first).set_params(lr=1e-3), X, y),
        "momentum": (clone(first).set_params(net_params={"optimizer__betas": (0.5, 0.9)}), X, y),
        "epochs": (clone(first).set_params(max_epochs=5), X, y),
        "average": (clone(first).set_params(ema_decay=0.9), X, y),
        "width": (clone(first).set_params(latent_dim=5), X, y),
        "penalty": (clone(first).set_params(gradient_penalty=3.0), X, y),
        "rows": (clone(first), X + np.eye(*X.shape), y),
        "labels": (clone(first), X, y[::-1]),
    }
    first.fit(X, y)
    for name, (sampler, rows, labels) in others.items():
        epochs.clear()
        sampler.fit(rows, labels)
        assert epochs[0] == 1, name
    assert len(list(tmp_path.iterdir())) == 1 + len(others)
    epochs.clear()
    first.fit(X, y)
    assert not epochs


def test_damaged_and_foreign_files_are_refused(data, tmp_path):
    sampler = with_checkpoints(WGANGPSampler(random_state=0, **SMALL_GAN), tmp_path / "folder")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "notes.txt").write_text("mine")
    sampler.fit(*data)
    (path,) = (tmp_path / "folder").glob("*.checkpoint")
    content = path.read_bytes()
    path.write_bytes(content[:100] + bytes([content[100] ^ 1]) + content[101:])
    with pytest.raises(
        ValueError, match="is damaged or was changed.*; or delete .*, to train from the beginning"
    ):
        sampler.fit(*data)
    WGANGPSampler(max_epochs=1, random_state=0, **SMALL_GAN).fit(*data).save(path)
    with pytest.raises(ValueError, match="where a sklearn_txaug checkpoint is wanted"):
        sampler.fit(*data)
    assert (tmp_path / "folder" / "notes.txt").read_text() == "mine"
    with pytest.raises(ValueError, match="is a file, where a folder is wanted"):
        sampler.set_params(checkpoint=path).fit(*data)


OWN = """
from sklearn_txaug.over_sampling import VAESampler
from sklearn_txaug.over_sampling._vae import VAE

class OwnVAE(VAE):
    def forward(self, x, y):
        return super().forward(x, y) * FACTOR

class OwnSampler(VAESampler):
    def _make_module(self, *shape):
        module = super()._make_module(*shape)
        module.__class__ = OwnVAE
        return module
"""


def test_a_module_of_ones_own_whose_code_has_changed_trains_anew(data, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    losses = []
    for factor in ("1", "3", "3"):
        (tmp_path / "own_vae.py").write_text(OWN.replace("FACTOR", factor))
        monkeypatch.delitem(sys.modules, "own_vae", raising=False)
        importlib.invalidate_caches()
        kind = importlib.import_module("own_vae").OwnSampler
        sampler = kind(max_epochs=1, device="cpu", random_state=0, checkpoint=tmp_path / "states").fit(*data)
        losses.append(sampler.history_[-1, "train_loss"])
    assert losses[1] == losses[2] > 1.5 * losses[0]


def test_nets_inside_samplers_get_the_folder(tmp_path):
    sampler, shallow = LatentSampler(FlowMatchingSampler()), GaussianSampler()
    assert checkpoint.with_checkpoint(sampler, tmp_path).sampler.checkpoint == str(tmp_path)
    assert sampler.sampler.checkpoint is None
    assert checkpoint.with_checkpoint(shallow, tmp_path) is shallow
    assert checkpoint.with_checkpoint(sampler, None) is sampler
    assert checkpoint.with_checkpoint(None, tmp_path) is None


def test_random_state_must_be_an_integer(data, tmp_path):
    with pytest.raises(ValueError, match="needs an integer random_state, got None"):
        VAESampler(checkpoint=tmp_path).fit(*data)
    with pytest.raises(
        ValueError, match="'checkpoint' .* must be the path of a folder or None. Got '' instead"
    ):
        VAESampler(checkpoint="", random_state=0).fit(*data)


def test_early_stopping_of_a_classifier_resumes(data, tmp_path, kill):
    X, y = data
    settings = {
        "hidden_layer_sizes": (8,),
        "early_stopping": True,
        "patience": 2,
        "max_epochs": 30,
        "lr": 0.1,
    }
    whole = MLPNetClassifier(random_state=0, **settings).fit(X, y)
    resumed = MLPNetClassifier(random_state=0, checkpoint=tmp_path, **settings)
    kill(3)
    with pytest.raises(Killed):
        resumed.fit(X, y)
    kill(None)
    resumed.fit(X, y)
    assert len(resumed.history_) == len(whole.history_) < 30
    np.testing.assert_array_equal(resumed.predict_proba(X), whole.predict_proba(X))
