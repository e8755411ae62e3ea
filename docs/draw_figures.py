"""The pictures of README, landing page and guide, in docs/_static: ``python docs/draw_figures.py [NAME ...]``.

Two are the first pictures of examples, which are run; `leakage` is made here.
"""

import runpy
import sys
from pathlib import Path

import matplotlib as mpl
import numpy as np
from imblearn.over_sampling import SMOTE, RandomOverSampler
from imblearn.pipeline import make_pipeline
from sklearn.linear_model import RidgeClassifier
from sklearn.model_selection import StratifiedKFold, cross_val_score

from sklearn_txaug.datasets import load_tissue_expression
from sklearn_txaug.over_sampling import GaussianSampler

mpl.use("agg")
import matplotlib.pyplot as plt  # noqa: E402

DOCS = Path(__file__).parent
EXAMPLES = {
    "first_augmentation": "plot_01_first_augmentation.py",
    "attacks": "plot_15_sharing_a_synthetic_cohort.py",
}


def of_example(script):
    """Return the first figure of an example."""
    plt.close("all")
    runpy.run_path(str(DOCS.parent / "examples" / script))
    return plt.figure(1)


def doubled(y):
    """Return class totals of twice the rows."""
    return {label: 2 * n for label, n in zip(*np.unique(y, return_counts=True), strict=True)}


def leakage():
    """Return bars of what is scored if rows are resampled before the split and after it, on random labels."""
    X, _ = load_tissue_expression(return_X_y=True)
    samplers = {
        "copies": RandomOverSampler(sampling_strategy=doubled, random_state=0),
        "SMOTE": SMOTE(sampling_strategy=doubled, random_state=0),
        "Gaussian": GaussianSampler(n_synthetic=1.0, random_state=0),
    }
    classifier = RidgeClassifier()
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    draws = [np.random.default_rng(seed).permutation(np.arange(len(X)) % 4) for seed in range(10)]

    def score(model, X, y):
        return cross_val_score(model, X, y, cv=folds, scoring="balanced_accuracy").mean()

    scores = {
        "before the split (wrong)": [
            [score(classifier, *sampler.fit_resample(X, y)) for y in draws] for sampler in samplers.values()
        ],
        "in the pipeline (right)": [
            [score(make_pipeline(sampler, classifier), X, y) for y in draws] for sampler in samplers.values()
        ],
    }
    figure, ax = plt.subplots(figsize=(6, 2.9), layout="constrained")
    at = np.arange(len(samplers))
    for i, (name, values) in enumerate(scores.items()):
        means = np.mean(values, axis=1)
        spread = np.abs([np.min(values, axis=1), np.max(values, axis=1)] - means)
        ax.bar(at + 0.38 * i - 0.19, means, 0.36, yerr=spread, capsize=3, label=name, color=("C3", "C0")[i])
    ax.axhline(0.25, color="0.3", linestyle="--", label="chance")
    ax.set(xticks=at, xticklabels=list(samplers), ylabel="balanced accuracy", ylim=(0, 1.15))
    ax.spines[["top", "right"]].set_visible(False)
    ax.legend(frameon=False, ncols=3, loc="upper right", fontsize="small")
    return figure


if __name__ == "__main__":
    for name in sys.argv[1:] or [*EXAMPLES, "leakage"]:
        figure = of_example(EXAMPLES[name]) if name in EXAMPLES else leakage()
        figure.savefig(DOCS / "_static" / f"{name}.png", dpi=130)
