"""Unequal classes: what balancing is worth, and how much synthetic rows should count.

python docs/benchmark_weights.py ../shared/data/tcga_pancan_89genes.h5ad
python docs/benchmark_weights.py ../shared/data/tcga_pancan_89genes.h5ad --rows 800
python docs/benchmark_weights.py ../shared/data/tcga_pancan_89genes.h5ad --rows 5c --genes 300 --seeds 6
python docs/benchmark_weights.py ../shared/data/tcga_pancan_89genes.h5ad --mlp

With as many rows of each class ("5c") there is nothing to balance, and rows of each class stand beside classifiers of
less regularisation, which heavier rows also amount to.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from scipy import stats
from sklearn.base import clone
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_txaug.benchmark import make_cohort
from sklearn_txaug.benchmark._cohort import TEST_SHARE, most_variable, split, subset
from sklearn_txaug.benchmark._row_amounts import real_amount
from sklearn_txaug.benchmark._scores import classifier_scores
from sklearn_txaug.benchmark._summary import markdown_table
from sklearn_txaug.datasets import read_expression
from sklearn_txaug.model_selection import AugmentedClassifier, PriorAdjustedClassifier, SelectiveClassifier
from sklearn_txaug.neural_network import MLPNetClassifier
from sklearn_txaug.over_sampling import GaussianSampler
from sklearn_txaug.utils.amounts import rows_of_each
from sklearn_txaug.utils.statistics import corrected_standard_error
from sklearn_txaug.utils.threads import one_thread

SHOWN = {"balanced_accuracy": 1, "f1_macro": 1, "neg_log_loss": -1}  # log loss is shown with its own sign


def make_logistic(C: float = 1.0) -> Pipeline:
    """Return the classifier that is augmented."""
    return make_pipeline(StandardScaler(), LogisticRegression(C=C, max_iter=1000))


def with_rows(
    rows: str,
    weight: float,
    classifier: Pipeline | MLPNetClassifier,
    seed: int,
    kind: type[AugmentedClassifier] = AugmentedClassifier,
) -> AugmentedClassifier:
    """Return the classifier with rows of a Gaussian in a weight."""
    sampler = GaussianSampler(n_synthetic=rows)
    return kind(sampler, classifier, synthetic_weight=weight, random_state=seed)


def balancing_models(seed: int) -> dict[str, object]:
    """Return what is compared for unequal classes, by name; the first is no augmentation."""
    logistic = make_logistic()
    weights = {f"gaussian, weight {weight}": weight for weight in (1.0, 0.5, 0.25, 0.1, "cv")}
    amounts = [("500c", 1.0), ("1000c", 0.5), ("1000c", 1.0), ("1000c", 2.0), ("2000c", 1.0), ("2000c", 2.0)]
    return {
        "none": logistic,
        "class weights": clone(logistic).set_params(logisticregression__class_weight="balanced"),
        "adjusted": PriorAdjustedClassifier(logistic),
        "half adjusted": PriorAdjustedClassifier(logistic, tau=0.5),
        **{
            name: AugmentedClassifier(
                GaussianSampler(), logistic, synthetic_weight=weight, cv=3, random_state=seed
            )
            for name, weight in weights.items()
        },
        **{
            f"gaussian {rows}, weight {weight:g}": with_rows(rows, weight, logistic, seed)
            for rows, weight in amounts
        },
        "gate": SelectiveClassifier(logistic, random_state=seed),
    }


class Restored(AugmentedClassifier):
    """Predict as trained, with classes as balanced as the rows, but probabilities of the real class frequencies."""

    def fit(self, X: np.ndarray, y: np.ndarray) -> Restored:
        super().fit(X, y)
        real = np.unique(y, return_counts=True)[1] / len(y)
        self.real_shares_, weight = real, self.synthetic_weight_
        self.trained_shares_ = (real + weight / len(real)) / (1 + weight)
        return self

    def predict_proba(self, X: np.ndarray) -> np.ndarray:
        shares = super().predict_proba(X) * self.real_shares_ / self.trained_shares_
        return shares / shares.sum(axis=1, keepdims=True)


class Decided(PriorAdjustedClassifier):
    """Predict by adjusted probabilities, but return those of the classifier."""

    def predict(self, X: np.ndarray) -> np.ndarray:
        return self.classes_[super().predict_proba(X).argmax(axis=1)]

    def predict_proba(self, X: np.ndarray) -> np.ndarray:
        return self.classifier_.predict_proba(X)


def mlp_models(seed: int) -> dict[str, object]:
    """Return what is compared for an MLP and unequal classes, by name; the first is no augmentation."""
    plain = MLPNetClassifier(random_state=seed)
    return {
        "none": plain,
        "class weights": MLPNetClassifier(class_weight="balanced", random_state=seed),
        "adjusted decisions": Decided(plain),
        "quarter adjusted decisions": Decided(plain, tau=0.25),
        **{
            f"gaussian 2000c, weight {weight:g}": with_rows("2000c", weight, plain, seed)
            for weight in (0.1, 0.25, 0.5, 1, 2)
        },
        "gaussian 500c, weight 1": with_rows("500c", 1, plain, seed),
        **{
            f"restored, weight {weight:g}": with_rows("2000c", weight, plain, seed, Restored)
            for weight in (0.5, 1, 2)
        },
    }


def few_rows_models(seed: int) -> dict[str, object]:
    """Return what is compared for few rows of each class, by name; the first is no augmentation."""
    return {
        "none": make_logistic(),
        **{f"C={C:g}": make_logistic(C) for C in (2, 5, 15)},
        **{
            f"gaussian 200c, weight {weight:g}": with_rows("200c", weight, make_logistic(), seed)
            for weight in (0.25, 1, 4)
        },
        "gaussian 200c, weight 1, C=5": with_rows("200c", 1, make_logistic(5), seed),
        "shrinkage LDA": LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto"),
        "gate": SelectiveClassifier(make_logistic(), random_state=seed),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--seeds", type=int, default=8)
    parser.add_argument(
        "--rows", type=real_amount, default="all", help="training rows: 800, 5c (of each class)"
    )
    parser.add_argument("--genes", type=int, help="most variable genes of the training rows; default: all")
    parser.add_argument("--mlp", action="store_true", help="an MLP instead of a logistic regression")
    options = parser.parse_args()
    table = read_expression(options.data)
    cohort, _ = make_cohort(
        options.data.stem, table.data.to_numpy(), table.target, table.groups, n_genes=options.genes
    )
    few = rows_of_each(options.rows) is not None
    models = mlp_models if options.mlp else few_rows_models if few else balancing_models
    scores: dict[str, list[dict[str, float]]] = {}
    with one_thread():
        for seed in range(options.seeds):
            pool, test = split(cohort, seed)
            X, y = most_variable(cohort, pool).X, cohort.y
            if few:
                pool = subset(cohort, pool, options.rows)
            elif options.rows != "all":
                pool = np.random.default_rng(seed).permutation(pool)[: options.rows]
            for name, model in models(seed).items():
                model.fit(X[pool], y[pool])
                found = classifier_scores(model, X[test], y[test])
                scores.setdefault(name, []).append(
                    {**found, "weight": getattr(model, "synthetic_weight_", np.nan)}
                )
            print(f"seed {seed} done", flush=True)
    print("\n" + markdown_table(["", *(name.removeprefix("neg_") for name in SHOWN)], lines(scores)))
    if models is balancing_models:
        chosen = [row["weight"] for row in scores["gaussian, weight cv"]]
        print(f"\nweights chosen by cv: {dict(zip(*np.unique(chosen, return_counts=True), strict=True))}")


def lines(scores: dict[str, list[dict[str, float]]]) -> list[list[str]]:
    """Return scores of no augmentation and differences to it; * is p < .05 after Bonferroni's correction."""
    rows = []
    for name, found in scores.items():
        row = [name]
        for metric, sign in SHOWN.items():
            values = sign * np.array([one[metric] for one in found])
            if name == "none":
                row.append(f"{values.mean():.4f}")
                continue
            differences = values - sign * np.array([one[metric] for one in scores["none"]])
            error = corrected_standard_error(differences, 1 - TEST_SHARE, TEST_SHARE)
            p = 2 * stats.t.sf(abs(differences.mean() / error), len(differences) - 1) if error > 0 else 1.0
            star = "*" if p * (len(scores) - 1) < 0.05 else ""
            row.append(f"{differences.mean():+.4f} +- {error:.4f}{star}")
        rows.append(row)
    return rows


if __name__ == "__main__":
    main()
