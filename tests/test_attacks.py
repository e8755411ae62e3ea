"""Attacks with known answers: copies are found, rows from the true distribution are not."""

import numpy as np
import pytest
from sklearn.covariance import LedoitWolf
from sklearn.metrics import roc_auc_score, roc_curve

from sklearn_txaug.metrics import (
    attribute_disclosure,
    make_generation_scorer,
    membership_inference,
    quality_report,
)
from sklearn_txaug.metrics._attack_success import Scores, attack_success
from sklearn_txaug.metrics._attacks import ShrunkGaussian, gaussian_shadow
from sklearn_txaug.over_sampling import GaussianSampler


@pytest.fixture(scope="module")
def people():
    """Training, unseen and fresh rows of one distribution of correlated genes."""
    rng = np.random.default_rng(0)
    mixing = rng.normal(size=(4, 30))
    rows = rng.normal(size=(240, 4)) @ mixing + rng.normal(size=(240, 30))
    return rows[:80], rows[80:160], rows[160:]


def test_area_and_rate_are_those_of_scikit_learn():
    rng = np.random.default_rng(0)
    scores = np.round(rng.normal(size=300) + np.repeat([1.0, 0.0], [100, 200]), 1)  # with ties
    member = np.repeat([1, 0], [100, 200])
    parts = [Scores(scores[:100], scores[100:], np.arange(100), np.arange(200))]
    found = attack_success(parts, np.random.default_rng(0))
    false, true, _ = roc_curve(member, scores, drop_intermediate=False)
    assert found.auc == pytest.approx(roc_auc_score(member, scores))
    assert found.tpr == pytest.approx(true[false <= 0.01].max())
    assert found.auc_low < found.auc < found.auc_high


