"""The estimator that learns from a reference cohort how classes, and the rows within them, differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from os import PathLike
from typing import Any, ClassVar

import numpy as np
from sklearn.base import BaseEstimator, _fit_context
from sklearn.utils.validation import check_is_fitted

from ..utils.constraints import PositiveInt, Share
from ..utils.containers import identifiers
from ..utils.declaration import estimator
from ..utils.scales import LARGEST_LOG
from ..utils.statistics import is_constant
from ..utils.typing import ArrayLike, MatrixLike
from ..utils.warnings import warn
from ._file import read_prior, write_prior
from ._genes import find_genes_of, take_genes
from ._learning import between_classes, blocks_of, class_means, read_reference
from ._low_rank import covariance_of
from ._merge import merged


@estimator
class ExpressionPrior(BaseEstimator):
    """What a reference cohort says about classes that it does not contain.

    Samples of one class differ in ways that other classes share (purity, stroma, proliferation, batch), and classes
    differ from each other in shared ways. Both are learned as covariances of standardised genes: that of rows about
    the mean of their class, as `rank` directions plus a variance for each gene, and that of class means, shrunk
    towards a multiple of the identity. For a class of a few rows, a sampler with this prior combines rows and prior
    to draw the mean of the class and the differences between its rows. Classes and patients of the reference must
    not be those that a classifier is tested on.

    Parameters
    ----------
    rank : int
        Directions of the covariance within classes.
    shrinkage : float in [0, 1]
        Share of the identity in the covariance between classes.

    Attributes
    ----------
    means_, scales_ : ndarray of shape (`n_features_in_`,)
        Mean and standard deviation of each gene over the reference.
    within_, between_ : LowRank
        The covariances within and between classes, of standardised genes.
    classes_ : ndarray of shape (n_classes,)
        Classes of the reference.
    class_counts_ : ndarray of shape (n_classes,)
        Their rows.
    range_ : ndarray of shape (2,)
        Smallest and largest value of the reference.
    groups_ : ndarray of str or None
        The groups of the reference; the prior must not be used with rows of these groups. They are not saved.
    description_ : str
        Origin of the prior.
    n_features_in_ : int
        Number of genes.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Their names, if the reference had names; a data frame with the columns 0, 1, 2 and so on has none.

    See Also
    --------
    load_prior : Priors by name, or from a file.
    sklearn_txaug.over_sampling.GaussianSampler : Takes a `prior`.

    Notes
    -----
    Apart from `X`, only blocks of rows and arrays of n_features x rank are in memory. A clone of a fitted prior is
    fitted, so that a sampler with a prior can be cloned.

    References
    ----------
    .. [1] S. Ioffe, "Probabilistic linear discriminant analysis", ECCV 2006.
    .. [2] O. Ledoit, M. Wolf, "A well-conditioned estimator for large-dimensional covariance matrices",
       Journal of Multivariate Analysis 88, 365-411, 2004.

    Examples
    --------
    >>> from sklearn_txaug.datasets import load_tissue_expression
    >>> from sklearn_txaug.over_sampling import GaussianSampler
    >>> from sklearn_txaug.priors import ExpressionPrior
    >>> X, y = load_tissue_expression(return_X_y=True, as_frame=True)
    >>> new = y.isin(["liver", "kidney"])
    >>> prior = ExpressionPrior(rank=16).fit(X[~new], y[~new])
    >>> few = X[new].groupby(y[new]).head(2)
    >>> sampler = GaussianSampler(prior=prior, n_synthetic=40, random_state=0)
    >>> X_res, y_res = sampler.fit_resample(few, y[few.index])
    >>> X_res.shape
    (44, 500)
    """

    rank: PositiveInt = 64
    shrinkage: Share = 0.5

    _unsaved: ClassVar[dict[str, Any]] = {"groups_": None}

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: MatrixLike, y: ArrayLike, groups: ArrayLike = None) -> ExpressionPrior:
        """Learn from a reference cohort.

        Parameters
        ----------
        X : {array-like, DataFrame, sparse matrix} of shape (n_samples, n_features)
            Expression on a log scale, samples in rows.
        y : array-like of shape (n_samples,)
            Class labels.
        groups : array-like of shape (n_samples,), default=None
            Patient or donor of each row; a sampler refuses to use the prior with rows of the same groups.

        Returns
        -------
        self : object
            The fitted prior.

        Raises
        ------
        ValueError
            If the input contains NaN or infinity, if `y` has only one class, or if no class has two rows.
        """
        rows, labels = read_reference(self, X, y, groups)
        self.classes_, codes = np.unique(labels, return_inverse=True)
        self.class_counts_ = np.bincount(codes)
        self._check_classes()
        self.groups_ = None if groups is None else np.unique(identifiers(groups))
        self.description_ = ""
        self._learn(rows, codes)
        if self.range_[1] > LARGEST_LOG:
            warn(
                f"X has values up to {self.range_[1]:g}, as on a linear scale; a reference should be on the scale of "
                "the rows that it is for, best log2(x + 1)"
            )
        return self

    def align(self, gene_names: Sequence[Any]) -> ExpressionPrior:
        """Return the prior for other genes, found by identifier.

        Genes are the same if their names are equal without the version of an Ensembl identifier, or if they are two
        identifiers (symbol, Entrez, Ensembl) of one L1000 landmark gene. Genes of the prior that are not requested
        are dropped. Requested genes that it does not know become independent of all others, with average variances.

        Parameters
        ----------
        gene_names : sequence of str of length n_genes
            The requested genes, in order.

        Returns
        -------
        prior : ExpressionPrior
            A new prior; means and scales of genes that this prior does not know are NaN.

        Raises
        ------
        ValueError
            If this prior has no gene names, or knows fewer than half of the genes, or none are requested.
        """
        check_is_fitted(self)
        if not hasattr(self, "feature_names_in_"):
            raise ValueError(
                "the prior has no gene names to find others by; fit it on a DataFrame with genes as columns"
            )
        names = [str(name) for name in gene_names]
        if not names:
            raise ValueError("gene_names is empty; name the genes that the prior is for")
        places = find_genes_of(self, names)
        n_missing = int(np.sum(places < 0))
        if 2 * n_missing > len(names):
            missing = [name for name, place in zip(names, places, strict=True) if place < 0]
            raise ValueError(
                f"prior does not know {n_missing} of {len(names)} genes ({', '.join(missing[:3])}, "
                "...), more than half; use a reference with these genes, or identifiers of the same kind (the prior "
                f"has {', '.join(map(str, self.feature_names_in_[:3]))}, ...)"
            )
        return take_genes(self, places, np.array(names, dtype=object))

    def merge(self, others: Iterable[ExpressionPrior]) -> ExpressionPrior:
        """Return the prior of several references, for the genes they have in common.

        Each reference counts by its degrees of freedom, rows less classes for the covariance within classes, classes
        less one for the covariance between them. Units may differ: covariances are those of standardised genes.

        Parameters
        ----------
        others : iterable of ExpressionPrior
            Fitted priors.

        Returns
        -------
        prior : ExpressionPrior
            A new prior, with the rank and the gene names of this one, and its means and scales.

        Raises
        ------
        ValueError
            If the references have no gene in common, or only some of them have names.
        """
        priors = list(others) if isinstance(others, Iterable) else []
        if not isinstance(others, Iterable) or any(not isinstance(prior, type(self)) for prior in priors):
            raise TypeError(f"others must be a list of fitted priors, got {others!r}")
        return merged([self, *priors])

    def save(self, path: str | PathLike) -> None:
        """Write the prior to an ``.npz`` file of numbers and strings, in half precision.

        It holds means, scales and covariances of genes, the names of genes and classes and their numbers of rows;
        no rows, and no groups.

        Parameters
        ----------
        path : path
            The file; the ending .npz is not added.
        """
        check_is_fitted(self)
        write_prior(path, self)

    @classmethod
    def load(cls, path: str | PathLike) -> ExpressionPrior:
        """Read a file written by `save`; no code in it is run.

        Parameters
        ----------
        path : path
            The file.

        Returns
        -------
        prior : ExpressionPrior
            The fitted prior.

        Raises
        ------
        ValueError
            If the file is not of this kind or of a newer version, or if its arrays do not match.
        """
        return read_prior(path, cls)

    def __sklearn_clone__(self) -> ExpressionPrior:
        """Return a fitted copy: pipelines and searches clone samplers together with their prior."""
        return copy(self)

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "between_")

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        tags.input_tags.sparse = True
        return tags

    def _check_classes(self) -> None:
        n_classes, n_rows = len(self.classes_), int(self.class_counts_.sum())
        if n_classes < 2:
            raise ValueError(
                f"y has one class only ({self.classes_.tolist()[0]!r}); a reference needs 2 or more, to learn how "
                "they differ"
            )
        if n_rows <= n_classes:
            raise ValueError(
                f"y has {n_classes} classes for {n_rows} rows; a reference needs classes of 2 rows or more, to learn "
                "how rows of one class differ"
            )

    def _learn(self, rows: Any, codes: np.ndarray) -> None:
        centres = class_means(rows, codes, len(self.classes_))
        self.means_ = self.class_counts_ @ centres / len(codes)
        squares = np.zeros(rows.shape[1])
        low = np.full(rows.shape[1], np.inf)
        high = -low
        for block, _ in blocks_of(rows, codes):
            squares += np.square(block - self.means_.astype(block.dtype)).sum(axis=0, dtype=np.float64)
            low, high = np.minimum(low, block.min(axis=0)), np.maximum(high, block.max(axis=0))
        self.range_ = np.array([low.min(), high.max()])
        self.scales_ = np.where(is_constant(low, high, len(codes)), 0, np.sqrt(squares / len(codes)))
        unit = np.where(self.scales_ > 0, self.scales_, 1)
        unbiased = np.sqrt(self.class_counts_ / np.maximum(self.class_counts_ - 1, 1))

        def residuals() -> Iterator[np.ndarray]:
            for block, some in blocks_of(rows, codes):
                kept = self.class_counts_[some] > 1
                left = (block - centres[some].astype(block.dtype))[kept] / unit.astype(block.dtype)
                yield left * unbiased[some[kept], None].astype(block.dtype)

        self.within_ = covariance_of(residuals, self.rank, np.random.default_rng(0))
        if not self.within_.noise.any():
            raise ValueError(
                "X has rows that are alike in each class, so that nothing says how rows of one class differ"
            )
        self.within_.noise[self.scales_ == 0] = self.within_.variances().mean()  # such genes count as unknown
        self.between_ = between_classes((centres - centres.mean(axis=0)) / unit, self.shrinkage, self.rank)
