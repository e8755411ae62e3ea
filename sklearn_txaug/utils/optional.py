"""Optional packages, imported where they are needed."""

from importlib import import_module
from typing import Any

_INSTALL = {
    "pandas": 'pip install "sklearn_txaug[anndata]"',
    "anndata": 'pip install "sklearn_txaug[anndata]"',
    "h5py": 'pip install "sklearn_txaug[anndata]"',
    "pooch": 'pip install "sklearn_txaug[datasets]"',
    "requests": 'pip install "sklearn_txaug[datasets]"',
    "urllib3": 'pip install "sklearn_txaug[datasets]"',
    "pyarrow": 'pip install "sklearn_txaug[parquet]"',
    "polars": 'pip install "sklearn_txaug[polars]"',
    "distributed": 'pip install "sklearn_txaug[distributed]"',
    "safetensors": 'pip install "sklearn_txaug[persist]"',
    "skops": 'pip install "sklearn_txaug[persist]"',
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
        raise ImportError(f"{purpose} needs {name}: {_INSTALL[name]}") from error
