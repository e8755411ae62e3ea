"""The cohort and the landmark genes that come with the package, and what works without pandas or anndata."""

import hashlib
from importlib import resources

import numpy as np
import pytest

from sklearn_txaug.datasets import (
    landmark_genes,
    load_tissue_expression,
    make_expression,
    match_landmarks,
    read_expression,
    write_expression,
)

pd = pytest.importorskip("pandas")


def test_tissue_bunch():
    bunch = load_tissue_expression()
    assert bunch.data.shape == (189, 500)
    assert bunch.data.dtype == np.float32
    assert np.isfinite(bunch.data).all()
    assert 4 < bunch.data.min() < bunch.data.max() < 15
    assert bunch.target_names.tolist() == sorted(set(bunch.target.tolist()))
    assert np.unique(bunch.target, return_counts=True)[1].tolist() == [38, 34, 15, 31, 39, 26, 6]
    assert "SEPT10" in bunch.feature_names
    assert len(set(bunch.feature_names)) == 500
    assert len(set(bunch.sample_names)) == 189
    assert bunch.frame is None
    assert "log2" in bunch.DESCR


def test_tissue_arrays_and_frames_agree():
    X, y = load_tissue_expression(return_X_y=True)
    frame = load_tissue_expression(as_frame=True)
    X_frame, y_series = load_tissue_expression(return_X_y=True, as_frame=True)
    assert X_frame.to_numpy().tobytes() == X.tobytes()
    assert y_series.tolist() == y.tolist()
    assert y_series.name == "tissue"
    assert X_frame.index[0] == "cerebellum_1"
    assert frame.frame.shape == (189, 501)
    pd.testing.assert_frame_equal(frame.frame[frame.feature_names.tolist()], X_frame)
    assert (X_frame.dtypes == np.float32).all()


def test_packaged_files_are_those_of_the_provenance_notes():
    folder = resources.files("sklearn_txaug.datasets") / "data"
    for data, note in [
        ("tissue_expression.npz", "tissue_expression.LICENSE.md"),
        ("l1000_landmark_genes.tsv", "l1000_landmark_genes.md"),
    ]:
        content = (folder / data).read_bytes()
        assert len(content) < 500_000
        assert hashlib.sha256(content).hexdigest() in (folder / note).read_text(encoding="utf-8")


def test_without_pandas(monkeypatch, tmp_path):
    monkeypatch.setitem(__import__("sys").modules, "pandas", None)
    assert load_tissue_expression().data.shape == (189, 500)
    assert len(landmark_genes(as_frame=False)) == 978
    assert match_landmarks(["TP53"]).found == ["TP53"]
    assert make_expression(n_samples=5)[0].shape == (5, 500)
    for call in (
        lambda: load_tissue_expression(as_frame=True),
        landmark_genes,
        lambda: make_expression(as_frame=True),
        lambda: read_expression(tmp_path / "x.csv"),
        lambda: write_expression(tmp_path / "x.csv", [[1.0]]),
    ):
        with pytest.raises(ImportError, match=r'needs pandas: pip install "sklearn_txaug\[anndata\]"'):
            call()


def test_without_anndata(monkeypatch, tmp_path):
    monkeypatch.setitem(__import__("sys").modules, "anndata", None)
    path = tmp_path / "x.h5ad"
    with pytest.raises(ImportError, match=r"needs anndata: pip install"):
        write_expression(path, [[1.0]])
    path.touch()
    with pytest.raises(ImportError, match=r"needs anndata: pip install"):
        read_expression(path)


def test_landmark_table():
    genes = landmark_genes()
    assert genes.shape == (978, 4)
    assert genes["entrez"].is_unique
    assert genes["symbol"].is_unique
    assert genes["in_gtex974"].sum() == 974
    assert genes.loc[genes["ensembl"] == "", "symbol"].tolist() == ["DUSP14", "IKBKE", "PIP4K2B", "RBM15B"]
    array = landmark_genes(as_frame=False)
    assert array["symbol"].tolist() == genes["symbol"].tolist()


@pytest.mark.parametrize(
    ("form", "kind", "n_found"),
    [
        (lambda g: g["symbol"], "symbol", 978),
        (lambda g: g["entrez"], "entrez", 978),
        (lambda g: g["entrez"].astype(float), "entrez", 978),
        (lambda g: g["symbol"] + "|" + g["entrez"].astype(str), "entrez", 978),
        (lambda g: g["ensembl"], "ensembl", 974),
        (lambda g: g["ensembl"] + ".12", "ensembl", 974),
    ],
)
def test_match_every_form(form, kind, n_found):
    names = form(landmark_genes())
    match = match_landmarks(names)
    assert (match.index >= 0).sum() == len(match.found) == match.mask.sum() == match.id_types[kind] == n_found
    assert len(match.missing) == 978 - n_found
    assert match.duplicates == []


def test_match_mixed_shuffled_and_repeated():
    match = match_landmarks(
        ["Insig1", "1001", "ENSG00000186480.3", "?|100130426", "INSIG1", "ENSG00000182378.14_PAR_Y", "FOXO3"]
    )
    assert match.found == ["INSIG1", "FOXO3", "CDH3"]
    assert match.index[:3].tolist() == [2, 6, 1]
    assert np.flatnonzero(match.mask).tolist() == [1, 2, 6]
    assert match.duplicates == ["INSIG1"]
    assert match.id_types == {"symbol": 1, "entrez": 1, "ensembl": 1}


def test_match_nothing_and_bad_input():
    match = match_landmarks([])
    assert match.found == []
    assert match.mask.shape == (0,)
    with pytest.raises(TypeError, match="var_names must be a list of gene names"):
        match_landmarks("TP53")
