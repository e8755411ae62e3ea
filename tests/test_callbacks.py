"""Model selection by an indicator: held-out rows, the best weights, searches over samplers that use it."""

import pickle
from functools import partial

import numpy as np
import pytest
import torch
from sklearn.base import clone
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.model_selection import GridSearchCV, HalvingGridSearchCV, StratifiedKFold, cross_validate
from skorch.callbacks import Callback, Checkpoint, EarlyStopping, EpochScoring

from sklearn_txaug.callbacks import EMA, IndicatorCheckpoint
from sklearn_txaug.metrics import (
    correlation_score,
    energy_distance,
    make_generation_scorer,
    reverse_validation,
)
from sklearn_txaug.neural_network import MLPNetClassifier
from sklearn_txaug.over_sampling import GMDASampler, VAESampler, WGANGPSampler
from sklearn_txaug.utils.splits import holdout_for

GAN = {
    "generator_hidden_layer_sizes": (16,),
    "critic_hidden_layer_sizes": (16,),
    "latent_dim": 4,
    "n_critic": 1,
    "device": "cpu",
    "random_state": 0,
}
VAE = {"hidden_layer_sizes": (16,), "latent_dim": 4, "device": "cpu", "random_state": 0}
rng = np.random.default_rng(0)
Y = np.repeat(["brain", "kidney", "liver"], [40, 30, 20])
X = rng.normal(size=(90, 8)) + 3 * np.eye(3, 8)[np.unique(Y, return_inverse=True)[1]]
GROUPS = np.arange(90) // 2


class Script:
    """An indicator that returns given values in turn and remembers what it was shown."""

    seen: list = []

    def __init__(self, *values):
        self.values = values
        self.calls = 0

    def __call__(self, X_real, X_synthetic):
        Script.seen.append((X_real, X_synthetic))
        self.calls += 1
        return self.values[self.calls - 1]


@pytest.fixture(autouse=True)
def _forget():
    Script.seen.clear()


def weights(sampler):
    return sampler.module_.state_dict()


def same(a, b):
    return all(torch.equal(a[name], b[name]) for name in a)


@pytest.mark.parametrize("ema_decay", [0.9, None])
@pytest.mark.parametrize(("values", "best"), [((1, 3, 2, 0), 4), ((3, 3, 2, 1), 2), ((0, 1, 2, 3), 8)])
def test_the_weights_of_the_best_score_are_kept(values, best, ema_decay):
    def fit(max_epochs, script):
        callback = IndicatorCheckpoint(script, every=2)
        sampler = WGANGPSampler(max_epochs=max_epochs, ema_decay=ema_decay, callbacks=[callback], **GAN)
        return sampler.fit(X, Y)

    kept, short = fit(8, Script(*values)), fit(best, Script(*range(10)))
    generator = {name for name in weights(kept) if name.startswith("generator")}
    assert generator
    assert all(torch.equal(weights(kept)[name], weights(short)[name]) for name in generator)
    np.testing.assert_array_equal(kept.sample(5)[0], short.sample(5)[0])


def test_scores_and_the_mark_of_the_best_are_in_the_history():
    sampler = VAESampler(max_epochs=5, callbacks=[IndicatorCheckpoint(every=2)], **VAE).fit(X, Y)
    rows = [row for row in sampler.history_ if not np.isnan(row["energy_distance_score"])]
    assert [row["epoch"] for row in rows] == [2, 4, 5]
    assert rows[0]["energy_distance_score_best"]
    assert all(row["energy_distance_score"] < 0 for row in rows)
    assert "valid_loss" in sampler.history_[-1]


def test_scoring_does_not_change_the_training():
    def course(every):
        sampler = WGANGPSampler(max_epochs=6, callbacks=[IndicatorCheckpoint(every=every)], **GAN).fit(X, Y)
        return sampler.history_[:, "train_loss"]

    assert course(1) == course(6)


