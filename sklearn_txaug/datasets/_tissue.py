"""The embedded cohort: 189 samples of seven human tissues."""

from importlib import resources
from typing import Any

import numpy as np
from sklearn.utils import Bunch

from ..utils.optional import require

_NPZ = "tissue_expression.npz"


def load_tissue_expression(*, return_X_y: bool = False, as_frame: bool = False) -> Any:
    """Load the expression of 500 genes in seven human tissues (classification).

    A small real cohort that comes with the package. The values are microarray intensities after robust
    multi-array averaging (Affymetrix human U133 arrays), already on a log2 scale: do not take logarithms again.

    =================   =========================
    Classes                                     7
    Samples per class                     6 to 39
    Samples total                             189
    Genes                                     500
    Values              4.2 to 14.1 (log2, float32)
    =================   =========================

    Parameters
    ----------
    return_X_y : bool, default=False
        Return ``(data, target)`` instead of a Bunch.
    as_frame : bool, default=False
        Return the data as a pandas DataFrame (rows named by sample, columns by gene) and the target as a
        Series.

    Returns
    -------
    data : :class:`~sklearn.utils.Bunch`
        With the attributes

        data : ndarray or DataFrame of shape (189, 500), float32
            Expression, log2 intensity.
        target : ndarray or Series of shape (189,)
            Tissue of each sample, a string.
        feature_names : ndarray of shape (500,)
            Gene symbols as distributed. A hyphen is written as a dot (``"HLA.E"``), and old names are
            kept (``"SEPT10"``, now SEPTIN10).
        target_names : ndarray of shape (7,)
            The tissues, sorted.
        sample_names : ndarray of shape (189,)
            Tissue and running number, ``"cerebellum_1"``.
        frame : DataFrame of shape (189, 501) or None
            Data and target together, the target in the column ``"tissue"``. None unless ``as_frame=True``.
        DESCR : str
            Description of the data set.
        filename, data_module : str
            Location of the data in the package.

    (data, target) : tuple, if ``return_X_y`` is True
        The two arrays, or DataFrame and Series.

    Raises
    ------
    ImportError
        If ``as_frame=True`` and pandas is not installed.

    Notes
    -----
    The samples come from several studies, and which sample came from which study or donor is not recorded:
    tissue and study may be confounded, and there are no groups to split by. The classes are nearly
    separable, so this is a cohort for trying things out rather than for comparing methods.

    References
    ----------
    R package dslabs (Artistic-2.0), data set ``tissue_gene_expression``; a random subset of the genes of
    https://github.com/genomicsclass/tissuesGeneExpression.

    Examples
    --------
    >>> from sklearn_txaug.datasets import load_tissue_expression
    >>> tissues = load_tissue_expression()
    >>> tissues.data.shape
    (189, 500)
    >>> X, y = load_tissue_expression(return_X_y=True)
    >>> import numpy as np
    >>> np.unique(y, return_counts=True)[1]
    array([38, 34, 15, 31, 39, 26,  6])
    """
    folder = resources.files(__package__) / "data"
    with (folder / _NPZ).open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        data, target = arrays["data"], arrays["target"]
        feature_names, sample_names = arrays["feature_names"], arrays["sample_names"]
    target_names, frame = np.unique(target), None
    if as_frame:
        frame = _frame(data, target, feature_names, sample_names)
        data, target = frame.drop(columns="tissue"), frame["tissue"]
    if return_X_y:
        return data, target
    return Bunch(
        data=data,
        target=target,
        frame=frame,
        feature_names=feature_names,
        target_names=target_names,
        sample_names=sample_names,
        DESCR=(folder / "tissue_expression.rst").read_text(encoding="utf-8"),
        filename=_NPZ,
        data_module=f"{__package__}.data",
    )


def _frame(data: Any, target: Any, feature_names: Any, sample_names: Any) -> Any:
    pd = require("pandas", "load_tissue_expression(as_frame=True)")
    frame = pd.DataFrame(data, index=sample_names.tolist(), columns=feature_names.tolist())
    labels = pd.Series(target.tolist(), index=frame.index, name="tissue")
    return pd.concat([frame, labels], axis=1)
