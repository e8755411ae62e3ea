"""Embedded data, simulator, landmark genes, reading and writing of tables."""

import gzip
import hashlib
import importlib
import warnings
from importlib import resources
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.utils import check_random_state

from sklearn_txaug import datasets
from sklearn_txaug.datasets import (
    _formats,
    landmark_genes,
    load_tissue_expression,
    make_expression,
    match_landmarks,
    read_expression,
    write_expression,
)
from sklearn_txaug.datasets._base import Format, Source
from sklearn_txaug.datasets._known import check_genes, split_columns
from sklearn_txaug.datasets._orient import Orientation

pd = pytest.importorskip("pandas")


def suffix(name, package=None):
    missing = package is not None and not importlib.util.find_spec(package)
    return pytest.param(name, marks=pytest.mark.skipif(missing, reason=f"needs {package}"))


TEXT = [".csv", ".tsv", ".txt", ".tsv.gz", ".gct", ".gct.gz"]
FORMATS = [*map(suffix, TEXT), suffix(".parquet", "pyarrow"), suffix(".h5ad", "anndata")]


@pytest.fixture
def cohort():
    X, y, groups = make_expression(
        n_samples=12, n_features=30, n_groups=4, return_groups=True, as_frame=True, random_state=0
    )
    X = X.astype(np.float32)
    return X, y.map({0: "liver", 1: "kidney, left", 2: "NAFLD"}).rename("tissue"), groups.rename("donor")


@pytest.fixture
def write(tmp_path):
    """Write a text under a name and return the path."""

    def function(text, name="table.tsv"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return function


# ---- the embedded cohort


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


def test_public_names():
    assert all(hasattr(datasets, name) for name in datasets.__all__)


# ---- the simulator


@pytest.mark.parametrize("output", ["log", "counts"])
def test_simulator_is_determined_by_its_seed(output):
    state = np.random.get_state()[1].copy()  # noqa: NPY002
    X1, y1 = make_expression(output=output, random_state=3)
    X2, y2 = make_expression(output=output, random_state=check_random_state(3))
    assert (X1 == X2).all()
    assert (y1 == y2).all()
    assert (np.random.get_state()[1] == state).all()  # noqa: NPY002
    assert (make_expression(output=output, random_state=4)[0] != X1).any()
    assert X1.min() >= 0
    assert X1.dtype == (np.int64 if output == "counts" else np.float64)


def test_simulator_log_is_cpm_of_its_counts():
    log, _ = make_expression(random_state=0)
    counts, _ = make_expression(random_state=0, output="counts")
    np.testing.assert_allclose(log, np.log2(1e6 * counts / counts.sum(1, keepdims=True) + 1))


def test_simulator_modules_correlate_and_others_do_not():
    cohort = make_expression(2000, 100, 1, n_modules=5, dispersion=0, return_X_y=False, random_state=0)
    correlation = np.corrcoef(cohort.data.T) * np.outer(cohort.signs, cohort.signs)
    same = cohort.modules[:, None] == cohort.modules
    off_diagonal = same & ~np.eye(100, dtype=bool)
    assert abs(correlation[off_diagonal].mean() - 0.5) < 0.05
    assert abs(correlation[~same].mean()) < 0.05
    assert np.bincount(cohort.modules).tolist() == [20] * 5


@pytest.mark.parametrize(("dispersion", "expected"), [(0, 0), (0.2, 0.2)])
def test_simulator_dispersion(dispersion, expected):
    """With equal levels and depths, variance = mean + dispersion * mean^2."""
    from sklearn_txaug.datasets._simulate import _sequence

    counts = _sequence(np.zeros((4000, 20)), 1e4, 0, dispersion, check_random_state(0))
    mean, variance = counts.mean(0), counts.var(0)
    assert abs(((variance - mean) / mean**2).mean() - expected) < 0.01


def test_simulator_library_size():
    sizes = make_expression(
        3000, 50, library_size=2e5, library_cv=0.4, return_X_y=False, random_state=0
    ).library_sizes
    assert abs(sizes.mean() / 2e5 - 1) < 0.05
    assert abs(sizes.std() / sizes.mean() - 0.4) < 0.06


def test_simulator_class_sep_decides_how_hard_it_is():
    def accuracy(class_sep):
        X, y = make_expression(150, 100, class_sep=class_sep, random_state=0)
        return cross_val_score(LogisticRegression(max_iter=200), X - X.mean(0), y, cv=3).mean()

    none, little, much = map(accuracy, (0, 0.5, 1.5))
    assert max(none, 0.3) < little - 0.2
    assert little < much
    assert much > 0.97


def test_simulator_groups_share_variation():
    cohort = make_expression(
        300, 60, 1, n_groups=100, group_correlation=0.9, dispersion=0, return_X_y=False, random_state=0
    )
    assert np.bincount(cohort.groups).tolist() == [3] * 100
    X = cohort.data - cohort.data.mean(0)
    within = np.mean([X[cohort.groups == g].var(0, ddof=1).mean() for g in range(100)])
    assert within / X.var() < 0.2


@given(
    st.integers(1, 40),
    st.lists(st.floats(0.01, 100), min_size=1, max_size=6),
    st.booleans(),
    st.sampled_from(["log", "counts"]),
)
@settings(deadline=None, max_examples=30)
def test_simulator_shapes_and_class_sizes(extra, weights, shuffle, output):
    n_classes = len(weights)
    n_samples = n_classes + extra
    X, y = make_expression(
        n_samples, 11, n_classes, n_modules=3, weights=weights, shuffle=shuffle, output=output, random_state=0
    )
    assert X.shape == (n_samples, 11)
    assert np.isfinite(X).all()
    sizes = np.bincount(y, minlength=n_classes)
    assert sizes.min() >= 1
    exact = np.array(weights) / sum(weights) * n_samples
    assert (np.abs(sizes - exact)[exact >= 1] < n_classes).all()
    if not shuffle:
        assert (np.diff(y) >= 0).all()


def test_simulator_frames():
    X, y, groups = make_expression(8, 6, n_groups=3, return_groups=True, as_frame=True, random_state=0)
    assert X.index.equals(y.index)
    assert X.index.equals(groups.index)
    assert (X.columns[0], y.name, groups.name) == ("gene_0", "class", "group")


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        ({"n_samples": 0}, ValueError, "n_samples must be at least 1"),
        ({"n_samples": 2.5}, TypeError, "n_samples must be an int"),
        ({"n_samples": 2}, ValueError, "n_samples must be at least n_classes=3"),
        ({"n_features": 5, "n_modules": 6}, ValueError, "n_modules must be at most n_features=5"),
        ({"module_correlation": 1.2}, ValueError, r"module_correlation must be in \[0, 1\]"),
        ({"class_sep": "big"}, TypeError, "class_sep must be a number"),
        ({"class_sep": np.nan}, ValueError, "class_sep must be in"),
        ({"library_size": 0}, ValueError, "library_size must be in"),
        ({"dispersion": -1}, ValueError, "dispersion must be in"),
        ({"weights": [1, 2]}, ValueError, "weights must be 3 positive numbers"),
        ({"weights": [1, 2, -1]}, ValueError, "weights must be 3 positive numbers"),
        ({"output": "tpm"}, ValueError, "output must be 'log' or 'counts', got 'tpm'"),
        ({"n_groups": 1000}, ValueError, "n_groups must be at most n_samples=200"),
        ({"return_groups": True}, ValueError, "return_groups=True needs n_groups"),
    ],
)
def test_simulator_bad_input(parameters, error, message):
    with pytest.raises(error, match=message):
        make_expression(**parameters)


