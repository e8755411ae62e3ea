"""Progress: on a terminal only, one bar over all trainings, which moves within them, also in other processes."""

import io
import time

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from sklearn_txaug.model_selection import AugmentedClassifier, SelectiveSampler, low_data_curve
from sklearn_txaug.over_sampling import GaussianSampler, VAESampler
from sklearn_txaug.utils import progress
from sklearn_txaug.utils.progress import Trainings, part, report_share


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def terminal(monkeypatch, capsys):
    """Make a terminal of what bars are drawn on; pytest sets its own standard error before the test runs."""
    shown = Terminal()
    original = progress.progress_bar
    monkeypatch.setattr(progress, "progress_bar", lambda show, **given: original(show, file=shown, **given))
    return shown


def half(seen):
    report_share(0.5)
    return seen


def watched_until(trainings, expected):
    """Draw until the bar has the sum of shares that another process writes."""
    for _ in range(500):
        trainings._draw()
        if trainings._bar.n == pytest.approx(expected, abs=1e-3):
            return trainings._bar.postfix
        time.sleep(0.01)
    raise AssertionError(f"the bar stays at {trainings._bar.n}")


def test_the_bar_moves_within_a_training_and_says_what_runs(terminal):
    with Trainings(["flow", "vae"], "toy", show=True) as trainings:
        seen = []

        def train():
            report_share(0.25)
            seen.append(watched_until(trainings, 0.25))

        trainings.watched(0, train)()
        seen.append(watched_until(trainings, 1.0))
    assert seen == ["2 of 2 trainings left, now flow 25%", "1 of 2 trainings left"]
    assert "toy" in terminal.getvalue()


def test_other_processes_move_the_bar(terminal):
    with Trainings(["a", "b", "c"], "toy", show=True) as trainings:
        assert trainings.run(half, [(1,), (2,), (3,)], n_jobs=2) == [1, 2, 3]
        assert watched_until(trainings, 3.0) == "0 of 3 trainings left"


def test_parts_are_shares_of_the_training_around_them():
    told = []
    token = progress._report.set(told.append)
    try:
        with part(1, 2), part(0, 4):
            report_share(0.5)
    finally:
        progress._report.reset(token)
    assert told == [0.5625, 0.625, 1.0]
    report_share(0.5)
    assert len(told) == 3, "nobody watches"


def test_a_failure_is_not_counted_as_done(terminal):
    def fail():
        raise ValueError("diverged")

    with Trainings(["a"], "toy", show=True) as trainings:
        with pytest.raises(ValueError, match="diverged"):
            trainings.watched(0, fail)()
        trainings._draw()
        assert trainings._bar.postfix.startswith("1 of 1 trainings left")


@pytest.fixture(scope="module")
def toy():
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1], [24, 12])
    return rng.normal(size=(36, 6)) + 2 * np.eye(2, 6)[y], y


def estimators():
    candidates = {"vae": VAESampler(max_epochs=2), "gaussian": GaussianSampler()}
    return [
        SelectiveSampler(candidates, n_synthetic=0.5, cv=2, n_repeats=1, random_state=0),
        AugmentedClassifier(VAESampler(max_epochs=2), synthetic_weight="cv", cv=2, random_state=0),
    ]


@pytest.mark.parametrize("estimator", estimators(), ids=lambda e: type(e).__name__)
def test_estimators_that_train_several_show_a_bar_on_a_terminal(estimator, toy, terminal):
    estimator.set_params(verbose=1).fit(*toy)
    drawn = terminal.getvalue()
    assert {"SelectiveSampler": "0 of 6", "AugmentedClassifier": "0 of 2"}[type(estimator).__name__] in drawn
    assert "0 of 1 trainings left" in drawn, "the last one, on all rows"
    terminal.truncate(0)
    estimator.set_params(verbose=0).fit(*toy)
    assert terminal.getvalue().strip("\0") == ""


@pytest.mark.parametrize("estimator", estimators(), ids=lambda e: type(e).__name__)
def test_a_log_file_gets_no_bar(estimator, toy, capsys):
    estimator.set_params(verbose=1).fit(*toy)
    assert capsys.readouterr().err == ""


def test_curves_show_their_trainings(toy, terminal):
    low_data_curve(GaussianSampler(), LogisticRegression(), *toy, n_real=[10, 18], cv=2, verbose=1)
    assert "0 of 4 trainings left" in terminal.getvalue()
