"""What a trained sampler contains of its training rows is listed, and a file to share has none."""

import numpy as np
import pytest
import torch
from imblearn.over_sampling import SMOTE
from sklearn.base import clone

from sklearn_txaug import presets
from sklearn_txaug.over_sampling import (
    FlowMatchingSampler,
    GaussianSampler,
    LatentSampler,
)
from sklearn_txaug.over_sampling._wrapper import SamplerAdapter
from sklearn_txaug.persistence import load_sampler, training_rows_in

from .samplers import SAMPLERS, SMALL_DENOISER, three_classes
from .saved import same_rows

pytest.importorskip("safetensors")
pytest.importorskip("skops")


@pytest.fixture(scope="module")
def data():
    return three_classes()


@pytest.mark.parametrize("sampler", SAMPLERS, ids=lambda s: type(s).__name__)
def test_the_sharing_preset_keeps_no_row(sampler, data, tmp_path):
    X, y = data
    name = type(sampler).__name__
    if name not in presets.SHARING:
        trained = clone(sampler).fit(X, y)
        if training_rows_in(trained):
            with pytest.raises(ValueError, match="sharing=True: .* contains training rows: "):
                trained.save(tmp_path / "s", sharing=True)
        return
    trained = clone(sampler).set_params(**presets.SHARING[name]).fit(X, y)
    trained.save(tmp_path / "s", sharing=True)
    assert training_rows_in(trained) == []
    loaded = load_sampler(tmp_path / "s")
    same_rows(trained, loaded)
    spaces = loaded.spaces_
    kept = numbers_in(loaded)
    rows = X
    for space in [None, *spaces]:
        rows = rows if space is None else space.encode(rows)
        for values in (rows, rows.astype(np.float32)):
            assert np.isin(values, kept).mean() < 0.01


def numbers_in(value, seen=None):
    """Return all floating numbers of an object and what is in it, whatever its classes say."""
    seen = {} if seen is None else seen
    if id(value) in seen:
        return np.empty(0)
    seen[id(value)] = value
    if isinstance(value, torch.Tensor):
        value = value.detach().numpy()
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        return value.ravel().astype(float)
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else None
    if parts is None:
        parts = [*vars(value).values()] if hasattr(value, "__dict__") and not isinstance(value, type) else []
    return np.concatenate([np.empty(0), *(numbers_in(part, seen) for part in parts)])


def test_what_is_kept_is_listed(data):
    X, y = data
    kept = {
        "quantiles": FlowMatchingSampler(max_epochs=1, random_state=0, **SMALL_DENOISER),
        "transport": LatentSampler(
            GaussianSampler(), decoder="transport", residual=False, quantile_mapping=False
        ),
        "SMOTE": SamplerAdapter(SMOTE(k_neighbors=2)),
    }
    listed = {name: [rows.where for rows in training_rows_in(s.fit(X, y))] for name, s in kept.items()}
    assert listed["quantiles"] == [
        "spaces_[0].sorted_",
        "spaces_[2].noise_.residuals_",
        "spaces_[2].noise_.points_",
    ]
    assert listed["transport"] == ["_real", "_latent"]
    assert listed["SMOTE"] == ["sampler_.X_"]


def test_latent_samplers_keep_rows_only_if_they_need_them(data):
    sampler = LatentSampler(
        GaussianSampler(), decoder="transport", quantile_mapping=False, random_state=0
    ).fit(*data)
    assert {"_real", "_latent"} < {rows.where for rows in training_rows_in(sampler)}
    sampler.set_params(decoder="inverse", residual=False).fit(*data)
    assert training_rows_in(sampler) == []


def test_small_classes_are_listed(data, tmp_path):
    X, y = data
    few = np.array([*y[y != "liver"], *["liver"] * 2])
    rows = np.concatenate([X[y != "liver"], X[y == "liver"][:2]])
    trained = GaussianSampler(random_state=0).fit(rows, few)
    (found,) = training_rows_in(trained)
    assert found.n_rows == 2
    with pytest.raises(ValueError, match="classes of 6 rows or more"):
        trained.save(tmp_path / "s", sharing=True)
    mapped = GaussianSampler(quantile_mapping=True, random_state=0).fit(rows[:-1], few[:-1])
    assert [len(values) for values in mapped.spaces_[0].sorted_] == [
        *np.unique(few[:-1], return_counts=True)[1][:2],
        0,
    ]
