"""The report's table: a data frame that can also write itself as a page. Needs pandas, so import it late."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from ._report_html import page

COLUMNS = [
    "family",
    "indicator",
    "field",
    "against",
    "value",
    "reference",
    "best",
    "verdict",
    "n_real",
    "n_compared",
    "note",
]


class QualityReport(pd.DataFrame):
    """What :func:`quality_report` returns: a tidy :class:`pandas.DataFrame` with two smaller tables.

    Attributes
    ----------
    classes : pandas.DataFrame
        One row a class: sizes, and how well classifiers recognise it.
    blind_spots : pandas.DataFrame
        Which real rows the synthetic rows reach, by class, rarity and outlyingness.
    privacy : pandas.DataFrame
        What attacks find: in these rows, and in those of random over-sampling, SMOTE and the Gaussian. Only with
        held-out rows.
    remarks : list of str
        What a reader has to know, for instance that held-out rows are missing.
    """

    _metadata = ["classes", "blind_spots", "privacy", "remarks"]

    @property
    def _constructor(self) -> Any:
        return QualityReport

    def to_html(self, buf: Any = None, *args: Any, **kwargs: Any) -> Any:
        """Write the report as one HTML page that a person can read, without scripts or outside files.

        Parameters
        ----------
        buf : path, file or None, default=None
            Where to write; None returns the page as a string.
        title : str, default="Quality of the synthetic rows"
            Heading of the page.
        pictures : dict of str to bytes, default=None
            Caption and PNG of pictures to put into the page.
        *args, **kwargs
            Anything else, or columns that are not those of the report, give the table of
            :meth:`pandas.DataFrame.to_html`.

        Returns
        -------
        html : str or None
        """
        own = {"title", "pictures"}
        if args or set(kwargs) - own or not set(COLUMNS) <= set(self.columns):
            kwargs = {name: value for name, value in kwargs.items() if name not in own}
            return super().to_html(buf, *args, **kwargs)
        extra: dict[str, Any] = {name: getattr(self, name, None) for name in self._metadata}
        html = page(self, **extra, **kwargs)
        if buf is None:
            return html
        if hasattr(buf, "write"):
            return buf.write(html)
        Path(buf).write_text(html, encoding="utf-8")
        return None
