"""Objects of this package by their attributes, those of scikit-learn and others by skops, functions by name."""

from __future__ import annotations

import functools
import io
import zipfile
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import imblearn.over_sampling
import sklearn.model_selection
from sklearn.base import BaseEstimator

from ..utils.optional import require
from ._classes import PACKAGE, class_name, find_class, is_ours, is_own
from ._codec import Decoder, Encoder, Kind, check_natural


def _encode_object(encoder: Encoder, value: Any) -> Any:
    cls = type(value)
    if isinstance(value, tuple):
        return {"class": class_name(cls), "items": encoder.encode(list(value))}
    left_out = unsaved(cls)
    kept = {name: left_out.get(name, item) for name, item in vars(value).items()}
    return {"class": class_name(cls), "attributes": encoder.attributes(kept)}


def _decode_object(decoder: Decoder, content: Any) -> Any:
    cls: Any = find_class(content["class"], decoder.trusted)
    if "items" in content:
        items = decoder.decode(content["items"])
        if not issubclass(cls, tuple) or len(items) != len(getattr(cls, "_fields", ())):
            raise ValueError(f"{class_name(cls)} does not have {len(items)} fields")
        return cls._make(items)
    attributes = decoder.attributes(content["attributes"])
    made = cls.__new__(cls)
    if isinstance(made, BaseEstimator):
        _check_parameters(cls, attributes)
    vars(made).update(attributes)
    if hasattr(cls, "_parameter_constraints"):
        made._validate_params()
    return made


def unsaved(cls: type) -> dict[str, Any]:
    """Return the attributes that a class does not want in files, with what stands there instead."""
    found: dict[str, Any] = {}
    for base in reversed(cls.__mro__):
        found.update(vars(base).get("_unsaved", {}))
    return found


def _check_parameters(cls: Any, attributes: dict[str, Any]) -> None:
    """Refuse an estimator whose parameters are not those of its class here, or not as they may be."""
    names = set(cls._get_param_names())
    written = {name for name in attributes if not (name.startswith("_") or name.endswith("_"))}
    if written != names:
        raise ValueError(
            f"{cls.__name__} was written with the parameters {sorted(written - names)}, which it does not have here, "
            f"and without {sorted(names - written)}: another version of the package wrote it"
        )


def _encode_type(encoder: Encoder, value: type) -> str:
    return class_name(value)


def _decode_type(decoder: Decoder, name: str) -> type:
    return find_class(name, decoder.trusted)


def _is_metric(value: Any) -> bool:
    home = str(getattr(value, "__module__", "")).partition(".metrics")[0]
    return callable(value) and home == PACKAGE and _metric(getattr(value, "__name__", "")) is value


def _decode_metric(decoder: Decoder, name: str) -> Any:
    found = _metric(name)
    if found is None:
        raise ValueError(f"there is no indicator {name!r}")
    return found


def _metric(name: str) -> Any:
    """Return an indicator by name; the package of indicators, which itself trains nets, is imported when needed."""
    metrics = import_module(f"{PACKAGE}.metrics")
    return getattr(metrics, name) if name in metrics.__all__ else None


def _encode_partial(encoder: Encoder, value: functools.partial) -> Any:
    return encoder.encode([value.func, list(value.args), dict(value.keywords)])


def _decode_partial(decoder: Decoder, content: Any) -> Any:
    function, arguments, keywords = decoder.decode(content)
    if not _is_metric(function):
        raise ValueError("only settings of indicators can be fixed")
    return functools.partial(function, *arguments, **keywords)


# -- objects of other libraries


def _is_foreign(value: Any) -> bool:
    library = type(value).__module__.partition(".")[0]
    return (
        hasattr(value, "__dict__")
        and not isinstance(value, type)
        and library not in ("builtins", "pandas", "polars")
    )


def _encode_foreign(encoder: Encoder, value: Any) -> int:
    skops = require("skops.io", f"writing {type(value).__name__}")
    try:
        data = skops.dumps(value)
    except Exception as error:  # whatever the object's own way of writing itself raises
        raise encoder.error(value, f"skops cannot write it ({error})") from error
    encoder.parts.append(data)
    return len(encoder.parts) - 1


def _decode_foreign(decoder: Decoder, content: Any) -> Any:
    data = decoder.parts[check_natural(content, "a part")]
    skops = require("skops.io", "reading objects of other libraries")
    _check_stored(data)
    needed = skops.get_untrusted_types(data=data)
    known = _known_types() | set(decoder.trusted)
    refused = [name for name in needed if name not in known and not _is_known(name)]
    if refused:
        raise ValueError(
            f"it contains objects of classes that are not known to be safe, {refused}; if you trust the file and "
            f"them, pass trusted={refused}"
        )
    return skops.loads(data, trusted=needed)


def _check_stored(data: bytes) -> None:
    """Refuse compressed members, so that nothing read is larger than the file."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = archive.infolist()
    if any(member.compress_type != zipfile.ZIP_STORED for member in members):
        raise ValueError("a member of an object is compressed")
    if sum(member.file_size for member in members) > len(data):
        raise ValueError("a member of an object is larger than the object")


@functools.cache
def _known_types() -> set[str]:
    """Return what is safe beyond what skops knows: over-samplers of imbalanced-learn, and splitters."""
    return {*_classes_of(imblearn.over_sampling), *_classes_of(sklearn.model_selection)}


def _classes_of(module: Any) -> Sequence[str]:
    found = [getattr(module, name, None) for name in module.__all__]
    return [class_name(item) for item in found if isinstance(item, type)]


def _is_known(name: str) -> bool:
    """Tell whether a class is of this package."""
    try:
        return is_own(find_class(name, ()))
    except ValueError:
        return False


OBJECT_KINDS = [
    Kind("indicator", _is_metric, lambda _, x: x.__name__, _decode_metric),
    Kind("partial", lambda x: isinstance(x, functools.partial), _encode_partial, _decode_partial),
    Kind("type", lambda x: isinstance(x, type) and is_ours(x), _encode_type, _decode_type),
    Kind(
        "object",
        lambda x: not isinstance(x, type) and is_ours(type(x)),
        _encode_object,
        _decode_object,
        shared=True,
    ),
    Kind("skops", _is_foreign, _encode_foreign, _decode_foreign, shared=True),
]
