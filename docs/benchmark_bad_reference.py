"""What the gate makes of a reference that misleads: the table in docs/benchmarks_prior.md.

python docs/benchmark_bad_reference.py ../shared/data/gtex_v6_train_donors.h5ad --hold-out 8
python docs/benchmark_bad_reference.py ../shared/data/tcga_paired11.h5ad --label cancer_and_type
python docs/benchmark_bad_reference.py ../shared/data/tcga_pancan_89genes.h5ad
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from sklearn.metrics import balanced_accuracy_score, log_loss

from sklearn_txaug.benchmark import make_classifiers, make_cohort
from sklearn_txaug.benchmark._cohort import most_variable, split, subset
from sklearn_txaug.benchmark._reference import ReferenceRows, reference_rows
from sklearn_txaug.benchmark._summary import markdown_table
from sklearn_txaug.datasets import read_expression
from sklearn_txaug.model_selection import SelectiveClassifier
from sklearn_txaug.priors import ExpressionPrior
from sklearn_txaug.utils.random import seeded
from sklearn_txaug.utils.statistics import corrected_standard_error
from sklearn_txaug.utils.threads import one_thread


def spoiled(rows: ReferenceRows, how: str, seed: int) -> ReferenceRows:
    """Return the reference with one fault."""
    rng = np.random.default_rng((seed, 99))
    if how == "shuffled labels":
        return rows._replace(y=rng.permutation(rows.y))
    if how == "linear units":
        return rows._replace(X=np.exp2(rows.X))
    if how == "shuffled genes":
        return rows._replace(X=rows.X[:, rng.permutation(rows.X.shape[1])])
    return rows if how == "as it is" else rows._replace(X=rng.normal(size=rows.X.shape))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--label")
    parser.add_argument("--hold-out", type=int, default=10)
    parser.add_argument("--classifier", default="logistic")
    parser.add_argument("--rows", default="2c")
    parser.add_argument("--seeds", type=int, default=6)
    options = parser.parse_args()
    table = read_expression(options.data, label=options.label)
    X, name = table.data.to_numpy(dtype=float), options.data.stem
    cohort, _ = make_cohort(
        name, X, table.target, table.groups, n_genes=400, hold_out_classes=options.hold_out
    )
    faults = ("as it is", "shuffled labels", "linear units", "shuffled genes", "noise")
    gains: dict[str, list[list[float]]] = {fault: [] for fault in faults}
    for seed in range(options.seeds):
        pool, test = split(cohort, seed)
        genes = most_variable(cohort, pool)
        real = subset(genes, pool, options.rows)
        groups = None if genes.groups is None else genes.groups[real]
        plain = seeded(make_classifiers()[options.classifier], seed)

        def scores(model, genes=genes, test=test):
            y = genes.y[test]
            return np.array(
                [
                    balanced_accuracy_score(y, model.predict(genes.X[test])),
                    log_loss(y, model.predict_proba(genes.X[test]), labels=model.classes_),
                ]
            )

        with one_thread():
            none = scores(plain.fit(genes.X[real], genes.y[real]))
            for fault in faults:
                prior = ExpressionPrior().fit(*spoiled(reference_rows(genes, seed), fault, seed))
                gate = seeded(SelectiveClassifier(make_classifiers()[options.classifier], prior=prior), seed)
                gate.fit(genes.X[real], genes.y[real], groups=groups)
                gains[fault].append([*(scores(gate) - none), gate.best_way_.endswith("+prior")])
        print(f"seed {seed} done", flush=True)
    lines = []
    for fault, found in gains.items():
        values = np.array(found)
        errors = corrected_standard_error(values, 2, 1, axis=0)
        both = [f"{m:+.4f} +- {e:.4f}" for m, e in zip(values[:, :2].mean(axis=0), errors[:2], strict=True)]
        lines.append([name, fault, *both, f"{values[:, 2].sum():.0f} of {len(values)}"])
    print(markdown_table(["data", "reference", "balanced accuracy", "log loss", "prior taken"], lines))


if __name__ == "__main__":
    main()
