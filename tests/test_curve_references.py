"""Curves with a reference, and beside what balances classes without synthetic rows."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier

from sklearn_txaug.model_selection import (
    AugmentationCurveDisplay,
    PriorAdjustedClassifier,
    augmentation_curve,
    low_data_curve,
)
from sklearn_txaug.over_sampling import CopulaSampler, GaussianSampler, VAESampler
from sklearn_txaug.priors import ExpressionPrior

from .test_priors import simulate

CLASSIFIER = LogisticRegression(max_iter=500)
SMALL = {"cv": 2, "random_state": 0}


def reference():
    X, y = simulate(12, 8, seed=3)
    return X, np.array([f"other {label}" for label in y])


@pytest.mark.parametrize("learned", [True, False])
def test_a_reference_changes_the_rows_only(learned):
    X, y = simulate(4, 6)
    given = ExpressionPrior().fit(*reference()) if learned else reference()
    sampler = GaussianSampler()
    honest = low_data_curve(sampler, CLASSIFIER, X, y, n_real=[8], n_synthetic=40, **SMALL)
    transfer = low_data_curve(
        sampler, CLASSIFIER, X, y, n_real=[8], n_synthetic=40, protocol="transfer", reference=given, **SMALL
    )
    assert sampler.prior is None
    assert transfer.protocol == "transfer"
    np.testing.assert_array_equal(honest.baseline_scores, transfer.baseline_scores)
    by_hand = low_data_curve(
        GaussianSampler(prior=ExpressionPrior().fit(*reference())),
        CLASSIFIER, X, y, n_real=[8], n_synthetic=40, **SMALL,
    )  # fmt: skip
    np.testing.assert_array_equal(by_hand.scores, transfer.scores)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"protocol": "transfer"}, "protocol='transfer' and reference go together"),
        ({"reference": reference()}, "protocol='transfer' and reference go together"),
        (
            {"protocol": "transfer", "reference": simulate(4, 6)},
            "reference: 4 of its classes are those of the target",
        ),
        (
            {"protocol": "transfer", "reference": (*reference(), np.arange(96)), "groups": np.arange(24)},
            "reference: 24 of its groups are those of the target too",
        ),
        ({"protocol": "transfer", "reference": "nowhere"}, "prior: there is no file 'nowhere'"),
    ],
)
def test_references_that_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        augmentation_curve(CopulaSampler(), CLASSIFIER, *simulate(4, 6), **options)


def test_a_sampler_that_learns_from_no_reference_is_refused():
    with pytest.raises(ValueError, match="VAESampler cannot learn from a reference"):
        augmentation_curve(
            VAESampler(), CLASSIFIER, *simulate(4, 6), protocol="transfer", reference=reference()
        )


def test_unequal_classes_are_balanced_without_rows_too():
    X, y = simulate(3, 20)
    X, y = X[8:], y[8:]
    curve = augmentation_curve(GaussianSampler(), CLASSIFIER, X, y, n_synthetic=[10, 20], **SMALL)
    assert list(curve.alternatives) == ["weighted", "half_adjusted", "adjusted"]
    assert all(scores.shape == curve.scores.shape for scores in curve.alternatives.values())
    adjusted = augmentation_curve(
        GaussianSampler(), PriorAdjustedClassifier(CLASSIFIER), X, y, n_synthetic=[10], **SMALL
    )
    np.testing.assert_array_equal(adjusted.baseline_scores[0], curve.alternatives["adjusted"][0])
    assert "weighted_difference" in curve.summary()
    labels = [
        text.get_text() for text in AugmentationCurveDisplay.from_data(curve).ax_.get_legend().get_texts()
    ]
    assert {"weighted", "half adjusted", "adjusted", "no augmentation"} < set(labels)


def test_what_the_classifier_does_not_allow_is_left_out():
    X, y = simulate(3, 20)
    curve = augmentation_curve(
        GaussianSampler(), KNeighborsClassifier(3), X[8:], y[8:], n_synthetic=[10], **SMALL
    )
    assert list(curve.alternatives) == ["half_adjusted", "adjusted"]
    assert not augmentation_curve(GaussianSampler(), CLASSIFIER, X, y, n_synthetic=[10], **SMALL).alternatives
