"""What a prior gains on classes and patients that its reference never saw: the tables in docs/benchmarks_prior.md.

python docs/benchmark_prior.py ../shared/data/tcga_pancan_89genes.h5ad --hold-out 10
python docs/benchmark_prior.py ../shared/data/tcga_pancan_89genes.h5ad --reference ../shared/data/tcga_paired11.h5ad
python docs/benchmark_prior.py ../shared/data/tcga_pancan_89genes.h5ad --samplers gaussian+prior:400@20

"gaussian+prior:400@20" draws 400 rows of each class, which together count as 20 real ones; without @ each is one.
Of the samplers, "hierarchical+prior" is the model itself as a classifier, whatever classifier the rows are for.

Each seed draws the classes held out, of which the reference has no row, and holds out half of their patients for
testing; the reference has none of the patients of the other half either. With --reference all classes of that file
that the data lack are the reference, for the genes that both have. A run that was killed continues where it stopped.
"""

import argparse
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score, f1_score, log_loss
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_txaug._cli.options import names
from sklearn_txaug.benchmark import make_classifiers
from sklearn_txaug.datasets import read_expression
from sklearn_txaug.model_selection._augmented import _last_step
from sklearn_txaug.over_sampling import (
    CopulaSampler,
    DDIMSampler,
    DDPMSampler,
    FlowMatchingSampler,
    GaussianSampler,
    TabDDPMSampler,
    TransferFlowSampler,
)
from sklearn_txaug.priors import ExpressionFlow, ExpressionPrior, HierarchicalGaussianClassifier
from sklearn_txaug.utils.random import seeded
from sklearn_txaug.utils.splits import holdout
from sklearn_txaug.utils.statistics import corrected_standard_error
from sklearn_txaug.utils.threads import one_thread

SAMPLERS = {
    "gaussian": GaussianSampler(),
    "copula": CopulaSampler(),
    "flow": FlowMatchingSampler(),
    "ddpm": DDPMSampler(),
    "ddim": DDIMSampler(),
    "tabddpm": TabDDPMSampler(),
    "transfer": TransferFlowSampler(),
}
MODEL = "hierarchical+prior"
SCORES = ["balanced accuracy", "macro F1", "log loss"]
SETTING = ["data", "classifier", "k", "sampler"]
COLUMNS = ["sampler", *SCORES, "data", "classifier", "k", "seed"]


class Rows(NamedTuple):
    """Expression as a DataFrame, labels, patients, and the larger family that a label belongs to."""

    X: pd.DataFrame
    y: np.ndarray
    groups: np.ndarray
    family: np.ndarray

    def take(self, rows: np.ndarray) -> "Rows":
        """Return some of the rows."""
        return Rows(
            self.X.iloc[np.flatnonzero(rows) if rows.dtype == bool else rows],
            self.y[rows],
            self.groups[rows],
            self.family[rows],
        )


def read_rows(path: Path, label: str | None, family: str | None, least: int) -> Rows:
    """Return the rows of a file, of classes with at least `least` of them."""
    table = read_expression(path, label=label)
    y = table.target.to_numpy().astype(str)
    groups = np.arange(len(y)) if table.groups is None else table.groups.to_numpy()
    families = read_expression(path, label=family).target.to_numpy().astype(str) if family else y
    counts = pd.Series(y).value_counts()
    kept = np.isin(y, counts.index[counts >= least]) & (y != "")
    return Rows(table.data, y, groups.astype(str), families).take(kept)


def all_classifiers() -> dict:
    """Return the classifiers of the package's benchmark, and a logistic regression under a stronger penalty."""
    strong = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=1000))
    return {**make_classifiers(), "logistic C=.1": strong}


def split_classes(rows: Rows, n_held: int, seed: int) -> tuple[Rows, Rows, Rows]:
    """Return reference, training pool and test rows; the latter two of the `n_held` families held out.

    Half of the patients with rows on both sides are the reference's, the others are not.
    """
    rng = np.random.default_rng(seed)
    held = np.isin(rows.family, rng.permutation(np.unique(rows.family))[:n_held])
    both = rng.permutation(np.intersect1d(rows.groups[held], rows.groups[~held]))
    theirs, ours = np.array_split(both, 2)
    pool, test = split_patients(rows.take(held & ~np.isin(rows.groups, theirs)), seed)
    return rows.take(~held & ~np.isin(rows.groups, ours)), pool, test


def split_patients(rows: Rows, seed: int) -> tuple[Rows, Rows]:
    """Return two halves of the rows, in random order, that share no patient."""
    train, test = holdout(rows.y, rows.groups, 0.5, seed)
    return rows.take(np.random.default_rng(seed).permutation(train)), rows.take(test)


