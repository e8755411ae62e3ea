"""What README and guide show works: their Python blocks run, their commands parse, what they name exists."""

import re
import shlex
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import sklearn
from joblib import parallel_config
from sklearn.linear_model import LogisticRegression
from sklearn.utils import Bunch

import sklearn_txaug
from sklearn_txaug import datasets, over_sampling
from sklearn_txaug._cli.main import make_parser
from sklearn_txaug._nn.estimator import NetEstimator
from sklearn_txaug.datasets import load_tissue_expression

ROOT = Path(sklearn_txaug.__file__).parents[1]
DOCS = ROOT / "docs"

if not (DOCS / "user_guide.md").exists():
    pytest.skip("needs a checkout", allow_module_level=True)

CHAPTERS = re.search(r"```{toctree}\n:hidden:\n(.*?)```", (DOCS / "user_guide.md").read_text(), re.S)[
    1
].split()
PAGES = [ROOT / "README.md", DOCS / "index.md", *(DOCS / f"{chapter}.md" for chapter in CHAPTERS)]
BLOCK = re.compile(r"^```python\n(.*?)^```", re.S | re.M)
COMMAND = re.compile(r"^(?:.*&& )?(?:python -m sklearn_txaug|txaug) (.*)$", re.M)
FENCE = re.compile(r"^```(?:text|bash)\n(.*?)^```", re.S | re.M)


@pytest.fixture
def short_trainings(monkeypatch):
    monkeypatch.setattr(NetEstimator, "_default_steps", lambda self, n_rows: 10)
    monkeypatch.setattr(LogisticRegression, "fit", _few_iterations)
    monkeypatch.setattr(datasets, "load_tissue_expression", _few_genes)


def _few_iterations(self, X, y, sample_weight=None, *, fit=LogisticRegression.fit):
    self.max_iter = 10
    return fit(self, X, y, sample_weight)


def _few_genes(*, return_X_y=False, as_frame=False):
    cohort = load_tissue_expression(as_frame=as_frame)
    cohort.data = cohort.data.iloc[:, ::8] if as_frame else cohort.data[:, ::8]
    return (cohort.data, cohort.target) if return_X_y else cohort


@pytest.fixture
def no_network(monkeypatch):
    genes = load_tissue_expression(as_frame=True).data.columns
    rng = np.random.default_rng(0)
    kinds = np.repeat([f"cancer_{i}" for i in range(8)], 6)
    index = pd.Index([f"row_{i}" for i in range(len(kinds))])
    values = rng.normal(8, 1, (8, len(genes))).repeat(6, axis=0) + rng.normal(
        0, 0.5, (len(kinds), len(genes))
    )
    cohort = Bunch(
        data=pd.DataFrame(values, index, genes),
        target=pd.Series(kinds, index),
        groups=pd.Series(index, index),
        covariates=None,
        DESCR="",
    )
    monkeypatch.setattr(datasets, "fetch_tcga", lambda **kwargs: cohort)
    monkeypatch.setattr(datasets, "fetch_string_graph", lambda **kwargs: None)


@pytest.mark.filterwarnings("ignore")  # of trainings too short to converge
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_python_blocks_run(page, short_trainings, no_network, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = page.read_text()
    names = {"__name__": "guide"}
    with sklearn.config_context(), parallel_config("threading"):  # processes would train at full length
        for block in BLOCK.finditer(text):
            line = text.count("\n", 0, block.start()) + 2
            exec(compile("\n" * (line - 1) + block[1], str(page), "exec"), names)
    plt.close("all")


def _commands():
    for page in [ROOT / "README.md", *sorted(DOCS.glob("*.md"))]:
        for fence in FENCE.findall(page.read_text()):
            for command in COMMAND.findall(fence):
                yield pytest.param(command, id=f"{page.stem}: {command}")


@pytest.mark.parametrize("command", list(_commands()))
def test_commands_parse(command):
    make_parser().parse_args(shlex.split(command))


def test_readme_names_every_sampler():
    text = (ROOT / "README.md").read_text()
    assert {name for name in over_sampling.__all__ if f"`{name}`" not in text} == set()


def test_scripts_of_the_docs_exist():
    named = {name for page in DOCS.glob("*.md") for name in re.findall(r"docs/\w+\.py", page.read_text())}
    assert {name for name in named if not (ROOT / name).exists()} == set()
