"""Sphinx configuration: ``python -m sphinx -W docs docs/_build/html``."""

from importlib import import_module as _import
from importlib.metadata import version as _version
from pathlib import Path as _Path

project = "sklearn_txaug"
author = "the sklearn_txaug developers"
copyright = "2026, the sklearn_txaug developers"  # noqa: A001
release = _version("sklearn_txaug")

extensions = [
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx_copybutton",
    "sphinx_gallery.gen_gallery",
]
exclude_patterns = ["_build", "auto_examples/*.ipynb", "auto_examples/*.py", "auto_examples/*.md5"]
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}
html_theme = "pydata_sphinx_theme"
html_theme_options = {"show_toc_level": 2, "secondary_sidebar_items": ["page-toc"]}
autosummary_generate = True
numpydoc_show_class_members = False
sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "auto_examples",
    "filename_pattern": r"plot_",
    "within_subsection_order": "FileNameSortKey",
    "download_all_examples": False,
}
suppress_warnings = ["config.cache", "ref.ref"]  # labels of inherited scikit-learn docstrings

_modules = {
    "over_sampling": "Samplers",
    "priors": "What a reference cohort teaches",
    "neural_network": "Classifiers and regressors",
    "reconstruction": "From landmark genes to all genes",
    "model_selection": "Does augmentation help?",
    "metrics": "Indicators",
    "callbacks": "Callbacks",
    "plotting": "Displays",
    "graphs": "Gene graphs",
    "datasets": "Data",
    "benchmark": "Benchmark",
    "presets": "Published settings",
}


def _reference() -> str:
    """Return the reference page: every public name of every public module, so that none is forgotten."""
    page = ["# Reference\n", "```{eval-rst}", ".. currentmodule:: sklearn_txaug\n"]
    for name, title in _modules.items():
        module = _import(f"sklearn_txaug.{name}")
        page += [title, "-" * len(title), "", *module.__doc__.strip().splitlines()[:1], ""]
        names = [item for item in getattr(module, "__all__", []) if callable(getattr(module, item))]
        if names:
            page += [".. autosummary::", "   :toctree: generated", "   :nosignatures:", ""]
            page += [f"   {name}.{item}" for item in names] + [""]
    return "\n".join([*page, "```\n"])


_Path(__file__).with_name("api.md").write_text(_reference())
