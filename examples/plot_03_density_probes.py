"""
Density probes in two dimensions
================================

GMDA has no critic. It draws soft boxes, the probes, around real points, and requires each to hold the same share of
synthetic points as of real ones. Two dimensions show what that does. These are the toy figures of its paper, with
its settings except for the number of epochs, which is larger because there are fewer points.
"""

# %%
# Moons, circles, and a roll cut into an inner and an outer half. Here the sampler needs no log scale, no principal
# components and no quantile mapping: the generator alone has to find the curves.
import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import make_circles, make_moons, make_swiss_roll

from sklearn_txaug import presets
from sklearn_txaug.over_sampling import GMDASampler

n = 2048
roll, angle = make_swiss_roll(n, noise=0.4, random_state=0)
shapes = {
    "moons": (*make_moons(n, noise=0.05, random_state=0), presets.LACAN2024_MOONS),
    "circles": (*make_circles(n, noise=0.05, factor=0.5, random_state=0), presets.LACAN2024_CIRCLES),
    "swiss roll": (roll[:, [0, 2]], (angle > np.median(angle)).astype(int), presets.LACAN2024_SWISS_ROLL),
}
trained = {
    name: GMDASampler(**preset["GMDASampler"], random_state=0).set_params(max_epochs=400).fit(X, y)
    for name, (X, y, preset) in shapes.items()
}

# %%
# Real points above, synthetic ones below.
figure, axes = plt.subplots(
    2, 3, figsize=(9, 5.2), sharex="col", sharey="col", width_ratios=[1.9, 1, 1], layout="constrained"
)
for (name, (X, y, _)), (above, below) in zip(shapes.items(), axes.T, strict=True):
    X_new, y_new = trained[name].sample(2000, random_state=0)
    for axis, rows, labels in ((above, X[:2000], y[:2000]), (below, X_new, y_new)):
        axis.scatter(*rows.T, c=labels, s=3, cmap="coolwarm")
        axis.set(xticks=[], yticks=[], aspect="equal")
    above.set_title(name)
axes[0, 0].set_ylabel("real")
axes[1, 0].set_ylabel("synthetic")

# %%
# In numbers: nearly every real point has a synthetic one as near as its real neighbours are (recall), while some
# synthetic points lie further from real ones than these from each other (precision): those between the curves.
from sklearn_txaug.metrics import precision_recall_f1

for name, (X, _, _) in shapes.items():
    X_new, _ = trained[name].sample(n, random_state=0)
    scores = precision_recall_f1(X, X_new, k=5)
    print(f"{name:10}  precision {scores.precision:.2f}  recall {scores.recall:.2f}")

# %%
# The mean loss of the probes tells which class is hardest to align. (It is one for each class and feature; with two
# features each probe has both.)
for name, sampler in trained.items():
    print(f"{name:10}  {sampler.probe_importances_.mean(axis=1).round(2)}")
