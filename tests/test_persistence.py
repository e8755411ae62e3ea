"""Trained samplers in files: the same rows, no code, nothing damaged or forged, and no rows where none may be."""

import hashlib
import io
import json
import pickle
import shutil
import zipfile

import numpy as np
import pytest
import torch
from imblearn.over_sampling import SMOTE
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.datasets import make_classification
from sklearn.exceptions import NotFittedError
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, PowerTransformer, QuantileTransformer, RobustScaler

from sklearn_txaug import __main__ as command_line
from sklearn_txaug import __version__, presets
from sklearn_txaug.callbacks import IndicatorCheckpoint
from sklearn_txaug.metrics import correlation_score
from sklearn_txaug.model_selection import SelectiveSampler
from sklearn_txaug.over_sampling import (
    CopulaSampler,
    FlowMatchingSampler,
    FrozenSampler,
    GaussianSampler,
    LandmarkSampler,
    LatentSampler,
    WGANGPSampler,
)
from sklearn_txaug.over_sampling._wrapper import SamplerAdapter
from sklearn_txaug.persistence import load_sampler, training_rows_in
from sklearn_txaug.persistence._archive import _MARK
from sklearn_txaug.priors import ExpressionPrior
from sklearn_txaug.reconstruction import LandmarkReconstructor

from .samplers import SAMPLERS, SMALL_DENOISER, SMALL_GAN

pytest.importorskip("safetensors")
pytest.importorskip("skops")

each_sampler = pytest.mark.parametrize("sampler", SAMPLERS, ids=lambda s: type(s).__name__)


@pytest.fixture(scope="module")
def data():
    X, y = make_classification(
        90, 8, n_informative=6, n_classes=3, weights=[0.6, 0.3, 0.1], n_clusters_per_class=1, random_state=0
    )
    return X, np.array(["brain", "kidney", "liver"])[y]


@pytest.fixture(scope="module")
def saved(data, tmp_path_factory):
    path = tmp_path_factory.mktemp("saved") / "gaussian.txaug"
    GaussianSampler(scaler=RobustScaler(), random_state=0).fit(*data).save(path)
    return path


class HomeMade(TransformerMixin, BaseEstimator):
    """A scaler of the user's own."""

    def fit(self, X, y=None):
        self.mean_ = X.mean(axis=0)
        return self

    def transform(self, X):
        return X - self.mean_

    def inverse_transform(self, X):
        return X + self.mean_


def same_rows(one, other, **sample):
    for state in (3,) if one.random_state is None else (None, 3):
        rows, labels = one.sample(12, random_state=state, **sample)
        again, labels_again = other.sample(12, random_state=state, **sample)
        assert type(rows) is type(again)
        assert type(labels) is type(labels_again)
        dense, dense_again = (x.toarray() if sparse.issparse(x) else np.asarray(x) for x in (rows, again))
        np.testing.assert_array_equal(dense, dense_again)
        np.testing.assert_array_equal(np.asarray(labels), np.asarray(labels_again))


def through_file(sampler, tmp_path, **options):
    sampler.save(tmp_path / "sampler.txaug")
    return load_sampler(tmp_path / "sampler.txaug", **options)


# -- the same sampler


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
def test_containers(kind, data, tmp_path):
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
def test_scalers(scaler, data, tmp_path):
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


# -- what is refused


def test_untrained_samplers_and_what_cannot_be_written(data, tmp_path):
    with pytest.raises(NotFittedError, match="call fit"):
        GaussianSampler().save(tmp_path / "s")
    trained = WGANGPSampler(max_epochs=1, random_state=0, **SMALL_GAN).fit(*data)
    trained.set_params(net_params={"optimizer__closure": lambda: None})
    with pytest.raises(TypeError, match=r"net_params\['optimizer__closure'\] is of class builtins.function"):
        trained.save(tmp_path / "s")
    assert not (tmp_path / "s").exists()
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(np.asarray(data[0])).astype(pd.SparseDtype(float, 0.0))
    with pytest.raises(TypeError, match="columns of Sparse.* cannot be written"):
        GaussianSampler().fit(frame, np.asarray(data[1])).save(tmp_path / "s")
    trained = GaussianSampler().fit(*data)
    with pytest.raises(FileNotFoundError, match="there is no folder.*absent"):
        trained.save(tmp_path / "absent" / "s")
    with pytest.raises(IsADirectoryError, match="this is a folder"):
        trained.save(tmp_path)


