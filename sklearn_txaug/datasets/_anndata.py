"""An AnnData with synthetic rows below its own, and the record of where they come from."""

import hashlib
import json
from collections.abc import Sequence
from difflib import get_close_matches
from importlib.metadata import version
from typing import Any

import numpy as np
from imblearn.over_sampling.base import BaseOverSampler
from sklearn.utils import gen_batches

from ..utils.containers import dense
from ..utils.optional import require
from ..utils.scales import check_transform
from ..utils.warnings import warn
from ._annotations import MARK, marked
from ._extend import extend, extend_all, nullable
from ._synthesis import synthetic_rows

_PACKAGES = ("sklearn_txaug", "numpy", "scikit-learn", "imbalanced-learn", "torch")


def augment_anndata(
    adata: Any,
    sampler: Any,
    label_key: str,
    *,
    layer: str | None = None,
    group_key: str | None = None,
    covariates: Sequence[str] = (),
    transform: str = "none",
) -> Any:
    """Train a sampler on an AnnData and return it with the synthetic rows below.

    Parameters
    ----------
    adata : AnnData of shape (n_obs, n_vars)
        Expression, dense or sparse; on a log scale, or to be brought to one by `transform`. One that is
        backed or lazy is read into memory. It is not changed.
    sampler : sampler
        Trained by its `fit_resample`; its `n_synthetic` or `sampling_strategy` sets the amounts. One of
        :mod:`sklearn_txaug.over_sampling`, or any over-sampler of imbalanced-learn.
    label_key : str
        Column of ``adata.obs`` with the class of each row.
    layer : str, default=None
        Layer to train on and to add rows to; None is ``adata.X``.
    group_key : str, default=None
        Column of ``adata.obs`` with the patient or donor of each row, for samplers that leave rows out while
        they train.
    covariates : sequence of str, default=()
        Columns of ``adata.obs`` that rows are conditioned on beside their class: age, sex, stage.
    transform : {"none", "log2cpm", "log2p1"}, default="none"
        What brings the rows to the log scale on which the sampler learns: log2(counts per million + 1) or
        log2(x + 1). Synthetic rows are brought back, raw counts to whole numbers, with library sizes drawn from
        those of the real rows of their class.

    Returns
    -------
    augmented : AnnData of shape (n_obs + n_synthetic, n_vars)
        The rows of `adata`, bit for bit, and below them those named ``synthetic_0``, ``synthetic_1``, ...

        X or the layer
            Of the dtype and kind, dense or sparse, that it had.
        obs
            The label, covariates and ``is_synthetic`` for all rows. Other columns, the groups too, are missing in
            synthetic rows, for which integers and booleans become pandas' nullable types.
        other layers, obsm
            NaN in synthetic rows, for which integers and booleans become float64; text is empty, and in frames
            missing, for which it becomes categories.
        var, varm, varp, uns
            Kept. ``uns["sklearn_txaug"]`` has the sampler, its parameters as JSON, `random_state`, versions,
            the numbers of rows, and the SHA-256 of the training rows with their labels and the names of genes.
        obsp, raw
            Left out, since they cannot be extended to new rows; so are layers and obsm that have no way to say
            that a value is missing, such as records with integers.

    Warns
    -----
    UserWarning
        If `raw`, `obsp`, a layer or an entry of obsm was left out.

    Raises
    ------
    ImportError
        If anndata is not installed.
    TypeError
        If `adata` is not an AnnData, `sampler` not an over-sampler or none that takes covariates, or a key not a
        string.
    ValueError
        If a key or a label is missing, `adata` already holds synthetic rows, or the sampler refuses
        the rows, for instance NaN or genes of one name.

    See Also
    --------
    read_expression : Read other formats.

    Examples
    --------
    >>> import anndata, pandas as pd
    >>> from sklearn_txaug.datasets import augment_anndata, load_tissue_expression
    >>> from sklearn_txaug.over_sampling import GaussianSampler
    >>> X, y = load_tissue_expression(return_X_y=True, as_frame=True)
    >>> adata = anndata.AnnData(X, obs=pd.DataFrame({"tissue": y}))
    >>> augmented = augment_anndata(adata, GaussianSampler(n_synthetic=20, random_state=0), "tissue")
    >>> augmented.shape, int(augmented.obs["is_synthetic"].sum())
    ((209, 500), 20)
    >>> augmented.uns["sklearn_txaug"]["sampler"]
    'GaussianSampler'
    """
    anndata = require("anndata", "augment_anndata")
    pd = require("pandas", "augment_anndata")
    _check(adata, sampler, anndata, label_key, layer, group_key, covariates)
    check_transform(transform)
    adata = adata.to_memory() if adata.isbacked or _is_lazy(adata) else adata
    values = adata.X if layer is None else adata.layers[layer]
    labels, groups = adata.obs[label_key], None if group_key is None else adata.obs[group_key].to_numpy()
    frame = pd.DataFrame(dense(values), adata.obs_names, adata.var_names)
    known = adata.obs[list(covariates)] if len(covariates) else None
    _warn_of_left_out(adata)
    rows, new_labels, drawn = synthetic_rows(sampler, frame, _plain(labels), groups, known, transform)
    names = rows.index.astype(str)
    new = rows.to_numpy()
    obs = _extended_obs(adata.obs, names, label_key, new_labels, drawn)
    return anndata.AnnData(
        X=None if adata.X is None else extend(adata.X, len(new), new if layer is None else None),
        obs=obs,
        var=adata.var.copy(),
        uns={
            **adata.uns,
            "sklearn_txaug": {
                **_provenance(adata, values, sampler, label_key, layer, group_key, len(new)),
                "transform": transform,
                "covariates": ",".join(covariates),
            },
        },
        varm={key: value.copy() for key, value in adata.varm.items()},
        varp={key: value.copy() for key, value in adata.varp.items()},
        layers=extend_all("layers", adata.layers, len(new), obs.index, {} if layer is None else {layer: new}),
        obsm=extend_all("obsm", adata.obsm, len(new), obs.index, {}),
    )


