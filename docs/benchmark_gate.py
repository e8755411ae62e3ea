"""SelectiveSampler against no augmentation on held-out rows: the table in docs/benchmarks_help.md.

python docs/benchmark_gate.py ../shared/data/*.h5ad --n-real 5c,all --seeds 10

A run that was killed continues where it stopped when the same command is given again.
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from imblearn.over_sampling import SMOTE, RandomOverSampler
from joblib import Parallel, delayed
from sklearn.metrics import balanced_accuracy_score

from sklearn_txaug.benchmark import make_classifiers, make_cohort
from sklearn_txaug.benchmark._cohort import most_variable, split, subset
from sklearn_txaug.benchmark._row_amounts import real_amount
from sklearn_txaug.datasets import read_expression
from sklearn_txaug.model_selection import SelectiveSampler
from sklearn_txaug.over_sampling import CopulaSampler, FlowMatchingSampler, GaussianSampler
from sklearn_txaug.utils.random import seeded
from sklearn_txaug.utils.statistics import corrected_standard_error
from sklearn_txaug.utils.threads import one_thread

CANDIDATES = {
    "random": RandomOverSampler(),
    "smote": SMOTE(),
    "gaussian": GaussianSampler(),
    "copula": CopulaSampler(),
    "flow": FlowMatchingSampler(),
}
KEY = ["setting", "data", "n_real", "classifier", "seed"]


def read_cohort(path: Path, n_genes: int):
    """Return the cohort of a file with its own label and group columns; linear intensities become log2."""
    table = read_expression(path)
    X = table.data.to_numpy(dtype=float)
    X = np.log2(np.maximum(X, 20)) if X.max() > 100 else X
    return make_cohort(path.stem, X, table.target, table.groups, n_genes=n_genes)[0]


def one_seed(cohort, n_real, classifier, seed, candidates, rule):
    """Return one row of the results: scores of the classifier without the gate and with it."""
    with one_thread():
        pool, test = split(cohort, seed)
        cohort = most_variable(cohort, pool)
        real = subset(cohort, pool, n_real)
        X, y = cohort.X[real], cohort.y[real]
        model = seeded(make_classifiers()[classifier], seed)
        gate = SelectiveSampler(
            candidates={name: CANDIDATES[name] for name in candidates},
            estimator=model,
            rule=rule,
            random_state=seed,
        )
        groups = None if cohort.groups is None else cohort.groups[real]
        X_res, y_res = gate.fit_resample(X, y, groups=groups)

        def score(X_train, y_train):
            predicted = model.fit(X_train, y_train).predict(cohort.X[test])
            return balanced_accuracy_score(cohort.y[test], predicted)

        none = score(X, y)
        return {
            **dict(zip(KEY[1:], (cohort.name, str(n_real), classifier, seed), strict=True)),
            "rows": len(X),
            "none": none,
            "gate": none if len(X_res) == len(X) else score(X_res, y_res),
            "candidate": gate.best_candidate_,
            "n_synthetic": str(gate.best_n_synthetic_),
            "decision": gate.decision_,
        }


def summarise(results: pd.DataFrame) -> pd.DataFrame:
    """Return the mean difference of each setting, its corrected standard error, and how often rows were added."""
    results = results.assign(difference=results["gate"] - results["none"])
    groups = results.groupby(["data", "n_real", "classifier"], sort=False)
    return pd.DataFrame(
        {
            "rows": groups["rows"].mean().round().astype(int),
            "none": groups["none"].mean(),
            "gate": groups["gate"].mean(),
            "difference": groups["difference"].mean(),
            "standard error": groups["difference"].apply(lambda d: corrected_standard_error(d, 2, 1)),
            "augmented": groups["candidate"].apply(lambda names: (names != "none").mean()),
        }
    )


def main() -> None:
    """Run what is not in the results file yet and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, nargs="+")
    parser.add_argument("--n-real", default="5c,all", help="training rows: 100, 5c (of each class) or all")
    parser.add_argument("--classifiers", default="logistic")
    parser.add_argument("--candidates", default="random,smote,gaussian,copula")
    parser.add_argument("--rule", default="one_se")
    parser.add_argument("--genes", type=int, default=500, help="most variable genes of the training rows")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--output", type=Path, default=Path("benchmark/gate.csv"))
    arguments = parser.parse_args()

    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    done = pd.read_csv(arguments.output, dtype={"n_real": str}) if arguments.output.exists() else None
    known = set() if done is None else set(done[KEY].itertuples(index=False, name=None))
    candidates = arguments.candidates.split(",")
    setting = f"{arguments.rule}, {arguments.candidates}, {arguments.genes} genes"
    for path in arguments.data:
        cohort = read_cohort(path, arguments.genes)
        jobs = [
            (real_amount(n_real), classifier, seed)
            for n_real in arguments.n_real.split(",")
            for classifier in arguments.classifiers.split(",")
            for seed in range(arguments.seeds)
        ]
        jobs = [job for job in jobs if (setting, cohort.name, str(job[0]), *job[1:]) not in known]
        work = Parallel(n_jobs=arguments.jobs, return_as="generator")(
            delayed(one_seed)(cohort, *job, candidates, arguments.rule) for job in jobs
        )
        for row in work:
            header = not arguments.output.exists()
            pd.DataFrame([{"setting": setting, **row}]).to_csv(
                arguments.output, mode="a", header=header, index=False
            )
            print(row["data"], row["n_real"], row["classifier"], row["seed"], row["decision"], flush=True)
    results = pd.read_csv(arguments.output, dtype={"n_real": str})
    print(summarise(results[results["setting"] == setting]).round(4).to_string())


if __name__ == "__main__":
    main()
