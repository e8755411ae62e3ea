"""GMDASampler: bounds and loss against a direct reading, persistence, importances."""

import numpy as np
import pytest
import torch

from sklearn_txaug._nn.estimator import as_rows
from sklearn_txaug.over_sampling import GMDASampler
from sklearn_txaug.over_sampling._gmda_modules import GMDA, UnbiasedGMDA
from sklearn_txaug.over_sampling._probes import probe_bounds


def make_module(make=GMDA, n_features=5, **changes):
    settings = {"hidden_layer_sizes": (8,), "latent_dim": 4, "preconditioning": "none", "n_probes": 6}
    settings |= {"n_probe_dims": 2, "persistence": 0.5, "sharpness": 5.0, "dark_weight": 0.3}
    module = make(n_features, 2, **{**settings, **changes})
    module.rng = torch.Generator().manual_seed(0)
    return module


@pytest.fixture
def batch():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(20, 5)), np.arange(20) % 2
    return (
        [torch.tensor(a).float() for a in (X,)]
        + [torch.tensor(y)]
        + [torch.tensor(bound).float() for bound in probe_bounds(X, y, 0.2)]
    )


def test_bounds_are_class_quantiles_around_the_rank():
    X, y = np.arange(10.0)[:, None], np.repeat([0, 1], 5)
    lower, upper = probe_bounds(X, y, 0.4)
    # The ranks of 0..4 are 0, .25, .5, .75, 1: past the ends the bounds go on by .4 times the range of 4.
    np.testing.assert_allclose(lower[:5, 0], [0 - 1.6, 0 - 1.6, 0.4, 1.4, 2.4], atol=1e-9)
    np.testing.assert_allclose(upper[:5, 0], [1.6, 2.6, 3.6, 4 + 1.6, 4 + 1.6], atol=1e-9)
    np.testing.assert_allclose(lower[5:], lower[:5] + 5)


@pytest.mark.parametrize("n_rows", [1, 2, 3, 10])
@pytest.mark.parametrize("values", ["distinct", "tied", "equal"])
def test_each_box_holds_its_own_row(n_rows, values):
    rng = np.random.default_rng(n_rows)
    X, y = rng.normal(size=(n_rows + 10, 40)), np.repeat([0, 1], [n_rows, 10])
    if values == "tied":
        X = X.round()
    elif values == "equal":
        X[y == 0] = X[0]
    for delta in (0.05, 0.5, 1.0):
        lower, upper = probe_bounds(X, y, delta)
        assert ((lower <= X) & (upper >= X)).all()
        assert (lower < upper).all()


def test_boxes_lie_as_high_above_their_rows_as_below():
    X = np.arange(10.0)[:, None]
    lower, upper = probe_bounds(X, np.zeros(10, dtype=int), 0.05)
    np.testing.assert_allclose(upper - X, (X - lower)[::-1])


def test_loss_is_the_published_one(batch):
    x, y, lower, upper = batch
    module = make_module()
    module(*batch)  # sets the probes
    probes = module.lower.clone(), module.upper.clone(), module.dims.long().clone()
    state = module.rng.get_state()
    loss = module(*batch).item()
    module.rng.set_state(state)
    fake = module.sample(y, module.rng)

    def inside(row, k):
        sides = [
            torch.sigmoid(5 * (row[j] - a)) * torch.sigmoid(5 * (b - row[j]))
            for a, b, j in zip(probes[0][k], probes[1][k], probes[2][k], strict=True)
        ]
        return float(sides[0] * sides[1])

    boxes = np.array(
        [[[inside(row, k) for k in range(len(probes[0]))] for row in rows] for rows in (x, fake)]
    )
    expected = 0.0
    for c in (0, 1):
        real, generated = boxes[:, y.numpy() == c].mean(axis=1)
        expected += np.mean(np.abs(real - generated) / (1e-3 + np.log(1 + np.maximum(real, generated))))
        dark = np.prod(1 - boxes[:, y.numpy() == c], axis=2).mean(axis=1)
        expected += 0.3 * abs(dark[0] - dark[1])
    np.testing.assert_allclose(loss, expected, rtol=1e-4)


def test_the_worst_probes_stay(batch):
    module = make_module()
    module(*batch)
    before = module.lower.clone()
    module(*batch)
    kept = (module.lower[:, None] == before).all(dim=2).any(dim=1)
    assert kept[:3].all()  # half of six
    assert len(module.lower) == 3 + 2 * 2  # and two new ones for each class


def test_importances_point_at_what_the_generator_misses():
    rng = np.random.default_rng(0)
    y = np.arange(400) % 2
    X = rng.normal(size=(400, 6))
    X[:, 2] = np.where(y, X[:, 2], np.sign(X[:, 2]) * 4 + 0.1 * X[:, 2])  # two modes, in class 0 only
    sampler = GMDASampler(max_epochs=15, lr=1e-9, n_components=None, random_state=0, device="cpu").fit(X, y)
    importances = sampler.probe_importances_
    assert importances.shape == (2, 6)
    assert importances[0].argmax() == 2
    assert importances[0, 2] > importances[1, 2]