def test_the_same_seed_gives_the_same_rows():
    samplers = [
        WGANGPSampler(max_epochs=4, callbacks=[IndicatorCheckpoint(every=1)], **GAN) for _ in range(2)
    ]
    one, two = (s.fit(X, Y).sample(9)[0] for s in samplers)
    np.testing.assert_array_equal(one, two)


def test_held_out_rows_are_not_trained_on_and_groups_stay_whole():
    trained = []

    class Spy(EMA):
        def on_train_begin(self, net, X=None, **kwargs):
            trained.append(X.tensors[0].numpy())
            super().on_train_begin(net)

    callbacks = [IndicatorCheckpoint(Script(1.0), every=9), Spy()]
    sampler = VAESampler(max_epochs=1, callbacks=callbacks, **VAE).fit(X, Y, groups=GROUPS)
    held = Script.seen[0][0]
    scaled = sampler.scaler_.transform(X).astype(np.float32)
    place = {row.tobytes(): i for i, row in enumerate(scaled)}
    train_rows, held_rows = (
        [place[row.tobytes()] for row in np.ascontiguousarray(Z)] for Z in (trained[0], held)
    )
    assert sorted(train_rows + held_rows) == list(range(90))
    assert not set(GROUPS[train_rows]) & set(GROUPS[held_rows])
    assert 12 <= len(held_rows) <= 24
    assert set(Y[held_rows]) == set(Y)


def test_without_a_checkpoint_nothing_is_held_out():
    train, held = holdout_for([EMA()], Y, None, 0)
    assert len(train) == 90
    assert len(held) == 0
    plain = VAESampler(max_epochs=2, **VAE).fit(X, Y)
    other = VAESampler(max_epochs=2, callbacks=[], **VAE).fit(X, Y)
    assert same(weights(plain), weights(other))


@pytest.mark.parametrize("groups", [None, np.repeat([0, 1, 2, 3], [1, 3, 3, 3])])
def test_the_only_row_of_a_class_is_trained_on(groups):
    y = np.array(["a"] + ["b"] * 9)
    for seed in range(8):
        train, held = holdout_for([IndicatorCheckpoint(validation_fraction=0.5)], y, groups, seed)
        assert 0 in train
        assert len(held) >= 2
        assert sorted([*train, *held]) == list(range(10))


def test_labels_reach_the_indicator_and_directions_are_kept():
    for indicator in (reverse_validation, partial(correlation_score, device="cpu")):
        sampler = VAESampler(max_epochs=2, callbacks=[IndicatorCheckpoint(indicator, every=1)], **VAE).fit(
            X, Y
        )
        assert any(name.endswith("_score") for name in sampler.history_[-1])


def test_a_generator_that_diverges_keeps_its_last_good_weights():
    class Poison(Callback):
        """Spoil the weights in the third epoch."""

        def on_epoch_begin(self, net, **kwargs):
            if len(net.history) == 3:
                for weight in net.module_.parameters():
                    weight.data.fill_(np.nan)

    callbacks = [IndicatorCheckpoint(every=1), Poison()]
    unguarded = {"callbacks__divergence": None}
    sampler = VAESampler(max_epochs=4, ema_decay=None, callbacks=callbacks, net_params=unguarded, **VAE)
    with np.errstate(all="ignore"):
        sampler.fit(X, Y)
    assert np.isfinite(sampler.sample(20)[0]).all()
    assert sampler.history_[-1, "energy_distance_score"] == -np.inf


def test_searches_with_several_indicators():
    scoring = make_generation_scorer([energy_distance, correlation_score], random_state=0)
    sampler = VAESampler(max_epochs=4, callbacks=[IndicatorCheckpoint(every=2)], **VAE)
    cv = StratifiedKFold(2)
    scores = cross_validate(sampler, X, Y, cv=cv, scoring=scoring, error_score="raise")
    assert np.isfinite(scores["test_energy_distance"]).all()
    grid = {"callbacks": [None, [IndicatorCheckpoint(every=2)]], "max_epochs": [2, 4]}
    settings = {"cv": cv, "error_score": "raise"}
    search = GridSearchCV(sampler, grid, scoring=scoring, refit="correlation_score", **settings).fit(X, Y)
    assert hasattr(search.best_estimator_, "module_")
    halving = HalvingGridSearchCV(
        sampler,
        {"latent_dim": [2, 4]},
        scoring=make_generation_scorer(energy_distance, random_state=0),
        resource="max_epochs",
        min_resources=2,
        max_resources=4,
        factor=2,
        **settings,
    ).fit(X, Y)
    assert halving.best_params_["max_epochs"] == 4


