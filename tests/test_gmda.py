"""GMDASampler: bounds and loss against a direct reading, persistence, importances."""

import numpy as np
import pytest
import torch

from sklearn_txaug.over_sampling import GMDASampler
from sklearn_txaug.over_sampling._gmda import GMDA, probe_bounds


def make_module(**changes):
    settings = {"hidden_layer_sizes": (8,), "latent_dim": 4, "preconditioning": "none", "n_probes": 6}
    settings |= {"n_probe_dims": 2, "persistence": 0.5, "sharpness": 5.0, "dark_weight": 0.3}
    module = GMDA(5, 2, **{**settings, **changes})
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
    sampler = GMDASampler(max_epochs=30, lr=1e-9, n_components=None, random_state=0, device="cpu").fit(X, y)
    importances = sampler.probe_importances_
    assert importances.shape == (2, 6)
    assert importances[0].argmax() == 2
    assert importances[0, 2] > importances[1, 2]
