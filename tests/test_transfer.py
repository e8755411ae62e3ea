"""The protocol transfer: what the reference may contain, who learns from it, and what the command says."""

import re

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from sklearn_txaug.benchmark import Row, benchmark, make_cohort, make_samplers
from sklearn_txaug.benchmark._cohort import fingerprint, most_variable, split
from sklearn_txaug.benchmark._reference import reference_prior, reference_rows
from sklearn_txaug.benchmark._run import contenders, make_plan
from sklearn_txaug.benchmark._worth import reference_worth
from sklearn_txaug.datasets import write_expression
from sklearn_txaug.over_sampling import GaussianSampler
from sklearn_txaug.priors import ExpressionPrior

from .commands import run
from .test_priors import GENES, simulate

pd = pytest.importorskip("pandas")

SETUP = {
    "classifiers": {"logistic": LogisticRegression(max_iter=500)},
    "n_real": ["1c"],
    "n_synthetic": [30],
    "seeds": 2,
    "quality": False,
    "n_jobs": 1,
    "verbose": False,
}
SAMPLERS = {"none": None, "gaussian": GaussianSampler()}


def patients(n_rows):
    return np.array([f"patient {row // 2}" for row in range(n_rows)])


@pytest.fixture(scope="module")
def cohort():
    X, y = simulate(9, 12)
    mixed = np.random.default_rng(0).permutation(len(y))  # patients with rows of two classes
    return make_cohort("toy", X.iloc[mixed], y[mixed], patients(len(y)), hold_out_classes=3)[0]


def test_classes_and_patients_of_the_target_are_not_in_the_reference(cohort):
    held = []
    for seed in range(3):
        pool, test = split(cohort, seed)
        reference = reference_rows(cohort, seed)
        target = np.concatenate([pool, test])
        held.append(set(cohort.y[target]))
        assert len(held[-1]) == 3
        assert not held[-1] & set(reference.y)
        assert not set(cohort.groups[target]) & set(reference.groups)
        assert not set(cohort.groups[pool]) & set(cohort.groups[test])
    assert len(set(map(frozenset, held))) > 1


def test_samplers_stand_with_and_without_the_reference(cohort, tmp_path):
    rows = benchmark(cohort, samplers=SAMPLERS, **SETUP, protocol=("honest", "transfer"), output=tmp_path)
    of = {
        protocol: {row.sampler for row in rows if row.protocol == protocol and row.classifier}
        for protocol in ("honest", "transfer")
    }
    assert of["honest"] == {"none", "gaussian"}
    assert of["transfer"] == {*of["honest"], "gaussian+prior", "hierarchical+prior"}

    def values(protocol, sampler):
        return {row[4:]: row.value for row in rows if row[1:3] == (protocol, sampler) and row.classifier}

    assert values("honest", "gaussian") == values("transfer", "gaussian")
    assert values("transfer", "gaussian") != values("transfer", "gaussian+prior")
    assert _worth_of(rows).startswith(
        "A reference of other classes and patients is worth, to logistic on toy"
    )


def _worth_of(rows):
    (line,) = reference_worth([row for row in rows if row.dataset == "toy"])
    return line


def test_the_sampler_gets_the_prior_of_its_seed(cohort, tmp_path):
    class Spy(GaussianSampler):
        priors = []

        def fit(self, X, y, *, groups=None):
            if self.prior is not None:
                Spy.priors.append((self.prior, set(y), set(groups)))
            return super().fit(X, y, groups=groups)

    benchmark(cohort, samplers={"spy": Spy()}, **SETUP, protocol="transfer", output=tmp_path)
    assert len(Spy.priors) == 2
    for prior, classes, groups in Spy.priors:
        assert len(classes) == 3
        assert not classes & set(prior.classes_)
        assert not groups & set(prior.groups_)


def test_what_learns_from_rows_of_a_reference_gets_them(cohort):
    class FromRows(GaussianSampler):
        def __init__(self, reference=None):
            super().__init__()
            self.reference = reference

        def get_params(self, deep=True):
            return {"reference": self.reference}

        def set_params(self, **params):
            self.__dict__.update(params)
            return self

    every = contenders({"none": None, "rows": FromRows()}, cohort, "transfer")
    assert list(every) == ["none", "hierarchical+prior", "rows+reference"]
    X, y, groups = every["rows+reference"].taught(cohort, 0).reference
    expected = reference_rows(cohort, 0)
    np.testing.assert_array_equal(X, expected.X)
    assert len(X) == len(y) == len(groups)
    assert list(contenders(every, cohort, "transfer")) == list(every)
    assert list(contenders(SAMPLERS, cohort, "honest")) == list(SAMPLERS)


