"""Every generator by default beside the Gaussian, without and with mapping: tables in docs/benchmarks_quality.md.

python docs/benchmark_defaults.py ../shared/data/tcga_paired11.h5ad
python docs/benchmark_defaults.py ../shared/data/gtex_v6_train_donors.h5ad --label tissue --group donor --n-real 3600
"""

from collections.abc import Sequence

import numpy as np
from _quality import chosen, print_quality, quality_parser, read_table
from sklearn.base import clone

from sklearn_txaug.benchmark import Row, make_cohort, make_samplers
from sklearn_txaug.benchmark._compare import paired
from sklearn_txaug.benchmark._summary import markdown_table
from sklearn_txaug.datasets import match_landmarks

BASELINE = "gaussian"
GENERATORS = (
    f"{BASELINE},copula,tvae,ctgan,tabddpm,vae,latent,gan,gmda,ddpm,ddim,flow,wgangp,attgan"  # slow ones last
).split(",")


def variants(names: Sequence[str]) -> dict:
    """Return each sampler without and with quantile mapping, whatever its default."""
    known = make_samplers()
    return {
        f"{name}, {mapping}": clone(known[name]).set_params(quantile_mapping=mapping == "mapped")
        for mapping in ("unmapped", "mapped")
        for name in names
    }


def format_differences(rows: Sequence[Row], names: Sequence[str]) -> str:
    """Return a table of F1, by seed, and of its difference from the Gaussian with the same mapping."""
    scores: dict[str, dict[int, float]] = {}
    for row in rows:
        if row.metric == "f1":
            scores.setdefault(row.sampler, {})[row.seed] = row.value
    body = []
    for name in [*names, "real"]:
        line = [name]
        for mapping in ("unmapped", "mapped"):
            key = f"{name}, {mapping}"
            values, baseline = scores.get(key), scores.get(f"{BASELINE}, {mapping}")
            if not values:
                line += ["", "", ""]
                continue
            line += [f"{np.mean(list(values.values())):.3f}", by_seed(values)]
            difference = paired(values, baseline) if baseline and name != BASELINE else None
            line.append(f"{difference.mean:+.3f} +- {difference.error:.3f}" if difference else "")
        body.append(line)
    body[-1][1:3] = [f"{np.mean(list(scores['real'].values())):.3f}", by_seed(scores["real"])]
    head = ["F1", "by seed", "difference"]
    return markdown_table(["sampler", *head, *(f"{name}, mapped" for name in head)], body)


def by_seed(values: dict[int, float]) -> str:
    """Return the values in the order of the seeds."""
    return " ".join(f"{values[seed]:.3f}" for seed in sorted(values))


def main() -> None:
    """Run what is not in the output folder yet and print both tables."""
    parser = quality_parser(__doc__, "benchmark/defaults")
    parser.add_argument(
        "--genes", type=int, default=1000, help="most variable genes, in a file without landmarks"
    )
    arguments = parser.parse_args()
    table = read_table(arguments)
    landmarks = match_landmarks(table.feature_names).mask
    X = table.data.loc[:, landmarks] if landmarks.any() else table.data
    name = arguments.data.name.split(".")[0]
    cohort, _ = make_cohort(name, X, table.target, table.groups, n_genes=arguments.genes)
    arguments.output /= cohort.name
    names = list(chosen(arguments, dict.fromkeys(GENERATORS)))
    rows = print_quality(arguments, cohort, variants(names))
    print("\n" + format_differences(rows, names))


if __name__ == "__main__":
    main()
