"""Outputs are whole or as they were, folders of others stay as they are, and hostile files do no harm."""

import bz2
import csv
import gzip
import lzma
import os
import pathlib
import signal
import subprocess
import sys

import numpy as np
import pytest

from sklearn_txaug.datasets import read_expression, write_expression
from sklearn_txaug.datasets._h5ad import H5adFormat
from sklearn_txaug.datasets._textfile import TextFile
from sklearn_txaug.utils import memory
from sklearn_txaug.utils.files import replacing

from .cohorts import LABELS, three_kinds
from .commands import augment, run

pd = pytest.importorskip("pandas")


@pytest.fixture
def frame():
    return three_kinds()


# ---- outputs


def test_h5ad_of_text_and_records(frame, tmp_path, capsys):
    anndata = pytest.importorskip("anndata")
    data = anndata.AnnData(frame, obs=pd.DataFrame({"kind": LABELS}, frame.index))
    data.obsm["clinical"] = pd.DataFrame({"sex": ["F", "M", "F"] * 15}, frame.index)
    data.obsm["records"] = np.zeros(45, dtype=[("score", "f4"), ("rank", "i4")])
    data.obsm["scores"] = np.zeros(45, dtype=[("score", "f4")])
    data.layers["calls"] = np.where(data.X > 6, "P", "A").astype(object)
    data.layers["seen"] = data.X > 6
    data.write_h5ad(tmp_path / "real.h5ad")
    assert augment(tmp_path / "real.h5ad", tmp_path / "new.h5ad", "--n-synthetic", 5) == 0
    assert "obsm ['records'] cannot say that synthetic rows have no values" in capsys.readouterr().err
    back = anndata.read_h5ad(tmp_path / "new.h5ad")
    assert back.obsm["clinical"]["sex"].isna().tolist() == [False] * 45 + [True] * 5
    assert set(back.layers["calls"][45:].ravel()) == {""}
    assert back.layers["calls"][:45].tolist() == data.layers["calls"].tolist()
    assert np.isnan(back.layers["seen"][45:]).all()
    assert np.isnan(back.obsm["scores"]["score"][45:]).all()


@pytest.mark.parametrize("name", ["new.csv", "new.tsv.gz", "new.gct", "new.parquet", "new.h5ad"])
def test_the_earlier_output_stays_whole(frame, tmp_path, monkeypatch, name):
    path = tmp_path / name
    write_expression(path, frame)
    before = path.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_expression(path, frame + 1)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == [name]


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_kill_while_writing_leaves_the_earlier_output(tmp_path):
    path = tmp_path / "page.html"
    path.write_text("old")
    code = (
        "import os, pathlib, sys, signal\n"
        "from sklearn_txaug.utils.files import replacing\n"
        "with replacing(pathlib.Path(sys.argv[1])) as new:\n"
        "    new.write_text('half')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], timeout=60, env=os.environ)
    assert done.returncode == -signal.SIGKILL
    assert path.read_text() == "old"
    assert len(list(tmp_path.iterdir())) == 2
    with replacing(path) as new, replacing(tmp_path / "other.html") as other:
        new.write_text("new")
        other.write_text("other")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["other.html", "page.html"], "remains are gone"


def test_links_and_permissions_are_kept(tmp_path):
    target, link = tmp_path / "target.txt", tmp_path / "link.txt"
    target.write_text("old")
    target.chmod(0o640)
    link.symlink_to(target)
    with replacing(link) as new:
        new.write_text("new")
    assert link.is_symlink()
    assert target.read_text() == "new"
    assert target.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("command", ["benchmark", "evaluate", "reproduce"])
def test_a_file_is_no_folder_of_results(tmp_path, capsys, command):
    (tmp_path / "taken").write_text("")
    given = {"evaluate": ["a.csv", "b.csv"], "reproduce": ["gmda2024"]}.get(command, [])
    assert run(command, *given, "-o", tmp_path / "taken") == 2
    assert "is a file, where a folder of results is wanted" in capsys.readouterr().err


@pytest.mark.skipif(
    not os.path.isdir("/proc/self"), reason="there is no folder that even root cannot write in"
)
def test_a_place_that_cannot_be_written_is_named_before_anything_is_read(capsys):
    for command in (
        ["augment", "absent.csv", "-o", "/proc/self/out.csv"],
        ["evaluate", "absent.csv", "absent.csv", "-o", "/proc/self/out"],
        ["benchmark", "--data", "absent.csv", "-o", "/proc/self/out/deep"],
    ):
        assert run(*command, "--label", "kind") == 2
        assert "--output: nothing can be written in '/proc/self" in capsys.readouterr().err


def test_a_report_replaces_only_a_report(frame, tmp_path, capsys):
    write_expression(tmp_path / "real.csv", frame, pd.Series(LABELS, frame.index, name="kind"))
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "report.csv").write_text("patient,report\n1,fine\n")
    command = ["evaluate", tmp_path / "real.csv", tmp_path / "real.csv", "--label", "kind"]
    assert run(*command, "-o", tmp_path / "mine") == 2
    assert "is not of an earlier report" in capsys.readouterr().err
    assert (tmp_path / "mine" / "report.csv").read_text() == "patient,report\n1,fine\n"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no full disk to write to")