# ---- landmark genes


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


# ---- writing and reading back


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("samples_in", ["rows", "columns"])
def test_round_trip(cohort, tmp_path, name, samples_in):
    X, y, groups = cohort
    path = tmp_path / f"cohort{name}"
    fixed = {".gct": "columns", ".h5ad": "rows"}.get(name.removesuffix(".gz"))
    if fixed and fixed != samples_in:
        with pytest.raises(ValueError, match=f"its format always has the samples in {fixed}"):
            write_expression(path, X, samples_in=samples_in)
        return
    if (name, samples_in) == (".parquet", "columns"):
        with pytest.raises(ValueError, match="cannot go into a .parquet file"):
            write_expression(path, X, y, samples_in=samples_in)
        write_expression(path, X, samples_in=samples_in)
        assert (read_expression(path).data.to_numpy() == X.to_numpy()).all()
        return
    write_expression(path, X, y, groups=groups, samples_in=samples_in)
    back = read_expression(path, label="tissue", group="donor")
    pd.testing.assert_frame_equal(
        back.data, X, check_names=False, check_column_type=False, check_index_type=False
    )
    assert back.data.to_numpy().flags.c_contiguous or back.data.to_numpy().flags.f_contiguous
    assert back.target.tolist() == y.tolist()
    assert back.groups.tolist() == groups.tolist()
    assert (back.target.name, back.groups.name) == ("tissue", "donor")
    assert back.target.index.tolist() == X.index.tolist()
    assert back.samples_in == samples_in
    assert back.target_names == sorted(set(y))
    assert back.feature_names == X.columns.tolist()
    assert "12 samples x 30 genes" in back.DESCR


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_round_trip_without_labels_is_exact(tmp_path, name, dtype):
    rng = np.random.default_rng(0)
    X = (rng.normal(size=(7, 11)) * 10.0 ** rng.integers(-12, 12, size=(7, 11))).astype(dtype)
    X[0, 0], X[1, 1], X[2, 2], X[3, 3] = 0, np.nan, np.finfo(dtype).max, np.inf
    path = tmp_path / f"table{name}"
    write_expression(path, X)
    with pytest.warns(UserWarning, match=r"2 values are missing \(NaN\) or infinite"):
        back = read_expression(path, dtype=dtype)
    np.testing.assert_array_equal(back.data.to_numpy(), X)
    assert back.data.to_numpy().dtype == dtype
    assert back.target is None
    assert back.groups is None
    assert back.target_names == []


