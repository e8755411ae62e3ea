"""
Between two tissues
===================

A conditional generator has a place for each class, and nothing forbids the places between. Walk from one tissue to
another with the noise held fixed.
"""

# %%
# A WGAN-GP, whose published counterpart interpolates well; 150 epochs on 189 profiles.
from sklearn_txaug.datasets import load_tissue_expression
from sklearn_txaug.over_sampling import WGANGPSampler

X, y = load_tissue_expression(return_X_y=True)
sampler = WGANGPSampler(max_epochs=150, random_state=0).fit(X, y)

# %%
# From liver to kidney: at weight 0 the condition is liver, at 1 kidney, and between them a mixture of both. A row
# between two tissues has no tissue of its own, so it is not quantile mapped.
from sklearn_txaug.plotting import InterpolationDisplay

InterpolationDisplay.from_estimator(
    sampler, X, y, "liver", "kidney", weights=[0, 0.25, 0.5, 0.75, 1], random_state=0
)

# %%
# The rows themselves. Do genes move along a straight line? Not quite: the middle of the way is not the mean of its
# ends, here in log2 units.
import numpy as np

path, weights = sampler.interpolate("liver", "kidney", n_samples=50, random_state=0)
ends = [path[weights == w].mean(axis=0) for w in (0, 1)]
middle = path[weights == 0.5].mean(axis=0)
print(
    "largest distance of a gene from the straight line:",
    np.abs(middle - np.mean(ends, axis=0)).max().round(2),
)
