"""What the package says of itself: every import is declared, and so is every extra."""

import ast
import sys
import tomllib
from pathlib import Path

import pytest

import sklearn_txaug

ROOT = Path(sklearn_txaug.__file__).parents[1]
DISTRIBUTIONS = {"sklearn": "scikit-learn", "imblearn": "imbalanced-learn", "umap": "umap-learn"}

pytestmark = pytest.mark.skipif(not (ROOT / "pyproject.toml").exists(), reason="needs a checkout")


@pytest.fixture(scope="module")
def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def test_every_imported_package_is_declared(project):
    declared = [
        *project["dependencies"],
        *(r for extra in project["optional-dependencies"].values() for r in extra),
    ]
    names = {line.partition(">")[0] for line in declared}
    imported = {
        name.partition(".")[0]
        for path in (ROOT / "sklearn_txaug").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        for name in _imported(node)
    }
    others = imported - sys.stdlib_module_names - {"sklearn_txaug"}
    assert {DISTRIBUTIONS.get(name, name) for name in others} <= names


def _imported(node):
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [node.module] if node.level == 0 else []
    required = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "require"
    return [node.args[0].value] if required and isinstance(node.args[0], ast.Constant) else []


def test_version_of_the_citation(project):
    assert f"version: {project['version']}\n" in (ROOT / "CITATION.cff").read_text()
