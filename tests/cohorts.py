"""Small cohorts as data frames."""

import numpy as np
import pytest

from sklearn_txaug.datasets import make_expression

GENES = ["TP53", "MYC", "EGFR", "BRCA1", "GAPDH", "ACTB", "KRAS", "PTEN"]
LABELS = np.array(["liver, left", "heart", "brain"])[np.arange(45) % 3]


def three_kinds():
    """Return rows of the labels, named as patients are."""
    pd = pytest.importorskip("pandas")
    rng = np.random.default_rng(0)
    X = rng.normal(6, 1, (45, 8)) + 2 * (LABELS == "heart")[:, None]
    return pd.DataFrame(X, [f"TCGA-AA-{i:04d}-01" for i in range(45)], GENES)


def tissues_of_donors():
    """Return rows, tissues and donors."""
    X, y, groups = make_expression(
        n_samples=12, n_features=30, n_groups=4, return_groups=True, as_frame=True, random_state=0
    )
    X = X.astype(np.float32)
    return X, y.map({0: "liver", 1: "kidney, left", 2: "NAFLD"}).rename("tissue"), groups.rename("donor")
