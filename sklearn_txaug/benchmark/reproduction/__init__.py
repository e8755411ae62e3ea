"""Reproduction of published experiments: one file a paper, measured on the user's cohort, beside the figures."""

from ._comparison import Compared, answer, compare
from ._format import format_reproduction
from ._page import write_page
from ._paper import REAL, Paper
from ._papers import PAPERS
from ._run import available, reproduce
from ._small import small, small_study
from ._study import Split, Study, make_study

__all__ = [
    "PAPERS",
    "REAL",
    "Compared",
    "Paper",
    "Split",
    "Study",
    "answer",
    "available",
    "compare",
    "format_reproduction",
    "make_study",
    "reproduce",
    "small",
    "small_study",
    "write_page",
]
