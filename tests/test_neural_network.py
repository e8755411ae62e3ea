"""MLPNetClassifier and MLPNetRegressor: scikit-learn's checks, hold-outs, weights, seeds."""

import pickle

import numpy as np
import pytest
import torch
from sklearn.base import clone
from sklearn.datasets import make_blobs, make_classification
from sklearn.metrics import log_loss
from sklearn.model_selection import GridSearchCV
from sklearn.utils.estimator_checks import parametrize_with_checks

from sklearn_txaug.metrics import frechet_distance
from sklearn_txaug.neural_network import MLPNetClassifier, MLPNetRegressor
from sklearn_txaug.utils.random import draw_seed
from sklearn_txaug.utils.splits import holdout, keep_classes

SMALL = {
    "hidden_layer_sizes": (32,),
    "dropout": 0.1,
    "max_epochs": 60,
    "lr": 5e-3,
    "device": "cpu",
    "random_state": 0,
}


def _of_stochastic_batches(model):
    """Weights and repeated rows give other batches, as for every net that is trained by them."""
    names = (
        "check_sample_weight_equivalence_on_dense_data",
        "check_sample_weight_equivalence_on_sparse_data",
    )
    return dict.fromkeys(names, "batches are drawn at random") if isinstance(model, MLPNetClassifier) else {}


@parametrize_with_checks(
    [MLPNetClassifier(**SMALL), MLPNetRegressor(**SMALL)], expected_failed_checks=_of_stochastic_batches
)
def test_scikit_learn_checks(estimator, check):
    check(estimator)


def test_recovers_blobs_and_gives_probabilities():
    X, y = make_blobs(200, 5, centers=4, random_state=0)
    model = MLPNetClassifier(**SMALL).fit(1000 * X, y.astype(str))  # the scale of the features is no matter
    assert model.score(1000 * X, y.astype(str)) > 0.95
    np.testing.assert_allclose(model.predict_proba(1000 * X).sum(axis=1), 1)


