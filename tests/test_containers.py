"""Frames of polars come back as they were, columns of objects are read, and an AnnData is told where to go."""

import numpy as np
import pytest
from imblearn.pipeline import make_pipeline
from sklearn.linear_model import LogisticRegression

from sklearn_txaug.over_sampling import GaussianSampler, WGANGPSampler

pd = pytest.importorskip("pandas")


@pytest.fixture
def cohort():
    rng = np.random.default_rng(0)
    y = np.array(["liver", "heart"])[np.arange(20) % 2]
    return rng.normal(6, 1, (20, 3)) + (y == "liver")[:, None], y


def test_polars_in_polars_out(cohort):
    pl = pytest.importorskip("polars")
    pytest.importorskip("narwhals")
    X, y = cohort
    frame = pl.DataFrame(
        {"TP53": X[:, 0], "MYC": X[:, 1].astype(np.float32), "EGFR": X[:, 2].round().astype(int)}
    )
    labels = pl.Series("tissue", y)
    sampler = GaussianSampler(n_synthetic=6, random_state=0)
    X_res, y_res = sampler.fit_resample(frame, labels)
    assert X_res.schema == frame.schema
    assert X_res.head(20).equals(frame)
    assert (y_res.name, y_res.dtype, y_res.len()) == ("tissue", pl.String, 26)
    plain, plain_labels = GaussianSampler(n_synthetic=6, random_state=0).fit_resample(frame.to_numpy(), y)
    np.testing.assert_allclose(X_res["TP53"].to_numpy(), plain[:, 0])
    assert y_res.to_list() == plain_labels.tolist()
    assert sampler.feature_names_in_.tolist() == ["TP53", "MYC", "EGFR"]
    X_new, y_new = sampler.sample(4)
    assert (X_new.schema, X_new.height, y_new.len()) == (frame.schema, 4, 4)
    same, _ = sampler.set_params(n_synthetic=0).fit_resample(frame, labels)
    assert same.equals(frame)
    make_pipeline(WGANGPSampler(max_epochs=1, n_synthetic=4), LogisticRegression()).fit(frame, y).predict(
        frame
    )
    with pytest.raises(ValueError, match=r"not numeric: \['site'\]"):
        sampler.fit_resample(frame.with_columns(site=pl.Series(["a"] * 20)), y)


def test_numbers_in_columns_of_objects_are_read(cohort):
    X, y = cohort
    frame = pd.DataFrame(X, columns=["TP53", "MYC", "EGFR"])
    rows, _ = GaussianSampler(random_state=0).fit(frame.astype(object), y).sample(4)
    np.testing.assert_array_equal(
        rows.to_numpy(float), GaussianSampler(random_state=0).fit(frame, y).sample(4)[0].to_numpy()
    )


def test_an_anndata_names_its_own_function(cohort):
    anndata = pytest.importorskip("anndata")
    with pytest.raises(TypeError, match=r"X is an AnnData.*augment_anndata\(adata, sampler, label_key\)"):
        GaussianSampler().fit_resample(anndata.AnnData(cohort[0]), cohort[1])
