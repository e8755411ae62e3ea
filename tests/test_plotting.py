"""Displays: what is drawn is what was computed, on the axes that were given, and nothing is left behind."""

import sys

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.figure import Figure

from sklearn_txaug import metrics, plotting
from sklearn_txaug.over_sampling import GaussianSampler
from sklearn_txaug.plotting import (
    CorrelationDisplay,
    DenoisingPathDisplay,
    DifferentialExpressionDisplay,
    EmbeddingDisplay,
    InterpolationDisplay,
    MarginalDisplay,
    MemorisationDisplay,
    PCAVarianceDisplay,
    PrecisionRecallDisplay,
    TrainingHistoryDisplay,
)


def cohort(n, seed):
    rng = np.random.default_rng(seed)
    y = np.arange(n) % 3
    return rng.normal(size=(n, 10)) + 3 * np.eye(3, 10)[y], np.array(["brain", "kidney", "liver"])[y]


TRAIN, TEST, NEW = cohort(60, 0), cohort(45, 1), cohort(50, 2)
HISTORY = [
    {"epoch": i, "train_loss": 1 / i} | ({"energy_distance_score": -abs(i - 6.0)} if i % 2 == 0 else {})
    for i in range(1, 11)
]
ROWS = [
    EmbeddingDisplay,
    CorrelationDisplay,
    MarginalDisplay,
    PCAVarianceDisplay,
    DifferentialExpressionDisplay,
]
DRAW = {
    cls.__name__: lambda ax, cls=cls: cls.from_data(TEST[0], NEW[0], TEST[1], NEW[1], ax=ax) for cls in ROWS
} | {
    "PrecisionRecallDisplay": lambda ax: PrecisionRecallDisplay.from_data(TEST[0], {"a": NEW[0]}, k=3, ax=ax),
    "MemorisationDisplay": lambda ax: MemorisationDisplay.from_data(TRAIN[0], TEST[0], NEW[0], ax=ax),
    "TrainingHistoryDisplay": lambda ax: TrainingHistoryDisplay.from_data(HISTORY, ax=ax),
}


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def sampler():
    return GaussianSampler(random_state=0).fit(*TRAIN)


@pytest.mark.parametrize("name", sorted(DRAW))
def test_displays_draw_on_the_given_axes_or_make_a_figure(name, tmp_path):
    assert name in plotting.__all__
    ax = Figure().add_subplot()
    display = DRAW[name](ax)
    assert display.ax_ is ax
    assert display.figure_ is ax.figure
    assert plt.get_fignums() == []
    own = DRAW[name](None)
    assert plt.get_fignums() == [own.figure_.number]
    assert own.ax_.get_xlabel()
    assert own.ax_.get_ylabel()
    again = own.plot(Figure().add_subplot())
    assert again is own
    own.figure_.savefig(tmp_path / "picture.png")
    assert (tmp_path / "picture.png").stat().st_size > 5_000


@pytest.mark.parametrize("layout", [None, "constrained", "tight"])
@pytest.mark.parametrize("name", sorted(DRAW))
def test_a_legend_covers_no_axes_beside(name, layout):
    figure, axes = plt.subplots(2, 2, figsize=(12, 9), layout=layout)
    DRAW[name](axes[1, 0])
    figure.canvas.draw()
    legend = axes[1, 0].get_legend()
    if legend is not None:
        for other in (axes[0, 0], axes[0, 1], axes[1, 1]):
            assert not legend.get_window_extent().overlaps(other.get_window_extent())


@pytest.mark.parametrize("cls", ROWS)
def test_rows_of_a_fitted_sampler(cls, sampler):
    one, two = (cls.from_estimator(sampler, *TEST, random_state=3) for _ in range(2))
    for name, value in vars(one).items():
        if isinstance(value, np.ndarray):
            np.testing.assert_array_equal(value, getattr(two, name))


def test_other_displays_of_a_fitted_sampler(sampler):
    display = PrecisionRecallDisplay.from_estimator({"Gaussian": sampler}, *TEST, k=3, X_reference=TRAIN[0])
    assert list(display.precision) == ["Gaussian"]
    assert display.reference is not None
    shares = MemorisationDisplay.from_estimator(sampler, TRAIN[0], *TEST).shares
    assert -1 <= shares.gap <= 1
    with pytest.raises(TypeError, match="history_"):
        TrainingHistoryDisplay.from_estimator(sampler)


def test_the_embedding_is_that_of_the_real_rows():
    display = EmbeddingDisplay.from_data(TEST[0], NEW[0], scale=False)
    centred = TEST[0] - TEST[0].mean(axis=0)
    singular = np.linalg.svd(centred, compute_uv=False)
    np.testing.assert_allclose((display.real**2).sum(axis=0), singular[:2] ** 2)
    assert f"{singular[0] ** 2 / (singular**2).sum():.0%}".replace("%", " %") in display.ax_.get_xlabel()
    assert [t.get_text() for t in display.ax_.get_legend().get_texts()] == ["real (45)", "synthetic (50)"]


