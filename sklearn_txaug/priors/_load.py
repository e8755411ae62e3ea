"""Priors by name or from a file."""

from __future__ import annotations

from importlib import resources
from os import PathLike
from pathlib import Path

from ._expression_prior import ExpressionPrior

_EMBEDDED = ("tcga",)


def load_prior(name: str | PathLike) -> ExpressionPrior:
    """Load a prior that comes with the package, or from a file.

    Parameters
    ----------
    name : "tcga" or path
        ``"tcga"`` was learned from 602 pairs of tumour and adjacent normal tissue of 11 cancers, 3,556 genes, by
        symbol; its `description_` says how. Do not use it to classify these samples. A path is that of a file
        written by `ExpressionPrior.save`.

    Returns
    -------
    prior : ExpressionPrior
        The fitted prior.

    Raises
    ------
    ValueError
        If there is no prior of this name and no such file, or the file is not a prior.

    Examples
    --------
    >>> from sklearn_txaug.priors import load_prior
    >>> prior = load_prior("tcga")
    >>> prior.n_features_in_, len(prior.classes_)
    (3556, 22)
    """
    if isinstance(name, str) and name in _EMBEDDED:
        with resources.as_file(resources.files(__package__) / "data" / f"{name}.npz") as path:
            return ExpressionPrior.load(path)
    if not Path(name).is_file():
        raise ValueError(
            f"prior: there is no file {str(name)!r}, and the embedded priors are {list(_EMBEDDED)}"
        )
    return ExpressionPrior.load(name)
