"""Beyond one process: a dask cluster, several processes at work in one folder, and names that load late."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from joblib import parallel_config
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_validate
from sklearn.naive_bayes import GaussianNB

from sklearn_txaug import __main__ as command_line
from sklearn_txaug.benchmark import Row, _claims, benchmark, make_cohort
from sklearn_txaug.benchmark._claims import Claims
from sklearn_txaug.benchmark._run import make_plan
from sklearn_txaug.benchmark._sharing import SharedWork
from sklearn_txaug.benchmark._store import ResultStore, read_rows
from sklearn_txaug.benchmark._training import run_job
from sklearn_txaug.over_sampling import FlowMatchingSampler, GaussianSampler

SETUP = {"n_real": [12, 18], "n_synthetic": [20], "seeds": 2, "quality": False, "verbose": False}
ROW = Row("toy", "honest", "none", "mlp", 9, 0, 0, "accuracy", 0.5)
needs_signals = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")


@pytest.fixture(scope="module")
def cohort():
    rng = np.random.default_rng(0)
    y = np.array(["brain", "liver", "heart"])[np.arange(90) % 3]
    X = rng.normal(6, 1, (90, 10)) + (y == "liver")[:, None]
    return make_cohort("toy", X, y, np.arange(90) // 3)[0]


@pytest.fixture(scope="module")
def cluster():
    distributed = pytest.importorskip("distributed")
    settings = {"threads_per_worker": 1, "processes": True, "dashboard_address": None, "silence_logs": 50}
    with distributed.LocalCluster(n_workers=2, **settings) as cluster:
        yield cluster


def values(rows):
    return {row[:-1]: row.value for row in rows}


def run(cohort, output, sampler, **settings):
    classifiers = {"bayes": GaussianNB()}
    samplers = {"none": None, "gaussian": sampler}
    return benchmark(
        cohort, samplers=samplers, classifiers=classifiers, output=output, **{**SETUP, **settings}
    )


# ---- dask


class Fatal(GaussianSampler):
    """Kills the process of its first training."""

    place = None

    def fit(self, X, y, **given):
        if not Path(type(self).place).exists():
            Path(type(self).place).touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return super().fit(X, y, **given)


@needs_signals
def test_a_worker_that_is_killed_loses_no_result(cohort, cluster, tmp_path):
    distributed = pytest.importorskip("distributed")
    mark = str(tmp_path / "killed")

    class FatalHere(Fatal):  # pickled by value, with its place
        place = mark

    with distributed.Client(cluster) as client, parallel_config("dask", client=client):
        found = run(cohort, tmp_path / "dask", FatalHere())
    assert Path(mark).exists()
    assert values(found) == values(run(cohort, tmp_path / "here", GaussianSampler(), n_jobs=1))


def test_cross_validation_and_a_net_on_a_cluster(cluster):
    distributed, imblearn = pytest.importorskip("distributed"), pytest.importorskip("imblearn.pipeline")
    rng = np.random.default_rng(0)
    X, y = rng.normal(6, 1, (60, 8)), np.arange(60) % 2
    sampler = FlowMatchingSampler(n_synthetic=20, max_epochs=2, random_state=0, device="cpu")
    pipeline = imblearn.make_pipeline(sampler, LogisticRegression())
    here = cross_validate(clone(pipeline), X, y, cv=3)["test_score"]
    with distributed.Client(cluster) as client, parallel_config("dask", client=client):
        there = cross_validate(pipeline, X, y, cv=3)["test_score"]
    np.testing.assert_array_equal(here, there)


def test_the_command_on_a_cluster(cluster, tmp_path, capsys):
    command = "benchmark --samplers none,random --classifiers logistic --n-real 20 --seeds 1 --no-quality --genes 20"
    command = [*command.split(), "--quiet", "-o", str(tmp_path / "out")]
    assert command_line.main([*command, "--dask", cluster.scheduler_address]) == 0
    assert {row.sampler for row in read_rows(tmp_path / "out")} == {"none", "random"}
    assert command_line.main([*command, "--dask", "nonsense://nowhere"]) == 2
    assert "--dask: there is no scheduler at 'nonsense://nowhere'" in capsys.readouterr().err


# ---- one folder, several processes


def test_two_runs_divide_the_work(cohort, tmp_path):
    samplers, classifiers = {"none": None, "gaussian": GaussianSampler()}, {"bayes": GaussianNB()}
    plan = make_plan(cohort, samplers, classifiers, [12, 18], [20], 2, "honest")._replace(quality=False)
    stores = [ResultStore(tmp_path, {}) for _ in range(2)]
    one, other = (SharedWork(plan.jobs(), store, "toy", False) for store in stores)

    def finish(work, store, k, job):
        store.append(run_job(job, cohort, samplers[job.sampler], classifiers).rows)
        work.done(k)

    ours = next(one.rounds())
    k, job = next(ours)
    others = set()
    for n, theirs in next(other.rounds()):
        others.add(n)
        finish(other, stores[1], n, theirs)
    assert others == set(range(len(one.jobs))) - {k}
    assert list(ours) == [], "what the other has done since is not done again"
    finish(one, stores[0], k, job)
    assert not list(one.rounds())
    assert not list(other.rounds())
    stores[0].refresh()
    assert values(stores[0].rows) == values(run(cohort, tmp_path / "alone", GaussianSampler(), n_jobs=1))


def test_work_of_another_is_not_taken_and_that_of_a_dead_one_is(tmp_path):
    code = (
        "import pathlib, runpy, sys\n"
        "Claims = runpy.run_path(sys.argv[2])['Claims']\n"  # its file alone: the package takes seconds
        "claims = Claims(pathlib.Path(sys.argv[1]))\n"
        "print(claims.take(('toy', 1)), flush=True)\n"
        "sys.stdin.read()\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path), _claims.__file__]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout.readline().strip() == b"True"
        ours = Claims(tmp_path)
        assert not ours.take(("toy", 1))
        assert ours.take(("toy", 2))
        other.kill()
    assert ours.take(("toy", 1), wait=True)
    ours.drop_all()
    assert Claims(tmp_path).take(("toy", 2))


def test_rows_of_another_process_are_seen_and_torn_ones_cut(tmp_path):
    one, other = ResultStore(tmp_path, {}), ResultStore(tmp_path, {})
    one.append([ROW])
    assert not one.refresh()
    with one.path.open("a") as file:
        file.write("toy,honest,none,mlp,9,0,1,acc")  # by a process that was killed
    other.append([ROW._replace(seed=2)])
    assert one.refresh()
    assert [row.seed for row in one.rows] == [0, 2]
    assert read_rows(tmp_path) == one.rows


@needs_signals
def test_workers_end_with_their_parent(tmp_path):
    """The worker says its number and computes for ever; when its parent has been killed, its output ends."""
    code = (
        "import os, signal, sys\n"
        "from sklearn_txaug.utils.progress import Trainings\n"
        "def train():\n"
        "    print(os.getpid(), flush=True)\n"
        "    while True: pass\n"
        "with Trainings(['a', 'b'], 'title', False) as trainings:\n"
        "    trainings.run(train, [(), ()], n_jobs=2)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as parent:
        assert int(parent.stdout.readline())
        parent.kill()
        parent.stdout.read()  # to the end of the last process that writes to it


# ---- folders and files that are not ours


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"results.csv": "a,b\n1,2\n"}, "results.csv and no settings.json"),
        ({"summary.png": "picture"}, "summary.png and no settings.json"),
        ({"settings.json": '{"x": 1}'}, "has no entry 'sklearn_txaug'"),
        ({"settings.json": "[1]"}, "line 1, must begin an object"),
        ({"settings.json": '{"a": 1,\n oh'}, "line 2, is no JSON"),
        (
            {"settings.json": '{"sklearn_txaug": "0"}', "results.csv": "a,b\n1,2\n"},
            "line 1, must be 'dataset",
        ),
    ],
)
def test_a_folder_of_another_program_stays_as_it_is(tmp_path, files, message):
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    with pytest.raises(ValueError, match=re.escape(message)):
        ResultStore(tmp_path, {"protocol": "honest"})
    assert {path.name: path.read_text() for path in tmp_path.iterdir() if path.name != ".lock"} == files


@pytest.mark.parametrize(
    "line",
    ["toy,1", "toy,honest,none,mlp,9,0,0,accuracy,high", "toy,honest,none,mlp,x,0,0,accuracy,1", '"toy'],
)
def test_a_broken_line_is_named(tmp_path, line):
    store = ResultStore(tmp_path, {})
    store.append([ROW, ROW._replace(seed=1)])
    lines = store.path.read_text().splitlines()
    store.path.write_text("\n".join([*lines[:2], line, *lines[2:]]) + "\n")
    with pytest.raises(ValueError, match=r"results.csv, line [34], is"):
        ResultStore(tmp_path, {})