# -- the objective without bias -------------------------------------------------------------------------------


def population(rng, n_rows):
    """Return rows of a skewed class and of one with two modes."""
    y = np.arange(n_rows) % 2
    X = np.exp(0.7 * rng.normal(size=(n_rows, 4)))
    X[y == 1] = rng.normal(size=(n_rows, 4))[y == 1] * 0.4 + 2 * (rng.random((n_rows, 1)) < 0.4)[y == 1]
    return X, y


def known_rows(rng):
    """Return what is put in the generator's place: as many rows of each class as the module asks for, 50."""
    fresh, labels = population(rng, 2000)
    mean = np.stack([fresh[labels == c].mean(axis=0) for c in (0, 1)])[:, None]
    factor = np.stack([np.linalg.cholesky(np.cov(fresh[labels == c].T)) for c in (0, 1)])
    noise = rng.normal(size=(2, 50, 4)) @ factor.transpose(0, 2, 1)
    return {
        "fresh": np.stack([fresh[labels == c][:50] for c in (0, 1)]),
        "gaussian": mean + noise,
        "half variance": mean + noise * 0.5**0.5,
    }


def test_fresh_real_rows_have_the_lowest_loss():
    rng, losses = np.random.default_rng(0), {}
    for _ in range(60):
        X, y = population(rng, 40)  # twenty rows a class
        batch = [as_rows(X), torch.from_numpy(y), *map(as_rows, probe_bounds(X, y, 0.25))]
        module = make_module(
            make=UnbiasedGMDA, n_features=4, n_fakes=50, n_probes=40, n_probe_dims=3, sharpness=4.0
        )
        module.prepare(*batch)
        for name, rows in known_rows(rng).items():
            module.sample = lambda codes, rng, rows=rows: as_rows(rows.reshape(-1, 4))
            module.rng = torch.Generator().manual_seed(0)
            losses.setdefault(name, []).append(module(*batch).item())
    fresh = np.array(losses.pop("fresh"))
    for name, values in losses.items():
        differences = values - fresh
        assert differences.mean() > 3 * differences.std() / len(differences) ** 0.5, name


def test_what_chance_adds_is_taken_off():
    """Few synthetic rows have the loss of many, on average."""
    rng = np.random.default_rng(0)
    X, y = population(rng, 400)
    batch = [as_rows(X), torch.from_numpy(y), *map(as_rows, probe_bounds(X, y, 0.25))]
    losses = []
    for n_fakes in (3, 100):
        module = make_module(make=UnbiasedGMDA, n_features=4, n_fakes=n_fakes, n_probes=400, sharpness=4.0)
        module.prepare(*batch)
        module.sample = lambda codes, rng: torch.randn(len(codes), 4, generator=rng)
        losses.append(np.mean([module(*batch).item() for _ in range(60)]))
    assert losses[0] == pytest.approx(losses[1], rel=0.1)


def test_training_rows_are_forgotten_after_training():
    X, y = population(np.random.default_rng(0), 40)
    sampler = GMDASampler(max_epochs=1, n_components=None, random_state=0, device="cpu").fit(X, y)
    assert not sampler.module_.rows.numel()


def test_a_class_of_one_row():
    X, y = population(np.random.default_rng(0), 41)
    y = np.append(y[:40], 2)
    X_new, y_new = GMDASampler(max_epochs=5, random_state=0, device="cpu").fit(X, y).sample(y=[2, 2])
    assert np.isfinite(X_new).all()
    assert y_new.tolist() == [2, 2]


@pytest.mark.parametrize("n_features", [4, 600])
def test_the_start_is_the_gaussian_of_each_class(n_features):
    rng = np.random.default_rng(0)
    y = np.arange(400) % 2
    X = rng.normal(size=(400, n_features)) + 3 * y[:, None]
    X[:, 1] += np.where(y, 1, -1) * X[:, 0]
    module = make_module(make=UnbiasedGMDA, n_features=n_features, n_fakes=5, preconditioning="gaussian")
    module.prepare(as_rows(X), torch.from_numpy(y), as_rows(X), as_rows(X))
    rows = (
        module.eval()
        .sample(torch.from_numpy(y).repeat(10), torch.Generator().manual_seed(0))
        .detach()
        .numpy()
    )
    for c in (0, 1):
        real, drawn = X[y == c], rows[np.tile(y, 10) == c]
        np.testing.assert_allclose(drawn.mean(axis=0), real.mean(axis=0), atol=0.3)
        np.testing.assert_allclose(drawn.std(axis=0), real.std(axis=0), rtol=0.2)
        if n_features == 4:
            np.testing.assert_allclose(np.corrcoef(drawn.T), np.corrcoef(real.T), atol=0.15)
