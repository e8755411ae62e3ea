"""What scikit-learn takes a sampler for: a classifier where it divides rows into folds, no step of its pipelines."""

import numpy as np
import pytest
from imblearn.base import is_sampler
from imblearn.pipeline import Pipeline as ImblearnPipeline
from imblearn.pipeline import make_pipeline as make_imblearn_pipeline
from sklearn.base import is_classifier
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import (
    GridSearchCV,
    HalvingGridSearchCV,
    HalvingRandomSearchCV,
    RandomizedSearchCV,
    cross_val_score,
    cross_validate,
    validation_curve,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_txaug.metrics import energy_distance, make_generation_scorer
from sklearn_txaug.model_selection import SelectiveSampler
from sklearn_txaug.over_sampling import GaussianSampler

SCORING = make_generation_scorer(energy_distance)
GRID = {"nonnegative": [False, True]}


@pytest.fixture(scope="module")
def sorted_rows():
    """Rows sorted by class, so that folds that are not stratified leave whole classes out of training."""
    y = np.repeat(["a", "b", "c"], [30, 20, 10])
    return np.random.default_rng(0).normal(size=(60, 5)) + 3 * np.eye(3, 5)[
        np.unique(y, return_inverse=True)[1]
    ], y


SEARCHES = {
    "grid": lambda s: GridSearchCV(s, GRID, scoring=SCORING, cv=3, error_score="raise"),
    "randomized": lambda s: RandomizedSearchCV(s, GRID, n_iter=2, scoring=SCORING, cv=3, error_score="raise"),
    "halving": lambda s: HalvingGridSearchCV(
        s, GRID, scoring=SCORING, cv=3, error_score="raise", random_state=0
    ),
    "halving random": lambda s: HalvingRandomSearchCV(
        s, GRID, n_candidates=2, scoring=SCORING, cv=3, error_score="raise", random_state=0
    ),
}


@pytest.mark.parametrize("name", SEARCHES)
def test_searches_stratify_the_folds_of_a_sampler(name, sorted_rows):
    search = SEARCHES[name](GaussianSampler(random_state=0)).fit(*sorted_rows)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert set(search.best_estimator_.classes_) == {"a", "b", "c"}


def test_cross_validation_stratifies_samplers_and_pipelines_that_end_in_one(sorted_rows):
    sampler = GaussianSampler(random_state=0)
    for model in (sampler, SelectiveSampler(sampler, cv=2, n_repeats=1, random_state=0)):
        assert np.isfinite(
            cross_val_score(model, *sorted_rows, scoring=SCORING, cv=5, error_score="raise")
        ).all()
    piped = make_imblearn_pipeline(StandardScaler(), sampler)
    found = cross_validate(piped, *sorted_rows, scoring=SCORING, error_score="raise", return_indices=True)
    for rows in found["indices"]["test"]:
        assert np.unique(sorted_rows[1][rows], return_counts=True)[1].tolist() == [6, 4, 2]
    curve = validation_curve(
        sampler, *sorted_rows, param_name="nonnegative", param_range=[False, True], scoring=SCORING, cv=3
    )
    assert np.isfinite(curve[1]).all()
    nested = SEARCHES["grid"](sampler)
    assert np.isfinite(cross_val_score(nested, *sorted_rows, cv=3, error_score="raise")).all()


def test_elsewhere_a_sampler_is_a_sampler():
    sampler = GaussianSampler()
    assert is_sampler(sampler)
    assert not is_classifier(sampler)
    assert not hasattr(sampler, "transform")


def test_a_pipeline_of_scikit_learn_names_that_of_imbalanced_learn(sorted_rows):
    with pytest.raises(TypeError, match=r"GaussianSampler adds rows.* imblearn\.pipeline\.make_pipeline"):
        make_pipeline(GaussianSampler(), LogisticRegression()).fit(*sorted_rows)
    with pytest.raises(AttributeError, match=r"imblearn\.pipeline"):
        GaussianSampler().transform  # noqa: B018
    last = make_pipeline(StandardScaler(), GaussianSampler(random_state=0)).fit(*sorted_rows)
    assert last[-1].sample(3)[0].shape == (3, 5)
    steps = [("sampler", GaussianSampler(random_state=0)), ("classifier", LogisticRegression())]
    assert ImblearnPipeline(steps).fit(*sorted_rows).score(*sorted_rows) > 0.8