def _is_plain(name):
    """Tell whether a name is neither the label's nor one that is known to be no gene or no sample."""
    return name != "label" and not check_genes([name], "rows")[1] and not _describes_genes(name)


def _describes_genes(name):
    return bool(split_columns(Path("any"), ["S1", name])[1])


NAMES = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=8).filter(
    _is_plain
)


@given(
    X=arrays(
        np.float32,
        st.tuples(st.integers(1, 4), st.integers(1, 5)),
        elements=st.floats(-(2.0**100), 2.0**100, width=32),
    ),
    data=st.data(),
    name=st.sampled_from([".csv", ".tsv.gz", ".gct"]),
    samples_in=st.sampled_from(["rows", "columns"]),
)
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_round_trip_of_any_names(tmp_path, X, data, name, samples_in):
    n, p = X.shape
    samples = data.draw(st.lists(NAMES, min_size=n, max_size=n, unique=True))
    genes = data.draw(st.lists(NAMES, min_size=p, max_size=p, unique=True))
    y = data.draw(
        st.one_of(*(st.lists(e, min_size=n, max_size=n) for e in (st.integers(-9, 9), st.booleans())))
    )
    path = tmp_path / f"any{name}"
    samples_in = "columns" if name == ".gct" else samples_in
    write_expression(path, X, y, samples_in=samples_in, sample_names=samples, feature_names=genes)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        back = read_expression(path, label="label", samples_in=samples_in)
    np.testing.assert_array_equal(back.data.to_numpy(), X)
    assert back.data.index.tolist() == samples
    assert back.data.columns.tolist() == genes
    assert back.target.tolist() == y


@pytest.mark.parametrize("name", [";", "\t", ",", "a;b", '"'])
@pytest.mark.parametrize("samples_in", ["rows", "columns"])
@pytest.mark.parametrize("sample", [";", "0"])
def test_names_of_separators(tmp_path, name, samples_in, sample):
    path = tmp_path / "table.csv"
    write_expression(
        path, np.ones((1, 1)), [0], samples_in=samples_in, sample_names=[sample], feature_names=[name]
    )
    back = read_expression(path, label="label", samples_in=samples_in)
    assert (back.data.columns.tolist(), back.data.index.tolist()) == ([name], [sample])


def test_a_name_with_another_separator_written_by_others(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("sample,a;b,c;d,label\n" + "".join(f"x{i};y,{i},2,A\n" for i in range(3)))
    back = read_expression(path, label="label")
    assert back.data.columns.tolist() == ["a;b", "c;d"]


@pytest.mark.parametrize(
    "labels", [[1, 2], [True, False], [0.5, 2.0], ["01", "1"], ["1", "x"], ["1e3", "2e3"]]
)
def test_types_of_labels(tmp_path, labels):
    path = tmp_path / "table.csv"
    write_expression(path, np.ones((2, 3)), labels)
    back = read_expression(path, label="label").target.tolist()
    assert back == labels
    assert [type(a) for a in back] == [type(a) for a in labels]


@pytest.mark.parametrize("name", FORMATS[-2:])
@pytest.mark.parametrize("labels", [["1", "2"], [1, 2], [True, False], [0.5, 1.0]])
def test_typed_formats_keep_the_type_of_labels(tmp_path, name, labels):
    path = tmp_path / f"table{name}"
    write_expression(path, np.ones((2, 3)), labels)
    assert read_expression(path, label="label").target.tolist() == labels


def test_missing_label_is_written_as_missing(tmp_path):
    path = tmp_path / "table.csv"
    write_expression(path, np.ones((3, 2)), ["a", None, np.nan])
    with pytest.warns(UserWarning, match="2 of 3 samples"):
        assert read_expression(path, label="label").target.tolist() == ["a"]


def test_write_accepts_lists_sparse_and_integers(tmp_path):
    path = tmp_path / "table.tsv"
    for X in ([[1, 0], [0, 2]], sparse.csr_array([[1, 0], [0, 2]]), sparse.csc_matrix([[1, 0], [0, 2]])):
        write_expression(path, X)
        assert read_expression(path).data.to_numpy().tolist() == [[1, 0], [0, 2]]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"y": ["a"]}, r"y must have shape \(3,\)"),
        ({"groups": [[1], [2], [3]]}, r"groups must have shape \(3,\)"),
        ({"y": pd.Series([1, 2, 3], ["s2", "s1", "s3"])}, "y has the samples of X in another order"),
        ({"y": pd.Series([1, 2, 3], name="A")}, "y is called 'A', and so is a gene"),
        ({"y": ["a", "b\nc", "d"]}, "y must not hold line breaks"),
        ({"feature_names": ["A"]}, "feature_names must have 2 names, got 1"),
        ({"sample_names": ["a", "b\n", "c"]}, "sample_names must not hold line breaks"),
        ({"sample_names": ["a", "b\0", "c"]}, "sample_names must not hold line breaks, zero bytes"),
        ({"feature_names": ["A", "\ud83e"]}, "feature_names must not hold .* lone surrogates"),
        ({"samples_in": "obs"}, "samples_in must be 'auto', 'rows' or 'columns'"),
        (
            {"path": "table.xlsx"},
            r"'table.xlsx' is of an unknown format; accepted are .h5ad, .parquet, .csv\[.gz\]",
        ),
        ({"path": "table.h5ad.gz"}, "unknown format"),
    ],
)
def test_write_bad_input(tmp_path, arguments, message):
    X = pd.DataFrame(np.ones((3, 2)), index=["s1", "s2", "s3"], columns=["A", "B"])
    options = dict(arguments)
    path = tmp_path / options.pop("path", "table.csv")
    with pytest.raises(ValueError, match=message):
        write_expression(path, X, **options)
    assert not path.exists()


