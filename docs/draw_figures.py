"""The figures of the landing page and the README: ``python docs/draw_figures.py`` writes them into docs/_static."""

from pathlib import Path

import matplotlib.pyplot as plt
from sklearn.decomposition import PCA

from sklearn_txaug.datasets import load_tissue_expression
from sklearn_txaug.over_sampling import FlowMatchingSampler

X, y = load_tissue_expression(return_X_y=True)
sampler = FlowMatchingSampler(n_synthetic=len(X), random_state=0)
X_res, y_res = sampler.fit_resample(X, y)
synthetic = sampler.is_synthetic_
at = PCA(2, random_state=0).fit(X).transform(X_res)

plt.rcParams.update({"font.size": 9, "svg.fonttype": "none"})
figure, axes = plt.subplots(1, 2, figsize=(6, 3.6), sharex=True, sharey=True, layout="constrained")
for ax, rows, title in zip(
    axes, (~synthetic, synthetic), ("189 real profiles", "189 synthetic profiles"), strict=True
):
    for i, tissue in enumerate(sorted(set(y))):
        of = rows & (y_res == tissue)
        ax.scatter(*at[of].T, s=14, color=f"C{i}", alpha=0.8, linewidths=0, label=tissue)
    ax.set(title=title, xticks=[], yticks=[], xlabel="first principal component")
    ax.spines[["top", "right"]].set_visible(False)
axes[0].set_ylabel("second principal component")
figure.legend(
    *axes[0].get_legend_handles_labels(),
    loc="outside lower center",
    ncols=4,
    frameon=False,
    handletextpad=0.1,
)
figure.savefig(Path(__file__).parent / "_static" / "first_augmentation.png", dpi=160)
