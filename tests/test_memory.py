"""One training, many uses: what a cache of trained generators spares, and what it must not."""

import importlib
import sys
import warnings

import joblib
import numpy as np
import pytest
from imblearn.pipeline import make_pipeline
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV

from sklearn_txaug.callbacks import IndicatorCheckpoint
from sklearn_txaug.datasets import make_expression
from sklearn_txaug.over_sampling import (
    CopulaSampler,
    DDPMSampler,
    FlowMatchingSampler,
    GaussianSampler,
    LatentSampler,
    WGANGPSampler,
)
from sklearn_txaug.priors import ExpressionPrior

SAMPLERS = [
    GaussianSampler(),
    CopulaSampler(),
    FlowMatchingSampler(max_epochs=2),
    DDPMSampler(max_epochs=2, n_sampling_steps=5),
    WGANGPSampler(max_epochs=2),
    LatentSampler(GaussianSampler()),
]


@pytest.fixture(scope="module")
def data():
    return make_expression(60, n_features=12, n_classes=3, random_state=0)[:2]


@pytest.fixture
def trainings(monkeypatch):
    """Count how often generators are trained."""
    count = []
    for kind in {type(sampler) for sampler in SAMPLERS}:
        fit = kind._fit_generator

        def counted(self, *args, fit=fit):
            count.append(type(self).__name__)
            return fit(self, *args)

        monkeypatch.setattr(kind, "_fit_generator", counted)
    return count


@pytest.mark.parametrize("sampler", SAMPLERS, ids=lambda sampler: type(sampler).__name__)
def test_a_cached_generator_draws_the_same_rows(sampler, data, tmp_path):
    plain = sampler.set_params(n_synthetic=9, random_state=0, memory=None)
    expected = plain.fit_resample(*data)
    for _ in range(2):
        cached = plain.__class__(**{**plain.get_params(deep=False), "memory": tmp_path})
        for a, b in zip(cached.fit_resample(*data), expected, strict=True):
            np.testing.assert_array_equal(a, b)
        np.testing.assert_array_equal(cached.sample(4)[0], plain.sample(4)[0])


def test_a_grid_over_amounts_and_classifiers_trains_once_a_fold(data, tmp_path, trainings):
    sampler = FlowMatchingSampler(
        max_epochs=1, hidden_layer_sizes=(8,), n_sampling_steps=2, memory=str(tmp_path), random_state=0
    )
    grid = {
        "flowmatchingsampler__n_synthetic": [5, 10, 20, 0.5],
        "logisticregression__C": [0.1, 1.0],
    }
    search = GridSearchCV(make_pipeline(sampler, LogisticRegression()), grid, cv=2, refit=False).fit(*data)
    assert len(search.cv_results_["params"]) == 8
    assert len(trainings) == 2


def test_a_second_fit_leaves_a_whole_entry_in_the_cache(data, tmp_path):
    sampler = GaussianSampler(memory=tmp_path, random_state=0).fit(*data)
    expected = sampler.set_params(prior_rows=10.0).fit(*data).sample(4)[0]
    np.testing.assert_array_equal(clone(sampler).fit(*data).sample(4)[0], expected)


def test_another_prior_in_the_same_file_is_another_training(data, tmp_path, trainings):
    path = tmp_path / "prior.npz"
    for rank in (2, 5, 5):
        ExpressionPrior(rank=rank).fit(*data).save(path)
        GaussianSampler(prior=path, memory=tmp_path / "cache", random_state=0).fit(*data)
    assert len(trainings) == 2


DRAWING = [
    {"n_synthetic": 30},
    {"n_sampling_steps": 3},
    {"guidance": 1.0},
    {"quantile_mapping": False},
    {"nonnegative": True},
    {"eta": 0.0},
    {"step_spacing": "linspace"},
]


@pytest.mark.parametrize("changed", DRAWING, ids=str)
def test_parameters_of_drawing_do_not_retrain_and_hold(changed, data, tmp_path, trainings):
    params = {"max_epochs": 2, "n_sampling_steps": 5, "n_synthetic": 9, "random_state": 0}
    DDPMSampler(**params, memory=tmp_path).fit_resample(*data)
    cached = DDPMSampler(**{**params, **changed}, memory=tmp_path).fit_resample(*data)
    assert len(trainings) == 1
    np.testing.assert_array_equal(cached[0], DDPMSampler(**{**params, **changed}).fit_resample(*data)[0])