def test_write_refuses_text_in_X(tmp_path):
    with pytest.raises(ValueError, match=r"X must hold numbers; its columns \['B'\] do not"):
        write_expression(tmp_path / "x.csv", pd.DataFrame({"A": [1.0], "B": ["x"]}))


# ---- orientation


@pytest.mark.parametrize(
    ("text", "samples_in", "reason"),
    [
        ("\tTP53\tMYC\nTCGA-A7-A0CE-01\t1\t2\n", "rows", "identifiers"),
        ("sample\tTCGA-A7-A0CE-01\tTCGA-A7-A0CF-01\nQQ1\t1\t2\nQQ2\t3\t4\n", "columns", "identifiers"),
        ("id\ta\tb\nENSG00000186480.12\t1\t2\n", "columns", "identifiers"),
        ("id\tb\nfoo\t1\n1007_s_at\t2\n", "columns", "identifiers"),
        ("?\tA1BG|1\tNAT2|10\ns\t1\t2\n", "rows", "identifiers"),
        ("id\tINSIG1\tCDK4\tXYZ\nfoo\t1\t2\t3\nbar\t1\t2\t3\n", "rows", "gene symbols"),
        ("Hugo_Symbol\tfoo\tbar\nqux\t1\t2\n", "columns", "called 'Hugo_Symbol'"),
        ("patient\tfoo\tbar\nqux\t1\t2\n", "rows", "called 'patient'"),
        ("id\tp one\tp two\nQQ1\t1\t2\nQQ2\t3\t4\n", "columns", "names like gene symbols"),
        ("1.5\t2.5\n1\t2\n", "rows", "the rows have no names"),
        ("TP53\tMYC\n1.5\t2\n", "rows", "the rows have no names"),
    ],
)
def test_orientation_found(write, text, samples_in, reason):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        table = read_expression(write(text))
    assert table.samples_in == samples_in
    assert reason in table.notes[0]


def test_orientation_from_labels(write):
    text = "x\ta\tb\tc\np\t1\t2\t3\nq\t4\t5\t6\n"
    for sheet, side in (("id\tkind\np\tu\nq\tv\n", "rows"), ("kind\tid\nu\ta\nv\tb\nu\tc\n", "columns")):
        table = read_expression(write(text), label="kind", labels_file=write(sheet, "labels.tsv"))
        assert table.samples_in == side
        assert "labels_file" in table.notes[0]
    assert (
        read_expression(write("x\tkind\ta\np\tu\t1\nq\tv\t2\nr\tv\t2\n"), label="kind").samples_in == "rows"
    )
    assert read_expression(write("x\tp\tq\nkind\tu\tv\na\t1\t2\n"), label="kind").samples_in == "columns"


def test_orientation_guessed_is_a_warning(write):
    path = write("x\ta\tb\tc\np\t1\t2\t3\nq\t4\t5\t6\n")
    with pytest.warns(
        UserWarning, match="samples are taken to be in rows, a guess: there are 2 rows and 3 columns"
    ):
        assert read_expression(path).data.shape == (2, 3)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        table = read_expression(path, samples_in="columns")
    assert table.data.index.tolist() == ["a", "b", "c"]
    assert table.data.loc["c"].tolist() == [3, 6]


