"""Diffusion and flow: schedules and steps against diffusers, what an untrained network generates, guidance."""

import numpy as np
import pytest
import torch
from torch import Tensor

from sklearn_txaug.over_sampling import DDIMSampler, DDPMSampler, FlowMatchingSampler, TabDDPMSampler
from sklearn_txaug.over_sampling._schedules import SCHEDULES, alpha_bars, sampling_steps
from sklearn_txaug.over_sampling.spaces import PrincipalComponents, ResidualNoise

UNTRAINED = {
    "hidden_layer_sizes": (8,),
    "max_epochs": 1,
    "lr": 1e-12,
    "device": "cpu",
    "random_state": 0,
    "ema_decay": None,
    "quantile_mapping": False,
}


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    y = np.arange(400) % 2
    return rng.normal(size=(400, 4)) * [0.5, 1, 2, 3] + 4 * y[:, None], y


@pytest.mark.parametrize(
    ("schedule", "name"),
    [("linear", "linear"), ("quadratic", "scaled_linear"), ("cosine", "squaredcos_cap_v2")],
)
def test_schedules_are_those_of_diffusers(schedule, name):
    diffusers = pytest.importorskip("diffusers")
    expected = diffusers.DDPMScheduler(1000, 1e-4, 0.02, name).betas
    np.testing.assert_allclose(SCHEDULES[schedule](1000), expected, rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("spacing", ["trailing", "linspace"])
@pytest.mark.parametrize("n_diffusion_steps", [37, 1000])
def test_steps_visited_are_those_of_diffusers(n_diffusion_steps, spacing):
    diffusers = pytest.importorskip("diffusers")
    scheduler = diffusers.DDIMScheduler(n_diffusion_steps, timestep_spacing=spacing)
    for n_steps in range(1, n_diffusion_steps + 1):
        steps = sampling_steps(n_diffusion_steps, n_steps, spacing)
        assert len(steps) == n_steps
        assert steps[0] == n_diffusion_steps - 1  # the noisiest
        assert (np.diff(steps) < 0).all()
        # The last stride ends at the row itself: it is no longer than the others, or begins at the first step.
        assert (
            steps[-1] < -(-n_diffusion_steps // n_steps)
            if spacing == "trailing" or n_steps == 1
            else steps[-1] == 0
        )
        if (spacing, n_steps) == ("linspace", 1):
            continue  # diffusers takes pure noise for a row at the first step here
        scheduler.set_timesteps(n_steps)
        # The rounding of a stride brings about one step more there, number -1, for some n_steps.
        assert steps == scheduler.timesteps.tolist()[:n_steps]


@pytest.mark.parametrize("eta", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("n_steps", [50, 1000])
def test_sampling_is_that_of_diffusers(eta, n_steps):
    diffusers = pytest.importorskip("diffusers")
    module = _module(n_steps, eta, schedule="quadratic")
    scheduler = diffusers.DDIMScheduler(
        1000, 1e-4, 0.02, "scaled_linear", clip_sample=False, timestep_spacing="trailing"
    )
    scheduler.set_timesteps(n_steps)
    rng = torch.Generator().manual_seed(0)
    x = torch.randn(5, 3, generator=rng)
    for t in scheduler.timesteps:
        noise = torch.randn(5, 3, generator=rng) if eta and t >= 1000 / n_steps else torch.zeros(5, 3)
        x = scheduler.step(
            _some_noise(x, t, None), t, x, eta=eta, variance_noise=noise if eta else None
        ).prev_sample
    torch.testing.assert_close(_drawn(module), x, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("spacing", ["trailing", "linspace"])
def test_ddpm_is_that_of_diffusers_for_any_number_of_steps(spacing):
    diffusers = pytest.importorskip("diffusers")
    settings = {"beta_schedule": "linear", "clip_sample": False, "timestep_spacing": spacing}
    scheduler = diffusers.DDPMScheduler(60, **settings)
    for n_steps in range(2, 61):
        scheduler.set_timesteps(n_steps)
        rng = torch.Generator().manual_seed(0)
        x = torch.randn(5, 3, generator=rng)
        for t in scheduler.timesteps[:n_steps]:
            x = scheduler.step(_some_noise(x, t, None), t, x, generator=rng).prev_sample
        module = _module(n_steps, 1.0, n_diffusion_steps=60, schedule="linear", step_spacing=spacing)
        torch.testing.assert_close(_drawn(module), x, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("spacing", ["trailing", "linspace"])
def test_ddim_is_that_of_diffusers_for_any_number_of_steps(spacing):
    """diffusers' DDIM goes on by T // S whatever it visits next; its solver of order one does not, and is DDIM."""
    diffusers = pytest.importorskip("diffusers")
    scheduler = diffusers.DPMSolverMultistepScheduler(
        60, beta_schedule="linear", solver_order=1, final_sigmas_type="zero"
    )
    for n_steps in range(1, 61):
        module = _module(n_steps, 0.0, n_diffusion_steps=60, schedule="linear", step_spacing=spacing)
        scheduler.set_timesteps(timesteps=sampling_steps(60, n_steps, spacing))
        x = torch.randn(5, 3, generator=torch.Generator().manual_seed(0))
        for t in scheduler.timesteps:
            x = scheduler.step(_some_noise(x, t, None), t, x).prev_sample
        torch.testing.assert_close(_drawn(module), x, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("spacing", ["trailing", "linspace"])
@pytest.mark.parametrize("eta", [0.0, 1.0])
def test_more_steps_make_rows_no_worse(eta, spacing):
    """A network that says nothing is the exact denoiser of a Gaussian, here of mean 2 and standard deviation .5."""
    errors = []
    for n_steps in range(1, 61):
        module = DDPMSampler(
            hidden_layer_sizes=(8,),
            n_diffusion_steps=60,
            n_sampling_steps=n_steps,
            eta=eta,
            step_spacing=spacing,
        )._make_module(1, 2)
        del module.network
        module.network = lambda x, time, condition: torch.zeros_like(x)
        module.gaussians.means.fill_(2)
        module.gaussians.variances.fill_(0.25)
        rows = _drawn(module.eval(), 4000)
        errors.append([abs(rows.mean().item() - 2) / 0.5, abs(rows.std().item() / 0.5 - 1)])
    mean_error, deviation_error = np.transpose(errors)
    noise = 3 / 4000**0.5
    assert mean_error.max() < 2 * noise
    assert (deviation_error[1:] < np.minimum.accumulate(deviation_error)[:-1] + noise).all()
    assert deviation_error[-1] < noise + 0.02


def test_more_sampling_than_diffusion_steps_is_refused(data):
    for make in (DDPMSampler, DDIMSampler, TabDDPMSampler):
        with pytest.raises(ValueError, match="n_sampling_steps=30 and n_diffusion_steps=20"):
            make(n_sampling_steps=30, n_diffusion_steps=20).fit(*data)


def _module(n_steps, eta, **kwargs):
    """Return a diffusion whose network says `_some_noise`."""
    settings = {"hidden_layer_sizes": (8,), "preconditioning": "none", "n_sampling_steps": n_steps, **kwargs}
    module = DDPMSampler(eta=eta, **settings)._make_module(3, 2).eval()
    module.predict_noise = _some_noise
    return module


@torch.no_grad()
def _drawn(module, n_rows=5):
    return module.sample(torch.zeros(n_rows, dtype=torch.long), torch.Generator().manual_seed(0))


def _some_noise(x: Tensor, step: Tensor, condition: Tensor | None) -> Tensor:
    return 0.5 * torch.tanh(x)


def test_alpha_bar_falls_to_the_published_value():
    share = alpha_bars("quadratic", 1000)
    assert (share.diff() < 0).all()
    assert abs(share[-1].item() - 7.3e-4) < 1e-5


@pytest.mark.parametrize("make", [DDPMSampler, DDIMSampler, FlowMatchingSampler])
def test_an_untrained_network_generates_the_gaussian_of_each_class(make, data):
    X, y = data
    sampler = make(n_sampling_steps=100, **UNTRAINED).fit(X, y)
    X_new, y_new = sampler.sample(2000)
    for c in (0, 1):
        np.testing.assert_allclose(X_new[y_new == c].mean(axis=0), X[y == c].mean(axis=0), atol=0.25)
        np.testing.assert_allclose(X_new[y_new == c].std(axis=0), X[y == c].std(axis=0), rtol=0.1)


def test_heun_needs_fewer_steps_than_euler(data):
    X, y = data
    errors = []
    for solver in ("euler", "heun"):
        few, many = (
            FlowMatchingSampler(solver=solver, n_sampling_steps=n, **UNTRAINED).fit(X, y).sample(20)[0]
            for n in (10, 200)
        )
        errors.append(np.abs(few - many).mean())
    assert errors[1] < errors[0] / 2


def test_steps_are_antithetic():
    module = DDPMSampler(hidden_layer_sizes=(8,))._make_module(3, 2)
    module.rng = torch.Generator().manual_seed(0)
    steps = module._antithetic_steps(torch.zeros(10, 3))
    assert len(steps) == 10
    assert (steps[6:] + steps[:4] == 999).all()


def test_guidance_moves_classes_apart(data):
    X, y = data
    distances = []
    for guidance in (0.0, 1.0):
        X_new, y_new = FlowMatchingSampler(guidance=guidance, **UNTRAINED).fit(X, y).sample(1000)
        distances.append(np.linalg.norm(X_new[y_new == 0].mean(axis=0) - X_new[y_new == 1].mean(axis=0)))
    assert distances[1] > 1.1 * distances[0]


def test_paper_conditioning_has_no_class_gaussian(data):
    with pytest.raises(ValueError, match="conditioning='paper' needs preconditioning='none'"):
        FlowMatchingSampler(conditioning="paper").fit(*data)


# -- latent space ---------------------------------------------------------------------------------------------


def test_decoding_restores_variance_and_correlation():
    rng = np.random.default_rng(0)
    codes = np.arange(500) % 5
    X = rng.normal(size=(500, 10)) @ rng.normal(size=(10, 60)) + rng.normal(size=(500, 60)) + codes[:, None]
    space = PrincipalComponents(4).fit(X, codes, np.random.default_rng(0))
    Z = space.encode(X)
    within = Z - np.stack([Z[codes == c].mean(axis=0) for c in range(5)])[codes]
    correlation = np.corrcoef(within.T)
    np.testing.assert_allclose(correlation, np.eye(4), atol=1e-6)
    decoded = space.decode(Z, codes, rng)
    np.testing.assert_allclose(decoded.var(axis=0).sum(), X.var(axis=0).sum(), rtol=0.1)
    assert space.mean(Z).var(axis=0).sum() < 0.8 * X.var(axis=0).sum()
    np.testing.assert_allclose(np.corrcoef(decoded.T), np.corrcoef(X.T), atol=0.2)


def test_noise_is_local():
    rng = np.random.default_rng(0)
    Z = np.repeat([[0.0], [100.0]], 50, axis=0) + rng.normal(size=(100, 1))
    residuals = rng.normal(size=(100, 3)) * np.repeat([0.1, 2], 50)[:, None]
    noise = ResidualNoise().fit(Z, residuals).draw(Z, rng)
    assert noise[:50].std() < 0.2
    assert noise[50:].std() > 1
