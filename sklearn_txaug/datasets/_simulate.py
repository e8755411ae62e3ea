"""A simulator of bulk RNA-seq cohorts."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any, NamedTuple

import numpy as np
from sklearn.utils import Bunch, check_random_state

from ..utils.optional import require

_GENE_SD = 0.8  # typical within-class standard deviation of a gene, log2 units
_BASELINE_SD = 1.5  # spread of the genes' mean levels, log2 units


def make_expression(
    n_samples: int = 200,
    n_features: int = 500,
    n_classes: int = 3,
    *,
    n_modules: int | None = None,
    module_correlation: float = 0.5,
    class_sep: float = 0.5,
    weights: Sequence[float] | None = None,
    library_size: float = 1e6,
    library_cv: float = 0.3,
    dispersion: float = 0.05,
    n_groups: int | None = None,
    group_correlation: float = 0.5,
    output: str = "log",
    shuffle: bool = True,
    return_X_y: bool = True,
    return_groups: bool = False,
    as_frame: bool = False,
    random_state: Any = None,
) -> Any:
    """Simulate a bulk RNA-seq cohort with gene modules, classes and sequencing noise.

    Genes belong to modules whose members rise and fall together; each class shifts each module up or down;
    each sample is sequenced to its own depth, and its counts follow a negative binomial distribution. See
    Notes for the model.

    Parameters
    ----------
    n_samples : int, default=200
        Number of samples, at least `n_classes`.
    n_features : int, default=500
        Number of genes.
    n_classes : int, default=3
        Number of classes, at least 1.
    n_modules : int, default=None
        Number of gene modules, of equal size up to one gene. None makes 10, or one of each gene if these are fewer.
    module_correlation : float, default=0.5
        Absolute within-class correlation of two genes of one module before counting noise, in
        [0, 1]. About half the genes of a module go down when the others go up.
    class_sep : float, default=0.5
        Standard deviation over the classes of the shift of a module, in units of a gene's within-class
        standard deviation; 0 makes the classes alike.
    weights : sequence of float of length n_classes, default=None
        Shares of the samples that each class gets; rescaled to sum to 1. Every class gets at least one
        sample. None balances the classes.
    library_size : float, default=1e6
        Expected total count of a sample, in (0, 1e12].
    library_cv : float, default=0.3
        Coefficient of variation of the total between samples (log-normal); 0 gives all samples the same depth.
    dispersion : float, default=0.05
        Overdispersion a of the counts, variance = mean + a mean^2; 0 gives Poisson counts.
    n_groups : int, default=None
        Number of groups (patients, donors) with several samples each, spread evenly over the samples
        regardless of class. None makes the samples independent.
    group_correlation : float, default=0.5
        Share of a gene's within-class variance that the samples of a group have in common, in [0, 1].
    output : {"log", "counts"}, default="log"
        ``"log"`` gives log2(CPM + 1), where CPM are counts per million of the sample's total; ``"counts"``
        gives the counts.
    shuffle : bool, default=True
        Shuffle the samples and the genes; False leaves the samples sorted by class and the genes by module.
    return_X_y : bool, default=True
        Return ``(X, y)``; False gives a Bunch that also holds the truth of the simulation.
    return_groups : bool, default=False
        Return ``(X, y, groups)``; needs `n_groups`.
    as_frame : bool, default=False
        Return X as a pandas DataFrame and y (and the groups) as Series.
    random_state : int, RandomState instance or None, default=None
        Determines the cohort; pass an int for reproducible output.

    Returns
    -------
    X : ndarray or DataFrame of shape (n_samples, n_features)
        Expression: float64 in log2 units, or int64 counts.
    y : ndarray or Series of shape (n_samples,), int
        Class of each sample, 0 to ``n_classes - 1``.
    groups : ndarray or Series of shape (n_samples,), int
        Group of each sample, 0 to ``n_groups - 1``. Only if ``return_groups=True``.
    bunch : :class:`~sklearn.utils.Bunch`
        If ``return_X_y=False``: `data`, `target`, `groups` (None without `n_groups`), `feature_names`,
        `modules` (the module of each gene), `signs` (+1 or -1, its direction in the module),
        `class_effects` (n_classes, n_features; log2 units), `library_sizes` (the realised totals) and
        `DESCR`.

    Raises
    ------
    TypeError
        If a number is not of the accepted type.
    ValueError
        If a parameter is outside its range, or ``return_groups=True`` without `n_groups`.

    Notes
    -----
    The log2 level of gene j (module m, sign s_j, standard deviation d_j) in sample i of class c is ::

        b_j + d_j s_j class_sep u_cm + d_j (sqrt(r) s_j z_im + sqrt(1 - r) e_ij)

    with r = `module_correlation` and u, z, e standard normal. With groups, z and e are each the sum of a group
    effect and a sample effect, weighted so that the variance stays the same. Powers of two of the
    levels, divided by their sum, are the expected shares of the sample's total, so counts are compositional
    as in sequencing; a gamma-Poisson mixture gives the counts. Before sequencing, each class is Gaussian on the log
    scale, which real cohorts are not: a method that does well here need not do well on real data.

    Examples
    --------
    >>> from sklearn_txaug.datasets import make_expression
    >>> X, y = make_expression(n_samples=60, n_features=100, weights=[0.7, 0.2, 0.1], random_state=0)
    >>> X.shape, [int((y == label).sum()) for label in range(3)]
    ((60, 100), [42, 12, 6])
    >>> X, y, groups = make_expression(n_groups=50, return_groups=True, output="counts", random_state=0)
    >>> X.dtype, len(set(groups.tolist()))
    (dtype('int64'), 50)
    """
    _check_integers(n_samples=n_samples, n_features=n_features, n_classes=n_classes)
    n_modules = min(10, n_features) if n_modules is None else n_modules
    _check_integers(n_modules=n_modules)
    _check_reals(module_correlation=(module_correlation, 1), group_correlation=(group_correlation, 1))
    _check_reals(class_sep=(class_sep, 1e3), dispersion=(dispersion, 1e3))
    _check_reals(library_size=(library_size, 1e12), library_cv=(library_cv, 10))
    _check_choices(n_samples, n_features, n_classes, n_modules, library_size, n_groups, output, return_groups)
    rng = check_random_state(random_state)
    y = np.repeat(np.arange(n_classes), _class_sizes(n_samples, n_classes, weights))
    modules = np.arange(n_features) * n_modules // n_features
    if shuffle:
        y, modules = rng.permutation(y), rng.permutation(modules)
    genes = _draw_genes(modules, n_classes, n_modules, class_sep, rng)
    noise = _draw_noise(n_samples, genes, n_modules, module_correlation, rng)
    groups = None
    if n_groups is not None:
        groups = rng.permutation(np.arange(n_samples) % n_groups)
        shared = _draw_noise(n_groups, genes, n_modules, module_correlation, rng)[groups]
        noise = np.sqrt(group_correlation) * shared + np.sqrt(1 - group_correlation) * noise
    counts = _sequence(genes.levels(y, noise), library_size, library_cv, dispersion, rng)
    totals = counts.sum(axis=1)
    X = _log_cpm(counts, totals) if output == "log" else counts
    return _Simulated(X, y, groups, genes, totals).give(as_frame, return_groups, return_X_y)


def _log_cpm(counts: np.ndarray, totals: np.ndarray) -> np.ndarray:
    return np.log2(counts * (1e6 / np.maximum(totals, 1))[:, None] + 1)


class _Genes(NamedTuple):
    """Modules and signs of the genes, their scales and baselines, and effects of shape (n_classes, n_features)."""

    modules: np.ndarray
    signs: np.ndarray
    scale: np.ndarray
    baseline: np.ndarray
    class_effects: np.ndarray

    def levels(self, y: np.ndarray, noise: np.ndarray) -> np.ndarray:
        """Return the log2 levels of samples of classes `y`, for noise of unit variance."""
        return self.baseline + self.class_effects[y] + self.scale * noise


class _Simulated(NamedTuple):
    """A simulated cohort."""

    X: Any
    y: Any
    groups: Any
    genes: _Genes
    totals: np.ndarray

    @property
    def feature_names(self) -> list[str]:
        return [f"gene_{j}" for j in range(len(self.genes.modules))]

    def give(self, as_frame: bool, return_groups: bool, return_X_y: bool) -> Any:
        """Return what the arguments of the same names of `make_expression` ask for."""
        found = self.as_frames() if as_frame else self
        if return_groups:
            return found[:3]
        return found[:2] if return_X_y else found.as_bunch()

    def as_frames(self) -> _Simulated:
        """Return rows, labels and groups as pandas objects."""
        pd = require("pandas", "make_expression(as_frame=True)")
        index = [f"sample_{i}" for i in range(len(self.X))]
        X = pd.DataFrame(self.X, index=index, columns=self.feature_names)
        groups = None if self.groups is None else pd.Series(self.groups, index=index, name="group")
        return self._replace(X=X, y=pd.Series(self.y, index, name="class"), groups=groups)

    def as_bunch(self) -> Bunch:
        return Bunch(
            data=self.X,
            target=self.y,
            groups=self.groups,
            feature_names=self.feature_names,
            modules=self.genes.modules,
            signs=self.genes.signs,
            class_effects=self.genes.class_effects,
            library_sizes=self.totals,
            DESCR=make_expression.__doc__,
        )


def _draw_genes(modules: np.ndarray, n_classes: int, n_modules: int, class_sep: float, rng: Any) -> _Genes:
    n_features = len(modules)
    signs = rng.choice([-1.0, 1.0], size=n_features)
    scale = _GENE_SD * np.exp(0.3 * rng.standard_normal(n_features))
    baseline = _BASELINE_SD * rng.standard_normal(n_features)
    effects = class_sep * scale * signs * rng.standard_normal((n_classes, n_modules))[:, modules]
    return _Genes(modules, signs, scale, baseline, effects)


def _draw_noise(
    n_rows: int, genes: _Genes, n_modules: int, module_correlation: float, rng: Any
) -> np.ndarray:
    """Return rows of unit variance in which the genes of a module are correlated."""
    factors = rng.standard_normal((n_rows, n_modules))[:, genes.modules] * genes.signs
    own = rng.standard_normal((n_rows, len(genes.modules)))
    return np.sqrt(module_correlation) * factors + np.sqrt(1 - module_correlation) * own


def _sequence(
    levels: np.ndarray, library_size: float, library_cv: float, dispersion: float, rng: Any
) -> np.ndarray:
    """Return counts, int64, of samples with the given log2 levels."""
    share = np.exp2(levels - levels.max(axis=1, keepdims=True))
    share /= share.sum(axis=1, keepdims=True)
    sigma = np.sqrt(np.log1p(library_cv**2))
    depth = library_size * np.exp(sigma * rng.standard_normal((len(levels), 1)) - sigma**2 / 2)
    mean = depth * share
    if dispersion > 0:
        mean = mean * dispersion * rng.gamma(1 / dispersion, size=mean.shape)
    return rng.poisson(mean).astype(np.int64)


def _class_sizes(n_samples: int, n_classes: int, weights: Sequence[float] | None) -> np.ndarray:
    """Return the number of samples of each class by largest remainder, at least one each."""
    share = np.ones(n_classes) if weights is None else np.asarray(weights, dtype=float)
    if share.shape != (n_classes,) or not np.isfinite(share).all() or (share <= 0).any():
        raise ValueError(f"weights must be {n_classes} positive numbers, one per class; got {weights!r}.")
    exact = share / share.sum() * n_samples
    sizes = np.floor(exact).astype(int)
    sizes[np.argsort(sizes - exact, kind="stable")[: n_samples - sizes.sum()]] += 1
    while (sizes == 0).any():
        sizes[sizes.argmax()] -= 1
        sizes[sizes.argmin()] += 1
    return sizes


def _check_integers(**values: Any) -> None:
    for name, value in values.items():
        if not isinstance(value, Integral) or isinstance(value, bool):
            raise TypeError(f"{name} must be an int, got {value!r}.")
        if value < 1:
            raise ValueError(f"{name} must be at least 1, got {value!r}.")


def _check_reals(**values: tuple[Any, float]) -> None:
    for name, (value, top) in values.items():
        if not isinstance(value, Real) or isinstance(value, bool):
            raise TypeError(f"{name} must be a number, got {value!r}.")
        if not 0 <= float(value) <= top:
            raise ValueError(f"{name} must be in [0, {top:g}], got {value!r}.")


def _check_choices(
    n_samples: int,
    n_features: int,
    n_classes: int,
    n_modules: int,
    library_size: float,
    n_groups: Any,
    output: str,
    return_groups: bool,
) -> None:
    if n_classes > n_samples:
        raise ValueError(f"n_samples must be at least n_classes={n_classes}, got {n_samples!r}.")
    if n_modules > n_features:
        raise ValueError(f"n_modules must be at most n_features={n_features}, got {n_modules!r}.")
    if library_size == 0:
        raise ValueError("library_size must be in (0, 1e12], got 0.")
    if output not in ("log", "counts"):
        raise ValueError(f"output must be 'log' or 'counts', got {output!r}.")
    if n_groups is not None:
        _check_integers(n_groups=n_groups)
        if n_groups > n_samples:
            raise ValueError(f"n_groups must be at most n_samples={n_samples}, got {n_groups!r}.")
    elif return_groups:
        raise ValueError("return_groups=True needs n_groups, the number of groups; got n_groups=None.")