def test_classes_are_told_apart_by_mark_as_well_as_colour():
    many = np.array([f"tissue {i}" for i in range(26)])
    X = np.random.default_rng(0).normal(size=(52, 4))
    display = EmbeddingDisplay.from_data(X, X + 1, many.repeat(2), many.repeat(2))
    looks = {(plotting._style.style(i)["color"], plotting._style.style(i)["marker"]) for i in range(26)}
    assert len(looks) == 26
    assert len(display.ax_.get_legend().get_texts()) == 28


def test_embedding_by_a_transformer_and_unknown_methods():
    from sklearn.decomposition import PCA

    display = EmbeddingDisplay.from_data(*[TEST[0], NEW[0]], method=PCA(2).fit(TEST[0]), scale=False)
    assert display.axis_names == ("dimension 1", "dimension 2")
    with pytest.raises(ValueError, match="method must be"):
        EmbeddingDisplay.from_data(TEST[0], NEW[0], method="tsne")
    with pytest.raises(ValueError, match="color_by must be"):
        EmbeddingDisplay.from_data(TEST[0], NEW[0], color_by="age")


def test_umap_is_optional(monkeypatch):
    monkeypatch.setitem(sys.modules, "umap", None)
    with pytest.raises(ImportError, match="umap-learn"):
        EmbeddingDisplay.from_data(TEST[0], NEW[0], method="umap")


def test_correlations_are_those_of_the_rows():
    display = CorrelationDisplay.from_data(TEST[0], NEW[0], max_genes=6)
    assert display.real.shape == (6, 6)
    expected = np.corrcoef(TEST[0][:, np.argsort(-TEST[0].var(axis=0))[:6]].T)
    np.testing.assert_allclose(np.sort(display.real, axis=None), np.sort(expected, axis=None), atol=1e-12)


def test_marginals_of_named_constant_and_chosen_genes():
    pd = pytest.importorskip("pandas")
    names = [f"G{i}" for i in range(10)]
    real, new = (pd.DataFrame(X, columns=names) for X, _ in (TEST, NEW))
    real["G3"] = new["G3"] = 1.0
    display = MarginalDisplay.from_data(real, new, genes=["G7", "G3", 2])
    assert display.names == ["G7", "G3", "G2"]
    expected = metrics.ks_distance_genes(real, new).per_gene[[7, 3, 2]]
    np.testing.assert_array_equal(display.distances, expected)
    spread = MarginalDisplay.from_data(real, new, genes=4).distances
    assert (np.diff(spread) >= 0).all()


def test_pareto_front():
    precision = {"a": 0.9, "b": 0.5, "c": 0.4, "d": 0.9}
    recall = {"a": 0.3, "b": 0.8, "c": 0.7, "d": 0.2}
    assert PrecisionRecallDisplay(precision, recall).plot().front_ == ["a", "b"]


def test_axes_of_precision_and_recall_fit_the_data():
    display = PrecisionRecallDisplay({"a": 0.9, "b": 0.88}, {"a": 0.85, "b": 0.91}, (0.94, 0.95)).plot()
    assert 0.8 < display.ax_.get_xlim()[0] < 0.85 < 0.95 < display.ax_.get_xlim()[1] <= 1.04
    assert 0.8 < display.ax_.get_ylim()[0] < 0.88 < 0.94 < display.ax_.get_ylim()[1] <= 1.04
    lines = [text.get_text() for text in display.ax_.texts]
    assert lines
    assert all(0.8 < float(text.split()[1]) < 1 for text in lines)
    PrecisionRecallDisplay({"a": 0.0}, {"a": 0.0}).plot()  # one point, on the rim


def test_copies_lie_at_distance_zero():
    display = MemorisationDisplay.from_data(TRAIN[0][:45], TEST[0], TRAIN[0][:45])
    assert display.distances["synthetic to training rows"].max() == 0
    assert display.distances["synthetic to held-out rows"].min() > 0
    assert display.shares.gap > 0.3


def test_class_effects_and_slopes():
    half = TEST[0] * 0.5
    display = DifferentialExpressionDisplay.from_data(TEST[0], half, TEST[1], TEST[1], classes=["liver"])
    real, synthetic = display.effects["liver"]
    np.testing.assert_allclose(synthetic, real / 2)
    assert display.slopes == {"liver": pytest.approx(0.5)}


@pytest.mark.parametrize(
    "points", [((0.87, 0.45), (0.88, 0.86)), ((0.9, 0.5), (0.3, 0.8)), ((0.9,), (0.95,)), ((1, 0), (0, 1))]
)
def test_lines_of_equal_f1_are_named_within_the_axes(points):
    precision, recall = (dict(zip("ab", values, strict=False)) for values in points)
    display = PrecisionRecallDisplay(precision, recall).plot()
    display.figure_.canvas.draw()
    frame = display.ax_.get_window_extent()
    names = [text.get_window_extent() for text in display.ax_.texts]
    assert names
    assert all(frame.x0 <= box.x0 and box.x1 <= frame.x1 + 1 for box in names)
    assert all(frame.y0 <= box.y0 and box.y1 <= frame.y1 + 1 for box in names)


