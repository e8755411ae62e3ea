"""Time each indicator against the number of rows, beside other libraries that do the same work.

``python docs/time_indicators.py`` prints the table; ``--rows 20000`` is the size of a large cohort.
"""

import argparse
import io
import os
import platform
import resource
import time
from contextlib import redirect_stdout

import numpy as np

from sklearn_txaug import metrics


def make_sets(n_rows, n_genes):
    """Two sets of ten classes whose genes vary along 50 directions and on their own."""
    rng = np.random.default_rng(0)
    loadings = rng.normal(size=(50, n_genes)) / np.sqrt(50)
    centres = rng.normal(size=(10, n_genes))
    sets = []
    for _ in range(2):
        y = rng.integers(10, size=n_rows)
        X = centres[y] + rng.normal(size=(n_rows, 50)) @ loadings + 0.5 * rng.normal(size=(n_rows, n_genes))
        sets.append((X / X.std(axis=0), y))
    return sets


def prdc_all(X, Z):
    from prdc import compute_prdc

    found = compute_prdc(X, Z, nearest_k=10)
    return found["precision"], found["recall"]


def prdc_coverage(X, Z):
    from prdc import compute_prdc

    found = compute_prdc(X, Z, nearest_k=10)
    return found["density"], found["coverage"]


def neighbours_of(A, B, same):
    from sklearn.neighbors import NearestNeighbors

    return NearestNeighbors(n_neighbors=1 + same).fit(B).kneighbors(A)[0][:, -1]


def sklearn_adversarial(X, Z):
    real = np.mean(neighbours_of(X, Z, 0) > neighbours_of(X, X, 1))
    return ((real + np.mean(neighbours_of(Z, X, 0) > neighbours_of(Z, Z, 1))) / 2,)


def sklearn_authenticity(X, Z):
    from sklearn.neighbors import NearestNeighbors

    distance, index = NearestNeighbors(n_neighbors=1).fit(X).kneighbors(Z)
    return (np.mean(distance[:, 0] > neighbours_of(X, X, 1)[index[:, 0]]),)


def sklearn_mmd(X, Z, gamma=0.001):
    from sklearn.metrics.pairwise import rbf_kernel

    within = rbf_kernel(X, gamma=gamma).mean() + rbf_kernel(Z, gamma=gamma).mean()
    return (within - 2 * rbf_kernel(X, Z, gamma=gamma).mean(),)


def sklearn_energy(X, Z):
    from sklearn.metrics.pairwise import euclidean_distances

    between, within = (
        euclidean_distances(X, Z).mean(),
        euclidean_distances(X).mean() + euclidean_distances(Z).mean(),
    )
    return (np.sqrt(2 * between - within),)


def pot_sliced(X, Z):
    import ot

    return (ot.sliced_wasserstein_distance(X, Z, n_projections=200, seed=0),)


def scipy_wasserstein(X, Z):
    from scipy.stats import wasserstein_distance

    return (np.mean([wasserstein_distance(a, b) for a, b in zip(X.T, Z.T, strict=True)]),)


def scipy_ks(X, Z):
    from scipy.stats import ks_2samp

    return (np.mean([ks_2samp(a, b, method="asymp").statistic for a, b in zip(X.T, Z.T, strict=True)]),)


def numpy_correlation(X, Z):
    upper = np.triu_indices(X.shape[1], 1)
    return (np.corrcoef(np.corrcoef(X.T)[upper], np.corrcoef(Z.T)[upper])[0, 1],)


def scipy_frechet(X, Z):
    from scipy.linalg import sqrtm
    from sklearn.decomposition import PCA

    pca = PCA(min(50, X.shape[1]), random_state=0).fit(X)
    A, B = pca.transform(X), pca.transform(Z)
    a, b = np.cov(A.T), np.cov(B.T)
    return (np.sum((A.mean(axis=0) - B.mean(axis=0)) ** 2) + np.trace(a + b - 2 * np.real(sqrtm(a @ b))),)