def test_intervals_are_wider_for_whole_patients():
    rng = np.random.default_rng(0)
    scores = np.repeat(rng.normal(size=100), 5)
    plain = Scores(scores[:250] + 0.5, scores[250:], np.arange(250), np.arange(250))
    grouped = plain._replace(member_groups=np.arange(250) // 5, other_groups=np.arange(250) // 5)
    narrow, wide = (attack_success([part], np.random.default_rng(0)) for part in (plain, grouped))
    assert narrow.auc == wide.auc
    assert wide.auc_high - wide.auc_low > 1.5 * (narrow.auc_high - narrow.auc_low)


def test_the_density_is_that_of_ledoit_and_wolf():
    X = np.random.default_rng(0).normal(size=(20, 50)) * np.linspace(1, 3, 50)
    oracle = LedoitWolf().fit(X)
    centred = X[:5] - oracle.location_
    expected = -(
        np.einsum("ij,jk,ik->i", centred, oracle.precision_, centred)
        + np.linalg.slogdet(oracle.covariance_)[1]
    )
    np.testing.assert_allclose(ShrunkGaussian(X).log_density(X[:5]), expected / 2)


def test_copies_are_found(people):
    train, unseen, _ = people
    found = membership_inference(train, unseen, train, device="cpu")
    assert found.distance == (1, 1, 1, 1, 1, 1)
    assert found.classifier.auc > 0.8
    assert found.auc == 1
    assert found.attack == "distance"


def test_true_rows_give_nothing_away(people):
    train, unseen, fresh = people
    found = membership_inference(train, unseen, fresh, device="cpu")
    for attack in found:
        assert attack.auc_low < 0.5 < attack.auc_high
        assert attack.tpr_low < 0.05


def test_rows_between_the_directions_of_few_members_give_these_away():
    """Few rows of many genes: what has their covariance lies in their span, and nobody else does."""
    rng = np.random.default_rng(0)
    train, unseen = rng.normal(size=(80, 300)), rng.normal(size=(80, 300))
    rows = np.concatenate([gaussian_shadow(train, np.arange(80), rng) for _ in range(5)])
    found = membership_inference(train, unseen, rows, device="cpu")
    assert found.density.auc > 0.9


def test_a_known_sampler_trains_the_shadows(people):
    train, unseen, fresh = people
    y = np.tile(["a", "b"], 40)
    sampler = GaussianSampler(random_state=0)
    found = membership_inference(train, unseen, train, y_test=y, shadow=sampler, device="cpu")
    assert found.classifier.auc > 0.8
    with pytest.raises(ValueError, match="y_test is needed"):
        membership_inference(train, unseen, fresh, shadow=sampler)


def test_patients_on_both_sides_and_too_few_are_refused(people):
    train, unseen, fresh = people
    with pytest.raises(ValueError, match="groups_test has patients of groups_train"):
        membership_inference(train, unseen, fresh, groups_train=np.arange(80), groups_test=np.arange(79, 159))
    with pytest.raises(ValueError, match="X_test has 4 patients; the attacks need 8"):
        membership_inference(train, unseen, fresh, groups_test=np.arange(80) % 4)
    with pytest.raises(ValueError, match="groups_train has the shape"):
        membership_inference(train, unseen, fresh, groups_train=[1, 2])


def test_hidden_genes_of_copied_people_are_disclosed(people):
    train, unseen, fresh = people
    copied = attribute_disclosure(train, unseen, train, device="cpu")
    assert copied.members == 1
    honest = attribute_disclosure(train, unseen, fresh, device="cpu")
    assert honest.gain_low < 0.05 < 0.3 < copied.gain_low


@pytest.mark.parametrize("hidden", [[30], [], np.ones(30, dtype=bool), np.ones(4, dtype=bool)])
def test_a_panel_that_is_none_is_refused(people, hidden):
    with pytest.raises(ValueError, match="hidden"):
        attribute_disclosure(*people, hidden=np.asarray(hidden, dtype=None if len(hidden) else int))


def test_a_panel_is_named_by_its_genes(people):
    pd = pytest.importorskip("pandas")
    frames = [pd.DataFrame(rows).add_prefix("gene ") for rows in (people[0], people[1], people[0])]
    by_name = attribute_disclosure(*frames, hidden=["gene 4", "gene 2"])
    assert by_name == attribute_disclosure(*frames, hidden=[2, 4])
    assert attribute_disclosure(*frames, hidden=2) == attribute_disclosure(*frames, hidden="gene 2")
    with pytest.raises(ValueError, match=r"hidden names \['TP53'\], which are no columns of X_train\."):
        attribute_disclosure(*frames, hidden="TP53")
    with pytest.raises(ValueError, match="it has no names, so give column numbers"):
        attribute_disclosure(people[0], people[1], people[0], hidden=["gene 2"])


def test_without_unseen_rows_there_is_no_scorer():
    with pytest.raises(TypeError, match="membership_inference cannot be called"):
        make_generation_scorer(membership_inference)


def test_the_report_says_whether_rows_may_be_shared(people):
    pytest.importorskip("pandas")
    train, unseen, fresh = people
    y = np.tile(["a", "b"], 40)
    settings = {"families": ["privacy"], "device": "cpu"}
    copied = quality_report(train, y, train, y, unseen, y, **settings)
    honest = quality_report(train, y, fresh, y, unseen, y, **settings)
    assert copied.remarks[0].startswith("May these rows be shared? Not more freely than the training rows")
    assert honest.remarks[0].startswith("May these rows be shared? ")
    assert "Not more freely" not in honest.remarks[0]
    assert copied.privacy["rows"].tolist() == ["these rows", "random over-sampling", "SMOTE", "Gaussian"]
    assert copied.set_index(["indicator", "field"]).loc[("membership_inference", "auc"), "value"] == 1
    assert "May these rows be shared?" in copied.to_html()
    assert quality_report(train, y, fresh, y, **settings)["note"].eq("needs held-out rows (X_test)").all()


def test_genes_of_very_different_scales_are_predicted_as_well():
    rng = np.random.default_rng(0)
    factors = rng.normal(size=(400, 5))
    X = np.hstack([factors @ rng.normal(size=(5, 60)), factors @ rng.normal(size=(5, 4))])
    X += 0.3 * rng.normal(size=X.shape)
    X[:, :60] *= np.logspace(0, 6, 60)
    hidden = np.arange(60, 64)
    result = attribute_disclosure(X[:100], X[100:200], X[200:], hidden=hidden)
    assert result.others > 0.9
