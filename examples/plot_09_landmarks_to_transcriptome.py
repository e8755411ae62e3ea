"""
From landmark genes to the transcriptome
========================================

Generate the landmark genes, which are few, so that a generator has it easy, and reconstruct the others by regression.
"""

# %%
# Fifty of the 500 genes of the tissue data play the landmarks; for human data ``landmarks="l1000"`` takes the
# 978 of L1000.
import numpy as np
from sklearn.model_selection import train_test_split

from sklearn_txaug.datasets import load_tissue_expression

X, y = load_tissue_expression(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=0)
landmarks = np.arange(0, 500, 10)
others = np.setdiff1d(np.arange(500), landmarks)

# %%
# How well can the other genes be told from the landmarks? The share of their variance on held-out rows, gene
# by gene.
from sklearn_txaug.reconstruction import LandmarkReconstructor

reconstructor = LandmarkReconstructor(landmarks=landmarks).fit(X_train)
told = reconstructor.predict(X_test[:, landmarks])
error = np.square(told - X_test)[:, others].mean(axis=0)
explained = 1 - error / X_test[:, others].var(axis=0)

# %%
# A regression predicts means, so what it makes varies less than real genes do. `LandmarkSampler` adds
# residuals of the size that its errors have on rows it has not seen.
from sklearn_txaug.over_sampling import GaussianSampler, LandmarkSampler

spreads = {}
for residual in ("none", "resample"):
    sampler = LandmarkSampler(
        GaussianSampler(), landmarks=landmarks, residual=residual, quantile_mapping=False, random_state=0
    )
    rows, _ = sampler.fit(X_train, y_train).sample(500, random_state=0)
    spreads[residual] = rows[:, others].std(axis=0) / X_train[:, others].std(axis=0)

# %%
# On the left, the landmarks tell more than half of the variance of most genes, and nothing of a few. On the right,
# regression alone leaves genes a fifth to a third too narrow, and the residuals bring them back to the spread of real
# ones (1, dashed).
import matplotlib.pyplot as plt

figure, axes = plt.subplots(1, 2, figsize=(8, 3.2), layout="constrained")
axes[0].hist(explained, bins=30)
axes[0].set(xlabel="share of variance explained on held-out rows", ylabel="genes")
for residual, spread in spreads.items():
    axes[1].hist(spread, bins=np.arange(0.4, 1.2, 0.02), alpha=0.6, label=f"residual={residual!r}")
axes[1].axvline(1, color="0.4", linestyle="--")
axes[1].set(xlabel="standard deviation of synthetic rows / of real rows", ylabel="genes")
axes[1].legend(frameon=False, ncols=2, loc="lower center", bbox_to_anchor=(0.5, 1))