def test_classes_of_others_are_refused_unless_trusted(data, tmp_path):
    trained = GaussianSampler(scaler=HomeMade(), random_state=0).fit(*data)
    name = f"{__name__}.HomeMade"
    with pytest.raises(ValueError, match=f"not known to be safe, \\['{name}'\\]"):
        through_file(trained, tmp_path)
    same_rows(trained, through_file(trained, tmp_path, trusted=[name]))
    reconstructor = LandmarkReconstructor(estimator=KNeighborsRegressor(3))
    trained = LandmarkSampler(GaussianSampler(), landmarks=[0, 1], reconstructor=reconstructor).fit(*data)
    with pytest.raises(ValueError, match=r"sklearn.neighbors._kd_tree.KDTree"):
        through_file(trained, tmp_path)


def test_no_bit_may_change_and_no_byte_be_missing(saved, tmp_path):
    content = saved.read_bytes()
    rng = np.random.default_rng(0)
    path = tmp_path / "damaged"
    ends = [*range(8), *rng.integers(len(content), size=30), *range(len(content) - 120, len(content))]
    flips = rng.integers(8 * len(content), size=60)
    structure = [content.find(mark) for mark in (b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06", _MARK)]
    places = [*flips, *(8 * (start + k) + 1 for start in structure for k in range(30))]
    for end in ends:
        path.write_bytes(content[:end])
        with pytest.raises(ValueError, match="damaged"):
            load_sampler(path)
    for place in places:
        changed = bytearray(content)
        changed[place // 8 % len(content)] ^= 1 << place % 8
        path.write_bytes(changed)
        with pytest.raises(ValueError, match="damaged"):
            load_sampler(path)
    for extended in (content + b"\0", b"\0" + content, content + content):
        path.write_bytes(extended)
        with pytest.raises(ValueError, match="damaged"):
            load_sampler(path)


def test_files_of_other_kinds(tmp_path, data):
    with pytest.raises(FileNotFoundError):
        load_sampler(tmp_path / "nothing")
    for content in (b"", b"PK\x05\x06" + bytes(18), pickle.dumps(GaussianSampler()), b"x" * 10_000):
        (tmp_path / "other").write_bytes(content)
        with pytest.raises(ValueError, match="was not written by sklearn_txaug"):
            load_sampler(tmp_path / "other")
    ExpressionPrior(rank=2).fit(*data).save(tmp_path / "prior.npz")
    with pytest.raises(ValueError, match="was not written by sklearn_txaug"):
        load_sampler(tmp_path / "prior.npz")


def members_of(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def forge(path, members, compression=zipfile.ZIP_STORED):
    """Write a file whose digest is right, as an attacker would."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
        archive.comment = _MARK + b"0" * 64
    content = buffer.getvalue()[:-64]
    path.write_bytes(content + hashlib.sha256(content).hexdigest().encode())
    return path


def test_the_forgers_file_is_read_if_nothing_is_changed(saved, tmp_path):
    load_sampler(forge(tmp_path / "forged", members_of(saved)))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("../../evil.json", "that save does not write"),
        ("/etc/evil.json", "that save does not write"),
        ("objects/../evil.skops", "that save does not write"),
        ("evil.pkl", "that save does not write"),
        ("evil.json", "not those that it names"),
        ("objects/99.skops", "not those that it names"),
    ],
)
def test_members_that_do_not_belong(saved, tmp_path, name, message):
    with pytest.raises(ValueError, match=message):
        load_sampler(forge(tmp_path / "forged", {**members_of(saved), name: b"{}"}))
    assert not (tmp_path / "evil.json").exists()


def test_compressed_members_and_missing_ones(saved, tmp_path):
    members = members_of(saved)
    bomb = {**members, "object.json": b" " * 50_000_000}
    with pytest.raises(ValueError, match="compressed or encrypted"):
        load_sampler(forge(tmp_path / "forged", bomb, zipfile.ZIP_DEFLATED))
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("schema.json", b" " * 50_000_000)
    with pytest.raises(ValueError, match="a member of an object is compressed"):
        load_sampler(forge(tmp_path / "forged", {**members, "objects/0.skops": inner.getvalue()}))
    for lacking in members:
        rest = {name: content for name, content in members.items() if name != lacking}
        with pytest.raises(ValueError, match="cannot be loaded"):
            load_sampler(forge(tmp_path / "forged", rest))


def changed_description(saved, change):
    members = members_of(saved)
    description = json.loads(members["object.json"])
    change(description)
    return {**members, "object.json": json.dumps(description).encode()}


def node_of(description, tag):
    return next(node[tag] for node in description["objects"] if tag in node and "name" in node[tag])


def sampler_of(description):
    return description["objects"][description["root"]["ref"]]["object"]


def set_attribute(name, node):
    return lambda d: sampler_of(d)["attributes"].update({name: node})


FORGERIES = {
    "a newer format": (lambda d: d.update(version=2), "version 2 of the format"),
    "another kind": (
        lambda d: d.update(format="sklearn_txaug checkpoint"),
        "where a sklearn_txaug sampler is wanted",
    ),
    "an older package": (
        lambda d: d["written_by"].update(sklearn_txaug="0.0.9"),
        f"0.0.9 wrote it, and {__version__} is",
    ),
    "another scikit-learn": (
        lambda d: d["written_by"].update({"scikit-learn": "0.1"}),
        "install scikit-learn 0.1",
    ),
    "an unknown parameter": (set_attribute("wings", 2), r"parameters \['wings'\]"),
    "a missing parameter": (lambda d: sampler_of(d)["attributes"].pop("scaler"), r"without \['scaler'\]"),
    "a wrong parameter": (set_attribute("prior_rows", "many"), "prior_rows"),
    "a class that does not exist": (
        lambda d: sampler_of(d).update({"class": "sklearn_txaug.over_sampling._gaussian.Nothing"}),
        "there is no class",
    ),
    "a class elsewhere": (
        lambda d: sampler_of(d).update({"class": "subprocess.Popen"}),
        "subprocess.Popen, which is not",
    ),
    "a class of another room": (
        lambda d: sampler_of(d).update({"class": "sklearn_txaug._cli.main.make_parser"}),
        "which is not of sklearn_txaug",
    ),
    "a function for a class": (
        lambda d: sampler_of(d).update({"class": "sklearn_txaug.priors._load.load_prior"}),
        "there is no class",
    ),
    "an imported name": (
        lambda d: sampler_of(d).update({"class": "sklearn_txaug.over_sampling._latent.cdist"}),
        "there is no class",
    ),
    "a special attribute": (set_attribute("__class__", 1), "'__class__' is not the name of an attribute"),
    "another dtype": (lambda d: node_of(d, "array").update(dtype="<f4"), "where float32"),
    "another shape": (lambda d: node_of(d, "array").update(shape=[8, 3]), r"where .* of shape \(8, 3\)"),
    "an array of objects": (lambda d: node_of(d, "array").update(dtype="|O"), "where object"),
    "a cycle": (lambda d: d.update(objects=[{"tuple": [{"ref": 0}]}, *d["objects"]]), "cannot be loaded"),
    "a negative reference": (lambda d: d.update(root={"ref": -1}), "ref must be"),
    "no sampler": (lambda d: d.update(root=[1, 2]), "it contains a list, which is no sampler"),
    "an unknown kind": (lambda d: d.update(root={"code": "print()"}), "there is no kind 'code'"),
    "huge text": (
        lambda d: d["objects"].insert(
            0, {"array": {"items": ["a"] * 10, "dtype": "<U99999999", "shape": [10]}}
        ),
        "an array of text would take",
    ),
    "fewer classes": (set_attribute("classes_", ["a"]), "of classes do not match"),
    "fewer genes": (set_attribute("n_features_in_", 5_000), "cannot be loaded|do not match"),
    "nothing learned": (lambda d: sampler_of(d)["attributes"].pop("spaces_"), "not fitted|fit"),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_forged_descriptions(saved, tmp_path, name):
    change, message = FORGERIES[name]
    with pytest.raises(ValueError, match=message):
        load_sampler(forge(tmp_path / "forged", changed_description(saved, change)))


def test_nested_nodes_and_text_that_is_no_json(saved, tmp_path):
    members = members_of(saved)
    for text in (b"[" * 200_000, b"{", b"\xff\xfe", b"null", b"[]", b'{"format": 1}'):
        with pytest.raises(ValueError, match="cannot be loaded"):
            load_sampler(forge(tmp_path / "forged", {**members, "object.json": text}))
    for data in (b"", b"\0" * 100, b"\xff" * 16, members["arrays.safetensors"][:-5]):
        with pytest.raises(ValueError, match="arrays are damaged"):
            load_sampler(forge(tmp_path / "forged", {**members, "arrays.safetensors": data}))


def test_weights_that_do_not_fit_their_layer(data, tmp_path):
    WGANGPSampler(max_epochs=1, random_state=0, **SMALL_GAN).fit(*data).save(tmp_path / "net")

    def widen(description):
        layer = next(
            n["module"]
            for n in description["objects"]
            if n.get("module", {}).get("class", "").endswith("Linear")
        )
        layer["attributes"]["out_features"] = 10**6

    with pytest.raises(ValueError, match=r"Linear.weight has shape .*, where \(1000000,"):
        load_sampler(forge(tmp_path / "forged", changed_description(tmp_path / "net", widen)))


class Runs:
    """An object whose unpickling would leave a mark."""

    def __reduce__(self):
        return shutil.rmtree, ("/nonexistent_folder_of_a_test",)


def test_no_pickle_is_read(saved, tmp_path):
    members = {**members_of(saved), "objects/0.skops": pickle.dumps(Runs())}
    with pytest.raises(ValueError, match="cannot be loaded"):
        load_sampler(forge(tmp_path / "forged", members))


# -- training rows


@each_sampler
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


# -- the commands


@pytest.fixture
def table(tmp_path):
    pd = pytest.importorskip("pandas")
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(8, 1, size=(30, 6)), columns=[f"GENE{k}" for k in range(6)])
    frame.insert(0, "tissue", np.array(["brain", "liver"])[np.arange(30) % 2])
    frame.index = [f"S{k}" for k in range(30)]
    frame.to_csv(tmp_path / "cohort.csv")
    return tmp_path / "cohort.csv"


def run(*arguments):
    return command_line.main([str(argument) for argument in arguments])


def test_train_and_augment_from_the_model(table, tmp_path, capsys):
    model, new = tmp_path / "model.txaug", tmp_path / "new.csv"
    small = ["--param", "max_epochs=1", "--quiet", "--label", "tissue", "--checkpoint", tmp_path / "states"]
    assert run("train", table, "-o", model, "--sampler", "flow", "--note", "mine", *small) == 0
    printed = capsys.readouterr().out
    assert "contains the values of each gene in each class, sorted (30 rows)" in printed
    assert "FlowMatchingSampler of 30 rows and 6 genes, classes by 'tissue'" in printed
    assert len(list((tmp_path / "states").glob("*.checkpoint"))) == 1
    assert load_sampler(model).provenance_["note"] == "txaug train cohort.csv; mine"
    assert run("augment", table, "--model", model, "--n-synthetic", 8, "-o", new, "--label", "tissue") == 0
    assert "30 real and 8 synthetic rows of 6 genes" in capsys.readouterr().out
    assert run("augment", table, "--model", model, "--sampler", "vae", "-o", new, "--label", "tissue") == 2
    assert "--sampler: the sampler of --model is trained already" in capsys.readouterr().err
    model.write_bytes(model.read_bytes()[:-1])
    assert run("augment", table, "--model", model, "-o", new, "--label", "tissue") == 2
    assert "model.txaug" in capsys.readouterr().err


def test_rows_of_a_model_need_no_other_file(table, tmp_path, capsys):
    pd, model, new = pytest.importorskip("pandas"), tmp_path / "model.txaug", tmp_path / "new.csv"
    assert run("train", table, "-o", model, "--sampler", "gaussian", "--label", "tissue", "--quiet") == 0
    table.unlink()
    for amount, brain, liver in (("8", 4, 4), ("3c", 3, 3), ("liver=5", 0, 5)):
        assert run("sample", model, "--n-synthetic", amount, "-o", new) == 0
        written = pd.read_csv(new, index_col=0)
        assert ((written["tissue"] == "brain").sum(), (written["tissue"] == "liver").sum()) == (brain, liver)
    drawn = load_sampler(model).sample(y=["liver"] * 5, random_state=0)[0]
    np.testing.assert_allclose(written[drawn.columns], drawn)
    refused = {
        "0.5x": "share of real rows",
        "colon=5": "colon",
        "0": "asks for no rows",
        "liver=0": "no rows",
    }
    for amount, message in refused.items():
        assert run("sample", model, "--n-synthetic", amount, "-o", new) == 2
        assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("y", "one"),
    [(np.repeat([True, False], 10), "True"), (np.repeat([1.0, 2.0], 10), "1"), (np.eye(2)[[0, 1] * 10], "1")],
)
def test_labels_of_a_model_are_found_by_name(y, one, tmp_path, capsys):
    pd, X = pytest.importorskip("pandas"), np.random.default_rng(0).normal(8, 1, (20, 3))
    GaussianSampler().fit(X, y).save(tmp_path / "model.txaug")
    asked = [tmp_path / "model.txaug", "-o", tmp_path / "new.csv", "--n-synthetic"]
    assert run("sample", *asked, f"{one}=4") == 0
    written = pd.read_csv(tmp_path / "new.csv", index_col=0)
    assert written["label"].astype(int).tolist() == [1] * 4
    assert written.index.tolist() == [f"synthetic_{k}" for k in range(4)]
    assert run("sample", *asked, "other=4") == 2
    assert "names ['other'], but the classes are" in capsys.readouterr().err


def test_rows_of_a_model_with_covariates_or_categories(tmp_path):
    pd, rng = pytest.importorskip("pandas"), np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(8, 1, (40, 3)), columns=["A", "B", "C"])
    y, new = np.repeat(["brain", "liver"], 20), tmp_path / "new.csv"
    ages = pd.DataFrame({"age": rng.uniform(20, 80, 40)})
    GaussianSampler().fit(X, y, covariates=ages).save(tmp_path / "aged.txaug")
    assert run("sample", tmp_path / "aged.txaug", "--n-synthetic", 6, "-o", new, "--label", "organ") == 0
    assert pd.read_csv(new, index_col=0).columns.tolist() == ["organ", "age", "is_synthetic", "A", "B", "C"]
    CopulaSampler().fit(X.assign(sex=["f", "m"] * 20), y).save(tmp_path / "mixed.txaug")
    assert run("sample", tmp_path / "mixed.txaug", "--n-synthetic", 6, "-o", new) == 0
    assert set(pd.read_csv(new)["sex"]) <= {"f", "m"}


def test_rows_of_a_model_with_covariates_and_categories(tmp_path, capsys):
    pd, rng = pytest.importorskip("pandas"), np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(8, 1, (40, 3)), columns=["A", "B", "C"]).assign(sex=["f", "m"] * 20)
    ages = pd.DataFrame({"age": rng.uniform(20, 80, 40)})
    CopulaSampler().fit(X, np.repeat(["brain", "liver"], 20), covariates=ages).save(tmp_path / "model.txaug")
    asked = [tmp_path / "model.txaug", "--n-synthetic", 6, "-o", tmp_path / "new.csv"]
    assert run("sample", *asked) == 0
    written = pd.read_csv(tmp_path / "new.csv", index_col=0)
    assert set(written.columns) == {"label", "age", "is_synthetic", "sex", "A", "B", "C"}
    assert run("sample", *asked, "--label", "sex") == 2  # a name of two columns
    assert "['sex']" in capsys.readouterr().err


@pytest.mark.parametrize("beside", [{}, {"sex": ["f", "m"] * 10}])
def test_rows_of_a_model_of_polars_have_its_names(tmp_path, beside):
    pd, pl = pytest.importorskip("pandas"), pytest.importorskip("polars")
    A, B = np.random.default_rng(0).normal(8, 1, (2, 20))
    CopulaSampler().fit(pl.DataFrame({"A": A, "B": B, **beside}), [0, 1] * 10).save(tmp_path / "model.txaug")
    assert run("sample", tmp_path / "model.txaug", "--n-synthetic", 6, "-o", tmp_path / "new.csv") == 0
    written = pd.read_csv(tmp_path / "new.csv", index_col=0)
    assert set(written.columns) == {"label", "is_synthetic", "A", "B", *beside}
    assert written.index[0].startswith("synthetic")
    assert written[["A", "B"]].notna().all(axis=None)


@pytest.mark.parametrize("sampler", ["private", "private_copula"])
def test_train_with_a_guarantee(table, tmp_path, capsys, sampler):
    model, new = tmp_path / "model.txaug", tmp_path / "new.csv"
    options = ["--sampler", sampler, "--param", "epsilon=3", "--label", "tissue", "--quiet", "--sharing"]
    assert run("train", table, "-o", model, *options) == 0
    assert "it contains no training rows" in capsys.readouterr().out
    privacy = load_sampler(model).provenance_["privacy"]
    assert (privacy["epsilon"], privacy["noise"]) == (3.0, "secret")  # whatever the seed of the command
    only_new = ["--synthetic-only", "--n-synthetic", 8, "-o", new, "--label", "tissue"]
    assert run("augment", table, "--model", model, *only_new) == 0
    assert "0 real and 8 synthetic rows" in capsys.readouterr().out


def test_train_for_sharing(table, tmp_path, capsys):
    model = tmp_path / "model.txaug"
    options = ["-o", model, "--label", "tissue", "--quiet", "--sharing"]
    assert run("train", table, *options, "--sampler", "gaussian") == 0
    assert "it contains no training rows" in capsys.readouterr().out
    assert run("train", table, *options, "--sampler", "copula") == 2
    assert "--sharing: CopulaSampler cannot be trained without keeping rows" in capsys.readouterr().err
    assert run("train", table, *options, "--sampler", "gaussian", "--checkpoint", tmp_path / "states") == 2
    assert "--checkpoint: GaussianSampler trains no net" in capsys.readouterr().err
    given = ["--sampler", "gaussian", "--param", "quantile_mapping=True"]
    assert run("train", table, *options, *given) == 2
    assert "--param: quantile_mapping is set by --sharing" in capsys.readouterr().err
