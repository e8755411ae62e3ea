"""Comparison of samplers: held-out groups, several seeds, three protocols, results that survive a kill."""

from ._cohort import Cohort, make_cohort
from ._methods import make_classifiers, make_samplers
from ._report import write_report
from ._run import benchmark
from ._store import Row
from ._summary import draw_summary, format_quality, format_summary

__all__ = [
    "Cohort",
    "Row",
    "benchmark",
    "draw_summary",
    "format_quality",
    "format_summary",
    "make_classifiers",
    "make_cohort",
    "make_samplers",
    "write_report",
]