def split_cohorts(rows: Rows, reference: Rows, n_held: int, seed: int) -> tuple[Rows, Rows, Rows]:
    """Return reference, training pool and test rows, for the genes of both files; no class is in both."""
    genes = rows.X.columns.intersection(reference.X.columns)
    rows, reference = (part._replace(X=part.X[genes]) for part in (rows, reference))
    rows = rows.take(~np.isin(rows.family, reference.family))
    classes = np.random.default_rng(seed).permutation(np.unique(rows.y))[:n_held]
    pool, test = split_patients(rows.take(np.isin(rows.y, classes)), seed)
    return reference, pool, test


def most_variable(parts: tuple[Rows, ...], n_genes: int) -> list[Rows]:
    """Return all parts with the genes that vary most in the first."""
    genes = parts[0].X.columns[
        np.sort(np.argsort(-parts[0].X.to_numpy().var(axis=0), kind="stable")[:n_genes])
    ]
    return [part._replace(X=part.X[genes]) for part in parts]


def scores(classifier, X: pd.DataFrame, y: np.ndarray, test: Rows, weights: np.ndarray | None) -> list[float]:
    """Return the scores on test rows of a classifier trained on `X` and `y`."""
    prefix = _last_step(classifier)[1]
    classifier.fit(X, y, **({} if weights is None else {f"{prefix}sample_weight": weights}))
    chances = classifier.predict_proba(test.X)
    predicted = classifier.classes_[chances.argmax(axis=1)]
    return [
        balanced_accuracy_score(test.y, predicted),
        f1_score(test.y, predicted, average="macro"),
        log_loss(test.y, chances, labels=classifier.classes_),
    ]


def with_reference(name: str, prior: ExpressionPrior, flow: ExpressionFlow | None, seed: int):
    """Return a sampler by name: one with a prior if "+prior" follows, or with the flow."""
    kind, _, with_prior = name.partition("+")
    sampler = seeded(SAMPLERS[kind], seed)
    if kind == "transfer":
        return sampler.set_params(reference=flow)
    return sampler.set_params(prior=prior if with_prior else None)


def amount(name: str, default: int) -> tuple[str, int, float]:
    """Return the name of a sampler, the rows of each class that it draws, and as how many real ones they count."""
    kind, _, rows = name.partition(":")
    n_rows, _, count = rows.partition("@")
    return kind, int(n_rows or default), float(count or n_rows or default)


def one_job(
    prior: ExpressionPrior,
    flow: ExpressionFlow | None,
    pool: Rows,
    test: Rows,
    seed: int,
    k: int,
    classifiers: list[str],
    options: argparse.Namespace,
) -> pd.DataFrame:
    """Return the scores without augmentation, and with samplers that have a prior or none, means over draws."""
    results = []
    for draw in range(options.draws):
        order = np.random.default_rng((seed, draw)).permutation(len(pool.y))
        some = np.concatenate([order[pool.y[order] == label][:k] for label in np.unique(pool.y)])
        X, y, groups = pool.X.iloc[some], pool.y[some], pool.groups[some]
        for name in ["none", *options.samplers]:
            X_res, y_res, weights = X, y, None
            if name not in ("none", MODEL):
                kind, n_rows, count = amount(name, options.n_synthetic)
                sampler = with_reference(kind, prior, flow, 1000 * seed + draw)
                sampler.set_params(n_synthetic=dict.fromkeys(np.unique(y), n_rows))
                X_res, y_res = sampler.fit_resample(X, y, groups=groups)
                weights = np.repeat([1.0, count / n_rows], [len(y), len(y_res) - len(y)])
            for classifier in classifiers:
                model = seeded(all_classifiers()[classifier], seed)
                if name == MODEL:
                    model = HierarchicalGaussianClassifier(prior)
                reached = dict(zip(SCORES, scores(model, X_res, y_res, test, weights), strict=True))
                results.append({"sampler": name, "classifier": classifier, **reached})
    means = pd.DataFrame(results).groupby(["sampler", "classifier"], sort=False).mean().reset_index()
    return means.assign(data=options.name, k=k, seed=seed)[COLUMNS]