def test_history_marks_the_best_score():
    display = TrainingHistoryDisplay.from_data(HISTORY)
    assert "best: epoch 6" in [t.get_text() for t in display.ax_.get_legend().get_texts()]
    np.testing.assert_array_equal(display.scores["energy_distance_score"][0], [2, 4, 6, 8, 10])
    assert TrainingHistoryDisplay.from_data(HISTORY[:1]).score_ax_ is None
    with pytest.raises(ValueError, match="no epoch with a loss"):
        TrainingHistoryDisplay.from_data([])


@pytest.mark.parametrize("name", ["$\\alpha", "$\\foo$", "_hidden", "", "very " * 20 + "long"])
def test_names_are_shown_as_they_are(name, tmp_path):
    y, y_new = (np.where(labels == "liver", name, labels) for labels in (TEST[1], NEW[1]))
    for cls in (EmbeddingDisplay, DifferentialExpressionDisplay):
        display = cls.from_data(TEST[0], NEW[0], y, y_new)
        display.figure_.savefig(tmp_path / "picture.png")
        texts = [text.get_text() for text in display.ax_.get_legend().get_texts()]
        assert len(texts) == len(set(y)) + (2 if cls is EmbeddingDisplay else 1)
        assert max(map(len, texts)) < 60
    display = PrecisionRecallDisplay.from_data(TEST[0], {name: NEW[0]}, k=3)
    display.figure_.savefig(tmp_path / "picture.png")


def test_nothing_is_black_on_black():
    with plt.style.context("dark_background"):
        memory = DRAW["MemorisationDisplay"](None).ax_
        assert {line.get_color() for line in memory.lines} == {"#D55E00", "#0072B2", "white"}
        texts = DRAW["CorrelationDisplay"](None).ax_.texts
        assert [text.get_bbox_patch().get_facecolor()[:3] for text in texts] == [(0, 0, 0)] * 2
    texts = CorrelationDisplay.from_data(TEST[0][:, :2], NEW[0][:, :2]).ax_.texts
    assert all(0 < place < 1 for text in texts for place in text.get_position())  # inside, for few genes too


def test_one_value_is_a_mark_as_it_is_no_line():
    for display in (
        TrainingHistoryDisplay.from_data(HISTORY[:1]),
        PCAVarianceDisplay.from_data(TEST[0][:, :1], NEW[0][:, :1]),
    ):
        assert {line.get_marker() for line in display.ax_.lines} == {"o"}


X, Y = TEST
WRONG = {
    "X_real has 45 rows of 1 genes; two principal": lambda: EmbeddingDisplay.from_data(X[:, :1], X[:, :1]),
    "X_real has one gene": lambda: CorrelationDisplay.from_data(X[:, :1], X[:, :1]),
    "needs y_real and y_synthetic": lambda: EmbeddingDisplay.from_data(X, X, color_by="class"),
    "y_synthetic is needed": lambda: EmbeddingDisplay.from_data(X, X, Y),
    "y_real is needed": lambda: EmbeddingDisplay.from_data(X, X, y_synthetic=Y),
    "steps must have one": lambda: DenoisingPathDisplay.from_data(X, X, Y, [0, 1]),
    "weights must have one": lambda: InterpolationDisplay.from_data(X, Y, X, [0, 1]),
    "history has no epoch": lambda: TrainingHistoryDisplay.from_data([{"epoch": 1, "train_loss": np.nan}]),
    "max_genes must be": lambda: CorrelationDisplay.from_data(X, X, max_genes=1),
    "genes must be an integer": lambda: MarginalDisplay.from_data(X, X, genes=0),
    "genes must be names or numbers": lambda: MarginalDisplay.from_data(X, X, genes=["TP53"]),
    "y_synthetic has one class": lambda: DifferentialExpressionDisplay.from_data(
        X, X, Y, np.repeat("liver", 45)
    ),
    "classes must be some": lambda: DifferentialExpressionDisplay.from_data(X, X, Y, Y, classes="lung"),
    "ax must be the Axes": lambda: EmbeddingDisplay.from_data(X, X, ax=plt.subplots(2)[1]),
    "X_synthetic must be a mapping": lambda: PrecisionRecallDisplay.from_data(X, X),
    "samplers must be a mapping": lambda: PrecisionRecallDisplay.from_estimator(GaussianSampler(), X, Y),
    "no `denoising_path`": lambda: DenoisingPathDisplay.from_estimator(GaussianSampler(), X, Y),
    "no `interpolate`": lambda: InterpolationDisplay.from_estimator(GaussianSampler(), X, Y, "a", "b"),
}


@pytest.mark.parametrize("message", WRONG)
def test_what_cannot_be_drawn(message):
    with pytest.raises((ValueError, TypeError), match=message):
        WRONG[message]()