def test_orientation_contradicts_the_file(write):
    with pytest.raises(ValueError, match="samples_in='columns' needs gene names"):
        read_expression(write("TP53\tMYC\n1.5\t2\n"), samples_in="columns")
    with pytest.raises(
        ValueError, match="does not suit table.gct: its format always has the samples in columns"
    ):
        read_expression(write("#1.2\n", "table.gct"), samples_in="rows")


# ---- variants of text files


@pytest.mark.parametrize(
    "text",
    [
        "A,B\ns1,1,2.5\ns2,3,4\n",  # R's write.table: the header has one field less
        '"","A","B"\n"s1",1,2.5\n"s2",3,4\n',  # R's write.csv
        "\ufeffid,A,B\r\ns1,1,2.5\r\ns2,3,4\r\n",  # Excel: byte order mark, CRLF
        "id;A;B\ns1;1,0;2,5\ns2;3,0;4,0\n",  # decimal comma
        "# Program: x\n# y\nid\tA\tB\n\ns1\t1\t2.5\n\ns2\t3\t4",  # comments, blank lines, no newline at the end
    ],
)
def test_dialects(write, text):
    table = read_expression(write(text, "table.txt"), samples_in="rows")
    assert table.data.to_dict() == {"A": {"s1": 1, "s2": 3}, "B": {"s1": 2.5, "s2": 4}}


def test_gct_versions(write):
    text = "#1.2\n2\t3\nName\tDescription\tGTEX-1\tGTEX-2\tGTEX-3\n"
    text += "ENSG00000000001.5\tAA\t1\t2\t3\nENSG2\tBB\t4\t5\t6\n"
    table = read_expression(write(text, "a.gct"))
    assert table.data.shape == (3, 2)
    assert table.data.columns.tolist() == ["ENSG00000000001.5", "ENSG2"]
    text = "#1.3\n1\t2\t1\t2\nid\tchr\ts1\ts2\ntissue\tna\tliver\tskin\nage\tna\t40\t50\nTP53\t17\t1.5\t2.5\n"
    table = read_expression(write(text, "b.gct"), label="tissue", group="age")
    assert table.data.to_numpy().tolist() == [[1.5], [2.5]]
    assert table.target.tolist() == ["liver", "skin"]
    assert table.groups.tolist() == [40, 50]
    with pytest.raises(ValueError, match=r"label='chr' was not found in b.gct, which has 'tissue', 'age'\."):
        read_expression(write(text, "b.gct"), label="chr")


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.gct", "#1.4\n1\t1\n", "not a GCT file of version 1.2 or 1.3: it starts with '#1.4'"),
        (
            "a.gct",
            "#1.2\n2\t1\nName\tDescription\ts1\ng1\tx\t1\n",
            "declares 2 genes x 1 samples and holds 1 x 1",
        ),
        (
            "a.tsv",
            "id\ta\tb\ns1\t1\t2\ns2\t1\n",
            "line 3 has 2 fields where 3 are expected; the file may be trunc",
        ),
        (
            "a.tsv",
            'sample\tA\ns1\t"1\ns2\t2"\n',
            "the columns .A. do not hold numbers",
        ),
        ("a.tsv", "id\ta\n", "has a header and no rows"),
        ("a.tsv", "", "a.tsv has no table: it is empty, or has comments and blank lines only"),
        ("a.csv", "# by me\n\n", "a.csv has no table"),
        ("a.csv.gz", "", "a.csv.gz has no table: it is empty"),
        ("a.txt", "a b c\n1 2 3\n", "no tab, comma or semicolon in its first line: 'a b c'"),
    ],
)
def test_damaged_text(write, name, text, message):
    with pytest.raises(ValueError, match=message):
        read_expression(write(text, name))


@pytest.mark.parametrize(
    ("n_bytes", "message"), [(5000, "x.h5ad cannot be read, it may be truncated"), (3, "not an HDF5 file")]
)
def test_damaged_h5ad(tmp_path, cohort, n_bytes, message):
    pytest.importorskip("anndata")
    path = tmp_path / "x.h5ad"
    write_expression(path, cohort[0])
    path.write_bytes(path.read_bytes()[:n_bytes])
    with pytest.raises(ValueError, match=message):
        read_expression(path)


def test_damaged_parquet(write):
    pytest.importorskip("pyarrow")
    with pytest.raises(ValueError, match="x.parquet is no Parquet file, or it is damaged"):
        read_expression(write("", "x.parquet"))


def test_damaged_gzip(tmp_path, cohort):
    path = tmp_path / "table.tsv.gz"
    write_expression(path, cohort[0])
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(ValueError, match="cannot be decompressed, it may be truncated"):
        read_expression(path)
    path.write_bytes(b"id\ta\ns\t1\n")
    with pytest.raises(ValueError, match="cannot be decompressed"):
        read_expression(path)
    path.write_bytes(gzip.compress(b"id,TP53\ns,1\n"))  # a comma in spite of the name
    assert read_expression(path, samples_in="rows").data.loc["s", "TP53"] == 1


