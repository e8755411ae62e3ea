"""Paths between classes, for every sampler that holds a torch module."""

import numpy as np
import pytest
import torch
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from sklearn_txaug.over_sampling._interpolation import between
from sklearn_txaug.over_sampling.torch_base import TorchSampler

from .samplers import SAMPLERS

TORCH_SAMPLERS = [sampler for sampler in SAMPLERS if isinstance(sampler, TorchSampler)]
each_sampler = pytest.mark.parametrize("sampler", TORCH_SAMPLERS, ids=lambda s: type(s).__name__)


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    y = np.repeat(["brain", "liver"], 40)
    return np.where(y == "liver", 3.0, -3.0)[:, None] + rng.normal(size=(80, 6)), y


@each_sampler
@pytest.mark.parametrize("method", ["lerp", "slerp"])
def test_the_ends_are_the_classes_with_the_same_noise(sampler, data, method):
    fitted = clone(sampler).set_params(quantile_mapping=False).fit(*data)
    if not hasattr(fitted.module_, "condition"):
        with pytest.raises(TypeError, match="no condition vectors"):
            fitted.interpolate("brain", "liver")
        return
    path, weights = fitted.interpolate(
        "brain", "liver", (0, 0.5, 1), n_samples=4, method=method, random_state=3
    )
    assert weights.tolist() == [0] * 4 + [0.5] * 4 + [1] * 4
    for rows, label in ((path[:4], "brain"), (path[8:], "liver")):
        np.testing.assert_allclose(
            rows, fitted.sample(y=[label] * 4, random_state=3)[0], rtol=1e-5, atol=1e-6
        )
    assert np.isfinite(path).all()
    np.testing.assert_array_equal(
        path, fitted.interpolate("brain", "liver", (0, 0.5, 1), n_samples=4, method=method, random_state=3)[0]
    )


@pytest.mark.parametrize("name", ["GANSampler", "WGANGPSampler", "AttGANSampler"])
def test_midpoints_lie_between(name, data):
    sampler = next(s for s in TORCH_SAMPLERS if type(s).__name__ == name)
    fitted = clone(sampler).set_params(max_epochs=50, lr=2e-3).fit(*data)
    path, weights = fitted.interpolate("brain", "liver", n_samples=50)
    means = [path[weights == weight].mean() for weight in np.unique(weights)]
    assert means[0] < -1
    assert means[-1] > 1
    assert all(np.diff(means) > 0)


@each_sampler
def test_bad_arguments(sampler, data):
    with pytest.raises(NotFittedError):
        clone(sampler).interpolate("brain", "liver")
    fitted = clone(sampler).fit(*data)
    with pytest.raises(ValueError, match="heart"):
        fitted.interpolate("brain", "heart")
    with pytest.raises(ValueError, match="label_a must be one label, got .'brain', 'liver'."):
        fitted.interpolate(["brain", "liver"], "liver")
    for arguments, message in (
        ({"weights": ()}, "weights must be"),
        ({"weights": (0, np.nan)}, "weights must be"),
        ({"weights": ["half"]}, "weights must be"),
        ({"n_samples": 0}, "n_samples must be"),
        ({"method": "cubic"}, "method must be one of"),
    ):
        with pytest.raises(ValueError, match=message):
            fitted.interpolate("brain", "liver", **arguments)


def test_containers_of_a_path(data):
    pd = pytest.importorskip("pandas")
    X = pd.DataFrame(data[0].astype(np.float32), columns=list("ABCDEF"))
    path, weights = clone(TORCH_SAMPLERS[0]).fit(X, data[1]).interpolate("brain", "liver", n_samples=2)
    assert path.columns.tolist() == list("ABCDEF")
    assert path.dtypes.eq(np.float32).all()
    assert len(path) == len(weights) == 10


def test_slerp_keeps_the_length():
    a, b = torch.nn.functional.normalize(torch.randn(2, 7, generator=torch.Generator().manual_seed(0)), dim=1)
    for weight in (0, 0.3, 1):
        assert between(a, b, weight, "slerp").norm().item() == pytest.approx(1, abs=1e-6)
    torch.testing.assert_close(between(a, 2 * a, 0.5, "slerp"), 1.5 * a)  # no arc between parallel vectors
