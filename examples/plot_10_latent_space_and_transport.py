"""
A latent space, and a way around its decoder
============================================

Generate in a small space and come back to genes: through the inverse of the reducer, or by optimal transport, which
needs no decoder. The second looks best, and there is a catch.
"""

# %%
# Half of the rows are for training, half to compare with.
from sklearn.decomposition import PCA
from sklearn.model_selection import train_test_split

from sklearn_txaug.datasets import load_tissue_expression

X, y = load_tissue_expression(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.5, stratify=y, random_state=0)

# %%
# A Gaussian for each class in 20 principal components. ``decoder="inverse"`` turns components back into
# genes; ``decoder="transport"`` makes each synthetic row a mean of real ones, weighted by an optimal
# transport plan between synthetic and real points of the latent space.
from sklearn_txaug.over_sampling import GaussianSampler, LatentSampler

rows = {}
for decoder in ("inverse", "transport"):
    sampler = LatentSampler(GaussianSampler(), reducer=PCA(20), decoder=decoder, random_state=0)
    rows[decoder], _ = sampler.fit(X_train, y_train).sample(len(X_train), random_state=0)

# %%
# How far is each synthetic row from the nearest training row? Held-out real rows show what is natural (two of them
# are copies: some profiles are twice in the data). A row much nearer than that is a patient with some noise.
import matplotlib.pyplot as plt
from sklearn.metrics import pairwise_distances_argmin_min

distances = {
    name: pairwise_distances_argmin_min(found, X_train)[1]
    for name, found in {"real, held out": X_test, **rows}.items()
}
figure, ax = plt.subplots(figsize=(6, 3.2), layout="constrained")
for (name, found), line in zip(distances.items(), ("--", "-", "-"), strict=True):
    ax.ecdf(found, label=name, linestyle=line)
ax.set(xlabel="distance to the nearest training row", ylabel="share of the rows that are nearer")
ax.legend(frameon=False, loc="lower right")

# %%
# The memorisation gap says it in a number: how much more synthetic rows crowd around training rows than around
# held-out ones. Those of transport do.
from sklearn_txaug.metrics import memorisation

for decoder, found in rows.items():
    print(f"{decoder:10} gap {memorisation(X_train, found, X_test).gap:+.2f}")

# %%
# So transport gives rows that look real because they nearly are: never share them.
