"""What a prior file tells about the patients it was learned from: the table beside the embedded prior.

python docs/prior_privacy.py ../shared/data/tcga_paired11.h5ad --label cancer_and_type

A prior is learned from the rows of four fifths of the patients. For these rows and the others, about the means of
their classes: the share of their variance that lies in the directions of the prior, and how well an attacker who has
a row, and knows its class mean, tells members from others by that share (area under the curve, .5 is a guess).
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score

from sklearn_txaug.datasets import read_expression
from sklearn_txaug.priors import ExpressionPrior
from sklearn_txaug.utils.splits import holdout


def shares_within(prior: ExpressionPrior, residuals: np.ndarray) -> np.ndarray:
    """Return, for each row, the share of its variance that lies in the directions of the prior."""
    directions = np.linalg.svd(prior.within_.factor, full_matrices=False)[2]
    inside = np.square(residuals @ directions.T).sum(axis=1)
    return inside / np.square(residuals).sum(axis=1)


def measure(X: np.ndarray, y: np.ndarray, groups: np.ndarray, rank: int, seed: int) -> dict[str, float]:
    """Return the shares of members and of others, and the success of the attack."""
    inside, outside = holdout(y, groups, 0.2, seed)
    prior = ExpressionPrior(rank=rank).fit(X[inside], y[inside])
    rows = (X - prior.means_) / np.where(prior.scales_ > 0, prior.scales_, 1)
    shares, known = [], outside[np.isin(y[outside], y[inside])]
    for some in (inside, known):
        means = np.stack([rows[inside][y[inside] == label].mean(axis=0) for label in y[some]])
        shares.append(shares_within(prior, rows[some] - means))
    member = np.repeat([1, 0], [len(part) for part in shares])
    return {
        "rank": rank,
        "members": shares[0].mean(),
        "others": shares[1].mean(),
        "AUC": roc_auc_score(member, np.concatenate(shares)),
    }


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--label")
    parser.add_argument("--group")
    parser.add_argument("--ranks", default="8,16,40,64")
    parser.add_argument("--seeds", type=int, default=5)
    arguments = parser.parse_args()
    table = read_expression(arguments.data, label=arguments.label, group=arguments.group)
    X, y = table.data.to_numpy(), table.target.to_numpy().astype(str)
    groups = None if table.groups is None else table.groups.to_numpy()
    results = pd.DataFrame(
        measure(X, y, groups, int(rank), seed)
        for rank in arguments.ranks.split(",")
        for seed in range(arguments.seeds)
    )
    print(results.groupby("rank").mean().round(3).to_string())


if __name__ == "__main__":
    main()