def test_left_over_text_is_named(write):
    path = write("sample\tage\ttissue\tsex\tTP53\tMYC\ns1\t40\tliver\tm\t1\t2\ns2\t50\tskin\tf\t3\t4\n")
    with pytest.raises(
        ValueError, match=r"columns 'tissue', 'sex' do not hold numbers \(for instance 'liver'\)"
    ):
        read_expression(path)
    with pytest.raises(ValueError, match=r"columns 'sex' do not hold numbers .* drop="):
        read_expression(path, label="tissue")
    table = read_expression(path, label="tissue", drop=["sex", "age"])
    assert table.data.columns.tolist() == ["TP53", "MYC"]
    with pytest.raises(ValueError, match=r"drop names \['wight'\], which table.tsv does not have"):
        read_expression(path, label="tissue", drop=["wight"])
    rows = write(
        "gene\tchr\ts1\ts2\ntissue\t\tu\tv\nsex\t\tm\tf\nTP53\t17p\t1\t2\nMYC\t8q\t3\t4\nEGFR\t7p\t5\t6\n"
    )
    with pytest.raises(ValueError, match="the rows 'sex' do not hold numbers"):
        read_expression(rows, label="tissue", drop=["chr"])
    table = read_expression(rows, label="tissue", drop=["chr", "sex"])
    assert table.data.loc["s2"].tolist() == [2, 4, 6]


# ---- labels


def test_missing_label_column_says_what_there_is(write):
    path = write("sample\ttissue\tTP53\ns1\tu\t1\ns2\tv\t2\n")
    with pytest.raises(
        ValueError, match=r"label='tisue' was not found in table.tsv, which has 'tissue', 'TP53'\. Did"
    ):
        read_expression(path, label="tisue")
    with pytest.raises(ValueError, match=r"group='donor' was not found"):
        read_expression(path, label="tissue", group="donor")
    sheet = write("id\tkind\ns1\ta\n", "sheet.tsv")
    with pytest.raises(ValueError, match="nor in sheet.tsv, which has 'id', 'kind'"):
        read_expression(path, label="x", labels_file=sheet)


def test_labels_file_is_joined_by_sample(write):
    path = write("gene\tTCGA.A7.01\tTCGA.A7.02\tTCGA.A7.03\nTP53\t1\t2\t3\n")
    sheet = write(
        "donor,barcode,kind\nd2,TCGA-A7-02,b\nd1,TCGA-A7-01,a\nd9,TCGA-ZZ,c\nd3,TCGA-A7-03,\n", "labels.csv"
    )
    with pytest.warns(UserWarning, match="1 of 3 samples have no label or group and were left out"):
        table = read_expression(path, label="kind", group="donor", labels_file=sheet)
    assert table.data.index.tolist() == ["TCGA.A7.01", "TCGA.A7.02"]
    assert table.data["TP53"].tolist() == [1, 2]
    assert table.target.tolist() == ["a", "b"]
    assert table.groups.tolist() == ["d1", "d2"]
    assert any("left out" in note for note in table.notes)


def test_labels_file_bad_input(write):
    path = write("sample\tTP53\ns1\t1\ns2\t2\n")
    with pytest.raises(
        ValueError, match="none of the samples: they are called 's1', 's2', and its first column holds"
    ):
        read_expression(path, label="kind", labels_file=write("id\tkind\nx\ta\n", "a.tsv"))
    with pytest.raises(ValueError, match="gives several values of 'kind' for 's1'"):
        read_expression(path, label="kind", labels_file=write("id\tkind\ns1\ta\ns1\tb\ns2\tb\n", "a.tsv"))
    with pytest.raises(ValueError, match="row 2 has 1 fields where the header has 2"):
        read_expression(path, label="kind", labels_file=write("id\tkind\ns1\ta\ns2\n", "a.tsv"))
    with pytest.raises(ValueError, match="labels_file needs label= or group="):
        read_expression(path, labels_file=write("id\tkind\ns1\ta\n", "a.tsv"))


@pytest.mark.parametrize("samples_in", ["rows", "columns"])
def test_samples_without_label_are_left_out(write, samples_in):
    frame = pd.DataFrame({"kind": ["a", "NA", "", "b"], "A": ["1", "2", "3", "4"], "B": ["5", "6", "7", "8"]})
    frame.index = pd.Index(["s1", "s2", "s3", "s4"], name="sample")
    frame = frame if samples_in == "rows" else frame.T
    with pytest.warns(UserWarning, match="2 of 4 samples"):
        table = read_expression(write(frame.to_csv(sep="\t")), label="kind")
    assert table.samples_in == samples_in
    assert table.data.to_numpy().tolist() == [[1, 5], [4, 8]]
    assert table.target.to_dict() == {"s1": "a", "s4": "b"}


