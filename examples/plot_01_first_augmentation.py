"""
The first augmentation
======================

Train a WGAN-GP on real expression profiles, look at the rows it draws, and test without leakage whether they help a
classifier, against no augmentation and a Gaussian.
"""

# %%
# The data: 189 profiles of 500 genes from seven tissues, on a log scale. We keep 60 of them as our cohort and hold
# out the others.
import numpy as np
from sklearn.model_selection import train_test_split

from sklearn_txaug.datasets import load_tissue_expression

X, y = load_tissue_expression(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, train_size=60, stratify=y, random_state=0)

# %%
# A sampler returns the real rows followed by labelled synthetic rows. ``verbose=1`` shows a progress bar.
from sklearn_txaug.over_sampling import GaussianSampler, WGANGPSampler

sampler = WGANGPSampler(n_synthetic=150, max_epochs=400, random_state=0)
X_res, y_res = sampler.fit_resample(X_train, y_train)
X_res.shape, sampler.is_synthetic_.sum()

# %%
# Do synthetic rows lie where held-out rows lie? Principal components of the training rows show the two together.
import matplotlib.pyplot as plt
from sklearn.decomposition import PCA

pca = PCA(2).fit(X_train)
X_new, y_new = sampler.sample(y=y_test)
figure, axes = plt.subplots(1, 2, figsize=(6.4, 3.9), sharex=True, sharey=True, layout="constrained")
for axis, rows, labels, title in zip(
    axes, (X_test, X_new), (y_test, y_new), ("held out", "synthetic"), strict=True
):
    for tissue in np.unique(y):
        axis.scatter(*pca.transform(rows[labels == tissue]).T, s=14, label=tissue)
    axis.set(title=title, xlabel="PC 1", xticks=[], yticks=[])
axes[0].set_ylabel("PC 2")
figure.legend(
    *axes[0].get_legend_handles_labels(),
    loc="outside lower center",
    ncols=4,
    frameon=False,
    handletextpad=0.1,
)
plt.show()

# %%
# Indicators put this into numbers: precision is the share of synthetic rows that lie among real ones, recall the
# share of real rows that have synthetic ones around them. Other real rows show how much can be expected.
from sklearn.preprocessing import StandardScaler

from sklearn_txaug.metrics import precision_recall_f1

scaler = StandardScaler().fit(X_train)
half = np.arange(len(X_test)) % 2 == 0
for name, rows in {"synthetic": X_new[half], "real": X_test[~half]}.items():
    found = precision_recall_f1(scaler.transform(X_test[half]), scaler.transform(rows), k=5)
    print(f"{name:9}  precision {found.precision:.2f}  recall {found.recall:.2f}")

# %%
# Does it help? In a pipeline the sampler trains on the training rows alone, and is skipped in prediction.
from imblearn.over_sampling import SMOTE
from imblearn.pipeline import make_pipeline

from sklearn_txaug.neural_network import MLPNetClassifier

for name, step in {
    "none": "passthrough",
    "SMOTE": SMOTE(k_neighbors=1, random_state=0),
    "Gaussian": GaussianSampler(n_synthetic=150, random_state=0),
    "WGAN-GP": sampler,
}.items():
    model = make_pipeline(step, MLPNetClassifier(random_state=0)).fit(X_train, y_train)
    print(f"{name:9} accuracy on held-out rows: {model.score(X_test, y_test):.3f}")

# %%
# One split proves little, and since tissues are easy to tell apart, no sampler adds much. The benchmark repeats the
# comparison over seeds and prints paired differences with their standard errors:
# ``python -m sklearn_txaug benchmark``.
