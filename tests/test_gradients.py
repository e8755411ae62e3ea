"""Gradients of every loss, in 64-bit floats, are those of finite differences."""

import copy
from typing import ClassVar

import numpy as np
import pytest
import torch
from sklearn.base import clone
from skorch.callbacks import Callback
from torch.autograd import gradcheck
from torch.func import functional_call

from sklearn_txaug._nn.random import SeededInit, lend_rng, torch_generator
from sklearn_txaug.neural_network import MLPNetClassifier, MLPNetRegressor
from sklearn_txaug.over_sampling import (
    DDPMSampler,
    FlowMatchingSampler,
    GMDASampler,
    VAESampler,
    WGANGPSampler,
)
from sklearn_txaug.priors._context_flow import ContextFlow

from .samplers import SAMPLERS, SMALL_DENOISER, SMALL_GAN

DEEP = {type(sampler).__name__: sampler for sampler in SAMPLERS if hasattr(sampler, "max_epochs")}
SMOOTH = {"hidden_layer_sizes": (5,), "device": "cpu"}
MORE = {
    "counts": VAESampler(likelihood="negative_binomial", latent_dim=2, **SMOOTH),
    "published VAE": VAESampler(reduction="mean", latent_dim=2, **SMOOTH),
    "published GMDA": GMDASampler(objective="published", n_components=None, **SMOOTH),
    "published diffusion": DDPMSampler(network="paper", preconditioning="none", **SMALL_DENOISER),
    "published flow": FlowMatchingSampler(preconditioning="none", **SMALL_DENOISER),
    "published WGAN-GP": WGANGPSampler(conditioning="paper", **SMALL_GAN),
}


class Taken(Exception):
    pass


class Take(Callback):
    """Take the module and the first batch of a training, and end it."""

    taken: ClassVar[list] = []

    def on_batch_begin(self, net, batch=None, training=True, **kwargs):
        lend_rng(net.module_, None)
        self.taken[:] = [copy.deepcopy(net.module_), batch]
        raise Taken


def first_batch(sampler, X, y):
    with pytest.raises(Taken):
        clone(sampler).set_params(random_state=0, callbacks=[Take()]).fit(X, y)
    module, batch = Take.taken
    return module.double().train(), tuple(x.double() if x.is_floating_point() else x for x in batch)


def check(module, arguments, child=""):
    """Compare along random directions, from the same state and under the same noise at each evaluation."""
    weights = {name: w.detach() for name, w in module.named_parameters() if name.startswith(child)}

    def loss(*values):
        fresh = copy.deepcopy(module)
        lend_rng(fresh, torch_generator(1))
        return functional_call(fresh, dict(zip(weights, values, strict=True)), arguments)

    inputs = tuple(w.requires_grad_() for w in weights.values())
    assert gradcheck(loss, inputs, fast_mode=True, eps=1e-6, atol=1e-5, rtol=1e-3)


@pytest.mark.parametrize("name", {**DEEP, **MORE})
def test_losses_of_generators(name):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(16, 4)), np.arange(16) % 2
    if name == "counts":
        X = np.round(20 + 5 * X).clip(0)
    module, batch = first_batch({**DEEP, **MORE}[name], X, y)
    if hasattr(module, "critic"):
        for player in ("critic", "generator"):
            check(module, (*batch, player), f"{player}.")
    else:
        # In training mode its variance follows the rows
        check(module.eval() if hasattr(module, "likelihood") else module, batch)


@pytest.mark.parametrize("model", [MLPNetClassifier, MLPNetRegressor])
def test_losses_of_networks(model):
    X, y = np.random.default_rng(0).normal(size=(16, 4)), np.arange(16) % 2
    more = {"sample_weight": 1.0 + y} if model is MLPNetClassifier else {}
    with pytest.raises(Taken):
        model(hidden_layer_sizes=(5,), random_state=0, device="cpu", callbacks=[Take()]).fit(X, y, **more)
    module, batch = Take.taken
    check(module.double().train(), tuple(x.double() if x.is_floating_point() else x for x in batch))


def test_loss_of_the_flow_of_a_reference():
    with SeededInit(torch_generator(0)):
        module = ContextFlow([2.0, 1.0, 0.5], (5,), 0.1).double()
    rng = torch_generator(2)
    x = torch.randn(6, 3, dtype=torch.float64, generator=rng)
    contexts = torch.cat([x.flip(0), torch.full((6, 1), 3.0, dtype=torch.float64)], dim=1)
    check(module, (x, contexts))