def summarise(results: pd.DataFrame) -> pd.DataFrame:
    """Return means without augmentation, and differences to them with errors corrected for the overlap of splits."""
    table = []
    for key, part in results.groupby(SETTING, sort=False):
        none = results[(results[SETTING[:3]] == list(key[:3])).all(axis=1) & (results["sampler"] == "none")]
        both = part.merge(none, on="seed", suffixes=("", " of none"))
        row = dict(zip(SETTING, key, strict=True)) | {"seeds": len(both)}
        for score in SCORES:
            difference = both[score] - both[f"{score} of none"]
            error = corrected_standard_error(difference, 2, 1)
            mean = f"{both[score].mean():.3f}"
            row[score] = mean if key[3] == "none" else f"{difference.mean():+.4f} +- {error:.4f}"
            if score == SCORES[0] and key[3] != "none":
                row["p"] = 2 * stats.t.sf(abs(difference.mean()) / error, len(both) - 1) if error > 0 else 1.0
        table.append(row)
    return pd.DataFrame(table)


def holm(p: pd.Series) -> pd.Series:
    """Return p values corrected for their number."""
    order = p.dropna().sort_values()
    return (order * np.arange(len(order), 0, -1)).cummax().clip(upper=1)


def as_text(table: pd.DataFrame) -> str:
    """Return the table in Markdown, with p values of balanced accuracy corrected for the samplers of a setting."""
    corrected = table.groupby(SETTING[:3], sort=False)["p"].transform(holm)
    shown = table.drop(columns=["p", "data", "seeds"]).assign(**{"p (Holm)": corrected.map("{:.3f}".format)})
    return shown.replace("nan", "").to_markdown(index=False)


def main() -> None:
    """Run what is not in the results file yet and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("data", type=Path)
    add("--label")
    add(
        "--family",
        help="column of what is held out as a whole, such as the cancer of tumour and normal tissue",
    )
    add("--reference", type=Path, help="another file to learn from")
    add("--reference-label", default="cancer_and_type")
    add("--reference-family", default="cancer_type")
    add("--reference-without", type=names, default=[], help="families of the reference that are left out")
    add("--hold-out", type=int, default=10, help="classes, or families, of a seed")
    add("--genes", type=int, default=400, help="most variable genes of the reference")
    add("--k", default="1,2,5,10,20", help="training rows of each class")
    add("--classifiers", type=names, default=["logistic", "logistic C=.1"])
    add("--samplers", type=names, default=["gaussian", "gaussian+prior"])
    add("--n-synthetic", type=int, default=20, help="synthetic rows of each class")
    add("--rank", type=int, default=64)
    add("--draws", type=int, default=3, help="draws of the training rows in each seed")
    add("--seeds", type=int, default=8)
    add("--first-seed", type=int, default=0, help="to run some of the seeds at a time")
    add("--output", type=Path, default=Path("benchmark/prior.csv"))
    options = parser.parse_args()
    options.name = (
        options.data.stem if options.reference is None else f"{options.reference.stem} -> {options.data.stem}"
    )

    rows = read_rows(options.data, options.label, options.family, least=25)
    other = None
    if options.reference is not None:
        other = read_rows(options.reference, options.reference_label, options.reference_family, least=6)
        other = other.take(~np.isin(other.family, options.reference_without))
    options.output.parent.mkdir(parents=True, exist_ok=True)
    done = (
        pd.read_csv(options.output) if options.output.exists() else pd.DataFrame(columns=[*SETTING, "seed"])
    )
    known = set(done[["data", "classifier", "k", "seed", "sampler"]].itertuples(index=False, name=None))
    for seed in range(options.first_seed, options.seeds):
        parts = (
            split_classes(rows, options.hold_out, seed)
            if other is None
            else split_cohorts(rows, other, options.hold_out, seed)
        )
        reference, pool, test = most_variable(parts, options.genes)
        prior = ExpressionPrior(rank=options.rank).fit(reference.X, reference.y, groups=reference.groups)
        flow = None
        if any(amount(name, 0)[0] == "transfer" for name in options.samplers):
            with one_thread():
                flow = ExpressionFlow(rank=options.rank, random_state=seed).fit(
                    reference.X, reference.y, groups=reference.groups
                )
        for k in map(int, options.k.split(",")):
            left = [
                classifier
                for classifier in options.classifiers
                if not all((options.name, classifier, k, seed, name) in known for name in options.samplers)
            ]
            if not left:
                continue
            with one_thread():
                result = one_job(prior, flow, pool, test, seed, k, left, options)
            result.to_csv(options.output, mode="a", header=not options.output.exists(), index=False)
            print(f"{options.name}: seed {seed}, {k} rows a class, {', '.join(left)}", flush=True)
    results = pd.read_csv(options.output).drop_duplicates([*SETTING, "seed"], keep="last")
    table = summarise(results[results["data"] == options.name])
    print(as_text(table))


if __name__ == "__main__":
    main()