def _check(
    adata: Any,
    sampler: Any,
    anndata: Any,
    label_key: str,
    layer: str | None,
    group_key: str | None,
    covariates: Sequence[str],
) -> None:
    if not isinstance(adata, anndata.AnnData):
        raise TypeError(f"adata must be an AnnData, got {type(adata).__name__}.")
    if not isinstance(sampler, BaseOverSampler):
        raise TypeError(f"sampler must be an over-sampler, for example GaussianSampler(); got {sampler!r}.")
    if isinstance(covariates, str):
        raise TypeError(f"covariates must be a list of columns, got the single string {covariates!r}.")
    keys = [("label_key", label_key), ("group_key", group_key), *(("covariates", key) for key in covariates)]
    for argument, key in keys:
        if key is not None and not isinstance(key, str):
            raise TypeError(f"{argument} must be the name of a column of adata.obs, got {key!r}.")
        if key is not None and key not in adata.obs:
            close = get_close_matches(str(key), list(map(str, adata.obs)), n=1)
            hint = f" Did you mean {close[0]!r}?" if close else ""
            raise ValueError(f"{argument}={key!r} is not in adata.obs, which has {list(adata.obs)}.{hint}")
    if label_key in covariates:
        raise ValueError(f"covariates: {label_key!r} is the label already; leave it out.")
    if layer is not None and layer not in adata.layers:
        raise ValueError(f"layer={layer!r} is not in adata.layers, which has {list(adata.layers)}.")
    if layer is None and adata.X is None:
        raise ValueError(f"adata has no X; choose a layer of {list(adata.layers)}.")
    n_missing = int(adata.obs[label_key].isna().sum())
    if n_missing:
        raise ValueError(
            f"label_key={label_key!r} is missing for {n_missing} rows; leave them out: "
            f"adata[adata.obs[{label_key!r}].notna()]."
        )
    n_marked = int(marked(adata.obs[MARK]).sum()) if MARK in adata.obs else 0
    if n_marked:
        raise ValueError(
            f"adata.obs[{MARK!r}] marks {n_marked} rows as synthetic; a sampler learns from real rows only; leave "
            "them out."
        )


def _is_lazy(adata: Any) -> bool:
    """Tell whether values are still to be computed, as those of dask are."""
    return any(hasattr(values, "compute") for values in (adata.X, *adata.layers.values()))


def _warn_of_left_out(adata: Any) -> None:
    """Say which parts cannot be extended to new rows."""
    parts = [*(["raw"] if adata.raw is not None else []), *(f"obsp[{key!r}]" for key in adata.obsp)]
    if parts:
        warn(
            f"adata: {', '.join(parts)} cannot be extended to synthetic rows, and the result is without them"
        )


def _plain(labels: Any) -> np.ndarray:
    """Return labels as an array, categories as their values."""
    if labels.dtype.name == "category":
        labels = labels.astype(labels.cat.categories.dtype)
    return labels.infer_objects().to_numpy()


def _extended_obs(obs: Any, names: Any, label_key: str, new_labels: np.ndarray, covariates: Any) -> Any:
    pd = require("pandas", "augment_anndata")
    n_real, before = len(obs), obs
    known = {label_key: new_labels, **({} if covariates is None else covariates)}
    obs = obs.drop(columns=MARK, errors="ignore")
    longer = (nullable(obs) if len(names) else obs).reset_index(drop=True).reindex(range(n_real + len(names)))
    longer.index = obs.index.append(pd.Index(names, dtype=object)) if len(names) else obs.index
    for name, values in known.items():
        both = np.concatenate([before[name].to_numpy(dtype=object), np.asarray(values, dtype=object)])
        longer[name] = pd.Series(both, index=longer.index).astype(before[name].dtype)
    longer[MARK] = np.repeat([False, True], [n_real, len(names)])
    return longer


def _provenance(
    adata: Any,
    values: Any,
    sampler: Any,
    label_key: str,
    layer: str | None,
    group_key: str | None,
    n_new: int,
) -> dict[str, Any]:
    """Return what made the synthetic rows, as strings and numbers that every format of AnnData can hold.

    Rows with a guarantee of privacy come with it, and without what tells exactly which rows trained the sampler.
    """
    privacy = getattr(sampler, "privacy_", None)
    of_rows = (
        {
            "n_real": adata.n_obs,
            "training_rows_sha256": _digest(values, adata.obs[label_key], adata.var_names),
        }
        if privacy is None
        else {"privacy": json.dumps(privacy)}
    )
    return {
        "sampler": type(sampler).__name__,
        "parameters": json.dumps(sampler.get_params(), default=_as_json),
        "random_state": str(getattr(sampler, "random_state", None)),
        "label_key": label_key,
        "layer": layer or "X",
        "group_key": group_key or "",
        "n_synthetic": n_new,
        **of_rows,
        "versions": {name: version(name) for name in _PACKAGES},
    }


def _as_json(value: Any) -> Any:
    return value.tolist() if isinstance(value, np.ndarray | np.generic) else repr(value)


def _digest(values: Any, labels: Any, genes: Any) -> str:
    """Return the SHA-256 of the dense rows, their labels and the names of the genes."""
    digest = hashlib.sha256()
    for rows in gen_batches(values.shape[0], 1024):
        digest.update(np.ascontiguousarray(dense(values[rows])).tobytes())
    for names in (labels, genes):
        digest.update("\n".join(map(str, names)).encode())
    return digest.hexdigest()
