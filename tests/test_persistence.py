"""A sampler from a file draws the rows of the one that was saved."""

import pickle

import numpy as np
import pytest
import torch
from imblearn.over_sampling import SMOTE
from scipy import sparse
from sklearn.base import clone
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, PowerTransformer, QuantileTransformer, RobustScaler

from sklearn_txaug.callbacks import IndicatorCheckpoint
from sklearn_txaug.metrics import correlation_score
from sklearn_txaug.model_selection import SelectiveSampler
from sklearn_txaug.over_sampling import (
    FlowMatchingSampler,
    FrozenSampler,
    GaussianSampler,
    LandmarkSampler,
    LatentSampler,
    WGANGPSampler,
)
from sklearn_txaug.over_sampling._wrapper import SamplerAdapter
from sklearn_txaug.persistence import load_sampler
from sklearn_txaug.priors import ExpressionPrior
from sklearn_txaug.reconstruction import LandmarkReconstructor

from .samplers import SAMPLERS, SMALL_DENOISER, SMALL_GAN, three_classes
from .saved import same_rows, through_file

pytest.importorskip("safetensors")
pytest.importorskip("skops")


each_sampler = pytest.mark.parametrize("sampler", SAMPLERS, ids=lambda s: type(s).__name__)


@pytest.fixture(scope="module")
def data():
    return three_classes()


@each_sampler
def test_every_sampler_draws_the_same_rows(sampler, data, tmp_path):
    trained = clone(sampler).fit(*data)
    loaded = through_file(trained, tmp_path)
    same_rows(trained, loaded)
    assert loaded.get_params(deep=False).keys() == trained.get_params(deep=False).keys()
    np.testing.assert_array_equal(loaded.classes_, trained.classes_)
    same_rows(trained, pickle.loads(pickle.dumps(loaded)))
    same_rows(clone(trained).fit(*data), clone(loaded).fit(*data))  # its parameters are those of the original
    if hasattr(trained, "interpolate") and hasattr(trained.module_, "condition"):
        np.testing.assert_array_equal(
            trained.interpolate("brain", "liver")[0], loaded.interpolate("brain", "liver")[0]
        )


@pytest.mark.parametrize(
    "kind", ["list", "float32", "csr", "csc_array", "frame", "frame of several types", "polars"]
)
def test_containers_are_those_of_the_training(kind, data, tmp_path):
    X, y = data
    X = (10 * X).round()
    names = [f"gene {k}" for k in range(8)]
    if kind == "list":
        X, y = X.tolist(), y.tolist()
    elif kind == "float32":
        X = X.astype(np.float32)
    elif kind == "csr":
        X = sparse.csr_matrix(X)
    elif kind == "csc_array":
        X = sparse.csc_array(X)
    elif kind == "polars":
        pl = pytest.importorskip("polars")
        X, y = pl.DataFrame(X, schema=names), pl.Series("tissue", y)
    else:
        pd = pytest.importorskip("pandas")
        X, y = pd.DataFrame(X, columns=names), pd.Series(y, name="tissue", dtype="category")
        if "several" in kind:
            X = X.astype({"gene 1": "int32", "gene 2": "Int64", "gene 3": "Float32"})
            X.index = pd.MultiIndex.from_arrays([range(90), ["a"] * 90], names=["patient", "batch"])
    trained = GaussianSampler(random_state=0).fit(X, y)
    loaded = through_file(trained, tmp_path)
    same_rows(trained, loaded)
    if "frame" in kind:
        rows, again = trained.sample(3)[0], loaded.sample(3)[0]
        assert rows.equals(again)
        assert rows.index.equals(again.index)
        assert rows.dtypes.equals(again.dtypes)
        assert trained.sample(3)[1].equals(loaded.sample(3)[1])
    if kind not in ("list", "float32", "csr", "csc_array"):
        assert loaded.feature_names_in_.tolist() == names


