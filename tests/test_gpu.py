"""What holds on a GPU: the recording of a training step changes nothing, and what is fitted stays on the CPU."""

import pickle

import numpy as np
import pytest
import torch
from sklearn.base import clone
from skorch.callbacks import Callback

from sklearn_txaug.datasets import make_expression
from sklearn_txaug.neural_network import MLPNetClassifier
from sklearn_txaug.over_sampling import FlowMatchingSampler, VAESampler
from sklearn_txaug.over_sampling.torch_base import TorchSampler

from .samplers import SAMPLERS

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")

X, y = make_expression(90, 24, 3, random_state=0)
NETS = [sampler for sampler in SAMPLERS if isinstance(sampler, TorchSampler)]


def on_gpu(estimator, **parameters):
    return clone(estimator).set_params(device="cuda", max_epochs=8, batch_size=20, **parameters)


def plain(estimator):
    """Return the estimator without a recording, and its products in 32-bit floats."""
    return estimator.set_params(net_params={"record": False})


@pytest.mark.parametrize("sampler", NETS, ids=lambda s: type(s).__name__)
def test_a_recorded_training_is_the_plain_one(sampler):
    recorded = on_gpu(sampler).fit(X, y)
    trained = plain(on_gpu(sampler)).fit(X, y)
    for name, weight in recorded.module_.state_dict().items():
        assert weight.device.type == "cpu"
        # Sums of the device have no fixed order
        torch.testing.assert_close(weight, trained.module_.state_dict()[name], rtol=2e-2, atol=2e-4)
    rows, labels = recorded.sample(50, random_state=1)
    assert np.isfinite(rows).all()
    again = pickle.loads(pickle.dumps(recorded)).sample(50, random_state=1)
    np.testing.assert_array_equal(rows, again[0])


@pytest.mark.parametrize("schedule", ["cosine", "linear", "onecycle"])
def test_a_recorded_training_follows_the_learning_rate(schedule):
    sampler = FlowMatchingSampler(n_components=6, lr_schedule=schedule, random_state=0)
    recorded, trained = on_gpu(sampler).fit(X, y), plain(on_gpu(sampler)).fit(X, y)
    np.testing.assert_allclose(
        recorded.history_[:, "train_loss"], trained.history_[:, "train_loss"], rtol=1e-4
    )


def test_weights_that_warm_up_are_followed():
    sampler = VAESampler(hidden_layer_sizes=(16,), latent_dim=4, random_state=0)
    recorded, trained = on_gpu(sampler).fit(X, y), plain(on_gpu(sampler)).fit(X, y)
    np.testing.assert_allclose(
        recorded.history_[:, "train_loss"], trained.history_[:, "train_loss"], rtol=1e-4
    )


@pytest.mark.parametrize("precision", ["float32", "tf32", "bfloat16"])
def test_precision_is_that_of_the_fit_alone(precision):
    before = torch.get_float32_matmul_precision()
    sampler = on_gpu(
        VAESampler(hidden_layer_sizes=(16,), random_state=0), net_params={"precision": precision}
    )
    X_res, _ = sampler.fit_resample(X, y)
    assert np.isfinite(X_res).all()
    assert torch.get_float32_matmul_precision() == before


def test_checkpointed_training_resumes_on_a_gpu(tmp_path):
    class Stop(Exception):
        pass

    class Interrupt(Callback):
        def on_epoch_begin(self, net, **kwargs):
            if len(net.history) == 5:
                raise Stop

    sampler = on_gpu(NETS[0], checkpoint=tmp_path)
    with pytest.raises(Stop):
        clone(sampler).set_params(callbacks=[Interrupt()]).fit(X, y)
    resumed = clone(sampler).fit(X, y)
    assert len(resumed.history_) == 8


def test_a_classifier_learns_on_a_gpu():
    classifier = MLPNetClassifier(device="cuda", random_state=0).fit(X, y)
    assert classifier.score(X, y) > 0.9
    assert all(weight.device.type == "cpu" for weight in classifier.module_.parameters())