def test_no_label_at_all(write):
    with pytest.raises(ValueError, match="no sample with a value in kind"):
        read_expression(write("sample\tkind\tA\ns1\tNA\t1\ns2\t\t2\n"), label="kind")


# ---- names that repeat


@pytest.mark.parametrize("samples_in", ["rows", "columns"])
@pytest.mark.parametrize(
    ("duplicates", "expected"), [("mean", [4, 2, 3]), ("sum", [12, 2, 6]), ("first", [1, 2, 2])]
)
def test_duplicate_genes(write, samples_in, duplicates, expected):
    frame = pd.DataFrame([[1, 2, 2, 4, 4, 7.0], [1, 2, 2, 4, 4, 7.0]], ["s1", "s2"], list("ABCCAA"))
    text = (frame if samples_in == "rows" else frame.T).to_csv(sep="\t")
    with pytest.warns(UserWarning, match=r"2 gene names occur more than once \(A, C\) and were merged by"):
        table = read_expression(write(text), samples_in=samples_in, duplicates=duplicates)
    assert table.data.columns.tolist() == ["A", "B", "C"]
    assert table.data.loc["s2"].tolist() == expected
    with pytest.raises(
        ValueError, match=r"2 gene names occur more than once \('A', 'C'\) and duplicates='error'"
    ):
        read_expression(write(text), samples_in=samples_in, duplicates="error")


def test_repeated_sample_names_are_a_warning(write):
    with pytest.warns(UserWarning, match="1 sample names repeat an earlier one, 's1' for instance"):
        read_expression(write("sample\tA\ns1\t1\ns1\t2\n"))


# ---- blocks


@pytest.mark.parametrize("name", FORMATS)
def test_blocks_give_the_same(cohort, tmp_path, monkeypatch, name):
    X, y, groups = cohort
    y = y.mask(np.arange(12) == 5, "")  # one sample is left out, so rows and blocks do not line up
    path = tmp_path / f"cohort{name}"
    write_expression(path, X, y, groups=groups)
    for module in ("_text", "_parquet", "_h5ad"):
        monkeypatch.setattr(f"sklearn_txaug.datasets.{module}._CELLS", 70)
    with pytest.warns(UserWarning, match="1 of 12 samples"):
        back = read_expression(path, label="tissue", group="donor")
    np.testing.assert_array_equal(back.data.to_numpy(), np.delete(X.to_numpy(), 5, axis=0))
    assert back.target.tolist() == np.delete(y.to_numpy(), 5).tolist()


# ---- AnnData and Parquet


@pytest.mark.parametrize("kind", [np.asarray, sparse.csr_matrix, sparse.csc_matrix])
def test_h5ad_layers_sparse_and_defaults(tmp_path, monkeypatch, kind):
    anndata = pytest.importorskip("anndata")
    monkeypatch.setattr("sklearn_txaug.datasets._h5ad._CELLS", 10)
    X = np.random.default_rng(0).poisson(1.0, (9, 6)).astype(np.float32)
    obs = pd.DataFrame(
        {"kind": pd.Categorical(list("abcabcabc")), "donor": range(9)}, index=[f"s{i}" for i in range(9)]
    )
    data = anndata.AnnData(kind(X), obs=obs, layers={"counts": kind(X * 2)})
    data.uns.update(label="kind", group="nothing")
    path = tmp_path / "x.h5ad"
    data.write_h5ad(path)
    table = read_expression(path)
    np.testing.assert_array_equal(table.data.to_numpy(), X)
    assert table.target.tolist() == list("abcabcabc")
    assert table.target.dtype != "category"
    assert table.groups is None
    assert read_expression(path, label="donor", layer="counts").data.to_numpy().sum() == 2 * X.sum()
    with pytest.raises(ValueError, match="layer='tpm' is not in x.h5ad, which has the layers 'counts'"):
        read_expression(path, layer="tpm")
    with pytest.raises(
        ValueError, match=r"label='tissue' was not found in x.h5ad, which has 'kind', 'donor'\."
    ):
        read_expression(path, label="tissue")
    with pytest.raises(ValueError, match="drop=.*is for tables"):
        read_expression(path, drop=["donor"])


def test_h5ad_of_old_versions_and_others(tmp_path):
    pytest.importorskip("anndata")
    h5py = pytest.importorskip("h5py")
    path = tmp_path / "old.h5ad"
    with h5py.File(path, "w") as file:
        file["X"] = np.ones((2, 2))
        file["obs"] = np.array([(b"s1", 0), (b"s2", 1)], dtype=[("index", "S2"), ("label", int)])
    with pytest.raises(ValueError, match="obs has no 'encoding-version'.*before 0.7; write the file anew"):
        read_expression(path)
    with h5py.File(path, "a") as file:
        del file["obs"]
    with pytest.raises(ValueError, match="old.h5ad has no obs, so it was not written by anndata"):
        read_expression(path)


