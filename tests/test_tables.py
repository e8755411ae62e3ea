"""Tables as people have them: sparse, with bytes in the other order, tensors, and genes named by numbers."""

import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import torch
from scipy import sparse
from sklearn.base import clone

from sklearn_txaug.graphs import coexpression_graph
from sklearn_txaug.metrics import mmd
from sklearn_txaug.model_selection import AugmentedClassifier, PriorAdjustedClassifier, SelectiveClassifier
from sklearn_txaug.neural_network import MLPNetClassifier
from sklearn_txaug.over_sampling import GaussianSampler, VAESampler
from sklearn_txaug.priors import HierarchicalGaussianClassifier
from sklearn_txaug.reconstruction import LandmarkReconstructor

GENES = [7157, 672, 1956, 4609, 3845]
Y = np.repeat([0, 1], [24, 16])
X = np.random.default_rng(0).poisson(2.0, size=(40, 5)) + 2.0 * Y[:, None]
TABLES = {
    "csr": sparse.csr_matrix(X),
    "csc": sparse.csc_array(X),
    "coo": sparse.coo_matrix(X),
    "sparse columns": pd.DataFrame.sparse.from_spmatrix(sparse.csr_array(X), columns=list("abcde")),
    "sparse columns of known values": pd.DataFrame(X, columns=list("abcde")).astype(
        pd.SparseDtype(float, np.nan)
    ),
    "swapped bytes": pd.DataFrame(X.astype(">f8"), columns=list("abcde")),
    "tensor": torch.tensor(X),
}
CLASSIFIERS = {
    "augmented": AugmentedClassifier(GaussianSampler(n_synthetic=20), random_state=0),
    "by folds": AugmentedClassifier(synthetic_weight="cv", cv=2, random_state=0),
    "selective": SelectiveClassifier(synthetic_weights=[1.0], cv=2, n_repeats=1, random_state=0),
    "adjusted": PriorAdjustedClassifier(),
    "net": MLPNetClassifier(hidden_layer_sizes=(4,), max_epochs=1, random_state=0, device="cpu"),
}


TENSORS = """
import numpy as np, torch
from sklearn import set_config
from sklearn.linear_model import LogisticRegression
from sklearn_txaug.metrics import mmd
from sklearn_txaug.model_selection import AugmentedClassifier, augmentation_curve
from sklearn_txaug.over_sampling import GaussianSampler

set_config(array_api_dispatch=True)
sampler = GaussianSampler(n_synthetic=6, random_state=0)
X, y = np.random.default_rng(0).normal(size=(20, 3)), np.arange(20) % 2
for rows in (X, torch.tensor(X)):
    added = sampler.fit_resample(rows, y)[0][20:]
    shares = AugmentedClassifier(sampler, random_state=0).fit(rows, y).predict_proba(rows)
    curve = augmentation_curve(sampler, LogisticRegression(), rows, y, n_synthetic=[4], cv=2, random_state=0)
    print([float(np.sum(values)).hex() for values in (added, shares, curve.scores, mmd(rows, X))])
"""


@pytest.fixture(params=TABLES)
def table(request):
    return TABLES[request.param]


def dense(rows):
    return rows.toarray() if sparse.issparse(rows) else np.asarray(rows, dtype=float)


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_classifiers_learn_the_same_from_all_tables(name, table):
    one, other = (clone(CLASSIFIERS[name]).fit(rows, Y).predict_proba(rows) for rows in (table, X))
    np.testing.assert_allclose(one, other, atol=1e-4)


@pytest.mark.parametrize(
    "sampler",
    [
        GaussianSampler(n_synthetic=6, random_state=0),
        VAESampler(
            n_synthetic=6, hidden_layer_sizes=(4,), latent_dim=2, max_epochs=1, random_state=0, device="cpu"
        ),
    ],
    ids=lambda sampler: type(sampler).__name__,
)
def test_samplers_and_indicators_read_the_same_from_all_tables(sampler, table):
    rows, _ = sampler.fit_resample(table, Y)
    expected, _ = sampler.fit_resample(X, Y)
    np.testing.assert_allclose(dense(rows), expected, atol=1e-6)
    assert mmd(table, X) == pytest.approx(0, abs=1e-9)


def test_tensors_are_arrays_where_scikit_learn_would_compute_with_them():
    environment = {**os.environ, "SCIPY_ARRAY_API": "1"}
    command = [sys.executable, "-c", TENSORS]
    found = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    arrays, tensors = found.splitlines()
    assert arrays == tensors


def test_genes_and_landmarks_read_the_same_from_all_columns():
    frame = pd.DataFrame(X, columns=list("abcde"))
    model = LandmarkReconstructor(landmarks=["a", "b"]).fit(frame)
    for name in ("sparse columns of known values", "swapped bytes"):
        np.testing.assert_allclose(model.predict(TABLES[name]), model.predict(frame))
        assert coexpression_graph(TABLES[name], 0.1).n_edges == coexpression_graph(frame, 0.1).n_edges


@pytest.mark.parametrize(
    "model", [*CLASSIFIERS.values(), HierarchicalGaussianClassifier()], ids=lambda model: type(model).__name__
)
def test_genes_named_by_numbers_are_no_positions(model):
    frame = pd.DataFrame(X, columns=GENES)
    model = clone(model).fit(frame, Y)
    assert model.feature_names_in_.tolist() == [str(gene) for gene in GENES]
    with pytest.raises(ValueError, match="must be in the same order"):
        model.predict(frame[GENES[::-1]])


def test_landmarks_named_by_numbers_are_found_in_any_order():
    frame = pd.DataFrame(X, columns=GENES)
    model = LandmarkReconstructor(landmarks=["7157", "672"]).fit(frame)
    np.testing.assert_allclose(model.predict(frame[GENES[::-1]]), model.predict(frame))


@pytest.mark.parametrize("dtype", ["M8[D]", "m8[h]"])
def test_times_are_no_numbers(dtype):
    times = X.astype(int).astype(dtype)
    with pytest.raises(ValueError, match=r"columns that are not numeric: \[0, 1, 2, 3, 4\]"):
        GaussianSampler().fit(times, Y)
    with pytest.raises(ValueError, match="X_real has columns that are not numeric"):
        mmd(times, X)


def test_names_with_zero_bytes_are_refused_before_arrays_cut_them_off():
    frame = pd.DataFrame(X, columns=["a", "a\0", "b", "c", "d"])
    with pytest.raises(ValueError, match=r"zero bytes in their names: \['a\\x00'\]"):
        GaussianSampler().fit(frame, Y)
    with pytest.raises(ValueError, match="covariates has columns with zero bytes in their names"):
        GaussianSampler().fit(X, Y, covariates=pd.DataFrame({"age\0": np.arange(40)}))