def test_a_gate_chooses_among_candidates_with_and_without(cohort):
    every = contenders({"gate": make_samplers()["gate"]}, cohort, "transfer")
    candidates = every["gate+prior"].taught(cohort, 0).candidates
    assert list(candidates)[-2:] == ["GaussianSampler", "GaussianSampler+prior"]
    assert candidates["GaussianSampler+prior"].prior is not None
    assert candidates["GaussianSampler"].prior is None


# -- a reference of its own


def other(n_classes=5, n_rows=8, seed=3):
    X, y = simulate(n_classes, n_rows, seed=seed)
    return X, np.array([f"other {label}" for label in y])


def test_genes_are_those_of_both_in_the_order_of_the_cohort():
    (X, y), (X_ref, y_ref) = simulate(3, 8), other()
    shuffled = X_ref[GENES[:3:-1]]
    found, _ = make_cohort("toy", X, y, reference=(shuffled, y_ref), n_genes=4)
    assert found.X.shape == (24, 8)
    np.testing.assert_array_equal(found.X, X[GENES[4:]])
    np.testing.assert_array_equal(found.reference.X, X_ref[GENES[4:]])
    few = most_variable(found, np.arange(24))
    kept = X[GENES[4:]].var().nlargest(4).index
    kept = [gene for gene in GENES[4:] if gene in kept]
    np.testing.assert_array_equal(few.X, X[kept])
    np.testing.assert_array_equal(few.reference.X, X_ref[kept])
    assert fingerprint(found) != fingerprint(make_cohort("toy", X[GENES[4:]], y)[0])


@pytest.mark.parametrize("saved", [False, True])
def test_a_prior_is_a_reference_too(tmp_path, saved):
    X, y = simulate(3, 8)
    prior = ExpressionPrior(rank=4).fit(*other())
    if saved:
        prior.save(tmp_path / "prior.npz")
        prior = tmp_path / "prior.npz"
    found, _ = make_cohort("toy", X[GENES[::-1]], y, reference=prior, n_genes=5)
    few = most_variable(found, np.arange(24))
    assert reference_prior(few, 0).n_features_in_ == 5
    rows = benchmark(found, samplers=SAMPLERS, **SETUP, protocol="transfer", output=tmp_path)
    assert {row.sampler for row in rows if row.classifier} == {
        *("none", "hierarchical+prior", "gaussian", "gaussian+prior")
    }


def test_classes_of_the_cohort_are_left_out_of_the_reference():
    (X, y), (X_ref, y_ref) = simulate(3, 8), other()
    y_ref = np.where(y_ref == "other class 0", "class 1", y_ref)
    with pytest.warns(UserWarning, match=r"its classes \['class 1'\] are left out, because toy has them too"):
        found, _ = make_cohort("toy", X, y, reference=(X_ref, y_ref))
    assert set(found.reference.y) == {f"other class {i}" for i in range(1, 5)}


@pytest.mark.parametrize("change", [lambda X: 2**X, lambda X: X / 100])
def test_other_units_are_said_with_both_ranges(change):
    (X, y), (X_ref, y_ref) = simulate(5, 8), other()
    with pytest.warns(UserWarning, match="values go from .* to .*; in the reference they go from .* to "):
        make_cohort("toy", X, y, reference=(change(X_ref), y_ref))


def _shared_patients(X, y):
    return {"groups": patients(24), "reference": (*other(), [f"patient {row}" for row in range(40)])}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (_shared_patients, r"reference: 12 of its patients \(groups\) are in toy too .*leave their rows out"),
        (lambda X, y: {"reference": (X, other(3)[1])}, "reference: 24 of its rows are rows of toy too"),
        (
            lambda X, y: {"reference": (other()[0].add_prefix("x"), other()[1])},
            "reference has 0 of the 12 genes of toy, fewer than half: GENE0, .*identifiers of the same kind",
        ),
        (
            lambda X, y: {"reference": (other()[0].to_numpy()[:, :5], other()[1])},
            "reference has 5 genes and toy has 12, and not both have names",
        ),
        (
            lambda X, y: {"reference": (other()[0], ["one class"] * 40)},
            "reference: 1 of its classes are neither .*2 or more are needed.*use another reference",
        ),
        (
            lambda X, y: {"reference": (other()[0], np.arange(40))},
            "reference has 40 rows for 40 classes; it needs classes of 2 rows or more",
        ),
        (lambda X, y: {"hold_out_classes": 2}, "hold_out_classes=2: toy has 3 classes; hold out 2 or more, and"),
        (lambda X, y: {"hold_out_classes": 2, "reference": other()}, "exclude each other"),
        (lambda X, y: {"reference": "nowhere"}, "prior: there is no file 'nowhere'"),
        (
            lambda X, y: {"reference": ExpressionPrior(rank=3).fit(*simulate(3, 5))},
            "prior: its reference has the classes .* of toy; learn it without them",
        ),
    ],
)  # fmt: skip
def test_references_that_are_refused(options, message):
    X, y = simulate(3, 8)
    with pytest.raises(ValueError, match=message):
        make_cohort("toy", X, y, **options(X, y))


