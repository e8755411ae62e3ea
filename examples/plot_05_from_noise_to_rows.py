"""
From noise to rows
==================

A diffusion model makes rows out of noise, step by step. Follow rows on their way to see when classes part, and
whether they arrive among the real rows.
"""

# %%
# A short training: 100 epochs on 189 profiles of seven tissues. The defaults train longer.
from sklearn_txaug.datasets import load_tissue_expression
from sklearn_txaug.over_sampling import DDIMSampler

X, y = load_tissue_expression(return_X_y=True)
sampler = DDIMSampler(max_epochs=100, random_state=0).fit(X, y)

# %%
# One call draws noise, keeps some of the 50 steps, and shows them on the principal components of the real rows;
# ``method="umap"`` takes UMAP instead, if umap-learn is installed. The last panel shows what ``sample`` returns for
# the same seed, before quantile mapping.
from sklearn_txaug.plotting import DenoisingPathDisplay

DenoisingPathDisplay.from_estimator(sampler, X, y, [0, 10, 20, 30, 40, 50], n_samples=140, random_state=0)

# %%
# The rows themselves: by default those of six steps, each with its label and the steps it has taken.
X_path, y_path, steps = sampler.denoising_path(n_samples=3, random_state=0)
print(X_path.shape, sorted(set(steps.tolist())))
