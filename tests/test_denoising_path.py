"""The way from noise to rows: its ends, the steps asked for, and the picture."""

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from sklearn_txaug.over_sampling._denoising import DenoisingSampler
from sklearn_txaug.plotting import DenoisingPathDisplay

from .samplers import SAMPLERS

matplotlib.use("Agg")
DENOISERS = [sampler for sampler in SAMPLERS if isinstance(sampler, DenoisingSampler)]
each_sampler = pytest.mark.parametrize("sampler", DENOISERS, ids=lambda s: type(s).__name__)


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    y = np.repeat(["brain", "liver"], 40)
    return np.where(y == "liver", 8.0, 2.0)[:, None] + rng.normal(size=(80, 9)), y


@each_sampler
def test_the_path_ends_at_the_rows_of_sample(sampler, data):
    fitted = clone(sampler).set_params(quantile_mapping=False).fit(*data)
    labels = ["liver", "brain", "brain"]
    X_path, y_path, steps = fitted.denoising_path([4, 0], y=labels, random_state=3)
    assert y_path.tolist() == labels * 2
    assert steps.tolist() == [4] * 3 + [0] * 3
    np.testing.assert_allclose(X_path[:3], fitted.sample(y=labels, random_state=3)[0], rtol=1e-5, atol=1e-6)


@each_sampler
def test_classes_part_on_the_way(sampler, data):
    fitted = clone(sampler).set_params(n_components=None).fit(*data)
    X_path, y_path, steps = fitted.denoising_path(n_samples=200, random_state=0)
    means = [[X_path[(steps == k) & (y_path == label)].mean() for label in fitted.classes_] for k in range(5)]
    distances = np.diff(means, axis=1)[:, 0]
    assert abs(distances[0]) < 1  # pure noise knows no class
    assert (np.diff(distances) > 0).all()
    assert distances[-1] > 3


def test_containers_and_default_steps(data):
    pd = pytest.importorskip("pandas")
    X = pd.DataFrame(data[0].astype(np.float32), columns=list("ABCDEFGHI"))
    fitted = clone(DENOISERS[0]).set_params(n_sampling_steps=10).fit(X, data[1])
    X_path, y_path, steps = fitted.denoising_path(n_samples=2)
    assert X_path.columns.tolist() == list("ABCDEFGHI")
    assert np.unique(steps).tolist() == [0, 2, 4, 6, 8, 10]
    assert len(X_path) == len(y_path) == len(steps) == 12


def test_bad_arguments(data):
    with pytest.raises(NotFittedError):
        clone(DENOISERS[0]).denoising_path()
    fitted = clone(DENOISERS[0]).fit(*data)
    for steps in ([], [5], [-1], [0.5]):
        with pytest.raises(ValueError, match="steps must be integers from 0 to n_sampling_steps=4"):
            fitted.denoising_path(steps)
    with pytest.raises(ValueError, match="heart"):
        fitted.denoising_path(y=["heart"])


def test_the_picture_has_a_panel_for_each_step(data):
    X, y = data
    fitted = clone(DENOISERS[0]).fit(X, y)
    display = DenoisingPathDisplay.from_estimator(fitted, X, y, [0, 2, 4], n_samples=6, random_state=0)
    assert [ax.get_title() for ax in display.axes_] == ["noise", "step 2 of 4", "rows"]
    assert display.path.shape == (18, 2)
    limits = {(ax.get_xlim(), ax.get_ylim()) for ax in display.axes_}
    assert len(limits) == 1
    plt.close(display.figure_)
