"""The training jobs of a curve: one generator for all amounts, and classifiers with and without synthetic rows."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from sklearn.metrics import check_scoring
from sklearn.utils import indexable
from sklearn.utils.validation import column_or_1d

from ..over_sampling._table_encoder import holds_categories
from ..over_sampling._wrapper import SamplerAdapter, with_sample
from ..utils.amounts import rows_of_each
from ..utils.checks import check_order, check_targets, plain_labels
from ..utils.containers import readable
from ..utils.progress import Trainings
from ..utils.random import draw_seed, with_seed
from ..utils.splits import ROWS_PER_CLASS, mean_sizes, splits, stratified_order
from ..utils.warnings import warn
from ._engine import AmountScorer, Split
from ._recipes import recipes
from ._result import CurveResult
from ._taught import taught

TRANSFER = "transfer"
PROTOCOLS = ("honest", "oracle", TRANSFER)


class CurveJobs:
    """Checked input of both curves, and the jobs that follow from it."""

    def __init__(
        self,
        sampler: Any,
        estimator: Any,
        X: Any,
        y: Any,
        groups: Any,
        scoring: Any,
        protocol: str,
        cv: Any,
        n_repeats: int,
        random_state: Any,
        reference: Any = None,
    ):
        if protocol not in PROTOCOLS:
            raise ValueError(f"protocol must be one of {PROTOCOLS}, got {protocol!r}")
        with_sample(sampler)  # a TypeError before any training
        if (protocol == TRANSFER) != (reference is not None):
            raise ValueError(
                "protocol='transfer' and reference go together: give both, a reference of other classes and patients"
            )
        self.sampler = sampler if reference is None else taught(sampler, reference, y, groups)
        self.protocol = protocol
        self.scoring = scoring
        check_order(X, y=y, groups=groups)
        self.X, y, self.groups = indexable(readable(X), plain_labels(y), groups)
        check_targets(y)
        self.y = column_or_1d(y)
        self.scorer = AmountScorer(estimator, check_scoring(estimator, scoring))
        self.seed = draw_seed(random_state)
        self.pairs = splits(cv, self.y, self.groups, seed=self.seed, n_repeats=n_repeats)

    @property
    def _score_name(self) -> str:
        name = self.scoring if isinstance(self.scoring, str) else getattr(self.scoring, "__name__", "score")
        return name.replace("_", " ")

    def result(
        self, n_real: Sequence[Any], n_synthetic: Sequence[Any], n_jobs: int | None, show: bool
    ) -> CurveResult:
        """Run the jobs; one of `n_real` and `n_synthetic` has one entry, the other those of the curve."""
        amounts = [n for n in n_synthetic if isinstance(n, dict) or (n != 0 and rows_of_each(n) != 0)]
        if not amounts or not len(n_real):
            raise ValueError(f"n_synthetic={n_synthetic!r} and n_real={n_real!r} leave nothing to compare")
        subsets = [[self._rows(fold, n) for n in n_real] for fold in range(len(self.pairs))]
        self._check_oracle(subsets)
        jobs = [job for fold in range(len(self.pairs)) for job in self._jobs(fold, subsets[fold])]
        given = [
            (self.X, self.y, self.groups, job, self._seeded(fold, k), [0, *amounts], self._seed_of(fold))
            for fold, k, job in jobs
        ]
        names = [f"split {fold + 1}, {len(job[0].real)} rows" for fold, _, job in jobs]
        with Trainings(names, type(self.sampler).__name__, show) as trainings:
            found = trainings.run(self.scorer.scores, given, n_jobs)
        scores = np.concatenate(found).reshape(len(self.pairs), len(n_real), 1 + len(amounts))
        without_rows = self._without_rows(subsets, n_jobs)
        defined = self._defined(scores[:, :, 0])
        scores, pairs, subsets = scores[defined], *([x[i] for i in defined] for x in (self.pairs, subsets))
        rows = np.array(
            [
                [[len(self.scorer.labels(n, self.y[s.real])) for n in amounts] for s in fold]
                for fold in subsets
            ]
        ).mean(axis=0)
        n_rows = [float(np.mean([len(fold[i].real) for fold in subsets])) for i in range(len(n_real))]
        n_points = len(n_real) * len(amounts)
        n_train, n_test = mean_sizes(pairs)
        return CurveResult(
            sampler=type(self.sampler).__name__,
            protocol=self.protocol,
            scoring=self._score_name,
            n_real=np.repeat(n_rows, len(amounts)),
            n_synthetic=rows.ravel(),
            scores=scores[:, :, 1:].reshape(len(pairs), n_points).T,
            baseline_scores=np.repeat(scores[:, :, 0], len(amounts), axis=1).T,
            alternatives={
                name: np.repeat(values[defined], len(amounts), axis=1).T
                for name, values in without_rows.items()
            },
            n_train=n_train,
            n_test=n_test,
        )

    def _without_rows(self, subsets: list[list[Split]], n_jobs: int | None) -> dict[str, np.ndarray]:
        """Return the scores, (n_splits, n_subsets), of what balances unequal classes without synthetic rows."""
        if not np.ptp(np.unique(self.y, return_counts=True)[1]):
            return {}
        ways = recipes(self.scorer.estimator, {}, unequal=True)[1:]
        if not hasattr(self.scorer.estimator, "predict_proba"):
            ways = [way for way in ways if "adjusted" not in way.name]
        found = Parallel(n_jobs=n_jobs)(
            delayed(self.scorer._replace(estimator=way.estimator).scores)(
                self.X, self.y, self.groups, subsets[fold], None, [0], self._seed_of(fold)
            )
            for way in ways
            for fold in range(len(self.pairs))
        )
        shape = len(ways), len(self.pairs), -1
        return (
            dict(zip([way.name for way in ways], np.array(found).reshape(shape), strict=True)) if ways else {}
        )

    def _defined(self, baseline: np.ndarray) -> np.ndarray:
        """Return the splits that have a score: ROC AUC, say, needs rows of every class."""
        defined = np.flatnonzero(~np.isnan(baseline).any(axis=1))
        if not len(defined):
            raise ValueError(f"{self._score_name} is not defined for the held-out rows of any split")
        if len(defined) < len(baseline):
            warn(
                f"{len(baseline) - len(defined)} of {len(baseline)} splits are dropped: {self._score_name} is not "
                "defined for their held-out rows"
            )
        return defined

    def _jobs(self, fold: int, subsets: list[Split]) -> list[tuple[int, int, list[Split]]]:
        """Group subsets that share one generator: each has its own, or under the oracle protocol one per fold."""
        if self.protocol == "oracle":
            return [(fold, 0, subsets)]
        return [(fold, k, [subset]) for k, subset in enumerate(subsets)]

    def _rows(self, fold: int, n_real: Any) -> Split:
        train, test = self.pairs[fold]
        order = stratified_order(self.y[train], np.random.default_rng((self.seed, fold)))
        _, counts = np.unique(self.y[train], return_counts=True)
        least = int(np.minimum(counts, ROWS_PER_CLASS).sum())
        if isinstance(n_real, bool) or not isinstance(n_real, Real):
            raise ValueError(
                f"n_real must hold ints (rows) or floats (shares of the training rows), got {n_real!r}"
            )
        n_rows = int(n_real) if isinstance(n_real, Integral) else round(float(n_real) * len(train))
        if not least <= n_rows <= len(train):
            raise ValueError(
                f"n_real={n_real!r} is {n_rows} rows, which is not between {least} ({ROWS_PER_CLASS} rows a class) "
                f"and {len(train)}, the rows of split {fold} that are not held out"
            )
        real = train if n_rows == len(train) else np.sort(train[order[:n_rows]])
        return Split(real, train if self.protocol == "oracle" else real, test)

    def _check_oracle(self, subsets: list[list[Split]]) -> None:
        if self.protocol == "oracle" and all(len(s.real) == len(s.seen) for fold in subsets for s in fold):
            raise ValueError(
                "protocol='oracle' needs fewer real rows than the rows not held out: set n_real, or use 'honest'"
            )

    def _seeded(self, fold: int, k: int) -> Any:
        seed = int(np.random.default_rng((self.seed, fold, 1, k)).integers(2**31))
        if holds_categories(self.X):  # which an adapter cannot pass on
            return with_seed(self.sampler, seed)
        return SamplerAdapter(sampler=self.sampler, n_synthetic=0, random_state=seed)

    def _seed_of(self, fold: int) -> int:
        return int(np.random.default_rng((self.seed, fold, 0)).integers(2**31))
