"""Optional packages, imported where they are needed."""

from importlib import import_module
from typing import Any

_EXTRAS = {
    "pandas": "anndata",
    "anndata": "anndata",
    "h5py": "anndata",
    "pooch": "datasets",
    "requests": "datasets",
    "urllib3": "datasets",
    "pyarrow": "parquet",
    "polars": "polars",
    "distributed": "distributed",
    "safetensors": "persist",
    "skops": "persist",
}


def require(package: str, purpose: str) -> Any:
    """Import an optional package, or say what needs it and how to install it.

    Parameters
    ----------
    package : str
        Name of the package, or of a module in it.
    purpose : str
        What the caller needs it for; the start of the error message.

    Returns
    -------
    module
        The imported package.

    Raises
    ------
    ImportError
        If the package is not installed.
    """
    try:
        return import_module(package)
    except ImportError as error:
        name = package.partition(".")[0]
        extra = f"sklearn_txaug[{_EXTRAS[name]}]"
        raise ImportError(f'{purpose} needs {name}: pip install "{extra}"') from error
