"""What is imported when: commands show their help at once, and torch is imported for samplers alone."""

import os
import pickle
import subprocess
import sys

import pytest

from sklearn_txaug import over_sampling
from sklearn_txaug.over_sampling import GaussianSampler


@pytest.mark.parametrize(("command", "option"), [("augment", "--n-synthetic"), ("evaluate", "--test")])
def test_help_imports_nothing_heavy(command, option):
    code = (
        f"import sys; sys.argv = ['txaug', '{command}', '--help']\n"
        "from sklearn_txaug.__main__ import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "assert not {'torch', 'matplotlib', 'pandas'} & set(sys.modules)"
    )
    environment = os.environ | {"COLUMNS": "100"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert option in done.stdout


def test_torch_is_imported_when_a_sampler_is_asked_for_and_matplotlib_when_something_is_drawn():
    code = (
        "import sys\n"
        "import sklearn_txaug.over_sampling as o\n"
        "assert 'torch' not in sys.modules\n"
        "o.FlowMatchingSampler\n"
        "assert 'torch' in sys.modules\n"
        "import sklearn_txaug.plotting, sklearn_txaug.metrics\n"
        "assert not {'matplotlib', 'umap'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)


def test_late_names_are_those_of_the_stub():
    assert set(over_sampling.__all__) == set(dir(over_sampling))
    for name in over_sampling.__all__:
        assert getattr(over_sampling, name).__module__.startswith("sklearn_txaug.over_sampling._")
    assert isinstance(pickle.loads(pickle.dumps(GaussianSampler())), over_sampling.GaussianSampler)
    with pytest.raises(AttributeError, match="has no attribute 'Nothing'"):
        over_sampling.Nothing  # noqa: B018
