"""What the one declaration promises: docstring, signature and constraints of a public class cannot disagree."""

import importlib
import inspect
import re
from typing import Annotated, Any, Literal

import pytest
from sklearn.base import BaseEstimator
from sklearn.utils._param_validation import InvalidParameterError, StrOptions, validate_parameter_constraints

from sklearn_txaug.utils.constraints import PositiveInt, Widths
from sklearn_txaug.utils.declaration import estimator
from sklearn_txaug.utils.docs import join_docstring, split_docstring

MODULES = ["over_sampling", "model_selection", "neural_network", "priors", "reconstruction"]


def _public_estimators():
    for module in MODULES:
        public = importlib.import_module(f"sklearn_txaug.{module}")
        for name in public.__all__:
            item = getattr(public, name)
            if inspect.isclass(item) and issubclass(item, BaseEstimator):
                yield pytest.param(item, id=name)


each_class = pytest.mark.parametrize("cls", list(_public_estimators()))


@each_class
def test_documented_parameters_are_those_of_the_signature(cls):
    documented = split_docstring(cls.__doc__)["Parameters"]
    signature = inspect.signature(cls).parameters
    assert list(documented) == list(signature) == list(inspect.signature(cls.__init__).parameters)[1:]
    for name, entry in documented.items():
        default = signature[name].default
        written = entry.kind.partition(", default=")[2]
        assert written == (f'"{default}"' if isinstance(default, str) else repr(default)), name
        assert entry.text.strip(), name


@each_class
def test_every_parameter_has_a_constraint_and_documents_its_options(cls):
    documented = split_docstring(cls.__doc__)["Parameters"]
    assert set(cls._parameter_constraints) == set(documented)
    for name, constraints in cls._parameter_constraints.items():
        options = {option for c in constraints if isinstance(c, StrOptions) for option in c.options}
        if 0 < len(options) < 10:
            text = documented[name].kind + documented[name].text
            assert all(f'"{option}"' in text for option in options), (name, options)
    validate_parameter_constraints(cls._parameter_constraints, cls().get_params(deep=False), cls.__name__)


@each_class
def test_no_attribute_is_a_parameter_said_twice(cls):
    sections = split_docstring(cls.__doc__)
    assert not set(sections["Attributes"]) & set(sections["Parameters"])


@pytest.mark.parametrize("name", ["LatentSampler", "FrozenSampler", "LandmarkSampler", "SelectiveSampler"])
def test_what_is_wrapped_may_be_given_by_position(name):
    from sklearn_txaug import model_selection, over_sampling

    cls = getattr(over_sampling, name, None) or getattr(model_selection, name)
    inner = over_sampling.GaussianSampler()
    parameter = next(iter(inspect.signature(cls).parameters))
    assert getattr(cls(inner), parameter) is inner
    with pytest.raises(TypeError):
        cls(inner, 1)


@estimator
class Base(BaseEstimator):
    """Base.

    Parameters
    ----------
    width : int
        Its width.
    mode : {"a", "b"}
        Its mode.

    Attributes
    ----------
    fitted_ : int
        What was learned.
    """

    width: PositiveInt = 3
    mode: Literal["a", "b"] = "a"


@estimator
class Child(Base):
    """Child.

    Parameters
    ----------
    layers : tuple of int
        Its layers.

    Notes
    -----
    Some.
    """

    layers: Widths = (1, 2)
    width = 5


def test_a_subclass_inherits_entries_below_its_own_with_its_own_defaults():
    assert Child().get_params() == {"layers": (1, 2), "mode": "a", "width": 5}
    assert Base().width == 3
    assert re.findall(r"^\w+ : .*", Child.__doc__, re.M) == [
        "layers : tuple of int, default=(1, 2)",
        "width : int, default=5",
        'mode : {"a", "b"}, default="a"',
        "fitted_ : int",
    ]
    assert Child.__doc__.index("Attributes") < Child.__doc__.index("Notes")


@pytest.mark.parametrize("value", [0, "3", None])
def test_an_inherited_constraint_holds(value):
    with pytest.raises(InvalidParameterError, match="'width' parameter of Child must be an int in the range"):
        Child(width=value)._validate_params()


@pytest.mark.parametrize("value", [(0,), (True,), (2.0,), "12", 3])
def test_widths_are_positive_integers(value):
    with pytest.raises(InvalidParameterError, match="must be a sequence of positive integers"):
        Child(layers=value)._validate_params()


@pytest.mark.parametrize("annotation", [Any, Any | None])
def test_a_field_without_a_constraint_is_refused(annotation):
    body = {
        "__doc__": Base.__doc__,
        "__annotations__": {"width": annotation},
        "width": 1,
        "__module__": __name__,
    }
    with pytest.raises(TypeError, match=r"Wrong\.width: .* does not say which values"):
        estimator(type("Wrong", (BaseEstimator,), body))


def test_a_field_without_an_entry_and_an_entry_without_a_field_are_refused():
    body = {
        "__doc__": Base.__doc__,
        "__annotations__": {"widht": PositiveInt},
        "widht": 1,
        "__module__": __name__,
    }
    with pytest.raises(
        TypeError, match=r"\['widht'\] are not documented, and \['mode', 'width'\] are documented"
    ):
        estimator(type("Wrong", (BaseEstimator,), body))


def test_a_docstring_taken_apart_and_put_together_is_the_same():
    doc = inspect.cleandoc(Child.__doc__)
    assert join_docstring(split_docstring(doc)).strip() == doc


def test_constraints_of_a_union():
    @estimator
    class Union(BaseEstimator):
        """One.

        Parameters
        ----------
        gamma : "learned", float or None
            Any of these.
        """

        gamma: float | Literal["learned"] | Annotated[Any, None] = "learned"

    for accepted in (0.5, 1, "learned", None):
        Union(gamma=accepted)._validate_params()
    with pytest.raises(InvalidParameterError):
        Union(gamma="fixed")._validate_params()


def test_a_class_without_a_docstring_has_the_summary_of_its_base():
    class Base(BaseEstimator):
        """The summary.

        Parameters
        ----------
        depth : int
            How deep.
        """

        depth: PositiveInt = 1

    estimator(Base)

    @estimator
    class Deeper(Base):
        depth = 2

    assert Deeper.__doc__.startswith("The summary.")
    assert "depth : int, default=2" in Deeper.__doc__
