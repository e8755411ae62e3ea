"""Types of parameters that say which values are accepted; `estimator` reads them from the fields of a class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from numbers import Integral, Real
from os import PathLike
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import numpy as np
from imblearn.over_sampling.base import BaseOverSampler
from sklearn.utils._param_validation import HasMethods, StrOptions
from sklearn.utils._param_validation import Interval as _Interval

from .amounts import rows_of_each


class _Widths(HasMethods):  # the simplest kind of constraint that scikit-learn accepts
    """A sequence of positive integers, of some length."""

    def __init__(self, least: int = 0) -> None:
        super().__init__("__len__")
        self.least = least

    def is_satisfied_by(self, val: Any) -> bool:
        return (
            isinstance(val, Sequence | np.ndarray)
            and not isinstance(val, str)
            and len(val) >= self.least
            and all(isinstance(n, Integral) and not isinstance(n, bool) and int(n) > 0 for n in val)
        )

    def __str__(self) -> str:
        return f"a sequence of {'one or more ' if self.least else ''}positive integers"


class _Callbacks(HasMethods):
    """A list of what skorch takes as callbacks."""

    def __init__(self) -> None:
        super().__init__("__len__")

    def is_satisfied_by(self, val: Any) -> bool:
        return isinstance(val, list) and all(map(self._is_callback, val))

    def _is_callback(self, item: Any) -> bool:
        if isinstance(item, tuple):
            return len(item) == 2 and isinstance(item[0], str) and self._is_callback(item[1])
        return hasattr(item, "on_train_begin")

    def __str__(self) -> str:
        return "a list of skorch callbacks"


class _RowsOfEachClass(HasMethods):
    """Texts such as ``"200c"``, rows of each class."""

    def __init__(self) -> None:
        super().__init__("__len__")

    def is_satisfied_by(self, val: Any) -> bool:
        return rows_of_each(val) is not None

    def __str__(self) -> str:
        return "a number of rows of each class such as '20c'"


class Interval(_Interval):
    """Numbers, of which a bool is none."""

    def is_satisfied_by(self, val: Any) -> bool:
        return not isinstance(val, bool | np.bool_) and super().is_satisfied_by(val)


class Having(HasMethods):
    """Objects with some methods; a class is none."""

    def is_satisfied_by(self, val: Any) -> bool:
        return not isinstance(val, type) and super().is_satisfied_by(val)


class _Folder(HasMethods):
    """The path of a folder; empty text, which would be the current one, is none."""

    def __init__(self) -> None:
        super().__init__("__fspath__")

    def is_satisfied_by(self, val: Any) -> bool:
        return isinstance(val, str | PathLike) and val != ""

    def __str__(self) -> str:
        return "the path of a folder"


PositiveInt = Annotated[int, Interval(Integral, 1, None, closed="left")]
NonNegativeInt = Annotated[int, Interval(Integral, 0, None, closed="left")]
PositiveFloat = Annotated[float, Interval(Real, 0, None, closed="neither")]
NonNegativeOrInfinite = Annotated[float, Interval(Real, 0, np.inf, closed="both")]
NonNegativeFloat = Annotated[float, Interval(Real, 0, None, closed="left")]
Share = Annotated[float, Interval(Real, 0, 1, closed="both")]
ShareAboveZero = Annotated[float, Interval(Real, 0, 1, closed="right")]
OpenShare = Annotated[float, Interval(Real, 0, 1, closed="neither")]
ShareBelowOne = Annotated[float, Interval(Real, 0, 1, closed="left")]
Widths = Annotated[tuple[int, ...], _Widths()]
OneOrMoreWidths = Annotated[tuple[int, ...], _Widths(1)]
Callbacks = Annotated[list, _Callbacks()]
ArrayOrList = Annotated[Any, "array-like"]
Verbosity = Annotated[int, "verbose"]
Seed = Annotated[Any, "random_state"]
CrossValidator = Annotated[Any, "cv_object"]
Classifier = Annotated[Any, Having(["fit", "predict"])]
ProbabilisticClassifier = Annotated[Any, Having(["fit", "predict_proba"])]
Sampler = Annotated[Any, Having(["fit", "sample"])]
Trainable = Annotated[Any, Having(["fit"])]
Samplers = Annotated[Any, Having(["fit"]), list, tuple, dict, None]
Resampler = Annotated[Any, Having(["fit_resample"])]
Transformer = Annotated[Any, Having(["fit", "transform"])]
Scaler = Annotated[Any, Having(["fit", "transform", "inverse_transform"])]
RowsOfEachClass = Annotated[str, _RowsOfEachClass()]
Folder = Annotated[Any, _Folder()]
Memory = Annotated[Any, _Folder(), Having(["cache"]), None]
Amounts = Annotated[Any, Integral, Real, Mapping, _RowsOfEachClass(), None]
SamplingStrategy = Annotated[Any, *BaseOverSampler._parameter_constraints["sampling_strategy"]]


def constraints_of(annotation: Any) -> list[Any]:
    """Return the constraints, in scikit-learn's terms, of a parameter with this annotation.

    Parameters
    ----------
    annotation : type
        ``Annotated[type, constraint, ...]``, a `Literal` of strings, a class, or a union of these.

    Raises
    ------
    TypeError
        If the annotation, such as `Any`, accepts everything.

    Examples
    --------
    >>> from typing import Literal
    >>> from sklearn_txaug.utils.constraints import PositiveInt, constraints_of
    >>> [str(constraint) for constraint in constraints_of(PositiveInt | Literal["auto"] | None)]
    ['an int in the range [1, inf)', "a str among {'auto'}", 'None']
    """
    origin = get_origin(annotation)
    if origin is Annotated:
        return list(annotation.__metadata__)
    if origin in (Union, UnionType):
        return [constraint for part in get_args(annotation) for constraint in constraints_of(part)]
    if origin is Literal:
        return [StrOptions(set(get_args(annotation)))]
    simple = {NoneType: None, bool: "boolean", int: Integral, float: Real}
    if annotation in simple:
        return [simple[annotation]]
    if isinstance(origin or annotation, type) and annotation is not Any:
        return [origin or annotation]
    raise TypeError(f"{annotation!r} does not say which values are accepted")