def work(device):
    """Name, our function of (X, Z, y, z), and the other library's, as (library, function of X and Z)."""
    m, on = metrics, {"device": device}
    pair = {
        "precision_recall_f1": (lambda X, Z: m.precision_recall_f1(X, Z, **on)[:2], ("prdc", prdc_all)),
        "density_coverage": (lambda X, Z: m.density_coverage(X, Z, **on), ("prdc", prdc_coverage)),
        "adversarial_accuracy": (
            lambda X, Z: m.adversarial_accuracy(X, Z, **on)[:1],
            ("scikit-learn", sklearn_adversarial),
        ),
        "authenticity": (lambda X, Z: (m.authenticity(X, Z, **on),), ("scikit-learn", sklearn_authenticity)),
        "distance_to_closest_record": (lambda X, Z: m.distance_to_closest_record(X, Z, **on)[:1], None),
        "mmd": (lambda X, Z: (m.mmd(X, Z, gamma=0.001, **on),), ("scikit-learn", sklearn_mmd)),
        "energy_distance": (lambda X, Z: (m.energy_distance(X, Z, **on),), ("scikit-learn", sklearn_energy)),
        "sliced_wasserstein": (lambda X, Z: (m.sliced_wasserstein(X, Z),), ("POT", pot_sliced)),
        "wasserstein_distance_genes": (
            lambda X, Z: m.wasserstein_distance_genes(X, Z)[:1],
            ("scipy", scipy_wasserstein),
        ),
        "ks_distance_genes": (lambda X, Z: m.ks_distance_genes(X, Z)[:1], ("scipy", scipy_ks)),
        "frechet_distance": (lambda X, Z: (m.frechet_distance(X, Z),), ("scipy", scipy_frechet)),
        "correlation_score": (lambda X, Z: (m.correlation_score(X, Z, **on),), ("numpy", numpy_correlation)),
        "correlation_error": (lambda X, Z: (m.correlation_error(X, Z, **on),), None),
        "module_preservation": (lambda X, Z: m.module_preservation(X, Z)[:1], None),
        "pca_variance": (lambda X, Z: m.pca_variance(X, Z)[:1], None),
        "discriminative_score": (lambda X, Z: m.discriminative_score(X, Z), None),
    }
    labelled = {
        "reverse_validation": m.reverse_validation,
        "label_preservation": m.label_preservation,
        "differential_expression_agreement": lambda *sets: m.differential_expression_agreement(*sets)[:1],
    }
    return [(name, lambda X, Z, y, z, f=f: f(X, Z), other) for name, (f, other) in pair.items()] + [
        (name, f, None) for name, f in labelled.items()
    ]


def timed(function, *sets):
    start = time.perf_counter()
    with redirect_stdout(io.StringIO()):  # prdc prints
        value = function(*sets)
    return time.perf_counter() - start, np.array(tuple(value), dtype=float)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    parser.add_argument("--rows", type=int, nargs="+", default=[1000, 4000], help="rows of each set")
    parser.add_argument("--genes", type=int, default=1000)
    parser.add_argument("--device", default="cpu", help="torch device of our distances")
    parser.add_argument(
        "--others-up-to", type=int, default=8000, help="more rows need too much memory elsewhere"
    )
    parser.add_argument("--only", nargs="+", help="names of indicators")
    arguments = parser.parse_args()
    columns = "".join(f" {n} rows |" for n in arguments.rows)
    print(f"| indicator |{columns} other library |{columns} largest difference |")
    print("|---|" + "---:|" * len(arguments.rows) + "---|" + "---:|" * (len(arguments.rows) + 1), flush=True)
    sets = {n: make_sets(n, arguments.genes) for n in arguments.rows}
    for name, ours, other in work(arguments.device):
        if arguments.only and name not in arguments.only:
            continue
        own, others, difference = [], [], 0.0
        (X, y), (Z, z) = make_sets(30, 5)  # what a first call imports is not timed
        timed(ours, X, Z, y, z)
        if other:
            timed(other[1], X, Z)
        for n in arguments.rows:
            (X, y), (Z, z) = sets[n]
            seconds, value = timed(ours, X, Z, y, z)
            own.append(f"{seconds:.2f} s")
            others.append("")
            if other and n <= arguments.others_up_to:
                seconds, expected = timed(other[1], X, Z)
                others[-1] = f"{seconds:.2f} s"
                difference = max(difference, float(np.max(np.abs(value - expected))))
        library, gap = (other[0], f"{difference:.1e}") if other and any(others) else ("", "")
        print("| " + " | ".join([f"`{name}`", *own, library, *others, gap]) + " |", flush=True)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"\nPeak memory of the whole run {memory:.1f} GiB; {platform.machine()}, "
          f"{os.environ.get('OMP_NUM_THREADS', 'all')} thread(s).")  # fmt: skip


if __name__ == "__main__":
    main()