@pytest.mark.parametrize("labels", [[0, 1], [True, False], np.array(["a", "b"], dtype=object)])
def test_label_types(labels, tmp_path):
    X = np.random.default_rng(0).normal(size=(20, 3))
    trained = GaussianSampler(random_state=0).fit(X, np.repeat(np.asarray(labels), 10))
    loaded = through_file(trained, tmp_path)
    assert loaded.sample(4)[1].dtype == trained.sample(4)[1].dtype
    same_rows(trained, loaded)
    pd, _ = pytest.importorskip("pandas"), pytest.importorskip("pyarrow")
    text = pd.Series(["a", "b"] * 10, dtype="string[pyarrow]")
    assert (
        through_file(GaussianSampler(random_state=0).fit(X, text), tmp_path).sample(4)[1].dtype == text.dtype
    )
    assert through_file(
        GaussianSampler(random_state=0).fit(X, np.eye(2, dtype=int)[np.arange(20) % 2]), tmp_path
    )


WRAPPED = {
    "latent transport": LatentSampler(GaussianSampler(), decoder="transport", random_state=0),
    "latent net": LatentSampler(
        FlowMatchingSampler(max_epochs=1, **SMALL_DENOISER), reducer=PowerTransformer(), random_state=0
    ),
    "latent SMOTE": SamplerAdapter(SMOTE(k_neighbors=2), random_state=0),
    "landmark net": LandmarkSampler(
        WGANGPSampler(max_epochs=1, **SMALL_GAN), landmarks=range(3), residual="gaussian", random_state=0
    ),
    "gate with SMOTE": SelectiveSampler(
        SMOTE(k_neighbors=2), rule="always", cv=2, n_repeats=1, random_state=0
    ),
    "mlp reconstruction": LandmarkSampler(
        GaussianSampler(),
        landmarks=[0, 1],
        reconstructor=LandmarkReconstructor(estimator="mlp"),
        random_state=0,
    ),
    "random state": GaussianSampler(random_state=np.random.RandomState(0)),  # noqa: NPY002
    "settings": WGANGPSampler(
        max_epochs=2,
        net_params={"optimizer": torch.optim.SGD},
        callbacks=[IndicatorCheckpoint(correlation_score, every=1)],
        n_synthetic={"liver": 5},
        device=torch.device("cpu"),
        random_state=0,
        **SMALL_GAN,
    ),
}


@pytest.mark.parametrize("name", WRAPPED)
def test_wrapped_samplers_and_settings(name, data, tmp_path):
    trained = clone(WRAPPED[name]).fit(*data)
    loaded = through_file(trained, tmp_path)
    if name == "random state":
        trained.set_params(random_state=0)
        loaded.set_params(random_state=0)
    same_rows(trained, loaded)


def test_a_frozen_sampler_stays_frozen(data, tmp_path):
    trained = FrozenSampler(
        WGANGPSampler(max_epochs=1, random_state=0, **SMALL_GAN).fit(*data), random_state=0
    )
    loaded = through_file(trained.fit(*data), tmp_path)
    assert loaded.sampler_ is loaded.sampler
    same_rows(trained, loaded)
    same_rows(trained, loaded.fit(*data))


@pytest.mark.parametrize(
    "scaler",
    [MinMaxScaler(), QuantileTransformer(n_quantiles=10), make_pipeline(RobustScaler(), PowerTransformer())],
)
def test_scalers_of_scikit_learn_come_back(scaler, data, tmp_path):
    trained = GaussianSampler(scaler=scaler, random_state=0).fit(*data)
    same_rows(trained, through_file(trained, tmp_path))


def test_a_prior_loses_the_names_of_patients(data, tmp_path):
    prior = ExpressionPrior(rank=2).fit(*data, groups=np.repeat([f"patient {k}" for k in range(45)], 2))
    trained = GaussianSampler(prior=prior, random_state=0).fit(*data)
    loaded = through_file(trained, tmp_path)
    assert loaded.prior.groups_ is None
    assert b"patient 7" not in (tmp_path / "sampler.txaug").read_bytes()
    same_rows(trained, loaded)


def test_provenance(data, tmp_path):
    GaussianSampler(random_state=0).fit(*data).save(tmp_path / "s", note="of ours, CC BY")
    provenance = load_sampler(tmp_path / "s").provenance_
    assert provenance["note"] == "of ours, CC BY"
    assert provenance["n_rows"] == 90
    assert provenance["training_rows"] == []
    assert provenance["written_by"].keys() >= {"sklearn_txaug", "scikit-learn", "torch"}
    assert len(provenance["digest"]) == 64
