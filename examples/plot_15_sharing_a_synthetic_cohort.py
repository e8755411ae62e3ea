"""
Sharing a synthetic cohort
==========================

You want to publish synthetic profiles in place of those of your patients. Attack them first: does somebody who holds
them, and profiles of other people, find out who was in the cohort? And are the rows still worth having?
"""

# %%
# Profiles of three tissues are public. Half of the others are the cohort, and the other half was never seen by any
# sampler: the attacks have to tell the cohort from these. Each profile is of another person; where patients gave
# several samples, pass ``groups_train`` and ``groups_test``.
import numpy as np
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

from sklearn_txaug.datasets import load_tissue_expression
from sklearn_txaug.priors import ExpressionPrior

X, y = load_tissue_expression(return_X_y=True)
public = np.isin(y, ["liver", "kidney", "hippocampus"])
prior = ExpressionPrior(rank=16).fit(X[public], y[public])
X_train, X_test, y_train, y_test = train_test_split(
    X[~public], y[~public], test_size=0.5, stratify=y[~public], random_state=0
)

# %%
# Candidates, from the most to the least careless: copies, mixtures of neighbours, and generators. Under
# ``presets.SHARING`` a generator keeps none of its training rows. With ``prior_rows=np.inf`` a Gaussian learns from
# the public profiles how genes go together, and from the cohort means and deviations alone.
from imblearn.over_sampling import SMOTE, RandomOverSampler

from sklearn_txaug import presets
from sklearn_txaug.over_sampling import CopulaSampler, FlowMatchingSampler, GaussianSampler

twice = {tissue: 2 * n for tissue, n in zip(*np.unique(y_train, return_counts=True), strict=True)}
flow = {"max_epochs": 200, "random_state": 0}
rows = {}
for name, sampler in {
    "copies": RandomOverSampler(sampling_strategy=twice, random_state=0),
    "SMOTE": SMOTE(sampling_strategy=twice, k_neighbors=2, random_state=0),
    "Gaussian": GaussianSampler(n_synthetic=1.0, random_state=0),
    "copula": CopulaSampler(n_synthetic=1.0, random_state=0),
    "flow": FlowMatchingSampler(n_synthetic=1.0, **flow),
    "flow, SHARING": FlowMatchingSampler(n_synthetic=1.0, **flow, **presets.SHARING["FlowMatchingSampler"]),
    "public correlations": GaussianSampler(n_synthetic=1.0, prior=prior, prior_rows=np.inf, random_state=0),
}.items():
    X_res, _ = sampler.fit_resample(X_train, y_train)
    rows[name] = X_res[len(X_train) :]
scaler = StandardScaler().fit(X_train)
X_train, X_test, *scaled = (scaler.transform(part) for part in (X_train, X_test, *rows.values()))
rows = dict(zip(rows, scaled, strict=True))

# %%
# Three attacks: by distances, by densities, and a classifier that has learnt from generators trained for the
# purpose. An area of 0.5 is a guess, 1 finds everybody. What the rows are worth is the harmonic mean of precision
# and recall: do they lie among unseen profiles, and do unseen profiles lie among them?
from sklearn_txaug.metrics import membership_inference, precision_recall_f1

found = {name: membership_inference(X_train, X_test, synthetic) for name, synthetic in rows.items()}
worth = {name: precision_recall_f1(X_test, synthetic, k=5).f1 for name, synthetic in rows.items()}
for name in rows:
    print(f"{name:20} {found[name].attack:10} {found[name].auc:.2f}   worth {worth[name]:.2f}")

# %%
# The picture. On the left, how well each attack does: a Gaussian comes near to no training row, so that distances say
# little, but its means and covariances keep what is peculiar to the cohort, and densities find it. With public
# correlations the means remain, which still tell much of a dozen profiles, and next to nothing of hundreds of
# patients. On the right, the strongest attack against the worth of the rows: the best place is at the lower right.
import matplotlib.pyplot as plt

figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4.2), layout="constrained")
at = np.arange(len(rows))
for i, (attack, marker) in enumerate({"distance": "o", "density": "s", "classifier": "^"}.items()):
    success = [getattr(found[name], attack) for name in rows]
    auc = np.array([s.auc for s in success])
    spread = np.abs([[s.auc_low for s in success], [s.auc_high for s in success]] - auc)
    left.errorbar(auc, at + 0.2 * (i - 1), xerr=spread, fmt=marker, label=attack, capsize=2)
left.set(yticks=at, yticklabels=list(rows), xlabel="area under the curve of the attack", xlim=(0.45, 1.03))
left.axvline(0.5, color="0.6", linestyle="--", zorder=0)
left.invert_yaxis()
left.legend(ncols=3, loc="lower center", bbox_to_anchor=(0.5, 1), frameon=False)
for name in rows:
    right.scatter(worth[name], found[name].auc, s=60, label=name)
right.legend(ncols=2, loc="center", bbox_to_anchor=(0.5, 0.3))
right.axhline(0.5, color="0.6", linestyle="--", zorder=0)
right.set(
    xlabel="worth: F1 of precision and recall\non unseen profiles",
    ylabel="strongest attack",
    ylim=(0.45, 1.05),
)
right.margins(x=0.25)
plt.show()

# %%
# The more rows of a Gaussian are shared, the more they give away, until nearly every member is found.
gaussian = GaussianSampler(random_state=0).fit(X_train, y_train)
amounts = [25, 100, 400, 1600]
areas = [membership_inference(X_train, X_test, gaussian.sample(n)[0]).auc for n in amounts]
figure, axis = plt.subplots(figsize=(5, 3.2), layout="constrained")
axis.semilogx(amounts, areas, "o-")
axis.set_xticks(amounts, amounts)
axis.minorticks_off()
axis.axhline(0.5, color="0.6", linestyle="--")
axis.set(xlabel="rows of the Gaussian that are shared", ylabel="strongest attack", ylim=(0.45, 1.05))
plt.show()

# %%
# Attacks that fail prove nothing, since others may succeed; attacks that succeed are a reason not to share. On the
# command line, ``python -m sklearn_txaug evaluate train.csv synthetic.csv --label tissue --test heldout.csv --group
# patient`` makes the same attacks. What a trained sampler contains is told by ``persistence.training_rows_in``.
