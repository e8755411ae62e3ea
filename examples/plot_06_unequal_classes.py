"""
Unequal classes
===============

Eight classes, of which the rarest has a dozen samples and the largest two hundred. Over-sampling the rare ones is not
the only way to be fair to them, and not always the best: compare it with what costs nothing.
"""

# %%
# A simulated cohort, and a classifier that has it hard.
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedShuffleSplit, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_txaug.datasets import make_expression

shares = np.geomspace(1, 1 / 16, 8)
X, y = make_expression(600, 80, 8, class_sep=0.6, weights=shares, random_state=0)
print(np.bincount(y))
plain = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=1000))

# %%
# Five ways. The first three add no rows: the classifier as it is, class weights, and probabilities divided by
# the square root of the class frequencies. The last two fill each class up to the largest with rows of a Gaussian,
# which together weigh as much as the real ones, or a tenth of it.
from sklearn.base import clone

from sklearn_txaug.model_selection import AugmentedClassifier, PriorAdjustedClassifier
from sklearn_txaug.over_sampling import GaussianSampler

gaussian = GaussianSampler(random_state=0)
ways = {
    "as it is": plain,
    "class weights": clone(plain).set_params(logisticregression__class_weight="balanced"),
    "adjusted": PriorAdjustedClassifier(plain, tau=0.5),
    "Gaussian rows": AugmentedClassifier(gaussian, plain),
    "Gaussian rows, weight .1": AugmentedClassifier(gaussian, plain, synthetic_weight=0.1),
}

# %%
# Look at two scores at least. Balanced accuracy rewards whatever gives rare classes more room; the log loss
# says what it does to the probabilities.
scoring = ["balanced_accuracy", "neg_log_loss"]
cv = StratifiedShuffleSplit(8, test_size=0.3, random_state=0)
scores = {name: cross_validate(way, X, y, cv=cv, scoring=scoring) for name, way in ways.items()}

# %%
# Gains over the classifier as it is, paired by split. The splits share rows, so the standard errors are corrected for
# the overlap (Nadeau and Bengio): by the share of test to training rows.
import matplotlib.pyplot as plt

figure, axes = plt.subplots(1, 2, figsize=(8, 3), sharey=True, layout="constrained")
others = list(ways)[1:]
for ax, score in zip(axes, scoring, strict=True):
    base = scores["as it is"][f"test_{score}"]
    gains = np.array([scores[name][f"test_{score}"] - base for name in others])
    error = gains.std(axis=1, ddof=1) * np.sqrt(1 / gains.shape[1] + 0.3 / 0.7)
    ax.errorbar(gains.mean(axis=1), range(len(others)), xerr=error, fmt="o", capsize=3)
    ax.axvline(0, color="0.6", linestyle="--")
    ax.set(title=score.replace("neg_log_loss", "log loss, negative").replace("_", " "), xlabel="gain")
axes[0].set_yticks(range(len(others)), others)
axes[0].invert_yaxis()

# %%
# Each way raises balanced accuracy, and all but the last pay for it with worse probabilities. Held-out rows of the
# training set can choose the weight: ``synthetic_weight="cv"``, with 0, no augmentation, among the choices. On 30
# real cancers, 2,000 rows of *every* class that together weigh as much as the real ones gained in both scores:
# :doc:`../benchmarks_help`.