def test_same_seed_same_model_and_no_global_state():
    X, y = make_classification(100, random_state=0)
    state = torch.get_rng_state()
    first, second = (clone(MLPNetClassifier(**SMALL)).fit(X, y).predict_proba(X) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    assert torch.equal(torch.get_rng_state(), state)
    other = MLPNetClassifier(**{**SMALL, "random_state": 1}).fit(X, y)
    assert not np.array_equal(other.predict_proba(X), first)


def test_early_stopping_keeps_the_best_weights_and_stops():
    X, y = make_classification(120, 50, n_informative=3, flip_y=0.3, random_state=0)
    model = MLPNetClassifier(**{**SMALL, "max_epochs": 500}, early_stopping=True, patience=5).fit(X, y)
    losses = model.history_[:, "valid_loss"]
    assert len(losses) == np.argmin(losses) + 1 + 5 < 500
    assert model.history_[:, "train_loss"][-1] < model.history_[:, "train_loss"][0]


def test_max_epochs_none_does_not_depend_on_rows():
    X, y = make_classification(600, random_state=0)
    steps = [
        len(model.history_) * round(n / min(128, max(16, n // 8)))
        for n in (100, 600)
        for model in [MLPNetClassifier(random_state=0).fit(X[:n], y[:n])]
    ]
    assert max(steps) / min(steps) < 1.1


def test_class_weight_favours_the_rare_class():
    X, y = make_classification(400, weights=[0.95], flip_y=0.1, class_sep=0.5, random_state=0)
    model = MLPNetClassifier(**{**SMALL, "max_epochs": 10})
    plain = model.fit(X, y).predict(X).sum()
    balanced = model.set_params(class_weight="balanced").fit(X, y).predict(X).sum()
    assert balanced > 2 * plain


def test_label_smoothing_tempers_probabilities():
    X, y = make_blobs(100, centers=2, random_state=0)
    sharp = MLPNetClassifier(**SMALL).fit(X, y).predict_proba(X).max()
    smooth = MLPNetClassifier(**SMALL, label_smoothing=0.2).fit(X, y).predict_proba(X).max(axis=1)
    assert sharp > 0.99
    assert np.median(smooth) < 0.97


@pytest.mark.parametrize("n_groups", [None, 12])
def test_holdout_is_stratified_and_keeps_groups_whole(n_groups):
    y = np.repeat([0, 1, 2], [60, 30, 2])
    groups = None if n_groups is None else np.arange(92) % n_groups
    train, held = holdout(y, groups, 0.2, seed=0)
    assert sorted([*train, *held]) == list(range(92))
    assert 10 <= len(held) <= 30
    if n_groups:
        assert not set(groups[train]) & set(groups[held])
    else:
        assert set(y[held]) >= {0, 1}


def test_bad_groups():
    X, y = make_classification(60, random_state=0)
    model = MLPNetClassifier(**SMALL, early_stopping=True)
    with pytest.raises(ValueError, match="groups has 2 entries"):
        model.fit(X, y, groups=[0, 1])
    with pytest.raises(ValueError, match="only one group"):
        model.fit(X, y, groups=np.zeros(60))


def test_early_stopping_trains_on_every_class():
    X, y = np.random.default_rng(0).normal(size=(16, 3)), np.repeat(["a", "b"], [15, 1])
    assert holdout(y, None, 0.2, 0)[1][-1] == 15  # a plain split would hold the only "b" out
    train, held = keep_classes(*holdout(y, None, 0.2, 0), y, None)
    assert 15 in train
    assert sorted([*train, *held]) == list(range(16))
    model = MLPNetClassifier(**SMALL, early_stopping=True)
    model.set_params(max_epochs=200, dropout=0, patience=200, class_weight="balanced")
    X[15] += 10
    assert model.fit(X, y).predict(X[15:]) == "b"
    with pytest.raises(ValueError, match="early_stopping=True would hold out every row"):
        model.fit(X, y, groups=y)
    with pytest.raises(ValueError, match="early_stopping=True: y has only one row of each class"):
        model.fit(X[-2:], y[-2:])


def test_training_that_diverges_is_an_error():
    X, y = make_blobs(50, centers=2, random_state=0)
    with pytest.raises(FloatingPointError, match="diverged"):
        MLPNetClassifier(**{**SMALL, "lr": 1e30}).fit(X, y)


@pytest.mark.parametrize("sizes", [(-1,), (8, 0), (8.0,)])
def test_bad_widths(sizes):
    with pytest.raises(ValueError, match="hidden_layer_sizes.* must be a sequence of positive integers"):
        MLPNetClassifier(hidden_layer_sizes=sizes).fit([[0.0], [1.0]], [0, 1])


def test_bad_net_params():
    with pytest.raises(ValueError, match=r"net_params must not set \['lr', 'seed'\]"):
        MLPNetClassifier(net_params={"lr": 1, "seed": 1}).fit([[0.0], [1.0]], [0, 1])


def test_search_and_pickle():
    X, y = make_classification(80, random_state=0)
    search = GridSearchCV(
        MLPNetClassifier(**SMALL), {"hidden_layer_sizes": [(8,), (8, 8)], "dropout": [0, 0.5]}, cv=2
    )
    search.fit(X, y)
    again = pickle.loads(pickle.dumps(search.best_estimator_))
    np.testing.assert_array_equal(again.predict_proba(X), search.predict_proba(X))


def test_regressor_recovers_linear_targets():
    X = np.random.default_rng(0).normal(size=(300, 4))
    Y = X @ np.random.default_rng(1).normal(size=(4, 3)) * [1, 10, 100]
    model = MLPNetRegressor(**{**SMALL, "dropout": 0.0, "max_epochs": 200}).fit(X, Y)
    assert model.predict(X).shape == (300, 3)
    assert model.score(X, Y) > 0.98


def test_embedding_is_the_last_hidden_layer_before_its_activation():
    X, y = make_blobs(60, 5, centers=3, random_state=0)
    model = MLPNetClassifier(**{**SMALL, "hidden_layer_sizes": (16, 8)}).fit(X, y)
    embedded = model.embed(X)
    assert embedded.shape == (60, 8)
    assert embedded.min() < 0
    logits = model.module_.output(torch.relu(torch.from_numpy(embedded))).detach().numpy()
    np.testing.assert_array_equal(model.classes_[logits.argmax(axis=1)], model.predict(X))
    assert frechet_distance(X, X, embedding=model.embed) == pytest.approx(0, abs=1e-6)
    assert frechet_distance(X, X + 1, embedding=model.embed) > 0.1
    plain = MLPNetClassifier(**{**SMALL, "hidden_layer_sizes": ()}).fit(X, y)
    np.testing.assert_allclose(plain.embed(X), plain.scaler_.transform(X), rtol=1e-5, atol=1e-6)


def test_activation_and_normalisation_are_in_the_net():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 3))
    Y = np.tanh(X @ rng.normal(size=(3, 4)))
    scores = set()
    for activation in ("relu", "tanh"):
        for norm in ("none", "batch"):
            model = MLPNetRegressor(**SMALL, activation=activation, norm=norm).fit(X[:150], Y[:150])
            scores.add(model.score(X[150:], Y[150:]))
            kinds = [type(part).__name__ for part in model.module_.hidden]
            middle = ["BatchNorm1d"] if norm == "batch" else []
            assert kinds == ["Linear", *middle, {"relu": "ReLU", "tanh": "Tanh"}[activation], "Dropout"]
    assert min(scores) > 0.8
    assert len(scores) == 4


@pytest.mark.parametrize("model", [MLPNetClassifier, MLPNetRegressor])
def test_the_layout_of_arrays_in_memory_does_not_matter(model):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(60, 30)), np.arange(60) % 3
    if model is MLPNetRegressor:
        y = rng.normal(size=(60, 4))
    model = model(max_epochs=3, device="cpu", random_state=0)
    expected = model.fit(X, y).predict(X)
    np.testing.assert_array_equal(model.fit(np.asfortranarray(X), np.asfortranarray(y)).predict(X), expected)


def test_a_row_without_weight_is_as_none():
    rng = np.random.default_rng(0)
    X, y, groups = rng.normal(size=(80, 6)), np.arange(80) % 2, np.arange(80) // 2
    few = np.arange(80) < 20
    settings = {**SMALL, "early_stopping": True, "max_epochs": 12}
    expected = MLPNetClassifier(**settings).fit(X[few], y[few], np.ones(20), groups=groups[few])
    given = MLPNetClassifier(**settings).fit(X, y, few.astype(float), groups=groups)
    np.testing.assert_array_equal(given.predict_proba(X), expected.predict_proba(X))
    assert given.history_[-1, "valid_loss"] > 0  # that of the rows that count
    without = MLPNetClassifier(**SMALL, class_weight={0: 0.0}).fit(X, y)
    assert (without.predict(X) == 1).mean() > 0.5


def test_weights_count_as_repeated_rows():
    X, y = make_classification(200, 5, n_informative=4, n_redundant=0, flip_y=0.3, random_state=0)
    weight = np.where(y == 0, 1, np.where(X[:, 0] > 0, 12, 3))
    repeated = X.repeat(weight, axis=0), y.repeat(weight)  # 894

    def probabilities(*rows):
        settings = {**SMALL, "lr": 1e-3, "batch_size": 32, "max_epochs": 13 * 894 // len(rows[0])}
        models = [MLPNetClassifier(**{**settings, "random_state": seed}) for seed in range(4)]
        return np.mean([model.fit(*rows).predict_proba(X)[:, 1] for model in models], axis=0)

    weighted = probabilities(X, y, weight)
    assert abs(weighted - probabilities(*repeated)).mean() < 0.04
    assert abs(weighted - probabilities(X, y)).mean() > 0.2


def test_equal_weights_are_none_and_those_of_classes_are_those_of_their_rows():
    X, y = make_classification(120, weights=[0.8], random_state=0)
    model = MLPNetClassifier(**{**SMALL, "max_epochs": 5})
    expected = model.fit(X, y).predict_proba(X)
    np.testing.assert_array_equal(model.fit(X, y, np.full(120, 0.3)).predict_proba(X), expected)
    by_row = clone(model).fit(X, y, 1 + 2.0 * y).predict_proba(X)
    assert not np.array_equal(by_row, expected)
    by_class = clone(model).set_params(class_weight={0: 1, 1: 3})
    np.testing.assert_array_equal(by_class.fit(X, y).predict_proba(X), by_row)
    balanced, counted = clone(model).set_params(class_weight="balanced"), np.arange(120) % 3 > 0
    np.testing.assert_array_equal(
        balanced.fit(X, y, counted).predict_proba(X),
        balanced.fit(X[counted], y[counted]).predict_proba(X),
    )


def test_the_loss_of_held_out_rows_is_weighted():
    X, y = make_classification(100, random_state=0)
    weight = np.random.default_rng(0).exponential(size=100)
    model = MLPNetClassifier(**{**SMALL, "max_epochs": 1}, early_stopping=True).fit(X, y, weight)
    _, held = keep_classes(*holdout(y, None, 0.2, draw_seed(0)), y, None)
    expected = log_loss(y[held], model.predict_proba(X[held]), sample_weight=weight[held])
    assert model.history_[-1, "valid_loss"] == pytest.approx(expected, rel=1e-5)
    weight[held] *= 1e-60  # only ratios on each side matter
    light = clone(model).fit(X, y, weight)
    assert light.history_[-1, "valid_loss"] == pytest.approx(expected, rel=1e-5)
    np.testing.assert_array_equal(light.predict_proba(X), model.predict_proba(X))


def test_balanced_classes_have_the_same_total_weight():
    """As in scikit-learn: a row of weight 3 is three rows, of which a class has the more the less each counts."""
    X, y = make_classification(120, weights=[0.8], random_state=0)
    model, weight = MLPNetClassifier(**{**SMALL, "max_epochs": 5}), 1.0 + np.arange(120) % 3
    balanced = clone(model).set_params(class_weight="balanced").fit(X, y, weight).predict_proba(X)
    by_row = weight / np.bincount(y, weight)[y]
    np.testing.assert_allclose(balanced, model.fit(X, y, by_row).predict_proba(X), atol=1e-6)


@pytest.mark.parametrize("weights", [{0: -1.0}, {0: np.nan}, {0: np.inf}, {0: 0, 1: 0}])
def test_class_weights_that_are_none(weights):
    with pytest.raises(ValueError, match="class_weight must give each class a number of 0 or more"):
        MLPNetClassifier(**SMALL, class_weight=weights).fit(np.eye(4), [0, 1, 0, 1])


def test_no_weight_is_left():
    with pytest.raises(ValueError, match="sample_weight and class_weight leave no row"):
        MLPNetClassifier(**SMALL, class_weight={0: 0}).fit(np.eye(4), [0, 1, 0, 1], [1, 0, 1, 0])


def test_targets_that_overflow():
    with pytest.raises(ValueError, match="y has values as large as 1e.200 in the column 0"):
        MLPNetRegressor(**SMALL).fit(np.eye(4), [0, 1e200, 0, 1])