def test_h5ad_with_labels_file(tmp_path, write):
    pytest.importorskip("anndata")
    path = tmp_path / "x.h5ad"
    write_expression(path, np.ones((2, 2)), sample_names=["s1", "s2"])
    table = read_expression(path, label="kind", labels_file=write("id\tkind\ns2\tb\ns1\ta\n"))
    assert table.target.tolist() == ["a", "b"]


def test_parquet_left_over_text_and_plain_columns(tmp_path):
    pytest.importorskip("pyarrow")
    path = tmp_path / "x.parquet"
    frame = pd.DataFrame({"barcode": ["s1", "s2"], "kind": ["a", "b"], "A": [1, 2], "B": [0.5, 1.5]})
    frame.to_parquet(path, index=False)
    with pytest.raises(ValueError, match="the columns 'kind' do not hold numbers"):
        read_expression(path)
    table = read_expression(path, label="kind")
    assert table.data.index.tolist() == ["s1", "s2"]
    assert table.data.to_numpy().tolist() == [[1, 0.5], [2, 1.5]]
    frame[["kind", "A", "B"]].to_parquet(path, index=False)
    assert read_expression(path, label="kind").data.index.tolist() == [0, 1]


# ---- options


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"samples_in": "up"}, ValueError, "samples_in must be 'auto', 'rows' or 'columns', got 'up'"),
        ({"duplicates": "max"}, ValueError, "duplicates must be one of .* got 'max'"),
        ({"layer": "counts"}, ValueError, "layer='counts' is for AnnData files"),
        ({"dtype": int}, TypeError, "dtype must be numpy.float32 or numpy.float64"),
        ({"drop": "age"}, TypeError, "drop must be a list of names"),
        ({"label": 3}, TypeError, "label must be the name of a column, a string; got 3"),
        ({"path": "nothing.tsv"}, FileNotFoundError, "does not exist"),
        ({"path": "table.sav"}, ValueError, "unknown format"),
    ],
)
def test_read_bad_options(write, options, error, message):
    path = write("sample\tA\ns1\t1\n")
    path = path.with_name(options["path"]) if "path" in options else path
    with pytest.raises(error, match=message):
        read_expression(path, **{name: value for name, value in options.items() if name != "path"})


# ---- another format


class ToySource(Source):
    """Lines of a sample's name, its label and its values; the first line has the names of the genes."""

    annotations = ("kind",)
    orientation = Orientation("rows", "the toy format")

    def __init__(self, path):
        self.path = path
        self.genes, *self._lines = (line.split("\t") for line in path.read_text().split("\n"))
        self.samples = [name for name, *_ in self._lines]
        self.defaults = {"label": "kind"}

    def annotation(self, name):
        return pd.Series([label for _, label, *_ in self._lines], dtype=object)

    def blocks(self, keep, dtype):
        values = np.array([cells for _, _, *cells in self._lines], dtype=dtype)
        yield slice(None), slice(None), values[keep]


class ToyFormat(Format):
    suffixes = (".toy",)
    samples_in = "rows"

    def open(self, path, options):
        return ToySource(path)

    def write(self, path, table, samples_in):
        labels = table.annotations[table.roles["label"]]
        rows = [[name, labels[name], *map(str, values)] for name, *values in table.values.itertuples()]
        path.write_text("\n".join(map("\t".join, [list(table.values.columns), *rows])))


def test_a_format_is_one_class_and_one_entry(cohort, tmp_path, monkeypatch):
    monkeypatch.setattr(_formats, "FORMATS", [*_formats.FORMATS, ToyFormat()])
    X, y, _ = cohort
    write_expression(tmp_path / "x.toy", X, y)
    back = read_expression(tmp_path / "x.toy")
    np.testing.assert_array_equal(back.data.to_numpy(), X.to_numpy())
    assert back.target.tolist() == y.tolist()
    assert back.data.columns.tolist() == X.columns.tolist()
    with pytest.raises(ValueError, match="x.toy: its format always has the samples in rows"):
        read_expression(tmp_path / "x.toy", samples_in="columns")
    with pytest.raises(ValueError, match="layer='counts' is for AnnData"):
        read_expression(tmp_path / "x.toy", layer="counts")
    with pytest.raises(ValueError, match=r"unknown format; accepted are .*, \.toy\."):
        write_expression(tmp_path / "x.toy.gz", X, y)
    main = importlib.import_module("sklearn_txaug.__main__").main
    command = ["augment", str(tmp_path / "x.toy"), "--sampler", "gaussian", "--n-synthetic", "4", "--quiet"]
    assert main([*command, "-o", str(tmp_path / "new.csv")]) == 0