def test_with_callbacks_that_look_at_drawn_rows_parameters_of_drawing_are_those_of_training(
    data, tmp_path, trainings
):
    params = {"max_epochs": 3, "n_sampling_steps": 2, "random_state": 0, "memory": tmp_path}
    for guidance in (0.0, 1.0, 1.0):
        FlowMatchingSampler(guidance=guidance, callbacks=[IndicatorCheckpoint(every=1)], **params).fit(*data)
    assert len(trainings) == 2


OWN = """
from sklearn_txaug.over_sampling import GaussianSampler

class OwnSampler(GaussianSampler):
    def _generate(self, codes, rng):
        return super()._generate(codes, rng) * 0 + self.level_

    def _fit_generator(self, *args):
        super()._fit_generator(*args)
        self.level_ = LEVEL
"""


def _define(code, name):
    exec(code, namespace := {"__name__": name})
    return namespace["OwnSampler"]


def test_a_class_of_ones_own_that_has_changed_is_another_training(data, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    drawn = []
    for level in ("1", "2"):
        (tmp_path / "own_sampler.py").write_text(OWN.replace("LEVEL", level))
        monkeypatch.delitem(sys.modules, "own_sampler", raising=False)
        importlib.invalidate_caches()
        kinds = [
            importlib.import_module("own_sampler").OwnSampler,
            _define(OWN.replace("LEVEL", level), "__main__"),
        ]
        for kind in kinds:
            sampler = kind(memory=tmp_path / "cache", scaler="passthrough", random_state=0)
            drawn.append(sampler.fit(*data).sample(1)[0][0, 0])
    assert drawn == [1, 1, 2, 2]


@pytest.mark.parametrize(
    "changed", [{"lr": 0.01}, {"random_state": 1}, {"max_epochs": 3}, {"scaler": "passthrough"}], ids=str
)
def test_parameters_of_training_retrain(changed, data, tmp_path, trainings):
    params = {"max_epochs": 2, "n_synthetic": 9, "random_state": 0, "memory": tmp_path}
    FlowMatchingSampler(**params).fit(*data)
    FlowMatchingSampler(**{**params, **changed}).fit(*data)
    assert len(trainings) == 2


def test_other_rows_and_labels_retrain(data, tmp_path, trainings):
    X, y = data
    other = X.copy()
    other[0, 0] += 1
    for rows, labels in [(X, y), (other, y), (X, np.roll(y, 1)), (X, y.astype(str))]:
        GaussianSampler(random_state=0, memory=joblib.Memory(tmp_path, verbose=0)).fit(rows, labels)
    assert len(trainings) == 4


@pytest.mark.parametrize("damage", ["truncated", "flipped", "foreign", "emptied"])
def test_damaged_entries_are_trained_again(damage, data, tmp_path, trainings):
    def fit():
        return GaussianSampler(n_synthetic=9, random_state=0, memory=tmp_path).fit_resample(*data)[0]

    expected = fit()
    for path in tmp_path.rglob("output.pkl"):
        content = bytearray(path.read_bytes())
        if damage == "truncated":
            content = content[: len(content) // 2]
        elif damage == "flipped":
            content[len(content) // 2] ^= 1
        elif damage == "emptied":
            content = b""
        else:
            joblib.dump({"other": 1}, path)
            continue
        path.write_bytes(content)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # joblib logs what it cannot load, and does not warn
        np.testing.assert_array_equal(fit(), expected)
    assert len(trainings) == 2
    np.testing.assert_array_equal(fit(), expected)
    assert len(trainings) == 2


@pytest.mark.parametrize("memory", [3, object(), ""])  # no text would be the current folder
def test_what_is_no_cache_is_refused(memory, data):
    with pytest.raises(ValueError, match="The 'memory' parameter of GaussianSampler"):
        GaussianSampler(memory=memory).fit(*data)
