"""
Your AnnData
============

Cohorts live in AnnData files: expression in ``X`` or a layer, patients in ``obs``. Augment one as it is.
"""

# %%
# A cohort as you may have it: raw counts in a layer, log values in ``X``, a tissue and a batch for each sample.
import anndata as ad
import numpy as np
import pandas as pd

from sklearn_txaug.datasets import augment_anndata, make_expression

counts, classes = make_expression(120, 60, 3, output="counts", random_state=0)
cohort = ad.AnnData(
    np.log2(counts / counts.sum(axis=1, keepdims=True) * 1e6 + 1),
    obs=pd.DataFrame(
        {"tissue": np.array(["colon", "liver", "lung"])[classes], "batch": pd.Categorical(["a", "b"] * 60)},
        index=[f"patient_{i}" for i in range(120)],
    ),
    layers={"counts": counts.astype(np.float32)},
)

# %%
# The real samples come back first, untouched. Synthetic ones are marked in ``obs["is_synthetic"]``; what a
# sampler does not generate, such as the batch, is missing for them, and says so.
from sklearn_txaug.over_sampling import GaussianSampler

sampler = GaussianSampler(n_synthetic={"liver": 40, "lung": 20}, random_state=0)
both = augment_anndata(cohort, sampler, "tissue")
print(both)
both.obs.groupby(["tissue", "is_synthetic"], observed=True).size().unstack()

# %%
# From counts to counts: the sampler learns log2(CPM + 1), and its rows are turned back with library sizes
# drawn from the real samples of the class.
new_counts = augment_anndata(cohort, sampler, "tissue", layer="counts", transform="log2cpm")
synthetic = new_counts[new_counts.obs["is_synthetic"].to_numpy()].layers["counts"]
print(synthetic[:3, :8])

# %%
# Real and synthetic samples on the principal components of the real ones.
from sklearn_txaug.plotting import EmbeddingDisplay

mark = both.obs["is_synthetic"].to_numpy(bool)
EmbeddingDisplay.from_data(both.X[~mark], both.X[mark], both.obs["tissue"][~mark], both.obs["tissue"][mark])
