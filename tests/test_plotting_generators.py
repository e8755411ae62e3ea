"""Displays of attention and interpolation: what they choose and where they draw."""

import numpy as np
import pytest

from sklearn_txaug.over_sampling import AttGANSampler, WGANGPSampler
from sklearn_txaug.plotting import GeneGraphAttentionDisplay, InterpolationDisplay

pd = pytest.importorskip("pandas")
plt = pytest.importorskip("matplotlib.pyplot")

SMALL = {"max_epochs": 2, "n_critic": 1, "device": "cpu", "random_state": 0, "latent_dim": 4}


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    y = np.repeat(["brain", "colon", "liver"], 20)
    return pd.DataFrame(rng.normal(size=(60, 6)), columns=list("ABCDEF")), y


def test_attention_shows_the_largest_excess():
    table = pd.DataFrame(
        {
            "graph": [0, 0, 0, 0, 1],
            "label": ["liver", "liver", "brain", "brain", "liver"],
            "target": ["A", "B", "A", "B", "C"],
            "source": ["B", "A", "B", "A", "D"],
            "attention": [0.9, 0.5, 0.5, 0.6, 1.0],
            "null": [0.8, 0.1, 0.5, 0.1, 0.5],
            "null_std": 0.05,
        }
    )
    liver = GeneGraphAttentionDisplay.from_data(table, label="liver")
    assert liver.edges == ["B ← A", "A ← B"]
    np.testing.assert_allclose(liver.attention - liver.null, [0.4, 0.1])
    mean = GeneGraphAttentionDisplay.from_data(table, n_edges=1)
    assert mean.edges == ["B ← A"]
    assert mean.attention == pytest.approx([0.55])
    for wrong in ({"label": "heart"}, {"graph": 2}):
        with pytest.raises(ValueError, match="the table has no edge"):
            GeneGraphAttentionDisplay.from_data(table, **wrong)


def test_attention_from_a_sampler(data):
    sampler = AttGANSampler(coexpression_threshold=0.05, **SMALL).fit(*data)
    _, ax = plt.subplots()
    display = GeneGraphAttentionDisplay.from_estimator(sampler, n_samples=5, label="liver", n_edges=4, ax=ax)
    assert display.ax_ is ax
    assert display.figure_ is ax.figure
    assert ax.get_title() == "liver"
    assert len(ax.get_yticklabels()) == 4


def test_interpolation(data):
    X, y = data
    sampler = WGANGPSampler(**SMALL).fit(X, y)
    display = InterpolationDisplay.from_estimator(sampler, X, y, "brain", "liver", (0, 1), n_samples=3)
    assert display.real.shape == (40, 2)
    assert set(display.y_real) == {"brain", "liver"}
    assert display.weights.tolist() == [0] * 3 + [1] * 3
    assert display.ax_.get_xlabel().startswith("PC 1")
    path, weights = sampler.interpolate("brain", "liver", (0, 1), n_samples=3)
    again = InterpolationDisplay.from_data(X[y != "colon"], y[y != "colon"], path, weights)
    np.testing.assert_allclose(again.path, display.path)
