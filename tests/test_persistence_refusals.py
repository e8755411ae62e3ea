"""Files of samplers run no code, and none that is damaged, forged or of another kind is read."""

import hashlib
import io
import json
import pickle
import shutil
import zipfile

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.neighbors import KNeighborsRegressor
from sklearn.preprocessing import RobustScaler

from sklearn_txaug import __version__
from sklearn_txaug.over_sampling import (
    GaussianSampler,
    LandmarkSampler,
    WGANGPSampler,
)
from sklearn_txaug.persistence import load_sampler
from sklearn_txaug.persistence._archive import _MARK
from sklearn_txaug.priors import ExpressionPrior
from sklearn_txaug.reconstruction import LandmarkReconstructor

from .samplers import SMALL_GAN, three_classes
from .saved import HomeMade, same_rows, through_file

pytest.importorskip("safetensors")
pytest.importorskip("skops")


@pytest.fixture(scope="module")
def data():
    return three_classes()


@pytest.fixture(scope="module")
def saved(data, tmp_path_factory):
    path = tmp_path_factory.mktemp("saved") / "gaussian.txaug"
    GaussianSampler(scaler=RobustScaler(), random_state=0).fit(*data).save(path)
    return path


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
    name = f"{HomeMade.__module__}.HomeMade"
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


def set_class(name):
    return lambda d: sampler_of(d).update({"class": name})


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
        set_class("sklearn_txaug.over_sampling._gaussian.Nothing"),
        "there is no class",
    ),
    "a class elsewhere": (
        set_class("subprocess.Popen"),
        "subprocess.Popen, which is not",
    ),
    "a class of another room": (
        set_class("sklearn_txaug._cli.main.make_parser"),
        "which is not of sklearn_txaug",
    ),
    "a function for a class": (
        set_class("sklearn_txaug.priors._load.load_prior"),
        "there is no class",
    ),
    "an imported name": (
        set_class("sklearn_txaug.over_sampling._latent.cdist"),
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