def test_samplers_with_it_clone_and_pickle():
    sampler = VAESampler(max_epochs=2, callbacks=[IndicatorCheckpoint(energy_distance, every=1)], **VAE)
    twin = clone(sampler)
    assert twin.callbacks[0] is not sampler.callbacks[0]
    assert twin.callbacks[0].get_params()["every"] == 1
    loaded = pickle.loads(pickle.dumps(sampler.fit(X, Y)))
    np.testing.assert_array_equal(loaded.sample(3)[0], sampler.sample(3)[0])
    assert not hasattr(sampler.callbacks[0], "best_score_")


def test_named_callbacks_and_the_table_of_epochs(capsys):
    callbacks = [("best", IndicatorCheckpoint(every=2))]
    VAESampler(max_epochs=3, callbacks=callbacks, verbose=2, **VAE).fit(X, Y)
    assert "energy_distance_score" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"every": 0}, "every must be"),
        ({"validation_fraction": 0.9}, "validation_fraction must be"),
        ({"validation_fraction": 0}, "validation_fraction must be"),
    ],
)
def test_bad_settings_are_named(settings, message):
    with pytest.raises(ValueError, match=message):
        VAESampler(max_epochs=1, callbacks=[IndicatorCheckpoint(**settings)], **VAE).fit(X, Y)


def test_few_rows_cannot_be_held_out():
    with pytest.raises(ValueError, match="too few rows"):
        VAESampler(max_epochs=1, callbacks=[IndicatorCheckpoint()], **VAE).fit(X[[0, 1, 89]], Y[[0, 1, 89]])


def test_it_scores_a_sampler_whose_batches_hold_more_than_rows_and_labels():
    X, y = np.random.default_rng(0).normal(size=(60, 8)), np.arange(60) % 2
    sampler = GMDASampler(
        max_epochs=4, callbacks=[IndicatorCheckpoint(every=2)], random_state=0, device="cpu"
    )
    scores = sampler.fit(X, y).history_[:, "energy_distance_score"]
    assert np.isfinite(scores).tolist() == [False, True, False, True]


@pytest.mark.parametrize(
    ("callback", "message"),
    [
        (EarlyStopping(), "EarlyStopping looks at 'valid_loss', but no loss of held-out rows is measured"),
        (("stop", EarlyStopping()), "EarlyStopping looks at 'valid_loss'"),
        (Checkpoint(), "Checkpoint looks at 'valid_loss_best'"),
        (EpochScoring("accuracy"), "EpochScoring scores predictions, which this training does not make"),
    ],
)
@pytest.mark.parametrize("kind", [VAESampler, WGANGPSampler, MLPNetClassifier])
def test_callbacks_that_look_for_what_is_not_measured(kind, callback, message):
    X = np.random.default_rng(0).normal(size=(20, 3))
    with pytest.raises(ValueError, match=f"callbacks: {message}"):
        kind(callbacks=[callback], max_epochs=2, device="cpu").fit(X, np.arange(20) % 2)


def test_a_held_out_loss_can_be_watched():
    X = np.random.default_rng(0).normal(size=(40, 3))
    y = np.arange(40) % 2
    model = MLPNetClassifier(early_stopping=True, max_epochs=2, device="cpu", random_state=0)
    assert len(model.set_params(callbacks=[EarlyStopping()]).fit(X, y).history_) == 2
    watched = [EarlyStopping(), IndicatorCheckpoint(every=1)]
    assert (
        len(VAESampler(callbacks=watched, max_epochs=2, device="cpu", random_state=0).fit(X, y).history_) == 2
    )
