"""Tables that are written are read back as they were, in each format."""

import importlib
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import sparse

from sklearn_txaug.datasets import (
    _formats,
    read_expression,
    write_expression,
)
from sklearn_txaug.datasets._base import Format, Source
from sklearn_txaug.datasets._known import check_genes, split_columns
from sklearn_txaug.datasets._orient import Orientation

from .cohorts import tissues_of_donors

pd = pytest.importorskip("pandas")


def suffix(name, package=None):
    missing = package is not None and not importlib.util.find_spec(package)
    return pytest.param(name, marks=pytest.mark.skipif(missing, reason=f"needs {package}"))


TEXT = [".csv", ".tsv", ".txt", ".tsv.gz", ".csv.bz2", ".gct", ".gct.gz", ".gct.xz"]
FORMATS = [*map(suffix, TEXT), suffix(".parquet", "pyarrow"), suffix(".h5ad", "anndata")]


@pytest.fixture
def cohort():
    return tissues_of_donors()


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("samples_in", ["rows", "columns"])
def test_round_trip(cohort, tmp_path, name, samples_in):
    X, y, groups = cohort
    path = tmp_path / f"cohort{name}"
    fixed = {"gct": "columns", "h5ad": "rows"}.get(name.split(".")[1])
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
    polars = [importlib.import_module("polars")] if importlib.util.find_spec("polars") else []
    for y in (pd.array([1, None, 2], dtype="Int64"), *(pl.Series([1, None, 2]) for pl in polars)):
        write_expression(path, np.ones((3, 2)), y)
        assert [line.split(",")[1] for line in path.read_text().splitlines()] == ["label", "1", "", "2"]


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
            r"'table.xlsx' is of an unknown format; accepted are .h5ad, .parquet, .csv, .* with .gz, .bz2 or .xz",
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
    with pytest.raises(ValueError, match=r"unknown format; accepted are .* or \.toy"):
        write_expression(tmp_path / "x.toy.gz", X, y)
    main = importlib.import_module("sklearn_txaug.__main__").main
    command = ["augment", str(tmp_path / "x.toy"), "--sampler", "gaussian", "--n-synthetic", "4", "--quiet"]
    assert main([*command, "-o", str(tmp_path / "new.csv")]) == 0
