"""Frames and series without rows: the container in which a sampler returns its rows."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from ..utils.optional import require
from ._codec import Decoder, Encoder, Kind

_PURPOSE = "a sampler that was trained on a frame"


def _is_of(library: str, *names: str) -> Any:
    def matches(value: Any) -> bool:
        cls = type(value)
        return cls.__module__.partition(".")[0] == library and cls.__name__ in names

    return matches


def _encode_frame(encoder: Encoder, value: Any) -> Any:
    _check_empty(encoder, value)
    dtypes = list(value.dtypes)
    same = len(set(dtypes)) == 1
    return {
        "columns": _encode_index(encoder, value.columns),
        "dtypes": [_encode_dtype(encoder, dtype) for dtype in (dtypes[:1] if same else dtypes)],
        "index": _encode_index(encoder, value.index),
    }


def _decode_frame(decoder: Decoder, content: Any) -> Any:
    pd = require("pandas", _PURPOSE)
    columns = _decode_index(decoder, content["columns"])
    dtypes = [_decode_dtype(decoder, dtype) for dtype in content["dtypes"]]
    if len(dtypes) not in (1, len(columns)):
        raise ValueError(f"a frame has {len(columns)} columns, and dtypes of {len(dtypes)}")
    index = _decode_index(decoder, content["index"])
    if len(dtypes) == 1:
        return (
            pd.DataFrame(index=index, columns=range(len(columns))).astype(dtypes[0]).set_axis(columns, axis=1)
        )
    frame = pd.DataFrame({k: pd.Series([], dtype=dtype) for k, dtype in enumerate(dtypes)})
    return frame.set_axis(index, axis=0).set_axis(columns, axis=1)


def _encode_series(encoder: Encoder, value: Any) -> Any:
    _check_empty(encoder, value)
    return {
        "name": encoder.encode(value.name),
        "dtype": _encode_dtype(encoder, value.dtype),
        "index": _encode_index(encoder, value.index),
    }


def _decode_series(decoder: Decoder, content: Any) -> Any:
    pd = require("pandas", _PURPOSE)
    index, dtype = _decode_index(decoder, content["index"]), _decode_dtype(decoder, content["dtype"])
    return pd.Series([], index=index, dtype=dtype, name=decoder.decode(content["name"]))


def _check_empty(encoder: Encoder, value: Any) -> None:
    if len(value):
        raise encoder.error(value, f"it has {len(value)} rows, and only frames without rows can be written")


def _encode_index(encoder: Encoder, index: Any) -> Any:
    names = encoder.encode(list(index.names))
    if type(index).__name__ == "MultiIndex":
        return {"levels": encoder.encode([tuple(row) for row in index]), "names": names}
    if type(index).__name__ == "RangeIndex":
        return {"range": [index.start, index.stop, index.step], "names": names}
    return {
        "values": encoder.encode(index.tolist()),
        "dtype": _encode_dtype(encoder, index.dtype),
        "names": names,
    }


def _decode_index(decoder: Decoder, content: Any) -> Any:
    pd = require("pandas", _PURPOSE)
    names = decoder.decode(content["names"])
    if "levels" in content:
        rows = decoder.decode(content["levels"])
        if not rows:
            return pd.MultiIndex.from_arrays([[]] * len(names), names=names)
        return pd.MultiIndex.from_tuples(rows, names=names)
    if "range" in content:
        return pd.RangeIndex(*content["range"], name=names[0])
    dtype = _decode_dtype(decoder, content["dtype"])
    return pd.Index(decoder.decode(content["values"]), dtype=dtype, name=names[0])


def _encode_dtype(encoder: Encoder, dtype: Any) -> Any:
    pd = require("pandas", _PURPOSE)
    if isinstance(dtype, pd.CategoricalDtype):
        return {"categories": _encode_index(encoder, dtype.categories), "ordered": bool(dtype.ordered)}
    names = [str(dtype), *([f"string[{dtype.storage}]"] if isinstance(dtype, pd.StringDtype) else [])]
    for name in names:
        with suppress(TypeError):  # what pandas does not know by its name, such as sparse columns
            if pd.api.types.pandas_dtype(name) == dtype:
                return name
    raise encoder.error(
        dtype, f"columns of {dtype} cannot be written; train on numbers, and on labels of type object"
    )


def _decode_dtype(decoder: Decoder, content: Any) -> Any:
    pd = require("pandas", _PURPOSE)
    if isinstance(content, dict):
        categories = _decode_index(decoder, content["categories"])
        return pd.CategoricalDtype(categories, ordered=bool(content["ordered"]))
    return pd.api.types.pandas_dtype(str(content))


def _encode_polars(encoder: Encoder, value: Any) -> Any:
    _check_empty(encoder, value)
    if type(value).__name__ == "Series":
        return {"series": value.name, "dtype": _polars_dtype(encoder, value.dtype)}
    return {"frame": [[name, _polars_dtype(encoder, dtype)] for name, dtype in value.schema.items()]}


def _polars_dtype(encoder: Encoder, dtype: Any) -> Any:
    pl = require("polars", _PURPOSE)
    if isinstance(dtype, pl.Enum):
        return {"categories": dtype.categories.to_list()}
    if getattr(pl, str(dtype), None) != dtype:
        raise encoder.error(dtype, f"columns of {dtype} cannot be written")
    return str(dtype)


def _decode_polars(decoder: Decoder, content: Any) -> Any:
    pl = require("polars", _PURPOSE)

    def dtype_of(node: Any) -> Any:
        if isinstance(node, dict):
            return pl.Enum(node["categories"])
        found = getattr(pl, str(node))
        if not (isinstance(found, type) and issubclass(found, pl.DataType)):
            raise ValueError(f"{node} is not a type of polars")
        return found

    if "series" in content:
        return pl.Series(content["series"], [], dtype=dtype_of(content["dtype"]))
    return pl.DataFrame(schema={name: dtype_of(node) for name, node in content["frame"]})


FRAME_KINDS = [
    Kind("pandas_frame", _is_of("pandas", "DataFrame"), _encode_frame, _decode_frame, shared=True),
    Kind("pandas_series", _is_of("pandas", "Series"), _encode_series, _decode_series, shared=True),
    Kind("polars", _is_of("polars", "DataFrame", "Series"), _encode_polars, _decode_polars, shared=True),
]