def test_transfer_without_a_reference_is_refused():
    bare, _ = make_cohort("toy", *simulate(3, 8))
    with pytest.raises(ValueError, match="'transfer' needs a reference, and toy has none: give make_cohort"):
        make_plan(bare, SAMPLERS, SETUP["classifiers"], ["1c"], [5], 1, "transfer")


def test_patients_that_join_all_classes_leave_no_reference():
    X, y = simulate(6, 8)
    joined, _ = make_cohort("toy", X, y, np.tile(np.arange(8), 6), hold_out_classes=2)
    with pytest.raises(
        ValueError, match="reference: 0 of its classes are neither classes nor patients of toy"
    ):
        make_plan(joined, SAMPLERS, SETUP["classifiers"], ["1c"], [5], 1, "transfer")


# -- the sentence


def _rows(scores, sampler, amount):
    prefix = "toy", "transfer", sampler, "logistic"
    return [
        Row(*prefix, size, amount, seed, "balanced_accuracy", value + 0.001 * seed)
        for size, values in scores.items()
        for seed, value in enumerate(values)
    ]


def test_what_a_reference_is_worth_in_rows():
    rows = _rows({"1c": [0.6] * 4, "4c": [0.8] * 4}, "none", 0)
    rows += _rows({"1c": [0.69, 0.71, 0.7, 0.7], "4c": [0.83, 0.82, 0.81, 0.82]}, "gaussian+prior", 100)
    (line,) = reference_worth(rows)
    assert "+0.100 ± 0.007 with 1\N{NO-BREAK SPACE}row\N{NO-BREAK SPACE}a\N{NO-BREAK SPACE}class" in line
    assert "(as much as 2.0 rows a class without it, established)" in line
    assert "as much as more than 4 rows a class without it" in line
    assert reference_worth([row._replace(protocol="honest") for row in rows]) == []


# -- the command


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("transfer")
    for name, (X, y) in {"cohort": simulate(6, 9), "reference": other(6)}.items():
        write_expression(folder / f"{name}.csv", X, pd.Series(y, X.index, name=f"{name}_type"))
    return folder


OPTIONS = ("--label", "cohort_type", "--samplers", "none,gaussian", "--classifiers", "logistic", "--seeds", 2)


def call(files, *more):
    amounts = ("--n-real", "1c,2c", "--n-synthetic", 30, "--quiet", "--jobs", 1, "--no-quality")
    return run("benchmark", "--data", files / "cohort.csv", *OPTIONS, *amounts, *more)


def test_the_command_holds_out_classes(files, tmp_path, capsys):
    assert call(files, "--hold-out-classes", 3, "-o", tmp_path, "--report") == 0
    out = capsys.readouterr().out
    assert "protocol transfer" in out
    assert "| gaussian+prior" in out
    assert "A reference of other classes and patients is worth, to logistic on cohort" in out
    page = (tmp_path / "report.html").read_text()
    assert "A reference of other classes and patients is worth, to logistic on cohort" in page
    assert "hierarchical+prior is what they learn, used as the classifier" in page


def test_the_command_reads_a_reference(files, tmp_path, capsys):
    reference = ("--reference", files / "reference.csv", "--reference-label", "reference_type")
    assert call(files, *reference, "-o", tmp_path) == 0
    assert "| gaussian+prior" in capsys.readouterr().out
    prior = ExpressionPrior(rank=3).fit(*other())
    prior.save(files / "prior.npz")
    assert call(files, "--prior", files / "prior.npz", "-o", tmp_path) == 2
    assert "holds results with cohort data: " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--protocol", "transfer"), "--protocol transfer needs a reference: give --reference FILE, --hold-out"),
        (("--reference-label", "a"), "--reference-label is a column of the file of --reference"),
        (("--hold-out-classes", 2, "--prior", "tcga"), "--hold-out-classes and --prior exclude each other"),
        (("--hold-out-classes", 5), "--hold-out-classes 5: cohort has 6 classes; hold out 2 or more"),
        (("--prior", "tcga", "--protocol", "honest"), "--prior is for the protocol transfer"),
        (("--prior", "tcga"), "does not know 12 of 12 genes"),
        (("--reference", "reference.csv"), "--reference: .*--reference-label names the column of its classes"),
        (("--reference", "cohort.csv"), "--reference: 0 of its classes are neither classes nor patients of cohort"),
    ],
)  # fmt: skip
def test_the_command_names_the_option_that_is_wrong(files, tmp_path, capsys, monkeypatch, options, message):
    monkeypatch.chdir(files)
    assert call(files, *options, "-o", tmp_path) == 2
    err = capsys.readouterr().err
    assert re.search(message, err), err
