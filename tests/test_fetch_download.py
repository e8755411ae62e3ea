"""Downloads of public files: broken transfers, checksums, errors that say what to do."""

import gzip
import json

import numpy as np
import pytest

from sklearn_txaug.datasets import _fetch_download
from sklearn_txaug.datasets._fetch_download import URLS, Store

from .file_server import FileServer

pytest.importorskip("pooch")

TEXT = np.random.default_rng(0).bytes(200_000)
NAME = "string_links"
FILE = "9606.protein.links.v12.0.txt.gz"


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with FileServer({"links": gzip.compress(TEXT)}) as running:
        yield running


def store(server, home, **options):
    options = {"download_if_missing": True, "verbose": False, **options}
    return Store("string", home, {NAME: server.url("links")}, **options)


def read(files):
    with files.file(NAME) as path:
        return gzip.decompress(path.read_bytes())


def names(home):
    return sorted(path.name for path in (home / "sklearn_txaug" / "string").iterdir())


def test_second_use_makes_no_request(server, tmp_path):
    assert read(store(server, tmp_path)) == TEXT
    assert len(server.requests) == 1
    assert read(store(server, tmp_path, download_if_missing=False)) == TEXT
    assert len(server.requests) == 1
    assert names(tmp_path) == [FILE, "registry.json"]
    entry = json.loads((tmp_path / "sklearn_txaug" / "string" / "registry.json").read_text())[FILE]
    assert entry["bytes"] == len(server.files["links"])
    assert entry["url"] == server.url("links")


def test_transfer_goes_on_where_it_broke_off(server, tmp_path):
    server.cuts["links"] = [70_000, 50_000]
    assert read(store(server, tmp_path)) == TEXT
    assert [sent for _, sent in server.requests] == [None, "bytes=70000-", "bytes=120000-"]
    assert names(tmp_path) == [FILE, "registry.json"]


def test_next_call_goes_on(server, tmp_path):
    server.cuts["links"] = [10_000] * _fetch_download._ATTEMPTS
    with pytest.raises(
        ConnectionError, match=r"links was interrupted 5 times.*Call again.*urls=\{'string_links'"
    ):
        read(store(server, tmp_path))
    assert names(tmp_path) == [f"{FILE}.part", f"{FILE}.part.version"]
    server.requests.clear()
    assert read(store(server, tmp_path)) == TEXT
    assert server.requests == [("links", "bytes=50000-")]


@pytest.mark.parametrize("feature", ["ranges", "tags"])
def test_starts_anew_without_ranges_or_versions(server, tmp_path, feature):
    setattr(server, feature, False)
    server.cuts["links"] = [70_000, 50_000]
    assert read(store(server, tmp_path)) == TEXT
    assert len(server.requests) == 3
    assert names(tmp_path) == [FILE, "registry.json"]


def test_another_version_is_not_appended(server, tmp_path):
    server.cuts["links"] = [10_000] * _fetch_download._ATTEMPTS
    with pytest.raises(ConnectionError):
        read(store(server, tmp_path))
    server.files["links"] = gzip.compress(TEXT[::-1])
    assert read(store(server, tmp_path)) == TEXT[::-1]


def test_rest_that_the_server_does_not_have(server, tmp_path):
    server.cuts["links"] = [10_000] * _fetch_download._ATTEMPTS
    with pytest.raises(ConnectionError):
        read(store(server, tmp_path))
    part = tmp_path / "sklearn_txaug" / "string" / f"{FILE}.part"
    part.write_bytes(server.files["links"] + b"more")
    assert read(store(server, tmp_path)) == TEXT


def test_changed_file_is_refused(server, tmp_path):
    with store(server, tmp_path).file(NAME, keep=False):
        pass
    assert names(tmp_path) == ["registry.json"]
    server.files["links"] = gzip.compress(TEXT[::-1])
    with pytest.raises(
        ValueError, match=r"127.0.0.1.*/links is not the file that was first.*delete the folder"
    ):
        read(store(server, tmp_path))
    assert names(tmp_path) == ["registry.json"]


def test_damaged_local_file_is_downloaded_again(server, tmp_path):
    read(store(server, tmp_path))
    path = tmp_path / "sklearn_txaug" / "string" / FILE
    path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(OSError, match="download_if_missing=False"):
        read(store(server, tmp_path, download_if_missing=False))
    assert read(store(server, tmp_path)) == TEXT


@pytest.mark.parametrize("damage", ["truncated", "bytes", "no gzip"])
def test_corrupt_gzip_is_deleted_and_not_recorded(server, tmp_path, damage):
    good = server.files["links"]
    bad = {
        "truncated": good[:-20],
        "bytes": good[:900] + b"oops" * 50 + good[1100:],
        "no gzip": b"\x1f\x8b<html>",
    }
    server.files["links"] = bad[damage]
    with pytest.raises(ValueError, match=r"/links cannot be decompressed .* deleted: call again"):
        read(store(server, tmp_path))
    assert names(tmp_path) == []
    server.files["links"] = good
    assert read(store(server, tmp_path)) == TEXT


def test_truncation_without_a_length_is_seen(server, tmp_path):
    server.lengths = False
    server.cuts["links"] = [1000]
    with pytest.raises(ValueError, match="cannot be decompressed"):
        read(store(server, tmp_path))
    assert read(store(server, tmp_path)) == TEXT


def test_not_found(server, tmp_path):
    server.files.clear()
    with pytest.raises(OSError, match=r"/links answered 404 Not Found.*new address by urls=\{'string_links'"):
        read(store(server, tmp_path))
    assert names(tmp_path) == []


def test_unreachable_host(server, tmp_path):
    files = store(server, tmp_path)
    server.__exit__()
    with pytest.raises(
        ConnectionError, match=r"cannot reach http://127.*HTTPS_PROXY.*put the file at .*\.gz"
    ):
        read(files)
    server.__enter__()


def test_file_put_there_by_hand(server, tmp_path):
    files = store(server, tmp_path, download_if_missing=False)
    with pytest.raises(OSError, match=r"not in .*download_if_missing=False"):
        read(files)
    (tmp_path / "sklearn_txaug" / "string" / FILE).write_bytes(server.files["links"])
    assert read(files) == TEXT
    assert server.requests == []


def test_environment_variable_names_the_folder(server, tmp_path, monkeypatch):
    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(tmp_path / "elsewhere"))
    assert store(server, None).folder == tmp_path / "elsewhere" / "sklearn_txaug" / "string"


def test_unknown_address(tmp_path):
    with pytest.raises(ValueError, match=r"unknown keys \['gtex'\]; accepted are tcga_pancan, .*gtex_tpm"):
        Store("gtex", tmp_path, {"gtex": "http://localhost"}, True, False)


def test_every_address_is_of_its_host():
    assert all(url.startswith("https://") for url in URLS.values())
    assert "+" not in "".join(URLS.values())