def test_an_h5ad_on_a_full_disk_is_an_error(frame):
    anndata = pytest.importorskip("anndata")
    with pytest.raises(OSError, match="No space left"):
        H5adFormat().write_anndata(pathlib.Path("/dev/full"), anndata.AnnData(frame))


# ---- hostile files


@pytest.mark.parametrize("name", ["new.csv", "new.tsv.gz", "new.gct"])
def test_formulas_in_names_are_kept_from_spreadsheets(frame, tmp_path, name):
    genes = ["=1+1", "@SUM(A1)", "+cmd|'/C calc'!A0", "-A(2)", "'=x", "''@y", "-", "-80C"]
    table = frame.set_axis(genes, axis=1).rename(index={frame.index[0]: "=HYPERLINK(1)"})
    y = pd.Series(np.where(LABELS == "heart", "=2*3", "+"), table.index, name="=kind")
    path = tmp_path / name
    write_expression(path, table, y)
    with TextFile(path).open() as file:
        cells = [
            cell
            for line in file
            for cell in next(csv.reader([line], delimiter="," if ".csv" in name else "\t"))
        ]
    assert not [cell for cell in cells if cell.startswith(("=", "@", "+c", "-A"))]
    back = read_expression(path, label="=kind")
    assert list(back.data.columns) == genes
    assert list(back.data.index) == list(table.index)
    assert back.target.tolist() == y.tolist()


@pytest.mark.parametrize("where", ["X", "obs/kind", "uns/label"])
def test_links_to_other_files_are_not_followed(frame, tmp_path, where):
    h5py = pytest.importorskip("h5py")
    path = tmp_path / "linked.h5ad"
    write_expression(path, frame, pd.Series(LABELS, frame.index, name="kind"))
    with h5py.File(tmp_path / "secret.h5", "w") as secret, h5py.File(path, "a") as file:
        secret["rows"] = np.zeros((45, 8))
        del file[where]
        file[where] = h5py.ExternalLink("secret.h5", "rows")
    with pytest.raises(ValueError, match=f"'{where}' is a link to data in another file"):
        read_expression(path, label="kind")
    with pytest.raises(ValueError, match="is a link to data in another file"):
        H5adFormat().read_anndata(path)


@pytest.mark.parametrize("compress", [gzip.compress, bz2.compress, lzma.compress])
def test_files_that_unpack_out_of_proportion(tmp_path, monkeypatch, compress):
    path = tmp_path / "bomb.csv"
    path.write_bytes(compress(b"id,kind,A,B\n" + b"s,a,0,0\n" * 400_000))
    monkeypatch.setattr("sklearn_txaug.datasets._textfile._PLENTY", 1 << 20)
    with pytest.raises(ValueError, match=r"bomb.csv unpacks to more than 1 MiB, over 250 times its size"):
        read_expression(path, label="kind")


@pytest.mark.parametrize("where", ["X", "obs/kind", "var/_index"])
def test_an_h5ad_that_claims_more_than_fits_into_memory(frame, tmp_path, where):
    h5py = pytest.importorskip("h5py")
    path = tmp_path / "bomb.h5ad"
    write_expression(path, frame, pd.Series(LABELS, frame.index, name="kind"))
    with h5py.File(path, "a") as file:
        attributes = dict(file[where].attrs)
        del file[where]
        shape, chunks = ((10**9, 4000), (100, 4000)) if where == "X" else ((10**13,), (100,))
        bomb = file.create_dataset(where, shape, "f4", chunks=chunks, compression="gzip")
        bomb.attrs.update(attributes)
    assert path.stat().st_size < 10**5
    too_large = "bomb.h5ad says .* need about [0-9,.]+ GiB .* GiB are free"
    with pytest.raises(ValueError, match=too_large):
        H5adFormat().read_anndata(path)
    of_few = "damaged: X says that it holds 1,000,000,000 x 4,000 values, of 45 samples and 8 genes"
    with pytest.raises(ValueError, match=of_few if where == "X" else too_large):
        read_expression(path, label="kind")


def test_a_parquet_file_that_claims_more_than_fits_into_memory(tmp_path, monkeypatch):
    pytest.importorskip("pyarrow")
    path = tmp_path / "bomb.parquet"
    table = pd.DataFrame(np.zeros((200_000, 10)), columns=list("ABCDEFGHIJ"))
    table.assign(kind="a").to_parquet(path)
    monkeypatch.setattr(memory, "available_memory", lambda: 10**7)
    with pytest.raises(
        ValueError, match="bomb.parquet says that it holds 200,000 x 11 values: .* GiB are free"
    ):
        read_expression(path, label="kind")
