"""Sphinx configuration: ``python -m sphinx -W docs docs/_build/html``."""

from importlib import import_module as _import
from importlib.metadata import version as _version
from os import environ as _environ
from pathlib import Path as _Path

from docutils.nodes import SkipNode as _SkipNode
from latex2mathml.converter import convert as _to_mathml

project = "sklearn_txaug"
author = "the sklearn_txaug developers"
copyright = "2026, the sklearn_txaug developers"  # noqa: A001
release = _version("sklearn_txaug")

extensions = [
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.intersphinx",
    "sphinx_copybutton",
    "sphinx_design",
    "sphinx_gallery.gen_gallery",
]
exclude_patterns = ["_build", "auto_examples/*.ipynb", "auto_examples/*.py", "auto_examples/*.md5"]
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}
html_theme = "pydata_sphinx_theme"
html_math_renderer = "mathml"
html_title = "sklearn_txaug"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_theme_options = {
    "show_toc_level": 2,
    "secondary_sidebar_items": ["page-toc"],
    "logo": {"text": "sklearn_txaug"},
    "header_links_before_dropdown": 5,
    "navigation_with_keys": False,
    "footer_start": ["copyright"],
    "footer_end": [],
}
# Wide tables of the benchmarks need the width.
html_sidebars = {"index": [], "changelog": [], "contributing": [], "benchmarks_*": []}
autosummary_generate = True
autodoc_typehints = "none"  # the docstrings have them
numpydoc_show_class_members = False
templates_path = ["_templates"]
myst_enable_extensions = ["colon_fence", "dollarmath"]
myst_heading_anchors = 3
sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "auto_examples",
    "filename_pattern": r"plot_",
    "within_subsection_order": "FileNameSortKey",
    "download_all_examples": False,
    "backreferences_dir": "generated/backreferences",
    "doc_module": ("sklearn_txaug",),
    "ignore_repr_types": "matplotlib|Display",  # a picture needs no name of its class beside it
    "reference_url": {"sklearn_txaug": None},
}
# Without a network, build with TXAUG_DOCS_OFFLINE=1: names of other packages are then no links.
_others = {
    "python": "https://docs.python.org/3",
    "numpy": "https://numpy.org/doc/stable",
    "sklearn": "https://scikit-learn.org/stable",
    "imblearn": "https://imbalanced-learn.org/stable",
    "torch": "https://docs.pytorch.org/docs/stable",
    "skorch": "https://skorch.readthedocs.io/en/stable",
    "anndata": "https://anndata.readthedocs.io/en/stable",
}
intersphinx_mapping = (
    {} if "TXAUG_DOCS_OFFLINE" in _environ else {name: (url, None) for name, url in _others.items()}
)
suppress_warnings = ["config.cache", "ref.ref"]  # labels of inherited scikit-learn docstrings

_modules = {
    "over_sampling": "Samplers",
    "priors": "What a reference cohort teaches",
    "neural_network": "Classifiers and regressors",
    "reconstruction": "From landmark genes to all genes",
    "model_selection": "Does augmentation help?",
    "metrics": "Indicators",
    "persistence": "Trained samplers in files",
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
            page += [f"   ~{name}.{item}" for item in names] + [""]
        if name == "presets":
            page += _published()
    return "\n".join([*page, "```\n"])


def _published() -> list[str]:
    """Return a table of the published settings."""
    presets = _import("sklearn_txaug.presets")
    lines = [
        ".. list-table::",
        "   :header-rows: 1",
        "   :widths: 30 70",
        "",
        "   * - preset",
        "     - settings",
    ]
    for name in sorted(name for name in dir(presets) if name.isupper()):
        rows = [
            f"| {estimator}: " + ", ".join(f"``{key}={value!r}``" for key, value in settings.items())
            for estimator, settings in getattr(presets, name).items()
        ]
        lines += [f"   * - ``{name}``", f"     - {rows[0]}", *(f"       {row}" for row in rows[1:])]
    return [*lines, ""]


_Path(__file__).with_name("api.md").write_text(_reference())


def _visit_math(translator, node):
    """Write an equation as MathML, which browsers show without a script."""
    display = "block" if node.tagname == "math_block" else "inline"
    translator.body.append(_to_mathml(node.astext(), display=display))
    raise _SkipNode


def setup(app):
    """Register the renderer of equations."""
    app.add_html_math_renderer("mathml", (_visit_math, None), (_visit_math, None))
