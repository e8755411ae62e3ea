"""The samplers' template: what a user calls; a generator adds its hooks, which are among the steps."""

from __future__ import annotations

from os import PathLike
from typing import Any, ClassVar, Literal

import numpy as np
from imblearn.over_sampling.base import BaseOverSampler
from sklearn.base import _fit_context
from sklearn.utils import ClassifierTags
from sklearn.utils.validation import check_is_fitted

from ..persistence._sampler_file import save_sampler
from ..utils.callers import property_read_by, tags_read_by
from ..utils.constraints import Amounts, ArrayOrList, Memory, SamplingStrategy, Scaler, Seed
from ..utils.containers import as_container, no_rows, stack
from ..utils.declaration import estimator
from ..utils.memory import check_memory
from ..utils.typing import ArrayLike, MatrixLike, RandomState
from ._steps import FIT_RESAMPLE, GeneratorSteps

NOT_TRAINED = (
    "This %(name)s has no trained generator: call fit, or fit_resample with an amount above 0 (n_synthetic=0, or "
    "balanced classes under sampling_strategy='auto', train nothing)"
)


@estimator
class GenerativeSampler(GeneratorSteps, BaseOverSampler):
    """Base class of the samplers: everything but the generator itself.

    A subclass writes `_fit_generator` and `_generate`, which see rows in the innermost space and class codes; one
    that trains a torch module derives from `TorchSampler` and writes `_make_module` alone.

    Parameters
    ----------
    sampling_strategy : float, str, dict or callable
        Class totals after resampling, as in imbalanced-learn. ``"auto"``, the same as ``"not majority"``, fills
        every class up to the largest; ``"minority"``, ``"not minority"`` and ``"all"`` name other classes to fill.
        Used if `n_synthetic` is None.
    n_synthetic : int, float, str, dict or None
        Amount of synthetic rows: an int is the total number of rows, a float a share of the training rows
        (both spread over the classes as the training labels are), a text such as ``"20c"`` 20 rows of each class, a
        dict the rows of each class. 0 returns the real rows and trains nothing. None follows `sampling_strategy`.
    scaler : transformer, "passthrough" or None
        Fitted on the training rows; the generator works on scaled rows, and `inverse_transform` maps back.
        None is a `StandardScaler`.
    quantile_mapping : bool
        Give the synthetic rows of a class, gene by gene and rank by rank, the quantiles of its training rows, so that
        the generator determines only how genes vary together. Values lie between those of single training rows; zeros
        and a limit of detection stay. The rows of one draw are ranked together. A class with one row is not mapped.
    nonnegative : bool
        Clip synthetic values at 0 and store the clipped share in `clipped_share_`.
    memory : str, path-like, joblib.Memory or None
        Cache of trained generators. What was trained before, on the same rows, labels and groups with the same seed
        and parameters, is not trained again, for example in a `GridSearchCV` over `n_synthetic` or over the
        classifier. Amounts do not count, nor parameters of drawing, unless there are `callbacks`; the code of your
        own classes does. It holds pickles: use only one that you trust.
    covariate_features : list of str or None
        Columns of `X` that are covariates, as those that `fit` takes as `covariates`; `X` is then a data frame. They
        are not generated, but conditions, and stand filled in among the columns of what is returned.
    random_state : int, RandomState instance or None
        Determines training and sampling; global random states are neither used nor changed.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Class labels.
    sampling_strategy_ : dict
        Synthetic rows of each class.
    spaces_ : list of Space
        The spaces between the units of `X` and those of the generator, outermost first.
    scaler_ : transformer
        The fitted scaler.
    is_synthetic_ : ndarray of bool of shape (n_samples + n_synthetic,)
        Mask of the last `fit_resample` result.
    covariates_ : same type as `covariates`, of shape (n_synthetic, n_covariates)
        Covariates of the synthetic rows of the last `fit_resample`, if there are any covariates.
    n_features_in_ : int
        Number of features seen in `fit`, without covariates.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the features, if `X` is a data frame with columns other than 0, 1, 2 and so on; numbers as text.
    """

    sampling_strategy: SamplingStrategy = "auto"
    n_synthetic: Amounts = None
    scaler: Scaler | Literal["passthrough"] | None = None
    quantile_mapping: bool = False
    nonnegative: bool = False
    memory: Memory = None
    covariate_features: ArrayOrList | None = None
    random_state: Seed = None

    _unsaved: ClassVar[dict[str, Any]] = {"memory": None}  # of no meaning elsewhere
    # parameters that no part of a training sees, and those that training does not use, but a callback that draws rows
    _unseen: ClassVar[frozenset[str]] = frozenset(
        ["n_synthetic", "sampling_strategy", "quantile_mapping", "nonnegative", "memory"]
    )
    _drawing: ClassVar[frozenset[str]] = _unseen

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(
        self, X: MatrixLike, y: ArrayLike, *, groups: ArrayLike = None, covariates: MatrixLike = None
    ) -> GenerativeSampler:
        """Train the generator.

        Parameters
        ----------
        X : {array-like, DataFrame, sparse matrix} of shape (n_samples, n_features)
            Expression on a log scale, samples in rows.
        y : array-like of shape (n_samples,)
            Class labels (str, int or bool), or a one-vs-all indicator matrix.
        groups : array-like of shape (n_samples,), default=None
            Patient or donor of each row, for samplers that split rows while they train.
        covariates : {DataFrame, Series, array-like} of shape (n_samples, n_covariates), default=None
            What rows are conditioned on beside their class: age, sex, stage, batch. Numbers, and booleans, text or
            categories; a missing value is a state of its own.

        Returns
        -------
        self : object
            The fitted sampler.

        Raises
        ------
        ValueError
            If the input contains NaN or infinity or only one class, if `X`, `y` and `covariates` differ in length,
            if a column cannot be a covariate, or if `n_synthetic` cannot be met.
        TypeError
            If the sampler takes no covariates, or a column mixes types.
        """
        X = self._set_covariates(X, covariates)
        rows, codes = self._check(X, y, groups)
        self._train(rows, codes, groups)
        return self

    @_fit_context(prefer_skip_nested_validation=True)
    def fit_resample(
        self, X: MatrixLike, y: ArrayLike, *, groups: ArrayLike = None, covariates: MatrixLike = None
    ) -> tuple[MatrixLike, ArrayLike]:
        """Train the generator and return the real rows followed by synthetic rows.

        Parameters
        ----------
        X : {array-like, DataFrame, sparse matrix} of shape (n_samples, n_features)
            Expression on a log scale, samples in rows.
        y : array-like of shape (n_samples,)
            Class labels (str, int or bool), or a one-vs-all indicator matrix.
        groups : array-like of shape (n_samples,), default=None
            Patient or donor of each row, for samplers that split rows while they train.
        covariates : {DataFrame, Series, array-like} of shape (n_samples, n_covariates), default=None
            What rows are conditioned on beside their class: age, sex, stage, batch. Numbers, and booleans, text or
            categories; a missing value is a state of its own.

        Returns
        -------
        X_resampled : same type as `X`, of shape (n_samples + n_synthetic, n_features)
            The real rows first, bit for bit. In a DataFrame they keep their index and synthetic rows are named
            ``synthetic_0``, ``synthetic_1``, ...; `is_synthetic_` is the mask.
        y_resampled : same type as `y`, of shape (n_samples + n_synthetic,)
            Their labels.
        """
        X_given, X = X, self._set_covariates(X, covariates)
        rows, codes = self._check(X, y, groups)
        counts = np.array([self.sampling_strategy_.get(label, 0) for label in self.classes_], dtype=int)
        if counts.any():
            self._train(rows, codes, groups)
        drawn = np.repeat(np.arange(len(counts)), counts)
        stream = (self._seed, FIT_RESAMPLE)
        conditions = self._conditions(drawn, None, stream)
        new_rows = self._draw(drawn, stream, conditions)
        self.is_synthetic_ = np.repeat([False, True], [len(rows), len(drawn)])
        X, y = as_container(X), as_container(y)
        X_new = self._rows_like(no_rows(X), new_rows, getattr(X, "index", ()))
        y_new = self._labels.like_given(drawn, y)
        if conditions is not None:
            self.covariates_ = self._table(conditions, X_new)
            X_new = self._with_columns(X_new, self.covariates_)
        return stack(as_container(X_given), X_new), stack(y, y_new)

    def sample(
        self,
        n_samples: int = 1,
        *,
        y: ArrayLike = None,
        covariates: Any = None,
        return_covariates: bool = False,
        random_state: RandomState = None,
    ) -> tuple[Any, ...]:
        """Draw synthetic rows from the fitted generator; nothing is trained.

        Parameters
        ----------
        n_samples : int, default=1
            Number of rows, spread over the classes as the training labels are. Ignored if `y` is given.
        y : array-like of shape (n_rows,), default=None
            Labels, one for each row to draw.
        covariates : mapping, DataFrame or array-like, default=None
            Covariates, one value for all rows, ``{"age": 60}``, or one for each, ``{"age": [50, 60]}`` or a table of
            n_rows. Those not given are drawn from training rows of the class that have the categories given and, of
            these, the ten nearest in the numbers given. None draws all from the training rows of the class.
        return_covariates : bool, default=False
            Whether to return the covariates of the rows too.
        random_state : int, RandomState instance or None, default=None
            Determines the draw. None takes the sampler's own `random_state`: if that is an integer, repeated calls
            return the same rows, otherwise new ones. The rows differ from those of `fit_resample`.

        Returns
        -------
        X_new : same type as the `X` of `fit`, of shape (n_rows, n_features)
            Synthetic rows.
        y_new : same type as the `y` of `fit`, of shape (n_rows,)
            Their labels, in the order of `y` if it is given.
        covariates_new : same type as the `covariates` of `fit`, of shape (n_rows, n_covariates)
            Their covariates, if `return_covariates`; None without any.

        Warns
        -----
        UserWarning
            If numbers among the covariates lie beyond those of the training rows.

        Raises
        ------
        NotFittedError
            If nothing has been trained yet.
        ValueError
            If `y` has a label, or `covariates` a category, that the training rows do not have; if covariates are to
            be drawn for which there is no training row; if `n_samples` is not a positive integer; or if the rows do
            not fit into memory.
        """
        check_is_fitted(self, msg=NOT_TRAINED)
        codes, conditions, stream = self._asked(n_samples, y, covariates, random_state)
        n_drawn = len(self._with_pad(codes))
        check_memory(0, len(codes), self.n_features_in_, self._itemsize, n_drawn=n_drawn)
        X_new = self._rows_like(self._X_template, self._draw(codes, stream, conditions))
        y_new, table = self._labels.like_given(codes), self._table(conditions, X_new)
        X_new = self._with_columns(X_new, table)
        return (X_new, y_new, table) if return_covariates else (X_new, y_new)

    def save(self, path: str | PathLike, *, note: str = "", sharing: bool = False) -> None:
        """Write the trained sampler to a file that is safe to open, for `load_sampler`.

        The file is one zip of JSON, of arrays in the format of safetensors and of objects of scikit-learn in the
        format of skops; it contains no pickle, and its digest covers every byte.

        Parameters
        ----------
        path : path
            The file; one that is there is replaced, whole or not at all.
        note : str, default=""
            Source and licence of the training rows, kept in the file.
        sharing : bool, default=False
            Refuse to write a file that contains training rows.

        Raises
        ------
        NotFittedError
            If nothing has been trained yet.
        ValueError
            If `sharing` is true and `training_rows_in` finds training rows.
        TypeError
            If a parameter, such as a callback of your own, cannot be written; says which.
        ImportError
            If safetensors or skops is not installed.

        See Also
        --------
        sklearn_txaug.persistence.load_sampler : Reads the file.
        sklearn_txaug.persistence.training_rows_in : What the file contains of the training rows.
        """
        check_is_fitted(self, msg=NOT_TRAINED)
        save_sampler(self, path, note=note, sharing=sharing)

    # -- what scikit-learn and imbalanced-learn ask for

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "spaces_")

    def _fit_resample(self, X: Any, y: Any, **params: Any) -> Any:
        """Unused: `fit_resample` keeps index and dtypes, which imbalanced-learn's template cannot."""
        raise NotImplementedError

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        # It then makes folds by class: without one, there is nothing to compare.
        if tags_read_by("sklearn.model_selection"):
            tags.estimator_type, tags.classifier_tags = "classifier", ClassifierTags()
        return tags

    @property
    def transform(self) -> Any:
        """Absent: a sampler adds rows, which scikit-learn's own pipelines cannot do."""
        message = (
            f"{type(self).__name__} adds rows, which a Pipeline of scikit-learn cannot do before its last step; use "
            "imblearn.pipeline.Pipeline or imblearn.pipeline.make_pipeline"
        )
        if property_read_by("sklearn.pipeline", "_validate_steps"):
            raise TypeError(message)
        raise AttributeError(message)
